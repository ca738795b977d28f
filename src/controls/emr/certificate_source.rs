//! Certificates and provider classes come from a place only the pipeline can write.

mod live;

use crate::artifact::Statement;
use crate::aws::s3::Location;
use crate::control::settings::{
    Choice, OneOf, Only, Pattern, Plain, RolePattern, Switch, settings,
};
use crate::control::{
    Conditions, Control, Draft, Meta, Severity, Span, View, Weakening, names_place,
};
use crate::lattice::Text;
use crate::observed::{Form, Known, Lookup, Node, Resource, ResourceKind, Switch as Seen};
use serde_json::json;
use std::collections::BTreeSet;

#[derive(Debug)]
pub(crate) enum CertificateSource {}

settings! {
    pub(crate) struct Setting {
        /// The buckets that may hold certificates and providers, as patterns.
        buckets: OneOf<Pattern>,
        /// The accounts that may own those buckets; the target's when it is not given.
        accounts: OneOf<Plain>,
        /// Whether the buckets must keep versions.
        versioned: Switch = true,
        /// Whether the buckets must encrypt with KMS by default.
        kms: Switch = true,
        /// Who may read the objects, as patterns of ARNs.
        readers: Only<RolePattern>,
        /// Who may write the objects, as patterns of ARNs.
        writers: Only<RolePattern>,
    }
}

/// Where a document names an object that nodes trust.
const OBJECTS: [&str; 3] = [
    "EncryptionConfiguration/InTransitEncryptionConfiguration/TLSCertificateConfiguration/S3Object",
    "EncryptionConfiguration/AtRestEncryptionConfiguration/S3EncryptionConfiguration/S3Object",
    "EncryptionConfiguration/AtRestEncryptionConfiguration/LocalDiskEncryptionConfiguration/S3Object",
];
/// The settings of other controls that name such objects.
const NAMED: [(&str, &str); 3] = [
    ("emr.in-transit-encryption", "certificate-object"),
    ("emr.s3-encryption", "provider-object"),
    ("emr.disk-encryption", "provider-object"),
];

impl Control for CertificateSource {
    const META: &'static Meta = &Meta {
        id: "emr.certificate-source",
        title: "certificates and provider classes come from a place only the pipeline can write",
        severity: Severity::High,
        kinds: &[ResourceKind::EmrSecurityConfiguration],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 CM-14", "own NIST-800-53 SC-12"],
        docs: include_str!("certificate_source.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let Some(document) = seen.document(out) else {
            return;
        };
        for node in OBJECTS.map(|path| document.path(path)) {
            match node.text() {
                Known::Absent => {}
                Known::Unreadable(reason) => {
                    out.unknown(node, reason, "the place of `S3Object` is unknown")
                        .under("buckets");
                }
                Known::Mistyped => {
                    out.failed(node, "`S3Object` is not a string")
                        .under("buckets");
                }
                Known::Set(text) => match Location::of(text) {
                    Some(place) => judge_place(want, node, place, seen, out),
                    None => {
                        out.failed(node, "`S3Object` is not a place in S3")
                            .under("buckets")
                            .expected("`s3://bucket/key`")
                            .observed(node.display());
                    }
                },
            }
        }
    }

    fn compile(want: &Setting, draft: &mut Draft<'_>) {
        if want.readers.is_any() && want.writers.is_any() {
            return;
        }
        let readers = draft.bound_all("readers", &want.readers);
        let writers = draft.bound_all("writers", &want.writers);
        let mut objects = BTreeSet::new();
        for (control, setting) in NAMED {
            let requirement = draft.requirements.get(control);
            let text = requirement.and_then(|requirement| requirement.text(setting));
            objects.extend(text.as_ref().and_then(Text::as_literal).map(str::to_owned));
        }
        for object in objects {
            let Some(place) = Location::of(&object) else {
                continue;
            };
            let arn = place.arn(draft.target.partition);
            let file = format!("s3/{}", place.bucket);
            let deny = |sid: &str, actions: &[&str], except: &[String]| {
                let statement = Statement::deny(sid, actions)
                    .on([arn.clone()])
                    .by(json!("*"));
                if except.is_empty() {
                    statement
                } else {
                    statement.when(json!({ "ArnNotLike": { "aws:PrincipalArn": except } }))
                }
            };
            if !want.readers.is_any() {
                let either: Vec<String> = readers.iter().chain(&writers).cloned().collect();
                let statement = deny("OnlyReadersReadThis", &["s3:GetObject*"], &either);
                draft.statement(&file, statement, Some("readers"));
            }
            if !want.writers.is_any() {
                let actions = &["s3:PutObject*", "s3:DeleteObject*", "s3:RestoreObject"];
                let statement = deny("OnlyWritersWriteThis", actions, &writers);
                draft.statement(&file, statement, Some("writers"));
            }
        }
    }

    const WEAKENINGS: &'static [Weakening] = &[Weakening::set(
        "/EncryptionConfiguration/InTransitEncryptionConfiguration/TLSCertificateConfiguration/S3Object",
        "\"certificates.zip\"",
    )
    .also(&["emr.in-transit-encryption"])];
}

