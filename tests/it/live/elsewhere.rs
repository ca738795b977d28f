//! EMR Serverless and EMR on EKS, as they are listed and judged live: and that a template of the same gets the same verdicts.

use super::estate::{ACCOUNT, Estate, application, refusal, virtual_cluster};
use super::outside::Live;
use super::virtual_clock::{formula, observe, sizes, wanted};
use crate::support::check;
use emr_baseline::live::call::Failure;
use emr_baseline::live::observer::Observer;
use emr_baseline::live::operation::Service;
use emr_baseline::live::retry::NO_ADDRESS;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The controls that a template and an answer of AWS decide alike.
const ALIKE: &str = r#"schema = 1
[baseline]
name = "elsewhere"
version = "1.0.0"
owner = "tests"
description = "what needs no EC2 of ours"
[serverless.network]
subnets = ["subnet-1"]
groups = ["sg-core"]
[serverless.image]
registries = ["111122223333.dkr.ecr.us-west-2.amazonaws.com/*"]
[serverless.auto-stop]
[serverless.encryption]
disk-key = "arn:aws:kms:us-west-2:111122223333:key/0987dcba-09fe-87dc-65ba-ab0987654321"
managed-logs = false
[serverless.endpoints]
[serverless.lake-formation]
[emr.release]
min = ["emr-7.0.0"]
[emr.plaintext-secrets]
[emr.application-overrides]
[eks.security-configuration]
[eks.lake-formation]
session-tag = "EMR on EKS Engine"
secure-namespace = "credentials"
"#;
const KEY: &str = "arn:aws:kms:us-west-2:111122223333:key/0987dcba-09fe-87dc-65ba-ab0987654321";
const KINDS: [&str; 3] = [
    "emr-serverless-application",
    "emr-containers-virtual-cluster",
    "emr-containers-security-configuration",
];

/// Verdicts over applications, virtual clusters and their configurations, by control and kind.
fn verdicts(report: &Value) -> BTreeMap<(String, String), String> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let all = report["evaluations"].as_array().unwrap().iter();
    let ours = all.filter(|one| KINDS.contains(&one["resource"]["kind"].as_str().unwrap()));
    ours.map(|one| {
        let key = (text(&one["control"]), text(&one["resource"]["kind"]));
        (key, text(&one["verdict"]))
    })
    .collect()
}

/// An answer's members as CloudFormation spells them. The names of properties and tags are nobody's.
fn upper(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let each = members.iter().map(|(name, value)| {
                let value = if name == "properties" {
                    value.clone()
                } else {
                    upper(value)
                };
                (name[..1].to_uppercase() + &name[1..], value)
            });
            Value::Object(each.collect())
        }
        Value::Array(items) => items.iter().map(upper).collect(),
        other => other.clone(),
    }
}

/// The template that makes what an estate holds.
fn template(estate: &Estate) -> Value {
    let part = |of: &Value, members: &[&str]| {
        let own = members.iter().filter(|name| !of[**name].is_null());
        let own = own.map(|name| ((*name).to_owned(), of[*name].clone()));
        upper(&Value::Object(own.collect::<Map<_, _>>()))
    };
    let application = part(
        &estate.applications[0],
        &[
            "name",
            "releaseLabel",
            "type",
            "autoStopConfiguration",
            "networkConfiguration",
            "imageConfiguration",
            "runtimeConfiguration",
            "monitoringConfiguration",
            "interactiveConfiguration",
            "diskEncryptionConfiguration",
        ],
    );
    let mut cluster = part(&estate.virtual_clusters[0], &["name", "containerProvider"]);
    let is_attached = estate.virtual_clusters[0]["securityConfigurationId"].is_string();
    if is_attached {
        cluster["SecurityConfigurationId"] = json!({"Ref": "Security"});
    }
    let security = &estate.container_configurations["sc0example"];
    let security = part(security, &["name", "securityConfigurationData"]);
    let mut template = json!({"Resources": {
        "Application": {"Type": "AWS::EMRServerless::Application", "Properties": application},
        "Cluster": {"Type": "AWS::EMRContainers::VirtualCluster", "Properties": cluster},
        "Security": {"Type": "AWS::EMRContainers::SecurityConfiguration", "Properties": security},
    }});
    if !is_attached {
        // Live, nobody asks about it either.
        let resources = template["Resources"].as_object_mut().unwrap();
        resources.remove("Security");
    }
    template
}

