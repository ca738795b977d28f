//! Which resources of a template are of interest, and what they are called.

use super::eval::{Evaluator, GONE};
use super::sections::member;
use crate::observe::{Given, Seen, SeenNeighbour, security_configuration, spelling, tags};
use crate::observed::glue;
use crate::observed::tree::{Kind, NONE, NodeId, Tree};
use crate::observed::{Form, Identity, Reason, ResourceKind};
use std::sync::Arc;

/// A CloudFormation resource type that is judged: the kind it is of, the property that names it, and whether a
/// template with nothing else is worth judging. Keys, roles and buckets count only beside something of EMR's or Lake
/// Formation's.
struct Type {
    name: &'static str,
    kind: ResourceKind,
    named_by: Option<&'static str>,
    alone: bool,
}

const fn ours(name: &'static str, kind: ResourceKind, named_by: Option<&'static str>) -> Type {
    Type {
        name,
        kind,
        named_by,
        alone: true,
    }
}

const fn beside(name: &'static str, kind: ResourceKind, named_by: Option<&'static str>) -> Type {
    Type {
        alone: false,
        ..ours(name, kind, named_by)
    }
}

/// Source: CloudFormation Template Reference, *Amazon EMR*, *AWS Lake Formation* and the named services.
const TYPES: &[Type] = &[
    ours(
        "AWS::EMR::SecurityConfiguration",
        ResourceKind::EmrSecurityConfiguration,
        Some("Name"),
    ),
    ours("AWS::EMR::Cluster", ResourceKind::EmrCluster, Some("Name")),
    ours("AWS::EMR::Studio", ResourceKind::EmrStudio, Some("Name")),
    ours(
        "AWS::EMRServerless::Application",
        ResourceKind::EmrServerlessApplication,
        Some("Name"),
    ),
    ours(
        "AWS::EMRContainers::VirtualCluster",
        ResourceKind::EmrContainersVirtualCluster,
        Some("Name"),
    ),
    ours(
        "AWS::EMRContainers::SecurityConfiguration",
        ResourceKind::EmrContainersSecurityConfiguration,
        Some("Name"),
    ),
    ours(
        "AWS::LakeFormation::PrincipalPermissions",
        ResourceKind::LakeFormationGrant,
        None,
    ),
    ours(
        "AWS::LakeFormation::Permissions",
        ResourceKind::LakeFormationGrant,
        None,
    ),
    ours(
        "AWS::LakeFormation::DataCellsFilter",
        ResourceKind::LakeFormationFilter,
        Some("Name"),
    ),
    ours(
        "AWS::LakeFormation::DataLakeSettings",
        ResourceKind::LakeFormationSettings,
        None,
    ),
    ours(
        "AWS::LakeFormation::Resource",
        ResourceKind::LakeFormationLocation,
        Some("ResourceArn"),
    ),
    ours(
        "AWS::LakeFormation::Tag",
        ResourceKind::LakeFormationTag,
        Some("TagKey"),
    ),
    ours(
        "AWS::LakeFormation::TagAssociation",
        ResourceKind::LakeFormationTag,
        None,
    ),
    ours(
        "AWS::Glue::DataCatalogEncryptionSettings",
        ResourceKind::GlueCatalog,
        None,
    ),
    ours(glue::CONNECTION, ResourceKind::GlueCatalog, None),
    ours(
        glue::SECURITY_CONFIGURATION,
        ResourceKind::GlueCatalog,
        Some("Name"),
    ),
    ours(glue::JOB, ResourceKind::GlueCatalog, Some("Name")),
    ours(glue::CRAWLER, ResourceKind::GlueCatalog, Some("Name")),
    ours(
        glue::ENDPOINT,
        ResourceKind::GlueCatalog,
        Some("EndpointName"),
    ),
    ours(glue::TRANSFORM, ResourceKind::GlueCatalog, Some("Name")),
    ours("AWS::Glue::Database", ResourceKind::GlueCatalog, None),
    ours("AWS::Glue::Table", ResourceKind::GlueCatalog, None),
    beside("AWS::KMS::Key", ResourceKind::KmsKey, None),
    beside("AWS::IAM::Role", ResourceKind::IamRole, Some("RoleName")),
    beside("AWS::IAM::User", ResourceKind::IamRole, Some("UserName")),
    beside("AWS::IAM::Group", ResourceKind::IamRole, Some("GroupName")),
    // Policies have names of their own, which are not those of roles.
    beside("AWS::IAM::Policy", ResourceKind::IamRole, None),
    beside("AWS::IAM::RolePolicy", ResourceKind::IamRole, None),
    beside("AWS::IAM::UserPolicy", ResourceKind::IamRole, None),
    beside("AWS::IAM::GroupPolicy", ResourceKind::IamRole, None),
    beside("AWS::IAM::ManagedPolicy", ResourceKind::IamRole, None),
    // Clusters name profiles; the roles that they hold are judged for what the profile is used for.
    beside(
        "AWS::IAM::InstanceProfile",
        ResourceKind::IamRole,
        Some("InstanceProfileName"),
    ),
    beside(
        "AWS::CloudTrail::Trail",
        ResourceKind::EmrAccount,
        Some("TrailName"),
    ),
    beside(
        "AWS::S3::Bucket",
        ResourceKind::S3Bucket,
        Some("BucketName"),
    ),
];

