//! What a file is, by its content and never by its name.

use super::dialect::Dialect;
use super::terraform::plan::embedded;
use super::terraform::shape;
use super::{
    application, containers, foreign, lake_formation, mrjob, parts, public_access, python,
    serverless_framework, step_functions,
};
use crate::observed::{Node, Value};
use memchr::memmem;

/// The top-level sections of a security configuration document. Source: EMR Management Guide, *Create a
/// security configuration*; the last is the legacy SAML integration of the 5.x releases.
pub const SECTIONS: &[&str] = &[
    "EncryptionConfiguration",
    "AuthenticationConfiguration",
    "AuthorizationConfiguration",
    "InstanceMetadataServiceConfiguration",
    "LakeFormationConfiguration",
];

/// Words of which every file of ours holds at least one. Files without any are not even parsed.
const MARKS: &[&str] = &[
    // In either case of the first letter.
    "ncryptionConfiguration",
    "uthenticationConfiguration",
    "uthorizationConfiguration",
    "nstanceMetadataServiceConfiguration",
    "akeFormationConfiguration",
    "ecurityConfiguration",
    "eleaseLabel",
    "encryption_configuration",
    "release_label",
    "data_lake_principal_identifier",
    "dataLakePrincipalIdentifier",
    "JobFlow",
    "Ec2InstanceAttributes",
    "Instances",
    "AWS::EMR",
    "AWS::LakeFormation::",
    "AWS::KMS::",
    "AWS::Glue::",
    "AWS::IAM::Role",
    "AWS::S3::Bucket",
    "Permissions",
    "DataLakeSettings",
    "DataLakeAdmins",
    "DataLakePrincipalIdentifier",
    "DefaultPermissions",
    "ExternalDataFiltering",
    "AuthorizedSessionTagValueList",
    "ResourceArn",
    "TagValues",
    "TableCatalogId",
    "RowFilter",
    "ColumnNames",
    "ColumnWildcard",
    "elasticmapreduce",
    " emr create-",
    " emr put-",
    " emr modify-",
    "aws-cdk-lib/aws-emr",
    "awscdk.services.emr",
    "aws:emr",
    "aws-native:emr",
    "emr.aws.",
    "emrcontainers",
    "\"EmrCluster\"",
    "\ninputs = ",
    "job_flow_role",
    "aws-sdk:emr",
    "aws-sdk:lakeformation",
    "run_job_flow",
    "create_job_flow",
    "create_security_configuration",
    "set_termination_protection",
    "client(\"emr\"",
    "client('emr'",
    "CfnCluster",
    "EmrCreateCluster",
    "BlockPublicAccessConfiguration",
    "BlockPublicSecurityGroupRules",
    "block_public_access_configuration",
    "lakeformation",
    "EmrServerless",
    "emrserverless",
    "emr-serverless",
    "JOB_FLOW_OVERRIDES",
    "job_flow_overrides",
    "\"Classification\"",
    "Classification:",
    "InstanceGroupType",
    "InstanceFleetType",
    "InstanceProfile",
    "BootstrapAction",
    "HadoopJarStep",
    "ActionOnFailure",
    "awscc_emr",
    "aws_emr_",
    "aws_emrcontainers_",
    "aws_emrserverless_",
    "aws_lakeformation_",
    "aws_glue_",
    "emr-baseline/snapshot/",
    "${file(",
    "resources: ${",
    "stepFunctions:",
    "TemplateURL",
    "AWS::Serverless::Application",
    "DefinitionUri",
    "DefinitionS3Location",
    "::MODULE",
    "aws::emr",
    "aws::lakeformation",
    "containerProvider",
    "securityConfigurationData",
    "virtualClusterId",
    "runners:",
    "\"runners\"",
    " emr-containers create-",
];

