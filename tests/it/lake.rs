//! Declared grants and filters: what is refused, what is compiled, and that what is compiled passes and nothing
//! else does.

use crate::support::{Failures, check, run};
use serde_json::Value;
use std::path::Path;

const HEAD: &str = r#"schema = 1

[baseline]
name        = "lake"
version     = "1.0.0"
owner       = "tests"
description = "Grants and filters."

[targets.prod]
account = "111122223333"
region  = "us-west-2"
"#;

/// A grant on each kind of object.
pub const GRANTS: &str = r#"
[[lake.grants.grant]]
principal   = "arn:aws:iam::${account}:role/analyst"
table       = "sales.orders"
columns     = ["order_id", "amount"]
permissions = ["SELECT"]
[[lake.grants.grant]]
principal         = "arn:aws:iam::${account}:role/keeper"
table             = "sales.orders"
columns           = ["order_id", "amount"]
permissions       = ["SELECT"]
grantable         = ["SELECT"]
grantable-columns = ["amount"]
[[lake.grants.grant]]
principal        = "arn:aws:iam::${account}:role/etl"
table            = "sales.customers"
excluded-columns = ["ssn"]
permissions      = ["SELECT"]
[[lake.grants.grant]]
principal   = "arn:aws:iam::${account}:role/etl"
table       = "sales.orders"
permissions = ["SELECT", "INSERT"]
grantable   = ["SELECT"]
[[lake.grants.grant]]
principal   = "arn:aws:iam::${account}:role/etl"
table       = "111122223333:s3tablescatalog/bucket:staging.*"
permissions = ["SELECT"]
[[lake.grants.grant]]
principal   = "arn:aws:iam::${account}:role/eu"
filter      = "sales.orders.eu-only"
permissions = ["SELECT"]
[[lake.grants.grant]]
principal   = "arn:aws:iam::${account}:role/etl"
location    = "s3://lake/sales/"
permissions = ["DATA_LOCATION_ACCESS"]
[[lake.grants.grant]]
principal   = "arn:aws:iam::${account}:role/etl"
tag-policy  = "TABLE sensitivity=public,internal & team=sales"
permissions = ["SELECT"]
[[lake.grants.grant]]
principal   = "arn:aws:iam::${account}:role/etl"
tag-policy  = "DATABASE expression everything"
permissions = ["DESCRIBE"]
[[lake.grants.grant]]
principal   = "arn:aws:iam::${account}:role/steward"
tag         = "sensitivity=public"
permissions = ["ASSOCIATE"]
[[lake.grants.grant]]
principal   = "arn:aws:iam::${account}:role/steward"
tag         = "team"
permissions = ["ALTER"]
[[lake.grants.grant]]
principal   = "arn:aws:iam::${account}:role/dba"
database    = "sales"
permissions = ["CREATE_TABLE"]
[[lake.grants.grant]]
principal   = "arn:aws:iam::${account}:role/dba"
catalog     = "${account}"
permissions = ["CREATE_DATABASE"]
[[lake.grants.grant]]
principal   = "${account}:IAMPrincipals"
database    = "sales"
permissions = ["DESCRIBE"]
condition   = 'context.iam.principalTags.getTag("team") == "sales"'
[[lake.grants.grant]]
principal   = "arn:aws:glue:us-west-2:${account}:userDefinedFunction/sales/mask"
table       = "*"
permissions = ["SELECT"]
[[lake.grants.grant]]
principal   = "arn:aws:iam::${account}:role/etl"
function    = "sales.mask"
permissions = ["EXECUTE"]

[[lake.data-filters.filter]]
name  = "eu-only"
table = "sales.orders"
rows  = "country IN ('DE','FR')"
excluded-columns = ["card_number"]
[[lake.data-filters.filter]]
name    = "names"
table   = "sales.customers"
columns = ["customer_id", "name"]
"#;

fn write(folder: &Path, name: &str, text: &str) -> String {
    let file = folder.join(name);
    std::fs::write(&file, text).unwrap();
    file.to_str().unwrap().to_owned()
}

/// The requests of a baseline, by file name.
fn compiled(folder: &Path, body: &str) -> (String, Vec<(String, Value)>) {
    let baseline = write(folder, "baseline.toml", &format!("{HEAD}{body}"));
    let out = folder.join("out");
    let ran = run(&["compile", &baseline, "--out", out.to_str().unwrap()]);
    assert_eq!(ran.exit as u8, 0, "{}", ran.err);
    let requests = crate::support::entries(&out.join("prod/lake-formation"));
    let requests = requests.into_iter().map(|file| {
        let text = std::fs::read_to_string(&file).unwrap();
        (
            file.to_str().unwrap().to_owned(),
            serde_json::from_str(&text).unwrap(),
        )
    });
    (baseline, requests.collect())
}

