//! `check --fix` changes what the baseline determines and nothing else, and makes nothing worse.

use crate::mutation::{Dice, mutate, seeds};
use crate::support::{
    Failures, declared, entries, fixtures, golden, is_snapshot, relative, root, run,
};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// A fixture in a folder of its own.
struct Copy {
    folder: tempfile::TempDir,
    path: PathBuf,
    baseline: String,
}

impl Copy {
    fn of(fixture: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(fixture.file_name().unwrap());
        copy(fixture, &path);
        let baseline = fixture.parent().unwrap().join("baseline.toml");
        let baseline = baseline.to_str().unwrap().to_owned();
        Self {
            folder,
            path,
            baseline,
        }
    }

    fn run(&self, more: &[&str]) -> crate::support::Ran {
        let path = self.path.to_str().unwrap();
        run(&[&["check", &self.baseline, path], more].concat())
    }

    fn report(&self, more: &[&str]) -> Value {
        let ran = self.run(&[&["--format", "json", "--all"], more].concat());
        serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}", ran.err))
    }

    fn texts(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut texts = BTreeMap::new();
        let mut open = vec![self.folder.path().to_owned()];
        while let Some(folder) = open.pop() {
            for entry in entries(&folder) {
                if entry.is_dir() {
                    open.push(entry);
                } else {
                    texts.insert(entry.clone(), std::fs::read(entry).unwrap());
                }
            }
        }
        texts
    }
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        std::fs::create_dir(to).unwrap();
        for entry in entries(from) {
            copy(&entry, &to.join(entry.file_name().unwrap()));
        }
    } else {
        std::fs::copy(from, to).unwrap();
    }
}

/// Verdicts by fingerprint, the worst of each.
fn verdicts(report: &Value) -> BTreeMap<String, usize> {
    const ORDER: [&str; 5] = [
        "not-applicable",
        "compliant",
        "waived",
        "indeterminate",
        "noncompliant",
    ];
    let mut found = BTreeMap::new();
    for evaluation in report["evaluations"].as_array().unwrap() {
        let rank = ORDER
            .iter()
            .position(|known| evaluation["verdict"] == *known)
            .unwrap();
        let entry = found.entry(evaluation["fingerprint"].as_str().unwrap().to_owned());
        let worst = entry.or_insert(rank);
        *worst = rank.max(*worst);
    }
    found
}

const INDETERMINATE: usize = 3;

fn findings(report: &Value) -> usize {
    let evaluations = report["evaluations"].as_array().unwrap().iter();
    evaluations
        .filter(|evaluation| {
            ["noncompliant", "indeterminate"]
                .iter()
                .any(|verdict| evaluation["verdict"] == *verdict)
        })
        .count()
}

/// The number that the note begins with: findings that were fixed.
fn said_fixed(note: &str) -> usize {
    let said = note.lines().find_map(|line| {
        let rest = line.strip_prefix("note: fixed ");
        rest.or_else(|| line.strip_prefix("note: would fix "))
    });
    said.map_or(0, |said| said.split(' ').next().unwrap().parse().unwrap())
}

/// Lines that hold a comment, as far as one can tell from the outside.
fn comments(text: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(text);
    let lines = text.lines().filter_map(|line| {
        let at = line.find("# ").or_else(|| line.find("// "))?;
        Some(line[at..].to_owned())
    });
    lines.collect()
}

