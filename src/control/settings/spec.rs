//! How settings are written and merged, as data.

use crate::lattice::{Cell, Row};
use std::fmt::{self, Write as _};

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
    let mut identity = String::new();
    // A list that is all of the identity is told by what it holds.
    let alone = columns.iter().filter(|column| column.identity).count() == 1;
    for column in columns.iter().filter(|column| column.identity) {
        let Some(cell) = row.get(column.key) else {
            continue;
        };
        if !identity.is_empty() {
            identity.push_str(", ");
        }
        identity.push_str(column.key);
        let mut add = |part: &dyn fmt::Display| {
            // Writing to a string does not fail.
            let _ = write!(identity, " {part}");
        };
        match cell {
            Cell::Text(text) => add(text),
            Cell::Flag(flag) => add(flag),
            Cell::Number(number) => add(number),
            Cell::Set(set) if alone => set.iter().for_each(|text| add(text)),
            Cell::Set(_) | Cell::Map(_) => {}
        }
    }
    identity
}

/// What a cell holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellKind {
    /// One text.
    One(Domain),
    /// One text, or a list of them: the row then stands for a row with each.
    Each(Domain),
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
    /// A boolean that says how things are; layers must agree.
    Stated,
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
    /// A list of tables, by identity; nothing else may stand.
    OnlyRows(&'static [Column]),
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

impl fmt::Display for Preset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => write!(f, "{flag}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Word(word) => write!(f, "{word:?}"),
            Self::Words(words) => write!(f, "{words:?}"),
        }
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Words(words) => f.write_str(
                &words
                    .iter()
                    .map(|word| format!("`{word}`"))
                    .collect::<Vec<_>>()
                    .join(", "),
            ),
            Self::Texts(kind) => f.write_str(kind.name()),
            Self::Patterns(kind) => write!(f, "{} patterns", kind.name()),
        }
    }
}

impl fmt::Display for CellKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(Domain::Words(words)) => write!(f, "one of {}", Domain::Words(words)),
            Self::One(domain) => write!(f, "one {domain}"),
            Self::Each(domain) => write!(f, "one {domain}, or a list of them for a row with each"),
            Self::Many(domain) => write!(f, "list of {domain}"),
            Self::Flag => f.write_str("boolean"),
            Self::Number => f.write_str("whole number"),
            Self::Map => f.write_str("table of texts"),
        }
    }
}

impl fmt::Display for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = |columns: &[Column]| {
            columns
                .iter()
                .map(|column| format!("`{}`", column.key))
                .collect::<Vec<_>>()
                .join(", ")
        };
        match self {
            Self::Switch => f.write_str("boolean; `true` is stricter"),
            Self::Allowance => f.write_str("boolean; `false` is stricter"),
            Self::Stated => f.write_str("boolean; layers must agree"),
            Self::AtLeast(min, max) => write!(f, "number {min} to {max}; higher is stricter"),
            Self::AtMost(min, max) => write!(f, "number {min} to {max}; lower is stricter"),
            Self::Level(words) => write!(f, "one of {}; later is stricter", Domain::Words(words)),
            Self::OneOf(domain) => write!(f, "choice of {domain}; fewer is stricter"),
            Self::Only(domain) => write!(f, "permitted {domain}; fewer is stricter"),
            Self::Includes(domain) => write!(f, "required {domain}; more is stricter"),
            Self::Excludes(domain) => write!(f, "forbidden {domain}; more is stricter"),
            Self::Exactly(domain) => write!(f, "exactly one {domain}"),
            Self::ExactlyTable(table) => write!(f, "exactly one table of {}", columns(table)),
            Self::ExactlyRows(table) => {
                write!(f, "exactly these tables, in order, of {}", columns(table))
            }
            Self::Rows(table) => write!(f, "tables of {}; more is stricter", columns(table)),
            Self::OnlyRows(table) => {
                write!(
                    f,
                    "permitted tables of {}; fewer is stricter",
                    columns(table)
                )
            }
            Self::OnlyPairs(domain) => write!(
                f,
                "permitted names, each with its {domain}; fewer is stricter"
            ),
            Self::Releases => f.write_str("minimum release of each family; higher is stricter"),
            Self::Prefer(domain) => write!(f, "the one to compile, of {domain}; without order"),
        }
    }
}
