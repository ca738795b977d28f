//! What launches or declares something of ours, in whatever way a program names it.

use super::constructs::{CONSTRUCTS, Construct};
use super::names::{Context, Names, first_argument, literal};
use super::syntax::{Code, Parsed, bare, children, field};
use crate::observe::afterwards::Change;
use crate::observe::lake_formation::Request;

/// What a call makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Call {
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
    /// CDK's construct of whatever type its arguments say.
    AnyConstruct,
    /// CDK's task that creates a cluster.
    ClusterTask,
    /// CDK's task or custom resource that calls whatever operation its arguments say.
    AnyOperation,
    /// boto3's `put_block_public_access_configuration`.
    PublicAccess,
    /// A call of Lake Formation's.
    LakeFormation(Request),
    /// A call that changes a cluster that is there.
    Change(Change),
    /// boto3's `terminate_job_flows`.
    Terminate,
}

/// Functions and classes by their names. Sources: boto3's and Airflow's documentation, AWS CDK Reference.
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
    ("CallAwsService", Call::AnyOperation),
    ("AwsSdkCall", Call::AnyOperation),
    ("put_block_public_access_configuration", Call::PublicAccess),
    (
        "set_termination_protection",
        Call::Change(Change::Protection),
    ),
    (
        "put_auto_termination_policy",
        Call::Change(Change::Set(&["AutoTerminationPolicy"])),
    ),
    (
        "remove_auto_termination_policy",
        Call::Change(Change::Unset("AutoTerminationPolicy")),
    ),
    (
        "put_managed_scaling_policy",
        Call::Change(Change::Set(&["ManagedScalingPolicy"])),
    ),
    (
        "remove_managed_scaling_policy",
        Call::Change(Change::Unset("ManagedScalingPolicy")),
    ),
    (
        "set_keep_job_flow_alive_when_no_steps",
        Call::Change(Change::Set(&["Instances", "KeepJobFlowAliveWhenNoSteps"])),
    ),
    ("add_job_flow_steps", Call::Change(Change::Steps)),
    ("modify_instance_groups", Call::Change(Change::Groups)),
    ("modify_instance_fleet", Call::Change(Change::Fleet)),
    ("add_instance_groups", Call::Change(Change::AddGroups)),
    ("add_instance_fleet", Call::Change(Change::AddFleet)),
    ("terminate_job_flows", Call::Terminate),
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
    "run_job_flow",
    "runJobFlow",
    "RunJobFlow",
    "EmrCreateJobFlowOperator",
    "create_job_flow(",
    "JOB_FLOW_OVERRIDES",
    "job_flow_overrides",
    "EmrServerlessCreateApplicationOperator",
    "CfnSecurityConfiguration",
    "EmrCreateCluster",
    "put_block_public_access_configuration",
    "AWS::EMR::",
    "createSecurityConfiguration",
];

/// Words that others have, too, with a word that has to stand beside them.
const PAIRS: &[(&str, &str)] = &[
    ("create_security_configuration", "SecurityConfiguration"),
    ("create_application", "emr-serverless"),
    ("createApplication", "emrserverless"),
    ("CfnResource", "AWS::"),
    ("CallAwsService", "akeformation"),
    // An operation of Lake Formation's by its name and one of its arguments.
    ("set_termination_protection", "TerminationProtected"),
    // An operation by a name that is put together.
    ("getattr(", "client(\"emr\""),
    ("getattr(", "client('emr'"),
    ("_make_api_call", "client(\"emr\""),
    ("_make_api_call", "client('emr'"),
    ("grant_permissions(", "DataLakePrincipalIdentifier"),
    ("grant_permissions(", "Principal="),
    ("put_data_lake_settings(", "DataLakeSettings"),
    ("data_cells_filter(", "TableData"),
    ("create_lf_tag", "TagKey"),
    ("add_lf_tags_to_resource(", "LFTags"),
];

/// What begins the names of boto3's clients and CDK's modules for Lake Formation; some of its operations have names that
/// others have, too.
pub(super) const LAKE_FORMATION: &str = "lakeformation";

