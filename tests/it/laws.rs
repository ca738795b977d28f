//! The laws that hold for every control at once. See `docs/src/decisions` for why they are worth having.

use crate::compile::{compile, examples};
use crate::support::{Failures, check, entries, root};
use emr_baseline::control::Weakening;
use emr_baseline::controls::REGISTRY;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Verdicts by control and resource kind.
type Verdicts = BTreeMap<(String, String), String>;

/// A compiled example, and a launch request that carries everything it obliges a launcher to.
pub struct Example {
    pub name: String,
    pub baseline: String,
    pub target: String,
    pub folder: tempfile::TempDir,
    pub document: Value,
    pub launch: Value,
    /// Data lake settings. Each of the three is null when none is compiled.
    pub settings: Value,
    pub skeleton: Value,
}

/// The artifacts that controls judge together.
const ARTIFACTS: [&str; 3] = [
    "security-configuration",
    "launch",
    "lake-formation/settings",
];

impl Example {
    pub fn all() -> Vec<Self> {
        std::env::set_current_dir(root()).unwrap();
        examples().iter().map(|path| Self::of(path)).collect()
    }

    fn of(path: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        compile(path, folder.path());
        let target = entries(folder.path()).remove(0);
        let read = |path: PathBuf| {
            serde_json::from_str(
                &std::fs::read_to_string(&path).unwrap_or_else(|_| "null".to_owned()),
            )
            .unwrap()
        };
        Self {
            name: path.file_name().unwrap().to_str().unwrap().to_owned(),
            baseline: path.join("baseline.toml").to_str().unwrap().to_owned(),
            target: target.file_name().unwrap().to_str().unwrap().to_owned(),
            document: read(target.join("security-configuration.json")),
            launch: read(target.join("launch.json")),
            settings: read(target.join("lake-formation/settings.json")),
            skeleton: read(path.join("skeleton.json")),
            folder,
        }
    }

    /// One of the artifacts.
    fn artifact(&self, name: &str) -> &Value {
        match name {
            "security-configuration" => &self.document,
            "launch" => &self.launch,
            _ => &self.settings,
        }
    }

    /// The verdicts with one artifact in the place of its own.
    fn judge_with(&self, name: &str, artifact: &Value) -> Verdicts {
        let of = |other: &str| {
            if other == name {
                artifact
            } else {
                self.artifact(other)
            }
        };
        self.judge(of(ARTIFACTS[0]), of(ARTIFACTS[1]), of(ARTIFACTS[2]))
            .0
    }

    /// The verdicts over a document, a launch request and data lake settings.
    fn judge(&self, document: &Value, launch: &Value, settings: &Value) -> (Verdicts, Value) {
        let input = self.folder.path().join("input");
        std::fs::create_dir_all(&input).unwrap();
        if *document != Value::Null {
            std::fs::write(input.join("document.json"), document.to_string()).unwrap();
        }
        std::fs::write(
            input.join("request.json"),
            merged(&self.skeleton, launch).to_string(),
        )
        .unwrap();
        let file = input.join("settings.json");
        if *settings != Value::Null {
            std::fs::write(file, settings.to_string()).unwrap();
        }
        self.judge_files(&input)
    }

    fn judge_files(&self, input: &Path) -> (Verdicts, Value) {
        let (report, _) = check(&[
            &self.baseline,
            "--target",
            &self.target,
            input.to_str().unwrap(),
        ]);
        (verdicts(&report), report)
    }
}

