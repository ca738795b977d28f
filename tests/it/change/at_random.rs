//! Baselines and lakes at random: whatever stands, one run makes of it what is asked for, on a way that grants nothing
//! beyond both, and takes from nobody what both grant.

use super::baseline;
use super::over::{carry, left, plan_of};
use crate::lake_double::history::{Atom, Step};
use crate::lake_double::reads::Read;
use crate::lake_double::{IAM_ALLOWED_PRINCIPALS, Lake, Quirks};
use crate::live::tried::{Choice, lake, quirks};
use emr_baseline::change::{Phase, Plan};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use std::collections::{BTreeMap, BTreeSet};

/// What a baseline is made of: grants, filters, assignments, and whether a saved expression is declared.
type Choices = (Vec<Choice>, Vec<Choice>, Vec<Choice>, Option<bool>);

fn choices() -> impl Strategy<Value = Choices> {
    let some = |most| vec(any::<Choice>(), 0..most);
    (
        vec(any::<Choice>(), 1..5),
        some(4),
        some(4),
        any::<Option<bool>>(),
    )
}

fn of<'a>(list: &[&'a str], choice: u8) -> &'a str {
    list[usize::from(choice) % list.len()]
}

fn table([_, database, table, ..]: Choice) -> String {
    let database = of(&["sales", "raw"], database);
    format!("{database}.{}", of(&["orders", "events"], table))
}

const COLUMNS: [&str; 3] = ["[\"id\"]", "[\"id\", \"card\"]", "[\"country\"]"];

/// One grant, to the principal of its place.
fn grant(at: usize, choice: Choice) -> String {
    let [kind, database, _, columns, what, _] = choice;
    let (table, database) = (table(choice), of(&["sales", "raw"], database));
    let columns = of(&COLUMNS, columns);
    let select = "[\"SELECT\"]";
    let any = of(
        &[
            select,
            "[\"SELECT\", \"INSERT\"]",
            "[\"ALL\"]",
            "[\"DESCRIBE\"]",
        ],
        what,
    );
    let grantable = if what & 64 != 0 {
        "\ngrantable = [\"SELECT\"]"
    } else {
        ""
    };
    let (on, permissions) = match kind % 8 {
        0 => (format!("table = \"{table}\""), any),
        1 => (format!("table = \"{database}.*\""), any),
        2 => (
            format!("table = \"{table}\"\ncolumns = {columns}{grantable}"),
            select,
        ),
        3 => (
            format!("table = \"{table}\"\nexcluded-columns = {columns}"),
            select,
        ),
        4 => (format!("tag-policy = \"TABLE level={}\"", value(what)), any),
        5 => (
            format!("tag-policy = \"TABLE expression {}\"", value(what)),
            any,
        ),
        6 => (
            format!("filter = \"{table}.{}\"", filter_name(choice)),
            select,
        ),
        _ => (format!("database = \"{database}\""), "[\"DESCRIBE\"]"),
    };
    let principal = ["a", "b", "c", "d", "e"][at % 5];
    format!(
        "[[lake.grants.grant]]\nprincipal = \"arn:aws:iam::${{account}}:role/{principal}\"\n{on}\npermissions = {permissions}\n"
    )
}

fn value(choice: u8) -> &'static str {
    of(&["open", "closed"], choice)
}

fn filter_name([.., last]: Choice) -> &'static str {
    of(&["eu", "us", "asia"], last)
}