/// Whether a text may be a program of interest.
pub(in crate::observe) fn names_ours(text: &str) -> bool {
    let holds = |word: &str| memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some();
    WORDS.iter().any(|word| holds(word))
        || PAIRS
            .iter()
            .any(|(word, other)| holds(word) && holds(other))
        || CONSTRUCTS
            .iter()
            .any(|one| holds(one.module) && holds(one.name))
        || holds(LAKE_FORMATION)
            && CALLS.iter().any(|(name, call)| {
                matches!(call, Call::LakeFormation(_)) && holds(&format!("{name}("))
            })
}

/// What a program names by which something is launched.
#[derive(Clone, Debug)]
pub(super) struct Launch<'p> {
    pub(super) call: Call,
    /// What it is called where it is declared.
    pub(super) name: &'p str,
    /// The arguments that are given to it already, and where.
    pub(super) bound: Vec<(Code<'p>, Context)>,
    /// The class of this file that it is, or whose constructor calls it.
    pub(super) class: Option<Code<'p>>,
    /// Whether more is given to it later.
    pub(super) mapped: bool,
}

/// How many names and classes one way goes through.
const MAX_HOPS: usize = 8;

/// Whether a function is one of those that launch something, and not one of this file with the same name.
pub(super) fn is_known<'p>(
    names: &Names<'p>,
    parsed: &'p Parsed<'_>,
    function: Code<'p>,
    context: Context,
) -> bool {
    let method = field(function, "attribute").unwrap_or(function);
    let name = parsed.written(method);
    // The parts of a construct's properties.
    let property =
        name.ends_with("Property") && name.starts_with(|first: char| first.is_uppercase());
    let part = property && field(function, "object").is_some();
    let tag = name == "CfnTag";
    let constructor = name == "__init__";
    (constructor || !names.defines(name))
        && (part
            || tag
            || find(names, parsed, function, context).is_some_and(|launch| {
                constructor || launch.class.is_none_or(|class| !has_constructor(class))
            }))
}

/// What an expression names.
pub(super) fn find<'p>(
    names: &Names<'p>,
    parsed: &'p Parsed<'_>,
    code: Code<'p>,
    context: Context,
) -> Option<Launch<'p>> {
    let finder = Finder { names, parsed };
    finder.find(code, context, 0)
}

/// Whether a class has functions of its own, which may do anything to what it is given.
pub(super) fn has_constructor(class: Code<'_>) -> bool {
    let body = field(class, "body").map(children).unwrap_or_default();
    body.iter()
        .any(|one| matches!(one.kind(), "function_definition" | "decorated_definition"))
}

struct Finder<'n, 'p, 's> {
    names: &'n Names<'p>,
    parsed: &'p Parsed<'s>,
}

