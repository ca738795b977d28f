//! mrjob's configuration (`mrjob.conf`), in YAML or JSON: the clusters that its runner on EMR launches.
//!
//! What the options say is judged. What they leave out is mrjob's default, or is given by the job or its command line, so it
//! is unknown. Source: mrjob, *EMR runner options* and *Config file format and location*.

use super::own::{Below, Own};
use super::{Dialect, Reading, Seen, afterwards, edit, run_job_flow, stem};
use crate::observed::tree::{NodeId, Tree};
use crate::observed::{Node, Reason, Value};

/// Options of the runner, and where a request has them.
const OPTIONS: &[(&str, &[&str])] = &[
    ("ec2_key_pair", &["Instances", "Ec2KeyName"]),
    ("ebs_root_volume_gb", &["EbsRootVolumeSize"]),
    ("emr_configurations", &["Configurations"]),
    ("iam_instance_profile", &["JobFlowRole"]),
    ("iam_service_role", &["ServiceRole"]),
    ("image_id", &["CustomAmiId"]),
    ("instance_fleets", &["Instances", "InstanceFleets"]),
    ("instance_groups", &["Instances", "InstanceGroups"]),
    ("release_label", &["ReleaseLabel"]),
    ("tags", &["Tags"]),
];
/// One subnet, or several.
const SUBNET: &str = "subnet";
/// Members of the request by their names, dots leading to those below; they come last.
const EXTRA: &str = "extra_cluster_params";

/// Whether a document configures mrjob's runner on EMR.
pub(super) fn recognises(root: Node<'_>) -> bool {
    matches!(options(root).value(), Value::Map)
}

fn options(root: Node<'_>) -> Node<'_> {
    root.get("runners").get("emr")
}

/// Reads a configuration.
pub(super) fn read(mut tree: Tree) -> Reading {
    let file = stem(&tree.source().name).to_owned();
    let root = tree.root_id();
    let seen = seen(&mut tree, root, &file);
    Reading::new(Dialect::RunJobFlow, tree, vec![seen])
}

/// The cluster that is launched with a configuration, wherever that stands.
pub(super) fn seen(tree: &mut Tree, root: NodeId, called: &str) -> Seen {
    let options = options(tree.node(root)).id();
    let place = "mrjob, the job or its command line".to_owned();
    let empty = edit::empty_map(tree, options);
    let mut body = edit::opened(tree, empty, Reason::Elsewhere { place });
    for (option, path) in OPTIONS {
        if let Some(value) = edit::member(tree, options, option) {
            body = afterwards::set(tree, body, path, value);
        }
    }
    if let Some(subnet) = edit::member(tree, options, SUBNET) {
        let several = edit::items(tree, subnet).is_some();
        let member = if several {
            "Ec2SubnetIds"
        } else {
            "Ec2SubnetId"
        };
        body = afterwards::set(tree, body, &["Instances", member], subnet);
    }
    if let Some(extra) = edit::member(tree, options, EXTRA) {
        body = with_extra(tree, body, extra);
    }
    run_job_flow::request(tree, body, called).within(root)
}

fn with_extra(tree: &mut Tree, body: NodeId, extra: NodeId) -> NodeId {
    let Some((members, open)) = edit::members(tree, extra) else {
        // What it gives may take the place of anything.
        let reason = tree.node(extra).reason().cloned();
        return reason.map_or(body, |reason| tree.push_unreadable(reason, body));
    };
    if let Some(reason) = open {
        return tree.push_unreadable(reason, body);
    }
    members.into_iter().fold(body, |body, (key, _, value)| {
        let key = tree.text(key).to_owned();
        let path: Vec<&str> = key.split('.').collect();
        afterwards::set(tree, body, &path, value)
    })
}

/// What is read of a configuration.
pub(super) fn own(root: Node<'_>) -> Vec<Own> {
    let options = options(root);
    vec![
        Own::these(root, ["runners"].as_slice(), Below::All),
        Own::all(root.get("runners"), Below::All),
        Own::all(options, Below::AllButParts),
    ]
}

#[cfg(test)]
mod tests {
    use crate::observe::testing::plain;
    use crate::observe::{File, Given, read_file};
    use crate::observed::Source;
    use serde_json::json;
    use std::sync::Arc;

    #[test]
    fn the_options_of_the_runner_are_a_request_that_is_open() {
        let text = "runners:\n  emr:\n    release_label: emr-7.9.0\n    iam_service_role: s\n    subnet: subnet-1\n    emr_configurations:\n    - Classification: core-site\n      Properties: {a: b}\n    extra_cluster_params:\n      Instances.TerminationProtected: false\n      SecurityConfiguration: sc\n  local: {}\n";
        let source = Arc::new(Source::new("mrjob.conf", text));
        let File::Read(reading) = read_file(&source, None, &Given::default()) else {
            panic!("not read");
        };
        let [seen] = reading.worlds()[0].resources.as_slice() else {
            panic!("not one cluster");
        };
        let body = reading.tree().node(seen.body);
        for (path, expected) in [
            ("ReleaseLabel", json!("emr-7.9.0")),
            ("ServiceRole", json!("s")),
            ("Instances/Ec2SubnetId", json!("subnet-1")),
            ("Instances/TerminationProtected", json!(false)),
            ("SecurityConfiguration", json!("sc")),
            (
                "Configurations",
                json!([{"Classification": "core-site", "Properties": {"a": "b"}}]),
            ),
        ] {
            assert_eq!(plain(body.path(path)), expected, "{path}");
        }
        for path in ["LogUri", "Instances/Ec2KeyName"] {
            let said = plain(body.path(path)).to_string();
            assert!(said.contains("mrjob"), "{path}: {said}");
        }
    }
}
