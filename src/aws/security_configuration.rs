//! What an EMR security configuration may hold: every key byte for byte, its type, its words, whether it must stand.
//!
//! There is no published schema; the service rejects keys that it does not know. Source of everything that is not
//! marked otherwise: EMR Management Guide, *Create a security configuration* and the pages it links to.

/// What a member may hold.
#[derive(Clone, Copy, Debug)]
pub enum Type {
    /// A boolean.
    Flag,
    /// A whole number within bounds.
    Number(i64, i64),
    /// Any text.
    Text,
    /// One of these words; case counts.
    Word(&'static [&'static str]),
    /// A list.
    List(&'static Self),
    /// An object.
    Object(&'static [Member]),
}

/// How a member came to be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// AWS documents it.
    Documented,
    /// AWS writes it into what it returns; nobody sends it.
    OutputOnly,
    /// AWS contradicts itself about it, or shows no example; the text says how.
    Doubtful(&'static str),
}

/// A member of an object.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// Its key.
    pub key: &'static str,
    /// What it holds.
    pub holds: Type,
    /// Whether the object must have it.
    pub required: bool,
    /// How it came to be known.
    pub standing: Standing,
}

const fn may(key: &'static str, holds: Type) -> Member {
    Member {
        key,
        holds,
        required: false,
        standing: Standing::Documented,
    }
}
const fn must(key: &'static str, holds: Type) -> Member {
    Member {
        required: true,
        ..may(key, holds)
    }
}
const fn output(key: &'static str) -> Member {
    Member {
        standing: Standing::OutputOnly,
        ..may(key, Type::Text)
    }
}
const fn doubtful(key: &'static str, holds: Type, why: &'static str) -> Member {
    Member {
        standing: Standing::Doubtful(why),
        ..may(key, holds)
    }
}

use Type::{Flag, List, Number, Object, Text, Word};

/// The whole document.
pub const DOCUMENT: Type = Object(&[
    may(
        "EncryptionConfiguration",
        Object(&[
            may("EnableInTransitEncryption", Flag),
            may("EnableAtRestEncryption", Flag),
            may(
                "InTransitEncryptionConfiguration",
                Object(&[may("TLSCertificateConfiguration", TLS)]),
            ),
            may(
                "AtRestEncryptionConfiguration",
                Object(&[
                    may("S3EncryptionConfiguration", S3),
                    may("LocalDiskEncryptionConfiguration", LOCAL_DISK),
                ]),
            ),
            may(
                "EMRWALEncryptionConfiguration",
                Object(&[may("AwsKmsKey", Text)]),
            ),
        ]),
    ),
    may(
        "AuthenticationConfiguration",
        Object(&[
            may("KerberosConfiguration", KERBEROS),
            may("LDAPConfiguration", LDAP),
            may("IdentityCenterConfiguration", IDENTITY_CENTER),
        ]),
    ),
    may(
        "AuthorizationConfiguration",
        Object(&[
            may(
                "EmrFsConfiguration",
                Object(&[may("RoleMappings", List(&ROLE_MAPPING))]),
            ),
            may("IAMConfiguration", IAM),
            may(
                "LakeFormationConfiguration",
                Object(&[
                    may("AuthorizedSessionTagValue", Text),
                    may("EnableLakeFormation", Flag),
                ]),
            ),
            may("RangerConfiguration", RANGER),
        ]),
    ),
    may(
        "InstanceMetadataServiceConfiguration",
        Object(&[
            must("MinimumInstanceMetadataServiceVersion", Number(1, 2)),
            must("HttpPutResponseHopLimit", Number(1, 64)),
        ]),
    ),
    // EMR Management Guide of 2022, *Integrating Amazon EMR with AWS Lake Formation*: SAML, 5.31.0 and later of 5.x.
    doubtful(
        "LakeFormationConfiguration",
        Object(&[
            may("IdpMetadataS3Path", Text),
            may("EmrRoleForUsersARN", Text),
            may("LakeFormationRoleForSAMLPrincipalARN", Text),
        ]),
        "the SAML form of Lake Formation, of emr-5.31.0 and later 5.x, is gone from AWS's pages",
    ),
]);

