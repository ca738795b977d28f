//! A grant as it was seen, brought into the form of the declared ones.

use super::{ACCOUNT, own_or_other};
use crate::aws::lake_formation::grant::{
    Columns, Expression, Node as On, Object, TagPolicy, location,
};
use crate::aws::lake_formation::name::{Name, Part};
use crate::control::{Conditions, Target, View};
use crate::observed::grant::{Grant, GrantedOn, is_given};
use crate::observed::{Lookup, Node, Reason, ResourceKind, Scope, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Why a part of a grant cannot be compared.
#[derive(Clone, Debug)]
pub struct Trouble<'t> {
    /// The part.
    pub node: Node<'t>,
    /// What is to be said of it.
    pub message: String,
}

impl<'t> Trouble<'t> {
    /// Says why a part cannot be compared.
    pub fn new(node: Node<'t>, message: impl Into<String>) -> Self {
        Self {
            node,
            message: message.into(),
        }
    }

    /// Records that the part could not be known, and why.
    pub fn record(&self, out: &mut Conditions) {
        match self.node.reason() {
            Some(reason) => out.unknown(self.node, reason, self.message.clone()),
            None => out.undecided(
                self.node,
                self.message.clone(),
                "write the grant as the Lake Formation API takes it",
            ),
        };
    }
}

/// What stands around a grant and decides what its references stand for.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a, 't> {
    /// The target, when one is bound.
    pub target: Option<&'a Target>,
    /// The neighbours of the grant.
    pub scope: &'a Scope<'t>,
}

/// A permission of a grant.
#[derive(Clone, Debug)]
pub struct SeenPermission<'t> {
    /// Its name.
    pub name: Name,
    /// Where it stands.
    pub node: Node<'t>,
    /// Whether it may be granted on.
    pub grantable: bool,
}

/// A grant as it was seen. What could not be understood is a [`Trouble`].
#[derive(Clone, Debug)]
pub struct SeenGrant<'t> {
    /// Where its parts stand.
    pub grant: Grant<'t>,
    /// Who holds it.
    pub principal: Result<Name, Trouble<'t>>,
    /// What it is on.
    pub object: Result<Object, Trouble<'t>>,
    /// The attribute condition.
    pub condition: Option<Name>,
    /// The permissions, those with the grant option marked.
    pub permissions: Result<Vec<SeenPermission<'t>>, Trouble<'t>>,
}

impl<'a, 't> Context<'a, 't> {
    /// The context of what a control judges.
    pub fn of(seen: &View<'a, 't>) -> Self {
        Self {
            target: seen.target,
            scope: seen.scope,
        }
    }

