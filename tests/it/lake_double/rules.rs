//! Which permissions what takes. Source: Lake Formation Developer Guide, *Lake Formation permissions reference*;
//! botocore's model for what the page leaves out.

use super::node::{Columns, Node, Table};
use super::{Refusal, invalid};
use std::collections::BTreeSet;

/// What `ALL` on a table comes back as, `SELECT` apart.
pub(super) const ON_TABLE: [&str; 5] = ["ALTER", "DELETE", "DESCRIBE", "DROP", "INSERT"];
/// What `ALL` on a database comes back as.
pub(super) const ON_DATABASE: [&str; 4] = ["ALTER", "CREATE_TABLE", "DESCRIBE", "DROP"];

const KNOWN: &str = "ALL SELECT ALTER DROP DELETE INSERT DESCRIBE CREATE_DATABASE CREATE_TABLE DATA_LOCATION_ACCESS \
                     CREATE_LF_TAG ASSOCIATE GRANT_WITH_LF_TAG_EXPRESSION CREATE_LF_TAG_EXPRESSION CREATE_CATALOG \
                     SUPER_USER EXECUTE";

/// What may be granted, and of that what only without the grant option.
fn taken(node: &Node, account: &str) -> (&'static str, &'static str) {
    let table = "ALL SELECT INSERT DELETE DESCRIBE ALTER DROP";
    let database = "ALL DESCRIBE ALTER DROP CREATE_TABLE";
    match node {
        Node::Catalog(id) if id == account => (
            "DESCRIBE CREATE_DATABASE CREATE_LF_TAG CREATE_LF_TAG_EXPRESSION CREATE_CATALOG",
            "CREATE_LF_TAG_EXPRESSION CREATE_CATALOG",
        ),
        Node::Catalog(_) => (
            "ALL DESCRIBE ALTER DROP CREATE_DATABASE SUPER_USER",
            "SUPER_USER",
        ),
        Node::Database(..) => (database, ""),
        Node::TagPolicy(_, over, _) if over == "DATABASE" => (database, ""),
        Node::Table(..) | Node::TagPolicy(..) | Node::Columns(_, _, _, Columns::All) => (table, ""),
        Node::Columns(_, _, _, Columns::Only(_)) => ("SELECT", ""),
        Node::Columns(_, _, _, Columns::But(_)) | Node::AnyTable(_) => ("SELECT", "SELECT"),
        Node::Location(..) => ("DATA_LOCATION_ACCESS", ""),
        Node::Filter(..) => ("SELECT DESCRIBE DROP", "SELECT DESCRIBE DROP"),
        Node::Tag(_, _, None) => (
            "DESCRIBE ALTER DROP ASSOCIATE GRANT_WITH_LF_TAG_EXPRESSION",
            "",
        ),
        Node::Tag(_, _, Some(_)) => ("DESCRIBE ASSOCIATE GRANT_WITH_LF_TAG_EXPRESSION", ""),
        Node::TagExpression(..) => ("DESCRIBE DROP", "DESCRIBE DROP"),
        Node::RowPolicy(..) => (
            "DESCRIBE ALTER DROP ASSOCIATE",
            "DESCRIBE ALTER DROP ASSOCIATE",
        ),
        Node::Function(..) => (
            "ALL DESCRIBE ALTER DROP EXECUTE",
            "ALL DESCRIBE ALTER DROP EXECUTE",
        ),
    }
}

/// Refuses what the node does not take.
pub(super) fn check(
    node: &Node,
    account: &str,
    permissions: &BTreeSet<String>,
    grantable: &BTreeSet<String>,
) -> Result<(), Refusal> {
    let (may, plain) = taken(node, account);
    let among = |list: &str, one: &str| list.split_whitespace().any(|known| known == one);
    for one in permissions.union(grantable) {
        if !among(KNOWN, one) {
            return Err(invalid(&format!("Unknown permission {one}")));
        }
        if !among(may, one) {
            return Err(invalid(&format!(
                "Permission {one} is not valid for the resource"
            )));
        }
    }
    for one in grantable {
        if among(plain, one) {
            return Err(invalid(&format!(
                "The grant option is not valid for permission {one} on the resource"
            )));
        }
    }
    Ok(())
}

/// The places where a permission on a node is kept: `SELECT` on a table stands with its columns, everything else with
/// the table; `ALL` is kept with what it comes back as.
pub(super) fn places(node: &Node, permission: &str, spread: bool) -> Vec<(Node, String)> {
    let of = |node: &Node, permission: &str| (node.clone(), permission.to_owned());
    let (table, columns) = match node {
        Node::Table(catalog, database, table) => (
            node.clone(),
            Node::Columns(
                catalog.clone(),
                database.clone(),
                table.clone(),
                Columns::All,
            ),
        ),
        Node::Columns(catalog, database, table, Columns::All) => (
            Node::Table(catalog.clone(), database.clone(), table.clone()),
            node.clone(),
        ),
        Node::Database(..) if permission == "ALL" && spread => {
            let parts = ON_DATABASE.iter().map(|part| of(node, part));
            return std::iter::once(of(node, "ALL")).chain(parts).collect();
        }
        _ => return vec![of(node, permission)],
    };
    match permission {
        "SELECT" => vec![of(&columns, "SELECT")],
        "ALL" if spread => {
            let parts = ON_TABLE.iter().map(|part| of(&table, part));
            std::iter::once(of(&table, "ALL"))
                .chain(parts)
                .chain([of(&columns, "SELECT")])
                .collect()
        }
        other => vec![of(&table, other)],
    }
}

/// The table on one side of the rule that a principal holds a table or some of its columns, not both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Table,
    Columns,
}

/// On which side of which table a node is.
pub(super) fn side(node: &Node) -> Option<(Side, (&str, &str, &str))> {
    let (catalog, database, Some(table)) = node.table()? else {
        return None;
    };
    let side = match node {
        Node::Table(_, _, Table::Named(_)) | Node::Columns(_, _, _, Columns::All) => Side::Table,
        Node::Columns(..) => Side::Columns,
        _ => return None,
    };
    Some((side, (catalog, database, table)))
}

/// Whether both are on columns of one table, and at least one excludes some.
pub(super) fn are_two_lists(one: &Node, other: &Node) -> bool {
    let (Node::Columns(c, d, t, one), Node::Columns(catalog, database, table, other)) =
        (one, other)
    else {
        return false;
    };
    let some = |columns: &Columns| *columns != Columns::All;
    let but = matches!(one, Columns::But(_)) || matches!(other, Columns::But(_));
    (c, d, t) == (catalog, database, table) && but && one != other && some(one) && some(other)
}
