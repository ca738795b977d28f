//! What is wrong with the grants that a baseline declares, before anything is compiled.

use super::declared::{DeclaredGrant, Fault};
use crate::aws::lake_formation::grant::{Columns, Node};
use crate::aws::lake_formation::name::Likeness;
use crate::aws::lake_formation::permissions::ObjectClass;
use crate::aws::lake_formation::principal::{Principal, PrincipalKind};
use crate::control::Review;
use crate::control::settings::Origin;
use crate::lattice::Text;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The longest condition. Source: API model, `ExpressionString`.
const MAX_CONDITION: usize = 3000;

/// The lines of one table of a list, each with the label.
pub fn places(
    review: &Review<'_>,
    list: &str,
    identity: &str,
    label: &str,
) -> Vec<(Origin, String)> {
    let own = review.own().row_places(list, identity);
    own.iter()
        .map(|origin| (origin.clone(), label.to_owned()))
        .collect()
}

/// Objects to tables that cannot be understood.
pub fn faults(review: &mut Review<'_>, list: &str, faults: &[Fault]) {
    for fault in faults {
        let places = places(review, list, &fault.identity, "here");
        review.object(places, &fault.message, &fault.help);
    }
}

/// Objects to tables of a list that are written in two ways and are one thing to AWS, whatever the case of letters or a
/// slash at the end. Each comes with what it is to AWS, and its key among the tables.
pub fn one_of_each<K: Ord>(
    review: &mut Review<'_>,
    list: &str,
    all: impl Iterator<Item = (K, Arc<str>)>,
) {
    let mut same: BTreeMap<K, BTreeSet<Arc<str>>> = BTreeMap::new();
    for (key, identity) in all {
        same.entry(key).or_default().insert(identity);
    }
    for identities in same.into_values().filter(|all| all.len() > 1) {
        let each = identities.iter();
        let each = each.flat_map(|one| places(review, list, one, "it stands here"));
        let each: Vec<(Origin, String)> = each.collect();
        let names: Vec<String> = identities.iter().map(|one| format!("`{one}`")).collect();
        let message = format!("{} are one to AWS", names.join(" and "));
        review.object(each, message, "write it once, the same in every layer");
    }
}

/// Objects to grants that the service refuses, each by itself.
pub fn each(review: &mut Review<'_>, grants: &[DeclaredGrant]) {
    for grant in grants {
        for (message, help) in wrong_with(grant) {
            let places = places(review, "grant", &grant.identity, "this grant");
            review.object(places, message, help);
        }
    }
}

/// What the service refuses of a grant by itself: each with what to do.
pub fn wrong_with(grant: &DeclaredGrant) -> Vec<(String, String)> {
    let mut wrong = wrong_permissions(grant);
    wrong.extend(wrong_principal(grant));
    wrong
}

fn wrong_permissions(grant: &DeclaredGrant) -> Vec<(String, String)> {
    let mut wrong = Vec::new();
    let mut add = |message: String, help: &str| wrong.push((message, help.to_owned()));
    let class = grant.object.class();
    for permission in grant.permissions.iter() {
        if !class.takes(permission) {
            let taken: Vec<&str> = class.permissions().collect();
            add(
                format!("{} takes no `{permission}`", class.noun()),
                &format!("it takes `{}`", taken.join("`, `")),
            );
        }
    }
    for permission in grant.grantable.iter() {
        if !grant.permissions.contains(permission) {
            add(
                format!("`{permission}` is grantable and not among the permissions"),
                "add it to `permissions`",
            );
        } else if class.takes(permission) && !class.takes_grantable(permission) {
            let help = if class == ObjectClass::ExcludedColumns {
                "list the columns that are shown, or leave the grant option out"
            } else {
                "leave it out of `grantable`"
            };
            add(
                format!(
                    "{} takes `{permission}` without the grant option only",
                    class.noun()
                ),
                help,
            );
        }
    }
    if grant.permissions.is_empty() {
        add(
            "the grant gives no permission".to_owned(),
            "list `permissions`",
        );
    }
    wrong
}

fn wrong_principal(grant: &DeclaredGrant) -> Vec<(String, String)> {
    let mut wrong = Vec::new();
    let mut add = |message: String, help: &str| wrong.push((message, help.to_owned()));
    let shown = grant.principal.to_string();
    let principal = Principal::of(&shown);
    if principal.is_none() && grant.principal.as_known().is_some() {
        add(
            format!("`{shown}` is no principal of Lake Formation"),
            "write the ARN of a role, an account, or `<account>:IAMPrincipals`",
        );
    }
    let is_function = principal.is_some_and(|principal| principal.kind == PrincipalKind::Function);
    if grant.object.node == Node::AnyTable && principal.is_some() && !is_function {
        add(
            "any table can be granted to a function only".to_owned(),
            "name the tables",
        );
    }
    if let Some(condition) = &grant.condition {
        if !grant.grantable.is_empty() {
            add(
                "a grant with a condition takes no grant option".to_owned(),
                "leave `grantable` out",
            );
        }
        if matches!(grant.object.node, Node::TagPolicy(_)) {
            add(
                "a grant with a condition takes no tag policy".to_owned(),
                "name the tables",
            );
        }
        if principal.is_some_and(|principal| principal.kind == PrincipalKind::IdentityCenter) {
            add(
                "a grant to an Identity Center principal takes no condition".to_owned(),
                "leave `condition` out",
            );
        }
        if condition.to_string().chars().count() > MAX_CONDITION {
            add(
                format!("the condition is longer than {MAX_CONDITION} characters"),
                "shorten it",
            );
        }
    }
    wrong
}

