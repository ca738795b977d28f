//! Which control is shown in which form, with which verdicts. What a form can show and no fixture does is a gap, and each
//! gap has its reason.

use crate::support::{Failures, declared, fixtures, golden, is_snapshot, root};
use emr_baseline::control::Span;
use emr_baseline::controls::REGISTRY;
use emr_baseline::observe::{File, Given, read_file};
use emr_baseline::observed::Source;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

/// The forms of the table, and the dialects that are of each.
const FORMS: &[(&str, &[&str])] = &[
    (
        "document",
        &["security-configuration", "run-job-flow", "lake-formation"],
    ),
    ("template", &["cloudformation"]),
    ("module", &["terraform"]),
    ("plan", &["terraform-plan"]),
    ("machine", &["step-functions"]),
    ("python", &["python"]),
    ("snapshot", &["snapshot"]),
];
const VERDICTS: &[&str] = &["compliant", "noncompliant", "indeterminate"];

/// What is not shown in Terraform's modules, and why: the control, the verdicts, the reason.
const NOT_IN_MODULES: &[(&str, &[&str], &str)] = &[
    (
        "eks.encryption",
        &["compliant", "noncompliant"],
        "the provider has no security configurations of EMR on EKS",
    ),
    (
        "eks.lake-formation",
        &["compliant", "noncompliant"],
        "the provider has no security configurations of EMR on EKS",
    ),
    (
        "eks.security-configuration",
        &["compliant", "noncompliant"],
        "the provider has no argument for the security configuration",
    ),
    ("emr.cluster-age", VERDICTS, "only a live account shows it"),
    (
        "emr.volume-encryption",
        VERDICTS,
        "only a live account shows it",
    ),
    (
        "iam.guardrails",
        VERDICTS,
        "only a live organisation shows it",
    ),
    ("kms.grants", VERDICTS, "only a live account shows it"),
    (
        "lake.abac-conditions",
        &["compliant", "indeterminate"],
        "the provider has no argument for conditions of grants; who may set the attribute is shown",
    ),
    (
        "lake.dangling-grants",
        VERDICTS,
        "only a live account shows it",
    ),
    (
        "lake.default-permissions",
        &["compliant"],
        "a module cannot write an empty list of blocks; a plan can",
    ),
    (
        "lake.filter-enforcement",
        VERDICTS,
        "only a live account shows it",
    ),
    (
        "lake.identity-center",
        VERDICTS,
        "only a live account shows it",
    ),
    (
        "lake.query-results",
        VERDICTS,
        "only a live account shows it",
    ),
    (
        "lake.row-policies",
        VERDICTS,
        "only a live account shows it",
    ),
    ("lake.visibility", VERDICTS, "only a live account shows it"),
    (
        "network.public-address",
        VERDICTS,
        "only a live account shows it",
    ),
    (
        "s3.ownership",
        &["noncompliant", "indeterminate"],
        "whose a bucket is that is only named, only a live account shows",
    ),
    (
        "serverless.encryption",
        &["compliant"],
        "the provider has no argument for the key of disks",
    ),
    (
        "studio.authentication",
        &["compliant"],
        "the provider has no argument for the assignment that the baseline of these fixtures asks for",
    ),
];

/// What neither a document nor a template shows, and why.
const NOT_IN_TEMPLATES: &[(&str, &[&str], &str)] = &[
    (
        "account.block-public-access",
        VERDICTS,
        "CloudFormation has no such resource",
    ),
    ("emr.cluster-age", VERDICTS, "only a live account shows it"),
    (
        "emr.volume-encryption",
        VERDICTS,
        "only a live account shows it",
    ),
    (
        "glue.catalog-policy",
        VERDICTS,
        "CloudFormation has no such resource",
    ),
    (
        "iam.guardrails",
        VERDICTS,
        "only a live organisation shows it",
    ),
    ("kms.grants", VERDICTS, "only a live account shows it"),
    (
        "lake.dangling-grants",
        VERDICTS,
        "only a live account shows it",
    ),
    (
        "lake.filter-enforcement",
        VERDICTS,
        "only a live account shows it",
    ),
    (
        "lake.identity-center",
        VERDICTS,
        "only a live account shows it",
    ),
    (
        "lake.query-results",
        VERDICTS,
        "only a live account shows it",
    ),
    (
        "lake.row-policies",
        VERDICTS,
        "only a live account shows it",
    ),
    ("lake.visibility", VERDICTS, "only a live account shows it"),
    (
        "network.public-address",
        VERDICTS,
        "only a live account shows it",
    ),
    (
        "s3.ownership",
        &["noncompliant", "indeterminate"],
        "whose a bucket is that is only named, only a live account shows",
    ),
    (
        "serverless.encryption",
        &["compliant"],
        "CloudFormation has no property for the key of disks",
    ),
];

