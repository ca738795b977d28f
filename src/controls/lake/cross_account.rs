//! Sharing uses a current version, with known owners and organisations.

use crate::artifact::LakeSetting;
use crate::control::lake::Context;
use crate::control::settings::{Allowance, AtLeast, Only, Pattern, Plain, settings};
use crate::control::{Conditions, Control, Draft, Meta, Once, Severity, Span, View, Weakening};
use crate::observed::{Known, Node, ResourceKind, Switch, Value};

#[derive(Debug)]
pub(crate) enum CrossAccount {}

settings! {
    pub(crate) struct Setting {
        /// The least version of cross-account sharing.
        min_version: AtLeast<1, 5> = 3,
        /// Accounts whose resources may be shared with this one.
        owners: Only<Plain>,
        /// Whether a share may reach principals outside of the organisation.
        external_principals: Allowance = false,
        /// Patterns of the ARNs of organisations and units that shares may reach.
        organizations: Only<Pattern>,
    }
}

const VERSION: &str = "CROSS_ACCOUNT_VERSION";

impl Control for CrossAccount {
    const META: &'static Meta = &Meta {
        id: "lake.cross-account",
        title: "sharing uses a current version, with known owners and organisations",
        severity: Severity::Medium,
        kinds: &[ResourceKind::LakeFormationSettings],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 AC-4"],
        docs: include_str!("cross_account.md"),
    };
    type Setting = Setting;
    const ONCE: Option<Once> = Some(Once::LakeSettings);

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let settings = seen.resource.lake_settings();
        let lenient = seen.resource.form.is_template();
        judge_version(want, settings.get("Parameters"), lenient, out);
        let context = Context::of(seen);
        let what = "the owners of shared resources";
        let owners = context.texts(settings.get("TrustedResourceOwners"), what);
        out.must_be_understood(&owners);
        out.must_all_be_permitted(&owners, &want.owners, "owners", "owner");
        if seen.is_live() {
            judge_shares(want, seen.resource.body, out);
        }
    }

    fn compile(want: &Setting, draft: &mut Draft<'_>) {
        let version = want.min_version.unwrap_or(3);
        if version == 5 {
            draft.warn(
                Some("min-version"),
                "version 5 of cross-account sharing cannot be undone",
                "ask for 4 unless wildcard shares are meant",
            );
        }
        let member = LakeSetting::CrossAccountVersion;
        draft.lake_setting(member, version.to_string(), Some("min-version"));
    }

    const WEAKENINGS: &'static [Weakening] = &[
        Weakening::set(
            "/DataLakeSettings/Parameters/CROSS_ACCOUNT_VERSION",
            "\"1\"",
        )
        .in_lake_settings(),
        Weakening::remove("/DataLakeSettings/Parameters/CROSS_ACCOUNT_VERSION").in_lake_settings(),
    ];
}

/// A fresh account answers version 1, and a member left out is cleared.
fn judge_version(want: &Setting, parameters: Node<'_>, lenient: bool, out: &mut Conditions) {
    let node = parameters.get(VERSION);
    let least = want.min_version.unwrap_or(3);
    // Templates convert; the API takes texts.
    let number = match (node.value(), node.number_leniently()) {
        (Value::Number(_), Known::Set(_)) if !lenient => Known::Mistyped,
        (_, number) => number,
    };
    let misspelt = parameters.get("CrossAccountVersion");
    let condition = match number {
        Known::Set(version) if version >= least && version <= 5 => return out.held(),
        Known::Set(version) if version < least => {
            out.failed(node, format!("`{VERSION}` is {version}"))
        }
        Known::Absent if misspelt.is_set() => out.undecided(
            misspelt,
            format!("`CrossAccountVersion` stands for `{VERSION}` on one AWS page and on no other"),
            format!("write `{VERSION}`"),
        ),
        Known::Absent => out.failed(
            node,
            format!("`{VERSION}` is absent, and a fresh account has version 1"),
        ),
        Known::Unreadable(reason) => out.unknown(node, reason, format!("`{VERSION}` is unknown")),
        Known::Set(_) | Known::Mistyped => out.undecided(
            node,
            format!(
                "`{VERSION}` is {}, which is no version as text",
                node.display()
            ),
            format!("write `{VERSION}` as a text from \"1\" to \"5\""),
        ),
    };
    condition
        .under("min-version")
        .expected(format!("at least {least}"))
        .observed(if node.is_absent() && misspelt.is_set() {
            format!("`CrossAccountVersion`: {}", misspelt.display())
        } else {
            node.display()
        })
        .mended_as(node, VERSION, Some(least.to_string()));
}

/// The shares that Lake Formation made, as Resource Access Manager answers.
fn judge_shares(want: &Setting, body: Node<'_>, out: &mut Conditions) {
    let shares = body.get("ram:GetResourceShares").get("resourceShares");
    if let Some(reason) = shares.reason() {
        out.unknown(shares, reason, "with whom Lake Formation shares is unknown")
            .under("external-principals");
    }
    for share in shares.items() {
        let ours = share.get("name").as_text().unwrap_or_default();
        if !ours.starts_with("LakeFormation") {
            continue;
        }
        let node = share.get("allowExternalPrincipals");
        match node.switch() {
            Switch::Off => out.held(),
            _ if want.external_principals => out.held(),
            Switch::Unreadable(reason) => {
                out.unknown(
                    node,
                    reason,
                    format!("whom share `{ours}` may reach is unknown"),
                )
                .under("external-principals");
            }
            Switch::On | Switch::Absent | Switch::TextOn | Switch::TextOff | Switch::Odd => {
                out.failed(
                    node,
                    format!("share `{ours}` may reach principals outside of the organisation"),
                )
                .under("external-principals")
                .expected("false")
                .observed(node.display());
            }
        }
    }
    judge_organizations(want, body.get("ram:ListPrincipals").get("principals"), out);
}

/// The organisations that shares reach.
fn judge_organizations(want: &Setting, principals: Node<'_>, out: &mut Conditions) {
    if want.organizations.is_any() {
        return;
    }
    if let Some(reason) = principals.reason() {
        out.unknown(
            principals,
            reason,
            "which organisations shares reach is unknown",
        )
        .under("organizations");
    }
    for principal in principals.items() {
        let id = principal.get("id");
        let Some(text) = id.as_text().filter(|text| text.contains(":organizations:")) else {
            continue;
        };
        if want.organizations.allows(text) {
            out.held();
        } else {
            out.failed(
                id,
                format!("`{text}` is not one of the organisations that the baseline lists"),
            )
            .under("organizations")
            .expected(want.organizations.to_string())
            .observed(id.display());
        }
    }
}
