//! What an object inside a document is, when it is something of ours for certain.

use crate::observe::own::{Below, Own};
use crate::observe::parts::Part;
use crate::observe::recognise::{
    SECTIONS, has_own_member, holds_ours, is_described, is_run_job_flow, is_template,
};
use crate::observe::{
    Dialect, application, containers, lake_formation, mrjob, parts, public_access, run_job_flow,
    security_configuration, step_functions,
};
use crate::observed::tree::{NodeId, Tree};
use crate::observed::{Node, Value};

/// What stands inside a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::observe) enum What {
    /// A request for a cluster, or a cluster that is described.
    Cluster,
    /// A part of a request.
    Part(Part),
    /// What Airflow puts over the request of a connection.
    Overrides,
    /// A security configuration.
    Configuration,
    /// A state machine.
    Machine,
    /// A request to Lake Formation.
    LakeFormation,
    /// Block public access.
    PublicAccess,
    /// An EMR Serverless application.
    Application,
    /// A request to EMR on EKS.
    Containers,
    /// A configuration of mrjob's.
    Mrjob,
    /// A CloudFormation template.
    Template,
    /// A text that may be a document of ours and is not read as one.
    Text,
}

impl What {
    pub(super) fn dialect(self) -> Dialect {
        match self {
            Self::Configuration => Dialect::SecurityConfiguration,
            Self::Machine => Dialect::StepFunctions,
            Self::LakeFormation => Dialect::LakeFormation,
            Self::Template => Dialect::CloudFormation,
            Self::Cluster
            | Self::Part(_)
            | Self::Overrides
            | Self::PublicAccess
            | Self::Application
            | Self::Containers
            | Self::Mrjob
            | Self::Text => Dialect::RunJobFlow,
        }
    }

    /// What a document is that is read as a request to EMR.
    pub(in crate::observe) fn of_request(root: Node<'_>) -> Self {
        if mrjob::recognises(root) {
            Self::Mrjob
        } else if containers::recognises(root) {
            Self::Containers
        } else if public_access::recognises(root) {
            Self::PublicAccess
        } else if application::recognises(root) {
            Self::Application
        } else if is_run_job_flow(root) || !parts::recognises(root) {
            Self::Cluster
        } else {
            parts::what(root)
        }
    }

    /// What it is called in a message.
    pub(super) fn described(self) -> &'static str {
        match self {
            Self::Cluster => "a request for a cluster",
            Self::Part(_) | Self::Overrides => "a part of a request for a cluster",
            Self::Configuration => "a security configuration",
            Self::Machine => "a state machine",
            Self::LakeFormation => "a request to Lake Formation",
            Self::PublicAccess => "a request about block public access",
            Self::Application => "a request for an application of EMR Serverless",
            Self::Containers => "a request to EMR on EKS",
            Self::Mrjob => "a configuration of mrjob's",
            Self::Template => "a CloudFormation template",
            Self::Text => "a document of EMR or Lake Formation, as a text",
        }
    }

    /// Whether something of this kind belongs to the thing below which it stands.
    pub(super) fn is_left_out(self, node: Node<'_>, below: Below) -> bool {
        match below {
            Below::All | Below::Nothing => false,
            Below::AllButParts => matches!(self, Self::Part(_)),
            Below::AllButTags => self == Self::LakeFormation && node.get("TagKey").is_set(),
        }
    }

    /// What is read with a thing of this kind.
    pub(super) fn own(self, tree: &mut Tree, at: NodeId) -> Vec<Own> {
        if self == Self::Configuration {
            return security_configuration::own(tree, at);
        }
        let node = tree.node(at);
        match self {
            Self::Cluster => run_job_flow::own(node),
            Self::Part(_) | Self::Overrides => parts::own(node),
            Self::Machine => step_functions::own(node),
            Self::LakeFormation => lake_formation::own(node),
            Self::PublicAccess => public_access::own(node),
            Self::Application => application::own(node),
            Self::Containers => containers::own(node),
            Self::Mrjob => mrjob::own(node),
            Self::Configuration | Self::Template | Self::Text => Vec::new(),
        }
    }
}

