//! What controls over identity policies share: whose policies are judged, and what they must not allow.

use super::policy::{Allowed, Grant, Held, Limit, Query, Statement, Test, is_policy, is_principal};
use super::roles::is_role;
use super::settings::Choice;
use super::{Condition, Conditions, View};
use crate::observed::{Form, Scope};

/// Whose policies are judged.
#[derive(Debug)]
pub struct Subject<'a, 't> {
    /// What is carried.
    pub held: Held<'a, 't>,
    /// Whether it may be one of the exempt: its name, or who carries it, is not known.
    perhaps_exempt: bool,
}

impl<'a, 't> Subject<'a, 't> {
    /// What is carried by a resource of kind `iam-role`, unless it is exempt, is only named, or answers elsewhere.
    ///
    /// A policy that is declared apart answers for itself unless all that carry it are declared beside it.
    pub fn of(seen: &View<'a, 't>, exempt: &Choice, out: &mut Conditions) -> Option<Self> {
        let resource = seen.resource;
        if resource.form == Form::Named {
            out.leave_to_audit();
            return None;
        }
        if !is_principal(resource) && !is_policy(resource) {
            return None;
        }
        let held = Held::of(resource, seen.scope);
        if is_policy(resource) && held.is_answered_for() {
            return None;
        }
        let names: Vec<Option<String>> = if is_policy(resource) {
            held.carrier_names()
                .iter()
                .map(crate::aws::policy::Pattern::literal)
                .collect()
        } else {
            vec![
                resource
                    .identity
                    .arn
                    .clone()
                    .or_else(|| resource.identity.name.clone()),
            ]
        };
        let allowed = |name: &Option<String>| {
            name.as_deref()
                .is_some_and(|name| exempt.allows_by(|want| is_role(want, name)))
        };
        if !names.is_empty() && names.iter().all(allowed) {
            out.held();
            return None;
        }
        let any = !exempt.texts().is_empty();
        let unknown = names.is_empty() || any && names.iter().any(Option::is_none);
        Some(Self {
            held,
            perhaps_exempt: unknown,
        })
    }

    /// What it allows of these actions, each with how sure it is; the surest first.
    pub fn grants<'q>(
        &self,
        actions: impl IntoIterator<Item = &'q str>,
        limit: &dyn Fn(&Statement<'_, 't>, &Test<'t>) -> Limit,
    ) -> Vec<(&'q str, Grant<'a, 't>)> {
        let mut found = Vec::new();
        for action in actions {
            let query = Query {
                action,
                on: None,
                limit,
            };
            let grants = self.held.grants(&query).into_iter();
            found.extend(grants.map(|mut grant| {
                if self.perhaps_exempt {
                    grant.sure = grant.sure.min(Allowed::Perhaps);
                }
                (action, grant)
            }));
        }
        found.sort_by_key(|(_, grant)| std::cmp::Reverse(grant.sure));
        found
    }

    /// How sure it is that any of these actions is allowed.
    pub fn allows<'q>(
        &self,
        actions: impl IntoIterator<Item = &'q str>,
        scope: &Scope<'_>,
    ) -> Allowed {
        let grants = self.grants(actions, &|_, test| beside(test, scope));
        let best = grants.first().map_or(Allowed::No, |(_, grant)| grant.sure);
        if self.held.gaps.is_empty() {
            best
        } else {
            best.max(Allowed::Perhaps)
        }
    }
}

/// A test that has nothing to do with what is asked: it closes nothing, unless it is not understood.
pub fn beside(test: &Test<'_>, scope: &Scope<'_>) -> Limit {
    match test.closes_to(scope, |_| Limit::Open) {
        Limit::Unknown => Limit::Unknown,
        Limit::Open | Limit::Closed => Limit::Open,
    }
}

/// What to say of an allow that should not be.
#[derive(Clone, Copy, Debug)]
pub struct Complaint<'m> {
    /// What is allowed.
    pub what: &'m str,
    /// What the baseline asks for.
    pub expected: &'m str,
    /// The setting that asks for it.
    pub setting: Option<&'static str>,
}

impl Conditions {
    /// Records what is not known of the policies. Returns whether there was something.
    pub fn unknown_held(&mut self, held: &Held<'_, '_>) -> bool {
        for gap in &held.gaps {
            match gap.reason {
                Some(reason) => self.unknown(gap.node, reason, gap.what.clone()),
                None => self.undecided(
                    gap.node,
                    gap.what.clone(),
                    "declare the policy beside the role, or audit the live account",
                ),
            };
        }
        !held.gaps.is_empty()
    }

    /// Records an allow that should not be: failed when it is sure.
    pub fn must_not_be_granted(
        &mut self,
        grant: &Grant<'_, '_>,
        complaint: Complaint<'_>,
    ) -> &mut Condition {
        let condition = if grant.sure == Allowed::Yes {
            self.failed(
                grant.node,
                format!("{} allows {}", grant.label, complaint.what),
            )
        } else {
            self.undecided(
                grant.node,
                format!("whether {} allows {} depends on what is not known, or on a condition that is not understood", grant.label, complaint.what),
                "write actions, resources and carriers literally, and conditions on keys that limit the action",
            )
        };
        condition
            .expected(complaint.expected)
            .observed(grant.node.display());
        condition.setting = complaint.setting;
        condition
    }

    /// Each allow is recorded; when there is none and everything is known, the condition held.
    pub fn must_have_no_grants(
        &mut self,
        subject: &Subject<'_, '_>,
        grants: &[(&str, Grant<'_, '_>)],
        complaint: &str,
        setting: Option<&'static str>,
    ) {
        let unknown = self.unknown_held(&subject.held);
        let mut told: Vec<crate::observed::Place> = Vec::new();
        for (_, grant) in grants {
            let place = grant.node.place();
            if told.contains(&place) {
                continue;
            }
            let same = grants
                .iter()
                .filter(|(_, other)| other.node.place() == place && other.sure == grant.sure);
            let mut actions: Vec<String> = same.map(|(action, _)| format!("`{action}`")).collect();
            actions.dedup();
            told.push(place);
            let what = format!("{}{complaint}", actions.join(", "));
            self.must_not_be_granted(
                grant,
                Complaint {
                    what: &what,
                    expected: "no such allow",
                    setting,
                },
            );
        }
        if grants.is_empty() && !unknown {
            self.held();
        }
    }
}
