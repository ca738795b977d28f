//! What is declared and is not there: an audit tells it as a plan does.

use super::{
    EXPRESSION, Fact, GRANT, LOCATION, TAG, TAGGED, audited, baseline, declared, fact, listing,
    planned, snapshot,
};
use crate::support::run;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The controls over things that a baseline lists one by one, and a plan makes.
const LISTS: [&str; 6] = [
    "lake.grants",
    "lake.data-filters",
    "lake.row-policies",
    "lake.locations",
    "lake.tags",
    "lake.tag-policies",
];

fn lines(required: &Value) -> BTreeSet<u64> {
    let each = required.as_array().unwrap().iter();
    each.map(|one| one["line"].as_u64().unwrap()).collect()
}

/// The findings of an audit over what is listed one by one: verdict, message, and the lines that require it.
fn findings(report: &Value) -> Vec<(&str, &str, BTreeSet<u64>)> {
    let all = report["evaluations"].as_array().unwrap().iter();
    let own = all.filter(|one| LISTS.contains(&one["control"].as_str().unwrap()));
    let own =
        own.filter(|one| one["verdict"] == "noncompliant" || one["verdict"] == "indeterminate");
    own.map(|one| {
        let text = |member: &str| one[member].as_str().unwrap();
        (text("verdict"), text("message"), lines(&one["required"]))
    })
    .collect()
}

/// What a change puts tags on.
fn bearer(change: &Value) -> Option<&str> {
    let (_, bearer) = change["what"].as_str()?.split_once("` on `")?;
    (change["kind"] == "tags").then(|| bearer.trim_end_matches('`'))
}

fn lies_below((one, other): (&str, &str)) -> bool {
    one.strip_prefix(other)
        .is_some_and(|rest| rest.starts_with('.'))
}

/// An audit says of everything that a plan would make that it is not there, by the lines that require it, and of nothing
/// else. Where a plan does not know, neither does the audit.
pub fn as_planned(plan: &Value, report: &Value) {
    let found = findings(report);
    let lists = ["grants", "filters", "locations", "tags"];
    let changes = plan["changes"].as_array().unwrap().iter();
    let made = changes
        .filter(|one| lists.contains(&one["kind"].as_str().unwrap()) && one["class"] == "missing");
    let mut wanted = BTreeSet::new();
    for one in made {
        let own = lines(&one["required"]);
        wanted.extend(own.iter().copied());
        // What is inherited now is there, and is made before what is above changes.
        let mut others = plan["changes"].as_array().unwrap().iter();
        if others.any(|other| bearer(one).zip(bearer(other)).is_some_and(lies_below)) {
            continue;
        }
        let mut told = found.iter();
        assert!(
            told.any(|(_, _, lines)| !lines.is_disjoint(&own)),
            "{one:#}: {found:#?}"
        );
    }
    for (verdict, message, lines) in &found {
        if message.ends_with(" is missing") && *verdict == "noncompliant" {
            assert!(!lines.is_disjoint(&wanted), "{message}: {plan:#}");
        }
    }
}

const ROLE: &str = "arn:aws:iam::111122223333:role/analyst";

fn held(columns: &[&str], permissions: &[&str]) -> Fact {
    let table = json!({ "DatabaseName": "sales", "Name": "orders", "ColumnNames": columns });
    let of = json!({
        "Principal": { "DataLakePrincipalIdentifier": ROLE },
        "Resource": { "TableWithColumns": table },
        "Permissions": permissions, "PermissionsWithGrantOption": [],
    });
    fact(GRANT, of)
}

fn asked() -> String {
    let rest = "table = \"sales.orders\"\ncolumns = [\"id\", \"amount\"]";
    baseline(&declared(&[("analyst", rest, &["SELECT"])]))
}

/// The only finding over what is listed.
fn only(report: &Value) -> (String, String) {
    let found = findings(report);
    let [(verdict, message, _)] = found.as_slice() else {
        panic!("{found:#?}")
    };
    ((*verdict).to_owned(), (*message).to_owned())
}

fn said(verdict: &str, message: &str) -> (String, String) {
    (verdict.to_owned(), message.to_owned())
}

#[test]
fn a_declared_grant_is_missing_but_for_what_of_it_is_held() {
    let whole = "SELECT on columns `amount,id` of `sales.orders` for `arn:aws:iam::111122223333:role/analyst` is missing";
    let report = audited(&asked(), &snapshot(&[]));
    assert_eq!(only(&report), said("noncompliant", whole));
    let part = whole.replace("amount,id", "amount");
    let report = audited(&asked(), &snapshot(&[held(&["id"], &["SELECT"])]));
    assert_eq!(only(&report), said("noncompliant", &part));
    // Two grants together are the declared one.
    let both = [held(&["id"], &["SELECT"]), held(&["amount"], &["SELECT"])];
    assert!(findings(&audited(&asked(), &snapshot(&both))).is_empty());
}

