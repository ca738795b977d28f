//! What a resource names and does not hold: the keys and roles of a document or a cluster. Each becomes a
//! resource of its own, of which a file tells the name only.

use super::buckets::{BucketName, bucket_in, bucket_nodes};
use super::cluster::Attribute;
use super::{Form, Identity, Lookup, Node, Resource, ResourceKind, Scope};

/// Every purpose for which a key, a role or a bucket is named.
const PURPOSES: &[&str] = &[
    "s3",
    "disk",
    "wal",
    "certificates-ca",
    "logs",
    "serverless",
    "buckets",
    "catalog",
    "passwords",
    "service-role",
    "autoscaling-role",
    "instance-profile",
    "runtime",
    "emrfs",
    "certificates",
    "code",
    "locations",
    "studio",
    "results",
];

/// The purpose of this name, as records of uses write it.
pub fn purpose(name: &str) -> Option<&'static str> {
    PURPOSES.iter().copied().find(|purpose| *purpose == name)
}

/// Something that a resource names by a known text.
#[derive(Clone, Debug)]
pub struct Named<'t> {
    /// What it is.
    pub kind: ResourceKind,
    /// The text that names it, as written.
    pub id: String,
    /// What for: `s3`, `disk`, `wal`, `certificates-ca`, `logs`, `service-role`, `autoscaling-role`,
    /// `instance-profile`, `emrfs`, `runtime`, `catalog`, `passwords`, `studio`, `serverless`, `eks` …
    pub purpose: &'static str,
    /// Where it is named; a single string.
    pub node: Node<'t>,
}

impl Named<'_> {
    /// What the name alone tells of the thing: an ARN tells its account, its region and its name.
    pub fn identity(&self) -> Identity {
        let mut identity = Identity::new(self.kind, self.id.clone());
        if self.node.reason().is_some() {
            return identity;
        }
        let mut parts = self.id.splitn(6, ':');
        if parts.next() == Some("arn") {
            let known =
                |part: Option<&str>| part.filter(|text| !text.is_empty()).map(str::to_owned);
            identity.region = known(parts.nth(2));
            identity.account = known(parts.next());
            let resource = parts.next();
            let last = resource.and_then(|rest| rest.rsplit('/').next());
            let alias = resource.filter(|rest| rest.starts_with("alias/"));
            identity.name = known(alias.or(last));
            identity.arn = Some(self.id.clone());
        } else {
            identity.name = Some(self.id.clone());
        }
        identity
    }
}

const S3: &str = "EncryptionConfiguration/AtRestEncryptionConfiguration/S3EncryptionConfiguration";

/// The keys of a security configuration document, each with its purpose.
const DOCUMENT_KEYS: &[(&str, &str)] = &[
    (
        "s3",
        "EncryptionConfiguration/AtRestEncryptionConfiguration/S3EncryptionConfiguration/AwsKmsKey",
    ),
    (
        "disk",
        "EncryptionConfiguration/AtRestEncryptionConfiguration/LocalDiskEncryptionConfiguration/AwsKmsKey",
    ),
    (
        "wal",
        "EncryptionConfiguration/EMRWALEncryptionConfiguration/AwsKmsKey",
    ),
    (
        "certificates-ca",
        "EncryptionConfiguration/InTransitEncryptionConfiguration/TLSCertificateConfiguration/AwsKmsKey",
    ),
];

