//! What is shipped for CI systems, run as they run it: the steps of the GitHub Action and the script of the GitLab job
//! under a plain shell with the built binary, the hook by pre-commit.

use crate::binary::{Bench, Run, asks_for, finish, request};
use crate::witness::{call, executable};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

const BINARY: &str = env!("CARGO_BIN_EXE_emr-baseline");

/// The files of the integrations, after their schemas have been asked.
fn shipped() -> Value {
    static SHIPPED: OnceLock<Value> = OnceLock::new();
    let read = || {
        let testimony = call("integrations.py", &[]);
        assert!(testimony.passed, "{}", testimony.said);
        serde_json::from_str(&testimony.said).unwrap()
    };
    SHIPPED.get_or_init(read).clone()
}

fn bench() -> Bench {
    Bench::new()
        .with("b.toml", asks_for("emr.termination-protection"))
        .with("infra/good.json", request(&json!(true)))
        .with("infra/bad one.json", request(&json!(false)))
        .with("infra/unknown.json", request(&json!("true")))
}

/// A shell with these variables, those of its search path, and no others.
fn shell(
    program: &str,
    words: &[&str],
    script: &str,
    bench: &Bench,
    variables: &BTreeMap<String, String>,
) -> Run {
    let file = bench.path().join("script");
    std::fs::write(&file, script).unwrap();
    let path = std::env::var("PATH").unwrap();
    let own = Path::new(BINARY).parent().unwrap().display();
    finish(
        Command::new(program)
            .args(words)
            .arg(&file)
            .env_clear()
            .env("PATH", format!("{own}:{path}"))
            .envs(variables)
            .current_dir(bench.path()),
    )
}

/// The action's check, as the runner calls it: what it printed, its summary, its outputs.
fn act(bench: &Bench, given: &[(&str, &str)]) -> (Run, String, String) {
    let action = shipped()["action"].take();
    let steps = action["runs"]["steps"].as_array().unwrap();
    for step in steps {
        let script = step["run"].as_str().unwrap();
        assert!(!script.contains("${{"), "an input would be run: {script}");
        assert_eq!(step["shell"], "bash");
    }
    let step = steps.iter().find(|step| step["id"] == "check").unwrap();
    let mut variables = BTreeMap::new();
    for (name, expression) in step["env"].as_object().unwrap() {
        let expression = expression.as_str().unwrap();
        let input = expression.strip_prefix("${{ inputs.").unwrap();
        let input = input.split([' ', '}']).next().unwrap();
        let value = given
            .iter()
            .find(|(key, _)| *key == input)
            .map(|(_, value)| *value);
        let value = value.or_else(|| action["inputs"][input]["default"].as_str());
        variables.insert(name.clone(), value.unwrap().to_owned());
    }
    variables.insert("BINARY".to_owned(), BINARY.to_owned());
    let file = |name: &str| bench.path().join(name).display().to_string();
    variables.insert("GITHUB_STEP_SUMMARY".to_owned(), file("summary.md"));
    variables.insert("GITHUB_OUTPUT".to_owned(), file("output"));
    for name in ["summary.md", "output"] {
        std::fs::write(file(name), "").unwrap();
    }
    // As documented for `shell: bash`.
    let words = ["--noprofile", "--norc", "-e", "-o", "pipefail"];
    let run = shell(
        "bash",
        &words,
        step["run"].as_str().unwrap(),
        bench,
        &variables,
    );
    let read = |name: &str| std::fs::read_to_string(file(name)).unwrap();
    (run, read("summary.md"), read("output"))
}

/// The lines between which the runner takes no commands, and those around.
fn silenced(out: &str) -> (String, String) {
    let (mut inside, mut outside) = (String::new(), String::new());
    let mut token = None;
    for line in out.lines() {
        if let Some(found) = line.strip_prefix("::stop-commands::") {
            assert!(found.len() >= 32, "a token that can be guessed is none");
            token = Some(format!("::{found}::"));
        } else if token.as_deref() == Some(line) {
            token = None;
        } else {
            let side = if token.is_some() {
                &mut inside
            } else {
                &mut outside
            };
            side.push_str(line);
            side.push('\n');
        }
    }
    assert_eq!(token, None, "commands are taken again");
    (inside, outside)
}

#[test]
fn the_action_annotates_summarises_and_fails() {
    let bench = bench();
    let (run, summary, output) = act(&bench, &[("baseline", "b.toml"), ("paths", "infra\n")]);
    assert_eq!(run.code, Some(1), "{}{}", run.out, run.err);
    let (log, commands) = silenced(&run.out);
    assert!(log.contains("[emr.termination-protection]"), "{log}");
    assert!(
        commands.contains("::notice file=infra/bad one.json,line=1,"),
        "{commands}"
    );
    assert!(
        summary.starts_with("## emr-baseline: 1 noncompliant, 1 indeterminate\n"),
        "{summary}"
    );
    assert_eq!(output, "exit-code=1\n");
}

