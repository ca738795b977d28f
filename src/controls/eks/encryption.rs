//! EMR on EKS configurations encrypt S3, local disk and traffic.

use crate::control::settings::{Exactly, KmsKey, OneOf, Plain, Switch, settings, vocabulary};
use crate::control::{Conditions, Control, Meta, Severity, Span, View, is_secret_arn};
use crate::observed::containers::ContainerSecurity;
use crate::observed::{Known, Node, ResourceKind};

#[derive(Debug)]
pub(crate) enum Encryption {}

vocabulary!(pub(crate) S3Option: "SSE-S3", "SSE-KMS", "CSE-KMS");
settings! {
    pub(crate) struct Setting {
        /// How data in S3 may be encrypted.
        s3: OneOf<S3Option>,
        /// The KMS key of data in S3.
        s3_key: Exactly<KmsKey>,
        /// The KMS key of local disks.
        disk_key: Exactly<KmsKey>,
        /// Whether traffic must be encrypted.
        in_transit: Switch = true,
        /// Secrets that certificates may come from, by ARN.
        certificate_secrets: OneOf<Plain>,
    }
}

impl Control for Encryption {
    const META: &'static Meta = &Meta {
        id: "eks.encryption",
        title: "EMR on EKS configurations encrypt S3, local disk and traffic",
        severity: Severity::High,
        kinds: &[
            ResourceKind::EmrContainersVirtualCluster,
            ResourceKind::EmrContainersSecurityConfiguration,
        ],
        span: Span::Resource,
        since: "0.2.0",
        aliases: &[],
        references: &["own NIST-800-53 SC-8", "own NIST-800-53 SC-28"],
        docs: include_str!("encryption.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let Some(security) = seen.container_security(out) else {
            return;
        };
        if security.is_live() {
            out.undecided(
                seen.resource.body,
                "the answer of AWS has no part for data at rest",
                "judge the template that made the security configuration",
            )
            .under("s3");
        } else {
            judge_at_rest(want, security, seen, out);
        }
        if want.in_transit {
            judge_traffic(want, security, out);
        }
    }
}

fn judge_at_rest(
    want: &Setting,
    security: ContainerSecurity<'_>,
    seen: &View<'_, '_>,
    out: &mut Conditions,
) {
    let words = &["SSE-S3", "SSE-KMS", "CSE-KMS"];
    let s3 = security.s3();
    let option = s3.get("EncryptionOption");
    let option = out.must_be_allowed(option, "EncryptionOption", &want.s3, "s3", words);
    if let Known::Set("SSE-KMS" | "CSE-KMS") = option {
        let key = s3.get("KMSKeyId");
        out.must_name_key_or_id(key, "KMSKeyId", want.s3_key.as_ref(), "s3-key", seen.scope);
    }
    let key = security.disk().get("AwsKmsKeyId");
    let want = want.disk_key.as_ref();
    out.must_name_key_or_id(key, "AwsKmsKeyId", want, "disk-key", seen.scope);
}

fn judge_traffic(want: &Setting, security: ContainerSecurity<'_>, out: &mut Conditions) {
    let tls = security.tls();
    let [provider, public, private] = security.tls_members();
    let node = tls.get(provider);
    let condition = match node.text() {
        Known::Set("PEM") => {
            out.held();
            None
        }
        Known::Unreadable(reason) => {
            Some(out.unknown(node, reason, "how traffic is encrypted is unknown"))
        }
        Known::Set(_) | Known::Absent | Known::Mistyped => {
            Some(out.failed(node, format!("`{provider}` is {}", node.display())))
        }
    };
    if let Some(condition) = condition {
        condition
            .under("in-transit")
            .expected("`PEM`")
            .observed(node.display());
    }
    for member in [public, private] {
        judge_secret(want, tls.get(member), member, out);
    }
}

/// The ARN of a secret is a name and no secret.
fn judge_secret(want: &Setting, node: Node<'_>, member: &str, out: &mut Conditions) {
    let allowed = &want.certificate_secrets;
    let condition = match node.text() {
        Known::Set(arn) if is_secret_arn(arn) && allowed.allows(arn) => return out.held(),
        Known::Set(arn) if is_secret_arn(arn) => out.failed(
            node,
            format!("`{member}` names a secret that is not allowed"),
        ),
        Known::Set(_) | Known::Mistyped => {
            out.failed(node, format!("`{member}` is not the ARN of a secret"))
        }
        Known::Absent => out.failed(node, format!("`{member}` is absent")),
        Known::Unreadable(reason) => out.unknown(node, reason, format!("`{member}` is unknown")),
    };
    condition
        .under("certificate-secrets")
        .expected(if allowed.is_any() {
            "the ARN of a secret".to_owned()
        } else {
            allowed.to_string()
        });
}
