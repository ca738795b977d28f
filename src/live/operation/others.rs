//! The calls of the services beside EMR.

use super::{Operation, Page, Service, plain, quota, token};

const KEYS: &str = "arn:*:kms:*:*:key/*";
const BUCKETS: &str = "arn:*:s3:::*";

/// The regions of an account, and which of them are enabled.
pub static DESCRIBE_REGIONS: Operation =
    plain(Service::Ec2, "DescribeRegions", "ec2:DescribeRegions");
/// Every node of every cluster of a region, by the tag that EMR gives them.
pub static DESCRIBE_INSTANCES: Operation = Operation {
    page: Some(token(&["Reservations"])),
    ..plain(Service::Ec2, "DescribeInstances", "ec2:DescribeInstances")
};
/// The volumes of nodes.
pub static DESCRIBE_VOLUMES: Operation = Operation {
    page: Some(token(&["Volumes"])),
    ..plain(Service::Ec2, "DescribeVolumes", "ec2:DescribeVolumes")
};
/// Subnets by id.
pub static DESCRIBE_SUBNETS: Operation = Operation {
    ..plain(Service::Ec2, "DescribeSubnets", "ec2:DescribeSubnets")
};
/// Route tables by the subnets and VPCs that have them.
pub static DESCRIBE_ROUTE_TABLES: Operation = Operation {
    page: Some(Page {
        size: Some(("MaxResults", 100)),
        full: 100,
        ..token(&["RouteTables"])
    }),
    ..plain(
        Service::Ec2,
        "DescribeRouteTables",
        "ec2:DescribeRouteTables",
    )
};
/// The endpoints of VPCs.
pub static DESCRIBE_VPC_ENDPOINTS: Operation = Operation {
    page: Some(token(&["VpcEndpoints"])),
    ..plain(
        Service::Ec2,
        "DescribeVpcEndpoints",
        "ec2:DescribeVpcEndpoints",
    )
};
/// Security groups by id.
pub static DESCRIBE_SECURITY_GROUPS: Operation = Operation {
    ..plain(
        Service::Ec2,
        "DescribeSecurityGroups",
        "ec2:DescribeSecurityGroups",
    )
};
/// A key.
pub static DESCRIBE_KEY: Operation = Operation {
    resource: KEYS,
    ..plain(Service::Kms, "DescribeKey", "kms:DescribeKey")
};
/// Whether a key rotates.
pub static GET_KEY_ROTATION_STATUS: Operation = Operation {
    resource: KEYS,
    ..plain(
        Service::Kms,
        "GetKeyRotationStatus",
        "kms:GetKeyRotationStatus",
    )
};
/// The policy of a key.
pub static GET_KEY_POLICY: Operation = Operation {
    resource: KEYS,
    ..plain(Service::Kms, "GetKeyPolicy", "kms:GetKeyPolicy")
};
/// The grants on a key, which can be very many.
pub static LIST_GRANTS: Operation = Operation {
    resource: KEYS,
    page: Some(Page {
        ask: "Marker",
        next: "NextMarker",
        lists: &["Grants"],
        size: Some(("Limit", 100)),
        full: 100,
    }),
    quota: Some(quota(100.0, 100.0)),
    ..plain(Service::Kms, "ListGrants", "kms:ListGrants")
};
/// Every role and policy of an account in few calls.
pub static GET_ACCOUNT_AUTHORIZATION_DETAILS: Operation = Operation {
    page: Some(Page {
        ask: "Marker",
        next: "Marker",
        lists: &[
            "RoleDetailList",
            "Policies",
            "UserDetailList",
            "GroupDetailList",
        ],
        size: Some(("MaxItems", 1000)),
        full: 1000,
    }),
    ..plain(
        Service::Iam,
        "GetAccountAuthorizationDetails",
        "iam:GetAccountAuthorizationDetails",
    )
};
/// An instance profile and its role.
pub static GET_INSTANCE_PROFILE: Operation = Operation {
    resource: "arn:*:iam::*:instance-profile/*",
    ..plain(Service::Iam, "GetInstanceProfile", "iam:GetInstanceProfile")
};
/// Who is asking. Needs no permission.
pub static GET_CALLER_IDENTITY: Operation =
    plain(Service::Sts, "GetCallerIdentity", "sts:GetCallerIdentity");

/// The quotas that the account has of a service, as far as it was given others than the defaults or has any.
/// Source: Service Quotas API, `ListServiceQuotas`: a hundred a page at most.
pub static LIST_SERVICE_QUOTAS: Operation = Operation {
    page: Some(Page {
        size: Some(("MaxResults", 100)),
        full: 100,
        ..token(&["Quotas"])
    }),
    ..plain(
        Service::ServiceQuotas,
        "ListServiceQuotas",
        "servicequotas:ListServiceQuotas",
    )
};

/// The accounts of an organisation.
/// Source: Organizations API, `ListAccounts`: twenty a page at most, and a page may be empty.
pub static LIST_ACCOUNTS: Operation = Operation {
    page: Some(Page {
        size: Some(("MaxResults", 20)),
        full: 20,
        ..token(&["Accounts"])
    }),
    ..plain(
        Service::Organizations,
        "ListAccounts",
        "organizations:ListAccounts",
    )
};

/// Credentials of a role in another account. It changes nothing, although it is no reading call.
pub static ASSUME_ROLE: Operation = Operation {
    resource: "arn:*:iam::*:role/*",
    ..plain(Service::Sts, "AssumeRole", "sts:AssumeRole")
};

