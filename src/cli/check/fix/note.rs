//! What is said of fixing: the changes as a diff, and how many findings they mend.

use super::Change;
use super::candidates::{Files, Left};
use crate::cli::Terminal;
use crate::escape;
use crate::report::text::secret;
use similar::TextDiff;
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

/// The byte order mark.
const MARK: char = '\u{feff}';

/// Lines around a change that a diff shows.
const CONTEXT: usize = 3;

/// The texts of files as reports show them.
type Shown = BTreeMap<String, Arc<str>>;

/// Prints the changes as a unified diff, with asterisks for secrets. `shown` are the texts as reports show them, before
/// and now; a file that is not among them was seen to hold no secret.
pub(super) fn diffs(
    changes: &[Change],
    (before, now): (&Shown, &Shown),
    terminal: &mut Terminal<'_>,
) -> io::Result<()> {
    for change in changes {
        let shown = |texts: &'_ Shown, text: &Arc<str>| {
            // What is shown has the same length, byte for byte.
            let shown = texts.get(&change.name);
            let shown = shown.filter(|shown| shown.len() == text.len());
            Arc::clone(shown.unwrap_or(text))
        };
        let (before, now) = (shown(before, &change.before), shown(now, &change.now));
        let diff = TextDiff::from_lines(&*before, &*now);
        let name = escape::terminal(&change.name);
        let mut unified = diff.unified_diff();
        unified
            .context_radius(CONTEXT)
            .header(&format!("a/{name}"), &format!("b/{name}"));
        let shown: String = unified
            .to_string()
            .split_inclusive('\n')
            .map(line)
            .collect();
        terminal.out.write_all(shown.as_bytes())?;
    }
    terminal.out.flush()
}

/// A line as a terminal may have it. What is no harm there stays what it is: tabs, the carriage return at the end, and the
/// mark that a file may begin with.
fn line(line: &str) -> String {
    let (text, end) = match line.strip_suffix("\r\n") {
        Some(text) => (text, "\r\n"),
        None => line
            .strip_suffix('\n')
            .map_or((line, ""), |text| (text, "\n")),
    };
    let (start, text) = text
        .split_once(MARK)
        .filter(|(sign, _)| sign.len() == 1)
        .map_or((String::new(), text), |(sign, text)| {
            (format!("{sign}{MARK}"), text)
        });
    let text = secret::masked(text);
    let parts: Vec<_> = text.split('\t').map(escape::terminal).collect();
    format!("{start}{}{end}", parts.join("\t"))
}

/// Says what was fixed, and how many findings were not, by why.
pub(super) fn said(
    fixed: usize,
    changed: usize,
    dry: bool,
    left: &Left,
    files: &Files,
    terminal: &mut Terminal<'_>,
) -> io::Result<()> {
    let done = match (fixed, dry) {
        (0, true) => "no finding can be fixed: nothing would change".to_owned(),
        (0, false) => "no finding can be fixed: nothing changed".to_owned(),
        (_, true) => format!(
            "would fix {} in {}",
            findings(fixed),
            plural(changed, "file")
        ),
        (_, false) => format!("fixed {} in {}", findings(fixed), plural(changed, "file")),
    };
    terminal.note(&done)?;
    for (name, why) in files.unchangeable() {
        terminal.warning(&format!("`{name}` {why}: it is left as it is"))?;
    }
    let whys = [
        (
            left.open,
            "it is not determined what is to stand there, or no plain value stands there now",
        ),
        (
            left.form,
            "what stands there is in a form that is not edited",
        ),
        (left.generated, "another program writes the file"),
        (left.unchangeable, "the file cannot be changed"),
        (
            left.hopeless,
            "what the baseline determines would not mend it, or would make something worse",
        ),
    ];
    for (count, why) in whys {
        if count > 0 {
            terminal.note(&format!("{} left: {why}", findings(count)))?;
        }
    }
    Ok(())
}

fn findings(count: usize) -> String {
    plural(count, "finding")
}

fn plural(count: usize, noun: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{ending}")
}
