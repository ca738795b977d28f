//! How an estate differs from a baseline: what is missing, what goes beyond a declared grant, and what is not declared.

use super::lake::{self, Columns, HOLDERS, Lake, On, Rows, declarable, lakes, merged};
use super::{answer, judge, side};
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// What becomes of a grant behind the baseline.
fn changed(mut grant: lake::Grant, how: u8) -> Option<lake::Grant> {
    match how {
        0 => return None,
        1 => {
            if let On::Table(table, columns) = &grant.on {
                let wider = match columns {
                    Columns::All => Columns::All,
                    Columns::Only(names) => {
                        let more = lake::COLUMNS.into_iter().find(|one| !names.contains(one));
                        Columns::Only(names.iter().copied().chain(more).collect())
                    }
                    Columns::AllBut(names) => {
                        let fewer: BTreeSet<&str> = names.iter().copied().skip(1).collect();
                        if fewer.is_empty() {
                            Columns::All
                        } else {
                            Columns::AllBut(fewer)
                        }
                    }
                };
                grant.on = On::Table(*table, wider);
            }
        }
        2 => {
            if let On::Table(table, _) | On::Filter(table, _) = grant.on {
                grant.on = On::Table(table, Columns::All);
            }
        }
        3 => drop(
            grant
                .permissions
                .insert(lake::taken(&grant.on)[1 % lake::taken(&grant.on).len()]),
        ),
        4 if matches!(
            grant.on,
            On::Database(_) | On::AllTables(_) | On::Table(_, Columns::All)
        ) && !grant.conditional =>
        {
            grant.grantable = grant.permissions.clone();
        }
        5 => {
            if let On::Table((database, _), Columns::All) = grant.on {
                grant.on = On::AllTables(database);
            }
        }
        _ => {}
    }
    Some(grant)
}

/// `ALL` is told with its parts, once: here each permission stands for itself.
fn without_all(mut lake: Lake) -> Lake {
    for grant in &mut lake.grants {
        for list in [&mut grant.permissions, &mut grant.grantable] {
            if list.remove("ALL") {
                list.insert("DESCRIBE");
            }
        }
    }
    lake
}

/// Each permission of a grant by itself.
fn rights(grant: &lake::Grant) -> impl Iterator<Item = lake::Grant> {
    let each = grant.permissions.iter();
    each.map(|permission| {
        let mut right = grant.clone();
        right.permissions = BTreeSet::from([*permission]);
        right.grantable.retain(|one| one == permission);
        right
    })
}

/// Whether two objects are one: a list of columns and an exclude list of one table are.
fn is_one_object(one: &On, other: &On) -> bool {
    match (one, other) {
        (On::Table(_, Columns::All), _) | (_, On::Table(_, Columns::All)) => one == other,
        (On::Table(table, _), On::Table(of, _)) => table == of,
        _ => one == other,
    }
}

/// Whether a declared grant is the same as a held right but for less, which the right goes beyond: the condition left out,
/// permissions or the grant option more, or a broader object. Nothing is broader than a filter but what shows its table.
fn is_less(declared: &lake::Grant, right: &lake::Grant) -> bool {
    let (less, more) = (judge::parts(&declared.on), judge::parts(&right.on));
    let is_one = is_one_object(&declared.on, &right.on);
    let holds = declared.conditional == right.conditional || declared.conditional;
    // The grant option on more than is declared goes beyond it twice.
    let gives = right.permissions.is_subset(&declared.permissions);
    let is_broader = match (&declared.on, &right.on) {
        (On::Filter(table, _), On::Table(of, _)) => table == of,
        (On::Filter((database, _), _), On::AllTables(of)) => database == of,
        _ if is_one => !more.is_subset(&less),
        _ => less.is_subset(&more),
    };
    is_one && more.is_subset(&less) && holds || gives && is_broader
}

