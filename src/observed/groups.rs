//! What a cluster holds many of: instance groups and fleets, bootstrap actions, steps, classifications.
//!
//! Each form writes them elsewhere and under other names; here they are one shape. A list that is not fully
//! known says so: [`Listed::gaps`] is why there may be more, and a caller that finds nothing wrong among the
//! items has found nothing as long as there is a gap.

use super::cluster::{Attribute, Cluster};
use super::{Form, Known, Node, Reason, Value};

/// Things of one sort, and why there may be more of them.
#[derive(Clone, Debug)]
pub struct Listed<'t, T> {
    /// Those that are in sight.
    pub items: Vec<T>,
    /// Where more may stand, and why they are not in sight. Empty when everything is listed.
    pub gaps: Vec<Gap<'t>>,
}

/// A place where more things may stand than can be seen.
#[derive(Clone, Debug)]
pub struct Gap<'t> {
    /// Where.
    pub node: Node<'t>,
    /// Why they are not known.
    pub reason: Reason,
}

impl<T> Default for Listed<'_, T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            gaps: Vec::new(),
        }
    }
}

impl<'t, T> Listed<'t, T> {
    fn gap(&mut self, node: Node<'t>, reason: Reason) {
        self.gaps.push(Gap { node, reason });
    }

    /// Reads a list. Absent is empty; unknown, and anything but a list, is a gap.
    fn read(&mut self, node: Node<'t>, mut item: impl FnMut(Node<'t>) -> T) {
        match node.value() {
            Value::List => self.items.extend(node.items().map(&mut item)),
            Value::Absent | Value::Null => {}
            Value::Unreadable(reason) => self.gap(node, reason.clone()),
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Template | Value::Map => {
                self.gap(node, node.out_of_place("a list"));
            }
        }
    }

    /// Reads a single object that stands where lists of its kind stand elsewhere.
    fn read_one(&mut self, node: Node<'t>, item: impl FnOnce(Node<'t>) -> T) {
        if !matches!(node.value(), Value::Absent | Value::Null) {
            self.items.push(item(node));
        }
    }

    /// Reads a list of an API's answer; absent means that the answer is not among the input. A page marker
    /// means that later pages are not.
    fn read_answer(
        &mut self,
        node: Node<'t>,
        marker: Node<'t>,
        action: &str,
        item: impl FnMut(Node<'t>) -> T,
    ) {
        if node.is_absent() {
            return self.gap(
                node,
                Reason::NotObserved {
                    action: action.to_owned(),
                },
            );
        }
        self.read(node, item);
        if marker.as_text().is_some_and(|marker| !marker.is_empty()) {
            self.gap(
                marker,
                Reason::Call {
                    action: action.to_owned(),
                    why: "the answer has further pages".to_owned(),
                },
            );
        }
    }
}

/// What the nodes of a group do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Primary nodes (`MASTER`).
    Primary,
    /// Core nodes (`CORE`).
    Core,
    /// Task nodes (`TASK`).
    Task,
    /// Not known, or not a role of AWS's.
    Unknown,
}

impl Role {
    fn of(node: Node<'_>) -> Self {
        match node.text() {
            Known::Set("MASTER") => Self::Primary,
            Known::Set("CORE") => Self::Core,
            Known::Set("TASK") => Self::Task,
            Known::Set(_) | Known::Absent | Known::Mistyped | Known::Unreadable(_) => Self::Unknown,
        }
    }
}

