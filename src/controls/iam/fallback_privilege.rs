//! Whoever no mapping matches gets less, not more.

use crate::artifact::Statement;
use crate::aws::policy::{Pattern, Reach};
use crate::aws::s3::Location;
use crate::control::Standing;
use crate::control::features::mappings;
use crate::control::iam::{Complaint, Subject, beside};
use crate::control::policy::{Allowed, Grant};
use crate::control::settings::{Choice, Only, S3Prefix, settings};
use crate::control::{Conditions, Control, Draft, Meta, Severity, Span, View};
use crate::lattice::{Shape, Text};
use crate::observed::{Form, ResourceKind, named};

#[derive(Debug)]
pub(crate) enum FallbackPrivilege {}

settings! {
    pub(crate) struct Setting {
        /// The prefixes in S3 that nodes may use as themselves; those that other controls name, when none is given.
        allowed: Only<S3Prefix>,
    }
}

const ACTIONS: &[&str] = &[
    "s3:GetObject",
    "s3:PutObject",
    "s3:DeleteObject",
    "s3:ListBucket",
];

/// Settings of other controls that name such places.
const PLACES: &[(&str, &str)] = &[
    ("emr.log-destination", "destinations"),
    ("emr.bootstrap-actions", "sources"),
    ("emr.in-transit-encryption", "certificate-object"),
    ("emr.disk-encryption", "provider-object"),
    ("emr.s3-encryption", "provider-object"),
];

impl Control for FallbackPrivilege {
    const META: &'static Meta = &Meta {
        id: "iam.fallback-privilege",
        title: "whoever no mapping matches gets less, not more",
        severity: Severity::High,
        kinds: &[ResourceKind::IamRole],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 AC-6"],
        docs: include_str!("fallback_privilege.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        if !named::purposes(seen.resource, seen.scope).contains(&"instance-profile") || !is_on(seen)
        {
            return;
        }
        if seen.resource.form == Form::Named {
            return out.leave_to_audit();
        }
        let Some(subject) = Subject::of(seen, &Choice::nothing(), out) else {
            return;
        };
        let allowed = places(want, seen);
        let mut grants =
            subject.grants(ACTIONS.iter().copied(), &|_, test| beside(test, seen.scope));
        for (action, grant) in &mut grants {
            grant.sure = grant.sure.min(outside(action, grant, &allowed));
        }
        grants.retain(|(_, grant)| grant.sure > Allowed::No);
        let unknown = out.unknown_held(&subject.held);
        let expected = if allowed.is_empty() {
            "no right in S3".to_owned()
        } else {
            format!("{} alone", allowed.join(", "))
        };
        let mut told = Vec::new();
        for (action, grant) in &grants {
            let place = grant.node.place();
            if !told.contains(&place) {
                told.push(place);
                let what = format!("`{action}` outside of what nodes may use as themselves");
                out.must_not_be_granted(
                    grant,
                    Complaint {
                        what: &what,
                        expected: &expected,
                        setting: Some("allowed"),
                    },
                );
            }
        }
        if grants.is_empty() && !unknown {
            out.held();
        }
    }

    fn compile(want: &Setting, draft: &mut Draft<'_>) {
        if want.allowed.is_any() {
            return;
        }
        let places = draft.bound_all("allowed", &want.allowed);
        let arns: Vec<String> = places
            .iter()
            .filter_map(|place| Location::of(place))
            .map(|place| {
                format!(
                    "{}/*",
                    place
                        .arn(draft.target.partition)
                        .trim_end_matches(['/', '*'])
                )
            })
            .collect();
        if !arns.is_empty() {
            let read = Statement::allow(
                "InstanceProfileUsesItsOwnPlaces",
                &["s3:GetObject", "s3:PutObject"],
            )
            .on(arns);
            draft.statement("iam/instance-profile", read, Some("allowed"));
        }
    }
}

/// Whether data has roles of its own: the baseline asks for it, or a document in sight says so or may.
fn is_on(seen: &View<'_, '_>) -> bool {
    let may = |body| !mappings(body).or(Standing::runtime_roles(body)).is_off();
    seen.requires("emr.role-mappings")
        || seen.requires("emr.runtime-roles")
        || seen.scope.may_have_own_roles(may)
}

fn places(want: &Setting, seen: &View<'_, '_>) -> Vec<String> {
    let texts = |shape: &Shape| -> Vec<Text> {
        if let Shape::OneOf(sets) | Shape::Only(sets) = shape {
            sets.iter().flatten().cloned().collect()
        } else if let Shape::Exactly(set) = shape {
            set.iter().cloned().collect()
        } else {
            Vec::new()
        }
    };
    let named: Vec<Text> = if want.allowed.is_any() {
        let shapes = PLACES
            .iter()
            .filter_map(|(control, key)| seen.requirement(control)?.shape(key));
        shapes.flat_map(texts).collect()
    } else {
        want.allowed.texts().into_iter().cloned().collect()
    };
    named.iter().map(ToString::to_string).collect()
}

/// Whether an allow reaches beyond the places. Listing a bucket is allowed where a place of it is.
fn outside(action: &str, grant: &Grant<'_, '_>, allowed: &[String]) -> Allowed {
    let Some(resources) = grant.statement.and_then(|statement| statement.resources()) else {
        return Allowed::Yes;
    };
    let places: Vec<Pattern> = allowed
        .iter()
        .filter_map(|place| Location::of(place))
        .map(|place| {
            let arn = if action == "s3:ListBucket" {
                format!("arn:aws:s3:::{}", place.bucket)
            } else {
                format!("{}*", place.arn("aws"))
            };
            Pattern::of(&arn)
        })
        .collect();
    let bucket = Pattern::of("arn:aws:s3:::");
    let each = resources.iter().map(|(_, pattern)| {
        let is_object = pattern
            .segments()
            .get(5)
            .is_some_and(|last| last.reach(&Pattern::of("*/*")) != Reach::None);
        let concerns = pattern.is_everything()
            || is_object != (action == "s3:ListBucket")
            || pattern.is_wild();
        if !concerns || *pattern == bucket || places.iter().any(|place| place.covers(pattern)) {
            Allowed::No
        } else if pattern.is_open() && !pattern.is_everything() {
            Allowed::Perhaps
        } else {
            Allowed::Yes
        }
    });
    each.max().unwrap_or(Allowed::No)
}
