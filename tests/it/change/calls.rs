//! How many calls a lake takes: pages of a list and batches, against one read and one grant for each.

use super::baseline;
use super::over::{carry, left, plan_of};
use crate::lake_double::{Lake, Quirks};
use serde_json::json;
use std::fmt::Write;

/// Grants of one role.
const EACH: usize = 100;

/// A lake without a grant, with tables enough.
fn lake(grants: usize) -> Lake {
    let mut lake = Lake::new();
    lake.quirks = Quirks::default();
    lake.keep_no_history();
    lake.database("sales");
    for table in 0..grants.div_ceil(EACH) {
        lake.table("sales", &format!("t{table}"), &["id", "country"], &[]);
    }
    lake
}

fn grants(all: usize) -> impl Iterator<Item = (String, String)> {
    (0..all).map(|at| (format!("role-{}", at % EACH), format!("t{}", at / EACH)))
}

fn declared(all: usize) -> String {
    let mut body = String::new();
    for (role, table) in grants(all) {
        write!(
            body,
            "[[lake.grants.grant]]\nprincipal = \"arn:aws:iam::${{account}}:role/{role}\"\ntable = \"sales.{table}\"\npermissions = [\"SELECT\"]\n"
        )
        .unwrap();
    }
    baseline(&body)
}

/// The calls of a plan and of an `apply` on an empty lake, and of a plan when everything is there.
fn ours(all: usize) -> [usize; 3] {
    let text = declared(all);
    let mut lake = lake(all);
    lake.forget();
    let plan = plan_of(&mut lake, &text, false);
    let first = lake.calls();
    lake.forget();
    carry(&mut lake, &plan, None);
    let made = lake.calls();
    lake.forget();
    let again = plan_of(&mut lake, &text, false);
    assert_eq!(left(&again), Vec::<String>::new());
    [first, made, lake.calls()]
}

/// The calls of one resource for each grant: each is granted by itself, and read by what it is on.
fn one_by_one(all: usize) -> [usize; 2] {
    let mut lake = lake(all);
    let on = |role: &str, table: &str| {
        json!({"Principal": {"DataLakePrincipalIdentifier": format!("arn:aws:iam::{}:role/{role}", super::ACCOUNT)},
            "Resource": {"Table": {"DatabaseName": "sales", "Name": table}}})
    };
    lake.forget();
    for (role, table) in grants(all) {
        let mut grant = on(&role, &table);
        grant["Permissions"] = json!(["SELECT"]);
        lake.fine("GrantPermissions", grant);
    }
    let made = lake.calls();
    lake.forget();
    for (role, table) in grants(all) {
        lake.fine("ListPermissions", on(&role, &table));
    }
    [lake.calls(), made]
}

/// The table in the documentation goes on from what is counted here.
#[test]
fn a_lake_is_read_by_the_page_and_granted_by_the_batch() {
    let fixed = ours(1)[0];
    let counted = |all: usize| {
        [
            fixed + all.div_ceil(1000).saturating_sub(1),
            all.div_ceil(20),
        ]
    };
    for all in [1, 20, 21, 1000, 1001] {
        let [_, made, again] = ours(all);
        assert_eq!([again, made], counted(all), "{all}");
    }
    assert_eq!(one_by_one(1000), [1000, 1000]);
    let page = include_str!("../../../docs/src/reference/plan.md");
    for all in [1000, 10_000] {
        let [read, made] = counted(all);
        let shown = thousands(all);
        let row = format!("| {shown} | {read} | {made} | {shown} | {shown} |");
        assert!(page.contains(&row), "{row}");
    }
}

fn thousands(number: usize) -> String {
    if number < 1000 {
        return number.to_string();
    }
    format!("{},{:03}", number / 1000, number % 1000)
}