#[test]
fn fixing_a_fixture_makes_nothing_worse_and_fixes_what_it_says() {
    let mut failures = Failures::default();
    let mut rows = String::from(
        "# What `check --fix` does to each fixture that is not compliant, by the baseline beside it: findings before, findings\n# fixed, and what is left.\n",
    );
    let all = fixtures().into_iter().filter(|(_, fixture)| {
        !is_snapshot(fixture) && ["noncompliant", "indeterminate"].contains(&declared(fixture))
    });
    for (_, fixture) in all {
        let name = relative(&fixture);
        let copy = Copy::of(&fixture);
        let before = copy.report(&[]);
        let texts = copy.texts();
        let ran = copy.run(&["--fix", "--format", "json", "--all"]);
        let after: Value = serde_json::from_str(&ran.out)
            .unwrap_or_else(|error| panic!("{name}: {error}\n{}", ran.err));
        let then = verdicts(&before);
        for (fingerprint, rank) in verdicts(&after) {
            let was = then.get(&fingerprint).copied().unwrap_or_default();
            if rank >= INDETERMINATE && rank > was {
                failures.add(format!("{name}: {fingerprint}"), "became worse");
            }
        }
        if before["problems"] != after["problems"] {
            failures.add(name.clone(), format!("problems: {}", after["problems"]));
        }
        let (found, left, fixed) = (findings(&before), findings(&after), said_fixed(&ran.err));
        if found - fixed != left {
            failures.add(
                name.clone(),
                format!("of {found}, {fixed} are said to be fixed; {left} are left"),
            );
        }
        let now = copy.texts();
        for (path, text) in &texts {
            if comments(text) != comments(&now[path]) {
                failures.add(name.clone(), "comments changed");
            }
        }
        if (fixed == 0) != (texts == now) {
            failures.add(
                name.clone(),
                "changed without fixing, or fixed without changing",
            );
        }
        let again = copy.run(&["--fix", "--dry-run"]);
        if !again.out.is_empty() || said_fixed(&again.err) != 0 {
            failures.add(name.clone(), format!("fixing again changes\n{}", again.out));
        }
        let end = match left {
            0 => "compliant".to_owned(),
            left => format!("{left} left"),
        };
        writeln!(rows, "{name}: {found} before, {fixed} fixed, {end}").unwrap();
    }
    failures.check();
    golden(&root().join("golden/fixes.txt"), &rows);
}

/// A folder with a baseline that determines a few things, and files.
struct Work {
    folder: tempfile::TempDir,
}

const BASELINE: &str = "\
schema = 1

[baseline]
name = \"fixed\"
version = \"1.0.0\"
owner = \"tests\"
description = \"What a fix may write.\"

[targets.prod]
account = \"111122223333\"
region = \"us-west-2\"

[emr.in-transit-encryption]
certificate-provider = [\"PEM\"]
certificate-object = \"s3://security-artifacts/emr/certificates.zip\"

[emr.instance-metadata]
min-version = 2
max-hop-limit = 1

[emr.termination-protection]
";

impl Work {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let work = Self { folder };
        work.write("baseline.toml", BASELINE);
        for (name, text) in files {
            work.write(name, text);
        }
        work
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    fn fix(&self, name: &str, more: &[&str]) -> crate::support::Ran {
        let (baseline, path) = (self.path("baseline.toml"), self.path(name));
        let fixed = [
            "check",
            baseline.to_str().unwrap(),
            path.to_str().unwrap(),
            "--fix",
        ];
        run(&[&fixed, more].concat())
    }
}

const TEMPLATE: &str = "\
# What the analysts run on.
Resources:
  Security:
    Type: AWS::EMR::SecurityConfiguration
    Properties:
      SecurityConfiguration: # the document
        EncryptionConfiguration:
          EnableInTransitEncryption: no   # until the certificates are there
          EnableAtRestEncryption: false
        InstanceMetadataServiceConfiguration:
          MinimumInstanceMetadataServiceVersion: 1
          HttpPutResponseHopLimit: 1

  Cluster:
    Type: AWS::EMR::Cluster
    Properties:
      Name: etl
      ReleaseLabel: emr-7.12.0
      SecurityConfiguration: !Ref Security
      Instances:
        KeepJobFlowAliveWhenNoSteps: true # it stays
        # and it must not go away
      JobFlowRole: nodes
      ServiceRole: service
";

const MODULE: &str = "\
# What the analysts run on.
resource \"aws_emr_security_configuration\" \"security\" {
  name          = \"security\"
  configuration = <<-JSON
    {
      \"EncryptionConfiguration\": {
        \"EnableInTransitEncryption\": false,
        \"EnableAtRestEncryption\": false
      }
    }
  JSON
}

