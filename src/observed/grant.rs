//! A Lake Formation grant's facts, wherever each form puts them.
//!
//! The API's request and listing, `AWS::LakeFormation::PrincipalPermissions` and the older
//! `AWS::LakeFormation::Permissions` name the same things differently. Nothing is judged or normalised here.

use super::{Form, Node, Resource, ResourceKind, Value};
use std::collections::BTreeMap;

/// A grant: who holds what on what.
#[derive(Clone, Copy, Debug)]
pub struct Grant<'t> {
    /// The whole grant.
    pub root: Node<'t>,
    /// The identifier of the principal.
    pub principal: Node<'t>,
    /// The expression of the attribute condition.
    pub condition: Node<'t>,
    /// What it is on.
    pub on: GrantedOn<'t>,
    /// The permissions.
    pub permissions: Node<'t>,
    /// Those of them that may be granted on.
    pub grantable: Node<'t>,
}

/// What a grant is on. `catalog` is absent where nothing names one: then it is the account's own.
#[derive(Clone, Copy, Debug)]
#[expect(
    missing_docs,
    reason = "each member is the member of the request that it is named for"
)]
pub enum GrantedOn<'t> {
    /// A catalog.
    Catalog { catalog: Node<'t> },
    /// A database.
    Database { catalog: Node<'t>, name: Node<'t> },
    /// A table, or all tables of a database.
    Table {
        catalog: Node<'t>,
        database: Node<'t>,
        name: Node<'t>,
        wildcard: Node<'t>,
    },
    /// Columns of a table.
    Columns {
        catalog: Node<'t>,
        database: Node<'t>,
        table: Node<'t>,
        names: Node<'t>,
        wildcard: Node<'t>,
    },
    /// A data cells filter.
    Filter {
        catalog: Node<'t>,
        database: Node<'t>,
        table: Node<'t>,
        name: Node<'t>,
    },
    /// A location.
    Location { catalog: Node<'t>, path: Node<'t> },
    /// An LF-Tag.
    Tag {
        catalog: Node<'t>,
        key: Node<'t>,
        values: Node<'t>,
    },
    /// What bears certain tags.
    TagPolicy {
        catalog: Node<'t>,
        kind: Node<'t>,
        expression: Node<'t>,
        saved: Node<'t>,
    },
    /// A saved tag expression.
    TagExpression { catalog: Node<'t>, name: Node<'t> },
    /// A row-level-security policy.
    RowPolicy { catalog: Node<'t>, name: Node<'t> },
    /// A user-defined function, or every one of a database.
    Function {
        catalog: Node<'t>,
        database: Node<'t>,
        name: Node<'t>,
        wildcard: Node<'t>,
    },
    /// Every table, for a function.
    AnyTable { catalog: Node<'t>, kind: Node<'t> },
    /// Several things at once, which the service refuses.
    Several(Node<'t>),
    /// No kind that this version knows, or nothing that can be known: the node that should say it.
    Unknown(Node<'t>),
}

/// The call whose answer a live grant is an entry of.
const LIST: &str = "lakeformation:ListPermissions";

impl<'t> Resource<'t> {
    /// This resource read as a grant.
    pub fn grant(&self) -> Grant<'t> {
        let listed = self.body.get(LIST);
        // An answer that was refused or not asked for says why nothing is known; an opt-in is another call's.
        let is_unknown = || !self.body.members().any(|(_, answer)| answer.is_set());
        if self.form == Form::Live && (listed.is_set() || is_unknown()) {
            return Grant::of(listed, listed);
        }
        // The entries of a batch share the catalog of the request.
        let own = self.body.get("CatalogId");
        let batch = self.form == Form::Request && own.is_absent();
        Grant::of(self.body, if batch { self.outer } else { self.body })
    }
}

impl<'t> Grant<'t> {
    /// Reads the members of a grant, or of an opt-in, which has no permissions.
    pub fn at(root: Node<'t>) -> Self {
        Self::of(root, root)
    }

    /// Reads the members of a grant; `request` is what names the catalog of the whole.
    fn of(root: Node<'t>, request: Node<'t>) -> Self {
        let principal = first(root, &["Principal", "DataLakePrincipal"]);
        Self {
            root,
            principal: principal.get("DataLakePrincipalIdentifier"),
            condition: root.get("Condition").get("Expression"),
            on: GrantedOn::of(
                root.get("Resource"),
                first(request, &["CatalogId", "Catalog"]),
            ),
            permissions: root.get("Permissions"),
            grantable: root.get("PermissionsWithGrantOption"),
        }
    }
}

/// The members of a resource of a grant: the API's name, and the older template's.
const MEMBERS: [[&str; 2]; 12] = [
    ["Catalog", "CatalogResource"],
    ["Database", "DatabaseResource"],
    ["Table", "TableResource"],
    ["TableWithColumns", "TableWithColumnsResource"],
    ["DataLocation", "DataLocationResource"],
    ["DataCellsFilter", "DataCellsFilterResource"],
    ["LFTag", "LFTagResource"],
    ["LFTagPolicy", "LFTagPolicyResource"],
    ["LFTagExpression", "LFTagExpressionResource"],
    ["RLSPolicy", "RLSPolicyResource"],
    ["UserDefinedFunction", "UserDefinedFunctionResource"],
    ["AnyResource", "AnyResourceResource"],
];

impl<'t> GrantedOn<'t> {
    /// Reads the resource of a grant; `outer` is the catalog of the whole request.
    fn of(resource: Node<'t>, outer: Node<'t>) -> Self {
        let (mut found, mut unknown) = (None, false);
        for (key, value) in resource.members().filter(|(_, value)| is_given(*value)) {
            let names = MEMBERS.iter().find(|names| names.contains(&key));
            let Some([kind, _]) = names else {
                unknown = true;
                continue;
            };
            // Of equal keys, the last one counts.
            if resource.get(key).id() != value.id() {
                continue;
            }
            if found.replace((*kind, value)).is_some() {
                return Self::Several(resource);
            }
        }
        match found.filter(|_| !unknown) {
            Some((kind, member)) => {
                Self::member(kind, member, outer).unwrap_or(Self::Unknown(resource))
            }
            None => Self::Unknown(resource),
        }
    }

    fn member(kind: &str, on: Node<'t>, outer: Node<'t>) -> Option<Self> {
        let catalog_as = |key| {
            let own = on.get(key);
            if own.is_absent() { outer } else { own }
        };
        let catalog = catalog_as("CatalogId");
        let (database, name) = (on.get("DatabaseName"), on.get("Name"));
        Some(match kind {
            "Catalog" => Self::Catalog {
                catalog: catalog_as("Id"),
            },
            "Database" => Self::Database { catalog, name },
            "Table" => Self::Table {
                catalog,
                database,
                name,
                wildcard: on.get("TableWildcard"),
            },
            "TableWithColumns" => Self::Columns {
                catalog,
                database,
                table: name,
                names: on.get("ColumnNames"),
                wildcard: on.get("ColumnWildcard"),
            },
            "DataLocation" => Self::Location {
                catalog,
                path: first(on, &["ResourceArn", "S3Resource"]),
            },
            "DataCellsFilter" => Self::Filter {
                catalog: catalog_as("TableCatalogId"),
                database,
                table: on.get("TableName"),
                name,
            },
            "LFTag" => Self::Tag {
                catalog,
                key: on.get("TagKey"),
                values: on.get("TagValues"),
            },
            "LFTagPolicy" => Self::TagPolicy {
                catalog,
                kind: on.get("ResourceType"),
                expression: on.get("Expression"),
                saved: on.get("ExpressionName"),
            },
            "LFTagExpression" => Self::TagExpression { catalog, name },
            "RLSPolicy" => Self::RowPolicy { catalog, name },
            "UserDefinedFunction" => Self::Function {
                catalog,
                database,
                name,
                wildcard: on.get("UserDefinedFunctionWildcard"),
            },
            "AnyResource" => Self::AnyTable {
                catalog,
                kind: on.get("ResourceType"),
            },
            _ => return None,
        })
    }
}

/// The grants of a scope on a part of a table, by the table that they name: numbers of its resources.
#[derive(Debug, Default)]
pub struct Narrowed {
    filters: ByTable,
    columns: ByTable,
}

/// By database and table in lower case; `None` for what is not known, or not ASCII.
type ByTable = BTreeMap<Option<(String, String)>, Vec<usize>>;

impl Narrowed {
    pub(super) fn of(resources: &[Resource<'_>]) -> Self {
        let mut narrowed = Self::default();
        for (at, one) in resources.iter().enumerate() {
            if one.kind() != ResourceKind::LakeFormationGrant || one.is_opt_in() {
                continue;
            }
            let (list, database, table) = match one.grant().on {
                GrantedOn::Filter {
                    database, table, ..
                } => (&mut narrowed.filters, database, table),
                GrantedOn::Columns {
                    database, table, ..
                } => (&mut narrowed.columns, database, table),
                GrantedOn::Catalog { .. }
                | GrantedOn::Database { .. }
                | GrantedOn::Table { .. }
                | GrantedOn::Location { .. }
                | GrantedOn::Tag { .. }
                | GrantedOn::TagPolicy { .. }
                | GrantedOn::TagExpression { .. }
                | GrantedOn::RowPolicy { .. }
                | GrantedOn::Function { .. }
                | GrantedOn::AnyTable { .. }
                | GrantedOn::Several(_)
                | GrantedOn::Unknown(_) => continue,
            };
            let lower = |node: Node<'_>| {
                let text = node.as_text().filter(|text| text.is_ascii())?;
                Some(text.to_ascii_lowercase())
            };
            let table = lower(database).and_then(|database| Some((database, lower(table)?)));
            list.entry(table).or_default().push(at);
        }
        narrowed
    }

    /// The grants on filters, and on columns if these are `wanted`, that may be on the table, or on any: in the order
    /// of the scope.
    pub fn on(&self, table: Option<(&str, &str)>, columns: bool) -> Vec<usize> {
        let lists = [Some(&self.filters), columns.then_some(&self.columns)];
        let lists = lists.into_iter().flatten();
        let mut found: Vec<usize> = match table {
            Some((database, table)) => {
                let key = Some((database.to_ascii_lowercase(), table.to_ascii_lowercase()));
                lists
                    .flat_map(|list| [list.get(&None), list.get(&key)])
                    .flatten()
                    .flatten()
                    .copied()
                    .collect()
            }
            None => lists
                .flat_map(BTreeMap::values)
                .flatten()
                .copied()
                .collect(),
        };
        found.sort_unstable();
        found
    }
}

/// The grants of a scope by what names their holders: numbers of its resources. Opt-ins are none of them.
#[derive(Debug, Default)]
pub struct Holders(BTreeMap<String, Vec<usize>>);

impl Holders {
    pub(super) fn of<'t>(
        resources: &[Resource<'t>],
        names: impl Fn(&Grant<'t>) -> Vec<String>,
    ) -> Self {
        let mut holders = Self::default();
        for (at, one) in resources.iter().enumerate() {
            if one.kind() == ResourceKind::LakeFormationGrant && !one.is_opt_in() {
                for name in names(&one.grant()) {
                    holders.0.entry(name).or_default().push(at);
                }
            }
        }
        holders
    }

    /// The grants whose holder may bear one of these names.
    pub fn of_any<'n>(&self, names: impl Iterator<Item = &'n str>) -> impl Iterator<Item = usize> {
        names.filter_map(|name| self.0.get(name)).flatten().copied()
    }
}

/// Whether a member is written: `null` is how listings and SDKs leave one out.
pub fn is_given(node: Node<'_>) -> bool {
    node.is_set() && !matches!(node.value(), Value::Null)
}

/// The first of these members that is there, else the first.
fn first<'t>(node: Node<'t>, names: &[&'static str]) -> Node<'t> {
    let found = names
        .iter()
        .map(|name| node.get(name))
        .find(|member| !member.is_absent());
    found.unwrap_or_else(|| node.get(names.first().copied().unwrap_or_default()))
}
