//! What other rule sets call a template, and what we call it. Control Tower's proactive controls and the rules of the
//! Guard registry are labelled by AWS: where we differ, the table says why. The templates are our own, one for each
//! scenario that the rules describe.

use crate::support::{Failures, check, golden, root, worst};
use std::fmt::Write as _;

/// One scenario of a rule.
struct Case {
    /// The rule, as its publisher names it.
    rule: &'static str,
    /// The scenario in a few words.
    scenario: &'static str,
    /// What the rule says: `PASS` or `FAIL`; `SKIP` where a suppression silences it.
    label: &'static str,
    /// The body of the template's security configuration in flow style; empty for a template of one cluster.
    document: &'static str,
    /// What stands beside the document in the template.
    beside: &'static str,
    /// The table of a baseline that asks for the same.
    baseline: &'static str,
    /// Our verdict.
    ours: &'static str,
    /// Why ours is another; empty when it is the same.
    why: &'static str,
}

const S3: &str = "[emr.s3-encryption]\n";
const S3_KMS: &str = "[emr.s3-encryption]\nmode = [\"SSE-KMS\", \"CSE-KMS\"]\n";
const DISK: &str = "[emr.disk-encryption]\nprovider = [\"AwsKms\"]\nebs = true\n";
const DISK_ANY: &str = "[emr.disk-encryption]\n";
const TRANSIT: &str = "[emr.in-transit-encryption]\n";
const KERBEROS: &str = "[emr.kerberos]\n";
const OFF: &str = "{EnableInTransitEncryption: false, EnableAtRestEncryption: false}";
const KEY: &str = "  KmsKey: {Type: AWS::KMS::Key, Properties: {EnableKeyRotation: true, KeyPolicy: {Statement: []}}}\n";

const fn case(
    rule: &'static str,
    scenario: &'static str,
    label: &'static str,
    document: &'static str,
    baseline: &'static str,
) -> Case {
    let ours = if label.len() == 4 && label.as_bytes()[0] == b'P' {
        "compliant"
    } else {
        "noncompliant"
    };
    Case {
        rule,
        scenario,
        label,
        document,
        beside: "",
        baseline,
        ours,
        why: "",
    }
}

impl Case {
    const fn beside(self, beside: &'static str) -> Self {
        Self { beside, ..self }
    }
    const fn but(self, ours: &'static str, why: &'static str) -> Self {
        Self { ours, why, ..self }
    }
    fn control(&self) -> &str {
        self.baseline.split(['[', ']']).nth(1).unwrap()
    }
    fn template(&self) -> String {
        let mut text = "AWSTemplateFormatVersion: \"2010-09-09\"\nParameters:\n  Place: {Type: String}\n  Key: {Type: String}\nResources:\n".to_owned();
        if !self.document.is_empty() {
            writeln!(text, "  Configuration:\n    Type: AWS::EMR::SecurityConfiguration\n    Properties:\n      SecurityConfiguration: {{EncryptionConfiguration: {}}}", self.document).unwrap();
        }
        text.push_str(self.beside);
        text
    }
}

