//! The calls that are of interest, and the resources that each makes.

use super::constructs::{CONSTRUCTS, Construct};
use super::names::{Context, Names, Use};
use super::syntax::{Code, Parsed, children, field};
use super::values::{At, Evaluator, span};
use crate::observe::edit::{self, Rewrite};
use crate::observe::lake_formation::{self, Request};
use crate::observe::{Seen, placeholders, run_job_flow, security_configuration, stem};
use crate::observed::tree::{NONE, NodeId, Tree};
use crate::observed::{Form, Identity, Reason, ResourceKind, Source};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a call makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Call {
    /// boto3's `run_job_flow`.
    RunJobFlow,
    /// Airflow's operator or hook, whose overrides come on top of a connection's.
    Airflow,
    /// boto3's `create_security_configuration`, of EMR.
    SecurityConfiguration,
    /// boto3's `create_application`, of EMR Serverless.
    Application,
    /// Airflow's operator for the same.
    AirflowApplication,
    /// A construct of CDK's.
    Construct(&'static Construct),
    /// CDK's task that creates a cluster.
    ClusterTask,
    /// boto3's `put_block_public_access_configuration`.
    PublicAccess,
    /// A call of Lake Formation's.
    LakeFormation(Request),
}

/// Functions and classes by their names. Sources: boto3's and Airflow's documentation.
const CALLS: &[(&str, Call)] = &[
    ("run_job_flow", Call::RunJobFlow),
    ("EmrCreateJobFlowOperator", Call::Airflow),
    ("create_job_flow", Call::Airflow),
    ("create_security_configuration", Call::SecurityConfiguration),
    ("create_application", Call::Application),
    (
        "EmrServerlessCreateApplicationOperator",
        Call::AirflowApplication,
    ),
    ("EmrCreateCluster", Call::ClusterTask),
    ("put_block_public_access_configuration", Call::PublicAccess),
    ("grant_permissions", Call::LakeFormation(Request::Grant)),
    (
        "batch_grant_permissions",
        Call::LakeFormation(Request::Grants),
    ),
    (
        "put_data_lake_settings",
        Call::LakeFormation(Request::Settings),
    ),
    (
        "create_data_cells_filter",
        Call::LakeFormation(Request::Filter),
    ),
    (
        "update_data_cells_filter",
        Call::LakeFormation(Request::Filter),
    ),
    ("register_resource", Call::LakeFormation(Request::Location)),
    ("update_resource", Call::LakeFormation(Request::Location)),
    ("create_lf_tag", Call::LakeFormation(Request::Tag)),
    (
        "create_lf_tag_expression",
        Call::LakeFormation(Request::TagExpression),
    ),
    (
        "add_lf_tags_to_resource",
        Call::LakeFormation(Request::TagAssignment),
    ),
    (
        "create_lake_formation_opt_in",
        Call::LakeFormation(Request::OptIn),
    ),
];

/// Words of which every program of interest holds one.
const WORDS: &[&str] = &[
    "run_job_flow(",
    "EmrCreateJobFlowOperator(",
    "create_job_flow(",
    "JOB_FLOW_OVERRIDES",
    "job_flow_overrides",
    "create_security_configuration(",
    "EmrServerlessCreateApplicationOperator(",
    "CfnSecurityConfiguration(",
    "EmrCreateCluster(",
    "put_block_public_access_configuration(",
];

/// What begins the names of boto3's clients and CDK's modules for Lake Formation; its operations have names that others
/// have, too.
const LAKE_FORMATION: &str = "lakeformation";

/// Whether a text may be a program of interest.
pub(in crate::observe) fn names_ours(text: &str) -> bool {
    let holds = |word: &str| memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some();
    WORDS.iter().any(|word| holds(word))
        || CONSTRUCTS
            .iter()
            .any(|one| holds(one.module) && holds(&format!("{}(", one.name)))
        || holds("create_application(") && holds("emr-serverless")
        || holds(LAKE_FORMATION)
            && CALLS.iter().any(|(name, call)| {
                matches!(call, Call::LakeFormation(_)) && holds(&format!("{name}("))
            })
}

/// Reads every call of interest.
pub(super) fn read(source: &Arc<Source>, parsed: &Parsed<'_>) -> (Tree, Vec<Seen>) {
    let names = Names::of(parsed);
    let tree = Tree::new(Arc::clone(source));
    let mut reader = Reader {
        file: stem(&source.name).to_owned(),
        evaluator: Evaluator::new(tree, parsed, &names),
        roots: Vec::new(),
        seen: Vec::new(),
        asked: Vec::new(),
    };
    for (call, context) in &names.calls {
        reader.call(*call, *context);
    }
    reader.overrides();
    reader.finish()
}

pub(super) struct Reader<'p, 's> {
    pub(super) file: String,
    pub(super) evaluator: Evaluator<'p, 's>,
    /// What each resource was made of, by what it is called in pointers.
    roots: Vec<(String, NodeId)>,
    pub(super) seen: Vec<Seen>,
    /// What Lake Formation is asked for: what it is called follows from where it stands in the whole.
    asked: Vec<(Request, NodeId)>,
}

impl<'p> Reader<'p, '_> {
    fn call(&mut self, code: Code<'p>, context: Context) {
        let (Some(function), Some(arguments)) = (field(code, "function"), field(code, "arguments"))
        else {
            return;
        };
        let Some(call) = self.which(function, arguments) else {
            return;
        };
        let at = At {
            context,
            used: Use {
                context,
                at: code.start_byte(),
            },
        };
        match call {
            Call::RunJobFlow => {
                let body = self.evaluator.keywords(arguments, at);
                self.request(body, "run_job_flow", None);
            }
            Call::Airflow => self.airflow(code, arguments, at),
            Call::SecurityConfiguration => {
                let body = self.evaluator.keywords(arguments, at);
                let body = self.with_document(body);
                let body = self.root(body, "create_security_configuration");
                let id = self.file.clone();
                let seen = security_configuration::created(&mut self.evaluator.tree, body, &id);
                self.seen.push(seen);
            }
            Call::Application => {
                let body = self.evaluator.keywords(arguments, at);
                self.application(body, "create_application");
            }
            Call::AirflowApplication => {
                let keywords = self.evaluator.keywords(arguments, at);
                let body = self.airflow_application(keywords);
                self.application(body, "EmrServerlessCreateApplicationOperator");
            }
            Call::Construct(one) => self.construct(code, arguments, at, one),
            Call::ClusterTask => self.cluster_task(code, arguments, at),
            Call::PublicAccess => {
                let body = self.evaluator.keywords(arguments, at);
                let body = self.root(body, "put_block_public_access_configuration");
                let inner = self.evaluator.tree.node(body);
                let inner = inner.get("BlockPublicAccessConfiguration").id();
                let inner = if inner == NONE { body } else { inner };
                let identity = Identity::new(ResourceKind::EmrAccount, self.file.clone());
                let seen = Seen::new(identity, Form::Request, inner);
                self.seen.push(seen.within(body));
            }
            Call::LakeFormation(request) => {
                let body = self.evaluator.keywords(arguments, at);
                let method = field(function, "attribute").unwrap_or(function);
                let name = self.evaluator.written(method).to_owned();
                let body = self.root(body, &name);
                self.asked.push((request, body));
            }
        }
    }

    /// Which call of interest a call is, if it is one.
    fn which(&self, function: Code<'p>, arguments: Code<'p>) -> Option<Call> {
        let method = field(function, "attribute").unwrap_or(function);
        let name = self.evaluator.written(method);
        if name.starts_with("Cfn") {
            let from = field(function, "object").unwrap_or(function);
            let from = self.evaluator.written(from);
            let imported = self.evaluator.names.imports.get(from);
            let path = imported.map_or(from, String::as_str);
            let ours = |one: &&Construct| {
                one.name == name && path.split('.').any(|part| part == one.module)
            };
            return CONSTRUCTS.iter().find(ours).map(Call::Construct);
        }
        let call = CALLS.iter().find(|(known, _)| *known == name)?.1;
        let has = |keyword: &str| {
            children(arguments).into_iter().any(|argument| {
                argument.kind() == "dictionary_splat"
                    || field(argument, "name")
                        .is_some_and(|name| self.evaluator.written(name) == keyword)
            })
        };
        // Other services have operations of these names, with other arguments.
        let ours = match call {
            Call::SecurityConfiguration => has("SecurityConfiguration"),
            Call::Application => has("releaseLabel"),
            Call::LakeFormation(request) => {
                self.evaluator.parsed.text.contains(LAKE_FORMATION)
                    && request.arguments().iter().any(|argument| has(argument))
            }
            Call::RunJobFlow
            | Call::Airflow
            | Call::AirflowApplication
            | Call::ClusterTask
            | Call::PublicAccess
            | Call::Construct(..) => true,
        };
        ours.then_some(call)
    }

    /// Airflow puts the overrides over what the connection says, so a member that is missing may come from there.
    fn airflow(&mut self, code: Code<'p>, arguments: Code<'p>, at: At) {
        let overrides = self.argument(arguments, "job_flow_overrides");
        let body = if let Some(value) = overrides {
            self.evaluator.eval(value, at)
        } else {
            let keywords = self.evaluator.keywords(arguments, at);
            match self.evaluator.tree.node(keywords).open().cloned() {
                Some(reason) => self.evaluator.tree.push_lost(reason, span(code)),
                None => edit::empty_map(&mut self.evaluator.tree, keywords),
            }
        };
        let task = self.argument(arguments, "task_id");
        let task = task.map(|task| self.evaluator.eval(task, at));
        let task =
            task.and_then(|task| self.evaluator.tree.node(task).as_text().map(str::to_owned));
        self.over_connection(body, code, task.as_deref());
    }

    fn over_connection(&mut self, body: NodeId, code: Code<'p>, called: Option<&str>) {
        let node = self.evaluator.tree.node(body);
        // A file's name, a text of JSON: what Airflow makes of it is not followed.
        let body = if node.as_text().is_some() {
            self.evaluator.unknown("a template of Airflow's", code)
        } else {
            let place = "the Airflow connection".to_owned();
            edit::opened(&mut self.evaluator.tree, body, Reason::Elsewhere { place })
        };
        self.request(body, "job_flow_overrides", called);
    }

    /// An argument by its name.
    fn argument(&self, arguments: Code<'p>, name: &str) -> Option<Code<'p>> {
        let all = children(arguments);
        let named = all.iter().find(|argument| {
            field(**argument, "name").is_some_and(|found| self.evaluator.written(found) == name)
        });
        named.and_then(|named| field(*named, "value"))
    }

    /// Overrides that no operator of this file takes: another file does.
    fn overrides(&mut self) {
        let names = self.evaluator.names;
        for (name, binding) in names.bound() {
            let upper = name.to_ascii_uppercase();
            let Some(value) = binding.value else { continue };
            if upper != "JOB_FLOW_OVERRIDES" && !upper.ends_with("_JOB_FLOW_OVERRIDES")
                || self.evaluator.followed.contains(&value.start_byte())
            {
                continue;
            }
            let used = Use {
                context: binding.context,
                at: usize::MAX,
            };
            let body = self.evaluator.named(
                name,
                value,
                At {
                    context: binding.context,
                    used,
                },
            );
            self.over_connection(body, value, None);
        }
    }

    fn request(&mut self, body: NodeId, call: &str, called: Option<&str>) {
        let body = self.root(body, call);
        let otherwise = called.unwrap_or(&self.file);
        let seen = run_job_flow::request(&mut self.evaluator.tree, body, otherwise);
        self.seen.push(seen);
    }

    fn application(&mut self, body: NodeId, call: &str) {
        let body = self.root(body, call);
        let name = self
            .evaluator
            .tree
            .node(body)
            .get("name")
            .as_text()
            .map(str::to_owned);
        let identity = Identity {
            name: name.clone(),
            ..Identity::new(
                ResourceKind::EmrServerlessApplication,
                name.unwrap_or_else(|| self.file.clone()),
            )
        };
        self.seen.push(Seen::new(identity, Form::Request, body));
    }

    /// The operator has a release and a type of its own, and the rest in `config`.
    fn airflow_application(&mut self, keywords: NodeId) -> NodeId {
        let tree = &mut self.evaluator.tree;
        let config = edit::member(tree, keywords, "config");
        let body = config.unwrap_or_else(|| edit::empty_map(tree, keywords));
        match edit::member(tree, keywords, "release_label") {
            Some(release) => edit::with(tree, body, "releaseLabel", release),
            None => body,
        }
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
    fn finish(self) -> (Tree, Vec<Seen>) {
        let Self {
            evaluator,
            roots,
            mut seen,
            asked,
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
        (tree, seen)
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
