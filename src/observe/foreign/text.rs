//! Texts that are no documents: command lines, constructs of CDK's in other languages, inputs of Terragrunt's.

use crate::observe::recognise::{has_fences, named_after_ours};
use crate::observe::{Dialect, File, Problem, Reading, json};
use crate::observed::{Place, Source};
use std::sync::Arc;

/// The operations of command lines that launch or open something: of each request that is read, and of each change of a
/// cluster. Source: AWS CLI Command Reference.
const COMMANDS: &[&str] = &[
    "emr add-instance-fleet",
    "emr add-instance-groups",
    "emr add-steps",
    "emr create-cluster",
    "emr create-security-configuration",
    "emr modify-cluster-attributes",
    "emr modify-instance-fleet",
    "emr modify-instance-groups",
    "emr put-auto-termination-policy",
    "emr put-block-public-access-configuration",
    "emr put-managed-scaling-policy",
    "emr remove-auto-termination-policy",
    "emr remove-managed-scaling-policy",
    "emr-containers create-security-configuration",
    "emr-containers create-virtual-cluster",
    "emr-serverless create-application",
    "emr-serverless update-application",
    "lakeformation add-lf-tags-to-resource",
    "lakeformation batch-grant-permissions",
    "lakeformation create-data-cells-filter",
    "lakeformation create-lake-formation-opt-in",
    "lakeformation create-lf-tag",
    "lakeformation create-lf-tag-expression",
    "lakeformation grant-permissions",
    "lakeformation put-data-lake-settings",
    "lakeformation register-resource",
    "lakeformation update-data-cells-filter",
    "lakeformation update-resource",
];

/// The operation of a command line in a text that launches or opens something.
pub(in crate::observe) fn command(text: &str) -> Option<&'static str> {
    COMMANDS
        .iter()
        .copied()
        .find(|command| find(text, command).is_some())
}

/// Why what runs a command line is not judged.
pub(in crate::observe) fn not_read_of(command: &str) -> String {
    format!(
        "`aws {command}` is run here, and command lines are not read: declare what it makes as a resource, or judge that with `audit`"
    )
}

/// What CDK's programs call to declare something of ours.
const CONSTRUCTS: &[&str] = &[
    "CfnCluster(",
    "CfnSecurityConfiguration(",
    "CfnPrincipalPermissions(",
];
/// Words of every program of CDK's.
const CDK: &[&str] = &[
    "aws-cdk-lib",
    "@aws-cdk/",
    "software.amazon.awscdk",
    "aws-cdk-go",
];

/// What a text is in which nothing of ours was found: its command lines and constructs are noted.
pub(in crate::observe) fn text(source: &Arc<Source>) -> File {
    let text = source.text();
    // Pages that quote command lines run none.
    let quotes = has_fences(text) || text.lines().any(|line| line.ends_with("::"));
    if quotes || text.trim_start().starts_with('<') {
        return File::NothingOfOurs;
    }
    if let Some(place) = terragrunt(source) {
        let problem = Problem {
            what: format!("could not judge all of `{}`", source.name),
            why: "what Terragrunt gives to a module of EMR's or Lake Formation's is not read: judge the plan, as `terragrunt show -json` writes it".to_owned(),
            place: Some(place),
            action: None,
        };
        return File::Unreadable {
            dialect: None,
            problem,
        };
    }
    let line = |at: usize| text.get(..at).unwrap_or_default().lines().count().max(1);
    let mut notes = Vec::new();
    for command in COMMANDS {
        if let Some(at) = find(text, command) {
            notes.push(format!(
                "`aws {command}` in line {} is not read: judge the request that it makes, or what it made with `audit`",
                line(at + 1)
            ));
        }
    }
    if CDK.iter().any(|word| find(text, word).is_some()) {
        for construct in CONSTRUCTS {
            if let Some(at) = find(text, construct) {
                let name = construct.trim_end_matches('(');
                notes.push(format!(
                    "`{name}` in line {} is not read: judge the template that `cdk synth` writes",
                    line(at + 1)
                ));
            }
        }
    }
    if notes.is_empty() {
        return File::NothingOfOurs;
    }
    let Ok(tree) = json::read(Arc::new(Source::new(source.name.clone(), "{}"))) else {
        return File::NothingOfOurs;
    };
    let mut reading = Reading::new(Dialect::RunJobFlow, tree, Vec::new());
    reading.notes = notes;
    reading.passed_over = true;
    File::Read(Box::new(reading))
}

