//! Hybrid access mode from one end to the other: declared, applied to a lake that is left to IAM, looked at, and ended.

use super::over::{applied, carry, left, plan_of};
use super::{baseline, declared};
use crate::lake_double::{ACCOUNT, Lake};
use crate::live::tried::saved;
use emr_baseline::change::{Ended, Phase};
use serde_json::{Value, json};

const FILTER: &str = r#"
[[lake.data-filters.filter]]
name = "eu"
table = "sales.orders"
rows = "country = 'DE'"
"#;

fn grants() -> String {
    let grants = declared(&[
        ("analyst", "table = \"sales.orders\"", &["SELECT"]),
        ("eu", "filter = \"sales.orders.eu\"", &["SELECT"]),
        ("reader", "table = \"sales.*\"", &["SELECT", "DESCRIBE"]),
        ("dba", "database = \"sales\"", &["CREATE_TABLE"]),
    ]);
    format!("{FILTER}{grants}")
}

/// While a team moves over: IAM still decides for everybody else.
fn hybrid() -> String {
    baseline(&format!(
        r#"
[lake.hybrid-access]
paths = ["s3://lake/sales/"]
[[lake.locations.location]]
path   = "s3://lake/sales/"
role   = "arn:aws:iam::${{account}}:role/registration"
hybrid = true
{}"#,
        grants()
    ))
}

/// When it has moved.
fn whole() -> String {
    baseline(&format!(
        r#"
[lake.hybrid-access]
[lake.iam-allowed-principals]
[[lake.locations.location]]
path   = "s3://lake/sales/"
role   = "arn:aws:iam::${{account}}:role/registration"
{}"#,
        grants()
    ))
}

/// A lake that is left to IAM.
fn lake() -> Lake {
    let mut lake = Lake::new();
    lake.database("sales");
    for name in ["orders", "customers"] {
        lake.table("sales", name, &["id", "country"], &[]);
        let on = json!({"Table": {"DatabaseName": "sales", "Name": name}});
        let everybody = json!({"Principal": {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"},
            "Resource": on, "Permissions": ["ALL"]});
        lake.fine("GrantPermissions", everybody);
    }
    lake
}

fn opted_in(lake: &Lake) -> Vec<String> {
    let each = lake.world().opt_ins.values().map(|one| {
        let principal = one["Principal"]["DataLakePrincipalIdentifier"]
            .as_str()
            .unwrap();
        let resource = one["Resource"].as_object().unwrap();
        let (kind, on) = resource.iter().next().unwrap();
        let name = if on.get("TableWildcard").is_some_and(Value::is_object) {
            "*"
        } else {
            on["Name"].as_str().unwrap()
        };
        format!("{} {kind} {name}", principal.rsplit('/').next().unwrap())
    });
    let mut all: Vec<String> = each.collect();
    all.sort();
    all
}

/// What an audit of the lake says of a control: verdict and message of everything that is not compliant.
fn audited(lake: &mut Lake, text: &str, controls: &[&str]) -> Vec<String> {
    let report = super::audited(text, &saved(lake));
    let all = report["evaluations"].as_array().unwrap().iter();
    let mut judged = 0;
    let found = all
        .filter(|one| controls.contains(&one["control"].as_str().unwrap()))
        .filter(|one| one["verdict"] != "not-applicable")
        .inspect(|_| judged += 1)
        .filter(|one| one["verdict"] != "compliant")
        .map(|one| format!("{} {}", one["control"], one["message"]))
        .collect();
    assert!(judged > 3, "{judged}");
    found
}

#[test]
fn who_is_granted_something_is_opted_in_and_an_audit_finds_nothing() {
    let (mut lake, text) = (lake(), hybrid());
    let before = audited(&mut lake, &text, &["lake.hybrid-access", "lake.grants"]);
    assert!(
        before.iter().any(|one| one.contains("not declared")),
        "{before:#?}"
    );
    let (carry, _) = applied(&mut lake, &text, false);
    assert!(
        carry.ended().values().all(|one| *one == Ended::Done),
        "{:#?}",
        carry.ended()
    );
    assert_eq!(
        opted_in(&lake),
        [
            "analyst Table orders",
            "dba Database sales",
            "eu Table orders",
            "reader Table *",
        ]
    );
    let place = lake.world().locations.values().next().unwrap();
    assert_eq!(place["HybridAccessEnabled"], true);
    assert_eq!(
        audited(&mut lake, &text, &["lake.hybrid-access"]),
        Vec::<String>::new()
    );
    let again = plan_of(&mut lake, &text, false);
    assert!(again.steps.is_empty(), "{:#?}", left(&again));
    // An opt-in that somebody deletes is found, and made again.
    let principal = format!("arn:aws:iam::{ACCOUNT}:role/analyst");
    let on = json!({"Table": {"DatabaseName": "sales", "Name": "orders"}});
    lake.fine(
        "DeleteLakeFormationOptIn",
        json!({"Principal": {"DataLakePrincipalIdentifier": principal}, "Resource": on}),
    );
    let found = audited(&mut lake, &text, &["lake.hybrid-access"]);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(
        found[0].contains("role/analyst` has no opt-in"),
        "{found:#?}"
    );
    applied(&mut lake, &text, false);
    assert_eq!(opted_in(&lake).len(), 4);
}

/// Whoever is opted in before he is granted something is locked out.
#[test]
fn nobody_is_opted_in_before_he_is_granted_something_however_a_run_ends() {
    let text = hybrid();
    let calls = applied(&mut lake(), &text, false).1;
    for last in 1..=calls {
        for done in [false, true] {
            let mut lake = lake();
            let plan = plan_of(&mut lake, &text, false);
            lake.forget();
            carry(&mut lake, &plan, Some((last, done)));
            for step in lake.history() {
                for one in step.world.opt_ins.values() {
                    let who = one["Principal"]["DataLakePrincipalIdentifier"]
                        .as_str()
                        .unwrap();
                    let held = step.world.held.get(&(who.to_owned(), None));
                    assert!(
                        held.is_some_and(|held| !held.is_empty()),
                        "{}: {who}",
                        step.call
                    );
                }
            }
            applied(&mut lake, &text, false);
            assert_eq!(opted_in(&lake).len(), 4, "call {last}, done {done}");
        }
    }
}

#[test]
fn hybrid_access_ends_after_iams_grants_and_an_audit_finds_nothing() {
    let (mut lake, text) = (lake(), whole());
    applied(&mut lake, &hybrid(), false);
    let plan = plan_of(&mut lake, &text, false);
    let phases: Vec<Phase> = plan.steps.iter().map(|step| step.phase).collect();
    assert_eq!(phases, [Phase::LeftToIam, Phase::HybridEnds]);
    carry(&mut lake, &plan, None);
    let place = lake.world().locations.values().next().unwrap();
    assert_eq!(place["HybridAccessEnabled"], false);
    let controls = [
        "lake.hybrid-access",
        "lake.grants",
        "lake.iam-allowed-principals",
    ];
    assert_eq!(audited(&mut lake, &text, &controls), Vec::<String>::new());
    assert_eq!(left(&plan_of(&mut lake, &text, true)), Vec::<String>::new());
}
