//! What is refused, and in which words.

use super::super::history::{concurrent, throttled};
use super::super::{ACCOUNT, invalid};
use super::{columns, every_table, lake, role, table, to, without};
use serde_json::{Value, json};

#[test]
fn a_principal_is_listed_with_a_resource_only() {
    let mut lake = lake();
    let refusal = lake.refused(
        "ListPermissions",
        json!({"Principal": {"DataLakePrincipalIdentifier": role("a")}}),
    );
    assert_eq!(
        refusal,
        invalid("Resource is mandatory if Principal is set in the input.")
    );
}

#[test]
fn a_listing_takes_no_columns() {
    let mut lake = lake();
    let refusal = lake.refused("ListPermissions", json!({"Resource": columns(&["id"])}));
    assert_eq!(
        refusal,
        invalid("Resource must have either the catalog, table or database field populated.")
    );
}

#[test]
fn revoking_what_is_not_held_says_so() {
    let mut lake = lake();
    let refusal = lake.refused(
        "RevokePermissions",
        to("a", &table("orders"), &["SELECT"], &[]),
    );
    assert!(
        refusal
            .message
            .starts_with("No permissions revoked. Grantee has no permissions")
    );
    let tag = json!({"LFTag": {"TagKey": "module", "TagValues": ["*"]}});
    let refusal = lake.refused("RevokePermissions", to("a", &tag, &["ASSOCIATE"], &[]));
    assert!(refusal.message.starts_with(
        "No permissions revoked. Revoking Tag permissions on Tags that grantee does not have permissions on"
    ));
}

#[test]
fn a_table_and_some_of_its_columns_exclude_each_other() {
    let some = [columns(&["id"]), without(&["card"])];
    for narrow in &some {
        for wide in ["SELECT", "INSERT", "DESCRIBE", "ALL"] {
            let wide = to("a", &table("orders"), &[wide], &[]);
            let narrow = to("a", narrow, &["SELECT"], &[]);
            for (first, second) in [(&wide, &narrow), (&narrow, &wide)] {
                let mut lake = lake();
                lake.fine("GrantPermissions", first.clone());
                let refusal = lake.refused("GrantPermissions", second.clone());
                assert_eq!(refusal, invalid("Permissions modification is invalid."));
                lake.fine("RevokePermissions", first.clone());
            }
        }
    }
    let mut lake = lake();
    lake.quirks.describe_excludes_columns = false;
    lake.fine(
        "GrantPermissions",
        to("a", &table("orders"), &["DESCRIBE"], &[]),
    );
    lake.fine(
        "GrantPermissions",
        to("a", &columns(&["id"]), &["SELECT"], &[]),
    );
    lake.fine(
        "GrantPermissions",
        to("b", &columns(&["id"]), &["SELECT"], &[]),
    );
    lake.fine(
        "GrantPermissions",
        to("b", &table("orders"), &["DESCRIBE"], &[]),
    );
    lake.refused(
        "GrantPermissions",
        to("b", &table("orders"), &["INSERT"], &[]),
    );
}

#[test]
fn columns_of_a_whole_table_cannot_be_revoked() {
    let mut lake = lake();
    lake.fine(
        "GrantPermissions",
        to("a", &table("orders"), &["SELECT"], &[]),
    );
    let refusal = lake.refused(
        "RevokePermissions",
        to("a", &columns(&["id"]), &["SELECT"], &[]),
    );
    assert_eq!(refusal, invalid("Permissions modification is invalid."));
    assert_eq!(lake.listed_for("a").len(), 1);
}