#[test]
fn the_action_passes_inputs_on_and_runs_nothing_in_them() {
    let bench = bench();
    let paths = "infra/good.json\n\ninfra/bad one.json";
    let inputs = [
        ("baseline", "b.toml"),
        ("paths", paths),
        ("fail-on", "critical"),
        ("sarif", "out.sarif"),
        ("allow-indeterminate", "true"),
    ];
    let (run, _, output) = act(&bench, &inputs);
    assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
    assert_eq!(output, "exit-code=0\n");
    let sarif = std::fs::read_to_string(bench.path().join("out.sarif")).unwrap();
    assert!(sarif.contains("GitHub's limits"), "{sarif}");
    for hostile in [
        "$(touch owned)",
        "`touch owned`",
        "\"; touch owned; \"",
        "--help",
    ] {
        for input in ["baseline", "paths", "target", "diff", "ratchet", "fail-on"] {
            let mut given = vec![(input, hostile)];
            given.extend(
                [("baseline", "b.toml"), ("paths", "infra")]
                    .into_iter()
                    .filter(|(key, _)| *key != input),
            );
            let (run, _, output) = act(&bench, &given);
            let code = run.code.unwrap();
            assert!(
                code == 2 || (input == "paths" && code == 3),
                "{input} {hostile}: {}",
                run.out
            );
            assert_eq!(output, format!("exit-code={code}\n"));
            assert!(!bench.path().join("owned").exists(), "{input} {hostile}");
        }
    }
}

#[test]
fn names_in_checked_files_give_the_runner_no_commands() {
    let name = "::error::x ##[add-mask]y";
    let bench = Bench::new()
        .with("b.toml", asks_for("emr.termination-protection"))
        .with(
            "infra/a.json",
            request(&json!(false)).replace("etl", &format!("x\\n{name}")),
        );
    let (run, _, _) = act(&bench, &[("baseline", "b.toml"), ("paths", "infra")]);
    assert_eq!(run.code, Some(1));
    let (_, commands) = silenced(&run.out);
    for line in commands.lines() {
        let ours =
            line.starts_with("::notice file=infra/a.json") || line.starts_with("emr-baseline: ");
        assert!(ours, "{line}");
    }
}

#[test]
fn the_action_holds_a_change_to_what_it_adds() {
    let bench = bench();
    let run = bench.run(&["check", "b.toml", "infra", "--write-ratchet", "r.json"]);
    assert_eq!(run.code, Some(1));
    let (run, summary, _) = act(
        &bench,
        &[
            ("baseline", "b.toml"),
            ("paths", "infra"),
            ("ratchet", "r.json"),
        ],
    );
    assert_eq!(run.code, Some(0), "{}", run.out);
    assert!(summary.contains("2 tolerated"), "{summary}");
}

#[test]
fn the_action_says_where_nothing_was_judged() {
    let bench = bench();
    let (run, summary, output) = act(&bench, &[("baseline", "missing.toml"), ("paths", "infra")]);
    assert_eq!(run.code, Some(2));
    assert!(
        run.out
            .contains("::error title=emr-baseline::nothing could be judged"),
        "{}",
        run.out
    );
    assert_eq!((summary.as_str(), output.as_str()), ("", "exit-code=2\n"));
}

/// The GitLab job's script with these inputs.
fn job(bench: &Bench, given: &[(&str, &str)], merge_request: Option<&str>) -> Run {
    let shipped = shipped();
    let job = &shipped["gitlab"]["emr-baseline"];
    let mut variables = BTreeMap::new();
    for (name, text) in job["variables"].as_object().unwrap() {
        let text = text.as_str().unwrap();
        let input = text
            .strip_prefix("$[[ inputs.")
            .and_then(|rest| rest.strip_suffix(" ]]"));
        let value = input.map_or(text, |input| {
            let given = given.iter().find(|(key, _)| *key == input);
            given.map_or_else(
                || shipped["inputs"][input].as_str().unwrap(),
                |(_, value)| value,
            )
        });
        variables.insert(name.clone(), value.to_owned());
    }
    if let Some(base) = merge_request {
        variables.insert("CI_MERGE_REQUEST_DIFF_BASE_SHA".to_owned(), base.to_owned());
    }
    let script = job["script"][0].as_str().unwrap();
    assert!(!script.contains("$[["), "an input would be run: {script}");
    shell("sh", &["-eu"], script, bench, &variables)
}

