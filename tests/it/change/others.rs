//! Everything besides grants: settings, filters, tags, locations, EMR.

use super::*;

const ADMIN: &str = "arn:aws:iam::111122223333:role/lake-admin";

fn principals(names: &[&str]) -> Value {
    names
        .iter()
        .map(|name| json!({ "DataLakePrincipalIdentifier": name }))
        .collect()
}

/// Settings of a fresh account with one administrator, and members that no version of ours knows.
fn fresh() -> Value {
    json!({ "DataLakeSettings": {
        "DataLakeAdmins": principals(&[ADMIN, "arn:aws:iam::111122223333:role/other"]),
        "CreateDatabaseDefaultPermissions": [{
            "Principal": { "DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS" }, "Permissions": ["ALL"],
        }],
        "CreateTableDefaultPermissions": [{
            "Principal": { "DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS" }, "Permissions": ["ALL"],
        }],
        "Parameters": { "CROSS_ACCOUNT_VERSION": "1", "SET_CONTEXT": "TRUE", "OF_TOMORROW": "yes" },
        "MemberOfTomorrow": { "kept": [1, 2] },
    } })
}

/// What is told of the members of [`fresh`] that nobody knows.
const TOLD: [&str; 2] = [
    "change unheard reported: `MemberOfTomorrow` of the settings (-)",
    "change unheard reported: `OF_TOMORROW` of the settings (-)",
];

/// The changes beside what is told of members that nobody knows.
fn known(plan: &Value) -> Vec<String> {
    let (told, known): (Vec<_>, Vec<_>) = changes(plan)
        .into_iter()
        .partition(|one| one.contains(" unheard "));
    assert_eq!(told, TOLD);
    known
}

const SETTINGS_BODY: &str = r#"
[lake.admins]
required  = ["arn:aws:iam::${account}:role/lake-admin"]
read-only = ["arn:aws:iam::${account}:role/auditor"]
[lake.cross-account]
min-version = 4
[lake.default-permissions]
"#;

#[test]
fn settings_are_changed_where_the_baseline_says_and_nowhere_else() {
    let facts = [fact(SETTINGS, fresh())];
    let (plan, exit) = planned(&baseline(SETTINGS_BODY), &snapshot(&facts), &[]);
    assert_eq!(
        calls(&plan),
        [
            "settings PutDataLakeSettings settings",
            "defaults PutDataLakeSettings settings",
        ]
    );
    assert_eq!(exit, 1);
    let written = |at: usize| plan["steps"][at]["input"]["DataLakeSettings"].clone();
    let mut first = fresh()["DataLakeSettings"].clone();
    first["ReadOnlyAdmins"] = principals(&["arn:aws:iam::111122223333:role/auditor"]);
    first["Parameters"]["CROSS_ACCOUNT_VERSION"] = json!("4");
    assert_eq!(written(0), first);
    first["CreateDatabaseDefaultPermissions"] = json!([]);
    first["CreateTableDefaultPermissions"] = json!([]);
    assert_eq!(written(1), first);
    let after = [fact(SETTINGS, json!({ "DataLakeSettings": first }))];
    let (plan, _) = planned(&baseline(SETTINGS_BODY), &snapshot(&after), &[]);
    assert_eq!(known(&plan), Vec::<String>::new());
}

#[test]
fn a_version_of_cross_account_sharing_never_goes_down() {
    let mut settings = fresh();
    settings["DataLakeSettings"]["Parameters"]["CROSS_ACCOUNT_VERSION"] = json!("5");
    let body = "[lake.cross-account]\nmin-version = 4\n";
    let (plan, _) = planned(&baseline(body), &snapshot(&[fact(SETTINGS, settings)]), &[]);
    assert_eq!(known(&plan), Vec::<String>::new());
}

