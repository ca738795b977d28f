//! The laws of the lattice, over generated demands.

use super::*;
use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;

fn text() -> impl Strategy<Value = Text> {
    let piece = prop_oneof![
        4 => "[ab]".prop_map(|text| Piece::Literal(text.into())),
        1 => Just(Piece::Literal("*".into())),
        1 => Just(Piece::Literal("?".into())),
        1 => "[xy]".prop_map(|name| Piece::Open(name.into())),
    ];
    vec(piece, 1..4).prop_map(Text::new)
}

fn row() -> impl Strategy<Value = Row> {
    let cell = prop_oneof![
        text().prop_map(Cell::Text),
        btree_set(text(), 0..3).prop_map(|set| Cell::Set(Arc::new(set))),
        any::<bool>().prop_map(Cell::Flag),
        (0..3i64).prop_map(Cell::Number),
    ];
    let key = prop_oneof![Just("k"), Just("l")];
    btree_map(key, cell, 0..2).prop_map(Row::from_iter)
}

fn rows() -> impl Strategy<Value = KeyedRows> {
    btree_map("[ab]".prop_map(Arc::from), row(), 0..3).prop_map(Arc::new)
}

/// What one line of one layer may write, all of one kind.
fn written(kind: usize) -> BoxedStrategy<Shape> {
    let one_set = |set: BTreeSet<Text>| BTreeSet::from([set]);
    let version = vec(0..3u32, 3);
    match kind {
        0 => (0..4i64).prop_map(Shape::AtLeast).boxed(),
        1 => (0..4i64).prop_map(Shape::AtMost).boxed(),
        2 => btree_set(text(), 1..4)
            .prop_map(move |set| Shape::OneOf(one_set(set)))
            .boxed(),
        3 => btree_set(text(), 0..4)
            .prop_map(move |set| Shape::Only(one_set(set)))
            .boxed(),
        4 => btree_set(text(), 0..4).prop_map(Shape::AllOf).boxed(),
        5 => text()
            .prop_map(|text| Shape::Exactly(BTreeSet::from([text])))
            .boxed(),
        6 => row().prop_map(Shape::ExactlyTable).boxed(),
        7 => vec(row(), 0..2).prop_map(Shape::ExactlyRows).boxed(),
        8 => prop_oneof![
            rows().prop_map(Shape::Rows),
            rows().prop_map(Shape::OnlyRows),
        ]
        .boxed(),
        9 => btree_map("[ab]", btree_set(text(), 1..2), 0..3)
            .prop_map(Shape::OnlyPairs)
            .boxed(),
        10 => btree_map("[ab]", version, 1..3)
            .prop_map(Shape::Versions)
            .boxed(),
        _ => text()
            .prop_map(|text| Shape::Prefer(BTreeSet::from([text])))
            .boxed(),
    }
}

const KINDS: std::ops::Range<usize> = 0..12;

/// What some layers together ask for.
fn met(kind: usize) -> impl Strategy<Value = Shape> {
    vec(written(kind), 1..4).prop_map(|shapes| {
        let mut shapes = shapes.into_iter();
        let first = shapes.next().unwrap();
        shapes.fold(first, |met, shape| met.meet(&shape).unwrap_or(met))
    })
}

fn three() -> impl Strategy<Value = (Shape, Shape, Shape)> {
    KINDS.prop_flat_map(|kind| (met(kind), met(kind), met(kind)))
}

