//! Parts of a request that stand in files of their own: the option files of `aws emr create-cluster`, a request that is
//! spread over several files, the overrides that Airflow puts over a connection.
//!
//! What the part says is judged. What it does not say may be said by the rest of the request, so it is unknown.

mod join;

pub use join::joined;

use super::edit;
use super::inside::What;
use super::own::{Below, Own};
use super::recognise::{is_described, is_fragment, is_run_job_flow};
use super::spelling::CLUSTER;
use super::{Dialect, Reading, Seen, run_job_flow, stem};
use crate::observed::tree::{NodeId, Tree};
use crate::observed::{Node, Reason, Value};

/// How much of a request a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Portion {
    /// Members of a request by their names.
    Members,
    /// What an option of the command line takes.
    Option,
    /// Members by which alone nobody would tell a request.
    Few,
}

/// What a document is a part of a request as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// A list of classifications.
    Configurations,
    /// A list of instance groups.
    Groups,
    /// A list of instance fleets.
    Fleets,
    /// A list of bootstrap actions.
    Actions,
    /// A list of steps.
    Steps,
    /// The command line's EC2 attributes.
    Attributes,
    /// What the command line takes for Kerberos.
    Kerberos,
    /// Some members of a request.
    Members,
}

/// Members of the command line's `--ec2-attributes`, and what a request calls them in `Instances`. Source: AWS CLI Command
/// Reference, `emr create-cluster`.
const ATTRIBUTES: &[(&str, &str)] = &[
    ("KeyName", "Ec2KeyName"),
    ("SubnetId", "Ec2SubnetId"),
    ("SubnetIds", "Ec2SubnetIds"),
    ("AvailabilityZone", "AvailabilityZone"),
    ("AvailabilityZones", "AvailabilityZones"),
    (
        "EmrManagedMasterSecurityGroup",
        "EmrManagedMasterSecurityGroup",
    ),
    (
        "EmrManagedSlaveSecurityGroup",
        "EmrManagedSlaveSecurityGroup",
    ),
    ("ServiceAccessSecurityGroup", "ServiceAccessSecurityGroup"),
    (
        "AdditionalMasterSecurityGroups",
        "AdditionalMasterSecurityGroups",
    ),
    (
        "AdditionalSlaveSecurityGroups",
        "AdditionalSlaveSecurityGroups",
    ),
];
const PROFILE: &str = "InstanceProfile";
/// Source: EMR API 2009-03-31, `KerberosAttributes`; the command line takes the same members.
const KERBEROS: &[&str] = &[
    "ADDomainJoinPassword",
    "ADDomainJoinUser",
    "CrossRealmTrustPrincipalPassword",
    "KdcAdminPassword",
    "Realm",
];

/// Whether a document is a part of a request, or holds Airflow's overrides.
pub(super) fn recognises(root: Node<'_>) -> bool {
    part_of(root).is_some() || !overrides(root).is_empty()
}

/// Whether a document is a request but for its instances: they may be told elsewhere.
pub(super) fn lacks_instances(root: Node<'_>) -> bool {
    is_run_job_flow(root)
        && !is_described(root)
        && !is_described(root.get("Cluster"))
        && root.get("Instances").is_absent()
        && root.members().all(|(key, _)| CLUSTER.contains(&key))
}

/// Members of a request that stand in nothing else, however few of them there are.
const TELLING: &[&str] = &[
    "AutoScalingRole",
    "AutoTerminationPolicy",
    "BootstrapActions",
    "CustomAmiId",
    "JobFlowRole",
    "KerberosAttributes",
    "LogEncryptionKmsKeyId",
    "LogUri",
    "ManagedScalingPolicy",
    "ReleaseLabel",
    "SecurityConfiguration",
    "ServiceRole",
];

/// Reads members of a request that are too few to tell it by; `None` for anything else.
pub(super) fn few(mut tree: Tree) -> Option<Reading> {
    let root = tree.root();
    let is_member = |key: &str| CLUSTER.contains(&key);
    // A value that is filled in later tells as much: the key is there.
    let keys = || root.members().map(|(key, _)| key);
    if !keys().any(|key| TELLING.contains(&key)) || !keys().all(is_member) {
        return None;
    }
    let file = stem(&tree.source().name).to_owned();
    let body = request_of(&mut tree, Part::Members);
    let seen = run_job_flow::request(&mut tree, body, &file);
    let mut reading = Reading::new(Dialect::RunJobFlow, tree, vec![seen]);
    reading.part = Some(Portion::Few);
    Some(reading)
}

