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
    testimony(Command::new(python()).arg(script).args(arguments))
}

/// Calls cfn-lint on templates. Warnings do not count, errors do.
pub(crate) fn cfn_lint(arguments: &[&str]) -> Testimony {
    let lint = ["-m", "cfnlint", "--non-zero-exit-code", "error"];
    testimony(Command::new(python()).args(lint).args(arguments))
}

fn testimony(command: &mut Command) -> Testimony {
    let output = run(command.current_dir(env!("CARGO_MANIFEST_DIR")));
    Testimony {
        passed: output.status.success(),
        said: text_of(&output),
    }
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
