//! The facts of an EMR Serverless application, wherever each form puts them.

use super::{Form, Node, Resource, Value};

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

/// Where the logs of an application go.
#[derive(Clone, Copy, Debug)]
pub struct Logs<'t> {
    /// The place in S3.
    pub s3: Node<'t>,
    /// Its key.
    pub s3_key: Node<'t>,
    /// Whether logs go to `CloudWatch`.
    pub cloudwatch: Node<'t>,
    /// The key there.
    pub cloudwatch_key: Node<'t>,
    /// Whether AWS keeps logs in storage of its own, which it does unless told otherwise.
    pub managed: Node<'t>,
    /// The key there.
    pub managed_key: Node<'t>,
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

    /// The image of every worker that has none of its own.
    pub fn image(self) -> Node<'t> {
        self.fact(("ImageConfiguration/ImageUri", "imageConfiguration/imageUri"))
    }

    /// What single types of workers have of their own, by type.
    pub fn worker_specifications(self) -> Node<'t> {
        self.fact(("WorkerTypeSpecifications", "workerTypeSpecifications"))
    }

    /// The images of single types of workers.
    pub fn worker_images(self) -> Vec<Node<'t>> {
        let specifications = self.worker_specifications();
        let path = if self.resource.form.is_template() {
            "ImageConfiguration/ImageUri"
        } else {
            "imageConfiguration/imageUri"
        };
        if !matches!(
            specifications.value(),
            Value::Map | Value::Absent | Value::Null
        ) {
            // Not known, like what would stand in it.
            return vec![specifications.path(path)];
        }
        let each = specifications.members();
        each.map(|(_, worker)| worker.path(path)).collect()
    }

    /// Whether it stops when it is idle, and after how many minutes.
    pub fn auto_stop(self) -> (Node<'t>, Node<'t>) {
        (
            self.fact((
                "AutoStopConfiguration/Enabled",
                "autoStopConfiguration/enabled",
            )),
            self.fact((
                "AutoStopConfiguration/IdleTimeoutMinutes",
                "autoStopConfiguration/idleTimeoutMinutes",
            )),
        )
    }

    /// The key of disks, for which CloudFormation has no property.
    pub fn disk_key(self) -> Node<'t> {
        self.fact((
            "DiskEncryptionConfiguration/EncryptionKeyArn",
            "diskEncryptionConfiguration/encryptionKeyArn",
        ))
    }

    /// Where logs go, each with its key.
    pub fn logs(self) -> Logs<'t> {
        let of = |template: &'static str, api: &'static str| {
            let all = self.fact(("MonitoringConfiguration", "monitoringConfiguration"));
            all.path(if self.resource.form.is_template() {
                template
            } else {
                api
            })
        };
        Logs {
            s3: of(
                "S3MonitoringConfiguration/LogUri",
                "s3MonitoringConfiguration/logUri",
            ),
            s3_key: of(
                "S3MonitoringConfiguration/EncryptionKeyArn",
                "s3MonitoringConfiguration/encryptionKeyArn",
            ),
            cloudwatch: of(
                "CloudWatchLoggingConfiguration/Enabled",
                "cloudWatchLoggingConfiguration/enabled",
            ),
            cloudwatch_key: of(
                "CloudWatchLoggingConfiguration/EncryptionKeyArn",
                "cloudWatchLoggingConfiguration/encryptionKeyArn",
            ),
            managed: of(
                "ManagedPersistenceMonitoringConfiguration/Enabled",
                "managedPersistenceMonitoringConfiguration/enabled",
            ),
            managed_key: of(
                "ManagedPersistenceMonitoringConfiguration/EncryptionKeyArn",
                "managedPersistenceMonitoringConfiguration/encryptionKeyArn",
            ),
        }
    }

    /// The interactive endpoints, by the word for each, with the switch that opens it.
    pub fn interactive(self) -> [(&'static str, Node<'t>); 3] {
        let of = |template, api| self.fact((template, api));
        [
            (
                "livy",
                of(
                    "InteractiveConfiguration/LivyEndpointEnabled",
                    "interactiveConfiguration/livyEndpointEnabled",
                ),
            ),
            (
                "studio",
                of(
                    "InteractiveConfiguration/StudioEnabled",
                    "interactiveConfiguration/studioEnabled",
                ),
            ),
            (
                "session",
                of(
                    "InteractiveConfiguration/SessionEnabled",
                    "interactiveConfiguration/sessionEnabled",
                ),
            ),
        ]
    }

    /// The list of classifications.
    pub fn runtime_configuration(self) -> Node<'t> {
        self.fact(RUNTIME_CONFIGURATION)
    }
}