/// By control and form, the verdicts of its fixtures.
type Shown = BTreeMap<String, BTreeMap<&'static str, BTreeSet<&'static str>>>;

fn shown() -> Shown {
    std::env::set_current_dir(root()).unwrap();
    let mut shown = Shown::new();
    for (id, fixture) in fixtures() {
        for form in forms(&fixture) {
            let of_control = shown.entry(id.clone()).or_default();
            of_control
                .entry(form)
                .or_default()
                .insert(declared(&fixture));
        }
    }
    shown
}

fn forms(fixture: &Path) -> BTreeSet<&'static str> {
    let mut forms = BTreeSet::new();
    for entry in walkdir::WalkDir::new(fixture).sort_by_file_name() {
        let file = entry.unwrap().into_path();
        if file.is_dir() {
            continue;
        }
        if is_snapshot(&file) {
            forms.insert("snapshot");
            continue;
        }
        let text = std::fs::read_to_string(&file).unwrap();
        let source = Arc::new(Source::new(file.to_str().unwrap(), text));
        if let File::Read(reading) = read_file(&source, None, &Given::default()) {
            let name = reading.dialect.name();
            let form = FORMS.iter().find(|(_, dialects)| dialects.contains(&name));
            forms.extend(form.map(|(form, _)| *form));
        }
    }
    forms
}

#[test]
fn what_is_shown_in_which_form_changes_only_on_purpose() {
    let shown = shown();
    let mut text = String::from(
        "# By control and form, the verdicts that fixtures show: C compliant, N noncompliant, I indeterminate.\n",
    );
    text.push_str(&format!("{:<34}", "#"));
    for (form, _) in FORMS {
        text.push_str(&format!(" {form:<8}"));
    }
    text.push('\n');
    for entry in REGISTRY {
        text.push_str(&format!("{:<34}", entry.meta.id));
        for (form, _) in FORMS {
            let verdicts = shown.get(entry.meta.id).and_then(|own| own.get(form));
            let letter = |(letter, verdict): (char, &&str)| {
                let has = verdicts.is_some_and(|found| found.contains(*verdict));
                if has { letter } else { '-' }
            };
            let cell: String = "CNI".chars().zip(VERDICTS).map(letter).collect();
            text.push_str(&format!(" {cell:<8}"));
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    golden(&root().join("golden/coverage.txt"), &text);
}

#[test]
fn every_control_passes_fails_and_is_unknown_in_modules_and_in_templates() {
    let shown = shown();
    let mut failures = Failures::default();
    for (what, forms, gaps) in [
        ("module", &["module"][..], NOT_IN_MODULES),
        (
            "template or document",
            &["template", "document"][..],
            NOT_IN_TEMPLATES,
        ),
    ] {
        for entry in REGISTRY.iter().filter(|entry| entry.meta.span != Span::Run) {
            let id = entry.meta.id;
            let gap = gaps.iter().find(|(control, ..)| *control == id);
            for verdict in VERDICTS {
                let has = forms.iter().any(|form| {
                    let own = shown.get(id).and_then(|own| own.get(form));
                    own.is_some_and(|verdicts| verdicts.contains(verdict))
                });
                let excused = gap.is_some_and(|(_, verdicts, _)| verdicts.contains(verdict));
                if !has && !excused {
                    failures.add(format!("{id} {what}"), format!("no {verdict} fixture"));
                } else if has && excused {
                    failures.add(
                        format!("{id} {what}"),
                        format!("{verdict} is shown, and excused"),
                    );
                }
            }
        }
        for (control, ..) in gaps {
            if !REGISTRY.iter().any(|entry| entry.meta.id == *control) {
                failures.add(*control, "is no control");
            }
        }
    }
    failures.check();
}
