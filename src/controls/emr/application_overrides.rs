//! No classification undoes what the security configuration turns on.

use crate::control::overridden::is_about;
use crate::control::settings::{
    CellKind, Column, Domain, Includes, Rows, Switch, Table, TextType, cell_text, cell_texts,
    settings, vocabulary,
};
use crate::control::{Conditions, Control, Meta, Severity, Span, View};
use crate::observed::ResourceKind;
use crate::observed::properties::{Property, Setting as Said, properties};

#[derive(Debug)]
pub(crate) enum ApplicationOverrides {}

vocabulary!(pub(crate) Features: "s3", "disk", "in-transit", "kerberos", "roles", "lake-formation", "ranger", "containers");

/// The columns of `[[emr.application-overrides.property]]`.
#[derive(Debug)]
pub(crate) enum OwnProperty {}
impl Table for OwnProperty {
    const COLUMNS: &'static [Column] = &[
        Column::required(
            "classification",
            CellKind::One(Domain::Texts(TextType::String)),
            "The classification.",
        )
        .identifying(),
        Column::required(
            "name",
            CellKind::One(Domain::Texts(TextType::String)),
            "The property; sections nested in the classification come first, joined with dots.",
        )
        .identifying(),
        Column::required(
            "allowed",
            CellKind::Many(Domain::Texts(TextType::String)),
            "The values that may stand. A property that nothing sets is not judged.",
        ),
    ];
}

settings! {
    pub(crate) struct Setting {
        /// The features that no property may undo. A feature counts where the baseline requires it or the document turns it on.
        features: Includes<Features> = &["s3", "disk", "in-transit", "kerberos", "roles", "lake-formation", "ranger", "containers"],
        /// Whether the rules count in full that rest on open-source documentation instead of AWS's; else they are worth knowing (`info`).
        inferred: Switch = false,
        /// Properties of your own choice, and the values that may stand.
        property: Rows<OwnProperty>,
    }
}

impl Control for ApplicationOverrides {
    const META: &'static Meta = &Meta {
        id: "emr.application-overrides",
        title: "no classification undoes what the security configuration turns on",
        severity: Severity::High,
        kinds: &[
            ResourceKind::EmrCluster,
            ResourceKind::EmrServerlessApplication,
        ],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 SC-8", "own NIST-800-53 CM-6"],
        docs: include_str!("application_overrides.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let listed = properties(seen.resource);
        for gap in &listed.gaps {
            out.unknown(gap.node, &gap.reason, "what is configured here is unknown");
        }
        for property in &listed.items {
            judge_own(want, property, out);
            out.must_undo_nothing(property, &want.features, want.inferred, seen);
        }
        out.held();
    }
}

fn judge_own(want: &Setting, property: &Property<'_>, out: &mut Conditions) {
    for row in want.property.values() {
        let literal = |key| cell_text(row, key).and_then(|text| text.as_literal());
        let (Some(classification), Some(name)) = (literal("classification"), literal("name"))
        else {
            continue;
        };
        if !is_about(property, |site, other| {
            site == classification && other == name
        }) {
            continue;
        }
        let allowed = cell_texts(row, "allowed");
        let expected = allowed
            .iter()
            .map(|text| format!("`{text}`"))
            .collect::<Vec<_>>()
            .join(", ");
        let condition = match &property.value {
            Said::Text(value)
                if allowed.iter().any(|text| {
                    text.accepts(value)
                        || text
                            .as_literal()
                            .is_some_and(|text| text.trim().eq_ignore_ascii_case(value.trim()))
                }) =>
            {
                out.held();
                continue;
            }
            Said::Text(_) => out.failed(
                property.node,
                format!("`{name}` has a value that the baseline does not allow"),
            ),
            Said::Masked | Said::Unknown(_) | Said::Odd => out.property_unknown(property),
        };
        condition.under("property").expected(expected);
    }
}

#[cfg(test)]
mod tests;