resource \"aws_emr_cluster\" \"etl\" {
  name                              = \"etl\" # the name
  release_label                     = \"emr-7.12.0\"
  service_role                      = \"service\"
  security_configuration            = aws_emr_security_configuration.security.name
  keep_job_flow_alive_when_no_steps = true // it stays

  master_instance_group {
    instance_type = \"m6g.xlarge\"
  }
}
";

const REQUEST: &str = "\
{
  \"Name\": \"etl\",
  \"ReleaseLabel\": \"emr-7.12.0\",
  \"Instances\": {\"KeepJobFlowAliveWhenNoSteps\": true, \"TerminationProtected\": false},
  \"ServiceRole\": \"service\"
}
";

const DOCUMENT: &str = "{\"EncryptionConfiguration\":{\"EnableInTransitEncryption\":false,\"EnableAtRestEncryption\":false}}";

#[test]
fn diffs_show_what_changes_in_each_language() {
    let mut all = String::new();
    for (name, text) in [
        ("document.json", DOCUMENT),
        ("module.tf", MODULE),
        ("template.yaml", TEMPLATE),
    ] {
        let work = Work::new(&[(name, text)]);
        let ran = work.fix(name, &["--dry-run"]);
        assert_eq!(work.read(name), text, "a dry run changes nothing");
        let folder = work.folder.path().to_str().unwrap();
        let diff = ran
            .out
            .replace(folder, "")
            .replace("a//", "a/")
            .replace("b//", "b/");
        writeln!(all, "{diff}{}", ran.err.replace(folder, "")).unwrap();
    }
    golden(&root().join("golden/fixes.diff"), &all);
}

#[test]
fn a_fixed_file_is_compliant_in_every_dialect() {
    for (name, text) in [
        ("document.json", DOCUMENT),
        ("module.tf", MODULE),
        ("template.yaml", TEMPLATE),
    ] {
        let work = Work::new(&[(name, text)]);
        let ran = work.fix(name, &[]);
        assert!(
            ran.out.ends_with("\ncompliant\n"),
            "{name}: {}{}",
            ran.out,
            ran.err
        );
        assert_eq!(ran.exit as u8, 0, "{name}");
    }
}

