//! Logs go to a bucket that is ours, and are kept.

use crate::artifact::Member;
use crate::aws::s3::Location;
use crate::control::buckets::{Owner, may_own, owner_of};
use crate::control::settings::{AtLeast, Choice, OneOf, Plain, S3Prefix, settings, vocabulary};
use crate::control::{
    Conditions, Control, Draft, Meta, Severity, Span, View, Weakening, lies_under,
};
use crate::observed::cluster::Attribute;
use crate::observed::{Form, Known, Lookup, Node, Reason, ResourceKind};

#[derive(Debug)]
pub(crate) enum LogDestination {}

vocabulary!(pub(crate) Copies: "emr-managed", "on-customer-s3only", "disabled");
settings! {
    pub(crate) struct Setting {
        /// Prefixes that logs may go to.
        destinations: OneOf<S3Prefix>,
        /// Accounts that may own the bucket; the target's when none is given.
        accounts: OneOf<Plain>,
        /// Days that logs are kept at least.
        retention_days: AtLeast<1, 36_500>,
        /// What EMR may do with the copies of logs that it keeps itself.
        service_copies: OneOf<Copies>,
    }
}

const POLICY: &str = "S3LoggingConfiguration/LogTypeUploadPolicy";

impl Control for LogDestination {
    const META: &'static Meta = &Meta {
        id: "emr.log-destination",
        title: "logs go to a bucket that is ours, and are kept",
        severity: Severity::Medium,
        kinds: &[ResourceKind::EmrCluster],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 AU-9", "own NIST-800-53 AU-11"],
        docs: include_str!("log_destination.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let cluster = seen.resource.cluster();
        judge_place(want, cluster.attribute(Attribute::LogUri), seen, out);
        let monitoring = cluster.attribute(Attribute::MonitoringConfiguration);
        judge_copies(&want.service_copies, monitoring.path(POLICY), out);
    }

    fn compile(want: &Setting, draft: &mut Draft<'_>) {
        // Of several destinations the launcher chooses; none is preferred here.
        if let Some(destination) = want.destinations.only_one()
            && let Some(destination) = draft.bound("destinations", destination)
        {
            draft.launch(Member::LogUri, destination, Some("destinations"));
        }
    }

    const WEAKENINGS: &'static [Weakening] = &[
        Weakening::remove("/LogUri").in_launch(),
        Weakening::set("/LogUri", "\"\"").in_launch(),
    ];
}

fn judge_place(want: &Setting, node: Node<'_>, seen: &View<'_, '_>, out: &mut Conditions) {
    let allowed = |text: &str| {
        want.destinations
            .allows_by(|destination| lies_under(destination, text))
    };
    let condition = match node.text() {
        Known::Absent | Known::Set("") => out.failed(node, "the cluster keeps no logs"),
        Known::Mistyped => out.failed(node, "`LogUri` is not a string"),
        Known::Unreadable(reason) => match known_folder(node) {
            // Whatever is put in behind a folder stays below it.
            Some(folder) if !want.destinations.is_any() && allowed(folder) && !seen.is_live() => return out.held(),
            Some(folder) if !in_a_bucket_of(want, folder) => {
                out.failed(node, "logs go to a bucket that the baseline does not name")
            }
            _ => out.unknown(node, reason, "`LogUri` is unknown"),
        },
        Known::Set(text) if Location::of(text).is_none() => {
            out.failed(node, "`LogUri` is not a place in S3")
        }
        Known::Set(text) if !allowed(text) => {
            out.failed(node, "logs go to a place that the baseline does not name")
        }
        Known::Set(text) if seen.is_live() => return judge_bucket(want, (node, text), seen, out),
        // In a file, a place that the baseline itself names passes on the baseline's word.
        Known::Set(_) if !want.destinations.is_any() => return out.held(),
        Known::Set(_) => out.undecided(
            node,
            "the log bucket is only named here: whose it is, and how long it keeps logs, is unknown",
            "name the place in `destinations`, or audit the live cluster",
        ),
    };
    condition
        .under("destinations")
        .expected(wish(want))
        .observed(node.display());
}

