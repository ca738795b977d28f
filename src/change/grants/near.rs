//! Where held grants are found: by holder, and by what they are on. An account has very many.

use super::{Held, IAM};
use crate::aws::lake_formation::grant::{Node as On, Object};
use crate::aws::lake_formation::name::Name;
use crate::aws::lake_formation::principal::is_iam_allowed_principals;

/// The numbers of held grants, in the order of who holds them and of what they are on.
pub(super) struct Near<'d>(Vec<(Place<'d>, usize)>);

/// Who, and on what.
type Place<'d> = (&'d str, Neighbourhood<'d>);

/// Under what grants stand together that cover, or exclude, each other.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Neighbourhood<'o> {
    /// A table, in a catalog when it is another than the account's, and columns of it.
    Table(Option<&'o Name>, &'o Name, &'o Name),
    /// A tag, and values of it.
    Tag(&'o Name),
    /// Anything else stands alone.
    Object(&'o Object),
}

impl<'d> Near<'d> {
    pub(super) fn of(grants: &'d [Held]) -> Self {
        let places = grants.iter().enumerate().map(|(at, held)| {
            let place = (holder(&held.principal), neighbourhood(&held.object));
            (place, at)
        });
        let mut places: Vec<_> = places.collect();
        places.sort_unstable();
        Self(places)
    }

    /// The grants that somebody holds on the object, on columns of it, or on the table of its columns.
    pub(super) fn find(
        &self,
        principal: &str,
        object: &Object,
    ) -> impl Iterator<Item = usize> + use<'_, 'd> {
        let wanted: Place<'_> = (principal, neighbourhood(object));
        let from = self.0.partition_point(|(place, _)| *place < wanted);
        let rest = self.0.get(from..).unwrap_or_default();
        let count = rest.partition_point(|(place, _)| *place == wanted);
        let found = rest.get(..count).unwrap_or_default();
        found.iter().map(|(_, at)| *at)
    }
}

/// Who holds a grant: everybody whom IAM allows has one name here.
fn holder(principal: &str) -> &str {
    if is_iam_allowed_principals(principal) {
        IAM
    } else {
        principal
    }
}

fn neighbourhood(object: &Object) -> Neighbourhood<'_> {
    match (&object.node, object.table()) {
        (On::Table(..) | On::Columns(..), Some((database, table))) => {
            Neighbourhood::Table(object.catalog.as_ref(), database, table)
        }
        (On::Tag(tag, _), _) => Neighbourhood::Tag(tag),
        _ => Neighbourhood::Object(object),
    }
}
