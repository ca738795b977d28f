//! Types of resources that are not read, and may stand for something of ours: modules, custom resources, and types that are
//! not quite spelt as CloudFormation spells them.

use super::{attached, launchers, nested, resources};
use crate::observe::recognise::{SECTIONS, mentions, named_after_ours};
use crate::observe::{Problem, inside, python};
use crate::observed::Node;
use crate::observed::tree::Tree;

/// What a template holds that is not seen.
#[derive(Debug, Default)]
pub(super) struct Unseen {
    pub(super) problems: Vec<Problem>,
    pub(super) notes: Vec<String>,
}

/// What the type of a resource makes of it.
enum Kind {
    /// A module, of which other resources are made. Source: CloudFormation User Guide, *Using modules to create resource
    /// configurations that can be included across CloudFormation templates*.
    Module { ours: bool },
    /// Somebody's own type, called after something of ours.
    Own,
    /// A type that is read, misspelt.
    Near(&'static str),
    /// A type of EMR's or Lake Formation's that came after this version.
    Later,
    /// A custom resource that is given something of ours.
    Asking,
    /// A function whose code stands in the template, and launches or opens something.
    Code,
    /// A resource of AWS's that is given a request or a document of ours, for somebody else to send.
    Keeping,
}

/// What the types of our services begin with: one that is not read is one that came later.
const LATER: &[&str] = &[
    "AWS::EMR::",
    "AWS::EMRContainers::",
    "AWS::EMRServerless::",
    "AWS::LakeFormation::",
];

/// Types of these that say nothing of security. Source: CloudFormation Template Reference, `AWS::EMR::WALWorkspace`: a name
/// and tags.
const HARMLESS: &[&str] = &["AWS::EMR::WALWorkspace"];

/// Where the code of a function stands in a template.
const CODE: &[(&str, &[&str])] = &[
    ("AWS::Lambda::Function", &["Code", "ZipFile"]),
    ("AWS::Serverless::Function", &["InlineCode"]),
];

/// The code of a function, as far as it stands in the template.
fn code<'t>(resource: Node<'t>, name: &str) -> Option<Node<'t>> {
    let (_, path) = CODE.iter().find(|(kind, _)| *kind == name)?;
    let code = resource.get("Properties").at(path);
    (!code.is_absent()).then_some(code)
}

/// Whether a type is somebody's own.
fn is_own(name: &str) -> bool {
    !name.starts_with("AWS::") && !name.starts_with("Alexa::")
}

/// Whether resources of a type are made by somebody's own code.
fn is_custom(name: &str) -> bool {
    is_own(name) || name == "AWS::CloudFormation::CustomResource"
}

/// The custom resources of a template of which nothing is said, since nothing in them looks like ours.
pub(in crate::observe) fn unsaid(tree: &Tree) -> impl Iterator<Item = &str> {
    let resources = tree.root().get("Resources").members();
    let custom = resources.filter(|(_, resource)| {
        let name = resource.get("Type").as_text();
        name.is_some_and(is_custom) && kind_of(*resource).is_none()
    });
    custom.map(|(id, _)| id)
}

fn kind_of(resource: Node<'_>) -> Option<Kind> {
    let name = resource.get("Type").as_text()?;
    if resources::is_read(name) {
        return None;
    }
    if name.trim_end().to_ascii_uppercase().ends_with("::MODULE") {
        let ours = named_after_ours(name) || holds_ours(resource.get("Properties"));
        return Some(Kind::Module { ours });
    }
    if let Some((known, _)) = near(name) {
        return Some(Kind::Near(known));
    }
    let is_known = attached::is_part(name) || HARMLESS.contains(&name);
    if LATER.iter().any(|service| name.starts_with(service)) && !is_known {
        return Some(Kind::Later);
    }
    if code(resource, name).is_some_and(|code| mentions(code, 0, &python::names_ours)) {
        return Some(Kind::Code);
    }
    let own = is_own(name);
    if is_custom(name) && inside::first(resource.get("Properties")).is_some() {
        return Some(Kind::Asking);
    }
    if own && named_after_ours(name) {
        return Some(Kind::Own);
    }
    if launchers::may_launch(resource) || nested::is_stack(resource) {
        return None;
    }
    inside::request(resource.get("Properties")).map(|_| Kind::Keeping)
}

