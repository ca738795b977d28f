//! The document is one that AWS accepts and that means what it says.

use crate::aws::security_configuration::DOCUMENT;
use crate::control::settings::settings;
use crate::control::{
    Author, Conditions, Control, Effective, Meta, Severity, Span, Standing, View,
};
use crate::observed::{Form, Node, Reason, ResourceKind, Switch, Value};
use std::collections::BTreeSet;

#[derive(Debug)]
pub(crate) enum DocumentSchema {}

settings! {
    pub(crate) struct Setting {}
}

impl Control for DocumentSchema {
    const META: &'static Meta = &Meta {
        id: "emr.document-schema",
        title: "the document is one that AWS accepts and that means what it says",
        severity: Severity::High,
        kinds: &[ResourceKind::EmrSecurityConfiguration],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own"],
        docs: include_str!("document_schema.md"),
    };
    type Setting = Setting;

    fn judge(_: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        if let Effective::Unknown(node, Reason::Malformed { what }) = seen.document {
            out.failed(*node, format!("the document is not JSON: {what}"))
                .expected("a JSON object")
                .observed("a text that is not JSON");
            return;
        }
        let Some(document) = seen.document(out) else {
            return;
        };
        if !matches!(document.value(), Value::Map) {
            out.failed(
                document,
                format!(
                    "the document is {}, not an object",
                    document.value().type_name()
                ),
            )
            .expected("a JSON object")
            .observed(document.display());
            return;
        }
        let author = author(seen);
        out.must_conform(document, "the document", DOCUMENT, author);
        if document.members().len() == 0 && document.open().is_none() {
            note(
                document,
                "the document is empty, and no AWS page says whether that is accepted",
                out,
            );
        }
        judge_transit(document, out);
        judge_at_rest(document, out);
        judge_s3(document.path(S3), out);
        judge_disk(document, out);
        judge_kerberos(
            document.path("AuthenticationConfiguration/KerberosConfiguration"),
            out,
        );
    }
}

const TLS: &str =
    "EncryptionConfiguration/InTransitEncryptionConfiguration/TLSCertificateConfiguration";
const AT_REST: &str = "EncryptionConfiguration/AtRestEncryptionConfiguration";
const S3: &str = "EncryptionConfiguration/AtRestEncryptionConfiguration/S3EncryptionConfiguration";
const DISK: &str =
    "EncryptionConfiguration/AtRestEncryptionConfiguration/LocalDiskEncryptionConfiguration";

/// AWS wrote what a snapshot holds, and what stands beside the time of its creation.
fn author(seen: &View<'_, '_>) -> Author {
    let described = matches!(seen.resource.form, Form::Live | Form::Described);
    if described || seen.resource.outer.get("CreationDateTime").is_set() {
        Author::Aws
    } else {
        Author::Person
    }
}

/// Whether AWS accepts it is not published.
fn note(node: Node<'_>, message: &str, out: &mut Conditions) {
    out.undecided(
        node,
        message,
        "create the configuration in a test account and see whether the service takes it",
    )
    .observed(node.display())
    .at(Severity::Info);
}

/// Whether a switch is on, also as a string.
fn asks(switch: Node<'_>) -> bool {
    matches!(switch.switch(), Switch::On | Switch::TextOn)
}

/// Something else in the document asks for this member.
fn needs(object: Node<'_>, key: &'static str, why: &str, out: &mut Conditions) {
    let node = object.get(key);
    if node.is_absent() {
        out.failed(node, format!("{why} needs `{key}`"))
            .expected(format!("`{key}`"))
            .observed("absent");
    }
}

/// Something else in the document excludes this member.
fn excludes(object: Node<'_>, key: &'static str, why: &str, out: &mut Conditions) {
    let node = object.get(key);
    if node.is_set() {
        out.failed(object.key_place(key), format!("{why} has no `{key}`"))
            .expected("absent")
            .observed(node.display());
    }
}

/// A body under a switch that is off does nothing (rule 4).
fn unused(switch: Node<'_>, name: &str, body: Node<'_>, out: &mut Conditions) {
    if Standing::of_switch(switch).is_off() && body.is_set() && body.members().len() > 0 {
        out.failed(body, format!("this body is ignored while `{name}` is off"))
            .observed(body.display())
            .at(Severity::Info);
    }
}

