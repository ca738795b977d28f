//! Workspaces are encrypted with a customer's key, in a bucket of ours.

use crate::control::settings::{Exactly, KmsKey, OneOf, S3Prefix, settings};
use crate::control::{Conditions, Control, Meta, Severity, Span, View, lies_under};
use crate::observed::{Known, Node, ResourceKind};

#[derive(Debug)]
pub(crate) enum Encryption {}

settings! {
    pub(crate) struct Setting {
        /// The KMS key of workspaces.
        kms_key: Exactly<KmsKey>,
        /// Places in S3 that workspaces may be kept in.
        storage: OneOf<S3Prefix>,
    }
}

impl Control for Encryption {
    const META: &'static Meta = &Meta {
        id: "studio.encryption",
        title: "workspaces are encrypted with a customer's key, in a bucket of ours",
        severity: Severity::Medium,
        kinds: &[ResourceKind::EmrStudio],
        span: Span::Resource,
        since: "0.2.0",
        aliases: &[],
        references: &["own NIST-800-53 SC-28"],
        docs: include_str!("encryption.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let studio = seen.resource.studio();
        let (name, key) = ("EncryptionKeyArn", want.kms_key.as_ref());
        out.must_name_key(studio.get(name), name, key, "kms-key", seen.scope);
        judge_storage(want, studio.get("DefaultS3Location"), out);
    }
}

fn judge_storage(want: &Setting, node: Node<'_>, out: &mut Conditions) {
    let allowed = &want.storage;
    let condition = match node.text() {
        Known::Set(place)
            if !place.is_empty() && allowed.allows_by(|prefix| lies_under(prefix, place)) =>
        {
            return out.held();
        }
        Known::Set(place) => out.failed(node, format!("`{place}` is no place for workspaces")),
        Known::Absent | Known::Mistyped => {
            out.failed(node, format!("`DefaultS3Location` is {}", node.display()))
        }
        Known::Unreadable(_) if allowed.is_any() => return out.held(),
        Known::Unreadable(reason) => {
            out.unknown(node, reason, "where workspaces are kept is unknown")
        }
    };
    condition
        .under("storage")
        .expected(allowed.to_string())
        .observed(node.display());
}
