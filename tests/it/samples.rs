//! A report with one evaluation of every sort, and whatever proptest comes up with.

use emr_baseline::control::{Change, Meta, Origin, Repair, Severity, Span, Verdict};
use emr_baseline::judge::{
    Before, Counts, Coverage, Evaluation, Obstacle, Patch, Patches, Report, Waived,
};
use emr_baseline::observed::{Identity, Place, ResourceKind};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

const TEMPLATE: &str = "\
Resources:
  Security:
    Type: AWS::EMR::SecurityConfiguration
    Properties:
      SecurityConfiguration:
        EncryptionConfiguration:
          EnableInTransitEncryption: false
          EnableAtRestEncryption: !Ref AtRest
";
const FILE: &str = "stacks/emr cluster.yaml";
const BASELINE: &str = "\
schema = 1

[emr.in-transit-encryption]
certificate-provider = [\"PEM\"]

[emr.disk-encryption]
ebs = true

[[waivers]]
control = \"emr.logging\"
";

const fn meta(id: &'static str, title: &'static str, docs: &'static str) -> Meta {
    Meta {
        id,
        title,
        severity: Severity::High,
        kinds: &[ResourceKind::EmrCluster],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["AWS-FSBP EMR.4", "NIST-800-53 SC-8"],
        docs,
    }
}

static IN_TRANSIT: Meta = meta(
    "emr.in-transit-encryption",
    "traffic between nodes is encrypted",
    "# emr.in-transit-encryption\n\nTraffic between nodes is encrypted.\n\n## Why\n\nShuffle crosses the network.\n\n## Fix\n\nName certificates.\n",
);
static LOGGING: Meta = meta("emr.logging", "logs are kept", "");

/// Every control that generated evaluations are of.
static CONTROLS: [&Meta; 2] = [&IN_TRANSIT, &LOGGING];

fn disk_encryption() -> &'static Meta {
    emr_baseline::controls::find("emr.disk-encryption")
        .unwrap()
        .meta
}

/// Line, column and bytes of a text in a file.
fn find(text: &str, needle: &str) -> (u32, u32, (usize, usize)) {
    let start = text.find(needle).unwrap();
    let before = &text[..start];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
    let number = |value: usize| u32::try_from(value).unwrap();
    (number(line), number(column), (start, start + needle.len()))
}

fn seen(needle: &str, pointer: &str) -> Place {
    let (line, column, bytes) = find(TEMPLATE, needle);
    Place {
        file: Some("stacks/emr cluster.yaml".to_owned()),
        api: None,
        pointer: pointer.to_owned(),
        marks: None,
        line,
        column,
        bytes,
    }
}

fn answered(api: &str, pointer: &str) -> Place {
    Place {
        file: None,
        api: Some(api.to_owned()),
        pointer: pointer.to_owned(),
        marks: None,
        line: 1,
        column: 1,
        bytes: (0, 0),
    }
}

fn asked(needle: &str) -> Origin {
    let (line, column, bytes) = find(BASELINE, needle);
    Origin {
        file: "prod.toml".into(),
        line,
        column,
        bytes,
    }
}

/// An evaluation with nothing to say.
fn plain(control: &'static Meta, verdict: Verdict, resource: &Arc<Identity>) -> Evaluation {
    Evaluation {
        control,
        verdict,
        severity: control.severity,
        resource: Arc::clone(resource),
        message: "".into(),
        expected: String::new(),
        observed: String::new(),
        seen: Vec::new(),
        required: Arc::from([]),
        reason: None,
        remediation: "".into(),
        waiver: None,
        left_to_audit: false,
        tolerated: false,
        repairs: vec![vec![Repair {
            file: FILE.to_owned(),
            bytes: (7, 12),
            change: Change::Replace("false".to_owned()),
            value: "true".to_owned(),
        }]],
        evidence: Vec::new(),
    }
}

/// A resource of a template, its name chosen by somebody with bad intentions.
fn template() -> Arc<Identity> {
    Arc::new(Identity {
        name: Some("etl\u{202e}\u{1b}[31m".to_owned()),
        ..Identity::new(ResourceKind::EmrSecurityConfiguration, "Security")
    })
}

