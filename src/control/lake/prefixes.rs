//! The prefixes in S3 under Lake Formation, as roles and the policies of buckets are held against them. They are found once
//! for a scope, by where they begin and by whom a policy may let in: large ones hold thousands of them, and of roles.

use super::places::{lies_in, locations_of};
use super::seen::Context;
use crate::aws::policy::Pattern;
use crate::control::View;
use crate::control::buckets::POLICY;
use crate::control::policy::{Allowed, Document, Held, Who, pattern_of};
use crate::observed::{Form, Node, Resource, ResourceKind, Scope, Word, Words};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

/// A prefix in S3 under Lake Formation.
#[derive(Clone, Debug)]
pub struct Prefix {
    /// The objects in it.
    pub objects: Pattern,
    /// Its bucket.
    pub bucket: Pattern,
    /// As a message names it.
    pub shown: String,
    /// The number of its location, when that is in sight.
    at: Option<usize>,
    /// Whether the baseline names it.
    named: bool,
}

impl Prefix {
    /// Where it is registered, when that is in sight.
    pub fn node<'t>(&self, scope: &Scope<'t>) -> Option<Node<'t>> {
        let location = scope.resources().get(self.at?)?;
        Some(location.registered_location().get("ResourceArn"))
    }

    /// The name of its bucket, as [`Self::shown`] begins.
    fn bucket_name(&self) -> &str {
        self.shown.split('/').next().unwrap_or_default()
    }

    /// Its bucket, when that is in sight.
    fn bucket_in<'a, 't>(&self, scope: &'a Scope<'t>) -> Option<&'a Resource<'t>> {
        let (kind, name) = (ResourceKind::S3Bucket, self.bucket_name());
        let id = name.strip_prefix("${bucket ");
        let id = id.and_then(|rest| rest.strip_suffix('}'));
        let by_id = id.into_iter().flat_map(|id| scope.of_id(kind, id));
        let mut found = scope.called(kind, name).chain(by_id);
        found.find(|one| one.form != Form::Named)
    }
}

/// The prefixes in S3 under Lake Formation.
#[derive(Debug)]
pub struct Prefixes {
    all: Vec<Prefix>,
    /// Their numbers by what their buckets and objects begin with.
    starts: BTreeMap<String, Vec<usize>>,
}

/// What the policies of the buckets of prefixes have to do with roles.
#[derive(Debug)]
pub struct BucketPolicies {
    /// The policies of each bucket: numbers of neighbours, by the number of the prefix.
    policies: BTreeMap<usize, Vec<usize>>,
    /// The numbers of prefixes by the roles that those may let in.
    roles: Words<Self>,
    /// The numbers of prefixes whose buckets are neither in sight nor named.
    out_of_sight: Vec<usize>,
}

/// A prefix whose bucket has to do with a role.
#[derive(Debug)]
pub struct Asked<'p, 't> {
    /// The prefix.
    pub prefix: &'p Prefix,
    /// The policies of its bucket; `None` when that is neither in sight nor named.
    pub policies: Option<Vec<Node<'t>>>,
}

impl Prefixes {
    /// Every prefix, registered in sight or declared by the baseline.
    pub fn of(seen: &View<'_, '_>) -> Arc<Self> {
        seen.scope.kept(|| {
            let all = found(seen);
            let mut starts: BTreeMap<String, Vec<usize>> = BTreeMap::new();
            for (number, one) in all.iter().enumerate() {
                for pattern in [&one.objects, &one.bucket] {
                    starts.entry(pattern.start()).or_default().push(number);
                }
            }
            Self { all, starts }
        })
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Those that one of these actions may be allowed on by what is held: on no other is one. In their order.
    pub fn within(&self, held: &Held<'_, '_>, actions: &[&str]) -> Vec<&Prefix> {
        let mut found = BTreeSet::new();
        let statements = held.documents.iter().flat_map(Document::statements);
        let statements = statements.filter(|one| one.allows(actions, None) > Allowed::No);
        let mut everywhere = !held.managed.is_empty();
        for statement in statements {
            let resources = statement
                .resources()
                .filter(|_| !statement.node.get("Resource").is_absent());
            match resources {
                Some(resources) => {
                    for (_, pattern) in resources {
                        self.add_near(&pattern.start(), &mut found);
                    }
                }
                None => everywhere = true,
            }
        }
        let all = self.all.iter().enumerate();
        if everywhere {
            return all.map(|(_, one)| one).collect();
        }
        let found = found.into_iter();
        found.filter_map(|number| self.all.get(number)).collect()
    }

    /// Adds those that begin as a text does, or as which it begins: what begins otherwise is never the same.
    fn add_near(&self, start: &str, found: &mut BTreeSet<usize>) {
        let ends = start.char_indices().map(|(end, _)| end);
        let shorter = ends.filter_map(|end| self.starts.get(start.get(..end)?));
        let range = (Bound::Included(start), Bound::Unbounded);
        let longer = self.starts.range::<str, _>(range);
        let longer = longer.take_while(|(one, _)| one.starts_with(start));
        found.extend(shorter.chain(longer.map(|(_, all)| all)).flatten());
    }

    /// The prefixes whose buckets have policies that may let the role in with one of these actions, which are always the same,
    /// and so many at most of those whose buckets are neither in sight nor named; and how many more there are of those.
    pub fn asked_of<'t>(
        &self,
        seen: &View<'_, 't>,
        actions: &[&str],
        most: usize,
    ) -> (Vec<Asked<'_, 't>>, usize) {
        let policies = seen.scope.kept(|| self.policies(seen.scope, actions));
        let identity = &seen.resource.identity;
        let mut numbers = match &identity.name {
            Some(_) => policies.roles.of_any(&Word::of_identity(identity)),
            None => policies.policies.keys().copied().collect(),
        };
        let told = policies.out_of_sight.iter().take(most);
        numbers.extend(told);
        numbers.sort_unstable();
        let all = seen.scope.all_neighbours();
        let asked = numbers.into_iter().filter_map(|number| {
            let of = policies.policies.get(&number);
            let bodies = of.map(|of| {
                let of = of.iter().filter_map(|at| all.get(*at));
                of.map(|one| one.body.get("PolicyDocument")).collect()
            });
            Some(Asked {
                prefix: self.all.get(number)?,
                policies: bodies,
            })
        });
        let more = policies.out_of_sight.len().saturating_sub(most);
        (asked.collect(), more)
    }