/// An instance group, an instance fleet, or a half of the flat form (`MasterInstanceType` …).
#[derive(Clone, Debug)]
pub struct Group<'t> {
    /// The group's object; for the flat form, `Instances`.
    pub node: Node<'t>,
    /// What its nodes do.
    pub role: Role,
    /// True for a fleet, whose size is in units of weighted capacity.
    pub fleet: bool,
    /// Its instance types: one for a group, several for a fleet. Nodes of the type texts.
    pub types: Vec<Node<'t>>,
    /// What adds up to its requested size: a group's count, or a fleet's on-demand and spot targets.
    /// The flat form's `InstanceCount` counts the primary too and stands at the core half alone.
    pub sizes: Vec<Node<'t>>,
    /// The largest size that its automatic scaling policy allows; absent without one.
    pub scaling_maximum: Node<'t>,
    /// The images asked for, one for each place that can name one. Absent where none is named.
    pub images: Vec<Node<'t>>,
    /// Its lists of classifications: as requested, and as last applied where that is told.
    pub configurations: Vec<(Node<'t>, Stage)>,
    /// Why instance types of a fleet are out of sight, when they are.
    pub gap: Option<Gap<'t>>,
}

/// Whether classifications are those asked for or those in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// As asked for.
    Requested,
    /// As last applied successfully.
    Applied,
}

/// A bootstrap action.
#[derive(Clone, Copy, Debug)]
pub struct BootstrapAction<'t> {
    /// Its object.
    pub node: Node<'t>,
    /// The script.
    pub path: Node<'t>,
    /// The list of arguments.
    pub args: Node<'t>,
}

/// A step.
#[derive(Clone, Copy, Debug)]
pub struct Step<'t> {
    /// Its object.
    pub node: Node<'t>,
    /// The JAR.
    pub jar: Node<'t>,
    /// The main class.
    pub main_class: Node<'t>,
    /// The list of arguments.
    pub args: Node<'t>,
    /// Java properties: a map, or a list of `Key` and `Value`.
    pub properties: Node<'t>,
    /// Its runtime role, where the step itself says one.
    pub role: Node<'t>,
}

/// One classification, of the cluster or of a group, nested ones included.
#[derive(Clone, Debug)]
pub struct Classification<'t> {
    /// Its object.
    pub node: Node<'t>,
    /// The classifications that it stands in, outermost first: `["hadoop-env"]` for an `export`.
    /// A name that is not known is `None`.
    pub parents: Vec<Option<&'t str>>,
    /// Its name.
    pub name: Node<'t>,
    /// Its properties, a map.
    pub properties: Node<'t>,
    /// The index in [`Cluster::groups`] of the group that it is for; `None` for the whole cluster.
    pub group: Option<usize>,
    /// Whether it is asked for or in force.
    pub stage: Stage,
}

const LIST_GROUPS: &str = "elasticmapreduce:ListInstanceGroups";
const LIST_FLEETS: &str = "elasticmapreduce:ListInstanceFleets";
const LIST_ACTIONS: &str = "elasticmapreduce:ListBootstrapActions";
const LIST_STEPS: &str = "elasticmapreduce:ListSteps";

