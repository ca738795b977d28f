//! What a file is, by its content and never by its name.

mod cluster;
mod configuration;
mod words;

pub(super) use cluster::{is_described, is_fragment, is_run_job_flow};
pub use configuration::SECTIONS;
pub(super) use configuration::{has_own_member, is_described_configuration};
pub(super) use words::{SOURCE_CODE, has_fences, named_after_ours, names_ours};
pub use words::{looks_like_ours, may_be_ours};

use super::dialect::Dialect;
use super::terraform::plan::{self, embedded};
use super::terraform::shape;
use super::{
    application, containers, foreign, inside, lake_formation, mrjob, parts, public_access, python,
    serverless_framework, step_functions,
};
use crate::observed::{Node, Value};
use configuration::is_security_configuration;
use words::holds;

/// What a text is that is neither JSON nor YAML.
pub fn recognise_text(text: &str) -> Option<Dialect> {
    let text = text.trim_start_matches('\u{feff}');
    let statement = |starts: &[&str]| {
        let begins = |line: &[u8]| {
            starts
                .iter()
                .any(|start| line.starts_with(start.as_bytes()))
        };
        lines(text).any(begins)
    };
    // Data holds no such line, and that is told sooner than that it holds none of many words.
    if statement(&["import ", "from ", "def ", "class ", "JOB_FLOW_OVERRIDES"])
        && python::names_ours(text)
    {
        return Some(Dialect::Python);
    }
    if text.trim_start().starts_with("{\"record\":\"estate\"") {
        return Some(Dialect::Snapshot);
    }
    let block = |line: &[u8]| {
        let rest = line.strip_prefix(b"resource").map(<[u8]>::trim_ascii_start);
        rest.is_some_and(|rest| {
            let quotes = rest.iter().take_while(|byte| **byte == b'"').count();
            let name = rest.get(quotes..).unwrap_or_default();
            let mut types = TERRAFORM_TYPES.iter();
            types.any(|prefix| name.starts_with(prefix.as_bytes()))
        })
    };
    // All of the types begin like one of these.
    let terraform = (holds(text, "aws_") || holds(text, "awscc_")) && lines(text).any(block);
    terraform.then_some(Dialect::Terraform)
}

/// The text from the start of each line on. Plans are one line of many megabytes.
fn lines(text: &str) -> impl Iterator<Item = &[u8]> {
    let bytes = text.as_bytes();
    let starts = memchr::memchr_iter(b'\n', bytes).map(|at| at + 1);
    let starts = std::iter::once(0).chain(starts);
    starts.map(|start| bytes.get(start..).unwrap_or_default())
}

/// What the types of our resources begin with in Terraform.
const TERRAFORM_TYPES: &[&str] = &[
    "aws_emr_",
    "aws_emrcontainers_",
    "aws_emrserverless_",
    "aws_lakeformation_",
    "aws_glue_",
    "awscc_emr",
    "awscc_lakeformation_",
];

fn is_terraform_type(name: &str) -> bool {
    TERRAFORM_TYPES
        .iter()
        .any(|prefix| name.starts_with(prefix))
}

/// A look at a document's root.
type Check = fn(Node<'_>) -> bool;

/// What a document is; `None` when nothing of ours is in it.
pub fn recognise(root: Node<'_>) -> Option<Dialect> {
    if is_template(root) {
        return holds_ours(root).then_some(Dialect::CloudFormation);
    }
    if serverless_framework::recognises(root, holds_resource_of_ours) {
        return Some(Dialect::CloudFormation);
    }
    let checks: [(Check, Dialect); 12] = [
        (is_snapshot, Dialect::Snapshot),
        (step_functions::recognises, Dialect::StepFunctions),
        (is_plan, Dialect::TerraformPlan),
        (is_terraform_json, Dialect::Terraform),
        (is_run_job_flow, Dialect::RunJobFlow),
        (is_security_configuration, Dialect::SecurityConfiguration),
        (lake_formation::recognises, Dialect::LakeFormation),
        (public_access::recognises, Dialect::RunJobFlow),
        (parts::recognises, Dialect::RunJobFlow),
        (application::recognises, Dialect::RunJobFlow),
        (containers::recognises, Dialect::RunJobFlow),
        (mrjob::recognises, Dialect::RunJobFlow),
    ];
    checks
        .iter()
        .find(|(is, _)| is(root))
        .map(|(_, dialect)| *dialect)
}

/// Whether a template declares something that is judged.
pub(super) fn holds_ours(template: Node<'_>) -> bool {
    let mut resources = template.get("Resources").members();
    resources.any(|(name, resource)| holds_resource_of_ours(name, resource))
}

pub(super) fn is_template(root: Node<'_>) -> bool {
    let resources = root.get("Resources");
    // An object that may have any member is no template for that.
    root.get("AWSTemplateFormatVersion").is_set()
        || (matches!(resources.value(), Value::Map)
            && resources.members().any(|(_, resource)| {
                resource
                    .get("Type")
                    .as_text()
                    .is_some_and(|kind| kind.contains("::"))
            }))
}

/// Whether a template's resource, or a loop over resources, declares something that is judged.
fn holds_resource_of_ours(name: &str, resource: Node<'_>) -> bool {
    if name.starts_with("Fn::ForEach::") {
        return mentions(resource, 0, &|text| super::cloudformation::is_ours(text));
    }
    resource
        .get("Type")
        .as_text()
        .is_some_and(super::cloudformation::is_ours)
        || super::cloudformation::is_meant_for_ours(resource)
        || super::cloudformation::may_launch(resource)
        || super::cloudformation::is_stack(resource)
}

/// Whether a string of a document satisfies a test. Bounded in depth.
pub(super) fn mentions(node: Node<'_>, depth: u32, test: &dyn Fn(&str) -> bool) -> bool {
    depth < 64
        && (node.as_text().is_some_and(test)
            || node.items().any(|item| mentions(item, depth + 1, test))
            || node
                .members()
                .any(|(_, member)| mentions(member, depth + 1, test)))
}

fn is_snapshot(root: Node<'_>) -> bool {
    root.get("schema")
        .as_text()
        .is_some_and(|schema| schema.starts_with("emr-baseline/snapshot/"))
}

fn is_plan(root: Node<'_>) -> bool {
    let format = root.get("format_version").is_set()
        && (root.get("terraform_version").is_set()
            || root.get("values").is_set()
            || root.get("resource_changes").is_set()
            || root.get("planned_values").is_set());
    let state = root.get("terraform_version").is_set() && root.get("lineage").is_set();
    let ours = |text: &str| {
        shape::is_ours(text)
            || embedded::mentions_ours(text)
            || shape::names_launch(text)
            || foreign::command(text).is_some()
            || inside::holds_request(text)
    };
    (format || state) && (mentions(root, 0, &ours) || plan::hands_on(root))
}

fn is_terraform_json(root: Node<'_>) -> bool {
    root.get("resource")
        .members()
        .any(|(kind, _)| is_terraform_type(kind))
}
