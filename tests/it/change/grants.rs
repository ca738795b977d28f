//! Grants: what is missing, excess and wider; what AWS's own rewriting never makes of them.

use super::*;
use crate::lake::GRANTS;
use std::collections::BTreeSet;

const ANALYST: &str = r#"
[[lake.grants.grant]]
principal   = "arn:aws:iam::${account}:role/analyst"
table       = "sales.orders"
columns     = ["order_id", "amount"]
permissions = ["SELECT"]
"#;

#[test]
fn what_is_compiled_needs_no_change_however_it_is_listed() {
    let baseline = baseline(GRANTS);
    let (plan, exit) = planned(&baseline, &snapshot(&made(&baseline)), &["--prune"]);
    assert_eq!(changes(&plan), Vec::<String>::new());
    assert_eq!(exit, 0);
}

#[test]
fn an_empty_account_gets_what_is_compiled() {
    let baseline = baseline(GRANTS);
    let folder = tempfile::tempdir().unwrap();
    let mut wanted = Vec::new();
    for (name, request) in compiled(&baseline, folder.path()) {
        if name.starts_with("batch-grant") {
            wanted.extend(request["Entries"].as_array().unwrap().clone());
        }
    }
    let (plan, exit) = planned(&baseline, &snapshot(&[]), &[]);
    assert_eq!(exit, 1);
    let steps = plan["steps"].as_array().unwrap();
    let given = steps
        .iter()
        .filter(|step| step["operation"] == "BatchGrantPermissions");
    let given = given.flat_map(|step| step["input"]["Entries"].as_array().unwrap().clone());
    let without_id = |mut entry: Value| {
        entry.as_object_mut().unwrap().shift_remove("Id");
        entry.to_string()
    };
    let given: BTreeSet<String> = given.map(without_id).collect();
    let wanted: BTreeSet<String> = wanted.into_iter().map(without_id).collect();
    assert_eq!(given, wanted);
    assert!(
        steps
            .iter()
            .all(|step| step["parts"].as_array().unwrap().len() <= 20)
    );
}