/// Objects to a grant on a table beside one on columns of it: the service holds only one for a principal.
///
/// Reports differ about `DESCRIBE` beside columns, and no page tells what two lists of one table give: both are warnings.
pub fn collisions(review: &mut Review<'_>, grants: &[DeclaredGrant]) {
    let keyed = grants.iter().filter_map(|grant| {
        let table = grant.object.table()?;
        Some(((&grant.principal, &grant.object.catalog, table), grant))
    });
    let mut keyed: Vec<_> = keyed.collect();
    // Nearly in order already, and those on one table stay in theirs.
    keyed.sort_by_key(|(key, _)| *key);
    for together in keyed.chunk_by(|(one, _), (other, _)| one == other) {
        let together: Vec<&DeclaredGrant> = together.iter().map(|(_, grant)| *grant).collect();
        for (at, one) in together.iter().enumerate() {
            for other in together.iter().skip(at + 1) {
                collision(review, one, other);
            }
        }
    }
}

/// Objects to two grants of one principal on one table.
fn collision(review: &mut Review<'_>, one: &DeclaredGrant, other: &DeclaredGrant) {
    let label = |grant: &DeclaredGrant| {
        if matches!(grant.object.node, Node::Table(..)) {
            "on the table"
        } else {
            "on columns"
        }
    };
    let mut both = places(review, "grant", &one.identity, label(one));
    both.extend(places(review, "grant", &other.identity, label(other)));
    match (&one.object.node, &other.object.node) {
        (Node::Table(..), Node::Columns(..)) => whole_and_columns(review, both, one),
        (Node::Columns(..), Node::Table(..)) => whole_and_columns(review, both, other),
        (Node::Columns(_, _, Columns::Only(_)), Node::Columns(_, _, Columns::AllBut(_)))
        | (Node::Columns(_, _, Columns::AllBut(_)), Node::Columns(_, _, Columns::Only(_))) => {
            review.warn(
                both,
                "one principal holds a list of columns and an exclude list of one table",
                "keep one: no AWS page says what the two give together",
            );
        }
        _ => {}
    }
}

fn whole_and_columns(
    review: &mut Review<'_>,
    places: Vec<(Origin, String)>,
    whole: &DeclaredGrant,
) {
    let only_describe = whole
        .permissions
        .iter()
        .all(|permission| permission == "DESCRIBE");
    let message = format!("one principal holds {} and columns of it", whole.object);
    if only_describe {
        review.warn(places, message, "leave `DESCRIBE` out: `SELECT` on columns includes it, and reports differ on whether both can be held");
    } else {
        review.object(places, message, "keep the columns only, or the table only: Lake Formation does not hold both for one principal");
    }
}

/// Objects to grants that another layer adds to a table that is sealed.
pub fn sealed(review: &mut Review<'_>, grants: &[DeclaredGrant], patterns: &BTreeSet<Text>) {
    let sealing: Vec<Origin> = review.own().places(Some("sealed")).to_vec();
    for grant in grants {
        let names = reached(grant);
        let is_sealed = patterns
            .iter()
            .any(|pattern| names.iter().any(|name| pattern.accepts_as_pattern(name)));
        let added: Vec<Origin> = review.own().row_places("grant", &grant.identity).to_vec();
        let own = added
            .iter()
            .any(|origin| sealing.iter().any(|seal| seal.file == origin.file));
        if !is_sealed || own || patterns.is_empty() {
            continue;
        }
        let mut places: Vec<(Origin, String)> = added
            .into_iter()
            .map(|origin| (origin, "added here".to_owned()))
            .collect();
        places.extend(
            sealing
                .iter()
                .map(|origin| (origin.clone(), "sealed here".to_owned())),
        );
        review.object(
            places,
            format!("a grant on {} is added to what is sealed", grant.object),
            "declare the grant in the layer that seals the table",
        );
    }
}

/// What a grant reaches, as `database.table` for patterns; all tables of a database as `database.*`.
fn reached(grant: &DeclaredGrant) -> Vec<String> {
    match (&grant.object.node, grant.object.table()) {
        (_, Some((database, table))) => vec![format!("{database}.{table}")],
        (Node::AllTables(database), None) => vec![format!("{database}.*")],
        _ => Vec::new(),
    }
}

/// Whether a filter that a grant names is declared, and the reverse: warnings at the lines of the filters.
pub fn holders(
    review: &mut Review<'_>,
    filters: &[super::filter::DeclaredFilter],
    grants: &[DeclaredGrant],
) {
    for filter in filters {
        let granted = grants.iter().any(|grant| {
            matches!(&grant.object.node, Node::Filter(database, table, name)
                if *database == filter.table.database && *table == filter.table.table && name.likeness(&filter.name) != Likeness::Different)
        });
        if !granted {
            let places = places(review, "filter", &filter.identity, "this filter");
            review.warn(
                places,
                format!("filter `{}` is granted to nobody", filter.name),
                "declare a grant with `filter` in `[[lake.grants.grant]]`, or drop the filter",
            );
        }
    }
}