/// A key in the settings of something else: its purpose, its path in CloudFormation, and in the API's answer.
type KeyPaths = (&'static str, &'static str, &'static str);

/// The keys of a Serverless application.
/// Source: CloudFormation `AWS::EMRServerless::Application`, EMR Serverless API `GetApplication`.
const SERVERLESS_KEYS: &[KeyPaths] = &[
    (
        "serverless",
        "MonitoringConfiguration/S3MonitoringConfiguration/EncryptionKeyArn",
        "monitoringConfiguration/s3MonitoringConfiguration/encryptionKeyArn",
    ),
    (
        "serverless",
        "MonitoringConfiguration/ManagedPersistenceMonitoringConfiguration/EncryptionKeyArn",
        "monitoringConfiguration/managedPersistenceMonitoringConfiguration/encryptionKeyArn",
    ),
    (
        "serverless",
        "MonitoringConfiguration/CloudWatchLoggingConfiguration/EncryptionKeyArn",
        "monitoringConfiguration/cloudWatchLoggingConfiguration/encryptionKeyArn",
    ),
    (
        "serverless",
        "DiskEncryptionConfiguration/EncryptionKeyArn",
        "diskEncryptionConfiguration/encryptionKeyArn",
    ),
];

/// The keys of a Data Catalog's settings, the same in both.
/// Source: Glue API, `GetDataCatalogEncryptionSettings`.
const CATALOG_KEYS: &[(&str, &str)] = &[
    (
        "catalog",
        "DataCatalogEncryptionSettings/EncryptionAtRest/SseAwsKmsKeyId",
    ),
    (
        "passwords",
        "DataCatalogEncryptionSettings/ConnectionPasswordEncryption/AwsKmsKeyId",
    ),
    (
        "passwords",
        "DataCatalogEncryptionSettings/ConnectionPasswordEncryption/KmsKeyId",
    ),
];

/// The roles of a cluster, each with its purpose.
const CLUSTER_ROLES: &[(&str, Attribute)] = &[
    ("service-role", Attribute::ServiceRole),
    ("autoscaling-role", Attribute::AutoScalingRole),
    ("instance-profile", Attribute::InstanceProfile),
    ("runtime", Attribute::StepExecutionRoleArn),
];

/// Every place of a resource that names a key, whether the name is known or not, with its purpose.
pub fn key_nodes<'t>(resource: &Resource<'t>) -> Vec<(&'static str, Node<'t>)> {
    match (resource.kind(), resource.form) {
        (_, Form::Named) => Vec::new(),
        (ResourceKind::EmrSecurityConfiguration, _) => document_keys(resource.body),
        (ResourceKind::EmrCluster, _) => {
            let cluster = resource.cluster();
            let monitoring = cluster.attribute(Attribute::MonitoringConfiguration);
            vec![
                ("logs", cluster.attribute(Attribute::LogEncryptionKmsKeyId)),
                (
                    "logs",
                    monitoring.path("CloudWatchLogConfiguration/EncryptionKeyArn"),
                ),
            ]
        }
        (ResourceKind::EmrServerlessApplication, _) => application_keys(resource),
        (ResourceKind::EmrStudio, _) => {
            vec![("studio", resource.studio().get("EncryptionKeyArn"))]
        }
        // AWS's answer has no part for data at rest.
        (ResourceKind::EmrContainersSecurityConfiguration, form) if form != Form::Live => {
            let security = resource.container_security();
            vec![
                ("eks", security.s3().get("KMSKeyId")),
                ("eks", security.disk().get("AwsKmsKeyId")),
            ]
        }
        (ResourceKind::S3Bucket, _) => bucket_keys(resource),
        // Objects in a catalog, `<catalog>/<type>/<name>`, have no settings of their own.
        (ResourceKind::GlueCatalog, Form::Live) if resource.identity.id.contains('/') => Vec::new(),
        (ResourceKind::GlueCatalog, form) => {
            let settings = if form == Form::Live {
                resource.body.get("glue:GetDataCatalogEncryptionSettings")
            } else {
                resource.body
            };
            CATALOG_KEYS
                .iter()
                .map(|&(purpose, path)| (purpose, settings.path(path)))
                .collect()
        }
        _ => Vec::new(),
    }
}

fn application_keys<'t>(application: &Resource<'t>) -> Vec<(&'static str, Node<'t>)> {
    let answer = application.body.get("emr-serverless:GetApplication");
    let each = SERVERLESS_KEYS.iter();
    each.map(|&(purpose, template, api)| {
        if application.form == Form::Live {
            (purpose, answer.get("application").path(api))
        } else {
            (purpose, application.body.path(template))
        }
    })
    .collect()
}

fn bucket_keys<'t>(bucket: &Resource<'t>) -> Vec<(&'static str, Node<'t>)> {
    let (rules, default) = if bucket.form == Form::Live {
        let answer = bucket.body.get("s3:GetEncryptionConfiguration");
        let rules = answer.path("ServerSideEncryptionConfiguration/Rules");
        (rules, "ApplyServerSideEncryptionByDefault")
    } else {
        let rules = bucket
            .body
            .path("BucketEncryption/ServerSideEncryptionConfiguration");
        (rules, "ServerSideEncryptionByDefault")
    };
    let keys = rules
        .items()
        .map(|rule| rule.get(default).get("KMSMasterKeyID"));
    keys.map(|node| ("buckets", node)).collect()
}