#[test]
fn what_two_grants_name_may_be_listed_as_one() {
    let of = |value: &str| {
        format!(
            "
[[lake.grants.grant]]
principal   = \"arn:aws:iam::${{account}}:role/steward\"
tag         = \"level={value}\"
permissions = [\"ASSOCIATE\"]
"
        )
    };
    let baseline = baseline(&format!("{}{}", of("public"), of("internal")));
    let tag = json!({ "LFTag": { "TagKey": "Level", "TagValues": ["public", "internal"] } });
    let merged = grant("steward", &tag, &["ASSOCIATE"], &[]);
    let (plan, _) = planned(&baseline, &snapshot(&[merged]), &["--prune"]);
    assert_eq!(changes(&plan), Vec::<String>::new());
}

#[test]
fn excess_is_told_and_taken_away_only_when_pruned_and_owned() {
    let baseline = baseline(ANALYST);
    let facts = [
        grant(
            "analyst",
            &columns("orders", &["order_id", "amount"]),
            &["SELECT"],
            &[],
        ),
        grant("other", &table("orders"), &["DESCRIBE"], &[]),
        grant(
            "other",
            &json!({ "Database": { "Name": "hr" } }),
            &["DESCRIBE"],
            &[],
        ),
    ];
    let (plan, exit) = planned(&baseline, &snapshot(&facts), &[]);
    assert_eq!(
        changes(&plan),
        ["remove excess reported: DESCRIBE on table `sales.orders` (other)"]
    );
    assert_eq!((calls(&plan).len(), exit), (0, 0));
    let (plan, exit) = planned(&baseline, &snapshot(&facts), &["--prune"]);
    assert_eq!(
        calls(&plan),
        ["revokes BatchRevokePermissions sales/orders"]
    );
    assert_eq!(exit, 1);
}

#[test]
fn of_a_list_of_columns_only_what_nobody_declares_is_revoked() {
    let baseline = baseline(ANALYST);
    let held = grant(
        "analyst",
        &columns("orders", &["order_id", "ssn"]),
        &["SELECT"],
        &[],
    );
    let (plan, _) = planned(&baseline, &snapshot(&[held]), &["--prune"]);
    assert_eq!(
        changes(&plan),
        [
            "remove widened planned: SELECT on columns `ssn` of `sales.orders` (analyst)",
            "add missing planned: SELECT on columns `amount,order_id` of `sales.orders` (analyst)",
        ]
    );
    // What is given comes before what is taken.
    assert_eq!(
        calls(&plan),
        [
            "grants BatchGrantPermissions sales/orders",
            "revokes BatchRevokePermissions sales/orders",
        ]
    );
    let revoked = &plan["steps"][1]["input"]["Entries"][0]["Resource"]["TableWithColumns"];
    assert_eq!(revoked["ColumnNames"], json!(["ssn"]));
}

#[test]
fn a_grant_option_is_taken_away_by_itself() {
    let baseline = baseline(ANALYST);
    let held = grant(
        "analyst",
        &columns("orders", &["order_id", "amount"]),
        &["SELECT"],
        &["SELECT"],
    );
    let (plan, _) = planned(&baseline, &snapshot(&[held]), &["--prune"]);
    assert_eq!(
        changes(&plan),
        [
            "remove widened planned: the grant option of SELECT on columns `amount,order_id` of `sales.orders` (analyst)"
        ]
    );
    let entry = &plan["steps"][0]["input"]["Entries"][0];
    assert_eq!(entry["PermissionsWithGrantOption"], json!(["SELECT"]));
    assert!(entry.get("Permissions").is_none());
}

#[test]
fn a_table_and_columns_of_it_are_exchanged_at_once() {
    let baseline = baseline(ANALYST);
    let held = [grant("analyst", &all_columns("orders"), &["SELECT"], &[])];
    let (plan, _) = planned(&baseline, &snapshot(&held), &[]);
    // Without pruning the wider grant stays, and AWS would refuse the narrower one.
    assert_eq!(
        changes(&plan),
        ["remove widened reported: SELECT on table `sales.orders` (analyst)"]
    );
    let (plan, _) = planned(&baseline, &snapshot(&held), &["--prune"]);
    assert_eq!(
        calls(&plan),
        [
            "exchanges BatchRevokePermissions sales/orders",
            "exchanges BatchGrantPermissions sales/orders",
        ]
    );
    let revoked = &plan["steps"][0]["input"]["Entries"][0]["Resource"];
    assert_eq!(*revoked, table("orders"), "all columns are the table");
}

#[test]
fn columns_give_way_to_the_table_that_takes_their_place() {
    let whole = ANALYST.replace("columns     = [\"order_id\", \"amount\"]\n", "");
    let baseline = baseline(&whole);
    let held = [grant(
        "analyst",
        &columns("orders", &["amount"]),
        &["SELECT"],
        &[],
    )];
    let (plan, _) = planned(&baseline, &snapshot(&held), &["--prune"]);
    assert_eq!(
        calls(&plan),
        [
            "exchanges BatchRevokePermissions sales/orders",
            "exchanges BatchGrantPermissions sales/orders",
        ]
    );
}

/// A list that lies within the declared columns, or is wider than them in part, gives way to an exclude list as a whole.
#[test]
fn a_list_of_columns_gives_way_to_an_exclude_list() {
    let but = ANALYST.replace(
        "columns     = [\"order_id\", \"amount\"]",
        "excluded-columns = [\"ssn\"]",
    );
    let baseline = baseline(&but);
    let exchange = [
        "exchanges BatchRevokePermissions sales/orders",
        "exchanges BatchGrantPermissions sales/orders",
    ];
    let add = "add missing planned: SELECT on all columns but `ssn` of `sales.orders` (analyst)";
    let held = |list: &[&str], grantable: &[&str]| {
        let one = grant("analyst", &columns("orders", list), &["SELECT"], grantable);
        snapshot(&[one])
    };
    let (plan, _) = planned(&baseline, &held(&["amount"], &[]), &[]);
    let replaced =
        "remove replaced planned: SELECT on columns `amount` of `sales.orders` (analyst)";
    assert_eq!(changes(&plan), [replaced, add]);
    assert_eq!(calls(&plan), exchange);
    let detail = plan["changes"][1]["detail"].as_str().unwrap();
    assert!(
        detail.contains("for a moment neither is granted"),
        "{detail}"
    );
    assert!(plan["steps"][0]["input"]["Entries"][0]["Principal"].is_object());

    for (list, grantable) in [
        (&["amount", "ssn"][..], &[][..]),
        (&["amount"][..], &["SELECT"][..]),
    ] {
        let held = held(list, grantable);
        let (plan, _) = planned(&baseline, &held, &[]);
        assert!(calls(&plan).is_empty(), "{list:?}: only pruned");
        let (plan, _) = planned(&baseline, &held, &["--prune"]);
        assert!(
            changes(&plan).contains(&add.to_owned()),
            "{:#?}",
            changes(&plan)
        );
        let phases: Vec<String> = calls(&plan)
            .iter()
            .map(|call| call.split(" sales").next().unwrap().to_owned())
            .collect();
        let expected = [
            "exchanges BatchRevokePermissions",
            "exchanges BatchGrantPermissions",
        ];
        assert_eq!(phases, expected, "{list:?}");
    }
}

/// Whatever stays keeps what it stands in the way of from being exchanged in part.
#[test]
fn nothing_gives_way_to_a_grant_that_is_held_back() {
    let whole = ANALYST.replace(
        "columns     = [\"order_id\", \"amount\"]",
        "excluded-columns = [\"ssn\"]",
    );
    let baseline = baseline(&whole);
    let held = [
        grant("analyst", &columns("orders", &["amount"]), &["SELECT"], &[]),
        grant(
            "analyst",
            &columns("orders", &["ssn"]),
            &["SELECT"],
            &["SELECT"],
        ),
    ];
    let (plan, _) = planned(&baseline, &snapshot(&held), &[]);
    assert_eq!(calls(&plan), Vec::<String>::new(), "{:#?}", changes(&plan));
}

#[test]
fn what_is_left_to_iam_goes_last_but_before_grants_on_columns() {
    let body = format!(
        "{ANALYST}
[[lake.grants.grant]]
principal   = \"arn:aws:iam::${{account}}:role/etl\"
table       = \"sales.customers\"
permissions = [\"SELECT\"]
[lake.iam-allowed-principals]
"
    );
    let baseline = baseline(&body);
    let held = [
        grant("IAM_ALLOWED_PRINCIPALS", &table("orders"), &["ALL"], &[]),
        grant("IAM_ALLOWED_PRINCIPALS", &table("customers"), &["ALL"], &[]),
        grant(
            "IAM_ALLOWED_PRINCIPALS",
            &json!({ "Database": { "Name": "hr" } }),
            &["ALL"],
            &[],
        ),
    ];
    let (plan, _) = planned(&baseline, &snapshot(&held), &[]);
    assert_eq!(
        calls(&plan),
        [
            "grants BatchGrantPermissions sales/customers",
            "exchanges BatchRevokePermissions sales/orders",
            "exchanges BatchGrantPermissions sales/orders",
            "left-to-iam BatchRevokePermissions sales/customers",
        ]
    );
    let told = changes(&plan);
    assert!(
        told.contains(
            &"remove left-to-iam reported: ALL on database `hr` (IAM_ALLOWED_PRINCIPALS)"
                .to_owned()
        ),
        "{told:#?}"
    );
}

#[test]
fn beside_iams_principals_columns_are_not_granted() {
    let baseline = baseline(ANALYST);
    let held = [grant(
        "IAM_ALLOWED_PRINCIPALS",
        &table("orders"),
        &["ALL"],
        &[],
    )];
    let (plan, _) = planned(&baseline, &snapshot(&held), &[]);
    assert_eq!(calls(&plan), Vec::<String>::new());
    assert!(changes(&plan).contains(
        &"add missing held-back: SELECT on columns `amount,order_id` of `sales.orders` (analyst)".to_owned()
    ));
}

#[test]
fn what_was_not_listed_is_unknown() {
    let (plan, exit) = planned(&baseline(ANALYST), &listing(&[], &[]), &[]);
    assert_eq!(exit, 3);
    assert_eq!(plan["steps"], json!([]));
    assert_eq!(
        plan["unknown"][0],
        "grants were not all listed: nothing is planned about them"
    );
}

#[test]
fn what_was_observed_in_part_is_not_taken_for_the_whole() {
    let text = baseline(ANALYST);
    let mut facts = made(&text);
    let admins = json!({ "DataLakeAdmins": [{ "DataLakePrincipalIdentifier": format!("arn:aws:iam::{ACCOUNT}:role/lake-admin") }] });
    facts.push(fact(SETTINGS, json!({ "DataLakeSettings": admins })));
    let whole = snapshot(&facts);
    assert_eq!(planned(&text, &whole, &[]).1, 0);
    for (part, said) in [
        (
            whole.replace("\"complete\":true", "\"complete\":false"),
            "not everything",
        ),
        (whole.replacen("\n{", "\nnot JSON\n{", 2), "could not"),
        (
            whole.replace("assumed-role/lake-admin/me", "assumed-role/dev/me"),
            "no administrator",
        ),
        (
            whole.replace("sts:GetCallerIdentity", "sts:Other"),
            "who observed",
        ),
    ] {
        assert_ne!(part, whole);
        let (plan, exit) = planned(&text, &part, &[]);
        let unknown = plan["unknown"].to_string();
        assert!(
            exit == 3 && unknown.contains(said),
            "{said}: {exit} {unknown}"
        );
    }
}

/// An audit and a plan mean the same by excess and by wider.
#[test]
fn an_audit_and_a_plan_name_the_same_grants() {
    let text = baseline(GRANTS);
    let mut facts = made(&text);
    let function = json!({ "UserDefinedFunction": { "DatabaseName": "sales", "Name": "mask" } });
    facts.extend([
        grant("analyst", &table("orders"), &["DESCRIBE"], &[]),
        grant("eu", &all_columns("orders"), &["SELECT"], &[]),
        grant("stranger", &database("sales"), &["ALL"], &[]),
        grant("elsewhere", &database("hr"), &["ALL"], &[]),
        grant(
            "dba",
            &database("sales"),
            &["CREATE_TABLE"],
            &["CREATE_TABLE"],
        ),
        grant(
            "steward",
            &json!({ "LFTag": { "TagKey": "sensitivity", "TagValues": ["secret"] } }),
            &["ASSOCIATE"],
            &[],
        ),
        grant("etl", &function, &["DROP"], &[]),
        grant("IAM_ALLOWED_PRINCIPALS", &table("orders"), &["ALL"], &[]),
        grant(
            "locator",
            &json!({ "DataLocation": { "ResourceArn": "arn:aws:s3:::lake/sales" } }),
            &["DATA_LOCATION_ACCESS"],
            &[],
        ),
    ]);
    let snapshot = snapshot(&facts);
    let (plan, _) = planned(&text, &snapshot, &[]);
    let of_plan: BTreeSet<String> = plan["changes"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|change| change["sign"] == "remove")
        .map(|change| change["holder"].as_str().unwrap().to_owned())
        .collect();
    let report = audited(&text, &snapshot);
    let of_audit: BTreeSet<String> = report["evaluations"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["control"] == "lake.grants" && one["verdict"] == "noncompliant")
        .map(|one| {
            let id = one["resource"]["id"].as_str().unwrap();
            let at: usize = id.rsplit('-').next().unwrap().parse().unwrap();
            let holder = &facts[at].2["Principal"]["DataLakePrincipalIdentifier"];
            holder.as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(of_plan, of_audit);
    assert_eq!(of_plan.len(), 8, "{of_plan:?}");
}

/// What is declared is a part of `ALL` on more than that.
#[test]
fn all_on_the_table_of_declared_columns_is_widened() {
    let text = baseline(&declared(&[(
        "analyst",
        "table = \"sales.orders\"\ncolumns = [\"id\"]",
        &["SELECT"],
    )]));
    for (held, class, says) in [
        ("ALL", "widened", "is wider than declared"),
        // Nothing of it is declared.
        ("DESCRIBE", "excess", "is not declared"),
    ] {
        let estate = snapshot(&[grant("analyst", &table("orders"), &[held], &[])]);
        let (plan, _) = planned(&text, &estate, &[]);
        let beyond = plan["changes"].as_array().unwrap().iter();
        let mut beyond = beyond.filter(|one| one["sign"] == "remove");
        assert_eq!(beyond.next().unwrap()["class"], class, "{plan:#}");
        let report = audited(&text, &estate);
        let found = report["evaluations"].as_array().unwrap().iter();
        let mut found = found.filter(|one| one["control"] == "lake.grants");
        let found = found.find(|one| one["verdict"] == "noncompliant").unwrap();
        let message = found["message"].as_str().unwrap();
        assert!(message.contains(says), "{message}");
    }
}
