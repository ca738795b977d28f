//! Settings, locations, filters, tags, expressions, opt-ins, the catalog, and EMR's configurations.

use super::super::{ACCOUNT, Lake};
use super::{columns, lake, role, table, to};
use serde_json::{Value, json};

#[test]
fn putting_settings_replaces_everything() {
    let mut lake = Lake::fresh();
    let fresh = lake.fine("GetDataLakeSettings", json!({}))["DataLakeSettings"].clone();
    assert_eq!(
        fresh["CreateTableDefaultPermissions"][0]["Permissions"],
        json!(["ALL"])
    );
    assert_eq!(
        fresh["Parameters"],
        json!({"CROSS_ACCOUNT_VERSION": "1", "SET_CONTEXT": "TRUE"})
    );
    // Who asks is no administrator yet, and sees the catalog.
    assert_eq!(
        lake.listed_for("IAM_ALLOWED_PRINCIPALS")[0].1,
        json!(["CREATE_DATABASE"])
    );
    let admin = json!([{"DataLakePrincipalIdentifier": role("lake-admin")}]);
    let put = json!({"DataLakeAdmins": admin, "AuthorizedSessionTagValueList": ["Amazon EMR"], "Later": 1});
    lake.fine("PutDataLakeSettings", json!({"DataLakeSettings": put}));
    let now = lake.fine("GetDataLakeSettings", json!({}))["DataLakeSettings"].clone();
    assert_eq!(now["CreateTableDefaultPermissions"], json!([]));
    assert_eq!(now["AuthorizedSessionTagValueList"], json!(["Amazon EMR"]));
    assert!(now.get("Later").is_none());
    lake.fine(
        "PutDataLakeSettings",
        json!({"DataLakeSettings": {"DataLakeAdmins": admin}}),
    );
    let now = lake.fine("GetDataLakeSettings", json!({}))["DataLakeSettings"].clone();
    assert_eq!(now["AuthorizedSessionTagValueList"], json!([]));
    assert_eq!(now["Parameters"], json!({"CROSS_ACCOUNT_VERSION": "1"}));
}

#[test]
fn settings_that_aws_does_not_take_are_refused() {
    let mut lake = lake();
    let many: Vec<Value> = (0..31)
        .map(|at| json!({"DataLakePrincipalIdentifier": role(&format!("r{at}"))}))
        .collect();
    let other =
        json!([{"Principal": {"DataLakePrincipalIdentifier": role("a")}, "Permissions": ["ALL"]}]);
    for wrong in [
        json!({"DataLakeAdmins": many}),
        json!({"CreateDatabaseDefaultPermissions": other}),
        json!({"Parameters": {"CROSS_ACCOUNT_VERSION": "6"}}),
        json!({"DataLakeAdmins": [{"DataLakePrincipalIdentifier": "111122223333"}]}),
    ] {
        let refusal = lake.refused("PutDataLakeSettings", json!({"DataLakeSettings": wrong}));
        assert_eq!(refusal.code, "InvalidInputException");
    }
    lake.fine(
        "PutDataLakeSettings",
        json!({"DataLakeSettings": {"Parameters": {"CROSS_ACCOUNT_VERSION": "5"}}}),
    );
    lake.refused(
        "PutDataLakeSettings",
        json!({"DataLakeSettings": {"Parameters": {"CROSS_ACCOUNT_VERSION": "4"}}}),
    );
}

#[test]
fn a_location_is_registered_once_and_one_of_the_linked_role_is_not_edited() {
    let mut lake = lake();
    let arn = "arn:aws:s3:::lake-111122223333/sales";
    let request = json!({"ResourceArn": format!("{arn}/"), "RoleArn": role("registration"), "HybridAccessEnabled": true});
    lake.fine("RegisterResource", request.clone());
    assert_eq!(
        lake.refused("RegisterResource", request).code,
        "AlreadyExistsException"
    );
    lake.fine(
        "UpdateResource",
        json!({"ResourceArn": arn, "RoleArn": role("other")}),
    );
    let info = lake.fine("DescribeResource", json!({"ResourceArn": arn}))["ResourceInfo"].clone();
    assert_eq!(info["RoleArn"], role("other"));
    assert_eq!(info["VerificationStatus"], "VERIFIED");
    let tables = lake
        .answer("glue", "GetTables", &json!({"DatabaseName": "sales"}))
        .unwrap();
    assert_eq!(
        tables["TableList"][0]["IsRegisteredWithLakeFormation"],
        true
    );
    lake.fine("DeregisterResource", json!({"ResourceArn": arn}));
    assert_eq!(
        lake.refused("DeregisterResource", json!({"ResourceArn": arn}))
            .code,
        "EntityNotFoundException"
    );
    lake.fine(
        "RegisterResource",
        json!({"ResourceArn": arn, "UseServiceLinkedRole": true}),
    );
    lake.refused(
        "UpdateResource",
        json!({"ResourceArn": arn, "RoleArn": role("other")}),
    );
    assert_eq!(
        lake.all("ListResources", "ResourceInfoList", json!({}))
            .len(),
        1
    );
}