#[test]
fn what_is_compiled_passes_its_own_check() {
    let folder = tempfile::tempdir().unwrap();
    let (baseline, requests) = compiled(folder.path(), GRANTS);
    assert_eq!(requests.len(), 3);
    for (file, _) in &requests {
        let (report, exit) = check(&[&baseline, file]);
        let troubles: Vec<&Value> = report["evaluations"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| one["verdict"] != "compliant" && one["verdict"] != "not-applicable")
            .collect();
        assert_eq!(exit as u8, 0, "{file}: {troubles:#?}");
    }
}

#[test]
fn no_leaf_of_a_request_can_change_and_stay_compliant() {
    let folder = tempfile::tempdir().unwrap();
    let (baseline, requests) = compiled(folder.path(), GRANTS);
    let mut failures = Failures::default();
    for (_, request) in &requests {
        for pointer in leaves(request, "") {
            let means_nothing = pointer.ends_with("/Id") && !pointer.contains("/Catalog/");
            if means_nothing || pointer == "/CatalogId" {
                continue; // The id of an entry; a catalog that every entry gives for itself.
            }
            let mut mutants = vec![
                ("changed", Some(Value::from("other"))),
                ("mistyped", Some(Value::from(vec![3]))),
            ];
            let in_list = pointer.rsplit('/').next().unwrap().parse::<usize>().is_ok();
            // Fewer columns or permissions are no more than is declared, and no catalog is the account's own. Of a
            // wildcard without what it leaves out, nothing is left.
            if !in_list && !pointer.ends_with("CatalogId") && !pointer.ends_with("/Catalog/Id") {
                mutants.push(("removed", None));
            }
            for (how, value) in mutants {
                let mut mutant = request.clone();
                change(&mut mutant, &pointer, value);
                let file = write(folder.path(), "mutant.json", &mutant.to_string());
                let (report, _) = check(&[&baseline, &file]);
                let one = pointer.split('/').take(3).collect::<Vec<_>>().join("/");
                let compliant =
                    report["evaluations"]
                        .as_array()
                        .unwrap()
                        .iter()
                        .any(|evaluation| {
                            let id = evaluation["resource"]["id"].as_str().unwrap();
                            let control = evaluation["control"].as_str().unwrap();
                            let own =
                                id.ends_with(&format!("#{one}")) || control == "lake.data-filters";
                            own && control != "lake.wide-grants"
                                && evaluation["verdict"] == "compliant"
                        });
                if compliant {
                    failures.add(format!("{pointer} {how}"), "is compliant");
                }
            }
        }
    }
    failures.check();
}

/// What is compiled besides grants and filters, each with the control that must notice a change of it.
const LAKE: &str = r#"
[[lake.locations.location]]
path   = "s3://lake/sales/"
role   = "arn:aws:iam::${account}:role/lake-registration"
hybrid = true
[lake.registration-role]
roles = ["arn:aws:iam::${account}:role/lake-registration"]
[lake.hybrid-access]
paths = ["s3://lake/sales/"]
[[lake.tags.tag]]
key    = "Sensitivity"
values = ["Public", "restricted"]
[[lake.tags.assignment]]
resource = "sales.orders.card_number"
tags     = { sensitivity = "restricted" }
[[lake.tags.assignment]]
resource = "sales"
tags     = { sensitivity = "public" }
[[lake.grants.grant]]
principal   = "arn:aws:iam::${account}:role/analyst"
table       = "sales.orders"
columns     = ["order_id"]
permissions = ["SELECT"]
[lake.audit-context]
[lake.bypass]
"#;

