//! Plans carried out over a lake that keeps AWS's rules: it becomes what is asked for, at no moment anything else, and
//! whoever is interrupted goes on.

use super::over::{applied, carry, left, plan_of};
use super::{baseline, declared};
use crate::lake_double::history::{Atom, concurrent, throttled};
use crate::lake_double::{ACCOUNT, Lake, Quirks, refusal};
use emr_baseline::change::{Class, Ended};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// One of everything.
const REST: &str = r#"
[lake.admins]
required  = ["arn:aws:iam::${account}:role/lake-admin"]
read-only = ["arn:aws:iam::${account}:role/emr-baseline-audit"]
[lake.cross-account]
min-version = 4
[lake.default-permissions]
[lake.iam-allowed-principals]

[[lake.locations.location]]
path = "s3://lake-111122223333/sales/"
role = "arn:aws:iam::${account}:role/registration"

[[lake.tags.tag]]
key    = "level"
values = ["public", "internal"]
[[lake.tags.assignment]]
resource = "sales.orders"
tags     = { level = "public" }
[[lake.tags.assignment]]
resource = "sales.orders.card"
tags     = { level = "internal" }
[[lake.tag-policies.expression]]
name       = "open"
expression = "level=public"

[[lake.data-filters.filter]]
name    = "eu"
table   = "sales.orders"
rows    = "country = 'DE'"
columns = ["id", "country"]
"#;

fn whole() -> String {
    let columns = "table = \"sales.orders\"\ncolumns = [\"id\", \"amount\"]";
    let but = "table = \"sales.orders\"\nexcluded-columns = [\"card\"]";
    let some = "table = \"sales.orders\"\ngrantable = [\"SELECT\"]";
    let tagged = "database = \"sales\"\ncondition = 'context.iam.principalTags.getTag(\"team\") == \"sales\"'";
    let grants = declared(&[
        ("eu", "filter = \"sales.orders.eu\"", &["SELECT"]),
        ("analyst", columns, &["SELECT"]),
        ("support", but, &["SELECT"]),
        ("etl", some, &["SELECT", "INSERT"]),
        ("owner", "table = \"sales.customers\"", &["ALL"]),
        ("reader", "table = \"sales.*\"", &["SELECT", "DESCRIBE"]),
        ("dba", "database = \"sales\"", &["CREATE_TABLE"]),
        ("${account}:IAMPrincipals", tagged, &["DESCRIBE"]),
        (
            "etl",
            "location = \"s3://lake-111122223333/sales/\"",
            &["DATA_LOCATION_ACCESS"],
        ),
        ("steward", "tag = \"level=public\"", &["ASSOCIATE"]),
        ("tagged", "tag-policy = \"TABLE level=public\"", &["SELECT"]),
        (
            "tagged",
            "tag-policy = \"TABLE expression open\"",
            &["DESCRIBE"],
        ),
    ]);
    baseline(&format!("{REST}{grants}"))
}

fn role(name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:role/{name}")
}

fn give(lake: &mut Lake, name: &str, resource: &Value, permissions: &[&str], grantable: &[&str]) {
    let name = if name.starts_with("IAM_") {
        name.to_owned()
    } else {
        role(name)
    };
    let input = json!({"Principal": {"DataLakePrincipalIdentifier": name}, "Resource": resource,
        "Permissions": permissions, "PermissionsWithGrantOption": grantable});
    lake.fine("GrantPermissions", input);
}

fn table(name: &str) -> Value {
    json!({"Table": {"DatabaseName": "sales", "Name": name}})
}

fn columns(names: &[&str]) -> Value {
    json!({"TableWithColumns": {"DatabaseName": "sales", "Name": "orders", "ColumnNames": names}})
}

/// A lake with tables that are left to IAM.
fn young(quirks: Quirks) -> Lake {
    let mut lake = Lake::new();
    lake.quirks = quirks;
    lake.database("sales");
    lake.database("hr");
    lake.table(
        "sales",
        "orders",
        &["id", "country", "amount", "card"],
        &["day"],
    );
    lake.table("sales", "customers", &["id", "name"], &[]);
    for name in ["orders", "customers"] {
        give(
            &mut lake,
            "IAM_ALLOWED_PRINCIPALS",
            &table(name),
            &["ALL"],
            &[],
        );
    }
    lake
}

