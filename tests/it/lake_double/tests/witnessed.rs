//! What goes in and what comes out, before botocore's models.

use super::super::{ACCOUNT, Lake};
use super::{columns, every_table, lake, role, table, to, without};
use crate::witness;
use serde_json::{Value, json};

/// One call of each operation at least, each with an answer.
fn calls() -> Vec<(&'static str, &'static str, Value)> {
    let lf = "lakeformation";
    let emr = "elasticmapreduce";
    let named = json!({"DataLakePrincipalIdentifier": role("a")});
    let ids = json!({"TableCatalogId": ACCOUNT, "DatabaseName": "sales", "TableName": "orders", "Name": "eu"});
    let mut data = ids.clone();
    data["RowFilter"] = json!({"AllRowsWildcard": {}});
    data["ColumnWildcard"] = json!({"ExcludedColumnNames": ["card"]});
    let tags = json!([{"TagKey": "module", "TagValues": ["sales"]}]);
    let place = json!({"ResourceArn": "arn:aws:s3:::lake/sales", "RoleArn": role("registration")});
    let mut entry = to("b", &every_table(), &["SELECT", "DESCRIBE"], &["SELECT"]);
    entry["Id"] = json!("1");
    let mut failing = to("b", &columns(&["nothing"]), &["SELECT"], &[]);
    failing["Id"] = json!("2");
    let opt_in = json!({"Principal": named, "Resource": table("orders")});
    let mut conditional = to(
        "111122223333:IAMPrincipals",
        &table("orders"),
        &["SELECT"],
        &[],
    );
    conditional["Condition"] = json!({"Expression": "context.iam.principalTags.hasTag(\"team\")"});
    let configuration = json!({"Name": "a", "SecurityConfiguration": "{}"});
    let block = json!({"BlockPublicAccessConfiguration": {"BlockPublicSecurityGroupRules": true,
        "PermittedPublicSecurityGroupRuleRanges": []}});
    vec![
        (lf, "GetDataLakePrincipal", json!({})),
        (lf, "GetDataLakeSettings", json!({})),
        (
            lf,
            "GrantPermissions",
            to("a", &table("orders"), &["ALL"], &["ALL"]),
        ),
        (
            lf,
            "GrantPermissions",
            to("c", &without(&["card"]), &["SELECT"], &[]),
        ),
        (
            lf,
            "GrantPermissions",
            to("d", &columns(&["id"]), &["SELECT"], &["SELECT"]),
        ),
        (
            lf,
            "GrantPermissions",
            to("a", &json!({"DataCellsFilter": ids}), &["SELECT"], &[]),
        ),
        (
            lf,
            "GrantPermissions",
            to(
                "a",
                &json!({"LFTag": {"TagKey": "module", "TagValues": ["*"]}}),
                &["ALTER"],
                &[],
            ),
        ),
        (
            lf,
            "GrantPermissions",
            to(
                "a",
                &json!({"LFTagPolicy": {"ResourceType": "TABLE", "Expression": tags}}),
                &["SELECT"],
                &[],
            ),
        ),
        (
            lf,
            "GrantPermissions",
            to(
                "a",
                &json!({"DataLocation": {"ResourceArn": "arn:aws:s3:::lake/"}}),
                &["DATA_LOCATION_ACCESS"],
                &[],
            ),
        ),
        (
            lf,
            "GrantPermissions",
            to("444455556666", &json!({"Catalog": {}}), &["DESCRIBE"], &[]),
        ),
        (lf, "GrantPermissions", conditional),
        (
            lf,
            "BatchGrantPermissions",
            json!({"Entries": [entry.clone(), failing]}),
        ),
        (lf, "ListPermissions", json!({"MaxResults": 1000})),
        (
            lf,
            "ListPermissions",
            json!({"Resource": table("orders"), "IncludeRelated": "TRUE"}),
        ),
        (
            lf,
            "ListPermissions",
            json!({"Principal": named, "Resource": table("orders")}),
        ),
        (
            lf,
            "RevokePermissions",
            to("a", &table("orders"), &["ALL"], &["ALL"]),
        ),
        (lf, "BatchRevokePermissions", json!({"Entries": [entry]})),
        (lf, "RegisterResource", place.clone()),
        (lf, "UpdateResource", place.clone()),
        (
            lf,
            "DescribeResource",
            json!({"ResourceArn": place["ResourceArn"]}),
        ),
        (lf, "ListResources", json!({})),
        (
            lf,
            "DeregisterResource",
            json!({"ResourceArn": place["ResourceArn"]}),
        ),
        (lf, "UpdateDataCellsFilter", json!({"TableData": data})),
        (lf, "GetDataCellsFilter", ids.clone()),
        (
            lf,
            "ListDataCellsFilter",
            json!({"Table": table("orders")["Table"]}),
        ),
        (lf, "DeleteDataCellsFilter", ids),
        (lf, "CreateDataCellsFilter", json!({"TableData": data})),
        (
            lf,
            "CreateLFTag",
            json!({"TagKey": "team", "TagValues": ["a"]}),
        ),
        (
            lf,
            "UpdateLFTag",
            json!({"TagKey": "team", "TagValuesToAdd": ["b"]}),
        ),
        (lf, "GetLFTag", json!({"TagKey": "team"})),
        (lf, "ListLFTags", json!({"ResourceShareType": "ALL"})),
        (lf, "DeleteLFTag", json!({"TagKey": "team"})),
        (
            lf,
            "AddLFTagsToResource",
            json!({"Resource": table("orders"), "LFTags": tags}),
        ),
        (
            lf,
            "AddLFTagsToResource",
            json!({"Resource": table("orders"), "LFTags": [{"TagKey": "none", "TagValues": ["a"]}]}),
        ),
        (
            lf,
            "GetResourceLFTags",
            json!({"Resource": table("orders"), "ShowAssignedLFTags": true}),
        ),
        (
            lf,
            "GetResourceLFTags",
            json!({"Resource": {"Database": {"Name": "sales"}}}),
        ),
        (
            lf,
            "SearchTablesByLFTags",
            json!({"Expression": tags, "NextToken": "from-0"}),
        ),
        (
            lf,
            "SearchDatabasesByLFTags",
            json!({"Expression": tags, "NextToken": "from-0"}),
        ),
        (
            lf,
            "RemoveLFTagsFromResource",
            json!({"Resource": table("orders"), "LFTags": tags}),
        ),
        (
            lf,
            "CreateLFTagExpression",
            json!({"Name": "mine", "Description": "a", "Expression": tags}),
        ),
        (
            lf,
            "UpdateLFTagExpression",
            json!({"Name": "mine", "Expression": tags}),
        ),
        (lf, "GetLFTagExpression", json!({"Name": "mine"})),
        (lf, "ListLFTagExpressions", json!({})),
        (lf, "DeleteLFTagExpression", json!({"Name": "mine"})),
        (lf, "CreateLakeFormationOptIn", opt_in.clone()),
        (lf, "ListLakeFormationOptIns", json!({})),
        (lf, "DeleteLakeFormationOptIn", opt_in),
        (lf, "ListRLSPolicies", json!({})),
        (lf, "GetRLSPolicy", json!({"Name": "eu"})),
        (lf, "ListRLSPolicyAttachments", json!({"PolicyName": "eu"})),
        (
            lf,
            "DescribeLakeFormationIdentityCenterConfiguration",
            json!({}),
        ),
        ("glue", "GetCatalogs", json!({"Recursive": true})),
        ("glue", "GetDatabases", json!({"ResourceShareType": "ALL"})),
        ("glue", "GetTables", json!({"DatabaseName": "sales"})),
        ("glue", "GetDataCatalogEncryptionSettings", json!({})),
        (emr, "CreateSecurityConfiguration", configuration),
        (emr, "DescribeSecurityConfiguration", json!({"Name": "a"})),
        (emr, "ListSecurityConfigurations", json!({})),
        (emr, "GetBlockPublicAccessConfiguration", json!({})),
        (emr, "PutBlockPublicAccessConfiguration", block),
        (
            lf,
            "PutDataLakeSettings",
            json!({"DataLakeSettings": {"DataLakeAdmins": [named],
            "Parameters": {"CROSS_ACCOUNT_VERSION": "4"}, "AllowExternalDataFiltering": true,
            "ExternalDataFilteringAllowList": [{"DataLakePrincipalIdentifier": ACCOUNT}]}}),
        ),
        (lf, "GetDataLakeSettings", json!({})),
    ]
}

