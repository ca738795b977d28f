//! What a plan tells though it changes nothing about it: nothing that stands otherwise is passed over in silence.

use super::*;

const ROLE: &str = "arn:aws:iam::111122223333:role/registration";

fn location(path: &str, more: &Value) -> Fact {
    let mut answer = json!({ "ResourceArn": format!("arn:aws:s3:::{path}"), "RoleArn": ROLE, "HybridAccessEnabled": false });
    let members = answer.as_object_mut().unwrap();
    members.extend(more.as_object().unwrap().clone());
    fact(LOCATION, answer)
}

const LOCATIONS: &str = r#"
[lake.hybrid-access]
[lake.locations]
[[lake.locations.location]]
path = "s3://lake/sales/"
role = "arn:aws:iam::${account}:role/registration"
"#;

fn why(plan: &Value, at: usize) -> &str {
    plan["changes"][at]["why"].as_str().unwrap()
}

#[test]
fn locations_that_nobody_declares_are_told_where_they_are_of_any_consequence() {
    let text = baseline(LOCATIONS);
    let own = || location("lake/sales", &json!({}));
    for (other, expected) in [
        (location("other/team", &json!({})), vec![]),
        (
            location("lake/sales/eu", &json!({})),
            vec!["remove excess reported: location `s3://lake/sales/eu` (-)"],
        ),
        (
            location("lake", &json!({})),
            vec!["remove excess reported: location `s3://lake` (-)"],
        ),
        (
            location("other/team", &json!({ "WithPrivilegedAccess": true })),
            vec!["remove excess reported: location `s3://other/team` (-)"],
        ),
        (
            location("other/team", &json!({ "HybridAccessEnabled": true })),
            vec!["remove excess reported: hybrid access of location `s3://other/team` (-)"],
        ),
    ] {
        let facts = [own(), other];
        let (plan, exit) = planned(&text, &snapshot(&facts), &[]);
        assert_eq!(changes(&plan), expected);
        assert_eq!((calls(&plan).len(), exit), (0, 0));
    }
}

#[test]
fn hybrid_access_that_nobody_declares_ends_when_pruned_and_no_location_is_deregistered() {
    let facts = [
        location("lake/sales", &json!({})),
        location(
            "lake/sales/eu",
            &json!({ "HybridAccessEnabled": true, "WithFederation": true }),
        ),
    ];
    let (plan, _) = planned(&baseline(LOCATIONS), &snapshot(&facts), &["--prune"]);
    assert_eq!(
        calls(&plan),
        ["hybrid-ends UpdateResource location lake/sales/eu"]
    );
    let input = &plan["steps"][0]["input"];
    assert_eq!(
        *input,
        json!({ "RoleArn": ROLE, "ResourceArn": "arn:aws:s3:::lake/sales/eu", "WithFederation": true, "HybridAccessEnabled": false })
    );
    assert!(why(&plan, 0).contains("never deregistered"), "{plan:#}");
    let service = "arn:aws:iam::111122223333:role/aws-service-role/lakeformation.amazonaws.com/AWSServiceRoleForLakeFormationDataAccess";
    let facts = [
        location("lake/sales", &json!({})),
        location(
            "other/team",
            &json!({ "HybridAccessEnabled": true, "RoleArn": service }),
        ),
    ];
    let (plan, exit) = planned(&baseline(LOCATIONS), &snapshot(&facts), &["--prune"]);
    assert_eq!((calls(&plan).len(), exit), (0, 1));
    assert!(
        why(&plan, 0).contains("registered with its own role"),
        "{plan:#}"
    );
}

#[test]
fn privileged_access_to_a_declared_location_is_told_unless_it_is_allowed() {
    let facts = [location(
        "lake/sales",
        &json!({ "WithPrivilegedAccess": true }),
    )];
    let (plan, _) = planned(&baseline(LOCATIONS), &snapshot(&facts), &[]);
    assert_eq!(
        changes(&plan),
        ["remove excess reported: privileged access to location `s3://lake/sales` (-)"]
    );
    let allowed = LOCATIONS.replace("[lake.locations]", "[lake.locations]\nprivileged = true");
    let (plan, _) = planned(&baseline(&allowed), &snapshot(&facts), &[]);
    assert_eq!(changes(&plan), Vec::<String>::new());
}

