//! Stacks in a template that are made of templates of their own, and state machines whose definitions are files of their
//! own: those that stand beside the template are judged with what it gives to their parameters, and of those that are not
//! seen that is said.

use super::eval::{Evaluator, GONE};
use super::launchers::origin;
use super::sections::member;
use crate::observe::recognise::{self, named_after_ours};
use crate::observe::{Given, Nested, Problem, step_functions};
use crate::observed::tree::{NONE, NodeId};
use crate::observed::{Node, Reason, Value};
use std::collections::BTreeMap;

/// The types of stacks and state machines, and the property that says what they are made of.
/// Source: CloudFormation Template Reference, and SAM Developer Guide, `AWS::Serverless::Application` and
/// `AWS::Serverless::StateMachine`.
const TYPES: &[(&str, &str)] = &[
    ("AWS::CloudFormation::Stack", "TemplateURL"),
    (STACK_SET, "TemplateURL"),
    ("AWS::Serverless::Application", "Location"),
    ("AWS::Serverless::StateMachine", DEFINITION_URI),
    ("AWS::StepFunctions::StateMachine", DEFINITION_LOCATION),
];
const DEFINITION_URI: &str = "DefinitionUri";
const DEFINITION_LOCATION: &str = "DefinitionS3Location";

/// Stacks of one template in several accounts and regions, each with parameters of its own. The template may stand in it.
const STACK_SET: &str = "AWS::CloudFormation::StackSet";

fn location_of(kind: &str) -> Option<&'static str> {
    let found = TYPES.iter().find(|(known, _)| *known == kind);
    found.map(|(_, property)| *property)
}

/// Whether a resource is made of a template.
pub(in crate::observe) fn is_stack(resource: Node<'_>) -> bool {
    let kind = resource.get("Type").as_text();
    kind.and_then(location_of).is_some_and(|property| {
        !is_definition(property) || !resource.get("Properties").get(property).is_absent()
    })
}

/// Whether a property says where the definition of a state machine is.
fn is_definition(property: &str) -> bool {
    [DEFINITION_URI, DEFINITION_LOCATION].contains(&property)
}

/// What was found in a template besides its resources, and of its stacks.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) nested: Vec<Nested>,
    pub(super) notes: Vec<String>,
    pub(super) problems: Vec<Problem>,
    /// Templates that stand in the template, by what they are a part of.
    pub(super) bodies: Vec<(String, NodeId)>,
}

impl Found {
    /// Takes in what was found in a world, once for all of them.
    pub(super) fn tell(
        &mut self,
        problems: impl IntoIterator<Item = Problem>,
        notes: impl IntoIterator<Item = String>,
    ) {
        for problem in problems {
            if !self.problems.contains(&problem) {
                self.problems.push(problem);
            }
        }
        for note in notes {
            if !self.notes.contains(&note) {
                self.notes.push(note);
            }
        }
    }

    /// Takes a stack in, once for all of its worlds.
    fn add(&mut self, nested: Nested) {
        match self.nested.iter_mut().find(|one| one.is_like(&nested)) {
            Some(known) => known.join(nested),
            None => self.nested.push(nested),
        }
    }
}

/// The stacks of a template, in the order written.
pub(super) fn of(evaluator: &Evaluator<'_>) -> Vec<(String, NodeId)> {
    let all = evaluator.sections.resources.iter();
    all.filter(|(_, resource)| is_stack(evaluator.tree.node(*resource)))
        .cloned()
        .collect()
}

/// Reads a stack in the present world.
pub(super) fn read(
    evaluator: &mut Evaluator<'_>,
    (id, declared): (&str, NodeId),
    found: &mut Found,
) {
    let Some(properties) = properties(evaluator, declared) else {
        return;
    };
    let node = evaluator.tree.node(declared);
    let kind = node.get("Type").as_text();
    let set = kind == Some(STACK_SET);
    let body = evaluator.tree.node(properties).get("TemplateBody");
    if set && body.missing_key().is_none() {
        let body = (id.to_owned(), origin(evaluator, body.id()));
        if !found.bodies.contains(&body) {
            found.bodies.push(body);
        }
        return;
    }
    let property = kind.and_then(location_of).unwrap_or_default();
    let machine = is_definition(property);
    let location = evaluator.tree.node(properties).get(property);
    if machine && location.is_absent() {
        return;
    }
    // CDK uploads the template, and says where it wrote it.
    let asset = node.get("Metadata").get("aws:asset:path");
    let written = asset.as_text().or_else(|| location.as_text());
    let shown = shown(location, written);
    let names_task = |text: &str| step_functions::names_task(text);
    let ours = named_after_ours(id)
        || named_after_ours(&shown)
        || machine && recognise::mentions(node.get("Properties"), 0, &names_task);
    let Some(path) = written.filter(|path| is_file(path)) else {
        let place = location.id();
        unseen(evaluator, (id, place, machine), (&shown, ours), found);
        return;
    };
    let path = path.strip_prefix("file://").unwrap_or(path).to_owned();
    let node = evaluator.tree.node(properties);
    let given = node.get(if machine {
        "DefinitionSubstitutions"
    } else {
        "Parameters"
    });
    let (parameters, open) = if set {
        (BTreeMap::new(), true)
    } else {
        parameters(given)
    };
    let references = if machine {
        references(given)
    } else {
        BTreeMap::new()
    };
    found.add(Nested {
        stack: id.to_owned(),
        place: location.place(),
        path,
        parameters,
        references,
        open,
        ours,
        machine,
    });
}

