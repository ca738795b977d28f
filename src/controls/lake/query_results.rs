//! Results of queries over governed tables do not lie open.

use crate::aws::s3::Location;
use crate::control::settings::{Includes, OneOf, Pattern, Switch, settings};
use crate::control::{Conditions, Control, Meta, Severity, Span, View};
use crate::observed::{Known, Node, ResourceKind};

#[derive(Debug)]
pub(crate) enum QueryResults {}

settings! {
    pub(crate) struct Setting {
        /// Patterns of the workgroups; without any, all.
        workgroups: Includes<Pattern>,
        /// Patterns of the buckets that results may be written to.
        buckets: OneOf<Pattern>,
        /// Whether a workgroup must overrule what a client asks for.
        enforce: Switch = true,
    }
}

const CALL: &str = "athena:GetWorkGroup";

impl Control for QueryResults {
    const META: &'static Meta = &Meta {
        id: "lake.query-results",
        title: "results of queries over governed tables do not lie open",
        severity: Severity::Medium,
        kinds: &[ResourceKind::S3Bucket],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 AC-4"],
        docs: include_str!("query_results.md"),
    };
    type Setting = Setting;

    /// A workgroup is recorded under the kind of what it writes to; a bucket itself has no such answer.
    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let answer = seen.resource.body.get(CALL);
        let failed = matches!(answer.reason(), Some(crate::observed::Reason::Call { .. }));
        if !seen.is_live() || !answer.is_set() && !failed {
            return;
        }
        if let Some(reason) = answer.reason() {
            out.unknown(answer, reason, "the workgroup is unknown");
            return;
        }
        let group = answer.get("WorkGroup");
        let name = group.get("Name").as_text().unwrap_or_default();
        let counts = want.workgroups.is_empty()
            || want
                .workgroups
                .iter()
                .any(|one| one.accepts_as_pattern(name));
        if !counts {
            return;
        }
        let configuration = group.get("Configuration");
        let managed = configuration.path("ManagedQueryResultsConfiguration/Enabled");
        if want.enforce {
            let node = configuration.get("EnforceWorkGroupConfiguration");
            out.must_be_on(node, "EnforceWorkGroupConfiguration", Some("enforce"));
        }
        if managed.switch() == crate::observed::Switch::On {
            return out.held();
        }
        judge_results(want, configuration.get("ResultConfiguration"), out);
    }
}

fn judge_results(want: &Setting, results: Node<'_>, out: &mut Conditions) {
    let output = results.get("OutputLocation");
    let condition = match output.text() {
        Known::Set(text) => match Location::of(text) {
            Some(place) if want.buckets.allows(place.bucket) => {
                out.held();
                None
            }
            _ => Some(out.failed(
                output,
                format!("results are written to {}", output.display()),
            )),
        },
        Known::Unreadable(reason) => {
            Some(out.unknown(output, reason, "where results are written is unknown"))
        }
        Known::Absent | Known::Mistyped => {
            Some(out.failed(output, "each client says where results are written"))
        }
    };
    if let Some(condition) = condition {
        condition
            .under("buckets")
            .expected(want.buckets.to_string())
            .observed(output.display());
    }
    for (key, what) in [
        (
            "EncryptionConfiguration",
            "results are not encrypted by the workgroup",
        ),
        ("ExpectedBucketOwner", "no owner of the bucket is expected"),
    ] {
        let node = results.get(key);
        match node.reason() {
            Some(reason) => {
                out.unknown(node, reason, format!("`{key}` is unknown"));
            }
            None if node.is_set() && node.display() != "null" => out.held(),
            None => {
                out.failed(node, what).expected(format!("`{key}`"));
            }
        }
    }
}