const GRANT_BODY: &str = r#"
[lake.admins]
[[lake.grants.grant]]
principal   = "arn:aws:iam::${account}:role/analyst"
table       = "sales.orders"
columns     = ["id"]
permissions = ["SELECT"]
[[lake.data-filters.filter]]
name  = "eu"
table = "sales.orders"
rows  = "country = 'DE'"
"#;

/// What AWS says and this version does not know may be what counts: it is told, kept, and what bears it is not revoked.
#[test]
fn members_of_answers_that_are_not_known_are_told_and_never_lost() {
    let mut held = grant("analyst", &columns("orders", &["id"]), &["SELECT"], &[]);
    held.2["OfTomorrow"] = json!({ "x": 1 });
    let mut excess = grant("intern", &table("orders"), &["DESCRIBE"], &[]);
    excess.2["Condition"] = json!({ "Expression": "true", "Until": "noon" });
    let mut also = excess.clone();
    also.2["Resource"] = table("customers");
    let mut silent = grant("other", &table("orders"), &["DESCRIBE"], &[]);
    silent.2["Until"] = Value::Null;
    let filter = json!({
        "TableCatalogId": ACCOUNT, "DatabaseName": "sales", "TableName": "orders", "Name": "eu",
        "RowFilter": { "FilterExpression": "country = 'FR'" }, "ColumnWildcard": {}, "Masked": ["id"],
    });
    let admins = json!([{ "DataLakePrincipalIdentifier": format!("arn:aws:iam::{ACCOUNT}:role/lake-admin") }]);
    let settings = json!({ "DataLakeSettings": {
        "DataLakeAdmins": admins, "Parameters": { "SET_CONTEXT": "TRUE", "NEW": "1" }, "Switch": false
    } });
    let facts = [
        held,
        excess,
        also,
        silent,
        fact(FILTER, filter),
        fact(SETTINGS, settings),
    ];
    let (plan, _) = planned(&baseline(GRANT_BODY), &snapshot(&facts), &["--prune"]);
    let told: Vec<String> = changes(&plan)
        .into_iter()
        .filter(|one| one.contains("unheard"))
        .collect();
    assert_eq!(
        told,
        [
            "change unheard reported: `NEW` of the settings (-)",
            "change unheard reported: `Switch` of the settings (-)",
            "change unheard reported: `Masked` of filter `sales.orders.eu` (-)",
            "change unheard reported: `OfTomorrow` of a grant on columns `id` of `sales.orders` (-)",
            "change unheard reported: `Until` of a grant on table `sales.orders` (-)",
        ]
    );
    let until = plan["changes"].as_array().unwrap().last().unwrap();
    assert_eq!(until["detail"], "one more bears it");
    // The filter keeps what is not known, and no grant that bears such a member is revoked.
    assert_eq!(
        calls(&plan),
        [
            "filters UpdateDataCellsFilter sales/orders",
            "revokes BatchRevokePermissions sales/orders",
        ]
    );
    assert_eq!(
        plan["steps"][0]["input"]["TableData"]["Masked"],
        json!(["id"])
    );
    let revoked = plan["steps"][1]["input"]["Entries"].to_string();
    assert!(
        revoked.contains("role/other") && !revoked.contains("role/intern"),
        "{revoked}"
    );
}

#[test]
fn a_filter_with_a_member_that_is_not_known_is_not_deleted() {
    let filter = |name: &str, more: &Value| {
        let mut answer = json!({
            "TableCatalogId": ACCOUNT, "DatabaseName": "sales", "TableName": "orders", "Name": name,
            "RowFilter": { "FilterExpression": "country = 'DE'" }, "ColumnWildcard": {},
        });
        let members = answer.as_object_mut().unwrap();
        members.extend(more.as_object().unwrap().clone());
        fact(FILTER, answer)
    };
    let facts = [
        filter("eu", &json!({})),
        filter("masked", &json!({ "Masked": ["id"] })),
        filter("old", &json!({})),
    ];
    let text = GRANT_BODY.split("[[lake.data-filters").nth(1).unwrap();
    let text = baseline(&format!("\n[[lake.data-filters{text}"));
    let (plan, exit) = planned(&text, &snapshot(&facts), &["--prune"]);
    assert_eq!(
        changes(&plan),
        [
            "remove excess held-back: filter `sales.orders.masked` (-)",
            "remove excess planned: filter `sales.orders.old` (-)",
            "change unheard reported: `Masked` of filter `sales.orders.masked` (-)",
        ]
    );
    assert!(why(&plan, 0).contains("`Masked`"), "{plan:#}");
    assert_eq!(
        calls(&plan),
        ["filters-gone DeleteDataCellsFilter sales/orders"]
    );
    assert_eq!(plan["steps"][0]["input"]["Name"], "old");
    assert_eq!(exit, 1);
}

