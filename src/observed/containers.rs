//! The facts of EMR on EKS: virtual clusters and their security configurations, wherever each form puts them.

use super::{Form, Lookup, Node, Resource, ResourceKind, Scope};

/// The call that answers a security configuration.
pub const DESCRIBE: &str = "emr-containers:DescribeSecurityConfiguration";

/// A fact: its path in CloudFormation, and in the API's own spelling.
type Paths = (&'static str, &'static str);

/// A virtual cluster, read by fact.
#[derive(Clone, Copy, Debug)]
pub struct VirtualCluster<'a, 't> {
    resource: &'a Resource<'t>,
}

/// The body of a security configuration, read by fact.
#[derive(Clone, Copy, Debug)]
pub struct ContainerSecurity<'t> {
    body: Node<'t>,
    live: bool,
}

/// What came of looking for the security configuration of a resource of EMR on EKS.
#[derive(Clone, Copy, Debug)]
pub enum Secured<'a, 't> {
    /// It is this one.
    By(&'a Resource<'t>),
    /// The virtual cluster names none.
    Nothing(Node<'t>),
    /// What it names does not exist.
    Missing(Node<'t>),
    /// What it names is not known, or not in sight.
    Unknown(Node<'t>),
    /// The form has no member that could name one.
    Inexpressible(Node<'t>),
}

impl<'t> Resource<'t> {
    /// This resource read as a virtual cluster of EMR on EKS.
    pub fn virtual_cluster(&self) -> VirtualCluster<'_, 't> {
        VirtualCluster { resource: self }
    }

    /// This resource read as a security configuration of EMR on EKS.
    pub fn container_security(&self) -> ContainerSecurity<'t> {
        let body = match self.form {
            Form::Live => self
                .body
                .get(DESCRIBE)
                .path("securityConfiguration/securityConfigurationData"),
            Form::Request => self.body.get("securityConfigurationData"),
            Form::Document
            | Form::Described
            | Form::CloudFormation
            | Form::Terraform
            | Form::Named => self.body.get("SecurityConfigurationData"),
        };
        let api = matches!(self.form, Form::Live | Form::Request);
        ContainerSecurity { body, live: api }
    }
}

impl<'a, 't> VirtualCluster<'a, 't> {
    fn fact(self, (template, api): Paths) -> Node<'t> {
        match self.resource.form {
            Form::Live => {}
            Form::Request => return self.resource.body.path(api),
            Form::Document
            | Form::Described
            | Form::CloudFormation
            | Form::Terraform
            | Form::Named => return self.resource.body.path(template),
        }
        let body = self.resource.body;
        let described = body.get("emr-containers:DescribeVirtualCluster");
        if described.is_set() {
            return described.get("virtualCluster").path(api);
        }
        let answer = body.get("emr-containers:ListVirtualClusters");
        let mut items = answer.get("virtualClusters").items();
        items
            .find(|item| item.get("id").as_text() == Some(&self.resource.identity.id))
            .unwrap_or(answer)
            .path(api)
    }

    /// Whether it is gone, or cannot be reached any more.
    pub fn is_over(self) -> bool {
        let state = self.fact(("State", "state"));
        self.resource.form == Form::Live
            && matches!(state.as_text(), Some("TERMINATED" | "ARRESTED"))
    }

    /// The namespace of its pods.
    pub fn namespace(self) -> Node<'t> {
        self.fact((
            "ContainerProvider/Info/EksInfo/Namespace",
            "containerProvider/info/eksInfo/namespace",
        ))
    }

    /// The id of its security configuration.
    pub fn configuration_id(self) -> Node<'t> {
        self.fact(("SecurityConfigurationId", "securityConfigurationId"))
    }

    /// Its security configuration, in the scope that it stands in.
    pub fn secured<'s>(self, scope: &'s Scope<'t>) -> Secured<'s, 't>
    where
        'a: 's,
    {
        let kind = ResourceKind::EmrContainersSecurityConfiguration;
        let node = self.configuration_id();
        let by_reference = node.reference();
        let id = by_reference.map(|(id, _)| id).or_else(|| node.as_text());
        match id {
            _ if self.resource.form == Form::Terraform && node.is_absent() => {
                Secured::Inexpressible(node)
            }
            None | Some("") if node.reason().is_none() => Secured::Nothing(node),
            None => Secured::Unknown(node),
            Some(id) => match scope.by_id(kind, id) {
                Lookup::Found(found) => Secured::By(found),
                Lookup::DoesNotExist => Secured::Missing(node),
                Lookup::NotInSight | Lookup::Ambiguous => Secured::Unknown(node),
            },
        }
    }
}

impl<'t> ContainerSecurity<'t> {
    fn fact(self, (template, api): Paths) -> Node<'t> {
        self.body.path(if self.live { api } else { template })
    }

    /// Whether it is as the API spells it, which has no part for data at rest.
    pub fn is_live(self) -> bool {
        self.live
    }

    /// How S3 is encrypted; only in templates.
    pub fn s3(self) -> Node<'t> {
        self.body
            .path("EncryptionConfiguration/AtRestEncryptionConfiguration/S3EncryptionConfiguration")
    }

    /// How local disks are encrypted; only in templates.
    pub fn disk(self) -> Node<'t> {
        self.body
            .path("EncryptionConfiguration/AtRestEncryptionConfiguration/LocalDiskEncryptionConfiguration")
    }

    /// The certificates of traffic. The API keeps them below the authorization, and CloudFormation does not.
    pub fn tls(self) -> Node<'t> {
        self.fact((
            "EncryptionConfiguration/InTransitEncryptionConfiguration/TLSCertificateConfiguration",
            "authorizationConfiguration/encryptionConfiguration/inTransitEncryptionConfiguration/tlsCertificateConfiguration",
        ))
    }

    /// The names of a certificate's provider, its public part and its private key, in [`Self::tls`].
    pub fn tls_members(self) -> [&'static str; 3] {
        if self.live {
            [
                "certificateProviderType",
                "publicCertificateSecretArn",
                "privateCertificateSecretArn",
            ]
        } else {
            [
                "CertificateProviderType",
                "PublicKeySecretArn",
                "PrivateKeySecretArn",
            ]
        }
    }

    /// The session tag that Lake Formation trusts.
    pub fn session_tag(self) -> Node<'t> {
        self.fact((
            "AuthorizationConfiguration/LakeFormationConfiguration/AuthorizedSessionTagValue",
            "authorizationConfiguration/lakeFormationConfiguration/authorizedSessionTagValue",
        ))
    }

    /// The role of the query engine.
    pub fn query_engine_role(self) -> Node<'t> {
        self.fact((
            "AuthorizationConfiguration/LakeFormationConfiguration/QueryEngineRoleArn",
            "authorizationConfiguration/lakeFormationConfiguration/queryEngineRoleArn",
        ))
    }

    /// The namespace that holds credentials.
    pub fn secure_namespace(self) -> Node<'t> {
        self.fact((
            "AuthorizationConfiguration/LakeFormationConfiguration/SecureNamespaceInfo/Namespace",
            "authorizationConfiguration/lakeFormationConfiguration/secureNamespaceInfo/namespace",
        ))
    }

    /// Whether queries are checked; only in templates.
    pub fn access_control(self) -> Node<'t> {
        self.body
            .path("AuthorizationConfiguration/LakeFormationConfiguration/QueryAccessControlEnabled")
    }
}