#[test]
fn a_filter_has_a_version_and_changes_what_its_holders_read_without_a_grant() {
    let mut lake = lake();
    let ids = json!({"TableCatalogId": ACCOUNT, "DatabaseName": "sales", "TableName": "orders", "Name": "eu"});
    lake.fine(
        "GrantPermissions",
        to("a", &json!({"DataCellsFilter": ids}), &["SELECT"], &[]),
    );
    let before = lake.reads();
    assert_eq!(before.len(), 3);
    assert!(
        before
            .iter()
            .all(|read| read.rows.as_deref() == Some("country = 'DE'"))
    );
    let known = lake.fine("GetDataCellsFilter", ids.clone())["DataCellsFilter"].clone();
    let mut data = ids.clone();
    data["RowFilter"] = json!({"AllRowsWildcard": {}});
    data["ColumnWildcard"] = json!({"ExcludedColumnNames": []});
    data["VersionId"] = known["VersionId"].clone();
    lake.fine("UpdateDataCellsFilter", json!({"TableData": data}));
    let listed = lake.all(
        "ListDataCellsFilter",
        "DataCellsFilters",
        json!({"Table": {"DatabaseName": "sales", "Name": "orders"}}),
    );
    assert_eq!(listed[0]["ColumnWildcard"], json!({}));
    assert_ne!(listed[0]["VersionId"], known["VersionId"]);
    assert!(lake.reads().iter().all(|read| read.rows.is_none()));
    assert_eq!(lake.reads().len(), 5);
    let stale = lake.refused("UpdateDataCellsFilter", json!({"TableData": data}));
    assert_eq!(stale.code, "ConcurrentModificationException");
    lake.quirks.versions_are_checked = false;
    lake.fine("UpdateDataCellsFilter", json!({"TableData": data}));
    assert_eq!(
        lake.refused("CreateDataCellsFilter", json!({"TableData": data}))
            .code,
        "AlreadyExistsException"
    );
    lake.fine("DeleteDataCellsFilter", ids.clone());
    assert_eq!(
        lake.refused("GetDataCellsFilter", ids).code,
        "EntityNotFoundException"
    );
}

#[test]
fn a_filter_says_rows_and_columns() {
    let mut lake = lake();
    let base = json!({"TableCatalogId": ACCOUNT, "DatabaseName": "sales", "TableName": "orders", "Name": "x",
        "RowFilter": {"AllRowsWildcard": {}}, "ColumnNames": ["id"]});
    for (member, value) in [
        ("RowFilter", json!({})),
        (
            "RowFilter",
            json!({"FilterExpression": "a = 1", "AllRowsWildcard": {}}),
        ),
        ("RowFilter", json!({"FilterExpression": "x".repeat(2049)})),
        ("ColumnWildcard", json!({})),
        ("ColumnNames", json!([])),
        ("ColumnNames", json!(["day"])),
        ("ColumnNames", json!(["nothing"])),
    ] {
        let mut wrong = base.clone();
        wrong[member] = value;
        let refusal = lake.refused("CreateDataCellsFilter", json!({"TableData": wrong}));
        assert_eq!(refusal.code, "InvalidInputException", "{wrong}");
    }
    lake.fine("CreateDataCellsFilter", json!({"TableData": base}));
}

fn tag(key: &str, value: &str) -> Value {
    json!({"TagKey": key, "TagValues": [value]})
}