/// AWS takes no registration without a role: an answer without one, and a baseline that names none, say nothing to send.
#[test]
fn a_location_of_which_no_role_is_known_is_held_back() {
    let text = baseline(LOCATIONS).replace(
        "role = \"arn:aws:iam::${account}:role/registration\"\n",
        "hybrid = true\n",
    );
    for role in [json!(""), Value::Null] {
        let facts = [location("lake/sales", &json!({ "RoleArn": role }))];
        let (plan, exit) = planned(&text, &snapshot(&facts), &["--only", "locations"]);
        assert_eq!(
            changes(&plan),
            ["change different held-back: location `s3://lake/sales` (-)"]
        );
        assert!(why(&plan, 0).contains("role"), "{plan:#}");
        assert_eq!((calls(&plan).len(), exit), (0, 1));
    }
}

#[test]
fn what_an_answer_leaves_out_is_said_once() {
    let body = "[account.block-public-access]\npermitted-ports = []\n";
    let facts = [fact(BLOCKED, json!({}))];
    let (plan, exit) = planned(&baseline(body), &snapshot(&facts), &[]);
    assert_eq!(
        plan["unknown"],
        json!(["block public access is not known: the answer does not say it in full"])
    );
    assert_eq!(exit, 3);
}

const HYBRID: &str = r#"
[lake.hybrid-access]
paths = ["s3://lake/sales/"]
[[lake.grants.grant]]
principal   = "arn:aws:iam::${account}:role/analyst"
table       = "sales.orders"
permissions = ["SELECT"]
"#;

const OPT_IN: (&str, &str) = (
    "lake-formation-grant",
    "lakeformation:ListLakeFormationOptIns",
);

fn opt_in(role: &str, resource: &Value) -> Fact {
    let principal = format!("arn:aws:iam::{ACCOUNT}:role/{role}");
    fact(
        OPT_IN,
        json!({ "Principal": { "DataLakePrincipalIdentifier": principal }, "Resource": resource }),
    )
}

#[test]
fn nobody_is_opted_in_who_holds_nothing() {
    let text = baseline(HYBRID);
    let (plan, _) = planned(&text, &snapshot(&[]), &[]);
    assert_eq!(
        calls(&plan),
        [
            "grants BatchGrantPermissions sales/orders",
            "opt-ins CreateLakeFormationOptIn sales/orders",
        ]
    );
    let (plan, exit) = planned(&text, &snapshot(&[]), &["--only", "opt-ins"]);
    assert_eq!(
        changes(&plan),
        ["add missing held-back: opt-in on table `sales.orders` (analyst)"]
    );
    assert_eq!((calls(&plan).len(), exit), (0, 1));
    // A grant that is held back leaves its principal to IAM.
    let columns_of = text.replace("permissions", "columns = [\"id\"]\npermissions");
    let iam = grant("IAM_ALLOWED_PRINCIPALS", &table("orders"), &["ALL"], &[]);
    let (plan, _) = planned(&columns_of, &snapshot(&[iam]), &[]);
    assert_eq!(calls(&plan), Vec::<String>::new());
}

#[test]
fn an_opt_in_whose_principal_holds_nothing_is_told_and_stays() {
    let text = baseline(HYBRID);
    let facts = [
        grant("analyst", &all_columns("orders"), &["SELECT"], &[]),
        opt_in("analyst", &table("orders")),
        opt_in("intern", &table("orders")),
        opt_in("reader", &database("hr")),
        grant("reader", &database("hr"), &["DESCRIBE"], &[]),
    ];
    let (plan, exit) = planned(&text, &snapshot(&facts), &["--prune"]);
    assert_eq!(
        changes(&plan),
        ["remove excess reported: opt-in on table `sales.orders` (intern)"]
    );
    assert_eq!((calls(&plan).len(), exit), (0, 0));
}

