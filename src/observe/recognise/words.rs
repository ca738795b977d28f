//! What words tell of a text, before it is read or when it cannot be.

use memchr::memmem;

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
    " emr add-",
    " emr create-",
    " emr put-",
    " emr modify-",
    " emr remove-",
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
    "AtRestEncryption",
    "InTransitEncryption",
    "KdcAdminPassword",
    "KerberosAttributes",
    "Ec2KeyName",
    "Ec2SubnetId",
    "ManagedMasterSecurityGroup",
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

/// Words of which a list of bootstrap actions or of steps holds one of each pair's, and many a text of others, too.
const OF_LISTS: &[(&str, &str)] = &[
    ("Path", "Args"),
    ("Path", "s3"),
    ("Jar", "Args"),
    ("Type", "Args"),
    ("Type", "Jar"),
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

/// More such words. A text inside another document needs one of those above: these are names of single members.
const MEMBERS: &[&str] = &[
    "EnableAtRestEncryption",
    "EnableInTransitEncryption",
    "LocalDiskEncryptionConfiguration",
    "EncryptionKeyProviderType",
    "EnableEbsEncryption",
    "TLSCertificateConfiguration",
    "CertificateProviderType",
    "MinimumInstanceMetadataServiceVersion",
    "ReleaseLabel",
    "Ec2KeyName",
    "Ec2SubnetId",
    "EmrManagedMasterSecurityGroup",
    "EmrManagedSlaveSecurityGroup",
    "InstanceGroupType",
    "InstanceFleetType",
    "KerberosAttributes",
    "KdcAdminPassword",
    "ScriptBootstrapAction",
    "HadoopJarStep",
    "LogEncryptionKmsKeyId",
    "BlockPublicSecurityGroupRules",
    "CreateDatabaseDefaultPermissions",
    "CreateTableDefaultPermissions",
    "aws_emrcontainers_",
    "aws_emrserverless_",
    "awscc_emr",
    "awscc_lakeformation_",
];

/// Whether what is not seen, such as a module that is not fetched, is called after something of ours.
pub(in crate::observe) fn named_after_ours(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    ["emr", "lakeformation", "lake-formation", "lake_formation"]
        .iter()
        .any(|word| lower.contains(word))
}

pub(super) fn holds_any(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| holds(text, word))
}

pub(super) fn holds(text: &str, word: &str) -> bool {
    memmem::find(text.as_bytes(), word.as_bytes()).is_some()
}

/// Whether a text can hold anything of ours. A quick look that errs on the side of yes.
pub fn may_be_ours(text: &str) -> bool {
    holds_any(text, MARKS)
        || is_list(text)
            && OF_LISTS
                .iter()
                .any(|(one, other)| holds(text, one) && holds(text, other))
}

/// Whether a text may be a list, as JSON or YAML, below comments and a mark of a document, too.
fn is_list(text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    text.starts_with('[') || text.lines().any(|line| line.starts_with("- "))
}

/// Whether a text holds a word that only what is ours holds, or the operation that launches a cluster.
pub(in crate::observe) fn names_ours(text: &str) -> bool {
    holds_any(text, OURS) || holds_any(text, &["unJobFlow", "ReleaseLabel"])
}

/// Whether a text has fences around code, as pages do that quote it.
pub(in crate::observe) fn has_fences(text: &str) -> bool {
    holds(text, "```")
}

/// Whether a text that cannot be parsed was meant to be ours: it names ours, and it is laid out as a document.
/// Prose and source code that quote a template do not count: they hold fences, or no key begins a line.
pub fn looks_like_ours(text: &str) -> bool {
    let code = |line: &str| SOURCE_CODE.iter().any(|start| line.starts_with(start));
    let ours = holds_any(text, OURS) || holds_any(text, MEMBERS);
    if !ours || holds(text, "```") || text.lines().any(code) {
        return false;
    }
    let json = text
        .trim_start_matches('\u{feff}')
        .trim_start()
        .starts_with(['{', '[']);
    json || text.lines().any(|line| {
        let line = line.strip_prefix("- ").unwrap_or(line);
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
pub(in crate::observe) const SOURCE_CODE: &[&str] = &[
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
    "BootstrapActions",
    "Classification",
    "Configurations",
    "HadoopJarStep",
    "InstanceFleetType",
    "InstanceGroupType",
    "JobFlowRole",
    "KerberosAttributes",
    "LogUri",
    "ScriptBootstrapAction",
    "ServiceRole",
    "Steps",
];

#[cfg(test)]
mod tests {
    use super::{looks_like_ours, may_be_ours};

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

    #[test]
    fn a_member_that_only_emr_has_tells_a_broken_document() {
        for broken in [
            "{\"EncryptionConfiguration\": {\"EnableInTransitEncryption\": tru",
            "{\"EncryptionConfiguration\": {\"EnableAtRestEncryption\" false}}",
            "{\"Name\": \"x\", \"ReleaseLabel\": \"emr-7.0.0\", \"Instances\": {\"Ec2KeyName\": \"k\",}",
            "Name: x\nReleaseLabel: emr-7.0.0\nInstances: {Ec2KeyName: k\n",
            "[{\"HadoopJarStep\": {\"Jar\": \"j\"}",
            "- InstanceGroupType: MASTER\n  InstanceType: {a\n",
            "{\"Realm\": \"R\", \"KdcAdminPassword\": ",
        ] {
            assert!(looks_like_ours(broken) && may_be_ours(broken), "{broken}");
        }
        assert!(!looks_like_ours(
            "{\"EncryptionConfiguration\": {\"EncryptionOption\": tru"
        ));
        assert!(!looks_like_ours(
            "The release is in ReleaseLabel: it is a text\n"
        ));
    }

    #[test]
    fn lists_of_actions_and_steps_are_looked_at() {
        for list in [
            "[{\"Path\": \"s3://b/a.sh\"}]",
            "- Path: file:/a.sh\n  Args: []\n",
            "# the steps\n- Type: Spark\n  Args: [a]\n",
            "[{\"Jar\": \"a.jar\", \"Args\": []}]",
        ] {
            assert!(may_be_ours(list), "{list}");
        }
        assert!(!may_be_ours("def f(Path):\n  Args: none\n"));
        assert!(!may_be_ours("[{\"Path\": \"/a\", \"Method\": \"GET\"}]"));
    }
}
