//! Strictness: what it means for one demand to be stricter than another, and what two demands give together.
//!
//! Every setting of every control is a [`Shape`]. Two shapes [`meet`](Shape::meet) to the weakest demand that
//! satisfies both; the meet is commutative, associative and idempotent, and an empty one is a conflict.
//! [`Shape::compare`] is its order. This module knows nothing of AWS and imports nothing of ours.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A text of a baseline, in which unbound parameters leave openings.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Text(Vec<Piece>);

/// A part of a [`Text`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Piece {
    /// Characters as they stand.
    Literal(String),
    /// The value of this parameter, which is not bound here: any value of its type.
    Open(String),
}

impl Text {
    /// A text from its pieces; neighbouring literals are joined.
    pub fn new(pieces: impl IntoIterator<Item = Piece>) -> Self {
        let mut joined: Vec<Piece> = Vec::new();
        for piece in pieces {
            match (joined.last_mut(), piece) {
                (_, Piece::Literal(text)) if text.is_empty() => {}
                (Some(Piece::Literal(before)), Piece::Literal(text)) => before.push_str(&text),
                (_, piece) => joined.push(piece),
            }
        }
        Self(joined)
    }

    /// Its pieces: literals and openings, in order.
    pub fn pieces(&self) -> &[Piece] {
        &self.0
    }

    /// A text without openings.
    pub fn literal(text: impl Into<String>) -> Self {
        Self::new([Piece::Literal(text.into())])
    }

    /// The characters, when nothing is open.
    pub fn as_literal(&self) -> Option<&str> {
        match self.0.as_slice() {
            [] => Some(""),
            [Piece::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// The names of the parameters that are open in it.
    pub fn open(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| {
            if let Piece::Open(name) = piece {
                Some(name.as_str())
            } else {
                None
            }
        })
    }

    /// True when some parameter is not bound.
    pub fn is_open(&self) -> bool {
        self.open().next().is_some()
    }

    /// True when the text holds `*` or `?`, which stand for characters in patterns.
    pub fn is_pattern(&self) -> bool {
        self.0
            .iter()
            .any(|piece| matches!(piece, Piece::Literal(text) if text.contains(['*', '?'])))
    }

    /// True when `value` could be this text, every opening standing for one or more characters.
    pub fn accepts(&self, value: &str) -> bool {
        if let Some(literal) = self.as_literal() {
            return literal == value;
        }
        matches(&self.tokens(false), value)
    }

    /// As [`Self::accepts`], with `*` and `?` in the text standing for characters.
    pub fn accepts_as_pattern(&self, value: &str) -> bool {
        if let Some(literal) = self.as_literal().filter(|_| !self.is_pattern()) {
            return literal == value;
        }
        matches(&self.tokens(true), value)
    }

    fn tokens(&self, wild: bool) -> Vec<Token> {
        let mut tokens = Vec::new();
        for piece in &self.0 {
            match piece {
                Piece::Open(_) => tokens.extend([Token::One, Token::Run]),
                Piece::Literal(text) => tokens.extend(text.chars().map(|char| match char {
                    '*' if wild => Token::Run,
                    '?' if wild => Token::One,
                    char => Token::Char(char),
                })),
            }
        }
        tokens
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|piece| match piece {
            Piece::Literal(text) => f.write_str(text),
            Piece::Open(name) => write!(f, "${{{name}}}"),
        })
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::literal(text)
    }
}

/// True when `value` matches `pattern`, in which `*` stands for any run of characters and `?` for one.
pub fn pattern_accepts(pattern: &str, value: &str) -> bool {
    Text::literal(pattern).accepts_as_pattern(value)
}

enum Token {
    Char(char),
    One,
    Run,
}

/// Greedy matching with one point of return, linear but for the last run.
fn matches(pattern: &[Token], value: &str) -> bool {
    let value: Vec<char> = value.chars().collect();
    let (mut at, mut from, mut retry) = (0, 0, None);
    while from < value.len() {
        match pattern.get(at) {
            Some(Token::Run) => {
                retry = Some((at, from));
                at += 1;
                continue;
            }
            Some(Token::One) => {}
            Some(Token::Char(char)) if value.get(from) == Some(char) => {}
            Some(Token::Char(_)) | None => {
                let Some((run, start)) = retry else {
                    return false;
                };
                retry = Some((run, start + 1));
                (at, from) = (run + 1, start + 1);
                continue;
            }
        }
        (at, from) = (at + 1, from + 1);
    }
    pattern
        .iter()
        .skip(at)
        .all(|token| matches!(token, Token::Run))
}

/// A cell of a table in a baseline, such as the `columns` of a grant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cell {
    /// One text.
    Text(Text),
    /// Texts without order.
    Set(BTreeSet<Text>),
    /// A boolean.
    Flag(bool),
    /// A whole number.
    Number(i64),
    /// A table of texts, such as the `tags` of an assignment.
    Map(BTreeMap<String, Text>),
}

