//! Traffic between nodes is encrypted with TLS.

use crate::artifact::Leaf;
use crate::control::settings::{
    AtMost, Exactly, KmsKey, OneOf, Plain, Prefer, S3Object, Switch, settings, vocabulary,
};
use crate::control::{
    Conditions, Control, Draft, Meta, NumberBound, Review, Severity, Span, Standing, View,
    Weakening,
};
use crate::observed::{Known, Node, ResourceKind};
use jiff::ToSpan;

#[derive(Debug)]
pub(crate) enum InTransitEncryption {}

vocabulary!(pub(crate) Provider: "PEM", "Custom", "EMR");
settings! {
    pub(crate) struct Setting {
        /// Who may supply the certificates.
        certificate_provider: OneOf<Provider>,
        /// The provider that is compiled.
        prefer: Prefer<Provider>,
        /// The archive of certificates for `PEM`, or the JAR of the provider for `Custom`.
        certificate_object: Exactly<S3Object>,
        /// The class of the provider, for `Custom`.
        provider_class: Exactly<Plain>,
        /// How many days certificates of `EMR` may live; AWS's default is 20 years.
        max_validity_days: AtMost<1, 36500>,
        /// The KMS key of the certificate authority's secret, for `EMR`.
        ca_key: Exactly<KmsKey>,
        /// Whether Kerberos and local-disk encryption must stand beside TLS, without which RPC and HDFS stay plain.
        full_coverage: Switch = false,
    }
}

const SWITCH: &str = "EncryptionConfiguration/EnableInTransitEncryption";
const BODY: &str = "EncryptionConfiguration/InTransitEncryptionConfiguration";
const TLS: &str = "TLSCertificateConfiguration";
/// EMR Management Guide, *Create a security configuration*: "the default is 20 years".
const DEFAULT_DAYS: i64 = 7300;

impl Control for InTransitEncryption {
    const META: &'static Meta = &Meta {
        id: "emr.in-transit-encryption",
        title: "traffic between nodes is encrypted with TLS",
        severity: Severity::High,
        kinds: &[
            ResourceKind::EmrSecurityConfiguration,
            ResourceKind::EmrCluster,
        ],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &[
            "AWS-FSBP EMR.4",
            "CT.EMR.PR.4",
            "NIST-800-53 AC-4",
            "NIST-800-53 SC-7(4)",
            "NIST-800-53 SC-8",
            "NIST-800-53 SC-8(1)",
            "NIST-800-53 SC-8(2)",
            "NIST-800-53 SC-13",
            "NIST-800-53 SC-23",
            "NIST-800-53 SC-23(3)",
        ],
        docs: include_str!("in_transit_encryption.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let Some(document) = seen.document(out) else {
            return;
        };
        let body = document.path(BODY);
        let switch = document.path(SWITCH);
        out.must_be_on_over(
            switch,
            "EnableInTransitEncryption",
            body,
            "InTransitEncryptionConfiguration",
        );
        // EMR Management Guide, *Create a security configuration*: from 4.8.0.
        out.must_reach_release(seen, &["emr-4.8.0"], "encryption in transit", None);
        judge_provider(want, body.get(TLS), seen, out);
        if want.full_coverage {
            judge_coverage(document, out);
        }
    }

    fn compile(want: &Setting, draft: &mut Draft<'_>) {
        let provider = draft.choose(
            "certificate-provider",
            &want.certificate_provider,
            want.prefer.as_ref(),
        );
        let Some(provider) = provider else { return };
        let has = |control| draft.requirements.contains_key(control);
        if want.full_coverage && !(has("emr.kerberos") && has("emr.disk-encryption")) {
            draft.refuse(
                Some("full-coverage"),
                "`full-coverage` needs Kerberos and local-disk encryption in the same document",
                "add `[emr.kerberos]` and `[emr.disk-encryption]`",
            );
        }
        draft.document(Leaf::EnableInTransitEncryption, true, None);
        draft.document(
            Leaf::CertificateProviderType,
            provider.as_str(),
            Some("certificate-provider"),
        );
        if provider == "EMR" {
            compile_managed(want, draft);
            return;
        }
        let setting = "certificate-object";
        if let Some(object) = draft.need(setting, want.certificate_object.as_ref()) {
            draft.object_reader(&object, "InstanceProfileReadsCertificates", setting);
            draft.document(Leaf::CertificateS3Object, object, Some(setting));
        }
        if provider == "Custom"
            && let Some(class) = draft.need("provider-class", want.provider_class.as_ref())
        {
            draft.document(
                Leaf::CertificateProviderClass,
                class,
                Some("provider-class"),
            );
        }
    }

    fn review(want: &Setting, review: &mut Review<'_>) {
        let missing: Vec<&str> = ["emr.kerberos", "emr.disk-encryption"]
            .into_iter()
            .filter(|control| review.requirement(control).is_none())
            .collect();
        if want.full_coverage && !missing.is_empty() {
            let places = review.own().places(Some("full-coverage")).iter();
            let places = places
                .map(|place| (place.clone(), "asked for here".to_owned()))
                .collect();
            let missing = missing.join("]` and `[");
            review.warn(
                places,
                "`full-coverage` needs Kerberos and local-disk encryption in the same document",
                format!("add `[{missing}]`"),
            );
        }
    }

    const WEAKENINGS: &'static [Weakening] = &[
        Weakening::set("/EncryptionConfiguration/EnableInTransitEncryption", "false").also(LEAN_ON_TLS),
        Weakening::remove("/EncryptionConfiguration/EnableInTransitEncryption").also(LEAN_ON_TLS),
        Weakening::remove("/EncryptionConfiguration/InTransitEncryptionConfiguration")
            .also(&["emr.document-schema", "emr.certificate-source"]),
        Weakening::set(
            "/EncryptionConfiguration/InTransitEncryptionConfiguration/TLSCertificateConfiguration/S3Object",
            "\"s3://somebody-elses-bucket/certificates.zip\"",
        )
        .also(&["emr.certificate-source"]),
        Weakening::remove(
            "/EncryptionConfiguration/InTransitEncryptionConfiguration/TLSCertificateConfiguration/CertificateProviderType",
        )
        .also(&["emr.document-schema"]),
    ];
}

