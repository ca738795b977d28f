//! The binary, from one end to the other: it plans, asks, changes, looks again and writes down, against a double on
//! loopback.

use super::baseline;
use crate::lake_double::history::{Fault, throttled};
use crate::lake_double::{Lake, Quirks, refusal};
use crate::live::estate::Estate;
use crate::live::outside::{Live, Ran};
use serde_json::{Value, json};

const BODY: &str = r#"
[emr.security-configuration]
[emr.instance-metadata]
min-version   = 2
max-hop-limit = 1
[account.block-public-access]
permitted-ports = []

[lake.admins]
required  = ["arn:aws:iam::${account}:role/lake-admin"]
[lake.cross-account]
min-version = 4
[lake.iam-allowed-principals]

[[lake.data-filters.filter]]
name  = "eu"
table = "sales.orders"
rows  = "country = 'DE'"
[[lake.tags.tag]]
key    = "level"
values = ["public"]
[[lake.tags.assignment]]
resource = "sales.orders"
tags     = { level = "public" }
[[lake.grants.grant]]
principal   = "arn:aws:iam::${account}:role/eu"
filter      = "sales.orders.eu"
permissions = ["SELECT"]
[[lake.grants.grant]]
principal   = "arn:aws:iam::${account}:role/analyst"
table       = "sales.orders"
columns     = ["id"]
permissions = ["SELECT"]
"#;

fn lake(quirks: Quirks) -> Lake {
    let mut lake = Lake::new();
    lake.database("sales");
    lake.table("sales", "orders", &["id", "country"], &[]);
    let on = json!({"Table": {"DatabaseName": "sales", "Name": "orders"}});
    for (principal, permissions) in [
        ("IAM_ALLOWED_PRINCIPALS", ["ALL"]),
        ("arn:aws:iam::111122223333:role/stranger", ["SELECT"]),
    ] {
        let grant = json!({"Principal": {"DataLakePrincipalIdentifier": principal}, "Resource": on, "Permissions": permissions});
        lake.fine("GrantPermissions", grant);
    }
    lake.forget();
    lake.quirks = quirks;
    lake
}

fn live(lake: Lake) -> Live {
    let live = Live::over(Estate::of(0).with(lake));
    std::fs::write(live.bench.path().join("lake.toml"), baseline(BODY)).unwrap();
    live
}

fn run(live: &Live, command: &str, options: &[&str]) -> Ran {
    let fixed = [command, "lake.toml", "--target", "prod"];
    live.run(&[&fixed, options].concat())
}

/// The calls that wrote, since the double last forgot.
fn written(live: &Live) -> Vec<String> {
    let estate = live.server.estate.lock().unwrap();
    let calls = estate.lake.as_ref().unwrap().history().iter();
    let reads = ["List", "Get", "Describe"];
    calls
        .map(|step| step.call.split_once(':').unwrap().1.to_owned())
        .filter(|name| !reads.iter().any(|verb| name.starts_with(verb)))
        .collect()
}

fn with_lake(live: &Live, change: impl FnOnce(&mut Lake)) {
    let mut estate = live.server.estate.lock().unwrap();
    change(estate.lake.as_mut().unwrap());
}

#[test]
fn what_is_planned_is_applied_verified_and_written_down() {
    let live = live(lake(Quirks::default()));
    let planned = run(&live, "plan", &["--detailed-exitcode"]);
    assert_eq!(planned.code, Some(1), "{}{}", planned.out, planned.err);
    assert_eq!(
        written(&live),
        Vec::<String>::new(),
        "a plan writes nothing"
    );
    let applied = run(
        &live,
        "apply",
        &["--yes", "--prune", "--trail", "trail.jsonl"],
    );
    assert_eq!(applied.code, Some(0), "{}{}", applied.out, applied.err);
    assert!(
        applied
            .out
            .contains("verified: target `prod` is as the baseline asks"),
        "{}",
        applied.out
    );
    let trail = std::fs::read_to_string(live.bench.path().join("trail.jsonl")).unwrap();
    let trail: Vec<Value> = trail
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let told: Vec<&str> = trail
        .iter()
        .map(|line| line["operation"].as_str().unwrap())
        .filter(|name| !name.starts_with("Get"))
        .collect();
    assert_eq!(told, written(&live));
    assert!(
        trail
            .iter()
            .all(|line| line["outcome"] == "done" && line["at"].is_string())
    );
    let again = run(&live, "plan", &["--detailed-exitcode", "--prune"]);
    assert_eq!(again.code, Some(0), "{}{}", again.out, again.err);
    assert!(again.out.contains("nothing to change"), "{}", again.out);
    let before = written(&live).len();
    let twice = run(&live, "apply", &["--yes", "--prune"]);
    assert_eq!(
        (twice.code, written(&live).len()),
        (Some(0), before),
        "{}",
        twice.err
    );
    let audit = live.run(&[
        "audit",
        "lake.toml",
        "--target",
        "prod",
        "--share",
        "100",
        "--format",
        "json",
    ]);
    let report: Value = serde_json::from_str(&audit.out).unwrap();
    let failing = report["evaluations"].as_array().unwrap().iter();
    let failing: Vec<&Value> = failing
        .filter(|one| one["control"].as_str().unwrap().starts_with("lake."))
        .filter(|one| one["verdict"] == "noncompliant")
        .collect();
    assert!(failing.is_empty(), "{failing:#?}");
}