impl Cell {
    /// The single text.
    pub fn text(&self) -> Option<&Text> {
        if let Self::Text(text) = self {
            Some(text)
        } else {
            None
        }
    }

    /// The texts of a set; a single text counts as a set of one.
    pub fn texts(&self) -> Vec<&Text> {
        match self {
            Self::Text(text) => vec![text],
            Self::Set(set) => set.iter().collect(),
            Self::Map(map) => map.values().collect(),
            Self::Flag(_) | Self::Number(_) => Vec::new(),
        }
    }
}

/// A table of a baseline, by key.
pub type Row = BTreeMap<String, Cell>;
/// A conjunction of sets: a value must be accepted by a member of each.
pub type Sets = BTreeSet<BTreeSet<Text>>;

/// A demand, with the order of strictness that its setting declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// The value must be at least this. A switch that must be on is `AtLeast(1)`.
    AtLeast(i64),
    /// The value must be at most this. A permission that is withheld is `AtMost(0)`.
    AtMost(i64),
    /// One of these must stand. Sets of patterns stay side by side; an empty intersection is a conflict.
    OneOf(Sets),
    /// Nothing but these may stand. An empty set permits nothing.
    Only(Sets),
    /// All of these are required, or forbidden: more is stricter.
    AllOf(BTreeSet<Text>),
    /// Exactly this text. Open texts stay side by side until they are bound.
    Exactly(BTreeSet<Text>),
    /// Exactly this table.
    ExactlyTable(Row),
    /// Exactly these tables, in this order.
    ExactlyRows(Vec<Row>),
    /// All of these tables, by identity: one identity with two contents is a conflict.
    Rows(BTreeMap<String, Row>),
    /// Nothing but what these tables describe may stand: fewer are stricter.
    OnlyRows(BTreeMap<String, Row>),
    /// Nothing but these names may stand, each for what all its texts accept. Fewer names are stricter.
    OnlyPairs(BTreeMap<String, BTreeSet<Text>>),
    /// For each named family at least this version; families that are not named are refused.
    Versions(BTreeMap<String, Vec<u32>>),
    /// The member of a choice that is compiled. It demands nothing; two different ones leave none.
    Prefer(BTreeSet<Text>),
}

impl Shape {
    /// Every text in it.
    pub fn texts(&self) -> Vec<&Text> {
        match self {
            Self::AtLeast(_) | Self::AtMost(_) | Self::Versions(_) => Vec::new(),
            Self::OneOf(sets) | Self::Only(sets) => sets.iter().flatten().collect(),
            Self::AllOf(set) | Self::Exactly(set) | Self::Prefer(set) => set.iter().collect(),
            Self::ExactlyTable(row) => row.values().flat_map(Cell::texts).collect(),
            Self::ExactlyRows(rows) => rows
                .iter()
                .flat_map(BTreeMap::values)
                .flat_map(Cell::texts)
                .collect(),
            Self::Rows(rows) | Self::OnlyRows(rows) => rows
                .values()
                .flat_map(BTreeMap::values)
                .flat_map(Cell::texts)
                .collect(),
            Self::OnlyPairs(pairs) => pairs.values().flatten().collect(),
        }
    }
}

/// Two demands that nothing can satisfy together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict;