impl<'p> Finder<'_, 'p, '_> {
    fn written(&self, code: Code<'p>) -> &'p str {
        self.parsed.written(code)
    }

    fn find(&self, code: Code<'p>, context: Context, hops: usize) -> Option<Launch<'p>> {
        if hops > MAX_HOPS {
            return None;
        }
        let code = bare(code);
        match code.kind() {
            "identifier" => self.name(code, context, hops),
            "attribute" => self.attribute(code, context, hops),
            "call" => self.made(code, context, hops),
            _ => None,
        }
    }

    fn name(&self, code: Code<'p>, context: Context, hops: usize) -> Option<Launch<'p>> {
        let name = self.written(code);
        if self.names.scope_of(name, context.scope).is_none() {
            return by_name(name, name);
        }
        if let Some(binding) = self.names.only_value(name, context.scope) {
            let value = bare(binding.value?);
            return self.find(value, binding.context, hops + 1);
        }
        if let Some(class) = self.names.class(name) {
            return self.class(class, context, hops);
        }
        // An import under another name, or under a condition with something to fall back upon.
        let path = self.names.import(name)?;
        by_name(path.rsplit('.').next()?, path)
    }

    fn attribute(&self, code: Code<'p>, context: Context, hops: usize) -> Option<Launch<'p>> {
        let (name, object) = (
            self.written(field(code, "attribute")?),
            bare(field(code, "object")?),
        );
        match name {
            "json_path" | "jsonata" => {
                let found = self.find(object, context, hops + 1)?;
                let tasks = matches!(found.call, Call::ClusterTask | Call::AnyOperation);
                return tasks.then_some(found);
            }
            // Airflow's tasks whose number is told later.
            "partial" => {
                let found = self.find(object, context, hops + 1)?;
                let mapped = matches!(found.call, Call::Airflow | Call::AirflowApplication);
                return mapped.then_some(Launch {
                    mapped: true,
                    ..found
                });
            }
            "__init__" => return self.constructor(object, context, hops),
            _ => {}
        }
        let object = self.written(object);
        let path = self.names.import(object).unwrap_or(object);
        by_name(name, path)
    }

    /// `super().__init__(…)` and `Class.__init__(self, …)`.
    fn constructor(&self, object: Code<'p>, context: Context, hops: usize) -> Option<Launch<'p>> {
        let is_super = object.kind() == "call"
            && field(object, "function").map(|function| self.written(function)) == Some("super");
        let (class, around) = self.names.class_around(context.scope)?;
        if !is_super {
            let found = self.find(object, context, hops + 1)?;
            return Some(Launch {
                class: Some(class),
                ..found
            });
        }
        let mut bases = children(field(class, "superclasses")?).into_iter();
        let found = bases.find_map(|base| self.find(base, around, hops + 1))?;
        Some(Launch {
            class: Some(class),
            ..found
        })
    }

    /// A class of this file that is made of one of ours.
    fn class(&self, class: Code<'p>, context: Context, hops: usize) -> Option<Launch<'p>> {
        let mut bases = children(field(class, "superclasses")?).into_iter();
        let found = bases.find_map(|base| self.find(base, context, hops + 1))?;
        Some(Launch {
            class: Some(class),
            ..found
        })
    }

    /// `getattr(client, "run_job_flow")` and `partial(client.run_job_flow, …)`.
    fn made(&self, code: Code<'p>, context: Context, hops: usize) -> Option<Launch<'p>> {
        let (function, arguments) = (field(code, "function")?, field(code, "arguments")?);
        let name = field(function, "attribute").unwrap_or(function);
        let name = self.written(name);
        let given = children(arguments);
        match self.names.import(name).unwrap_or(name).rsplit('.').next()? {
            "getattr" => {
                let text = self.text(*given.get(1)?, context)?;
                let object = self.written(*given.first()?);
                by_name(text, self.names.import(object).unwrap_or(object))
            }
            "partial" => {
                let mut found = self.find(first_argument(arguments)?, context, hops + 1)?;
                found.bound.push((arguments, context));
                Some(found)
            }
            _ => None,
        }
    }

    /// A literal text, or a name of one.
    fn text(&self, code: Code<'p>, context: Context) -> Option<&'p str> {
        let code = bare(code);
        if code.kind() != "identifier" {
            return literal(self.parsed, code);
        }
        let binding = self.names.only_value(self.written(code), context.scope)?;
        literal(self.parsed, bare(binding.value?))
    }
}

/// What a name means, of what the path says.
fn by_name<'p>(name: &str, path: &str) -> Option<Launch<'p>> {
    let launch = |call, name| Launch {
        call,
        name,
        bound: Vec::new(),
        class: None,
        mapped: false,
    };
    if name.starts_with("Cfn") {
        let ours =
            |one: &&Construct| one.name == name && path.split('.').any(|part| part == one.module);
        let found = CONSTRUCTS.iter().find(ours);
        let found = found.map(|one| launch(Call::Construct(one), one.name));
        let any = || {
            // Other modules of CDK's have constructs of this name.
            let other = path
                .split('.')
                .any(|part| part.starts_with("aws_") && part != "aws_cdk");
            (name == "CfnResource" && !other).then(|| launch(Call::AnyConstruct, "CfnResource"))
        };
        return found.or_else(any);
    }
    let (name, call) = CALLS.iter().find(|(known, _)| *known == name)?;
    Some(launch(*call, name))
}