#[test]
fn locations_tags_and_opt_ins_pass_their_own_check_and_no_change_of_them_does() {
    let folder = tempfile::tempdir().unwrap();
    let (baseline, requests) = compiled(folder.path(), LAKE);
    let names: Vec<&str> = requests
        .iter()
        .map(|(file, _)| file.rsplit('/').next().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "add-lf-tags-to-resource-sales.json",
            "add-lf-tags-to-resource-sales.orders.card_number.json",
            "batch-grant-permissions-001.json",
            "create-lake-formation-opt-in-001.json",
            "create-lf-tag-sensitivity.json",
            "register-resource-lake.sales.json",
            "settings.json",
        ]
    );
    let mut failures = Failures::default();
    for (file, request) in &requests {
        let (report, exit) = check(&[&baseline, file]);
        assert_eq!(exit as u8, 0, "{file}: {report:#}");
        let verdicts = |report: &Value| -> Vec<(String, bool)> {
            let all = report["evaluations"].as_array().unwrap().iter();
            all.map(|one| {
                let control = one["control"].as_str().unwrap().to_owned();
                (control, one["verdict"] == "compliant")
            })
            .collect()
        };
        let before = verdicts(&report);
        assert!(before.iter().any(|(_, held)| *held), "{file}");
        if file.contains("batch-grant") {
            continue;
        }
        for pointer in leaves(request, "") {
            // The catalog of another account is another's; the own one may be left out.
            if pointer.contains("CatalogId") {
                continue;
            }
            for (how, value) in [
                ("changed", Value::from("other")),
                ("mistyped", Value::from(vec![3])),
            ] {
                let mut mutant = request.clone();
                change(&mut mutant, &pointer, Some(value));
                let file = write(folder.path(), "mutant.json", &mutant.to_string());
                let (report, _) = check(&[&baseline, &file]);
                let after = verdicts(&report);
                let noticed = before
                    .iter()
                    .any(|one| one.1 && !after.contains(one) || after.is_empty());
                if !noticed {
                    failures.add(format!("{file} {pointer} {how}"), "nobody notices");
                }
            }
        }
    }
    failures.check();
}

fn leaves(value: &Value, pointer: &str) -> Vec<String> {
    match value {
        Value::Object(map) if !map.is_empty() => map
            .iter()
            .flat_map(|(key, value)| leaves(value, &format!("{pointer}/{key}")))
            .collect(),
        Value::Array(list) => list
            .iter()
            .enumerate()
            .flat_map(|(at, value)| leaves(value, &format!("{pointer}/{at}")))
            .collect(),
        _ => vec![pointer.to_owned()],
    }
}

fn change(root: &mut Value, pointer: &str, value: Option<Value>) {
    if let Some(value) = value {
        *root.pointer_mut(pointer).unwrap() = value;
        return;
    }
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    root.pointer_mut(parent)
        .unwrap()
        .as_object_mut()
        .unwrap()
        .remove(key);
}

#[test]
fn twenty_entries_make_a_call() {
    let grants: String = (0..21)
        .map(|at| format!("[[lake.grants.grant]]\nprincipal = \"arn:aws:iam::${{account}}:role/r{at}\"\ntable = \"sales.orders\"\npermissions = [\"SELECT\"]\n"))
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let (_, requests) = compiled(folder.path(), &grants);
    let sizes: Vec<usize> = requests
        .iter()
        .map(|(_, request)| request["Entries"].as_array().unwrap().len())
        .collect();
    assert_eq!(sizes, [20, 1]);
}

/// A grant of the role `r` with these lines.
fn grant(lines: &str) -> String {
    format!("[[lake.grants.grant]]\nprincipal = \"arn:aws:iam::${{account}}:role/r\"\n{lines}\n")
}

fn filter(lines: &str) -> String {
    format!("[[lake.data-filters.filter]]\nname = \"f\"\ntable = \"sales.orders\"\n{lines}\n")
}

/// Lines of a grant, and what is said of them.
const REFUSED_GRANTS: [(&str, &str); 17] = [
    (
        "table = 'sales.orders'\npermissions = ['SELECT']\ngrantable = ['SELECT']\ngrantable-columns = ['a']",
        "some of `columns`",
    ),
    (
        "table = 'sales.orders'\ncolumns = ['a', 'b']\npermissions = ['SELECT']\ngrantable-columns = ['a']",
        "on which `grantable` holds",
    ),
    (
        "table = 'sales.orders'\ncolumns = ['a', 'b']\npermissions = ['SELECT']\ngrantable = ['SELECT']\ngrantable-columns = ['C']",
        "`c` is among `grantable-columns`",
    ),
    (
        "database = 'sales'\npermissions = ['SELECT']",
        "a database takes no `SELECT`",
    ),
    (
        "table = 'sales.orders'\ncolumns = ['a']\npermissions = ['SELECT', 'INSERT']",
        "a list of columns takes no `INSERT`",
    ),
    (
        "table = 'sales.orders'\nexcluded-columns = ['a']\npermissions = ['SELECT']\ngrantable = ['SELECT']",
        "without the grant option only",
    ),
    (
        "table = 'sales.orders'\npermissions = ['SELECT']\ngrantable = ['SELECT']\ncondition = 'true'",
        "a grant with a condition takes no grant option",
    ),
    (
        "table = 'sales.orders'\npermissions = ['SELECT']\ngrantable = ['INSERT']",
        "`INSERT` is grantable and not among the permissions",
    ),
    (
        "table = 'sales.orders'\ncolumns = ['a']\nexcluded-columns = ['b']\npermissions = ['SELECT']",
        "exclude each other",
    ),
    (
        "table = 'sales.orders'\ndatabase = 'sales'\npermissions = ['SELECT']",
        "this one gives `database` and `table`",
    ),
    ("permissions = ['SELECT']", "does not say what it is on"),
    (
        "table = 'orders'\npermissions = ['SELECT']",
        "`orders` is not the name of a table",
    ),
    (
        "table = 'sales.*'\ncolumns = ['a']\npermissions = ['SELECT']",
        "have no columns in common",
    ),
    (
        "table = '*'\npermissions = ['SELECT']",
        "to a function only",
    ),
    (
        "table = 'sales.orders'\npermissions = ['ALL']\n[lake.wide-grants]",
        "`ALL` is denied",
    ),
    (
        "table = 'sales.*'\npermissions = ['SELECT']\n[lake.wide-grants]",
        "those to come included",
    ),
    (
        "table = 'sales.orders'\npermissions = ['SELECT']\ngrantable = ['SELECT']\n[lake.wide-grants]",
        "may grant on",
    ),
];

