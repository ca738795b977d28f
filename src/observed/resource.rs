//! A resource as it was seen.

use super::{Node, Place};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $name:literal),* $(,)?) => {
        /// What kind of thing a finding is about. The names are those of the report format.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum ResourceKind { $($(#[$doc])* $variant),* }
        impl ResourceKind {
            /// Every kind, in the report format's order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
            /// The kind's name in reports and waivers.
            pub const fn name(self) -> &'static str { match self { $(Self::$variant => $name),* } }
            /// The kind of this name.
            pub fn of_name(name: &str) -> Option<Self> { match name { $($name => Some(Self::$variant),)* _ => None } }
        }
    };
}
kinds! {
    /// An EMR on EC2 cluster, or the request that launches one.
    EmrCluster = "emr-cluster",
    /// An EMR security configuration.
    EmrSecurityConfiguration = "emr-security-configuration",
    /// One account and region.
    EmrAccount = "emr-account",
    /// An EMR Studio.
    EmrStudio = "emr-studio",
    /// An EMR Serverless application.
    EmrServerlessApplication = "emr-serverless-application",
    /// A virtual cluster of EMR on EKS.
    EmrContainersVirtualCluster = "emr-containers-virtual-cluster",
    /// A security configuration of EMR on EKS.
    EmrContainersSecurityConfiguration = "emr-containers-security-configuration",
    /// Data lake settings.
    LakeFormationSettings = "lake-formation-settings",
    /// A Lake Formation grant.
    LakeFormationGrant = "lake-formation-grant",
    /// A registered location.
    LakeFormationLocation = "lake-formation-location",
    /// A data cells filter.
    LakeFormationFilter = "lake-formation-filter",
    /// An LF-Tag.
    LakeFormationTag = "lake-formation-tag",
    /// A Glue Data Catalog, or an object in it.
    GlueCatalog = "glue-catalog",
    /// A KMS key.
    KmsKey = "kms-key",
    /// An IAM role.
    IamRole = "iam-role",
    /// An S3 bucket.
    S3Bucket = "s3-bucket",
}

impl fmt::Display for ResourceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a resource is called.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Identity {
    /// Its kind.
    pub kind: ResourceKind,
    /// Logical id, address, request name, file stem or AWS id; see the report format.
    pub id: String,
    /// Its name, where it has one apart from the id.
    pub name: Option<String>,
    /// Twelve digits, where known.
    pub account: Option<String>,
    /// Region, where known.
    pub region: Option<String>,
    /// ARN, where known.
    pub arn: Option<String>,
    /// Tags, for waivers; only those that are known.
    pub tags: BTreeMap<String, String>,
}

impl Identity {
    /// An identity of which only kind and id are known.
    pub fn new(kind: ResourceKind, id: impl Into<String>) -> Self {
        Self {
            kind,
            id: id.into(),
            name: None,
            account: None,
            region: None,
            arn: None,
            tags: BTreeMap::new(),
        }
    }
}

/// How the body of a resource is written; facts stand at different paths in each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The document itself (a security configuration), or the API's own shape of the object.
    Document,
    /// A request of the API: `RunJobFlow` members, `GrantPermissions` members.
    Request,
    /// The `Cluster` member of `describe-cluster` output.
    Described,
    /// The `Properties` of a CloudFormation resource.
    CloudFormation,
    /// A resource of Terraform's, in the shape of the `Properties` of the CloudFormation type of the same thing.
    Terraform,
    /// A map of API answers by IAM action, as a snapshot holds them.
    Live,
    /// Only named somewhere; the body is the text that names it. See [`Resource::uses`].
    Named,
}

impl Form {
    /// Whether the body has the shape of CloudFormation's properties: values of typed ones are converted from text.
    pub const fn is_template(self) -> bool {
        matches!(self, Self::CloudFormation | Self::Terraform)
    }
}

/// A use of a named thing: what for, by whom, and where it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// What for: `s3`, `disk`, `logs`, `service-role` …
    pub purpose: &'static str,
    /// The id of the resource that names it.
    pub by: String,
    /// Where.
    pub place: Place,
}

/// A resource as it was seen.
#[derive(Clone, Debug)]
pub struct Resource<'t> {
    /// What it is called.
    pub identity: Arc<Identity>,
    /// Its CloudFormation type, such as `AWS::IAM::InstanceProfile`, where a kind holds several; see
    /// [`Self::is_a`].
    pub type_name: Option<&'static str>,
    /// How it is written.
    pub form: Form,
    /// The body: the document of a security configuration, the properties of anything else.
    pub body: Node<'t>,
    /// What stands around the body: the template's resource, `DescribeSecurityConfiguration` output.
    pub outer: Node<'t>,
    /// For [`Form::Named`], what names it.
    pub uses: Vec<Use>,
}

impl<'t> Resource<'t> {
    /// Where a part of it stands, in words: a line of a file, or the call that answered it.
    pub fn cited(&self, node: Node<'_>) -> String {
        let place = node.place();
        match (place.file, place.api) {
            (Some(file), _) => format!("{file}:{}", place.line),
            (None, Some(call)) => format!("{call} of {}", self.identity.id),
            (None, None) => self.identity.id.clone(),
        }
    }

    /// A resource whose body is all there is.
    pub fn new(identity: Identity, form: Form, body: Node<'t>) -> Self {
        Self {
            identity: Arc::new(identity),
            type_name: None,
            form,
            body,
            outer: body,
            uses: Vec::new(),
        }
    }

    /// Its kind.
    pub fn kind(&self) -> ResourceKind {
        self.identity.kind
    }

    /// Whether this is declared as a thing of this CloudFormation type, whatever form it is written in.
    pub fn is_a(&self, type_name: &str) -> bool {
        self.type_name == Some(type_name)
    }
}