/// A lake in which very much was done by hand.
fn grown(quirks: Quirks) -> Lake {
    let mut lake = young(quirks);
    let revoke = json!({"Principal": {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"},
        "Resource": table("orders"), "Permissions": ["ALL"]});
    lake.fine("RevokePermissions", revoke);
    give(
        &mut lake,
        "analyst",
        &columns(&["id", "card"]),
        &["SELECT"],
        &["SELECT"],
    );
    give(
        &mut lake,
        "support",
        &table("orders"),
        &["SELECT", "DESCRIBE"],
        &[],
    );
    give(&mut lake, "etl", &table("orders"), &["ALL"], &["ALL"]);
    give(&mut lake, "owner", &table("customers"), &["SELECT"], &[]);
    give(
        &mut lake,
        "stranger",
        &json!({"Database": {"Name": "sales"}}),
        &["DESCRIBE", "DROP"],
        &[],
    );
    give(
        &mut lake,
        "stranger",
        &json!({"Table": {"DatabaseName": "sales", "TableWildcard": {}}}),
        &["SELECT"],
        &[],
    );
    give(
        &mut lake,
        "elsewhere",
        &json!({"Database": {"Name": "hr"}}),
        &["ALL"],
        &[],
    );
    lake.fine("CreateDataCellsFilter", json!({"TableData": {"TableCatalogId": ACCOUNT, "DatabaseName": "sales",
        "TableName": "orders", "Name": "eu", "RowFilter": {"AllRowsWildcard": {}}, "ColumnWildcard": {}}}));
    lake.fine("CreateDataCellsFilter", json!({"TableData": {"TableCatalogId": ACCOUNT, "DatabaseName": "sales",
        "TableName": "orders", "Name": "all", "RowFilter": {"AllRowsWildcard": {}}, "ColumnWildcard": {}}}));
    let all = json!({"DataCellsFilter": {"TableCatalogId": ACCOUNT, "DatabaseName": "sales", "TableName": "orders", "Name": "all"}});
    give(&mut lake, "eu", &all, &["SELECT"], &[]);
    lake.fine(
        "CreateLFTag",
        json!({"TagKey": "Level", "TagValues": ["public", "secret"]}),
    );
    lake.fine(
        "AddLFTagsToResource",
        json!({"Resource": table("orders"),
        "LFTags": [{"TagKey": "level", "TagValues": ["public"]}]}),
    );
    lake
}

fn quirks() -> Vec<Quirks> {
    let other = Quirks {
        all_is_materialised: false,
        columns_are_merged: false,
        describe_excludes_columns: false,
        exclude_lists_exclude: false,
        filters_are_listed: true,
        page: 2,
        ..Quirks::default()
    };
    vec![Quirks::default(), other]
}

#[test]
fn a_lake_becomes_what_the_baseline_asks_for_and_stays_so() {
    let text = whole();
    for quirks in quirks() {
        for make in [young, grown] {
            for prune in [false, true] {
                let mut lake = make(quirks);
                let (carry, _) = applied(&mut lake, &text, prune);
                let bad: Vec<_> = carry
                    .ended()
                    .values()
                    .filter(|ended| !matches!(ended, Ended::Done | Ended::Already))
                    .collect();
                assert!(bad.is_empty(), "{bad:#?}");
                let again = plan_of(&mut lake, &text, prune);
                assert!(
                    again.steps.is_empty(),
                    "prune {prune} {quirks:?}: {:#?}",
                    left(&again)
                );
                if prune {
                    assert_eq!(left(&again), Vec::<String>::new(), "{quirks:?}");
                }
            }
        }
    }
}

#[test]
fn what_the_baseline_does_not_own_is_never_touched() {
    let mut lake = grown(Quirks::default());
    applied(&mut lake, &whole(), true);
    let elsewhere: Vec<Atom> = lake
        .world()
        .atoms()
        .into_iter()
        .filter(|atom| atom.principal == role("elsewhere"))
        .collect();
    assert!(!elsewhere.is_empty());
}

/// What both states grant is never lost, and what neither grants is never granted.
#[test]
fn at_no_moment_is_anything_granted_that_neither_state_grants_nor_lost_what_both_do() {
    let text = whole();
    for quirks in quirks() {
        for prune in [false, true] {
            let mut lake = grown(quirks);
            lake.forget();
            let before = lake.world().atoms();
            applied(&mut lake, &text, prune);
            let after = lake.world().atoms();
            let both: BTreeSet<&Atom> = before.intersection(&after).collect();
            for step in lake.history() {
                let then = step.world.atoms();
                for atom in &both {
                    assert!(then.contains(*atom), "{} lost {atom:?}", step.call);
                }
                for atom in &then {
                    let known = before.contains(atom) || after.contains(atom);
                    assert!(known, "{} granted {atom:?}", step.call);
                }
            }
        }
    }
}

#[test]
fn whoever_dies_at_any_call_goes_on_at_the_next_run() {
    let text = whole();
    let mut whole = grown(Quirks::default());
    let (_, calls) = applied(&mut whole, &text, true);
    assert!(calls > 10, "{calls}");
    let wanted = (whole.world().atoms(), whole.world().settings.clone());
    for last in 1..=calls {
        for after in [false, true] {
            let mut lake = grown(Quirks::default());
            let plan = plan_of(&mut lake, &text, true);
            carry(&mut lake, &plan, Some((last, after)));
            applied(&mut lake, &text, true);
            let again = plan_of(&mut lake, &text, true);
            assert_eq!(
                left(&again),
                Vec::<String>::new(),
                "call {last}, after {after}"
            );
            let found = (lake.world().atoms(), lake.world().settings.clone());
            assert_eq!(found, wanted, "call {last}, after {after}");
        }
    }
}

#[test]
fn what_may_pass_is_tried_again_and_a_refusal_stops_its_object_only() {
    let text = whole();
    let mut lake = grown(Quirks::default());
    lake.fresh_principals.insert(role("dba"), 3);
    lake.refuse("BatchGrantPermissions", throttled());
    lake.refuse_entry(concurrent());
    lake.refuse_entry(concurrent());
    let (carry, _) = applied(&mut lake, &text, true);
    assert!(
        carry.ended().values().all(|ended| *ended == Ended::Done),
        "{:#?}",
        carry.ended()
    );

    let mut lake = grown(Quirks::default());
    let plan = plan_of(&mut lake, &text, true);
    lake.refuse(
        "UpdateDataCellsFilter",
        refusal(400, "AccessDeniedException", "no"),
    );
    let (carry, _) = super::over::carry(&mut lake, &plan, None);
    let (mut refused, mut skipped, mut done) = (0, 0, 0);
    for (number, ended) in carry.ended() {
        let what = &plan.changes[*number].what;
        match ended {
            Ended::Refused(why) => {
                refused += 1;
                assert_eq!(
                    (what.as_str(), why.as_str()),
                    ("filter `sales.orders.eu`", "AccessDeniedException: no")
                );
            }
            Ended::Skipped(_) => {
                skipped += 1;
                let left_to_iam = plan.changes[*number].class == Class::LeftToIam;
                let above = what.contains("database `sales`") || what.contains("`sales.*`");
                assert!(what.contains("orders") || left_to_iam || above, "{what}");
            }
            Ended::Done | Ended::Already => {
                done += 1;
                let after = what.contains("`sales.orders`") && !what.contains("level");
                assert!(!after, "{what} came after a refusal on its table");
            }
        }
    }
    assert_eq!(refused, 1);
    assert!(skipped > 3 && done > 3, "{skipped} {done}");
    // The rest is done by the next run.
    applied(&mut lake, &text, true);
    assert_eq!(left(&plan_of(&mut lake, &text, true)), Vec::<String>::new());
}

#[test]
fn settings_that_somebody_changes_at_the_same_time_are_kept() {
    let text = whole();
    let mut lake = grown(Quirks::default());
    lake.world_mut().settings["Parameters"]["CROSS_ACCOUNT_VERSION"] = json!("1");
    let plan = plan_of(&mut lake, &text, false);
    lake.world_mut().settings["TrustedResourceOwners"] = json!(["444455556666"]);
    carry(&mut lake, &plan, None);
    let settings = &lake.world().settings;
    assert_eq!(settings["TrustedResourceOwners"], json!(["444455556666"]));
    assert_eq!(settings["Parameters"]["CROSS_ACCOUNT_VERSION"], "4");
}

#[test]
fn who_is_no_administrator_plans_nothing_about_grants() {
    let mut lake = grown(Quirks::default());
    lake.ask_as("somebody");
    let plan = plan_of(&mut lake, &whole(), true);
    assert!(!plan.caller_administers);
    assert!(
        plan.unknown
            .iter()
            .any(|what| what.starts_with("grants were not all listed")),
        "{:#?}",
        plan.unknown
    );
    let grants = plan
        .steps
        .iter()
        .filter(|step| step.operation.name.starts_with("Batch"));
    assert_eq!(grants.count(), 0);
}

/// Before a value is deleted it is asked who bears it, wherever that lies.
#[test]
fn a_value_that_something_undeclared_bears_is_not_deleted() {
    for page in [1, usize::MAX] {
        let mut lake = grown(Quirks {
            page,
            ..Quirks::default()
        });
        let secret = json!([{"TagKey": "level", "TagValues": ["secret"]}]);
        let on = |resource: Value| json!({"Resource": resource, "LFTags": secret});
        lake.fine(
            "AddLFTagsToResource",
            on(json!({"Database": {"Name": "hr"}})),
        );
        let borne = "Remove value `secret` of tag `level` None (HeldBack(\"`hr` bears it: put another value on it first, or take it off by hand\"))";
        let plan = plan_of(&mut lake, &whole(), true);
        assert!(
            left(&plan).contains(&borne.to_owned()),
            "{:#?}",
            left(&plan)
        );
        let off = on(json!({"Database": {"Name": "hr"}}));
        lake.fine("RemoveLFTagsFromResource", off);
        lake.fine("AddLFTagsToResource", on(table("customers")));
        let plan = plan_of(&mut lake, &whole(), true);
        assert!(
            left(&plan)
                .iter()
                .any(|one| one.contains("`sales.customers` bears it")),
            "{:#?}",
            left(&plan)
        );
        lake.fine("RemoveLFTagsFromResource", on(table("customers")));
        applied(&mut lake, &whole(), true);
        assert_eq!(
            left(&plan_of(&mut lake, &whole(), true)),
            Vec::<String>::new()
        );
        let account = ACCOUNT.to_owned();
        let values = &lake.world().tags[&(account, "level".to_owned())];
        assert!(!values.contains("secret"), "{values:?}");
    }
}
