//! `case.toml`: a case that a baseline is tested by. It names a baseline and an input, and says which verdicts are
//! expected of the two together.

use super::binding::Binding;
use super::problem::Problem;
use super::reader::Reader;
use super::source::Source;
use super::value::{self, Item, Pair, Value};
use super::{layer, layers, secret, suggest};
use crate::control::Verdict;
use crate::controls;
use crate::origin::Origin;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::Range;
use std::sync::Arc;

/// The name of a case's file.
pub const CASE_FILE: &str = "case.toml";

/// A text and where it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The text.
    pub text: String,
    /// Where it is written.
    pub origin: Origin,
}

/// A verdict that a case expects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// The control.
    pub control: &'static str,
    /// The id of one resource; `None` for the worst over all of them.
    pub resource: Option<String>,
    /// The verdict.
    pub verdict: Verdict,
    /// Where it is expected.
    pub origin: Origin,
}

/// A case that a baseline is tested by.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its file, for messages.
    pub source: Arc<Source>,
    /// The baseline: a path as seen from the case, or `builtin:NAME`.
    pub baseline: Said,
    /// Files and folders to judge, as seen from the case.
    pub input: Vec<Said>,
    /// The target to judge by.
    pub target: Option<Said>,
    /// The time of evaluation.
    pub at: Option<Timestamp>,
    /// Values of the input's parameters.
    pub parameters: BTreeMap<String, String>,
    /// Files of such values, as seen from the case. The values of [`Self::parameters`] take their place.
    pub parameter_files: Vec<Said>,
    /// What is expected.
    pub expected: Vec<Expectation>,
}

/// What was read of a case so far.
#[derive(Debug, Default)]
struct Draft {
    baseline: Option<Said>,
    input: Vec<Said>,
    target: Option<Said>,
    at: Option<Timestamp>,
    parameters: BTreeMap<String, String>,
    parameter_files: Vec<Said>,
    expected: Vec<Expectation>,
}

const KEYS: [&str; 8] = [
    "baseline",
    "input",
    "target",
    "at",
    "parameters",
    "parameter-files",
    "expect",
    "expect-resource",
];
const ROW: [&str; 3] = ["control", "resource", "verdict"];

/// Reads a case.
///
/// # Errors
/// Every mistake in it.
pub fn read(name: &str, bytes: Vec<u8>) -> Result<Case, Vec<Problem>> {
    let text = match layers::decode(name, bytes) {
        Ok(text) => text,
        Err(problem) => return Err(vec![of_a_case(problem)]),
    };
    let source = Source::new(name, text.as_str());
    let mut document = value::parse(&source);
    let secrets = secret::find(&text).into_iter().map(|secret| secret.bytes);
    let hidden: Vec<Range<usize>> = secrets.chain(given(&document.pairs)).collect();
    let source = Arc::new(source.hiding(&hidden));
    let mut problems = Vec::new();
    let mut reader = Reader {
        source: &source,
        binding: &Binding::default(),
        problems: &mut problems,
    };
    let draft = draft(&mut reader, &document.pairs);
    // What seems to be missing may stand where the syntax is broken, and what is said of such lines is noise.
    if document.broken.is_empty() {
        missing(&document.pairs, &source, &mut problems);
    }
    problems.retain(|problem| {
        let line = problem.origin().map(|origin| origin.line);
        line.is_none_or(|line| !document.broken.contains(&line))
    });
    document.problems.append(&mut problems);
    match draft.baseline {
        Some(baseline) if document.problems.is_empty() => Ok(Case {
            source,
            baseline,
            input: draft.input,
            target: draft.target,
            at: draft.at,
            parameters: draft.parameters,
            parameter_files: draft.parameter_files,
            expected: draft.expected,
        }),
        _ => {
            let mut problems = document.problems;
            problems.sort_by_key(|problem| problem.origin().map(|origin| origin.bytes));
            let shown = problems.into_iter().map(|problem| {
                let mut problem = of_a_case(problem);
                attach(&mut problem, &source);
                problem
            });
            Err(shown.collect())
        }
    }
}