#[test]
fn administrators_leave_only_when_pruned_and_nobody_takes_itself_off() {
    let body = |allowed: &str| format!("[lake.admins]\nallowed = [\"{allowed}\"]\n");
    let facts = [fact(SETTINGS, fresh())];
    let (plan, exit) = planned(
        &baseline(&body("*:role/lake-admin")),
        &snapshot(&facts),
        &[],
    );
    let told =
        "remove excess reported: `arn:aws:iam::111122223333:role/other` in `DataLakeAdmins` (-)";
    assert_eq!(known(&plan), [told]);
    assert_eq!(exit, 0);
    let (plan, _) = planned(
        &baseline(&body("*:role/lake-admin")),
        &snapshot(&facts),
        &["--prune"],
    );
    let left = &plan["steps"][0]["input"]["DataLakeSettings"]["DataLakeAdmins"];
    assert_eq!(*left, principals(&[ADMIN]));
    // The caller is a session of `lake-admin`.
    let (plan, exit) = planned(
        &baseline(&body("*:role/other")),
        &snapshot(&facts),
        &["--prune"],
    );
    assert_eq!(exit, 2);
    let message = plan["refusals"][0]["message"].as_str().unwrap();
    assert!(message.contains("would take itself off"), "{message}");
    let (plan, exit) = planned(
        &baseline(&body("*:role/nobody")),
        &snapshot(&facts),
        &["--prune"],
    );
    assert_eq!(
        (exit, plan["refusals"][0]["message"].as_str().unwrap()),
        (2, "no administrator of the data lake would be left")
    );
}

const FILTERS: &str = r#"
[[lake.data-filters.filter]]
name  = "eu"
table = "sales.orders"
rows  = "country IN ('DE','FR')"
[[lake.grants.grant]]
principal   = "arn:aws:iam::${account}:role/eu"
filter      = "sales.orders.eu"
permissions = ["SELECT"]
"#;

fn filter(name: &str, rows: &Value) -> Fact {
    fact(
        FILTER,
        json!({
            "TableCatalogId": ACCOUNT, "DatabaseName": "sales", "TableName": "orders", "Name": name,
            "RowFilter": rows, "ColumnNames": null, "ColumnWildcard": { "ExcludedColumnNames": [] }, "VersionId": "7",
        }),
    )
}

fn of_filter(name: &str) -> Value {
    json!({ "DataCellsFilter": {
        "TableCatalogId": ACCOUNT, "DatabaseName": "sales", "TableName": "orders", "Name": name
    } })
}

#[test]
fn filters_are_made_changed_and_deleted_after_their_grants() {
    let text = baseline(FILTERS);
    let (plan, _) = planned(&text, &snapshot(&[]), &[]);
    assert_eq!(
        calls(&plan),
        [
            "filters CreateDataCellsFilter sales/orders",
            "grants BatchGrantPermissions sales/orders",
        ]
    );
    let right = json!({ "FilterExpression": "country in ('DE', 'FR')" });
    let facts = [
        filter("eu", &right),
        filter("all", &json!({ "FilterExpression": "true" })),
        grant("eu", &of_filter("eu"), &["SELECT"], &[]),
        grant("us", &of_filter("all"), &["SELECT"], &[]),
    ];
    let (plan, _) = planned(&text, &snapshot(&facts), &[]);
    assert_eq!(
        changes(&plan),
        [
            "remove excess reported: filter `sales.orders.all` (-)",
            "remove excess reported: SELECT on filter `sales.orders.all` (us)",
        ]
    );
    let (plan, _) = planned(&text, &snapshot(&facts), &["--prune"]);
    assert_eq!(
        calls(&plan),
        [
            "revokes BatchRevokePermissions sales/orders",
            "filters-gone DeleteDataCellsFilter sales/orders",
        ]
    );
    let widened = [
        filter("eu", &json!({ "AllRowsWildcard": {} })),
        grant("eu", &of_filter("eu"), &["SELECT"], &[]),
    ];
    let (plan, _) = planned(&text, &snapshot(&widened), &[]);
    assert_eq!(calls(&plan), ["filters UpdateDataCellsFilter sales/orders"]);
    let body = &plan["steps"][0]["input"]["TableData"];
    assert_eq!(
        body["RowFilter"],
        json!({ "FilterExpression": "country IN ('DE','FR')" })
    );
    assert!(body.get("VersionId").is_none());
}

