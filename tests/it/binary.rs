//! The built binary, from outside: exit codes, streams, files, and the example of a launch as it is found in the wild.

use serde_json::{Value, json};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

const LAUNCH: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/examples/launch/etl-daily.json"
);

/// The binary in an empty folder of its own.
#[derive(Debug)]
pub struct Bench {
    pub folder: tempfile::TempDir,
}

/// What a run of the binary came to.
#[derive(Debug)]
pub struct Run {
    pub out: String,
    pub err: String,
    pub code: Option<i32>,
    pub took: Duration,
}

impl Bench {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn with(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
        self
    }

    /// The command with nothing of this process's environment.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_emr-baseline"));
        command
            .args(arguments)
            .env_clear()
            .current_dir(self.path())
            .stdin(Stdio::null());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Run {
        finish(&mut self.command(arguments))
    }

    /// `check` or `audit` with the JSON report, read back.
    pub fn report(&self, arguments: &[&str]) -> (Value, Run) {
        let run = self.run(&[arguments, &["--format", "json", "--all"]].concat());
        let report = serde_json::from_str(&run.out)
            .unwrap_or_else(|error| panic!("{error}: {arguments:?}: {}", run.err));
        (report, run)
    }
}

pub fn finish(command: &mut Command) -> Run {
    let start = Instant::now();
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    Run {
        out: String::from_utf8(stdout).unwrap(),
        err: String::from_utf8(stderr).unwrap(),
        code: status.code(),
        took: start.elapsed(),
    }
}

/// A baseline that asks for one thing of a request.
pub fn asks_for(control: &str) -> String {
    format!(
        "schema = 1\n[baseline]\nname = \"small\"\nversion = \"1.0.0\"\nowner = \"tests\"\ndescription = \"One thing.\"\n[{control}]\n"
    )
}

/// A request whose termination protection is as given.
pub fn request(protected: &Value) -> String {
    json!({
        "Name": "etl", "ReleaseLabel": "emr-7.9.0", "JobFlowRole": "nodes", "ServiceRole": "emr",
        "Instances": {"KeepJobFlowAliveWhenNoSteps": true, "TerminationProtected": protected}
    })
    .to_string()
}

fn bench() -> Bench {
    Bench::new()
        .with("b.toml", asks_for("emr.termination-protection"))
        .with("good.json", request(&json!(true)))
        .with("bad.json", request(&json!(false)))
        .with("unknown.json", request(&json!("true")))
        .with(
            "broken.json",
            "{\"JobFlowRole\": \"nodes\", \"Instances\": {",
        )
        .with("other.json", "{\"name\": \"a package\"}")
}

#[test]
fn check_ends_with_the_code_of_its_report() {
    let bench = bench();
    for (arguments, code) in [
        ("good.json", 0),
        ("bad.json", 1),
        ("unknown.json", 3),
        ("unknown.json --allow-indeterminate", 0),
        ("unknown.json bad.json", 1),
        ("unknown.json bad.json --allow-indeterminate", 1),
        ("bad.json --fail-on critical", 0),
        ("bad.json --fail-on info", 1),
        ("unknown.json --fail-on critical", 0),
        ("broken.json", 2),
        ("broken.json --allow-indeterminate", 2),
        ("broken.json good.json", 3),
        ("broken.json good.json --allow-indeterminate", 0),
        ("broken.json bad.json", 1),
        ("other.json", 2),
        ("other.json --allow-empty", 0),
        ("missing.json", 2),
        ("missing.json good.json", 3),
        ("good.json --format nonsense", 2),
        ("good.json --format json --format sarif", 2),
        ("good.json --fail-on nonsense", 2),
        ("good.json --target nonsense", 2),
        ("good.json --as nonsense", 2),
        ("good.json --parameters nonsense", 2),
        ("good.json -o good.json/file", 2),
        ("", 2),
    ] {
        let run = bench.run(
            &["check", "b.toml"]
                .into_iter()
                .chain(arguments.split_whitespace())
                .collect::<Vec<_>>(),
        );
        assert_eq!(run.code, Some(code), "{arguments}\n{}{}", run.out, run.err);
        if code == 2 {
            assert!(!run.err.is_empty(), "{arguments} says nothing");
        }
    }
}

#[test]
fn the_code_is_the_same_for_every_format() {
    let bench = bench();
    for (file, code) in [("good.json", 0), ("bad.json", 1), ("unknown.json", 3)] {
        for format in emr_baseline::report::Format::ALL {
            let run = bench.run(&["check", "b.toml", file, "--format", format.name()]);
            assert_eq!(run.code, Some(code), "{file} {}", format.name());
            assert_eq!(run.err, "", "{file} {}", format.name());
        }
    }
}

