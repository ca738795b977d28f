//! Features of a cluster that exclude or need each other, and the releases that first have them.
//! Sources: EMR Management Guide, the pages of each feature, and *Encryption support matrix*. A pair that no page
//! allows or excludes is [`Weight::Undocumented`].

/// A feature that a document, a cluster or its classifications use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Feature {
    /// TLS between nodes.
    Tls,
    /// Encryption of local disks.
    LocalDisk,
    /// Client-side encryption of S3.
    ClientSide,
    /// A key of EMR WAL.
    Wal,
    /// The section on the metadata service.
    InstanceMetadata,
    /// Kerberos.
    Kerberos,
    /// Kerberos with a KDC on the cluster.
    DedicatedKdc,
    /// Kerberos with a KDC elsewhere.
    ExternalKdc,
    /// A trust with another realm.
    Trust,
    /// LDAP.
    Ldap,
    /// Identity Center.
    IdentityCenter,
    /// Background sessions of Identity Center's users.
    BackgroundSessions,
    /// EMRFS role mappings.
    Mappings,
    /// Runtime roles.
    RuntimeRoles,
    /// Lake Formation with rows and columns.
    LakeFormation,
    /// Lake Formation by SAML, of 5.31.
    SamlLakeFormation,
    /// Ranger.
    Ranger,
    /// Certificates that EMR makes.
    EmrCertificates,
    /// Kerberos attributes of the cluster.
    KerberosAttributes,
    /// A cluster realm of the same name as the trusted one.
    SameRealm,
    /// Three primary nodes.
    ThreePrimaries,
    /// S3 Access Grants.
    AccessGrants,
    /// The resolver of credentials for whole tables.
    FullTableResolver,
    /// A Hive metastore other than Glue's catalog.
    HiveMetastore,
    /// Hudi, Delta or Iceberg.
    TableFormats,
    /// An application that Ranger does not allow.
    ForeignToRanger,
}

impl Feature {
    /// How many there are.
    pub const COUNT: usize = Self::ForeignToRanger as usize + 1;

    /// Whether a security configuration document alone tells it. The others need a cluster.
    pub const fn is_of_document(self) -> bool {
        !matches!(
            self,
            Self::KerberosAttributes
                | Self::SameRealm
                | Self::ThreePrimaries
                | Self::AccessGrants
                | Self::FullTableResolver
                | Self::HiveMetastore
                | Self::TableFormats
                | Self::ForeignToRanger
        )
    }
}

/// How bad a combination is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// AWS excludes it, or says what is needed.
    Excluded,
    /// It works and leaves something plain, or does not do what it seems to.
    Weak,
    /// No page says whether it works.
    Undocumented,
}

/// A combination that must not stand.
#[derive(Clone, Copy, Debug)]
pub struct Combination {
    /// All of these are in use …
    pub when: &'static [Feature],
    /// … and none of these is.
    pub unless: &'static [Feature],
    /// First release that it holds for.
    pub from: Option<&'static str>,
    /// How bad it is.
    pub weight: Weight,
    /// What is wrong, as a message.
    pub message: &'static str,
}

/// A feature and the releases that first have it.
#[derive(Clone, Copy, Debug)]
pub struct Floor {
    /// All of these are in use.
    pub when: &'static [Feature],
    /// The first releases, each for its own series or major version.
    pub floors: &'static [&'static str],
    /// What a message calls it.
    pub name: &'static str,
    /// The control that judges this floor where the baseline requires it.
    pub control: &'static str,
}

use Feature as F;

const fn excludes(when: &'static [Feature], message: &'static str) -> Combination {
    Combination {
        when,
        unless: &[],
        from: None,
        weight: Weight::Excluded,
        message,
    }
}

const fn needs(
    when: &'static [Feature],
    unless: &'static [Feature],
    message: &'static str,
) -> Combination {
    Combination {
        unless,
        ..excludes(when, message)
    }
}

const fn weak(
    when: &'static [Feature],
    unless: &'static [Feature],
    message: &'static str,
) -> Combination {
    Combination {
        weight: Weight::Weak,
        ..needs(when, unless, message)
    }
}

const fn undocumented(when: &'static [Feature], message: &'static str) -> Combination {
    Combination {
        weight: Weight::Undocumented,
        ..excludes(when, message)
    }
}

impl Combination {
    const fn from(self, release: &'static str) -> Self {
        Self {
            from: Some(release),
            ..self
        }
    }
}

