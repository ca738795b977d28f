//! What a seen grant is on, in the form of the declared ones: the service's own rewriting is undone here.

use super::parsed;
use super::seen::{Context, Trouble};
use crate::aws::lake_formation::grant::{
    Columns, Expression, Node as On, Object, TagPolicy, location,
};
use crate::aws::lake_formation::name::Name;
use crate::observed::grant::{GrantedOn, is_given};
use crate::observed::{Node, Value};
use std::collections::{BTreeMap, BTreeSet};

impl<'t> Context<'_, 't> {
    /// What a grant is on, the service's rewriting undone.
    pub(super) fn object(&self, on: GrantedOn<'t>) -> Result<Object, Trouble<'t>> {
        let (catalog, node) = match on {
            GrantedOn::Catalog { catalog } => (catalog, On::Catalog),
            GrantedOn::Location { catalog, path } => (catalog, self.location(path)?),
            GrantedOn::AnyTable { catalog, kind } if kind.as_text() == Some("TABLE") => {
                (catalog, On::AnyTable)
            }
            GrantedOn::AnyTable { kind, .. } => {
                return Err(Trouble::new(
                    kind,
                    format!("`ResourceType` is {}", kind.display()),
                ));
            }
            GrantedOn::Tag {
                catalog,
                key,
                values,
            } => {
                let values = self.names(values, "the values of the tag")?;
                let all = values.contains(&Name::from("*"));
                let key = self.name(key, "the tag")?.lower();
                (catalog, On::Tag(key, (!all).then_some(values)))
            }
            GrantedOn::TagPolicy {
                catalog,
                kind,
                expression,
                saved,
            } => (
                catalog,
                On::TagPolicy(self.tag_policy(kind, expression, saved)?),
            ),
            GrantedOn::TagExpression { catalog, name } => (
                catalog,
                On::TagExpression(self.name(name, "the tag expression")?),
            ),
            GrantedOn::RowPolicy { catalog, name } => {
                (catalog, On::RowPolicy(self.name(name, "the policy")?))
            }
            GrantedOn::Several(node) => {
                return Err(Trouble::new(node, "the grant is on several things at once"));
            }
            GrantedOn::Unknown(node) => {
                let message = if node.reason().is_some() {
                    "what the grant is on is unknown"
                } else {
                    "what the grant is on is not known to this version"
                };
                return Err(Trouble::new(node, message));
            }
            GrantedOn::Database { .. }
            | GrantedOn::Table { .. }
            | GrantedOn::Columns { .. }
            | GrantedOn::Filter { .. }
            | GrantedOn::Function { .. } => return self.in_database(on),
        };
        let catalog = self.catalog(catalog)?;
        Ok(Object { catalog, node })
    }

    /// What lies in a database.
    fn in_database(&self, on: GrantedOn<'t>) -> Result<Object, Trouble<'t>> {
        let lower = |node, what: &str| self.name(node, what).map(|name| name.lower());
        let (catalog, node) = match on {
            GrantedOn::Table {
                catalog,
                database,
                name,
                wildcard,
            } => {
                let database = lower(database, "the database")?;
                (catalog, self.table(database, name, wildcard)?)
            }
            GrantedOn::Columns {
                catalog,
                database,
                table,
                names,
                wildcard,
            } => {
                let database = lower(database, "the database")?;
                let table = lower(table, "the table")?;
                (catalog, self.columns(database, table, names, wildcard)?)
            }
            GrantedOn::Filter {
                catalog,
                database,
                table,
                name,
            } => {
                let (filter, table) = (self.name(name, "the filter")?, lower(table, "the table")?);
                (
                    catalog,
                    On::Filter(lower(database, "the database")?, table, filter),
                )
            }
            GrantedOn::Function {
                catalog,
                database,
                name,
                wildcard,
            } => (catalog, self.function(database, name, wildcard)?),
            GrantedOn::Database { catalog, name } => {
                (catalog, On::Database(lower(name, "the database")?))
            }
            GrantedOn::Catalog { catalog: node }
            | GrantedOn::AnyTable { kind: node, .. }
            | GrantedOn::Location { path: node, .. }
            | GrantedOn::Tag { key: node, .. }
            | GrantedOn::TagPolicy { kind: node, .. }
            | GrantedOn::TagExpression { name: node, .. }
            | GrantedOn::RowPolicy { name: node, .. }
            | GrantedOn::Several(node)
            | GrantedOn::Unknown(node) => {
                return Err(Trouble::new(
                    node,
                    "what the grant is on lies in no database",
                ));
            }
        };
        let catalog = self.catalog(catalog)?;
        Ok(Object { catalog, node })
    }

    fn function(
        &self,
        database: Node<'t>,
        name: Node<'t>,
        wildcard: Node<'t>,
    ) -> Result<On, Trouble<'t>> {
        let database = self.name(database, "the database")?.lower();
        if is_wildcard(wildcard)? {
            return Ok(On::Function(database, None));
        }
        let name = self.name(name, "the function")?.lower();
        Ok(On::Function(database, Some(name)))
    }

    fn table(&self, database: Name, name: Node<'t>, wildcard: Node<'t>) -> Result<On, Trouble<'t>> {
        // No table can be called `*`: whoever writes it means all.
        if is_wildcard(wildcard)? || matches!(name.as_text(), Some("ALL_TABLES" | "*")) {
            return Ok(On::AllTables(database));
        }
        Ok(On::Table(database, self.name(name, "the table")?.lower()))
    }

    fn columns(
        &self,
        database: Name,
        table: Name,
        names: Node<'t>,
        wildcard: Node<'t>,
    ) -> Result<On, Trouble<'t>> {
        if let Some(unknown) = [names, wildcard]
            .into_iter()
            .find(|node| node.reason().is_some())
        {
            return Err(Trouble::new(unknown, "the columns are unknown"));
        }
        // No page says what a list of no columns, or of `*`, grants.
        let every = names.items().any(|name| name.as_text() == Some("*"));
        if every || (matches!(names.value(), Value::List) && names.items().len() == 0) {
            return Err(Trouble::new(names, "the list names no columns"));
        }
        let columns = match (is_given(names), is_wildcard(wildcard)?) {
            (true, false) => Columns::Only(self.names(names, "the columns")?),
            (false, true) => {
                let excluded = wildcard.get("ExcludedColumnNames");
                let excluded = if matches!(excluded.value(), Value::Absent | Value::Null) {
                    BTreeSet::new()
                } else {
                    self.names(excluded, "the excluded columns")?
                };
                if excluded.is_empty() {
                    let all = table == Name::from("all_tables");
                    return Ok(if all {
                        On::AllTables(database)
                    } else {
                        On::Table(database, table)
                    });
                }
                Columns::AllBut(excluded)
            }
            (true, true) => {
                return Err(Trouble::new(
                    names,
                    "`ColumnNames` and `ColumnWildcard` exclude each other",
                ));
            }
            (false, false) => return Err(Trouble::new(names, "the columns are absent")),
        };
        Ok(On::Columns(database, table, columns))
    }

    fn location(&self, path: Node<'t>) -> Result<On, Trouble<'t>> {
        let name = self.name(path, "the location")?;
        let text = name.to_string();
        Ok(On::Location(parsed(location(&text))))
    }

    fn tag_policy(
        &self,
        kind: Node<'t>,
        expression: Node<'t>,
        saved: Node<'t>,
    ) -> Result<TagPolicy, Trouble<'t>> {
        let databases = match kind.as_text() {
            Some("DATABASE") => true,
            Some("TABLE") => false,
            _ => {
                return Err(Trouble::new(
                    kind,
                    format!("`ResourceType` is {}", kind.display()),
                ));
            }
        };
        if is_given(saved) || saved.reason().is_some() {
            let expression = Expression::Saved(self.name(saved, "the tag expression")?);
            return Ok(TagPolicy {
                databases,
                expression,
            });
        }
        Ok(TagPolicy {
            databases,
            expression: Expression::Tags(self.expression(expression)?),
        })
    }

    /// The values of each key of an expression, in lower case.
    ///
    /// # Errors
    /// What of it is not known.
    pub fn expression(
        &self,
        expression: Node<'t>,
    ) -> Result<BTreeMap<String, BTreeSet<Name>>, Trouble<'t>> {
        if !matches!(expression.value(), Value::List) {
            return Err(Trouble::new(expression, "the tag expression is unknown"));
        }
        let mut tags = BTreeMap::new();
        for pair in expression.items() {
            let key = self.name(pair.get("TagKey"), "the tag")?;
            let Some(key) = key.as_known() else {
                return Err(Trouble::new(pair.get("TagKey"), "the tag is unknown"));
            };
            tags.insert(
                key.to_lowercase(),
                self.names(pair.get("TagValues"), "the values of the tag")?,
            );
        }
        Ok(tags)
    }
}

/// Whether a wildcard is written: an object, whatever it holds.
pub(super) fn is_wildcard(node: Node<'_>) -> Result<bool, Trouble<'_>> {
    match node.value() {
        Value::Map => Ok(true),
        Value::Absent | Value::Null => Ok(false),
        Value::Unreadable(_) => Err(Trouble::new(node, "whether everything is meant is unknown")),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Template | Value::List => {
            let message = format!(
                "the wildcard is {}, not an object",
                node.value().type_name()
            );
            Err(Trouble::new(node, message))
        }
    }
}