#[test]
fn a_broken_file_is_listed_and_the_one_beside_it_is_judged() {
    let bench = bench();
    let (report, run) = bench.report(&["check", "b.toml", "broken.json", "good.json"]);
    assert_eq!(run.code, Some(3));
    assert_eq!(report["problems"][0]["file"], "broken.json");
    assert_eq!(report["problems"][0]["line"], 1);
    assert_eq!(report["summary"]["compliant"], 1);
    assert_eq!(report["summary"]["noncompliant"], 0);
}

#[test]
fn reports_go_where_they_are_sent_and_nowhere_else() {
    let bench = bench();
    let run = bench.run(&[
        "check",
        "b.toml",
        "bad.json",
        "--format",
        "json=deep/er/report.json",
    ]);
    assert_eq!((run.code, &*run.out, &*run.err), (Some(1), "", ""));
    let text = std::fs::read_to_string(bench.path().join("deep/er/report.json")).unwrap();
    let report: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["schema"], "emr-baseline/report/v1");

    let run = bench.run(&["check", "b.toml", "bad.json", "-o", "report.txt"]);
    assert_eq!((run.code, &*run.out, &*run.err), (Some(1), "", ""));
    let text = std::fs::read_to_string(bench.path().join("report.txt")).unwrap();
    assert!(text.contains("emr.termination-protection"), "{text}");
    assert!(!text.contains('\u{1b}'));

    let run = bench.run(&[
        "check",
        "b.toml",
        "bad.json",
        "--format",
        "text",
        "--format",
        "sarif=out.sarif",
    ]);
    assert!(run.out.contains("emr.termination-protection"));
    assert!(bench.path().join("out.sarif").is_file());
}

#[test]
fn the_other_commands_end_with_their_codes() {
    let bench = bench()
        .with(
            "target.toml",
            asks_for("emr.instance-metadata").replace(
                "[emr",
                "[targets.t]\naccount = \"111122223333\"\nregion = \"eu-west-1\"\n[emr",
            ) + "min-version = 2\nmax-hop-limit = 1\n",
        )
        .with("unknown-key.toml", asks_for("emr.disk-encryptoin"))
        .with("empty.jsonl", "")
        .with("not-a-snapshot.jsonl", "{\"record\": \"region\"}\n");
    for (arguments, code) in [
        ("validate b.toml target.toml builtin:strict", 0),
        ("validate b.toml unknown-key.toml", 2),
        ("validate missing.toml", 2),
        ("compile target.toml --out artifacts", 0),
        ("compile target.toml --target t --out artifacts", 0),
        ("compile target.toml --target other --out artifacts", 2),
        ("compile b.toml --out artifacts", 2),
        ("compile unknown-key.toml --out artifacts", 2),
        ("compile target.toml --out good.json", 2),
        ("access b.toml", 0),
        ("access b.toml --table sales.orders --why", 0),
        ("access b.toml --table orders", 2),
        ("access target.toml --target other", 2),
        ("access unknown-key.toml", 2),
        ("access missing.jsonl", 2),
        ("access not-a-snapshot.jsonl", 2),
        ("access diff b.toml b.toml --deny-gains", 0),
        ("access diff b.toml missing.toml", 2),
        ("access diff b.toml", 2),
        ("compare builtin:minimum builtin:recommended", 0),
        (
            "compare builtin:minimum builtin:recommended --deny-weaker",
            0,
        ),
        ("compare builtin:recommended builtin:minimum", 0),
        (
            "compare builtin:recommended builtin:minimum --deny-weaker",
            1,
        ),
        (
            "compare builtin:recommended unknown-key.toml --deny-weaker",
            2,
        ),
        ("explain b.toml", 0),
        ("explain b.toml emr.no-such-control", 2),
        ("controls", 0),
        ("controls emr.kerberos", 0),
        ("controls emr.no-such-control", 2),
        ("schema", 0),
        ("man", 0),
        ("completions bash", 0),
        ("completions fish", 0),
        ("completions zsh", 0),
        ("audit b.toml --snapshot missing.jsonl", 2),
        ("audit b.toml --snapshot empty.jsonl", 2),
        ("audit b.toml --snapshot not-a-snapshot.jsonl", 2),
        ("--version", 0),
        ("--help", 0),
        ("", 2),
        ("nonsense", 2),
    ] {
        let run = bench.run(&arguments.split_whitespace().collect::<Vec<_>>());
        assert_eq!(run.code, Some(code), "{arguments}\n{}{}", run.out, run.err);
        match code {
            2 => assert!(!run.err.is_empty(), "{arguments} says nothing"),
            _ => assert_eq!(run.err, "", "{arguments}"),
        }
        if code != 2 {
            assert!(!run.out.is_empty(), "{arguments} says nothing");
        }
    }
}

