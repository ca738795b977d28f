use super::*;
use crate::aws::lake_formation::grant::Expression;
use proptest::prelude::*;

pub(super) const ANN: &str = "arn:aws:iam::111122223333:role/ann";
pub(super) const BOB: &str = "arn:aws:iam::111122223333:role/bob";
const EVERYBODY: &str = "111122223333:IAMPrincipals";

pub(super) fn names(names: &[&str]) -> BTreeSet<Name> {
    names.iter().map(|name| Name::from(*name)).collect()
}

pub(super) fn object(node: On) -> Object {
    Object {
        catalog: None,
        node,
    }
}

pub(super) fn grant(holder: &str, node: On, permission: &str, place: &str) -> Grant {
    Grant {
        holder: Name::from(holder),
        object: object(node),
        permissions: BTreeSet::from([permission.to_owned()]),
        conditional: false,
        place: place.to_owned(),
    }
}

pub(super) fn orders() -> (Name, Name) {
    (Name::from("sales"), Name::from("orders"))
}

pub(super) fn only(columns: &[&str]) -> On {
    let (database, table) = orders();
    On::Columns(database, table, Columns::Only(names(columns)))
}

pub(super) fn filter(rows: Rows, columns: Option<Columns>) -> Filter {
    let (database, table) = orders();
    Filter {
        name: Name::from("eu"),
        table: object(On::Table(database, table)),
        rows,
        columns,
    }
}

fn parts(estate: &Estate, holder: &str) -> Vec<Part> {
    readers(estate, &Question::default())
        .into_iter()
        .filter(|reader| reader.holder == Name::from(holder))
        .flat_map(|reader| reader.readings)
        .filter(|reading| matches!(reading.table.node, On::Table(..)))
        .flat_map(|reading| reading.parts)
        .collect()
}

#[test]
fn columns_of_several_grants_are_read_together() {
    let grants = vec![
        grant(ANN, only(&["amount"]), "SELECT", "a:1"),
        grant(ANN, only(&["country"]), "SELECT", "a:2"),
        grant(ANN, only(&["card_number"]), "DESCRIBE", "a:3"),
    ];
    let estate = Estate {
        grants,
        ..Estate::default()
    };
    let [part] = parts(&estate, ANN).try_into().unwrap();
    assert_eq!(
        part.columns,
        Some(Columns::Only(names(&["amount", "country"])))
    );
    assert_eq!(part.places.len(), 2);
}

#[test]
fn a_filter_beside_the_whole_table_hides_nothing_and_is_said_to_add_nothing() {
    let (database, table) = orders();
    let eu = Rows::Where("country = 'DE'".to_owned());
    let on_filter = On::Filter(database.clone(), table.clone(), Name::from("eu"));
    let estate = Estate {
        grants: vec![
            grant(ANN, on_filter.clone(), "SELECT", "a:1"),
            grant(EVERYBODY, On::AllTables(database), "SELECT", "a:2"),
        ],
        filters: vec![filter(eu.clone(), None)],
        ..Estate::default()
    };
    let reader = readers(&estate, &Question::default());
    let ann = reader.iter().find(|one| one.holder == Name::from(ANN));
    let named = ann.unwrap().readings.iter();
    let [reading] = named
        .filter(|reading| matches!(reading.table.node, On::Table(..)))
        .collect::<Vec<_>>()
        .try_into()
        .unwrap();
    assert_eq!(reading.parts.len(), 1);
    assert_eq!(reading.parts[0].rows, Rows::All);
    assert_eq!(reading.covered.len(), 1);
    assert_eq!(reading.covered[0].rows, eu);
    let alone = Estate {
        grants: vec![grant(ANN, on_filter, "SELECT", "a:1")],
        ..Estate::default()
    };
    assert_eq!(
        parts(&alone, ANN)[0].rows,
        Rows::Unknown("eu".to_owned()),
        "a filter that is not declared shows nobody knows which rows"
    );
}

#[test]
fn a_column_is_asked_for_and_a_condition_leaves_it_possible() {
    let mut conditional = grant(BOB, only(&["card_number"]), "SELECT", "a:2");
    conditional.conditional = true;
    let estate = Estate {
        grants: vec![grant(ANN, only(&["amount"]), "SELECT", "a:1"), conditional],
        ..Estate::default()
    };
    let question = Question {
        table: Some(orders()),
        column: Some(Name::from("card_number")),
    };
    let [bob] = readers(&estate, &question).try_into().unwrap();
    assert_eq!(bob.holder, Name::from(BOB));
    assert_eq!(bob.readings[0].parts[0].sure, Likeness::Possible);
}

