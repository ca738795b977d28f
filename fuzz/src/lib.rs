//! What is fuzzed: each function takes whatever bytes there are, must end without a panic, and says whether there was
//! anything in them to go on with. The targets call them, and so does `tests/it/mutation.rs`.

use emr_baseline::baseline::{Baseline, Memory, Style, load, render, validate};
use emr_baseline::judge::{Judge, World, merge};
use emr_baseline::observe::snapshot::{Event, Reader};
use emr_baseline::observe::{Dialect, File, Given, read_file};
use emr_baseline::observed::{Scope, Source};
use std::sync::{Arc, LazyLock};

const AT: jiff::Timestamp = jiff::Timestamp::UNIX_EPOCH;

/// Everything that the strictest shipped baseline asks for.
static STRICT: LazyLock<Baseline> = LazyLock::new(|| {
    let loaded = load("builtin:strict", &Memory::default(), AT);
    loaded.unwrap().resolve(None).unwrap()
});

/// A baseline: every mistake is shown in every style, and what has none is resolved.
pub fn baseline(bytes: &[u8]) -> bool {
    let files = Memory::from_iter([("b.toml", bytes)]);
    let problems = validate("b.toml", &files, AT);
    let graphical = |colour| Style::Graphical { width: 80, colour };
    for style in [graphical(false), graphical(true), Style::Plain, Style::Json] {
        render(&problems, style);
    }
    load("b.toml", &files, AT).is_ok_and(|loaded| loaded.resolve(None).is_ok())
}

/// A file of a dialect, or of whichever is recognised: what is in it is judged in every world.
pub fn file(bytes: &[u8], dialect: Option<Dialect>) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    let source = Arc::new(Source::new("input", text));
    let File::Read(reading) = read_file(&source, dialect, &Given::default()) else {
        return false;
    };
    let judge = Judge::new(&STRICT, AT).with_evidence(true);
    let scopes = reading.scopes();
    let worlds = scopes.iter().map(|scope| World {
        label: scope.world.clone(),
        facts: scope.facts.clone(),
        evaluations: judge.judge_scope(scope),
    });
    !merge(worlds.collect()).is_empty()
}

/// A snapshot, plain or compressed: every resource is judged.
pub fn snapshot(bytes: &[u8]) -> bool {
    let Ok(reader) = Reader::new("s.jsonl", bytes) else {
        return false;
    };
    let judge = Judge::new(&STRICT, AT);
    let mut evaluations = Vec::new();
    for event in reader {
        if let Event::Fact(record) | Event::Resource(record) = event {
            let mut scope = Scope::new();
            scope.push(record.resource());
            judge.judge(&record.resource(), &scope, &mut evaluations);
        }
    }
    !evaluations.is_empty()
}