#[test]
fn nothing_is_changed_without_a_yes() {
    let live = live(lake(Quirks::default()));
    let applied = run(&live, "apply", &[]);
    assert_eq!(applied.code, Some(2), "{}", applied.err);
    assert!(applied.err.contains("--yes"), "{}", applied.err);
    assert_eq!(written(&live), Vec::<String>::new());
}

#[test]
fn a_saved_plan_is_refused_when_the_world_has_moved() {
    let live = live(lake(Quirks::default()));
    let planned = run(&live, "plan", &["--prune", "--save", "plan.json"]);
    assert_eq!(planned.code, Some(0), "{}", planned.err);
    with_lake(&live, |lake| {
        let grant = json!({"Principal": {"DataLakePrincipalIdentifier": "arn:aws:iam::111122223333:role/late"},
            "Resource": {"Database": {"Name": "sales"}}, "Permissions": ["DROP"]});
        lake.fine("GrantPermissions", grant);
        lake.forget();
    });
    let applied = run(&live, "apply", &["--yes", "--plan", "plan.json"]);
    assert_eq!(applied.code, Some(2), "{}", applied.err);
    assert!(
        applied.err.contains("what it relied on has moved"),
        "{}",
        applied.err
    );
    assert!(applied.err.contains("role/late"), "{}", applied.err);
    assert_eq!(written(&live), Vec::<String>::new());
    run(&live, "plan", &["--prune", "--save", "plan.json"]);
    let applied = run(&live, "apply", &["--yes", "--plan", "plan.json"]);
    assert_eq!(applied.code, Some(0), "{}{}", applied.out, applied.err);
    let again = run(&live, "plan", &["--prune", "--detailed-exitcode"]);
    assert_eq!(again.code, Some(0), "{}", again.out);
}

#[test]
fn who_does_not_see_everything_changes_nothing() {
    let mut of_somebody = lake(Quirks::default());
    of_somebody.ask_as("somebody");
    let live_of_somebody = live(of_somebody);
    let planned = run(&live_of_somebody, "plan", &[]);
    assert_eq!(planned.code, Some(3), "{}", planned.out);
    assert!(
        planned.out.contains("grants were not all listed"),
        "{}",
        planned.out
    );
    let applied = run(&live_of_somebody, "apply", &["--yes"]);
    assert_eq!(applied.code, Some(3), "{}", applied.err);
    assert_eq!(written(&live_of_somebody), Vec::<String>::new());

    let mut of_auditor = lake(Quirks::default());
    of_auditor.ask_as("emr-baseline-audit");
    let live_of_auditor = live(of_auditor);
    assert_eq!(run(&live_of_auditor, "plan", &[]).code, Some(0));
    let applied = run(&live_of_auditor, "apply", &["--yes"]);
    assert_eq!(applied.code, Some(2), "{}", applied.err);
    assert!(
        applied.err.contains("is no administrator of the data lake"),
        "{}",
        applied.err
    );
    assert_eq!(written(&live_of_auditor), Vec::<String>::new());
}

#[test]
fn lost_answers_throttling_and_late_reads_change_nothing_in_the_end() {
    let quirks = Quirks {
        stale_listings: 2,
        page: 1,
        ..Quirks::default()
    };
    let mut faulty = lake(quirks);
    faulty.refuse("BatchGrantPermissions", throttled());
    faulty.refuse("CreateLFTag", throttled());
    for call in [14, 17, 21] {
        faulty.fault_at(call, Fault::LoseAnswer);
    }
    let live = live(faulty);
    let applied = run(&live, "apply", &["--yes", "--prune"]);
    assert_eq!(applied.code, Some(0), "{}{}", applied.out, applied.err);
    let again = run(&live, "plan", &["--prune", "--detailed-exitcode"]);
    assert_eq!(again.code, Some(0), "{}", again.out);
}

