//! What a control sees when it judges one resource.

use super::lake::declared::DeclaredOnce;
use super::lake::{Context, SeenGrant};
use super::settings::Requirement;
use super::verdict::Conditions;
use crate::observed::canonical::Names;
use crate::observed::cluster::Attribute;
use crate::observed::{Form, Known, Lookup, Node, Reason, Resource, ResourceKind, Scope, Value};
use jiff::Timestamp;
use std::cell::OnceCell;
use std::collections::BTreeMap;

/// An account and region that a baseline is bound to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Its name in the baseline.
    pub name: String,
    /// Twelve digits.
    pub account: String,
    /// Region.
    pub region: String,
    /// `aws`, `aws-cn`, `aws-us-gov` …, from the region.
    pub partition: &'static str,
    /// What its parameters of one text stand for.
    pub values: BTreeMap<String, String>,
}

/// What a baseline asks for as a whole: for conditions that depend on another control's being required.
pub type Requirements = BTreeMap<&'static str, Requirement>;

/// What a control sees when it judges one resource.
#[derive(Debug)]
pub struct View<'a, 't> {
    /// The resource.
    pub resource: &'a Resource<'t>,
    /// Its neighbours: what it may name.
    pub scope: &'a Scope<'t>,
    /// Every control that the baseline requires.
    pub requirements: &'a Requirements,
    /// The target, when one is bound.
    pub target: Option<&'a Target>,
    /// The time of evaluation.
    pub at: Timestamp,
    /// The effective security configuration document of a cluster, looked up once for all controls.
    pub document: &'a Effective<'t>,
    /// The name of the security configuration that is compiled for the target.
    pub compiled: Option<&'a str>,
    /// The resource read as a grant, once a control asks; see [`Self::grant`].
    pub grant: OnceCell<SeenGrant<'t>>,
    /// The Lake Formation grants that the baseline declares; see [`DeclaredOnce::get`].
    pub declared: &'a DeclaredOnce,
    /// What is put back into texts of the target's own account and region; see [`Self::spelling`].
    pub names: &'a Names,
    /// The compiled document in its one spelling; see [`Self::spelling`].
    pub compiled_text: Option<&'a str>,
}