#[test]
fn all_rows_are_all_rows_however_they_are_listed() {
    let body = r#"
[[lake.data-filters.filter]]
name             = "names"
table            = "sales.orders"
excluded-columns = ["ssn"]
"#;
    for text in ["", "true", "TRUE"] {
        let mut listed = filter(
            "names",
            &json!({ "FilterExpression": text, "AllRowsWildcard": {} }),
        );
        listed.2["ColumnWildcard"] = json!({ "ExcludedColumnNames": ["ssn"] });
        let (plan, exit) = planned(&baseline(body), &snapshot(&[listed]), &["--prune"]);
        assert_eq!((changes(&plan), exit), (Vec::new(), 0), "{text}");
    }
}

const TAGS: &str = r#"
[[lake.tags.tag]]
key    = "level"
values = ["public", "internal"]
[[lake.tags.assignment]]
resource = "sales.orders"
tags     = { level = "internal" }
[[lake.tags.assignment]]
resource = "sales.orders.ssn"
tags     = { level = "internal" }
[[lake.tag-policies.expression]]
name       = "open"
expression = "level=public"
"#;

/// What a table only inherits would change with its database.
#[test]
fn what_is_inherited_is_borne_itself_before_what_is_above_changes() {
    let body = r#"
[[lake.tags.tag]]
key    = "level"
values = ["public", "internal"]
[[lake.tags.assignment]]
resource = "sales"
tags     = { level = "public" }
[[lake.tags.assignment]]
resource = "sales.orders"
tags     = { level = "internal" }
"#;
    let internal = json!([{ "TagKey": "level", "TagValues": ["internal"] }]);
    let facts = [
        fact(
            TAG,
            json!({ "TagKey": "level", "TagValues": ["public", "internal"] }),
        ),
        fact(
            TAGGED,
            json!({ "named": "sales", "LFTagOnDatabase": internal }),
        ),
        fact(
            TAGGED,
            json!({ "named": "sales.orders", "LFTagOnDatabase": internal, "LFTagsOnTable": internal }),
        ),
    ];
    let (plan, _) = planned(&baseline(body), &snapshot(&facts), &[]);
    assert_eq!(
        calls(&plan),
        [
            "assignments AddLFTagsToResource tags of sales.orders",
            "assignments AddLFTagsToResource tags of sales",
        ]
    );
}

/// A filter that is opened, or a table that is tagged anew, gives more at once to everybody who holds a grant by it.
#[test]
fn what_is_beyond_the_baseline_goes_before_tags_and_filters_give_more() {
    let body = format!(
        r#"
[lake.grants]
scope = ["sales"]
[[lake.grants.grant]]
principal   = "arn:aws:iam::${{account}}:role/eu"
filter      = "sales.orders.eu"
permissions = ["SELECT"]
[[lake.data-filters.filter]]
name  = "eu"
table = "sales.orders"
rows  = "country = 'FR'"
{TAGS}"#
    );
    let on_filter = json!({ "DataCellsFilter": {
        "TableCatalogId": ACCOUNT, "DatabaseName": "sales", "TableName": "orders", "Name": "eu"
    } });
    let by_tag = |value: &str| {
        json!({ "LFTagPolicy": { "CatalogId": ACCOUNT, "ResourceType": "TABLE",
        "Expression": [{ "TagKey": "level", "TagValues": [value] }] } })
    };
    let facts = [
        filter("eu", &json!({ "FilterExpression": "country = 'DE'" })),
        fact(
            TAG,
            json!({ "TagKey": "level", "TagValues": ["public", "internal"] }),
        ),
        fact(TAGGED, json!({ "named": "sales.orders" })),
        grant("intern", &on_filter, &["SELECT"], &[]),
        grant("intern", &by_tag("internal"), &["SELECT"], &[]),
        grant("intern", &by_tag("public"), &["SELECT"], &[]),
    ];
    let (plan, _) = planned(&baseline(&body), &snapshot(&facts), &["--prune"]);
    let calls = calls(&plan);
    let at = |what: &str| {
        calls
            .iter()
            .position(|call| call.contains(what))
            .unwrap_or_else(|| panic!("{what}: {calls:#?}"))
    };
    let early = at("revokes-before BatchRevokePermissions sales/orders");
    assert!(early < at("AddLFTagsToResource") && early < at("UpdateDataCellsFilter"));
    assert!(
        calls[early].contains("tagged `level=internal`"),
        "{calls:#?}"
    );
    assert!(at("filters Update") < at("grants BatchGrantPermissions sales/orders"));
    // What gives no more by it goes in its turn.
    assert!(
        at("grants BatchGrant") < at("revokes BatchRevokePermissions tables tagged `level=public`")
    );
}