/// Members that a document about anything may have.
const COMMON: &[&str] = &["Name", "Tags"];
/// Keys of the items in a request's lists.
const OF_ITEMS: &[&str] = &[
    "Classification",
    "HadoopJarStep",
    "InstanceFleetType",
    "InstanceGroupType",
    "ScriptBootstrapAction",
];

/// Whether a text says something of a request, in whatever syntax: a line opens with one of its members, in any case, or
/// with a key of the items in its lists.
pub fn says_of_a_request(text: &str) -> bool {
    let json = text.trim_start().starts_with('{');
    text.lines().any(|line| {
        let inner =
            line.trim_start_matches(|char: char| char.is_whitespace() || "{-".contains(char));
        let outermost = json || inner.len() == line.len();
        let inner = inner.trim_start_matches(['"', '\'']);
        let Some((key, _)) = inner.split_once(':') else {
            return false;
        };
        let key = key.trim_end().trim_end_matches(['"', '\'']);
        let is = |member: &&str| member.eq_ignore_ascii_case(key);
        OF_ITEMS.contains(&key) || outermost && CLUSTER.iter().any(is) && !COMMON.iter().any(is)
    })
}

/// Why a part of a request may have members that it does not show.
fn rest() -> Reason {
    let place = "the rest of the request, which is in another file".to_owned();
    Reason::Elsewhere { place }
}

/// Reads a part of a request, or Airflow's overrides.
pub(super) fn read(mut tree: Tree) -> Reading {
    let file = stem(&tree.source().name).to_owned();
    let found = overrides(tree.root());
    let mut portion = None;
    let mut seen = Vec::new();
    for body in found {
        seen.push(overriding(&mut tree, body, &file));
    }
    if let Some(part) = part_of(tree.root()).filter(|_| seen.is_empty()) {
        portion = Some(if part == Part::Members {
            Portion::Members
        } else {
            Portion::Option
        });
        let body = request_of(&mut tree, part);
        seen.push(run_job_flow::request(&mut tree, body, &file));
    }
    let mut reading = Reading::new(Dialect::RunJobFlow, tree, seen);
    reading.part = portion;
    reading
}

/// What a list inside a document is, when its items stand in requests only.
pub(super) fn list_within(list: Node<'_>) -> Option<Part> {
    // Many things have a path.
    of_list(list).filter(|part| *part != Part::Actions)
}

/// The request that a part inside a document belongs to.
pub(super) fn within(tree: &mut Tree, at: NodeId, part: Part, called: &str) -> Seen {
    let body = request_at(tree, at, part);
    let seen = run_job_flow::request(tree, body, called);
    seen.within(at)
}

/// What a document is read as that is one of these.
pub(super) fn what(root: Node<'_>) -> What {
    let part = part_of(root).filter(|_| overrides(root).is_empty());
    part.map_or(What::Overrides, What::Part)
}

/// What is read of a document that holds overrides.
pub(super) fn own_of_overrides(root: Node<'_>) -> Vec<Own> {
    let overrides = overrides(root).into_iter();
    let things = overrides.map(|id| Own::Thing(id, What::Overrides));
    std::iter::once(Own::all(root, Below::All))
        .chain(things)
        .collect()
}

/// What is read of a part of a request.
pub(super) fn own(part: Node<'_>) -> Vec<Own> {
    let is_map = matches!(part.value(), Value::Map);
    let option = matches!(part_of(part), Some(Part::Attributes | Part::Kerberos));
    let own = if is_map && !option {
        Own::these(part, CLUSTER, Below::AllButParts)
    } else {
        Own::all(part, Below::AllButParts)
    };
    vec![own]
}

fn has(node: Node<'_>, keys: &[&'static str]) -> bool {
    keys.iter().any(|key| node.get(key).is_set())
}

