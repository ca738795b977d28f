//! Where the placeholders of a text stand.

use std::ops::Range;

/// What takes the place of a placeholder while YAML is parsed: a character that YAML takes in a plain scalar.
pub(super) const MASK: char = '\u{f8fe}';

/// What a placeholder does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// It stands for a value, or for part of one.
    Value,
    /// It begins a condition or loop.
    Begin,
    /// It goes on with another branch.
    Middle,
    /// It ends a condition or loop.
    End,
    /// A comment, or something that has no extent, such as an assignment.
    Other,
}

/// A placeholder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    /// All of it, braces included.
    pub(super) range: Range<usize>,
    /// What stands between its braces, trimmed.
    inner: Range<usize>,
    pub(super) role: Role,
}

impl Mark {
    /// What stands between the braces.
    pub(super) fn name<'t>(&self, text: &'t str) -> &'t str {
        text.get(self.inner.clone()).unwrap_or_default()
    }
}

/// What a condition or loop of the template spans, its directives included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Region {
    pub(super) range: Range<usize>,
}

/// First words of the variables that Hadoop and Java resolve by themselves, such as `${user.name}` and
/// `${system:java.io.tmpdir}`: these reach AWS as they are written.
const OWN: &[&str] = &[
    "user.",
    "java.",
    "hadoop.",
    "yarn.",
    "dfs.",
    "fs.",
    "mapreduce.",
    "mapred.",
    "hive.",
    "io.",
    "spark.",
    "hbase.",
    "tez.",
    "log4j.",
    "sys:",
    "env:",
    "system:",
    "hiveconf:",
];

/// Every placeholder of a text, in order.
pub(super) fn marks(text: &str) -> Vec<Mark> {
    let bytes = text.as_bytes();
    // A state machine's own expressions are written like a template's directives, and hold any braces.
    let jsonata = text.contains("JSONata");
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = bytes.get(at..).and_then(|rest| {
        rest.windows(2)
            .position(|pair| matches!(pair, b"${" | b"{{" | b"%{" | b"{%" | b"{#"))
    }) {
        let start = at + next;
        let rest = text.get(start..).unwrap_or_default();
        if jsonata && rest.starts_with("{%") {
            at = start + rest.find("%}").map_or(rest.len(), |end| end + 2);
            continue;
        }
        match mark_at(text, start) {
            Some(mark) => {
                at = mark.range.end;
                found.push(mark);
            }
            None => at = start + 2,
        }
    }
    found
}

fn mark_at(text: &str, start: usize) -> Option<Mark> {
    let rest = text.get(start..)?;
    let (close, directive) = match rest.get(..2)? {
        "${" => (closing_brace(rest)?, false),
        "%{" => (closing_brace(rest)?, true),
        "{{" => (rest.find("}}")? + 2, false),
        "{%" => (rest.find("%}")? + 2, true),
        _ => return comment(rest, start),
    };
    let escaped = text
        .get(..start)
        .is_some_and(|before| before.ends_with('$') && rest.starts_with("${"));
    let ends = if rest.starts_with("{{") || rest.starts_with("{%") {
        2
    } else {
        1
    };
    let inside = rest.get(2..close - ends)?;
    let trimmed = inside.trim_matches(|char: char| char.is_whitespace() || "~-+".contains(char));
    let offset = inside.find(trimmed).unwrap_or_default();
    let own = rest.starts_with("${") && OWN.iter().any(|own| trimmed.starts_with(own));
    // A template's line breaks end no placeholder of a value, but a document's braces may look like one.
    let resolved = trimmed.starts_with("resolve:");
    if escaped || own || resolved || (inside.contains('\n') && !directive) {
        return None;
    }
    let role = if directive {
        role_of(trimmed)
    } else {
        Role::Value
    };
    let inner = start + 2 + offset;
    Some(Mark {
        range: start..start + close,
        inner: inner..inner + trimmed.len(),
        role,
    })
}

fn comment(rest: &str, start: usize) -> Option<Mark> {
    let end = start + rest.find("#}")? + 2;
    Some(Mark {
        range: start..end,
        inner: start..start,
        role: Role::Other,
    })
}

/// One past the brace that closes the one at 1, over nested ones.
fn closing_brace(rest: &str) -> Option<usize> {
    let mut depth = 0_u32;
    for (at, byte) in rest.bytes().enumerate().skip(1) {
        match byte {
            b'{' => depth += 1,
            b'}' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

fn role_of(directive: &str) -> Role {
    let word = directive
        .split(|char: char| !char.is_ascii_alphanumeric())
        .next()
        .unwrap_or_default();
    match word {
        "if" | "for" | "macro" | "call" | "filter" | "block" | "raw" | "with" => Role::Begin,
        "else" | "elif" => Role::Middle,
        _ if word.starts_with("end") => Role::End,
        _ => Role::Other,
    }
}

/// The outermost conditions and loops. One that is not ended reaches to the last directive.
pub(super) fn regions_of(marks: &[Mark]) -> Vec<Region> {
    let mut regions = Vec::new();
    let mut depth = 0_u32;
    let mut start = 0;
    let mut last = 0;
    for mark in marks {
        match mark.role {
            Role::Begin => {
                if depth == 0 {
                    start = mark.range.start;
                }
                depth += 1;
            }
            Role::End if depth > 0 => {
                depth -= 1;
                if depth == 0 {
                    regions.push(Region {
                        range: start..mark.range.end,
                    });
                }
            }
            Role::End | Role::Middle | Role::Value | Role::Other => {}
        }
        last = mark.range.end;
    }
    if depth > 0 {
        regions.push(Region { range: start..last });
    }
    regions
}

/// The text with each placeholder masked, every byte of it where it was. A directive that stands alone on its line
/// becomes a comment of YAML's.
pub(super) fn masked(text: &str, marks: &[Mark]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for mark in marks {
        out.push_str(text.get(at..mark.range.start).unwrap_or_default());
        let length = mark.range.len();
        let before = text.get(..mark.range.start).unwrap_or_default();
        let after = text.get(mark.range.end..).unwrap_or_default();
        let alone = before
            .rsplit('\n')
            .next()
            .is_some_and(|line| line.trim().is_empty())
            && after.lines().next().unwrap_or_default().trim().is_empty();
        if mark.role != Role::Value && alone {
            let written = text.get(mark.range.clone()).unwrap_or_default();
            out.push('#');
            // Further lines of the directive are comments too.
            let rest = written.bytes().skip(1);
            out.extend(rest.map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
        } else {
            out.push(MASK);
            out.extend(std::iter::repeat_n(
                '_',
                length.saturating_sub(MASK.len_utf8()),
            ));
        }
        at = mark.range.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}