#[test]
fn what_is_left_decides_the_exit_code() {
    let work = Work::new(&[("request.json", REQUEST)]);
    let (before, rest) = BASELINE.split_once("[targets.prod]").unwrap();
    let (_, after) = rest.split_once("[emr.").unwrap();
    work.write("baseline.toml", &format!("{before}[emr.{after}"));
    let ran = work.fix("request.json", &[]);
    // The request names no security configuration, and without a target nobody knows which it should.
    assert_eq!(ran.exit as u8, 1, "{}", ran.err);
    assert!(
        ran.err.contains("note: fixed 1 finding in 1 file\n"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("note: 2 findings left: "), "{}", ran.err);
    assert_eq!(
        work.read("request.json"),
        REQUEST.replace("d\": false", "d\": true")
    );
}

#[test]
fn a_launch_without_a_security_configuration_gets_the_one_that_is_compiled() {
    let work = Work::new(&[("request.json", REQUEST)]);
    let ran = work.fix("request.json", &[]);
    assert_eq!(ran.exit as u8, 0, "{}{}", ran.out, ran.err);
    let fixed: Value = serde_json::from_str(&work.read("request.json")).unwrap();
    let name = fixed["SecurityConfiguration"].as_str().unwrap();
    let (baseline, out) = (work.path("baseline.toml"), work.path("artifacts"));
    let (baseline, out) = (baseline.to_str().unwrap(), out.to_str().unwrap());
    let compiled = run(&["compile", baseline, "--out", out]);
    let line = format!("security configuration name: {name}\n");
    assert!(compiled.out.contains(&line), "{}", compiled.out);
}

#[test]
fn a_dry_run_ends_as_the_files_stand_and_reports_into_files() {
    let work = Work::new(&[("document.json", DOCUMENT)]);
    let sarif = work.path("out.sarif");
    let ran = work.fix(
        "document.json",
        &[
            "--dry-run",
            "--format",
            &format!("sarif={}", sarif.display()),
        ],
    );
    assert_eq!(ran.exit as u8, 1);
    assert!(ran.out.starts_with("--- a/"), "{}", ran.out);
    let log: Value = serde_json::from_str(&work.read("out.sarif")).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    let fixes: Vec<&Value> = results
        .iter()
        .filter(|result| !result["fixes"].is_null())
        .collect();
    assert_eq!(fixes.len(), 2, "{results:#?}");
    for fix in fixes {
        let change = &fix["fixes"][0]["artifactChanges"][0];
        let location = &fix["locations"][0]["physicalLocation"]["artifactLocation"];
        assert_eq!(change["artifactLocation"], *location);
        let region = &change["replacements"][0]["deletedRegion"];
        assert!(region["startColumn"].as_u64() <= region["endColumn"].as_u64());
    }
    let json = work.path("out.json");
    work.fix(
        "document.json",
        &["--dry-run", "--format", &format!("json={}", json.display())],
    );
    let report: Value = serde_json::from_str(&work.read("out.json")).unwrap();
    for evaluation in report["evaluations"].as_array().unwrap() {
        let failed = evaluation["verdict"] == "noncompliant";
        assert_eq!(evaluation["fix"].is_array(), failed, "{evaluation:#}");
    }
    let ran = work.fix("document.json", &["--dry-run", "--format", "json"]);
    assert_eq!(ran.exit as u8, 2);
    assert!(ran.err.contains("give `json` a file"), "{}", ran.err);
}

#[test]
fn a_diff_shows_no_secret_and_the_file_keeps_it() {
    let secret = "hunter2SECRET";
    let request = REQUEST.replace(
        "\"ServiceRole\": \"service\"",
        &format!(
            "\"KerberosAttributes\": {{\"Realm\": \"A\", \"KdcAdminPassword\": \"{secret}\"}}"
        ),
    );
    let one_line = request.replace('\n', " ");
    let module = format!(
        "resource \"aws_emr_cluster\" \"c\" {{\n  name          = \"etl\"\n  release_label = \"emr-7.12.0\"\n  termination_protection = false\n  kerberos_attributes {{\n    kdc_admin_password = \"{secret}\"\n    realm = \"A\"\n  }}\n}}\n"
    );
    for (name, text) in [
        ("request.json", &one_line),
        ("lines.json", &request),
        ("main.tf", &module),
    ] {
        let work = Work::new(&[(name, text)]);
        let shown = work.fix(name, &["--dry-run"]);
        assert!(
            shown.out.contains("--- a/"),
            "{name}: {}{}",
            shown.out,
            shown.err
        );
        assert!(!shown.out.contains(secret), "{name}: {}", shown.out);
        assert!(!shown.err.contains(secret), "{name}: {}", shown.err);
        work.fix(name, &[]);
        assert!(work.read(name).contains(secret), "{name}");
    }
}

#[test]
fn nothing_to_fix_is_said_and_changes_nothing() {
    let work = Work::new(&[("template.yaml", TEMPLATE)]);
    work.fix("template.yaml", &[]);
    let fixed = work.read("template.yaml");
    for more in [&["--dry-run"][..], &[]] {
        let ran = work.fix("template.yaml", more);
        assert!(ran.err.contains("no finding can be fixed"), "{}", ran.err);
        assert_eq!(work.read("template.yaml"), fixed);
    }
}

#[test]
fn line_breaks_and_the_byte_order_mark_stay() {
    for (name, text) in [
        ("template.yaml", TEMPLATE),
        ("module.tf", MODULE),
        ("request.json", REQUEST),
    ] {
        let text = format!("\u{feff}{}", text.replace('\n', "\r\n"));
        let work = Work::new(&[(name, &text)]);
        let plain = Work::new(&[(name, &text.replace("\r\n", "\n"))]);
        let ran = work.fix(name, &[]);
        plain.fix(name, &[]);
        let fixed = work.read(name);
        assert_ne!(fixed, text, "{}", ran.err);
        assert_eq!(fixed.matches('\n').count(), fixed.matches("\r\n").count());
        assert_eq!(fixed.replace("\r\n", "\n"), plain.read(name), "{name}");
    }
}

#[test]
fn secrets_in_a_file_survive_a_fix() {
    let request = REQUEST.replace(
        "\"ServiceRole\"",
        "\"KerberosAttributes\": {\"Realm\": \"R\", \"KdcAdminPassword\": \"hunter2-hunter2\"},\n  \"ServiceRole\"",
    );
    let work = Work::new(&[("request.json", &request)]);
    let ran = work.fix("request.json", &[]);
    let fixed = work.read("request.json");
    assert_ne!(fixed, request, "{}", ran.err);
    assert!(
        fixed.contains("\"KdcAdminPassword\": \"hunter2-hunter2\""),
        "{fixed}"
    );
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link_and_what_it_leads_to_keeps_its_permissions() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let work = Work::new(&[("real.json", REQUEST)]);
    let (real, link) = (work.path("real.json"), work.path("link.json"));
    std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o640)).unwrap();
    symlink(&real, &link).unwrap();
    work.fix("link.json", &[]);
    assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(
        work.read("real.json")
            .contains("\"TerminationProtected\": true")
    );
    let mode = std::fs::metadata(&real).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
    assert_eq!(
        entries(work.folder.path()).len(),
        3,
        "nothing is left behind"
    );
}

