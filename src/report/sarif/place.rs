//! Where a result stands: URIs and regions as SARIF wants them.

use super::log::{Artifact, Physical, Region};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

/// The place of `bytes` in a file, which starts at `line` and `column`.
pub(super) fn physical(
    sources: &BTreeMap<String, Arc<str>>,
    file: &str,
    line: u32,
    column: u32,
    bytes: (usize, usize),
) -> Physical {
    let text = sources.get(file).map(|text| &**text);
    Physical {
        artifact_location: Artifact { uri: uri(file) },
        region: region(text, line, column, bytes),
    }
}

/// A path as a URI reference: relative paths stay relative, so that a repository's files are found by it.
///
/// A colon is always encoded, `builtin:NAME` included: a reference with a scheme other than `file` makes GitHub
/// refuse the whole upload (github/codeql-action#754).
pub(super) fn uri(path: &str) -> String {
    let path = path.trim_start_matches("./");
    let mut uri = String::with_capacity(path.len());
    if path.starts_with('/') {
        uri.push_str("file://");
    }
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            b'\\' if cfg!(windows) => uri.push('/'),
            _ => {
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri
}

/// Lines and columns count from one, so a place without them has no region. Columns are code points.
fn region(
    text: Option<&str>,
    line: u32,
    column: u32,
    (start, end): (usize, usize),
) -> Option<Region> {
    if line == 0 {
        return None;
    }
    let start_column = (column > 0).then_some(column);
    let span = text
        .and_then(|text| text.get(start..end))
        .filter(|span| !span.is_empty());
    let (Some(span), Some(first)) = (span, start_column) else {
        return Some(Region {
            start_line: line,
            start_column,
            end_line: None,
            end_column: None,
        });
    };
    let lines = memchr::memchr_iter(b'\n', span.as_bytes()).count();
    let last = span.rsplit('\n').next().unwrap_or_default();
    let width = count(last.chars().count());
    let end_column = if lines == 0 { first + width } else { 1 + width };
    Some(Region {
        start_line: line,
        start_column,
        end_line: Some(line.saturating_add(count(lines))),
        end_column: Some(end_column),
    })
}

fn count(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_encoded_and_stays_relative() {
        assert_eq!(uri("./stacks/a b#1.yaml"), "stacks/a%20b%231.yaml");
        assert_eq!(uri("../größe.json"), "../gr%C3%B6%C3%9Fe.json");
        assert_eq!(uri("/tmp/x.json"), "file:///tmp/x.json");
        assert_eq!(uri("builtin:recommended"), "builtin%3Arecommended");
        assert_eq!(uri("100%.json"), "100%25.json");
    }

    #[test]
    fn a_region_ends_behind_its_last_character() {
        let text = "a: é𝄞 # x\nb:\n  c: 1\n";
        let at = |needle: &str| {
            let start = text.find(needle).unwrap();
            (start, start + needle.len())
        };
        let ends = |region: Option<Region>| {
            let region = region.unwrap();
            (region.end_line, region.end_column)
        };
        assert_eq!(ends(region(Some(text), 1, 4, at("é𝄞"))), (Some(1), Some(6)));
        let block = at("b:\n  c: 1");
        assert_eq!(ends(region(Some(text), 2, 1, block)), (Some(3), Some(7)));
    }

    #[test]
    fn a_place_outside_the_text_still_has_its_line() {
        let region = region(Some("é"), 7, 2, (1, 90)).unwrap();
        assert_eq!((region.start_line, region.end_line), (7, None));
        assert_eq!(super::region(None, 0, 0, (0, 0)), None);
    }
}