const CASES: &[Case] = &[
    case("CT.EMR.PR.1", "S3 encryption in any mode", "PASS", "{EnableInTransitEncryption: false, EnableAtRestEncryption: true, AtRestEncryptionConfiguration: {S3EncryptionConfiguration: {EncryptionMode: SSE-S3}}}", S3),
    case("CT.EMR.PR.1", "at rest off", "FAIL", OFF, S3),
    case("CT.EMR.PR.1", "switch absent", "FAIL", "{EnableInTransitEncryption: false, AtRestEncryptionConfiguration: {S3EncryptionConfiguration: {EncryptionMode: SSE-S3}}}", S3),
    case("CT.EMR.PR.1", "on, without a configuration", "FAIL", "{EnableInTransitEncryption: false, EnableAtRestEncryption: true}", S3),
    case("CT.EMR.PR.1", "empty mode", "FAIL", "{EnableInTransitEncryption: false, EnableAtRestEncryption: true, AtRestEncryptionConfiguration: {S3EncryptionConfiguration: {EncryptionMode: \"\"}}}", S3),
    case("CT.EMR.PR.1", "a switch that is the text `true`", "FAIL", "{EnableInTransitEncryption: false, EnableAtRestEncryption: \"true\", AtRestEncryptionConfiguration: {S3EncryptionConfiguration: {EncryptionMode: SSE-S3}}}", S3)
        .but("indeterminate", "AWS's own example of a custom provider writes switches as texts, and no page says whether they are read"),
    case("CT.EMR.PR.1", "a mode that does not exist", "PASS", "{EnableInTransitEncryption: false, EnableAtRestEncryption: true, AtRestEncryptionConfiguration: {S3EncryptionConfiguration: {EncryptionMode: SSE}}}", S3)
        .but("noncompliant", "the rule takes any text for a mode; EMR rejects this one"),
    case("CT.EMR.PR.2", "SSE-KMS with a declared key", "PASS", "{EnableInTransitEncryption: false, EnableAtRestEncryption: true, AtRestEncryptionConfiguration: {S3EncryptionConfiguration: {EncryptionMode: SSE-KMS, AwsKmsKey: !GetAtt KmsKey.Arn}}}", S3_KMS)
        .beside(KEY),
    case("CT.EMR.PR.2", "at rest off", "FAIL", OFF, S3_KMS),
    case("CT.EMR.PR.2", "SSE-S3", "FAIL", "{EnableInTransitEncryption: false, EnableAtRestEncryption: true, AtRestEncryptionConfiguration: {S3EncryptionConfiguration: {EncryptionMode: SSE-S3}}}", S3_KMS),
    case("CT.EMR.PR.2", "an override in SSE-S3", "FAIL", "{EnableInTransitEncryption: false, EnableAtRestEncryption: true, AtRestEncryptionConfiguration: {S3EncryptionConfiguration: {EncryptionMode: SSE-KMS, AwsKmsKey: !GetAtt KmsKey.Arn, Overrides: [{BucketName: raw, EncryptionMode: SSE-S3}]}}}", S3_KMS)
        .beside(KEY),
    case("CT.EMR.PR.2", "SSE-KMS without a key", "PASS", "{EnableInTransitEncryption: false, EnableAtRestEncryption: true, AtRestEncryptionConfiguration: {S3EncryptionConfiguration: {EncryptionMode: SSE-KMS}}}", S3_KMS)
        .but("noncompliant", "the rule asks for no key; EMR needs one for this mode"),
    case("CT.EMR.PR.3", "EBS with a declared key", "PASS", "{EnableInTransitEncryption: false, EnableAtRestEncryption: true, AtRestEncryptionConfiguration: {LocalDiskEncryptionConfiguration: {EnableEbsEncryption: true, EncryptionKeyProviderType: AwsKms, AwsKmsKey: !GetAtt KmsKey.Arn}}}", DISK)
        .beside(KEY),
    case("CT.EMR.PR.3", "at rest off", "FAIL", OFF, DISK),
    case("CT.EMR.PR.3", "EBS off", "FAIL", "{EnableInTransitEncryption: false, EnableAtRestEncryption: true, AtRestEncryptionConfiguration: {LocalDiskEncryptionConfiguration: {EnableEbsEncryption: false, EncryptionKeyProviderType: AwsKms, AwsKmsKey: !GetAtt KmsKey.Arn}}}", DISK)
        .beside(KEY),
    case("CT.EMR.PR.3", "EBS with a custom provider", "PASS", "{EnableInTransitEncryption: false, EnableAtRestEncryption: true, AtRestEncryptionConfiguration: {LocalDiskEncryptionConfiguration: {EnableEbsEncryption: true, EncryptionKeyProviderType: Custom, S3Object: s3://b/p.jar, EncryptionKeyProviderClass: p.P}}}", DISK)
        .but("noncompliant", "the rule does not look at the provider; EBS encryption is available with AWS KMS only"),
    case("CT.EMR.PR.4", "PEM with an object", "PASS", "{EnableAtRestEncryption: false, EnableInTransitEncryption: true, InTransitEncryptionConfiguration: {TLSCertificateConfiguration: {CertificateProviderType: PEM, S3Object: s3://store/artifacts/certificates.zip}}}", TRANSIT),
    case("CT.EMR.PR.4", "in transit off", "FAIL", OFF, TRANSIT),
    case("CT.EMR.PR.4", "on, without a configuration", "FAIL", "{EnableAtRestEncryption: false, EnableInTransitEncryption: true}", TRANSIT),
    case("CT.EMR.PR.4", "no provider", "FAIL", "{EnableAtRestEncryption: false, EnableInTransitEncryption: true, InTransitEncryptionConfiguration: {TLSCertificateConfiguration: {S3Object: s3://store/c.zip}}}", TRANSIT),
    case("CT.EMR.PR.4", "a provider that does not exist", "PASS", "{EnableAtRestEncryption: false, EnableInTransitEncryption: true, InTransitEncryptionConfiguration: {TLSCertificateConfiguration: {CertificateProviderType: Pem, S3Object: s3://store/c.zip}}}", TRANSIT)
        .but("noncompliant", "the rule takes any text for a provider; EMR rejects this one"),
    case("EMR_SECURITY_CONFIG_ENABLED_AND_CONFIGURED_RULE", "certificates at a parameter's place", "PASS", "{EnableAtRestEncryption: true, EnableInTransitEncryption: true, AtRestEncryptionConfiguration: {S3EncryptionConfiguration: {EncryptionMode: SSE-S3}}, InTransitEncryptionConfiguration: {TLSCertificateConfiguration: {CertificateProviderType: PEM, S3Object: !Ref Place}}}", TRANSIT)
        .but("indeterminate", "where the certificates are is known when the stack is deployed; `--parameters` tells it"),
    case("EMR_SECURITY_CONFIG_ENABLED_AND_CONFIGURED_RULE", "S3 encryption in any mode", "PASS", "{EnableAtRestEncryption: true, EnableInTransitEncryption: true, AtRestEncryptionConfiguration: {S3EncryptionConfiguration: {EncryptionMode: SSE-S3}}}", S3),
    case("EMR_SECURITY_CONFIG_ENABLED_AND_CONFIGURED_RULE", "at rest off", "FAIL", "{EnableAtRestEncryption: false, EnableInTransitEncryption: true, AtRestEncryptionConfiguration: {S3EncryptionConfiguration: {EncryptionMode: SSE-S3}}}", S3),
    case("EMR_SECURITY_CONFIG_ENABLED_AND_CONFIGURED_RULE", "in transit off", "FAIL", "{EnableAtRestEncryption: true, EnableInTransitEncryption: false, InTransitEncryptionConfiguration: {TLSCertificateConfiguration: {CertificateProviderType: PEM, S3Object: s3://store/c.zip}}}", TRANSIT),
    case("EMR_SECURITY_CONFIG_ENABLED_AND_CONFIGURED_RULE", "disk without a provider", "FAIL", "{EnableAtRestEncryption: true, EnableInTransitEncryption: true, AtRestEncryptionConfiguration: {LocalDiskEncryptionConfiguration: {AwsKmsKey: !Ref Key}}}", DISK_ANY),
    case("EMR_SECURITY_CONFIG_ENABLED_AND_CONFIGURED_RULE", "silenced in the template's metadata", "SKIP", "{EnableAtRestEncryption: true, EnableInTransitEncryption: true, AtRestEncryptionConfiguration: {LocalDiskEncryptionConfiguration: {AwsKmsKey: alias/disk}}}", DISK_ANY)
        .but("noncompliant", "who writes a template does not silence who judges it: only a waiver of the baseline does, with an owner and an end"),
    case("EMR_KERBEROS_ENABLED", "Kerberos attributes on the cluster alone", "PASS", "", KERBEROS)
        .beside("  Cluster: {Type: AWS::EMR::Cluster, Properties: {Name: c, ReleaseLabel: emr-7.2.0, JobFlowRole: p, ServiceRole: r, Instances: {Ec2SubnetId: subnet-0123456789abcdef0}, KerberosAttributes: {Realm: EXAMPLE.COM, KdcAdminPassword: \"{{resolve:secretsmanager:kdc}}\"}}}\n")
        .but("noncompliant", "without a security configuration that turns Kerberos on, the attributes do nothing"),
    case("EMR_KERBEROS_ENABLED", "no Kerberos attributes", "FAIL", "", KERBEROS)
        .beside("  Cluster: {Type: AWS::EMR::Cluster, Properties: {Name: c, ReleaseLabel: emr-7.2.0, JobFlowRole: p, ServiceRole: r, Instances: {Ec2SubnetId: subnet-0123456789abcdef0}}}\n"),
];

