//! What else is in sight of a grant: other grants, and opt-ins.

use super::seen::{Context, SeenGrant, Trouble};
use crate::aws::lake_formation::grant::{Columns, Node as On, Object};
use crate::aws::lake_formation::name::{Likeness, Name};
use crate::aws::lake_formation::principal::is_iam_allowed_principals;
use crate::control::View;
use crate::observed::grant::Grant;
use crate::observed::{Resource, ResourceKind};

/// Whether both are one thing: a fact of a record is in sight of itself.
pub fn is_same(one: &Resource<'_>, other: &Resource<'_>) -> bool {
    std::ptr::eq(one.body.tree(), other.body.tree()) && one.body.id() == other.body.id()
}

/// Every other grant in sight, opt-ins aside.
pub fn grants_in<'a, 't>(
    context: &Context<'a, 't>,
    seen: &View<'a, 't>,
) -> impl Iterator<Item = (&'a Resource<'t>, SeenGrant<'t>)> {
    grants_held(context, seen, |_| true)
}

/// As [`grants_in`], of holders that `may` tells by the identifier as written, where it is known. A listing holds
/// thousands of grants, and reading each of them beside each other one costs more than looking at the holder.
pub fn grants_held<'a, 't>(
    context: &Context<'a, 't>,
    seen: &View<'a, 't>,
    may: impl Fn(&str) -> bool,
) -> impl Iterator<Item = (&'a Resource<'t>, SeenGrant<'t>)> {
    let (context, own) = (*context, seen.resource);
    let all = seen.scope.resources_of(ResourceKind::LakeFormationGrant);
    all.filter(|one| !one.is_opt_in()).filter_map(move |one| {
        let grant = one.grant();
        let held = grant.principal.as_text().is_none_or(&may);
        (held && !is_same(one, own)).then(|| (one, context.read(grant)))
    })
}

/// Every other grant on a part of a table that one on the object may open, as it is written; of holders as in
/// [`grants_held`].
pub fn grants_opened<'a, 't>(
    context: &Context<'a, 't>,
    seen: &View<'a, 't>,
    object: &Object,
    may: impl Fn(&str) -> bool,
) -> impl Iterator<Item = (&'a Resource<'t>, SeenGrant<'t>)> {
    let (context, own) = (*context, seen.resource);
    let of_table = match object.table() {
        Some((database, table)) => { database.as_known() }
            .zip(table.as_known())
            .filter(|(database, table)| database.is_ascii() && table.is_ascii()),
        None => None,
    };
    // Columns that are listed show no more than columns do.
    let columns = !matches!(&object.node, On::Columns(_, _, Columns::Only(_)));
    let found = seen.scope.narrowed().on(of_table, columns);
    found.into_iter().filter_map(move |at| {
        let one = seen.scope.resources().get(at)?;
        let grant = one.grant();
        let held = grant.principal.as_text().is_none_or(&may);
        (held && !is_same(one, own)).then(|| (one, context.read(grant)))
    })
}

/// Every other grant in sight whose holder may be the role: by a reference to it, or by the last part of its name or ARN.
pub fn grants_of_role<'a, 't>(
    context: &Context<'a, 't>,
    seen: &View<'a, 't>,
) -> impl Iterator<Item = (&'a Resource<'t>, SeenGrant<'t>)> {
    let (context, own) = (*context, seen.resource);
    let last = |text: &str| text.rsplit('/').next().unwrap_or_default().to_owned();
    let holders = seen.scope.holders(|grant| {
        let reference = grant.principal.reference();
        let reference = reference.map(|(id, _)| id.to_owned());
        let shown = context.text_of(grant.principal);
        let shown = shown.map(|name| last(&name.to_string()));
        shown.into_iter().chain(reference).collect()
    });
    let identity = &own.identity;
    let written = [identity.arn.as_deref(), identity.name.as_deref()];
    let mut names: Vec<String> = written.into_iter().flatten().map(last).collect();
    names.extend(identity.name.clone());
    names.push(identity.id.clone());
    names.sort_unstable();
    names.dedup();
    let found = holders.of_any(names.iter().map(String::as_str));
    let found: Vec<usize> = found.collect();
    found.into_iter().filter_map(move |at| {
        let one = seen.scope.resources().get(at)?;
        (!is_same(one, own)).then(|| (one, context.read(one.grant())))
    })
}

/// Every other grant in sight that is made to `IAMAllowedPrincipals`.
pub fn grants_left_to_iam<'a, 't>(
    context: &Context<'a, 't>,
    seen: &View<'a, 't>,
) -> impl Iterator<Item = (&'a Resource<'t>, SeenGrant<'t>)> {
    let (context, own) = (*context, seen.resource);
    let found = seen.scope.granted_to_all(|grant| {
        let name = context.text_of(grant.principal);
        name.is_some_and(|name| name.as_known().is_some_and(is_iam_allowed_principals))
    });
    found.iter().filter_map(move |at| {
        let one = seen.scope.resources().get(*at)?;
        (!is_same(one, own)).then(|| (one, context.read(one.grant())))
    })
}

/// Every opt-in in sight that can be understood.
pub fn opt_ins_in<'a, 't>(
    context: &Context<'a, 't>,
    seen: &View<'a, 't>,
) -> impl Iterator<Item = OptIn> {
    let context = *context;
    let all = seen.scope.resources_of(ResourceKind::LakeFormationGrant);
    all.filter(|one| one.is_opt_in())
        .filter_map(move |one| OptIn::of(&context, one).ok())
}

/// An opt-in of hybrid access mode: Lake Formation decides for this principal on this object.
#[derive(Clone, Debug)]
pub struct OptIn {
    /// Who.
    pub principal: Name,
    /// On what.
    pub object: Object,
}

impl OptIn {
    /// Reads an opt-in.
    pub fn of<'t>(context: &Context<'_, 't>, resource: &Resource<'t>) -> Result<Self, Trouble<'t>> {
        let seen = context.read(Grant::at(resource.opt_in()));
        Ok(Self {
            principal: seen.principal?,
            object: seen.object?,
        })
    }

    /// Whether it opts the principal in on the object, or on the database of the object.
    pub fn covers(&self, principal: &Name, object: &Object) -> bool {
        self.principal == *principal && self.reaches(object)
    }

    /// Whether a grant on the object is one that the opt-in is for: on the same, or on something in it.
    pub fn reaches(&self, object: &Object) -> bool {
        let own = &self.object.node;
        if *own == On::Catalog {
            return true;
        }
        if let On::Database(database) | On::AllTables(database) = own {
            return object.database() == Some(database);
        }
        if let On::Table(database, table) = own {
            return object.table() == Some((database, table))
                || matches!(&object.node, On::AllTables(of) if of == database);
        }
        self.object.relation(object).within == Likeness::Same
    }
}