#[test]
fn a_table_that_nothing_names_is_read_through_what_holds_it() {
    let estate = Estate {
        grants: vec![grant(ANN, On::AllTables(Name::from("sales")), "ALL", "a:1")],
        ..Estate::default()
    };
    let question = Question {
        table: Some((Name::from("sales"), Name::from("new"))),
        column: None,
    };
    assert_eq!(readers(&estate, &question).len(), 1);
    let other = Question {
        table: Some((Name::from("hr"), Name::from("new"))),
        column: None,
    };
    assert!(readers(&estate, &other).is_empty());
}

#[test]
fn a_table_without_tags_may_bear_those_of_a_policy() {
    let policy = On::TagPolicy(TagPolicy {
        databases: false,
        expression: Expression::Tags(BTreeMap::from([("k".to_owned(), names(&["x"]))])),
    });
    let mut estate = Estate {
        grants: vec![grant(ANN, policy, "SELECT", "a:1")],
        ..Estate::default()
    };
    let question = Question {
        table: Some(orders()),
        column: None,
    };
    let [ann] = readers(&estate, &question).try_into().unwrap();
    assert!(matches!(ann.readings[0].table.node, On::TagPolicy(_)));
    estate.tagged.push(Tagged {
        bearer: vec![Name::from("sales")],
        tags: BTreeMap::from([("k".to_owned(), Name::from("y"))]),
    });
    assert!(readers(&estate, &question).is_empty());
}

pub(super) const TABLES: [&str; 2] = ["t", "u"];
pub(super) const COLUMNS: [&str; 3] = ["a", "b", "c"];

fn columns() -> impl Strategy<Value = Columns> {
    let some = prop::collection::btree_set(prop::sample::select(&COLUMNS[..]), 1..3);
    (any::<bool>(), some).prop_map(|(all_but, some)| {
        let some = some.into_iter().map(Name::from).collect();
        if all_but {
            Columns::AllBut(some)
        } else {
            Columns::Only(some)
        }
    })
}

fn node() -> impl Strategy<Value = On> {
    let (d, table) = (Name::from("d"), prop::sample::select(&TABLES[..]));
    let of = d.clone();
    let narrowed = (table.clone(), columns())
        .prop_map(move |(table, columns)| On::Columns(of.clone(), Name::from(table), columns));
    let (of, held) = (d.clone(), d.clone());
    let policy = prop::sample::select(&["x", "y"][..]).prop_map(|value| {
        On::TagPolicy(TagPolicy {
            databases: false,
            expression: Expression::Tags(BTreeMap::from([("k".to_owned(), names(&[value]))])),
        })
    });
    prop_oneof![
        narrowed,
        table
            .clone()
            .prop_map(move |table| On::Table(of.clone(), Name::from(table))),
        table.prop_map(move |table| On::Filter(held.clone(), Name::from(table), Name::from("f"))),
        Just(On::AllTables(d)),
        policy,
    ]
}

fn tagged() -> impl Strategy<Value = Vec<Tagged>> {
    const BEARERS: [&str; 6] = ["d", "d.t", "d.u", "d.t.a", "d.u.b", "d.u.c"];
    let each = prop::collection::btree_map(
        prop::sample::select(&BEARERS[..]),
        prop::sample::select(&["x", "y"][..]),
        0..4,
    );
    each.prop_map(|all| {
        let one = |(bearer, value): (&str, &str)| Tagged {
            bearer: bearer.split('.').map(Name::from).collect(),
            tags: BTreeMap::from([("k".to_owned(), Name::from(value))]),
        };
        all.into_iter().map(one).collect()
    })
}