/// Every combination that must not stand.
pub const COMBINATIONS: &[Combination] = &[
    excludes(&[F::Ldap, F::Kerberos], "LDAP and Kerberos exclude each other"),
    excludes(&[F::Ldap, F::RuntimeRoles], "LDAP and runtime roles exclude each other"),
    excludes(&[F::Ldap, F::LakeFormation], "LDAP and Lake Formation exclude each other"),
    excludes(&[F::Ldap, F::ThreePrimaries], "LDAP does not work with three primary nodes"),
    needs(&[F::Ldap], &[F::Tls], "LDAP needs encryption between nodes"),
    needs(&[F::Ranger], &[F::Kerberos, F::Ldap], "Ranger needs Kerberos or LDAP"),
    excludes(&[F::Ranger, F::ThreePrimaries], "Ranger does not work with three primary nodes"),
    excludes(&[F::Ranger, F::ForeignToRanger], "an application is installed that EMR does not allow beside Ranger"),
    excludes(&[F::DedicatedKdc, F::ThreePrimaries], "three primary nodes need an external KDC"),
    excludes(&[F::RuntimeRoles, F::ThreePrimaries], "runtime roles do not work with three primary nodes"),
    excludes(&[F::IdentityCenter, F::ThreePrimaries], "Identity Center does not work with three primary nodes"),
    excludes(&[F::LakeFormation, F::ThreePrimaries], "Lake Formation does not work with three primary nodes"),
    needs(&[F::LakeFormation], &[F::RuntimeRoles, F::IdentityCenter], "Lake Formation needs runtime roles or Identity Center"),
    excludes(&[F::LakeFormation, F::FullTableResolver], "the resolver for whole tables passes by the rows and columns of Lake Formation"),
    needs(&[F::IdentityCenter], &[F::Tls], "Identity Center needs encryption between nodes"),
    needs(&[F::IdentityCenter], &[F::LakeFormation, F::AccessGrants], "Identity Center needs Lake Formation or S3 Access Grants"),
    excludes(&[F::AccessGrants, F::Ldap], "S3 Access Grants and LDAP exclude each other"),
    excludes(&[F::AccessGrants, F::Ranger], "S3 Access Grants and Ranger exclude each other"),
    excludes(&[F::Trust, F::SameRealm], "the trusted realm has the name of the cluster's own"),
    excludes(&[F::SamlLakeFormation], "the SAML section of Lake Formation is of 5.x only").from("emr-6.0.0"),
    excludes(&[F::SamlLakeFormation, F::Trust], "the SAML section of Lake Formation excludes a trust between realms"),
    excludes(&[F::SamlLakeFormation, F::ClientSide], "the SAML section of Lake Formation excludes client-side encryption"),
    needs(&[F::Kerberos], &[F::KerberosAttributes], "the document has Kerberos and the cluster no `KerberosAttributes`"),
    needs(&[F::KerberosAttributes], &[F::Kerberos], "the cluster has `KerberosAttributes` and the document no Kerberos"),
    weak(&[F::Tls], &[F::Kerberos], "without Kerberos, Hadoop RPC stays plain under encryption between nodes"),
    weak(&[F::Tls], &[F::LocalDisk], "without encryption of local disks, HDFS blocks travel plain under encryption between nodes"),
    weak(&[F::Tls, F::Kerberos, F::HiveMetastore], &[], "jobs that need the Hive metastore break under TLS and Kerberos, and AWS's workaround turns TLS off").from("emr-7.3.0"),
    weak(&[F::Ranger, F::TableFormats], &[], "Ranger does not guard Hudi, Delta and Iceberg tables"),
    undocumented(&[F::Mappings, F::RuntimeRoles], "no page says whether EMRFS role mappings and runtime roles work together"),
    undocumented(&[F::Mappings, F::Ranger], "no page says whether EMRFS role mappings and Ranger work together"),
    undocumented(&[F::Mappings, F::Ldap], "no page says whether EMRFS role mappings and LDAP work together"),
    undocumented(&[F::Mappings, F::IdentityCenter], "no page says whether EMRFS role mappings and Identity Center work together"),
    undocumented(&[F::Mappings, F::LakeFormation], "no page says whether EMRFS role mappings and Lake Formation work together"),
    undocumented(&[F::Mappings, F::ThreePrimaries], "no page says whether EMRFS role mappings work with three primary nodes"),
    undocumented(&[F::Mappings, F::AccessGrants], "no page says whether EMRFS role mappings and S3 Access Grants work together"),
    undocumented(&[F::Kerberos, F::RuntimeRoles], "no page says whether Kerberos and runtime roles work together"),
    undocumented(&[F::Kerberos, F::LakeFormation], "no page says whether Kerberos and Lake Formation work together"),
    undocumented(&[F::Kerberos, F::IdentityCenter], "no page says whether Kerberos and Identity Center work together"),
    undocumented(&[F::Kerberos, F::AccessGrants], "no page says whether Kerberos and S3 Access Grants work together"),
    undocumented(&[F::Ldap, F::IdentityCenter], "no page says whether LDAP and Identity Center work together"),
    undocumented(&[F::Ranger, F::IdentityCenter], "no page says whether Ranger and Identity Center work together"),
    undocumented(&[F::Ranger, F::RuntimeRoles], "no page says whether Ranger and runtime roles work together"),
    undocumented(&[F::Ranger, F::LakeFormation], "no page says whether Ranger and Lake Formation work together"),
    undocumented(&[F::AccessGrants, F::ThreePrimaries], "no page says whether S3 Access Grants work with three primary nodes"),
    undocumented(&[F::Tls, F::ThreePrimaries], "no page says whether encryption between nodes works with three primary nodes"),
];

