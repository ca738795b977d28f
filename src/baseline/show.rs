//! Demands in words: as TOML would write them, for messages, `explain` and `compare`.

use crate::control::settings::{Field, Preset, Spec};
use crate::lattice::{Cell, Row, Sets, Shape, Text};
use std::collections::{BTreeMap, BTreeSet};

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
    match shape {
        Shape::AtLeast(number) | Shape::AtMost(number) => match spec {
            Spec::Switch | Spec::Allowance => (*number > 0).to_string(),
            Spec::Level(words) => level(words, *number),
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
            | Spec::Prefer(_) => number.to_string(),
        },
        Shape::OneOf(sets) | Shape::Only(sets) => conjunction(sets),
        Shape::AllOf(set) => list(set),
        Shape::Exactly(texts) if matches!(spec, Spec::Stated) => {
            both(texts.iter().map(Text::to_string))
        }
        Shape::Exactly(texts) | Shape::Prefer(texts) => both(texts.iter().map(quoted)),
        Shape::ExactlyTable(table) => row(table),
        Shape::ExactlyRows(rows) => {
            let rows: Vec<String> = rows.iter().map(row).collect();
            format!("[{}]", rows.join(", "))
        }
        Shape::Rows(rows) | Shape::OnlyRows(rows) => {
            let rows: Vec<String> = rows.values().map(row).collect();
            format!("[{}]", rows.join(", "))
        }
        Shape::OnlyPairs(map) => {
            let pairs = map
                .iter()
                .map(|(name, texts)| format!("{name} = {}", both(texts.iter().map(quoted))));
            braces(pairs)
        }
        Shape::Versions(floors) => {
            let labels: Vec<String> = floors
                .iter()
                .map(|(family, version)| label(family, version))
                .collect();
            format!("[{}]", labels.join(", "))
        }
    }
}

fn level(words: &[&str], number: i64) -> String {
    let word = usize::try_from(number)
        .ok()
        .and_then(|index| words.get(index));
    word.map_or_else(|| number.to_string(), |word| format!("{word:?}"))
}

fn quoted(text: &Text) -> String {
    format!("{:?}", text.to_string())
}

fn list(set: &BTreeSet<Text>) -> String {
    let texts: Vec<String> = set.iter().map(quoted).collect();
    format!("[{}]", texts.join(", "))
}

fn conjunction(sets: &Sets) -> String {
    both(sets.iter().map(list))
}

fn both(parts: impl Iterator<Item = String>) -> String {
    let parts: Vec<String> = parts.collect();
    parts.join(" and ")
}

fn braces(pairs: impl Iterator<Item = String>) -> String {
    let pairs: Vec<String> = pairs.collect();
    format!("{{ {} }}", pairs.join(", "))
}

/// A row as an inline table.
pub(super) fn row(row: &Row) -> String {
    braces(
        row.iter()
            .map(|(key, cell)| format!("{key} = {}", cell_text(cell))),
    )
}

fn cell_text(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => quoted(text),
        Cell::Set(set) => list(set),
        Cell::Flag(flag) => flag.to_string(),
        Cell::Number(number) => number.to_string(),
        Cell::Map(map) => map_text(map),
    }
}

fn map_text(map: &BTreeMap<String, Text>) -> String {
    braces(
        map.iter()
            .map(|(key, text)| format!("{key} = {}", quoted(text))),
    )
}

/// `emr-7` and `[7, 2, 0]` as `"emr-7.2.0"`; the family of Spark releases has its number in the version only.
fn label(family: &str, version: &[u32]) -> String {
    let numbers: Vec<String> = version.iter().map(u32::to_string).collect();
    let name = if family == "emr-spark" {
        "emr-spark"
    } else {
        "emr"
    };
    format!("\"{name}-{}\"", numbers.join("."))
}
