//! How what a grant is on relates to what a baseline declares: the same, a part of it, or wider.

use super::grant::{Columns, Expression, Node, Object};
use super::name::{Likeness, Name};
use std::collections::BTreeSet;

/// How an object that was seen relates to one that is declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Relation {
    /// It is the same, or a part that the service may list by itself (fewer columns of one list).
    pub within: Likeness,
    /// It holds the declared one and more.
    pub broader: bool,
}

impl Object {
    /// How `seen` relates to this object, which a baseline declares.
    pub fn relation(&self, seen: &Self) -> Relation {
        let catalog = match (&self.catalog, &seen.catalog) {
            (None, None) => Likeness::Same,
            (Some(declared), Some(seen)) => declared.likeness(seen),
            // An unknown catalog may be the account's own; a known one that is written out is another.
            (None, Some(other)) | (Some(other), None) if other.as_known().is_some() => {
                Likeness::Different
            }
            (None, Some(_)) | (Some(_), None) => Likeness::Possible,
        };
        Relation {
            within: catalog.and(|| self.node.holds(&seen.node)),
            broader: catalog != Likeness::Different && self.node.is_exceeded_by(&seen.node),
        }
    }
}

impl Node {
    /// The names of a filter, from the database down.
    fn names(&self) -> Vec<&Name> {
        if let Self::Filter(database, table, name) = self {
            vec![database, table, name]
        } else {
            Vec::new()
        }
    }

    /// Whether `seen` is this, or a part of it that the service may list by itself.
    fn holds(&self, seen: &Self) -> Likeness {
        match (self, seen) {
            (Self::Catalog, Self::Catalog) | (Self::AnyTable, Self::AnyTable) => Likeness::Same,
            (Self::Database(a), Self::Database(b))
            | (Self::AllTables(a), Self::AllTables(b))
            | (Self::Location(a), Self::Location(b))
            | (Self::TagExpression(a), Self::TagExpression(b))
            | (Self::RowPolicy(a), Self::RowPolicy(b)) => a.likeness(b),
            (Self::Table(a, b), Self::Table(c, d)) => a.likeness(c).and(|| b.likeness(d)),
            (Self::Columns(a, b, wanted), Self::Columns(c, d, found)) => a
                .likeness(c)
                .and(|| b.likeness(d))
                .and(|| wanted.hold(found)),
            (Self::Filter(..), Self::Filter(..)) => self
                .names()
                .into_iter()
                .zip(seen.names())
                .map(|(wanted, found)| wanted.likeness(found))
                .min()
                .unwrap_or(Likeness::Same),
            (Self::Tag(a, wanted), Self::Tag(b, found)) => {
                a.likeness(b).and(|| match (wanted, found) {
                    (None, None) => Likeness::Same,
                    (Some(wanted), Some(found)) => all_in(found, wanted),
                    (None, Some(_)) | (Some(_), None) => Likeness::Different,
                })
            }
            (Self::TagPolicy(a), Self::TagPolicy(b)) => Likeness::of(a.databases == b.databases)
                .and(|| a.expression.likeness(&b.expression)),
            (Self::Function(a, b), Self::Function(c, d)) => a.likeness(c).and(|| match (b, d) {
                (None, None) => Likeness::Same,
                (Some(b), Some(d)) => b.likeness(d),
                (None, Some(_)) | (Some(_), None) => Likeness::Different,
            }),
            _ => Likeness::Different,
        }
    }

