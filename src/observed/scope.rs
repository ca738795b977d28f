//! The scope in which resources find each other by name.

use super::grant::{Grant, Holders, Narrowed};
use super::index::{By, Index};
use super::kept::{Kept, Word, Words};
use super::resource::{Resource, ResourceKind};
use super::tree::NodeId;
use super::uses::Uses;
use super::{Neighbour, Node};
use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::vec::IntoIter;

/// Scopes of no more things are looked through as they are.
const FEW: usize = 16;

/// What came of looking a name up.
#[derive(Clone, Copy, Debug)]
pub enum Lookup<'a, 't> {
    /// It is this one.
    Found(&'a Resource<'t>),
    /// Nothing of that name is in sight, and this scope does not claim to hold everything.
    NotInSight,
    /// Nothing of that name exists: the scope holds everything of the kind.
    DoesNotExist,
    /// Several things have that name.
    Ambiguous,
}

/// What names are looked up by: the AWS name, not a template's logical id.
pub type KindAndName = (ResourceKind, String);

/// Resources by kind and name, over all inputs of a run; `None` where several bear a name.
#[derive(Debug, Default)]
pub struct Directory<'t>(BTreeMap<KindAndName, Option<Resource<'t>>>);

impl<'t> Directory<'t> {
    /// Lists a resource under its name, if it has one.
    pub fn add(&mut self, resource: &Resource<'t>) {
        let Some(name) = &resource.identity.name else {
            return;
        };
        self.0
            .entry((resource.kind(), name.clone()))
            .and_modify(|found| *found = None)
            .or_insert_with(|| Some(resource.clone()));
    }

    /// Says that several resources bear a name, without holding any of them.
    pub fn add_several(&mut self, name: KindAndName) {
        self.0.insert(name, None);
    }
}

/// One account and region, or one file of a run: resources that may name each other.
#[derive(Debug, Default)]
pub struct Scope<'t> {
    resources: Vec<Resource<'t>>,
    neighbours: Vec<Neighbour<'t>>,
    complete: Vec<ResourceKind>,
    beyond: Option<Arc<Directory<'t>>>,
    /// The names that were looked up in `beyond`.
    asked: Mutex<BTreeSet<KindAndName>>,
    index: OnceLock<Index>,
    narrowed: OnceLock<Narrowed>,
    holders: OnceLock<Holders>,
    uses: OnceLock<Uses>,
    /// Security configurations by their bodies: numbers of resources.
    bodies: OnceLock<BTreeMap<NodeId, Vec<usize>>>,
    kept: Kept,
    runtime_roles: OnceLock<bool>,
    own_roles: OnceLock<bool>,
    /// Which choice of undecidable conditions this scope holds under; `None` when there is none.
    pub world: Option<String>,
    /// The same, fact by fact.
    pub facts: Facts,
    /// All choices that there are, in words and fact by fact; empty where there is only one.
    pub worlds: Arc<[(Option<String>, Facts)]>,
    /// Which of them this scope holds under.
    pub number: usize,
}

/// What a world takes for granted that the files do not decide: about what, and how it stands. `true` and `false` exclude
/// each other and leave nothing else, other texts exclude each other.
pub type Facts = BTreeMap<String, String>;

/// What facts begin with that are about which file of several is a part of the request: they stand as that file's name.
pub const CHOSEN_FILE: &str = "the file of ";

/// What a scope hands out, counted for tests.
fn looked_at<T>(one: T) -> T {
    #[cfg(test)]
    super::work::done();
    one
}

impl<'t> Scope<'t> {
    /// An empty scope.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a resource.
    pub fn push(&mut self, resource: Resource<'t>) {
        self.resources.push(resource);
        self.index = OnceLock::new();
        self.narrowed = OnceLock::new();
        self.holders = OnceLock::new();
        self.uses = OnceLock::new();
        self.bodies = OnceLock::new();
        self.kept = Kept::default();
        self.runtime_roles = OnceLock::new();
        self.own_roles = OnceLock::new();
    }