/// Lines of a filter, and what is said of them.
const REFUSED_FILTERS: [(&str, &str); 7] = [
    (
        "rows = \"country == 'DE'\"",
        "character 9: `==` is not an operator",
    ),
    (
        "rows = \"upper(c) = 'X' OR d = \"",
        "character 1: `upper` is a function",
    ),
    (
        "rows = \"upper(c) = 'X' OR d = \"",
        "character 23: a constant is missing",
    ),
    ("rows = \"c IS NULL OR c IS NOT NULL\"", "passes every row"),
    ("rows = 'true'", "passes every row"),
    ("", "limits neither rows nor columns"),
    (
        "columns = ['a']\nexcluded-columns = ['b']",
        "exclude each other",
    ),
];

#[test]
fn what_the_service_refuses_is_refused() {
    let both = grant("table = 'sales.orders'\ncolumns = ['a']\npermissions = ['SELECT']")
        + &grant("table = 'sales.orders'\npermissions = ['INSERT']");
    let nobody = "[[lake.grants.grant]]\nprincipal = 'analyst'\ntable = 'sales.orders'\npermissions = ['SELECT']";
    let many = "[[lake.data-filters.filter]]\nname = 'f'\ntable = 'sales.*'\nrows = 'a = 1'";
    let whole = [
        (both, "and columns of it"),
        (nobody.to_owned(), "`analyst` is no principal"),
        (many.to_owned(), "a filter is on one table"),
    ];
    let grants = REFUSED_GRANTS.map(|(lines, message)| (grant(lines), message));
    let filters = REFUSED_FILTERS.map(|(lines, message)| (filter(lines), message));
    let folder = tempfile::tempdir().unwrap();
    let mut failures = Failures::default();
    for (body, message) in whole.into_iter().chain(grants).chain(filters) {
        let baseline = write(folder.path(), "baseline.toml", &format!("{HEAD}\n{body}"));
        let ran = run(&["validate", &baseline]);
        if ran.exit as u8 != 2 || !unbroken(&ran.err).contains(message) {
            failures.add(message, format!("{}\n{body}", ran.err));
        }
    }
    failures.check();
}

#[test]
fn what_is_one_to_aws_is_not_declared_twice() {
    let folder = tempfile::tempdir().unwrap();
    let tag = |key: &str, value: &str| {
        format!("[[lake.tags.tag]]\nkey = '{key}'\nvalues = ['{value}']\n")
    };
    let bearer = |resource: &str, value: &str| {
        format!("[[lake.tags.assignment]]\nresource = '{resource}'\ntags = {{ env = '{value}' }}\n")
    };
    let location = |path: &str| {
        let role = "arn:aws:iam::${account}:role/lake";
        format!("[[lake.locations.location]]\npath = '{path}'\nrole = '{role}'\n")
    };
    let of_filter = |table: &str| {
        format!("[[lake.data-filters.filter]]\nname = 'f'\ntable = '{table}'\nrows = 'a = 1'\n")
    };
    for (one, other, message) in [
        (
            tag("Env", "dev"),
            tag("env", "prod"),
            "`key Env` and `key env` are one to AWS",
        ),
        (
            bearer("Sales", "dev"),
            bearer("sales", "prod"),
            "are one to AWS",
        ),
        (
            location("s3://lake/sales"),
            location("s3://lake/sales/"),
            "are one to AWS",
        ),
        (
            of_filter("sales.Orders"),
            of_filter("sales.orders"),
            "are one to AWS",
        ),
    ] {
        let both = format!("{one}{other}");
        let whole = write(folder.path(), "baseline.toml", &format!("{HEAD}\n{both}"));
        write(folder.path(), "base.toml", &format!("{HEAD}\n{one}"));
        let head = HEAD.replace(
            "[targets.prod]",
            "extends = [\"base.toml\"]\n[targets.test]",
        );
        let child = write(folder.path(), "child.toml", &format!("{head}\n{other}"));
        for file in [whole, child] {
            let ran = run(&["validate", &file]);
            assert_eq!(ran.exit as u8, 2, "{both}: {}", ran.err);
            assert!(unbroken(&ran.err).contains(message), "{}", ran.err);
        }
    }
}

