//! What a document is as a whole, and what is read of it then.

use super::what::What;
use crate::observe::own::{Below, Own};
use crate::observe::recognise::is_template;
use crate::observe::{Dialect, parts, serverless_framework};
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
        Dialect::CloudFormation => return vec![Own::these(root, TEMPLATE, Below::Nothing)],
        Dialect::TerraformPlan => return vec![Own::these(root, PLAN, Below::Nothing)],
        Dialect::Python | Dialect::Terraform | Dialect::Snapshot => return Vec::new(),
    };
    if what == What::Overrides {
        parts::own_of_overrides(root)
    } else {
        vec![Own::Thing(root.id(), what)]
    }
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
