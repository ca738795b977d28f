//! A data cells filter's facts, wherever each form puts them.

use super::grant::is_given;
use super::{Form, Node, Reason, Resource};

/// A data cells filter: which rows and columns of a table it shows.
#[derive(Clone, Copy, Debug)]
pub struct CellsFilter<'t> {
    /// The whole filter.
    pub root: Node<'t>,
    /// The catalog of the table.
    pub catalog: Node<'t>,
    /// The database.
    pub database: Node<'t>,
    /// The table.
    pub table: Node<'t>,
    /// The filter's name.
    pub name: Node<'t>,
    /// What stands about rows.
    pub rows: Node<'t>,
    /// The expression over rows.
    pub expression: Node<'t>,
    /// Says that all rows are shown.
    pub all_rows: Node<'t>,
    /// The columns that are shown.
    pub columns: Node<'t>,
    /// Says that all columns are shown, but those it lists.
    pub wildcard: Node<'t>,
}

/// The calls that tell of a row-level-security policy: by its name, and among all.
const ROW_POLICY: [&str; 2] = [
    "lakeformation:GetRLSPolicy",
    "lakeformation:ListRLSPolicies",
];

impl<'t> Resource<'t> {
    /// The members of a row-level-security policy, which is of the same kind as data cells filters.
    pub fn row_policy(&self) -> Option<Node<'t>> {
        if self.form != Form::Live {
            return None;
        }
        let told = ROW_POLICY.map(|call| self.body.get(call));
        // A call that was refused tells what was asked about; of one that was not made nothing follows.
        let refused = |answer: &&Node<'_>| matches!(answer.reason(), Some(Reason::Call { .. }));
        let answer = told.iter().find(|answer| answer.is_set());
        let answer = *answer.or_else(|| told.iter().find(refused))?;
        let inner = answer.get("RLSPolicy");
        Some(if inner.is_set() { inner } else { answer })
    }

    /// This resource read as a data cells filter.
    pub fn cells_filter(&self) -> CellsFilter<'t> {
        let request = self.body.get("TableData");
        let answer = self.body.get("lakeformation:GetDataCellsFilter");
        // A listing gives each filter whole, as an entry.
        let listed = self.body.get("lakeformation:ListDataCellsFilter");
        CellsFilter::of(if is_given(request) {
            request
        } else if self.form == Form::Live && listed.is_set() {
            listed
        } else if self.form == Form::Live && answer.is_set() {
            answer.get("DataCellsFilter")
        } else {
            self.body
        })
    }
}

impl<'t> CellsFilter<'t> {
    /// Reads the members of a filter: the API's and CloudFormation's are the same.
    pub fn of(root: Node<'t>) -> Self {
        let rows = root.get("RowFilter");
        Self {
            root,
            catalog: root.get("TableCatalogId"),
            database: root.get("DatabaseName"),
            table: root.get("TableName"),
            name: root.get("Name"),
            rows,
            expression: rows.get("FilterExpression"),
            all_rows: rows.get("AllRowsWildcard"),
            columns: root.get("ColumnNames"),
            wildcard: root.get("ColumnWildcard"),
        }
    }
}