/// Whether a value may stand, as controls ask it.
fn allows(shape: &Shape, value: &str) -> bool {
    let (Shape::OneOf(sets) | Shape::Only(sets)) = shape else {
        panic!("not a choice");
    };
    sets.iter()
        .all(|set| set.iter().any(|text| text.accepts_as_pattern(value)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn meet_is_commutative((a, b, _) in three()) {
        prop_assert_eq!(a.meet(&b), b.meet(&a));
    }

    #[test]
    fn meet_is_idempotent((a, _, _) in three()) {
        prop_assert_eq!(a.meet(&a), Ok(a));
    }

    #[test]
    fn meet_is_associative((a, b, c) in three()) {
        let left = a.meet(&b).and_then(|met| met.meet(&c));
        let right = b.meet(&c).and_then(|met| a.meet(&met));
        prop_assert_eq!(left, right);
    }

    #[test]
    fn what_meets_satisfies_both_and_is_the_weakest_that_does((a, b, c) in three()) {
        if let Ok(met) = a.meet(&b) {
            prop_assert!(met.satisfies(&a) && met.satisfies(&b));
            if c.satisfies(&a) && c.satisfies(&b) {
                prop_assert!(c.satisfies(&met), "{c:?} does not satisfy {met:?}");
            }
        }
    }

    #[test]
    fn a_stricter_demand_absorbs_a_weaker_one((a, b, _) in three()) {
        if a.satisfies(&b) && let Ok(met) = a.meet(&b) {
            prop_assert_eq!(met.compare(&a), Some(Ordering::Equal));
        }
    }

    #[test]
    fn comparing_the_other_way_round_gives_the_opposite((a, b, _) in three()) {
        prop_assert_eq!(a.compare(&b), b.compare(&a).map(Ordering::reverse));
        prop_assert_eq!(a.compare(&a), Some(Ordering::Equal));
    }

    #[test]
    fn strictness_is_transitive((a, b, c) in three()) {
        if a.satisfies(&b) && b.satisfies(&c) {
            prop_assert!(a.satisfies(&c));
        }
    }

    #[test]
    fn demands_of_different_kinds_never_agree(kinds in (KINDS, KINDS).prop_filter("one kind", |(a, b)| a != b).prop_flat_map(|(a, b)| (met(a), met(b)))) {
        prop_assert_eq!(kinds.0.meet(&kinds.1), Err(Conflict));
        prop_assert_eq!(kinds.0.compare(&kinds.1), None);
    }

    #[test]
    fn a_choice_that_meets_allows_what_both_allow(
        (a, b) in (2..4usize).prop_flat_map(|kind| (met(kind), met(kind))),
        value in "[ab]{0,4}",
    ) {
        if let Ok(met) = a.meet(&b) {
            prop_assert_eq!(allows(&met, &value), allows(&a, &value) && allows(&b, &value));
        }
        if a.satisfies(&b) && allows(&a, &value) {
            prop_assert!(allows(&b, &value), "{a:?} is not stricter than {b:?}");
        }
    }

    #[test]
    fn a_pattern_matches_as_its_definition_says(pattern in "[ab*?]{0,5}", value in "[ab]{0,5}") {
        fn matches(pattern: &[u8], value: &[u8]) -> bool {
            match (pattern, value) {
                ([], []) => true,
                ([b'*', rest @ ..], _) => {
                    matches(rest, value) || (!value.is_empty() && matches(pattern, &value[1..]))
                }
                ([b'?', rest @ ..], [_, tail @ ..]) => matches(rest, tail),
                ([char, rest @ ..], [first, tail @ ..]) => char == first && matches(rest, tail),
                _ => false,
            }
        }
        prop_assert_eq!(pattern_accepts(&pattern, &value), matches(pattern.as_bytes(), value.as_bytes()));
    }
}

#[test]
fn a_permission_for_nothing_is_no_conflict_and_a_choice_of_nothing_is() {
    let set = |text: &str| BTreeSet::from([BTreeSet::from([Text::from(text)])]);
    let only = Shape::Only(set("a")).meet(&Shape::Only(set("b")));
    assert_eq!(only, Ok(Shape::Only(BTreeSet::from([BTreeSet::new()]))));
    let one_of = Shape::OneOf(set("a")).meet(&Shape::OneOf(set("b")));
    assert_eq!(one_of, Err(Conflict));
}