#[cfg(not(feature = "live"))]
#[test]
fn commands_that_need_aws_name_the_feature() {
    let bench = bench();
    for arguments in [
        "observe --regions us-west-2 -o estate.jsonl",
        "plan b.toml --target t",
        "apply b.toml --target t",
        "audit b.toml",
        "audit b.toml --regions us-west-2",
    ] {
        let run = bench.run(&arguments.split_whitespace().collect::<Vec<_>>());
        assert_eq!(run.code, Some(2), "{arguments}");
        assert_eq!(run.out, "", "{arguments}");
        assert!(run.err.contains("`live`"), "{arguments}: {}", run.err);
    }
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    use std::io::Read;
    let bench = bench();
    for arguments in [
        &["check", "builtin:strict", "bad.json", "--format", "json"][..],
        &["schema"],
        &["man"],
        &["controls"],
        &["completions", "zsh"],
        &["demo"],
    ] {
        let mut child = bench
            .command(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // The reader leaves before anything is read: whatever is written then, breaks the pipe.
        drop(child.stdout.take());
        let mut err = String::new();
        child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut err)
            .unwrap();
        let status = child.wait().unwrap();
        assert_eq!((status.code(), &*err), (Some(0), ""), "{arguments:?}");
    }
}

#[test]
fn colour_is_for_terminals_unless_it_is_asked_for() {
    let bench = bench();
    let coloured = |arguments: &[&str], no_color: Option<&str>| {
        let mut command =
            bench.command(&[arguments, &["check", "b.toml", "bad.json", "other.json"]].concat());
        if let Some(value) = no_color {
            command.env("NO_COLOR", value);
        }
        let run = finish(&mut command);
        (run.out.contains('\u{1b}'), run.err.contains('\u{1b}'))
    };
    assert_eq!(coloured(&[], None), (false, false));
    assert_eq!(coloured(&["--color", "never"], None), (false, false));
    assert_eq!(coloured(&["--color", "always"], None), (true, true));
    assert_eq!(coloured(&["--color", "always"], Some("1")), (true, true));
    assert_eq!(coloured(&["--color", "auto"], Some("1")), (false, false));
}

#[test]
fn every_command_has_an_example_in_its_help() {
    let bench = Bench::new();
    let help = bench.run(&["--help"]);
    assert!(help.out.contains("Example"), "{}", help.out);
    let commands: Vec<&str> = help
        .out
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| {
            line.strip_prefix("  ")
                .filter(|rest| !rest.starts_with(' '))
        })
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .collect();
    assert!(commands.len() >= 12, "{commands:?}");
    for command in commands {
        let help = bench.run(&[command, "--help"]);
        assert_eq!(help.code, Some(0), "{command}");
        assert!(
            help.out.contains(&format!("emr-baseline {command}")),
            "{command}"
        );
        assert!(help.out.contains("Example"), "{command}");
    }
}

#[test]
fn the_demo_succeeds_and_names_its_files() {
    let bench = Bench::new();
    let run = bench.run(&["demo"]);
    assert_eq!((run.code, &*run.err), (Some(0), ""), "{}", run.out);
    for part in [
        "examples/demo/analytics.toml",
        "examples/launch/etl-daily.json",
        "EnableAtRestEncryption",
        "emr.security-configuration",
        "(exit code 1)",
    ] {
        assert!(run.out.contains(part), "{part} is not in\n{}", run.out);
    }
    assert_eq!(run.out.matches("(exit code 0)").count(), 2, "{}", run.out);
    assert_eq!(std::fs::read_dir(bench.path()).unwrap().count(), 0);
}