/// Nothing is wrong with this one.
fn sound() -> Estate {
    let mut estate = Estate::of(0);
    let application = &mut estate.applications[0];
    application["diskEncryptionConfiguration"] = json!({"encryptionKeyArn": KEY});
    application["monitoringConfiguration"]["s3MonitoringConfiguration"]["encryptionKeyArn"] =
        json!(KEY);
    estate
}

fn audited(estate: Estate) -> Value {
    let live = Live::over(estate);
    std::fs::write(live.bench.path().join("b.toml"), ALIKE).unwrap();
    let ran = live.run(&[
        "audit", "b.toml", "--share", "100", "--format", "json", "--all",
    ]);
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}", ran.err))
}

/// What is changed, how, and the control that must mind.
type Change = (&'static str, Value, &'static str);

fn changes() -> Vec<Change> {
    let application = |pointer, value, control| (pointer, value, control);
    let password = json!([{"classification": "hive-site",
        "properties": {"javax.jdo.option.ConnectionPassword": "a-password-in-clear"}}]);
    vec![
        application(
            "/application/networkConfiguration",
            json!({}),
            "serverless.network",
        ),
        application(
            "/application/networkConfiguration/securityGroupIds/0",
            json!("sg-other"),
            "serverless.network",
        ),
        application(
            "/application/imageConfiguration",
            json!({"imageUri": "public.ecr.aws/x/y:latest"}),
            "serverless.image",
        ),
        application(
            "/application/autoStopConfiguration/enabled",
            json!(false),
            "serverless.auto-stop",
        ),
        application(
            "/application/diskEncryptionConfiguration/encryptionKeyArn",
            json!(KEY.replace("0987", "1234")),
            "serverless.encryption",
        ),
        application(
            "/application/monitoringConfiguration/managedPersistenceMonitoringConfiguration/enabled",
            json!(true),
            "serverless.encryption",
        ),
        application(
            "/application/interactiveConfiguration/livyEndpointEnabled",
            json!(true),
            "serverless.endpoints",
        ),
        application(
            "/application/runtimeConfiguration",
            json!([]),
            "serverless.lake-formation",
        ),
        application(
            "/application/runtimeConfiguration",
            password,
            "emr.plaintext-secrets",
        ),
        application(
            "/application/releaseLabel",
            json!("emr-6.15.0"),
            "emr.release",
        ),
        (
            "/cluster/securityConfigurationId",
            Value::Null,
            "eks.security-configuration",
        ),
        (
            "/cluster/containerProvider/info/eksInfo/namespace",
            json!("credentials"),
            "eks.lake-formation",
        ),
        (
            "/security/securityConfigurationData/authorizationConfiguration/lakeFormationConfiguration/authorizedSessionTagValue",
            json!("another"),
            "eks.lake-formation",
        ),
    ]
}

fn put(root: &mut Value, pointer: &str, value: Value) {
    let mut place = root;
    for step in pointer.split('/').skip(1) {
        place = match step.parse::<usize>() {
            Ok(at) => &mut place[at],
            Err(_) => &mut place[step],
        };
    }
    *place = value;
}

fn changed((pointer, value, _): &Change) -> Estate {
    let mut estate = sound();
    let (_, rest) = pointer.split_at(1);
    let (what, _) = rest.split_once('/').unwrap();
    let of = match what {
        "application" => &mut estate.applications[0],
        "cluster" => &mut estate.virtual_clusters[0],
        _ => estate
            .container_configurations
            .get_mut("sc0example")
            .unwrap(),
    };
    put(of, &pointer[what.len() + 1..], value.clone());
    if value.is_null() {
        let (parent, member) = pointer[what.len() + 1..].rsplit_once('/').unwrap();
        let parent = of.pointer_mut(parent).unwrap().as_object_mut().unwrap();
        parent.remove(member);
    }
    estate
}

