//! Members of grants and filters that this version does not know: they may widen or narrow, so that nothing is sure of what
//! bears one, in an audit, in an import and in who may read what.

use super::*;
use std::collections::BTreeMap;

const BODY: &str = r#"
[[lake.grants.grant]]
principal   = "arn:aws:iam::${account}:role/analyst"
table       = "sales.orders"
columns     = ["id"]
permissions = ["SELECT"]
[[lake.grants.grant]]
principal   = "arn:aws:iam::${account}:role/eu"
filter      = "sales.orders.eu"
permissions = ["SELECT"]
[[lake.data-filters.filter]]
name  = "eu"
table = "sales.orders"
rows  = "country = 'DE'"
"#;

/// What [`BODY`] declares, with one member more in what a grant is on, and in a filter.
fn facts(on: Option<&str>, of_filter: Option<&str>) -> Vec<Fact> {
    let mut columns = columns("orders", &["id"]);
    if let Some(member) = on {
        columns["TableWithColumns"][member] = json!({ "Depth": 2 });
    }
    let mut filter = json!({
        "TableCatalogId": ACCOUNT, "DatabaseName": "sales", "TableName": "orders", "Name": "eu",
        "RowFilter": { "FilterExpression": "country = 'DE'" }, "ColumnWildcard": {},
    });
    if let Some(member) = of_filter {
        filter["RowFilter"][member] = json!(["id"]);
    }
    let of_filter = json!({ "DataCellsFilter": {
        "TableCatalogId": ACCOUNT, "DatabaseName": "sales", "TableName": "orders", "Name": "eu"
    } });
    vec![
        grant("analyst", &columns, &["SELECT"], &[]),
        grant("eu", &of_filter, &["SELECT"], &[]),
        fact(FILTER, filter),
    ]
}

/// Runs a command over an estate.
fn over(command: &str, facts: &[Fact]) -> crate::support::Ran {
    let folder = tempfile::tempdir().unwrap();
    let estate = folder.path().join("estate.jsonl");
    std::fs::write(&estate, snapshot(facts)).unwrap();
    run(&[command, estate.to_str().unwrap()])
}

#[test]
fn an_audit_is_not_sure_of_a_grant_or_filter_with_a_member_that_is_not_known() {
    let verdicts = |facts: &[Fact]| {
        let report = audited(&baseline(BODY), &snapshot(facts));
        let mut found = BTreeMap::new();
        for one in report["evaluations"].as_array().unwrap() {
            let id = one["resource"]["id"].as_str().unwrap();
            let key = format!("{} {id}", one["control"].as_str().unwrap());
            found.insert(key, one["verdict"].as_str().unwrap().to_owned());
        }
        [
            found["lake.grants lake-formation-grant-0"].clone(),
            found["lake.grants lake-formation-grant-1"].clone(),
            found["lake.data-filters lake-formation-filter-2"].clone(),
        ]
    };
    let (yes, open) = ("compliant", "indeterminate");
    assert_eq!(verdicts(&facts(None, None)), [yes, yes, yes]);
    assert_eq!(verdicts(&facts(Some("Nested"), None)), [open, yes, yes]);
    assert_eq!(verdicts(&facts(None, Some("Masked"))), [yes, yes, open]);
}

#[test]
fn an_import_names_what_bears_a_member_that_is_not_known() {
    let plain = over("import", &facts(None, None));
    assert!(
        plain.out.contains("id") && plain.out.contains("DE"),
        "{}",
        plain.out
    );
    assert!(!plain.err.contains("this version"), "{}", plain.err);
    let odd = over("import", &facts(Some("Nested"), Some("Masked")));
    for member in ["Nested", "Masked"] {
        let said = odd.err.lines().find(|line| line.contains(member));
        let said = said.unwrap_or_else(|| panic!("{member}: {}", odd.err));
        assert!(said.contains("not in the baseline"), "{said}");
    }
    let written = odd.out.lines().filter(|line| !line.starts_with('#'));
    let written: String = written.collect();
    assert!(
        !written.contains("analyst") && !written.contains("DE"),
        "{written}"
    );
}