fn judge_transit(document: Node<'_>, out: &mut Conditions) {
    let switch = document.path("EncryptionConfiguration/EnableInTransitEncryption");
    let body = document.path("EncryptionConfiguration/InTransitEncryptionConfiguration");
    unused(switch, "EnableInTransitEncryption", body, out);
    let tls = document.path(TLS);
    if asks(switch) {
        needs(tls, "CertificateProviderType", "encryption in transit", out);
    }
    match tls.get("CertificateProviderType").as_text() {
        Some("EMR") => {
            for key in ["S3Object", "CertificateProviderClass"] {
                meaningless(tls, key, "beside `EMR`", out);
            }
        }
        Some(provider @ ("PEM" | "Custom")) => {
            needs(tls, "S3Object", &format!("`{provider}`"), out);
            if provider == "Custom" {
                needs(tls, "CertificateProviderClass", "`Custom`", out);
            }
            for key in [
                "AwsKmsKey",
                "SecretTags",
                "ValidityInDays",
                "WildcardDnsSuffix",
            ] {
                meaningless(tls, key, "without `EMR`", out);
            }
        }
        _ => {}
    }
}

fn meaningless(object: Node<'_>, key: &'static str, beside: &str, out: &mut Conditions) {
    if object.get(key).is_set() {
        out.failed(
            object.key_place(key),
            format!("`{key}` means nothing {beside}"),
        )
        .expected("absent")
        .observed("set")
        .at(Severity::Info);
    }
}

fn judge_at_rest(document: Node<'_>, out: &mut Conditions) {
    let switch = document.path("EncryptionConfiguration/EnableAtRestEncryption");
    let body = document.path(AT_REST);
    unused(switch, "EnableAtRestEncryption", body, out);
    let blocks = [
        body.get("S3EncryptionConfiguration"),
        body.get("LocalDiskEncryptionConfiguration"),
    ];
    if asks(switch) && blocks.iter().all(|block| block.is_absent()) {
        out.failed(body, "encryption at rest needs `S3EncryptionConfiguration` or `LocalDiskEncryptionConfiguration`")
            .expected("a block for S3 or for local disks")
            .observed(body.display());
    }
}

fn judge_s3(block: Node<'_>, out: &mut Conditions) {
    match block.get("EncryptionMode").as_text() {
        Some(mode @ ("SSE-KMS" | "CSE-KMS")) => {
            needs(block, "AwsKmsKey", &format!("`{mode}`"), out);
        }
        Some("CSE-Custom") => {
            needs(block, "S3Object", "`CSE-Custom`", out);
            needs(block, "EncryptionKeyProviderClass", "`CSE-Custom`", out);
        }
        _ => {}
    }
    let mut buckets = BTreeSet::new();
    for item in block.get("Overrides").items() {
        let mode = item.get("EncryptionMode");
        match mode.as_text() {
            Some(text @ ("SSE-KMS" | "CSE-KMS")) => {
                needs(item, "AwsKmsKey", &format!("`{text}`"), out);
            }
            Some("CSE-Custom") => note(
                mode,
                "no AWS page says that an override may use `CSE-Custom`",
                out,
            ),
            _ => {}
        }
        let bucket = item.get("BucketName");
        if bucket.as_text().is_some_and(|name| !buckets.insert(name)) {
            note(
                bucket,
                "two overrides name this bucket, and no AWS page says which one counts",
                out,
            );
        }
    }
}

fn judge_disk(document: Node<'_>, out: &mut Conditions) {
    let block = document.path(DISK);
    match block.get("EncryptionKeyProviderType").as_text() {
        Some("AwsKms") => needs(block, "AwsKmsKey", "`AwsKms`", out),
        Some("Custom") => {
            needs(block, "S3Object", "`Custom`", out);
            needs(block, "EncryptionKeyProviderClass", "`Custom`", out);
            let ebs = block.get("EnableEbsEncryption");
            if asks(ebs) {
                out.failed(ebs, "`EnableEbsEncryption` needs the provider `AwsKms`")
                    .expected("`AwsKms`")
                    .observed("`Custom`");
            }
        }
        _ => {}
    }
    let class = block.get("EncryptionKeyProviderClass");
    let other = document.path(S3).get("EncryptionKeyProviderClass");
    if class.as_text().is_some() && class.as_text() == other.as_text() {
        note(
            class,
            "S3 and local disks have one provider class: AWS asks for two, and its own example has one",
            out,
        );
    }
}

fn judge_kerberos(section: Node<'_>, out: &mut Conditions) {
    let (own, other) = match section.get("Provider").as_text() {
        Some("ClusterDedicatedKdc") => (
            "ClusterDedicatedKdcConfiguration",
            "ExternalKdcConfiguration",
        ),
        Some("ExternalKdc") => (
            "ExternalKdcConfiguration",
            "ClusterDedicatedKdcConfiguration",
        ),
        _ => return,
    };
    let provider = section.get("Provider").as_text().unwrap_or_default();
    needs(section, own, &format!("`{provider}`"), out);
    excludes(section, other, &format!("`{provider}`"), out);
}
