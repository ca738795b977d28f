//! The types of setting: how each is written, and what a control reads.

use super::{Column, Domain, Field, Preset, Requirement, Spec, TextType};
use crate::lattice::{self, Row, Shape, Text};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::marker::PhantomData;

/// A typed table of settings; implemented by `settings!`.
pub trait Settings: Sized {
    /// Its settings, in declared order.
    fn fields() -> Vec<Field>;
    /// The typed table.
    fn bind(requirement: &Requirement) -> Self;
}

/// A type of setting: how it is written, and what a control reads.
pub trait SettingKind {
    /// What a control reads.
    type Value;
    /// How it is written and merged.
    const SPEC: Spec;
    /// The value, from what the layers ask or else the default.
    fn value(shape: Option<&Shape>, default: Option<Preset>) -> Self::Value;
}

/// Words of AWS's, for choices.
pub trait Vocabulary {
    /// The words.
    const DOMAIN: Domain;
}

/// A boolean of which `true` is stricter. Reads as `bool`.
#[derive(Debug)]
pub enum Switch {}
/// A boolean of which `false` is stricter: something that may be permitted. Reads as `bool`.
#[derive(Debug)]
pub enum Allowance {}
/// A boolean that says how things are, with no order: layers must agree. Its demand is [`Shape::Exactly`] of
/// `true` or `false`. Reads as `bool`.
#[derive(Debug)]
pub enum Stated {}
/// A number of which more is stricter, within bounds. Reads as `Option<i64>`.
#[derive(Debug)]
pub enum AtLeast<const MIN: i64, const MAX: i64> {}
/// A number of which less is stricter, within bounds. Reads as `Option<i64>`.
#[derive(Debug)]
pub enum AtMost<const MIN: i64, const MAX: i64> {}
/// Ordered words of which later is stricter. Reads as the word.
#[derive(Debug)]
pub struct Level<V>(PhantomData<V>);
/// One of these must stand. Reads as [`Choice`].
#[derive(Debug)]
pub struct OneOf<V>(PhantomData<V>);
/// Nothing but these may stand. Reads as [`Choice`].
#[derive(Debug)]
pub struct Only<V>(PhantomData<V>);
/// All of these are required. Reads as `BTreeSet<Text>`.
#[derive(Debug)]
pub struct Includes<V>(PhantomData<V>);
/// All of these are forbidden. Reads as `BTreeSet<Text>`.
#[derive(Debug)]
pub struct Excludes<V>(PhantomData<V>);
/// Exactly one text. Reads as `Option<Text>`.
#[derive(Debug)]
pub struct Exactly<V>(PhantomData<V>);
/// Exactly one table. Reads as `Option<Row>`.
#[derive(Debug)]
pub struct ExactlyTable<V>(PhantomData<V>);
/// Exactly these tables, in order. Reads as `Option<Vec<Row>>`.
#[derive(Debug)]
pub struct ExactlyRows<V>(PhantomData<V>);
/// All of these tables, by identity. Reads as [`lattice::KeyedRows`].
#[derive(Debug)]
pub struct Rows<V>(PhantomData<V>);
/// Nothing but what these tables describe may stand. Reads as [`lattice::KeyedRows`].
#[derive(Debug)]
pub struct OnlyRows<V>(PhantomData<V>);
/// No names but these may stand, each for its text. Reads as `BTreeMap<String, BTreeSet<Text>>`, where a name stands
/// for what all its texts accept.
#[derive(Debug)]
pub struct OnlyPairs<V>(PhantomData<V>);
/// A minimum release for each family. Reads as `Option<BTreeMap<String, Vec<u32>>>`.
#[derive(Debug)]
pub enum Releases {}
/// The member of a choice that is compiled. Reads as `Option<Text>`, `None` when layers differ.
#[derive(Debug)]
pub struct Prefer<V>(PhantomData<V>);

/// Columns of a table, for [`Rows`] and its kin.
pub trait Table {
    /// The columns.
    const COLUMNS: &'static [Column];
}

