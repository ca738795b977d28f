//! The declared roles that clusters act under: found once, with what they match and may do with keys.

use super::held::{Held, Query, is_principal};
use super::text::pattern_of_identity;
use super::{Allowed, Limit};
use crate::aws::policy::Pattern;
use crate::observed::{Form, Resource, ResourceKind, Scope, named};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a role is in use as.
const AS: [&str; 3] = ["instance-profile", "emrfs", "service-role"];

/// Every choice of these.
const EVERY_USE: [[bool; 3]; 7] = [
    [true, false, false],
    [false, true, false],
    [true, true, false],
    [false, false, true],
    [true, false, true],
    [false, true, true],
    [true, true, true],
];

/// Patterns of which most are no more than a text: one without a wildcard covers nothing but itself.
#[derive(Debug, Default)]
struct Patterns {
    /// Each with the numbers of its roles.
    plain: BTreeMap<Pattern, Vec<usize>>,
    wild: Vec<(Pattern, usize)>,
    /// Of which a part is not known: they cover nothing surely.
    open: Vec<(Pattern, usize)>,
}

impl Patterns {
    fn add(&mut self, pattern: Pattern, number: usize) {
        if pattern.is_wild() {
            self.wild.push((pattern, number));
        } else if pattern.covers(&pattern) {
            self.plain.entry(pattern).or_default().push(number);
        } else {
            self.open.push((pattern, number));
        }
    }

    /// Whether one of them covers another pattern.
    fn cover(&self, other: &Pattern) -> bool {
        self.plain.contains_key(other) || self.wild.iter().any(|(one, _)| one.covers(other))
    }

    /// The roles that another pattern covers.
    fn within(&self, other: &Pattern) -> Vec<usize> {
        if !other.is_wild() {
            return self.plain.get(other).cloned().unwrap_or_default();
        }
        let plain = self.plain.iter().filter(|(one, _)| other.covers(one));
        let plain = plain.flat_map(|(_, all)| all).copied();
        let rest = self.wild.iter().chain(&self.open);
        let rest = rest.filter(|(one, _)| other.covers(one));
        plain.chain(rest.map(|(_, number)| *number)).collect()
    }
}

/// A declared role that clusters act under.
#[derive(Debug)]
struct Role {
    at: usize,
    decrypts: Allowed,
    is_known: bool,
}

/// Roles that are used alike, by what lets them use a key that leaves it to the account: their numbers.
#[derive(Debug, Default)]
pub struct Needing {
    /// A policy of their own does.
    pub sure: Vec<usize>,
    /// Not all of their policies are known.
    pub open: Vec<usize>,
    /// Nothing does.
    pub closed: Vec<usize>,
}

/// The declared roles that clusters act under.
#[derive(Debug, Default)]
pub struct RolesInUse {
    roles: Vec<Role>,
    /// By what they are used as.
    patterns: [Patterns; 3],
    /// By any of what they may be asked for as; nothing where none was found.
    needing: BTreeMap<[bool; 3], Needing>,
}

impl Needing {
    fn add(&mut self, number: usize, role: &Role) {
        let those = match role.decrypts {
            Allowed::Yes => &mut self.sure,
            Allowed::No if role.is_known => &mut self.closed,
            Allowed::No | Allowed::Perhaps => &mut self.open,
        };
        those.push(number);
    }
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
                let (pattern, number) = (pattern_of_identity(role), found.roles.len());
                for (patterns, used) in found.patterns.iter_mut().zip(used) {
                    if used {
                        patterns.add(pattern.clone(), number);
                    }
                }
                let role = Role::of(at, role, scope);
                for wanted in EVERY_USE {
                    if used
                        .iter()
                        .zip(wanted)
                        .any(|(used, wanted)| *used && wanted)
                    {
                        found.needing.entry(wanted).or_default().add(number, &role);
                    }
                }
                found.roles.push(role);
            }
            found
        })
    }

    /// Those in use as one of these: as a cluster's nodes, for data in S3, as a service role.
    pub fn needing(&self, wanted: [bool; 3]) -> Option<&Needing> {
        self.needing.get(&wanted)
    }

    /// The role of a number.
    pub fn role<'a, 't>(&self, number: usize, scope: &'a Scope<'t>) -> Option<&'a Resource<'t>> {
        scope.resources().get(self.roles.get(number)?.at)
    }

    /// The numbers of those that an ARN stands for, surely.
    pub fn within(&self, arn: &Pattern) -> Vec<usize> {
        let each = self.patterns.iter();
        each.flat_map(|patterns| patterns.within(arn)).collect()
    }

    /// Whether one of those that are in use as one of these is whoever an ARN stands for, surely.
    pub fn cover(&self, wanted: [bool; 3], arn: &Pattern) -> bool {
        let mut each = self.patterns.iter().zip(wanted);
        each.any(|(patterns, wanted)| wanted && patterns.cover(arn))
    }
}

impl Role {
    fn of<'t>(at: usize, role: &Resource<'t>, scope: &Scope<'t>) -> Self {
        let held = Held::of(role, scope);
        let grants = held.grants(&Query {
            action: "kms:Decrypt",
            on: None,
            limit: &|_, _| Limit::Open,
        });
        let best = grants.into_iter().map(|grant| grant.sure).max();
        Self {
            at,
            decrypts: best.unwrap_or(Allowed::No),
            is_known: held.gaps.is_empty(),
        }
    }
}
