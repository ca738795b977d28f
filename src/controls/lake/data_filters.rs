//! Row and cell filters are exactly the declared ones, and really filter.

use crate::aws::lake_formation::row_filter;
use crate::control::lake::filter::{Asked, DeclaredFilter, FilterTable, Refused, filters, judge};
use crate::control::lake::{Context, checks, request};
use crate::control::settings::{Rows, Switch, settings};
use crate::control::{
    Absent, Conditions, Control, Declares, Draft, Meta, Missing, Review, RunFindings, Severity,
    Span, View,
};
use crate::lattice::{Cell, Row};
use crate::observed::ResourceKind;
use std::sync::Arc;

#[derive(Debug)]
pub(crate) enum DataFilters {}

settings! {
    pub(crate) struct Setting {
        /// The filters, keyed by table and name.
        filter: Rows<FilterTable>,
        /// Whether the tables of these filters may have no others.
        exact: Switch = true,
    }
}

const LISTED: Declares = Declares {
    kind: ResourceKind::LakeFormationFilter,
    what: "declared filters",
    action: "lakeformation:ListDataCellsFilter",
    setting: "filter",
};

impl Control for DataFilters {
    const META: &'static Meta = &Meta {
        id: "lake.data-filters",
        title: "row and cell filters are exactly the declared ones, and really filter",
        severity: Severity::High,
        kinds: &[ResourceKind::LakeFormationFilter],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 AC-3(7)", "own NIST-800-53 AC-4"],
        docs: include_str!("data_filters.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        if seen.resource.row_policy().is_some() {
            return;
        }
        let context = Context::of(seen);
        let (declared, _) = filters(&want.filter, context.account());
        let asked = Asked {
            declared: &declared,
            exact: want.exact,
        };
        judge(asked, &seen.resource.cells_filter(), &context, out);
    }

    fn judge_absent(want: &Setting, seen: &Absent<'_>, out: &mut RunFindings) {
        let (declared, _) = filters(&want.filter, Some(&seen.target.account));
        let missing = { declared.iter() }.filter(|one| !seen.presence.has_filter(one));
        let missing = missing.map(|one| Missing {
            identity: &one.identity,
            shown: format!(
                "filter `{}.{}.{}`",
                one.table.database, one.table.table, one.name
            ),
            unclear: None,
        });
        seen.tell(&LISTED, missing, out, |condition| {
            condition.fix("create it: `plan` shows the call, and `apply` makes it");
        });
    }

    fn compile(want: &Setting, draft: &mut Draft<'_>) {
        let cells = want.filter.values().flat_map(Row::values);
        let unbound = cells
            .flat_map(Cell::texts)
            .filter(|text| draft.bound("filter", text).is_none())
            .count();
        if unbound > 0 {
            return;
        }
        let account = draft.target.account.clone();
        let (declared, _) = filters(&want.filter, Some(&account));
        for filter in &declared {
            let file = format!(
                "create-data-cells-filter-{}.{}.{}",
                filter.table.database, filter.table.table, filter.name
            );
            let body = request::filter(filter, &account);
            let whole = (String::new(), filter.identity.clone());
            draft.request(&file, body, "filter", [whole]);
        }
    }

    fn review(want: &Setting, review: &mut Review<'_>) {
        let account = review.target().map(|target| target.account.clone());
        let (declared, faults) = filters(&want.filter, account.as_deref());
        checks::faults(review, "filter", &faults);
        let each = declared.iter();
        let each = each.map(|one| ((&one.table, &one.name), Arc::clone(&one.identity)));
        checks::one_of_each(review, "filter", each);
        for filter in &declared {
            review_one(filter, review);
        }
        if review.requirement("lake.grants").is_some() {
            let grants = review.declared().grants();
            checks::holders(review, &declared, grants);
        }
    }
}

fn review_one(filter: &DeclaredFilter, review: &mut Review<'_>) {
    let here =
        |review: &Review<'_>| checks::places(review, "filter", &filter.identity, "this filter");
    let rows = filter.rows.as_ref().map(|rows| rows.as_literal());
    if rows == Some(None) {
        return;
    }
    let text = rows.flatten();
    let name = &filter.name;
    match Refused::of(text, filter.columns.is_none()) {
        Some(Refused::NoLimit) => {
            let message = format!("filter `{name}` limits neither rows nor columns");
            let help = "give `rows`, `columns` or `excluded-columns`";
            let places = here(review);
            return review.object(places, message, help);
        }
        Some(Refused::EveryRow) => {
            let message = format!("`rows` of filter `{name}` passes every row");
            let help = "leave `rows` out when all rows are meant";
            let places = here(review);
            return review.object(places, message, help);
        }
        Some(Refused::Grammar(mistakes)) => {
            let text = text.unwrap_or_default();
            for mistake in &mistakes {
                let at = mistake.position(text);
                let message = format!(
                    "`rows` of filter `{name}`, character {at}: {}",
                    mistake.message
                );
                let places = here(review);
                review.object(places, message, mistake.underlined(text));
            }
        }
        None => {}
    }
    let Some(text) = text else { return };
    let read = row_filter::parse(text);
    for caution in read.cautions.iter().chain(&row_filter::dates(text)) {
        let message = format!(
            "`rows` of filter `{}`, character {}: {}",
            filter.name,
            caution.position(text),
            caution.message
        );
        let places = here(review);
        review.warn(places, message, caution.underlined(text));
    }
}