#[test]
fn tags_come_before_what_bears_them_and_expressions_after() {
    let untagged = fact(TAGGED, json!({ "named": "sales.orders" }));
    let (plan, _) = planned(&baseline(TAGS), &snapshot(&[untagged]), &[]);
    assert_eq!(
        calls(&plan),
        [
            "tags CreateLFTag tag level",
            // From below: no column bears for a moment what its table is given.
            "assignments AddLFTagsToResource tags of sales.orders.ssn",
            "assignments AddLFTagsToResource tags of sales.orders",
            "expressions CreateLFTagExpression tag expression open",
        ]
    );
}

#[test]
fn tags_as_they_stand_are_compared_in_lower_case_and_with_what_is_inherited() {
    let facts = [
        fact(
            TAG,
            json!({ "TagKey": "Level", "TagValues": ["Public", "Internal"] }),
        ),
        fact(
            TAGGED,
            json!({ "named": "sales.orders", "LFTagOnDatabase": [{ "TagKey": "Level", "TagValues": ["Internal"] }] }),
        ),
        fact(
            EXPRESSION,
            json!({ "Name": "open", "Expression": [{ "TagKey": "level", "TagValues": ["public"] }] }),
        ),
    ];
    let (plan, exit) = planned(&baseline(TAGS), &snapshot(&facts), &["--prune"]);
    assert_eq!((changes(&plan), exit), (Vec::new(), 0));
    let mut more = facts.to_vec();
    more[0].2 = json!({ "TagKey": "Level", "TagValues": ["Public", "Secret"] });
    more.push(fact(TAG, json!({ "TagKey": "team", "TagValues": ["x"] })));
    let (plan, _) = planned(&baseline(TAGS), &snapshot(&more), &["--prune"]);
    assert_eq!(
        calls(&plan),
        [
            "tags UpdateLFTag tag level",
            "values-gone UpdateLFTag tag level"
        ]
    );
    assert_eq!(
        plan["steps"][1]["input"]["TagValuesToDelete"],
        json!(["Secret"])
    );
    assert!(changes(&plan).contains(&"remove excess reported: tag `team` (-)".to_owned()));
}

#[test]
fn what_bears_tags_and_was_not_asked_about_is_unknown() {
    let tag = fact(TAG, json!({ "TagKey": "level", "TagValues": ["public"] }));
    let (plan, _) = planned(&baseline(TAGS), &snapshot(&[tag]), &["--only", "tags"]);
    assert_eq!(
        plan["unknown"][0],
        "the tags of `sales.orders` were not observed"
    );
}

#[test]
fn locations_are_registered_and_leave_hybrid_access_last() {
    let body = r#"
[[lake.locations.location]]
path = "s3://lake/sales/"
role = "arn:aws:iam::${account}:role/registration"
"#;
    let (plan, _) = planned(&baseline(body), &snapshot(&[]), &[]);
    assert_eq!(
        calls(&plan),
        ["registrations RegisterResource location lake/sales"]
    );
    let seen = |role: &str, hybrid: bool| {
        fact(
            LOCATION,
            json!({ "ResourceArn": "arn:aws:s3:::lake/sales/", "RoleArn": role, "HybridAccessEnabled": hybrid }),
        )
    };
    let role = "arn:aws:iam::111122223333:role/registration";
    let (plan, _) = planned(&baseline(body), &snapshot(&[seen(role, false)]), &[]);
    assert_eq!(calls(&plan), Vec::<String>::new());
    let (plan, _) = planned(&baseline(body), &snapshot(&[seen(role, true)]), &[]);
    assert_eq!(
        calls(&plan),
        ["hybrid-ends UpdateResource location lake/sales"]
    );
    let own = "arn:aws:iam::111122223333:role/aws-service-role/lakeformation.amazonaws.com/AWSServiceRoleForLakeFormationDataAccess";
    let (plan, _) = planned(&baseline(body), &snapshot(&[seen(own, false)]), &[]);
    assert_eq!(calls(&plan), Vec::<String>::new());
    assert_eq!(
        changes(&plan),
        ["change different held-back: location `s3://lake/sales` (-)"]
    );
}

