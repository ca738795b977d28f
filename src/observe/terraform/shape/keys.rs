//! Keys, roles, buckets and trails: what the resources of EMR and Lake Formation name.
//! Source: the AWS provider's schema 6.62 and the CloudFormation types of the same things.

use super::Type;
use super::row::{How, Row, row, same};
use crate::observed::ResourceKind;

/// A type that counts only beside something of EMR's or Lake Formation's.
const fn beside(
    name: &'static str,
    declared_as: &'static str,
    kind: ResourceKind,
    named_by: Option<&'static str>,
    rows: &'static [Row],
) -> Type {
    Type {
        name,
        kind,
        declared_as,
        named_by,
        alone: false,
        rows,
        exclusive: &[],
    }
}

pub(super) const TYPES: &[Type] = &[
    beside(
        "aws_kms_key",
        "AWS::KMS::Key",
        ResourceKind::KmsKey,
        None,
        KEY,
    ),
    beside(
        "aws_iam_role",
        "AWS::IAM::Role",
        ResourceKind::IamRole,
        Some("name"),
        ROLE,
    ),
    beside(
        "aws_iam_user",
        "AWS::IAM::User",
        ResourceKind::IamRole,
        Some("name"),
        &[
            same("name", "UserName"),
            same("path", "Path"),
            same("permissions_boundary", "PermissionsBoundary"),
            row("tags", "Tags", How::Tags),
            row("tags_all", "Tags", How::Tags),
        ],
    ),
    beside(
        "aws_iam_group",
        "AWS::IAM::Group",
        ResourceKind::IamRole,
        Some("name"),
        &[same("name", "GroupName"), same("path", "Path")],
    ),
    // Policies have names of their own, which are not those of roles.
    beside(
        "aws_iam_policy",
        "AWS::IAM::ManagedPolicy",
        ResourceKind::IamRole,
        None,
        &[
            same("name", "ManagedPolicyName"),
            same("path", "Path"),
            row("policy", "PolicyDocument", How::Json),
        ],
    ),
    beside(
        "aws_iam_user_policy",
        "AWS::IAM::UserPolicy",
        ResourceKind::IamRole,
        None,
        &[
            same("user", "UserName"),
            same("name", "PolicyName"),
            row("policy", "PolicyDocument", How::Json),
        ],
    ),
    beside(
        "aws_iam_group_policy",
        "AWS::IAM::GroupPolicy",
        ResourceKind::IamRole,
        None,
        &[
            same("group", "GroupName"),
            same("name", "PolicyName"),
            row("policy", "PolicyDocument", How::Json),
        ],
    ),
    // Clusters name profiles; the roles that they hold are judged for what the profile is used for.
    beside(
        "aws_iam_instance_profile",
        "AWS::IAM::InstanceProfile",
        ResourceKind::IamRole,
        Some("name"),
        &[
            same("name", "InstanceProfileName"),
            same("path", "Path"),
            row("role", "Roles", How::One),
        ],
    ),
    beside(
        "aws_cloudtrail",
        "AWS::CloudTrail::Trail",
        ResourceKind::EmrAccount,
        Some("name"),
        TRAIL,
    ),
    beside(
        "aws_s3_bucket",
        "AWS::S3::Bucket",
        ResourceKind::S3Bucket,
        Some("bucket"),
        BUCKET,
    ),
];

const KEY: &[Row] = &[
    same("description", "Description"),
    same("is_enabled", "Enabled"),
    same("enable_key_rotation", "EnableKeyRotation"),
    same("rotation_period_in_days", "RotationPeriodInDays"),
    same("customer_master_key_spec", "KeySpec"),
    same("key_usage", "KeyUsage"),
    same("multi_region", "MultiRegion"),
    same(
        "bypass_policy_lockout_safety_check",
        "BypassPolicyLockoutSafetyCheck",
    ),
    same("deletion_window_in_days", "PendingWindowInDays"),
    row("policy", "KeyPolicy", How::Json),
    row("tags", "Tags", How::Tags),
    row("tags_all", "Tags", How::Tags),
];