impl Case {
    /// A mistake in the case that shows only when it is run, at the place that causes it.
    pub fn problem(&self, problem: Problem, origin: &Origin) -> Problem {
        let mut problem = of_a_case(problem).at(origin.clone(), "");
        attach(&mut problem, &self.source);
        problem
    }

    /// A mistake that was found on the case's behalf: what has no place of its own gets the case's.
    pub fn blamed(&self, problem: Problem, origin: &Origin) -> Problem {
        if problem.labels.is_empty() {
            let mut problem = problem.at(origin.clone(), "");
            attach(&mut problem, &self.source);
            return problem;
        }
        problem
    }
}

fn attach(problem: &mut Problem, source: &Arc<Source>) {
    for label in &mut problem.labels {
        label.source.get_or_insert_with(|| Arc::clone(source));
    }
}

/// The same mistake, as one of a case.
fn of_a_case(mut problem: Problem) -> Problem {
    if let Some(kind) = problem.code.strip_prefix("baseline::") {
        problem.code = format!("case::{kind}");
    }
    problem
}

/// The bytes of the parameters' values: they may be secret, and no message shows them.
fn given(pairs: &[Pair]) -> Vec<Range<usize>> {
    let tables = pairs.iter().filter(|pair| pair.key == "parameters");
    let values = tables.flat_map(|pair| match &pair.item.value {
        Value::Table(pairs) => pairs.iter().map(|pair| pair.item.bytes.clone()).collect(),
        Value::Text(_)
        | Value::Number(_)
        | Value::Flag(_)
        | Value::Date(_)
        | Value::List(_)
        | Value::Other(_)
        | Value::Broken => Vec::new(),
    });
    values.collect()
}

fn draft(reader: &mut Reader<'_>, pairs: &[Pair]) -> Draft {
    let mut draft = Draft::default();
    for pair in pairs {
        let item = &pair.item;
        match pair.key.as_str() {
            "baseline" => draft.baseline = text(reader, "baseline", item),
            "input" => draft.input = files(reader, "input", "a file or a folder", item),
            "target" => draft.target = text(reader, "target", item),
            "at" => draft.at = time(reader, item),
            "parameters" => draft.parameters = parameters(reader, item),
            "parameter-files" => {
                let what = "a file as `check --parameters` takes it";
                draft.parameter_files = files(reader, "parameter-files", what, item);
            }
            "expect" => expectations(reader, item, &mut draft.expected),
            "expect-resource" => {
                let rows = item.elements().iter();
                draft
                    .expected
                    .extend(rows.filter_map(|item| row(reader, item)));
            }
            _ => reader.unknown_key("a case", pair, KEYS),
        }
    }
    twice(reader, &draft.expected);
    draft
}

/// What no case goes without.
fn missing(pairs: &[Pair], source: &Source, problems: &mut Vec<Problem>) {
    let mut lacks = |keys: &[&str], what: &str, help: &str| {
        if !pairs.iter().any(|pair| keys.contains(&&*pair.key)) {
            let problem = Problem::new("missing-key", format!("the case {what}"));
            problems.push(problem.at(source.origin(&(0..0)), "").help(help));
        }
    };
    lacks(
        &["baseline"],
        "names no baseline",
        "write `baseline = \"../prod.toml\"`, seen from the case, or `\"builtin:recommended\"`",
    );
    lacks(
        &["input"],
        "names no input",
        "write `input = [\"template.yaml\"]`, seen from the case",
    );
    lacks(
        &["expect", "expect-resource"],
        "expects nothing",
        "write `\"emr.disk-encryption\" = \"noncompliant\"` below `[expect]`",
    );
}

