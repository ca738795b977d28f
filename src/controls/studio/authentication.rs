//! Studios authenticate as declared, and each user is bounded.

use crate::control::settings::{OneOf, Switch, settings, vocabulary};
use crate::control::{Conditions, Control, Meta, Severity, Span, View};
use crate::observed::studio::SESSION_MAPPING;
use crate::observed::{Form, Known, Node, ResourceKind, Value, Word};

#[derive(Debug)]
pub(crate) enum Authentication {}

vocabulary!(pub(crate) Mode: "SSO", "IAM");
vocabulary!(pub(crate) Assignment: "REQUIRED", "OPTIONAL");
settings! {
    pub(crate) struct Setting {
        /// How users may authenticate.
        mode: OneOf<Mode>,
        /// Whether every user and group has a session policy.
        session_policies: Switch = true,
        /// Whether the identity of the user must reach other services.
        propagation: Switch = false,
        /// Whether users must be assigned to the Studio.
        assignment: OneOf<Assignment>,
    }
}

impl Control for Authentication {
    const META: &'static Meta = &Meta {
        id: "studio.authentication",
        title: "Studios authenticate as declared, and each user is bounded",
        severity: Severity::Medium,
        kinds: &[ResourceKind::EmrStudio],
        span: Span::Resource,
        since: "0.2.0",
        aliases: &[],
        references: &["own NIST-800-53 IA-2", "own NIST-800-53 AC-6"],
        docs: include_str!("authentication.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let studio = seen.resource.studio();
        let node = studio.get("AuthMode");
        let mode = out.must_be_allowed(node, "AuthMode", &want.mode, "mode", &["SSO", "IAM"]);
        // Users of IAM have no mappings and no place in Identity Center.
        if matches!(mode, Known::Set("IAM")) {
            return;
        }
        if want.session_policies {
            judge_mappings(seen, out);
        }
        let terraform = seen.resource.form == Form::Terraform;
        if want.propagation {
            let name = "TrustedIdentityPropagationEnabled";
            let node = studio.get(name);
            if terraform && node.is_absent() {
                inexpressible(node, name, "propagation", out);
            } else if seen.resource.form.is_template() {
                out.must_be_on_as(node, node.switch_leniently(), name, Some("propagation"));
            } else {
                out.must_be_on(node, name, Some("propagation"));
            }
        }
        if !want.assignment.is_any() {
            let name = "IdcUserAssignment";
            let node = studio.get(name);
            if terraform && node.is_absent() {
                inexpressible(node, name, "assignment", out);
            } else {
                let words = &["REQUIRED", "OPTIONAL"];
                out.must_be_allowed(node, name, &want.assignment, "assignment", words);
            }
        }
    }
}

fn inexpressible(node: Node<'_>, name: &str, setting: &'static str, out: &mut Conditions) {
    out.undecided(
        node,
        format!("the Terraform provider has no argument for `{name}`"),
        "audit the live Studio",
    )
    .under(setting);
}

/// Mappings by their Studios.
enum ByStudio {}

fn judge_mappings(seen: &View<'_, '_>, out: &mut Conditions) {
    if !seen.is_live() {
        let mappings = seen.scope.neighbours_by::<ByStudio>(
            SESSION_MAPPING,
            |one| Word::of(one.body.get("StudioId")).map(|word| vec![word]),
            || Some(Word::of_identity(&seen.resource.identity)),
        );
        for mapping in mappings {
            let studio = mapping.body.get("StudioId");
            let other = studio.as_text().is_some()
                || studio
                    .reference()
                    .is_some_and(|(id, _)| id != seen.resource.identity.id);
            if seen.resource.identity.is_named_by(studio) || !other {
                judge_mapping(mapping.body, out);
            }
        }
        return;
    }
    let mappings = seen.resource.session_mappings();
    match mappings.value() {
        Value::List => mappings
            .items()
            .for_each(|mapping| judge_mapping(mapping, out)),
        Value::Unreadable(reason) => {
            out.unknown(mappings, reason, "who may use the Studio is unknown")
                .under("session-policies");
        }
        Value::Absent | Value::Null => out.held(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Template | Value::Map => {
            out.undecided(
                mappings,
                "the answer is no list of mappings",
                "observe again",
            )
            .under("session-policies");
        }
    }
}

fn judge_mapping(mapping: Node<'_>, out: &mut Conditions) {
    let policy = mapping.get("SessionPolicyArn");
    let condition = match policy.text() {
        Known::Set(arn) if !arn.is_empty() => {
            out.held();
            None
        }
        Known::Unreadable(_) if policy.reference().is_some() => {
            out.held();
            None
        }
        Known::Unreadable(reason) => {
            Some(out.unknown(policy, reason, "a session policy is unknown"))
        }
        Known::Set(_) | Known::Absent | Known::Mistyped => {
            Some(out.failed(policy, "a user or group has no session policy"))
        }
    };
    if let Some(condition) = condition {
        condition
            .under("session-policies")
            .expected("a session policy")
            .observed(policy.display());
    }
    let kind = mapping.get("IdentityType");
    let condition = match kind.text() {
        Known::Set("USER" | "GROUP") => return out.held(),
        Known::Unreadable(reason) => {
            out.unknown(kind, reason, "the type of an identity is unknown")
        }
        Known::Set(_) | Known::Absent | Known::Mistyped => {
            out.failed(kind, format!("`IdentityType` is {}", kind.display()))
        }
    };
    condition
        .under("session-policies")
        .expected("`USER` or `GROUP`")
        .observed(kind.display());
}
