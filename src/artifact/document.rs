//! A JSON document written leaf by leaf, and the leaves that exist: no control can write a key that is not here.

use crate::origin::Origin;
use serde_json::{Map, Value};

/// Who wrote a leaf, and for which line of the baseline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The control.
    pub control: &'static str,
    /// The line of the baseline that asks for it.
    pub origin: Option<Origin>,
}

macro_rules! leaves {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $pointer:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[expect(missing_docs, reason = "each variant is the key that its pointer spells; AWS documents the keys")]
        pub enum $name { $($variant),* }
        impl $name {
            /// Every leaf, in the order in which documents show them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
            /// Its JSON pointer.
            pub const fn pointer(self) -> &'static str { match self { $(Self::$variant => $pointer),* } }
        }
    };
}

leaves! {
    /// The leaves of an EMR security configuration that are ever written.
    /// Source: EMR Management Guide, *Create a security configuration*.
    Leaf {
        EnableInTransitEncryption = "/EncryptionConfiguration/EnableInTransitEncryption",
        EnableAtRestEncryption = "/EncryptionConfiguration/EnableAtRestEncryption",
        CertificateProviderType = "/EncryptionConfiguration/InTransitEncryptionConfiguration/TLSCertificateConfiguration/CertificateProviderType",
        CertificateS3Object = "/EncryptionConfiguration/InTransitEncryptionConfiguration/TLSCertificateConfiguration/S3Object",
        CertificateProviderClass = "/EncryptionConfiguration/InTransitEncryptionConfiguration/TLSCertificateConfiguration/CertificateProviderClass",
        CertificateAwsKmsKey = "/EncryptionConfiguration/InTransitEncryptionConfiguration/TLSCertificateConfiguration/AwsKmsKey",
        CertificateValidityInDays = "/EncryptionConfiguration/InTransitEncryptionConfiguration/TLSCertificateConfiguration/ValidityInDays",
        S3EncryptionMode = "/EncryptionConfiguration/AtRestEncryptionConfiguration/S3EncryptionConfiguration/EncryptionMode",
        S3AwsKmsKey = "/EncryptionConfiguration/AtRestEncryptionConfiguration/S3EncryptionConfiguration/AwsKmsKey",
        S3ProviderObject = "/EncryptionConfiguration/AtRestEncryptionConfiguration/S3EncryptionConfiguration/S3Object",
        S3ProviderClass = "/EncryptionConfiguration/AtRestEncryptionConfiguration/S3EncryptionConfiguration/EncryptionKeyProviderClass",
        S3Overrides = "/EncryptionConfiguration/AtRestEncryptionConfiguration/S3EncryptionConfiguration/Overrides",
        DiskProviderType = "/EncryptionConfiguration/AtRestEncryptionConfiguration/LocalDiskEncryptionConfiguration/EncryptionKeyProviderType",
        DiskAwsKmsKey = "/EncryptionConfiguration/AtRestEncryptionConfiguration/LocalDiskEncryptionConfiguration/AwsKmsKey",
        DiskProviderObject = "/EncryptionConfiguration/AtRestEncryptionConfiguration/LocalDiskEncryptionConfiguration/S3Object",
        DiskProviderClass = "/EncryptionConfiguration/AtRestEncryptionConfiguration/LocalDiskEncryptionConfiguration/EncryptionKeyProviderClass",
        EnableEbsEncryption = "/EncryptionConfiguration/AtRestEncryptionConfiguration/LocalDiskEncryptionConfiguration/EnableEbsEncryption",
        WalAwsKmsKey = "/EncryptionConfiguration/EMRWALEncryptionConfiguration/AwsKmsKey",
        KerberosProvider = "/AuthenticationConfiguration/KerberosConfiguration/Provider",
        ClusterDedicatedKdc = "/AuthenticationConfiguration/KerberosConfiguration/ClusterDedicatedKdcConfiguration",
        DedicatedTicketLifetime = "/AuthenticationConfiguration/KerberosConfiguration/ClusterDedicatedKdcConfiguration/TicketLifetimeInHours",
        DedicatedTrust = "/AuthenticationConfiguration/KerberosConfiguration/ClusterDedicatedKdcConfiguration/CrossRealmTrustConfiguration",
        ExternalTicketLifetime = "/AuthenticationConfiguration/KerberosConfiguration/ExternalKdcConfiguration/TicketLifetimeInHours",
        ExternalServerType = "/AuthenticationConfiguration/KerberosConfiguration/ExternalKdcConfiguration/KdcServerType",
        ExternalAdminServer = "/AuthenticationConfiguration/KerberosConfiguration/ExternalKdcConfiguration/AdminServer",
        ExternalKdcServer = "/AuthenticationConfiguration/KerberosConfiguration/ExternalKdcConfiguration/KdcServer",
        ExternalDirectory = "/AuthenticationConfiguration/KerberosConfiguration/ExternalKdcConfiguration/AdIntegrationConfiguration",
        Ldap = "/AuthenticationConfiguration/LDAPConfiguration",
        EnableIdentityCenter = "/AuthenticationConfiguration/IdentityCenterConfiguration/EnableIdentityCenter",
        IdentityCenterInstance = "/AuthenticationConfiguration/IdentityCenterConfiguration/IdentityCenterInstanceARN",
        IdentityCenterAssigmentRequired = "/AuthenticationConfiguration/IdentityCenterConfiguration/IdentityCenterApplicationAssigmentRequired",
        IdentityCenterAssignmentRequired = "/AuthenticationConfiguration/IdentityCenterConfiguration/IdentityCenterApplicationAssignmentRequired",
        IdentityCenterApplicationRole = "/AuthenticationConfiguration/IdentityCenterConfiguration/IAMRoleForEMRIdentityCenterApplicationARN",
        EnableUserBackgroundSession = "/AuthenticationConfiguration/IdentityCenterConfiguration/EnableUserBackgroundSession",
        RoleMappings = "/AuthorizationConfiguration/EmrFsConfiguration/RoleMappings",
        EnableApplicationScopedIamRole = "/AuthorizationConfiguration/IAMConfiguration/EnableApplicationScopedIAMRole",
        PropagateSourceIdentity = "/AuthorizationConfiguration/IAMConfiguration/ApplicationScopedIAMRoleConfiguration/PropagateSourceIdentity",
        AuthorizedSessionTagValue = "/AuthorizationConfiguration/LakeFormationConfiguration/AuthorizedSessionTagValue",
        EnableLakeFormation = "/AuthorizationConfiguration/LakeFormationConfiguration/EnableLakeFormation",
        Ranger = "/AuthorizationConfiguration/RangerConfiguration",
        MinimumInstanceMetadataServiceVersion = "/InstanceMetadataServiceConfiguration/MinimumInstanceMetadataServiceVersion",
        HttpPutResponseHopLimit = "/InstanceMetadataServiceConfiguration/HttpPutResponseHopLimit",
    }
}