    /// Whether `seen` surely holds this and more: all tables ≥ table ≥ all columns but some ≥ some columns, unfiltered ≥ filtered.
    fn is_exceeded_by(&self, seen: &Self) -> bool {
        let same = |a: &Name, b: &Name| a.likeness(b) == Likeness::Same;
        match (self, seen) {
            (
                Self::AllTables(_) | Self::Table(..) | Self::Columns(..) | Self::Filter(..),
                Self::AnyTable,
            ) => true,
            (
                Self::Table(a, _) | Self::Columns(a, ..) | Self::Filter(a, ..),
                Self::AllTables(b),
            )
            | (Self::Tag(a, Some(_)), Self::Tag(b, None))
            | (Self::Function(a, Some(_)), Self::Function(b, None)) => same(a, b),
            (Self::Columns(a, b, _) | Self::Filter(a, b, _), Self::Table(c, d))
            | (Self::Filter(a, b, _), Self::Columns(c, d, _)) => same(a, c) && same(b, d),
            (Self::Columns(a, b, wanted), Self::Columns(c, d, found)) => {
                same(a, c) && same(b, d) && wanted.hold(found) == Likeness::Different
            }
            (Self::Tag(a, Some(wanted)), Self::Tag(b, Some(found))) => {
                same(a, b) && all_in(wanted, found) == Likeness::Same
            }
            (Self::Location(a), Self::Location(b)) => {
                matches!((a.as_known(), b.as_known()), (Some(a), Some(b)) if is_below(a, b))
            }
            (Self::TagPolicy(a), Self::TagPolicy(b)) => {
                a.databases == b.databases && b.expression.reaches(&a.expression)
            }
            _ => false,
        }
    }
}

impl Columns {
    /// Whether all of `seen` is in wanted.
    fn hold(&self, seen: &Self) -> Likeness {
        match (self, seen) {
            (Self::Only(wanted), Self::Only(found)) => all_in(found, wanted),
            (Self::AllBut(wanted), Self::AllBut(found)) => all_in(wanted, found),
            (Self::AllBut(wanted), Self::Only(found)) => {
                let hidden = found
                    .iter()
                    .map(|column| any_of(wanted, |declared| declared.likeness(column)))
                    .max()
                    .unwrap_or(Likeness::Different);
                match hidden {
                    Likeness::Same => Likeness::Different,
                    Likeness::Possible => Likeness::Possible,
                    Likeness::Different => Likeness::Same,
                }
            }
            // The columns of a table change: an exclude list also shows found to come.
            (Self::Only(_), Self::AllBut(_)) => Likeness::Different,
        }
    }
}

impl Expression {
    fn likeness(&self, seen: &Self) -> Likeness {
        match (self, seen) {
            (Self::Saved(a), Self::Saved(b)) => a.likeness(b),
            (Self::Tags(wanted), Self::Tags(found)) => Likeness::of(wanted.len() == found.len())
                .and(|| {
                    wanted
                        .iter()
                        .map(|(key, values)| {
                            found.get(key).map_or(Likeness::Different, |others| {
                                all_in(others, values).and(|| all_in(values, others))
                            })
                        })
                        .min()
                        .unwrap_or(Likeness::Same)
                }),
            (Self::Saved(_), Self::Tags(_)) | (Self::Tags(_), Self::Saved(_)) => {
                Likeness::Different
            }
        }
    }

    /// Whether everything that `narrow` reaches is reached: fewer keys, more values.
    fn reaches(&self, narrow: &Self) -> bool {
        let (Self::Tags(wide), Self::Tags(narrow)) = (self, narrow) else {
            return false;
        };
        wide.iter().all(|(key, values)| {
            narrow
                .get(key)
                .is_some_and(|others| all_in(others, values) == Likeness::Same)
        })
    }
}

/// Whether every one of `seen` is among `declared`.
fn all_in(seen: &BTreeSet<Name>, declared: &BTreeSet<Name>) -> Likeness {
    seen.iter()
        .map(|one| any_of(declared, |declared| declared.likeness(one)))
        .min()
        .unwrap_or(Likeness::Same)
}

fn any_of(names: &BTreeSet<Name>, likeness: impl Fn(&Name) -> Likeness) -> Likeness {
    names
        .iter()
        .map(likeness)
        .max()
        .unwrap_or(Likeness::Different)
}