/// A look at an object.
type Check = fn(Node<'_>) -> bool;

/// What an object is; `None` when that is not certain.
pub(super) fn of(node: Node<'_>) -> Option<What> {
    if is_template(node) && !is_schema(node) {
        return holds_ours(node).then_some(What::Template);
    }
    but_template(node)
}

/// What an object is that is no template. Whether a template holds something of ours is told by looking into it, so that who
/// looks into everything must not ask.
pub(super) fn but_template(node: Node<'_>) -> Option<What> {
    match node.value() {
        Value::Map => {}
        Value::List => return parts::list_within(node).map(What::Part),
        Value::Absent
        | Value::Unreadable(_)
        | Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Template => return None,
    }
    if node.members().len() == 0 || is_schema(node) {
        return None;
    }
    let checks: [(Check, What); 8] = [
        (step_functions::recognises, What::Machine),
        (is_cluster, What::Cluster),
        (is_configuration, What::Configuration),
        (is_request_to_lake_formation, What::LakeFormation),
        (public_access::recognises, What::PublicAccess),
        (application::recognises, What::Application),
        (containers::recognises, What::Containers),
        (mrjob::recognises, What::Mrjob),
    ];
    let found = checks.iter().find(|(is, _)| is(node));
    found.map(|(_, what)| *what)
}

/// Words by which schemas describe members.
const OF_SCHEMAS: &[&str] = &[
    "type",
    "shape",
    "$ref",
    "description",
    "documentation",
    "oneof",
    "anyof",
    "allof",
    "enum",
    "const",
    "required",
];

/// Whether an object says of members what they are like, rather than what they are.
pub(super) fn is_schema(node: Node<'_>) -> bool {
    node.members().next().is_some()
        && node.members().all(|(_, value)| {
            let mut keys = value.members().map(|(key, _)| key.to_ascii_lowercase());
            matches!(value.value(), Value::Map)
                && keys.any(|key| OF_SCHEMAS.contains(&key.as_str()))
        })
}

/// A request with its instances, or a described cluster. Members that are texts in every request are no objects.
pub(in crate::observe) fn is_cluster(node: Node<'_>) -> bool {
    let is_object = |key: &'static str| matches!(node.get(key).value(), Value::Map);
    if ["Name", "ReleaseLabel", "JobFlowRole"]
        .into_iter()
        .any(is_object)
    {
        return false;
    }
    let instances = node.get("Instances");
    let is_map = matches!(instances.value(), Value::Map) && !is_schema(instances);
    is_run_job_flow(node) && (is_map || is_described(node) || is_described(node.get("Cluster")))
}

/// Whether a request has all that every launch takes, so that nothing has to be added.
pub(super) fn is_whole(node: Node<'_>) -> bool {
    let has = |key: &'static str| node.get(key).is_set();
    is_described(node)
        || is_described(node.get("Cluster"))
        || ["Name", "Instances", "JobFlowRole", "ServiceRole"]
            .into_iter()
            .all(has)
            && (has("ReleaseLabel") || has("AmiVersion"))
}

/// A security configuration with members of EMR's own: other services have sections of these names.
pub(super) fn is_configuration(node: Node<'_>) -> bool {
    let document = node.get("SecurityConfiguration");
    let text = document.as_text().is_some_and(|text| {
        text.trim_start().starts_with('{') && SECTIONS.iter().any(|section| text.contains(section))
    });
    has_own_member(node) || has_own_member(document) || text
}

/// What a grant of Lake Formation's is on.
const ON: &[&str] = &[
    "Catalog",
    "Database",
    "Table",
    "TableWithColumns",
    "DataLocation",
    "DataCellsFilter",
    "LFTag",
    "LFTagPolicy",
    "LFTagExpression",
];

/// A request to Lake Formation with a member of its own: others have principals, resources and columns, too.
pub(super) fn is_request_to_lake_formation(node: Node<'_>) -> bool {
    let on = node.get("Resource");
    let has = |node: Node<'_>, keys: &[&'static str]| {
        keys.iter()
            .any(|key| !node.get(key).is_absent() && node.get(key).missing_key().is_none())
    };
    let own = has(on, ON)
        || has(node.get("Principal"), &["DataLakePrincipalIdentifier"])
        || has(
            node,
            &[
                "DataLakeSettings",
                "DataLakeAdmins",
                "RowFilter",
                "ColumnWildcard",
                "TagKey",
                "LFTags",
            ],
        )
        || has(node.get("TableData"), &["RowFilter", "ColumnWildcard"])
        || has(node, &["ResourceArn"]);
    own && lake_formation::is_alone(node)
}
