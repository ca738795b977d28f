//! Buckets are not public and cannot be made so.

use crate::control::buckets::{Policies, is_error, is_in_scope, policies};
use crate::control::policy::{Allowed, Limit, Test};
use crate::control::settings::{BucketClass, Includes, Switch as Demand, settings};
use crate::control::{Conditions, Control, Meta, Severity, Span, View};
use crate::observed::{Form, Node, ResourceKind, Switch, buckets};

#[derive(Debug)]
pub(crate) enum PublicAccess {}

settings! {
    pub(crate) struct Setting {
        /// The classes of buckets that are judged.
        r#for: Includes<BucketClass> = buckets::CLASSES,
        /// Whether the setting of the account alone must do it.
        account_level: Demand = false,
    }
}

/// Source: S3 API, `PublicAccessBlockConfiguration`.
const SWITCHES: [&str; 4] = [
    "BlockPublicAcls",
    "IgnorePublicAcls",
    "BlockPublicPolicy",
    "RestrictPublicBuckets",
];

impl Control for PublicAccess {
    const META: &'static Meta = &Meta {
        id: "s3.public-access",
        title: "buckets are not public and cannot be made so",
        severity: Severity::Critical,
        kinds: &[ResourceKind::S3Bucket],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 AC-3", "own NIST-800-53 SC-7"],
        docs: include_str!("public_access.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        if !is_in_scope(&want.r#for, seen) || out.leave_named_bucket(seen) {
            return;
        }
        let body = seen.resource.body;
        if seen.is_live() {
            let own = block(body.get("s3:GetBucketPublicAccessBlock"));
            let account = block(body.get("s3:GetAccountPublicAccessBlock"));
            for name in SWITCHES {
                judge_live_switch(name, own.get(name), account.get(name), want, out);
            }
            judge_status(body.get("s3:GetBucketPolicyStatus"), out);
            return;
        }
        let own = body.get("PublicAccessBlockConfiguration");
        if own.is_absent() || want.account_level {
            out.undecided(own, "the bucket has no block of public access of its own, and that of the account is in no file", "declare `PublicAccessBlockConfiguration` with all four switches, or audit the live account")
                .expected("all four switches true")
                .observed(own.display());
        }
        if !own.is_absent() {
            for name in SWITCHES {
                let node = own.get(name);
                out.must_be_on_as(node, lenient(node, seen.resource.form), name, None);
            }
        }
        judge_policy(seen, out);
    }
}

fn lenient(node: Node<'_>, form: Form) -> Switch<'_> {
    if form.is_template() {
        node.switch_leniently()
    } else {
        node.switch()
    }
}

/// The switches of an answer; the answer itself where it is an error.
fn block(answer: Node<'_>) -> Node<'_> {
    answer.get("PublicAccessBlockConfiguration")
}

/// `NoSuchPublicAccessBlockConfiguration` is how S3 says that nothing is set.
fn is_off(node: Node<'_>) -> bool {
    match node.switch() {
        Switch::Off | Switch::Absent => true,
        Switch::Unreadable(reason) => is_error(reason, "NoSuchPublicAccessBlockConfiguration"),
        Switch::On | Switch::TextOn | Switch::TextOff | Switch::Odd => false,
    }
}

fn judge_live_switch(
    name: &str,
    own: Node<'_>,
    account: Node<'_>,
    want: &Setting,
    out: &mut Conditions,
) {
    let setting = want.account_level.then_some("account-level");
    let halves = if want.account_level {
        vec![account]
    } else {
        vec![own, account]
    };
    if halves.iter().any(|node| node.switch() == Switch::On) {
        return out.held();
    }
    let unknown = halves.iter().find(|node| !is_off(**node));
    let condition = match unknown.map(|node| (*node, node.reason())) {
        Some((node, Some(reason))) => out.unknown(node, reason, format!("`{name}` is unknown")),
        Some((node, None)) => out.undecided(
            node,
            format!("`{name}` is {}, not a boolean", node.value().type_name()),
            "observe the bucket again",
        ),
        None if want.account_level => {
            out.failed(account, format!("`{name}` is off for the account"))
        }
        None => out.failed(
            own,
            format!("`{name}` is off for the bucket and for the account"),
        ),
    };
    condition.expected("true");
    condition.setting = setting;
}

fn judge_status(answer: Node<'_>, out: &mut Conditions) {
    let public = answer.path("PolicyStatus/IsPublic");
    match public.switch() {
        Switch::Off => out.held(),
        Switch::On => {
            out.failed(public, "the policy of the bucket makes it public")
                .expected("false")
                .observed("true");
        }
        Switch::Unreadable(reason) if is_error(reason, "NoSuchBucketPolicy") => out.held(),
        Switch::Unreadable(reason) => {
            out.unknown(
                public,
                reason,
                "whether the policy of the bucket makes it public is unknown",
            );
        }
        Switch::Absent | Switch::TextOn | Switch::TextOff | Switch::Odd => {
            out.undecided(
                public,
                "the answer does not say whether the policy makes the bucket public",
                "observe the bucket again",
            );
        }
    }
}

/// A declared policy is public when it lets everybody in under no condition that says who.
/// Source: S3 User Guide, *The meaning of "public"*.
fn judge_policy(seen: &View<'_, '_>, out: &mut Conditions) {
    let Policies::Known(documents) = policies(seen) else {
        return;
    };
    if out.unknown_policies(&documents, "the policy of the bucket") {
        return;
    }
    let openings = documents
        .iter()
        .flat_map(|document| document.openings(&["s3:*"], None));
    let mut sound = true;
    for opening in openings {
        let closed = opening.statement.limit(|test| closes(test, seen));
        let node = opening.principal.node;
        let who = if opening.all_others {
            Allowed::Yes
        } else {
            opening.principal.who.is_everybody()
        };
        let closed = match closed {
            Limit::Closed => Allowed::No,
            Limit::Unknown => Allowed::Perhaps,
            Limit::Open => Allowed::Yes,
        };
        match who.min(closed).min(opening.sure) {
            Allowed::No => {}
            Allowed::Yes => {
                sound = false;
                out.failed(node, format!("{} lets everybody in", opening.statement.label()))
                    .expected("named principals, or a condition on account, organisation or network")
                    .observed(node.display())
                    .fix("name the roles that need the bucket, or add a condition on `aws:PrincipalOrgID`");
            }
            Allowed::Perhaps => {
                sound = false;
                out.undecided(node, format!("whether {} lets everybody in depends on what is not known, or on a condition that is not understood", opening.statement.label()), "name principals literally, or use a condition on account, organisation or network");
            }
        }
    }
    if sound {
        out.held();
    }
}

/// A condition on account, organisation, network or a range of addresses makes a policy not public.
fn closes(test: &Test<'_>, seen: &View<'_, '_>) -> Limit {
    let ranges = test.values();
    if test.is("aws:SourceIp") && test.is_positive() && ranges.into_iter().all(is_narrow) {
        return Limit::Closed;
    }
    test.closes_to(seen.scope, |account| {
        if account.is_wild() {
            Limit::Open
        } else {
            Limit::Closed
        }
    })
}

/// A range of addresses that is not most of the internet: a prefix of 8 bits or more.
fn is_narrow(range: Node<'_>) -> bool {
    let bits = range.as_text().map(|text| {
        text.rsplit_once('/')
            .map_or(Ok(32), |(_, bits)| bits.parse::<u8>())
    });
    matches!(bits, Some(Ok(bits)) if bits >= 8)
}
