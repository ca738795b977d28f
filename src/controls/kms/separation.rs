//! Data, disks, logs and catalog do not share a key.

use crate::aws::kms::KeyName;
use crate::control::kms::KeyUse;
use crate::control::settings::{
    CellKind, Column, Domain, Rows, Table, Vocabulary, cell_texts, settings,
};
use crate::control::{Conditions, Control, Draft, Meta, Severity, Span, View};
use crate::lattice::Row;
use crate::observed::{Form, ResourceKind, named};

#[derive(Debug)]
pub(crate) enum Separation {}

/// One set of uses.
#[derive(Debug)]
pub(crate) enum Apart {}

impl Table for Apart {
    const COLUMNS: &'static [Column] = &[Column::required(
        "uses",
        CellKind::Many(USES),
        "two uses or more, none of which shares its key with another",
    )
    .identifying()];
}

const USES: Domain = KeyUse::DOMAIN;

settings! {
    pub(crate) struct Setting {
        /// Sets of uses that must not share a key.
        apart: Rows<Apart>,
    }
}

/// The setting that gives the key of a use.
const KEYS: &[(&str, &str)] = &[
    ("s3", "emr.s3-encryption"),
    ("disk", "emr.disk-encryption"),
    ("wal", "emr.wal-encryption"),
    ("logs", "emr.log-encryption"),
    ("catalog", "glue.catalog-encryption"),
    ("buckets", "s3.bucket-encryption"),
];

impl Control for Separation {
    const META: &'static Meta = &Meta {
        id: "kms.separation",
        title: "data, disks, logs and catalog do not share a key",
        severity: Severity::Medium,
        kinds: &[ResourceKind::KmsKey],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 AC-5", "own NIST-800-53 SC-12"],
        docs: include_str!("separation.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let key = seen.resource;
        let purposes = named::purposes(key, seen.scope);
        let is_alias = key.form == Form::Named
            && !matches!(
                key.body.as_text().map(KeyName::of),
                Some(KeyName::KeyArn { .. } | KeyName::Id(_))
            );
        for (identity, row) in want.apart.iter() {
            let served: Vec<&str> = uses(row)
                .into_iter()
                .filter(|own| purposes.contains(own))
                .collect();
            let condition = match served.as_slice() {
                [] => continue,
                [one] if is_alias => out.undecided(
                    key.body,
                    format!(
                        "the alias serves {one}, and whether its key serves another use is unknown"
                    ),
                    "write the key's ARN, or audit the live resource",
                ),
                [_] => {
                    out.held();
                    continue;
                }
                several => out.failed(
                    key.body,
                    format!("one key serves {}", several.join(" and ")),
                ),
            };
            condition
                .under("apart")
                .row(identity.clone())
                .expected("a key for each use")
                .observed(format!("{}, {}", served.join(", "), key.body.display()));
        }
    }

    fn compile(want: &Setting, draft: &mut Draft<'_>) {
        for row in want.apart.values() {
            let uses = uses(row);
            let mut bound: Vec<(&str, String)> = Vec::new();
            for (own, control) in KEYS.iter().filter(|(own, _)| uses.contains(own)) {
                let text = draft
                    .requirements
                    .get(control)
                    .and_then(|other| other.text("kms-key"));
                let Some(key) = text.and_then(|text| text.as_literal().map(str::to_owned)) else {
                    continue;
                };
                if let Some((other, _)) = bound.iter().find(|(_, known)| *known == key) {
                    draft.refuse(
                        Some("apart"),
                        format!("one key is bound to {other} and to {own}"),
                        format!("bind another key in `[{control}]` or in the target's parameters"),
                    );
                }
                bound.push((own, key));
            }
        }
    }
}

fn uses(row: &Row) -> Vec<&str> {
    cell_texts(row, "uses")
        .into_iter()
        .filter_map(crate::lattice::Text::as_literal)
        .collect()
}
