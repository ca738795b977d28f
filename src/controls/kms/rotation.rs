//! Key material rotates.

use crate::control::kms::{can_rotate, fact, switch_of};
use crate::control::settings::{AtMost, settings};
use crate::control::{Conditions, Control, Meta, Severity, Span, View};
use crate::observed::{Form, Known, ResourceKind};

#[derive(Debug)]
pub(crate) enum Rotation {}

settings! {
    pub(crate) struct Setting {
        /// The longest that key material may be used, in days.
        max_period_days: AtMost<90, 2560> = 365,
    }
}

/// Source: KMS API, `EnableKeyRotation`.
const DEFAULT_DAYS: i64 = 365;

impl Control for Rotation {
    const META: &'static Meta = &Meta {
        id: "kms.rotation",
        title: "key material rotates",
        severity: Severity::Medium,
        kinds: &[ResourceKind::KmsKey],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 SC-12"],
        docs: include_str!("rotation.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        if seen.resource.form == Form::Named {
            return out.leave_to_audit();
        }
        if !can_rotate(seen) {
            return;
        }
        // AWS rotates the keys that it manages every year.
        if fact(seen, "KeyManager").as_text() == Some("AWS") {
            return out.held();
        }
        let body = seen.resource.body;
        let (switch, name, days) = if seen.is_live() {
            let status = body.get("kms:GetKeyRotationStatus");
            (
                status.get("KeyRotationEnabled"),
                "KeyRotationEnabled",
                status.get("RotationPeriodInDays"),
            )
        } else {
            (
                body.get("EnableKeyRotation"),
                "EnableKeyRotation",
                body.get("RotationPeriodInDays"),
            )
        };
        if !out.must_be_on_as(switch, switch_of(seen, switch), name, None) {
            return;
        }
        let limit = want.max_period_days.unwrap_or(DEFAULT_DAYS);
        let read = if seen.is_live() {
            days.number()
        } else {
            days.number_leniently()
        };
        let condition = match read {
            Known::Set(days) if days <= limit => return out.held(),
            Known::Absent if limit >= DEFAULT_DAYS => return out.held(),
            Known::Set(period) => {
                out.failed(days, format!("key material is used for {period} days"))
            }
            Known::Absent => out.failed(
                days,
                format!("`RotationPeriodInDays` is absent, which means {DEFAULT_DAYS}"),
            ),
            Known::Mistyped => out.failed(
                days,
                format!("`RotationPeriodInDays` is {}", days.value().type_name()),
            ),
            Known::Unreadable(reason) => {
                out.unknown(days, reason, "`RotationPeriodInDays` is unknown")
            }
        };
        condition
            .under("max-period-days")
            .expected(format!("at most {limit}"))
            .observed(days.display())
            .mended_as(days, "RotationPeriodInDays", Some(limit));
    }
}