/// The security configuration document that applies to a resource (rule 5).
#[derive(Debug)]
pub enum Effective<'t> {
    /// The resource is neither a cluster nor a security configuration.
    None,
    /// This is it.
    Document(Node<'t>),
    /// The cluster names none: the node that is absent or empty.
    Unnamed(Node<'t>),
    /// The name is not known, or what it names is not in sight.
    Unknown(Node<'t>, Reason),
    /// The name is known, and nothing of that name exists.
    Missing(Node<'t>, String),
}

impl<'t> Effective<'t> {
    /// Looks up the document that applies to a resource.
    pub fn of(resource: &Resource<'t>, scope: &Scope<'t>) -> Self {
        if resource.kind() == ResourceKind::EmrCluster {
            return Self::of_cluster(resource, scope);
        }
        if resource.kind() != ResourceKind::EmrSecurityConfiguration {
            return Self::None;
        }
        match resource.body.reason() {
            Some(reason) => Self::Unknown(resource.body, reason.clone()),
            None => Self::Document(resource.body),
        }
    }

    fn of_cluster(cluster: &Resource<'t>, scope: &Scope<'t>) -> Self {
        let named = cluster.cluster().security_configuration();
        let found = match named.text() {
            Known::Absent | Known::Set("") => return Self::Unnamed(named),
            Known::Mistyped => {
                return Self::Unknown(
                    named,
                    Reason::Malformed {
                        what: "the name is not a string".to_owned(),
                    },
                );
            }
            Known::Set(name) => (named_so(cluster, scope, name), name.to_owned()),
            Known::Unreadable(reason) => match named.reference() {
                Some((id, None)) => (
                    scope.by_id(ResourceKind::EmrSecurityConfiguration, id),
                    id.to_owned(),
                ),
                _ => return Self::Unknown(named, reason.clone()),
            },
        };
        match found {
            (Lookup::Found(document), name) if are_apart(cluster, document) => {
                let region = cluster.identity.region.as_deref().unwrap_or_default();
                let place = format!(
                    "security configuration `{name}` of the cluster's own account and region {region}, which is not among the input"
                );
                Self::Unknown(named, Reason::Elsewhere { place })
            }
            (Lookup::Found(document), name) => {
                match replaced(cluster, document, &name).or(document.body.reason().cloned()) {
                    Some(reason) => Self::Unknown(document.body, reason),
                    None => Self::Document(document.body),
                }
            }
            (Lookup::DoesNotExist, name) => Self::Missing(named, name),
            (Lookup::NotInSight, name) => Self::Unknown(
                named,
                Reason::Elsewhere {
                    place: format!("security configuration `{name}`, which is not among the input"),
                },
            ),
            (Lookup::Ambiguous, name) => Self::Unknown(
                named,
                Reason::Unsupported {
                    what: format!("the name `{name}`, which several documents bear,"),
                },
            ),
        }
    }
}

/// The security configuration of a name that a cluster may mean: names are unique in an account and region only.
fn named_so<'a, 't>(cluster: &Resource<'t>, scope: &'a Scope<'t>, name: &str) -> Lookup<'a, 't> {
    let kind = ResourceKind::EmrSecurityConfiguration;
    let found = scope.by_name(kind, name);
    if !matches!(found, Lookup::Ambiguous) {
        return found;
    }
    let mut here = scope
        .called(kind, name)
        .filter(|one| !are_apart(cluster, one));
    match (here.next(), here.next()) {
        (Some(only), None) => Lookup::Found(only),
        _ => found,
    }
}

/// Whether two things are known to be of different accounts or regions, so that neither finds the other by its name.
fn are_apart(one: &Resource<'_>, other: &Resource<'_>) -> bool {
    let (one, other) = (&one.identity, &other.identity);
    let differ = |one: &Option<String>, other: &Option<String>| {
        one.as_ref()
            .zip(other.as_ref())
            .is_some_and(|(one, other)| one != other)
    };
    differ(&one.region, &other.region) || differ(&one.account, &other.account)
}

/// A cluster keeps the document that it was launched with, and names it by a name that may be given again (EMR API:
/// security configurations cannot be changed, only deleted and created). So a document younger than its cluster, or none
/// any more, tells nothing of what the cluster runs with.
fn replaced(cluster: &Resource<'_>, document: &Resource<'_>, name: &str) -> Option<Reason> {
    if cluster.form != Form::Live {
        return None;
    }
    let gone = matches!(document.body.reason(), Some(Reason::Call { why, .. }) if why.contains("does not exist"));
    let launched = timestamp(cluster.cluster().attribute(Attribute::CreationDateTime));
    let created = timestamp(document.outer.get("CreationDateTime"));
    let what = if gone {
        format!(
            "security configuration `{name}` was deleted after the cluster was launched with it"
        )
    } else if launched
        .zip(created)
        .is_some_and(|(launched, created)| created > launched)
    {
        format!(
            "security configuration `{name}` is younger than the cluster, which was launched with another of that name"
        )
    } else {
        return None;
    };
    Some(Reason::Replaced { what })
}

impl<'a, 't> View<'a, 't> {
    /// Whether the baseline requires this control.
    pub fn requires(&self, control: &str) -> bool {
        self.requirements.contains_key(control)
    }

    /// Another control as the baseline asks for it.
    pub fn requirement(&self, control: &str) -> Option<&'a Requirement> {
        self.requirements.get(control)
    }

    /// The resource read as a grant: once, however many controls ask.
    pub fn grant(&self) -> &SeenGrant<'t> {
        let read = || Context::of(self).read(self.resource.grant());
        self.grant.get_or_init(read)
    }

    /// Whether facts come from AWS rather than from a file.
    pub fn is_live(&self) -> bool {
        self.resource.form == Form::Live
    }

    /// Whether the resource is a cluster.
    pub fn is_cluster(&self) -> bool {
        self.resource.kind() == ResourceKind::EmrCluster
    }

    /// The effective document, for controls over documents: without one the condition fails or is unknown,
    /// and is recorded as such.
    pub fn document(&self, out: &mut Conditions) -> Option<Node<'t>> {
        match self.document {
            Effective::None => None,
            Effective::Document(document) => Some(*document),
            Effective::Unnamed(name) => {
                let condition = out
                    .failed(*name, "the cluster names no security configuration")
                    .expected("a security configuration")
                    .observed(name.display());
                // What is compiled for the target is what its launches are to name.
                if let Some(compiled) = self.compiled {
                    condition.mended_by(*name, compiled);
                }
                None
            }
            Effective::Missing(node, name) => {
                out.failed(
                    *node,
                    format!("security configuration `{name}` does not exist"),
                )
                .expected("an existing security configuration")
                .observed(node.display());
                None
            }
            Effective::Unknown(node, reason) => {
                out.unknown(
                    *node,
                    reason,
                    "the security configuration document is unknown",
                );
                None
            }
        }
    }

    /// The security configuration that the effective document is the body of.
    pub fn configuration(&self) -> Option<&'a Resource<'t>> {
        let document = self.known_document()?;
        self.scope.configuration_at(document)
    }

    /// When the security configuration of the effective document was created, where that was seen.
    pub fn document_created(&self) -> Option<Timestamp> {
        let outer = self.configuration()?.outer;
        let described = outer.get("elasticmapreduce:DescribeSecurityConfiguration");
        timestamp(outer.get("CreationDateTime"))
            .or_else(|| timestamp(described.get("CreationDateTime")))
    }

    /// The effective document when it is known, without recording anything.
    pub fn known_document(&self) -> Option<Node<'t>> {
        if let Effective::Document(document) = self.document {
            Some(*document)
        } else {
            None
        }
    }
}

/// A time as the EMR API and its command line write it: seconds since 1970, or ISO 8601.
pub fn timestamp(node: Node<'_>) -> Option<Timestamp> {
    match node.value() {
        Value::Number(seconds) => {
            let whole = seconds.split(['.', 'e', 'E']).next()?;
            Timestamp::from_second(whole.parse().ok()?).ok()
        }
        Value::String(text) => text.parse().ok(),
        Value::Absent
        | Value::Unreadable(_)
        | Value::Null
        | Value::Bool(_)
        | Value::Template
        | Value::List
        | Value::Map => None,
    }
}
