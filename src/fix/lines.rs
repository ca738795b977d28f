//! The lines around a place: where they end, how they are indented.

/// Where the line that byte `at` is on begins.
pub(super) fn start_of(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or_default();
    before.rfind('\n').map_or(0, |newline| newline + 1)
}

/// Where the line that byte `at` is on ends, before its line break.
pub(super) fn end_of(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    let end = rest.find('\n').map_or(text.len(), |newline| at + newline);
    let line = text.get(at..end).unwrap_or_default();
    end - usize::from(line.ends_with('\r'))
}

/// The line break that is used around byte `at`.
pub(super) fn break_at(text: &str, at: usize) -> &'static str {
    let first = |text: &str| {
        let newline = text.find('\n')?;
        let before = text.get(..newline).unwrap_or_default();
        Some(before.ends_with('\r'))
    };
    let behind = text.get(at..).and_then(first);
    if behind.or_else(|| first(text)).unwrap_or(false) {
        "\r\n"
    } else {
        "\n"
    }
}

/// The blanks that a line begins with.
pub(super) fn indent(line: &str) -> &str {
    let rest = line.trim_start_matches([' ', '\t']);
    line.get(..line.len() - rest.len()).unwrap_or_default()
}
