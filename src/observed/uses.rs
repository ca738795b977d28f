//! What the keys, roles and buckets of a large scope are used for, by what names them: found once, not by looking at
//! everything again for each of them.

use super::buckets::{BucketName, bucket_in, bucket_nodes};
use super::named::{key_nodes, profile_roles, role_nodes};
use super::{Identity, Node, Resource, ResourceKind};
use std::collections::BTreeMap;

/// What is said of things by the text, or by the reference, that names them.
#[derive(Debug)]
struct ByName<T> {
    texts: BTreeMap<String, Vec<T>>,
    references: BTreeMap<String, Vec<T>>,
}

impl<T> Default for ByName<T> {
    fn default() -> Self {
        Self {
            texts: BTreeMap::new(),
            references: BTreeMap::new(),
        }
    }
}

impl<T: Copy + PartialEq> ByName<T> {
    fn add(&mut self, node: Node<'_>, said: T) {
        if let Some((id, _)) = node.reference() {
            put(&mut self.references, id, said);
        } else if let Some(text) = node.as_text() {
            put(&mut self.texts, text, said);
        }
    }

    /// What is said of the thing of this identity; see [`Identity::is_named_by`].
    fn of(&self, identity: &Identity) -> impl Iterator<Item = T> {
        let texts = [identity.arn.as_deref(), identity.name.as_deref()];
        let texts = texts.into_iter().flatten();
        let found = texts.filter_map(|text| self.texts.get(text));
        let found = found.chain(self.references.get(&identity.id));
        found.flatten().copied()
    }
}

/// Adds what is said of a name. Names of many users are said the same of, one after the other.
fn put<T: PartialEq>(all: &mut BTreeMap<String, Vec<T>>, name: &str, said: T) {
    match all.get_mut(name) {
        Some(known) if known.contains(&said) => {}
        Some(known) => known.push(said),
        None => {
            all.insert(name.to_owned(), vec![said]);
        }
    }
}

/// What things of a scope are used for.
#[derive(Debug, Default)]
pub(super) struct Uses {
    keys: ByName<&'static str>,
    roles: ByName<&'static str>,
    buckets: ByName<&'static str>,
    /// The instance profiles that hold a role: their numbers.
    profiles: ByName<usize>,
}

impl Uses {
    pub(super) fn of(resources: &[Resource<'_>]) -> Self {
        let mut uses = Self::default();
        for (at, user) in resources.iter().enumerate() {
            for (purpose, node) in key_nodes(user) {
                uses.keys.add(node, purpose);
            }
            for (purpose, node) in role_nodes(user) {
                uses.roles.add(node, purpose);
            }
            for (class, node) in bucket_nodes(user) {
                match bucket_in(node) {
                    BucketName::Known(name) => put(&mut uses.buckets.texts, name, class),
                    BucketName::Refers(id) => put(&mut uses.buckets.references, id, class),
                    BucketName::Unknown => {}
                }
            }
            if user.kind() == ResourceKind::IamRole {
                for role in profile_roles(user) {
                    uses.profiles.add(role, at);
                }
            }
        }
        uses
    }

    /// What a resource is used for by what names it.
    pub(super) fn purposes(&self, resource: &Resource<'_>) -> Vec<&'static str> {
        let identity = &resource.identity;
        let kind = resource.kind();
        if kind == ResourceKind::KmsKey {
            self.keys.of(identity).collect()
        } else if kind == ResourceKind::IamRole {
            self.roles.of(identity).collect()
        } else if kind == ResourceKind::S3Bucket {
            let name = identity.name.as_deref().unwrap_or(&identity.id);
            let texts = self.buckets.texts.get(name).into_iter();
            let references = self.buckets.references.get(&identity.id);
            texts.chain(references).flatten().copied().collect()
        } else {
            Vec::new()
        }
    }

    /// The numbers of the instance profiles that hold a role.
    pub(super) fn profiles(&self, role: &Resource<'_>) -> impl Iterator<Item = usize> {
        self.profiles.of(&role.identity)
    }
}

#[cfg(test)]
mod tests {
    use crate::control::testing::resource;
    use crate::observed::named::purposes;
    use crate::observed::{Form, Identity, Resource, ResourceKind, Scope};
    use serde_json::{Value, json};

    fn one(kind: ResourceKind, id: &str, name: Option<&str>, body: &Value) -> Resource<'static> {
        let mut one = resource(kind, Form::CloudFormation, id, body);
        let mut identity = Identity::new(kind, id.to_owned());
        identity.name = name.map(str::to_owned);
        one.identity = identity.into();
        one
    }

    /// A cluster, a document, and what they name, beside so many other keys.
    fn scope(others: usize) -> Scope<'static> {
        let key = json!({ "EncryptionConfiguration": { "AtRestEncryptionConfiguration": {
            "S3EncryptionConfiguration": { "AwsKmsKey": { "$ref": "Key" } },
            "LocalDiskEncryptionConfiguration": { "AwsKmsKey": "alias/disk" },
        } } });
        let cluster = json!({
            "ServiceRole": "service", "LogUri": "s3://logs/x/", "JobFlowRole": { "$ref": "Profile" },
            "LogEncryptionKmsKeyId": "alias/disk",
        });
        let mut scope = Scope::new();
        let mut profile = one(
            ResourceKind::IamRole,
            "Profile",
            None,
            &json!({ "Roles": [{ "$ref": "Nodes" }] }),
        );
        profile.type_name = Some("AWS::IAM::InstanceProfile");
        for one in [
            one(ResourceKind::EmrSecurityConfiguration, "S", None, &key),
            one(ResourceKind::EmrCluster, "C", None, &cluster),
            one(ResourceKind::KmsKey, "Key", None, &json!({})),
            one(ResourceKind::KmsKey, "Disk", Some("alias/disk"), &json!({})),
            one(ResourceKind::IamRole, "Role", Some("service"), &json!({})),
            one(ResourceKind::IamRole, "Nodes", None, &json!({})),
            profile,
            one(ResourceKind::S3Bucket, "Logs", Some("logs"), &json!({})),
            one(ResourceKind::S3Bucket, "logs", None, &json!({})),
        ] {
            scope.push(one);
        }
        for number in 0..others {
            let id = format!("other-{number}");
            scope.push(one(ResourceKind::KmsKey, &id, None, &json!({})));
        }
        scope
    }

    #[test]
    fn in_a_large_scope_things_are_used_for_what_they_are_used_for_in_a_small_one() {
        let used = |scope: &Scope<'_>| {
            let all = scope.resources().iter().take(9);
            let used = all.map(|one| (one.identity.id.clone(), purposes(one, scope)));
            used.collect::<Vec<_>>()
        };
        let (small, large) = (scope(0), scope(40));
        assert!(small.uses().is_none() && large.uses().is_some());
        assert_eq!(used(&small), used(&large));
        let of = |id: &str| {
            let mut all = used(&large).into_iter();
            all.find(|(known, _)| known == id).unwrap().1
        };
        assert_eq!(of("Key"), ["s3"]);
        assert_eq!(of("Disk"), ["disk", "logs"]);
        assert_eq!(of("Role"), ["service-role"]);
        assert_eq!(of("Nodes"), ["instance-profile"]);
        assert_eq!(of("Logs"), ["logs"]);
        assert_eq!(of("logs"), ["logs"]);
    }
}