const fn floor(
    when: &'static [Feature],
    floors: &'static [&'static str],
    name: &'static str,
    control: &'static str,
) -> Floor {
    Floor {
        when,
        floors,
        name,
        control,
    }
}

/// Every feature with a floor above the first release that has security configurations.
pub const FLOORS: &[Floor] = &[
    floor(
        &[F::DedicatedKdc],
        &["emr-5.10.0"],
        "Kerberos",
        "emr.kerberos",
    ),
    floor(
        &[F::ExternalKdc],
        &["emr-5.20.0"],
        "Kerberos with an external KDC",
        "emr.kerberos",
    ),
    floor(
        &[F::Mappings],
        &["emr-5.10.0"],
        "EMRFS role mappings",
        "emr.role-mappings",
    ),
    floor(
        &[F::InstanceMetadata],
        &["emr-5.23.1", "emr-5.27.1", "emr-5.32.0", "emr-6.2.0"],
        "the section on the metadata service",
        "emr.instance-metadata",
    ),
    floor(
        &[F::SamlLakeFormation],
        &["emr-5.31.0"],
        "the SAML section of Lake Formation",
        "",
    ),
    floor(
        &[F::Ranger],
        &["emr-5.32.0", "emr-6.3.0"],
        "Ranger",
        "emr.ranger",
    ),
    floor(
        &[F::RuntimeRoles],
        &["emr-6.7.0"],
        "runtime roles",
        "emr.runtime-roles",
    ),
    floor(
        &[F::LakeFormation],
        &["emr-6.7.0"],
        "Lake Formation",
        "emr.lake-formation",
    ),
    floor(&[F::Ldap], &["emr-6.12.0"], "LDAP", "emr.ldap"),
    floor(
        &[F::IdentityCenter],
        &["emr-6.15.0"],
        "Identity Center",
        "emr.identity-center",
    ),
    floor(&[F::AccessGrants], &["emr-6.15.0"], "S3 Access Grants", ""),
    floor(&[F::Wal], &["emr-6.15.0"], "EMR WAL", "emr.wal-encryption"),
    floor(
        &[F::IdentityCenter, F::LakeFormation],
        &["emr-7.2.0"],
        "Identity Center with rows and columns of Lake Formation",
        "",
    ),
    floor(
        &[F::IdentityCenter, F::RuntimeRoles],
        &["emr-7.8.0"],
        "Identity Center with runtime roles",
        "",
    ),
    floor(
        &[F::FullTableResolver],
        &["emr-7.8.0"],
        "access to whole tables of Lake Formation",
        "",
    ),
    floor(
        &[F::EmrCertificates],
        &["emr-7.11.0"],
        "certificates of EMR's own",
        "emr.in-transit-encryption",
    ),
    floor(
        &[F::BackgroundSessions],
        &["emr-7.11.0"],
        "background sessions",
        "",
    ),
];

/// The applications that may stand beside Ranger.
/// Source: EMR Management Guide, *Considerations for using Amazon EMR with Apache Ranger*.
pub const BESIDE_RANGER: &[&str] = &[
    "Hadoop",
    "Spark",
    "Hive",
    "Livy",
    "Zeppelin",
    "Hue",
    "Ganglia",
    "HCatalog",
    "Mahout",
    "MXNet",
    "TensorFlow",
    "Tez",
    "Trino",
    "ZooKeeper",
];
