//! Principals under Lake Formation have no direct way to the objects.

use crate::artifact::Statement;
use crate::control::lake::bucket_policies::judge_bucket_policies;
use crate::control::lake::bypass::{Governed, governed_by, judge_role};
use crate::control::lake::places::locations_of;
use crate::control::lake::prefixes::Prefixes;
use crate::control::policy::is_principal;
use crate::control::settings::{Allowance, Only, Pattern, settings};
use crate::control::{Conditions, Control, Draft, Meta, Severity, Span, View};
use crate::observed::{Form, ResourceKind};
use serde_json::json;
use std::collections::BTreeSet;

#[derive(Debug)]
pub(crate) enum Bypass {}

settings! {
    pub(crate) struct Setting {
        /// Patterns of roles that may reach the objects; without any, those that locations are registered with.
        exempt: Only<Pattern>,
        /// Whether the others may write, as EMR up to 7.11 needs.
        writes: Allowance = false,
    }
}

const READS: [&str; 2] = ["s3:GetObject", "s3:ListBucket"];
const WRITES: [&str; 2] = ["s3:PutObject", "s3:DeleteObject"];

impl Control for Bypass {
    const META: &'static Meta = &Meta {
        id: "lake.bypass",
        title: "principals under Lake Formation have no direct way to the objects",
        severity: Severity::High,
        kinds: &[ResourceKind::IamRole],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 AC-3", "own NIST-800-53 AC-6"],
        docs: include_str!("bypass.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        if !is_principal(seen.resource) {
            return;
        }
        let governed = match governed_by(seen, &want.exempt) {
            Governed::No => return,
            Governed::Exempt => return out.held(),
            Governed::Yes => true,
        };
        let places = Prefixes::of(seen);
        if !governed || places.is_empty() {
            return;
        }
        if seen.resource.form == Form::Named {
            return out.leave_to_audit();
        }
        let actions: Vec<&str> = if want.writes {
            READS.to_vec()
        } else {
            READS.into_iter().chain(WRITES).collect()
        };
        judge_role(seen, &places, &actions, out);
        judge_bucket_policies(seen, &places, &actions, out);
    }

    fn compile(want: &Setting, draft: &mut Draft<'_>) {
        let locations = locations_of(draft.requirements.get("lake.locations"));
        let mut exempt: BTreeSet<String> = draft
            .bound_all("exempt", &want.exempt)
            .into_iter()
            .collect();
        exempt.extend(
            locations
                .iter()
                .filter_map(|one| one.role.as_ref())
                .filter_map(|role| role.as_literal().map(str::to_owned)),
        );
        if locations.is_empty() {
            return;
        }
        if exempt.is_empty() {
            draft.warn(
                Some("exempt"),
                "no deny is written for the buckets: it would close them to the role of Lake Formation, too",
                "name the roles of the locations in `[[lake.locations.location]]`",
            );
            return;
        }
        let partition = draft.target.partition;
        let mut actions = vec!["s3:GetObject"];
        if !want.writes {
            actions.extend(WRITES);
        }
        for path in locations.iter().filter_map(|one| one.place.as_known()) {
            let bucket = path.split('/').next().unwrap_or_default();
            let statement = Statement::deny("OnlyThroughLakeFormation", &actions)
                .on([format!("arn:{partition}:s3:::{path}/*")])
                .by(json!("*"))
                .when(json!({ "ArnNotLike": { "aws:PrincipalArn": exempt } }));
            draft.statement(&format!("s3/{bucket}"), statement, Some("exempt"));
        }
    }
}