/// Where a bucket is; also whether it is there.
pub static GET_BUCKET_LOCATION: Operation = Operation {
    resource: BUCKETS,
    path: "/{}?location",
    ..plain(Service::S3, "GetBucketLocation", "s3:GetBucketLocation")
};
/// The policy of a bucket.
pub static GET_BUCKET_POLICY: Operation = Operation {
    resource: BUCKETS,
    path: "/{}?policy",
    ..plain(Service::S3, "GetBucketPolicy", "s3:GetBucketPolicy")
};
/// Whether that policy is public.
pub static GET_BUCKET_POLICY_STATUS: Operation = Operation {
    resource: BUCKETS,
    path: "/{}?policyStatus",
    ..plain(
        Service::S3,
        "GetBucketPolicyStatus",
        "s3:GetBucketPolicyStatus",
    )
};
/// How objects are encrypted by default.
pub static GET_BUCKET_ENCRYPTION: Operation = Operation {
    resource: BUCKETS,
    path: "/{}?encryption",
    ..plain(
        Service::S3,
        "GetBucketEncryption",
        "s3:GetEncryptionConfiguration",
    )
};
/// Whether a bucket keeps versions.
pub static GET_BUCKET_VERSIONING: Operation = Operation {
    resource: BUCKETS,
    path: "/{}?versioning",
    ..plain(Service::S3, "GetBucketVersioning", "s3:GetBucketVersioning")
};
/// What a bucket blocks.
pub static GET_PUBLIC_ACCESS_BLOCK: Operation = Operation {
    resource: BUCKETS,
    path: "/{}?publicAccessBlock",
    ..plain(
        Service::S3,
        "GetPublicAccessBlock",
        "s3:GetBucketPublicAccessBlock",
    )
};
/// What an account blocks.
pub static GET_ACCOUNT_PUBLIC_ACCESS_BLOCK: Operation = Operation {
    path: "/v20180820/configuration/publicAccessBlock",
    ..plain(
        Service::S3Control,
        "GetPublicAccessBlock",
        "s3:GetAccountPublicAccessBlock",
    )
};

macro_rules! lake {
    ($constant:ident, $name:literal, $page:expr, $doc:literal) => {
        #[doc = $doc]
        pub static $constant: Operation = Operation {
            page: $page,
            path: concat!("/", $name),
            ..plain(
                Service::LakeFormation,
                $name,
                concat!("lakeformation:", $name),
            )
        };
    };
}

lake!(
    GET_DATA_LAKE_SETTINGS,
    "GetDataLakeSettings",
    None,
    "Administrators, defaults, external filtering."
);
lake!(
    LIST_PERMISSIONS,
    "ListPermissions",
    Some(token(&["PrincipalResourcePermissions"])),
    "Grants, as far as the caller may see them."
);
lake!(
    LIST_RESOURCES,
    "ListResources",
    Some(token(&["ResourceInfoList"])),
    "Registered locations."
);
lake!(
    LIST_DATA_CELLS_FILTER,
    "ListDataCellsFilter",
    Some(token(&["DataCellsFilters"])),
    "Row and column filters."
);
lake!(
    LIST_OPT_INS,
    "ListLakeFormationOptIns",
    Some(token(&["LakeFormationOptInsInfoList"])),
    "Who opted in to hybrid access."
);
lake!(
    DESCRIBE_IDENTITY_CENTER,
    "DescribeLakeFormationIdentityCenterConfiguration",
    None,
    "The connection to IAM Identity Center."
);

/// How the Data Catalog is encrypted.
pub static GET_DATA_CATALOG_ENCRYPTION_SETTINGS: Operation = plain(
    Service::Glue,
    "GetDataCatalogEncryptionSettings",
    "glue:GetDataCatalogEncryptionSettings",
);

lake!(
    GET_DATA_LAKE_PRINCIPAL,
    "GetDataLakePrincipal",
    None,
    "Who Lake Formation takes the caller for."
);
lake!(
    LIST_LF_TAGS,
    "ListLFTags",
    Some(token(&["LFTags"])),
    "LF-Tags and their values."
);
lake!(
    LIST_LF_TAG_EXPRESSIONS,
    "ListLFTagExpressions",
    Some(token(&["LFTagExpressions"])),
    "Saved tag expressions."
);
lake!(
    GET_RESOURCE_LF_TAGS,
    "GetResourceLFTags",
    None,
    "The tags of a database, or of a table and its columns. There is no call for many."
);
lake!(
    LIST_RLS_POLICIES,
    "ListRLSPolicies",
    Some(token(&["RLSPolicies"])),
    "Row-level-security policies."
);
lake!(
    LIST_RLS_ATTACHMENTS,
    "ListRLSPolicyAttachments",
    Some(token(&["RLSPolicyAttachments"])),
    "What row-level-security policies are attached to, and for whom."
);

/// A hundred a page at most (Glue API, `PageSize` and `CatalogGetterPageSize`).
const fn hundred(lists: &'static [&'static str]) -> Page {
    Page {
        size: Some(("MaxResults", 100)),
        full: 100,
        ..token(lists)
    }
}

/// The databases of the Data Catalog.
pub static GET_DATABASES: Operation = Operation {
    page: Some(hundred(&["DatabaseList"])),
    ..plain(Service::Glue, "GetDatabases", "glue:GetDatabases")
};
/// The tables of a database, with columns and places.
pub static GET_TABLES: Operation = Operation {
    page: Some(hundred(&["TableList"])),
    ..plain(Service::Glue, "GetTables", "glue:GetTables")
};
/// The catalogs within the account's own.
pub static GET_CATALOGS: Operation = Operation {
    page: Some(hundred(&["CatalogList"])),
    ..plain(Service::Glue, "GetCatalogs", "glue:GetCatalogs")
};