fn text(reader: &mut Reader<'_>, key: &str, item: &Item) -> Option<Said> {
    let Value::Text(text) = &item.value else {
        return reader.mistyped(key, "a string", item, "write it in quotes");
    };
    Some(Said {
        text: text.clone(),
        origin: reader.source.origin(&item.bytes),
    })
}

/// One path, or a list of them.
fn files(reader: &mut Reader<'_>, key: &str, what: &str, item: &Item) -> Vec<Said> {
    let items = item.elements();
    if items.is_empty() {
        let help = format!("name {what}, seen from the case");
        let message = format!("`{key}` names nothing");
        reader.wrong(&format!("empty-{key}"), message, &item.bytes, &help);
    }
    let texts = items.iter();
    texts.filter_map(|item| text(reader, key, item)).collect()
}

/// A time in quotes, or as TOML writes it.
fn time(reader: &mut Reader<'_>, item: &Item) -> Option<Timestamp> {
    let written = match &item.value {
        Value::Text(text) => text.as_str(),
        Value::Broken => return None,
        Value::Number(_)
        | Value::Flag(_)
        | Value::Date(_)
        | Value::List(_)
        | Value::Table(_)
        | Value::Other(_) => reader
            .source
            .text()
            .get(item.bytes.clone())
            .unwrap_or_default(),
    };
    let time = written.parse();
    if time.is_err() {
        let help = "write it as `2026-11-22T12:00:00Z`, with the offset from UTC";
        let message = "`at` is no time of RFC 3339";
        reader.wrong("bad-time", message, &item.bytes, help);
    }
    time.ok()
}