/// The type that was meant: one that differs in case, spaces or signs only.
fn near(name: &str) -> Option<(&'static str, bool)> {
    let letters = |text: &str| -> Vec<u8> {
        let bytes = text.bytes().filter(u8::is_ascii_alphanumeric);
        bytes.map(|byte| byte.to_ascii_lowercase()).collect()
    };
    // No type of AWS's is longer; nothing longer is worth comparing.
    if name.len() > 128 {
        return None;
    }
    let written = letters(name);
    resources::all_types().find(|(known, _)| letters(known) == written)
}

/// Whether what a module is given names EMR or Lake Formation.
fn holds_ours(properties: Node<'_>) -> bool {
    let members = ["ReleaseLabel", "JobFlowRole", "DataLakePrincipal"];
    let named =
        |name: &str| members.contains(&name) || SECTIONS.contains(&name) || named_after_ours(name);
    properties.members().any(|(name, _)| named(name)) || mentions(properties, 0, &named_after_ours)
}

/// Whether a template with a resource of this type is worth reading for that.
pub(in crate::observe) fn is_meant_for_ours(resource: Node<'_>) -> bool {
    match kind_of(resource) {
        Some(Kind::Module { ours }) => ours,
        Some(Kind::Own | Kind::Later | Kind::Asking | Kind::Code | Kind::Keeping) => true,
        Some(Kind::Near(known)) => resources::is_ours(known),
        None => false,
    }
}

/// What the types of a template's resources keep from view.
pub(super) fn unseen(tree: &Tree) -> Unseen {
    let mut unseen = Unseen::default();
    for (id, resource) in tree.root().get("Resources").members() {
        let node = resource.get("Type");
        let name = node.as_text().unwrap_or_default();
        match kind_of(resource) {
            Some(Kind::Module { ours: true }) => unseen.problems.push(Problem::at(
                node,
                format!("could not expand module `{name}`"),
                format!("what `{id}` declares is in the account's registry; judge the template after the module is expanded"),
            )),
            Some(Kind::Module { ours: false }) => unseen.notes.push(format!(
                "module `{name}` is not seen, and nothing that `{id}` declares is judged"
            )),
            Some(Kind::Own) => unseen.notes.push(format!(
                "type `{name}` is not AWS's, and `{id}` is not judged"
            )),
            Some(Kind::Asking) => {
                let properties = resource.get("Properties");
                unseen.problems.push(Problem::at(
                    inside::first(properties).unwrap_or(properties),
                    format!("could not judge custom resource `{id}`"),
                    "it is given something of EMR or Lake Formation, and what is made of it is not known: judge the request in a file of its own",
                ));
            }
            Some(Kind::Code) => unseen.problems.push(Problem::at(
                code(resource, name).unwrap_or(node),
                format!("could not judge the code of function `{id}`"),
                "it launches or opens something, and programs in templates are not read: give it a file of its own",
            )),
            Some(Kind::Later) => unseen.problems.push(Problem::at(
                node,
                format!("could not judge resource `{id}`"),
                format!("type `{name}` is not known to this version"),
            )),
            Some(Kind::Keeping) => {
                let properties = resource.get("Properties");
                unseen.problems.push(Problem::at(
                    inside::request(properties).unwrap_or(properties),
                    format!("could not judge what `{id}` is given"),
                    format!("what looks like a request or a document of EMR or Lake Formation stands in a resource of type `{name}`, which is not read: judge it in a file of its own"),
                ));
            }
            Some(Kind::Near(known)) => unseen.problems.push(Problem::at(
                node,
                format!("could not judge resource `{id}`"),
                format!("type `{name}` is not known; did you mean `{known}`"),
            )),
            None => {}
        }
    }
    unseen
}