#[cfg(unix)]
#[test]
fn a_file_that_is_read_only_is_left_alone_and_said() {
    use std::os::unix::fs::PermissionsExt;
    let work = Work::new(&[("request.json", REQUEST)]);
    let path = work.path("request.json");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o444)).unwrap();
    let ran = work.fix("request.json", &[]);
    assert_eq!(work.read("request.json"), REQUEST);
    assert_eq!(ran.exit as u8, 1);
    assert_eq!(ran.err.matches("is read-only").count(), 1, "{}", ran.err);
    assert!(
        ran.err
            .contains("3 findings left: the file cannot be changed"),
        "{}",
        ran.err
    );
}

#[test]
fn a_shared_value_is_left_alone() {
    let shared = TEMPLATE
        .replace(
            "EnableInTransitEncryption: no ",
            "EnableInTransitEncryption: &off no ",
        )
        .replace(
            "EnableAtRestEncryption: false",
            "EnableAtRestEncryption: *off",
        );
    let work = Work::new(&[("template.yaml", &shared)]);
    let ran = work.fix("template.yaml", &[]);
    assert!(
        work.read("template.yaml")
            .contains("EnableInTransitEncryption: &off no "),
        "{}",
        ran.err
    );
    assert!(
        ran.err.contains("in a form that is not edited"),
        "{}",
        ran.err
    );
}

#[test]
fn what_a_program_wrote_is_left_alone() {
    let work = Work::new(&[]);
    std::fs::create_dir(work.path("cdk.out")).unwrap();
    let template = "{\"Resources\": {\"Cluster\": {\"Type\": \"AWS::EMR::Cluster\", \"Properties\": {\"Name\": \"etl\", \"Instances\": {\"KeepJobFlowAliveWhenNoSteps\": true}}}}}";
    work.write("cdk.out/a.template.json", template);
    let plan = root().join("golden/controls/emr/termination-protection/noncompliant-plan.json");
    std::fs::copy(&plan, work.path("plan.json")).unwrap();
    for name in ["cdk.out/a.template.json", "plan.json"] {
        let before = work.read(name);
        let ran = work.fix(name, &[]);
        assert_eq!(work.read(name), before);
        assert!(
            ran.err.contains("left: another program writes the file"),
            "{name}: {}",
            ran.err
        );
    }
}

