//! What the program says of access, and of differences between a baseline and an estate, against a judge of its own: every
//! principal, table, column and row of a tiny lake is looked at by itself, by the documentation's rules.

mod differences;
mod judge;
mod lake;
mod written;

use crate::support::run;
use judge::{Reads, columns, is_named, reads, reads_cell};
use lake::{
    Columns, EXPRESSIONS, HOLDERS, Lake, Rows, Table, declarable, lakes, merged, rows, tables,
};
use proptest::prelude::*;
use serde_json::Value;
use std::collections::BTreeSet;
use tempfile::NamedTempFile;

fn file(suffix: &str, text: &str) -> NamedTempFile {
    let file = tempfile::Builder::new().suffix(suffix).tempfile().unwrap();
    std::fs::write(file.path(), text).unwrap();
    file
}

/// A lake as a baseline, or as the estate in which it was observed.
fn side(lake: &Lake, is_declared: bool) -> NamedTempFile {
    if is_declared {
        file(".toml", &written::baseline(lake))
    } else {
        file(".jsonl", &written::estate(lake))
    }
}

/// What is answered, of the one account and region.
fn answer(arguments: &[&str]) -> Value {
    let ran = run(&[arguments, &["--format", "json"]].concat());
    let mut answer: Value =
        serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}", ran.err));
    if answer["regions"].is_array() {
        answer = answer["regions"][0].take();
    }
    answer
}

/// A part of a table, as it is answered.
#[derive(Debug)]
struct Part {
    columns: Columns,
    rows: Rows,
    sure: Reads,
}

/// The parts of an answer. The names of columns are among the lake's, or nobody's.
fn parts(list: &Value) -> Vec<Part> {
    let names = |list: &Value| -> BTreeSet<&'static str> {
        let names = list.as_array().unwrap().iter();
        let known = |name: &Value| columns().find(|one| name == one);
        names.map(|name| known(name).unwrap()).collect()
    };
    let one = |part: &Value| Part {
        columns: match &part["columns"] {
            Value::String(_) => Columns::All,
            own if own["only"].is_array() => Columns::Only(names(&own["only"])),
            own => Columns::AllBut(names(&own["all_but"])),
        },
        rows: match &part["rows"] {
            Value::String(_) => Rows::All,
            own => {
                let text = own["where"].as_str().unwrap();
                Rows::Where(EXPRESSIONS.iter().position(|one| one.0 == text).unwrap())
            }
        },
        sure: if part["certain"] == true {
            Reads::Yes
        } else {
            Reads::Perhaps
        },
    };
    list.as_array().unwrap().iter().map(one).collect()
}

/// How surely parts show some rows of a column.
fn shown(parts: &[Part], column: &str, rows: Rows) -> Reads {
    let own = parts
        .iter()
        .filter(|part| part.columns.has(column) && (part.rows == Rows::All || part.rows == rows));
    own.map(|part| part.sure).max().unwrap_or(Reads::No)
}

/// What a principal is said to read of a table: the lists of this name of the table's own entry.
fn told(principals: &Value, holder: &str, (database, table): Table, list: &str) -> Vec<Part> {
    let name = format!("{database}.{table}");
    let own = principals.as_array().unwrap().iter();
    let own = own.filter(|one| one["principal"] == holder);
    let entries = own.flat_map(|one| one["reads"].as_array().unwrap());
    let entries = entries.filter(|entry| entry["named"] == true && entry["table"] == name.as_str());
    entries.flat_map(|entry| parts(&entry[list])).collect()
}

/// Each column with each choice of rows.
fn cells() -> Vec<(&'static str, Rows)> {
    let each =
        columns().flat_map(|column| Rows::every().into_iter().map(move |rows| (column, rows)));
    each.collect()
}

