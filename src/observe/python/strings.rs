//! String literals: escapes, raw strings, f-strings.

use super::syntax::{Code, children, field};
use super::values::{At, Evaluator, span};
use crate::observe::edit;
use crate::observed::tree::{Kind, NodeId, Span, clamp};

impl<'p> Evaluator<'p, '_> {
    /// A string literal.
    pub(super) fn string(&mut self, code: Code<'p>, at: At) -> NodeId {
        let parts = children(code);
        let start = parts.first().map_or("", |start| self.written(*start));
        let prefix = start.trim_end_matches(['"', '\'']).to_ascii_lowercase();
        if prefix.contains('b') {
            return self.unknown("a string of bytes", code);
        }
        let raw = prefix.contains('r');
        let mut pieces = Vec::new();
        for part in &parts {
            match part.kind() {
                "string_content" if raw => {
                    pieces.push(self.text(part.start_byte(), part.end_byte()));
                }
                "string_content" => self.content(*part, &mut pieces),
                "interpolation" => pieces.extend(self.interpolation(*part, at)),
                "string_start" | "string_end" => {}
                _ => pieces.push(self.unknown("this text", *part)),
            }
        }
        // A plain string stands where its quotes do.
        if let ([only], 1) = (pieces.as_slice(), start.len())
            && let Some(text) = self.tree.string_of(*only)
            && self.tree.slot(*only).span.start == clamp(code.start_byte() + 1)
        {
            return self.push(Kind::String(text), code);
        }
        match pieces.as_slice() {
            [only] if self.tree.string_of(*only).is_some() => *only,
            _ => self.join(&pieces, code),
        }
    }

    /// One text of these values.
    pub(super) fn join(&mut self, values: &[NodeId], code: Code<'p>) -> NodeId {
        let mut pieces = Vec::with_capacity(values.len());
        for value in values {
            pieces.extend(edit::pieces(&mut self.tree, *value));
        }
        let at = self.push(Kind::Null, code);
        edit::joined(&mut self.tree, &pieces, at)
    }

    /// A piece of text that stands in the file as it is.
    fn text(&mut self, start: usize, end: usize) -> NodeId {
        let text = self.tree.source_text(start, end);
        let span = Span {
            layer: 0,
            start: clamp(start),
            end: clamp(end),
        };
        self.tree.push(Kind::String(text), span)
    }

    fn content(&mut self, code: Code<'p>, pieces: &mut Vec<NodeId>) {
        let mut from = code.start_byte();
        for special in children(code) {
            if from < special.start_byte() {
                let piece = self.text(from, special.start_byte());
                pieces.push(piece);
            }
            from = special.end_byte();
            let written = self.written(special);
            let meaning = match special.kind() {
                "escape_interpolation" => written.get(..1).map(str::to_owned),
                _ => escape(written),
            };
            match meaning {
                Some(text) => {
                    let text = self.tree.decoded_text(&text);
                    pieces.push(self.tree.push(Kind::String(text), span(special)));
                }
                None => pieces.push(self.unknown("this escape", special)),
            }
        }
        if from < code.end_byte() {
            let piece = self.text(from, code.end_byte());
            pieces.push(piece);
        }
    }

    /// `{x}` of an f-string. With a format or a conversion, the text is not that of the value.
    fn interpolation(&mut self, code: Code<'p>, at: At) -> Vec<NodeId> {
        let plain =
            field(code, "format_specifier").is_none() && field(code, "type_conversion").is_none();
        match field(code, "expression") {
            Some(inner) if plain && !self.written(code).ends_with("=}") => {
                let value = self.eval(inner, at);
                edit::pieces(&mut self.tree, value)
            }
            Some(inner) => {
                let what = self.describe(inner);
                vec![self.unknown(what, code)]
            }
            None => vec![self.unknown("this expression", code)],
        }
    }
}

/// The text that an escape stands for. Source: The Python Language Reference, *Lexical analysis*.
fn escape(written: &str) -> Option<String> {
    let rest = written.strip_prefix('\\')?;
    let number = |digits: &str, radix| {
        let code = u32::from_str_radix(digits, radix).ok()?;
        Some(char::from_u32(code)?.to_string())
    };
    let first = rest.chars().next()?;
    let one = match first {
        '\n' | '\r' => "",
        '\\' => "\\",
        '\'' => "'",
        '"' => "\"",
        'a' => "\u{7}",
        'b' => "\u{8}",
        'f' => "\u{c}",
        'n' => "\n",
        'r' => "\r",
        't' => "\t",
        'v' => "\u{b}",
        'x' | 'u' | 'U' => return number(rest.get(1..)?, 16),
        '0'..='7' => return number(rest, 8),
        _ => return None,
    };
    Some(one.to_owned())
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn escapes_are_those_of_the_language() {
        for (written, text) in [
            ("\\n", Some("\n")),
            ("\\x41", Some("A")),
            ("\\101", Some("A")),
            ("\\u00e9", Some("é")),
            ("\\U0001F600", Some("😀")),
            ("\\\n", Some("")),
            ("\\ud800", None),
            ("\\N{BULLET}", None),
        ] {
            assert_eq!(escape(written).as_deref(), text, "{written}");
        }
    }
}