/// Controls whose feature AWS gives only beside TLS, or that see a switch off over a body.
const LEAN_ON_TLS: &[&str] = &[
    "emr.document-schema",
    "emr.feature-combinations",
    "emr.identity-center",
    "emr.lake-formation",
    "emr.ldap",
];

fn compile_managed(want: &Setting, draft: &mut Draft<'_>) {
    if let Some(key) = &want.ca_key
        && let Some(key) = draft.bound("ca-key", key)
    {
        draft.document(Leaf::CertificateAwsKmsKey, key, Some("ca-key"));
    }
    if let Some(days) = want.max_validity_days {
        let setting = Some("max-validity-days");
        draft.document(Leaf::CertificateValidityInDays, days, setting);
    }
}

fn judge_provider(want: &Setting, tls: Node<'_>, seen: &View<'_, '_>, out: &mut Conditions) {
    let provider = out.must_be_allowed(
        tls.get("CertificateProviderType"),
        "CertificateProviderType",
        &want.certificate_provider,
        "certificate-provider",
        &["PEM", "Custom", "EMR"],
    );
    match provider {
        Known::Set("EMR") => judge_managed(want, tls, seen, out),
        Known::Set(provider @ ("PEM" | "Custom")) => {
            out.must_name_object(
                tls.get("S3Object"),
                "S3Object",
                want.certificate_object.as_ref(),
                "certificate-object",
            );
            if provider == "Custom" {
                out.must_equal(
                    tls.get("CertificateProviderClass"),
                    "CertificateProviderClass",
                    want.provider_class.as_ref(),
                    "provider-class",
                );
            }
        }
        Known::Set(_) | Known::Absent | Known::Mistyped | Known::Unreadable(_) => {}
    }
}

fn judge_managed(want: &Setting, tls: Node<'_>, seen: &View<'_, '_>, out: &mut Conditions) {
    // EMR Management Guide, *Provide certificates for encrypting data in transit*: three options from 7.11.0.
    let setting = Some("certificate-provider");
    out.must_reach_release(seen, &["emr-7.11.0"], "`EMR` certificates", setting);
    if want.ca_key.is_some() {
        let key = tls.get("AwsKmsKey");
        out.must_name_key(key, "AwsKmsKey", want.ca_key.as_ref(), "ca-key", seen.scope);
    }
    let days = tls.get("ValidityInDays");
    if let Some(max) = want.max_validity_days {
        let bound = NumberBound {
            min: None,
            max: Some(max),
            default: Some(DEFAULT_DAYS),
        };
        out.must_be_within(days, "ValidityInDays", bound, "max-validity-days");
    }
    let lifetime = match days.number_leniently() {
        Known::Set(lifetime) => lifetime,
        Known::Absent => DEFAULT_DAYS,
        Known::Mistyped | Known::Unreadable(_) => return,
    };
    let end = seen.document_created().and_then(|created| {
        created
            .checked_add((lifetime.saturating_mul(24)).hours())
            .ok()
    });
    if end.is_some_and(|end| end <= seen.at) {
        out.failed(days, "the certificates of this security configuration have expired")
            .expected("certificates that are valid")
            .observed(format!("{lifetime} days from the creation of the configuration"))
            .fix("create the security configuration again, which makes new certificates, and launch new clusters with it");
    }
}

/// EMR Management Guide, *Encryption support matrix*: what TLS alone leaves plain.
fn judge_coverage(document: Node<'_>, out: &mut Conditions) {
    for (standing, message, expected) in [
        (
            Standing::kerberos(document),
            "there is no Kerberos, without which Hadoop RPC stays plain",
            "`KerberosConfiguration`",
        ),
        (
            Standing::local_disk(document),
            "local disks are not encrypted, without which HDFS transfers stay plain",
            "`LocalDiskEncryptionConfiguration`",
        ),
    ] {
        if let Some(condition) = out.must_stand(standing, message, expected) {
            condition.under("full-coverage");
        }
    }
}
