//! Waivers are owned, short, current and used.

use crate::control::settings::{AtMost, settings};
use crate::control::{
    Conditions, Control, Met, Meta, Run, RunFindings, Severity, Span, View, WaiverUse,
};
use crate::observed::ResourceKind;

#[derive(Debug)]
pub(crate) enum Waivers {}

settings! {
    pub(crate) struct Setting {
        /// How many days away a waiver may expire when the baseline is read; also read under `[baseline]`.
        max_waiver_days: AtMost<1, 3660>,
    }
}

impl Control for Waivers {
    const META: &'static Meta = &Meta {
        id: "baseline.waivers",
        title: "waivers are owned, short, current and used",
        severity: Severity::Medium,
        kinds: ResourceKind::ALL,
        span: Span::Run,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 CA-5"],
        docs: include_str!("waivers.md"),
    };
    type Setting = Setting;

    fn judge(_: &Setting, _: &View<'_, '_>, _: &mut Conditions) {}

    // `max-waiver-days` is held to when the baseline is read: a waiver further away is its author's mistake.
    fn judge_run(want: &Setting, run: &Run<'_>, out: &mut RunFindings) {
        for waiver in run.waivers {
            let mut conditions = Conditions::new();
            judge(want, waiver, &mut conditions);
            out.push((waiver.identity.clone(), conditions));
        }
    }
}

fn judge(want: &Setting, waiver: &WaiverUse, out: &mut Conditions) {
    if waiver.expired {
        out.failed(
            &waiver.origin,
            format!(
                "the waiver of `{}` ended on {} (UTC)",
                waiver.control, waiver.expires
            ),
        )
        .fix("mend what it waives and delete it; its findings count again")
        .expected(want.max_waiver_days.map_or_else(
            || "a date to come".to_owned(),
            |days| format!("a date at most {days} days away"),
        ))
        .observed(waiver.expires.to_string());
        return;
    }
    match waiver.met {
        Met::Noncompliance | Met::Unknown => out.held(),
        // Its resources are another account's: this run cannot say whether it is used.
        Met::Nothing | Met::Compliance if waiver.foreign => {}
        Met::Nothing if !waiver.scope_seen => {
            out.undecided(
                &waiver.origin,
                format!(
                    "the waiver of `{}` met nothing, and not everything that it may cover was seen",
                    waiver.control
                ),
                "observe the accounts and regions that it covers completely",
            );
        }
        Met::Nothing => unused(waiver, out, "nothing that was seen"),
        Met::Compliance => unused(waiver, out, "only what is compliant by now"),
    }
}

fn unused(waiver: &WaiverUse, out: &mut Conditions, what: &str) {
    out.failed(
        &waiver.origin,
        format!("the waiver of `{}` matches {what}", waiver.control),
    )
    .fix("delete the waiver")
    .expected("a noncompliant finding to waive")
    .observed("none");
}
