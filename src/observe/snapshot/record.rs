//! One record of a snapshot: the answers of the calls about one thing.

use super::{Region, policies};
use crate::observe::{Problem, Seen, Syntax, json, security_configuration, tags};
use crate::observed::Source;
use crate::observed::tree::{NodeId, Span, TextRef, Tree};
use crate::observed::{
    ANOTHER_CALL, Form, Identity, Node, Place, Reason, Resource, ResourceKind, Use, Value, named,
};
use std::sync::Arc;

const DESCRIBE_CLUSTER: &str = "elasticmapreduce:DescribeCluster";
const DESCRIBE_CONFIGURATION: &str = "elasticmapreduce:DescribeSecurityConfiguration";

/// The calls that answer facts of a kind. Those that a record lacks are marked as not made, by their name.
pub(crate) const fn calls_of(kind: ResourceKind) -> &'static [&'static str] {
    match kind {
        ResourceKind::EmrCluster => &[
            DESCRIBE_CLUSTER,
            "elasticmapreduce:ListInstanceGroups",
            "elasticmapreduce:ListInstanceFleets",
            "elasticmapreduce:ListBootstrapActions",
            "elasticmapreduce:ListSteps",
            "elasticmapreduce:GetAutoTerminationPolicy",
            "elasticmapreduce:GetManagedScalingPolicy",
            "ec2:DescribeInstances",
            "ec2:DescribeVolumes",
        ],
        ResourceKind::EmrStudio => &[
            "elasticmapreduce:DescribeStudio",
            "elasticmapreduce:ListStudioSessionMappings",
        ],
        ResourceKind::EmrServerlessApplication => &["emr-serverless:GetApplication"],
        ResourceKind::EmrContainersVirtualCluster => &["emr-containers:ListVirtualClusters"],
        ResourceKind::EmrContainersSecurityConfiguration => {
            &["emr-containers:DescribeSecurityConfiguration"]
        }
        ResourceKind::GlueCatalog => GLUE,
        ResourceKind::KmsKey => &[
            "kms:DescribeKey",
            "kms:GetKeyRotationStatus",
            "kms:GetKeyPolicy",
            "kms:ListGrants",
        ],
        ResourceKind::S3Bucket => &[
            "s3:GetBucketLocation",
            "s3:GetBucketPolicy",
            "s3:GetBucketPolicyStatus",
            "s3:GetBucketPublicAccessBlock",
            "s3:GetAccountPublicAccessBlock",
            "s3:GetEncryptionConfiguration",
            "s3:GetBucketVersioning",
            "s3:ListAllMyBuckets",
        ],
        ResourceKind::IamRole => &[
            "iam:GetAccountAuthorizationDetails",
            "iam:GetInstanceProfile",
        ],
        ResourceKind::EmrAccount => &["elasticmapreduce:GetBlockPublicAccessConfiguration"],
        ResourceKind::LakeFormationSettings => &[
            "lakeformation:GetDataLakeSettings",
            "lakeformation:DescribeLakeFormationIdentityCenterConfiguration",
            "sts:GetCallerIdentity",
            "ram:GetResourceShares",
            "ram:ListPrincipals",
        ],
        ResourceKind::LakeFormationLocation => &["lakeformation:ListResources"],
        ResourceKind::LakeFormationGrant => &["lakeformation:ListPermissions"],
        ResourceKind::LakeFormationFilter => &["lakeformation:ListDataCellsFilter"],
        ResourceKind::EmrSecurityConfiguration | ResourceKind::LakeFormationTag => &[],
    }
}

/// The calls about a Data Catalog and what stands in it.
const GLUE: &[&str] = &[
    "glue:GetDataCatalogEncryptionSettings",
    "glue:GetResourcePolicies",
    "glue:GetConnections",
    "glue:GetSecurityConfigurations",
    "glue:GetJobs",
    "glue:GetCrawlers",
    "glue:GetDevEndpoints",
    "glue:GetMLTransforms",
    "glue:GetTags",
];

/// Secrets of `KerberosAttributes` (EMR API, `KerberosAttributes`).
const SECRETS: &[&str] = &[
    "KdcAdminPassword",
    "CrossRealmTrustPrincipalPassword",
    "ADDomainJoinPassword",
];

