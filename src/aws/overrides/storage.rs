//! Properties on the way to S3. Sources: EMR Release Guide, *EMRFS encryption* and *Migrate to S3A*; EMR Management
//! Guide, *S3 Access Grants* and *Unfiltered access with Lake Formation*.

use super::Feature::{Kerberos, LakeFormation, Ranger, Roles, S3};
use super::Unsafe::{Differs, ForeignEndpoint, Is, IsNot, Present};
use super::{Fact, Feature, Rule, Where, aws, note, project};

const CORE: &[&str] = &["core-site"];
const EMRFS: &[&str] = &["emrfs-site"];
const BOTH: &[&str] = &["core-site", "emrfs-site"];
const HIVE_CONNECTORS: &[&str] = &[
    "presto-connector-hive",
    "prestosql-connector-hive",
    "trino-connector-hive",
];
const S3A: &[&str] = &["org.apache.hadoop.fs.s3a.S3AFileSystem"];
/// EMRFS and S3A; any other class is a file system outside the enforced path.
const KNOWN_CLASSES: &[&str] = &[
    "com.amazon.ws.emr.hadoop.fs.EmrFileSystem",
    "org.apache.hadoop.fs.s3a.S3AFileSystem",
];
const S3A_DEFAULT: &str = "emr-7.10.0";
const ENCRYPTION: &[&str] = &[
    "fs.s3a.encryption.algorithm",
    "fs.s3a.encryption.key",
    "fs.s3a.bucket.*.encryption.algorithm",
    "fs.s3a.bucket.*.encryption.key",
];
const KEEPER: &[Feature] = &[S3, Roles];
const DEAD: &str = "differs from the security configuration, which wins up to 7.9; from 7.10.0 S3A may take it over";