/// The properties of what there is in the present world.
fn properties(evaluator: &mut Evaluator<'_>, declared: NodeId) -> Option<NodeId> {
    let condition = evaluator.scalar(member(&evaluator.tree, declared, "Condition"));
    if condition.is_some_and(|name| evaluator.choice.holds(name) == Some(false)) {
        return None;
    }
    let properties = match member(&evaluator.tree, declared, "Properties") {
        NONE => GONE,
        written => evaluator.eval(written),
    };
    (properties != GONE).then_some(properties)
}

/// What of resources is given, by the names under which that is.
fn references(given: Node<'_>) -> BTreeMap<String, Reason> {
    let given = given.members();
    given
        .filter(|(_, value)| value.reference().is_some())
        .filter_map(|(name, value)| Some((name.to_owned(), value.reason()?.clone())))
        .collect()
}

/// A location as it is shown: the place of a file, or of an application or object by its name.
fn shown(location: Node<'_>, written: Option<&str>) -> String {
    let mut names = ["ApplicationId", "Key"]
        .map(|key| location.get(key))
        .into_iter();
    match names.find(|name| !name.is_absent()) {
        Some(name) if matches!(location.value(), Value::Map) => name.display(),
        _ => written.map_or_else(|| location.display(), str::to_owned),
    }
}

/// Says of a stack that its template is not seen.
fn unseen(
    evaluator: &Evaluator<'_>,
    (id, location, machine): (&str, NodeId, bool),
    (shown, ours): (&str, bool),
    found: &mut Found,
) {
    if ours {
        let [what, part] = said(machine);
        let what = format!("could not judge the {what} `{id}`");
        let why = format!("its {part} is not seen: `{shown}`");
        let problem = Problem::at(evaluator.tree.node(location), what, why);
        found.tell([problem], []);
        return;
    }
    let [what, part] = said(machine);
    let what = what.trim_end_matches(" of");
    let unseen =
        format!("the {part} of {what} `{id}` is not seen, and nothing in it is judged: `{shown}`");
    found.tell([], [unseen]);
}

/// What is made of a file, and what the file is to it.
fn said(machine: bool) -> [&'static str; 2] {
    if machine {
        ["state machine", "definition"]
    } else {
        ["stack of", "template"]
    }
}

/// Whether a location is a file, as `aws cloudformation package` and `sam build` take it, rather than a place in S3 or one
/// of the repository of applications.
fn is_file(location: &str) -> bool {
    location.starts_with("file://") || !location.contains("://") && !location.starts_with("arn:")
}

/// The values of parameters, `None` of what is not known; and whether others may have values, too.
fn parameters(node: Node<'_>) -> (BTreeMap<String, Option<String>>, bool) {
    let known = matches!(node.value(), Value::Map | Value::Absent | Value::Null);
    let values = node.members().map(|(name, value)| {
        let text = match value.value() {
            Value::String(text) | Value::Number(text) => Some(text.to_owned()),
            Value::Bool(flag) => Some(flag.to_string()),
            Value::List => {
                let items: Option<Vec<&str>> = value.items().map(Node::as_text).collect();
                items.map(|items| items.join(","))
            }
            Value::Absent | Value::Null | Value::Map | Value::Template | Value::Unreadable(_) => {
                None
            }
        };
        (name.to_owned(), text)
    });
    (values.collect(), !known || node.open().is_some())
}

impl Nested {
    /// What is made of the file, and what the file is to it.
    pub fn said(&self) -> [&'static str; 2] {
        said(self.machine)
    }

    fn is_like(&self, other: &Self) -> bool {
        self.stack == other.stack && self.path == other.path
    }

    /// Takes another use of the same template in: what both say alike is known.
    pub fn join(&mut self, other: Self) {
        self.open |= other.open;
        self.ours |= other.ours;
        self.references
            .retain(|name, reference| other.references.get(name) == Some(reference));
        let mut theirs = other.parameters;
        for (name, value) in &mut self.parameters {
            if theirs.remove(name) != Some(value.clone()) {
                *value = None;
            }
        }
        // Given by one only: the other takes the default.
        self.parameters
            .extend(theirs.into_keys().map(|name| (name, None)));
    }

    /// What is known of the deployment of the template, besides what is known of every one.
    #[must_use]
    pub fn given(&self, given: &Given) -> Given {
        let mut given = given.clone();
        if self.open {
            given.withheld = crate::observe::Withheld::Any;
        }
        given.references.clone_from(&self.references);
        for (name, value) in &self.parameters {
            if let Some(value) = value {
                given.parameters.insert(name.clone(), value.clone());
            } else {
                given.parameters.remove(name);
                given.withhold(name);
            }
        }
        given
    }
}