#[test]
fn the_daily_launch_fails_for_what_it_lacks_and_is_open_where_it_only_names() {
    let bench = Bench::new();
    let (report, run) = bench.report(&[
        "check",
        "builtin:recommended",
        LAUNCH,
        "--at",
        "2026-04-25T00:00:00Z",
    ]);
    assert_eq!(run.code, Some(1));
    let worst = |control: &str| crate::support::worst(&report, control);
    for control in [
        "emr.security-configuration",
        "emr.kerberos",
        "emr.in-transit-encryption",
        "emr.s3-encryption",
        "emr.disk-encryption",
        "emr.role-mappings",
        "emr.instance-metadata",
        "emr.log-encryption",
        "iam.service-role",
        "iam.instance-profile",
    ] {
        assert_eq!(worst(control).as_deref(), Some("noncompliant"), "{control}");
    }
    for control in ["network.private-subnet", "emr.bootstrap-actions"] {
        assert_eq!(
            worst(control).as_deref(),
            Some("indeterminate"),
            "{control}"
        );
    }
    let code = report["evaluations"]
        .as_array()
        .unwrap()
        .iter()
        .find(|evaluation| evaluation["control"] == "emr.bootstrap-actions")
        .unwrap();
    let message = code["message"].as_str().unwrap();
    assert!(message.contains("s3://my-bucket/jobs/etl.py"), "{message}");
}

#[test]
fn a_compile_that_cannot_write_one_target_writes_none() {
    let text = asks_for("emr.termination-protection")
        + "[targets.one]\naccount = \"111122223333\"\nregion = \"us-west-2\"\n\
           [targets.two]\naccount = \"111122223333\"\nregion = \"us-east-1\"\n";
    let bench = Bench::new()
        .with("b.toml", text)
        .with("out/two", "in the way");
    let run = bench.run(&["compile", "b.toml", "--out", "out"]);
    assert_eq!(run.code, Some(2), "{}", run.err);
    assert_eq!(run.out, "");
    let left = std::fs::read_dir(bench.path().join("out")).unwrap();
    let left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["two"]);
    let run = bench.run(&["compile", "b.toml", "--out", "deep/er"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert!(bench.path().join("deep/er/two/launch.json").is_file());
}

#[test]
fn results_go_to_a_file_when_asked() {
    let bench = bench();
    for arguments in [
        &["schema"][..],
        &["controls"],
        &["controls", "emr.ranger"],
        &["explain", "b.toml"],
        &["compare", "b.toml", "builtin:minimum"],
        &["validate", "b.toml"],
        &["completions", "bash"],
        &["man"],
    ] {
        let shown = bench.run(arguments);
        let run = bench.run(&[arguments, &["-o", "result"]].concat());
        assert_eq!(
            (run.code, run.out.as_str()),
            (shown.code, ""),
            "{}",
            run.err
        );
        let kept = std::fs::read_to_string(bench.path().join("result")).unwrap();
        assert_eq!(kept, shown.out, "{arguments:?}");
    }
    let run = bench.run(&["explain", "b.toml", "emr.nothing", "-o", "none"]);
    assert_eq!(run.code, Some(2));
    assert!(!bench.path().join("none").exists());
}

#[test]
fn a_file_is_one_finding_however_it_is_named() {
    let bench = bench();
    let folder = bench.path().canonicalize().unwrap();
    let whole = folder.join("bad.json");
    let found = |path: &str| {
        let (report, _) = bench.report(&["check", "b.toml", path]);
        let evaluation = &report["evaluations"][0];
        (
            evaluation["fingerprint"].clone(),
            evaluation["seen"][0]["file"].clone(),
        )
    };
    let expected = found("bad.json");
    assert_eq!(expected.1, "bad.json");
    for path in ["./bad.json", "././bad.json", whole.to_str().unwrap()] {
        assert_eq!(found(path), expected, "{path}");
    }
}

/// A grant request, whose resource is called after its file.
const GRANT: &str = r#"{
  "Principal": { "DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS" },
  "Resource": { "Table": { "DatabaseName": "sales", "Name": "orders" } },
  "Permissions": ["SELECT"]
}"#;

#[test]
fn a_finding_has_one_fingerprint_on_every_machine() {
    let baseline = asks_for("emr.termination-protection") + "[lake.iam-allowed-principals]\n";
    let machine = || {
        Bench::new()
            .with("home/b.toml", &baseline)
            .with("work/stacks/launch.json", request(&json!(false)))
            .with("work/stacks/grant.json", GRANT)
    };
    let found = |bench: &Bench, from: &str, path: &str| {
        let baseline = bench.path().join("home/b.toml");
        let arguments = [
            "check",
            baseline.to_str().unwrap(),
            path,
            "--format",
            "json",
        ];
        let mut command = bench.command(&arguments);
        let run = finish(command.current_dir(bench.path().join(from)));
        let report: Value = serde_json::from_str(&run.out).unwrap();
        let evaluations = report["evaluations"].as_array().unwrap();
        let prints = evaluations.iter().map(|one| one["fingerprint"].clone());
        assert_eq!(prints.len(), 2, "{}", run.out);
        prints.collect::<Vec<_>>()
    };
    let (one, other) = (machine(), machine());
    let whole = |bench: &Bench| {
        bench
            .path()
            .join("work/stacks")
            .to_str()
            .unwrap()
            .to_owned()
    };
    let expected = found(&one, "home", &whole(&one));
    assert_ne!(expected[0], expected[1]);
    assert_eq!(found(&other, "home", &whole(&other)), expected);
    assert_eq!(found(&one, "home", "../work/stacks"), expected);
    // In a repository, a file counts by its place there, from wherever it is looked at.
    for bench in [&one, &other] {
        std::fs::create_dir(bench.path().join("work/.git")).unwrap();
        let inside = found(bench, "work", "stacks");
        assert_eq!(found(bench, "home", &whole(bench)), inside);
        assert_eq!(found(bench, "work/stacks", "../stacks/"), inside);
        assert_eq!(found(bench, "work", "."), inside);
    }
}

