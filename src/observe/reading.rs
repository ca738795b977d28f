//! What came of reading a file: a tree, and the resources that stand in it.
//!
//! Resources borrow their tree, so a [`Reading`] keeps the tree and where the resources are ([`Seen`]), and
//! hands out [`Scope`]s on demand. A template with undecidable conditions has several [`World`]s; every other
//! file has one.

use super::{Dialect, Given, Syntax};
use crate::observed::Source;
use crate::observed::tree::{NodeId, Tree};
use crate::observed::{
    Facts, Form, Identity, Neighbour, Node, Place, Reason, Resource, ResourceKind, Scope, Use,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A resource of a tree.
#[derive(Clone, Debug)]
pub struct Seen {
    /// What it is called.
    pub identity: Arc<Identity>,
    /// See [`Resource::type_name`].
    pub type_name: Option<&'static str>,
    /// How it is written.
    pub form: Form,
    /// See [`Resource::body`].
    pub body: NodeId,
    /// See [`Resource::outer`].
    pub outer: NodeId,
    /// See [`Resource::uses`].
    pub uses: Vec<Use>,
}

impl Seen {
    /// A resource whose body is all there is.
    pub fn new(identity: Identity, form: Form, body: NodeId) -> Self {
        Self {
            identity: Arc::new(identity),
            type_name: None,
            form,
            body,
            outer: body,
            uses: Vec::new(),
        }
    }

    /// Where a resource stands in its tree.
    pub fn of(resource: &Resource<'_>) -> Self {
        Self {
            identity: Arc::clone(&resource.identity),
            type_name: resource.type_name,
            form: resource.form,
            body: resource.body.id(),
            outer: resource.outer.id(),
            uses: resource.uses.clone(),
        }
    }

    /// The same resource with what stands around its body.
    #[must_use]
    pub fn within(self, outer: NodeId) -> Self {
        Self { outer, ..self }
    }

    /// The same resource, declared as a thing of this CloudFormation type.
    #[must_use]
    pub fn declared_as(self, type_name: &'static str) -> Self {
        Self {
            type_name: Some(type_name),
            ..self
        }
    }

    /// The resource in its tree.
    pub fn resource<'t>(&self, tree: &'t Tree) -> Resource<'t> {
        Resource {
            identity: Arc::clone(&self.identity),
            type_name: self.type_name,
            form: self.form,
            body: tree.node(self.body),
            outer: tree.node(self.outer),
            uses: self.uses.clone(),
        }
    }
}

/// Something in a tree that has no kind of its own; see [`Neighbour`].
#[derive(Clone, Debug)]
pub struct SeenNeighbour {
    /// See [`Neighbour::type_name`].
    pub type_name: &'static str,
    /// See [`Neighbour::id`].
    pub id: Arc<str>,
    /// See [`Neighbour::names`].
    pub names: Arc<[String]>,
    /// See [`Neighbour::body`].
    pub body: NodeId,
}

/// The resources there are under one choice of the undecidable conditions.
#[derive(Clone, Debug, Default)]
pub struct World {
    /// The choice, such as "`IsProd` is true"; `None` when nothing is undecidable.
    pub label: Option<String>,
    /// The choice, fact by fact.
    pub facts: Facts,
    /// The resources, in the order written.
    pub resources: Vec<Seen>,
    /// What stands beside them, in the order written.
    pub neighbours: Vec<SeenNeighbour>,
}

/// A file, or a part of one, that looks like ours and could not be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// What could not be done, such as "could not read `template.yaml`".
    pub what: String,
    /// Why.
    pub why: String,
    /// Where.
    pub place: Option<Place>,
    /// The IAM action that failed, for live reading.
    pub action: Option<String>,
}

impl Problem {
    /// A problem at a value.
    pub fn at(node: Node<'_>, what: impl Into<String>, why: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            why: why.into(),
            place: Some(node.place()),
            action: None,
        }
    }

    /// A text that is not in its format.
    pub fn syntax(source: &Arc<Source>, syntax: &Syntax) -> Self {
        let (start, end) = syntax.bytes;
        Self {
            what: format!("could not read `{}`", source.name),
            why: syntax.message.clone(),
            place: Some(Place::new(source, start, end, String::new())),
            action: None,
        }
    }

    /// A file that is ours, in a form that is not read.
    pub fn file(source: &Arc<Source>, why: impl Into<String>) -> Self {
        Self {
            what: format!("could not read `{}`", source.name),
            why: why.into(),
            place: Some(Place::new(source, 0, 0, String::new())),
            action: None,
        }
    }
}

/// A stack of a template that is made of another template, in a file; or a state machine whose definition is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nested {
    /// Its logical id.
    pub stack: String,
    /// Where the file is named.
    pub place: Place,
    /// The file, as seen from the template.
    pub path: String,
    /// What it is given for its parameters; `None` where that is not known.
    pub parameters: BTreeMap<String, Option<String>>,
    /// What of the template's resources those are whose value is not known.
    pub references: BTreeMap<String, Reason>,
    /// Whether other parameters may get values, too.
    pub open: bool,
    /// Whether it is called after something of ours.
    pub ours: bool,
    /// Whether it is a state machine, and the file its definition.
    pub machine: bool,
}

