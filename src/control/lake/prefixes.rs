//! The prefixes in S3 under Lake Formation, as roles are held against them. They are found once for a scope, by where they
//! begin: large ones hold thousands of them, and of roles.

use super::places::{lies_in, locations_of};
use super::seen::Context;
use crate::aws::policy::Pattern;
use crate::control::View;
use crate::control::policy::{Document, Held, Statement, pattern_of};
use crate::observed::{Form, Node, Resource, ResourceKind, Scope};
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
    pub named: bool,
}

impl Prefix {
    /// Where it is registered, when that is in sight.
    pub fn node<'t>(&self, scope: &Scope<'t>) -> Option<Node<'t>> {
        let location = scope.resources().get(self.at?)?;
        Some(location.registered_location().get("ResourceArn"))
    }

    /// The name of its bucket, as [`Self::shown`] begins.
    pub fn bucket_name(&self) -> &str {
        self.shown.split('/').next().unwrap_or_default()
    }

    /// Its bucket, when that is in sight.
    pub fn bucket_in<'a, 't>(&self, scope: &'a Scope<'t>) -> Option<&'a Resource<'t>> {
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

    /// Every prefix, by its number.
    pub fn all(&self) -> &[Prefix] {
        &self.all
    }

    /// The numbers of those that a statement, as `may` tells of each, or a managed policy of what is held may be about: no
    /// other one is about any more.
    pub fn about(
        &self,
        held: &Held<'_, '_>,
        may: impl Fn(&Statement<'_, '_>) -> bool,
    ) -> BTreeSet<usize> {
        let statements = held.documents.iter().flat_map(Document::statements);
        let mut found = BTreeSet::new();
        let mut everywhere = !held.managed.is_empty();
        for statement in statements.filter(may) {
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
        if everywhere {
            found.extend(0..self.all.len());
        }
        found
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
