//! Judges that are not ours: Python packages with the published schemas, AWS's service models and rules.
//!
//! They live in a virtual environment that this file makes, once, from `tests/witness/requirements.txt`. A witness
//! that cannot be called is a failed test which says what to install: an absent judge is no acquittal.
#![expect(
    clippy::disallowed_methods,
    reason = "tests keep their files and environments themselves"
)]

use crate::formats::rendered;
use crate::samples;
use emr_baseline::report::{Format, Options};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

const NEEDS: &str = "the witnesses need `python3` (3.11 or later) with `venv` (Debian: `apt-get install python3 \
                     python3-venv`) and, for the first run, the Python package index";

/// What a witness said.
#[derive(Debug)]
pub(crate) struct Testimony {
    /// Whether it found nothing wrong.
    pub(crate) passed: bool,
    /// Everything it printed.
    pub(crate) said: String,
}

/// Calls a script of `tests/witness/`, e.g. `sarif.py`, with these arguments.
pub(crate) fn call(script: &str, arguments: &[&str]) -> Testimony {
    let script = Path::new("tests/witness").join(script);
    let output = run(Command::new(python())
        .arg(script)
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR")));
    Testimony {
        passed: output.status.success(),
        said: text_of(&output),
    }
}

/// Starts a script of `tests/witness/` that serves until its input ends, and reads the line that it begins with.
#[cfg(feature = "live")]
pub(crate) fn serve(script: &str) -> (std::process::Child, String) {
    use std::io::BufRead;
    let mut child = Command::new(python())
        .arg(Path::new("tests/witness").join(script))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_remove("PYTHONPATH")
        .env_remove("PYTHONHOME")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap_or_else(|error| panic!("{NEEDS}: {error}"));
    let mut line = String::new();
    let out = child.stdout.take().unwrap();
    std::io::BufReader::new(out).read_line(&mut line).unwrap();
    (child, line)
}

fn run(command: &mut Command) -> Output {
    command
        .env_remove("PYTHONPATH")
        .env_remove("PYTHONHOME")
        .output()
        .unwrap_or_else(|error| panic!("{NEEDS}: `{}`: {error}", command.get_program().display()))
}

fn text_of(output: &Output) -> String {
    let texts = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    texts.concat()
}

/// The interpreter of the environment, which is made when it is missing or its requirements have changed.
fn python() -> &'static Path {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON.get_or_init(|| {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
        let home = target.join("witness-venv");
        // Another test run may be making it at this moment.
        let lock = File::create(target.join("witness-venv.lock")).unwrap();
        lock.lock().unwrap();
        let wanted = include_str!("../witness/requirements.txt");
        let stamp = home.join("requirements.installed");
        if fs::read_to_string(&stamp).ok().as_deref() != Some(wanted) {
            install(&home);
            fs::write(&stamp, wanted).unwrap();
        }
        interpreter(&home)
    })
}

/// A program that the environment has, e.g. `pre-commit`.
pub(crate) fn executable(name: &str) -> PathBuf {
    python().with_file_name(name)
}

fn interpreter(home: &Path) -> PathBuf {
    if cfg!(windows) {
        home.join("Scripts/python.exe")
    } else {
        home.join("bin/python")
    }
}

fn install(home: &Path) {
    must(
        Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(home),
    );
    let requirements = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/witness/requirements.txt"
    );
    let pip = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "-r",
        requirements,
    ];
    must(Command::new(interpreter(home)).args(["-I"]).args(pip));
}

fn must(command: &mut Command) {
    let output = run(command);
    assert!(output.status.success(), "{NEEDS}:\n{}", text_of(&output));
}

/// Every file below a folder of the repository that passes, in order.
fn files_below(folder: &str, wanted: fn(&Path) -> bool) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = walkdir::WalkDir::new(root).sort_by_file_name();
    let paths = entries.into_iter().map(|entry| entry.unwrap().into_path());
    let wanted = paths.filter(|path| path.is_file() && wanted(path));
    wanted
        .map(|path| path.to_str().unwrap().to_owned())
        .collect()
}

/// Whether this is a fixture of something compliant, with this extension.
fn is_compliant(path: &Path, extension: &str) -> bool {
    let name = path.file_name().unwrap().to_str().unwrap();
    name.starts_with("compliant-") && path.extension().is_some_and(|found| found == extension)
}