/// Whether what is said of all tables of a lake is what the judge finds.
fn is_told_rightly(lake: &Lake, file: &NamedTempFile) -> Result<(), TestCaseError> {
    let path = file.path().to_str().unwrap();
    let whole = answer(&["access", path]);
    prop_assert_eq!(
        whole["unknown"].as_array().unwrap().len(),
        0,
        "{}",
        whole["unknown"]
    );
    for table in tables() {
        let name = format!("{}.{}", table.0, table.1);
        let asked = answer(&["access", path, "--table", &name]);
        // Who holds nothing by its own name is not listed.
        for holder in HOLDERS.into_iter().filter(|one| is_named(lake, one)) {
            let said = told(&asked["readers"], holder, table, "parts");
            for (column, rows) in cells() {
                let wanted = reads(lake, holder, table, column, rows);
                prop_assert_eq!(
                    shown(&said, column, rows),
                    wanted,
                    "{} of {} for {}, {:?}: {:?}",
                    column,
                    &name,
                    holder,
                    rows,
                    said
                );
            }
            for (column, row) in
                columns().flat_map(|one| rows().into_iter().map(move |row| (one, row)))
            {
                let each = Rows::every().into_iter().filter(|rows| rows.has(row));
                let most = each.map(|rows| shown(&said, column, rows)).max().unwrap();
                prop_assert_eq!(
                    most,
                    reads_cell(lake, holder, table, column, row),
                    "{:?}",
                    row
                );
            }
            // What is said of all tables at once is the same, where something names the table.
            let listed = told(&whole["readers"], holder, table, "parts");
            if !listed.is_empty() {
                for (column, rows) in cells() {
                    prop_assert_eq!(shown(&listed, column, rows), shown(&said, column, rows));
                }
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_estate_is_read_as_each_cell_alone_says(lake in lakes()) {
        is_told_rightly(&lake, &side(&lake, false))?;
    }

    #[test]
    fn a_baseline_lets_read_what_each_cell_alone_says(lake in lakes()) {
        let lake = declarable(&lake);
        is_told_rightly(&lake, &side(&lake, true))?;
    }

    #[test]
    fn a_change_gives_and_takes_what_each_cell_alone_says(
        old in lakes(), new in lakes(), kept in any::<bool>(), declared in any::<[bool; 2]>(),
    ) {
        let old = declarable(&old);
        let mut new = declarable(&new);
        if kept {
            // Two lakes of nothing in common differ in everything: most changes are small.
            new = declarable(&Lake { grants: merged(&[old.grants.clone(), new.grants].concat()), ..old.clone() });
        }
        let (before, after) = (side(&old, declared[0]), side(&new, declared[1]));
        let (before, after) = (before.path().to_str().unwrap(), after.path().to_str().unwrap());
        let mut any_gain = false;
        for table in tables() {
            let name = format!("{}.{}", table.0, table.1);
            let told_of = answer(&["access", "diff", before, after, "--table", &name]);
            let holders = HOLDERS.into_iter().filter(|one| is_named(&old, one) || is_named(&new, one));
            for holder in holders {
                let of = |list| told(&told_of["principals"], holder, table, list);
                for (list, one, other) in [("gained", &new, &old), ("lost", &old, &new)] {
                    let said = of(list);
                    for (column, rows) in cells() {
                        let (has, had) = (
                            reads(one, holder, table, column, rows),
                            reads(other, holder, table, column, rows),
                        );
                        let all = reads(one, holder, table, column, Rows::All) > reads(other, holder, table, column, Rows::All);
                        let told = shown(&said, column, rows);
                        any_gain |= has > had && list == "gained";
                        if has > had {
                            prop_assert_eq!(told, has, "{} {}, {:?}: {:?}", list, column, rows, said);
                        } else {
                            // Rows that were read already are told with all rows, and never by themselves.
                            prop_assert!(told == Reads::No || all, "{} {}, {:?}: {:?}", list, column, rows, said);
                        }
                    }
                }
            }
        }
        if !declared[0] && !declared[1] {
            let ran = run(&["access", "diff", before, after, "--deny-gains"]);
            // Tables that nothing names may be gained where no named one is.
            prop_assert!(!any_gain || ran.exit as u8 == 1, "{}", ran.out);
        }
    }
}