/// Whether the location lies below the other.
fn is_below(inner: &str, outer: &str) -> bool {
    inner
        .strip_prefix(outer)
        .is_some_and(|rest| rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::lake_formation::grant::TagPolicy;

    fn names(texts: &[&str]) -> BTreeSet<Name> {
        texts.iter().map(|text| Name::from(*text)).collect()
    }

    fn relation(declared: Node, seen: Node) -> (Likeness, bool) {
        let object = |node| Object {
            catalog: None,
            node,
        };
        let relation = object(declared).relation(&object(seen));
        (relation.within, relation.broader)
    }

    fn table() -> Node {
        Node::Table("sales".into(), "orders".into())
    }

    fn columns(columns: Columns) -> Node {
        Node::Columns("sales".into(), "orders".into(), columns)
    }

    #[test]
    fn breadth_runs_from_all_tables_to_some_columns() {
        let some = columns(Columns::Only(names(&["a", "b"])));
        let but = columns(Columns::AllBut(names(&["c"])));
        let all = Node::AllTables("sales".into());
        let filter = Node::Filter("sales".into(), "orders".into(), "eu".into());
        for (narrow, wide) in [
            (&some, &but),
            (&some, &table()),
            (&but, &table()),
            (&table(), &all),
            (&some, &all),
            (&filter, &table()),
            (&filter, &some),
            (&all, &Node::AnyTable),
        ] {
            assert_eq!(
                relation(narrow.clone(), wide.clone()),
                (Likeness::Different, true),
                "{narrow:?} {wide:?}"
            );
            assert!(
                !relation(wide.clone(), narrow.clone()).1,
                "{wide:?} {narrow:?}"
            );
        }
    }

    #[test]
    fn fewer_columns_of_a_declared_list_are_within_it() {
        let some = columns(Columns::Only(names(&["a", "b"])));
        assert_eq!(
            relation(some.clone(), columns(Columns::Only(names(&["a"])))).0,
            Likeness::Same
        );
        assert_eq!(
            relation(some, columns(Columns::Only(names(&["a", "c"])))),
            (Likeness::Different, true)
        );
        let but = columns(Columns::AllBut(names(&["c"])));
        assert_eq!(
            relation(but.clone(), columns(Columns::AllBut(names(&["c", "d"])))).0,
            Likeness::Same
        );
        assert_eq!(
            relation(but.clone(), columns(Columns::AllBut(names(&["d"])))),
            (Likeness::Different, true)
        );
        assert_eq!(
            relation(but, columns(Columns::Only(names(&["c"])))),
            (Likeness::Different, true)
        );
    }

    #[test]
    fn tag_policies_widen_by_fewer_keys_and_more_values() {
        let policy = |tags: &[(&str, &[&str])]| {
            Node::TagPolicy(TagPolicy {
                databases: false,
                expression: Expression::Tags(
                    tags.iter()
                        .map(|(key, values)| ((*key).to_owned(), names(values)))
                        .collect(),
                ),
            })
        };
        let declared = policy(&[("team", &["sales"]), ("level", &["public"])]);
        assert_eq!(
            relation(declared.clone(), declared.clone()).0,
            Likeness::Same
        );
        assert_eq!(
            relation(declared.clone(), policy(&[("team", &["sales"])])),
            (Likeness::Different, true)
        );
        assert_eq!(
            relation(
                declared.clone(),
                policy(&[("team", &["sales", "hr"]), ("level", &["public"])])
            ),
            (Likeness::Different, true)
        );
        assert_eq!(
            relation(declared, policy(&[("team", &["hr"])])),
            (Likeness::Different, false)
        );
    }

    #[test]
    fn locations_are_one_place_however_written() {
        for text in [
            "s3://b/p/",
            "s3a://b/p",
            "arn:aws-cn:s3:::b/p",
            "arn:aws:s3:::b/p/",
        ] {
            assert_eq!(crate::aws::lake_formation::grant::location(text), "b/p");
        }
        assert!(relation(Node::Location("b/p".into()), Node::Location("b".into())).1);
        assert!(!relation(Node::Location("b/p".into()), Node::Location("b/pq".into())).1);
    }
}
