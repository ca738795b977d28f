//! The calls that are of interest, and the resources that each makes.

use super::afterwards::Changed;
use super::launches::{self, Call, LAKE_FORMATION, Launch};
use super::mappings::Members;
use super::names::{Context, Names, Use, What, is_construct_method};
use super::syntax::{Code, Parsed, children, field};
use super::values::{At, Evaluator, span};
use crate::observe::edit::{self, Rewrite};
use crate::observe::lake_formation::{self, Request};
use crate::observe::{Problem, Seen, placeholders, run_job_flow, security_configuration, stem};
use crate::observed::tree::{NONE, NodeId, Tree};
use crate::observed::{Form, Identity, Reason, ResourceKind, Source};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is found in a program.
pub(super) struct Found {
    pub(super) tree: Tree,
    pub(super) seen: Vec<Seen>,
    /// What is left out.
    pub(super) notes: Vec<String>,
    /// What cannot be told.
    pub(super) problems: Vec<Problem>,
}

/// Reads every call of interest.
pub(super) fn read(source: &Arc<Source>, parsed: &Parsed<'_>) -> Found {
    let names = Names::of(parsed);
    let tree = Tree::new(Arc::clone(source));
    let mut reader = Reader {
        file: stem(&source.name).to_owned(),
        evaluator: Evaluator::new(tree, parsed, &names),
        roots: Vec::new(),
        seen: Vec::new(),
        asked: Vec::new(),
        notes: Vec::new(),
        problems: Vec::new(),
        changes: Vec::new(),
        ends: Vec::new(),
    };
    for (call, context) in &names.calls {
        reader.call(*call, *context);
    }
    reader.mentions();
    reader.overrides();
    reader.change_clusters();
    reader.finish()
}

/// A call, and what it is given.
#[derive(Clone, Debug)]
pub(super) struct Given<'p> {
    pub(super) code: Code<'p>,
    /// Lists of arguments, the last of which count.
    pub(super) parts: Vec<(Code<'p>, At)>,
    pub(super) at: At,
}

pub(super) struct Reader<'p, 's> {
    pub(super) file: String,
    pub(super) evaluator: Evaluator<'p, 's>,
    /// What each resource was made of, by what it is called in pointers.
    roots: Vec<(String, NodeId)>,
    pub(super) seen: Vec<Seen>,
    /// What Lake Formation is asked for: what it is called follows from where it stands in the whole.
    pub(super) asked: Vec<(Request, NodeId)>,
    notes: Vec<String>,
    pub(super) problems: Vec<Problem>,
    /// What is done to clusters that are there.
    pub(super) changes: Vec<Changed>,
    /// Where clusters are ended.
    pub(super) ends: Vec<Use>,
}

