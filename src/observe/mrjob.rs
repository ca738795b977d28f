//! mrjob's configuration (`mrjob.conf`), in YAML or JSON: the clusters that its runner on EMR launches.
//!
//! What the options say is judged. What they leave out is mrjob's default, or is given by the job or its command line, so it
//! is unknown. An option that is null is one that is left out. Source: mrjob, *EMR runner options* and *Config file format
//! and location*; how the values of several places are combined, `mrjob/conf.py`.

use super::own::{Below, Own};
use super::{Dialect, Reading, Seen, afterwards, edit, run_job_flow, stem};
use crate::observed::tree::{Kind, NodeId, TextRef, Tree};
use crate::observed::{Node, Reason, Value};

/// Options of the runner, and where a request has them.
const OPTIONS: &[(&str, &[&str])] = &[
    ("ec2_key_pair", &["Instances", "Ec2KeyName"]),
    ("ebs_root_volume_gb", &["EbsRootVolumeSize"]),
    ("iam_instance_profile", &["JobFlowRole"]),
    ("iam_service_role", &["ServiceRole"]),
    ("image_id", &["CustomAmiId"]),
    ("instance_fleets", &["Instances", "InstanceFleets"]),
    ("instance_groups", &["Instances", "InstanceGroups"]),
    ("release_label", &["ReleaseLabel"]),
];
/// Classifications: to those of one place come those of others.
const CONFIGURATIONS: &str = "emr_configurations";
/// The value of each tag: to those of one place come those of others.
const TAGS: &str = "tags";
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
    let empty = edit::empty_map(tree, options);
    let mut body = edit::opened(tree, empty, elsewhere());
    for (option, path) in OPTIONS {
        if let Some(value) = written(tree, options, option) {
            body = afterwards::set(tree, body, path, value);
        }
    }
    if let Some(written) = written(tree, options, CONFIGURATIONS) {
        let all = configurations(tree, written);
        body = afterwards::set(tree, body, &["Configurations"], all);
    }
    if let Some(written) = written(tree, options, TAGS) {
        let all = tags(tree, written);
        body = afterwards::set(tree, body, &["Tags"], all);
    }
    if let Some(subnet) = written(tree, options, SUBNET) {
        let several = edit::items(tree, subnet).is_some();
        let member = if several {
            "Ec2SubnetIds"
        } else {
            "Ec2SubnetId"
        };
        body = afterwards::set(tree, body, &["Instances", member], subnet);
    }
    if let Some(extra) = written(tree, options, EXTRA) {
        body = with_extra(tree, body, extra);
    }
    run_job_flow::request(tree, body, called).within(root)
}

fn elsewhere() -> Reason {
    Reason::Elsewhere {
        place: "mrjob, the job or its command line".to_owned(),
    }
}

/// An option that is not null: one that is null counts as left out, whatever else says.
fn written(tree: &Tree, options: NodeId, option: &str) -> Option<NodeId> {
    let value = edit::member(tree, options, option)?;
    (!matches!(tree.slot(value).kind, Kind::Null)).then_some(value)
}

/// What stands where something of another type belongs; what is not known stays so.
fn malformed(tree: &mut Tree, value: NodeId, (what, belongs): (&str, &str)) -> NodeId {
    let node = tree.node(value);
    if node.reason().is_some() {
        return value;
    }
    let what = format!("{what} is {}, not {belongs}", node.value().type_name());
    tree.push_unreadable(Reason::Malformed { what }, value)
}

/// A list of these, to which others may come.
fn and_others(tree: &mut Tree, mut all: Vec<NodeId>, at: NodeId) -> NodeId {
    all.push(tree.push_unreadable(elsewhere(), at));
    let kind = tree.list_kind(&all);
    tree.push_at(kind, at)
}

fn configurations(tree: &mut Tree, written: NodeId) -> NodeId {
    let Some(items) = edit::items(tree, written) else {
        let one = malformed(tree, written, ("`emr_configurations`", "a list"));
        return and_others(tree, vec![one], written);
    };
    let mut all = Vec::with_capacity(items.len());
    for item in items {
        all.push(if matches!(tree.slot(item).kind, Kind::Map(..)) {
            item
        } else {
            malformed(tree, item, ("a configuration", "an object"))
        });
    }
    and_others(tree, all, written)
}

