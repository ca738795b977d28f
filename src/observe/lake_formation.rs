//! Lake Formation requests and listings in JSON: grants and data cells filters.
//!
//! A body says nothing about which call it is for: one of `RevokePermissions` reads as one of
//! `GrantPermissions`. What a file holds is taken as what it would grant.

use crate::observed::grant::is_given;
use crate::observed::{Form, Identity, Node, Resource, ResourceKind, Scope, Tree, Value};

/// Whether the document is one of Lake Formation's: a grant, a batch of them, a filter, or a listing of either.
pub fn recognises(root: Node<'_>) -> bool {
    is_grant(root)
        || is_filter(root.get("TableData"))
        || lists(root)
            .into_iter()
            .any(|(is, _, list)| list.items().any(is))
}

/// Adds the grants and filters of the document to the scope.
pub fn read<'t>(tree: &'t Tree, scope: &mut Scope<'t>) {
    for resource in requests_in(tree.root()) {
        scope.push(resource);
    }
}

/// The grants and filters of a request or listing, wherever it stands.
pub(super) fn requests_in(root: Node<'_>) -> Vec<Resource<'_>> {
    let mut found = Vec::new();
    if is_filter(root.get("TableData")) {
        found.push(filter(root));
    } else if is_grant(root) {
        found.push(grant(root));
    }
    // An entry of a list that is recognised is one of its kind, however little of it can be understood.
    for (is, read, list) in lists(root) {
        if list.items().any(is) {
            for item in list.items() {
                let mut resource = read(item);
                resource.outer = root;
                found.push(resource);
            }
        }
    }
    found
}

/// Tells whether a node is of a kind.
type Is = fn(Node<'_>) -> bool;
/// Makes a resource of a node of that kind.
type Read<'t> = fn(Node<'t>) -> Resource<'t>;

/// The lists that a document may hold, each with what its entries are.
fn lists(root: Node<'_>) -> [(Is, Read<'_>, Node<'_>); 4] {
    [
        (is_grant, grant, root),
        (is_grant, grant, root.get("Entries")),
        (is_grant, grant, root.get("PrincipalResourcePermissions")),
        (is_filter, filter, root.get("DataCellsFilters")),
    ]
}

/// A grant names a principal, a resource and permissions; a statement of an IAM policy has actions instead.
fn is_grant(node: Node<'_>) -> bool {
    let permissions =
        is_given(node.get("Permissions")) || is_given(node.get("PermissionsWithGrantOption"));
    let principal = node.get("Principal");
    permissions
        && matches!(node.get("Resource").value(), Value::Map)
        && (matches!(principal.value(), Value::Map) || principal.is_absent())
}

/// A filter names its table and says something about rows or columns; one of these may be missing.
fn is_filter(node: Node<'_>) -> bool {
    let given = |keys: &[&'static str]| keys.iter().filter(|key| is_given(node.get(key))).count();
    let names = given(&["TableCatalogId", "DatabaseName", "TableName"]);
    let parts = given(&["RowFilter", "ColumnNames", "ColumnWildcard"]);
    names > 1 && names + parts > 2 || names > 0 && parts > 1
}

fn grant(node: Node<'_>) -> Resource<'_> {
    let mut identity = Identity::new(ResourceKind::LakeFormationGrant, at(node));
    identity.account = account(node.get("CatalogId"));
    Resource::new(identity, Form::Request, node)
}

fn filter(node: Node<'_>) -> Resource<'_> {
    let table = node.get("TableData");
    let table = if is_given(table) { table } else { node };
    let name = table.get("Name").as_text();
    let id = name.map_or_else(|| at(node), str::to_owned);
    let mut identity = Identity::new(ResourceKind::LakeFormationFilter, id);
    identity.name = name.map(str::to_owned);
    identity.account = account(table.get("TableCatalogId"));
    Resource::new(identity, Form::Request, table)
}

/// What has no name of its own is called by its place.
fn at(node: Node<'_>) -> String {
    format!("{}#{}", node.tree().source().name, node.pointer())
}

/// The account of a catalog, when its id says one.
fn account(catalog: Node<'_>) -> Option<String> {
    let id = catalog.as_text()?;
    let account = id.split(':').next().unwrap_or(id);
    let digits = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| account.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::json;
    use crate::observe::testing::source;

    fn ids(text: &str) -> Option<Vec<String>> {
        let tree = json::read(source(text)).unwrap();
        let mut scope = Scope::new();
        read(&tree, &mut scope);
        let ids = scope
            .resources()
            .iter()
            .map(|one| format!("{} {}", one.kind(), one.identity.id));
        recognises(tree.root()).then(|| ids.collect())
    }

    const GRANT: &str = r#"{"CatalogId":"111122223333","Principal":{"DataLakePrincipalIdentifier":"a"},"Resource":{"Table":{}},"Permissions":["SELECT"]}"#;

    #[test]
    fn requests_and_listings_are_recognised_by_what_they_hold() {
        for (text, found) in [
            (GRANT.to_owned(), vec!["lake-formation-grant t#"]),
            (format!(r#"{{"Entries":[{GRANT},{{"Id":"2"}}]}}"#), vec!["lake-formation-grant t#/Entries/0", "lake-formation-grant t#/Entries/1"]),
            (format!("[{GRANT}]"), vec!["lake-formation-grant t#/0"]),
            (format!(r#"{{"PrincipalResourcePermissions":[{GRANT}]}}"#), vec!["lake-formation-grant t#/PrincipalResourcePermissions/0"]),
            (r#"{"TableData":{"TableCatalogId":"1","DatabaseName":"d","TableName":"t","Name":"eu"}}"#.to_owned(), vec!["lake-formation-filter eu"]),
        ] {
            assert_eq!(ids(&text).unwrap(), found, "{text}");
        }
    }

    #[test]
    fn other_documents_are_not() {
        for text in [
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"*","Resource":"*"}]}"#,
            r#"{"Entries":[{"Id":"1"}]}"#,
            r#"{"Name":"c","Instances":{}}"#,
            "[]",
            "3",
        ] {
            assert_eq!(ids(text), None, "{text}");
        }
    }

    #[test]
    fn the_catalog_tells_the_account() {
        let tree = json::read(source(GRANT)).unwrap();
        let mut scope = Scope::new();
        read(&tree, &mut scope);
        assert_eq!(
            scope.resources()[0].identity.account.as_deref(),
            Some("111122223333")
        );
    }
}
