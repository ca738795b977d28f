//! Lakes at random: what is observed of one and added up is what trying every grant on every column gives.

use super::estate::{ACCOUNT, REGION};
use crate::lake_double::{Lake, Quirks};
use emr_baseline::access::{Observed, Question, Rows, readers};
use emr_baseline::aws::lake_formation::grant::{Columns, Node};
use emr_baseline::aws::lake_formation::name::{Likeness, Name};
use emr_baseline::control::Target;
use emr_baseline::live::call::{Failure, Outcome};
use emr_baseline::live::observer::{Observer, Wanted, estate};
use emr_baseline::live::operation::Service;
use emr_baseline::observe::snapshot::{Event, Reader};
use emr_baseline::observed::Scope;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Principal, table and column, and the expressions over rows: none where all of them are read.
type Reads = BTreeMap<(String, String, String), BTreeSet<String>>;

/// A number that a part of a lake is chosen by.
pub type Choice = [u8; 6];

fn role(at: u8) -> String {
    format!(
        "arn:aws:iam::{ACCOUNT}:role/{}",
        ["a", "b", "c"][usize::from(at) % 3]
    )
}

fn some<'a>(list: &[&'a str], bits: u8) -> Vec<&'a str> {
    let one = |(at, _): &(usize, &&str)| bits & (1 << at) != 0;
    list.iter()
        .enumerate()
        .filter(one)
        .map(|(_, name)| *name)
        .collect()
}

const DATABASES: [&str; 2] = ["sales", "raw"];
const TABLES: [&str; 2] = ["orders", "events"];
const COLUMNS: [&str; 3] = ["id", "country", "card"];
const VALUES: [&str; 2] = ["open", "closed"];

/// What a choice of a resource stands for.
fn resource([kind, database, table, columns, ..]: Choice) -> Value {
    let database = DATABASES[usize::from(database) % 2];
    let name = TABLES[usize::from(table) % 2];
    let mut columns = some(&COLUMNS, columns);
    if columns.is_empty() {
        columns.push("id");
    }
    let value = VALUES[usize::from(table) % 2];
    let table = json!({"DatabaseName": database, "Name": name});
    let with = |member: &str, value: Value| {
        let mut table = table.clone();
        table[member] = value;
        json!({"TableWithColumns": table})
    };
    match kind % 9 {
        0 => json!({"Table": table}),
        1 => json!({"Table": {"DatabaseName": database, "TableWildcard": {}}}),
        2 => with("ColumnNames", json!(columns)),
        3 => with("ColumnWildcard", json!({"ExcludedColumnNames": columns})),
        4 | 5 => {
            json!({"DataCellsFilter": {"TableCatalogId": ACCOUNT, "DatabaseName": database, "TableName": name,
            "Name": if kind % 9 == 4 { "eu" } else { "us" }}})
        }
        6 => {
            json!({"LFTagPolicy": {"ResourceType": "TABLE", "Expression": [{"TagKey": "level", "TagValues": [value]}]}})
        }
        7 => json!({"LFTagPolicy": {"ResourceType": "TABLE", "ExpressionName": value}}),
        _ => json!({"Database": {"Name": database}}),
    }
}

/// A lake after some grants, tags and revocations, of which AWS refuses what it refuses.
pub fn lake(choices: &[Choice], quirks: Quirks) -> Lake {
    let mut lake = Lake::new();
    lake.quirks = quirks;
    lake.keep_no_history();
    lake.fine(
        "CreateLFTag",
        json!({"TagKey": "level", "TagValues": VALUES}),
    );
    for value in VALUES {
        let expression = json!([{"TagKey": "level", "TagValues": [value]}]);
        lake.fine(
            "CreateLFTagExpression",
            json!({"Name": value, "Expression": expression}),
        );
    }
    for database in DATABASES {
        lake.database(database);
        for table in TABLES {
            lake.table(database, table, &COLUMNS, &[]);
            for (name, column) in [("eu", "card"), ("us", "id")] {
                lake.fine(
                    "CreateDataCellsFilter",
                    json!({"TableData": {"TableCatalogId": ACCOUNT,
                    "DatabaseName": database, "TableName": table, "Name": name,
                    "RowFilter": {"FilterExpression": format!("country = '{name}'")},
                    "ColumnWildcard": {"ExcludedColumnNames": [column]}}}),
                );
            }
        }
    }
    for choice in choices {
        let [.., what, who] = *choice;
        let on = resource(*choice);
        let permissions = some(&["SELECT", "INSERT", "ALL", "DESCRIBE"], what);
        let request = json!({"Principal": {"DataLakePrincipalIdentifier": role(who)}, "Resource": on,
            "Permissions": permissions});
        let tag = json!({"Resource": on, "LFTags": [{"TagKey": "level", "TagValues": [VALUES[usize::from(what) % 2]]}]});
        // Refused as often as not: what is refused changes nothing.
        let _ = match what / 64 {
            0 => lake.answer("lakeformation", "AddLFTagsToResource", &tag),
            1 => lake.answer("lakeformation", "RevokePermissions", &request),
            _ => lake.answer("lakeformation", "GrantPermissions", &request),
        };
    }
    lake
}