fn verdicts(report: &Value) -> Verdicts {
    let evaluations = report["evaluations"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    evaluations
        .map(|evaluation| {
            (
                (
                    text(&evaluation["control"]),
                    text(&evaluation["resource"]["kind"]),
                ),
                text(&evaluation["verdict"]),
            )
        })
        .collect()
}

/// The skeleton with the launch's members put in: objects member by member, lists one after the other.
pub fn merged(skeleton: &Value, launch: &Value) -> Value {
    let (Value::Object(base), Value::Object(over)) = (skeleton, launch) else {
        return match (skeleton, launch) {
            (Value::Array(base), Value::Array(over)) => {
                Value::Array([base.as_slice(), over].concat())
            }
            (_, Value::Null) => skeleton.clone(),
            _ => launch.clone(),
        };
    };
    let mut all = base.clone();
    for (key, value) in over {
        let inner = all
            .get(key)
            .map_or_else(|| value.clone(), |base| merged(base, value));
        all.insert(key.clone(), inner);
    }
    Value::Object(all)
}

/// Every leaf of a document, by pointer.
fn leaves(value: &Value, pointer: &str, found: &mut Vec<(String, Value)>) {
    match value {
        Value::Object(map) if !map.is_empty() => map
            .iter()
            .for_each(|(key, inner)| leaves(inner, &format!("{pointer}/{key}"), found)),
        Value::Array(list) if !list.is_empty() => list
            .iter()
            .enumerate()
            .for_each(|(index, inner)| leaves(inner, &format!("{pointer}/{index}"), found)),
        _ => found.push((pointer.to_owned(), value.clone())),
    }
}

pub fn remove(document: &Value, pointer: &str) -> Value {
    let mut changed = document.clone();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    match changed.pointer_mut(parent).unwrap() {
        Value::Object(map) => drop(map.shift_remove(key)),
        Value::Array(list) => drop(list.remove(key.parse().unwrap())),
        other => panic!("{pointer}: {other}"),
    }
    changed
}

pub fn replace(document: &Value, pointer: &str, value: Value) -> Value {
    let mut changed = document.clone();
    if let Some(leaf) = changed.pointer_mut(pointer) {
        *leaf = value;
        return changed;
    }
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    if let Some(Value::Object(map)) = changed.pointer_mut(parent) {
        map.insert(key.to_owned(), value);
    }
    changed
}

/// What one leaf may be changed to; each group needs one member that the audit notices.
fn mutants(document: &Value, pointer: &str, leaf: &Value) -> Vec<(String, Vec<Value>)> {
    let set = |value: Value| replace(document, pointer, value);
    let changed = match leaf {
        Value::Bool(flag) => vec![set(json!(!flag))],
        Value::Number(number) => vec![
            set(json!(number.as_i64().unwrap() + 1)),
            set(json!(number.as_i64().unwrap() - 1)),
        ],
        Value::String(text) => vec![
            set(json!(format!("{text}-other"))),
            set(json!(text.replace("://", "://other-"))),
        ],
        // An empty section: AWS rejects a key that it does not know.
        _ => vec![set(json!({ "Other": true }))],
    };
    let mistyped = match leaf {
        Value::Bool(flag) => set(json!(flag.to_string())),
        Value::Number(number) => set(json!(number.to_string())),
        _ => set(json!(17)),
    };
    vec![
        ("removed".to_owned(), vec![remove(document, pointer)]),
        ("changed".to_owned(), changed),
        ("mistyped".to_owned(), vec![mistyped]),
    ]
}

/// Mutants that are as good as what is compiled, each with the reason.
const AS_GOOD: &[(&str, &str, &str)] = &[
    (
        "EnableAtRestEncryption",
        "any",
        "written off because AWS's samples write both switches; nothing asks for it in this baseline",
    ),
    (
        "TicketLifetimeInHours",
        "removed",
        "AWS's default is 10 hours (EMR release notes, 5.24.0), under the ceiling",
    ),
    (
        "AllowFullTableExternalDataAccess",
        "removed",
        "absent is `false` (Lake Formation API, `DataLakeSettings`)",
    ),
    (
        "EnableInTransitEncryption",
        "any",
        "written off because AWS's samples write both switches; nothing asks for it in this baseline",
    ),
];

fn as_good(pointer: &str, how: &str, leaf: &Value) -> bool {
    AS_GOOD.iter().any(|(name, kind, _)| {
        pointer.ends_with(name) && (*kind == how || *kind == "any" && *leaf == json!(false))
    })
}

fn worse(before: &Verdicts, after: &Verdicts) -> Vec<String> {
    let failing = |verdict: &str| ["noncompliant", "indeterminate"].contains(&verdict);
    let lost = before.iter().filter(|(key, verdict)| {
        *verdict == "compliant" && after.get(*key).is_none_or(|now| failing(now))
    });
    lost.map(|((control, _), _)| control.clone()).collect()
}

#[test]
fn what_we_compile_passes_its_own_audit() {
    let mut failures = Failures::default();
    for example in Example::all() {
        let (verdicts, report) =
            example.judge(&example.document, &example.launch, &example.settings);
        for evaluation in report["evaluations"].as_array().unwrap() {
            let is = |key: &str, value: &str| evaluation[key] == value;
            let kind = evaluation["resource"]["kind"].as_str().unwrap();
            let known = ["emr-security-configuration", "lake-formation-settings"].contains(&kind)
                && !is("severity", "info");
            if is("verdict", "noncompliant") || known && is("verdict", "indeterminate") {
                let subject = format!(
                    "{} {} {}",
                    example.name, evaluation["control"], evaluation["resource"]["kind"]
                );
                failures.add(subject, evaluation["message"].to_string());
            }
        }
        assert!(
            verdicts.values().any(|verdict| verdict == "compliant"),
            "{}: nothing is compliant",
            example.name
        );
    }
    failures.check();
}

#[test]
fn every_compiled_leaf_is_load_bearing() {
    let mut failures = Failures::default();
    for example in Example::all() {
        let (before, _) = example.judge(&example.document, &example.launch, &example.settings);
        for name in ARTIFACTS {
            let artifact = example.artifact(name);
            let mut found = Vec::new();
            leaves(artifact, "", &mut found);
            for (pointer, leaf) in found.iter().filter(|(pointer, _)| !pointer.is_empty()) {
                for (how, group) in mutants(artifact, pointer, leaf) {
                    let noticed = group.iter().any(|mutant| {
                        !worse(&before, &example.judge_with(name, mutant)).is_empty()
                    });
                    if !noticed && !as_good(pointer, &how, leaf) {
                        failures.add(
                            format!("{} {pointer} {how}", example.name),
                            "nobody notices",
                        );
                    }
                }
            }
        }
    }
    failures.check();
}

/// What came of a weakening on one example.
enum Tried {
    /// The example does not require the control, or has nothing there to weaken.
    DoesNotFit,
    /// The control finds it, and nobody else does who is not listed.
    Found,
    /// What went wrong.
    Wrong(String),
}

/// Tries a weakening on an example. `missing` also adds leaves that the example does not compile.
fn weaken(
    example: &Example,
    before: &Verdicts,
    id: &str,
    weakening: &Weakening,
    missing: bool,
) -> Tried {
    let artifact = example.artifact(weakening.artifact);
    let of_artifact = |kind: &str| match weakening.artifact {
        "security-configuration" => kind == "emr-security-configuration",
        "launch" => !["emr-security-configuration", "lake-formation-settings"].contains(&kind),
        _ => kind == "lake-formation-settings",
    };
    let passes = before.iter().any(|((control, kind), verdict)| {
        control == id && verdict == "compliant" && of_artifact(kind)
    });
    let value: Option<Value> = weakening
        .value
        .map(|text| serde_json::from_str(text).unwrap());
    let standing = artifact.pointer(weakening.pointer);
    let (parent, _) = weakening.pointer.rsplit_once('/').unwrap();
    let addable = missing && value.is_some() && artifact.pointer(parent).is_some();
    if !passes || standing.is_none() && !addable || standing.is_some() && standing == value.as_ref()
    {
        return Tried::DoesNotFit;
    }
    let weakened = match value {
        Some(value) => replace(artifact, weakening.pointer, value),
        None => remove(artifact, weakening.pointer),
    };
    let after = example.judge_with(weakening.artifact, &weakened);
    let found = after
        .iter()
        .any(|((control, _), verdict)| control == id && verdict == "noncompliant");
    let mut unlisted = worse(before, &after);
    unlisted.retain(|other| other != id && !weakening.also.contains(&other.as_str()));
    match (found, unlisted.is_empty()) {
        (true, true) => Tried::Found,
        (false, _) => Tried::Wrong("its control does not find it noncompliant".to_owned()),
        (true, false) => Tried::Wrong(format!(
            "fails controls that it does not list: {unlisted:?}"
        )),
    }
}

#[test]
fn each_declared_weakening_fails_its_control_and_no_unlisted_other() {
    let mut failures = Failures::default();
    let examples: Vec<(Example, Verdicts)> = Example::all()
        .into_iter()
        .map(|example| {
            let before = example
                .judge(&example.document, &example.launch, &example.settings)
                .0;
            (example, before)
        })
        .collect();
    for entry in REGISTRY {
        let id = entry.meta.id;
        for weakening in entry.weakenings {
            let subject = format!("{id} {} {:?}", weakening.pointer, weakening.value);
            let mut fitted = false;
            for missing in [false, true] {
                for (example, before) in &examples {
                    if missing && fitted {
                        break;
                    }
                    match weaken(example, before, id, weakening, missing) {
                        Tried::DoesNotFit => {}
                        Tried::Found => fitted = true,
                        Tried::Wrong(why) => {
                            fitted = true;
                            failures.add(format!("{subject} on {}", example.name), why);
                        }
                    }
                }
            }
            if !fitted {
                failures.add(subject, "fits no example in golden/compile");
            }
        }
    }
    failures.check();
}

#[test]
fn what_reads_an_unreadable_leaf_is_not_compliant() {
    let mut failures = Failures::default();
    for example in Example::all() {
        let template = |document: &Value| {
            json!({
                "Parameters": { "Unknown": { "Type": "String" } },
                "Resources": { "Document": { "Type": "AWS::EMR::SecurityConfiguration", "Properties": { "SecurityConfiguration": document } } }
            })
        };
        let judge = |document: &Value| {
            let input = example.folder.path().join("template");
            std::fs::create_dir_all(&input).unwrap();
            std::fs::write(input.join("template.json"), template(document).to_string()).unwrap();
            example.judge_files(&input).0
        };
        if example.document == Value::Null {
            continue;
        }
        let before = judge(&example.document);
        let mut found = Vec::new();
        leaves(&example.document, "", &mut found);
        for (pointer, leaf) in found.iter().filter(|(pointer, _)| !pointer.is_empty()) {
            let readers: Vec<String> = mutants(&example.document, pointer, leaf)
                .into_iter()
                .flat_map(|(_, group)| group)
                .flat_map(|mutant| worse(&before, &judge(&mutant)))
                .collect();
            let after = judge(&replace(
                &example.document,
                pointer,
                json!({ "Ref": "Unknown" }),
            ));
            for reader in readers {
                let verdict = after.get(&(reader.clone(), "emr-security-configuration".to_owned()));
                if verdict.is_some_and(|verdict| verdict == "compliant") {
                    failures.add(
                        format!("{} {reader} {pointer}", example.name),
                        "is compliant over an unknown value that it reads",
                    );
                }
            }
        }
    }
    failures.check();
}

#[test]
fn an_empty_estate_is_compliant_with_nothing() {
    use emr_baseline::baseline::{Memory, load};
    use emr_baseline::judge::Judge;
    use emr_baseline::observed::Scope;
    let at: jiff::Timestamp = crate::support::AT.parse().unwrap();
    for (name, _) in emr_baseline::baseline::SHIPPED {
        let baseline = load(&format!("builtin:{name}"), &Memory::default(), at)
            .unwrap()
            .resolve(None)
            .unwrap();
        let judge = Judge::new(&baseline, at);
        let mut evaluations = judge.judge_scope(&Scope::new());
        evaluations.extend(judge.finish(&BTreeMap::new(), false));
        let compliant: Vec<_> = evaluations
            .iter()
            .filter(|evaluation| evaluation.verdict == emr_baseline::control::Verdict::Compliant)
            .map(|evaluation| evaluation.control.id)
            .collect();
        assert_eq!(compliant, Vec::<&str>::new(), "{name}");
    }
}

#[test]
fn a_stricter_baseline_finds_no_less() {
    std::env::set_current_dir(root()).unwrap();
    let mut failures = Failures::default();
    let inputs: Vec<PathBuf> = crate::support::fixtures()
        .into_iter()
        .map(|(_, path)| path)
        .filter(|path| !crate::support::is_snapshot(path))
        .collect();
    let paths: Vec<&str> = inputs.iter().map(|path| path.to_str().unwrap()).collect();
    for (weaker, stricter) in [
        ("minimum", "recommended"),
        ("recommended", "strict"),
        ("minimum", "lake-formation"),
    ] {
        let found = |name: &str| -> std::collections::BTreeSet<(String, String, String)> {
            let baseline = format!("builtin:{name}");
            let (report, _) = check(&[&[baseline.as_str()], paths.as_slice()].concat());
            let noncompliant = report["evaluations"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|evaluation| evaluation["verdict"] == "noncompliant");
            let key = |evaluation: &Value| {
                let file = evaluation["seen"][0]["file"]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned();
                (
                    evaluation["control"].as_str().unwrap().to_owned(),
                    evaluation["resource"]["id"].as_str().unwrap().to_owned(),
                    file,
                )
            };
            noncompliant.map(key).collect()
        };
        let (less, more) = (found(weaker), found(stricter));
        for (control, resource, file) in &less {
            if !more
                .iter()
                .any(|(other, id, _)| other == control && id == resource)
            {
                failures.add(
                    format!("{control} {resource} {file}"),
                    format!("is noncompliant under {weaker} and not under {stricter}"),
                );
            }
        }
    }
    failures.check();
}