#[test]
fn a_refusal_is_told_and_the_rest_is_done() {
    let mut refusing = lake(Quirks::default());
    let denied = crate::lake_double::refusal(400, "AccessDeniedException", "not you");
    refusing.refuse("CreateDataCellsFilter", denied);
    let live = live(refusing);
    let applied = run(&live, "apply", &["--yes"]);
    assert_eq!(applied.code, Some(1), "{}", applied.err);
    assert!(
        applied
            .err
            .contains("refused: filter `sales.orders.eu`: AccessDeniedException: not you"),
        "{}",
        applied.err
    );
    assert!(written(&live).contains(&"CreateLFTag".to_owned()));
    let again = run(&live, "apply", &["--yes"]);
    assert_eq!(again.code, Some(0), "{}{}", again.out, again.err);
}

#[test]
fn a_trail_that_cannot_be_written_stops_everything() {
    let live = live(lake(Quirks::default()));
    let applied = run(&live, "apply", &["--yes", "--trail", "nowhere/trail.jsonl"]);
    assert_eq!(applied.code, Some(2), "{}", applied.err);
    assert_eq!(written(&live), Vec::<String>::new());
}

/// The run that the tutorial shows.
#[test]
fn the_tutorials_run_is_what_it_shows() {
    let mut lake = Lake::new();
    lake.database("sales");
    lake.table(
        "sales",
        "orders",
        &["order_id", "amount", "country", "card_number"],
        &[],
    );
    lake.fine(
        "CreateDataCellsFilter",
        json!({"TableData": {"TableCatalogId": "111122223333", "DatabaseName": "sales", "TableName": "orders",
            "Name": "eu-only", "RowFilter": {"AllRowsWildcard": {}}, "ColumnWildcard": {}}}),
    );
    let table = json!({"Table": {"DatabaseName": "sales", "Name": "orders"}});
    let some = json!({"TableWithColumns": {"DatabaseName": "sales", "Name": "orders",
        "ColumnNames": ["amount", "card_number", "order_id"]}});
    let filter = json!({"DataCellsFilter": {"TableCatalogId": "111122223333", "DatabaseName": "sales",
        "TableName": "orders", "Name": "eu-only"}});
    for (name, on, permission) in [
        ("eu-runtime", &filter, "SELECT"),
        ("analyst-runtime", &some, "SELECT"),
        ("intern-notebook", &table, "SELECT"),
        ("IAM_ALLOWED_PRINCIPALS", &table, "ALL"),
    ] {
        let principal = if name.starts_with("IAM_") {
            name.to_owned()
        } else {
            format!("arn:aws:iam::111122223333:role/{name}")
        };
        let grant = json!({"Principal": {"DataLakePrincipalIdentifier": principal}, "Resource": on, "Permissions": [permission]});
        lake.fine("GrantPermissions", grant);
    }
    lake.world_mut().settings["Parameters"]["CROSS_ACCOUNT_VERSION"] = json!("1");
    let live = Live::over(Estate::of(0).with(lake));
    let example = crate::support::root().join("examples/change");
    let baseline = std::fs::read(example.join("lake.toml")).unwrap();
    std::fs::write(live.bench.path().join("lake.toml"), baseline).unwrap();
    let applied = run(&live, "apply", &["--prune", "--yes"]);
    assert_eq!(applied.code, Some(0), "{}{}", applied.out, applied.err);
    let shown = format!(
        "$ emr-baseline apply lake.toml --target prod --prune --yes\n{}",
        applied.out
    );
    crate::support::golden(&example.join("apply.txt"), &shown);
}

/// What AWS gives by itself it lists, and does not revoke: nothing is wrong, and nothing is done over and over.
#[test]
fn what_aws_lists_and_does_not_revoke_is_told() {
    let live = live(lake(Quirks::default()));
    let applied = run(&live, "apply", &["--yes"]);
    assert_eq!(applied.code, Some(0), "{}{}", applied.out, applied.err);
    with_lake(&live, |lake| {
        lake.forget();
        lake.refuse_entry(refusal(
            400,
            "InvalidInputException",
            "No permissions revoked. Grantee has no permissions and no grantable permissions on resource.",
        ));
    });
    let pruned = run(&live, "apply", &["--yes", "--prune"]);
    assert_eq!(pruned.code, Some(0), "{}{}", pruned.out, pruned.err);
    let said = "AWS lists, and does not revoke: SELECT on table `sales.orders` for arn:aws:iam::111122223333:role/stranger";
    assert!(pruned.err.contains(said), "{}", pruned.err);
    assert_eq!(written(&live), ["BatchRevokePermissions"]);
}
