//! EMR on EKS asks Lake Formation, in a protected namespace.

use crate::control::settings::{Exactly, OneOf, Plain, RolePattern, settings};
use crate::control::{Conditions, Control, Meta, Severity, Span, View};
use crate::observed::containers::ContainerSecurity;
use crate::observed::{Known, Node, ResourceKind, Switch, Word};

#[derive(Debug)]
pub(crate) enum LakeFormation {}

settings! {
    pub(crate) struct Setting {
        /// The session tag by which Lake Formation knows the engine.
        session_tag: Exactly<Plain>,
        /// Roles that the query engine may have.
        query_engine_role: OneOf<RolePattern>,
        /// The namespace that holds credentials.
        secure_namespace: Exactly<Plain>,
    }
}

impl Control for LakeFormation {
    const META: &'static Meta = &Meta {
        id: "eks.lake-formation",
        title: "EMR on EKS asks Lake Formation, in a protected namespace",
        severity: Severity::High,
        kinds: &[
            ResourceKind::EmrContainersVirtualCluster,
            ResourceKind::EmrContainersSecurityConfiguration,
        ],
        span: Span::Resource,
        since: "0.2.0",
        aliases: &[],
        references: &["own NIST-800-53 AC-3"],
        docs: include_str!("lake_formation.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let Some(security) = seen.container_security(out) else {
            return;
        };
        let tag = want.session_tag.as_ref();
        let name = "AuthorizedSessionTagValue";
        out.must_equal(security.session_tag(), name, tag, "session-tag");
        judge_role(want, security.query_engine_role(), out);
        let namespace = security.secure_namespace();
        let wanted = want.secure_namespace.as_ref();
        out.must_equal(namespace, "Namespace", wanted, "secure-namespace");
        judge_apart(namespace, seen, out);
        if !security.is_live() {
            judge_switch(security, out);
        }
    }
}

fn judge_role(want: &Setting, node: Node<'_>, out: &mut Conditions) {
    let allowed = &want.query_engine_role;
    let condition = match node.text() {
        Known::Set(arn) if !arn.is_empty() && allowed.allows(arn) => return out.held(),
        Known::Set(_) | Known::Absent | Known::Mistyped => {
            out.failed(node, format!("`QueryEngineRoleArn` is {}", node.display()))
        }
        Known::Unreadable(_) if allowed.is_any() && node.reference().is_some() => {
            return out.held();
        }
        Known::Unreadable(reason) => {
            out.unknown(node, reason, "the role of the query engine is unknown")
        }
    };
    condition
        .under("query-engine-role")
        .expected(if allowed.is_any() {
            "a role".to_owned()
        } else {
            allowed.to_string()
        })
        .observed(node.display());
}

/// Virtual clusters by their namespaces.
enum ByNamespace {}

/// No virtual cluster may stand in the namespace that holds credentials.
fn judge_apart(namespace: Node<'_>, seen: &View<'_, '_>, out: &mut Conditions) {
    let Known::Set(name) = namespace.text() else {
        return;
    };
    let clusters = seen.scope.resources_by::<ByNamespace>(
        ResourceKind::EmrContainersVirtualCluster,
        |one| {
            let name = one.virtual_cluster().namespace().as_text();
            Some(name.map(Word::text).into_iter().collect())
        },
        || Some(vec![Word::text(name)]),
    );
    for cluster in clusters {
        let cluster = cluster.virtual_cluster();
        if !cluster.is_over() && cluster.namespace().as_text() == Some(name) {
            out.failed(
                cluster.namespace(),
                format!("a virtual cluster stands in `{name}`, which holds credentials"),
            )
            .under("secure-namespace")
            .expected("a namespace without pods of users")
            .observed(cluster.namespace().display());
        }
    }
}

fn judge_switch(security: ContainerSecurity<'_>, out: &mut Conditions) {
    let node = security.access_control();
    let condition = match node.switch_leniently() {
        // The API's model has no such member: only what turns it off tells something.
        Switch::On | Switch::Absent => return,
        Switch::Unreadable(reason) => {
            out.unknown(node, reason, "`QueryAccessControlEnabled` is unknown")
        }
        Switch::Off | Switch::TextOn | Switch::TextOff | Switch::Odd => out.failed(
            node,
            format!("`QueryAccessControlEnabled` is {}", node.display()),
        ),
    };
    condition.expected("true").observed(node.display());
}
