//! `test`: cases as files, judged as `check` judges.

use crate::support::{Ran, root, run};
use emr_baseline::judge::Exit;
use std::path::Path;

fn tested(folder: &Path) -> Ran {
    run(&["test", folder.to_str().unwrap()])
}

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

const BASELINE: &str = "schema = 1\n[baseline]\nname = 'b'\nversion = '1'\nowner = 'o'\n\
                        [emr.instance-metadata]\nmin-version = 2\n";
const GOOD: &str = r#"{"InstanceMetadataServiceConfiguration": {"MinimumInstanceMetadataServiceVersion": 2, "HttpPutResponseHopLimit": 1}}"#;
const BAD: &str = r#"{
  "InstanceMetadataServiceConfiguration": {
    "MinimumInstanceMetadataServiceVersion": 1,
    "HttpPutResponseHopLimit": 1
  }
}"#;

fn case(rest: &str) -> String {
    format!("baseline = '../b.toml'\ninput = ['in']\n{rest}")
}

#[test]
fn the_shipped_cases_come_out_as_expected() {
    let ran = tested(&root().join("examples/tests"));
    assert_eq!(ran.exit, Exit::Clean, "{}{}", ran.out, ran.err);
    assert!(
        ran.out
            .ends_with("3 cases: 3 as expected, 0 failed, 0 with mistakes\n"),
        "{}",
        ran.out
    );
    assert_eq!(ran.err, "");
}

#[test]
fn a_verdict_that_is_not_expected_fails_and_is_shown_at_its_line() {
    let expect = case("[expect]\n'emr.instance-metadata' = 'compliant'\n");
    let folder = folder(&[
        ("b.toml", BASELINE),
        ("fails/case.toml", &expect),
        ("fails/in/bad.json", BAD),
        ("fails/in/good.json", GOOD),
        ("holds/case.toml", &expect),
        ("holds/in/good.json", GOOD),
    ]);
    let ran = tested(folder.path());
    assert_eq!(ran.exit, Exit::Noncompliant, "{}{}", ran.out, ran.err);
    let out = ran.out.replace(folder.path().to_str().unwrap(), "DIR");
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines[0], "failed   DIR/fails");
    assert_eq!(
        lines[1],
        "  emr.instance-metadata: expected compliant, seen noncompliant on emr-security-configuration `bad`"
    );
    assert!(
        lines[2].contains("MinimumInstanceMetadataServiceVersion"),
        "{out}"
    );
    assert!(
        out.contains("    seen at DIR/fails/in/bad.json:3:46\n"),
        "{out}"
    );
    assert!(
        out.contains("    expected at DIR/fails/case.toml:4\n"),
        "{out}"
    );
    assert!(out.contains("ok       DIR/holds\n"), "{out}");
    assert!(
        out.ends_with("2 cases: 1 as expected, 1 failed, 0 with mistakes\n"),
        "{out}"
    );
}

#[test]
fn one_resource_is_expected_apart_from_the_others() {
    let both = case(
        "[[expect-resource]]\ncontrol = 'emr.instance-metadata'\nresource = 'good'\nverdict = 'compliant'\n\
         [[expect-resource]]\ncontrol = 'emr.instance-metadata'\nresource = 'bad'\nverdict = 'noncompliant'\n",
    );
    let stranger = case(
        "[[expect-resource]]\ncontrol = 'emr.instance-metadata'\nresource = 'ugly'\nverdict = 'compliant'\n",
    );
    let folder = folder(&[
        ("b.toml", BASELINE),
        ("1/case.toml", &both),
        ("1/in/bad.json", BAD),
        ("1/in/good.json", GOOD),
        ("2/case.toml", &stranger),
        ("2/in/good.json", GOOD),
    ]);
    let ran = tested(folder.path());
    assert_eq!(ran.exit, Exit::Noncompliant);
    assert!(ran.out.contains("1 as expected, 1 failed"), "{}", ran.out);
    assert!(
        ran.out
            .contains("there is no resource `ugly` that it judges; there are `good`"),
        "{}",
        ran.out
    );
}

