//! AWS Lake Formation and the Glue Data Catalog.
//! Source: the AWS provider's schema 6.62 and the CloudFormation types of the same things.

use super::Type;
use super::row::{How, Row, row, same};
use crate::observed::ResourceKind;
use crate::observed::lake::{
    DATABASE as DATABASE_TYPE, OPT_IN, TABLE as TABLE_TYPE, TAG_EXPRESSION,
};

const IDENTIFIER: &str = "DataLakePrincipalIdentifier";

/// A type that counts by itself.
const fn ours(
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
        alone: true,
        rows,
        exclusive: &[],
    }
}

pub(super) const TYPES: &[Type] = &[
    Type {
        exclusive: &[&[
            "database",
            "table",
            "table_with_columns",
            "data_location",
            "data_cells_filter",
            "lf_tag",
            "lf_tag_policy",
        ]],
        ..ours(
            "aws_lakeformation_permissions",
            "AWS::LakeFormation::PrincipalPermissions",
            ResourceKind::LakeFormationGrant,
            None,
            PERMISSIONS,
        )
    },
    ours(
        "aws_lakeformation_data_lake_settings",
        "AWS::LakeFormation::DataLakeSettings",
        ResourceKind::LakeFormationSettings,
        None,
        SETTINGS,
    ),
    ours(
        "aws_lakeformation_data_cells_filter",
        "AWS::LakeFormation::DataCellsFilter",
        ResourceKind::LakeFormationFilter,
        Some("table_data.name"),
        FILTER,
    ),
    ours(
        "aws_lakeformation_resource",
        "AWS::LakeFormation::Resource",
        ResourceKind::LakeFormationLocation,
        Some("arn"),
        LOCATION,
    ),
    ours(
        "aws_lakeformation_lf_tag",
        "AWS::LakeFormation::Tag",
        ResourceKind::LakeFormationTag,
        Some("key"),
        &[
            same("catalog_id", "CatalogId"),
            same("key", "TagKey"),
            same("values", "TagValues"),
        ],
    ),
    ours(
        "aws_lakeformation_resource_lf_tag",
        "AWS::LakeFormation::TagAssociation",
        ResourceKind::LakeFormationTag,
        None,
        ASSIGNMENT,
    ),
    ours(
        "aws_lakeformation_resource_lf_tags",
        "AWS::LakeFormation::TagAssociation",
        ResourceKind::LakeFormationTag,
        None,
        ASSIGNMENT,
    ),
    ours(
        "aws_lakeformation_lf_tag_expression",
        TAG_EXPRESSION,
        ResourceKind::LakeFormationTag,
        Some("name"),
        &[
            same("catalog_id", "CatalogId"),
            same("name", "Name"),
            row(
                "expression",
                "Expression",
                How::Blocks(&[same("tag_key", "TagKey"), same("tag_values", "TagValues")]),
            ),
        ],
    ),
    ours(
        "aws_lakeformation_opt_in",
        OPT_IN,
        ResourceKind::LakeFormationGrant,
        None,
        OPTED_IN,
    ),
    ours(
        "aws_glue_catalog_database",
        DATABASE_TYPE,
        ResourceKind::GlueCatalog,
        None,
        GLUE_DATABASE,
    ),
    ours(
        "aws_glue_catalog_table",
        TABLE_TYPE,
        ResourceKind::GlueCatalog,
        None,
        GLUE_TABLE,
    ),
    ours(
        "aws_glue_data_catalog_encryption_settings",
        "AWS::Glue::DataCatalogEncryptionSettings",
        ResourceKind::GlueCatalog,
        None,
        CATALOG,
    ),
];

/// The shape of `AWS::LakeFormation::PrincipalPermissions`.
const PERMISSIONS: &[Row] = &[
    same("catalog_id", "Catalog"),
    same("principal", "Principal/DataLakePrincipalIdentifier"),
    same("permissions", "Permissions"),
    same(
        "permissions_with_grant_option",
        "PermissionsWithGrantOption",
    ),
    row("catalog_resource", "Resource/Catalog", How::Flag),
    row("database", "Resource/Database", How::Block(DATABASE)),
    row("table", "Resource/Table", How::Block(TABLE)),
    row(
        "table_with_columns",
        "Resource/TableWithColumns",
        How::Block(COLUMNS),
    ),
    row(
        "data_location",
        "Resource/DataLocation",
        How::Block(&[same("catalog_id", "CatalogId"), same("arn", "ResourceArn")]),
    ),
    row(
        "data_cells_filter",
        "Resource/DataCellsFilter",
        How::Block(&[
            same("table_catalog_id", "TableCatalogId"),
            same("database_name", "DatabaseName"),
            same("table_name", "TableName"),
            same("name", "Name"),
        ]),
    ),
    row(
        "lf_tag",
        "Resource/LFTag",
        How::Block(&[
            same("catalog_id", "CatalogId"),
            same("key", "TagKey"),
            same("values", "TagValues"),
        ]),
    ),
    row(
        "lf_tag_policy",
        "Resource/LFTagPolicy",
        How::Block(&[
            same("catalog_id", "CatalogId"),
            same("resource_type", "ResourceType"),
            row(
                "expression",
                "Expression",
                How::Blocks(&[same("key", "TagKey"), same("values", "TagValues")]),
            ),
        ]),
    ),
];