pub(super) const RULES: &[Rule] = &[
    aws(
        CORE,
        &["fs.s3a.emrfs.compatibility.enable"],
        Is(&["false"]),
        KEEPER,
        "stops EMR from carrying encryption and role mappings over to S3A",
    ),
    aws(
        CORE,
        ENCRYPTION,
        Present,
        &[S3],
        "beats what the security configuration sets for S3A",
    )
    .from(S3A_DEFAULT)
    .secret(),
    note(
        CORE,
        ENCRYPTION,
        Present,
        &[S3],
        "has no effect before 7.10.0, and beats the security configuration from then on",
    )
    .before(S3A_DEFAULT)
    .secret(),
    aws(
        CORE,
        &["fs.s3.impl", "fs.s3n.impl"],
        Is(S3A),
        &[Ranger],
        "puts S3A in the way, with which Ranger does not work",
    )
    .from(S3A_DEFAULT)
    .fix("set it to `com.amazon.ws.emr.hadoop.fs.EmrFileSystem`"),
    project(
        CORE,
        &["fs.s3.impl", "fs.s3n.impl"],
        Is(S3A),
        &[S3, Roles, Ranger],
        "skips EMRFS, with its encryption and role mappings",
    )
    .before(S3A_DEFAULT),
    aws(
        CORE,
        &["fs.s3.impl", "fs.s3n.impl"],
        IsNot(KNOWN_CLASSES),
        &[S3, Ranger],
        "puts a file system outside the enforced path",
    ),
    project(
        CORE,
        &["fs.s3a.impl"],
        Is(S3A),
        &[S3, Roles, Ranger],
        "lets `s3a://` skip EMRFS, with its encryption and role mappings",
    )
    .before(S3A_DEFAULT),
    project(
        BOTH,
        &["fs.s3a.connection.ssl.enabled", "fs.s3n.ssl.enabled"],
        Is(&["false"]),
        &[S3, Feature::InTransit],
        "speaks plain HTTP to S3",
    ),
    project(
        BOTH,
        &[
            "fs.s3a.endpoint",
            "fs.s3n.endpoint",
            "fs.s3.endpoint",
            "fs.s3a.bucket.*.endpoint",
        ],
        ForeignEndpoint,
        &[S3],
        "sends data over plain HTTP, or to a host that is not AWS's",
    ),
    project(
        BOTH,
        &[
            "fs.s3a.aws.credentials.provider",
            "fs.s3.customAWSCredentialsProvider",
            "fs.s3a.bucket.*.aws.credentials.provider",
        ],
        Present,
        &[Roles, LakeFormation],
        "uses credentials of its own instead of the mapped or runtime role",
    ),
    project(
        BOTH,
        &[
            "fs.s3a.authorization.roleMapping",
            "fs.s3.authorization.roleMapping",
            "fs.s3.authorization.ugi.groupName.enabled",
        ],
        Present,
        &[Roles],
        "rewrites the role mappings",
    )
    .secret(),
    project(
        EMRFS,
        &["fs.s3.authorization.audit.enabled"],
        Is(&["false"]),
        &[Roles],
        "drops the record of which role was used",
    ),
    note(
        EMRFS,
        &["fs.s3.enableServerSideEncryption"],
        Differs(Fact::ServerSide),
        &[S3],
        DEAD,
    ),
    note(
        EMRFS,
        &["fs.s3.serverSideEncryption.kms.keyId"],
        Differs(Fact::S3Key),
        &[S3],
        DEAD,
    ),
    note(
        EMRFS,
        &["fs.s3.serverSideEncryption.kms.customEncryptionContext"],
        Present,
        &[S3],
        "changes the encryption context that key policies match on",
    ),
    note(
        EMRFS,
        &["fs.s3.cse.enabled"],
        Differs(Fact::ClientSide),
        &[S3],
        DEAD,
    ),
    note(
        EMRFS,
        &["fs.s3.cse.kms.keyId"],
        Differs(Fact::S3Key),
        &[S3],
        DEAD,
    ),
    note(
        EMRFS,
        &[
            "fs.s3.cse.encryptionMaterialsProvider",
            "fs.s3.cse.encryptionMaterialsProvider.*",
        ],
        Present,
        &[S3],
        DEAD,
    ),
    project(
        EMRFS,
        &["fs.s3.bucket.*.serverSideEncryption.kms.keyId"],
        Differs(Fact::S3Key),
        &[S3],
        "encrypts one bucket with another key",
    ),
    aws(
        EMRFS,
        &["fs.s3.cse.encryptionV2.enabled"],
        Is(&["false"]),
        &[S3],
        "keeps client-side encryption at its first, weaker scheme",
    )
    .only(Where::ClientSide),
    aws(
        EMRFS,
        &["fs.s3.s3AccessGrants.enabled"],
        Is(&["false"]),
        &[Roles],
        "gives every job the role of the cluster instead of its grants",
    )
    .only(Where::IdentityCenter),
    aws(
        EMRFS,
        &["fs.s3.s3AccessGrants.fallbackToIAM"],
        Is(&["true"]),
        &[Roles],
        "falls back to the role of the cluster where no grant is given",
    ),
    aws(
        &["spark-defaults"],
        &["spark.hadoop.fs.s3.credentialsResolverClass"],
        Is(&["com.amazonaws.glue.accesscontrol.AWSLakeFormationCredentialResolver"]),
        &[LakeFormation],
        "reads whole tables instead of the rows and columns granted",
    )
    .only(Where::FineGrained),
    project(
        HIVE_CONNECTORS,
        &["hive.s3-file-system-type"],
        IsNot(&["EMRFS"]),
        KEEPER,
        "leaves EMRFS, with its encryption and role mappings",
    ),
    project(
        HIVE_CONNECTORS,
        &["hive.s3.sse.*"],
        Present,
        &[S3],
        "configures encryption outside EMRFS",
    )
    .secret(),
    project(
        HIVE_CONNECTORS,
        &["hive.s3.ssl.enabled"],
        Is(&["false"]),
        &[S3],
        "speaks plain HTTP to S3",
    ),
    project(
        HIVE_CONNECTORS,
        &["hive.s3.iam-role"],
        Present,
        &[Roles],
        "uses one role for every query",
    ),
    aws(
        &["hue-ini"],
        &["aws.*"],
        Present,
        &[S3],
        "opens Hue's S3 browser, which does not use EMRFS and writes without encryption",
    )
    .only(Where::ClientSide)
    .secret(),
    project(
        &["hive-site"],
        &["hive.server2.enable.doAs"],
        Is(&["false"]),
        &[Roles],
        "runs queries as `hive`, so mappings by user do not apply",
    ),
    project(
        &["livy-conf"],
        &["livy.impersonation.enabled"],
        Is(&["false"]),
        &[Kerberos, Roles],
        "runs jobs as `livy`, so mappings by user do not apply",
    ),
];