#[test]
fn findings_that_are_tolerated_are_not_fixed() {
    let work = Work::new(&[("request.json", REQUEST)]);
    let (baseline, request, ratchet) = (
        work.path("baseline.toml"),
        work.path("request.json"),
        work.path("known.json"),
    );
    let (baseline, request, ratchet) = (
        baseline.to_str().unwrap(),
        request.to_str().unwrap(),
        ratchet.to_str().unwrap(),
    );
    run(&["check", baseline, request, "--write-ratchet", ratchet]);
    let ran = work.fix("request.json", &["--ratchet", ratchet]);
    assert_eq!(work.read("request.json"), REQUEST);
    assert_eq!(ran.exit as u8, 0, "{}", ran.err);
}

#[test]
fn a_module_s_variable_is_no_literal() {
    let module = MODULE.replace(
        "\"EnableInTransitEncryption\": false",
        "\"EnableInTransitEncryption\": ${var.encrypt}",
    ) + "\nvariable \"encrypt\" {\n  default = false\n}\n";
    let work = Work::new(&[("module.tf", &module)]);
    let ran = work.fix("module.tf", &[]);
    let fixed = work.read("module.tf");
    assert!(
        fixed.contains("\"EnableInTransitEncryption\": ${var.encrypt}"),
        "{fixed}"
    );
    assert!(
        fixed.contains("termination_protection            = true"),
        "{}",
        ran.err
    );
}

#[test]
fn a_diff_is_one_that_git_applies() {
    let work = Work::new(&[("template.yaml", TEMPLATE), ("document.json", DOCUMENT)]);
    let module = MODULE.replace('\n', "\r\n");
    work.write("module.tf", &module);
    let marked = REQUEST.replace("  \"ReleaseLabel\": \"emr-7.12.0\",\n", "");
    work.write("request.json", &format!("\u{feff}{marked}"));
    let diff = std::process::Command::new(env!("CARGO_BIN_EXE_emr-baseline"))
        .args(["check", "baseline.toml", ".", "--fix", "--dry-run"])
        .current_dir(work.folder.path())
        .output()
        .unwrap();
    let expected = [
        "template.yaml",
        "document.json",
        "module.tf",
        "request.json",
    ]
    .map(|name| {
        let before = work.read(name);
        work.fix(name, &[]);
        let fixed = work.read(name);
        work.write(name, &before);
        assert_ne!(before, fixed);
        (name, fixed)
    });
    std::fs::write(work.path("changes.diff"), &diff.stdout).unwrap();
    let applied = std::process::Command::new("git")
        .args(["apply", "changes.diff"])
        .current_dir(work.folder.path())
        .output()
        .unwrap();
    assert!(
        applied.status.success(),
        "{}",
        String::from_utf8_lossy(&applied.stderr)
    );
    for (name, fixed) in expected {
        assert_eq!(work.read(name), fixed, "{name}");
    }
}

#[test]
fn what_makes_something_worse_is_not_done_and_the_rest_is() {
    let work = Work::new(&[("document.json", DOCUMENT), ("template.yaml", TEMPLATE)]);
    // Encryption between nodes leaves Hadoop's own traffic plain without Kerberos: that would be a new finding.
    work.write(
        "baseline.toml",
        &format!("{BASELINE}\n[emr.feature-combinations]\n"),
    );
    let ran = work.fix(".", &[]);
    let (document, template) = (work.read("document.json"), work.read("template.yaml"));
    assert!(
        document.contains("\"EnableInTransitEncryption\":false"),
        "{document}"
    );
    assert!(
        document.contains("\"MinimumInstanceMetadataServiceVersion\":2"),
        "{document}"
    );
    assert!(
        template.contains("EnableInTransitEncryption: no "),
        "{template}"
    );
    assert!(
        template.contains("MinimumInstanceMetadataServiceVersion: 2"),
        "{template}"
    );
    assert!(
        template.contains("TerminationProtected: true"),
        "{template}"
    );
    assert!(
        ran.err.contains("fixed 4 findings in 2 files"),
        "{}",
        ran.err
    );
    assert!(
        ran.err
            .contains("3 findings left: what the baseline determines would not"),
        "{}",
        ran.err
    );
}