impl<'t> Cluster<'_, 't> {
    /// Every instance group and fleet.
    pub fn groups(self) -> Listed<'t, Group<'t>> {
        let mut listed = Listed::default();
        let root = self.root();
        let body = self.resource.body;
        match self.resource.form {
            Form::Request => {
                let instances = root.get("Instances");
                listed.read(instances.get("InstanceGroups"), |node| group(node, None));
                listed.read(instances.get("InstanceFleets"), |node| fleet(node, None));
                read_flat(&mut listed, instances);
            }
            Form::CloudFormation | Form::Terraform => {
                read_template(&mut listed, root.get("Instances"));
            }
            Form::Described | Form::Live => {
                let live = self.resource.form == Form::Live;
                let answer = |call| if live { body.get(call) } else { root };
                let (groups, fleets) = (answer(LIST_GROUPS), answer(LIST_FLEETS));
                let collection = root.get("InstanceCollectionType").as_text();
                let has_fleets = fleets.get("InstanceFleets").is_set();
                let has_groups = groups.get("InstanceGroups").is_set();
                if has_groups || collection != Some("INSTANCE_FLEET") && !has_fleets {
                    let (list, marker) = (groups.get("InstanceGroups"), page(live, groups));
                    listed.read_answer(list, marker, LIST_GROUPS, |node| group(node, None));
                }
                if has_fleets || collection == Some("INSTANCE_FLEET") {
                    let (list, marker) = (fleets.get("InstanceFleets"), page(live, fleets));
                    listed.read_answer(list, marker, LIST_FLEETS, |node| fleet(node, None));
                }
            }
            Form::Document | Form::Named => named_only(&mut listed, root),
        }
        listed
    }

    /// Every bootstrap action.
    pub fn bootstrap_actions(self) -> Listed<'t, BootstrapAction<'t>> {
        let mut listed = Listed::default();
        let root = self.root();
        match self.resource.form {
            Form::Request | Form::CloudFormation | Form::Terraform => {
                listed.read(root.get("BootstrapActions"), |node| {
                    // The command line's own shape has no `ScriptBootstrapAction` around path and arguments.
                    let script = node.get("ScriptBootstrapAction");
                    let flat = script.is_absent() && !node.get("Path").is_absent();
                    let script = if flat { node } else { script };
                    let (path, args) = (script.get("Path"), script.get("Args"));
                    BootstrapAction { node, path, args }
                });
            }
            Form::Described | Form::Live => {
                let live = self.resource.form == Form::Live;
                let body = self.resource.body;
                let answer = if live { body.get(LIST_ACTIONS) } else { root };
                let list = answer.get("BootstrapActions");
                listed.read_answer(list, page(live, answer), LIST_ACTIONS, |node| {
                    let (path, args) = (node.get("ScriptPath"), node.get("Args"));
                    BootstrapAction { node, path, args }
                });
            }
            Form::Document | Form::Named => named_only(&mut listed, root),
        }
        listed
    }

    /// Every step.
    pub fn steps(self) -> Listed<'t, Step<'t>> {
        let mut listed = Listed::default();
        let root = self.root();
        match self.resource.form {
            Form::Request => listed.read(root.get("Steps"), |node| {
                step(node, node.get("HadoopJarStep"), "Properties")
            }),
            Form::CloudFormation | Form::Terraform => listed.read(root.get("Steps"), |node| {
                step(node, node.get("HadoopJarStep"), "StepProperties")
            }),
            Form::Described | Form::Live => {
                let live = self.resource.form == Form::Live;
                let body = self.resource.body;
                let answer = if live { body.get(LIST_STEPS) } else { root };
                let list = answer.get("Steps");
                listed.read_answer(list, page(live, answer), LIST_STEPS, |node| {
                    step(node, node.get("Config"), "Properties")
                });
            }
            Form::Document | Form::Named => named_only(&mut listed, root),
        }
        listed
    }

    /// Every classification of the cluster and of its groups, nested ones after those that hold them.
    pub fn classifications(self) -> Listed<'t, Classification<'t>> {
        let groups = self.groups();
        let mut listed = Listed {
            items: Vec::new(),
            gaps: groups.gaps,
        };
        let cluster = self.attribute(Attribute::Configurations);
        read_classifications(&mut listed, cluster, &[], None, Stage::Requested);
        for (index, group) in groups.items.into_iter().enumerate() {
            listed.gaps.extend(group.gap);
            for (node, stage) in group.configurations {
                read_classifications(&mut listed, node, &[], Some(index), stage);
            }
        }
        listed
    }
}

/// Every classification of a list that stands elsewhere than in a cluster.
pub fn classifications_in(list: Node<'_>) -> Listed<'_, Classification<'_>> {
    let mut listed = Listed::default();
    read_classifications(&mut listed, list, &[], None, Stage::Requested);
    listed
}

/// The marker of further pages, which only an answer of its own can have.
fn page(live: bool, answer: Node<'_>) -> Node<'_> {
    answer.get(if live { "Marker" } else { "\u{0}" })
}

fn named_only<'t, T>(listed: &mut Listed<'t, T>, node: Node<'t>) {
    listed.gap(
        node,
        Reason::NotObserved {
            action: "elasticmapreduce:DescribeCluster".to_owned(),
        },
    );
}