/// As [`lake`], with what no call makes.
fn planted() -> Lake {
    let mut lake = lake();
    lake.nested_catalog("s3tablescatalog/bucket");
    lake.row_policy_of("EU", "country = 'DE'");
    lake.attach("EU", "sales", "orders", &role("a"));
    lake.world_mut().identity_center = Some(
        json!({"CatalogId": ACCOUNT, "InstanceArn": "arn:aws:sso:::instance/ssoins-1",
        "ExternalFiltering": {"Status": "DISABLED", "AuthorizedTargets": []}, "ShareRecipients": []}),
    );
    lake
}

#[test]
fn requests_and_answers_are_in_the_shapes_of_aws() {
    let mut lake = planted();
    let folder = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for (at, (service, operation, input)) in calls().into_iter().enumerate() {
        let answer = lake.answer(service, operation, &input);
        let answer = answer.unwrap_or_else(|refusal| panic!("{operation} {input}: {refusal:?}"));
        let heard = json!({"service": service, "operation": operation, "input": input,
            "body": answer.to_string(), "read": answer});
        let file = folder.path().join(format!("{at}.json"));
        std::fs::write(&file, heard.to_string()).unwrap();
        files.push(file.to_str().unwrap().to_owned());
    }
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let testimony = witness::call("answer.py", &files);
    assert!(testimony.passed, "{}", testimony.said);
}
