//! Where the things of a large scope are, by what they are looked up by: a plan holds a hundred thousand resources, each
//! of which names some of the others.

use super::resource::{Resource, ResourceKind};
use super::{Neighbour, Node};
use std::collections::BTreeMap;

/// What a resource is looked up by.
#[derive(Clone, Copy, Debug)]
pub(super) enum By {
    Id,
    Name,
    Arn,
}

impl By {
    /// What a resource is called by this.
    pub(super) fn of<'r>(self, resource: &'r Resource<'_>) -> Option<&'r str> {
        match self {
            Self::Id => Some(resource.identity.id.as_str()),
            Self::Name => resource.identity.name.as_deref(),
            Self::Arn => resource.identity.arn.as_deref(),
        }
    }
}

/// Numbers of resources and neighbours. Those of one name are in the order of the scope.
#[derive(Debug, Default)]
pub(super) struct Index {
    kinds: BTreeMap<ResourceKind, Vec<usize>>,
    /// In the order of kind and id, name or ARN.
    ids: Vec<usize>,
    names: Vec<usize>,
    arns: Vec<usize>,
    /// In the order of ids, whatever the kind.
    every_id: Vec<usize>,
    types: BTreeMap<&'static str, Vec<usize>>,
    /// Neighbours in the order of type and id, and of type and each name, which is given by its number.
    referred: Vec<usize>,
    called: Vec<(usize, usize)>,
}

impl Index {
    pub(super) fn of(resources: &[Resource<'_>], neighbours: &[Neighbour<'_>]) -> Self {
        let mut index = Self::default();
        for (at, resource) in resources.iter().enumerate() {
            index.kinds.entry(resource.kind()).or_default().push(at);
        }
        let sorted = |by: By| {
            let key = |at: &usize| resources.get(*at).map(|one| (one.kind(), by.of(one)));
            let named = |at: &usize| key(at).is_some_and(|(_, name)| name.is_some());
            let mut sorted: Vec<usize> = (0..resources.len()).filter(named).collect();
            sorted.sort_by_key(key);
            sorted
        };
        (index.ids, index.names, index.arns) = (sorted(By::Id), sorted(By::Name), sorted(By::Arn));
        index.every_id = (0..resources.len()).collect();
        index.every_id.sort_by_key(|at| id(resources, *at));
        for (at, neighbour) in neighbours.iter().enumerate() {
            index.types.entry(neighbour.type_name).or_default().push(at);
            index.referred.push(at);
            let names = 0..neighbour.names.len();
            index.called.extend(names.map(|name| (at, name)));
        }
        index.referred.sort_by_key(|at| referred(neighbours, *at));
        index.called.sort_by_key(|at| called(neighbours, *at));
        index
    }

    pub(super) fn resources_of(&self, kind: ResourceKind) -> &[usize] {
        self.kinds.get(&kind).map_or(&[], Vec::as_slice)
    }

    pub(super) fn neighbours_of(&self, type_name: &str) -> &[usize] {
        self.types.get(type_name).map_or(&[], Vec::as_slice)
    }