#[test]
fn mutants_are_fixed_without_a_panic_and_made_no_worse() {
    let baseline = root().join("examples/demo/analytics.toml");
    let folder = tempfile::tempdir().unwrap();
    let mut dice = Dice(0x2026_1123);
    let mut total = 0;
    for ending in ["json", "yaml", "tf"] {
        let path = folder.path().join(format!("mutant.{ending}"));
        let seeds = seeds(&[ending]);
        for index in 0..60 {
            let mut mutant = seeds[(index * 7) % seeds.len()].clone();
            for _ in 0..=dice.below(3) {
                mutate(&mut mutant, &mut dice);
            }
            std::fs::write(&path, &mutant).unwrap();
            let judged = |more: &[&str]| {
                let arguments = [
                    baseline.to_str().unwrap(),
                    path.to_str().unwrap(),
                    "--format",
                    "json",
                    "--all",
                ];
                run(&[&["check"], &arguments[..], more].concat())
            };
            let before = judged(&[]);
            let after = judged(&["--fix"]);
            let shown = || String::from_utf8_lossy(&mutant).into_owned();
            let (Ok(before), Ok(after)) = (
                serde_json::from_str::<Value>(&before.out),
                serde_json::from_str::<Value>(&after.out),
            ) else {
                panic!("{}\n{}", after.err, shown());
            };
            let then = verdicts(&before);
            for (fingerprint, rank) in verdicts(&after) {
                let was = then.get(&fingerprint).copied().unwrap_or_default();
                assert!(
                    rank < INDETERMINATE || rank <= was,
                    "{ending} {index}: {}",
                    shown()
                );
            }
            assert_eq!(
                before["problems"],
                after["problems"],
                "{ending} {index}: {}",
                shown()
            );
            total += findings(&before) - findings(&after);
        }
    }
    assert!(total > 10, "{total}");
}

#[test]
fn a_module_that_is_called_from_what_is_checked_is_not_below_it() {
    let work = Work::new(&[]);
    for folder in ["root", "shared"] {
        std::fs::create_dir(work.path(folder)).unwrap();
    }
    let cluster = MODULE.replace("aws_emr_security_configuration.security.name", "var.name");
    let (_, cluster) = cluster.split_once("\n\n").unwrap();
    let shared = format!("variable \"name\" {{}}\n\n{cluster}");
    work.write("shared/main.tf", &shared);
    work.write(
        "root/main.tf",
        "module \"shared\" {\n  source = \"../shared\"\n  name   = \"s\"\n}\n",
    );
    let ran = work.fix("root", &[]);
    assert_eq!(work.read("shared/main.tf"), shared);
    assert!(
        ran.err
            .contains("is not below what is checked: it is left as it is"),
        "{}",
        ran.err
    );
    work.fix("", &[]);
    assert_ne!(work.read("shared/main.tf"), shared);
}

#[test]
fn a_diff_steers_no_terminal() {
    let module = MODULE.replace("// it stays", "// \u{1b}[2J\u{202e} it stays");
    let work = Work::new(&[("module.tf", &module)]);
    let ran = work.fix("module.tf", &["--dry-run"]);
    assert!(
        ran.out.contains("// \\u{1b}[2J\\u{202e} it stays"),
        "{}{}",
        ran.out,
        ran.err
    );
    assert!(!ran.out.contains(['\u{1b}', '\u{202e}']));
    work.fix("module.tf", &[]);
    let fixed = work.read("module.tf");
    assert!(fixed.contains("// \u{1b}[2J\u{202e} it stays"), "{fixed}");
}

#[test]
fn what_is_waived_is_not_fixed() {
    let work = Work::new(&[("request.json", REQUEST)]);
    let waiver = "
[[waivers]]
control  = \"emr.termination-protection\"
resource = { kind = \"emr-cluster\", name = \"etl\" }
reason   = \"it is taken down every night\"
owner    = \"jdoe@example.com\"
expires  = 2027-01-31
";
    work.write("baseline.toml", &format!("{BASELINE}{waiver}"));
    work.fix("request.json", &[]);
    let fixed = work.read("request.json");
    assert!(fixed.contains("\"TerminationProtected\": false"), "{fixed}");
}