/// Every place of a security configuration document that names a key, with its purpose.
pub fn document_keys(document: Node<'_>) -> Vec<(&'static str, Node<'_>)> {
    let overrides = document.path(S3).get("Overrides").items();
    let fixed = DOCUMENT_KEYS
        .iter()
        .map(|&(purpose, path)| (purpose, document.path(path)));
    fixed
        .chain(overrides.map(|item| ("s3", item.get("AwsKmsKey"))))
        .collect()
}

/// Every place of a resource that names a role or an instance profile, with its purpose.
pub fn role_nodes<'t>(resource: &Resource<'t>) -> Vec<(&'static str, Node<'t>)> {
    match (resource.kind(), resource.form) {
        (_, Form::Named) => Vec::new(),
        (ResourceKind::EmrSecurityConfiguration, _) => resource
            .body
            .path("AuthorizationConfiguration/EmrFsConfiguration/RoleMappings")
            .items()
            .map(|mapping| ("emrfs", mapping.get("Role")))
            .collect(),
        (ResourceKind::EmrCluster, _) => CLUSTER_ROLES
            .iter()
            .map(|&(purpose, attribute)| (purpose, resource.cluster().attribute(attribute)))
            .collect(),
        _ => Vec::new(),
    }
}

/// What a resource names by known text, of the kinds that are wanted. A reference to something that the scope declares
/// is no name: what is declared is a resource already; see [`purposes`].
pub fn named<'t>(
    resource: &Resource<'t>,
    scope: &Scope<'t>,
    wanted: impl Fn(ResourceKind) -> bool,
) -> Vec<Named<'t>> {
    let mut found = Vec::new();
    let mut add = |kind, purpose, node: Node<'t>| {
        let known = node
            .as_text()
            .filter(|text| !text.is_empty())
            .map(str::to_owned);
        if let Some(id) = known.or_else(|| unknown_name(resource, scope, kind, purpose, node)) {
            found.push(Named {
                kind,
                id,
                purpose,
                node,
            });
        }
    };
    if wanted(ResourceKind::KmsKey) {
        for (purpose, node) in key_nodes(resource) {
            add(ResourceKind::KmsKey, purpose, node);
        }
    }
    if wanted(ResourceKind::IamRole) {
        for (purpose, node) in role_nodes(resource) {
            add(ResourceKind::IamRole, purpose, node);
        }
    }
    if wanted(ResourceKind::S3Bucket) {
        for (purpose, node) in bucket_nodes(resource) {
            if let BucketName::Known(bucket) = bucket_in(node) {
                found.push(Named {
                    kind: ResourceKind::S3Bucket,
                    id: bucket.to_owned(),
                    purpose,
                    node,
                });
            }
        }
    }
    found
}

/// A key or role whose name is not known still has to be judged: it is called after what needs it. One that the scope
/// declares is judged as itself; mapped and runtime roles are judged where they stand, in their document.
fn unknown_name(
    resource: &Resource<'_>,
    scope: &Scope<'_>,
    kind: ResourceKind,
    purpose: &str,
    node: Node<'_>,
) -> Option<String> {
    node.reason()?;
    let declared =
        |(id, _): (&str, Option<&str>)| matches!(scope.by_id(kind, id), Lookup::Found(_));
    let judged_there = kind == ResourceKind::IamRole && matches!(purpose, "emrfs" | "runtime");
    let key = if kind == ResourceKind::KmsKey {
        " key"
    } else {
        ""
    };
    (!judged_there && !node.reference().is_some_and(declared))
        .then(|| format!("{} {purpose}{key}", resource.identity.id))
}

/// What a key or role is used for: by the uses it carries, or, when the scope declares it, by the references to it.
/// A role that a declared instance profile holds is used for what the profile is used for.
pub fn purposes(resource: &Resource<'_>, scope: &Scope<'_>) -> Vec<&'static str> {
    let mut purposes = direct_purposes(resource, scope);
    if resource.kind() == ResourceKind::IamRole {
        for profile in profiles_of(resource, scope) {
            purposes.extend(direct_purposes(profile, scope));
        }
    }
    purposes.sort_unstable();
    purposes.dedup();
    purposes
}

