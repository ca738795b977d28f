//! What comes back is not what was sent.

use super::super::ACCOUNT;
use super::{columns, every_table, lake, role, table, to, without};
use serde_json::{Value, json};

fn all_columns(table: &str) -> Value {
    json!({"TableWithColumns": {"CatalogId": ACCOUNT, "DatabaseName": "sales", "Name": table, "ColumnWildcard": {}}})
}

fn orders() -> Value {
    json!({"Table": {"CatalogId": ACCOUNT, "DatabaseName": "sales", "Name": "orders"}})
}

#[test]
fn select_on_a_table_comes_back_on_all_of_its_columns_and_the_rest_on_the_table() {
    let mut lake = lake();
    lake.fine(
        "GrantPermissions",
        to("a", &table("orders"), &["SELECT", "INSERT"], &["SELECT"]),
    );
    assert_eq!(
        lake.listed_for("a"),
        [
            (orders(), json!(["INSERT"]), json!([])),
            (all_columns("orders"), json!(["SELECT"]), json!(["SELECT"])),
        ]
    );
}

#[test]
fn a_grant_on_all_tables_comes_back_with_a_name_that_no_grant_takes() {
    let mut lake = lake();
    lake.fine(
        "GrantPermissions",
        to("a", &every_table(), &["SELECT", "DESCRIBE"], &[]),
    );
    let listed = lake.listed_for("a");
    let all = json!({"Table": {"CatalogId": ACCOUNT, "DatabaseName": "sales", "Name": "ALL_TABLES", "TableWildcard": {}}});
    assert_eq!(listed[0], (all, json!(["DESCRIBE"]), json!([])));
    assert_eq!(
        listed[1],
        (all_columns("ALL_TABLES"), json!(["SELECT"]), json!([]))
    );
    for (resource, permissions, _) in listed {
        let names: Vec<&str> = permissions
            .as_array()
            .unwrap()
            .iter()
            .filter_map(Value::as_str)
            .collect();
        let refusal = lake.refused("GrantPermissions", to("b", &resource, &names, &[]));
        assert_eq!(refusal.code, "InvalidInputException");
    }
}

#[test]
fn what_is_granted_on_all_columns_and_is_not_select_moves_to_the_table() {
    let mut lake = lake();
    let all = json!({"TableWithColumns": {"DatabaseName": "sales", "Name": "orders", "ColumnWildcard": {}}});
    lake.fine(
        "GrantPermissions",
        to("a", &all, &["SELECT", "DESCRIBE"], &[]),
    );
    assert_eq!(
        lake.listed_for("a"),
        [
            (orders(), json!(["DESCRIBE"]), json!([])),
            (all_columns("orders"), json!(["SELECT"]), json!([])),
        ]
    );
}

#[test]
fn all_comes_back_beside_what_it_stands_for_and_revoking_it_leaves_the_rest_or_not() {
    for materialised in [true, false] {
        let mut lake = lake();
        lake.quirks.all_is_materialised = materialised;
        lake.fine("GrantPermissions", to("a", &table("orders"), &["ALL"], &[]));
        let spread = json!(["ALL", "ALTER", "DELETE", "DESCRIBE", "DROP", "INSERT"]);
        assert_eq!(
            lake.listed_for("a"),
            [
                (orders(), spread, json!([])),
                (all_columns("orders"), json!(["SELECT"]), json!([])),
            ]
        );
        lake.fine(
            "RevokePermissions",
            to("a", &table("orders"), &["ALL"], &[]),
        );
        assert_eq!(lake.listed_for("a").is_empty(), !materialised);
    }
}

#[test]
fn all_on_a_database_is_not_all_on_its_tables() {
    let mut lake = lake();
    let database = json!({"Database": {"Name": "Sales"}});
    lake.fine("GrantPermissions", to("a", &database, &["ALL"], &["ALL"]));
    let spread = json!(["ALL", "ALTER", "CREATE_TABLE", "DESCRIBE", "DROP"]);
    let on = json!({"Database": {"CatalogId": ACCOUNT, "Name": "sales"}});
    assert_eq!(lake.listed_for("a"), [(on, spread.clone(), spread)]);
    assert!(lake.reads().is_empty());
}