    /// The account of the target.
    pub fn account(&self) -> Option<&'a str> {
        self.target.map(|target| target.account.as_str())
    }

    /// Reads a grant.
    pub fn read(&self, grant: Grant<'t>) -> SeenGrant<'t> {
        let condition = grant.condition;
        SeenGrant {
            grant,
            principal: self.name(grant.principal, "the principal"),
            object: self.object(grant.on),
            condition: is_given(condition)
                .then_some(condition)
                .or_else(|| condition.reason().map(|_| condition))
                .and_then(|condition| self.name(condition, "the condition").ok()),
            permissions: permissions(&grant),
        }
    }

    /// The text of a node; references leave openings.
    pub(super) fn name(&self, node: Node<'t>, what: &str) -> Result<Name, Trouble<'t>> {
        match node.value() {
            Value::String(text) | Value::Number(text) => Ok(Name::known(text)),
            Value::Template => Ok(Name::new(node.items().flat_map(|piece| self.piece(piece)))),
            Value::Unreadable(_) => Ok(Name::new(self.piece(node))),
            Value::Absent | Value::Null => Err(Trouble::new(node, format!("{what} is absent"))),
            Value::Bool(_) | Value::List | Value::Map => Err(Trouble::new(
                node,
                format!("{what} is {}", node.value().type_name()),
            )),
        }
    }

    fn piece(&self, node: Node<'t>) -> Vec<Part> {
        match node.value() {
            Value::String(text) => vec![Part::Known(text.to_owned())],
            Value::Unreadable(reason) => self.opening(reason),
            Value::Absent
            | Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Template
            | Value::List
            | Value::Map => vec![Part::Open("unknown".to_owned())],
        }
    }

    /// What is known of a reference: a pseudo parameter by the target, the ARN of a role by its form.
    fn opening(&self, reason: &Reason) -> Vec<Part> {
        if let Reason::Pseudo { name } = reason {
            let (label, value) = match name.as_str() {
                "AWS::AccountId" => (ACCOUNT, self.target.map(|target| target.account.as_str())),
                "AWS::Region" => ("region", self.target.map(|target| target.region.as_str())),
                "AWS::Partition" => ("partition", self.target.map(|target| target.partition)),
                _ => return unknown(reason),
            };
            return vec![value.map_or_else(
                || Part::Open(label.to_owned()),
                |value| Part::Known(value.to_owned()),
            )];
        }
        let role = reason
            .reference()
            .filter(|(_, attribute)| *attribute == Some("Arn"))
            .map(|(id, _)| self.scope.by_id(ResourceKind::IamRole, id));
        let Some(Lookup::Found(role)) = role else {
            return unknown(reason);
        };
        let known = |text: &str| Part::Known(text.to_owned());
        let pseudo = |name: &str| {
            self.opening(&Reason::Pseudo {
                name: name.to_owned(),
            })
        };
        let path = match role.body.get("Path").value() {
            Value::Absent => known("/"),
            Value::String(path) => known(path),
            _ => Part::Open("path".to_owned()),
        };
        let name = role.body.get("RoleName").as_text();
        let name = name.map_or_else(|| unknown(reason), |name| vec![known(name)]);
        [
            vec![known("arn:")],
            pseudo("AWS::Partition"),
            vec![known(":iam::")],
            pseudo("AWS::AccountId"),
            vec![known(":role"), path],
            name,
        ]
        .concat()
    }

    pub(super) fn catalog(&self, node: Node<'t>) -> Result<Option<Name>, Trouble<'t>> {
        if node.is_absent() || matches!(node.value(), Value::Null) {
            return Ok(None);
        }
        let name = self.name(node, "the catalog")?;
        Ok(own_or_other(name, self.account()))
    }

    /// What a grant is on, the service's rewriting undone.
    fn object(&self, on: GrantedOn<'t>) -> Result<Object, Trouble<'t>> {
        let lower = |node, what: &str| self.name(node, what).map(|name| name.lower());
        let (catalog, node) = match on {
            GrantedOn::Catalog { catalog } => (catalog, On::Catalog),
            GrantedOn::Database { catalog, name } => {
                (catalog, On::Database(lower(name, "the database")?))
            }
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
                let filter = self.name(name, "the filter")?;
                let node = On::Filter(
                    lower(database, "the database")?,
                    lower(table, "the table")?,
                    filter,
                );
                (catalog, node)
            }
            GrantedOn::Location { path } => return self.location(path),
            GrantedOn::Tag {
                catalog,
                key,
                values,
            } => {
                let values = self.names(values, "the values of the tag")?;
                let all = values.contains(&Name::from("*"));
                (
                    catalog,
                    On::Tag(lower(key, "the tag")?, (!all).then_some(values)),
                )
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
            GrantedOn::Function {
                catalog,
                database,
                name,
                wildcard,
            } => {
                let one = if is_given(wildcard) {
                    None
                } else {
                    Some(lower(name, "the function")?)
                };
                (catalog, On::Function(lower(database, "the database")?, one))
            }
            GrantedOn::AnyTable { catalog } => (catalog, On::AnyTable),
            GrantedOn::Several(node) => {
                return Err(Trouble::new(node, "the grant is on several things at once"));
            }
            GrantedOn::Unknown(node) => {
                return Err(Trouble::new(
                    node,
                    "what the grant is on is not known to this version",
                ));
            }
        };
        Ok(Object {
            catalog: self.catalog(catalog)?,
            node,
        })
    }

    fn table(&self, database: Name, name: Node<'t>, wildcard: Node<'t>) -> Result<On, Trouble<'t>> {
        if let Some(reason) = wildcard.reason() {
            return Err(Trouble::new(
                wildcard,
                format!("whether all tables are meant is unknown ({reason})"),
            ));
        }
        if is_given(wildcard) || name.as_text() == Some("ALL_TABLES") {
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
        let columns = match (is_given(names), is_given(wildcard)) {
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

    fn location(&self, path: Node<'t>) -> Result<Object, Trouble<'t>> {
        let name = self.name(path, "the location")?;
        let text = name.to_string();
        let node = On::Location(super::parsed(location(&text)));
        Ok(Object {
            catalog: None,
            node,
        })
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
        Ok(TagPolicy {
            databases,
            expression: Expression::Tags(tags),
        })
    }

    /// The names of a list, in lower case.
    pub(super) fn names(&self, list: Node<'t>, what: &str) -> Result<BTreeSet<Name>, Trouble<'t>> {
        if matches!(list.value(), Value::List) {
            list.items()
                .map(|item| self.name(item, what).map(|name| name.lower()))
                .collect()
        } else {
            Err(Trouble::new(list, format!("{what} are {}", list.display())))
        }
    }
}

/// A label that no parameter of a baseline can bear, without what separates the parts of an ARN.
fn unknown(reason: &Reason) -> Vec<Part> {
    let label = reason
        .to_string()
        .replace(['`', '{', '}'], "")
        .replace([':', '/', '.'], " ");
    vec![Part::Open(label)]
}

/// The permissions with and without the grant option. A permission that is only in the second list is held as
/// well; `SUPER_USER` in it is the service's own marking of privileged principals, and cannot be granted.
fn permissions<'t>(grant: &Grant<'t>) -> Result<Vec<SeenPermission<'t>>, Trouble<'t>> {
    let mut list: Vec<SeenPermission<'t>> = Vec::new();
    for (node, grantable) in [(grant.permissions, false), (grant.grantable, true)] {
        if matches!(node.value(), Value::Absent | Value::Null) {
            continue;
        }
        if !matches!(node.value(), Value::List) {
            return Err(Trouble::new(
                node,
                format!("the permissions are {}", node.display()),
            ));
        }
        for item in node.items() {
            let name = match (item.as_text(), item.reason()) {
                (Some("SUPER_USER"), _) if grantable => continue,
                (Some(text), _) => Name::known(text),
                (None, Some(_)) => Name::new([Part::Open("permission".to_owned())]),
                (None, None) => {
                    return Err(Trouble::new(
                        item,
                        format!("a permission is {}", item.display()),
                    ));
                }
            };
            match list
                .iter_mut()
                .find(|one| one.name == name && name.as_known().is_some())
            {
                Some(one) => one.grantable |= grantable,
                None => list.push(SeenPermission {
                    name,
                    node: item,
                    grantable,
                }),
            }
        }
    }
    if list.is_empty() {
        return Err(Trouble::new(
            grant.permissions,
            "the grant gives no permission",
        ));
    }
    Ok(list)
}