#[test]
fn a_template_and_what_it_made_get_the_same_verdicts() {
    let folder = tempfile::tempdir().unwrap();
    let (baseline, file) = (
        folder.path().join("b.toml"),
        folder.path().join("template.json"),
    );
    std::fs::write(&baseline, ALIKE).unwrap();
    let both = |estate: Estate| {
        std::fs::write(&file, template(&estate).to_string()).unwrap();
        let (report, _) = check(&[baseline.to_str().unwrap(), file.to_str().unwrap()]);
        let (written, live) = (verdicts(&report), verdicts(&audited(estate)));
        assert_eq!(
            written.keys().collect::<Vec<_>>(),
            live.keys().collect::<Vec<_>>()
        );
        (written, live)
    };
    let (written, live) = both(sound());
    assert_eq!(written, live);
    let good = live
        .values()
        .filter(|verdict| *verdict == "compliant")
        .count();
    assert!(good > 8, "{live:#?}");
    assert!(
        !live.values().any(|verdict| verdict == "noncompliant"),
        "{live:#?}"
    );
    for change in changes() {
        let (written, live) = both(changed(&change));
        assert_eq!(written, live, "{change:?}");
        let minded = live
            .iter()
            .any(|((control, _), verdict)| control == change.2 && verdict == "noncompliant");
        assert!(minded, "{change:?}: {live:#?}");
    }
}

#[test]
fn what_is_denied_is_indeterminate_in_exactly_the_controls_that_need_it() {
    let plain = verdicts(&audited(sound()));
    for (action, kind) in [
        ("emr-serverless:GetApplication", 0),
        ("emr-containers:DescribeSecurityConfiguration", 2),
    ] {
        let mut estate = sound();
        estate.deny(action);
        let report = audited(estate);
        for ((control, of), verdict) in verdicts(&report) {
            let before = &plain[&(control.clone(), of.clone())];
            // A virtual cluster is judged by its configuration, too.
            let concerned = of == KINDS[kind] || kind == 2 && of == KINDS[1];
            if before == "compliant" && concerned {
                assert_eq!(
                    verdict, "indeterminate",
                    "{control} of {of} without {action}"
                );
            } else {
                assert_eq!(verdict, *before, "{control} of {of} without {action}");
            }
        }
        assert!(report.to_string().contains(action));
    }
    for (action, what) in [
        ("emr-serverless:ListApplications", "Serverless applications"),
        ("emr-containers:ListVirtualClusters", "virtual clusters"),
    ] {
        let mut estate = sound();
        estate.deny(action);
        let report = audited(estate);
        let problems = report["problems"].as_array().unwrap();
        let listings = problems.iter().filter(|one| one["action"].is_string());
        let listings: Vec<&Value> = listings.collect();
        assert_eq!(listings.len(), 1, "{problems:?}");
        assert_eq!(listings[0]["action"], action);
        assert_eq!(listings[0]["what"], format!("could not list {what}"));
    }
}

#[test]
fn pages_are_followed_and_what_ended_is_left_out() {
    let mut estate = Estate::of(1);
    estate.applications = (0..120).map(application).collect();
    estate.virtual_clusters = (0..51).map(virtual_cluster).collect();
    let all = sizes(&estate);
    let mut over = application(999);
    over["state"] = json!("TERMINATED");
    estate.applications.push(over);
    let run = observe(&mut estate, wanted(), 1.0, None);
    assert_eq!(run.sent, formula(&all));
    assert_eq!(run.sent["emr-serverless:ListApplications"], 3);
    assert_eq!(run.sent["emr-containers:DescribeSecurityConfiguration"], 1);
    let ended = |record: &Value| record["id"] == "00f999example";
    assert!(!run.records.iter().any(ended));
}