/// A file that was read.
#[derive(Debug)]
pub struct Reading {
    /// What it was taken for.
    pub dialect: Dialect,
    /// What in it could not be read; the rest was.
    pub problems: Vec<Problem>,
    /// What was left out on purpose, such as modules that are not fetched.
    pub notes: Vec<String>,
    /// The stacks in it that are made of templates in files.
    pub nested: Vec<Nested>,
    pub(super) tree: Tree,
    pub(super) worlds: Vec<World>,
    /// Whether there is nothing in it but notes of what is passed over: then it was taken for nothing.
    pub passed_over: bool,
    /// What part of a request it is, if it is one; see [`super::joined`].
    pub(super) part: Option<super::parts::Portion>,
}

impl Reading {
    /// The reading without what was read, for the reason that a note gives.
    #[must_use]
    pub fn left_out(mut self, why: String) -> Self {
        self.worlds = vec![World::default()];
        self.part = None;
        self.notes.push(why);
        self
    }

    /// The same reading for the account and region of a target, if one is bound: requests and documents do not say where
    /// they are sent. What is described or observed says it, or is not known to be there.
    #[must_use]
    pub fn placed(mut self, given: &Given) -> Self {
        if given.account.is_none() && given.region.is_none() {
            return self;
        }
        let resources = self
            .worlds
            .iter_mut()
            .flat_map(|world| &mut world.resources);
        for seen in resources.filter(|seen| matches!(seen.form, Form::Request | Form::Document)) {
            let identity = Arc::make_mut(&mut seen.identity);
            identity.account = identity.account.take().or_else(|| given.account.clone());
            identity.region = identity.region.take().or_else(|| given.region.clone());
        }
        self
    }

    /// A reading with one world and no problem.
    pub(super) fn new(dialect: Dialect, tree: Tree, resources: Vec<Seen>) -> Self {
        Self {
            dialect,
            problems: Vec::new(),
            notes: Vec::new(),
            nested: Vec::new(),
            passed_over: false,
            tree,
            worlds: vec![World {
                label: None,
                facts: Facts::new(),
                resources,
                neighbours: Vec::new(),
            }],
            part: None,
        }
    }

    /// Whether it is a part of a request, which other files of its folder may complete.
    pub fn is_part(&self) -> bool {
        self.part.is_some()
    }

    /// A security configuration document under the name that it is to be created with; `None` when it is not JSON.
    pub fn of_document(source: &Arc<Source>, name: String) -> Option<Self> {
        let tree = super::json::read(Arc::clone(source)).ok()?;
        let identity = Identity {
            name: Some(name.clone()),
            ..Identity::new(ResourceKind::EmrSecurityConfiguration, name)
        };
        let body = tree.root_id();
        let seen = Seen::new(identity, Form::Document, body);
        Some(Self::new(Dialect::SecurityConfiguration, tree, vec![seen]))
    }

    /// The names of the parameters that a template takes.
    pub fn parameters(&self) -> Vec<String> {
        if self.dialect != Dialect::CloudFormation {
            return Vec::new();
        }
        let parameters = self.tree.root().get("Parameters").members();
        parameters.map(|(name, _)| name.to_owned()).collect()
    }

    /// The custom resources of a template of which neither a problem nor a note says anything.
    pub fn custom_resources(&self) -> Vec<&str> {
        if self.dialect != Dialect::CloudFormation {
            return Vec::new();
        }
        super::cloudformation::kinds::unsaid(&self.tree).collect()
    }

    /// The document, and what evaluation added to it.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// The resources under each choice of the undecidable conditions. There is at least one world.
    pub fn worlds(&self) -> &[World] {
        &self.worlds
    }

    /// The worlds as scopes, in the same order.
    pub fn scopes(&self) -> Vec<Scope<'_>> {
        let all = self.worlds.iter().filter(|_| self.worlds.len() > 1);
        let all: Arc<[_]> = all
            .map(|world| (world.label.clone(), world.facts.clone()))
            .collect();
        self.worlds
            .iter()
            .enumerate()
            .map(|(number, world)| {
                let mut scope = Scope::new();
                scope.worlds = Arc::clone(&all);
                scope.number = number;
                scope.world.clone_from(&world.label);
                scope.facts.clone_from(&world.facts);
                for seen in &world.resources {
                    scope.push(seen.resource(&self.tree));
                }
                for seen in &world.neighbours {
                    scope.push_neighbour(Neighbour {
                        type_name: seen.type_name,
                        id: Arc::clone(&seen.id),
                        names: Arc::clone(&seen.names),
                        body: self.tree.node(seen.body),
                    });
                }
                scope
            })
            .collect()
    }
}