/// A filter: what it is on and its name, and the rest.
fn filter(choice: Choice) -> ((String, &'static str), String) {
    let [rows, _, _, columns, what, _] = choice;
    let columns = match what % 3 {
        0 => String::new(),
        1 => format!("columns = {}\n", of(&COLUMNS, columns)),
        _ => format!("excluded-columns = {}\n", of(&COLUMNS, columns)),
    };
    let rows = of(&["country = 'eu'", "country = 'us'", "id = 'x'"], rows);
    let body = format!("rows = \"{rows}\"\n{columns}");
    ((table(choice), filter_name(choice)), body)
}

/// What bears a tag, and its value.
fn assignment(choice: Choice) -> (String, &'static str) {
    let [kind, database, .., what, _] = choice;
    let bearer = match kind % 3 {
        0 => of(&["sales", "raw"], database).to_owned(),
        1 => table(choice),
        _ => format!("{}.card", table(choice)),
    };
    (bearer, value(what))
}

fn text((grants, filters, assignments, saved): &Choices) -> String {
    let mut body = "[lake.grants]\nscope = [\"sales\", \"raw\"]\n".to_owned();
    let mut all: BTreeMap<_, _> = filters.iter().map(|one| filter(*one)).collect();
    for (at, one) in grants.iter().enumerate() {
        body += &grant(at, *one);
        if one[0] % 8 == 6 {
            // A filter that is granted is declared.
            let (key, rest) = filter(*one);
            all.entry(key).or_insert(rest);
        }
    }
    for ((table, name), rest) in all {
        body += &format!(
            "[[lake.data-filters.filter]]\nname = \"{name}\"\ntable = \"{table}\"\n{rest}"
        );
    }
    let assigned: BTreeMap<_, _> = assignments.iter().map(|one| assignment(*one)).collect();
    if !assigned.is_empty() {
        body += "[[lake.tags.tag]]\nkey = \"level\"\nvalues = [\"open\", \"closed\"]\n";
    }
    // A tag and an expression that ask for each other's values at once are two runs' work.
    let saved = saved.filter(|_| assigned.is_empty());
    for (bearer, value) in assigned {
        body += &format!(
            "[[lake.tags.assignment]]\nresource = \"{bearer}\"\ntags = {{ level = \"{value}\" }}\n"
        );
    }
    if let Some(other) = saved {
        let value = value(u8::from(other));
        body += &format!(
            "[[lake.tag-policies.expression]]\nname = \"open\"\nexpression = \"level={value}\"\n"
        );
    }
    baseline(&body)
}

/// Everything that is granted, and everything that anybody but IAM's principals may read by it.
fn granted(lake: &Lake, step: Option<&Step>) -> (BTreeSet<Atom>, BTreeSet<Read>) {
    let world = step.map_or(lake.world(), |step| &step.world);
    let mut reads = lake.reads_in(world);
    reads.retain(|one| one.principal != IAM_ALLOWED_PRINCIPALS);
    (world.atoms(), reads)
}

/// Whether something changes what grants give that stay.
fn shifts(plan: &Plan) -> bool {
    let mut steps = plan.steps.iter();
    steps.any(|step| {
        matches!(
            step.phase,
            Phase::Assignments | Phase::Expressions | Phase::Filters
        )
    })
}

/// What is left to be done. A tag below a declared one is told for ever: no tag is taken off.
fn to_do(plan: &Plan) -> Vec<String> {
    let mut left = left(plan);
    left.retain(|one| !one.contains("no tag is taken off here"));
    left
}

/// One run makes of a lake what is asked for, and keeps the two rules on its way.
fn one_run(lake: &mut Lake, text: &str) -> Result<(), TestCaseError> {
    let plan = plan_of(lake, text, true);
    prop_assert!(plan.unknown.is_empty(), "{:#?}", plan.unknown);
    prop_assert!(plan.refusals.is_empty(), "{:#?}", plan.refusals);
    let (before, read_before) = granted(lake, None);
    lake.keep_history();
    carry(lake, &plan, None);
    let (after, read_after) = granted(lake, None);
    let steps = lake.history().iter();
    let steps: Vec<_> = steps
        .map(|step| (step, granted(lake, Some(step))))
        .collect();
    for (at, (step, (now, reads))) in steps.iter().enumerate() {
        let call = &step.call;
        let mut beyond = now.difference(&before).filter(|one| !after.contains(*one));
        let beyond = beyond.next();
        prop_assert!(beyond.is_none(), "{call} grants {beyond:?}\n{text}");
        let mut beyond = reads.difference(&read_before);
        let beyond = beyond.find(|one| !read_after.contains(*one));
        prop_assert!(beyond.is_none(), "{call} lets read {beyond:?}\n{text}");
        let mut lost = before.intersection(&after);
        let lost = lost.find(|one| !now.contains(*one) && one.principal != IAM_ALLOWED_PRINCIPALS);
        prop_assert!(lost.is_none(), "{call} takes {lost:?}\n{text}");
        // Where AWS does not hold two grants at once, the next call brings back what the one gave.
        let next = steps.get(at + 1).map(|(_, (_, reads))| reads);
        let mut lost = read_before.intersection(&read_after);
        let lost =
            lost.find(|one| !reads.contains(*one) && next.is_none_or(|next| !next.contains(*one)));
        prop_assert!(
            lost.is_none() || shifts(&plan),
            "{call} keeps from reading {lost:?}\n{text}"
        );
    }
    let again = plan_of(lake, text, true);
    prop_assert_eq!(to_do(&again), Vec::<String>::new(), "{}", text);
    Ok(())
}

/// A choice about one table: all of it, columns of it, or all but some.
fn of_one_table([kind, _, _, columns, what, who]: Choice) -> Choice {
    [[0, 2, 3][usize::from(kind) % 3], 0, 0, columns, what, who]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_run_makes_of_any_lake_what_is_asked_for(
        done in vec(any::<Choice>(), 0..25), wanted in choices(), quirks in quirks(),
    ) {
        one_run(&mut lake(&done, quirks), &text(&wanted))?;
    }

    /// Where everything is on one table, most of it excludes something else.
    #[test]
    fn what_aws_does_not_hold_together_is_exchanged(
        done in vec(any::<Choice>(), 1..9), wanted in vec(any::<Choice>(), 1..4), quirks in quirks(),
    ) {
        let granted = |one: Choice| {
            let mut one = of_one_table(one);
            one[4] = one[4] % 64 + 128;
            one
        };
        let done: Vec<Choice> = done.into_iter().map(granted).collect();
        let wanted = wanted.into_iter().map(of_one_table).collect();
        one_run(&mut lake(&done, quirks), &text(&(wanted, vec![], vec![], None)))?;
    }

    #[test]
    fn a_run_after_one_that_died_anywhere_finishes_it(
        choices in vec(any::<Choice>(), 0..25), wanted in choices(), quirks in quirks(),
        last in 1..8_usize, done in any::<bool>(),
    ) {
        let text = text(&wanted);
        let mut lake = lake(&choices, quirks);
        let plan = plan_of(&mut lake, &text, true);
        carry(&mut lake, &plan, Some((last, done)));
        let plan = plan_of(&mut lake, &text, true);
        carry(&mut lake, &plan, None);
        let again = plan_of(&mut lake, &text, true);
        prop_assert_eq!(to_do(&again), Vec::<String>::new(), "{}", text);
    }
}

#[test]
fn lakes_at_random_are_changed_in_every_phase_of_grants_tags_and_filters() {
    let mut runner = TestRunner::deterministic();
    let mut phases: BTreeMap<&str, usize> = BTreeMap::new();
    let wanted = (vec(any::<Choice>(), 0..25), choices());
    for _ in 0..200 {
        let (done, wanted) = wanted.new_tree(&mut runner).unwrap().current();
        let mut lake = lake(&done, Quirks::default());
        let plan = plan_of(&mut lake, &text(&wanted), true);
        for step in plan.steps {
            *phases.entry(step.phase.word()).or_default() += 1;
        }
    }
    for phase in [
        Phase::GrantsBefore,
        Phase::RevokesBefore,
        Phase::Assignments,
        Phase::Expressions,
        Phase::Filters,
        Phase::Grants,
        Phase::Exchanges,
        Phase::Revokes,
        Phase::FiltersGone,
    ] {
        let found = phases.get(phase.word()).copied().unwrap_or_default();
        assert!(found > 3, "{}: {phases:?}", phase.word());
    }
}
