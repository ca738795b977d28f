//! The registry: one line a control, in the order of the documentation. Nothing else.

mod account;
mod baseline;
mod eks;
mod emr;
mod glue;
mod iam;
mod kms;
mod lake;
mod network;
mod s3;
mod serverless;
mod studio;

use crate::control::Entry;

/// Every control.
pub static REGISTRY: &[Entry] = &[
    Entry::of::<emr::security_configuration::SecurityConfiguration>(),
    Entry::of::<emr::document_schema::DocumentSchema>(),
    Entry::of::<emr::document_identity::DocumentIdentity>(),
    Entry::of::<emr::configuration_inventory::ConfigurationInventory>(),
    Entry::of::<emr::in_transit_encryption::InTransitEncryption>(),
    Entry::of::<emr::certificate_source::CertificateSource>(),
    Entry::of::<emr::s3_encryption::S3Encryption>(),
    Entry::of::<emr::disk_encryption::DiskEncryption>(),
    Entry::of::<emr::volume_encryption::VolumeEncryption>(),
    Entry::of::<emr::kerberos::Kerberos>(),
    Entry::of::<emr::kerberos_secrets::KerberosSecrets>(),
    Entry::of::<emr::role_mappings::RoleMappings>(),
    Entry::of::<emr::runtime_roles::RuntimeRoles>(),
    Entry::of::<emr::lake_formation::LakeFormation>(),
    Entry::of::<emr::identity_center::IdentityCenter>(),
    Entry::of::<emr::ldap::Ldap>(),
    Entry::of::<emr::ranger::Ranger>(),
    Entry::of::<emr::instance_metadata::InstanceMetadata>(),
    Entry::of::<emr::wal_encryption::WalEncryption>(),
    Entry::of::<emr::release::Release>(),
    Entry::of::<emr::feature_combinations::FeatureCombinations>(),
    Entry::of::<emr::application_overrides::ApplicationOverrides>(),
    Entry::of::<emr::plaintext_secrets::PlaintextSecrets>(),
    Entry::of::<emr::ssh_key::SshKey>(),
    Entry::of::<emr::bootstrap_actions::BootstrapActions>(),
    Entry::of::<emr::custom_image::CustomImage>(),
    Entry::of::<emr::log_destination::LogDestination>(),
    Entry::of::<emr::log_encryption::LogEncryption>(),
    Entry::of::<emr::termination_protection::TerminationProtection>(),
    Entry::of::<emr::tags::Tags>(),
    Entry::of::<emr::instance_types::InstanceTypes>(),
    Entry::of::<emr::instance_count::InstanceCount>(),
    Entry::of::<emr::auto_termination::AutoTermination>(),
    Entry::of::<emr::cluster_age::ClusterAge>(),
    Entry::of::<account::block_public_access::BlockPublicAccess>(),
    Entry::of::<account::audit_trail::AuditTrail>(),
    Entry::of::<network::private_subnet::PrivateSubnet>(),
    Entry::of::<network::public_address::PublicAddress>(),
    Entry::of::<network::security_groups::SecurityGroups>(),
    Entry::of::<network::managed_security_groups::ManagedSecurityGroups>(),
    Entry::of::<network::egress::Egress>(),
    Entry::of::<network::vpc_endpoints::VpcEndpoints>(),
    Entry::of::<kms::customer_managed::CustomerManaged>(),
    Entry::of::<kms::key_state::KeyState>(),
    Entry::of::<kms::rotation::Rotation>(),
    Entry::of::<kms::key_policy::KeyPolicy>(),
    Entry::of::<kms::grants::Grants>(),
    Entry::of::<kms::separation::Separation>(),
    Entry::of::<kms::alias_pinning::AliasPinning>(),
    Entry::of::<iam::instance_profile::InstanceProfile>(),
    Entry::of::<iam::service_role::ServiceRole>(),
    Entry::of::<iam::role_trust::RoleTrust>(),
    Entry::of::<iam::pass_role::PassRole>(),
    Entry::of::<iam::fallback_privilege::FallbackPrivilege>(),
    Entry::of::<iam::guardrails::Guardrails>(),
    Entry::of::<iam::permission_management::PermissionManagement>(),
    Entry::of::<iam::decrypt_scope::DecryptScope>(),
    Entry::of::<iam::execution_roles::ExecutionRoles>(),
    Entry::of::<lake::visibility::Visibility>(),
    Entry::of::<lake::admins::Admins>(),
    Entry::of::<lake::default_permissions::DefaultPermissions>(),
    Entry::of::<s3::tls_only::TlsOnly>(),
    Entry::of::<s3::public_access::PublicAccess>(),
    Entry::of::<s3::bucket_encryption::BucketEncryption>(),
    Entry::of::<s3::ownership::Ownership>(),
    Entry::of::<lake::iam_allowed_principals::IamAllowedPrincipals>(),
    Entry::of::<lake::external_filtering::ExternalFiltering>(),
    Entry::of::<lake::cross_account::CrossAccount>(),
    Entry::of::<lake::identity_center::IdentityCenter>(),
    Entry::of::<lake::grants::Grants>(),
    Entry::of::<lake::wide_grants::WideGrants>(),
    Entry::of::<lake::dangling_grants::DanglingGrants>(),
    Entry::of::<lake::data_filters::DataFilters>(),
    Entry::of::<lake::unfiltered_access::UnfilteredAccess>(),
    Entry::of::<lake::row_policies::RowPolicies>(),
    Entry::of::<lake::filter_enforcement::FilterEnforcement>(),
    Entry::of::<lake::tags::Tags>(),
    Entry::of::<lake::tag_policies::TagPolicies>(),
    Entry::of::<lake::tag_administration::TagAdministration>(),
    Entry::of::<lake::locations::Locations>(),
    Entry::of::<lake::registration_role::RegistrationRole>(),
    Entry::of::<lake::data_locations::DataLocations>(),
    Entry::of::<lake::hybrid_access::HybridAccess>(),
    Entry::of::<lake::bypass::Bypass>(),
    Entry::of::<lake::abac_conditions::AbacConditions>(),
    Entry::of::<lake::audit_context::AuditContext>(),
    Entry::of::<lake::table_properties::TableProperties>(),
    Entry::of::<lake::query_results::QueryResults>(),
    Entry::of::<glue::catalog_encryption::CatalogEncryption>(),
    Entry::of::<glue::connection_passwords::ConnectionPasswords>(),
    Entry::of::<glue::catalog_policy::CatalogPolicy>(),
    Entry::of::<glue::connections::Connections>(),
    Entry::of::<glue::security_configurations::SecurityConfigurations>(),
    Entry::of::<glue::workload_encryption::WorkloadEncryption>(),
    Entry::of::<glue::job_secrets::JobSecrets>(),
    Entry::of::<glue::jobs::Jobs>(),
    Entry::of::<studio::authentication::Authentication>(),
    Entry::of::<studio::encryption::Encryption>(),
    Entry::of::<studio::network::Network>(),
    Entry::of::<serverless::network::Network>(),
    Entry::of::<serverless::image::Image>(),
    Entry::of::<serverless::auto_stop::AutoStop>(),
    Entry::of::<serverless::encryption::Encryption>(),
    Entry::of::<serverless::endpoints::Endpoints>(),
    Entry::of::<serverless::lake_formation::LakeFormation>(),
    Entry::of::<eks::security_configuration::SecurityConfiguration>(),
    Entry::of::<eks::encryption::Encryption>(),
    Entry::of::<eks::lake_formation::LakeFormation>(),
    Entry::of::<eks::execution_roles::ExecutionRoles>(),
    Entry::of::<baseline::waivers::Waivers>(),
    Entry::of::<baseline::coverage::Coverage>(),
];

/// The control of this id.
pub fn find(id: &str) -> Option<&'static Entry> {
    REGISTRY
        .iter()
        .find(|entry| entry.meta.id == id || entry.meta.aliases.contains(&id))
}
