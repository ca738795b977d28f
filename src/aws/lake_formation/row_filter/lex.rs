//! Words, texts, numbers and signs of a row filter.

use super::Mistake;

/// What a token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A bare word: a keyword or a column.
    Word(String),
    /// A name in double quotes, without them.
    Quoted(String),
    /// A text in single quotes, without them.
    Text(String),
    /// A number as written.
    Number(String),
    /// Everything else: operators, brackets, commas.
    Sign(&'static str),
    /// A character that no row filter has; it was reported.
    Odd,
}

/// A token and its bytes.
#[derive(Clone, Debug)]
pub(super) struct Spanned {
    pub(super) token: Token,
    pub(super) span: (usize, usize),
}

/// Longer signs stand before their beginnings. `==` and `&&` are read so that they can be refused as a whole.
const SIGNS: [&str; 15] = [
    "<>", "!=", "<=", ">=", "==", "&&", "||", "=", "<", ">", "(", ")", ",", ".", "-",
];

/// Splits a text into tokens, and says what is not one.
pub(super) fn lex(text: &str, mistakes: &mut Vec<Mistake>) -> Vec<Spanned> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(char) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = text.get(at..).unwrap_or_default();
        if char.is_whitespace() {
            at += char.len_utf8();
            continue;
        }
        let (token, len) = match char {
            '\'' => {
                let (inner, len) = quoted(rest, '\'', at, mistakes);
                (Token::Text(inner), len)
            }
            '"' => {
                let (inner, len) = quoted(rest, '"', at, mistakes);
                (Token::Quoted(inner), len)
            }
            _ if char.is_ascii_digit() || (char == '-' && follows_digit(rest)) => {
                let len = number(rest);
                (
                    Token::Number(rest.get(..len).unwrap_or_default().to_owned()),
                    len,
                )
            }
            _ if char.is_alphabetic() || char == '_' => {
                let len = rest
                    .find(|char: char| !(char.is_alphanumeric() || char == '_' || char == '$'))
                    .unwrap_or(rest.len());
                (
                    Token::Word(rest.get(..len).unwrap_or_default().to_owned()),
                    len,
                )
            }
            _ => {
                if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
                    (Token::Sign(sign), sign.len())
                } else {
                    mistakes.push(Mistake {
                        span: (at, at + char.len_utf8()),
                        message: format!("`{char}` does not belong in a row filter"),
                    });
                    (Token::Odd, char.len_utf8())
                }
            }
        };
        tokens.push(Spanned {
            token,
            span: (at, at + len),
        });
        at += len;
    }
    tokens
}

fn follows_digit(rest: &str) -> bool {
    rest.chars()
        .nth(1)
        .is_some_and(|char| char.is_ascii_digit())
}

/// The length of a number: sign, digits, fraction, exponent.
fn number(rest: &str) -> usize {
    let digits = |from: usize| {
        rest.get(from..).map_or(0, |rest| {
            rest.bytes().take_while(u8::is_ascii_digit).count()
        })
    };
    let mut len = usize::from(rest.starts_with('-'));
    len += digits(len);
    if rest.get(len..).is_some_and(|rest| rest.starts_with('.')) && digits(len + 1) > 0 {
        len += 1 + digits(len + 1);
    }
    if rest
        .get(len..)
        .is_some_and(|rest| rest.starts_with(['e', 'E']))
    {
        let sign = rest
            .get(len + 1..)
            .is_some_and(|rest| rest.starts_with(['+', '-']));
        let from = len + 1 + usize::from(sign);
        if digits(from) > 0 {
            len = from + digits(from);
        }
    }
    len
}

/// What stands between two quotes, doubled ones undone, and how long it is with them.
fn quoted(rest: &str, quote: char, at: usize, mistakes: &mut Vec<Mistake>) -> (String, usize) {
    let mut inner = String::new();
    let mut chars = rest.char_indices().skip(1).peekable();
    while let Some((offset, char)) = chars.next() {
        if char != quote {
            inner.push(char);
        } else if chars.peek().is_some_and(|(_, next)| *next == quote) {
            chars.next();
            inner.push(quote);
        } else {
            return (inner, offset + 1);
        }
    }
    mistakes.push(Mistake {
        span: (at, at + rest.len()),
        message: "this text is not closed".to_owned(),
    });
    (inner, rest.len())
}