const DATABASE: &[Row] = &[same("catalog_id", "CatalogId"), same("name", "Name")];

const TABLE: &[Row] = &[
    same("catalog_id", "CatalogId"),
    same("database_name", "DatabaseName"),
    same("name", "Name"),
    row("wildcard", "TableWildcard", How::Flag),
];

const COLUMNS: &[Row] = &[
    same("catalog_id", "CatalogId"),
    same("database_name", "DatabaseName"),
    same("name", "Name"),
    same("column_names", "ColumnNames"),
    row("wildcard", "ColumnWildcard", How::Flag),
    same(
        "excluded_column_names",
        "ColumnWildcard/ExcludedColumnNames",
    ),
    // `aws_lakeformation_resource_lf_tag` has the API's own form.
    row("column_wildcard", "ColumnWildcard", How::Block(EXCLUDED)),
];

const EXCLUDED: &[Row] = &[same("excluded_column_names", "ExcludedColumnNames")];

const SETTINGS: &[Row] = &[
    same("catalog_id", "CatalogId"),
    row("admins", "Admins", How::Each(IDENTIFIER)),
    row("read_only_admins", "ReadOnlyAdmins", How::Each(IDENTIFIER)),
    same(
        "allow_external_data_filtering",
        "AllowExternalDataFiltering",
    ),
    same(
        "allow_full_table_external_data_access",
        "AllowFullTableExternalDataAccess",
    ),
    same(
        "authorized_session_tag_value_list",
        "AuthorizedSessionTagValueList",
    ),
    row(
        "external_data_filtering_allow_list",
        "ExternalDataFilteringAllowList",
        How::Each(IDENTIFIER),
    ),
    row(
        "create_database_default_permissions",
        "CreateDatabaseDefaultPermissions",
        How::Blocks(DEFAULTS),
    ),
    row(
        "create_table_default_permissions",
        "CreateTableDefaultPermissions",
        How::Blocks(DEFAULTS),
    ),
    same("parameters", "Parameters"),
    same("trusted_resource_owners", "TrustedResourceOwners"),
];

const DEFAULTS: &[Row] = &[
    same("permissions", "Permissions"),
    same("principal", "Principal/DataLakePrincipalIdentifier"),
];

const FILTER: &[Row] = &[
    same("table_data.table_catalog_id", "TableCatalogId"),
    same("table_data.database_name", "DatabaseName"),
    same("table_data.table_name", "TableName"),
    same("table_data.name", "Name"),
    same("table_data.column_names", "ColumnNames"),
    row(
        "table_data.column_wildcard",
        "ColumnWildcard",
        How::Block(EXCLUDED),
    ),
    same(
        "table_data.row_filter.filter_expression",
        "RowFilter/FilterExpression",
    ),
    row(
        "table_data.row_filter.all_rows_wildcard",
        "RowFilter/AllRowsWildcard",
        How::Block(&[]),
    ),
];

const LOCATION: &[Row] = &[
    same("arn", "ResourceArn"),
    same("role_arn", "RoleArn"),
    same("use_service_linked_role", "UseServiceLinkedRole"),
    same("hybrid_access_enabled", "HybridAccessEnabled"),
    same("with_federation", "WithFederation"),
    same("with_privileged_access", "WithPrivilegedAccess"),
];

/// The shape of `AWS::LakeFormation::TagAssociation`.
const ASSIGNMENT: &[Row] = &[
    row("database", "Resource/Database", How::Block(DATABASE)),
    row("table", "Resource/Table", How::Block(TABLE)),
    row(
        "table_with_columns",
        "Resource/TableWithColumns",
        How::Block(COLUMNS),
    ),
    row(
        "lf_tag",
        "LFTags",
        How::Blocks(&[
            same("catalog_id", "CatalogId"),
            same("key", "TagKey"),
            row("value", "TagValues", How::One),
        ]),
    ),
];