fn live() -> Arc<Identity> {
    Arc::new(Identity {
        name: Some("etl-daily".to_owned()),
        account: Some("111122223333".to_owned()),
        region: Some("us-west-2".to_owned()),
        arn: Some(
            "arn:aws:elasticmapreduce:us-west-2:111122223333:cluster/j-2AXXXXXXGAPLF".to_owned(),
        ),
        ..Identity::new(ResourceKind::EmrCluster, "j-2AXXXXXXGAPLF")
    })
}

/// One evaluation of every verdict, in files and live.
pub(crate) fn report() -> Report {
    let (template, live) = (template(), live());
    let failed = Evaluation {
        message: "`EnableInTransitEncryption` is false".into(),
        expected: "true".to_owned(),
        observed: "false".to_owned(),
        seen: vec![seen(
            "false",
            "/Resources/Security/Properties/SecurityConfiguration/EncryptionConfiguration/EnableInTransitEncryption",
        )],
        required: Arc::from([
            asked("[emr.in-transit-encryption]"),
            asked("certificate-provider"),
        ]),
        remediation: "set `EnableInTransitEncryption` to true and name certificates".into(),
        ..plain(&IN_TRANSIT, Verdict::Noncompliant, &template)
    };
    let unknown = Evaluation {
        message: "`EnableAtRestEncryption` is unknown".into(),
        expected: "true".to_owned(),
        seen: vec![seen(
            "AtRest\n",
            "/Resources/Security/Properties/SecurityConfiguration/EncryptionConfiguration/EnableAtRestEncryption",
        )],
        required: Arc::from([asked("[emr.disk-encryption]")]),
        reason: Some("the parameter `AtRest` has no value".to_owned()),
        remediation: "give the parameter `AtRest` a value".into(),
        ..plain(disk_encryption(), Verdict::Indeterminate, &template)
    };
    let live_failed = Evaluation {
        message: "no security configuration".into(),
        seen: vec![answered(
            "elasticmapreduce:DescribeCluster",
            "/Cluster/SecurityConfiguration",
        )],
        required: Arc::from([asked("[emr.disk-encryption]")]),
        severity: Severity::Critical,
        ..plain(disk_encryption(), Verdict::Noncompliant, &live)
    };
    let waived = Evaluation {
        message: "no log URI".into(),
        waiver: Some(Waived {
            owner: "jdoe@example.com".to_owned(),
            reason: "retired in Q1".to_owned(),
            ticket: Some("SEC-1234".to_owned()),
            expires: "2027-01-31".to_owned(),
            origin: asked("[[waivers]]"),
        }),
        ..plain(&LOGGING, Verdict::Waived, &live)
    };
    let passed = plain(&IN_TRANSIT, Verdict::Compliant, &live);
    let skipped = plain(&LOGGING, Verdict::NotApplicable, &template);
    assemble(vec![failed, unknown, skipped, live_failed, waived, passed])
}

fn assemble(evaluations: Vec<Evaluation>) -> Report {
    let mut counts = Counts::default();
    for evaluation in &evaluations {
        counts.add(evaluation);
    }
    let texts = [(FILE, TEMPLATE), ("prod.toml", BASELINE)];
    let findings: Vec<Evaluation> = evaluations
        .iter()
        .filter(|evaluation| evaluation.is_finding())
        .cloned()
        .collect();
    let mut report = Report {
        baseline: "recommended".to_owned(),
        version: "1.0.0".to_owned(),
        digest: format!("sha256:{}", "0123456789abcdef".repeat(4)),
        evaluated_at: "2026-11-22T12:00:00.123Z".parse().unwrap(),
        coverage: Coverage {
            resources: 2,
            left_to_audit: 5,
        },
        counts,
        evaluations: evaluations.into_iter().collect(),
        obstacles: vec![Obstacle {
            what: "could not list clusters".to_owned(),
            action: Some("elasticmapreduce:ListClusters".to_owned()),
            why: "AccessDeniedException".to_owned(),
            ..Obstacle::default()
        }],
        notes: vec!["`stacks/emr cluster.yaml` was read as a CloudFormation template".to_owned()],
        homes: BTreeMap::new(),
        before: Before::default(),
        patches: Patches::new(),
        offers_fixes: false,
        fixable: 0,
        sources: BTreeMap::from(texts.map(|(name, text)| (name.to_owned(), Arc::from(text)))),
    };
    for finding in findings {
        let patch = |start, end, text: &str| Patch {
            file: FILE.to_owned(),
            start,
            end,
            text: text.to_owned(),
        };
        let patches = vec![
            patch((7, 38), (7, 43), "true"),
            patch((8, 46), (8, 46), "\n          Added: é"),
        ];
        report.patches.insert(report.fingerprint(&finding), patches);
    }
    report
}