/// What several grants give together is held, in whichever form.
#[test]
fn all_columns_but_some_are_held_in_parts_too() {
    let rest = "table = \"sales.orders\"\nexcluded-columns = [\"card\"]";
    let text = baseline(&declared(&[("analyst", rest, &["SELECT"])]));
    let all_but = |names: &[&str]| {
        let wildcard = json!({ "ExcludedColumnNames": names });
        let table =
            json!({ "DatabaseName": "sales", "Name": "orders", "ColumnWildcard": wildcard });
        let of = json!({
            "Principal": { "DataLakePrincipalIdentifier": ROLE }, "Resource": { "TableWithColumns": table },
            "Permissions": ["SELECT"], "PermissionsWithGrantOption": [],
        });
        fact(GRANT, of)
    };
    for (facts, is_held) in [
        (vec![all_but(&["card"])], true),
        (vec![all_but(&[])], true),
        (vec![all_but(&["amount", "card"])], false),
        (vec![held(&["amount"], &["SELECT"])], false),
        (
            vec![all_but(&["amount", "card"]), held(&["amount"], &["SELECT"])],
            true,
        ),
        (
            vec![all_but(&["amount", "card"]), all_but(&["id", "card"])],
            true,
        ),
        (
            vec![all_but(&["amount", "id"]), held(&["amount"], &["SELECT"])],
            false,
        ),
    ] {
        let report = audited(&text, &snapshot(&facts));
        let found = findings(&report);
        let missing = found
            .iter()
            .any(|(_, message, _)| message.ends_with("is missing"));
        assert_eq!(missing, !is_held, "{facts:?}: {found:?}");
    }
}