/// A trail logs, unless that is turned off.
const TRAIL: &[Row] = &[
    same("name", "TrailName"),
    row("enable_logging", "IsLogging", How::On),
    row(
        "include_global_service_events",
        "IncludeGlobalServiceEvents",
        How::On,
    ),
    same("is_multi_region_trail", "IsMultiRegionTrail"),
    same("is_organization_trail", "IsOrganizationTrail"),
    same("enable_log_file_validation", "EnableLogFileValidation"),
    same("kms_key_id", "KMSKeyId"),
    same("s3_bucket_name", "S3BucketName"),
    same("s3_key_prefix", "S3KeyPrefix"),
    row(
        "event_selector",
        "EventSelectors",
        How::Blocks(&[
            row(
                "include_management_events",
                "IncludeManagementEvents",
                How::On,
            ),
            same(
                "exclude_management_event_sources",
                "ExcludeManagementEventSources",
            ),
            same("read_write_type", "ReadWriteType"),
            row(
                "data_resource",
                "DataResources",
                How::Blocks(&[same("type", "Type"), same("values", "Values")]),
            ),
        ]),
    ),
    row(
        "advanced_event_selector",
        "AdvancedEventSelectors",
        How::Blocks(&[
            same("name", "Name"),
            row(
                "field_selector",
                "FieldSelectors",
                How::Blocks(&[
                    same("field", "Field"),
                    same("equals", "Equals"),
                    same("starts_with", "StartsWith"),
                    same("ends_with", "EndsWith"),
                    same("not_equals", "NotEquals"),
                    same("not_starts_with", "NotStartsWith"),
                    same("not_ends_with", "NotEndsWith"),
                ]),
            ),
        ]),
    ),
];

/// `aws_kms_key_policy`: the policy of a key.
pub(super) const KEY_POLICY: &[Row] = &[row("policy", "KeyPolicy", How::Json)];

const ROLE: &[Row] = &[
    same("name", "RoleName"),
    same("path", "Path"),
    same("max_session_duration", "MaxSessionDuration"),
    same("permissions_boundary", "PermissionsBoundary"),
    row("assume_role_policy", "AssumeRolePolicyDocument", How::Json),
    same("managed_policy_arns", "ManagedPolicyArns"),
    row("inline_policy", "Policies", How::Blocks(ROLE_POLICY)),
    row("tags", "Tags", How::Tags),
    row("tags_all", "Tags", How::Tags),
];

/// A policy in a role: `inline_policy`, or `aws_iam_role_policy`.
pub(super) const ROLE_POLICY: &[Row] = &[
    same("name", "PolicyName"),
    row("policy", "PolicyDocument", How::Json),
];

const BUCKET: &[Row] = &[
    same("bucket", "BucketName"),
    row("tags", "Tags", How::Tags),
    row("tags_all", "Tags", How::Tags),
];

pub(super) const BUCKET_VERSIONING: &[Row] = &[same(
    "versioning_configuration.status",
    "VersioningConfiguration/Status",
)];

pub(super) const BUCKET_ENCRYPTION: &[Row] = &[row(
    "rule",
    "BucketEncryption/ServerSideEncryptionConfiguration",
    How::Blocks(&[
        same(
            "apply_server_side_encryption_by_default.sse_algorithm",
            "ServerSideEncryptionByDefault/SSEAlgorithm",
        ),
        same(
            "apply_server_side_encryption_by_default.kms_master_key_id",
            "ServerSideEncryptionByDefault/KMSMasterKeyID",
        ),
        same("bucket_key_enabled", "BucketKeyEnabled"),
    ]),
)];

pub(super) const BUCKET_PUBLIC_ACCESS: &[Row] = &[
    same(
        "block_public_acls",
        "PublicAccessBlockConfiguration/BlockPublicAcls",
    ),
    same(
        "block_public_policy",
        "PublicAccessBlockConfiguration/BlockPublicPolicy",
    ),
    same(
        "ignore_public_acls",
        "PublicAccessBlockConfiguration/IgnorePublicAcls",
    ),
    same(
        "restrict_public_buckets",
        "PublicAccessBlockConfiguration/RestrictPublicBuckets",
    ),
];

pub(super) const BUCKET_OWNERSHIP: &[Row] = &[row(
    "rule",
    "OwnershipControls/Rules",
    How::Blocks(&[same("object_ownership", "ObjectOwnership")]),
)];