macro_rules! text_domains {
    ($($(#[$doc:meta])* $name:ident = $domain:expr;)*) => { $(
        $(#[$doc])* #[derive(Debug)] pub enum $name {}
        impl Vocabulary for $name { const DOMAIN: Domain = $domain; }
    )* };
}
text_domains! {
    /// Key ARNs.
    KmsKey = Domain::Texts(TextType::KmsKey);
    /// S3 objects.
    S3Object = Domain::Texts(TextType::S3Object);
    /// S3 prefixes.
    S3Prefix = Domain::Texts(TextType::S3Prefix);
    /// Role ARNs.
    IamRole = Domain::Texts(TextType::IamRole);
    /// Subnet ids.
    Subnet = Domain::Texts(TextType::Subnet);
    /// Any text.
    Plain = Domain::Texts(TextType::String);
    /// Patterns of any text.
    Pattern = Domain::Patterns(TextType::String);
    /// Patterns of role ARNs.
    RolePattern = Domain::Patterns(TextType::IamRole);
}
/// What buckets hold.
#[derive(Debug)]
pub enum BucketClass {}
impl Vocabulary for BucketClass {
    const DOMAIN: Domain = Domain::Words(crate::observed::buckets::CLASSES);
}
impl Vocabulary for () {
    const DOMAIN: Domain = Domain::Texts(TextType::String);
}

/// What may stand: a conjunction of sets, or anything when no layer says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice(Option<crate::lattice::Sets>);

impl Choice {
    /// What permits nothing.
    pub fn nothing() -> Self {
        Self(Some(std::iter::once(BTreeSet::new()).collect()))
    }

    /// True when no layer restricts it.
    pub fn is_any(&self) -> bool {
        self.0.is_none()
    }

    /// True when `value` may stand. `*` and `?` in the baseline stand for characters.
    pub fn allows(&self, value: &str) -> bool {
        self.0.as_ref().is_none_or(|sets| {
            sets.iter()
                .all(|set| set.iter().any(|text| text.accepts_as_pattern(value)))
        })
    }

    /// As [`Self::allows`], each text compared by `same(text, value)`.
    pub fn allows_by(&self, mut same: impl FnMut(&Text) -> bool) -> bool {
        self.0
            .as_ref()
            .is_none_or(|sets| sets.iter().all(|set| set.iter().any(&mut same)))
    }

    /// The sets of the layers: a value must be allowed by each.
    pub fn sets(&self) -> impl Iterator<Item = &BTreeSet<Text>> {
        self.0.iter().flatten()
    }

    /// Every text mentioned, for messages and for compiling.
    pub fn texts(&self) -> BTreeSet<&Text> {
        self.0.iter().flatten().flatten().collect()
    }

    /// The single text that is left, when there is just one.
    pub fn only_one(&self) -> Option<&Text> {
        let texts = self.texts();
        if texts.len() == 1 {
            texts.first().copied()
        } else {
            None
        }
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_any() {
            return f.write_str("any");
        }
        let texts: Vec<String> = self
            .texts()
            .into_iter()
            .map(|text| format!("`{text}`"))
            .collect();
        if texts.is_empty() {
            f.write_str("none")
        } else {
            f.write_str(&texts.join(", "))
        }
    }
}

impl SettingKind for Switch {
    type Value = bool;
    const SPEC: Spec = Spec::Switch;
    fn value(shape: Option<&Shape>, default: Option<Preset>) -> bool {
        if let Some(Shape::AtLeast(level)) = shape {
            *level > 0
        } else {
            matches!(default, Some(Preset::Flag(true)))
        }
    }
}
impl SettingKind for Allowance {
    type Value = bool;
    const SPEC: Spec = Spec::Allowance;
    fn value(shape: Option<&Shape>, default: Option<Preset>) -> bool {
        if let Some(Shape::AtMost(level)) = shape {
            *level > 0
        } else {
            matches!(default, Some(Preset::Flag(true)))
        }
    }
}
impl SettingKind for Stated {
    type Value = bool;
    const SPEC: Spec = Spec::Stated;
    fn value(shape: Option<&Shape>, default: Option<Preset>) -> bool {
        if let Some(Shape::Exactly(texts)) = shape {
            texts.iter().all(|text| text.as_literal() == Some("true"))
        } else {
            matches!(default, Some(Preset::Flag(true)))
        }
    }
}
fn number(shape: Option<&Shape>, default: Option<Preset>) -> Option<i64> {
    match (shape, default) {
        (Some(Shape::AtLeast(number) | Shape::AtMost(number)), _) => Some(*number),
        (None, Some(Preset::Number(number))) => Some(number),
        _ => None,
    }
}
impl<const MIN: i64, const MAX: i64> SettingKind for AtLeast<MIN, MAX> {
    type Value = Option<i64>;
    const SPEC: Spec = Spec::AtLeast(MIN, MAX);
    fn value(shape: Option<&Shape>, default: Option<Preset>) -> Option<i64> {
        number(shape, default)
    }
}
impl<const MIN: i64, const MAX: i64> SettingKind for AtMost<MIN, MAX> {
    type Value = Option<i64>;
    const SPEC: Spec = Spec::AtMost(MIN, MAX);
    fn value(shape: Option<&Shape>, default: Option<Preset>) -> Option<i64> {
        number(shape, default)
    }
}
fn words<V: Vocabulary>() -> &'static [&'static str] {
    if let Domain::Words(words) = V::DOMAIN {
        words
    } else {
        &[]
    }
}
impl<V: Vocabulary> SettingKind for Level<V> {
    type Value = &'static str;
    const SPEC: Spec = Spec::Level(if let Domain::Words(words) = V::DOMAIN {
        words
    } else {
        &[]
    });
    fn value(shape: Option<&Shape>, default: Option<Preset>) -> &'static str {
        match (shape, default) {
            (Some(Shape::AtLeast(level)), _) => usize::try_from(*level)
                .ok()
                .and_then(|level| words::<V>().get(level))
                .copied()
                .unwrap_or_default(),
            (_, Some(Preset::Word(word))) => word,
            _ => words::<V>().first().copied().unwrap_or_default(),
        }
    }
}
fn preset_texts(default: Option<Preset>) -> Option<BTreeSet<Text>> {
    if let Some(Preset::Words(words)) = default {
        Some(words.iter().map(|word| Text::from(*word)).collect())
    } else {
        None
    }
}
fn choice(shape: Option<&Shape>, default: Option<Preset>) -> Choice {
    match shape {
        Some(Shape::OneOf(sets) | Shape::Only(sets)) => Choice(Some(sets.clone())),
        _ => Choice(preset_texts(default).map(|set| BTreeSet::from([set]))),
    }
}
impl<V: Vocabulary> SettingKind for OneOf<V> {
    type Value = Choice;
    const SPEC: Spec = Spec::OneOf(V::DOMAIN);
    fn value(shape: Option<&Shape>, default: Option<Preset>) -> Choice {
        choice(shape, default)
    }
}
impl<V: Vocabulary> SettingKind for Only<V> {
    type Value = Choice;
    const SPEC: Spec = Spec::Only(V::DOMAIN);
    fn value(shape: Option<&Shape>, default: Option<Preset>) -> Choice {
        choice(shape, default)
    }
}
fn all_of(shape: Option<&Shape>, default: Option<Preset>) -> BTreeSet<Text> {
    if let Some(Shape::AllOf(texts)) = shape {
        texts.clone()
    } else {
        preset_texts(default).unwrap_or_default()
    }
}
impl<V: Vocabulary> SettingKind for Includes<V> {
    type Value = BTreeSet<Text>;
    const SPEC: Spec = Spec::Includes(V::DOMAIN);
    fn value(shape: Option<&Shape>, default: Option<Preset>) -> BTreeSet<Text> {
        all_of(shape, default)
    }
}
impl<V: Vocabulary> SettingKind for Excludes<V> {
    type Value = BTreeSet<Text>;
    const SPEC: Spec = Spec::Excludes(V::DOMAIN);
    fn value(shape: Option<&Shape>, default: Option<Preset>) -> BTreeSet<Text> {
        all_of(shape, default)
    }
}
impl<V> Exactly<V> {
    pub(super) fn of(shape: &Shape) -> Option<Text> {
        let Shape::Exactly(texts) = shape else {
            return None;
        };
        texts
            .iter()
            .find(|text| !text.is_open())
            .or_else(|| texts.first())
            .cloned()
    }
}
impl<V: Vocabulary> SettingKind for Exactly<V> {
    type Value = Option<Text>;
    const SPEC: Spec = Spec::Exactly(V::DOMAIN);
    fn value(shape: Option<&Shape>, default: Option<Preset>) -> Option<Text> {
        match (shape, default) {
            (Some(shape), _) => Self::of(shape),
            (None, Some(Preset::Word(word))) => Some(Text::from(word)),
            _ => None,
        }
    }
}
impl<V: Table> SettingKind for ExactlyTable<V> {
    type Value = Option<Row>;
    const SPEC: Spec = Spec::ExactlyTable(V::COLUMNS);
    fn value(shape: Option<&Shape>, _: Option<Preset>) -> Option<Row> {
        if let Some(Shape::ExactlyTable(row)) = shape {
            Some(row.clone())
        } else {
            None
        }
    }
}
impl<V: Table> SettingKind for ExactlyRows<V> {
    type Value = Option<Vec<Row>>;
    const SPEC: Spec = Spec::ExactlyRows(V::COLUMNS);
    fn value(shape: Option<&Shape>, _: Option<Preset>) -> Option<Vec<Row>> {
        if let Some(Shape::ExactlyRows(rows)) = shape {
            Some(rows.clone())
        } else {
            None
        }
    }
}
impl<V: Table> SettingKind for Rows<V> {
    type Value = lattice::KeyedRows;
    const SPEC: Spec = Spec::Rows(V::COLUMNS);
    fn value(shape: Option<&Shape>, _: Option<Preset>) -> Self::Value {
        if let Some(Shape::Rows(rows)) = shape {
            rows.clone()
        } else {
            lattice::KeyedRows::default()
        }
    }
}
impl<V: Table> SettingKind for OnlyRows<V> {
    type Value = lattice::KeyedRows;
    const SPEC: Spec = Spec::OnlyRows(V::COLUMNS);
    fn value(shape: Option<&Shape>, _: Option<Preset>) -> Self::Value {
        if let Some(Shape::OnlyRows(rows)) = shape {
            rows.clone()
        } else {
            lattice::KeyedRows::default()
        }
    }
}
impl<V: Vocabulary> SettingKind for OnlyPairs<V> {
    type Value = BTreeMap<String, BTreeSet<Text>>;
    const SPEC: Spec = Spec::OnlyPairs(V::DOMAIN);
    fn value(shape: Option<&Shape>, _: Option<Preset>) -> Self::Value {
        if let Some(Shape::OnlyPairs(pairs)) = shape {
            pairs.clone()
        } else {
            BTreeMap::new()
        }
    }
}
impl SettingKind for Releases {
    type Value = Option<BTreeMap<String, Vec<u32>>>;
    const SPEC: Spec = Spec::Releases;
    fn value(shape: Option<&Shape>, _: Option<Preset>) -> Self::Value {
        if let Some(Shape::Versions(versions)) = shape {
            Some(versions.clone())
        } else {
            None
        }
    }
}
impl<V: Vocabulary> SettingKind for Prefer<V> {
    type Value = Option<Text>;
    const SPEC: Spec = Spec::Prefer(V::DOMAIN);
    fn value(shape: Option<&Shape>, _: Option<Preset>) -> Option<Text> {
        match shape {
            Some(Shape::Prefer(texts)) if texts.len() == 1 => texts.first().cloned(),
            _ => None,
        }
    }
}