#[test]
fn what_was_not_listed_or_not_understood_is_not_said_to_be_missing() {
    let unlisted = audited(&asked(), &listing(&[], &["lake-formation-filter"]));
    let message =
        "whether 1 of the declared grants are there is unknown: not everything was listed";
    assert_eq!(only(&unlisted), said("indeterminate", message));
    // What is held is held, whatever else was not listed.
    let held = held(&["id", "amount"], &["SELECT"]);
    assert!(findings(&audited(&asked(), &listing(&[held], &[]))).is_empty());

    let mut odd = json!({
        "Principal": { "DataLakePrincipalIdentifier": ROLE },
        "Resource": { "Novelty": {} }, "Permissions": ["SELECT"], "PermissionsWithGrantOption": [],
    });
    let of_odd = |odd: &Value| {
        let report = audited(&asked(), &snapshot(&[fact(GRANT, odd.clone())]));
        let found = findings(&report).into_iter();
        let found = found.filter(|(_, message, _)| message.contains("`amount,id`"));
        found
            .map(|(verdict, _, _)| verdict.to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(of_odd(&odd), ["indeterminate"]);
    odd["Principal"]["DataLakePrincipalIdentifier"] = json!("arn:aws:iam::111122223333:role/other");
    assert_eq!(of_odd(&odd), ["noncompliant"]);

    let whole = snapshot(&[]);
    let (start, end) = whole.rsplit_once('\n').unwrap();
    let report = audited(&asked(), &format!("{start}\n{{ broken\n{end}"));
    assert_eq!(only(&report).0, "indeterminate", "{report:#}");
}

#[test]
fn a_waiver_holds_for_what_is_missing() {
    let waiver = r#"
[[waivers]]
control = "lake.grants"
resource = { id = "principal arn:aws:iam::111122223333:role/analyst, table sales.orders*" }
owner = "lake"
reason = "granted when the table is there"
expires = 2027-01-01
"#;
    let report = audited(&format!("{}{waiver}", asked()), &snapshot(&[]));
    assert!(findings(&report).is_empty(), "{report:#}");
    let all = report["evaluations"].as_array().unwrap().iter();
    assert_eq!(
        all.filter(|one| one["verdict"] == "waived").count(),
        1,
        "{report:#}"
    );
}

#[test]
fn what_is_declared_for_one_region_is_not_missing_in_another() {
    let elsewhere = snapshot(&[]).replace("us-west-2", "eu-west-1");
    assert!(findings(&audited(&asked(), &elsewhere)).is_empty());
    // Nor is it where nothing is bound, and the parameters stand for nothing.
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let unbound = asked()
        .replace("[targets.prod]", "[targets.other]")
        .replace("us-west-2", "eu-west-1");
    let (file, estate) = (write("b.toml", &unbound), write("e.jsonl", &snapshot(&[])));
    let ran = run(&[
        "audit",
        &file,
        "--snapshot",
        &estate,
        "--format",
        "json",
        "--allow-empty",
    ]);
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    assert!(findings(&report).is_empty(), "{report:#}");
}

const LISTED: &str = r#"
[[lake.data-filters.filter]]
table = "sales.orders"
name = "eu"
rows = "country = 'DE'"

[[lake.locations.location]]
path = "s3://lake/sales"
role = "arn:aws:iam::${account}:role/lake"

[[lake.tags.tag]]
key = "Sensitivity"
values = ["low", "high"]

[[lake.tags.assignment]]
resource = "sales.orders"
tags = { sensitivity = "low" }

[[lake.tag-policies.expression]]
name = "open"
expression = "sensitivity=low"
"#;

/// All that is declared, as it stands.
fn standing() -> Vec<Fact> {
    vec![
        fact(
            super::FILTER,
            json!({
                "TableCatalogId": "111122223333", "DatabaseName": "sales", "TableName": "orders", "Name": "eu",
                "RowFilter": { "FilterExpression": "country = 'DE'" }, "ColumnWildcard": {},
            }),
        ),
        fact(
            LOCATION,
            json!({
                "ResourceArn": "arn:aws:s3:::lake/sales/", "RoleArn": "arn:aws:iam::111122223333:role/lake",
                "ExpectedResourceOwnerAccount": "111122223333",
            }),
        ),
        fact(
            TAG,
            json!({ "TagKey": "sensitivity", "TagValues": ["high", "low"] }),
        ),
        fact(
            TAGGED,
            json!({
                "named": "sales.orders", "LFTagOnDatabase": [],
                "LFTagsOnTable": [{ "TagKey": "sensitivity", "TagValues": ["low"] }], "LFTagsOnColumns": [],
            }),
        ),
        fact(
            EXPRESSION,
            json!({
                "Name": "open", "Expression": [{ "TagKey": "sensitivity", "TagValues": ["low"] }],
            }),
        ),
    ]
}

#[test]
fn each_thing_that_is_declared_and_not_there_is_missing() {
    let text = baseline(LISTED);
    let whole = audited(&text, &snapshot(&standing()));
    assert!(findings(&whole).is_empty(), "{:#?}", findings(&whole));
    for (at, message) in [
        "filter `sales.orders.eu` is missing",
        "location `s3://lake/sales` is missing",
        "tag `sensitivity` is missing",
        "whether `sensitivity=low` on `sales.orders` is there is unknown: the tags of `sales.orders` were not observed",
        "tag expression `open` is missing",
    ]
    .into_iter()
    .enumerate()
    {
        let mut less = standing();
        drop(less.remove(at));
        let verdict = if message.ends_with("missing") { "noncompliant" } else { "indeterminate" };
        assert_eq!(only(&audited(&text, &snapshot(&less))), said(verdict, message));
        // Where nothing was listed, nothing is said to be missing.
        let unlisted = audited(&text, &listing(&less, &[]));
        assert_eq!(only(&unlisted).0, "indeterminate", "{unlisted:#}");
        // The plan says the same.
        planned(&text, &snapshot(&less), &[]);
    }
    // Without any tag, nothing bears one.
    let none: Vec<Fact> = standing().into_iter().take(2).collect();
    let report = audited(&text, &snapshot(&none));
    let found = findings(&report);
    assert_eq!(found.len(), 3, "{found:#?}");
    assert!(
        found
            .iter()
            .all(|(verdict, _, _)| *verdict == "noncompliant"),
        "{found:#?}"
    );
}

const TAGGED_DATABASE: &str = r#"
[lake.tags]
required = ["level"]
databases = ["hr*"]
[[lake.tags.tag]]
key = "level"
values = ["public", "secret"]
[[lake.tags.assignment]]
resource = "hr"
tags = { level = "secret" }
[[lake.tags.assignment]]
resource = "hr.open"
tags = { level = "public" }
"#;

fn tag(value: &str) -> Value {
    json!([{ "TagKey": "level", "TagValues": [value] }])
}

/// The tags of a database that is secret, of a table in it, and of a column of that.
fn tags_below(table: &str, of_table: Option<&str>, of_column: Option<&str>) -> Vec<Fact> {
    let columns = of_column.map(|value| json!({ "Name": "id", "LFTags": tag(value) }));
    let columns: Vec<Value> = columns.into_iter().collect();
    let mut answer = json!({
        "named": table, "LFTagOnDatabase": tag("secret"), "LFTagsOnColumns": columns,
    });
    if let Some(value) = of_table {
        answer["LFTagsOnTable"] = tag(value);
    }
    let mut facts = vec![
        fact(
            TAG,
            json!({ "TagKey": "level", "TagValues": ["public", "secret"] }),
        ),
        fact(
            TAGGED,
            json!({ "named": "hr", "LFTagOnDatabase": tag("secret") }),
        ),
        fact(TAGGED, answer),
    ];
    if table != "hr.open" {
        let open = json!({
            "named": "hr.open", "LFTagOnDatabase": tag("secret"), "LFTagsOnTable": tag("public"),
        });
        facts.push(fact(TAGGED, open));
    }
    facts
}

/// A retagged table changes silently who reads it.
#[test]
fn below_what_bears_a_tag_another_value_is_found() {
    let text = baseline(TAGGED_DATABASE);
    for (table, of_table, of_column, wrong) in [
        ("hr.pay", None, None, None),
        ("hr.pay", Some("secret"), None, None),
        (
            "hr.pay",
            Some("public"),
            None,
            Some("`hr.pay` bears `level=public`, below `hr`"),
        ),
        (
            "hr.pay",
            None,
            Some("public"),
            Some("`hr.pay.id` bears `level=public`, below `hr`"),
        ),
        ("hr.open", Some("public"), None, None),
        (
            "hr.open",
            Some("public"),
            Some("secret"),
            Some("`hr.open.id` bears `level=secret`, below `hr.open`"),
        ),
    ] {
        let estate = snapshot(&tags_below(table, of_table, of_column));
        let report = audited(&text, &estate);
        let found = findings(&report);
        match wrong {
            None => assert!(found.is_empty(), "{table}: {found:#?}"),
            Some(wrong) => {
                let (verdict, message) = only(&report);
                assert_eq!(verdict, "noncompliant");
                assert!(message.starts_with(wrong), "{message}");
            }
        }
        // A plan tells the same.
        let (plan, _) = planned(&text, &estate, &[]);
        assert_eq!(
            plan["changes"].as_array().unwrap().len(),
            usize::from(wrong.is_some()),
            "{plan:#}"
        );
    }
}

#[test]
fn a_required_tag_is_looked_for_on_every_table() {
    let text = baseline("[lake.tags]\nrequired = [\"level\"]\ndatabases = [\"hr*\"]\n");
    let table = |database: &str| {
        let answer =
            json!({ "Name": "Pay", "DatabaseName": database, "CatalogId": super::ACCOUNT });
        fact(super::CATALOG, answer)
    };
    let none = audited(&text, &snapshot(&[table("HR"), table("sales")]));
    assert_eq!(
        only(&none),
        said("noncompliant", "`hr.pay` bears no tag `level`")
    );
    let some = fact(TAG, json!({ "TagKey": "level", "TagValues": ["public"] }));
    let unasked = audited(&text, &snapshot(&[table("HR"), some]));
    assert_eq!(only(&unasked).0, "indeterminate", "{unasked:#}");
}

#[test]
fn what_was_not_observed_at_all_is_not_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let body = "[lake.admins]\n[lake.default-permissions]\n[account.block-public-access]\n[glue.catalog-encryption]\n";
    let file = write("b.toml", &baseline(body));
    let whole = snapshot(&[held(&["id"], &["SELECT"])]);
    let estate = write("e.jsonl", &whole);
    let ran = run(&["audit", &file, "--snapshot", &estate, "--format", "json"]);
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    let all = report["evaluations"].as_array().unwrap().iter();
    let told: BTreeSet<(&str, &str)> = all
        .map(|one| {
            (
                one["control"].as_str().unwrap(),
                one["verdict"].as_str().unwrap(),
            )
        })
        .collect();
    let each = [
        "lake.admins",
        "lake.default-permissions",
        "account.block-public-access",
        "glue.catalog-encryption",
    ];
    assert_eq!(told, each.map(|one| (one, "indeterminate")).into());
    assert_eq!(ran.exit as u8, 3, "{}", ran.err);

    // Nor is a target of which nothing was observed.
    let elsewhere = write("f.jsonl", &whole.replace("us-west-2", "eu-west-1"));
    for words in [vec![], vec!["--target", "prod"]] {
        let asked = write("g.toml", &asked());
        let mut command = vec![
            "audit",
            &asked,
            "--snapshot",
            &elsewhere,
            "--format",
            "json",
            "--allow-empty",
        ];
        command.extend(words);
        let ran = run(&command);
        let report: Value = serde_json::from_str(&ran.out).unwrap();
        assert_eq!(ran.exit as u8, 3, "{report:#}");
        let problem = report["problems"][0]["what"].as_str().unwrap();
        assert!(
            problem.contains("nothing was observed of account 111122223333, region us-west-2"),
            "{problem}"
        );
    }
    // Where others of its targets were, that is a note.
    let two = format!(
        "{}\n[targets.other]\naccount = \"444455556666\"\nregion = \"eu-west-1\"\n",
        baseline("")
    );
    let two = write("two.toml", &two);
    let ran = run(&[
        "audit",
        &two,
        "--snapshot",
        &estate,
        "--format",
        "json",
        "--allow-empty",
    ]);
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(ran.exit as u8, 0, "{report:#}");
    let note = report["notes"][0].as_str().unwrap();
    assert!(note.starts_with("target `other`"), "{note}");
}

const POLICIES: &str = r#"
[[lake.row-policies.policy]]
name = "EU"
rows = "country = 'DE'"

[[lake.row-policies.attachment]]
policy    = "eu"
table     = "sales.orders"
principal = "arn:aws:iam::${account}:role/analyst"
"#;

/// A snapshot of a row-level-security policy with what it is attached to, or of why it is not known.
fn of_policies(calls: Option<Value>) -> String {
    let empty = snapshot(&[]);
    let Some(calls) = calls else { return empty };
    let record = json!({ "record": "fact", "kind": "lake-formation-filter", "id": "policy", "calls": calls });
    let (start, end) = empty.rsplit_once('\n').unwrap();
    format!("{start}\n{record}\n{end}")
}

#[test]
fn a_declared_row_policy_and_its_attachment_are_missing_where_they_are_not() {
    let policy = "row-level-security policy `EU`";
    let attachment = "attachment of row-level-security policy `eu` to `sales.orders` for `arn:aws:iam::111122223333:role/analyst`";
    let attached = |role: &str| {
        json!({ "answer": { "RLSPolicyAttachments": [{
            "Principal": { "DataLakePrincipalIdentifier": format!("arn:aws:iam::111122223333:role/{role}") },
            "Resource": { "Table": { "DatabaseName": "Sales", "Name": "orders" } },
        }] } })
    };
    let known = json!({ "answer": { "Name": "eu", "FilterExpression": "country = 'DE'" } });
    let refused = json!({ "error": { "code": "AccessDeniedException", "message": "no" } });
    let of = |attached: &Value| json!({ "lakeformation:ListRLSPolicies": known, "lakeformation:ListRLSPolicyAttachments": attached });
    let missing = |what: &str| ("noncompliant", format!("{what} is missing"));
    let cases = [
        (Some(of(&attached("analyst"))), vec![], vec![]),
        (
            None,
            vec![missing(attachment), missing(policy)],
            vec![attachment, policy],
        ),
        (
            Some(of(&attached("other"))),
            vec![missing(attachment)],
            vec![attachment],
        ),
        (Some(of(&refused)), vec![], vec![]),
        (
            Some(json!({ "lakeformation:ListRLSPolicies": refused })),
            vec![],
            vec![],
        ),
    ];
    let text = baseline(POLICIES);
    for (calls, wanted, told) in cases {
        let is_open = calls
            .as_ref()
            .is_some_and(|calls| calls.to_string().contains("Denied"));
        let estate = of_policies(calls);
        let report = audited(&text, &estate);
        let found = findings(&report).into_iter();
        let (gone, open): (Vec<_>, Vec<_>) =
            found.partition(|(_, message, _)| message.ends_with(" is missing"));
        let mut gone: Vec<_> = gone
            .into_iter()
            .map(|(verdict, message, _)| (verdict, message.to_owned()))
            .collect();
        gone.sort();
        assert_eq!(gone, wanted, "{estate}");
        let unknown = open.iter().filter(|one| one.1.starts_with("whether "));
        assert_eq!(unknown.count() > 0, is_open, "{open:?}");
        let (plan, _) = planned(&text, &estate, &[]);
        let mut changes = super::changes(&plan);
        changes.sort();
        let told: Vec<String> = told
            .into_iter()
            .map(|what| format!("add missing held-back: {what} (-)"))
            .collect();
        assert_eq!(changes, told);
        assert!(calls_of(&plan).is_empty());
        assert_eq!(
            plan["unknown"].to_string().contains("row-level"),
            is_open,
            "{plan:#}"
        );
    }
}

fn calls_of(plan: &Value) -> &[Value] {
    plan["steps"].as_array().unwrap()
}
