//! What else is in sight of a grant: other grants, and opt-ins.

use super::seen::{Context, SeenGrant, Trouble};
use crate::aws::lake_formation::grant::{Columns, Node as On, Object};
use crate::aws::lake_formation::name::{Likeness, Name};
use crate::aws::lake_formation::principal::is_iam_allowed_principals;
use crate::control::View;
use crate::observed::grant::Grant;
use crate::observed::{Resource, ResourceKind, Word};

/// Whether both are one thing: a fact of a record is in sight of itself.
pub fn is_same(one: &Resource<'_>, other: &Resource<'_>) -> bool {
    std::ptr::eq(one.body.tree(), other.body.tree()) && one.body.id() == other.body.id()
}

/// Every other grant on a part of a table that one on the object may open, as it is written; of holders that `may` tells
/// by the identifier as written, where it is known.
pub fn grants_opened<'a, 't>(
    context: &Context<'a, 't>,
    seen: &View<'a, 't>,
    object: &Object,
    may: impl Fn(&str) -> bool,
) -> impl Iterator<Item = (&'a Resource<'t>, SeenGrant<'t>)> {
    let (context, own) = (*context, seen.resource);
    let of_table = object.table().and_then(as_written);
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

/// Every grant on a part of a table in sight that may be on this one.
pub fn grants_within<'a, 't>(
    context: &Context<'a, 't>,
    table: (&Name, &Name),
) -> impl Iterator<Item = SeenGrant<'t>> + use<'a, 't> {
    let context = *context;
    let found = context.scope.narrowed().on(as_written(table), true);
    found.into_iter().filter_map(move |at| {
        let one = context.scope.resources().get(at)?;
        Some(context.read(one.grant()))
    })
}

/// The names of a database and a table, where they are known and of letters whose case is plain.
fn as_written<'n>((database, table): (&'n Name, &'n Name)) -> Option<(&'n str, &'n str)> {
    let known = database.as_known().zip(table.as_known());
    known.filter(|(database, table)| database.is_ascii() && table.is_ascii())
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

/// Grants to `IAMAllowedPrincipals` by their databases, grants and opt-ins by whom they are made to.
enum LeftToIam {}
enum ByHolder {}
enum ByOpted {}

/// The word of the database of what a grant is on.
fn word_of(database: Option<&Name>) -> Word {
    Word::text(database.map_or_else(String::new, ToString::to_string))
}

/// Every other grant in sight on this database, or on something without one, that is made to `IAMAllowedPrincipals`.
pub fn grants_left_to_iam<'a, 't>(
    context: &Context<'a, 't>,
    seen: &View<'a, 't>,
    database: Option<&Name>,
) -> impl Iterator<Item = (&'a Resource<'t>, SeenGrant<'t>)> {
    let (context, own) = (*context, seen.resource);
    let is_left = move |one: &Resource<'t>| {
        let name = context.text_of(one.grant().principal);
        !one.is_opt_in()
            && name.is_some_and(|name| name.as_known().is_some_and(is_iam_allowed_principals))
    };
    let words = |one: &Resource<'t>| {
        let object = is_left(one).then(|| context.read(one.grant()).object.ok());
        let word = object.flatten().map(|object| word_of(object.database()));
        Some(word.into_iter().collect())
    };
    let kind = ResourceKind::LakeFormationGrant;
    let asked = || Some(vec![word_of(database)]);
    let found = seen.scope.resources_by::<LeftToIam>(kind, words, asked);
    found
        .filter(move |one| is_left(one) && !is_same(one, own))
        .map(move |one| (one, context.read(one.grant())))
}

/// Every other grant in sight of this holder, opt-ins aside; of a small scope, those of others too.
pub fn grants_held_by<'a, 't>(
    context: &Context<'a, 't>,
    seen: &View<'a, 't>,
    holder: &Name,
) -> impl Iterator<Item = (&'a Resource<'t>, SeenGrant<'t>)> {
    let (context, own) = (*context, seen.resource);
    let words = |one: &Resource<'t>| {
        let name = context.text_of(one.grant().principal);
        let name = name.filter(|_| !one.is_opt_in());
        Some(
            name.map(|name| Word::text(name.to_string()))
                .into_iter()
                .collect(),
        )
    };
    let kind = ResourceKind::LakeFormationGrant;
    let asked = || holder.as_known().map(|name| vec![Word::text(name)]);
    let found = seen.scope.resources_by::<ByHolder>(kind, words, asked);
    found
        .filter(move |one| !one.is_opt_in() && !is_same(one, own))
        .map(move |one| (one, context.read(one.grant())))
}

/// Every opt-in in sight of this principal that can be understood; of a small scope, those of others too.
pub fn opt_ins_of<'a, 't>(
    context: &Context<'a, 't>,
    seen: &View<'a, 't>,
    principal: &Name,
) -> impl Iterator<Item = OptIn> {
    let context = *context;
    let words = |one: &Resource<'t>| {
        let name = one.is_opt_in().then(|| Grant::at(one.opt_in()).principal);
        let name = name.and_then(|node| context.text_of(node));
        Some(
            name.map(|name| Word::text(name.to_string()))
                .into_iter()
                .collect(),
        )
    };
    let kind = ResourceKind::LakeFormationGrant;
    let asked = || Some(vec![Word::text(principal.to_string())]);
    let found = seen.scope.resources_by::<ByOpted>(kind, words, asked);
    found
        .filter(|one| one.is_opt_in())
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
        let seen = context.read_known(Grant::at(resource.opt_in()));
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