/// CloudFormation has a member for each role instead of a role in each group.
fn read_template<'t>(listed: &mut Listed<'t, Group<'t>>, instances: Node<'t>) {
    if let Some(reason) = instances.reason() {
        return listed.gap(instances, reason.clone());
    }
    let one = [
        ("MasterInstanceGroup", "MasterInstanceFleet", Role::Primary),
        ("CoreInstanceGroup", "CoreInstanceFleet", Role::Core),
    ];
    for (groups, fleets, role) in one {
        listed.read_one(instances.get(groups), |node| group(node, Some(role)));
        listed.read_one(instances.get(fleets), |node| fleet(node, Some(role)));
    }
    let task = Some(Role::Task);
    listed.read(instances.get("TaskInstanceGroups"), |node| {
        group(node, task)
    });
    listed.read(instances.get("TaskInstanceFleets"), |node| {
        fleet(node, task)
    });
}

/// The oldest form: `MasterInstanceType`, `SlaveInstanceType` and `InstanceCount` beside each other.
fn read_flat<'t>(listed: &mut Listed<'t, Group<'t>>, instances: Node<'t>) {
    // An unreadable `Instances` is one gap and no group: reading it as a list above has recorded it.
    if instances.reason().is_some() {
        return;
    }
    let nothing = instances.get("\u{0}");
    let half = |role, kind: Node<'t>, sizes| Group {
        node: instances,
        role,
        fleet: false,
        types: vec![kind],
        sizes,
        scaling_maximum: nothing,
        images: Vec::new(),
        configurations: Vec::new(),
        gap: None,
    };
    let primary = instances.get("MasterInstanceType");
    let others = instances.get("SlaveInstanceType");
    let count = instances.get("InstanceCount");
    let written = |node: Node<'_>| !matches!(node.value(), Value::Absent | Value::Null);
    if written(primary) {
        listed.items.push(half(Role::Primary, primary, Vec::new()));
    }
    if written(others) || written(count) {
        let kind = if written(others) { others } else { primary };
        listed.items.push(half(Role::Core, kind, vec![count]));
    }
}

