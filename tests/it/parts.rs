//! Requests that are spread over the files of a folder, as launchers read them.

use crate::binary::{Bench, asks_for};
use serde_json::Value;

const CLUSTER: &str =
    "---\nName: \"${name}\"\nReleaseLabel: emr-7.9.0\nServiceRole: emr\nJobFlowRole: nodes\n";
const INSTANCES: &str = "---\nInstances:\n  Ec2KeyName: everybody\n  Ec2SubnetId: ${subnet}\n";
const CONFIGURATIONS: &str =
    "---\nConfigurations:\n- Classification: core-site\n  Properties: {\"a\": \"${b}\"}\n";
const SECURITY: &str = "SecurityConfiguration: secure\n";
const TEMPLATE: &str = r#"{"Resources": {"It": {"Type": "AWS::EMR::SecurityConfiguration", "Properties": {
    "Name": "secure", "SecurityConfiguration": {"InstanceMetadataServiceConfiguration": {
        "MinimumInstanceMetadataServiceVersion": 2, "HttpPutResponseHopLimit": 1}}}}}}"#;

fn bench(control: &str) -> Bench {
    Bench::new()
        .with("b.toml", asks_for(control))
        .with("emr/conf/cluster.yaml", CLUSTER)
        .with("emr/conf/configurations.yaml.tpl", CONFIGURATIONS)
        .with("emr/conf/instances.yaml.tpl", INSTANCES)
        .with("emr/conf/security.yaml", SECURITY)
        .with("emr/conf/other.yaml", "a: 1\n")
}

/// Verdict, resource and file of every evaluation.
fn seen(report: &Value) -> Vec<[&str; 3]> {
    let all = report["evaluations"].as_array().unwrap().iter();
    let seen = all.map(|one| {
        let fields = ["/verdict", "/resource/id", "/seen/0/file"];
        fields.map(|field| {
            one.pointer(field)
                .and_then(Value::as_str)
                .unwrap_or_default()
        })
    });
    seen.collect()
}

#[test]
fn the_parts_of_a_folder_are_one_cluster_whose_findings_stand_in_their_files() {
    let (report, run) = bench("emr.ssh-key").report(&["check", "b.toml", "emr"]);
    assert_eq!(
        seen(&report),
        [["noncompliant", "cluster", "emr/conf/instances.yaml.tpl"]]
    );
    assert_eq!(report["evaluations"][0]["seen"][0]["line"], 3);
    assert_eq!(report["problems"], serde_json::json!([]));
    assert_eq!(run.code, Some(1));
    // The files named one by one are the same folder; one of them alone is what it is.
    let conf = |name: &str| format!("emr/conf/{name}");
    let [one, other, few] = ["cluster.yaml", "instances.yaml.tpl", "security.yaml"].map(conf);
    let (report, run) = bench("emr.ssh-key").report(&["check", "b.toml", &one, &other, &few]);
    assert_eq!(seen(&report), [["noncompliant", "cluster", other.as_str()]]);
    assert!(!run.err.contains("nothing of EMR"), "{}", run.err);
    let (_, run) = bench("emr.ssh-key").report(&["check", "b.toml", &other, "--allow-empty"]);
    assert_eq!(run.code, Some(1));
    let (_, run) = bench("emr.ssh-key").report(&["check", "b.toml", &few, "--allow-empty"]);
    assert!(run.err.contains("nothing of EMR"), "{}", run.err);
}

#[test]
fn a_few_members_in_a_file_of_their_own_belong_to_the_request() {
    let bench = bench("emr.instance-metadata").with("emr/template.json", TEMPLATE);
    let (report, _) = bench.report(&["check", "b.toml", "emr"]);
    let cluster = seen(&report).into_iter().find(|one| one[1] == "cluster");
    assert_eq!(cluster.map(|one| one[0]), Some("compliant"), "{report:#}");
}

#[test]
fn a_folder_of_variants_is_judged_for_each() {
    let old = CLUSTER
        .replace("emr-7.9.0", "emr-5.10.0")
        .replace("${name}", "old");
    let bench = bench("emr.release").with("emr/conf/cluster-old.yaml", old);
    let (report, _) = bench.report(&["check", "b.toml", "emr"]);
    let files: Vec<&str> = seen(&report).into_iter().map(|one| one[1]).collect();
    assert_eq!(files, ["old", "cluster"]);
}

#[test]
fn what_a_file_beside_the_parts_may_say_is_unknown() {
    let password = "javax.jdo.option.ConnectionPassword: hunter2hunter2";
    let wrapped = format!(
        "Configurations:\n{{% if prod %}}\n- Classification: hive-site\n  Properties: {{{password}}}\n{{% endif %}}\n"
    );
    let item = format!("- Classification: hive-site\n  Properties: {{{password}}}\n  Extra: 1\n");
    for (name, text, control) in [
        ("conf.yaml", wrapped.as_str(), "emr.plaintext-secrets"),
        (
            "conf.yaml",
            "Configurations: \"{{ conf }}\"\n",
            "emr.plaintext-secrets",
        ),
        (
            "conf.yaml",
            "Configurations: !include secrets.yaml\n",
            "emr.plaintext-secrets",
        ),
        ("conf.yml", &item, "emr.plaintext-secrets"),
        (
            "conf.yaml",
            &format!("configurations:\n{item}"),
            "emr.plaintext-secrets",
        ),
        (
            "conf.yaml",
            &format!("---\nConfigurations:\n{item}---\na: 1\n"),
            "emr.plaintext-secrets",
        ),
        (
            "keys.yaml",
            "Instances:\n  Ec2KeyName: everybody\n",
            "emr.ssh-key",
        ),
        (
            "keys.json",
            "{\n  \"Region\": \"x\",\n  \"Instances\": {\"Ec2KeyName\": \"k\"}\n}\n",
            "emr.ssh-key",
        ),
    ] {
        let instances = INSTANCES.replace("  Ec2KeyName: everybody\n", "");
        let bench = Bench::new()
            .with("b.toml", asks_for(control))
            .with("conf/cluster.yaml", CLUSTER)
            .with("conf/instances.yaml", instances)
            .with(&format!("conf/{name}"), text);
        let (report, _) = bench.report(&["check", "b.toml", "conf"]);
        let verdicts: Vec<&str> = seen(&report).into_iter().map(|one| one[0]).collect();
        assert!(
            !verdicts.is_empty() && !verdicts.contains(&"compliant"),
            "{text}: {report:#}"
        );
    }
    // What says nothing of a request is beside the point.
    let (report, _) = bench("emr.log-encryption")
        .with(
            "emr/conf/notes.yaml",
            "Tags: []\nName: notes\nsteps_of_ours:\n  Steps: 1\n",
        )
        .with("emr/conf/README.md", "Configurations: see below\n")
        .report(&["check", "b.toml", "emr"]);
    assert!(
        !report.to_string().contains("not told for a part"),
        "{report:#}"
    );
}