#[test]
fn a_principal_that_iam_does_not_know_yet_is_invalid_for_a_while() {
    let mut lake = lake();
    lake.fresh_principals.insert(role("new"), 2);
    let request = to("new", &table("orders"), &["SELECT"], &[]);
    for _ in 0..2 {
        let refusal = lake.refused("GrantPermissions", request.clone());
        assert!(refusal.message.starts_with("Invalid principal"));
    }
    lake.fine("GrantPermissions", request);
    for wrong in [
        "arn:aws:sts::111122223333:assumed-role/a/session",
        "arn:aws:s3:::a",
        "1234567890",
    ] {
        let refusal = lake.refused(
            "GrantPermissions",
            to(wrong, &table("orders"), &["SELECT"], &[]),
        );
        assert!(refusal.message.starts_with("Invalid principal"), "{wrong}");
    }
    for right in [
        "444455556666",
        "111122223333:IAMPrincipals",
        "arn:aws:identitystore:::user/1",
        "arn:aws:iam::111122223333:saml-provider/idp:group/analysts",
        "arn:aws:organizations::111122223333:ou/o-1/ou-1",
    ] {
        let request = json!({"Principal": {"DataLakePrincipalIdentifier": right}, "Resource": table("orders"),
            "Permissions": ["SELECT"]});
        lake.fine("GrantPermissions", request);
    }
}

#[test]
fn what_does_not_take_a_permission_refuses_it() {
    let mut lake = lake();
    let database = json!({"Database": {"Name": "sales"}});
    let filter = json!({"DataCellsFilter": {"TableCatalogId": ACCOUNT, "DatabaseName": "sales", "TableName": "orders", "Name": "eu"}});
    let values = json!({"LFTag": {"TagKey": "module", "TagValues": ["sales"]}});
    let place = json!({"DataLocation": {"ResourceArn": "arn:aws:s3:::lake"}});
    let catalog = json!({"Catalog": {}});
    let policy = json!({"LFTagPolicy": {"ResourceType": "DATABASE", "Expression": [{"TagKey": "module", "TagValues": ["sales"]}]}});
    let cases: &[(&Value, &[&str], &[&str])] = &[
        (&database, &["SELECT"], &[]),
        (&table("orders"), &["CREATE_TABLE"], &[]),
        (&every_table(), &["CREATE_TABLE"], &[]),
        (&columns(&["id"]), &["INSERT"], &[]),
        (&columns(&["id"]), &["SELECT", "DESCRIBE"], &[]),
        (&without(&["id"]), &["SELECT"], &["SELECT"]),
        (&filter, &["INSERT"], &[]),
        (&values, &["ALTER"], &[]),
        (&place, &["SELECT"], &[]),
        (&catalog, &["SUPER_USER"], &[]),
        (&catalog, &["SELECT"], &[]),
        (&policy, &["SELECT"], &[]),
        (&table("orders"), &["SUPER"], &[]),
        (&table("orders"), &[], &[]),
        (&table("orders"), &["SELECT"], &["INSERT"]),
    ];
    for (resource, permissions, grantable) in cases {
        let refusal = lake.refused(
            "GrantPermissions",
            to("a", resource, permissions, grantable),
        );
        assert_eq!(
            refusal.code, "InvalidInputException",
            "{resource} {permissions:?}"
        );
    }
    let taken: &[(&Value, &[&str], &[&str])] = &[
        (&database, &["CREATE_TABLE", "DESCRIBE"], &["CREATE_TABLE"]),
        (&columns(&["id"]), &["SELECT"], &["SELECT"]),
        (&filter, &["SELECT", "DESCRIBE"], &[]),
        (&values, &["ASSOCIATE"], &["ASSOCIATE"]),
        (&place, &["DATA_LOCATION_ACCESS"], &["DATA_LOCATION_ACCESS"]),
        (&catalog, &["CREATE_LF_TAG"], &["CREATE_LF_TAG"]),
        (&policy, &["CREATE_TABLE"], &["CREATE_TABLE"]),
    ];
    for (resource, permissions, grantable) in taken {
        lake.fine(
            "GrantPermissions",
            to("b", resource, permissions, grantable),
        );
    }
}