#[test]
fn what_a_grant_or_filter_with_a_member_that_is_not_known_lets_read_is_possible_only() {
    let plain = over("access", &facts(None, None));
    assert!(
        plain.out.contains("columns id; all rows\n"),
        "{}",
        plain.out
    );
    let odd = over("access", &facts(Some("Nested"), Some("Masked")));
    assert!(odd.out.contains("columns id; all rows, if"), "{}", odd.out);
    assert!(
        !odd.out.contains("rows where country = 'DE'\n"),
        "{}",
        odd.out
    );
    for member in ["Nested", "Masked"] {
        assert!(odd.out.contains(&format!("`{member}`")), "{}", odd.out);
    }
}

/// That a filter cannot be judged is no reason to write it anew with every plan.
#[test]
fn a_plan_leaves_a_declared_filter_with_a_member_that_is_not_known_as_it_is() {
    let facts = facts(Some("Nested"), Some("Masked"));
    let (plan, _) = planned(&baseline(BODY), &snapshot(&facts), &["--prune"]);
    assert_eq!(
        changes(&plan),
        [
            "change unheard reported: `Masked` of filter `sales.orders.eu` (-)",
            "change unheard reported: `Nested` of a grant on columns `id` of `sales.orders` (-)",
        ]
    );
    assert_eq!(calls(&plan), Vec::<String>::new());
}

/// Under which condition somebody holds what goes tells what is lost with it; it is somebody's text, and is escaped.
#[test]
fn a_plan_shows_the_condition_of_what_goes_beyond_the_baseline() {
    let mut held = grant("intern", &table("orders"), &["DESCRIBE"], &[]);
    held.2["Condition"] = json!({ "Expression": "context.user == \"\u{1b}[2Jann\"" });
    let facts = [facts(None, None), vec![held]].concat();
    let (text, estate) = (baseline(BODY), snapshot(&facts));
    let (plan, _) = planned(&text, &estate, &["--prune"]);
    let change = &plan["changes"][0];
    assert_eq!(change["what"], "DESCRIBE on table `sales.orders`");
    assert_eq!(change["detail"], "when context.user == \"\u{1b}[2Jann\"");
    let folder = tempfile::tempdir().unwrap();
    let (file, saved) = (folder.path().join("b.toml"), folder.path().join("e.jsonl"));
    std::fs::write(&file, text).unwrap();
    std::fs::write(&saved, estate).unwrap();
    let (file, saved) = (file.to_str().unwrap(), saved.to_str().unwrap());
    let ran = run(&["plan", file, "--target", "prod", "--snapshot", saved]);
    assert!(ran.out.contains("when context.user =="), "{}", ran.out);
    assert!(!ran.out.contains('\u{1b}'), "{:?}", ran.out);
}

/// A member beside the principal may narrow or widen the grant as one within what it is on may.
#[test]
fn an_audit_is_not_sure_of_a_grant_that_bears_a_member_of_its_own_that_is_not_known() {
    let of = |member: &str, value: Value| {
        let mut facts = facts(None, None);
        facts[0].2[member] = value;
        let report = audited(&baseline(BODY), &snapshot(&facts));
        let all = report["evaluations"].as_array().unwrap().iter();
        let mut own = all.filter(|one| {
            one["control"] == "lake.grants" && one["resource"]["id"] == "lake-formation-grant-0"
        });
        let own = own.next().unwrap();
        (
            own["verdict"].as_str().unwrap().to_owned(),
            own["message"].as_str().unwrap().to_owned(),
        )
    };
    let (verdict, message) = of("Until", json!("noon"));
    assert_eq!(verdict, "indeterminate");
    assert!(message.contains("`Until` of the grant"), "{message}");
    // What AWS documents, and what says nothing, is no doubt.
    let share = json!({ "ResourceShare": ["arn:aws:ram:us-west-2:111122223333:resource-share/1"] });
    for (member, value) in [
        ("AdditionalDetails", share),
        ("LastUpdated", json!(1_761_996_000)),
        (
            "LastUpdatedBy",
            json!("arn:aws:iam::111122223333:role/jdoe"),
        ),
        ("Until", Value::Null),
    ] {
        assert_eq!(of(member, value).0, "compliant", "{member}");
    }
}
