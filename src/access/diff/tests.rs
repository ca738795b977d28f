use super::*;
use crate::access::tests::{
    ANN, BOB, COLUMNS, TABLES, estates, filter, grant, names, object, only, orders, reads,
};
use crate::access::{Estate, Grant, Tagged};
use crate::aws::lake_formation::grant::Columns;
use proptest::prelude::*;
use std::collections::BTreeMap;

fn estate(grants: Vec<Grant>) -> Estate {
    Estate {
        grants,
        ..Estate::default()
    }
}

fn one(old: &Estate, new: &Estate) -> TableChange {
    let changes = changes(old, new, &Question::default());
    let [change] = changes.principals.try_into().unwrap();
    let [table] = change.tables.try_into().unwrap();
    table
}

#[test]
fn a_column_more_is_gained_and_the_others_are_not() {
    let old = estate(vec![grant(ANN, only(&["amount"]), "SELECT", "a:1")]);
    let new = estate(vec![grant(ANN, only(&["amount", "card"]), "SELECT", "b:1")]);
    let change = one(&old, &new);
    assert_eq!(
        change.gained[0].columns,
        Some(Columns::Only(names(&["card"])))
    );
    assert!(change.lost.is_empty());
    assert_eq!(one(&new, &old).lost, change.gained);
}

#[test]
fn the_same_grants_in_another_order_change_nothing() {
    let (database, table) = orders();
    let whole = grant(ANN, On::Table(database, table), "SELECT", "a:1");
    let part = grant(ANN, only(&["amount"]), "SELECT", "a:2");
    let old = estate(vec![whole.clone(), part.clone()]);
    let new = estate(vec![part, whole]);
    assert_eq!(
        changes(&old, &new, &Question::default()),
        Changes::default()
    );
}

#[test]
fn a_wider_filter_of_the_same_name_is_a_gain() {
    let (database, table) = orders();
    let held = grant(
        ANN,
        On::Filter(database, table, Name::from("eu")),
        "SELECT",
        "a:1",
    );
    let with = |rows| Estate {
        filters: vec![filter(rows, None)],
        ..estate(vec![held.clone()])
    };
    let old = with(Rows::Where("country = 'DE'".to_owned()));
    let change = one(&old, &with(Rows::All));
    assert_eq!(change.gained[0].rows, Rows::All);
    assert_eq!(change.lost, Vec::new());
}

#[test]
fn what_everything_reached_before_is_no_gain() {
    let old = estate(vec![grant(ANN, On::AnyTable, "SELECT", "a:1")]);
    let all = On::AllTables(Name::from("sales"));
    let mut new = old.clone();
    new.grants.push(grant(ANN, all, "SELECT", "a:2"));
    assert_eq!(
        changes(&old, &new, &Question::default()),
        Changes::default()
    );
}

#[test]
fn a_saved_expression_that_asks_for_less_reaches_more() {
    let saved = On::TagPolicy(TagPolicy {
        databases: false,
        expression: Expression::Saved(Name::from("open")),
    });
    let with = |values: &[&str]| Estate {
        expressions: vec![(
            Name::from("open"),
            Some(BTreeMap::from([("k".to_owned(), names(values))])),
        )],
        ..estate(vec![grant(ANN, saved.clone(), "SELECT", "a:1")])
    };
    let changes = changes(&with(&["x"]), &with(&["x", "y"]), &Question::default());
    assert!(changes.any_gain(), "{changes:?}");
    let narrower = super::changes(&with(&["x", "y"]), &with(&["x"]), &Question::default());
    assert!(!narrower.any_gain(), "{narrower:?}");
}

#[test]
fn a_tag_on_a_column_takes_it_away() {
    let (database, table) = orders();
    let policy = On::TagPolicy(TagPolicy {
        databases: false,
        expression: Expression::Tags(BTreeMap::from([("k".to_owned(), names(&["x"]))])),
    });
    let tag = |bearer: &[&str], value: &str| Tagged {
        bearer: bearer.iter().map(|name| Name::from(*name)).collect(),
        tags: BTreeMap::from([("k".to_owned(), Name::from(value))]),
    };
    let held = vec![grant(BOB, policy, "SELECT", "a:1")];
    let old = Estate {
        tagged: vec![tag(&["sales", "orders"], "x")],
        ..estate(held)
    };
    let mut new = old.clone();
    new.tagged.push(tag(&["sales", "orders", "card"], "secret"));
    let change = one(&old, &new);
    assert_eq!(change.table, object(On::Table(database, table)));
    assert_eq!(
        change.lost[0].columns,
        Some(Columns::Only(names(&["card"])))
    );
    assert!(change.gained.is_empty());
}

#[test]
fn who_becomes_an_administrator_gains() {
    let mut new = Estate::default();
    new.administrators.push(Name::from(ANN));
    let changes = changes(&Estate::default(), &new, &Question::default());
    assert!(changes.any_gain());
    assert_eq!(changes.administrators_gained, [Name::from(ANN)]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_cell_is_gained_where_it_is_read_now_and_was_not(old in estates(), new in estates()) {
        // A column that nothing names stands for all others.
        let columns: Vec<&str> = COLUMNS.iter().copied().chain(["other"]).collect();
        for table in TABLES {
            let question = Question {
                table: Some((Name::from("d"), Name::from(table))),
                column: None,
            };
            let changes = changes(&old, &new, &question);
            for holder in [ANN, BOB] {
                let held = |estate: &Estate| {
                    let mut grants = estate.grants.iter();
                    grants.any(|grant| grant.holder == Name::from(holder))
                };
                if !held(&old) && !held(&new) {
                    continue;
                }
                let own = changes.principals.iter().find(|one| one.holder == Name::from(holder));
                let gained: Vec<&Part> = own
                    .iter()
                    .flat_map(|one| &one.tables)
                    .filter(|one| matches!(one.table.node, On::Table(..)))
                    .flat_map(|one| &one.gained)
                    .collect();
                let is_gain = |column: &str, odd: bool| {
                    reads(&new, holder, table, column, odd)
                        && !reads(&old, holder, table, column, odd)
                };
                let holds = |part: &Part, column: &str, odd: bool| {
                    part.shows(&Name::from(column)) == Likeness::Same
                        && (part.rows == Rows::All || odd)
                };
                for column in &columns {
                    for odd in [true, false] {
                        if is_gain(column, odd) {
                            let said = gained.iter().any(|part| holds(part, column, odd));
                            prop_assert!(said, "{column} of {table} for {holder}: {gained:?}");
                        }
                    }
                }
                for part in &gained {
                    let any = columns.iter().any(|column| {
                        [true, false]
                            .into_iter()
                            .any(|odd| holds(part, column, odd) && is_gain(column, odd))
                    });
                    prop_assert!(any, "{part:?} is no gain of {holder}");
                }
            }
        }
    }
}