fn part_of(root: Node<'_>) -> Option<Part> {
    if matches!(root.value(), Value::Map) {
        let keys = || root.members().map(|(key, _)| key);
        let attribute =
            |key: &str| key == PROFILE || ATTRIBUTES.iter().any(|(name, _)| *name == key);
        if has(root, &[PROFILE, "SubnetId", "SubnetIds"])
            && root.members().len() > 1
            && keys().all(attribute)
        {
            return Some(Part::Attributes);
        }
        if has(root, &["KdcAdminPassword"]) && keys().all(|key| KERBEROS.contains(&key)) {
            return Some(Part::Kerberos);
        }
        let lists = [
            ("Configurations", Part::Configurations),
            ("BootstrapActions", Part::Actions),
            ("Steps", Part::Steps),
        ];
        let telling = lists
            .iter()
            .any(|(key, part)| of_list(root.get(key)) == Some(*part))
            || has(
                root.get("Instances"),
                &[
                    "InstanceGroups",
                    "InstanceFleets",
                    "Ec2SubnetId",
                    "Ec2SubnetIds",
                    "KeepJobFlowAliveWhenNoSteps",
                ],
            )
            || has(root, &["ReleaseLabel"]) && has(root, &["Applications", "ServiceRole"])
            || is_fragment(root);
        return (telling && keys().all(|key| CLUSTER.contains(&key))).then_some(Part::Members);
    }
    of_list(root)
}