/// Words that only files of ours hold: a file with one of them that cannot be parsed is worth a problem.
const OURS: &[&str] = &[
    "AtRestEncryptionConfiguration",
    "InTransitEncryptionConfiguration",
    "KerberosConfiguration",
    "EmrFsConfiguration",
    "InstanceMetadataServiceConfiguration",
    "JobFlowRole",
    "KeepJobFlowAliveWhenNoSteps",
    "Ec2InstanceAttributes",
    "AWS::EMR::",
    "AWS::EMRContainers::",
    "AWS::EMRServerless::",
    "AWS::LakeFormation::",
    "AWS::Glue::",
    "DataLakePrincipalIdentifier",
    "aws_emr_",
    "aws_lakeformation_",
    "emr-baseline/snapshot/",
    "states:::elasticmapreduce:",
    "states:::aws-sdk:emr",
    "states:::aws-sdk:lakeformation",
];

/// Whether what is not seen, such as a module that is not fetched, is called after something of ours.
pub(super) fn named_after_ours(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    ["emr", "lakeformation", "lake-formation", "lake_formation"]
        .iter()
        .any(|word| lower.contains(word))
}

fn holds_any(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| holds(text, word))
}

fn holds(text: &str, word: &str) -> bool {
    memmem::find(text.as_bytes(), word.as_bytes()).is_some()
}

/// Whether a text can hold anything of ours. A quick look that errs on the side of yes.
pub fn may_be_ours(text: &str) -> bool {
    holds_any(text, MARKS)
}

/// Whether a text holds a word that only what is ours holds, or the operation that launches a cluster.
pub(super) fn names_ours(text: &str) -> bool {
    holds_any(text, OURS) || holds_any(text, &["unJobFlow", "ReleaseLabel"])
}

/// Whether a text has fences around code, as pages do that quote it.
pub(super) fn has_fences(text: &str) -> bool {
    holds(text, "```")
}

/// Whether a text that cannot be parsed was meant to be ours: it names ours, and it is laid out as a document.
/// Prose and source code that quote a template do not count: they hold fences, or no key begins a line.
pub fn looks_like_ours(text: &str) -> bool {
    let code = |line: &str| SOURCE_CODE.iter().any(|start| line.starts_with(start));
    if !holds_any(text, OURS) || holds(text, "```") || text.lines().any(code) {
        return false;
    }
    let json = text
        .trim_start_matches('\u{feff}')
        .trim_start()
        .starts_with(['{', '[']);
    json || text.lines().any(|line| {
        let key = line.trim_start_matches(['"', '\'']);
        let rest = TOP_KEYS.iter().find_map(|top| key.strip_prefix(top));
        rest.is_some_and(|rest| {
            rest.trim_start_matches(['"', '\''])
                .trim_start()
                .starts_with(':')
        })
    })
}

/// What begins a line of source code, and of no document of ours.
pub(super) const SOURCE_CODE: &[&str] = &[
    "#include", "class ", "const ", "def ", "fn ", "from ", "func ", "import ", "mod ", "package ",
    "pub ", "use ",
];

/// Keys that begin a line of a document of ours in YAML, whatever is wrong further on.
const TOP_KEYS: &[&str] = &[
    "AWSTemplateFormatVersion",
    "Resources",
    "EncryptionConfiguration",
    "AuthenticationConfiguration",
    "AuthorizationConfiguration",
    "InstanceMetadataServiceConfiguration",
    "SecurityConfiguration",
    "Cluster",
    "Instances",
    "ReleaseLabel",
    "Name",
];

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
    };
    (format || state) && mentions(root, 0, &ours)
}

fn is_terraform_json(root: Node<'_>) -> bool {
    root.get("resource")
        .members()
        .any(|(kind, _)| is_terraform_type(kind))
}

/// Members that stand at the top of a `RunJobFlow` request and of little else.
const LAUNCH: &[&str] = &[
    "ReleaseLabel",
    "JobFlowRole",
    "AmiVersion",
    "BootstrapActions",
    "KerberosAttributes",
    "AutoTerminationPolicy",
    "StepConcurrencyLevel",
    "LogEncryptionKmsKeyId",
];
/// Members of its `Instances`.
const INSTANCES: &[&str] = &[
    "InstanceGroups",
    "InstanceFleets",
    "MasterInstanceType",
    "SlaveInstanceType",
    "KeepJobFlowAliveWhenNoSteps",
    "TerminationProtected",
    "Ec2SubnetId",
    "Ec2SubnetIds",
    "Ec2KeyName",
    "EmrManagedMasterSecurityGroup",
];

