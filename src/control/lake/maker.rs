//! Rights that come with having made a table. AWS gives them by itself, lists them like any other, and revokes none of them.
//!
//! Source: Lake Formation Developer Guide, *Implicit Lake Formation permissions*.

use crate::aws::lake_formation::grant::{Node as On, Object};
use crate::aws::lake_formation::name::Name;
use crate::aws::lake_formation::principal::administers;
use crate::observed::Resource;

/// Whether the holder of a grant made the table that it is on, as far as AWS's answers beside the grant tell. Columns and
/// filters of a table, and what is on other things, are granted by somebody.
pub fn made(resource: &Resource<'_>, holder: &Name, object: &Object) -> bool {
    let table = resource.body.get("glue:GetTable").get("Table");
    let maker = table.get("CreatedBy").as_text();
    let holder = holder.as_known().zip(maker);
    matches!(object.node, On::Table(..))
        && holder.is_some_and(|(holder, maker)| administers(holder, maker))
}
