//! Demands in words: as TOML would write them, for messages, `explain` and `compare`.

use crate::control::settings::{Field, Preset, Spec};
use crate::lattice::{Cell, Piece, Row, Shape, Text};
use std::collections::BTreeSet;
use std::fmt::{self, Display as _};

/// The demand that a default stands for; `None` when it asks for nothing.
pub fn default_shape(field: &Field) -> Option<Shape> {
    let preset = field.default?;
    let texts =
        |words: &[&str]| -> BTreeSet<Text> { words.iter().map(|word| Text::from(*word)).collect() };
    let words = match preset {
        Preset::Words(words) => texts(words),
        Preset::Word(word) => texts(&[word]),
        Preset::Flag(_) | Preset::Number(_) => BTreeSet::new(),
    };
    Some(match (field.spec, preset) {
        (Spec::Switch, Preset::Flag(flag)) => Shape::AtLeast(i64::from(flag)),
        (Spec::Allowance, Preset::Flag(flag)) => Shape::AtMost(i64::from(flag)),
        (Spec::Stated, Preset::Flag(flag)) => {
            Shape::Exactly(BTreeSet::from([Text::literal(flag.to_string())]))
        }
        (Spec::AtLeast(..), Preset::Number(number)) => Shape::AtLeast(number),
        (Spec::AtMost(..), Preset::Number(number)) => Shape::AtMost(number),
        (Spec::Level(levels), Preset::Word(word)) => {
            let index = levels.iter().position(|level| *level == word)?;
            Shape::AtLeast(i64::try_from(index).ok()?)
        }
        (Spec::OneOf(_), _) => Shape::OneOf(BTreeSet::from([words])),
        (Spec::Only(_), _) => Shape::Only(BTreeSet::from([words])),
        (Spec::Includes(_) | Spec::Excludes(_), _) => Shape::AllOf(words),
        (Spec::Exactly(_), _) => Shape::Exactly(words),
        (Spec::Prefer(_), _) => Shape::Prefer(words),
        _ => return None,
    })
}

/// A demand as TOML writes it.
pub fn show(spec: &Spec, shape: &Shape) -> String {
    Shown(spec, shape).to_string()
}

/// A demand as TOML writes it. A list of tables may be very long: it is written piece by piece.
pub(super) struct Shown<'a>(pub(super) &'a Spec, pub(super) &'a Shape);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(spec, shape) = *self;
        match shape {
            Shape::AtLeast(number) | Shape::AtMost(number) => match spec {
                Spec::Switch | Spec::Allowance => (*number > 0).fmt(out),
                Spec::Level(words) => level(out, words, *number),
                Spec::AtLeast(..)
                | Spec::AtMost(..)
                | Spec::OneOf(_)
                | Spec::Only(_)
                | Spec::Includes(_)
                | Spec::Excludes(_)
                | Spec::Exactly(_)
                | Spec::ExactlyTable(_)
                | Spec::ExactlyRows(_)
                | Spec::Rows(_)
                | Spec::OnlyRows(_)
                | Spec::OnlyPairs(_)
                | Spec::Releases
                | Spec::Stated
                | Spec::Prefer(_) => number.fmt(out),
            },
            Shape::OneOf(sets) | Shape::Only(sets) => joined(out, " and ", sets, list),
            Shape::AllOf(set) => list(out, set),
            Shape::Exactly(texts) if matches!(spec, Spec::Stated) => {
                joined(out, " and ", texts, |out, text| text.fmt(out))
            }
            Shape::Exactly(texts) | Shape::Prefer(texts) => joined(out, " and ", texts, quoted),
            Shape::ExactlyTable(table) => row(out, table),
            Shape::ExactlyRows(rows) => bracketed(out, rows, row),
            Shape::Rows(rows) | Shape::OnlyRows(rows) => bracketed(out, rows.values(), row),
            Shape::OnlyPairs(map) => {
                braces(out, map, |out, texts| joined(out, " and ", texts, quoted))
            }
            Shape::Versions(floors) => bracketed(out, floors, |out, (family, version)| {
                label(out, family, version)
            }),
        }
    }
}

/// Writes each, with something between them.
fn joined<T>(
    out: &mut fmt::Formatter<'_>,
    between: &str,
    each: impl IntoIterator<Item = T>,
    write: impl Fn(&mut fmt::Formatter<'_>, T) -> fmt::Result,
) -> fmt::Result {
    for (at, one) in each.into_iter().enumerate() {
        if at > 0 {
            out.write_str(between)?;
        }
        write(out, one)?;
    }
    Ok(())
}

fn bracketed<T>(
    out: &mut fmt::Formatter<'_>,
    each: impl IntoIterator<Item = T>,
    write: impl Fn(&mut fmt::Formatter<'_>, T) -> fmt::Result,
) -> fmt::Result {
    out.write_str("[")?;
    joined(out, ", ", each, write)?;
    out.write_str("]")
}

/// An inline table.
fn braces<K: fmt::Display, T>(
    out: &mut fmt::Formatter<'_>,
    pairs: impl IntoIterator<Item = (K, T)>,
    write: impl Fn(&mut fmt::Formatter<'_>, T) -> fmt::Result,
) -> fmt::Result {
    out.write_str("{ ")?;
    joined(out, ", ", pairs, |out, (key, value)| {
        write!(out, "{key} = ")?;
        write(out, value)
    })?;
    out.write_str(" }")
}

fn level(out: &mut fmt::Formatter<'_>, words: &[&str], number: i64) -> fmt::Result {
    let word = usize::try_from(number)
        .ok()
        .and_then(|index| words.get(index));
    match word {
        Some(word) => write!(out, "{word:?}"),
        None => number.fmt(out),
    }
}

/// A text as a baseline writes it, where `${` that refers to nothing is `$${`.
fn quoted(out: &mut fmt::Formatter<'_>, text: &Text) -> fmt::Result {
    if let Some(text) = text.as_literal().filter(|text| !text.contains("${")) {
        return write!(out, "{text:?}");
    }
    let pieces = text.pieces();
    let written = pieces.iter().map(|piece| match piece {
        Piece::Literal(text) => text.replace("${", "$${"),
        Piece::Open(name) => format!("${{{name}}}"),
    });
    write!(out, "{:?}", written.collect::<String>())
}

fn list(out: &mut fmt::Formatter<'_>, set: &BTreeSet<Text>) -> fmt::Result {
    bracketed(out, set, quoted)
}

/// A row as an inline table.
pub(super) fn shown_row(row: &Row) -> String {
    fmt::from_fn(|out| self::row(out, row)).to_string()
}

fn row(out: &mut fmt::Formatter<'_>, row: &Row) -> fmt::Result {
    braces(out, row.iter(), |out, cell| match cell {
        Cell::Text(text) => quoted(out, text),
        Cell::Set(set) => list(out, set),
        Cell::Flag(flag) => flag.fmt(out),
        Cell::Number(number) => number.fmt(out),
        Cell::Map(map) => braces(out, map, quoted),
    })
}

/// `emr-7` and `[7, 2, 0]` as `"emr-7.2.0"`; the family of Spark releases has its number in the version only.
fn label(out: &mut fmt::Formatter<'_>, family: &str, version: &[u32]) -> fmt::Result {
    let name = if family == "emr-spark" {
        "emr-spark"
    } else {
        "emr"
    };
    write!(out, "\"{name}-")?;
    joined(out, ".", version, |out, number| number.fmt(out))?;
    out.write_str("\"")
}