pub(super) fn is_run_job_flow(root: Node<'_>) -> bool {
    let has = |node: Node<'_>, names: &[&str]| {
        node.members()
            .filter(|(key, _)| names.contains(key))
            .count()
    };
    if is_described(root) || is_described(root.get("Cluster")) {
        return true;
    }
    match root.get("Instances").value() {
        Value::Map => {
            has(root, LAUNCH) > 0
                || (root.get("Name").is_set() && has(root.get("Instances"), INSTANCES) > 0)
        }
        Value::Unreadable(_) => has(root, LAUNCH) > 0,
        // A request whose instances are given elsewhere, or forgotten.
        Value::Absent => {
            has(root, LAUNCH) > 1
                || (root.get("ReleaseLabel").is_set()
                    && root.get("ServiceRole").is_set()
                    && root.get("Name").is_set())
        }
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Template
        | Value::List => false,
    }
}

/// Whether this is the `Cluster` member of `DescribeCluster`'s answer, rather than of another service's.
pub(super) fn is_described(cluster: Node<'_>) -> bool {
    cluster.get("Ec2InstanceAttributes").is_set()
        || (cluster.get("Id").is_set()
            && cluster.get("Status").is_set()
            && (cluster.get("ReleaseLabel").is_set()
                || cluster.get("RunningAmiVersion").is_set()
                || cluster.get("RequestedAmiVersion").is_set()))
}

fn is_security_configuration(root: Node<'_>) -> bool {
    if is_described_configuration(root) {
        return true;
    }
    // Glue's security configurations have a section of the same name.
    let encryption = root.get("EncryptionConfiguration");
    let glue = [
        "S3Encryption",
        "CloudWatchEncryption",
        "JobBookmarksEncryption",
        "DataQualityEncryption",
    ];
    !glue.iter().any(|key| encryption.get(key).is_set())
        && SECTIONS
            .iter()
            .any(|section| matches!(root.get(section).value(), Value::Map))
}

/// Whether this is `DescribeSecurityConfiguration`'s answer, or the request that creates one.
pub(super) fn is_described_configuration(root: Node<'_>) -> bool {
    let document = root.get("SecurityConfiguration");
    let is_document = match document.value() {
        Value::String(text) => begins_document(text),
        Value::Template => {
            let pieces = document.pieces();
            let begins = pieces.first().copied().flatten();
            let mut known = pieces.iter().copied().flatten();
            begins.is_some_and(begins_document) || known.any(|text| holds_any(text, SECTIONS))
        }
        Value::Map => true,
        Value::Absent
        | Value::Unreadable(_)
        | Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::List => false,
    };
    is_document
        && root.members().all(|(key, _)| {
            matches!(
                key,
                "Name" | "SecurityConfiguration" | "CreationDateTime" | "ResponseMetadata"
            )
        })
}

/// Whether a text is meant to be a JSON object. A placeholder of Jinja's that stands for a name begins with a brace, too.
fn begins_document(text: &str) -> bool {
    let rest = text.trim_start().strip_prefix('{');
    rest.is_some_and(|rest| !rest.starts_with(['{', '%', '#']))
}

#[cfg(test)]
mod tests {
    use super::looks_like_ours;

    #[test]
    fn what_only_quotes_a_template_is_nobodys_broken_template() {
        let broken = "Resources:\n  Cluster: {Type: AWS::EMR::Cluster\n";
        assert!(looks_like_ours(broken));
        assert!(looks_like_ours(
            "{\"Resources\": {\"C\": {\"Type\": \"AWS::EMR::Cluster\""
        ));
        assert!(!looks_like_ours(&format!(
            "# A page\n\n```yaml\n{broken}```\n"
        )));
        assert!(!looks_like_ours(&format!(
            "fn a_test() {{}}\nconst T: &str = r#\"\n{broken}\"#;\n"
        )));
        assert!(!looks_like_ours("An AWS::EMR::Cluster: what is it?\n"));
    }
}