#[test]
fn where_a_service_is_not_its_silence_is_an_answer_and_elsewhere_a_problem() {
    let caller = json!({"Account": ACCOUNT, "Arn": format!("arn:aws:iam::{ACCOUNT}:user/x")});
    let footer = |region: &str, code: &str| {
        let mut wanted = wanted();
        wanted.services = BTreeSet::from([Service::Containers]);
        let mut observer = Observer::new(ACCOUNT, region, caller.as_object().unwrap(), wanted);
        for call in observer.begin() {
            assert_eq!(observer.answered(&call, Err(Failure::of(code, "x"))), []);
        }
        observer.records().last().unwrap()
    };
    // It is not in Calgary.
    let silent = footer("ca-west-1", NO_ADDRESS);
    assert_eq!(silent["complete"], true, "{silent}");
    assert_eq!(silent["listed"], json!(["emr-containers-virtual-cluster"]));
    for (region, code) in [
        ("ca-west-1", "AccessDeniedException"),
        ("us-west-2", NO_ADDRESS),
    ] {
        let footer = footer(region, code);
        assert_eq!(footer["complete"], false, "{footer}");
        assert_eq!(footer["listed"], json!([]));
        assert_eq!(
            footer["problems"][0]["action"],
            "emr-containers:ListVirtualClusters"
        );
    }
}

#[test]
fn a_service_that_must_be_listed_is_known_to_be() {
    let services = ["emr", "lake", "serverless", "eks", "studio"];
    let asked = |estate: Estate| {
        let live = Live::over(estate);
        let baseline = ALIKE
            .split_once("[serverless.network]")
            .unwrap()
            .0
            .to_owned()
            + &format!("[baseline.coverage]\nservices = {services:?}\n");
        std::fs::write(live.bench.path().join("b.toml"), baseline).unwrap();
        let ran = live.run(&[
            "audit", "b.toml", "--share", "100", "--format", "json", "--all",
        ]);
        let report: Value = serde_json::from_str(&ran.out).unwrap();
        let all = report["evaluations"].as_array().unwrap();
        let one = all.iter().find(|one| one["control"] == "baseline.coverage");
        one.unwrap().clone()
    };
    let seen = asked(Estate::of(1));
    assert_eq!(seen["verdict"], "compliant", "{seen}");
    for (service, action) in [
        ("emr", "elasticmapreduce:ListClusters"),
        ("lake", "lakeformation:ListPermissions"),
        ("serverless", "emr-serverless:ListApplications"),
        ("eks", "emr-containers:ListVirtualClusters"),
        ("studio", "elasticmapreduce:ListStudios"),
    ] {
        let mut estate = Estate::of(1);
        estate.deny(action);
        let seen = asked(estate);
        assert_eq!(seen["verdict"], "indeterminate", "{seen}");
        let said = seen["message"].as_str().unwrap();
        let named: Vec<&&str> = services
            .iter()
            .filter(|one| said.contains(&format!("`{one}` was not")))
            .collect();
        assert_eq!(named, [&service], "{said}");
    }
}

/// Calls about every cluster, and the controls that read their answers.
const READERS: &[(&[&str], &[&str])] = &[
    (&["GetAutoTerminationPolicy"], &["emr.auto-termination"]),
    (&["GetManagedScalingPolicy"], &["emr.instance-count"]),
    (
        &["ListBootstrapActions"],
        &["emr.bootstrap-actions", "emr.plaintext-secrets"],
    ),
    (
        &["ListInstanceGroups", "ListInstanceFleets"],
        &[
            "emr.application-overrides",
            "emr.custom-image",
            "emr.feature-combinations",
            "emr.instance-count",
            "emr.instance-types",
            "emr.plaintext-secrets",
        ],
    ),
];