    fn policies(&self, scope: &Scope<'_>, actions: &[&str]) -> BucketPolicies {
        let neighbours = scope.all_neighbours();
        let all = neighbours.iter().enumerate();
        let by_bucket = Words::<()>::new(all.filter(|(_, one)| one.type_name == POLICY).map(
            |(at, one)| {
                let word = Word::of(one.body.get("Bucket"));
                (at, Some(word.into_iter().collect()))
            },
        ));
        let (mut policies, mut out_of_sight) = (BTreeMap::new(), Vec::new());
        let mut roles = Vec::new();
        for (number, place) in self.all.iter().enumerate() {
            let bucket = place.bucket_in(scope);
            if bucket.is_none() && !place.named {
                out_of_sight.push(number);
                continue;
            }
            let mut names = vec![Word::text(place.bucket_name())];
            names.extend(
                bucket
                    .iter()
                    .flat_map(|one| Word::of_identity(&one.identity)),
            );
            let found = by_bucket.of_any(&names);
            if found.is_empty() {
                continue;
            }
            let bodies = found.iter().filter_map(|at| neighbours.get(*at));
            let words: Option<Vec<Vec<Word>>> = bodies
                .map(|one| let_in(one.body.get("PolicyDocument"), place, actions, scope))
                .collect();
            roles.push((number, words.map(|words| words.concat())));
            policies.insert(number, found);
        }
        BucketPolicies {
            policies,
            roles: Words::new(roles.into_iter()),
            out_of_sight,
        }
    }
}

/// By what the roles are named that a policy of a bucket may let in; `None` where they may be any.
fn let_in(
    policy: Node<'_>,
    place: &Prefix,
    actions: &[&str],
    scope: &Scope<'_>,
) -> Option<Vec<Word>> {
    let document = Document::of(policy, scope);
    if document.trouble().is_some() {
        return None;
    }
    let mut words = Vec::new();
    for opening in document.openings(actions, Some(&place.objects)) {
        let name = match &opening.principal.who {
            _ if opening.all_others => return None,
            Who::Anyone => return None,
            Who::Identity(arn) => Some(arn.last_name()?),
            Who::Unknown => None,
            Who::Account(_) | Who::Service(_) | Who::Outside(_) | Who::Deleted(_) => continue,
        };
        words.extend(name.map(Word::text));
        words.extend(Word::of(opening.principal.node));
    }
    Some(words)
}

fn found(seen: &View<'_, '_>) -> Vec<Prefix> {
    let context = Context::of(seen);
    let declared = locations_of(seen.requirement("lake.locations"));
    let mut found: Vec<Prefix> = Vec::new();
    let all = seen.scope.resources().iter().enumerate();
    for (at, one) in all.filter(|(_, one)| one.kind() == ResourceKind::LakeFormationLocation) {
        let arn = one.registered_location().get("ResourceArn");
        let Ok(place) = context.place(arn) else {
            continue;
        };
        let own = pattern_of(arn, seen.scope);
        let slash = own.display().ends_with('/');
        let mut objects = own.clone();
        objects.push(if slash { "*" } else { "/*" });
        let bucket = own.display();
        let bucket = bucket.split('/').next().unwrap_or_default();
        found.push(Prefix {
            objects,
            bucket: bucket_of(&own, bucket),
            shown: place.to_string(),
            at: Some(at),
            named: declared.iter().any(|want| lies_in(&place, &want.place)),
        });
    }
    for want in &declared {
        let shown = want.place.to_string();
        if found.iter().any(|one| one.shown == shown) {
            continue;
        }
        let Some(path) = want.place.as_known() else {
            continue;
        };
        let bucket = path.split('/').next().unwrap_or_default();
        found.push(Prefix {
            objects: Pattern::of(&format!("arn:aws:s3:::{path}/*")),
            bucket: Pattern::of(&format!("arn:aws:s3:::{bucket}")),
            shown,
            at: None,
            named: true,
        });
    }
    found
}

/// The bucket of a location: the location itself when it has no prefix.
fn bucket_of(own: &Pattern, bucket: &str) -> Pattern {
    if own.display() == bucket || bucket.contains("${") {
        own.clone()
    } else {
        Pattern::of(bucket)
    }
}
