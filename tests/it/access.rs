//! Who may read what: the same from a baseline as from an estate that holds what is compiled from it.

use crate::support::{entries, root, run};
use serde_json::{Value, json};
use std::path::Path;

const ACCOUNT: &str = "111122223333";

/// What `observe` would save of an account in which everything was made that stands in a folder of compiled files.
fn estate_of(compiled: &Path, change: impl Fn(&str, &mut Value)) -> String {
    let mut facts: Vec<(&str, &str, Value)> = Vec::new();
    for file in entries(&compiled.join("lake-formation")) {
        let text = std::fs::read_to_string(&file).unwrap();
        let mut request: Value = serde_json::from_str(&text).unwrap();
        let name = file.file_name().unwrap().to_str().unwrap();
        change(name, &mut request);
        if name.starts_with("batch-grant-permissions") {
            for entry in request["Entries"].as_array().unwrap() {
                facts.push((
                    "lake-formation-grant",
                    "lakeformation:ListPermissions",
                    entry.clone(),
                ));
            }
        } else if name.starts_with("create-data-cells-filter") {
            let filter = request["TableData"].clone();
            facts.push((
                "lake-formation-filter",
                "lakeformation:ListDataCellsFilter",
                filter,
            ));
        } else if name.starts_with("add-lf-tags-to-resource") {
            facts.push((
                "lake-formation-tag",
                "lakeformation:GetResourceLFTags",
                request,
            ));
        } else if name == "settings.json" {
            facts.push((
                "lake-formation-settings",
                "lakeformation:GetDataLakeSettings",
                request,
            ));
        }
    }
    let document = std::fs::read_to_string(compiled.join("security-configuration.json")).unwrap();
    let document = json!({ "Name": "prod", "SecurityConfiguration": document });
    facts.push((
        "emr-security-configuration",
        "elasticmapreduce:DescribeSecurityConfiguration",
        document,
    ));
    let mut lines = vec![
        json!({ "record": "estate", "schema": "emr-baseline/snapshot/v1", "observed_at": "2026-11-22T02:00:00Z" }),
        json!({ "record": "region", "account": ACCOUNT, "region": "us-west-2" }),
    ];
    for (at, (kind, call, answer)) in facts.into_iter().enumerate() {
        let calls = json!({ call: { "answer": answer } });
        lines.push(
            json!({ "record": "fact", "kind": kind, "id": format!("{kind}-{at}"), "calls": calls }),
        );
    }
    lines.push(json!({ "record": "end-of-region", "complete": true,
        "listed": ["lake-formation-grant", "lake-formation-filter", "lake-formation-tag"] }));
    let lines: Vec<String> = lines.iter().map(Value::to_string).collect();
    lines.join("\n")
}

/// The differences between a shipped example and what was made of it.
fn compared(example: &str, change: impl Fn(&str, &mut Value)) -> (Value, u8) {
    let folder = root().join("golden/compile").join(example);
    let compiled = entries(&folder)
        .into_iter()
        .find(|path| path.is_dir())
        .unwrap();
    let saved = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(saved.path(), estate_of(&compiled, change)).unwrap();
    let baseline = folder.join("baseline.toml");
    let ran = run(&[
        "access",
        "diff",
        baseline.to_str().unwrap(),
        saved.path().to_str().unwrap(),
        "--format",
        "json",
        "--deny-gains",
    ]);
    let document: Value = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}", ran.err));
    (document["regions"][0].clone(), ran.exit as u8)
}

#[test]
fn what_is_compiled_lets_read_what_the_baseline_says() {
    let mut grants = 0;
    for example in entries(&root().join("golden/compile")) {
        let compiled = entries(&example).into_iter().find(|path| path.is_dir());
        let lake = compiled.unwrap().join("lake-formation");
        if !lake.is_dir()
            || !entries(&lake)
                .iter()
                .any(|file| file.to_string_lossy().contains("batch-grant"))
        {
            continue;
        }
        grants += 1;
        let name = example.file_name().unwrap().to_str().unwrap().to_owned();
        let (region, exit) = compared(&name, |_, _| {});
        assert_eq!(region["principals"], json!([]), "{name}");
        assert_eq!(region["unknown_now"], json!([]), "{name}");
        assert_eq!(exit, 0, "{name}");
    }
    assert!(grants >= 3, "only {grants} examples compile grants");
}

