//! Members of AWS's answers that this version does not know. What they mean is not known either: they may widen or narrow what
//! bears them, which is told, is not taken away, and of which nothing is sure.
//!
//! Source: botocore's models of Lake Formation, `ListPermissions`, `ListDataCellsFilter`, `GetDataLakeSettings`,
//! `ListResources` and `ListLFTagExpressions`.

use crate::observed::{Node, Value};
use std::collections::BTreeSet;

/// Those of a grant or an opt-in, as all of these in order: the API's, and those of the older template's resources.
pub const GRANT: &[&str] = &[
    "AdditionalDetails",
    "AnyResource",
    "AnyResourceResource",
    "Catalog",
    "CatalogId",
    "CatalogResource",
    "ColumnNames",
    "ColumnWildcard",
    "Condition",
    "DataCellsFilter",
    "DataCellsFilterResource",
    "DataLakePrincipal",
    "DataLakePrincipalIdentifier",
    "DataLocation",
    "DataLocationResource",
    "Database",
    "DatabaseName",
    "DatabaseResource",
    "ExcludedColumnNames",
    "Expression",
    "ExpressionName",
    "Id",
    "LFTag",
    "LFTagExpression",
    "LFTagExpressionResource",
    "LFTagPolicy",
    "LFTagPolicyResource",
    "LFTagResource",
    "LastModified",
    "LastUpdated",
    "LastUpdatedBy",
    "Name",
    "Permissions",
    "PermissionsWithGrantOption",
    "Principal",
    "RLSPolicy",
    "RLSPolicyResource",
    "Resource",
    "ResourceArn",
    "ResourceShare",
    "ResourceType",
    "S3Resource",
    "Table",
    "TableCatalogId",
    "TableName",
    "TableResource",
    "TableWildcard",
    "TableWithColumns",
    "TableWithColumnsResource",
    "TagKey",
    "TagValues",
    "UserDefinedFunction",
    "UserDefinedFunctionResource",
    "UserDefinedFunctionWildcard",
];

/// Those of a data cells filter.
pub const FILTER: &[&str] = &[
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
pub const SETTINGS: &[&str] = &[
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
pub const LOCATION: &[&str] = &[
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
pub const EXPRESSION: &[&str] = &[
    "CatalogId",
    "Description",
    "Expression",
    "Name",
    "TagKey",
    "TagValues",
];

/// The members at any depth that are not among the known ones and say anything.
pub fn unheard<'t>(root: Node<'t>, known: &[&str]) -> BTreeSet<&'t str> {
    let mut found = BTreeSet::new();
    gather(root, known, &mut found);
    found
}

/// The first member at any depth that is not among the known ones and says anything: its name, and where it stands.
pub fn first<'t>(root: Node<'t>, known: &[&str]) -> Option<(&'t str, Node<'t>)> {
    let mut members = root.members();
    let own = members.find_map(|(name, member)| {
        if known.binary_search(&name).is_ok() {
            return first(member, known);
        }
        let says = !matches!(member.value(), Value::Absent | Value::Null);
        says.then_some((name, member))
    });
    own.or_else(|| root.items().find_map(|item| first(item, known)))
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
