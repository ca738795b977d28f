//! Idle applications stop.

use crate::control::settings::{AtMost, settings};
use crate::control::{Conditions, Control, Meta, NumberBound, Severity, Span, View};
use crate::observed::{ResourceKind, Switch};

#[derive(Debug)]
pub(crate) enum AutoStop {}

settings! {
    pub(crate) struct Setting {
        /// Minutes that an application may be idle before it stops.
        max_idle_minutes: AtMost<1, 10080> = 15,
    }
}

impl Control for AutoStop {
    const META: &'static Meta = &Meta {
        id: "serverless.auto-stop",
        title: "idle applications stop",
        severity: Severity::Low,
        kinds: &[ResourceKind::EmrServerlessApplication],
        span: Span::Resource,
        since: "0.2.0",
        aliases: &[],
        references: &["own"],
        docs: include_str!("auto_stop.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let (enabled, idle) = seen.resource.application().auto_stop();
        let switch = if seen.resource.form.is_template() {
            enabled.switch_leniently()
        } else {
            enabled.switch()
        };
        match switch {
            // AWS's default. Source: EMR Serverless API, `AutoStopConfig`.
            Switch::On | Switch::Absent => out.held(),
            Switch::Unreadable(reason) => {
                out.unknown(enabled, reason, "whether the application stops is unknown");
            }
            Switch::Off | Switch::TextOff | Switch::TextOn | Switch::Odd => {
                out.failed(enabled, "the application does not stop when it is idle")
                    .expected("true")
                    .observed(enabled.display())
                    .mended_by(enabled, true);
            }
        }
        let bound = NumberBound {
            min: None,
            max: want.max_idle_minutes,
            default: Some(15),
        };
        if seen.resource.form.is_template() {
            out.must_be_within_leniently(idle, "IdleTimeoutMinutes", bound, "max-idle-minutes");
        } else {
            out.must_be_within(idle, "idleTimeoutMinutes", bound, "max-idle-minutes");
        }
    }
}