/// Where a word stands that is neither the end nor the beginning of another.
fn find(text: &str, word: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let of_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
    let may_go_on = word.as_bytes().last().is_some_and(of_word);
    let mut all = memchr::memmem::find_iter(bytes, word.as_bytes());
    all.find(|at| {
        let before = at.checked_sub(1).and_then(|before| bytes.get(before));
        let after = bytes.get(at + word.len()).filter(|_| may_go_on);
        !before.is_some_and(of_word) && !after.is_some_and(of_word)
    })
}

/// Arguments of modules that launch or open something.
const ARGUMENTS: &[&str] = &[
    "release_label",
    "security_configuration",
    "job_flow_role",
    "termination_protection",
    "ec2_attributes",
];

/// The inputs of a Terragrunt configuration whose module is called after ours, or that gets an argument of theirs.
fn terragrunt(source: &Arc<Source>) -> Option<Place> {
    let text = source.text();
    let mut at = 0;
    let mut inputs = None;
    let mut ours = false;
    for line in text.split_inclusive('\n') {
        let begins = |word: &str| {
            line.strip_prefix(word)
                .is_some_and(|rest| rest.trim_start().starts_with('='))
        };
        let trimmed = line.trim_start();
        if begins("inputs") {
            inputs = Some(at..at + line.trim_end().len());
        }
        let source = trimmed.strip_prefix("source").map(str::trim_start);
        ours |= source.is_some_and(|rest| rest.starts_with('=') && named_after_ours(rest))
            || ARGUMENTS.iter().any(|argument| {
                trimmed
                    .strip_prefix(argument)
                    .is_some_and(|rest| rest.trim_start().starts_with('='))
            });
        at += line.len();
    }
    let inputs = inputs.filter(|_| ours)?;
    Some(Place::new(source, inputs.start, inputs.end, String::new()))
}

#[cfg(test)]
mod tests {
    use super::{COMMANDS, command};
    use crate::observe::may_be_ours;
    use crate::observe::step_functions::operations_read;

    /// Operations that the command line has under names of its own.
    const RENAMED: &[(&str, &str)] = &[
        ("runJobFlow", "create-cluster"),
        ("addJobFlowSteps", "add-steps"),
        ("setTerminationProtection", "modify-cluster-attributes"),
        (
            "setKeepJobFlowAliveWhenNoSteps",
            "modify-cluster-attributes",
        ),
    ];

    /// An operation as the command line writes it: `createLFTag` is `create-lf-tag`.
    fn name_of(operation: &str) -> String {
        if let Some((_, name)) = RENAMED.iter().find(|(known, _)| *known == operation) {
            return (*name).to_owned();
        }
        let letters: Vec<char> = operation.chars().collect();
        let mut name = String::new();
        for (at, letter) in letters.iter().enumerate().skip(1) {
            let before = letters[at - 1];
            let small_after = letters
                .get(at + 1)
                .is_some_and(|after| after.is_lowercase());
            name.push(before.to_ascii_lowercase());
            if letter.is_uppercase() && (before.is_lowercase() || small_after) {
                name.push('-');
            }
        }
        name.extend(letters.last().map(char::to_ascii_lowercase));
        name
    }

    #[test]
    fn each_operation_whose_request_is_read_has_its_command() {
        let of_containers = ["createVirtualCluster", "createSecurityConfiguration"];
        let of_containers = of_containers.map(|operation| ("emrcontainers", operation));
        let mut asked = 0;
        for (service, operation) in operations_read().chain(of_containers) {
            let service = match service {
                "emrserverless" => "emr-serverless",
                "emrcontainers" => "emr-containers",
                other => other,
            };
            let written = format!("aws {service} {} --x y", name_of(operation));
            assert!(command(&written).is_some(), "{written}");
            assert!(may_be_ours(&written), "{written} is not even looked at");
            asked += 1;
        }
        assert!(asked > 25, "{asked}");
    }

    #[test]
    fn a_command_is_one_by_its_whole_name() {
        for known in COMMANDS {
            assert_eq!(command(&format!("aws {known}\n")), Some(*known));
            assert_eq!(command(&format!("aws {known}-examples\n")), None, "{known}");
        }
        assert_eq!(command("my-emr create-cluster"), None);
    }
}
