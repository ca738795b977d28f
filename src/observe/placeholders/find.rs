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
    /// It puts in text from elsewhere, such as another file.
    Insert,
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
    /// Whether text from elsewhere is put in, so that what stands around the region has more than it shows.
    pub(super) inserts: bool,
    /// How far the line is indented that it begins on.
    pub(super) column: usize,
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
        role_of(trimmed, rest.starts_with("{%"))
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

fn role_of(directive: &str, jinja: bool) -> Role {
    let word = directive
        .split(|char: char| !char.is_ascii_alphanumeric())
        .next()
        .unwrap_or_default();
    match word {
        "if" | "for" | "macro" | "call" | "filter" | "block" | "raw" | "with" => Role::Begin,
        "else" | "elif" => Role::Middle,
        _ if word.starts_with("end") => Role::End,
        "" => Role::Other,
        // Whatever an extension's own directive does, it may print.
        _ if jinja && !SILENT.contains(&word) => Role::Insert,
        _ => Role::Other,
    }
}

/// Directives of Jinja's that print nothing by themselves. Source: Jinja, *Template Designer Documentation*.
const SILENT: &[&str] = &[
    "set",
    "extends",
    "import",
    "from",
    "do",
    "break",
    "continue",
    "debug",
    "pluralize",
];

/// Whether a directive that begins a region prints what is written elsewhere: the macro that is called, or the block of a
/// template that takes this one's place.
fn prints_more(mark: &Mark, text: &str) -> bool {
    ["call", "block"]
        .iter()
        .any(|word| mark.name(text).starts_with(word))
}

/// How far the line of a byte is indented; what a directive puts in does not care whether it stands in a comment of YAML's.
fn indentation(text: &str, at: usize) -> usize {
    let line = text.get(..at).unwrap_or_default().rsplit('\n').next();
    let line = line.unwrap_or_default();
    line.len() - line.trim_start().len()
}

/// The outermost conditions and loops, and what is put in from elsewhere. A region that is not ended reaches to the last
/// directive.
pub(super) fn regions_of(marks: &[Mark], text: &str) -> Vec<Region> {
    let region = |range: Range<usize>, inserts: bool| Region {
        column: indentation(text, range.start),
        range,
        inserts,
    };
    let mut regions = Vec::new();
    let (mut depth, mut start, mut last) = (0_u32, 0, 0);
    let mut inserts = false;
    for mark in marks {
        match mark.role {
            Role::Begin => {
                if depth == 0 {
                    start = mark.range.start;
                    inserts = false;
                }
                inserts |= prints_more(mark, text);
                depth += 1;
            }
            Role::End if depth > 0 => {
                depth -= 1;
                if depth == 0 {
                    regions.push(region(start..mark.range.end, inserts));
                }
            }
            Role::Insert if depth > 0 => inserts = true,
            Role::Insert => regions.push(region(mark.range.clone(), true)),
            Role::End | Role::Middle | Role::Value | Role::Other => {}
        }
        last = mark.range.end;
    }
    if depth > 0 {
        regions.push(region(start..last, inserts));
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