#[test]
fn a_condition_goes_without_grant_option_and_without_tag_policies() {
    let mut lake = lake();
    let condition = json!({"Expression": "context.iam.principalTags.hasTag(\"team\")"});
    let mut plain = to(
        "111122223333:IAMPrincipals",
        &table("orders"),
        &["SELECT"],
        &[],
    );
    plain["Condition"] = condition.clone();
    lake.fine("GrantPermissions", plain.clone());
    let mut option = plain.clone();
    option["PermissionsWithGrantOption"] = json!(["SELECT"]);
    lake.refused("GrantPermissions", option);
    let mut policy = plain.clone();
    policy["Resource"] = json!({"LFTagPolicy": {"ResourceType": "TABLE", "Expression": [{"TagKey": "module", "TagValues": ["sales"]}]}});
    lake.refused("GrantPermissions", policy);
    // The condition is a part of who holds it.
    let mut other = plain.clone();
    other.as_object_mut().unwrap().remove("Condition");
    lake.refused("RevokePermissions", other);
    lake.fine("RevokePermissions", plain);
}

#[test]
fn what_is_not_there_is_not_told_from_what_is_hidden() {
    let mut lake = lake();
    for resource in [table("nothing"), json!({"Database": {"Name": "nothing"}})] {
        let permission = if resource.get("Table").is_some() {
            "SELECT"
        } else {
            "DESCRIBE"
        };
        let refusal = lake.refused("GrantPermissions", to("a", &resource, &[permission], &[]));
        assert_eq!(refusal.code, "EntityNotFoundException");
        assert!(!refusal.message.contains("nothing"));
    }
    for operation in ["GrantPermissions", "RevokePermissions"] {
        let refusal = lake.refused(operation, to("a", &columns(&["nothing"]), &["SELECT"], &[]));
        assert!(
            refusal
                .message
                .contains("cannot grant/revoke permission on non-existent column")
        );
    }
    let partition = lake.refused(
        "GrantPermissions",
        to("a", &columns(&["day"]), &["SELECT"], &[]),
    );
    assert_eq!(partition.code, "InvalidInputException");
    lake.ask_as("analyst");
    let refusal = lake.refused(
        "GrantPermissions",
        to("a", &table("orders"), &["SELECT"], &[]),
    );
    assert_eq!(refusal.code, "AccessDeniedException");
    assert_eq!(
        refusal.message,
        "Resource does not exist or requester is not authorized to access requested permissions."
    );
}

#[test]
fn who_holds_the_grant_option_grants_and_takes_just_that() {
    let mut lake = lake();
    lake.fine(
        "GrantPermissions",
        to(
            "steward",
            &table("orders"),
            &["SELECT", "INSERT"],
            &["SELECT"],
        ),
    );
    lake.ask_as("steward");
    lake.fine(
        "GrantPermissions",
        to("a", &table("orders"), &["SELECT"], &[]),
    );
    lake.refused(
        "GrantPermissions",
        to("a", &table("orders"), &["INSERT"], &[]),
    );
    lake.refused("CreateLFTag", json!({"TagKey": "a", "TagValues": ["b"]}));
    // And it sees what is its own.
    let listed = lake.all("ListPermissions", "PrincipalResourcePermissions", json!({}));
    assert!(
        listed
            .iter()
            .all(|grant| grant["Principal"]["DataLakePrincipalIdentifier"] == role("steward"))
    );
    lake.ask_as("emr-baseline-audit");
    let listed = lake.all("ListPermissions", "PrincipalResourcePermissions", json!({}));
    assert_eq!(listed.len(), 3);
}