#[test]
fn templates_get_the_labels_of_awss_own_rules_or_the_table_says_why_not() {
    let folder = tempfile::tempdir().unwrap();
    let mut failures = Failures::default();
    let mut page = "# Labels of AWS's own rules\n\nControl Tower's proactive controls and the Guard registry label templates, too. For each scenario of their rules: the label,\nour verdict under the control that asks for the same, and the reason where the two differ. A test holds us to this table.\n\n| rule | scenario | label | control | verdict | why another |\n| --- | --- | --- | --- | --- | --- |\n".to_owned();
    for (index, case) in CASES.iter().enumerate() {
        let template = folder.path().join(format!("{index}.yaml"));
        std::fs::write(&template, case.template()).unwrap();
        let baseline = folder.path().join(format!("{index}.toml"));
        let text = format!(
            "schema = 1\n\n[baseline]\nname = \"labels\"\nversion = \"1.0.0\"\nowner = \"tests\"\ndescription = \"One rule.\"\n\n{}",
            case.baseline
        );
        std::fs::write(&baseline, text).unwrap();
        let (report, _) = check(&[baseline.to_str().unwrap(), template.to_str().unwrap()]);
        let control = case.control();
        let ours = worst(&report, control);
        let name = format!("{} {}", case.rule, case.scenario);
        if ours.as_deref() != Some(case.ours) {
            failures.add(&name, format!("is {ours:?}, not {}", case.ours));
        }
        let same = matches!(
            (case.label, case.ours),
            ("PASS", "compliant") | ("FAIL", "noncompliant")
        );
        if same != case.why.is_empty() {
            failures.add(&name, "says why exactly when it differs");
        }
        writeln!(
            page,
            "| {} | {} | {} | `{control}` | {} | {} |",
            case.rule, case.scenario, case.label, case.ours, case.why
        )
        .unwrap();
    }
    failures.check();
    golden(&root().join("docs/src/reference/labels.md"), &page);
}