/// The declared instance profiles that hold a role.
fn profiles_of<'a, 't>(role: &Resource<'_>, scope: &'a Scope<'t>) -> Vec<&'a Resource<'t>> {
    if let Some(uses) = scope.uses() {
        let numbers = uses.profiles(role);
        return numbers.filter_map(|at| scope.resources().get(at)).collect();
    }
    let all = scope.resources_of(ResourceKind::IamRole);
    all.filter(|profile| profile_roles(profile).any(|own| role.identity.is_named_by(own)))
        .collect()
}

/// The roles that a declared instance profile holds; nothing for a role.
pub fn profile_roles<'t>(profile: &Resource<'t>) -> impl Iterator<Item = Node<'t>> + use<'t> {
    let declared = profile.is_a("AWS::IAM::InstanceProfile");
    let roles = profile.body.get("Roles");
    roles.items().filter(move |_| declared)
}

fn direct_purposes(resource: &Resource<'_>, scope: &Scope<'_>) -> Vec<&'static str> {
    let mut purposes: Vec<&'static str> = resource.uses.iter().map(|used| used.purpose).collect();
    if let Some(uses) = scope.uses() {
        purposes.extend(uses.purposes(resource));
        return purposes;
    }
    if resource.kind() == ResourceKind::S3Bucket {
        purposes.extend(bucket_classes(resource, scope));
        return purposes;
    }
    for user in scope.resources() {
        let nodes = if resource.kind() == ResourceKind::KmsKey {
            key_nodes(user)
        } else if resource.kind() == ResourceKind::IamRole {
            role_nodes(user)
        } else {
            Vec::new()
        };
        purposes.extend(
            nodes
                .into_iter()
                .filter(|&(_, node)| resource.identity.is_named_by(node))
                .map(|(purpose, _)| purpose),
        );
    }
    purposes
}