/// The owner and the lifecycle of the bucket are facts of the bucket.
fn judge_bucket(
    want: &Setting,
    (node, text): (Node<'_>, &str),
    seen: &View<'_, '_>,
    out: &mut Conditions,
) {
    let place = Location::of(text);
    let found = place.map(|place| seen.scope.by_name(ResourceKind::S3Bucket, place.bucket));
    let not_observed = |action: &str| Reason::NotObserved {
        action: action.to_owned(),
    };
    let owner = match found {
        Some(Lookup::Found(bucket)) if bucket.form == Form::Live => Some(owner_of(bucket)),
        _ => None,
    };
    let unknown = "whose the log bucket is, is unknown";
    let condition = match owner {
        Some(Owner::Account(_, Some(account))) => match may_own(&want.accounts, &account, seen) {
            Ok(()) => None,
            Err(expected) => {
                let message = format!("the log bucket belongs to account `{account}`");
                Some(out.failed(node, message).expected(expected))
            }
        },
        Some(Owner::Another(_)) => {
            let message = "the log bucket belongs to an account that is none of ours";
            let expected = "a bucket of an allowed account";
            Some(out.failed(node, message).expected(expected))
        }
        Some(Owner::Nobody(_)) => {
            let message =
                "the log bucket does not exist: whoever creates one of its name next owns the logs";
            let expected = "a bucket that exists";
            Some(out.failed(node, message).expected(expected))
        }
        Some(Owner::Unknown(answer, reason)) => Some(out.unknown(answer, reason, unknown)),
        Some(Owner::Account(answer, None)) => {
            let help = "observe with this version, which records the account";
            Some(out.undecided(answer, unknown, help))
        }
        None => {
            let reason = not_observed("s3:GetBucketLocation");
            Some(out.unknown(node, &reason, unknown))
        }
    };
    match condition {
        Some(condition) => {
            condition.under("accounts").observed(node.display());
        }
        None => out.held(),
    }
    if want.retention_days.is_some() {
        let reason = not_observed("s3:GetLifecycleConfiguration");
        out.unknown(
            node,
            &reason,
            "how long the log bucket keeps logs is unknown",
        )
        .under("retention-days")
        .expected(wish(want))
        .observed(node.display());
    }
}

/// The folder that a text with holes begins with: a bucket at least.
fn known_folder(node: Node<'_>) -> Option<&str> {
    let head = node.items().next()?.as_text()?;
    let (folder, _) = head.rsplit_once('/')?;
    let folder = head.get(..=folder.len())?;
    Location::of(folder).map(|_| folder)
}

/// Whether the baseline may name a place in the bucket of this folder.
fn in_a_bucket_of(want: &Setting, folder: &str) -> bool {
    let bucket = Location::of(folder).map(|place| place.bucket);
    want.destinations.allows_by(|destination| {
        let named = destination.as_literal().and_then(Location::of);
        named.is_none_or(|place| Some(place.bucket) == bucket)
    })
}

/// What the baseline asks of the place.
fn wish(want: &Setting) -> String {
    let place = if want.destinations.is_any() {
        "a place in S3".to_owned()
    } else {
        want.destinations.to_string()
    };
    let owner = if want.accounts.is_any() {
        String::new()
    } else {
        format!(" in account {}", want.accounts)
    };
    let kept = want
        .retention_days
        .map(|days| format!(" that keeps logs for {days} days"));
    place + &owner + kept.as_deref().unwrap_or_default()
}

fn judge_copies(allowed: &Choice, policy: Node<'_>, out: &mut Conditions) {
    if allowed.is_any() {
        return;
    }
    for (kind, node) in policy.members() {
        out.must_be_allowed(
            node,
            kind,
            allowed,
            "service-copies",
            &["emr-managed", "on-customer-s3only", "disabled"],
        );
    }
    if let Some(reason) = policy.reason().or_else(|| policy.open()) {
        out.unknown(policy, reason, "the upload policy of logs is unknown")
            .under("service-copies");
        return;
    }
    // What EMR does with a kind of log that has no policy, no AWS page says.
    let unwritten = ["system-logs", "application-logs", "persistent-ui-logs"]
        .into_iter()
        .filter(|kind| policy.get(kind).is_absent());
    let any_default = allowed.allows("emr-managed") && allowed.allows("on-customer-s3only");
    for kind in unwritten.filter(|_| !any_default) {
        out.undecided(
            policy,
            format!("what EMR does with {kind} by default is not documented"),
            format!("write `{kind}` in `LogTypeUploadPolicy`"),
        )
        .under("service-copies")
        .expected(allowed.to_string())
        .at(Severity::Info);
    }
}

#[cfg(test)]
mod tests {
    use super::LogDestination;
    use crate::control::testing::{cluster, etl_daily, judge, one_of, resource};
    use crate::control::{Entry, Verdict};
    use crate::observed::{Form, ResourceKind};
    use serde_json::{Value, json};

    const ENTRY: Entry = Entry::of::<LogDestination>();

    fn verdict(destinations: &[&str], form: Form, body: &Value) -> Verdict {
        let asked = [("destinations", one_of(destinations))];
        let asked = if destinations.is_empty() {
            &[]
        } else {
            &asked[..]
        };
        cluster(&ENTRY, asked, form, body).verdict
    }

    #[test]
    fn logs_go_where_the_baseline_says() {
        let daily = etl_daily();
        for (destinations, expected) in [
            (&["s3://my-emr-logs/"][..], Verdict::Compliant),
            (&["s3://my-emr-logs"], Verdict::Compliant),
            (&["s3://my-emr-logs/prod/"], Verdict::Noncompliant),
            (&[], Verdict::Indeterminate),
        ] {
            assert_eq!(
                verdict(destinations, Form::Request, &daily),
                expected,
                "{destinations:?}"
            );
        }
    }

    #[test]
    fn every_spelling_of_a_place_counts_and_nothing_else() {
        for (uri, expected) in [
            (json!("s3n://logs/etl/"), Verdict::Compliant),
            (json!("s3://logs-of-others/"), Verdict::Noncompliant),
            (json!("hdfs:///logs"), Verdict::Noncompliant),
            (json!(""), Verdict::Noncompliant),
            (json!({"$unknown": "Uri"}), Verdict::Indeterminate),
            (
                json!({"$sub": ["s3://logs/", {"$unknown": "Team"}]}),
                Verdict::Compliant,
            ),
            (
                json!({"$sub": ["s3://logs", {"$unknown": "Team"}]}),
                Verdict::Indeterminate,
            ),
            (
                json!({"$sub": ["s3://logs-of-others/", {"$unknown": "Team"}]}),
                Verdict::Noncompliant,
            ),
        ] {
            let body = json!({"LogUri": uri});
            assert_eq!(
                verdict(&["s3://logs/"], Form::Request, &body),
                expected,
                "{body}"
            );
        }
        assert_eq!(
            verdict(&[], Form::Request, &json!({})),
            Verdict::Noncompliant
        );
    }

    #[test]
    fn live_the_bucket_must_be_seen() {
        let body =
            json!({"elasticmapreduce:DescribeCluster": {"Cluster": {"LogUri": "s3://logs/"}}});
        assert_eq!(
            verdict(&["s3://logs/"], Form::Live, &body),
            Verdict::Indeterminate
        );
    }

    #[test]
    fn live_the_bucket_must_be_of_an_account_that_may_own_it() {
        let located = || json!({"LocationConstraint": "us-west-2"});
        let call = |why: &str| json!({"$call": ["s3:GetBucketLocation", why]});
        let ours = json!({"Buckets": [{"Name": "logs"}]});
        let others = json!({"Buckets": [{"Name": "x"}]});
        let unlisted = || json!({"$unknown": "AccessDenied"});
        for (account, location, list, expected) in [
            ("111122223333", located(), unlisted(), Verdict::Compliant),
            ("444455556666", located(), unlisted(), Verdict::Noncompliant),
            (
                "111122223333",
                call("AccessDenied: no"),
                unlisted(),
                Verdict::Indeterminate,
            ),
            (
                "111122223333",
                call("AccessDenied: no"),
                ours,
                Verdict::Compliant,
            ),
            (
                "111122223333",
                call("AccessDenied: no"),
                others,
                Verdict::Noncompliant,
            ),
            (
                "111122223333",
                call("NoSuchBucket: none"),
                unlisted(),
                Verdict::Noncompliant,
            ),
        ] {
            let answers = json!({"s3:GetBucketLocation": location, "s3:ListAllMyBuckets": list});
            let mut bucket = resource(ResourceKind::S3Bucket, Form::Live, "logs", &answers);
            let mut identity = (*bucket.identity).clone();
            identity.account = Some(account.to_owned());
            bucket.identity = identity.into();
            let body =
                json!({"elasticmapreduce:DescribeCluster": {"Cluster": {"LogUri": "s3://logs/"}}});
            let cluster = resource(ResourceKind::EmrCluster, Form::Live, "j-1", &body);
            let settings = [("destinations", one_of(&["s3://logs/"]))];
            let judged = judge(&ENTRY, &settings, &[], vec![cluster, bucket]);
            assert_eq!(judged.verdict, expected, "{account}: {answers}");
            let told = judged.messages.join("; ");
            assert!(!told.contains("keeps logs"), "{told}");
        }
    }

    #[test]
    fn copies_that_are_switched_off_need_leave() {
        let body = |word: &str| {
            json!({"LogUri": "s3://logs/", "MonitoringConfiguration": {"S3LoggingConfiguration": {"LogTypeUploadPolicy":
                {"system-logs": word, "application-logs": word, "persistent-ui-logs": word}}}})
        };
        let asked = [
            ("destinations", one_of(&["s3://logs/"])),
            ("service-copies", one_of(&["on-customer-s3only"])),
        ];
        for (body, expected, severity) in [
            (body("on-customer-s3only"), Verdict::Compliant, "medium"),
            (body("disabled"), Verdict::Noncompliant, "medium"),
            (
                json!({"LogUri": "s3://logs/"}),
                Verdict::Indeterminate,
                "info",
            ),
        ] {
            let judged = cluster(&ENTRY, &asked, Form::Request, &body);
            assert_eq!(
                (judged.verdict, judged.severity),
                (expected, severity),
                "{body}"
            );
        }
    }
}