/// The first member of these names that is not absent; the first name when all are.
fn either<'t>(node: Node<'t>, names: &[&'t str]) -> Node<'t> {
    let mut found = names.iter().map(|name| node.get(name));
    let first = found.next().unwrap_or(node);
    if first.is_absent() {
        found.find(|other| !other.is_absent()).unwrap_or(first)
    } else {
        first
    }
}

fn group(node: Node<'_>, role: Option<Role>) -> Group<'_> {
    let role_node = either(node, &["InstanceRole", "InstanceGroupType"]);
    let applied = node.get("LastSuccessfullyAppliedConfigurations");
    let mut configurations = vec![(node.get("Configurations"), Stage::Requested)];
    if !applied.is_absent() && node.reason().is_none() {
        configurations.push((applied, Stage::Applied));
    }
    Group {
        node,
        role: role.unwrap_or_else(|| Role::of(role_node)),
        fleet: false,
        types: vec![node.get("InstanceType")],
        sizes: vec![either(node, &["InstanceCount", "RequestedInstanceCount"])],
        scaling_maximum: node.path("AutoScalingPolicy/Constraints/MaxCapacity"),
        images: vec![node.get("CustomAmiId")],
        configurations,
        gap: None,
    }
}

fn fleet(node: Node<'_>, role: Option<Role>) -> Group<'_> {
    let list = either(node, &["InstanceTypeConfigs", "InstanceTypeSpecifications"]);
    let mut kinds = Listed::default();
    kinds.read(list, |kind| kind);
    let every = |name: &'static str| kinds.items.iter().map(move |kind| kind.get(name));
    Group {
        node,
        role: role.unwrap_or_else(|| Role::of(node.get("InstanceFleetType"))),
        fleet: true,
        types: every("InstanceType").collect(),
        sizes: vec![
            node.get("TargetOnDemandCapacity"),
            node.get("TargetSpotCapacity"),
        ],
        scaling_maximum: node.get("\u{0}"),
        images: every("CustomAmiId").collect(),
        configurations: every("Configurations")
            .map(|configurations| (configurations, Stage::Requested))
            .collect(),
        gap: kinds.gaps.pop(),
    }
}

fn step<'t>(node: Node<'t>, jar: Node<'t>, properties: &'static str) -> Step<'t> {
    Step {
        node,
        jar: jar.get("Jar"),
        main_class: jar.get("MainClass"),
        args: jar.get("Args"),
        properties: jar.get(properties),
        role: node.get("ExecutionRoleArn"),
    }
}

fn read_classifications<'t>(
    listed: &mut Listed<'t, Classification<'t>>,
    node: Node<'t>,
    parents: &[Option<&'t str>],
    group: Option<usize>,
    stage: Stage,
) {
    let mut found = Listed::default();
    found.read(node, |item| item);
    listed.gaps.extend(found.gaps);
    for item in found.items {
        if let Some(reason) = item.reason() {
            listed.gap(item, reason.clone());
            continue;
        }
        let name = either(item, &["Classification", "classification"]);
        // The API says `Properties`, CloudFormation `ConfigurationProperties`, EMR Serverless `properties`.
        let properties = either(
            item,
            &["Properties", "ConfigurationProperties", "properties"],
        );
        listed.items.push(Classification {
            node: item,
            parents: parents.to_vec(),
            name,
            properties,
            group,
            stage,
        });
        let inner: Vec<_> = parents.iter().copied().chain([name.as_text()]).collect();
        // Documents nest as deep as the reader allows, so this ends.
        let nested = either(item, &["Configurations", "configurations"]);
        read_classifications(listed, nested, &inner, group, stage);
    }
}

#[cfg(test)]
mod tests {
    use super::{Listed, Role};
    use crate::observe::json;
    use crate::observed::Source;
    use crate::observed::tree::Tree;
    use crate::observed::{Form, Identity, Reason, Resource, ResourceKind};
    use std::sync::Arc;

    fn tree(text: &str) -> Tree {
        json::read(Arc::new(Source::new("t", text))).unwrap()
    }

    fn resource(tree: &Tree, form: Form) -> Resource<'_> {
        let identity = Identity::new(ResourceKind::EmrCluster, "c");
        Resource::new(identity, form, tree.root())
    }

    fn calls<T>(listed: &Listed<'_, T>) -> Vec<String> {
        let action = |reason: &Reason| {
            let (Reason::NotObserved { action } | Reason::Call { action, .. }) = reason else {
                panic!("{reason}")
            };
            action.clone()
        };
        listed.gaps.iter().map(|gap| action(&gap.reason)).collect()
    }

    #[test]
    fn each_form_writes_the_same_groups_elsewhere() {
        let request = r#"{"Instances": {"InstanceGroups": [
            {"InstanceRole": "MASTER", "InstanceType": "a", "InstanceCount": 1},
            {"InstanceRole": "TASK", "InstanceType": "b", "InstanceCount": 2}]}}"#;
        let template = r#"{"Instances": {"MasterInstanceGroup": {"InstanceType": "a", "InstanceCount": 1},
            "TaskInstanceGroups": [{"InstanceType": "b", "InstanceCount": 2}]}}"#;
        let described = r#"{"InstanceGroups": [
            {"InstanceGroupType": "MASTER", "InstanceType": "a", "RequestedInstanceCount": 1},
            {"InstanceGroupType": "TASK", "InstanceType": "b", "RequestedInstanceCount": 2}]}"#;
        for (form, text) in [
            (Form::Request, request),
            (Form::CloudFormation, template),
            (Form::Described, described),
        ] {
            let tree = tree(text);
            let listed = resource(&tree, form).cluster().groups();
            let found: Vec<_> = listed
                .items
                .iter()
                .map(|group| {
                    (
                        group.role,
                        group.types[0].as_text(),
                        group.sizes[0].number().set(),
                    )
                })
                .collect();
            let expected = [
                (Role::Primary, Some("a"), Some(1)),
                (Role::Task, Some("b"), Some(2)),
            ];
            assert_eq!(found, expected, "{form:?}");
            assert!(listed.gaps.is_empty(), "{form:?}");
        }
    }

    #[test]
    fn the_answer_of_one_call_leaves_what_other_calls_answer_unknown() {
        let tree = tree(r#"{"Name": "c"}"#);
        let resource = resource(&tree, Form::Described);
        let cluster = resource.cluster();
        assert_eq!(
            calls(&cluster.groups()),
            ["elasticmapreduce:ListInstanceGroups"]
        );
        assert_eq!(
            calls(&cluster.classifications()),
            ["elasticmapreduce:ListInstanceGroups"]
        );
        assert_eq!(
            calls(&cluster.bootstrap_actions()),
            ["elasticmapreduce:ListBootstrapActions"]
        );
        assert_eq!(calls(&cluster.steps()), ["elasticmapreduce:ListSteps"]);
    }

    #[test]
    fn a_further_page_is_a_gap() {
        let tree = tree(
            r#"{"elasticmapreduce:DescribeCluster": {"Cluster": {}}, "elasticmapreduce:ListSteps": {"Steps": [{}], "Marker": "m"}}"#,
        );
        let listed = resource(&tree, Form::Live).cluster().steps();
        assert_eq!(listed.items.len(), 1);
        assert_eq!(calls(&listed), ["elasticmapreduce:ListSteps"]);
    }

    #[test]
    fn a_fleet_cluster_is_not_asked_for_groups() {
        let tree = tree(
            r#"{"elasticmapreduce:DescribeCluster": {"Cluster": {"InstanceCollectionType": "INSTANCE_FLEET"}},
                "elasticmapreduce:ListInstanceFleets": {"InstanceFleets": [{"InstanceFleetType": "CORE",
                  "InstanceTypeSpecifications": [{"InstanceType": "a"}, {"InstanceType": "b", "CustomAmiId": "ami-1"}]}]}}"#,
        );
        let listed = resource(&tree, Form::Live).cluster().groups();
        assert!(listed.gaps.is_empty());
        let fleet = &listed.items[0];
        assert_eq!(
            (fleet.role, fleet.types.len(), fleet.images.len()),
            (Role::Core, 2, 2)
        );
    }

    #[test]
    fn the_flat_form_counts_its_primary() {
        let tree = tree(
            r#"{"Instances": {"MasterInstanceType": "a", "SlaveInstanceType": "b", "InstanceCount": 3}}"#,
        );
        let groups = resource(&tree, Form::Request).cluster().groups().items;
        let sizes: Vec<_> = groups
            .iter()
            .flat_map(|group| &group.sizes)
            .map(|size| size.number().set())
            .collect();
        assert_eq!(sizes, [Some(3)]);
    }

    #[test]
    fn classifications_come_nested_and_from_groups_as_applied() {
        let tree = tree(
            r#"{"Configurations": [{"Classification": "hadoop-env", "Configurations": [
                    {"Classification": "export", "Properties": {"A": "1"}}]}],
                "InstanceGroups": [{"InstanceGroupType": "CORE",
                    "Configurations": [{"Classification": "core-site"}],
                    "LastSuccessfullyAppliedConfigurations": [{"Classification": "hdfs-site"}]}]}"#,
        );
        let listed = resource(&tree, Form::Described).cluster().classifications();
        let found: Vec<_> = listed
            .items
            .iter()
            .map(|item| {
                (
                    item.name.as_text().unwrap(),
                    item.parents.clone(),
                    item.group,
                )
            })
            .collect();
        assert_eq!(
            found,
            [
                ("hadoop-env", vec![], None),
                ("export", vec![Some("hadoop-env")], None),
                ("core-site", vec![], Some(0)),
                ("hdfs-site", vec![], Some(0)),
            ]
        );
        assert!(listed.gaps.is_empty());
    }

    #[test]
    fn what_is_no_list_is_a_gap() {
        let tree = tree(r#"{"Steps": {"Name": "x"}}"#);
        let listed = resource(&tree, Form::Request).cluster().steps();
        assert!(listed.items.is_empty() && listed.gaps.len() == 1);
    }
}