fn bucket_classes(bucket: &Resource<'_>, scope: &Scope<'_>) -> Vec<&'static str> {
    let all = scope.resources().iter().flat_map(bucket_nodes);
    let identity = &bucket.identity;
    let is_it = |node: Node<'_>| match bucket_in(node) {
        BucketName::Known(name) => identity.name.as_deref().unwrap_or(&identity.id) == name,
        BucketName::Refers(id) => identity.id == id,
        BucketName::Unknown => false,
    };
    all.filter(|(_, node)| is_it(*node))
        .map(|(class, _)| class)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::testing::{document, resource};
    use crate::observed::{Form, ResourceKind, Scope};
    use serde_json::json;

    #[test]
    fn every_purpose_has_its_name() {
        let keys = DOCUMENT_KEYS
            .iter()
            .chain(CATALOG_KEYS)
            .map(|(purpose, _)| *purpose);
        let serverless = SERVERLESS_KEYS.iter().map(|(purpose, ..)| *purpose);
        let roles = CLUSTER_ROLES.iter().map(|(purpose, _)| *purpose);
        for one in keys.chain(serverless).chain(roles) {
            assert_eq!(purpose(one), Some(one));
        }
    }

    #[test]
    fn a_document_names_the_keys_of_its_overrides_too() {
        let key = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
        let document = document(
            "d",
            &json!({ "EncryptionConfiguration": { "AtRestEncryptionConfiguration": {
                "S3EncryptionConfiguration": {
                    "AwsKmsKey": key,
                    "Overrides": [{ "BucketName": "b", "AwsKmsKey": "alias/other" }, { "BucketName": "c" }],
                },
                "LocalDiskEncryptionConfiguration": { "AwsKmsKey": { "$ref": "DiskKey" } },
            } } }),
        );
        let found = named(&document, &Scope::new(), |_| true);
        let found: Vec<_> = found
            .iter()
            .map(|one| (one.purpose, one.id.as_str()))
            .collect();
        assert_eq!(
            found,
            [("s3", key), ("disk", "d disk key"), ("s3", "alias/other")]
        );
    }

    #[test]
    fn catalogs_and_applications_name_keys_too() {
        let settings = json!({ "DataCatalogEncryptionSettings": {
            "EncryptionAtRest": { "SseAwsKmsKeyId": "alias/catalog" },
            "ConnectionPasswordEncryption": { "KmsKeyId": "alias/passwords" },
        } });
        let form = Form::CloudFormation;
        let catalog = resource(ResourceKind::GlueCatalog, form, "g", &settings);
        let answer = json!({ "emr-serverless:GetApplication": { "application": {
            "diskEncryptionConfiguration": { "encryptionKeyArn": "alias/disk" } } } });
        let kind = ResourceKind::EmrServerlessApplication;
        let application = resource(kind, Form::Live, "a", &answer);
        let names = |resource| {
            let found = named(resource, &Scope::new(), |_| true).into_iter();
            found.map(|one| (one.purpose, one.id)).collect::<Vec<_>>()
        };
        assert_eq!(
            names(&catalog),
            [
                ("catalog", "alias/catalog".to_owned()),
                ("passwords", "alias/passwords".to_owned()),
            ]
        );
        assert_eq!(
            names(&application),
            [("serverless", "alias/disk".to_owned())]
        );
    }

    #[test]
    fn studios_and_security_configurations_of_emr_on_eks_name_keys_too() {
        let names = |kind, body| {
            let resource = resource(kind, Form::CloudFormation, "r", &body);
            let found = named(&resource, &Scope::new(), |_| true).into_iter();
            found.map(|one| (one.purpose, one.id)).collect::<Vec<_>>()
        };
        let studio = json!({ "EncryptionKeyArn": "alias/studio" });
        assert_eq!(
            names(ResourceKind::EmrStudio, studio),
            [("studio", "alias/studio".to_owned())]
        );
        let security = json!({ "SecurityConfigurationData": { "EncryptionConfiguration": {
            "AtRestEncryptionConfiguration": {
                "S3EncryptionConfiguration": { "KMSKeyId": "alias/eks" },
                "LocalDiskEncryptionConfiguration": { "AwsKmsKeyId": "alias/disk" },
            } } } });
        assert_eq!(
            names(ResourceKind::EmrContainersSecurityConfiguration, security),
            [
                ("eks", "alias/eks".to_owned()),
                ("eks", "alias/disk".to_owned())
            ]
        );
    }

    #[test]
    fn an_arn_tells_account_region_and_name() {
        let cluster = resource(
            ResourceKind::EmrCluster,
            Form::Request,
            "c",
            &json!({
                "ServiceRole": "arn:aws-cn:iam::111122223333:role/service-role/EMR_DefaultRole",
                "JobFlowRole": "emr-nodes",
                "LogEncryptionKmsKeyId": "arn:aws:kms:eu-west-1:444455556666:alias/logs",
            }),
        );
        let found = named(&cluster, &Scope::new(), |_| true);
        let found: Vec<_> = found
            .iter()
            .map(|one| {
                let identity = one.identity();
                (
                    one.purpose,
                    identity.account,
                    identity.region,
                    identity.name.unwrap(),
                )
            })
            .collect();
        let (cn, eu) = (
            Some("111122223333".to_owned()),
            Some("444455556666".to_owned()),
        );
        assert_eq!(
            found,
            [
                (
                    "logs",
                    eu,
                    Some("eu-west-1".to_owned()),
                    "alias/logs".to_owned()
                ),
                ("service-role", cn, None, "EMR_DefaultRole".to_owned()),
                ("instance-profile", None, None, "emr-nodes".to_owned()),
            ]
        );
    }

    #[test]
    fn a_declared_key_has_the_purposes_of_those_that_refer_to_it() {
        let key = resource(
            ResourceKind::KmsKey,
            Form::CloudFormation,
            "DiskKey",
            &json!({}),
        );
        let document = document(
            "d",
            &json!({ "EncryptionConfiguration": { "AtRestEncryptionConfiguration": {
                "LocalDiskEncryptionConfiguration": { "AwsKmsKey": { "$attribute": ["DiskKey", "Arn"] } },
            } } }),
        );
        let mut scope = Scope::new();
        scope.push(key.clone());
        scope.push(document);
        assert_eq!(purposes(&key, &scope), ["disk"]);
    }
}
