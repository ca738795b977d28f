//! AWS Glue besides databases and tables: what runs on the catalog's data, what it connects to, and who may use the
//! catalog. Source: the AWS provider's schema 6.62 and the CloudFormation types of the same things.

use super::Type;
use super::row::{How, Row, row, same};
use crate::observed::ResourceKind;
use crate::observed::glue::{
    CONNECTION, CRAWLER, ENDPOINT, JOB, RESOURCE_POLICY, SECURITY_CONFIGURATION, TRANSFORM,
};

const fn ours(
    name: &'static str,
    declared_as: &'static str,
    named_by: Option<&'static str>,
    rows: &'static [Row],
) -> Type {
    Type {
        name,
        kind: ResourceKind::GlueCatalog,
        declared_as,
        named_by,
        alone: true,
        rows,
        exclusive: &[],
    }
}

pub(super) const TYPES: &[Type] = &[
    ours("aws_glue_resource_policy", RESOURCE_POLICY, None, POLICY),
    ours("aws_glue_connection", CONNECTION, Some("name"), CONNECTED),
    ours(
        "aws_glue_security_configuration",
        SECURITY_CONFIGURATION,
        Some("name"),
        ENCRYPTION,
    ),
    ours("aws_glue_job", JOB, Some("name"), JOBS),
    ours("aws_glue_crawler", CRAWLER, Some("name"), CRAWLERS),
    ours("aws_glue_dev_endpoint", ENDPOINT, Some("name"), ENDPOINTS),
    ours("aws_glue_ml_transform", TRANSFORM, Some("name"), TRANSFORMS),
];

const POLICY: &[Row] = &[row("policy", "PolicyInJson", How::Json)];

const CONNECTED: &[Row] = &[
    same("catalog_id", "CatalogId"),
    same("name", "ConnectionInput/Name"),
    same("connection_type", "ConnectionInput/ConnectionType"),
    same(
        "connection_properties",
        "ConnectionInput/ConnectionProperties",
    ),
    same(
        "authentication_configuration.secret_arn",
        "ConnectionInput/AuthenticationConfiguration/SecretArn",
    ),
    row(
        "authentication_configuration.basic_authentication_credentials",
        "ConnectionInput/AuthenticationConfiguration/BasicAuthenticationCredentials",
        How::Block(&[same("username", "Username"), same("password", "Password")]),
    ),
];

const ENCRYPTION: &[Row] = &[
    same("name", "Name"),
    row(
        "encryption_configuration",
        "EncryptionConfiguration",
        How::Block(&[
            row(
                "s3_encryption",
                "S3Encryptions",
                How::Blocks(&[
                    same("s3_encryption_mode", "S3EncryptionMode"),
                    same("kms_key_arn", "KmsKeyArn"),
                ]),
            ),
            same(
                "cloudwatch_encryption.cloudwatch_encryption_mode",
                "CloudWatchEncryption/CloudWatchEncryptionMode",
            ),
            same(
                "cloudwatch_encryption.kms_key_arn",
                "CloudWatchEncryption/KmsKeyArn",
            ),
            same(
                "job_bookmarks_encryption.job_bookmarks_encryption_mode",
                "JobBookmarksEncryption/JobBookmarksEncryptionMode",
            ),
            same(
                "job_bookmarks_encryption.kms_key_arn",
                "JobBookmarksEncryption/KmsKeyArn",
            ),
        ]),
    ),
];

const JOBS: &[Row] = &[
    same("name", "Name"),
    same("role_arn", "Role"),
    same("glue_version", "GlueVersion"),
    same("security_configuration", "SecurityConfiguration"),
    same("default_arguments", "DefaultArguments"),
    same("non_overridable_arguments", "NonOverridableArguments"),
    same("command.name", "Command/Name"),
    same("command.script_location", "Command/ScriptLocation"),
    row("tags", "Tags", How::Tags),
    row("tags_all", "Tags", How::Tags),
];

const CRAWLERS: &[Row] = &[
    same("name", "Name"),
    same("role", "Role"),
    same("security_configuration", "CrawlerSecurityConfiguration"),
    row("tags", "Tags", How::Tags),
    row("tags_all", "Tags", How::Tags),
];

const ENDPOINTS: &[Row] = &[
    same("name", "EndpointName"),
    same("role_arn", "RoleArn"),
    same("glue_version", "GlueVersion"),
    same("security_configuration", "SecurityConfiguration"),
    row("tags", "Tags", How::Tags),
    row("tags_all", "Tags", How::Tags),
];

/// The provider has no argument for the encryption of a transform.
const TRANSFORMS: &[Row] = &[
    same("name", "Name"),
    same("role_arn", "Role"),
    same("glue_version", "GlueVersion"),
    row("tags", "Tags", How::Tags),
    row("tags_all", "Tags", How::Tags),
];
