//! Settings as controls declare them, once: the `settings!` table yields the TOML keys, their merge, the
//! JSON Schema, the docs table and the typed struct that `judge` and `compile` read.

use crate::lattice::{Cell, Row, Shape, Text};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::marker::PhantomData;

pub use crate::origin::Origin;

/// What a parameter may stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TextType {
    /// A KMS key ARN.
    KmsKey,
    /// An S3 object, `s3://bucket/key` or its ARN.
    S3Object,
    /// An S3 prefix.
    S3Prefix,
    /// An IAM role ARN.
    IamRole,
    /// A subnet id.
    Subnet,
    /// A security group id.
    SecurityGroup,
    /// An address range.
    Cidr,
    /// Any text.
    String,
}

impl TextType {
    /// Every type.
    pub const ALL: [Self; 8] = [
        Self::KmsKey,
        Self::S3Object,
        Self::S3Prefix,
        Self::IamRole,
        Self::Subnet,
        Self::SecurityGroup,
        Self::Cidr,
        Self::String,
    ];

    /// Its name in `[parameters]`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::KmsKey => "kms-key",
            Self::S3Object => "s3-object",
            Self::S3Prefix => "s3-prefix",
            Self::IamRole => "iam-role",
            Self::Subnet => "subnet",
            Self::SecurityGroup => "security-group",
            Self::Cidr => "cidr",
            Self::String => "string",
        }
    }
}

/// What texts a setting takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Domain {
    /// Only these words.
    Words(&'static [&'static str]),
    /// Any text of this type.
    Texts(TextType),
    /// Texts in which `*` and `?` stand for characters.
    Patterns(TextType),
}

/// A column of a table of a baseline.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its key.
    pub key: &'static str,
    /// What it means, for the schema and the docs.
    pub doc: &'static str,
    /// What it holds.
    pub cell: CellKind,
    /// Whether every row must give it.
    pub required: bool,
    /// Whether it is part of the row's identity. Of a list only its being there is: see [`row_identity`].
    pub identity: bool,
}

impl Column {
    /// A column that a row may leave out.
    pub const fn optional(key: &'static str, cell: CellKind, doc: &'static str) -> Self {
        Self {
            key,
            doc,
            cell,
            required: false,
            identity: false,
        }
    }

    /// A column that every row gives.
    pub const fn required(key: &'static str, cell: CellKind, doc: &'static str) -> Self {
        Self {
            required: true,
            ..Self::optional(key, cell, doc)
        }
    }

    /// The same column as a part of the row's identity.
    #[must_use]
    pub const fn identifying(self) -> Self {
        Self {
            identity: true,
            ..self
        }
    }
}

/// The key of a row among those of its list: its identifying cells, in the order of the columns.
///
/// A list of texts counts by being there, not by what it holds: a grant on columns is another grant than
/// one on the table, and two grants on different columns of one table are a conflict, not two grants.
pub fn row_identity(columns: &[Column], row: &Row) -> String {
    let mut parts = Vec::new();
    for column in columns.iter().filter(|column| column.identity) {
        match row.get(column.key) {
            None => {}
            Some(Cell::Text(text)) => parts.push(format!("{} {text}", column.key)),
            Some(Cell::Flag(flag)) => parts.push(format!("{} {flag}", column.key)),
            Some(Cell::Number(number)) => parts.push(format!("{} {number}", column.key)),
            Some(Cell::Set(_) | Cell::Map(_)) => parts.push(column.key.to_owned()),
        }
    }
    parts.join(", ")
}

/// What a cell holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellKind {
    /// One text.
    One(Domain),
    /// A list of texts without order.
    Many(Domain),
    /// A boolean.
    Flag,
    /// A whole number.
    Number,
    /// A table of texts.
    Map,
}

/// How a setting is written and merged.
#[derive(Clone, Copy, Debug)]
pub enum Spec {
    /// A boolean; `true` is stricter.
    Switch,
    /// A boolean; `false` is stricter.
    Allowance,
    /// A whole number within these bounds; more is stricter.
    AtLeast(i64, i64),
    /// A whole number within these bounds; less is stricter.
    AtMost(i64, i64),
    /// One of these words; later is stricter.
    Level(&'static [&'static str]),
    /// A list; one of it must stand. A single text counts as a list of one.
    OneOf(Domain),
    /// A list; nothing else may stand.
    Only(Domain),
    /// A list; all of it is required.
    Includes(Domain),
    /// A list; all of it is forbidden.
    Excludes(Domain),
    /// One text.
    Exactly(Domain),
    /// One table.
    ExactlyTable(&'static [Column]),
    /// An ordered list of tables.
    ExactlyRows(&'static [Column]),
    /// A list of tables, by identity.
    Rows(&'static [Column]),
    /// A table of names and texts; no other names may stand.
    OnlyPairs(Domain),
    /// A list of release labels, one a family.
    Releases,
    /// A word that names the member of a choice to compile.
    Prefer(Domain),
}

/// A default, as the table of settings writes it.
#[derive(Clone, Copy, Debug)]
pub enum Preset {
    /// A boolean.
    Flag(bool),
    /// A number.
    Number(i64),
    /// A list of words.
    Words(&'static [&'static str]),
    /// A word.
    Word(&'static str),
}

impl From<bool> for Preset {
    fn from(value: bool) -> Self {
        Self::Flag(value)
    }
}
impl From<i64> for Preset {
    fn from(value: i64) -> Self {
        Self::Number(value)
    }
}
impl From<&'static [&'static str]> for Preset {
    fn from(value: &'static [&'static str]) -> Self {
        Self::Words(value)
    }
}
impl<const N: usize> From<&'static [&'static str; N]> for Preset {
    fn from(value: &'static [&'static str; N]) -> Self {
        Self::Words(value)
    }
}
impl From<&'static str> for Preset {
    fn from(value: &'static str) -> Self {
        Self::Word(value)
    }
}