#[test]
fn a_filter_that_was_widened_behind_the_baseline_is_a_gain() {
    let (region, exit) = compared("lake-formation", |file, request| {
        if file.starts_with("create-data-cells-filter") {
            request["TableData"]["RowFilter"] = json!({ "AllRowsWildcard": {} });
        }
    });
    let principals = region["principals"].as_array().unwrap();
    assert_eq!(principals.len(), 1, "{region}");
    assert_eq!(principals[0]["reads"][0]["gained"][0]["rows"], "all");
    assert_eq!(exit, 1);
}

#[test]
fn what_cannot_be_understood_is_said_and_may_be_a_gain() {
    let (region, exit) = compared("lake-formation", |file, request| {
        if file.starts_with("batch-grant-permissions") {
            let entries = request["Entries"].as_array_mut().unwrap();
            entries.push(json!({ "Id": "x", "Principal": { "DataLakePrincipalIdentifier": "arn:aws:iam::111122223333:role/x" },
                "Resource": { "Galaxy": {} }, "Permissions": ["SELECT"] }));
        }
    });
    assert_eq!(region["principals"], json!([]));
    assert_eq!(
        region["unknown_now"].as_array().unwrap().len(),
        1,
        "{region}"
    );
    assert_eq!(exit, 3);
}

#[test]
fn a_permission_that_is_not_known_may_be_a_gain() {
    for permissions in [json!(["TELEPORT"]), json!(["SELECT", "SUPER"])] {
        let (region, exit) = compared("lake-formation", |file, request| {
            if file.starts_with("batch-grant-permissions") {
                let entries = request["Entries"].as_array_mut().unwrap();
                let mut more = entries[0].clone();
                more["Id"] = json!("x");
                more["Permissions"] = permissions.clone();
                more["Resource"] = json!({ "Database": { "CatalogId": ACCOUNT, "Name": "sales" } });
                entries.push(more);
            }
        });
        let unknown = region["unknown_now"].as_array().unwrap();
        assert_eq!(unknown.len(), 1, "{region}");
        let said = unknown[0].to_string();
        assert!(said.contains("is not known"), "{said}");
        assert_eq!(exit, 3, "{region}");
    }
}

#[test]
fn a_baseline_of_several_targets_that_is_bound_to_none_says_so() {
    let text = std::fs::read_to_string(root().join("examples/access/lake.toml")).unwrap();
    let text = text + "\n[targets.other]\naccount = \"444455556666\"\nregion = \"eu-west-1\"\n";
    let file = tempfile::Builder::new().suffix(".toml").tempfile().unwrap();
    std::fs::write(file.path(), text).unwrap();
    let path = file.path().to_str().unwrap();
    let ran = run(&["access", path]);
    assert!(ran.err.contains("is shown bound to none"), "{}", ran.err);
    assert!(ran.err.contains("`other`"), "{}", ran.err);
    let ran = run(&["access", path, "--target", "other"]);
    assert!(ran.err.is_empty(), "{}", ran.err);
}

