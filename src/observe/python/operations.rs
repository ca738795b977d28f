//! CDK's constructs and tasks that say in their arguments what they make: a CloudFormation type, or an operation.

use super::calls::{Given, Reader};
use super::launches::{Call, Launch};
use super::syntax::Code;
use super::values::At;
use crate::observe::lake_formation::Request;
use crate::observe::{cloudformation, edit};
use crate::observed::Form;
use crate::observed::tree::NodeId;

/// Operations by the names that CDK has for them. Source: AWS CDK Reference, `CallAwsServiceProps` and `AwsSdkCall`.
const OPERATIONS: &[(&str, &str, Call)] = &[
    ("emr", "runJobFlow", Call::RunJobFlow),
    (
        "emr",
        "createSecurityConfiguration",
        Call::SecurityConfiguration,
    ),
    (
        "emr",
        "putBlockPublicAccessConfiguration",
        Call::PublicAccess,
    ),
    ("emrserverless", "createApplication", Call::Application),
    (
        "lakeformation",
        "grantPermissions",
        Call::LakeFormation(Request::Grant),
    ),
    (
        "lakeformation",
        "batchGrantPermissions",
        Call::LakeFormation(Request::Grants),
    ),
    (
        "lakeformation",
        "putDataLakeSettings",
        Call::LakeFormation(Request::Settings),
    ),
    (
        "lakeformation",
        "createDataCellsFilter",
        Call::LakeFormation(Request::Filter),
    ),
    (
        "lakeformation",
        "updateDataCellsFilter",
        Call::LakeFormation(Request::Filter),
    ),
    (
        "lakeformation",
        "registerResource",
        Call::LakeFormation(Request::Location),
    ),
    (
        "lakeformation",
        "createLFTag",
        Call::LakeFormation(Request::Tag),
    ),
    (
        "lakeformation",
        "addLFTagsToResource",
        Call::LakeFormation(Request::TagAssignment),
    ),
    (
        "lakeformation",
        "createLakeFormationOptIn",
        Call::LakeFormation(Request::OptIn),
    ),
];

impl<'p> Reader<'p, '_> {
    /// A text that is given by its name; `None` when it is not known.
    fn given_text(&mut self, given: &Given<'p>, name: &str) -> Option<String> {
        let (value, at): (Code<'p>, At) = self.argument(given, name)?;
        let value = self.evaluator.eval(value, at);
        self.evaluator.tree.node(value).as_text().map(str::to_owned)
    }

    /// `CfnResource(self, "X", type="AWS::EMR::Cluster", properties={…})`.
    pub(super) fn any_construct(&mut self, launch: &Launch<'p>, given: &Given<'p>) {
        let Some(makes) = self.given_text(given, "type") else {
            let text = self.evaluator.parsed.text;
            if ["AWS::EMR", "AWS::LakeFormation"]
                .iter()
                .any(|word| text.contains(word))
            {
                let what = "a construct whose type is not known is left out";
                self.note(given.code, what);
            }
            return;
        };
        let ours = makes.starts_with("AWS::EMR") || makes.starts_with("AWS::LakeFormation::");
        if !ours || cloudformation::judged_type(&makes).is_none() {
            return;
        }
        let body = self.given_member(given, "properties");
        self.resource(launch, given, (body, &makes, "CfnResource"));
    }

    /// What an argument says; what it may say where it is not to be seen.
    fn given_member(&mut self, given: &Given<'p>, name: &str) -> NodeId {
        if let Some((value, at)) = self.argument(given, name) {
            return self.evaluator.eval(value, at);
        }
        let keywords = self.keywords(given);
        let tree = &mut self.evaluator.tree;
        match tree.node(keywords).open().cloned() {
            Some(reason) => tree.push_unreadable(reason, keywords),
            None => edit::empty_map(tree, keywords),
        }
    }

    /// `CallAwsService(service="emr", action="runJobFlow", parameters={…})`.
    pub(super) fn any_operation(&mut self, given: &Given<'p>) {
        let service = self.given_text(given, "service");
        let action = self.given_text(given, "action");
        let service = service.map(|service| {
            let service = service.rsplit('/').next().unwrap_or_default();
            let service = service.trim_start_matches("client-").to_ascii_lowercase();
            service.replace('-', "")
        });
        let Some(action) = action else {
            if service.is_none_or(|service| OPERATIONS.iter().any(|(known, ..)| *known == service))
            {
                self.note(
                    given.code,
                    "an operation whose name is not known is left out",
                );
            }
            return;
        };
        let action = action.trim_end_matches("Command");
        let found = OPERATIONS.iter().find(|(of, known, _)| {
            known.eq_ignore_ascii_case(action)
                && service.as_ref().is_none_or(|service| service == of)
        });
        let Some((_, name, call)) = found else { return };
        let body = self.given_member(given, "parameters");
        match call {
            Call::RunJobFlow => self.request(body, "run_job_flow", None),
            Call::SecurityConfiguration => self.security_configuration(body),
            Call::PublicAccess => self.public_access(body),
            Call::Application => {
                // Step Functions has CloudFormation's letters, the SDK the service's.
                let upper = self.evaluator.tree.node(body).get("ReleaseLabel").is_set();
                let form = if upper {
                    Form::CloudFormation
                } else {
                    Form::Request
                };
                self.application_as(body, "create_application", form);
            }
            Call::LakeFormation(request) => {
                let body = self.root(body, name);
                self.asked.push((*request, body));
            }
            Call::Airflow
            | Call::AirflowApplication
            | Call::Construct(_)
            | Call::AnyConstruct
            | Call::ClusterTask
            | Call::Change(_)
            | Call::Terminate
            | Call::AnyOperation => {}
        }
    }
}