#[test]
fn tags_are_inherited_and_the_nearest_value_counts() {
    let mut lake = lake();
    lake.fine(
        "AddLFTagsToResource",
        json!({"Resource": {"Database": {"Name": "sales"}}, "LFTags": [tag("module", "sales")]}),
    );
    lake.fine(
        "AddLFTagsToResource",
        json!({"Resource": columns(&["card"]), "LFTags": [tag("Module", "Orders")]}),
    );
    let ask = json!({"Resource": table("orders")});
    let tags = lake.fine("GetResourceLFTags", ask.clone());
    assert_eq!(tags["LFTagsOnTable"][0]["TagValues"], json!(["sales"]));
    let of = |tags: &Value, name: &str| {
        let columns = tags["LFTagsOnColumns"].as_array().unwrap();
        columns
            .iter()
            .find(|one| one["Name"] == name)
            .map(|one| one["LFTags"][0]["TagValues"][0].clone())
    };
    assert_eq!(of(&tags, "card"), Some(json!("orders")));
    assert_eq!(of(&tags, "id"), Some(json!("sales")));
    let mut assigned = ask;
    assigned["ShowAssignedLFTags"] = json!(true);
    let tags = lake.fine("GetResourceLFTags", assigned);
    assert_eq!(tags["LFTagsOnTable"], json!([]));
    assert_eq!(of(&tags, "id"), None);
    // A policy on tables reaches the columns that bear the tag.
    let policy =
        json!({"LFTagPolicy": {"ResourceType": "TABLE", "Expression": [tag("module", "orders")]}});
    lake.fine("GrantPermissions", to("a", &policy, &["SELECT"], &[]));
    let reads = lake.reads();
    assert_eq!(
        reads
            .iter()
            .map(|read| read.column.as_str())
            .collect::<Vec<_>>(),
        ["card"]
    );
}

#[test]
fn a_resource_bears_one_value_of_a_tag() {
    let mut lake = lake();
    let on = |value: &str| json!({"Resource": table("orders"), "LFTags": [tag("module", value)]});
    lake.fine("AddLFTagsToResource", on("sales"));
    lake.fine("AddLFTagsToResource", on("orders"));
    let tags = lake.fine("GetResourceLFTags", json!({"Resource": table("orders")}));
    assert_eq!(
        tags["LFTagsOnTable"],
        json!([{"CatalogId": ACCOUNT, "TagKey": "module", "TagValues": ["orders"]}])
    );
    let two = json!({"Resource": table("orders"), "LFTags": [{"TagKey": "module", "TagValues": ["orders", "sales"]}, tag("none", "a")]});
    let answer = lake.fine("AddLFTagsToResource", two);
    assert_eq!(answer["Failures"].as_array().unwrap().len(), 2);
    let answer = lake.fine("RemoveLFTagsFromResource", on("sales"));
    assert_eq!(answer["Failures"].as_array().unwrap().len(), 1);
    assert_eq!(
        lake.fine("RemoveLFTagsFromResource", on("orders"))["Failures"],
        json!([])
    );
}

#[test]
fn a_value_that_something_bears_is_not_deleted() {
    let mut lake = lake();
    lake.fine(
        "AddLFTagsToResource",
        json!({"Resource": table("orders"), "LFTags": [tag("module", "sales")]}),
    );
    let refusal = lake.refused(
        "UpdateLFTag",
        json!({"TagKey": "module", "TagValuesToDelete": ["sales"]}),
    );
    assert_eq!(refusal.message, "Update not allowed");
    lake.fine(
        "UpdateLFTag",
        json!({"TagKey": "module", "TagValuesToDelete": ["orders"], "TagValuesToAdd": ["Other"]}),
    );
    assert_eq!(
        lake.fine("GetLFTag", json!({"TagKey": "Module"}))["TagValues"],
        json!(["other", "sales"])
    );
    lake.fine("DeleteLFTag", json!({"TagKey": "module"}));
    assert_eq!(
        lake.refused("GetLFTag", json!({"TagKey": "module"})).code,
        "EntityNotFoundException"
    );
}

#[test]
fn the_first_page_of_a_search_is_empty() {
    let mut lake = lake();
    lake.fine(
        "AddLFTagsToResource",
        json!({"Resource": {"Database": {"Name": "sales"}}, "LFTags": [tag("module", "sales")]}),
    );
    let ask = json!({"Expression": [tag("module", "sales")]});
    let first = lake.fine("SearchTablesByLFTags", ask.clone());
    assert_eq!(first["TableList"], json!([]));
    assert_eq!(
        lake.all("SearchTablesByLFTags", "TableList", ask.clone())
            .len(),
        2
    );
    assert_eq!(
        lake.all("SearchDatabasesByLFTags", "DatabaseList", ask)
            .len(),
        1
    );
}

#[test]
fn a_saved_expression_takes_its_grants_with_it() {
    let mut lake = lake();
    let saved =
        json!({"Name": "mine", "Description": "of sales", "Expression": [tag("Module", "Sales")]});
    lake.fine("CreateLFTagExpression", saved.clone());
    lake.refused("CreateLFTagExpression", saved);
    assert_eq!(
        lake.fine("GetLFTagExpression", json!({"Name": "mine"}))["Expression"],
        json!([tag("module", "sales")])
    );
    lake.fine(
        "AddLFTagsToResource",
        json!({"Resource": {"Database": {"Name": "sales"}}, "LFTags": [tag("module", "sales")]}),
    );
    let policy = json!({"LFTagPolicy": {"ResourceType": "TABLE", "ExpressionName": "mine"}});
    lake.fine("GrantPermissions", to("a", &policy, &["SELECT"], &[]));
    assert_eq!(lake.reads().len(), 7);
    lake.fine(
        "UpdateLFTagExpression",
        json!({"Name": "mine", "Expression": [tag("module", "orders")]}),
    );
    assert!(lake.reads().is_empty());
    lake.fine("DeleteLFTagExpression", json!({"Name": "mine"}));
    assert_eq!(lake.listed_for("a"), []);
}