/// A resource of a snapshot, which owns what it was read from.
#[derive(Debug)]
pub struct Record {
    /// The answers.
    pub tree: Tree,
    /// Where the resource stands in them.
    pub seen: Seen,
}

impl Record {
    /// The resource. Its body is a map of answers by IAM action; of a security configuration, it is the document.
    pub fn resource(&self) -> Resource<'_> {
        self.seen.resource(&self.tree)
    }

    /// Reads one record that stands alone.
    ///
    /// # Errors
    /// Says why the text is no record.
    pub fn read(name: &str, line: u32, text: &str, region: &Region) -> Result<Self, String> {
        let tree = parse(name, line, text).map_err(|syntax| syntax.message)?;
        Self::new(tree, region)
    }

    /// Makes a resource of a record's tree.
    pub(super) fn new(mut tree: Tree, region: &Region) -> Result<Self, String> {
        let root = tree.root();
        let name = root.get("kind").as_text().unwrap_or_default();
        let kind =
            ResourceKind::of_name(name).ok_or_else(|| format!("kind `{name}` is not known"))?;
        let text = |key: &'static str| root.get(key).as_text().map(str::to_owned);
        let id = text("id").ok_or("a record needs an `id`")?;
        let mut identity = Identity {
            name: text("name"),
            arn: text("arn"),
            account: Some(region.account.clone()),
            region: Some(region.region.clone()),
            ..Identity::new(kind, id)
        };
        let calls = root.get("calls");
        if !matches!(calls.value(), Value::Map) {
            return Err("a record needs `calls`".to_owned());
        }
        if kind == ResourceKind::EmrCluster {
            let cluster = calls.get(DESCRIBE_CLUSTER).get("answer").get("Cluster");
            identity.tags = tags::of(cluster.get("Tags"));
            if identity.name.is_none() {
                identity.name = cluster.get("Name").as_text().map(str::to_owned);
            }
        }
        let uses = uses(root);
        drop_secrets(&mut tree);
        let answers = answers(&mut tree, kind);
        policies::decode(&mut tree, answers);
        let mut seen = if kind == ResourceKind::EmrSecurityConfiguration {
            let (document, outer) = document(&mut tree, answers);
            Seen::new(identity, Form::Live, document).within(outer)
        } else {
            Seen::new(identity, Form::Live, answers)
        };
        seen.uses = uses;
        Ok(Self { tree, seen })
    }
}

/// Parses a line.
pub(super) fn parse(name: &str, line: u32, text: &str) -> Result<Tree, Syntax> {
    json::read(Arc::new(Source::answers(name, text).starting_at(line)))
}

/// A line that cannot be read.
pub(super) fn problem(name: &str, line: u32, column: u32, why: impl Into<String>) -> Problem {
    let place = Place {
        file: Some(name.to_owned()),
        api: None,
        pointer: String::new(),
        marks: None,
        line,
        column,
        bytes: (0, 0),
    };
    Problem {
        what: format!("could not read line {line} of `{name}`"),
        why: why.into(),
        place: Some(place),
        action: None,
    }
}

/// What else in the estate names a thing, and what for: clusters stream by and are gone when their keys are judged.
/// Purposes of a later version are skipped.
fn uses(root: Node<'_>) -> Vec<Use> {
    let listed = root.get("uses").items();
    let each = listed.filter_map(|node| {
        Some(Use {
            purpose: named::purpose(node.get("purpose").as_text()?)?,
            by: node.get("by").as_text()?.to_owned(),
            place: node.place(),
        })
    });
    each.collect()
}

fn drop_secrets(tree: &mut Tree) {
    let calls = tree.root().get("calls");
    let kerberos = calls
        .get(DESCRIBE_CLUSTER)
        .path("answer/Cluster/KerberosAttributes");
    let secrets: Vec<(NodeId, String)> = kerberos
        .members()
        .filter(|(key, _)| SECRETS.contains(key))
        .map(|(key, value)| (value.id(), key.to_owned()))
        .collect();
    for (secret, name) in secrets {
        tree.mask(secret, Reason::Withheld { what: name });
    }
}