/// The list that mrjob makes of the map of tags.
fn tags(tree: &mut Tree, written: NodeId) -> NodeId {
    let Some((members, open)) = edit::members(tree, written) else {
        let one = malformed(tree, written, ("`tags`", "an object"));
        return and_others(tree, vec![one], written);
    };
    let mut all = Vec::with_capacity(members.len());
    for (key, _, value) in members {
        all.push(tag(tree, key, value));
    }
    if let Some(reason) = open {
        all.push(tree.push_unreadable(reason, written));
    }
    and_others(tree, all, written)
}

fn tag(tree: &mut Tree, key: TextRef, value: NodeId) -> NodeId {
    let text = if matches!(tree.slot(value).kind, Kind::String(_) | Kind::Template(_)) {
        value
    } else {
        malformed(tree, value, ("the value of a tag", "a string"))
    };
    let span = tree.slot(value).span;
    let key = tree.push_at(Kind::String(key), value);
    let members = [
        (tree.decoded_text("Key"), span, key),
        (tree.decoded_text("Value"), span, text),
    ];
    let kind = tree.map_kind(&members, None);
    tree.push_at(kind, value)
}

fn with_extra(tree: &mut Tree, body: NodeId, extra: NodeId) -> NodeId {
    let Some((members, open)) = edit::members(tree, extra) else {
        // What it gives may take the place of anything.
        let lost = malformed(tree, extra, ("`extra_cluster_params`", "an object"));
        let reason = tree.node(lost).reason().cloned();
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

    /// The members of the one cluster of a configuration with these options.
    fn request(options: &str, paths: &[&'static str]) -> Vec<serde_json::Value> {
        let text = format!("runners:\n  emr:\n{options}  local: {{}}\n");
        let source = Arc::new(Source::new("mrjob.conf", text));
        let File::Read(reading) = read_file(&source, None, &Given::default()) else {
            panic!("not read");
        };
        let [seen] = reading.worlds()[0].resources.as_slice() else {
            panic!("not one cluster");
        };
        let body = reading.tree().node(seen.body);
        paths.iter().map(|path| plain(body.path(path))).collect()
    }

    #[test]
    fn an_option_that_is_null_is_left_out() {
        let null = "    release_label: emr-7.9.0\n    ec2_key_pair: null\n    tags: ~\n    emr_configurations:\n    subnet: null\n    extra_cluster_params: null\n";
        let paths = [
            "Instances/Ec2KeyName",
            "Tags",
            "Configurations",
            "Instances/Ec2SubnetId",
        ];
        for (path, said) in paths.iter().zip(request(null, &paths)) {
            assert!(said.to_string().contains("mrjob"), "{path}: {said}");
        }
    }

    #[test]
    fn tags_and_configurations_are_lists_of_what_is_written_and_of_what_cannot_be_read() {
        let of = |options: &str| request(options, &["Tags", "Configurations"]);
        let options = "    tags: {team: data, cost: 5}\n    emr_configurations: [{Classification: core-site}, core-site]\n";
        let more = json!("?may be supplied by mrjob, the job or its command line");
        assert_eq!(
            of(options),
            [
                json!([
                    {"Key": "team", "Value": "data"},
                    {"Key": "cost", "Value": "?the value of a tag is a number, not a string"},
                    more,
                ]),
                json!([
                    {"Classification": "core-site"},
                    "?a configuration is a string, not an object",
                    more,
                ]),
            ]
        );
        let options = "    tags: [team]\n    emr_configurations: {Classification: core-site}\n";
        assert_eq!(
            of(options),
            [
                json!(["?`tags` is a list, not an object", more]),
                json!(["?`emr_configurations` is an object, not a list", more]),
            ]
        );
        let [said] = &request("    extra_cluster_params: [x]\n", &["LogUri"])[..] else {
            panic!("not one member");
        };
        assert!(said.to_string().contains("not an object"), "{said}");
    }

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
                json!([
                    {"Classification": "core-site", "Properties": {"a": "b"}},
                    "?may be supplied by mrjob, the job or its command line",
                ]),
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