/// A table of which AWS says that it bears nothing is not one of those that a grant by tags is for, where it is asked about.
#[test]
fn a_table_that_bears_no_tags_is_not_reached_by_them() {
    use crate::change::{ACCOUNT, TAG, TAGGED, fact, grant, snapshot};
    let tag = |value: &str| json!([{ "TagKey": "env", "TagValues": [value] }]);
    let policy = json!({ "LFTagPolicy": {
        "CatalogId": ACCOUNT, "ResourceType": "TABLE",
        "Expression": [{ "TagKey": "env", "TagValues": ["prod"] }],
    } });
    let every =
        json!({ "Table": { "CatalogId": ACCOUNT, "DatabaseName": "sales", "TableWildcard": {} } });
    let tagged = |name: &str, on_table: Value| {
        let none = json!([]);
        let answer = json!({ "named": name, "LFTagOnDatabase": none, "LFTagsOnTable": on_table });
        fact(TAGGED, answer)
    };
    let facts = [
        fact(
            TAG,
            json!({ "TagKey": "env", "TagValues": ["prod", "dev"] }),
        ),
        grant("q", &policy, &["SELECT"], &[]),
        grant("all", &every, &["SELECT"], &[]),
        tagged("sales", json!([])),
        tagged("sales.orders", json!([])),
        tagged("sales.dev", tag("dev")),
        tagged("sales.prod", tag("prod")),
        tagged("sales.odd", json!("?")),
    ];
    let folder = tempfile::tempdir().unwrap();
    let estate = folder.path().join("estate.jsonl");
    std::fs::write(&estate, snapshot(&facts)).unwrap();
    let reads = |table: &str| {
        let ran = run(&["access", estate.to_str().unwrap(), "--table", table]);
        ran.out.contains("role/q")
    };
    assert!(!reads("sales.orders") && !reads("sales.dev"));
    let all = run(&["access", estate.to_str().unwrap()]);
    assert!(!all.out.contains("sales.orders"), "{}", all.out);
    assert!(reads("sales.prod") && reads("sales.odd") && reads("sales.unseen"));
}

#[test]
fn where_nothing_was_observed_nobody_is_said_to_read_nothing() {
    let head = r#"{"record":"estate","schema":"emr-baseline/snapshot/v1","observed_at":"2026-11-22T02:00:00Z"}"#;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), head).unwrap();
    let path = file.path().to_str().unwrap();
    let estate = root().join("examples/access/estate.jsonl");
    let estate = estate.to_str().unwrap();
    for arguments in [
        vec!["access", path],
        vec!["access", "diff", path, estate],
        vec!["access", "diff", estate, path, "--deny-gains"],
    ] {
        let ran = run(&arguments);
        assert_eq!(ran.exit as u8, 2, "{arguments:?}: {}{}", ran.out, ran.err);
        assert!(ran.out.is_empty(), "{}", ran.out);
        assert!(ran.err.contains("nothing was observed"), "{}", ran.err);
    }
}

#[test]
fn a_page_shows_readers_by_tables_and_takes_names_for_text() {
    let file = root().join("examples/access/lake.toml");
    let shown = run(&["access", file.to_str().unwrap(), "--format", "html"]);
    assert!(
        shown.out.contains("<caption>Database sales</caption>"),
        "{}",
        shown.out
    );
    let row = |name: &str, page: &str| {
        let mut rows = page
            .lines()
            .filter(|line| line.starts_with("<tr><th scope=\"row\">"));
        rows.find(|line| line.contains(name)).unwrap().to_owned()
    };
    let analyst = row("analyst-runtime", &shown.out);
    assert!(
        analyst.contains("<td class=\"some\"><details><summary>some columns</summary>"),
        "{analyst}"
    );
    assert!(
        analyst.contains("columns amount, country; all rows<br><code>"),
        "{analyst}"
    );

    let saved = std::fs::read_to_string(root().join("examples/access/estate.jsonl")).unwrap();
    let saved = saved.replace("role/analyst-runtime", "role/<script>alert(1)</script>");
    let hostile = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(hostile.path(), saved).unwrap();
    let page = run(&[
        "access",
        hostile.path().to_str().unwrap(),
        "--format",
        "html",
    ])
    .out;
    assert!(
        !page.contains("<script") && page.contains("role/&lt;script&gt;"),
        "{page}"
    );
    // A reader on another page sees one document, too.
    let files = [
        crate::witness::exhibit("access.html", &shown.out),
        crate::witness::exhibit("access-hostile.html", &page),
    ];
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let testimony = crate::witness::call("page.py", &files);
    assert!(testimony.passed, "{}", testimony.said);
    let diff = run(&[
        "access",
        "diff",
        file.to_str().unwrap(),
        file.to_str().unwrap(),
        "--format",
        "html",
    ]);
    assert_eq!(diff.exit as u8, 2, "{}", diff.out);
}