const CATALOG: &[Row] = &[
    same("catalog_id", "CatalogId"),
    row(
        "data_catalog_encryption_settings",
        "DataCatalogEncryptionSettings",
        How::Block(&[
            same(
                "encryption_at_rest.catalog_encryption_mode",
                "EncryptionAtRest/CatalogEncryptionMode",
            ),
            same(
                "encryption_at_rest.sse_aws_kms_key_id",
                "EncryptionAtRest/SseAwsKmsKeyId",
            ),
            same(
                "encryption_at_rest.catalog_encryption_service_role",
                "EncryptionAtRest/CatalogEncryptionServiceRole",
            ),
            same(
                "connection_password_encryption.return_connection_password_encrypted",
                "ConnectionPasswordEncryption/ReturnConnectionPasswordEncrypted",
            ),
            same(
                "connection_password_encryption.aws_kms_key_id",
                "ConnectionPasswordEncryption/KmsKeyId",
            ),
        ]),
    ),
];

/// The members of `CreateLakeFormationOptIn`: CloudFormation has no such type.
const OPTED_IN: &[Row] = &[
    same(
        "principal.data_lake_principal_identifier",
        "Principal/DataLakePrincipalIdentifier",
    ),
    row(
        "resource_data.catalog",
        "Resource/Catalog",
        How::Block(&[same("id", "Id")]),
    ),
    row(
        "resource_data.database",
        "Resource/Database",
        How::Block(DATABASE),
    ),
    row("resource_data.table", "Resource/Table", How::Block(TABLE)),
    row(
        "resource_data.table_with_columns",
        "Resource/TableWithColumns",
        How::Block(&[
            same("catalog_id", "CatalogId"),
            same("database_name", "DatabaseName"),
            same("name", "Name"),
            same("column_names", "ColumnNames"),
            row("column_wildcard", "ColumnWildcard", How::Block(EXCLUDED)),
        ]),
    ),
    row(
        "resource_data.data_location",
        "Resource/DataLocation",
        How::Block(&[
            same("catalog_id", "CatalogId"),
            same("resource_arn", "ResourceArn"),
        ]),
    ),
    row(
        "resource_data.data_cells_filter",
        "Resource/DataCellsFilter",
        How::Block(&[
            same("table_catalog_id", "TableCatalogId"),
            same("database_name", "DatabaseName"),
            same("table_name", "TableName"),
            same("name", "Name"),
        ]),
    ),
    row(
        "resource_data.lf_tag",
        "Resource/LFTag",
        How::Block(&[
            same("catalog_id", "CatalogId"),
            same("key", "TagKey"),
            same("values", "TagValues"),
        ]),
    ),
    row(
        "resource_data.lf_tag_policy",
        "Resource/LFTagPolicy",
        How::Block(&[
            same("catalog_id", "CatalogId"),
            same("resource_type", "ResourceType"),
            same("expression_name", "ExpressionName"),
            same("expression", "Expression"),
        ]),
    ),
];

const GLUE_DATABASE: &[Row] = &[
    same("catalog_id", "CatalogId"),
    same("name", "DatabaseInput/Name"),
    same("description", "DatabaseInput/Description"),
    same("location_uri", "DatabaseInput/LocationUri"),
    same("parameters", "DatabaseInput/Parameters"),
    row(
        "create_table_default_permission",
        "DatabaseInput/CreateTableDefaultPermissions",
        How::Blocks(&[
            same("permissions", "Permissions"),
            same(
                "principal.data_lake_principal_identifier",
                "Principal/DataLakePrincipalIdentifier",
            ),
        ]),
    ),
    row(
        "target_database",
        "DatabaseInput/TargetDatabase",
        How::Block(&[
            same("catalog_id", "CatalogId"),
            same("database_name", "DatabaseName"),
            same("region", "Region"),
        ]),
    ),
    row(
        "federated_database",
        "DatabaseInput/FederatedDatabase",
        How::Block(&[
            same("connection_name", "ConnectionName"),
            same("identifier", "Identifier"),
        ]),
    ),
];

const GLUE_TABLE: &[Row] = &[
    same("catalog_id", "CatalogId"),
    same("database_name", "DatabaseName"),
    same("name", "TableInput/Name"),
    same("description", "TableInput/Description"),
    same("owner", "TableInput/Owner"),
    same("parameters", "TableInput/Parameters"),
    same("table_type", "TableInput/TableType"),
    same("view_original_text", "TableInput/ViewOriginalText"),
    same("view_expanded_text", "TableInput/ViewExpandedText"),
    same(
        "storage_descriptor.location",
        "TableInput/StorageDescriptor/Location",
    ),
    same(
        "storage_descriptor.parameters",
        "TableInput/StorageDescriptor/Parameters",
    ),
    same(
        "storage_descriptor.ser_de_info.parameters",
        "TableInput/StorageDescriptor/SerdeInfo/Parameters",
    ),
    same(
        "storage_descriptor.ser_de_info.serialization_library",
        "TableInput/StorageDescriptor/SerdeInfo/SerializationLibrary",
    ),
    row(
        "target_table",
        "TableInput/TargetTable",
        How::Block(&[
            same("catalog_id", "CatalogId"),
            same("database_name", "DatabaseName"),
            same("name", "Name"),
            same("region", "Region"),
        ]),
    ),
];