#[test]
fn the_security_configuration_is_made_once_under_its_name() {
    let body = "
[emr.security-configuration]
[emr.instance-metadata]
min-version   = 2
max-hop-limit = 1
";
    let text = baseline(body);
    let (plan, _) = planned(&text, &snapshot(&[]), &[]);
    let step = &plan["steps"][0];
    assert_eq!(step["operation"], "CreateSecurityConfiguration");
    let (name, document) = (
        &step["input"]["Name"],
        &step["input"]["SecurityConfiguration"],
    );
    let standing = |document: &Value| {
        fact(
            CONFIGURATION,
            json!({ "Name": name, "SecurityConfiguration": document }),
        )
    };
    let (plan, exit) = planned(&text, &snapshot(&[standing(document)]), &[]);
    assert_eq!((changes(&plan), exit), (Vec::new(), 0));
    let (plan, exit) = planned(&text, &snapshot(&[standing(&json!("{}"))]), &[]);
    assert_eq!(exit, 2);
    let message = plan["refusals"][0]["message"].as_str().unwrap();
    assert!(
        message.ends_with("exists with another document"),
        "{message}"
    );
    let (plan, exit) = planned(&text, &listing(&[], &[]), &[]);
    assert_eq!((plan["steps"].clone(), exit), (json!([]), 3));
}

#[test]
fn block_public_access_keeps_what_the_baseline_does_not_say() {
    let body = "[account.block-public-access]\n";
    let seen = |on: bool| {
        let ranges = json!([{ "MinRange": 22, "MaxRange": 22 }]);
        fact(
            BLOCKED,
            json!({ "BlockPublicAccessConfiguration": {
                "BlockPublicSecurityGroupRules": on, "PermittedPublicSecurityGroupRuleRanges": ranges, "New": 1
            } }),
        )
    };
    let (plan, _) = planned(&baseline(body), &snapshot(&[seen(true)]), &[]);
    assert_eq!(changes(&plan), Vec::<String>::new());
    let (plan, _) = planned(&baseline(body), &snapshot(&[seen(false)]), &[]);
    let next = &plan["steps"][0]["input"]["BlockPublicAccessConfiguration"];
    assert_eq!(
        (&next["BlockPublicSecurityGroupRules"], &next["New"]),
        (&json!(true), &json!(1))
    );
    let (_, exit) = planned(&baseline(body), &snapshot(&[]), &[]);
    assert_eq!(exit, 3);
}

#[test]
fn only_what_is_asked_for_is_planned() {
    let text = baseline(&format!("{FILTERS}{SETTINGS_BODY}"));
    let facts = [fact(SETTINGS, fresh())];
    let (plan, _) = planned(&text, &snapshot(&facts), &["--only", "filters"]);
    assert_eq!(calls(&plan), ["filters CreateDataCellsFilter sales/orders"]);
}

#[test]
fn a_plan_is_the_same_every_time_and_says_what_it_relied_on() {
    let text = baseline(FILTERS);
    let (one, _) = planned(&text, &snapshot(&[]), &[]);
    let (other, _) = planned(&text, &snapshot(&[]), &[]);
    let without_place = |plan: &Value| plan["relied_on"].clone();
    assert_eq!(one["steps"], other["steps"]);
    assert!(without_place(&one).as_str().unwrap().starts_with("sha256:"));
    let moved = [grant("eu", &of_filter("eu"), &["SELECT"], &[])];
    let (moved, _) = planned(&text, &snapshot(&moved), &[]);
    assert_ne!(without_place(&one), without_place(&moved));
}