#[test]
fn without_a_target_its_own_names_are_said_to_have_no_value() {
    let asks = "[emr.tags]\nrequired = [\"region=${region}\"]\n";
    let baseline = asks_for("emr.termination-protection") + asks;
    let target = "[targets.us]\naccount = \"111122223333\"\nregion = \"us-west-2\"\n";
    let bench = Bench::new()
        .with("open.toml", &baseline)
        .with("bound.toml", baseline.clone() + target)
        .with("good.json", request(&json!(true)));
    let notes = |baseline: &str| {
        let (report, _) = bench.report(&["check", baseline, "good.json"]);
        report["notes"].to_string()
    };
    let open = notes("open.toml");
    assert!(open.contains("any value passes: `region`"), "{open}");
    assert!(!notes("bound.toml").contains("any value passes"));
}

#[test]
fn parameters_come_from_files_too() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("prod.json");
    std::fs::write(
        &file,
        r#"[{"ParameterKey": "Stage", "ParameterValue": "prod"}]"#,
    )
    .unwrap();
    let check = |parameters: &str| {
        crate::support::run(&[
            "check",
            "examples/tutorial/analytics.toml",
            "examples/tutorial/template.yaml",
            "--format",
            "json",
            "--parameters",
            parameters,
        ])
    };
    std::env::set_current_dir(crate::support::root()).unwrap();
    let from_file = check(file.to_str().unwrap());
    assert_eq!(from_file.out, check("Stage=prod").out);
    assert_ne!(from_file.out, check("Stage=test").out);
    let missing = check("nothing.json");
    assert_eq!(missing.exit, emr_baseline::judge::Exit::Unusable);
    assert!(missing.err.contains("nothing.json"), "{}", missing.err);
}

#[test]
#[cfg(unix)]
fn what_is_written_to_is_replaced_only_where_it_is_a_file() {
    use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, symlink};
    let bench = Bench::new()
        .with("b.toml", asks_for("emr.termination-protection"))
        .with("in.json", request(&json!(true)))
        .with("private.json", "old");
    let at = |name: &str| bench.path().join(name);
    let check = |to: &str| {
        let run = bench.run(&[
            "check", "b.toml", "in.json", "--format", "json", "--output", to,
        ]);
        assert_eq!(run.code, Some(0), "{to}: {}{}", run.out, run.err);
        run
    };
    // A device or a pipe is written to. As the superuser, a rename over `/dev/null` would take it from everybody.
    let made = std::process::Command::new("mkfifo")
        .arg(at("pipe"))
        .status();
    assert!(made.unwrap().success());
    let reader = {
        let pipe = at("pipe");
        std::thread::spawn(move || std::fs::read_to_string(pipe).unwrap())
    };
    check("pipe");
    assert!(std::fs::metadata(at("pipe")).unwrap().file_type().is_fifo());
    assert!(reader.join().unwrap().contains("\"coverage\""));
    let before = std::fs::metadata("/dev/null").unwrap();
    check("/dev/null");
    let after = std::fs::metadata("/dev/null").unwrap();
    assert!(after.file_type().is_char_device());
    assert_eq!(before.ino(), after.ino());
    assert!(check("/dev/stdout").out.contains("\"coverage\""));
    // A link stays a link, and what only its owner may read stays so.
    let private = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(at("private.json"), private).unwrap();
    symlink("private.json", at("link.json")).unwrap();
    check("link.json");
    assert!(
        std::fs::symlink_metadata(at("link.json"))
            .unwrap()
            .is_symlink()
    );
    let permissions = std::fs::metadata(at("private.json"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(permissions & 0o777, 0o600);
    assert!(
        std::fs::read_to_string(at("private.json"))
            .unwrap()
            .contains("\"coverage\"")
    );
}
