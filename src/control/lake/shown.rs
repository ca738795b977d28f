//! What a data cells filter shows, as far as it is known.

use super::filter::{self, Rows, TableName};
use super::seen::{Context, Trouble};
use crate::aws::lake_formation::grant::Columns;
use crate::aws::lake_formation::name::Name;
use crate::observed::filter::CellsFilter;

/// A filter that is wholly known.
#[derive(Clone, Debug)]
pub struct Shown {
    /// Its name.
    pub name: Name,
    /// The table.
    pub table: TableName,
    /// The expression over rows; `None` is all rows.
    pub rows: Option<String>,
    /// The columns; `None` is all.
    pub columns: Option<Columns>,
}

/// What a filter shows.
///
/// # Errors
/// Why a part of it is not known.
pub fn shown<'t>(
    filter: &CellsFilter<'t>,
    context: &Context<'_, 't>,
) -> Result<Shown, Trouble<'t>> {
    if let Some(trouble) = filter::unheard_in(filter) {
        return Err(trouble);
    }
    Ok(Shown {
        name: context.name(filter.name, "the filter's name")?,
        table: filter::table(filter, context)?,
        rows: match filter::rows(filter) {
            Rows::All(_) => None,
            Rows::Some(_, text) => Some(text.to_owned()),
            Rows::Unsaid(node) => {
                let message = "the filter says nothing about rows";
                return Err(Trouble::new(node, message));
            }
            Rows::Unknown(trouble) => return Err(trouble),
        },
        columns: filter::columns(filter, context)?,
    })
}