#[test]
fn the_grant_option_alone_is_revoked_in_a_batch_and_perhaps_alone() {
    let mut lake = lake();
    lake.fine(
        "GrantPermissions",
        to("a", &table("orders"), &["INSERT"], &["INSERT"]),
    );
    let alone = to("a", &table("orders"), &[], &["INSERT"]);
    lake.refused("RevokePermissions", alone.clone());
    let mut entry = alone.clone();
    entry.as_object_mut().unwrap().remove("Permissions");
    entry["Id"] = json!("1");
    let answer = lake.fine("BatchRevokePermissions", json!({"Entries": [entry]}));
    assert_eq!(answer, json!({"Failures": []}));
    assert_eq!(lake.listed_for("a")[0].1, json!(["INSERT"]));
    assert_eq!(lake.listed_for("a")[0].2, json!([]));
    lake.fine(
        "GrantPermissions",
        to("a", &table("orders"), &["INSERT"], &["INSERT"]),
    );
    lake.quirks.option_is_revoked_alone = true;
    lake.fine("RevokePermissions", alone);
    assert_eq!(lake.listed_for("a")[0].2, json!([]));
}

#[test]
fn a_batch_takes_twenty_and_each_has_its_own_fate() {
    let mut lake = lake();
    let entry = |at: usize, name: &str| {
        let mut entry = to(&format!("r{at}"), &table(name), &["INSERT"], &[]);
        entry["Id"] = json!(at.to_string());
        entry
    };
    let many: Vec<Value> = (0..21).map(|at| entry(at, "orders")).collect();
    lake.refused("BatchGrantPermissions", json!({"Entries": many}));
    lake.refused(
        "BatchGrantPermissions",
        json!({"Entries": [entry(1, "orders"), entry(1, "orders")]}),
    );
    assert!(lake.world().held.is_empty());
    lake.refuse_entry(concurrent());
    let some = [entry(0, "orders"), entry(1, "nothing"), entry(2, "orders")];
    let answer = lake.fine("BatchGrantPermissions", json!({"Entries": some}));
    let failures = answer["Failures"].as_array().unwrap();
    let codes: Vec<(&str, &str)> = failures
        .iter()
        .map(|one| {
            (
                one["RequestEntry"]["Id"].as_str().unwrap(),
                one["Error"]["ErrorCode"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        codes,
        [
            ("0", "ConcurrentModificationException"),
            ("1", "EntityNotFoundException")
        ]
    );
    assert_eq!(lake.world().held.len(), 1);
}

#[test]
fn a_refusal_in_line_comes_once_and_nothing_is_done() {
    let mut lake = lake();
    lake.refuse("GrantPermissions", concurrent());
    lake.refuse("GrantPermissions", throttled());
    let request = to("a", &table("orders"), &["SELECT"], &[]);
    let refusal = lake.refused("GrantPermissions", request.clone());
    assert_eq!(refusal.code, "ConcurrentModificationException");
    assert!(refusal.message.contains("Please retry in a short while"));
    assert_eq!(
        lake.refused("GrantPermissions", request.clone()).code,
        "ThrottlingException"
    );
    assert!(lake.world().held.is_empty());
    lake.fine("GrantPermissions", request);
}

#[test]
fn another_account_is_not_given_what_it_cannot_have() {
    let mut lake = lake();
    let other = "444455556666";
    let database = json!({"Database": {"Name": "sales"}});
    let tag = json!({"LFTag": {"TagKey": "module", "TagValues": ["sales"]}});
    lake.refused("GrantPermissions", to(other, &database, &["ALL"], &[]));
    lake.refused("GrantPermissions", to(other, &database, &["DROP"], &[]));
    lake.refused("GrantPermissions", to(other, &tag, &["ASSOCIATE"], &[]));
    lake.fine(
        "GrantPermissions",
        to(other, &tag, &["ASSOCIATE"], &["ASSOCIATE"]),
    );
    lake.fine(
        "GrantPermissions",
        to(other, &database, &["DESCRIBE"], &["DESCRIBE"]),
    );
    let listed = lake.all("ListPermissions", "PrincipalResourcePermissions", json!({}));
    assert!(
        listed
            .iter()
            .all(|one| one["AdditionalDetails"]["ResourceShare"].is_array())
    );
}