    /// Adds something without a kind of its own.
    pub fn push_neighbour(&mut self, neighbour: Neighbour<'t>) {
        self.neighbours.push(neighbour);
        self.index = OnceLock::new();
        self.kept = Kept::default();
    }

    /// What is declared of a CloudFormation type without a kind of its own, in the order seen.
    pub fn neighbours(&self, type_name: &str) -> impl Iterator<Item = &Neighbour<'t>> {
        let (listed, all) = match self.index() {
            Some(index) => (index.neighbours_of(type_name), &[][..]),
            None => (&[][..], self.neighbours.as_slice()),
        };
        let listed = listed.iter();
        let listed = listed.filter_map(|at| self.neighbours.get(*at));
        listed
            .chain(all.iter().filter(move |one| one.type_name == type_name))
            .map(looked_at)
    }

    /// What a value refers to, if that is declared here and of this CloudFormation type.
    pub fn neighbour(&self, type_name: &str, node: Node<'_>) -> Option<&Neighbour<'t>> {
        let Some(index) = self.index() else {
            let mut all = self.neighbours(type_name);
            return all.find(|neighbour| neighbour.is_referred_to_by(node));
        };
        let at = index.neighbour(&self.neighbours, type_name, node)?;
        self.neighbours.get(at)
    }

    /// Everything without a kind of its own, in the order seen.
    pub fn all_neighbours(&self) -> &[Neighbour<'t>] {
        &self.neighbours
    }

    /// The resources of a kind, in the order seen.
    pub fn resources_of(&self, kind: ResourceKind) -> impl Iterator<Item = &Resource<'t>> {
        let (listed, all) = match self.index() {
            Some(index) => (index.resources_of(kind), &[][..]),
            None => (&[][..], self.resources.as_slice()),
        };
        let listed = listed.iter();
        let listed = listed.filter_map(|at| self.resources.get(*at));
        listed
            .chain(all.iter().filter(move |one| one.kind() == kind))
            .map(looked_at)
    }

    /// The index of a scope that is large enough for one.
    fn index(&self) -> Option<&Index> {
        let size = self.resources.len() + self.neighbours.len();
        let make = || Index::of(&self.resources, &self.neighbours);
        (size > FEW).then(|| self.index.get_or_init(make))
    }

    /// The grants on a part of a table.
    pub fn narrowed(&self) -> &Narrowed {
        self.narrowed.get_or_init(|| Narrowed::of(&self.resources))
    }

    /// The security configuration whose body stands there.
    pub fn configuration_at(&self, body: Node<'_>) -> Option<&Resource<'t>> {
        let bodies = self.bodies.get_or_init(|| {
            let mut bodies: BTreeMap<NodeId, Vec<usize>> = BTreeMap::new();
            for (at, one) in self.resources.iter().enumerate() {
                if one.kind() == ResourceKind::EmrSecurityConfiguration {
                    bodies.entry(one.body.id()).or_default().push(at);
                }
            }
            bodies
        });
        let found = bodies.get(&body.id())?.iter();
        let mut found = found.filter_map(|at| self.resources.get(*at));
        found.find(|one| std::ptr::eq(one.body.tree(), body.tree()))
    }

    /// What an asker keeps of this scope under a type of its own: made once, and of nothing but the scope and the baseline.
    pub fn kept<T: Any + Send + Sync>(&self, make: impl Fn() -> T) -> Arc<T> {
        self.kept.get("", make)
    }

    /// The resources of a kind that may have one of the words asked for, in the order seen. `words` tells those of each,
    /// `None` where they may be any, as `asked` does where it may be any. A small scope tells all: the asker looks again.
    /// The tables of two askers are kept apart by `M`.
    pub fn resources_by<M: 'static>(
        &self,
        kind: ResourceKind,
        words: impl Fn(&Resource<'t>) -> Option<Vec<Word>>,
        asked: impl FnOnce() -> Option<Vec<Word>>,
    ) -> IntoIter<&Resource<'t>> {
        let asked = self.index().and_then(|_| asked());
        let found = asked.map(|asked| {
            let table = self.kept.get(kind.name(), || {
                let all = self.resources.iter().enumerate();
                let all = all.filter(|(_, one)| one.kind() == kind);
                Words::<M>::new(all.map(|(at, one)| (at, words(one))))
            });
            table.of_any(&asked)
        });
        let found: Vec<_> = match found {
            Some(found) => found
                .into_iter()
                .filter_map(|at| self.resources.get(at))
                .map(looked_at)
                .collect(),
            None => self.resources_of(kind).collect(),
        };
        found.into_iter()
    }

    /// As [`Self::resources_by`], of what is declared of a CloudFormation type.
    pub fn neighbours_by<M: 'static>(
        &self,
        type_name: &'static str,
        words: impl Fn(&Neighbour<'t>) -> Option<Vec<Word>>,
        asked: impl FnOnce() -> Option<Vec<Word>>,
    ) -> IntoIter<&Neighbour<'t>> {
        let asked = self.index().and_then(|_| asked());
        let found = asked.map(|asked| {
            let table = self.kept.get(type_name, || {
                let all = self.neighbours.iter().enumerate();
                let all = all.filter(|(_, one)| one.type_name == type_name);
                Words::<M>::new(all.map(|(at, one)| (at, words(one))))
            });
            table.of_any(&asked)
        });
        let found: Vec<_> = match found {
            Some(found) => found
                .into_iter()
                .filter_map(|at| self.neighbours.get(at))
                .map(looked_at)
                .collect(),
            None => self.neighbours(type_name).collect(),
        };
        found.into_iter()
    }

    /// The resources of a kind that a value names; see [`super::Identity::is_named_by`].
    pub fn named_by(
        &self,
        kind: ResourceKind,
        node: Node<'_>,
    ) -> impl Iterator<Item = &Resource<'t>> {
        let word = Word::of(node);
        let (id, text) = match &word {
            Some(Word::Reference(id)) => (Some(id), None),
            Some(Word::Text(text)) => (None, Some(text)),
            None => (None, None),
        };
        let ids = id.map(|id| self.all(kind, By::Id, id).collect::<Vec<_>>());
        let texts = text.map(|text| {
            let arns = self.all(kind, By::Arn, text);
            let names = self.all(kind, By::Name, text);
            arns.chain(names).collect::<Vec<_>>()
        });
        ids.into_iter().chain(texts).flatten()
    }

    /// Whether some security configuration may turn runtime roles on, as `may` tells of a body.
    pub fn may_have_runtime_roles(&self, may: impl Fn(Node<'t>) -> bool) -> bool {
        *self
            .runtime_roles
            .get_or_init(|| self.any_configuration(may))
    }

    /// Whether some security configuration may give data roles of its own, as `may` tells of a body.
    pub fn may_have_own_roles(&self, may: impl Fn(Node<'t>) -> bool) -> bool {
        *self.own_roles.get_or_init(|| self.any_configuration(may))
    }

    fn any_configuration(&self, may: impl Fn(Node<'t>) -> bool) -> bool {
        let mut all = self.resources_of(ResourceKind::EmrSecurityConfiguration);
        all.any(|one| may(one.body))
    }

    /// The grants by who holds them, as `names` tells of each.
    pub fn holders(&self, names: impl Fn(&Grant<'t>) -> Vec<String>) -> &Holders {
        self.holders
            .get_or_init(|| Holders::of(&self.resources, names))
    }

    /// What is used for what, of a scope that is large enough to find that once.
    pub(super) fn uses(&self) -> Option<&Uses> {
        let make = || Uses::of(&self.resources);
        (self.resources.len() > FEW).then(|| self.uses.get_or_init(make))
    }

    /// Lets names be looked up in the other inputs of the run, too. Ids are never: they belong to their template.
    pub fn look_beyond(&mut self, directory: Arc<Directory<'t>>) {
        self.beyond = Some(directory);
    }

    /// Says that every resource of this kind was listed, so that an unknown name does not exist.
    pub fn completes(&mut self, kind: ResourceKind) {
        self.complete.push(kind);
    }

    /// Whether every resource of this kind was listed.
    pub fn holds_all(&self, kind: ResourceKind) -> bool {
        self.complete.contains(&kind)
    }

    /// Every resource, in the order seen.
    pub fn resources(&self) -> &[Resource<'t>] {
        &self.resources
    }

    /// The resource of this kind and *name* (the AWS name, not a template's logical id).
    pub fn by_name(&self, kind: ResourceKind, name: &str) -> Lookup<'_, 't> {
        let here = self.one(kind, By::Name, name);
        let Lookup::NotInSight = here else {
            return here;
        };
        let Some(directory) = &self.beyond else {
            return here;
        };
        let name = (kind, name.to_owned());
        let found = match directory.0.get(&name) {
            Some(Some(resource)) => Lookup::Found(resource),
            Some(None) => Lookup::Ambiguous,
            None => Lookup::NotInSight,
        };
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.insert(name);
        found
    }

    /// The names that were looked up beyond this scope: what was found of it may differ with what is declared there.
    pub fn into_asked(self) -> BTreeSet<KindAndName> {
        self.asked
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The resource of this kind and id (a template's logical id, for instance).
    pub fn by_id(&self, kind: ResourceKind, id: &str) -> Lookup<'_, 't> {
        self.one(kind, By::Id, id)
    }

    /// The resources of this kind and name that are in this scope.
    pub fn called(&self, kind: ResourceKind, name: &str) -> impl Iterator<Item = &Resource<'t>> {
        self.all(kind, By::Name, name)
    }

    /// The resources of this kind and id.
    pub fn of_id(&self, kind: ResourceKind, id: &str) -> impl Iterator<Item = &Resource<'t>> {
        self.all(kind, By::Id, id)
    }

    /// The resources of this id, whatever their kind, in the order seen.
    pub fn of_any_kind(&self, id: &str) -> impl Iterator<Item = &Resource<'t>> {
        let (listed, all) = match self.index() {
            Some(index) => (index.of_id(&self.resources, id), &[][..]),
            None => (&[][..], self.resources.as_slice()),
        };
        let listed = listed.iter();
        let listed = listed.filter_map(|at| self.resources.get(*at));
        listed
            .chain(all.iter().filter(move |one| one.identity.id == id))
            .map(looked_at)
    }

    /// The resources of this kind and ARN.
    pub fn by_arn(&self, kind: ResourceKind, arn: &str) -> impl Iterator<Item = &Resource<'t>> {
        self.all(kind, By::Arn, arn)
    }

    fn all(&self, kind: ResourceKind, by: By, text: &str) -> impl Iterator<Item = &Resource<'t>> {
        let (listed, all) = match self.index() {
            Some(index) => (index.found(&self.resources, kind, by, text), &[][..]),
            None => (&[][..], self.resources.as_slice()),
        };
        let listed = listed.iter();
        let listed = listed.filter_map(|at| self.resources.get(*at));
        let is = move |one: &&Resource<'t>| one.kind() == kind && by.of(one) == Some(text);
        listed.chain(all.iter().filter(is)).map(looked_at)
    }

    fn one(&self, kind: ResourceKind, by: By, text: &str) -> Lookup<'_, 't> {
        let mut found = self.all(kind, by, text);
        match (found.next(), found.next()) {
            (Some(_), Some(_)) => Lookup::Ambiguous,
            (Some(resource), None) => Lookup::Found(resource),
            (None, _) if self.complete.contains(&kind) => Lookup::DoesNotExist,
            (None, _) => Lookup::NotInSight,
        }
    }
}