const TLS: Type = Object(&[
    may("CertificateProviderType", Word(&["PEM", "Custom", "EMR"])),
    may("S3Object", Text),
    may("CertificateProviderClass", Text),
    may("AwsKmsKey", Text),
    may(
        "SecretTags",
        List(&Object(&[must("Key", Text), may("Value", Text)])),
    ),
    may("ValidityInDays", Number(1, i64::MAX)),
    may("WildcardDnsSuffix", Text),
    output("CACertificateSecretARN"),
]);

const MODE: Type = Word(&["SSE-S3", "SSE-KMS", "CSE-KMS", "CSE-Custom"]);
const S3: Type = Object(&[
    must("EncryptionMode", MODE),
    may("AwsKmsKey", Text),
    may("S3Object", Text),
    may("EncryptionKeyProviderClass", Text),
    may(
        "Overrides",
        List(&Object(&[
            must("BucketName", Text),
            must("EncryptionMode", MODE),
            may("AwsKmsKey", Text),
        ])),
    ),
]);

const LOCAL_DISK: Type = Object(&[
    must("EncryptionKeyProviderType", Word(&["AwsKms", "Custom"])),
    may("AwsKmsKey", Text),
    may("S3Object", Text),
    may("EncryptionKeyProviderClass", Text),
    may("EnableEbsEncryption", Flag),
]);

const KERBEROS: Type = Object(&[
    must("Provider", Word(&["ClusterDedicatedKdc", "ExternalKdc"])),
    may(
        "ClusterDedicatedKdcConfiguration",
        Object(&[
            may("TicketLifetimeInHours", Number(1, i64::MAX)),
            may(
                "CrossRealmTrustConfiguration",
                Object(&[
                    must("Realm", Text),
                    must("Domain", Text),
                    must("AdminServer", Text),
                    must("KdcServer", Text),
                ]),
            ),
        ]),
    ),
    may(
        "ExternalKdcConfiguration",
        Object(&[
            may("TicketLifetimeInHours", Number(1, i64::MAX)),
            must("KdcServerType", Word(&["Single"])),
            must("AdminServer", Text),
            must("KdcServer", Text),
            may(
                "AdIntegrationConfiguration",
                Object(&[
                    must("AdRealm", Text),
                    must("AdDomain", Text),
                    may("AdServer", Text),
                ]),
            ),
        ]),
    ),
]);

const LDAP_WORDS: &str = "AWS publishes no JSON sample of LDAP, and not its literals";
const LDAP: Type = Object(&[
    may("EnableLDAPAuthentication", Flag),
    may("LDAPServerURL", Text),
    doubtful("LDAPServerType", Text, LDAP_WORDS),
    may("BindCertificateARN", Text),
    may("BindCredentialsARN", Text),
    may("LDAPAccessFilter", Text),
    may("LDAPUserSearchBase", Text),
    may("LDAPGroupSearchBase", Text),
    may("EnableSSHLogin", Flag),
    doubtful(
        "ActiveDirectoryConfigurations",
        Object(&[may("ADDomain", Text)]),
        LDAP_WORDS,
    ),
]);

const SPELLINGS: &str = "AWS's pages spell this key both with `Assigment` and with `Assignment`";
const IDENTITY_CENTER: Type = Object(&[
    must("EnableIdentityCenter", Flag),
    may("IdentityCenterInstanceARN", Text),
    may("IAMRoleForEMRIdentityCenterApplicationARN", Text),
    doubtful(
        "IdentityCenterApplicationAssigmentRequired",
        Flag,
        SPELLINGS,
    ),
    doubtful(
        "IdentityCenterApplicationAssignmentRequired",
        Flag,
        SPELLINGS,
    ),
    may("EnableUserBackgroundSession", Flag),
    output("IdCApplicationARN"),
]);

