//! Virtual clusters have a security configuration.

use crate::control::settings::{Choice, OneOf, Pattern, settings};
use crate::control::{Conditions, Control, Meta, Severity, Span, View};
use crate::observed::containers::{DESCRIBE, Secured};
use crate::observed::{Known, ResourceKind};

#[derive(Debug)]
pub(crate) enum SecurityConfiguration {}

settings! {
    pub(crate) struct Setting {
        /// Patterns of the names that security configurations may have.
        names: OneOf<Pattern>,
        /// Patterns of the namespaces that virtual clusters may stand in.
        namespaces: OneOf<Pattern>,
    }
}

impl Control for SecurityConfiguration {
    const META: &'static Meta = &Meta {
        id: "eks.security-configuration",
        title: "virtual clusters have a security configuration",
        severity: Severity::Medium,
        kinds: &[ResourceKind::EmrContainersVirtualCluster],
        span: Span::Resource,
        since: "0.2.0",
        aliases: &[],
        references: &["own NIST-800-53 CM-6"],
        docs: include_str!("security_configuration.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let cluster = seen.resource.virtual_cluster();
        if cluster.is_over() {
            return;
        }
        match cluster.secured(seen.scope) {
            Secured::By(found) => judge_name(&want.names, found, out),
            other @ (Secured::Nothing(_)
            | Secured::Missing(_)
            | Secured::Unknown(_)
            | Secured::Inexpressible(_)) => out.not_secured(other, seen),
        }
        if !want.namespaces.is_any() {
            let namespace = cluster.namespace();
            let name = "Namespace";
            let condition = match namespace.text() {
                Known::Set(text) if want.namespaces.allows(text) => return out.held(),
                Known::Set(text) => out.failed(
                    namespace,
                    format!("namespace `{text}` is not among those allowed"),
                ),
                Known::Absent | Known::Mistyped => {
                    out.failed(namespace, format!("`{name}` is {}", namespace.display()))
                }
                Known::Unreadable(reason) => {
                    out.unknown(namespace, reason, "the namespace is unknown")
                }
            };
            condition
                .under("namespaces")
                .expected(want.namespaces.to_string())
                .observed(namespace.display());
        }
    }
}

fn judge_name(names: &Choice, found: &crate::observed::Resource<'_>, out: &mut Conditions) {
    let answer = found.body.get(DESCRIBE);
    let live = answer.path("securityConfiguration/name");
    let is_live = found.form == crate::observed::Form::Live;
    if is_live && let Some(reason) = answer.reason() {
        let message = "whether the security configuration is there is unknown";
        out.unknown(answer, reason, message);
        return;
    }
    let node = if is_live {
        live
    } else {
        found.body.get("Name")
    };
    if names.is_any() {
        return out.held();
    }
    let condition = match node.text() {
        Known::Set(name) if names.allows(name) => return out.held(),
        Known::Set(name) => out.failed(
            node,
            format!("security configuration `{name}` is not among those allowed"),
        ),
        Known::Unreadable(reason) => out.unknown(
            node,
            reason,
            "the name of the security configuration is unknown",
        ),
        Known::Absent | Known::Mistyped => out.undecided(
            node,
            "the security configuration has no name here",
            "write its name",
        ),
    };
    condition
        .under("names")
        .expected(names.to_string())
        .observed(node.display());
}
