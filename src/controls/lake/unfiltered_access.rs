//! Who is filtered has no other way to the whole table.

use crate::aws::lake_formation::grant::Object;
use crate::aws::lake_formation::name::{Likeness, Name};
use crate::aws::lake_formation::principal::is_everybody;
use crate::control::lake::members::permitted;
use crate::control::lake::others::{grants_held_by, grants_opened};
use crate::control::lake::unfiltered::{Restricted, Wider, restricted_by, way_around};
use crate::control::lake::{Context, SeenGrant};
use crate::control::settings::{Includes, Only, Pattern, settings};
use crate::control::{Conditions, Control, Meta, Review, Severity, Span, View};
use crate::observed::{Node, ResourceKind};

#[derive(Debug)]
pub(crate) enum UnfilteredAccess {}

settings! {
    pub(crate) struct Setting {
        /// Patterns of tables, `database.table`; without any, all that have a filter or a grant on columns.
        tables: Includes<Pattern>,
        /// Patterns of principals that may hold both: owners.
        principals: Only<Pattern> = &[],
    }
}

impl Control for UnfilteredAccess {
    const META: &'static Meta = &Meta {
        id: "lake.unfiltered-access",
        title: "who is filtered has no other way to the whole table",
        severity: Severity::High,
        kinds: &[ResourceKind::LakeFormationGrant],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 AC-3"],
        docs: include_str!("unfiltered_access.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        if seen.resource.is_opt_in() {
            return;
        }
        let grant = seen.grant();
        let (Ok(principal), Ok(object), Ok(_)) =
            (&grant.principal, &grant.object, &grant.permissions)
        else {
            let troubles = [
                grant.principal.as_ref().err(),
                grant.object.as_ref().err(),
                grant.permissions.as_ref().err(),
            ];
            return troubles
                .into_iter()
                .flatten()
                .for_each(|trouble| trouble.record(out));
        };
        let exempt = !want.principals.texts().is_empty()
            && permitted(&want.principals, principal) == Likeness::Same;
        if exempt {
            return out.held();
        }
        let names: Vec<&str> = grant
            .permissions
            .iter()
            .flatten()
            .filter_map(|one| one.name.as_known())
            .collect();
        let Some(wider) = Wider::of(object, &names, grant.condition.is_some()) else {
            // A filter's holder is judged by what else reaches the table: only a whole listing shows that nothing does.
            if seen.is_live() && restricted_by(object).is_some() {
                out.held();
            }
            return;
        };
        let around = Around {
            wider: &wider,
            principal,
            object,
            node: grant.grant.root.get("Resource"),
        };
        around.judge(want, seen, out);
    }

    fn review(want: &Setting, review: &mut Review<'_>) {
        let grants = review.requirement("lake.grants");
        let declared = review.declared();
        for wide in declared.grants() {
            let names: Vec<&str> = wide.permissions.iter().map(String::as_str).collect();
            let Some(wider) = Wider::of(&wide.object, &names, wide.condition.is_some()) else {
                continue;
            };
            let exempt = permitted(&want.principals, &wide.principal) == Likeness::Same
                && !want.principals.texts().is_empty();
            for narrow in declared.opened_by(&wide.principal, &wide.object) {
                let Some(held) = Restricted::new(&narrow.principal, &narrow.object, "") else {
                    continue;
                };
                let sure = way_around(&wider, (&wide.principal, &wide.object), &held);
                // A table beside columns of it is `lake.grants`' own objection.
                let same_table = wide.object.table().is_some();
                if exempt
                    || sure != Likeness::Same
                    || !held.is_on(&want.tables)
                    || same_table && held.is_columns()
                {
                    continue;
                }
                let places = [(narrow, "filtered here"), (wide, "and not here")]
                    .into_iter()
                    .flat_map(|(grant, label)| {
                        let places = grants.map(|own| own.row_places("grant", &grant.identity));
                        places
                            .into_iter()
                            .flatten()
                            .map(move |origin| (origin.clone(), label.to_owned()))
                    });
                let places = places.collect();
                let message = format!(
                    "{} {}, beside {} for one principal",
                    wide.object,
                    wider.how(),
                    held.object
                );
                review.object(
                    places,
                    message,
                    "keep one of the two, or exempt the principal with `principals`",
                );
            }
        }
    }
}

/// A grant that may open what a filter hides.
struct Around<'a, 't> {
    wider: &'a Wider,
    principal: &'a Name,
    object: &'a Object,
    node: Node<'t>,
}

impl Around<'_, '_> {
    /// Judges it beside every filter and list of columns, in sight or declared.
    fn judge(&self, want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let context = Context::of(seen);
        let declared = seen.declared().opened_by(self.principal, self.object);
        let of_baseline = declared.filter_map(|grant| {
            Restricted::new(&grant.principal, &grant.object, "the baseline declares")
        });
        let others = self.others(&context, seen);
        let in_sight = others.filter_map(|other| {
            let (Ok(holder), Ok(object)) = (&other.principal, &other.object) else {
                return None;
            };
            Restricted::new(holder, object, "there is")
        });
        let mut told = Vec::new();
        for held in in_sight.chain(of_baseline) {
            let new = held.is_on(&want.tables) && !told.contains(&held.object);
            if new && self.judge_beside(&held, out) {
                told.push(held.object);
            }
        }
    }

    /// The other grants in sight that this one may open.
    fn others<'s, 't>(
        &'s self,
        context: &'s Context<'s, 't>,
        seen: &'s View<'s, 't>,
    ) -> Box<dyn Iterator<Item = SeenGrant<'t>> + 's> {
        let own = self.principal.as_known();
        // Of one holder, and on no one table: what the holder has is less than what lies on tables.
        if own.is_some_and(|own| !is_everybody(own)) && self.object.table().is_none() {
            let held = grants_held_by(context, seen, self.principal);
            return Box::new(held.map(|(_, grant)| grant));
        }
        let may = move |holder: &str| own.is_none_or(|own| own == holder || is_everybody(own));
        let opened = grants_opened(context, seen, self.object, may);
        Box::new(opened.map(|(_, grant)| grant))
    }

    /// Whether there was something to say.
    fn judge_beside(&self, held: &Restricted, out: &mut Conditions) -> bool {
        let (object, principal) = (self.object, self.principal);
        let sure = way_around(self.wider, (principal, object), held);
        if sure == Likeness::Different {
            return false;
        }
        let message = format!(
            "{object} for `{principal}` {}, where {} {} for it",
            self.wider.how(),
            held.source,
            held.object
        );
        if sure == Likeness::Same {
            out.failed(self.node, message)
                .expected(held.object.to_string())
                .observed(object.to_string())
                .fix("revoke the wider grant, or the filter that does nothing beside it");
        } else {
            out.undecided(
                self.node,
                format!("whether {message} is unknown"),
                "audit the live account, where tag policies are expanded, or name the tables",
            );
        }
        true
    }
}