const ROLE_MAPPING: Type = Object(&[
    must("Role", Text),
    must("IdentifierType", Word(&["User", "Group", "Prefix"])),
    must("Identifiers", List(&Text)),
]);

const IAM: Type = Object(&[
    may("EnableApplicationScopedIAMRole", Flag),
    may(
        "ApplicationScopedIAMRoleConfiguration",
        Object(&[may("PropagateSourceIdentity", Flag), output("ExternalId")]),
    ),
]);

const RANGER: Type = Object(&[
    must("AdminServerURL", Text),
    must("RoleForRangerPluginsARN", Text),
    must("RoleForOtherAWSServicesARN", Text),
    must("AdminServerSecretARN", Text),
    must(
        "RangerPluginConfigurations",
        List(&Object(&[
            must("App", Word(&["Spark", "Hive", "EMRFS-S3", "Trino"])),
            must("ClientSecretARN", Text),
            must("PolicyRepositoryName", Text),
        ])),
    ),
    may(
        "AuditConfiguration",
        Object(&[may(
            "Destinations",
            Object(&[may(
                "AmazonCloudWatchLogs",
                Object(&[may("CloudWatchLogGroup", Text)]),
            )]),
        )]),
    ),
]);

/// Keys that stood in AWS's own table until August 2019 and that the service rejects, and what they became.
/// Source: pull request 23 of the guide's repository, which quotes the service's error.
pub const DEAD: &[(&str, &str)] = &[
    (
        "LocalDiskEncryptionKeyProvider",
        "LocalDiskEncryptionConfiguration",
    ),
    ("Type", "EncryptionKeyProviderType"),
];

/// Keys of a cluster's `KerberosAttributes`, which are often put into the document.
pub const CLUSTER: &[&str] = &[
    "Realm",
    "KdcAdminPassword",
    "CrossRealmTrustPrincipalPassword",
    "ADDomainJoinUser",
    "ADDomainJoinPassword",
];

/// Where a key may stand, as a path; the first place when it may stand in several.
pub fn home(key: &str) -> Option<String> {
    search(DOCUMENT, "", &|known, _| known == key)
}

/// Whether a key may stand somewhere in this section or in what is called after it, but for its case.
pub fn is_at_home(key: &str, section: &str) -> bool {
    let is_it = |known: &str, path: &str| known.eq_ignore_ascii_case(key) && path.contains(section);
    search(DOCUMENT, "", &is_it).is_some()
}

/// The first place, as a path, of a member that is told by its key and its place.
fn search(holds: Type, path: &str, is_it: &dyn Fn(&str, &str) -> bool) -> Option<String> {
    let members = match holds {
        Object(members) => members,
        List(item) => return search(*item, path, is_it),
        Flag | Number(..) | Text | Word(_) => return None,
    };
    if members.iter().any(|member| is_it(member.key, path)) {
        return Some(path.to_owned());
    }
    members
        .iter()
        .find_map(|member| search(member.holds, &format!("{path}/{}", member.key), is_it))
}

#[cfg(test)]
mod tests {
    use super::{DOCUMENT, Type, home};

    #[test]
    fn no_object_names_a_key_twice() {
        fn walk(holds: Type) {
            match holds {
                Type::Object(members) => {
                    let keys: std::collections::BTreeSet<_> =
                        members.iter().map(|member| member.key).collect();
                    assert_eq!(keys.len(), members.len());
                    for member in members {
                        walk(member.holds);
                    }
                }
                Type::List(item) => walk(*item),
                Type::Flag | Type::Number(..) | Type::Text | Type::Word(_) => {}
            }
        }
        walk(DOCUMENT);
    }

    #[test]
    fn a_misplaced_key_has_a_home() {
        assert_eq!(
            home("EnableAtRestEncryption").as_deref(),
            Some("/EncryptionConfiguration")
        );
        assert_eq!(home("EncryptionConfiguration").as_deref(), Some(""));
        assert_eq!(home("Nothing"), None);
    }
}
