//! The facts of an EMR Serverless application, wherever each form puts them.

use super::{Form, Node, Resource};

/// A fact: its path in CloudFormation, and in the API's own spelling.
type Paths = (&'static str, &'static str);

const RELEASE_LABEL: Paths = ("ReleaseLabel", "releaseLabel");
const SUBNET_IDS: Paths = (
    "NetworkConfiguration/SubnetIds",
    "networkConfiguration/subnetIds",
);
const SECURITY_GROUP_IDS: Paths = (
    "NetworkConfiguration/SecurityGroupIds",
    "networkConfiguration/securityGroupIds",
);
const RUNTIME_CONFIGURATION: Paths = ("RuntimeConfiguration", "runtimeConfiguration");

/// An application, read by fact.
#[derive(Clone, Copy, Debug)]
pub struct Application<'a, 't> {
    resource: &'a Resource<'t>,
}

impl<'t> Resource<'t> {
    /// This resource read as an EMR Serverless application.
    pub fn application(&self) -> Application<'_, 't> {
        Application { resource: self }
    }
}

impl<'t> Application<'_, 't> {
    fn fact(self, (template, api): Paths) -> Node<'t> {
        let body = self.resource.body;
        match self.resource.form {
            Form::CloudFormation | Form::Terraform => body.path(template),
            Form::Live => body
                .get("emr-serverless:GetApplication")
                .get("application")
                .path(api),
            Form::Document | Form::Request | Form::Described | Form::Named => body.path(api),
        }
    }

    /// The release label.
    pub fn release_label(self) -> Node<'t> {
        self.fact(RELEASE_LABEL)
    }

    /// The subnets of its own network; absent when it has none and runs in AWS's.
    pub fn subnet_ids(self) -> Node<'t> {
        self.fact(SUBNET_IDS)
    }

    /// The security groups of its own network.
    pub fn security_group_ids(self) -> Node<'t> {
        self.fact(SECURITY_GROUP_IDS)
    }

    /// The list of classifications.
    pub fn runtime_configuration(self) -> Node<'t> {
        self.fact(RUNTIME_CONFIGURATION)
    }
}