/// Whether this is the body of a `RunJobFlow` request.
fn is_launch(path: &Path) -> bool {
    let body: serde_json::Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    body.get("ReleaseLabel").is_some() || body.get("Instances").is_some()
}

fn must_pass(script: &str, before: &[&str], files: &[String]) {
    assert!(!files.is_empty(), "there is nothing to show to {script}");
    let arguments: Vec<&str> = before
        .iter()
        .copied()
        .chain(files.iter().map(String::as_str))
        .collect();
    let testimony = call(script, &arguments);
    assert!(testimony.passed, "{}", testimony.said);
}

/// Writes a file for a witness to look at.
pub(crate) fn exhibit(name: &str, text: &str) -> String {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn sarif_is_valid_against_the_published_schema() {
    let all = Options {
        all: true,
        ..Options::default()
    };
    let mut files = vec![exhibit(
        "sample.sarif",
        &rendered(Format::Sarif, &samples::report(), all),
    )];
    let mut runner = TestRunner::deterministic();
    for at in 0..24 {
        let report = samples::any_report()
            .new_tree(&mut runner)
            .unwrap()
            .current();
        let text = rendered(Format::Sarif, &report, all);
        files.push(exhibit(&format!("generated-{at}.sarif"), &text));
    }
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let testimony = call("sarif.py", &files);
    assert!(testimony.passed, "{}", testimony.said);
}

#[test]
fn the_sarif_witness_finds_what_is_wrong() {
    let good = rendered(Format::Sarif, &samples::report(), Options::default());
    let wrongs = [
        ("\"startLine\": 7", "\"startLine\": 0", "startLine"),
        ("\"kind\": \"open\"", "\"kind\": \"unknown\"", "unknown"),
        (
            "\"uri\": \"prod.toml\"",
            "\"uri\": \"my prod.toml\"",
            "my prod.toml",
        ),
        (
            "\"kind\": \"fail\"",
            "\"kind\": \"review\"",
            "level error with kind review",
        ),
    ];
    for (at, (right, wrong, word)) in wrongs.into_iter().enumerate() {
        let text = good.replacen(right, wrong, 1);
        assert_ne!(text, good, "{right}");
        let testimony = call("sarif.py", &[&exhibit(&format!("wrong-{at}.sarif"), &text)]);
        assert!(
            !testimony.passed && testimony.said.contains(word),
            "{}",
            testimony.said
        );
    }
}

#[test]
fn launches_that_we_show_or_call_compliant_are_requests_that_aws_knows() {
    let mut files = files_below("examples/launch", |path| {
        path.extension().is_some_and(|found| found == "json")
    });
    files.extend(files_below("golden/controls", |path| {
        is_compliant(path, "json") && is_launch(path)
    }));
    must_pass("request.py", &["emr", "RunJobFlow"], &files);
}

#[test]
fn templates_that_we_call_compliant_are_templates_that_aws_knows() {
    let files = files_below("golden/controls", |path| is_compliant(path, "yaml"));
    must_pass("template.py", &[], &files);
}

#[test]
fn the_request_witness_finds_unknown_members_and_values() {
    let body =
        r#"{"Name": "x", "Instances": {"KeepJobAlive": true}, "ScaleDownBehavior": "AT_ONCE"}"#;
    let testimony = call(
        "request.py",
        &["emr", "RunJobFlow", &exhibit("wrong-launch.json", body)],
    );
    assert!(!testimony.passed);
    assert!(
        testimony.said.contains("KeepJobAlive"),
        "{}",
        testimony.said
    );
    assert!(testimony.said.contains("AT_ONCE"), "{}", testimony.said);
}

#[test]
fn the_template_witness_finds_unknown_properties() {
    let template =
        "Resources:\n  Logs:\n    Type: AWS::S3::Bucket\n    Properties:\n      Encrypted: true\n";
    let testimony = call("template.py", &[&exhibit("wrong-template.yaml", template)]);
    assert!(
        !testimony.passed && testimony.said.contains("Encrypted"),
        "{}",
        testimony.said
    );
}

#[test]
fn the_schema_witness_finds_what_the_schema_forbids() {
    let schema = r#"{"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object",
                     "properties": {"expires": {"type": "string", "format": "date"}}, "additionalProperties": false}"#;
    let schema = exhibit("schema.json", schema);
    let good = exhibit("good.toml", "expires = 2027-01-31\n");
    let testimony = call("schema.py", &[&schema, &good]);
    assert!(testimony.passed, "{}", testimony.said);
    let testimony = call(
        "schema.py",
        &[&schema, &exhibit("wrong.toml", "expired = 2027-01-31\n")],
    );
    assert!(
        !testimony.passed && testimony.said.contains("expired"),
        "{}",
        testimony.said
    );
}

