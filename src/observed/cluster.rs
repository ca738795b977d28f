//! A cluster's facts, wherever each form of writing a cluster puts them.
//!
//! `PATHS` is the whole mapping: one row a fact, one column a form. A form that cannot say a fact has
//! `None`, which is [`Fact::NotExpressible`] and never "absent".

use super::{Form, Known, Node, Reason, Resource, Switch};

/// A fact of a cluster that stands in one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Attribute {
    /// The cluster's name.
    Name,
    /// Name of the security configuration.
    SecurityConfiguration,
    /// EMR release label.
    ReleaseLabel,
    /// AMI version of a cluster from before release labels.
    AmiVersion,
    /// Where logs go.
    LogUri,
    /// The key of the logs.
    LogEncryptionKmsKeyId,
    /// Kerberos attributes of the cluster.
    KerberosAttributes,
    /// Installed applications.
    Applications,
    /// Cluster-level classifications.
    Configurations,
    /// Service role.
    ServiceRole,
    /// Instance profile.
    InstanceProfile,
    /// Automatic scaling role.
    AutoScalingRole,
    /// EC2 key pair.
    KeyName,
    /// The subnet that was chosen, or the only one asked for.
    SubnetId,
    /// The subnets to choose from.
    SubnetIds,
    /// Managed group of the primary.
    PrimarySecurityGroup,
    /// Managed group of the other nodes.
    CoreSecurityGroup,
    /// Additional groups of the primary.
    AdditionalPrimarySecurityGroups,
    /// Additional groups of the other nodes.
    AdditionalCoreSecurityGroups,
    /// Service-access group.
    ServiceAccessSecurityGroup,
    /// Termination protection.
    TerminationProtected,
    /// Whether the cluster outlives its steps.
    KeepAlive,
    /// The opposite of [`Self::KeepAlive`], as a described cluster says it.
    AutoTerminate,
    /// Idle timeout, in seconds.
    IdleTimeout,
    /// Managed scaling policy.
    ManagedScalingPolicy,
    /// Custom image of the whole cluster.
    CustomAmiId,
    /// What is patched on boot of a custom image.
    RepoUpgradeOnBoot,
    /// Log upload policy and logging to `CloudWatch`.
    MonitoringConfiguration,
    /// Whether Spark Connect sessions are allowed.
    SessionEnabled,
    /// Runtime role of the steps of the request.
    StepExecutionRoleArn,
    /// Tags.
    Tags,
    /// Bootstrap actions.
    BootstrapActions,
    /// Steps.
    Steps,
    /// Additional information, a JSON text.
    AdditionalInfo,
    /// State.
    State,
    /// When it was created.
    CreationDateTime,
}

/// Where a fact stands: in a request, in a described cluster, in CloudFormation's properties.
struct Paths {
    attribute: Attribute,
    request: Option<&'static str>,
    described: Option<&'static str>,
    cloudformation: Option<&'static str>,
}

/// The same path in requests and templates.
const fn row(attribute: Attribute, request: &'static str, described: &'static str) -> Paths {
    Paths {
        attribute,
        request: Some(request),
        described: Some(described),
        cloudformation: Some(request),
    }
}

/// A fact that CloudFormation cannot express.
const fn api_only(attribute: Attribute, request: &'static str, described: &'static str) -> Paths {
    Paths {
        attribute,
        request: Some(request),
        described: Some(described),
        cloudformation: None,
    }
}

/// A fact of requests and templates that a described cluster lacks: another call answers it.
const fn written_only(attribute: Attribute, request: &'static str) -> Paths {
    Paths {
        attribute,
        request: Some(request),
        described: None,
        cloudformation: Some(request),
    }
}

/// A fact of described clusters only.
const fn described_only(attribute: Attribute, described: &'static str) -> Paths {
    Paths {
        attribute,
        request: None,
        described: Some(described),
        cloudformation: None,
    }
}

