//! Members of AWS's answers that this version does not know. What they mean is not known either: they are told, and what
//! bears them is not taken away.
//!
//! Source: botocore's models of Lake Formation, `ListPermissions`, `ListDataCellsFilter`, `GetDataLakeSettings`,
//! `ListResources` and `ListLFTagExpressions`.

use crate::observed::{Node, Value};
use std::collections::BTreeSet;

/// Those of a grant or an opt-in, as all of these in order.
pub(super) const GRANT: &[&str] = &[
    "AdditionalDetails",
    "AnyResource",
    "Catalog",
    "CatalogId",
    "ColumnNames",
    "ColumnWildcard",
    "Condition",
    "DataCellsFilter",
    "DataLakePrincipalIdentifier",
    "DataLocation",
    "Database",
    "DatabaseName",
    "ExcludedColumnNames",
    "Expression",
    "ExpressionName",
    "Id",
    "LFTag",
    "LFTagExpression",
    "LFTagPolicy",
    "LastModified",
    "LastUpdated",
    "LastUpdatedBy",
    "Name",
    "Permissions",
    "PermissionsWithGrantOption",
    "Principal",
    "RLSPolicy",
    "Resource",
    "ResourceArn",
    "ResourceShare",
    "ResourceType",
    "Table",
    "TableCatalogId",
    "TableName",
    "TableWildcard",
    "TableWithColumns",
    "TagKey",
    "TagValues",
    "UserDefinedFunction",
    "UserDefinedFunctionWildcard",
];

/// Those of a data cells filter.
pub(super) const FILTER: &[&str] = &[
    "AllRowsWildcard",
    "ColumnNames",
    "ColumnWildcard",
    "DatabaseName",
    "ExcludedColumnNames",
    "FilterExpression",
    "Name",
    "RowFilter",
    "TableCatalogId",
    "TableName",
    "VersionId",
];

/// Those of the settings, the keys of `Parameters` included.
pub(super) const SETTINGS: &[&str] = &[
    "AllowExternalDataFiltering",
    "AllowFullTableExternalDataAccess",
    "AuthorizedSessionTagValueList",
    "CROSS_ACCOUNT_VERSION",
    "CreateDatabaseDefaultPermissions",
    "CreateTableDefaultPermissions",
    "DataLakeAdmins",
    "DataLakePrincipalIdentifier",
    "ExternalDataFilteringAllowList",
    "Parameters",
    "Permissions",
    "Principal",
    "ReadOnlyAdmins",
    "SET_CONTEXT",
    "SET_SOURCE_IDENTITY",
    "TrustedResourceOwners",
];

/// Those of a registered location.
pub(super) const LOCATION: &[&str] = &[
    "ExpectedResourceOwnerAccount",
    "HybridAccessEnabled",
    "LastModified",
    "ResourceArn",
    "RoleArn",
    "VerificationStatus",
    "WithFederation",
    "WithPrivilegedAccess",
];

/// Those of a saved tag expression.
pub(super) const EXPRESSION: &[&str] = &[
    "CatalogId",
    "Description",
    "Expression",
    "Name",
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
        if known.binary_search(&name).is_ok() {
            gather(member, known, found);
        } else if !matches!(member.value(), Value::Absent | Value::Null) {
            found.insert(name);
        }
    }
    for item in node.items() {
        gather(item, known, found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_order_so_that_each_is_found() {
        for names in [GRANT, FILTER, SETTINGS, LOCATION, EXPRESSION] {
            assert!(names.is_sorted_by(|one, next| one < next), "{names:?}");
        }
    }
}
