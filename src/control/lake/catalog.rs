//! Tables of the Data Catalog in sight of what is granted on them.

use super::seen::Context;
use crate::aws::lake_formation::name::Name;
use crate::observed::lake::{CatalogObject, TABLE};
use crate::observed::{Node, Resource, ResourceKind, Word};

/// Tables by their databases and names.
enum ByTable {}

fn word_of(database: &Name, table: &Name) -> Word {
    Word::text(format!("{database}\0{table}"))
}

/// The table that a resource is: its database, its name, both in lower case, and its members.
pub fn table<'t>(
    context: &Context<'_, 't>,
    resource: &Resource<'t>,
) -> Option<(Name, Name, CatalogObject<'t>)> {
    let (kind, table) = resource.catalog_object()?;
    let lower = |node: Node<'t>| context.text_of(node).map(|name| name.lower());
    let (database, name) = (lower(table.database)?, lower(table.input.get("Name"))?);
    (kind == TABLE).then_some((database, name, table))
}

/// The tables in sight that are called so. Both names are in lower case.
pub fn tables_named<'a, 't>(
    context: &Context<'a, 't>,
    database: &Name,
    name: &Name,
) -> impl Iterator<Item = &'a Resource<'t>> {
    let words = |one: &Resource<'t>| {
        let word = table(context, one).map(|(database, name, _)| word_of(&database, &name));
        Some(word.into_iter().collect())
    };
    let asked = || Some(vec![word_of(database, name)]);
    let kind = ResourceKind::GlueCatalog;
    let found = context.scope.resources_by::<ByTable>(kind, words, asked);
    found.filter(|one| {
        table(context, one).is_some_and(|(of, called, _)| of == *database && called == *name)
    })
}