#[test]
fn the_parts_of_all_do_not_come_back_as_all() {
    let mut lake = lake();
    let parts = ["ALTER", "DELETE", "DESCRIBE", "DROP", "INSERT", "SELECT"];
    lake.fine("GrantPermissions", to("a", &table("orders"), &parts, &[]));
    assert_eq!(lake.listed_for("a")[0].1, json!(parts[..5]));
}

#[test]
fn grants_in_several_calls_come_back_as_one() {
    let mut lake = lake();
    lake.fine(
        "GrantPermissions",
        to("a", &table("orders"), &["INSERT"], &["INSERT"]),
    );
    lake.fine(
        "GrantPermissions",
        to("a", &table("orders"), &["DESCRIBE", "INSERT"], &[]),
    );
    // Granting again without the option does not take it.
    assert_eq!(
        lake.listed_for("a"),
        [(orders(), json!(["DESCRIBE", "INSERT"]), json!(["INSERT"]))]
    );
}

#[test]
fn the_catalog_is_filled_in() {
    let mut lake = lake();
    lake.fine(
        "GrantPermissions",
        to("a", &json!({"Catalog": {}}), &["CREATE_DATABASE"], &[]),
    );
    assert_eq!(
        lake.listed_for("a")[0].0,
        json!({"Catalog": {"Id": ACCOUNT}})
    );
}

#[test]
fn no_exceptions_are_all_columns_and_lists_come_back_in_another_order() {
    let mut lake = lake();
    lake.fine("GrantPermissions", to("a", &without(&[]), &["SELECT"], &[]));
    assert_eq!(lake.listed_for("a")[0].0, all_columns("orders"));
    lake.fine(
        "GrantPermissions",
        to("b", &without(&["card", "amount"]), &["SELECT"], &[]),
    );
    let excluded =
        &lake.listed_for("b")[0].0["TableWithColumns"]["ColumnWildcard"]["ExcludedColumnNames"];
    assert_eq!(*excluded, json!(["card", "amount"]));
    lake.fine(
        "GrantPermissions",
        to("c", &columns(&["amount", "card", "ID"]), &["SELECT"], &[]),
    );
    let names = &lake.listed_for("c")[0].0["TableWithColumns"]["ColumnNames"];
    assert_eq!(*names, json!(["id", "card", "amount"]));
}

#[test]
fn two_grants_on_columns_come_back_as_one_or_as_two() {
    for merged in [true, false] {
        let mut lake = lake();
        lake.quirks.columns_are_merged = merged;
        lake.fine(
            "GrantPermissions",
            to("a", &columns(&["id"]), &["SELECT"], &[]),
        );
        lake.fine(
            "GrantPermissions",
            to("a", &columns(&["amount"]), &["SELECT"], &[]),
        );
        assert_eq!(lake.listed_for("a").len(), if merged { 1 } else { 2 });
        let before = lake.reads();
        assert_eq!(before.len(), 3, "two columns, and the one that partitions");
        lake.fine(
            "RevokePermissions",
            to("a", &columns(&["id"]), &["SELECT"], &[]),
        );
        let left = lake.listed_for("a");
        assert_eq!(left.len(), 1);
        assert_eq!(
            left[0].0["TableWithColumns"]["ColumnNames"],
            json!(["amount"])
        );
    }
}