leaves! {
    /// The members of a launch request that are ever written. Source: EMR API, `RunJobFlow`.
    Member {
        SecurityConfiguration = "/SecurityConfiguration",
        LogUri = "/LogUri",
        LogEncryptionKmsKeyId = "/LogEncryptionKmsKeyId",
        KerberosRealm = "/KerberosAttributes/Realm",
        SubnetIds = "/Instances/Ec2SubnetIds",
        TerminationProtected = "/Instances/TerminationProtected",
        IdleTimeout = "/AutoTerminationPolicy/IdleTimeout",
        Tags = "/Tags",
    }
}

leaves! {
    /// The members of data lake settings that are ever written. Source: Lake Formation API, `PutDataLakeSettings`.
    LakeSetting {
        DataLakeAdmins = "/DataLakeSettings/DataLakeAdmins",
        ReadOnlyAdmins = "/DataLakeSettings/ReadOnlyAdmins",
        CreateDatabaseDefaultPermissions = "/DataLakeSettings/CreateDatabaseDefaultPermissions",
        CreateTableDefaultPermissions = "/DataLakeSettings/CreateTableDefaultPermissions",
        CrossAccountVersion = "/DataLakeSettings/Parameters/CROSS_ACCOUNT_VERSION",
        SetContext = "/DataLakeSettings/Parameters/SET_CONTEXT",
        SetSourceIdentity = "/DataLakeSettings/Parameters/SET_SOURCE_IDENTITY",
        AllowExternalDataFiltering = "/DataLakeSettings/AllowExternalDataFiltering",
        ExternalDataFilteringAllowList = "/DataLakeSettings/ExternalDataFilteringAllowList",
        AuthorizedSessionTagValueList = "/DataLakeSettings/AuthorizedSessionTagValueList",
        AllowFullTableExternalDataAccess = "/DataLakeSettings/AllowFullTableExternalDataAccess",
    }
}