impl Shape {
    /// The weakest demand that satisfies both.
    ///
    /// # Errors
    /// [`Conflict`] when no value satisfies both, or the shapes are of different kinds.
    pub fn meet(&self, other: &Self) -> Result<Self, Conflict> {
        Ok(match (self, other) {
            (Self::AtLeast(a), Self::AtLeast(b)) => Self::AtLeast(*a.max(b)),
            (Self::AtMost(a), Self::AtMost(b)) => Self::AtMost(*a.min(b)),
            (Self::OneOf(a), Self::OneOf(b)) => Self::OneOf(meet_sets(a, b, false)?),
            (Self::Only(a), Self::Only(b)) => Self::Only(meet_sets(a, b, true)?),
            (Self::AllOf(a), Self::AllOf(b)) => Self::AllOf(a | b),
            (Self::Exactly(a), Self::Exactly(b)) => Self::Exactly(meet_exactly(a, b)?),
            (Self::ExactlyTable(a), Self::ExactlyTable(b)) if a == b => {
                Self::ExactlyTable(a.clone())
            }
            (Self::ExactlyRows(a), Self::ExactlyRows(b)) if a == b => Self::ExactlyRows(a.clone()),
            (Self::Rows(a), Self::Rows(b)) => Self::Rows(meet_rows(a, b)?),
            (Self::OnlyRows(a), Self::OnlyRows(b)) => Self::OnlyRows(meet_only_rows(a, b)),
            (Self::OnlyPairs(a), Self::OnlyPairs(b)) => Self::OnlyPairs(meet_pairs(a, b)),
            (Self::Versions(a), Self::Versions(b)) => Self::Versions(meet_versions(a, b)?),
            (Self::Prefer(a), Self::Prefer(b)) => Self::Prefer(a | b),
            _ => return Err(Conflict),
        })
    }

    /// How strict `self` is, seen from `other`: `Greater` is stricter; `None` is incomparable.
    pub fn compare(&self, other: &Self) -> Option<Ordering> {
        if self == other || matches!((self, other), (Self::Prefer(_), Self::Prefer(_))) {
            return Some(Ordering::Equal);
        }
        match (self.satisfies(other), other.satisfies(self)) {
            (true, true) => Some(Ordering::Equal),
            (true, false) => Some(Ordering::Greater),
            (false, true) => Some(Ordering::Less),
            (false, false) => None,
        }
    }

    /// True when whatever satisfies `self` satisfies `other`.
    pub fn satisfies(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::AtLeast(a), Self::AtLeast(b)) => a >= b,
            (Self::AtMost(a), Self::AtMost(b)) => a <= b,
            (Self::OneOf(a), Self::OneOf(b)) | (Self::Only(a), Self::Only(b)) => b
                .iter()
                .all(|outer| a.iter().any(|inner| inside(inner, outer))),
            (Self::AllOf(a), Self::AllOf(b)) => a.is_superset(b),
            (Self::Exactly(a), Self::Exactly(b)) => implies(a, b),
            (Self::OnlyPairs(a), Self::OnlyPairs(b)) => a
                .iter()
                .all(|(name, texts)| b.get(name).is_some_and(|other| implies(texts, other))),
            (Self::Rows(a), Self::Rows(b)) => {
                b.iter().all(|(identity, row)| a.get(identity) == Some(row))
            }
            (Self::OnlyRows(a), Self::OnlyRows(b)) => {
                a.iter().all(|(identity, row)| b.get(identity) == Some(row))
            }
            (Self::Versions(a), Self::Versions(b)) => a
                .iter()
                .all(|(family, version)| b.get(family).is_some_and(|floor| version >= floor)),
            (Self::Prefer(_), Self::Prefer(_)) => true,
            _ => self == other,
        }
    }
}

