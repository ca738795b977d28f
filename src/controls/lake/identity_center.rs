//! The Identity Center integration shares with known targets only.

use crate::control::lake::Context;
use crate::control::settings::{Exactly, Only, Pattern, Plain, settings};
use crate::control::{Conditions, Control, Meta, Once, Severity, Span, View};
use crate::observed::ResourceKind;

#[derive(Debug)]
pub(crate) enum IdentityCenter {}

settings! {
    pub(crate) struct Setting {
        /// Accounts, organizations and units that the integration may be shared with.
        recipients: Only<Plain>,
        /// Patterns of the ARNs of third-party applications that may read.
        targets: Only<Pattern>,
        /// The ARN of the Identity Center instance.
        instance: Exactly<Plain>,
    }
}

const CALL: &str = "lakeformation:DescribeLakeFormationIdentityCenterConfiguration";

impl Control for IdentityCenter {
    const META: &'static Meta = &Meta {
        id: "lake.identity-center",
        title: "the Identity Center integration shares with known targets only",
        severity: Severity::Medium,
        kinds: &[ResourceKind::LakeFormationSettings],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 AC-4"],
        docs: include_str!("identity_center.md"),
    };
    type Setting = Setting;
    const ONCE: Option<Once> = Some(Once::LakeSettings);

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        if !seen.is_live() {
            return;
        }
        let answer = seen.resource.body.get(CALL);
        if let Some(reason) = answer.reason() {
            // Nothing is integrated: the service says so by not finding it.
            if reason.to_string().contains("EntityNotFoundException") {
                return out.held();
            }
            out.unknown(
                answer,
                reason,
                "with what Identity Center is integrated is unknown",
            );
            return;
        }
        let instance = answer.get("InstanceArn");
        if want.instance.is_some() {
            out.must_equal(instance, "InstanceArn", want.instance.as_ref(), "instance");
        }
        let context = Context::of(seen);
        let recipients = context.principals(answer.get("ShareRecipients"), "the recipients");
        out.must_be_understood(&recipients);
        out.must_all_be_permitted(&recipients, &want.recipients, "recipients", "recipient");
        let filtering = answer.get("ExternalFiltering");
        let targets = context.texts(filtering.get("AuthorizedTargets"), "the targets");
        out.must_be_understood(&targets);
        out.must_all_be_permitted(&targets, &want.targets, "targets", "target");
        let status = filtering.get("Status");
        let none = !want.targets.is_any() && want.targets.texts().is_empty();
        match status.as_text() {
            Some("ENABLED") if none => {
                out.failed(status, "external filtering is on, and no target is allowed")
                    .under("targets")
                    .expected("`DISABLED`")
                    .observed(status.display());
            }
            Some("ENABLED" | "DISABLED") => out.held(),
            None if filtering.is_absent() => out.held(),
            Some(_) | None => {
                out.undecided(
                    status,
                    format!("`Status` is {}", status.display()),
                    "observe again",
                );
            }
        }
    }
}