fn ask(lake: &mut Lake, service: &str, operation: &str, input: &Value) -> Outcome {
    match lake.answer(service, operation, input) {
        Ok(Value::Object(answer)) => Ok(answer),
        Ok(other) => panic!("{other}"),
        Err(refusal) => Err(Failure::of(refusal.code, refusal.message)),
    }
}

/// What the observer saves of a lake.
pub fn saved(lake: &mut Lake) -> String {
    let at = "2026-11-11T00:00:00Z".parse().unwrap();
    let wanted = Wanted {
        services: [Service::LakeFormation, Service::Glue].into(),
        ..Wanted::everything(at)
    };
    let Value::Object(caller) = json!({"Account": ACCOUNT, "Arn": lake.caller}) else {
        panic!("an object")
    };
    let mut observer = Observer::new(ACCOUNT, REGION, &caller, wanted);
    let mut waiting = observer.begin();
    while let Some(call) = waiting.pop() {
        let operation = call.operation;
        let input = Value::Object(call.input.clone());
        let outcome = ask(lake, operation.service.prefix(), operation.name, &input);
        waiting.extend(observer.answered(&call, outcome));
        if waiting.is_empty() {
            waiting = observer.settled();
        }
    }
    let mut text = format!("{}\n", estate(at));
    for record in observer.records() {
        text += &format!("{record}\n");
    }
    text
}

/// What is told from what was saved.
fn told(lake: &Lake, saved: &str) -> Reads {
    let target = Target {
        name: "prod".to_owned(),
        account: ACCOUNT.to_owned(),
        region: REGION.to_owned(),
        partition: "aws",
        values: BTreeMap::new(),
    };
    let mut observed = Observed::default();
    let nothing = Scope::new();
    for event in Reader::new("lake", saved.as_bytes()).unwrap() {
        match event {
            Event::Fact(record) | Event::Resource(record) => {
                observed.see(&record.resource(), &nothing, &target);
            }
            Event::End { complete, .. } => assert!(complete, "{saved}"),
            Event::Problem(problem) => panic!("{problem:?}"),
            Event::Estate { .. } | Event::Region(_) => {}
        }
    }
    assert_eq!(observed.unknown, Vec::<String>::new());
    let mut reads = Reads::new();
    for reader in readers(&observed.estate, &Question::default()) {
        for reading in reader.readings {
            let Node::Table(database, table) = &reading.table.node else {
                continue;
            };
            let name = format!("{database}.{table}");
            for column in lake.columns_of(&name) {
                for part in &reading.parts {
                    assert_eq!(part.sure, Likeness::Same);
                    let own = Name::known(column.as_str());
                    let shown = match &part.columns {
                        None => true,
                        Some(Columns::Only(names)) => names.contains(&own),
                        Some(Columns::AllBut(names)) => !names.contains(&own),
                    };
                    if shown {
                        let key = (reader.holder.to_string(), name.clone(), column.clone());
                        let rows = match &part.rows {
                            Rows::All => String::new(),
                            Rows::Where(rows) => rows.clone(),
                            Rows::Unknown(filter) => panic!("{filter} is not known"),
                        };
                        reads.entry(key).or_default().insert(rows);
                    }
                }
            }
        }
    }
    whole(reads)
}

/// Where all rows are read, no expression adds any.
fn whole(mut reads: Reads) -> Reads {
    for rows in reads.values_mut() {
        if rows.contains("") {
            rows.retain(String::is_empty);
        }
    }
    reads
}

fn tried(lake: &Lake) -> Reads {
    let mut reads = Reads::new();
    for read in lake.reads() {
        let key = (read.principal, read.table, read.column);
        reads
            .entry(key)
            .or_default()
            .insert(read.rows.unwrap_or_default());
    }
    whole(reads)
}

pub fn quirks() -> impl Strategy<Value = Quirks> {
    let page = prop_oneof![Just(1_usize), Just(3), Just(usize::MAX)];
    (any::<[bool; 5]>(), page).prop_map(|([all, merged, describe, lists, filters], page)| Quirks {
        all_is_materialised: all,
        columns_are_merged: merged,
        describe_excludes_columns: describe,
        exclude_lists_exclude: lists,
        filters_are_listed: filters,
        page,
        ..Quirks::default()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_told_of_a_lake_is_what_trying_every_grant_gives(
        choices in vec(any::<Choice>(), 0..40), quirks in quirks(),
    ) {
        let mut lake = lake(&choices, quirks);
        let saved = saved(&mut lake);
        prop_assert_eq!(told(&lake, &saved), tried(&lake));
    }
}

#[test]
fn lakes_at_random_have_filters_columns_and_tags_that_count() {
    let mut runner = TestRunner::deterministic();
    let (mut rows, mut columns, mut tags) = (0, 0, 0);
    for _ in 0..100 {
        let choices = vec(any::<Choice>(), 0..20).new_tree(&mut runner).unwrap();
        let lake = lake(&choices.current(), Quirks::default());
        let reads = tried(&lake);
        rows += usize::from(reads.values().any(|rows| !rows.contains("")));
        columns += usize::from(!reads.len().is_multiple_of(COLUMNS.len()));
        tags += usize::from(!lake.world().bearers.is_empty());
    }
    assert!(
        rows > 10 && columns > 10 && tags > 30,
        "{rows} {columns} {tags}"
    );
}
