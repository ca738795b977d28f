//! Each control says about each of its fixtures what the fixture's name declares.

use crate::support::{Failures, declared, fixtures, golden, judge_fixture, relative, root, worst};
use std::collections::BTreeMap;

#[test]
fn every_fixture_gets_the_verdict_that_its_name_declares() {
    std::env::set_current_dir(root()).unwrap();
    let mut failures = Failures::default();
    for (id, fixture) in fixtures() {
        let path = relative(&fixture);
        let baseline = relative(&fixture.parent().unwrap().join("baseline.toml"));
        let (report, _) = judge_fixture(&baseline, &path);
        let verdict = worst(&report, &id);
        if verdict.as_deref() != Some(declared(&fixture)) {
            let message = report["evaluations"]
                .as_array()
                .unwrap()
                .iter()
                .find(|evaluation| evaluation["control"] == id.as_str());
            failures.add(
                path,
                format!(
                    "is {verdict:?}; {} {}",
                    message.map_or("", |evaluation| evaluation["message"].as_str().unwrap()),
                    report["problems"]
                ),
            );
        }
    }
    failures.check();
}

#[test]
fn the_matrix_of_controls_and_fixtures_changes_only_on_purpose() {
    std::env::set_current_dir(root()).unwrap();
    let ids: Vec<&str> = emr_baseline::controls::REGISTRY
        .iter()
        .map(|entry| entry.meta.id)
        .collect();
    let mut baseline = String::from(
        "schema = 1\n\n[baseline]\nname = \"matrix\"\nversion = \"1.0.0\"\nowner = \"tests\"\ndescription = \"Every control with its defaults.\"\n",
    );
    for id in &ids {
        baseline.push_str(&format!("\n[{id}]\n"));
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("matrix.toml");
    std::fs::write(&file, baseline).unwrap();
    let mut rows = BTreeMap::new();
    for (_, fixture) in fixtures() {
        let path = relative(&fixture);
        let (report, _) = judge_fixture(file.to_str().unwrap(), &path);
        let row: String = ids
            .iter()
            .map(|id| match worst(&report, id).as_deref() {
                Some("compliant") => 'C',
                Some("noncompliant") => 'N',
                Some("indeterminate") => 'I',
                Some("waived") => 'W',
                _ => '-',
            })
            .collect();
        rows.insert(path, row);
    }
    let width = rows.keys().map(String::len).max().unwrap_or_default();
    let mut text = String::from(
        "# Every control (a column, in the registry's order) on every fixture (a row), with default settings:\n# C compliant, N noncompliant, I indeterminate, - not applicable. The columns:\n",
    );
    for (index, id) in ids.iter().enumerate() {
        text.push_str(&format!("# {:>2} {id}\n", index + 1));
    }
    for (path, row) in rows {
        text.push_str(&format!("{path:<width$} {row}\n"));
    }
    golden(&root().join("golden/matrix.txt"), &text);
}