/// The map of answers by action. Its pointers are those of the answers below the action.
fn answers(tree: &mut Tree, kind: ResourceKind) -> NodeId {
    let calls = tree.root().get("calls");
    let span = tree.slot(calls.id()).span;
    let mut made: Vec<(String, Result<NodeId, String>)> = Vec::new();
    for (action, call) in calls.members() {
        made.push((action.to_owned(), outcome(action, call)));
    }
    let missing: Vec<&str> = calls_of(kind)
        .iter()
        .copied()
        .filter(|call| calls.get(call).is_absent())
        .collect();
    let mut members: Vec<(TextRef, Span, NodeId)> = Vec::with_capacity(made.len() + missing.len());
    for (action, outcome) in made {
        let key = tree.decoded_text(&action);
        let value = match outcome {
            Ok(answer) => answer,
            Err(why) => tree.push_lost(Reason::Call { action, why }, span),
        };
        members.push((key, span, value));
    }
    for action in missing {
        let key = tree.decoded_text(action);
        let action = action.to_owned();
        let value = tree.push_lost(Reason::NotObserved { action }, span);
        members.push((key, span, value));
    }
    let others = Reason::NotObserved {
        action: ANOTHER_CALL.to_owned(),
    };
    let map = tree.push_map(&members, span, Some(others));
    for (key, _, value) in members {
        tree.rehome(value, map, key);
    }
    map
}

/// Members without which an answer tells nothing of what was asked about: their absence is not that of what stands in
/// them. Source: the API models.
const ENVELOPES: &[(&str, &str)] = &[
    (DESCRIBE_CLUSTER, "Cluster"),
    ("elasticmapreduce:DescribeStudio", "Studio"),
    ("emr-serverless:GetApplication", "application"),
    (
        "emr-containers:DescribeSecurityConfiguration",
        "securityConfiguration",
    ),
    ("kms:DescribeKey", "KeyMetadata"),
    ("lakeformation:GetDataLakeSettings", "DataLakeSettings"),
    (
        "glue:GetDataCatalogEncryptionSettings",
        "DataCatalogEncryptionSettings",
    ),
];

/// The answer of a call, or why there is none.
fn outcome(action: &str, call: Node<'_>) -> Result<NodeId, String> {
    let answer = call.get("answer");
    let (shape, what) = match answer.value() {
        Value::Absent => {
            let error = call.get("error");
            let part = |key: &'static str| error.get(key).as_text();
            return Err(match (part("code"), part("message")) {
                (Some(code), Some(message)) => format!("{code}: {message}"),
                (Some(one), None) | (None, Some(one)) => one.to_owned(),
                (None, None) => "neither an answer nor an error is recorded".to_owned(),
            });
        }
        Value::Map => {
            let envelope = ENVELOPES.iter().find(|(call, _)| *call == action);
            match envelope.map(|(_, member)| (answer.get(member), *member)) {
                Some((inner, member)) => (inner, format!("`{member}` of its answer")),
                None => return Ok(answer.id()),
            }
        }
        Value::Unreadable(_)
        | Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Template
        | Value::List => (answer, "its answer".to_owned()),
    };
    match shape.value() {
        Value::Map | Value::Unreadable(_) => Ok(answer.id()),
        Value::Absent => Err(format!("{what} is not recorded")),
        other @ (Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Template
        | Value::List) => Err(format!("{what} is {}, not an object", other.type_name())),
    }
}

/// The document of a security configuration and the answer that it stands in.
fn document(tree: &mut Tree, answers: NodeId) -> (NodeId, NodeId) {
    let answer = tree.node(answers).get(DESCRIBE_CONFIGURATION);
    let text = answer.get("SecurityConfiguration");
    let (outer, slot) = (answer.id(), text.id());
    if let Some(reason) = text.reason().cloned() {
        return (tree.push_unreadable(reason, outer), outer);
    }
    if text.is_absent() {
        let what = "the answer holds no `SecurityConfiguration`".to_owned();
        return (
            tree.push_unreadable(Reason::Malformed { what }, outer),
            outer,
        );
    }
    (security_configuration::document_in(tree, slot), outer)
}