fn meet_sets(a: &Sets, b: &Sets, may_be_empty: bool) -> Result<Sets, Conflict> {
    let (plain, patterns): (Vec<_>, Vec<_>) = a
        .union(b)
        .cloned()
        .partition(|set| set.iter().all(|text| !text.is_open() && !text.is_pattern()));
    let Some(mut plain) = plain.into_iter().reduce(|a, b| &a & &b) else {
        return Ok(patterns.into_iter().collect());
    };
    plain.retain(|text| {
        text.as_literal().is_some_and(|value| {
            patterns
                .iter()
                .all(|set| set.iter().any(|pattern| pattern.accepts_as_pattern(value)))
        })
    });
    if plain.is_empty() && !may_be_empty {
        return Err(Conflict);
    }
    Ok(patterns.into_iter().chain([plain]).collect())
}

fn meet_exactly(a: &BTreeSet<Text>, b: &BTreeSet<Text>) -> Result<BTreeSet<Text>, Conflict> {
    let both: BTreeSet<Text> = a | b;
    let mut closed = both.iter().filter_map(Text::as_literal);
    match (closed.next(), closed.next()) {
        (Some(_), Some(_)) => Err(Conflict),
        (Some(value), None) if !both.iter().all(|text| text.accepts(value)) => Err(Conflict),
        _ => Ok(both),
    }
}

/// True when a value that all of `a` accept is accepted by all of `b`.
fn implies(a: &BTreeSet<Text>, b: &BTreeSet<Text>) -> bool {
    b.iter().all(|text| {
        a.contains(text)
            || a.iter()
                .any(|mine| mine.as_literal().is_some_and(|value| text.accepts(value)))
    })
}

/// The names that both permit. Texts stay side by side: a name with two different ones permits nothing that exists.
fn meet_pairs(
    a: &BTreeMap<String, BTreeSet<Text>>,
    b: &BTreeMap<String, BTreeSet<Text>>,
) -> BTreeMap<String, BTreeSet<Text>> {
    let both = a.iter().filter_map(|(name, texts)| {
        let other = b.get(name)?;
        Some((name.clone(), texts | other))
    });
    both.collect()
}

fn meet_rows(
    a: &BTreeMap<String, Row>,
    b: &BTreeMap<String, Row>,
) -> Result<BTreeMap<String, Row>, Conflict> {
    if a.iter()
        .any(|(identity, row)| b.get(identity).is_some_and(|other| other != row))
    {
        return Err(Conflict);
    }
    Ok(a.iter()
        .chain(b)
        .map(|(identity, row)| (identity.clone(), row.clone()))
        .collect())
}

/// The tables that both permit.
fn meet_only_rows(a: &BTreeMap<String, Row>, b: &BTreeMap<String, Row>) -> BTreeMap<String, Row> {
    let both = a
        .iter()
        .filter(|(identity, row)| b.get(*identity) == Some(row));
    both.map(|(identity, row)| (identity.clone(), row.clone()))
        .collect()
}

fn meet_versions(
    a: &BTreeMap<String, Vec<u32>>,
    b: &BTreeMap<String, Vec<u32>>,
) -> Result<BTreeMap<String, Vec<u32>>, Conflict> {
    let both: BTreeMap<_, _> = a
        .iter()
        .filter_map(|(family, floor)| {
            b.get(family)
                .map(|other| (family.clone(), floor.max(other).clone()))
        })
        .collect();
    if both.is_empty() {
        Err(Conflict)
    } else {
        Ok(both)
    }
}

/// True when every member of `inner` is accepted by some member of `outer`.
fn inside(inner: &BTreeSet<Text>, outer: &BTreeSet<Text>) -> bool {
    inner
        .iter()
        .all(|text| outer.contains(text) || outer.iter().any(|pattern| covers(pattern, text)))
}

/// True when `pattern` accepts everything that `text` stands for. A `?` or an opening in the pattern takes at least one
/// character and could swallow a `*` of the text, which may stand for none: so they cover only plain texts.
fn covers(pattern: &Text, text: &Text) -> bool {
    let takes_one = pattern.0.iter().any(|piece| match piece {
        Piece::Literal(literal) => literal.contains('?'),
        Piece::Open(_) => true,
    });
    (!takes_one || !text.is_pattern())
        && text
            .as_literal()
            .is_some_and(|value| pattern.accepts_as_pattern(value))
}

#[cfg(test)]
mod tests;