/// Every fact. Sources: EMR API 2009-03-31 `RunJobFlow` and `DescribeCluster`, CloudFormation `AWS::EMR::Cluster`.
const PATHS: &[Paths] = &[
    row(Attribute::Name, "Name", "Name"),
    row(
        Attribute::SecurityConfiguration,
        "SecurityConfiguration",
        "SecurityConfiguration",
    ),
    row(Attribute::ReleaseLabel, "ReleaseLabel", "ReleaseLabel"),
    api_only(Attribute::AmiVersion, "AmiVersion", "RequestedAmiVersion"),
    row(Attribute::LogUri, "LogUri", "LogUri"),
    row(
        Attribute::LogEncryptionKmsKeyId,
        "LogEncryptionKmsKeyId",
        "LogEncryptionKmsKeyId",
    ),
    row(
        Attribute::KerberosAttributes,
        "KerberosAttributes",
        "KerberosAttributes",
    ),
    row(Attribute::Applications, "Applications", "Applications"),
    row(
        Attribute::Configurations,
        "Configurations",
        "Configurations",
    ),
    row(Attribute::ServiceRole, "ServiceRole", "ServiceRole"),
    row(
        Attribute::InstanceProfile,
        "JobFlowRole",
        "Ec2InstanceAttributes/IamInstanceProfile",
    ),
    row(
        Attribute::AutoScalingRole,
        "AutoScalingRole",
        "AutoScalingRole",
    ),
    row(
        Attribute::KeyName,
        "Instances/Ec2KeyName",
        "Ec2InstanceAttributes/Ec2KeyName",
    ),
    row(
        Attribute::SubnetId,
        "Instances/Ec2SubnetId",
        "Ec2InstanceAttributes/Ec2SubnetId",
    ),
    row(
        Attribute::SubnetIds,
        "Instances/Ec2SubnetIds",
        "Ec2InstanceAttributes/RequestedEc2SubnetIds",
    ),
    row(
        Attribute::PrimarySecurityGroup,
        "Instances/EmrManagedMasterSecurityGroup",
        "Ec2InstanceAttributes/EmrManagedMasterSecurityGroup",
    ),
    row(
        Attribute::CoreSecurityGroup,
        "Instances/EmrManagedSlaveSecurityGroup",
        "Ec2InstanceAttributes/EmrManagedSlaveSecurityGroup",
    ),
    row(
        Attribute::AdditionalPrimarySecurityGroups,
        "Instances/AdditionalMasterSecurityGroups",
        "Ec2InstanceAttributes/AdditionalMasterSecurityGroups",
    ),
    row(
        Attribute::AdditionalCoreSecurityGroups,
        "Instances/AdditionalSlaveSecurityGroups",
        "Ec2InstanceAttributes/AdditionalSlaveSecurityGroups",
    ),
    row(
        Attribute::ServiceAccessSecurityGroup,
        "Instances/ServiceAccessSecurityGroup",
        "Ec2InstanceAttributes/ServiceAccessSecurityGroup",
    ),
    row(
        Attribute::TerminationProtected,
        "Instances/TerminationProtected",
        "TerminationProtected",
    ),
    written_only(
        Attribute::KeepAlive,
        "Instances/KeepJobFlowAliveWhenNoSteps",
    ),
    described_only(Attribute::AutoTerminate, "AutoTerminate"),
    written_only(Attribute::IdleTimeout, "AutoTerminationPolicy/IdleTimeout"),
    written_only(Attribute::ManagedScalingPolicy, "ManagedScalingPolicy"),
    row(Attribute::CustomAmiId, "CustomAmiId", "CustomAmiId"),
    api_only(
        Attribute::RepoUpgradeOnBoot,
        "RepoUpgradeOnBoot",
        "RepoUpgradeOnBoot",
    ),
    api_only(
        Attribute::MonitoringConfiguration,
        "MonitoringConfiguration",
        "MonitoringConfiguration",
    ),
    api_only(
        Attribute::SessionEnabled,
        "SessionEnabled",
        "SessionEnabled",
    ),
    Paths {
        attribute: Attribute::StepExecutionRoleArn,
        request: Some("StepExecutionRoleArn"),
        described: None,
        cloudformation: None,
    },
    row(Attribute::Tags, "Tags", "Tags"),
    written_only(Attribute::BootstrapActions, "BootstrapActions"),
    written_only(Attribute::Steps, "Steps"),
    written_only(Attribute::AdditionalInfo, "AdditionalInfo"),
    described_only(Attribute::State, "Status/State"),
    described_only(
        Attribute::CreationDateTime,
        "Status/Timeline/CreationDateTime",
    ),
];

/// A fact of a cluster, if its form can say it.
#[derive(Clone, Copy, Debug)]
pub enum Fact<'t> {
    /// The form can say it; the node tells whether it does.
    Says(Node<'t>),
    /// This form cannot write the fact at all.
    NotExpressible,
}

impl<'t> Fact<'t> {
    /// The node, when the form can say the fact.
    pub fn node(self) -> Option<Node<'t>> {
        if let Self::Says(node) = self {
            Some(node)
        } else {
            None
        }
    }
}

/// A cluster resource, read by fact.
#[derive(Clone, Copy, Debug)]
pub struct Cluster<'a, 't> {
    pub(super) resource: &'a Resource<'t>,
}

impl<'t> Resource<'t> {
    /// This resource read as a cluster.
    pub fn cluster(&self) -> Cluster<'_, 't> {
        Cluster { resource: self }
    }
}

/// The call that a described cluster's other facts come from.
const DESCRIBE: &str = "elasticmapreduce:DescribeCluster";

