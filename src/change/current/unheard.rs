//! Members of AWS's answers that this version does not know. What they mean is not known either: they are told, and what
//! bears them is not taken away.
//!
//! Source: botocore's models of Lake Formation, `ListPermissions`, `ListDataCellsFilter`, `GetDataLakeSettings`,
//! `ListResources` and `ListLFTagExpressions`.

use crate::observed::{Node, Value};
use std::collections::BTreeSet;

/// Those of a grant or an opt-in.
pub(super) const GRANT: &[&str] = &[
    "Principal",
    "DataLakePrincipalIdentifier",
    "Resource",
    "Catalog",
    "Id",
    "Database",
    "CatalogId",
    "Name",
    "Table",
    "DatabaseName",
    "TableWildcard",
    "TableWithColumns",
    "ColumnNames",
    "ColumnWildcard",
    "ExcludedColumnNames",
    "DataLocation",
    "ResourceArn",
    "DataCellsFilter",
    "TableCatalogId",
    "TableName",
    "LFTag",
    "TagKey",
    "TagValues",
    "LFTagPolicy",
    "ResourceType",
    "Expression",
    "ExpressionName",
    "LFTagExpression",
    "RLSPolicy",
    "UserDefinedFunction",
    "UserDefinedFunctionWildcard",
    "AnyResource",
    "Condition",
    "Permissions",
    "PermissionsWithGrantOption",
    "AdditionalDetails",
    "ResourceShare",
    "LastUpdated",
    "LastUpdatedBy",
    "LastModified",
];

/// Those of a data cells filter.
pub(super) const FILTER: &[&str] = &[
    "TableCatalogId",
    "DatabaseName",
    "TableName",
    "Name",
    "RowFilter",
    "FilterExpression",
    "AllRowsWildcard",
    "ColumnNames",
    "ColumnWildcard",
    "ExcludedColumnNames",
    "VersionId",
];

/// Those of the settings, the keys of `Parameters` included.
pub(super) const SETTINGS: &[&str] = &[
    "DataLakeAdmins",
    "ReadOnlyAdmins",
    "DataLakePrincipalIdentifier",
    "CreateDatabaseDefaultPermissions",
    "CreateTableDefaultPermissions",
    "Principal",
    "Permissions",
    "Parameters",
    "CROSS_ACCOUNT_VERSION",
    "SET_CONTEXT",
    "SET_SOURCE_IDENTITY",
    "TrustedResourceOwners",
    "AllowExternalDataFiltering",
    "AllowFullTableExternalDataAccess",
    "ExternalDataFilteringAllowList",
    "AuthorizedSessionTagValueList",
];

/// Those of a registered location.
pub(super) const LOCATION: &[&str] = &[
    "ResourceArn",
    "RoleArn",
    "LastModified",
    "HybridAccessEnabled",
    "WithFederation",
    "WithPrivilegedAccess",
    "VerificationStatus",
    "ExpectedResourceOwnerAccount",
];

/// Those of a saved tag expression.
pub(super) const EXPRESSION: &[&str] = &[
    "CatalogId",
    "Name",
    "Description",
    "Expression",
    "TagKey",
    "TagValues",
];

/// The members at any depth that are not among the known ones and say anything.
pub(super) fn unheard<'t>(root: Node<'t>, known: &[&str]) -> BTreeSet<&'t str> {
    let mut found = BTreeSet::new();
    gather(root, known, &mut found);
    found
}

fn gather<'t>(node: Node<'t>, known: &[&str], found: &mut BTreeSet<&'t str>) {
    for (name, member) in node.members() {
        if known.contains(&name) {
            gather(member, known, found);
        } else if !matches!(member.value(), Value::Absent | Value::Null) {
            found.insert(name);
        }
    }
    for item in node.items() {
        gather(item, known, found);
    }
}