/// A setting of a control.
#[derive(Debug)]
pub struct Field {
    /// Its TOML key.
    pub key: String,
    /// What it means.
    pub doc: String,
    /// How it is written and merged.
    pub spec: Spec,
    /// What stands when no layer gives it; `None` asks for nothing.
    pub default: Option<Preset>,
}

/// A setting as the layers together ask for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The demand.
    pub shape: Shape,
    /// Every place that asks for it, in the order of the layers.
    pub origins: Vec<Origin>,
    /// For lists of tables, the places of each table: by identity, or by index where order matters.
    pub rows: BTreeMap<String, Vec<Origin>>,
}

/// A control as one baseline asks for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Requirement {
    /// Where each layer writes the control's table.
    pub origins: Vec<Origin>,
    /// The settings that some layer gives.
    pub asked: BTreeMap<String, Asked>,
}

impl Requirement {
    /// The places that require what `setting` asks for: its own lines, or those of the table.
    pub fn places(&self, setting: Option<&str>) -> &[Origin] {
        setting
            .and_then(|key| self.asked.get(key))
            .map_or(&self.origins, |asked| &asked.origins)
    }

    /// The places that require one table of a list: its own, or those of the list.
    pub fn row_places(&self, setting: &str, row: &str) -> &[Origin] {
        let own = self
            .asked
            .get(setting)
            .and_then(|asked| asked.rows.get(row));
        own.map_or_else(|| self.places(Some(setting)), Vec::as_slice)
    }

    /// The demand under a key.
    pub fn shape(&self, key: &str) -> Option<&Shape> {
        self.asked.get(key).map(|asked| &asked.shape)
    }

    /// The single text under a key, where one is given and bound or open.
    pub fn text(&self, key: &str) -> Option<Text> {
        self.shape(key).and_then(|shape| Exactly::<()>::of(shape))
    }
}

/// A typed table of settings; implemented by [`settings!`].
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
/// All of these tables, by identity. Reads as `BTreeMap<String, Row>`.
#[derive(Debug)]
pub struct Rows<V>(PhantomData<V>);
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
impl Vocabulary for () {
    const DOMAIN: Domain = Domain::Texts(TextType::String);
}

/// What may stand: a conjunction of sets, or anything when no layer says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice(Option<crate::lattice::Sets>);

impl Choice {
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
    type Value = BTreeMap<String, Row>;
    const SPEC: Spec = Spec::Rows(V::COLUMNS);
    fn value(shape: Option<&Shape>, _: Option<Preset>) -> Self::Value {
        if let Some(Shape::Rows(rows)) = shape {
            rows.clone()
        } else {
            BTreeMap::new()
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

/// The text of a row's cell.
pub fn cell_text<'r>(row: &'r Row, key: &str) -> Option<&'r Text> {
    row.get(key).and_then(Cell::text)
}

/// The texts of a row's cell.
pub fn cell_texts<'r>(row: &'r Row, key: &str) -> Vec<&'r Text> {
    row.get(key).map(Cell::texts).unwrap_or_default()
}

/// Declares the settings of a control. The doc comments are the schema's descriptions and the docs' table.
///
/// ```ignore
/// settings! {
///     pub(super) struct Setting {
///         /// Who supplies the keys of local disks.
///         provider: OneOf<Provider>,
///         /// Whether EBS volumes, the root volume included, are encrypted.
///         ebs: Switch = false,
///     }
/// }
/// ```
macro_rules! settings {
    ($vis:vis struct $name:ident { $($(#[doc = $doc:literal])* $field:ident : $kind:ty $(= $default:expr)?),* $(,)? }) => {
        /// The control's settings, typed.
        #[derive(Clone, Debug)]
        $vis struct $name { $($(#[doc = $doc])* $vis $field: <$kind as $crate::control::settings::SettingKind>::Value),* }
        impl $crate::control::settings::Settings for $name {
            fn fields() -> Vec<$crate::control::settings::Field> {
                vec![$($crate::control::settings::Field {
                    key: stringify!($field).replace('_', "-"),
                    doc: concat!($($doc),*).trim().to_owned(),
                    spec: <$kind as $crate::control::settings::SettingKind>::SPEC,
                    default: $crate::control::settings::preset!($($default)?),
                }),*]
            }
            fn bind(requirement: &$crate::control::settings::Requirement) -> Self {
                let _ = requirement;
                Self { $($field: <$kind as $crate::control::settings::SettingKind>::value(
                    requirement.shape(&stringify!($field).replace('_', "-")),
                    $crate::control::settings::preset!($($default)?),
                )),* }
            }
        }
    };
}
macro_rules! preset {
    () => {
        None
    };
    ($default:expr) => {
        Some($crate::control::settings::Preset::from($default))
    };
}
/// Declares words of AWS's for a choice.
macro_rules! vocabulary {
    ($(#[$doc:meta])* $vis:vis $name:ident: $($word:literal),* $(,)?) => {
        $(#[$doc])* #[derive(Debug)] $vis enum $name {}
        impl $crate::control::settings::Vocabulary for $name {
            const DOMAIN: $crate::control::settings::Domain = $crate::control::settings::Domain::Words(&[$($word),*]);
        }
    };
}
pub(crate) use {preset, settings, vocabulary};