#[test]
fn columns_with_and_without_the_grant_option_stay_two_entries() {
    let mut lake = lake();
    lake.fine(
        "GrantPermissions",
        to("a", &columns(&["id"]), &["SELECT"], &["SELECT"]),
    );
    lake.fine(
        "GrantPermissions",
        to("a", &columns(&["amount"]), &["SELECT"], &[]),
    );
    let listed = lake.listed_for("a");
    assert_eq!(listed.len(), 2, "{listed:?}");
    assert!(
        lake.world()
            .atoms()
            .iter()
            .filter(|atom| atom.grantable)
            .all(|atom| atom.on.contains("\"id\""))
    );
}

#[test]
fn tags_come_back_in_lower_case() {
    let mut lake = lake();
    let tags = lake.all("ListLFTags", "LFTags", json!({}));
    assert_eq!(tags[0]["TagKey"], "module");
    assert_eq!(tags[0]["TagValues"], json!(["orders", "sales"]));
    let tag = json!({"LFTag": {"TagKey": "MODULE", "TagValues": ["Sales"]}});
    lake.fine("GrantPermissions", to("a", &tag, &["ASSOCIATE"], &[]));
    let on = json!({"LFTag": {"CatalogId": ACCOUNT, "TagKey": "module", "TagValues": ["sales"]}});
    assert_eq!(lake.listed_for("a")[0].0, on);
}

#[test]
fn a_location_comes_back_without_a_slash_at_its_end() {
    let mut lake = lake();
    let place = json!({"DataLocation": {"ResourceArn": "arn:aws:s3:::lake/sales/"}});
    lake.fine(
        "GrantPermissions",
        to("a", &place, &["DATA_LOCATION_ACCESS"], &[]),
    );
    let arn = &lake.listed_for("a")[0].0["DataLocation"]["ResourceArn"];
    assert_eq!(arn, "arn:aws:s3:::lake/sales");
}

#[test]
fn what_an_administrator_may_anyway_looks_granted_and_cannot_be_revoked() {
    let mut lake = lake();
    let ask = json!({"Principal": {"DataLakePrincipalIdentifier": role("lake-admin")}, "Resource": table("orders")});
    let answer = lake.fine("ListPermissions", ask);
    assert_eq!(
        answer["PrincipalResourcePermissions"][0]["Permissions"],
        json!(["DESCRIBE"])
    );
    let refusal = lake.refused(
        "RevokePermissions",
        to("lake-admin", &table("orders"), &["DESCRIBE"], &[]),
    );
    assert!(
        refusal
            .message
            .starts_with("No permissions revoked. Grantee has no permissions")
    );
}

#[test]
fn an_administrators_grant_on_the_catalog_comes_back_with_what_cannot_be_sent() {
    let mut lake = lake();
    let catalog = json!({"Catalog": {}});
    lake.fine(
        "GrantPermissions",
        to(
            "lake-admin",
            &catalog,
            &["CREATE_DATABASE"],
            &["CREATE_DATABASE"],
        ),
    );
    assert_eq!(
        lake.listed_for("lake-admin")[0].2,
        json!(["CREATE_DATABASE", "SUPER_USER"])
    );
    let refusal = lake.refused("GrantPermissions", to("b", &catalog, &["SUPER_USER"], &[]));
    assert_eq!(refusal.code, "InvalidInputException");
}

#[test]
fn a_listing_may_lag_behind_a_grant_and_a_revocation() {
    let mut lake = lake();
    lake.quirks.stale_listings = 1;
    lake.fine(
        "GrantPermissions",
        to("a", &table("orders"), &["INSERT"], &[]),
    );
    assert_eq!(lake.listed_for("a"), []);
    assert_eq!(lake.listed_for("a").len(), 1);
    lake.fine(
        "RevokePermissions",
        to("a", &table("orders"), &["INSERT"], &[]),
    );
    assert_eq!(lake.listed_for("a").len(), 1);
    assert_eq!(lake.listed_for("a"), []);
}