/// Types without a kind of their own, that resources of the types above rest on.
const NEIGHBOURS: &[&str] = &[
    "AWS::EC2::Subnet",
    "AWS::EC2::RouteTable",
    "AWS::EC2::Route",
    "AWS::EC2::SubnetRouteTableAssociation",
    "AWS::EC2::SecurityGroup",
    "AWS::EC2::SecurityGroupIngress",
    "AWS::EC2::SecurityGroupEgress",
    "AWS::EC2::PrefixList",
    "AWS::EC2::InternetGateway",
    "AWS::EC2::VPNGateway",
    "AWS::EC2::VPCEndpoint",
    "AWS::KMS::Alias",
    "AWS::EMR::StudioSessionMapping",
    "AWS::S3::BucketPolicy",
];

fn neighbour_of(name: &str) -> Option<&'static str> {
    NEIGHBOURS.iter().copied().find(|known| *known == name)
}

fn type_of(name: &str) -> Option<&'static Type> {
    TYPES.iter().find(|known| known.name == name)
}

/// Whether a template with a resource of this type is worth judging.
pub(in crate::observe) fn is_ours(name: &str) -> bool {
    type_of(name).is_some_and(|known| known.alone)
}

/// A type that is judged: its name, its kind, and the property that names a resource of it.
pub(in crate::observe) fn judged_type(
    name: &str,
) -> Option<(&'static str, ResourceKind, Option<&'static str>)> {
    type_of(name).map(|known| (known.name, known.kind, known.named_by))
}

/// The types that are read, and whether a template with nothing else is worth judging.
pub(super) fn all_types() -> impl Iterator<Item = (&'static str, bool)> {
    let neighbours = NEIGHBOURS.iter().map(|name| (*name, false));
    TYPES
        .iter()
        .map(|known| (known.name, known.alone))
        .chain(neighbours)
}

/// Whether a resource of this type is read, at least beside others.
pub(super) fn is_read(name: &str) -> bool {
    type_of(name).is_some() || neighbour_of(name).is_some()
}

/// Whether a resource is a security configuration.
pub(super) fn is_document(tree: &Tree, declared: NodeId) -> bool {
    let kind = tree.node(declared).get("Type").as_text().and_then(type_of);
    kind.is_some_and(|known| known.kind == ResourceKind::EmrSecurityConfiguration)
}

/// What a declaration of a template is read as.
pub(super) enum Declared {
    Resource(Seen),
    Neighbour(SeenNeighbour),
}

/// What `declared` is in the present world; `None` when it does not exist there.
pub(super) fn read(evaluator: &mut Evaluator<'_>, id: &str, declared: NodeId) -> Option<Declared> {
    let name = evaluator.scalar(member(&evaluator.tree, declared, "Type"))?;
    let (known, neighbour) = (type_of(name), neighbour_of(name));
    let condition = evaluator.scalar(member(&evaluator.tree, declared, "Condition"));
    if let Some(name) = condition.map(str::to_owned)
        && evaluator.choice.holds(&name) == Some(false)
    {
        return None;
    }
    let properties = properties(evaluator, declared);
    if let Some(type_name) = neighbour {
        return Some(Declared::Neighbour(SeenNeighbour {
            type_name,
            id: id.into(),
            names: Arc::from([]),
            body: properties,
        }));
    }
    let known = known?;
    let mut identity = identity_of(evaluator, id, known, properties);
    identity.tags = tags::of(evaluator.tree.node(properties).get("Tags"));
    let body = if known.kind == ResourceKind::EmrSecurityConfiguration {
        document(evaluator, properties)
    } else if known.kind == ResourceKind::EmrCluster {
        spelling::read_over(&mut evaluator.tree, properties)
    } else {
        properties
    };
    let seen = Seen::new(identity, Form::CloudFormation, body);
    Some(Declared::Resource(
        seen.within(declared).declared_as(known.name),
    ))
}

/// The properties of a declaration; no properties are an empty object.
fn properties(evaluator: &mut Evaluator<'_>, declared: NodeId) -> NodeId {
    let written = member(&evaluator.tree, declared, "Properties");
    let properties = match written {
        NONE => GONE,
        written => evaluator.eval(written),
    };
    if properties == GONE {
        let none = evaluator.tree.map_kind(&[], None);
        evaluator.put(none, declared)
    } else {
        properties
    }
}

fn identity_of(evaluator: &Evaluator<'_>, id: &str, known: &Type, properties: NodeId) -> Identity {
    let given: &Given = evaluator.given;
    let name = known.named_by.and_then(|property| {
        let text = evaluator.tree.node(properties).get(property).as_text()?;
        Some(text.to_owned())
    });
    Identity {
        name,
        account: given.account.clone(),
        region: given.region.clone(),
        ..Identity::new(known.kind, id)
    }
}

/// The security configuration document: an object, or a JSON text however it was put together.
fn document(evaluator: &mut Evaluator<'_>, properties: NodeId) -> NodeId {
    let mut value = member(&evaluator.tree, properties, "SecurityConfiguration");
    if value == NONE {
        if let Kind::Unreadable(_) = evaluator.tree.slot(properties).kind {
            return properties;
        }
        if let Some(reason) = evaluator.tree.node(properties).open().cloned() {
            return evaluator.unknown(reason, properties);
        }
        return evaluator.malformed("`SecurityConfiguration` is absent", properties);
    }
    if let Some(structure) = evaluator.structures.get(&value).copied() {
        return structure;
    }
    // INVARIANT: an origin is an earlier slot, so this ends.
    while let Some(origin) = evaluator.origins.get(&value).copied() {
        value = origin;
    }
    match evaluator.tree.slot(value).kind {
        Kind::Map(..) | Kind::Unreadable(_) => value,
        Kind::String(_) | Kind::Template(_) => {
            security_configuration::document_in(&mut evaluator.tree, value)
        }
        Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::List(_) => evaluator.unknown(
            Reason::Malformed {
                what: "the security configuration is neither an object nor JSON text".to_owned(),
            },
            value,
        ),
    }
}