fn judge_place(
    want: &Setting,
    node: Node<'_>,
    place: Location<'_>,
    seen: &View<'_, '_>,
    out: &mut Conditions,
) {
    if want.buckets.allows(place.bucket) {
        out.held();
    } else {
        out.failed(
            node,
            format!(
                "bucket `{}` is not among those that the baseline allows",
                place.bucket
            ),
        )
        .under("buckets")
        .expected(want.buckets.to_string())
        .observed(node.display());
    }
    match seen.scope.by_name(ResourceKind::S3Bucket, place.bucket) {
        Lookup::Found(bucket) if bucket.form.is_template() => {
            judge_bucket(want, bucket, seen, out);
        }
        Lookup::DoesNotExist => {
            missing(node, place, out);
        }
        Lookup::Found(bucket) if bucket.form == Form::Live => {
            live::judge(want, node, place, bucket, seen, out);
        }
        _ if seen.is_live() => live::not_observed(node, place, out),
        _ if is_named(&want.buckets, node, place, seen) => out.held(),
        Lookup::Found(_) | Lookup::NotInSight | Lookup::Ambiguous => {
            out.undecided(
                node,
                format!(
                    "bucket `{}` is neither declared in the input nor named by the baseline",
                    place.bucket
                ),
                "list it under `buckets` in `[emr.certificate-source]`, or audit the live bucket",
            )
            .under("buckets");
        }
    }
}

/// A bucket that does not exist may be anybody's tomorrow.
fn missing(node: Node<'_>, place: Location<'_>, out: &mut Conditions) {
    out.failed(
        node,
        format!(
            "bucket `{}` does not exist: anyone may create it",
            place.bucket
        ),
    )
    .under("buckets")
    .expected("a bucket of ours")
    .observed(node.display());
}

/// Whether the baseline names the bucket (rule 13): in its list, or as the place of an object, bound.
fn is_named(buckets: &Choice, node: Node<'_>, place: Location<'_>, seen: &View<'_, '_>) -> bool {
    let listed = buckets
        .texts()
        .into_iter()
        .any(|text| !text.is_pattern() && text.as_literal() == Some(place.bucket));
    let as_object = || {
        NAMED.iter().any(|(control, setting)| {
            let text = seen
                .requirement(control)
                .and_then(|other| other.text(setting));
            text.is_some_and(|text| {
                text.as_literal().is_some()
                    && node.as_text().is_some_and(|seen| names_place(&text, seen))
            })
        })
    };
    listed || as_object()
}

/// The accounts that may own buckets, when they are known.
fn accounts(want: &Setting, seen: &View<'_, '_>) -> Option<Vec<Text>> {
    if want.accounts.is_any() {
        return seen
            .target
            .map(|target| vec![Text::literal(&*target.account)]);
    }
    Some(want.accounts.texts().into_iter().cloned().collect())
}

/// A bucket that the same input declares.
fn judge_bucket(want: &Setting, bucket: &Resource<'_>, seen: &View<'_, '_>, out: &mut Conditions) {
    let body = bucket.body;
    if let (Some(account), Some(own)) = (&bucket.identity.account, accounts(want, seen)) {
        if own.iter().any(|text| text.accepts(account)) {
            out.held();
        } else {
            out.failed(body, format!("the bucket belongs to account `{account}`"))
                .under("accounts")
                .expected("an account of ours")
                .observed(account.as_str());
        }
    }
    if want.versioned {
        let status = body.path("VersioningConfiguration/Status");
        let enabled = Text::from("Enabled");
        out.must_equal(
            status,
            "VersioningConfiguration.Status",
            Some(&enabled),
            "versioned",
        );
    }
    if want.kms {
        let rules = body.path("BucketEncryption/ServerSideEncryptionConfiguration");
        let algorithms: Vec<Node<'_>> = rules
            .items()
            .map(|rule| rule.path("ServerSideEncryptionByDefault/SSEAlgorithm"))
            .collect();
        let kms = |node: Node<'_>| {
            node.as_text()
                .is_some_and(|text| text.starts_with("aws:kms"))
        };
        let unknown = rules
            .reason()
            .or_else(|| algorithms.iter().find_map(|node| node.reason()));
        if algorithms.iter().copied().any(kms) {
            out.held();
        } else if let Some(reason) = unknown {
            out.unknown(
                rules,
                reason,
                "the default encryption of the bucket is unknown",
            )
            .under("kms");
        } else {
            out.failed(rules, "the bucket does not encrypt with KMS by default")
                .under("kms")
                .expected("`aws:kms`")
                .observed(rules.display());
        }
    }
    judge_public_access(body, out);
    judge_policy(want, body, out);
}

fn judge_public_access(body: Node<'_>, out: &mut Conditions) {
    // Absent settings are S3's default since April 2023, which blocks everything: S3 User Guide.
    let block = body.get("PublicAccessBlockConfiguration");
    for (key, _) in block.members() {
        match block.get(key).switch_leniently() {
            Seen::Off => {
                out.failed(block.get(key), format!("`{key}` is off on the bucket"))
                    .expected("true")
                    .observed("false");
            }
            Seen::Unreadable(reason) => {
                out.unknown(
                    block.get(key),
                    reason,
                    format!("`{key}` of the bucket is unknown"),
                );
            }
            Seen::On | Seen::Absent | Seen::TextOn | Seen::TextOff | Seen::Odd => {}
        }
    }
}

/// The policy of the bucket stands beside it and is judged with the live bucket; the baseline that names readers or
/// writers compiles the statements that close it.
fn judge_policy(want: &Setting, body: Node<'_>, out: &mut Conditions) {
    if want.readers.is_any() && want.writers.is_any() {
        out.held();
        return;
    }
    out.undecided(
        body,
        "who may read and write the bucket stands in its policy, which this version does not read in files",
        "audit the live bucket",
    )
    .under(if want.writers.is_any() { "readers" } else { "writers" });
}
