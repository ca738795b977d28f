//! Buckets refuse plain HTTP.

use crate::artifact::Statement as Written;
use crate::aws::policy::{Pattern, Reach};
use crate::aws::s3::Location;
use crate::control::buckets::{Policies, arns, is_in_scope, policies};
use crate::control::policy::{Allowed, Document, Effect, Statement, Test};
use crate::control::settings::{BucketClass, Includes, Level, settings, vocabulary};
use crate::control::{Conditions, Control, Draft, Meta, Severity, Span, View};
use crate::observed::{Node, ResourceKind, buckets};
use serde_json::json;

#[derive(Debug)]
pub(crate) enum TlsOnly {}

vocabulary!(pub(crate) Tls: "1.0", "1.2", "1.3");
settings! {
    pub(crate) struct Setting {
        /// The classes of buckets that are judged.
        r#for: Includes<BucketClass> = buckets::CLASSES,
        /// The lowest version of TLS that a request may use.
        min_tls: Level<Tls> = "1.0",
    }
}

impl Control for TlsOnly {
    const META: &'static Meta = &Meta {
        id: "s3.tls-only",
        title: "buckets refuse plain HTTP",
        severity: Severity::Medium,
        kinds: &[ResourceKind::S3Bucket],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 SC-8"],
        docs: include_str!("tls_only.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        if !is_in_scope(&want.r#for, seen) || out.leave_named_bucket(seen) {
            return;
        }
        let documents = match policies(seen) {
            Policies::Known(documents) => documents,
            Policies::Unknown(node, reason) => {
                out.unknown(node, reason, "the policy of the bucket is unknown");
                return;
            }
        };
        let at = documents
            .first()
            .map_or(seen.resource.body, |document| document.node);
        if documents.is_empty() {
            out.failed(at, "the bucket has no policy, so it answers plain HTTP")
                .expected(EXPECTED)
                .observed("no policy");
            return;
        }
        let unknown = out.unknown_policies(&documents, "the policy of the bucket");
        let statements = documents.iter().flat_map(Document::statements).collect();
        let cover = Cover {
            statements,
            arns: arns(seen),
            at,
            unknown,
        };
        cover.judge(
            Test::refuses_plain_http,
            "plain HTTP is not refused",
            None,
            out,
        );
        if want.min_tls != "1.0" {
            let floor = want.min_tls;
            let old = format!("TLS below {floor} is not refused");
            cover.judge(
                |test| refuses_below(test, floor),
                &old,
                Some("min-tls"),
                out,
            );
        }
    }

    fn compile(want: &Setting, draft: &mut Draft<'_>) {
        let logs = draft.listed("emr.log-destination", "destinations");
        let object = draft
            .requirements
            .get("emr.in-transit-encryption")
            .and_then(|own| own.text("certificate-object"));
        let object = object.and_then(|text| text.as_literal().map(str::to_owned));
        for place in logs.iter().chain(&object) {
            let Some(bucket) = Location::of(place).map(|place| place.bucket) else {
                continue;
            };
            let arn = format!("arn:{}:s3:::{bucket}", draft.target.partition);
            let deny = |sid: &str, condition: serde_json::Value| {
                Written::deny(sid, &["s3:*"])
                    .by(json!("*"))
                    .on([arn.clone(), format!("{arn}/*")])
                    .when(condition)
            };
            let plain = deny(
                "RefusePlainHttp",
                json!({ "Bool": { "aws:SecureTransport": "false" } }),
            );
            draft.statement(&format!("s3/{bucket}"), plain, Some("for"));
            if want.min_tls != "1.0" {
                let old = deny(
                    "RefuseOldTls",
                    json!({ "NumericLessThan": { "s3:TlsVersion": want.min_tls } }),
                );
                draft.statement(&format!("s3/{bucket}"), old, Some("min-tls"));
            }
        }
    }
}

const EXPECTED: &str = "a deny of `s3:*` to `*` on the bucket and its objects";

/// Whether a test lets nothing but TLS below the floor through.
fn refuses_below(test: &Test<'_>, floor: &str) -> Allowed {
    let number = |text: &str| {
        text.split_once('.')
            .and_then(|(whole, part)| Some((whole.parse::<u8>().ok()?, part.parse::<u8>().ok()?)))
    };
    if !test.operator.eq_ignore_ascii_case("NumericLessThan") || !test.is("s3:TlsVersion") {
        return Allowed::No;
    }
    let each =
        test.values()
            .into_iter()
            .map(|node: Node<'_>| match (node.reason(), node.as_written()) {
                (Some(_), _) => Allowed::Perhaps,
                (None, Some(version)) if number(version) >= number(floor) => Allowed::Yes,
                (None, _) => Allowed::No,
            });
    each.max().unwrap_or(Allowed::No)
}

/// The denies that must cover the bucket and its objects.
struct Cover<'a, 't> {
    statements: Vec<Statement<'a, 't>>,
    arns: [Pattern; 2],
    at: Node<'t>,
    /// Whether a part of the policies is not in sight.
    unknown: bool,
}

impl<'t> Cover<'_, 't> {
    fn judge(
        &self,
        test: impl Fn(&Test<'t>) -> Allowed,
        complaint: &str,
        setting: Option<&'static str>,
        out: &mut Conditions,
    ) {
        for (arn, what) in self.arns.iter().zip(["the bucket", "its objects"]) {
            let each = self.statements.iter().map(|statement| {
                let principals = statement.principals();
                let everybody = principals.list.iter().filter(|_| !principals.not);
                let everybody = everybody.map(|one| one.who.is_everybody()).max();
                let effect = match statement.effect() {
                    Effect::Deny => Allowed::Yes,
                    Effect::Unknown => Allowed::Perhaps,
                    Effect::Allow => Allowed::No,
                };
                let tested = match statement.tests() {
                    Ok(tests) if tests.len() == 1 => {
                        tests.iter().map(&test).max().unwrap_or(Allowed::No)
                    }
                    // Further tests must pass too, so that the deny covers less.
                    Ok(_) => Allowed::No,
                    Err(_) => Allowed::Perhaps,
                };
                let reaches = whole(statement.action("s3:*")).min(whole(statement.resource(arn)));
                effect
                    .min(everybody.unwrap_or(Allowed::No))
                    .min(tested)
                    .min(reaches)
            });
            let condition = match each.max().unwrap_or(Allowed::No) {
            Allowed::Yes => {
                out.held();
                continue;
            }
            Allowed::Perhaps => out.undecided(
                self.at,
                format!("whether requests for {what} are refused depends on what is not known: {complaint}"),
                "write effect, principal, actions, resources and condition literally",
            ),
            // What is not in sight was recorded, and may hold the deny.
            Allowed::No if self.unknown => continue,
            Allowed::No => out.failed(self.at, format!("{complaint} for {what}")),
        };
            condition.expected(EXPECTED).observed(self.at.display());
            condition.setting = setting;
        }
    }
}

fn whole(reach: Reach) -> Allowed {
    match reach {
        Reach::All => Allowed::Yes,
        Reach::Perhaps => Allowed::Perhaps,
        Reach::None | Reach::Part => Allowed::No,
    }
}
