//! Mutants of every fixture through every reader: nothing panics. The same functions are fuzzed, without end, by the
//! targets of `fuzz/`; this run is short and the same each time.

#[path = "../../fuzz/src/lib.rs"]
mod fuzzed;

use crate::support::root;

/// Numbers that look random and are the same each time (Knuth's MMIX generator).
#[derive(Debug)]
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound.max(1)
    }
}

/// Pieces that readers treat specially.
const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "\"",
    ":",
    ",",
    "=",
    "-",
    "\n",
    "\t",
    "\\",
    "\\u",
    "\\ud800",
    "\u{0}",
    "\u{feff}",
    "é",
    "\u{10ffff}",
    "${",
    "${!",
    "${A.B}",
    "{{resolve:",
    "}}",
    "!Sub ",
    "!If ",
    "!GetAtt ",
    "&a ",
    "*a",
    "<<: ",
    "|\n",
    ">-\n",
    "---\n",
    "null",
    "true",
    "-1",
    "1e999",
    "99999999999999999999",
    "0x",
    "[[",
    "]]",
    "'''",
    "\"\"\"",
    "{\"Ref\":\"A\"}",
    "{\"Fn::If\":[\"A\",1,{\"Ref\":\"AWS::NoValue\"}]}",
    "{\"Fn::Select\":[\"9\",[]]}",
    "{\"Fn::Transform\":{}}",
    "Fn::ForEach::L",
    "{{ x }}",
    "%{ if x }",
    "{% endif %}",
    "{% $x %}",
    ".$",
    "States.Format('{}', $.a)",
    "f\"{",
    "**",
    "arn:",
    "arn:aws:kms:::",
    "s3://",
    "****",
    "emr-",
    "2027-02-30",
    "${var.x}",
    "%{ if var.x }",
    "%{ endif }",
    "<<-EOT\n",
    "\nEOT\n",
    "jsonencode(",
    "[for k, v in var.x : k => v...]",
    "count = 1e9\n",
    "for_each = local.x\n",
    "dynamic \"step\" {\n",
    "var.x == \"a\" ? 1 : 2",
    "...",
];

/// One change: bytes removed, doubled, swapped with others, overwritten, or a piece put in.
pub fn mutate(bytes: &mut Vec<u8>, dice: &mut Dice) {
    let at = dice.below(bytes.len() + 1);
    let end = (at + 1 + dice.below(40)).min(bytes.len());
    match dice.below(6) {
        0 => drop(bytes.drain(at.min(end)..end)),
        1 => {
            let copy = bytes[at.min(end)..end].to_vec();
            let to = dice.below(bytes.len() + 1);
            bytes.splice(to..to, copy);
        }
        2 => bytes.truncate(at),
        3 if at < bytes.len() => bytes[at] = u8::try_from(dice.below(256)).unwrap(),
        4 if at < bytes.len() => bytes[at] ^= 1 << dice.below(8),
        _ => {
            let piece = PIECES[dice.below(PIECES.len())].bytes();
            bytes.splice(at..at, piece);
        }
    }
}

/// The files of the repository with these extensions, in order, that a mutant of is quick to read.
pub fn seeds(extensions: &[&str]) -> Vec<Vec<u8>> {
    let folders = ["baselines", "golden", "examples"].into_iter();
    let entries =
        folders.flat_map(|folder| walkdir::WalkDir::new(root().join(folder)).sort_by_file_name());
    let paths = entries
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| {
            let extension = path.extension().and_then(|extension| extension.to_str());
            path.is_file() && extension.is_some_and(|extension| extensions.contains(&extension))
        });
    let seeds: Vec<Vec<u8>> = paths
        .map(|path| std::fs::read(path).unwrap())
        .filter(|bytes| bytes.len() < 20_000)
        .collect();
    assert!(!seeds.is_empty(), "{extensions:?}");
    seeds
}

/// Runs `count` mutants, spread over the seeds, each of one to four changes. Some of them must still say something:
/// otherwise nothing is tested but what refuses them.
fn survive(
    seeds: &[Vec<u8>],
    count: usize,
    run: impl Fn(&[u8]) -> bool + std::panic::RefUnwindSafe,
) -> usize {
    let mut dice = Dice(0x2026_1122);
    let mut said = 0;
    for index in 0..count {
        let mut mutant = seeds[index % seeds.len()].clone();
        for _ in 0..=dice.below(4) {
            mutate(&mut mutant, &mut dice);
        }
        let Ok(something) = std::panic::catch_unwind(|| run(&mutant)) else {
            panic!(
                "mutant {index} panics:\n{}",
                String::from_utf8_lossy(&mutant)
            );
        };
        said += usize::from(something);
    }
    said
}

#[test]
fn mutants_of_files_are_read_and_judged_without_a_panic() {
    survive(&seeds(&["json", "yaml", "py"]), 4_000, |bytes| {
        fuzzed::file(bytes, None)
    });
}

#[test]
fn mutants_of_files_are_read_as_any_dialect_without_a_panic() {
    use emr_baseline::observe::Dialect;
    let programs = seeds(&["py"]);
    let said = survive(&programs, 1_200, |bytes| {
        fuzzed::file(bytes, Some(Dialect::Python))
    });
    assert!(said > 50, "{said}");
    let seeds = seeds(&["json", "yaml"]);
    for dialect in Dialect::ALL {
        survive(&seeds, 600, |bytes| fuzzed::file(bytes, Some(*dialect)));
    }
}

#[test]
fn mutants_of_modules_are_evaluated_and_judged_without_a_panic() {
    use emr_baseline::observe::Dialect;
    let said = survive(&seeds(&["tf"]), 3_000, |bytes| {
        fuzzed::file(bytes, Some(Dialect::Terraform))
    });
    assert!(said > 50, "{said}");
}

#[test]
fn mutants_of_baselines_are_answered_without_a_panic() {
    let said = survive(&seeds(&["toml"]), 2_000, fuzzed::baseline);
    assert!(said > 50, "{said}");
}

#[test]
fn mutants_of_snapshots_are_read_and_judged_without_a_panic() {
    let mut seeds = seeds(&["jsonl"]);
    let packed = seeds.iter().map(|seed| {
        ruzstd::encoding::compress_to_vec(
            seed.as_slice(),
            ruzstd::encoding::CompressionLevel::Fastest,
        )
    });
    let packed: Vec<Vec<u8>> = packed.collect();
    seeds.extend(packed);
    let said = survive(&seeds, 2_000, fuzzed::snapshot);
    assert!(said > 50, "{said}");
}