fn parameters(reader: &mut Reader<'_>, item: &Item) -> BTreeMap<String, String> {
    let Value::Table(pairs) = &item.value else {
        let help = "write `Stage = \"prod\"` below `[parameters]`";
        let wanted = "a table of values by name";
        reader.mistyped::<()>("parameters", wanted, item, help);
        return BTreeMap::new();
    };
    let mut values = BTreeMap::new();
    for pair in pairs {
        let value = match &pair.item.value {
            Value::Text(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Flag(flag) => flag.to_string(),
            Value::Date(_) | Value::List(_) | Value::Table(_) | Value::Other(_) | Value::Broken => {
                let help = "a list is written with commas: `\"a,b\"`";
                let wanted = "a string, a whole number or a boolean";
                reader.mistyped::<()>(&pair.key, wanted, &pair.item, help);
                continue;
            }
        };
        values.insert(pair.key.clone(), value);
    }
    values
}

fn expectations(reader: &mut Reader<'_>, item: &Item, out: &mut Vec<Expectation>) {
    let Value::Table(pairs) = &item.value else {
        let help = "write `\"emr.disk-encryption\" = \"compliant\"` below `[expect]`";
        let wanted = "a table of verdicts by control";
        reader.mistyped::<()>("expect", wanted, item, help);
        return;
    };
    if pairs.is_empty() {
        let help = "write `\"emr.disk-encryption\" = \"compliant\"` below it";
        reader.wrong("empty-expect", "`expect` is empty", &item.bytes, help);
    }
    for pair in pairs {
        let Value::Table(inner) = &pair.item.value else {
            out.extend(expectation(reader, &pair.key, pair));
            continue;
        };
        // Without quotes, TOML takes the dot in a control's id for a table in a table.
        for inner in inner {
            let id = format!("{}.{}", pair.key, inner.key);
            out.extend(expectation(reader, &id, inner));
        }
    }
}

fn expectation(reader: &mut Reader<'_>, id: &str, pair: &Pair) -> Option<Expectation> {
    let control = control(reader, id, &pair.key_bytes);
    let verdict = verdict(reader, id, &pair.item);
    Some(Expectation {
        control: control?,
        resource: None,
        verdict: verdict?,
        origin: reader.source.origin(&pair.bytes()),
    })
}

/// A table of `[[expect-resource]]`.
fn row(reader: &mut Reader<'_>, item: &Item) -> Option<Expectation> {
    let Value::Table(pairs) = &item.value else {
        let help = "write it as `[[expect-resource]]`";
        return reader.mistyped("expect-resource", "a list of tables", item, help);
    };
    let (mut control_at, mut resource, mut verdict_at) = (None, None, None);
    for pair in pairs {
        match pair.key.as_str() {
            "control" => {
                let id = text(reader, "control", &pair.item);
                let id = id.and_then(|id| control(reader, &id.text, &pair.item.bytes));
                control_at = Some(id);
            }
            "resource" => resource = Some(text(reader, "resource", &pair.item)),
            "verdict" => verdict_at = Some(verdict(reader, "verdict", &pair.item)),
            _ => reader.unknown_key("expect-resource", pair, ROW),
        }
    }
    let given = [
        control_at.is_some(),
        resource.is_some(),
        verdict_at.is_some(),
    ];
    for (key, given) in ROW.iter().zip(given) {
        if !given {
            let message = format!("`expect-resource` lacks `{key}`");
            let help = "it is a control, the id of a resource and a verdict";
            reader.wrong("missing-key", message, &item.bytes, help);
        }
    }
    Some(Expectation {
        control: control_at??,
        resource: Some(resource??.text),
        verdict: verdict_at??,
        origin: reader.source.origin(&item.bytes),
    })
}

fn control(reader: &mut Reader<'_>, id: &str, bytes: &Range<usize>) -> Option<&'static str> {
    let found = controls::find(id).map(|entry| entry.meta.id);
    if found.is_none() {
        let problem = layer::unknown_control(id).at(reader.source.origin(bytes), "");
        reader.problems.push(problem);
    }
    found
}

fn verdict(reader: &mut Reader<'_>, key: &str, item: &Item) -> Option<Verdict> {
    let Value::Text(name) = &item.value else {
        return reader.mistyped(key, "the name of a verdict", item, "write it in quotes");
    };
    let found = Verdict::of_name(name);
    if found.is_none() {
        let help = suggest::help(name, Verdict::ALL.map(Verdict::name));
        let message = format!("`{name}` is no verdict");
        reader.wrong("unknown-verdict", message, &item.bytes, &help);
    }
    found
}

/// What is expected of the same control and resource twice.
fn twice(reader: &mut Reader<'_>, expected: &[Expectation]) {
    let mut first = BTreeMap::new();
    for one in expected {
        match first.entry((one.control, &one.resource)) {
            Entry::Vacant(entry) => drop(entry.insert(&one.origin)),
            Entry::Occupied(entry) => {
                let message = format!("`{}` is expected twice", one.control);
                let problem = Problem::new("expected-twice", message)
                    .at(one.origin.clone(), "again here")
                    .at((*entry.get()).clone(), "first here");
                reader.problems.push(problem.help("remove one of the two"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistakes(text: &str) -> Vec<String> {
        let problems = read("c/case.toml", text.as_bytes().to_vec()).unwrap_err();
        problems.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_case_is_read_with_and_without_quotes_around_controls() {
        let text = "baseline = 'builtin:strict'\ninput = 'a.yaml'\nat = 2026-11-22T12:00:00Z\n\
                    [parameters]\nStage = 'prod'\nCount = 2\n\
                    [expect]\n'emr.disk-encryption' = 'compliant'\nemr.kerberos = 'indeterminate'\n\
                    [[expect-resource]]\ncontrol = 'emr.tags'\nresource = 'Etl'\nverdict = 'waived'\n";
        let case = read("c/case.toml", text.into()).unwrap();
        assert_eq!(case.input.len(), 1);
        assert_eq!(case.at, "2026-11-22T12:00:00Z".parse().ok());
        assert_eq!(case.parameters.get("Count").map(String::as_str), Some("2"));
        let expected: Vec<_> = case
            .expected
            .iter()
            .map(|one| (one.control, one.resource.as_deref(), one.verdict.name()))
            .collect();
        assert_eq!(
            expected,
            [
                ("emr.disk-encryption", None, "compliant"),
                ("emr.kerberos", None, "indeterminate"),
                ("emr.tags", Some("Etl"), "waived"),
            ]
        );
    }

    #[test]
    fn all_mistakes_are_told_in_one_run_each_at_its_place() {
        let text = "inputs = []\nat = 'noon'\ntarget = 1\n[expect]\n\
                    'emr.disk-encription' = 'complient'\n[[expect-resource]]\ncontrol = 'emr.tags'\n";
        assert_eq!(
            mistakes(text),
            [
                "c/case.toml:1:1: error[case::missing-key]: the case names no baseline",
                "c/case.toml:1:1: error[case::missing-key]: the case names no input",
                "c/case.toml:1:1: error[case::unknown-key]: `a case` has no key `inputs`",
                "c/case.toml:2:6: error[case::bad-time]: `at` is no time of RFC 3339",
                "c/case.toml:3:10: error[case::wrong-type]: `target` must be a string",
                "c/case.toml:5:1: error[case::unknown-control]: there is no control `emr.disk-encription`",
                "c/case.toml:5:25: error[case::unknown-verdict]: `complient` is no verdict",
                "c/case.toml:6:1: error[case::missing-key]: `expect-resource` lacks `resource`",
                "c/case.toml:6:1: error[case::missing-key]: `expect-resource` lacks `verdict`",
            ]
        );
    }

    #[test]
    fn a_case_without_input_or_expectation_is_a_mistake() {
        let text = "baseline = 'b.toml'\ninput = []\n[expect]\n";
        assert_eq!(
            mistakes(text),
            [
                "c/case.toml:2:9: error[case::empty-input]: `input` names nothing",
                "c/case.toml:3:1: error[case::empty-expect]: `expect` is empty",
            ]
        );
    }

    #[test]
    fn a_verdict_that_is_expected_twice_is_a_mistake() {
        let text = "baseline = 'b.toml'\ninput = ['a.yaml']\n[expect]\nemr.tags = 'compliant'\n\
                    'emr.tags' = 'noncompliant'\n";
        let [mistake] = &mistakes(text)[..] else {
            panic!("one mistake")
        };
        assert!(
            mistake.contains("`emr.tags` is expected twice"),
            "{mistake}"
        );
    }

    #[test]
    fn files_of_parameters_are_one_or_several() {
        let case = |files: &str| {
            let text = format!(
                "baseline = 'b.toml'\ninput = 'a.yaml'\nparameter-files = {files}\n[expect]\n'emr.tags' = 'compliant'\n"
            );
            read("case.toml", text.into())
        };
        for (files, expected) in [
            ("'p.json'", &["p.json"][..]),
            ("['p.json', 'q.tfvars']", &["p.json", "q.tfvars"]),
        ] {
            let said = case(files).unwrap().parameter_files;
            let said: Vec<&str> = said.iter().map(|said| said.text.as_str()).collect();
            assert_eq!(said, expected);
        }
        let problems = case("[]").unwrap_err();
        assert_eq!(problems[0].code, "case::empty-parameter-files");
    }

    #[test]
    fn values_of_parameters_are_never_shown() {
        let text = "[parameters]\nPassword = 'hunter22'\nOther = ['x']\n";
        let problems = read("case.toml", text.into()).unwrap_err();
        let style = super::super::Style::Graphical {
            width: 80,
            colour: false,
        };
        let shown = super::super::render(&problems, style);
        assert!(shown.contains("Password"), "{shown}");
        assert!(!shown.contains("hunter22"), "{shown}");
    }

    #[test]
    fn anything_else_than_a_case_is_mistakes_and_no_panic() {
        for text in [
            "",
            "[expect",
            "\u{feff}",
            "expect = 1",
            "expect-resource = [1]",
            "input = {}",
        ] {
            assert!(!mistakes(text).is_empty(), "{text}");
        }
        assert!(read("case.toml", vec![0xff]).is_err());
    }
}