#[test]
fn administrators_opt_in_and_not_to_tag_policies() {
    let mut lake = lake();
    let opt_in = json!({"Principal": {"DataLakePrincipalIdentifier": role("a")}, "Resource": table("orders")});
    lake.fine("CreateLakeFormationOptIn", opt_in.clone());
    let listed = lake.all(
        "ListLakeFormationOptIns",
        "LakeFormationOptInsInfoList",
        json!({}),
    );
    assert_eq!(listed[0]["Resource"]["Table"]["CatalogId"], ACCOUNT);
    let mut policy = opt_in.clone();
    policy["Resource"] =
        json!({"LFTagPolicy": {"ResourceType": "TABLE", "Expression": [tag("module", "sales")]}});
    lake.refused("CreateLakeFormationOptIn", policy);
    lake.ask_as("analyst");
    assert_eq!(
        lake.refused("DeleteLakeFormationOptIn", opt_in.clone())
            .code,
        "AccessDeniedException"
    );
    lake.ask_as("lake-admin");
    lake.fine("DeleteLakeFormationOptIn", opt_in.clone());
    lake.refused("DeleteLakeFormationOptIn", opt_in);
}

#[test]
fn row_policies_are_listed_with_what_they_are_attached_to() {
    let mut lake = lake();
    lake.row_policy_of("EU", "country = 'DE'");
    lake.attach("EU", "sales", "orders", &role("a"));
    assert_eq!(
        lake.all("ListRLSPolicies", "RLSPolicies", json!({})).len(),
        1
    );
    assert_eq!(
        lake.fine("GetRLSPolicy", json!({"Name": "eu"}))["RLSPolicy"]["Name"],
        "EU"
    );
    let of = json!({"PolicyName": "eu"});
    assert_eq!(
        lake.all("ListRLSPolicyAttachments", "RLSPolicyAttachments", of)
            .len(),
        1
    );
}

#[test]
fn who_is_no_administrator_sees_no_database_of_others() {
    let mut lake = lake();
    lake.database("other");
    lake.fine(
        "GrantPermissions",
        to("analyst", &table("orders"), &["SELECT"], &[]),
    );
    lake.ask_as("analyst");
    let seen = lake.answer("glue", "GetDatabases", &json!({})).unwrap();
    let names: Vec<&Value> = seen["DatabaseList"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["Name"])
        .collect();
    assert_eq!(names, ["sales"]);
    assert_eq!(
        lake.all("ListLFTags", "LFTags", json!({})),
        [] as [Value; 0]
    );
}

#[test]
fn a_security_configuration_has_a_unique_name_and_stays_as_it_is() {
    let mut lake = lake();
    let request =
        json!({"Name": "a", "SecurityConfiguration": "{\"EncryptionConfiguration\": {}}"});
    let emr = "elasticmapreduce";
    lake.answer(emr, "CreateSecurityConfiguration", &request)
        .unwrap();
    let again = lake
        .answer(emr, "CreateSecurityConfiguration", &request)
        .unwrap_err();
    assert_eq!(again.code, "InvalidRequestException");
    let seen = lake
        .answer(emr, "DescribeSecurityConfiguration", &json!({"Name": "a"}))
        .unwrap();
    assert_eq!(
        seen["SecurityConfiguration"],
        request["SecurityConfiguration"]
    );
    let listed = lake
        .answer(emr, "ListSecurityConfigurations", &json!({}))
        .unwrap();
    assert_eq!(
        listed["SecurityConfigurations"].as_array().unwrap().len(),
        1
    );
    let block = json!({"BlockPublicAccessConfiguration": {"BlockPublicSecurityGroupRules": false}});
    lake.answer(emr, "PutBlockPublicAccessConfiguration", &block)
        .unwrap();
    let seen = lake
        .answer(emr, "GetBlockPublicAccessConfiguration", &json!({}))
        .unwrap();
    assert_eq!(
        seen["BlockPublicAccessConfiguration"],
        block["BlockPublicAccessConfiguration"]
    );
}