/// A plan as `terraform show -json` writes it: everything on one line, and as many findings.
pub(crate) fn one_long_line(findings: usize) -> Report {
    const MEMBER: &str = "\"EnableInTransitEncryption\":false,\"password\":\"x\",";
    let text = MEMBER.repeat(findings.max(400_000));
    let resource = template();
    let finding = |at: usize| {
        let start = at * MEMBER.len() + MEMBER.find("false").unwrap();
        Evaluation {
            message: "it is off".into(),
            seen: vec![Place {
                bytes: (start, start + "false".len()),
                ..seen("false", "")
            }],
            ..plain(&IN_TRANSIT, Verdict::Noncompliant, &resource)
        }
    };
    let mut report = assemble((0..findings).map(finding).collect());
    let file = "stacks/emr cluster.yaml".to_owned();
    report.sources.insert(file, Arc::from(text));
    report
}

fn any_place() -> impl Strategy<Value = Place> {
    let file = prop_oneof![
        Just(Some("stacks/emr cluster.yaml".to_owned())),
        any::<String>().prop_map(Some),
        Just(None),
    ];
    let numbers = (0..12_u32, 0..90_u32, 0..400_usize, 0..400_usize);
    (file, any::<Option<String>>(), any::<String>(), numbers).prop_map(
        |(file, api, pointer, (line, column, start, end))| Place {
            marks: None,
            file,
            api,
            pointer,
            line,
            column,
            bytes: (start, end),
        },
    )
}

fn any_identity() -> impl Strategy<Value = Arc<Identity>> {
    let kind = proptest::sample::select(ResourceKind::ALL);
    let scope = (any::<Option<String>>(), any::<Option<String>>());
    (kind, any::<String>(), any::<Option<String>>(), scope).prop_map(
        |(kind, id, name, (account, region))| {
            let arn = name.as_ref().map(|name| format!("arn:aws:x:::{name}"));
            Arc::new(Identity {
                name,
                account,
                region,
                arn,
                ..Identity::new(kind, id)
            })
        },
    )
}

fn any_evaluation() -> impl Strategy<Value = Evaluation> {
    let control = proptest::sample::select(&CONTROLS[..]);
    let verdict = proptest::sample::select(&Verdict::ALL[..]);
    let severity = proptest::sample::select(&Severity::ALL[..]);
    let places = proptest::collection::vec(any_place(), 0..3);
    let texts = (
        any::<String>(),
        any::<String>(),
        any::<String>(),
        any::<String>(),
    );
    let of_judging = (control, verdict, severity, any::<bool>(), any::<bool>());
    (of_judging, any_identity(), places, texts).prop_map(
        |((control, verdict, severity, required, tolerated), resource, seen, texts)| {
            let (message, expected, observed, owner) = texts;
            let waiver = (verdict == Verdict::Waived).then(|| Waived {
                owner,
                reason: expected.clone(),
                ticket: None,
                expires: "2027-01-31".to_owned(),
                origin: asked("[[waivers]]"),
            });
            Evaluation {
                severity,
                message: message.into(),
                reason: (verdict == Verdict::Indeterminate).then(|| observed.clone()),
                expected,
                observed,
                seen,
                required: if required {
                    Arc::from([asked("ebs")])
                } else {
                    Arc::from([])
                },
                waiver,
                tolerated: tolerated
                    && matches!(verdict, Verdict::Noncompliant | Verdict::Indeterminate),
                ..plain(control, verdict, &resource)
            }
        },
    )
}

/// Reports with any text anywhere, and places that may not be in any file.
pub(crate) fn any_report() -> impl Strategy<Value = Report> {
    proptest::collection::vec(any_evaluation(), 0..12).prop_map(assemble)
}
