//! The control by which a baseline asks for a feature.

use crate::aws::features::Feature;
use crate::control::features::{is_full_table, is_required};
use crate::control::view::Requirements;
use crate::lattice::{Shape, Text};

/// The control by which a baseline asks for a feature, where one does and it is asked for.
pub fn asked_by(feature: Feature, requirements: &Requirements) -> Option<&'static str> {
    let has = |control: &'static str| requirements.contains_key(control).then_some(control);
    let required = |control: &'static str| is_required(requirements, control).then_some(control);
    let chosen = |control: &'static str, key: &str, is: fn(&str) -> bool| {
        let shape = requirements.get(control)?.shape(key);
        let Some(Shape::OneOf(sets)) = shape else {
            return None;
        };
        let is = |text: &Text| text.as_literal().is_some_and(is);
        sets.iter().any(|set| set.iter().all(is)).then_some(control)
    };
    match feature {
        Feature::Tls => has("emr.in-transit-encryption"),
        Feature::EmrCertificates => chosen(
            "emr.in-transit-encryption",
            "certificate-provider",
            |word| word == "EMR",
        ),
        Feature::LocalDisk => has("emr.disk-encryption"),
        Feature::ClientSide => chosen("emr.s3-encryption", "mode", |word| word.starts_with("CSE-")),
        Feature::Wal => has("emr.wal-encryption"),
        Feature::InstanceMetadata => has("emr.instance-metadata"),
        Feature::Kerberos => has("emr.kerberos"),
        Feature::DedicatedKdc => chosen("emr.kerberos", "provider", |word| {
            word == "ClusterDedicatedKdc"
        }),
        Feature::ExternalKdc => chosen("emr.kerberos", "provider", |word| word == "ExternalKdc"),
        Feature::Ldap => required("emr.ldap"),
        Feature::IdentityCenter => required("emr.identity-center"),
        Feature::Mappings => has("emr.role-mappings"),
        Feature::RuntimeRoles => has("emr.runtime-roles"),
        Feature::LakeFormation => has("emr.lake-formation").filter(|control| {
            requirements
                .get(control)
                .is_some_and(|own| !is_full_table(own))
        }),
        Feature::Ranger => required("emr.ranger"),
        Feature::Trust
        | Feature::SamlLakeFormation
        | Feature::BackgroundSessions
        | Feature::KerberosAttributes
        | Feature::SameRealm
        | Feature::ThreePrimaries
        | Feature::AccessGrants
        | Feature::FullTableResolver
        | Feature::HiveMetastore
        | Feature::TableFormats
        | Feature::ForeignToRanger => None,
    }
}
