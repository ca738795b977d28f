//! What a grant is on, in one form whatever the service or a file made of it, and how two such objects relate.
//!
//! The service rewrites grants (columns under a wildcard become the table, `ALL_TABLES` becomes the wildcard,
//! a missing catalog becomes the account's). An [`Object`] is what is left when that is undone.

use super::name::Name;
use super::permissions::ObjectClass;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What a grant is on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Object {
    /// The catalog; `None` is the account's own.
    pub catalog: Option<Name>,
    /// What in it.
    pub node: Node,
}

/// What in a catalog a grant is on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Node {
    /// The catalog itself.
    Catalog,
    /// A database.
    Database(Name),
    /// Every table of a database, those to come included.
    AllTables(Name),
    /// A table: database, name. All columns of it are the table.
    Table(Name, Name),
    /// Some columns of a table.
    Columns(Name, Name, Columns),
    /// A data cells filter: database, table, name.
    Filter(Name, Name, Name),
    /// A location, as `bucket/prefix`.
    Location(Name),
    /// An LF-Tag: key, and values when not all.
    Tag(Name, Option<BTreeSet<Name>>),
    /// What bears certain tags.
    TagPolicy(TagPolicy),
    /// A saved tag expression.
    TagExpression(Name),
    /// A user-defined function, or every one of the database.
    Function(Name, Option<Name>),
    /// Every table, for a function.
    AnyTable,
    /// A row-level-security policy.
    RowPolicy(Name),
}

/// Some columns of a table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Columns {
    /// These.
    Only(BTreeSet<Name>),
    /// All but these.
    AllBut(BTreeSet<Name>),
}

/// A tag policy: what kind of object, with what tags.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TagPolicy {
    /// True for databases, false for tables.
    pub databases: bool,
    /// Which tags.
    pub expression: Expression,
}

/// Which tags a tag policy asks for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Expression {
    /// For each key, one of the values.
    Tags(BTreeMap<String, BTreeSet<Name>>),
    /// A saved expression of this name.
    Saved(Name),
}

impl Object {
    /// Its row in the permission matrix.
    pub fn class(&self) -> ObjectClass {
        match &self.node {
            Node::Catalog if self.is_nested() => ObjectClass::NestedCatalog,
            Node::Catalog => ObjectClass::Catalog,
            Node::Database(_) => ObjectClass::Database,
            Node::TagPolicy(policy) if policy.databases => ObjectClass::Database,
            Node::AllTables(_) | Node::Table(..) | Node::TagPolicy(_) => ObjectClass::Table,
            Node::Columns(_, _, Columns::Only(_)) => ObjectClass::IncludedColumns,
            Node::Columns(_, _, Columns::AllBut(_)) => ObjectClass::ExcludedColumns,
            Node::Filter(..) => ObjectClass::Filter,
            Node::Location(_) => ObjectClass::Location,
            Node::Tag(_, None) => ObjectClass::Tag,
            Node::Tag(_, Some(_)) => ObjectClass::TagValues,
            Node::TagExpression(_) => ObjectClass::TagExpression,
            Node::Function(..) => ObjectClass::Function,
            Node::AnyTable => ObjectClass::AnyTable,
            Node::RowPolicy(_) => ObjectClass::RowPolicy,
        }
    }

    /// Whether the catalog is one within the account's own.
    fn is_nested(&self) -> bool {
        self.catalog
            .as_ref()
            .is_some_and(|catalog| catalog.to_string().contains(':'))
    }

    /// The database it lies in, for everything that lies in one.
    pub fn database(&self) -> Option<&Name> {
        match &self.node {
            Node::Database(database)
            | Node::AllTables(database)
            | Node::Table(database, _)
            | Node::Columns(database, ..)
            | Node::Filter(database, ..)
            | Node::Function(database, _) => Some(database),
            Node::Catalog
            | Node::Location(_)
            | Node::Tag(..)
            | Node::TagPolicy(_)
            | Node::TagExpression(_)
            | Node::AnyTable
            | Node::RowPolicy(_) => None,
        }
    }

    /// The table it lies in, as `database.table`, for everything that lies in one.
    pub fn table(&self) -> Option<(&Name, &Name)> {
        match &self.node {
            Node::Table(database, table)
            | Node::Columns(database, table, _)
            | Node::Filter(database, table, _) => Some((database, table)),
            Node::Catalog
            | Node::Database(_)
            | Node::AllTables(_)
            | Node::Location(_)
            | Node::Tag(..)
            | Node::TagPolicy(_)
            | Node::TagExpression(_)
            | Node::Function(..)
            | Node::AnyTable
            | Node::RowPolicy(_) => None,
        }
    }
}

/// A location as `bucket/prefix`: S3 URIs of every scheme and ARNs of every partition name one place, and a
/// slash at the end does not count.
pub fn location(text: &str) -> &str {
    let path = ["s3://", "s3a://", "s3n://"]
        .iter()
        .find_map(|scheme| text.strip_prefix(scheme))
        .or_else(|| {
            text.strip_prefix("arn:")
                .and_then(|rest| rest.split_once(":s3:::"))
                .map(|(_, path)| path)
        })
        .unwrap_or(text);
    path.trim_end_matches('/')
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let catalog = self
            .catalog
            .as_ref()
            .map(|catalog| format!("{catalog}:"))
            .unwrap_or_default();
        match &self.node {
            Node::Catalog => match &self.catalog {
                None => f.write_str("the catalog"),
                Some(catalog) => write!(f, "catalog `{catalog}`"),
            },
            Node::Database(name) => write!(f, "database `{catalog}{name}`"),
            Node::AllTables(database) => write!(f, "all tables `{catalog}{database}.*`"),
            Node::Table(database, table) => write!(f, "table `{catalog}{database}.{table}`"),
            Node::Columns(database, table, columns) => {
                write!(f, "{columns} of `{catalog}{database}.{table}`")
            }
            Node::Filter(database, table, name) => {
                write!(f, "filter `{catalog}{database}.{table}.{name}`")
            }
            Node::Location(path) => write!(f, "location `s3://{path}`"),
            Node::Tag(key, None) => write!(f, "tag `{key}`"),
            Node::Tag(key, Some(values)) => write!(f, "tag `{key}={}`", list(values)),
            Node::TagPolicy(policy) => write!(f, "{policy}"),
            Node::TagExpression(name) => write!(f, "tag expression `{name}`"),
            Node::Function(database, Some(name)) => {
                write!(f, "function `{catalog}{database}.{name}`")
            }
            Node::Function(database, None) => write!(f, "all functions `{catalog}{database}.*`"),
            Node::AnyTable => f.write_str("any table"),
            Node::RowPolicy(name) => write!(f, "row-level-security policy `{name}`"),
        }
    }
}

impl fmt::Display for TagPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = if self.databases {
            "databases"
        } else {
            "tables"
        };
        match &self.expression {
            Expression::Saved(name) => write!(f, "{what} of tag expression `{name}`"),
            Expression::Tags(tags) => {
                let tags: Vec<String> = tags
                    .iter()
                    .map(|(key, values)| format!("{key}={}", list(values)))
                    .collect();
                write!(f, "{what} tagged `{}`", tags.join(" & "))
            }
        }
    }
}

impl fmt::Display for Columns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Only(columns) => write!(f, "columns `{}`", list(columns)),
            Self::AllBut(columns) => write!(f, "all columns but `{}`", list(columns)),
        }
    }
}

fn list(names: &BTreeSet<Name>) -> String {
    let names: Vec<String> = names.iter().map(Name::to_string).collect();
    names.join(",")
}