/// How what a principal holds differs from what is declared, in words: `missing`; what goes beyond is `widened` where the
/// same is declared with less, else `excess`. And whether something declared is there only as a part of something else: that
/// may be told as missing, and may not.
///
/// Grants on an object and on what it lies in are two: who takes the one away leaves the other.
fn differences(declared: &Lake, seen: &Lake, holder: &str) -> (BTreeSet<&'static str>, bool) {
    let of =
        |lake: &Lake| -> Vec<lake::Grant> { asked_of(lake, holder).flat_map(rights).collect() };
    let (asked, held) = (of(declared), of(seen));
    let atoms_on = |on: &On, all: &[lake::Grant]| -> BTreeSet<judge::Atom> {
        let same = all.iter().filter(|one| is_one_object(&one.on, on));
        same.flat_map(judge::atoms_of).collect()
    };
    let mut found = BTreeSet::new();
    for right in &held {
        if !judge::atoms_of(right).is_subset(&atoms_on(&right.on, &asked)) {
            let less = asked_of(declared, holder).any(|one| is_less(one, right));
            found.insert(if less { "widened" } else { "excess" });
        }
    }
    let mut in_part = false;
    for right in &asked {
        let atoms = judge::atoms_of(right);
        if !atoms.is_subset(&judge::atoms(seen, holder)) {
            found.insert("missing");
        } else if !atoms.is_subset(&atoms_on(&right.on, &held)) {
            in_part = true;
        }
    }
    (found, in_part)
}

fn asked_of<'a>(lake: &'a Lake, holder: &'a str) -> impl Iterator<Item = &'a lake::Grant> {
    lake.grants
        .iter()
        .filter(move |grant| grant.holder == holder)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_differs_is_found_and_classified_as_its_smallest_parts_say(
        lake in lakes(), how in vec(0..9_u8, 8), more in vec(lake::grant(), 0..2), filter in prop::option::of(0..8_usize),
    ) {
        let declared = without_all(declarable(&lake));
        let changed = declared.grants.iter().cloned().zip(how).filter_map(|(grant, how)| changed(grant, how));
        let mut seen = declared.clone();
        seen.grants = changed.chain(more).collect();
        seen = without_all(seen);
        seen.grants = merged(&seen.grants);
        seen = declarable(&seen);
        if let Some(at) = filter {
            let own = seen.filters.values_mut().nth(at).unwrap();
            own.rows = match own.rows {
                Rows::Where(2) => Rows::Where(3),
                Rows::All | Rows::Where(_) => Rows::Where(2),
            };
        }
        let (baseline, estate) = (side(&declared, true), side(&seen, false));
        let plan = answer(&[
            "plan", baseline.path().to_str().unwrap(), "--target", "prod", "--snapshot", estate.path().to_str().unwrap(),
        ]);
        prop_assert_eq!(plan["unknown"].as_array().unwrap().len(), 0, "{}", plan["unknown"]);
        let changes = plan["changes"].as_array().unwrap();
        for holder in HOLDERS {
            let own = changes.iter().filter(|one| one["kind"] == "grants" && one["holder"] == holder);
            let classes: BTreeSet<&str> = own.map(|one| one["class"].as_str().unwrap()).collect();
            let (mut wanted, in_part) = differences(&declared, &seen, holder);
            if in_part && classes.contains("missing") {
                wanted.insert("missing");
            }
            let classes: BTreeSet<&str> = classes.into_iter().filter(|one| *one != "replaced").collect();
            prop_assert_eq!(classes, wanted, "{}: declared {:#?}, seen {:#?}, {:#}", holder, declared.grants, seen.grants, plan["changes"]);
        }
        // An audit names the same.
        let audit = answer(&[
            "audit", baseline.path().to_str().unwrap(), "--target", "prod", "--snapshot", estate.path().to_str().unwrap(),
        ]);
        let evaluations = audit["evaluations"].as_array().unwrap().iter();
        let own = evaluations.filter(|one| one["control"] == "lake.grants" && one["verdict"] == "noncompliant");
        let messages: Vec<&str> = own.flat_map(|one| one["message"].as_str().unwrap().split("; ")).collect();
        for holder in HOLDERS {
            let own = messages.iter().filter(|one| one.contains(&format!("for `{holder}`")));
            let classes: BTreeSet<&str> = own.map(|one| {
                match *one {
                    one if one.contains(" is wider than declared: ") => "widened",
                    one if one.ends_with(" is missing") => "missing",
                    _ => "excess",
                }
            }).collect();
            let (mut wanted, in_part) = differences(&declared, &seen, holder);
            if in_part && classes.contains("missing") {
                wanted.insert("missing");
            }
            prop_assert_eq!(classes, wanted, "{}: {:?}", holder, messages);
        }
        let of_filters = changes.iter().filter(|one| one["kind"] == "filters").count();
        prop_assert_eq!(of_filters, usize::from(filter.is_some()), "{:#}", plan["changes"]);
    }
}
