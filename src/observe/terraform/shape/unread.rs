//! Resources of other providers, and of Cloud Control, that are EMR's or Lake Formation's and are not read.

use super::{Instance, beside, join};
use crate::observe::Problem;
use crate::observe::cloudformation::mentions_ours;
use crate::observed::tree::Tree;

/// What the types of the provider that is generated from CloudFormation's begin with.
const PREFIXES: &[&str] = &[
    "awscc_emr_",
    "awscc_emrcontainers_",
    "awscc_emrserverless_",
    "awscc_lakeformation_",
];

/// What the types of our services begin with in the `aws` provider: one that is not read is one that came later.
const LATER: &[&str] = &[
    "aws_emr_",
    "aws_emrcontainers_",
    "aws_emrserverless_",
    "aws_lakeformation_",
];

/// Types of these that no control is about: job runs of EMR on EKS. Source: Terraform's `aws` provider.
const HARMLESS: &[&str] = &["aws_emrcontainers_job_template"];

/// Makes a resource of any CloudFormation type.
const CLOUD_CONTROL: &str = "aws_cloudcontrolapi_resource";

/// Whether a type is ours, and not read.
pub(super) fn is_ours(kind: &str) -> bool {
    PREFIXES.iter().any(|prefix| kind.starts_with(prefix)) || is_unknown(kind)
}

fn is_unknown(kind: &str) -> bool {
    LATER.iter().any(|service| kind.starts_with(service))
        && !HARMLESS.contains(&kind)
        && super::type_of(kind).is_none()
        && !join::is_part(kind)
        && !beside::is_read(kind)
}

/// Whether a type may be ours by what its arguments say.
pub(super) fn may_be_ours(kind: &str) -> bool {
    kind == CLOUD_CONTROL
}

/// The problem with an instance that is ours and is not read.
pub(super) fn problem(tree: &Tree, instance: &Instance) -> Option<Problem> {
    let values = tree.node(instance.values);
    let (at, kind) = if is_ours(&instance.kind) {
        (values, instance.kind.as_str())
    } else if may_be_ours(&instance.kind) {
        let named = values.get("type_name");
        (named, named.as_text().filter(|name| mentions_ours(name))?)
    } else {
        return None;
    };
    let what = format!("could not judge `{}`", instance.address);
    let why = if is_unknown(kind) {
        format!("type `{kind}` is not known to this version")
    } else {
        format!("type `{kind}` is not read: declare it with the type of the `aws` provider")
    };
    Some(Problem::at(at, what, why))
}