    /// The resources of a kind that are called so.
    pub(super) fn found(
        &self,
        resources: &[Resource<'_>],
        kind: ResourceKind,
        by: By,
        text: &str,
    ) -> &[usize] {
        let sorted = match by {
            By::Id => &self.ids,
            By::Name => &self.names,
            By::Arn => &self.arns,
        };
        let key = |at: &usize| resources.get(*at).map(|one| (one.kind(), by.of(one)));
        let wanted = Some((kind, Some(text)));
        let start = sorted.partition_point(|at| key(at) < wanted);
        let rest = sorted.get(start..).unwrap_or_default();
        let count = rest.partition_point(|at| key(at) == wanted);
        rest.get(..count).unwrap_or_default()
    }

    /// The resources of this id, whatever their kind.
    pub(super) fn of_id(&self, resources: &[Resource<'_>], wanted: &str) -> &[usize] {
        let wanted = Some(wanted);
        let start = self
            .every_id
            .partition_point(|at| id(resources, *at) < wanted);
        let rest = self.every_id.get(start..).unwrap_or_default();
        let count = rest.partition_point(|at| id(resources, *at) == wanted);
        rest.get(..count).unwrap_or_default()
    }

    /// The first neighbour of a type that a value refers to; see [`Neighbour::is_referred_to_by`].
    pub(super) fn neighbour(
        &self,
        neighbours: &[Neighbour<'_>],
        type_name: &str,
        node: Node<'_>,
    ) -> Option<usize> {
        let reference = node.reference();
        let by_reference = reference.and_then(|(id, _)| {
            let wanted = Some((type_name, id));
            let sorted = &self.referred;
            let start = sorted.partition_point(|at| referred(neighbours, *at) < wanted);
            let found = sorted.get(start).copied();
            found.filter(|at| referred(neighbours, *at) == wanted)
        });
        let by_name = node.as_text().and_then(|text| {
            let wanted = Some((type_name, text));
            let sorted = &self.called;
            let start = sorted.partition_point(|at| called(neighbours, *at) < wanted);
            let found = sorted.get(start).copied();
            found.filter(|at| called(neighbours, *at) == wanted)
        });
        by_reference
            .into_iter()
            .chain(by_name.map(|(at, _)| at))
            .min()
    }
}

fn id<'r>(resources: &'r [Resource<'_>], at: usize) -> Option<&'r str> {
    Some(resources.get(at)?.identity.id.as_str())
}

fn referred<'n>(neighbours: &'n [Neighbour<'_>], at: usize) -> Option<(&'n str, &'n str)> {
    let neighbour = neighbours.get(at)?;
    Some((neighbour.type_name, &*neighbour.id))
}

fn called<'n>(
    neighbours: &'n [Neighbour<'_>],
    (at, name): (usize, usize),
) -> Option<(&'n str, &'n str)> {
    let neighbour = neighbours.get(at)?;
    Some((neighbour.type_name, neighbour.names.get(name)?))
}

#[cfg(test)]
mod tests {
    use crate::control::testing::resource;
    use crate::observed::{Form, Identity, Lookup, ResourceKind, Scope};
    use serde_json::json;

    /// A scope of so many keys, two of them of one name.
    fn scope(count: usize) -> Scope<'static> {
        let mut scope = Scope::new();
        for number in 0..count {
            let kind = ResourceKind::KmsKey;
            let id = format!("key-{number}");
            let mut key = resource(kind, Form::CloudFormation, &id, &json!({}));
            let mut identity = Identity::new(kind, id);
            identity.name = (number % 2 == 0).then(|| format!("name-{}", number.min(4)));
            identity.arn = Some(format!("arn-{number}"));
            key.identity = identity.into();
            scope.push(key);
        }
        scope
    }

    #[test]
    fn a_large_scope_finds_what_a_small_one_finds() {
        for count in [7, 70] {
            let scope = scope(count);
            let kind = ResourceKind::KmsKey;
            let id = |found: Lookup<'_, '_>| match found {
                Lookup::Found(one) => Some(one.identity.id.clone()),
                Lookup::NotInSight | Lookup::DoesNotExist | Lookup::Ambiguous => None,
            };
            assert_eq!(id(scope.by_id(kind, "key-3")).as_deref(), Some("key-3"));
            assert_eq!(id(scope.by_name(kind, "name-2")).as_deref(), Some("key-2"));
            assert!(matches!(scope.by_name(kind, "name-4"), Lookup::Ambiguous));
            assert!(matches!(scope.by_name(kind, "name-3"), Lookup::NotInSight));
            let declared = scope.of_any_kind("key-3");
            let declared: Vec<_> = declared.map(|one| one.identity.id.as_str()).collect();
            assert_eq!(declared, ["key-3"]);
            let of_role = scope.by_id(ResourceKind::IamRole, "key-3");
            assert!(matches!(of_role, Lookup::NotInSight));
            let by_arn: Vec<_> = scope.by_arn(kind, "arn-5").collect();
            assert_eq!(by_arn.len(), 1);
            let ids = scope.resources_of(kind).map(|one| one.identity.id.clone());
            let expected: Vec<String> = (0..count).map(|number| format!("key-{number}")).collect();
            assert_eq!(ids.collect::<Vec<_>>(), expected);
        }
    }
}
