//! Every cluster names a security configuration that exists.

use crate::control::settings::{OneOf, Pattern, Switch, settings};
use crate::control::{Conditions, Control, Effective, Meta, Severity, Span, View, Weakening};
use crate::observed::{Known, Node, ResourceKind};

#[derive(Debug)]
pub(crate) enum SecurityConfiguration {}

settings! {
    pub(crate) struct Setting {
        /// The names that may stand, as patterns.
        names: OneOf<Pattern>,
        /// Whether it must be the document that is compiled for the target.
        compiled: Switch = false,
    }
}

impl Control for SecurityConfiguration {
    const META: &'static Meta = &Meta {
        id: "emr.security-configuration",
        title: "every cluster names a security configuration that exists",
        severity: Severity::High,
        kinds: &[ResourceKind::EmrCluster],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own"],
        docs: include_str!("security_configuration.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        if seen.document(out).is_some() {
            out.held();
        }
        // EMR Management Guide, *Use security configurations to set up cluster security*: from 4.8.0.
        out.must_reach_release(seen, &["emr-4.8.0"], "security configuration", None);
        let node = seen.resource.cluster().security_configuration();
        if matches!(seen.document, Effective::Unnamed(_)) {
            return;
        }
        let by_reference = seen
            .configuration()
            .and_then(|configuration| configuration.identity.name.as_deref());
        let name = match node.text() {
            Known::Set(name) => Some(name),
            Known::Unreadable(_) | Known::Absent | Known::Mistyped => by_reference,
        };
        if !want.names.is_any() {
            judge_name(want, node, name, out);
        }
        if want.compiled {
            judge_compiled(seen, node, name, out);
        }
    }

    const WEAKENINGS: &'static [Weakening] = &[
        Weakening::remove("/SecurityConfiguration")
            .in_launch()
            .also(EVERY_DOCUMENT),
        Weakening::set("/SecurityConfiguration", "\"\"")
            .in_launch()
            .also(EVERY_DOCUMENT),
    ];
}

/// Every control that judges the effective document of a cluster.
const EVERY_DOCUMENT: &[&str] = &[
    "emr.application-overrides",
    "emr.disk-encryption",
    "emr.document-identity",
    "emr.feature-combinations",
    "emr.identity-center",
    "emr.in-transit-encryption",
    "emr.instance-metadata",
    "emr.kerberos",
    "emr.lake-formation",
    "emr.ldap",
    "emr.ranger",
    "emr.role-mappings",
    "emr.runtime-roles",
    "emr.s3-encryption",
    "emr.volume-encryption",
    "emr.wal-encryption",
];

fn judge_name(want: &Setting, node: Node<'_>, name: Option<&str>, out: &mut Conditions) {
    let condition = match (name, node.reason()) {
        (Some(name), _) if want.names.allows(name) => return out.held(),
        (Some(name), _) => out.failed(
            node,
            format!("security configuration `{name}` is not among those that the baseline allows"),
        ),
        (None, Some(reason)) => out.unknown(
            node,
            reason,
            "the name of the security configuration is unknown",
        ),
        (None, None) => out.failed(
            node,
            "the name of the security configuration is not a string",
        ),
    };
    condition
        .under("names")
        .expected(want.names.to_string())
        .observed(node.display());
}

fn judge_compiled(seen: &View<'_, '_>, node: Node<'_>, name: Option<&str>, out: &mut Conditions) {
    let condition = match (seen.compiled, name, node.reason()) {
        (Some(compiled), Some(name), _) if compiled == name => return out.held(),
        (Some(compiled), Some(name), _) => out.failed(
            node,
            format!("`{name}` is not the security configuration that is compiled for the target, `{compiled}`"),
        ),
        (_, None, Some(reason)) => {
            out.unknown(node, reason, "the name of the security configuration is unknown")
        }
        (_, None, None) => out.failed(node, "the name of the security configuration is not a string"),
        (None, Some(_), _) => out.undecided(
            node,
            "the name of the compiled security configuration is unknown without a target",
            "choose a target with `--target`",
        ),
    };
    condition
        .under("compiled")
        .expected("the name that `compile` writes")
        .observed(node.display());
    if let Some(compiled) = seen.compiled {
        condition.mended_by(node, compiled);
    }
}