pub(super) fn estates() -> impl Strategy<Value = Estate> {
    let holder = prop::sample::select(&[ANN, BOB, EVERYBODY][..]);
    let permission = prop::sample::select(&["SELECT", "DESCRIBE"][..]);
    let grants = prop::collection::vec((holder, node(), permission), 0..6);
    let filter = (
        any::<bool>(),
        prop::option::of(columns()),
        prop::sample::select(&TABLES[..]),
    );
    let filters = prop::collection::btree_map(prop::sample::select(&TABLES[..]), filter, 2);
    (grants, filters, tagged()).prop_map(|(grants, filters, tagged)| Estate {
        grants: grants
            .into_iter()
            .map(|(holder, node, permission)| grant(holder, node, permission, "a:1"))
            .collect(),
        filters: filters
            .into_iter()
            .map(|(table, (all, columns, _))| Filter {
                name: Name::from("f"),
                table: object(On::Table(Name::from("d"), Name::from(table))),
                rows: if all {
                    Rows::All
                } else {
                    Rows::Where("odd".to_owned())
                },
                columns,
            })
            .collect(),
        tagged,
        ..Estate::default()
    })
}

/// Whether a column is among columns.
fn among(columns: Option<&Columns>, column: &Name) -> bool {
    match columns {
        None => true,
        Some(Columns::Only(only)) => only.contains(column),
        Some(Columns::AllBut(hidden)) => !hidden.contains(column),
    }
}

/// The same question answered one cell at a time, from the grants themselves.
pub(super) fn reads(estate: &Estate, holder: &str, table: &str, column: &str, odd: bool) -> bool {
    let (own, column) = (Name::from(table), Name::from(column));
    let tag = |bearer: &[&str]| {
        let same = |tagged: &&Tagged| {
            let names: Vec<String> = tagged.bearer.iter().map(Name::to_string).collect();
            names == bearer
        };
        estate.tagged.iter().find(same).map(|one| &one.tags["k"])
    };
    let name = column.to_string();
    let nearest = tag(&["d", table, &name])
        .or_else(|| tag(&["d", table]))
        .or_else(|| tag(&["d"]));
    estate.grants.iter().any(|grant| {
        let held = [Name::from(holder), Name::from(EVERYBODY)].contains(&grant.holder);
        let shown = match &grant.object.node {
            On::AllTables(_) => true,
            On::Table(_, of) => *of == own,
            On::Columns(_, of, columns) => *of == own && among(Some(columns), &column),
            On::Filter(_, of, _) => {
                let mut filters = estate.filters.iter();
                let filter = filters.find(|one| one.table.table().unwrap().1 == of);
                *of == own
                    && filter.is_some_and(|one| {
                        (odd || one.rows == Rows::All) && among(one.columns.as_ref(), &column)
                    })
            }
            On::TagPolicy(TagPolicy {
                expression: Expression::Tags(tags),
                ..
            }) => nearest.is_some_and(|value| tags["k"].contains(value)),
            On::TagPolicy(_)
            | On::Catalog
            | On::Database(_)
            | On::Location(_)
            | On::Tag(..)
            | On::TagExpression(_)
            | On::Function(..)
            | On::AnyTable
            | On::RowPolicy(_) => false,
        };
        held && shown && grant.permissions.contains("SELECT")
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn grants_add_up_to_what_each_cell_alone_says(estate in estates()) {
        let question = |table: &str| Question {
            table: Some((Name::from("d"), Name::from(table))),
            column: None,
        };
        for table in TABLES {
            let readers = readers(&estate, &question(table));
            for holder in [ANN, BOB] {
                // Who holds nothing in its own name reads what everybody does.
                if estate.grants.iter().all(|grant| grant.holder != Name::from(holder)) {
                    continue;
                }
                let reader = readers.iter().find(|one| one.holder == Name::from(holder));
                let parts: Vec<&Part> = reader
                    .iter()
                    .flat_map(|one| &one.readings)
                    .filter(|one| matches!(one.table.node, On::Table(..)))
                    .flat_map(|one| &one.parts)
                    .collect();
                for (column, odd) in COLUMNS.iter().flat_map(|one| [(one, true), (one, false)]) {
                    let shown = parts.iter().any(|part| {
                        part.shows(&Name::from(*column)) == Likeness::Same
                            && (part.rows == Rows::All || odd && part.rows == Rows::Where("odd".to_owned()))
                    });
                    prop_assert_eq!(
                        shown,
                        reads(&estate, holder, table, column, odd),
                        "{} of {} for {}, odd {}: {:?}", column, table, holder, odd, parts
                    );
                }
            }
        }
    }
}