impl<'t> Cluster<'_, 't> {
    /// The members of the cluster object itself.
    pub fn root(self) -> Node<'t> {
        if self.resource.form == Form::Live {
            self.resource.body.get(DESCRIBE).get("Cluster")
        } else {
            self.resource.body
        }
    }

    /// A fact, wherever the form puts it.
    pub fn fact(self, attribute: Attribute) -> Fact<'t> {
        if self.resource.form == Form::Live
            && let Some(path) = live_path(attribute)
        {
            return Fact::Says(self.resource.body.path_of_call(path));
        }
        let paths = PATHS.iter().find(|paths| paths.attribute == attribute);
        let path = paths.and_then(|paths| match self.resource.form {
            Form::Request => paths.request,
            Form::CloudFormation | Form::Terraform => paths.cloudformation,
            Form::Described | Form::Live => paths.described.or_else(|| cli_path(attribute)),
            Form::Document | Form::Named => None,
        });
        path.map_or(Fact::NotExpressible, |path| {
            Fact::Says(self.root().path(path))
        })
    }

    /// A fact, absent where the form cannot say it. For facts whose absence means the same.
    pub fn attribute(self, attribute: Attribute) -> Node<'t> {
        self.fact(attribute)
            .node()
            .unwrap_or_else(|| self.root().get("\u{0}"))
    }

    /// Why a fact is out of sight, when this form lacks it only because another call answers it.
    pub fn out_of_sight(self, attribute: Attribute) -> Option<Reason> {
        let missing = match self.fact(attribute) {
            Fact::NotExpressible => self.resource.form == Form::Described,
            Fact::Says(node) => {
                self.resource.form == Form::Described
                    && cli_path(attribute).is_some()
                    && node.is_absent()
            }
        };
        let (call, _) = live_path(attribute).filter(|_| missing)?;
        Some(Reason::NotObserved {
            action: call.to_owned(),
        })
    }

    /// A switch of the cluster. CloudFormation and Terraform convert strings of typed properties.
    pub fn switch(self, node: Node<'t>) -> Switch<'t> {
        if self.resource.form.is_template() {
            node.switch_leniently()
        } else {
            node.switch()
        }
    }

    /// A whole number of the cluster. CloudFormation and Terraform convert strings of typed properties.
    pub fn number(self, node: Node<'t>) -> Known<'t, i64> {
        if self.resource.form.is_template() {
            node.number_leniently()
        } else {
            node.number()
        }
    }

    /// Whether the cluster ends by itself after its steps, and where that is written.
    ///
    /// The API's default is that it does (`KeepJobFlowAliveWhenNoSteps` is false). For CloudFormation no page
    /// states a default, so nothing written counts as a cluster that stays; Terraform's provider makes it stay.
    pub fn transient(self) -> (Node<'t>, Known<'t, bool>) {
        let (attribute, on) = match self.resource.form {
            Form::Described | Form::Live => (Attribute::AutoTerminate, true),
            Form::Request
            | Form::CloudFormation
            | Form::Terraform
            | Form::Document
            | Form::Named => (Attribute::KeepAlive, false),
        };
        let node = self.attribute(attribute);
        let known = match self.switch(node) {
            Switch::On => Known::Set(on),
            Switch::Off => Known::Set(!on),
            Switch::Absent => Known::Set(self.resource.form == Form::Request),
            Switch::TextOn | Switch::TextOff | Switch::Odd => Known::Mistyped,
            Switch::Unreadable(reason) => Known::Unreadable(reason),
        };
        (node, known)
    }

    /// Whether the cluster is known to have ended.
    pub fn terminated(self) -> bool {
        let state = self.attribute(Attribute::State).as_text();
        matches!(
            state,
            Some("TERMINATING" | "TERMINATED" | "TERMINATED_WITH_ERRORS")
        )
    }

    /// Name of the security configuration.
    pub fn security_configuration(self) -> Node<'t> {
        self.attribute(Attribute::SecurityConfiguration)
    }
}

/// Members that `aws emr describe-cluster` adds to the API's answer; in the API's own answer they are absent,
/// which is not to say that there are none: see [`Cluster::out_of_sight`].
fn cli_path(attribute: Attribute) -> Option<&'static str> {
    (attribute == Attribute::BootstrapActions).then_some("BootstrapActions")
}

/// Facts that other calls than `DescribeCluster` answer: the call, and the path in its answer.
const ANSWERS: &[(Attribute, &str, &str)] = &[
    (
        Attribute::IdleTimeout,
        "elasticmapreduce:GetAutoTerminationPolicy",
        "AutoTerminationPolicy/IdleTimeout",
    ),
    (
        Attribute::ManagedScalingPolicy,
        "elasticmapreduce:GetManagedScalingPolicy",
        "ManagedScalingPolicy",
    ),
    (
        Attribute::BootstrapActions,
        "elasticmapreduce:ListBootstrapActions",
        "BootstrapActions",
    ),
    (Attribute::Steps, "elasticmapreduce:ListSteps", "Steps"),
];

fn live_path(attribute: Attribute) -> Option<(&'static str, &'static str)> {
    let answer = ANSWERS.iter().find(|(fact, ..)| *fact == attribute);
    answer.map(|(_, call, path)| (*call, *path))
}

impl<'t> Node<'t> {
    /// A path in the answer of a call.
    fn path_of_call(self, (call, path): (&'t str, &'t str)) -> Self {
        self.get(call).path(path)
    }
}