#[test]
fn what_only_deserves_a_warning_is_valid() {
    let folder = tempfile::tempdir().unwrap();
    let describe = grant("table = \"sales.orders\"\ncolumns = [\"a\"]\npermissions = [\"SELECT\"]")
        + &grant("table = \"sales.orders\"\npermissions = [\"DESCRIBE\"]");
    for (body, message) in [
        (describe, "and columns of it"),
        (filter("rows = \"day > '2026-01-31'\""), "looks like a date"),
        (filter("rows = \"NOT (a = 1)\""), "`NOT` may stand"),
    ] {
        let baseline = write(folder.path(), "baseline.toml", &format!("{HEAD}\n{body}"));
        let ran = run(&["validate", &baseline]);
        assert_eq!(ran.exit as u8, 0, "{}", ran.err);
        assert!(unbroken(&ran.err).contains(message), "{}", ran.err);
    }
}

#[test]
fn what_is_wrong_for_every_target_is_said_once() {
    let folder = tempfile::tempdir().unwrap();
    let another = "[targets.other]\naccount = \"444455556666\"\nregion = \"eu-west-1\"\n";
    let text = format!("{HEAD}\n{another}\n{}", filter("rows = \"NOT (a = 1)\""));
    let baseline = write(folder.path(), "baseline.toml", &text);
    let estate = write(
        folder.path(),
        "estate.jsonl",
        r#"{"record":"estate","schema":"emr-baseline/snapshot/v1"}"#,
    );
    let out = folder.path().join("out");
    for words in [
        vec!["validate", &baseline],
        vec!["compile", &baseline, "--out", out.to_str().unwrap()],
        vec!["audit", &baseline, "--snapshot", &estate, "--allow-empty"],
    ] {
        let ran = run(&words);
        assert_eq!(ran.exit as u8, 0, "{words:?}: {}", ran.err);
        let said = unbroken(&ran.err);
        assert_eq!(
            said.matches("`NOT` may stand").count(),
            1,
            "{words:?}: {said}"
        );
    }
}

/// The same lines differ before a target is bound and in each.
#[test]
fn what_a_baseline_says_twice_and_differently_is_told_once() {
    let folder = tempfile::tempdir().unwrap();
    let lines = |column: &str| {
        grant(&format!(
            "table = 'sales.orders'\ncolumns = ['{column}']\npermissions = ['SELECT']"
        ))
    };
    let text = format!("{HEAD}\n{}{}", lines("a"), lines("b"));
    let ran = run(&["validate", &write(folder.path(), "baseline.toml", &text)]);
    assert!(ran.err.contains("has 1 mistake\n"), "{}", ran.err);
}

/// What was printed, with messages that were broken over lines put together.
fn unbroken(text: &str) -> String {
    let words: Vec<&str> = text
        .split_whitespace()
        .filter(|word| *word != "│")
        .collect();
    words.join(" ")
}

#[test]
fn other_layers_add_nothing_to_what_is_sealed() {
    let folder = tempfile::tempdir().unwrap();
    let sealed = "[lake.grants]\nsealed = [\"sales.*\"]\n".to_owned()
        + &grant("table = \"sales.orders\"\npermissions = [\"SELECT\"]");
    write(folder.path(), "base.toml", &format!("{HEAD}\n{sealed}"));
    for (table, exit) in [("sales.refunds", 2), ("weather.stations", 0)] {
        let head = HEAD.replace(
            "[targets.prod]",
            "extends = [\"base.toml\"]\n[targets.test]",
        );
        let body = grant(&format!("table = \"{table}\"\npermissions = [\"SELECT\"]"));
        let child = write(folder.path(), "child.toml", &format!("{head}\n{body}"));
        let ran = run(&["validate", &child]);
        assert_eq!(ran.exit as u8, exit, "{table}: {}", ran.err);
        assert_eq!(ran.err.contains("sealed"), exit == 2, "{}", ran.err);
    }
}