/// A grant with a member that is not known is not revoked: its holder holds it still.
#[test]
fn an_opt_in_is_not_told_whose_principal_holds_a_grant_that_stays() {
    let text = baseline(HYBRID);
    let mut odd = grant("intern", &table("orders"), &["DESCRIBE"], &[]);
    odd.2["Until"] = json!("noon");
    let facts = [
        grant("analyst", &all_columns("orders"), &["SELECT"], &[]),
        opt_in("analyst", &table("orders")),
        opt_in("intern", &table("orders")),
        odd,
    ];
    let (plan, _) = planned(&text, &snapshot(&facts), &["--prune"]);
    assert_eq!(
        changes(&plan),
        [
            "remove excess reported: DESCRIBE on table `sales.orders` (intern)",
            "change unheard reported: `Until` of a grant on table `sales.orders` (-)",
        ]
    );
    assert_eq!(calls(&plan), Vec::<String>::new());
}

#[test]
fn who_is_granted_by_tags_only_is_told_to_have_no_opt_in() {
    let text = baseline(&format!(
        "{HYBRID}
[[lake.grants.grant]]
principal   = \"arn:aws:iam::${{account}}:role/tagged\"
tag-policy  = \"TABLE level=public\"
permissions = [\"SELECT\"]
"
    ));
    let (plan, _) = planned(&text, &snapshot(&[]), &[]);
    assert!(
        changes(&plan)
            .contains(&"add missing reported: opt-in on what bears its tags (tagged)".to_owned()),
        "{:#?}",
        changes(&plan)
    );
}

const LEVELS: &str = r#"
[[lake.tags.tag]]
key    = "level"
values = ["public", "internal"]
[[lake.tags.assignment]]
resource = "sales"
tags     = { level = "internal" }
"#;

fn tags(named: &str, of_database: &str, of_table: Option<&str>) -> Fact {
    let list = |value: &str| json!([{ "TagKey": "Level", "TagValues": [value] }]);
    let mut answer = json!({ "named": named, "LFTagOnDatabase": list(of_database) });
    if let Some(value) = of_table {
        answer["LFTagsOnTable"] = list(value);
    }
    fact(TAGGED, answer)
}

/// The nearer value counts: a database is tagged as is declared, and a table in it is not.
#[test]
fn a_tag_below_a_declared_one_is_told() {
    let facts = [
        fact(
            TAG,
            json!({ "TagKey": "Level", "TagValues": ["public", "internal"] }),
        ),
        tags("sales", "internal", None),
        tags("sales.orders", "internal", Some("public")),
        tags("sales.customers", "internal", Some("internal")),
        tags("hr.people", "public", Some("public")),
    ];
    let (plan, exit) = planned(&baseline(LEVELS), &snapshot(&facts), &["--prune"]);
    assert_eq!(
        changes(&plan),
        [
            "remove excess reported: `level=public` on `hr.people` (-)",
            "remove excess reported: `level=public` on `sales.orders` (-)",
        ]
    );
    assert_eq!((calls(&plan).len(), exit), (0, 0));
    let detail = |at: usize| plan["changes"][at]["detail"].as_str().unwrap();
    assert!(detail(0).contains("whoever is granted"), "{plan:#}");
    assert!(detail(1).contains("the nearer value counts"), "{plan:#}");
    let declared = format!(
        "{LEVELS}[[lake.tags.assignment]]\nresource = \"sales.orders\"\ntags = {{ level = \"public\" }}\n"
    );
    let (plan, _) = planned(&baseline(&declared), &snapshot(&facts[..4]), &[]);
    assert_eq!(changes(&plan), Vec::<String>::new());
    // Who says nothing of what bears tags is told nothing of it.
    let tag_only = LEVELS.split("[[lake.tags.assignment]]").next().unwrap();
    let (plan, _) = planned(&baseline(tag_only), &snapshot(&facts), &[]);
    assert_eq!(changes(&plan), Vec::<String>::new());
}

#[test]
fn a_value_goes_when_nothing_bears_it_any_more() {
    let tag = fact(
        TAG,
        json!({ "TagKey": "Level", "TagValues": ["public", "internal", "Old", "Secret"] }),
    );
    let facts = [
        tag,
        tags("sales", "old", None),
        tags("sales.orders", "old", Some("old")),
        tags("hr", "secret", None),
    ];
    let (plan, exit) = planned(&baseline(LEVELS), &snapshot(&facts), &["--prune"]);
    assert_eq!(
        changes(&plan),
        [
            "remove excess held-back: value `secret` of tag `level` (-)",
            "remove excess planned: values `old` of tag `level` (-)",
            "change different planned: `level=internal` on `sales` (-)",
            "remove excess reported: `level=secret` on `hr` (-)",
        ]
    );
    assert!(why(&plan, 0).starts_with("`hr` bears it"), "{plan:#}");
    assert_eq!(
        calls(&plan),
        [
            "assignments AddLFTagsToResource tags of sales",
            "values-gone UpdateLFTag tag level",
        ]
    );
    assert_eq!(
        plan["steps"][1]["input"]["TagValuesToDelete"],
        json!(["Old"])
    );
    assert_eq!(exit, 1);
}

/// A snapshot of these grants in which Glue says who made a table: after or before them.
fn made_by(role: &str, grants: &[Fact]) -> String {
    let made = |table: &str, role: &str| {
        let maker = format!("arn:aws:sts::{ACCOUNT}:assumed-role/{role}/session");
        let answer = json!({
            "Name": table, "DatabaseName": "Sales", "CatalogId": ACCOUNT, "CreatedBy": maker,
        });
        fact(CATALOG, answer)
    };
    let mut facts = vec![made("customers", "other")];
    facts.extend(grants.iter().cloned());
    facts.push(made("Orders", role));
    snapshot(&facts)
}

/// Whoever makes a table holds everything on it: that is told and is no drift, unless the baseline gives him less there.
#[test]
fn what_comes_with_making_a_table_is_no_drift_and_not_hidden_where_it_widens() {
    let all = ["ALL", "ALTER", "DELETE", "DESCRIBE", "DROP", "INSERT"];
    let of = |role: &str| {
        [
            grant(role, &table("orders"), &all, &all),
            grant(role, &all_columns("orders"), &["SELECT"], &["SELECT"]),
        ]
    };
    let text = baseline(GRANT_BODY.split("[[lake.data-filters").next().unwrap());
    let etl = made_by("etl", &of("etl"));
    let (plan, _) = planned(&text, &etl, &["--prune"]);
    let told = changes(&plan);
    assert!(
        told.contains(&"remove excess reported: ALL on table `sales.orders` (etl)".to_owned()),
        "{told:#?}"
    );
    assert_eq!(
        told.iter().filter(|one| one.contains("(etl)")).count(),
        1,
        "{told:#?}"
    );
    assert!(
        !calls(&plan).iter().any(|call| call.contains("Revoke")),
        "{plan:#}"
    );
    for (of, snapshot) in [
        ("another's", made_by("other", &of("etl"))),
        ("declared to hold less", made_by("analyst", &of("analyst"))),
        (
            "on columns",
            made_by(
                "etl",
                &[grant("etl", &columns("orders", &["id"]), &["SELECT"], &[])],
            ),
        ),
    ] {
        let (plan, _) = planned(&text, &snapshot, &["--prune"]);
        assert!(
            calls(&plan).iter().any(|call| call.contains("Revoke")),
            "{of}: {plan:#}"
        );
    }
    let severities = |snapshot: &str| {
        let report = audited(&text, snapshot);
        let found = report["evaluations"].as_array().unwrap().iter();
        let found =
            found.filter(|one| one["control"] == "lake.grants" && one["verdict"] == "noncompliant");
        let each: Vec<String> = found
            .map(|one| one["severity"].as_str().unwrap().to_owned())
            .collect();
        each
    };
    // Nor does the maker hold it for the analyst, to whom the baseline gives it.
    assert_eq!(severities(&etl), ["info", "info", "medium"]);
    let widened = made_by("analyst", &of("analyst"));
    assert_eq!(severities(&widened), ["high", "high"]);
}
