//! What a document is as a whole, and what is read of it then.

use super::what::What;
use crate::observe::own::{Below, Own};
use crate::observe::recognise::{is_template, mentions};
use crate::observe::{Dialect, cloudformation, parts, serverless_framework};
use crate::observed::Node;

/// The sections of a CloudFormation template that it is evaluated by. Source: CloudFormation User Guide, *Template sections*.
const TEMPLATE: &[&str] = &[
    "AWSTemplateFormatVersion",
    "Conditions",
    "Description",
    "Globals",
    "Hooks",
    "Mappings",
    "Outputs",
    "Parameters",
    "Resources",
    "Rules",
    "Transform",
];

/// The sections of a template in which nothing is judged: what stands there is handed on, or put in by resources.
const HANDED_ON: &[&str] = &[
    "Conditions",
    "Globals",
    "Hooks",
    "Mappings",
    "Outputs",
    "Parameters",
    "Rules",
];

/// The members of a plan and of a state. Source: Terraform, *JSON Output Format*, and the format of state files.
const PLAN: &[&str] = &[
    "action_invocations",
    "applyable",
    "check_results",
    "checks",
    "complete",
    "configuration",
    "deferred_action_invocations",
    "deferred_changes",
    "errored",
    "format_version",
    "lineage",
    "output_changes",
    "outputs",
    "planned_values",
    "prior_state",
    "relevant_attributes",
    "resource_changes",
    "resource_drift",
    "resources",
    "serial",
    "terraform_version",
    "timestamp",
    "values",
    "variables",
    "version",
];

/// What is read of a document that is of a dialect as a whole; nothing for dialects that are not read as documents.
pub(super) fn own_of_document(root: Node<'_>, dialect: Dialect) -> Vec<Own> {
    let what = match dialect {
        Dialect::SecurityConfiguration => What::Configuration,
        Dialect::StepFunctions => What::Machine,
        Dialect::LakeFormation => What::LakeFormation,
        Dialect::RunJobFlow => What::of_request(root),
        Dialect::CloudFormation if serverless_framework::is_service(root) => {
            return vec![Own::these(root, serverless_framework::READ, Below::Nothing)];
        }
        Dialect::CloudFormation => {
            let sections = HANDED_ON.iter().map(|section| root.get(section));
            let sections = sections.filter(|section| section.is_set());
            let sections = sections.map(|section| Own::these(section, [].as_slice(), Below::All));
            let whole = Own::these(root, TEMPLATE, Below::Nothing);
            return sections.chain([whole]).collect();
        }
        Dialect::TerraformPlan => return vec![Own::these(root, PLAN, Below::Nothing)],
        Dialect::Python | Dialect::Terraform | Dialect::Snapshot => return Vec::new(),
    };
    if what == What::Overrides {
        parts::own_of_overrides(root)
    } else {
        vec![Own::Thing(root.id(), what)]
    }
}

/// Whether what stands in a section of a template that is handed on is judged where a resource puts it in, or is but a part
/// of something.
pub(super) fn is_read_elsewhere(node: Node<'_>, what: What) -> bool {
    let root = node.tree().root();
    if !is_template(root) {
        return false;
    }
    let pointer = node.pointer();
    let mut steps = pointer.split('/').skip(1);
    let section = steps.next().unwrap_or_default();
    if !HANDED_ON.contains(&section) {
        return false;
    }
    let name = steps.next().unwrap_or_default();
    let named = |text: &str| {
        let mut rest = text.split("${").skip(1);
        let inserts = |rest: &str| {
            let rest = rest.strip_prefix(name);
            rest.is_some_and(|rest| rest.starts_with(['}', '.']))
        };
        text == name || rest.any(inserts)
    };
    matches!(what, What::Part(_))
        || ["Mappings", "Parameters"].contains(&section)
            && cloudformation::reads_what(root, &|resource| mentions(resource, 0, &named))
}

/// The dialect of a document that holds things like ours and none of ours: a template or plan without a resource of ours.
pub(super) fn of_others(root: Node<'_>) -> Option<Dialect> {
    if is_template(root) {
        Some(Dialect::CloudFormation)
    } else {
        let is_plan = root.get("terraform_version").is_set();
        is_plan.then_some(Dialect::TerraformPlan)
    }
}

/// Whether a document is what CDK writes beside a template about the constructs that it was made of.
pub(super) fn is_of_constructs(root: Node<'_>) -> bool {
    let version = root.get("version").as_text();
    version.is_some_and(|version| version.starts_with("tree-")) && root.get("tree").is_set()
}
