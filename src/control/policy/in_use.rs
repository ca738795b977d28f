//! The declared roles that clusters act under: found once, with what they match and may do with keys.

use super::held::{Held, Query, is_principal};
use super::text::pattern_of_identity;
use super::{Allowed, Limit};
use crate::aws::policy::Pattern;
use crate::observed::{Form, Resource, ResourceKind, Scope, named};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What a role is in use as.
const AS: [&str; 3] = ["instance-profile", "emrfs", "service-role"];

/// Patterns of which most are no more than a text.
#[derive(Debug, Default)]
struct Patterns {
    plain: BTreeSet<Pattern>,
    wild: Vec<Pattern>,
}

impl Patterns {
    fn add(&mut self, pattern: Pattern) {
        if pattern.is_wild() {
            self.wild.push(pattern);
        } else if pattern.covers(&pattern) {
            self.plain.insert(pattern);
        }
    }

    /// Whether one of them covers another pattern: one without a wildcard covers nothing but itself.
    fn cover(&self, other: &Pattern) -> bool {
        self.plain.contains(other) || self.wild.iter().any(|one| one.covers(other))
    }
}

/// A declared role that clusters act under.
#[derive(Debug)]
struct Role {
    at: usize,
    used: [bool; 3],
    decrypts: Allowed,
    is_known: bool,
}

/// The declared roles that clusters act under.
#[derive(Debug, Default)]
pub struct RolesInUse {
    roles: Vec<Role>,
    patterns: [Patterns; 3],
}

/// A declared role that clusters act under, as it is asked for.
#[derive(Clone, Copy, Debug)]
pub struct InUse<'a, 't> {
    /// The role.
    pub role: &'a Resource<'t>,
    /// Whether policies of its own let it decrypt with some key.
    pub decrypts: Allowed,
    /// Whether all of its policies are known.
    pub is_known: bool,
}

impl RolesInUse {
    /// Those of a scope.
    pub fn of(scope: &Scope<'_>) -> Arc<Self> {
        scope.kept(|| {
            let mut found = Self::default();
            for (at, role) in scope.resources().iter().enumerate() {
                let declared = role.kind() == ResourceKind::IamRole && role.form != Form::Named;
                if !declared || !is_principal(role) {
                    continue;
                }
                let purposes = named::purposes(role, scope);
                let used = AS.map(|one| purposes.contains(&one));
                if !used.contains(&true) {
                    continue;
                }
                let pattern = pattern_of_identity(role);
                for (patterns, used) in found.patterns.iter_mut().zip(used) {
                    if used {
                        patterns.add(pattern.clone());
                    }
                }
                found.roles.push(Role::of(at, used, role, scope));
            }
            found
        })
    }

    /// Those in use as one of these: as a cluster's nodes, for data in S3, as a service role.
    pub fn used<'a, 't>(
        &self,
        wanted: [bool; 3],
        scope: &'a Scope<'t>,
    ) -> impl Iterator<Item = InUse<'a, 't>> {
        let is_wanted = move |role: &&Role| {
            let mut each = role.used.iter().zip(wanted);
            each.any(|(used, wanted)| *used && wanted)
        };
        self.roles.iter().filter(is_wanted).filter_map(|one| {
            Some(InUse {
                role: scope.resources().get(one.at)?,
                decrypts: one.decrypts,
                is_known: one.is_known,
            })
        })
    }

    /// Whether one of those that [`Self::used`] gives is whoever an ARN stands for, surely.
    pub fn cover(&self, wanted: [bool; 3], arn: &Pattern) -> bool {
        let mut each = self.patterns.iter().zip(wanted);
        each.any(|(patterns, wanted)| wanted && patterns.cover(arn))
    }
}

impl Role {
    fn of<'t>(at: usize, used: [bool; 3], role: &Resource<'t>, scope: &Scope<'t>) -> Self {
        let held = Held::of(role, scope);
        let grants = held.grants(&Query {
            action: "kms:Decrypt",
            on: None,
            limit: &|_, _| Limit::Open,
        });
        let best = grants.into_iter().map(|grant| grant.sure).max();
        Self {
            at,
            used,
            decrypts: best.unwrap_or(Allowed::No),
            is_known: held.gaps.is_empty(),
        }
    }
}
