//! Grants taken in: where each permission stands against the baseline is decided as they come, so that no more of them is
//! kept than changes need.

use super::see::Reading;
use super::{Fact, Held, HeldRight, LeftToIam, Stands};
use crate::aws::lake_formation::grant::{Node as On, Object};
use crate::aws::lake_formation::name::{Likeness, Name};
use crate::aws::lake_formation::principal::{administers, is_iam_allowed_principals};
use crate::change::node::{json, time};
use crate::change::plan::{Evidence, Kind};
use crate::change::revoke::exclude_each_other;
use crate::control::lake::seen::SeenPermission;
use crate::control::lake::standing::{Holding, Right, Standing};
use crate::control::lake::unheard::GRANT;
use crate::control::lake::{Context, SeenGrant, Trouble};
use crate::control::{Severity, Verdict};
use crate::judge::Evaluation;
use crate::observed::{Node, Resource};
use serde_json::Value;
use std::sync::Arc;

impl Reading<'_, '_> {
    pub(super) fn grant<'t>(
        &mut self,
        resource: &Resource<'t>,
        context: &Context<'_, 't>,
    ) -> Fact<()> {
        let seen = context.read_known(resource.grant());
        let root = seen.grant.root;
        let said = |trouble: &Trouble<'_>| trouble.message.clone();
        let object = seen.object.as_ref().map_err(said)?;
        let principal = seen.principal.as_ref().map_err(said)?;
        let permissions = seen.permissions.as_ref().map_err(said)?;
        let Some(holder) = self.names.text(principal) else {
            return Err(format!("principal `{principal}` is not wholly known"));
        };
        let to_iam = is_iam_allowed_principals(&holder);
        let rights = self.rights(&seen, (principal, object), permissions);
        let unheard = self.unheard(Kind::Grants, || format!("a grant on {object}"), root, GRANT);
        let beyond = rights.iter().any(|right| right.stands.is_beyond());
        let mut held = Held {
            principal: holder,
            object: Object {
                catalog: object.catalog.clone(),
                node: self.shared(object.node.clone()),
            },
            condition: seen.condition.as_ref().map(ToString::to_string),
            entry: None,
            evidence: Evidence::default(),
            rights,
            waived: None,
            unheard,
            left_to_iam: None,
        };
        let is_told =
            |right: &HeldRight| !matches!(right.stands, Stands::Declared | Stands::Ungoverned);
        let may_go = beyond || to_iam || self.may_be_replaced(&seen, principal, object);
        // Of the very many that stay as they are nobody asks since when.
        if may_go || held.rights.iter().any(is_told) {
            held.evidence = Evidence {
                updated: time(root.get("LastUpdated")),
                by: root.get("LastUpdatedBy").as_text().map(str::to_owned),
            };
        }
        if may_go {
            held.entry = entry(root);
            if held.entry.is_none() {
                return Err("a part of the grant is not known".to_owned());
            }
        }
        if beyond && let Some(evaluation) = self.verdict(resource, "lake.grants") {
            held.waived = evaluation.waiver.map(|waiver| waiver.reason);
        }
        if to_iam {
            let evaluation = self.verdict(resource, "lake.iam-allowed-principals");
            held.left_to_iam = evaluation.map(|evaluation| left_to_iam(&evaluation));
        }
        self.current.grants.push(held);
        Ok(())
    }

    /// Tells what comes with having made a table from what somebody granted, once all of both was seen.
    pub(super) fn tell_makers(&mut self) {
        let asked = self.desired.asked();
        for held in &mut self.current.grants {
            let maker = self.makers.get(&held.object);
            if !maker.is_some_and(|maker| administers(&held.principal, maker)) {
                continue;
            }
            let principal = Name::from(&*held.principal);
            let condition = held.condition.as_deref().map(Name::from);
            let holding = Holding {
                principal: &principal,
                object: &held.object,
                condition: condition.as_ref(),
            };
            if asked.gives_something(&holding) {
                continue;
            }
            for right in &mut held.rights {
                if matches!(right.stands, Stands::Excess | Stands::PartOfAll) {
                    right.stands = Stands::OfMaker;
                }
            }
        }
    }

    /// The same, with what very many grants have in common held once.
    fn shared(&mut self, node: On) -> On {
        let mut node = self.names.node(node);
        if let On::Columns(_, _, columns) = &mut node {
            self.names.share_columns(columns);
        }
        node
    }

    /// Whether AWS refuses the grant beside a declared one of the same principal, which may take its place.
    fn may_be_replaced(&self, seen: &SeenGrant<'_>, principal: &Name, object: &Object) -> bool {
        let holding = Holding {
            principal,
            object,
            condition: seen.condition.as_ref(),
        };
        let mut near = self.desired.grants.near(&holding);
        near.any(|declared| exclude_each_other(&declared.object, object))
    }

    fn rights(
        &self,
        seen: &SeenGrant<'_>,
        (principal, object): (&Name, &Object),
        permissions: &[SeenPermission<'_>],
    ) -> Vec<HeldRight> {
        let asked = self.desired.asked();
        let holding = Holding {
            principal,
            object,
            condition: seen.condition.as_ref(),
        };
        let governs = if asked.is_silent() {
            Likeness::Different
        } else {
            asked.governs(object)
        };
        let stands = |name: &Name, grantable: bool| {
            if governs == Likeness::Different {
                return Stands::Ungoverned;
            }
            match asked.standing(&holding, Right { name, grantable }, governs) {
                Standing::Declared => Stands::Declared,
                Standing::Unknown | Standing::Unheard => Stands::Unclear,
                Standing::Excess if asked.exact => Stands::Excess,
                Standing::Excess => Stands::Ungoverned,
                Standing::AllOfItsParts => Stands::Wider(
                    Arc::default(),
                    "it also covers permissions to come".to_owned(),
                ),
                Standing::Wider(declared, how) => {
                    Stands::Wider(Arc::clone(&declared.identity), how)
                }
            }
        };
        let mut rights: Vec<HeldRight> = permissions
            .iter()
            .map(|one| HeldRight {
                name: one.name.to_string(),
                grantable: one.grantable,
                stands: stands(&one.name, one.grantable),
            })
            .collect();
        // What is listed beside an `ALL` came with it.
        let parts = object.class().parts_of_all();
        let all = rights.iter().find(|one| one.name == "ALL").cloned();
        if let Some(all) = all.filter(|all| all.stands.is_beyond()) {
            for right in &mut rights {
                if parts.contains(&right.name.as_str())
                    && right.stands.is_beyond()
                    && (all.grantable || !right.grantable)
                {
                    right.stands = Stands::PartOfAll;
                }
            }
        }
        rights
    }
}

/// Who holds a grant, on what and under which condition, as it came.
fn entry(root: Node<'_>) -> Option<Value> {
    let mut entry = serde_json::Map::new();
    for member in ["Principal", "Resource", "Condition"] {
        let node = root.get(member);
        if node.is_set() {
            entry.insert(member.to_owned(), json(node)?);
        }
    }
    Some(Value::Object(entry))
}

fn left_to_iam(evaluation: &Evaluation) -> LeftToIam {
    match evaluation.verdict {
        Verdict::Noncompliant if evaluation.severity > Severity::Info => LeftToIam::Refused,
        Verdict::Noncompliant => LeftToIam::Minor,
        Verdict::Indeterminate => LeftToIam::Unclear,
        Verdict::Compliant | Verdict::Waived | Verdict::NotApplicable => LeftToIam::Accepted,
    }
}