#[test]
fn what_the_baseline_does_not_require_meets_no_expectation() {
    for verdict in ["compliant", "not-applicable", "indeterminate"] {
        let expect = case(&format!("[expect]\n'emr.kerberos' = '{verdict}'\n"));
        let folder = folder(&[
            ("b.toml", BASELINE),
            ("1/case.toml", &expect),
            ("1/in/good.json", GOOD),
        ]);
        let ran = tested(folder.path());
        assert_eq!(ran.exit, Exit::Noncompliant, "{}", ran.out);
        assert!(
            ran.out.contains("the baseline `b` does not require it"),
            "{}",
            ran.out
        );
    }
}

#[test]
fn an_input_that_is_broken_is_never_compliant() {
    let expect = case("[expect]\n'emr.instance-metadata' = 'compliant'\n");
    let broken = "Resources:\n  A:\n    Type: AWS::EMR::Cluster\n   Properties: {\n";
    let folder = folder(&[
        ("b.toml", BASELINE),
        ("1/case.toml", &expect),
        ("1/in/good.json", GOOD),
        ("1/in/broken.yaml", broken),
    ]);
    let ran = tested(folder.path());
    assert_eq!(ran.exit, Exit::Noncompliant, "{}{}", ran.out, ran.err);
    assert!(
        ran.out.contains("expected compliant, seen indeterminate\n"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("broken.yaml"), "{}", ran.out);
}

#[test]
fn the_time_of_a_case_is_its_own() {
    let baseline = format!(
        "{BASELINE}[[waivers]]\ncontrol = 'emr.instance-metadata'\nresource = {{ kind = 'emr-security-configuration' }}\n\
         reason = 'r'\nowner = 'o@example.com'\nexpires = 2026-12-01\n"
    );
    let expect = |at: &str, verdict: &str| {
        case(&format!(
            "at = {at}\n[expect]\n'emr.instance-metadata' = '{verdict}'\n"
        ))
    };
    let folder = folder(&[
        ("b.toml", &baseline),
        ("1/case.toml", &expect("2026-11-30T00:00:00Z", "waived")),
        ("1/in/bad.json", BAD),
        (
            "2/case.toml",
            &expect("'2026-12-03T00:00:00+01:00'", "noncompliant"),
        ),
        ("2/in/bad.json", BAD),
    ]);
    let ran = tested(folder.path());
    assert_eq!(ran.exit, Exit::Clean, "{}{}", ran.out, ran.err);
}

#[test]
fn mistakes_of_all_cases_are_shown_in_one_run_at_their_lines() {
    let folder = folder(&[
        ("b.toml", BASELINE),
        ("broken.toml", "schema = 1\n[emr.disk-encription]\n"),
        (
            "1/case.toml",
            &case("[expect]\n'emr.instance-metadatas' = 'complient'\n"),
        ),
        (
            "2/case.toml",
            "baseline = '../none.toml'\ninput = ['none.yaml', 'notes.md']\n[expect]\nemr.tags = 'waived'\n",
        ),
        ("2/notes.md", "nothing\n"),
        (
            "3/case.toml",
            "baseline = '../b.toml'\ninput = 'notes.md'\n[expect]\nemr.tags = 'waived'\n",
        ),
        ("3/notes.md", "nothing\n"),
        (
            "4/case.toml",
            "baseline = '../b.toml'\ntarget = 'prod'\ninput = 'good.json'\n[expect]\nemr.tags = 'waived'\n",
        ),
        ("4/good.json", GOOD),
        (
            "5/case.toml",
            "baseline = 'builtin:recomended'\ninput = 'good.json'\n[expect]\nemr.tags = 'waived'\n",
        ),
        ("5/good.json", GOOD),
        (
            "6/case.toml",
            "baseline = '../broken.toml'\ninput = 'good.json'\n[expect]\nemr.tags = 'waived'\n",
        ),
        ("6/good.json", GOOD),
    ]);
    let ran = tested(folder.path());
    assert_eq!(ran.exit, Exit::Unusable, "{}", ran.out);
    assert!(
        ran.out
            .contains("6 cases: 0 as expected, 0 failed, 6 with mistakes"),
        "{}",
        ran.out
    );
    for said in [
        "there is no control `emr.instance-metadatas`",
        "did you mean `emr.instance-metadata`?",
        "`complient` is no verdict",
        "did you mean `compliant`?",
        "none.toml` cannot be read",
        "none.yaml` cannot be read",
        "nothing of EMR or Lake Formation is in",
        "there is no target `prod`",
        "did you mean `builtin:recommended`?",
        "did you mean `emr.disk-encryption`?",
    ] {
        // Long messages are broken into lines.
        let words: Vec<&str> = ran
            .err
            .split_whitespace()
            .filter(|word| *word != "│")
            .collect();
        let wanted: Vec<&str> = said.split_whitespace().collect();
        assert!(
            words.windows(wanted.len()).any(|here| here
                .iter()
                .zip(&wanted)
                .all(|(here, wanted)| here.contains(wanted))),
            "{said}\n{}",
            ran.err
        );
    }
    for place in [
        "1/case.toml:4:",
        "2/case.toml:1:",
        "3/case.toml:2:",
        "4/case.toml:2:",
        "5/case.toml:1:",
    ] {
        assert!(ran.err.contains(place), "{place}\n{}", ran.err);
    }
}

#[test]
fn no_case_is_a_mistake_and_a_hostile_name_is_escaped() {
    let empty = folder(&[("b.toml", BASELINE)]);
    let ran = tested(empty.path());
    assert_eq!(ran.exit, Exit::Unusable);
    assert!(ran.err.contains("no `case.toml` was found"), "{}", ran.err);
    assert_eq!(run(&["test", "/none/of/these"]).exit, Exit::Unusable);

    let hostile = folder(&[
        ("b.toml", BASELINE),
        (
            "\u{1b}[2J/case.toml",
            &case("[expect]\nemr.instance-metadata = 'compliant'\n"),
        ),
        ("\u{1b}[2J/in/\u{1b}[31m.json", BAD),
    ]);
    let ran = tested(hostile.path());
    assert_eq!(ran.exit, Exit::Noncompliant, "{}{}", ran.out, ran.err);
    assert!(
        !ran.out.contains('\u{1b}') && !ran.err.contains('\u{1b}'),
        "{}",
        ran.out
    );
}

#[test]
fn a_case_takes_values_of_parameters_from_files_and_its_own_count_more() {
    let template = "Parameters: {Version: {Type: Number, Default: 1}, Hops: {Type: Number, Default: 1}}\nResources:\n  S:\n    Type: AWS::EMR::SecurityConfiguration\n    Properties:\n      SecurityConfiguration: !Sub '{\"InstanceMetadataServiceConfiguration\": {\"MinimumInstanceMetadataServiceVersion\": ${Version}, \"HttpPutResponseHopLimit\": ${Hops}}}'\n";
    let case = |more: &str| {
        format!(
            "baseline = '../b.toml'\ninput = 'in/t.yaml'\n{more}\n[expect]\n'emr.instance-metadata' = 'compliant'\n"
        )
    };
    let files = |files: &str| format!("parameter-files = {files}");
    let folder = folder(&[
        ("b.toml", BASELINE),
        (
            "deploy.json",
            r#"{"Parameters": {"Version": "1", "Hops": "5"}}"#,
        ),
        ("more.yaml", "Version: 2\n"),
        (
            "1/case.toml",
            &case(&files("['../deploy.json', '../more.yaml']")),
        ),
        ("1/in/t.yaml", template),
        (
            "2/case.toml",
            &case(&format!(
                "{}\n[parameters]\nVersion = 2",
                files("'../deploy.json'")
            )),
        ),
        ("2/in/t.yaml", template),
        ("3/case.toml", &case(&files("'../deploy.json'"))),
        ("3/in/t.yaml", template),
        ("4/case.toml", &case(&files("'../nowhere.json'"))),
        ("4/in/t.yaml", template),
    ]);
    let ran = tested(folder.path());
    assert!(
        ran.out
            .ends_with("4 cases: 2 as expected, 1 failed, 1 with mistakes\n"),
        "{}{}",
        ran.out,
        ran.err
    );
    let both = format!("{}{}", ran.out, ran.err);
    assert!(
        both.contains("`../nowhere.json` is no file of parameters"),
        "{both}"
    );
}