#[test]
fn the_gitlab_job_writes_its_reports_and_fails() {
    let bench = bench();
    let run = job(
        &bench,
        &[
            ("baseline", "b.toml"),
            ("paths", "infra/good.json\ninfra/bad one.json"),
        ],
        None,
    );
    assert_eq!(run.code, Some(1), "{}{}", run.out, run.err);
    let quality = bench.path().join("gl-code-quality-report.json");
    let issues: Value = serde_json::from_str(&std::fs::read_to_string(&quality).unwrap()).unwrap();
    assert_eq!(issues.as_array().unwrap().len(), 1);
    assert_eq!(issues[0]["location"]["path"], "infra/bad one.json");
    for (script, file) in [
        ("gitlab.py", "gl-code-quality-report.json"),
        ("junit.py", "emr-baseline-junit.xml"),
    ] {
        let testimony = call(script, &[bench.path().join(file).to_str().unwrap()]);
        assert!(testimony.passed, "{}", testimony.said);
    }
    let shipped = shipped();
    let reports = &shipped["gitlab"]["emr-baseline"]["artifacts"]["reports"];
    assert_eq!(
        *reports,
        json!({"codequality": "gl-code-quality-report.json", "junit": "emr-baseline-junit.xml"})
    );
}

#[test]
fn the_gitlab_job_takes_its_inputs_as_they_are() {
    let bench = bench();
    let passes = [
        ("baseline", "b.toml"),
        ("paths", "infra/bad one.json"),
        ("fail-on", "critical"),
    ];
    assert_eq!(job(&bench, &passes, None).code, Some(0));
    for hostile in [
        "$(touch owned)",
        "`touch owned`",
        "\"; touch owned; \"",
        "*",
    ] {
        let run = job(&bench, &[("baseline", "b.toml"), ("paths", hostile)], None);
        assert_eq!(run.code, Some(2), "{hostile}: {}", run.err);
        assert!(!bench.path().join("owned").exists(), "{hostile}");
    }
}

#[test]
fn the_gitlab_job_holds_a_merge_request_to_what_it_adds() {
    let bench = bench();
    for words in [
        &["init", "--quiet"][..],
        &["add", "--all"],
        &[
            "-c",
            "user.name=t",
            "-c",
            "user.email=t@example.com",
            "commit",
            "--quiet",
            "-m",
            "base",
        ],
    ] {
        let status = Command::new("git")
            .args(words)
            .current_dir(bench.path())
            .status();
        assert!(status.unwrap().success());
    }
    let inputs = [
        ("baseline", "b.toml"),
        ("paths", "infra"),
        ("new-only", "true"),
    ];
    let run = job(&bench, &inputs, Some("HEAD"));
    assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
    assert_eq!(
        job(&bench, &inputs, None).code,
        Some(1),
        "a branch is held to everything"
    );
    assert_eq!(
        job(&bench, &inputs[..2], Some("HEAD")).code,
        Some(1),
        "so is whoever did not ask"
    );
}

#[test]
fn pre_commit_runs_the_hook_when_configuration_changes() {
    let mut hook = shipped()["hooks"][0].take();
    assert_eq!(
        hook["language"], "rust",
        "pre-commit builds it from this repository"
    );
    // What cargo would build from the repository is the binary that is tested here.
    hook["language"] = json!("system");
    hook["args"] = json!(["b.toml", "infra"]);
    let members = [
        "id",
        "name",
        "entry",
        "language",
        "files",
        "pass_filenames",
        "require_serial",
        "args",
    ];
    let hook: BTreeMap<&str, &Value> = members.into_iter().map(|key| (key, &hook[key])).collect();
    let config = json!({"repos": [{"repo": "local", "hooks": [hook]}]});
    let bench = Bench::new()
        .with("b.toml", asks_for("emr.termination-protection"))
        .with("infra/a.json", request(&json!(true)))
        .with("notes.txt", "nothing")
        .with(".pre-commit-config.yaml", config.to_string());
    let own = Path::new(BINARY).parent().unwrap().display().to_string();
    let path = format!("{own}:{}", std::env::var("PATH").unwrap());
    let run = |program: &Path, words: &[&str]| {
        finish(
            Command::new(program)
                .args(words)
                .current_dir(bench.path())
                .env("PATH", &path)
                .env("PRE_COMMIT_HOME", bench.path().join(".cache"))
                .env("PRE_COMMIT_COLOR", "never")
                .env_remove("GIT_DIR"),
        )
    };
    let git = |words: &[&str]| assert_eq!(run(Path::new("git"), words).code, Some(0));
    git(&["init", "--quiet"]);
    git(&[
        "add",
        "b.toml",
        "infra",
        "notes.txt",
        ".pre-commit-config.yaml",
    ]);
    let hook = |words: &[&str]| {
        run(
            &executable("pre-commit"),
            &[&["run", "--verbose"], words].concat(),
        )
    };
    let passed = hook(&["--all-files"]);
    assert_eq!(passed.code, Some(0), "{}{}", passed.out, passed.err);
    assert!(passed.out.contains("Passed"), "{}", passed.out);
    std::fs::write(bench.path().join("infra/a.json"), request(&json!(false))).unwrap();
    git(&["add", "infra"]);
    let failed = hook(&["--all-files"]);
    assert_eq!(failed.code, Some(1), "{}{}", failed.out, failed.err);
    assert!(
        failed.out.contains("[emr.termination-protection]"),
        "{}",
        failed.out
    );
    let skipped = hook(&["--files", "notes.txt"]);
    assert!(skipped.out.contains("Skipped"), "{}", skipped.out);
}
