//! Rights that come with having made a table. AWS gives them by itself, lists them like any other, and revokes none of them.
//!
//! Source: Lake Formation Developer Guide, *Implicit Lake Formation permissions*. Who made a table stands in the Data
//! Catalog: Glue API, `Table`, `CreatedBy`.

use super::catalog::{table, tables_named};
use super::seen::Context;
use crate::aws::lake_formation::grant::{Node as On, Object};
use crate::aws::lake_formation::name::Name;
use crate::aws::lake_formation::principal::administers;
use crate::observed::Resource;

/// The table that a resource of the Data Catalog is, and who made it; `None` where it does not say.
pub fn made<'t>(context: &Context<'_, 't>, resource: &Resource<'t>) -> Option<(Object, &'t str)> {
    let (database, name, table) = table(context, resource)?;
    let catalog = context.catalog(table.input.get("CatalogId")).ok()?;
    let object = Object {
        catalog,
        node: On::Table(database, name),
    };
    Some((object, table.input.get("CreatedBy").as_text()?))
}

/// Whether the holder of a grant made the table that it is on, as far as the Data Catalog in sight tells. Columns and filters
/// of a table, and what is on other things, are granted by somebody.
pub fn is_maker(context: &Context<'_, '_>, holder: &Name, object: &Object) -> bool {
    let (Some(holder), On::Table(database, table)) = (holder.as_known(), &object.node) else {
        return false;
    };
    tables_named(context, database, table)
        .filter_map(|one| made(context, one))
        .any(|(made, maker)| made == *object && administers(holder, maker))
}
