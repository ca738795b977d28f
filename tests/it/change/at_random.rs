//! Baselines and lakes at random: whatever stands, one run makes of it what is asked for, on a way that grants nothing
//! beyond both, and takes from nobody what both grant.

use super::baseline;
use super::over::{carry, left, plan_of};
use crate::lake_double::history::Atom;
use crate::lake_double::{IAM_ALLOWED_PRINCIPALS, Quirks};
use crate::live::tried::{Choice, lake, quirks};
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// One grant, to the principal of its place.
fn grant(at: usize, [kind, database, table, columns, what, _]: Choice) -> String {
    let database = ["sales", "raw"][usize::from(database) % 2];
    let table = format!(
        "{database}.{}",
        ["orders", "events"][usize::from(table) % 2]
    );
    let columns = ["[\"id\"]", "[\"id\", \"card\"]", "[\"country\"]"][usize::from(columns) % 3];
    let permissions = [
        "[\"SELECT\"]",
        "[\"SELECT\", \"INSERT\"]",
        "[\"ALL\"]",
        "[\"DESCRIBE\"]",
    ];
    let any = permissions[usize::from(what) % 4];
    let select = permissions[0];
    let (on, permissions) = match kind % 6 {
        0 => (format!("table = \"{table}\""), any),
        1 => (format!("table = \"{database}.*\""), any),
        2 => (format!("table = \"{table}\"\ncolumns = {columns}"), select),
        3 => (
            format!("table = \"{table}\"\nexcluded-columns = {columns}"),
            select,
        ),
        4 => ("tag-policy = \"TABLE level=open\"".to_owned(), any),
        _ => (format!("database = \"{database}\""), permissions[3]),
    };
    let principal = ["a", "b", "c", "d", "e"][at % 5];
    format!(
        "[[lake.grants.grant]]\nprincipal = \"arn:aws:iam::${{account}}:role/{principal}\"\n{on}\npermissions = {permissions}\n"
    )
}

fn atoms(lake: &crate::lake_double::Lake) -> BTreeSet<Atom> {
    lake.world().atoms()
}

/// What a plan leaves to do. A list of columns within a declared exclude list stays, and AWS refuses the one beside the
/// other: the plan holds that back, says so, and makes no call.
fn to_do(plan: &emr_baseline::change::Plan) -> Vec<String> {
    let mut left = left(plan);
    left.retain(|one| !plan.steps.is_empty() || !one.contains("AWS refuses it beside"));
    left
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_run_makes_of_any_lake_what_is_asked_for(
        choices in vec(any::<Choice>(), 0..25), grants in vec(any::<Choice>(), 1..5), quirks in quirks(),
    ) {
        let grants: String = grants.into_iter().enumerate().map(|(at, one)| grant(at, one)).collect();
        let text = baseline(&grants);
        let mut lake = lake(&choices, quirks);
        let plan = plan_of(&mut lake, &text, true);
        prop_assert!(plan.unknown.is_empty(), "{:#?}", plan.unknown);
        prop_assert!(plan.refusals.is_empty(), "{:#?}", plan.refusals);
        lake.keep_history();
        let before = atoms(&lake);
        carry(&mut lake, &plan, None);
        let after = atoms(&lake);
        for step in lake.history() {
            let now = step.world.atoms();
            let beyond: Vec<&Atom> = now.difference(&before).filter(|one| !after.contains(*one)).collect();
            prop_assert!(beyond.is_empty(), "{} grants {beyond:?}", step.call);
            let lost = before.intersection(&after).filter(|one| !now.contains(*one));
            let lost: Vec<&Atom> = lost.filter(|one| one.principal != IAM_ALLOWED_PRINCIPALS).collect();
            prop_assert!(lost.is_empty(), "{} takes {lost:?}", step.call);
        }
        let again = plan_of(&mut lake, &text, true);
        prop_assert_eq!(to_do(&again), Vec::<String>::new());
    }

    #[test]
    fn a_run_after_one_that_died_anywhere_finishes_it(
        choices in vec(any::<Choice>(), 0..25), grants in vec(any::<Choice>(), 1..5), quirks in quirks(),
        last in 1..8_usize, done in any::<bool>(),
    ) {
        let grants: String = grants.into_iter().enumerate().map(|(at, one)| grant(at, one)).collect();
        let text = baseline(&grants);
        let mut lake = lake(&choices, quirks);
        let plan = plan_of(&mut lake, &text, true);
        carry(&mut lake, &plan, Some((last, done)));
        let plan = plan_of(&mut lake, &text, true);
        carry(&mut lake, &plan, None);
        let again = plan_of(&mut lake, &text, true);
        prop_assert_eq!(to_do(&again), Vec::<String>::new());
    }
}

#[test]
fn a_lake_at_random_is_changed() {
    let choices: Vec<Choice> = (0..40_u8)
        .map(|at| [at, at / 3, at / 5, at / 7, 128 + at, at / 2])
        .collect();
    let mut lake = lake(&choices, Quirks::default());
    let text = baseline(&grant(0, [2, 0, 0, 1, 0, 0]));
    assert!(plan_of(&mut lake, &text, true).steps.len() > 1);
}