#[test]
fn calls_that_no_control_of_the_baseline_needs_are_not_made() {
    let called = |more: &str| {
        let live = Live::over(Estate::of(5));
        let baseline = ALIKE
            .split_once("[serverless.network]")
            .unwrap()
            .0
            .to_owned()
            + more;
        std::fs::write(live.bench.path().join("b.toml"), baseline).unwrap();
        let plan = live.run(&["audit", "b.toml", "--plan"]);
        live.run(&["audit", "b.toml", "--share", "100", "--format", "json"]);
        let calls = live.server.calls();
        let all = READERS.iter().flat_map(|(calls, _)| *calls);
        let made = all.filter(|name| {
            let call = format!("elasticmapreduce:{name}");
            assert_eq!(calls.contains_key(&call), plan.out.contains(&call));
            calls.contains_key(&call)
        });
        made.copied().collect::<Vec<_>>()
    };
    assert_eq!(called("[emr.tags]\nrequired = [\"Owner\"]\n"), [""; 0]);
    assert_eq!(called("[emr.auto-termination]\n"), READERS[0].0);
    assert_eq!(
        called("[emr.instance-count]\nmax = 5\n"),
        [READERS[1].0, READERS[3].0].concat()
    );
    // The scripts that clusters begin with lie in buckets.
    assert_eq!(called("[s3.public-access]\n"), READERS[2].0);
    assert_eq!(called("[emr.application-overrides]\n"), READERS[3].0);
}

#[test]
fn no_other_control_reads_an_answer_that_is_not_asked_for() {
    let mut estate = Estate::of(5);
    estate.plant_secrets();
    let live = Live::over(estate);
    let (records, ran) = live.observe(&["--steps"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let strict = crate::binary::asks_for("emr.instance-count") + "max = 5\n";
    let strict = strict.replace(
        "[emr.instance-count]",
        "extends = [\"builtin:strict\"]\n[emr.instance-count]",
    );
    std::fs::write(live.bench.path().join("b.toml"), strict).unwrap();
    let judged = |without: &[&str]| {
        let mut text = String::new();
        for record in &records {
            let mut record = record.clone();
            if record["kind"] == "emr-cluster" {
                let calls = record["calls"].as_object_mut().unwrap();
                calls.retain(|action, _| !without.iter().any(|name| action.ends_with(name)));
            }
            text += &format!("{record}\n");
        }
        std::fs::write(live.bench.path().join("estate.jsonl"), text).unwrap();
        let arguments = [
            "audit",
            "b.toml",
            "--snapshot",
            "estate.jsonl",
            "--format",
            "json",
            "--all",
        ];
        let report: Value = serde_json::from_str(&live.run(&arguments).out).unwrap();
        let all = report["evaluations"].as_array().unwrap().iter();
        let of = all.map(|one| {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            let key = (text(&one["control"]), one["resource"]["id"].to_string());
            (key, (text(&one["verdict"]), text(&one["message"])))
        });
        of.collect::<BTreeMap<_, _>>()
    };
    let plain = judged(&[]);
    for (calls, readers) in READERS {
        let without = judged(calls);
        let differ = plain
            .iter()
            .filter(|(key, found)| without.get(key) != Some(found));
        let differ: BTreeSet<&str> = differ.map(|((control, _), _)| control.as_str()).collect();
        let readers: BTreeSet<&str> = readers.iter().copied().collect();
        assert!(differ.is_subset(&readers), "{calls:?}: {differ:?}");
        assert!(!differ.is_empty(), "{calls:?}");
    }
}

#[test]
fn an_answer_that_is_no_answer_names_what_was_asked_for() {
    let mut estate = sound();
    estate.container_configurations.clear();
    let why = refusal(404, "ResourceNotFoundException", "gone");
    estate.refuse("GetApplication", 1, why);
    let report = audited(estate);
    let all = verdicts(&report);
    let of =
        |control: &str, kind: usize| all[&(control.to_owned(), KINDS[kind].to_owned())].as_str();
    assert_eq!(of("serverless.endpoints", 0), "indeterminate");
    assert_eq!(of("eks.security-configuration", 1), "indeterminate");
    assert!(report.to_string().contains("ResourceNotFoundException"));
}
