//! Interactive doors are closed unless declared.

use crate::control::settings::{Only, settings, vocabulary};
use crate::control::{Conditions, Control, Meta, Severity, Span, View};
use crate::observed::{ResourceKind, Switch};

#[derive(Debug)]
pub(crate) enum Endpoints {}

vocabulary!(pub(crate) Door: "livy", "studio", "session");
settings! {
    pub(crate) struct Setting {
        /// Interactive endpoints that may be open.
        allowed: Only<Door> = &[] as &[&str],
    }
}

impl Control for Endpoints {
    const META: &'static Meta = &Meta {
        id: "serverless.endpoints",
        title: "interactive doors are closed unless declared",
        severity: Severity::Medium,
        kinds: &[ResourceKind::EmrServerlessApplication],
        span: Span::Resource,
        since: "0.2.0",
        aliases: &[],
        references: &["own NIST-800-53 AC-17"],
        docs: include_str!("endpoints.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        for (door, node) in seen.resource.application().interactive() {
            let condition = match node.switch() {
                _ if want.allowed.allows(door) => {
                    out.held();
                    continue;
                }
                // Closed by default. Source: EMR Serverless API, `InteractiveConfiguration`.
                Switch::Off | Switch::TextOff | Switch::Absent => {
                    out.held();
                    continue;
                }
                Switch::Unreadable(reason) => out.unknown(
                    node,
                    reason,
                    format!("whether the {door} endpoint is open is unknown"),
                ),
                Switch::On | Switch::TextOn | Switch::Odd => {
                    out.failed(node, format!("the {door} endpoint is open"))
                }
            };
            condition
                .under("allowed")
                .expected("false")
                .observed(node.display());
        }
    }
}