impl<'p> Reader<'p, '_> {
    fn call(&mut self, code: Code<'p>, context: Context) {
        let (Some(function), Some(arguments)) = (field(code, "function"), field(code, "arguments"))
        else {
            return;
        };
        let names = self.evaluator.names;
        let Some(launch) = launches::find(names, self.evaluator.parsed, function, context) else {
            return;
        };
        // What is deferred is used when everything has been done.
        let deferred = matches!(launch.call, Call::Airflow | Call::AirflowApplication)
            && launch.name != "create_job_flow";
        let at = if deferred {
            usize::MAX
        } else {
            code.end_byte()
        };
        let used = Use { context, at };
        let at = |context| At {
            context,
            used,
            copied: None,
        };
        let bound = launch.bound.iter().rev();
        let mut parts: Vec<(Code<'p>, At)> = bound
            .map(|(arguments, context)| (*arguments, at(*context)))
            .collect();
        parts.push((arguments, at(context)));
        let given = Given {
            code,
            parts,
            at: at(context),
        };
        if let Some(class) = launch.class
            && !self.is_constructor(function)
            && launches::has_constructor(class)
        {
            return self.instance(&launch, &given);
        }
        if self.is_ours(&launch, &given) {
            self.launched(&launch, &given);
        }
    }

    fn is_constructor(&self, function: Code<'p>) -> bool {
        let method = field(function, "attribute");
        method.is_some_and(|method| self.evaluator.written(method) == "__init__")
    }

    /// An object of a class of this file whose constructor is read as it calls ours: what is done to the object is not
    /// seen there.
    fn instance(&mut self, launch: &Launch<'p>, given: &Given<'p>) {
        let changes = self.evaluator.names.changes_of_result(given.code);
        let is_changed = changes.iter().any(
            |change| !matches!(change.what, What::Attribute(name) if is_construct_method(name)),
        );
        if is_changed && matches!(launch.call, Call::Construct(_)) {
            let what = "what is made of a class of this file, and changed later on,";
            self.unread(launch, given.code, what);
        }
    }

    pub(super) fn launched(&mut self, launch: &Launch<'p>, given: &Given<'p>) {
        match launch.call {
            Call::RunJobFlow => {
                let body = self.keywords(given);
                self.request(body, "run_job_flow", None);
            }
            Call::Airflow => self.airflow(launch, given),
            Call::SecurityConfiguration => {
                let body = self.keywords(given);
                self.security_configuration(body);
            }
            Call::Application => {
                let body = self.keywords(given);
                self.application(body, "create_application");
            }
            Call::AirflowApplication => {
                let keywords = self.keywords(given);
                let keywords = self.mapped(launch, keywords);
                let body = self.airflow_application(keywords);
                self.application(body, "EmrServerlessCreateApplicationOperator");
            }
            Call::Construct(one) => self.construct(launch, given, one),
            Call::AnyConstruct => self.any_construct(launch, given),
            Call::ClusterTask => self.cluster_task(launch, given),
            Call::AnyOperation => self.any_operation(given),
            Call::Change(change) => {
                let body = self.keywords(given);
                self.change(launch.name, change, (body, Some(given.at.used)));
            }
            Call::Terminate => self.ends.push(given.at.used),
            Call::PublicAccess => {
                let body = self.keywords(given);
                self.public_access(body);
            }
            Call::LakeFormation(request) => {
                let body = self.keywords(given);
                let body = self.root(body, launch.name);
                self.asked.push((request, body));
            }
        }
    }

    pub(super) fn security_configuration(&mut self, body: NodeId) {
        let body = self.with_document(body);
        let body = self.root(body, "create_security_configuration");
        let id = self.file.clone();
        let seen = security_configuration::created(&mut self.evaluator.tree, body, &id);
        self.seen.push(seen);
    }

    pub(super) fn public_access(&mut self, body: NodeId) {
        let body = self.root(body, "put_block_public_access_configuration");
        let inner = self.evaluator.tree.node(body);
        let inner = inner.get("BlockPublicAccessConfiguration").id();
        let inner = if inner == NONE { body } else { inner };
        let identity = Identity::new(ResourceKind::EmrAccount, self.file.clone());
        let seen = Seen::new(identity, Form::Request, inner);
        self.seen.push(seen.within(body));
    }

    pub(super) fn keywords(&mut self, given: &Given<'p>) -> NodeId {
        let mut members = Members::default();
        for (arguments, at) in &given.parts {
            self.evaluator.keywords_into(*arguments, *at, &mut members);
        }
        let last = given.parts.last();
        let code = last.map_or(given.code, |(arguments, _)| *arguments);
        self.evaluator.finish(members, code)
    }

    /// Whether a call is ours: other services have operations of these names, with other arguments.
    fn is_ours(&self, launch: &Launch<'p>, given: &Given<'p>) -> bool {
        let named = self.evaluator.parsed.text.contains(LAKE_FORMATION);
        let has = |keyword: &str, splat: bool| {
            let mut all = given.parts.iter().flat_map(|(part, _)| children(*part));
            all.any(|argument| {
                splat && argument.kind() == "dictionary_splat"
                    || field(argument, "name")
                        .is_some_and(|name| self.evaluator.written(name) == keyword)
            })
        };
        match launch.call {
            Call::SecurityConfiguration => has("SecurityConfiguration", true),
            Call::Application => has("releaseLabel", true),
            Call::LakeFormation(request) => {
                let arguments = request.arguments().iter();
                let location = request == Request::Location;
                (named || !location) && { arguments }.any(|argument| has(argument, named))
            }
            Call::RunJobFlow
            | Call::Airflow
            | Call::AirflowApplication
            | Call::Construct(_)
            | Call::AnyConstruct
            | Call::ClusterTask
            | Call::AnyOperation
            | Call::Change(_)
            | Call::Terminate
            | Call::PublicAccess => true,
        }
    }

    /// An argument by its name.
    pub(super) fn argument(&self, given: &Given<'p>, name: &str) -> Option<(Code<'p>, At)> {
        let parts = given.parts.iter().rev();
        let all = parts.flat_map(|(part, at)| children(*part).into_iter().map(|one| (one, *at)));
        let mut named = all.filter(|(argument, _)| {
            field(*argument, "name").is_some_and(|found| self.evaluator.written(found) == name)
        });
        let (argument, at) = named.next()?;
        Some((field(argument, "value")?, at))
    }

    pub(super) fn request(&mut self, body: NodeId, call: &str, called: Option<&str>) {
        let body = self.root(body, call);
        let otherwise = called.unwrap_or(&self.file);
        let seen = run_job_flow::request(&mut self.evaluator.tree, body, otherwise);
        self.seen.push(seen);
    }

    pub(super) fn application(&mut self, body: NodeId, call: &str) {
        self.application_as(body, call, Form::Request);
    }

    pub(super) fn application_as(&mut self, body: NodeId, call: &str, form: Form) {
        let body = self.root(body, call);
        let key = if form == Form::CloudFormation {
            "Name"
        } else {
            "name"
        };
        let name = self.evaluator.tree.node(body).get(key).as_text();
        let name = name.map(str::to_owned);
        let identity = Identity {
            name: name.clone(),
            ..Identity::new(
                ResourceKind::EmrServerlessApplication,
                name.unwrap_or_else(|| self.file.clone()),
            )
        };
        self.seen.push(Seen::new(identity, form, body));
    }

    /// Says what is left out.
    pub(super) fn note(&mut self, code: Code<'p>, what: &str) {
        let name = &self.evaluator.tree.source().name;
        let line = code.start_position().row + 1;
        self.notes.push(format!("`{name}`, line {line}: {what}"));
    }

    /// A request whose document may be what `json.dumps` wrote.
    fn with_document(&mut self, body: NodeId) -> NodeId {
        let Some(document) = edit::member(&self.evaluator.tree, body, "SecurityConfiguration")
        else {
            return body;
        };
        let value = self.evaluator.document(document);
        if value == document {
            return body;
        }
        edit::with(
            &mut self.evaluator.tree,
            body,
            "SecurityConfiguration",
            value,
        )
    }

    /// A resource's body as it is to be read: Jinja's placeholders are not known.
    pub(super) fn root(&mut self, body: NodeId, call: &str) -> NodeId {
        let body = edit::rewritten(&mut self.evaluator.tree, body, &mut Jinja);
        let count = self
            .roots
            .iter()
            .filter(|(name, _)| name.split('-').next() == Some(call))
            .count();
        let name = if count == 0 {
            call.to_owned()
        } else {
            format!("{call}-{}", count + 1)
        };
        self.roots.push((name, body));
        body
    }

    /// The tree, whose root has every body under the name of its call; several clusters without a name are told apart.
    fn finish(self) -> Found {
        let Self {
            evaluator,
            roots,
            mut seen,
            asked,
            notes,
            problems,
            ..
        } = self;
        let mut tree = evaluator.tree;
        let whole = span(evaluator.parsed.root());
        let members: Vec<_> = roots
            .iter()
            .map(|(name, body)| (tree.decoded_text(name), whole, *body))
            .collect();
        let root = tree.push_map(&members, whole, None);
        tree.set_root(root);
        for (request, body) in asked {
            let made = lake_formation::asked(request, tree.node(body));
            seen.extend(made.iter().map(Seen::of));
        }
        let mut met: BTreeMap<(ResourceKind, String), usize> = BTreeMap::new();
        for one in &mut seen {
            let identity = Arc::make_mut(&mut one.identity);
            let count = met.entry((identity.kind, identity.id.clone())).or_default();
            *count += 1;
            if *count > 1 && identity.name.is_none() {
                identity.id = format!("{}-{count}", identity.id);
            }
        }
        Found {
            tree,
            seen,
            notes,
            problems,
        }
    }
}

/// Makes holes of what Jinja puts in. Braces with a dollar sign are text to Python.
struct Jinja;

impl Rewrite for Jinja {
    fn string(&mut self, tree: &mut Tree, id: NodeId) -> Option<NodeId> {
        placeholders::filled(tree, id, &mut |tree, _, at| {
            let written = tree.node(at).as_text()?;
            if written.starts_with("${") || written.starts_with("%{") {
                return None;
            }
            let place = "Airflow, when the task is rendered".to_owned();
            Some(vec![tree.push_unreadable(Reason::Elsewhere { place }, at)])
        })
    }
}