#[test]
fn baselines_of_the_repository_are_valid_by_the_schema_that_editors_get() {
    let schema = exhibit("baseline.schema.json", &run_schema());
    let mut files = files_below("baselines", is_toml);
    files.extend(files_below("golden/compile", is_toml));
    files.extend(files_below("golden/baselines", is_toml));
    // Beside baselines, `examples` holds cases that test them.
    files.extend(files_below("examples", |path| {
        is_toml(path) && !path.ends_with("case.toml")
    }));
    must_pass("schema.py", &[&schema], &files);
}

#[test]
fn the_schema_that_editors_get_refuses_what_we_refuse() {
    let schema = exhibit("strict.schema.json", &run_schema());
    let head = "schema = 1\n[baseline]\nname = \"a\"\nversion = \"1.0.0\"\nowner = \"o\"\ndescription = \"d\"\n";
    for (at, (body, word)) in [
        ("[emr.disk-encryption]\nprovider = [\"AwsKms\"]\n", ""),
        (
            "[emr.disk-encryption]\nproviders = [\"AwsKms\"]\n",
            "providers",
        ),
        ("[emr.disk-encryption]\nprovider = [\"awskms\"]\n", "awskms"),
        ("[emr.disk-encryptoin]\n", "disk-encryptoin"),
        (
            "[emr.instance-metadata]\nmin-version = \"2\"\n",
            "min-version",
        ),
        (
            "[[waivers]]\ncontrol = \"emr.kerberos\"\nreason = \"r\"\nowner = \"o\"\n",
            "waivers",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let file = exhibit(&format!("baseline-{at}.toml"), &format!("{head}{body}"));
        let testimony = call("schema.py", &[&schema, &file]);
        assert_eq!(
            testimony.passed,
            word.is_empty(),
            "{body}{}",
            testimony.said
        );
        assert!(testimony.said.contains(word), "{body}{}", testimony.said);
        let ours = crate::support::run(&["validate", &file]);
        assert_eq!(
            ours.exit as u8,
            if word.is_empty() { 0 } else { 2 },
            "{body}{}",
            ours.err
        );
    }
}

fn is_toml(path: &Path) -> bool {
    path.extension().is_some_and(|found| found == "toml")
}

fn run_schema() -> String {
    crate::support::run(&["schema"]).out
}

#[test]
fn compiled_lake_formation_requests_are_requests_that_aws_knows() {
    for (start, operation) in [
        ("batch-grant-permissions", "BatchGrantPermissions"),
        ("create-data-cells-filter", "CreateDataCellsFilter"),
    ] {
        let all = files_below("golden/compile", |path| {
            path.parent()
                .is_some_and(|folder| folder.ends_with("lake-formation"))
        });
        assert!(!all.is_empty());
        let files: Vec<String> = all
            .into_iter()
            .filter(|path| {
                Path::new(path)
                    .file_name()
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .starts_with(start)
            })
            .collect();
        must_pass("request.py", &["lakeformation", operation], &files);
    }
}

#[test]
fn launches_with_everything_that_compiles_are_requests_that_aws_knows() {
    let files: Vec<String> = crate::laws::Example::all()
        .iter()
        .filter(|example| example.skeleton.get("ReleaseLabel").is_some())
        .map(|example| {
            let request = crate::laws::merged(&example.skeleton, &example.launch);
            exhibit(
                &format!("launch-{}.json", example.name),
                &request.to_string(),
            )
        })
        .collect();
    must_pass("request.py", &["emr", "RunJobFlow"], &files);
}