/// Tells whether an item is of a kind.
type Is = fn(Node<'_>) -> bool;

/// What the items of a list are, all of them.
fn of_list(list: Node<'_>) -> Option<Part> {
    let is: [(Part, Is); 5] = [
        (Part::Configurations, |item| {
            item.get("Classification").is_set()
                && item.members().all(|(key, _)| {
                    matches!(key, "Classification" | "Properties" | "Configurations")
                })
        }),
        (Part::Groups, |item| {
            has(item, &["InstanceGroupType", "InstanceRole"]) && has(item, &["InstanceType"])
        }),
        (Part::Fleets, |item| {
            has(item, &["InstanceFleetType"]) && has(item, &["InstanceTypeConfigs"])
        }),
        (Part::Actions, |item| {
            has(item, &["ScriptBootstrapAction"]) || is_action(item)
        }),
        (Part::Steps, |item| {
            has(item, &["HadoopJarStep"])
                || has(item, &["ActionOnFailure"]) && has(item, &["Jar", "Args"])
                || is_step(item)
        }),
    ];
    let found = is.into_iter().find(|(_, is)| {
        list.items().len() > 0 && list.items().all(|item| is(item) || item.reason().is_some())
    });
    found
        .filter(|(_, is)| list.items().any(is))
        .map(|(part, _)| part)
}

/// Whether this is a bootstrap action as the command line takes it. Others have lists of paths with names, so that one
/// without arguments is told by what it runs.
fn is_action(item: Node<'_>) -> bool {
    let path = item.get("Path");
    let is_script = |text: &str| {
        let remote = ["s3://", "s3a://", "s3n://", "file:"];
        let script = [".sh", ".bash", ".py", ".rb", ".pl", ".jar"];
        remote.iter().any(|start| text.starts_with(start))
            && script.iter().any(|end| text.ends_with(end))
    };
    path.is_set()
        && item
            .members()
            .all(|(key, _)| matches!(key, "Name" | "Path" | "Args"))
        && (has(item, &["Args"]) || path.as_text().is_none_or(is_script))
}

/// Members of a step as the command line takes it, and its types. Source: AWS CLI Command Reference, `emr add-steps`.
const STEP: &[&str] = &[
    "ActionOnFailure",
    "Args",
    "EncryptionKeyArn",
    "Jar",
    "LogUri",
    "MainClass",
    "Name",
    "Properties",
    "Type",
];
const STEP_TYPES: &[&str] = &["CUSTOM_JAR", "HIVE", "IMPALA", "PIG", "SPARK", "STREAMING"];

/// Whether this is a step as the command line takes it, where it does not say what follows upon a failure: it need not.
fn is_step(item: Node<'_>) -> bool {
    let kind = item.get("Type").as_text();
    let typed = kind.is_some_and(|kind| {
        STEP_TYPES
            .iter()
            .any(|known| known.eq_ignore_ascii_case(kind))
    });
    item.members().all(|(key, _)| STEP.contains(&key))
        && (typed && has(item, &["Jar", "Args"])
            || item.get("Type").is_absent() && has(item, &["Jar"]) && has(item, &["Args"]))
}

/// The request that a part belongs to: open, because the rest of it is elsewhere.
fn request_of(tree: &mut Tree, part: Part) -> NodeId {
    let root = tree.root_id();
    request_at(tree, root, part)
}

fn request_at(tree: &mut Tree, root: NodeId, part: Part) -> NodeId {
    let rest = rest();
    if part == Part::Members {
        return edit::opened(tree, root, rest);
    }
    let empty = edit::empty_map(tree, root);
    let empty = edit::opened(tree, empty, rest);
    let inside = |tree: &mut Tree, key: &str, value| {
        let instances = edit::with(tree, empty, key, value);
        edit::with(tree, empty, "Instances", instances)
    };
    match part {
        Part::Configurations => edit::with(tree, empty, "Configurations", root),
        Part::Actions => edit::with(tree, empty, "BootstrapActions", root),
        Part::Groups => inside(tree, "InstanceGroups", root),
        Part::Fleets => inside(tree, "InstanceFleets", root),
        Part::Steps => {
            let steps = edit::items(tree, root).unwrap_or_default();
            let steps: Vec<NodeId> = steps.into_iter().map(|step| step_of(tree, step)).collect();
            let kind = tree.list_kind(&steps);
            let steps = tree.push_at(kind, root);
            edit::with(tree, empty, "Steps", steps)
        }
        Part::Kerberos => edit::with(tree, empty, "KerberosAttributes", root),
        Part::Attributes | Part::Members => attributes(tree, root, empty),
    }
}

/// The command line has the members of `HadoopJarStep` in the step itself.
fn step_of(tree: &mut Tree, step: NodeId) -> NodeId {
    if edit::member(tree, step, "HadoopJarStep").is_some() {
        step
    } else {
        edit::with(tree, step, "HadoopJarStep", step)
    }
}

fn attributes(tree: &mut Tree, root: NodeId, empty: NodeId) -> NodeId {
    let mut instances = empty;
    for (name, member) in ATTRIBUTES {
        if let Some(value) = edit::member(tree, root, name) {
            instances = edit::with(tree, instances, member, value);
        }
    }
    let body = edit::with(tree, empty, "Instances", instances);
    match edit::member(tree, root, PROFILE) {
        Some(profile) => edit::with(tree, body, "JobFlowRole", profile),
        None => body,
    }
}

/// Whether a member is what Airflow puts over the request of a connection.
pub(super) fn is_overriding(key: &str, value: Node<'_>) -> bool {
    key.eq_ignore_ascii_case("job_flow_overrides") && matches!(value.value(), Value::Map)
}

/// The request that overrides are put over.
pub(super) fn overriding(tree: &mut Tree, overrides: NodeId, called: &str) -> Seen {
    let place = "the Airflow connection".to_owned();
    let body = edit::opened(tree, overrides, Reason::Elsewhere { place });
    run_job_flow::request(tree, body, called)
}

/// Every mapping under a key `job_flow_overrides`, in either case, at any depth.
fn overrides(root: Node<'_>) -> Vec<NodeId> {
    let mut found = Vec::new();
    let mut open = vec![root];
    while let Some(node) = open.pop() {
        for (key, value) in node.members().rev() {
            if is_overriding(key, value) {
                found.push(value.id());
            } else {
                open.push(value);
            }
        }
        open.extend(node.items().rev());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{read, recognises};
    use crate::observe::json;
    use crate::observe::testing::{plain, source};
    use serde_json::{Value, json};

    const REST: &str = "?may be supplied by the rest of the request, which is in another file";

    #[test]
    fn a_part_says_what_it_says_and_the_rest_is_unknown() {
        for (part, path, expected) in [
            (
                json!([{"Classification": "a", "Properties": {"b": "c"}}]),
                "Configurations",
                json!([{"Classification": "a", "Properties": {"b": "c"}}]),
            ),
            (
                json!([{"InstanceGroupType": "MASTER", "InstanceType": "m5.xlarge"}]),
                "Instances/InstanceGroups",
                json!([{"InstanceGroupType": "MASTER", "InstanceType": "m5.xlarge"}]),
            ),
            (
                json!([{"Path": "s3://b/a.sh", "Args": []}]),
                "BootstrapActions",
                json!([{"Path": "s3://b/a.sh", "Args": []}]),
            ),
            (
                json!({"KeyName": "k", "InstanceProfile": "p"}),
                "JobFlowRole",
                json!("p"),
            ),
            (
                json!({"KeyName": "k", "InstanceProfile": "p"}),
                "Instances",
                json!({"Ec2KeyName": "k"}),
            ),
            (
                json!({"Instances": {"Ec2SubnetId": "s", "InstanceFleets": []}}),
                "Instances/Ec2SubnetId",
                json!("s"),
            ),
            (
                json!({"BootstrapActions": [], "Steps": [{"HadoopJarStep": {"Jar": "j"}}]}),
                "Steps",
                json!([{"HadoopJarStep": {"Jar": "j"}}]),
            ),
        ] {
            let tree = json::read(source(&part.to_string())).unwrap();
            assert!(recognises(tree.root()), "{part}");
            let reading = read(tree);
            let body = reading.tree().node(reading.worlds()[0].resources[0].body);
            assert_eq!(plain(body.path(path)), expected, "{part}");
            assert_eq!(
                plain(body.get("SecurityConfiguration")),
                json!(REST),
                "{part}"
            );
        }
    }

    #[test]
    fn options_that_hold_no_other_word_of_emr_are_parts() {
        for (part, path, expected) in [
            (
                json!([{"Path": "s3://b/a.sh", "Name": "n"}]),
                "BootstrapActions",
                json!([{"Path": "s3://b/a.sh", "Name": "n"}]),
            ),
            (
                json!({"LogEncryptionKmsKeyId": "k", "KerberosAttributes": {"Realm": "R"}}),
                "KerberosAttributes/Realm",
                json!("R"),
            ),
            (
                json!({"Realm": "R", "KdcAdminPassword": "p"}),
                "KerberosAttributes/Realm",
                json!("R"),
            ),
        ] {
            let tree = json::read(source(&part.to_string())).unwrap();
            assert!(recognises(tree.root()), "{part}");
            let reading = read(tree);
            let body = reading.tree().node(reading.worlds()[0].resources[0].body);
            assert_eq!(plain(body.path(path)), expected, "{part}");
        }
    }

    #[test]
    fn a_step_need_not_say_what_follows_upon_a_failure() {
        for step in [
            json!({"Type": "CUSTOM_JAR", "ActionOnFailure": "CONTINUE", "Jar": "j.jar"}),
            json!({"Type": "custom_jar", "Name": "s", "Jar": "j.jar"}),
            json!({"Jar": "j.jar", "Args": ["a"], "MainClass": "M"}),
        ] {
            let reading = read(json::read(source(&json!([step]).to_string())).unwrap());
            let body = reading.tree().node(reading.worlds()[0].resources[0].body);
            let jar = body
                .get("Steps")
                .items()
                .next()
                .unwrap()
                .path("HadoopJarStep/Jar");
            assert_eq!(plain(jar), json!("j.jar"), "{step}");
        }
    }

    #[test]
    fn overrides_are_found_wherever_they_stand() {
        let document = json!({"dag": {"tasks": [{"operator": "EmrCreateJobFlowOperator", "job_flow_overrides": {"Name": "etl"}}]}});
        let reading = read(json::read(source(&document.to_string())).unwrap());
        let seen = &reading.worlds()[0].resources[0];
        assert_eq!(seen.identity.id, "etl");
        assert!(
            reading
                .tree()
                .node(seen.body)
                .get("LogUri")
                .reason()
                .is_some()
        );
    }

    #[test]
    fn lists_and_objects_of_others_are_left_alone() {
        let others: [Value; 12] = [
            json!([]),
            json!([1, 2]),
            json!([{"Path": "a", "Method": "GET"}]),
            json!([{"Classification": "secret", "Owner": "x"}]),
            json!({"Name": "x", "Tags": []}),
            json!({"Steps": ["a"]}),
            json!({"SubnetId": "s"}),
            json!([{"Name": "train", "Path": "s3://b/train/"}]),
            json!([{"Name": "x", "Path": "/usr/bin/x"}]),
            json!([{"Type": "Service", "Args": ["a"]}]),
            json!([{"Jar": "a.jar", "Args": ["a"], "Owner": "x"}]),
            json!({"Realm": "r"}),
        ];
        for other in others {
            let tree = json::read(source(&other.to_string())).unwrap();
            assert!(!recognises(tree.root()), "{other}");
        }
    }
}
