//! JSON that stands below something that is not JSON: a comment, or what a program said before it.

use super::recognise::{SOURCE_CODE, looks_like_ours, recognise};
use super::{File, Problem, foreign, inside, json, parse};
use crate::observed::Source;
use std::sync::Arc;

/// What a file is in which nothing of ours was found: unreadable, when it would be ours but for what stands above its JSON.
/// A comment there, or a program's warning, is nothing that AWS takes.
pub(super) fn read(source: &Arc<Source>) -> File {
    let below = json_below(source.text(), |below| {
        let below = Arc::new(Source::new(source.name.clone(), below.to_owned()));
        let (tree, _) = parse(&below).ok()?;
        Some(recognise(tree.root()).is_some())
    });
    match json::read(Arc::clone(source)) {
        Err(syntax) if below => File::Unreadable {
            dialect: None,
            problem: Problem::syntax(source, &syntax),
        },
        _ => others(source),
    }
}

/// What a text is that is nothing of ours as a whole, and not below something else either.
fn others(source: &Arc<Source>) -> File {
    let is_ours = |document: &Arc<Source>| {
        let tree = parse(document).ok().map(|(tree, _)| tree);
        tree.is_some_and(|tree| recognise(tree.root()).is_some() || inside::read(tree).is_some())
    };
    match foreign::of_several(source, is_ours) {
        Some(problem) => File::Unreadable {
            dialect: None,
            problem,
        },
        None => foreign::text(source),
    }
}

/// Whether JSON of ours begins on a later line of a text, below comments or a program's messages. `is_ours` says what a
/// text is by itself; `None` when it cannot be parsed. What cannot be parsed counts below nothing but comments: a
/// script that quotes a request goes on after it.
fn json_below(text: &str, is_ours: impl Fn(&str) -> Option<bool>) -> bool {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let code = |line: &str| SOURCE_CODE.iter().any(|start| line.starts_with(start));
    let uncommented = without_comments(text);
    if uncommented.len() < text.len() && begins_json(uncommented) {
        return is_ours(uncommented).unwrap_or_else(|| looks_like_ours(uncommented));
    }
    let starts = memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1);
    let mut rests = starts.filter_map(|at| text.get(at..));
    let Some(rest) = rests.find(|rest| begins_json(rest)) else {
        return false;
    };
    if text.lines().any(code) {
        return false;
    }
    // What a program prints may go on after a plan; a script's quotation of a request is another matter.
    let line = rest.lines().next().unwrap_or_default();
    let printed = line.starts_with("{\"format_version\"");
    is_ours(rest)
        .or_else(|| printed.then(|| is_ours(line))?)
        .unwrap_or_default()
}

/// Whether an object with members, or a list of such, begins here; no placeholder of a template does.
fn begins_json(text: &str) -> bool {
    let text = text.strip_prefix('[').map_or(text, str::trim_start);
    text.strip_prefix('{')
        .is_some_and(|rest| rest.trim_start().starts_with(['"', '/']))
}

/// A text without the comments that it begins with, of JavaScript's kinds and of scripts'.
fn without_comments(text: &str) -> &str {
    let mut rest = text.trim_start();
    loop {
        let end = if rest.starts_with("//") || rest.starts_with('#') {
            rest.find('\n')
        } else if rest.starts_with("/*") {
            rest.find("*/").map(|end| end + 2)
        } else {
            return rest;
        };
        rest = end
            .and_then(|end| rest.get(end..))
            .unwrap_or_default()
            .trim_start();
    }
}