leaves! {
    /// The members of EMR's block public access. Source: EMR API, `PutBlockPublicAccessConfiguration`.
    AccountSetting {
        BlockPublicSecurityGroupRules = "/BlockPublicAccessConfiguration/BlockPublicSecurityGroupRules",
        PermittedPublicSecurityGroupRuleRanges = "/BlockPublicAccessConfiguration/PermittedPublicSecurityGroupRuleRanges",
    }
}

/// A JSON document, written leaf by leaf.
#[derive(Clone, Debug, Default)]
pub struct Document {
    leaves: Vec<(&'static str, Value, Vec<Written>)>,
}

impl Document {
    /// Writes a leaf. Several controls may write the same value.
    ///
    /// # Errors
    /// Who wrote another value there before.
    pub fn set(
        &mut self,
        pointer: &'static str,
        value: Value,
        written: Written,
    ) -> Result<(), Written> {
        if let Some((_, before, writers)) = self.leaves.iter_mut().find(|(at, ..)| *at == pointer) {
            if *before != value {
                return Err(writers.first().cloned().unwrap_or(written));
            }
            writers.push(written);
        } else {
            self.leaves.push((pointer, value, vec![written]));
        }
        Ok(())
    }

    /// Writes a leaf that AWS's form needs, unless a control did.
    pub fn complete(&mut self, pointer: &'static str, value: Value) {
        if !self.leaves.iter().any(|(at, ..)| *at == pointer) {
            self.leaves.push((pointer, value, Vec::new()));
        }
    }

    /// True when nothing is written.
    pub fn is_empty(&self) -> bool {
        self.leaves.is_empty()
    }

    /// What is written: pointer, value, writers; in the document's order.
    pub fn leaves(&self) -> Vec<&(&'static str, Value, Vec<Written>)> {
        let order = |pointer: &str| {
            Leaf::ALL
                .iter()
                .map(|leaf| leaf.pointer())
                .chain(Member::ALL.iter().map(|member| member.pointer()))
                .chain(LakeSetting::ALL.iter().map(|setting| setting.pointer()))
                .chain(AccountSetting::ALL.iter().map(|setting| setting.pointer()))
                .position(|known| known == pointer)
        };
        let mut leaves: Vec<_> = self.leaves.iter().collect();
        leaves.sort_by_key(|(pointer, ..)| order(pointer));
        leaves
    }

    /// The document as AWS takes it.
    pub fn to_json(&self) -> Value {
        let mut root = Map::new();
        for (pointer, value, _) in self.leaves() {
            let mut steps = pointer.trim_start_matches('/').split('/').peekable();
            let mut map = &mut root;
            while let Some(step) = steps.next() {
                if steps.peek().is_none() {
                    map.insert(step.to_owned(), value.clone());
                    break;
                }
                let child = map.entry(step).or_insert_with(|| Value::Object(Map::new()));
                let Value::Object(inner) = child else { break };
                map = inner;
            }
        }
        Value::Object(root)
    }
}