#[test]
fn a_grant_on_a_filter_is_listed_with_its_table_when_related_ones_are_asked_for() {
    let mut lake = lake();
    let filter = json!({"DataCellsFilter": {"TableCatalogId": ACCOUNT, "DatabaseName": "sales", "TableName": "orders", "Name": "eu"}});
    lake.fine("GrantPermissions", to("a", &filter, &["SELECT"], &[]));
    let member = "PrincipalResourcePermissions";
    assert_eq!(
        lake.all("ListPermissions", member, json!({})),
        [] as [Value; 0]
    );
    assert_eq!(
        lake.all(
            "ListPermissions",
            member,
            json!({"Resource": table("orders")})
        ),
        [] as [Value; 0]
    );
    let related = json!({"Resource": table("orders"), "IncludeRelated": "TRUE"});
    assert_eq!(
        lake.all("ListPermissions", member, related)[0]["Resource"],
        filter
    );
    assert_eq!(
        lake.all("ListPermissions", member, json!({"Resource": filter}))
            .len(),
        1
    );
    let with_principal = json!({"Resource": table("orders"), "IncludeRelated": "TRUE",
        "Principal": {"DataLakePrincipalIdentifier": role("a")}});
    assert_eq!(
        lake.all("ListPermissions", member, with_principal),
        [] as [Value; 0]
    );
    lake.quirks.filters_are_listed = true;
    assert_eq!(lake.all("ListPermissions", member, json!({})).len(), 1);
}

#[test]
fn tags_of_another_account_stand_on_a_page_of_their_own() {
    let mut lake = lake();
    let foreign = ("444455556666".to_owned(), "team".to_owned());
    lake.world_mut()
        .tags
        .insert(foreign, ["a".to_owned()].into());
    lake.fine(
        "GrantPermissions",
        to("a", &table("orders"), &["INSERT"], &[]),
    );
    let tag = json!({"LFTag": {"CatalogId": "444455556666", "TagKey": "team", "TagValues": ["a"]}});
    lake.fine("GrantPermissions", to("a", &tag, &["DESCRIBE"], &[]));
    let first = lake.fine("ListPermissions", json!({"MaxResults": 1000}));
    assert_eq!(
        first["PrincipalResourcePermissions"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let next = lake.fine(
        "ListPermissions",
        json!({"MaxResults": 1000, "NextToken": first["NextToken"]}),
    );
    assert_eq!(next["PrincipalResourcePermissions"][0]["Resource"], tag);
    assert!(next.get("NextToken").is_none());
}

#[test]
fn an_entry_says_who_wrote_it_last_and_when() {
    let mut lake = lake();
    lake.fine(
        "GrantPermissions",
        to("a", &table("orders"), &["INSERT"], &[]),
    );
    let grants = lake.all("ListPermissions", "PrincipalResourcePermissions", json!({}));
    assert_eq!(grants[0]["LastUpdatedBy"], role("lake-admin"));
    assert!(grants[0]["LastUpdated"].is_f64());
}

#[test]
fn columns_of_a_table_that_is_left_to_iam_come_back_as_all_columns() {
    let mut lake = lake();
    lake.fine(
        "GrantPermissions",
        to("IAM_ALLOWED_PRINCIPALS", &table("orders"), &["ALL"], &[]),
    );
    lake.fine(
        "GrantPermissions",
        to("a", &columns(&["id"]), &["SELECT"], &[]),
    );
    assert_eq!(lake.listed_for("a")[0].0, all_columns("orders"));
}

#[test]
fn a_group_of_identity_center_is_never_the_one_who_executes() {
    let mut lake = lake();
    let group = "arn:aws:identitystore:::group/1234";
    lake.fine(
        "GrantPermissions",
        to(group, &table("orders"), &["SELECT"], &[]),
    );
    let ask =
        json!({"Principal": {"DataLakePrincipalIdentifier": group}, "Resource": table("orders")});
    assert_eq!(
        lake.fine("ListPermissions", ask)["PrincipalResourcePermissions"],
        json!([])
    );
    let all = lake.all("ListPermissions", "PrincipalResourcePermissions", json!({}));
    assert_eq!(all.len(), 1);
}
