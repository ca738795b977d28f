//! What clusters and configurations name: keys, roles and buckets; and the catalog's settings.

use super::recall::subject;
use super::{Call, Observer, Outcome, text};
use crate::live::operation::{
    DESCRIBE_KEY, GET_ACCOUNT_AUTHORIZATION_DETAILS, GET_ACCOUNT_PUBLIC_ACCESS_BLOCK,
    GET_BUCKET_ENCRYPTION, GET_BUCKET_LOCATION, GET_BUCKET_POLICY, GET_BUCKET_POLICY_STATUS,
    GET_BUCKET_VERSIONING, GET_DATA_CATALOG_ENCRYPTION_SETTINGS, GET_INSTANCE_PROFILE,
    GET_KEY_POLICY, GET_KEY_ROTATION_STATUS, GET_PUBLIC_ACCESS_BLOCK, LIST_GRANTS, Service,
};
use crate::observed::ResourceKind;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Names that AWS keeps for its own keys.
const OF_AWS: &str = "alias/aws/";
const OF_BUCKET: [&crate::live::operation::Operation; 6] = [
    &GET_BUCKET_LOCATION,
    &GET_BUCKET_POLICY,
    &GET_BUCKET_POLICY_STATUS,
    &GET_BUCKET_ENCRYPTION,
    &GET_BUCKET_VERSIONING,
    &GET_PUBLIC_ACCESS_BLOCK,
];

/// Region and account of an ARN.
fn place_of(arn: &str) -> (Option<&str>, Option<&str>) {
    let mut parts = arn.split(':');
    if parts.next() != Some("arn") {
        return (None, None);
    }
    let mut known = |at: usize| parts.nth(at).filter(|part| !part.is_empty());
    (known(2), known(0))
}

/// Whether a text names one of AWS's own keys by its alias.
fn is_of_aws(key: &str) -> bool {
    key.starts_with(OF_AWS) || key.contains(&format!(":{OF_AWS}"))
}

/// The call about the Data Catalog.
pub(super) fn begin_catalog() -> Call {
    Call::new(&GET_DATA_CATALOG_ENCRYPTION_SETTINGS, "", json!({}))
}

impl Observer {
    /// Whether something that is named can be asked about at all.
    pub(super) fn worth_asking(&self, kind: ResourceKind, text: &str) -> bool {
        if kind == ResourceKind::KmsKey {
            // Describing a key of AWS's by an alias that has none yet makes AWS create it (KMS API, `DescribeKey`).
            return self.wanted.asks(Service::Kms) && !is_of_aws(text);
        }
        if kind == ResourceKind::IamRole {
            let account = place_of(text).1;
            return self.wanted.asks(Service::Iam)
                && account.is_none_or(|account| account == self.region.account);
        }
        kind == ResourceKind::S3Bucket && self.wanted.asks(Service::S3)
    }

    /// The calls about something that is named for the first time.
    pub(super) fn ask_about(&mut self, kind: ResourceKind, id: &str, purpose: &str) -> Vec<Call> {
        let is_arn = id.starts_with("arn:");
        if kind == ResourceKind::KmsKey {
            let thing = self.kept.thing(kind, id);
            thing.arn = is_arn.then(|| id.to_owned());
            let mut call = Call::new(&DESCRIBE_KEY, id, json!({"KeyId": id}));
            call.region = place_of(id).0.map(str::to_owned);
            return vec![call];
        }
        if kind == ResourceKind::S3Bucket {
            self.kept.thing(kind, id).name = Some(id.to_owned());
            let calls = OF_BUCKET.into_iter();
            return calls
                .map(|operation| Call::new(operation, id, json!({"Bucket": id})))
                .collect();
        }
        let name = id.rsplit('/').next().unwrap_or(id).to_owned();
        let thing = self.kept.thing(kind, id);
        thing.name = Some(name.clone());
        thing.arn = is_arn.then(|| id.to_owned());
        let mut calls = Vec::new();
        if purpose == "instance-profile" {
            let input = json!({"InstanceProfileName": name});
            calls.push(Call::new(&GET_INSTANCE_PROFILE, id, input));
        }
        if !self.roles_asked {
            self.roles_asked = true;
            let input = json!({"Filter": ["Role", "LocalManagedPolicy"], "MaxItems": 1000});
            calls.push(Call::new(&GET_ACCOUNT_AUTHORIZATION_DETAILS, "", input));
        }
        calls
    }

    pub(super) fn begin_buckets(&self) -> Vec<Call> {
        let input = json!({"AccountId": self.region.account});
        vec![Call::new(&GET_ACCOUNT_PUBLIC_ACCESS_BLOCK, "", input)]
    }

    pub(super) fn account(&mut self, call: &Call, outcome: &Outcome) -> Vec<Call> {
        let operation = call.operation;
        if operation == &DESCRIBE_KEY {
            return self.key(&call.about, outcome);
        }
        if operation == &GET_ACCOUNT_AUTHORIZATION_DETAILS {
            self.roles = Some(outcome.clone());
        } else if operation == &GET_ACCOUNT_PUBLIC_ACCESS_BLOCK {
            self.account_block = Some(outcome.clone());
        } else {
            let thing = self.kept.thing(subject(operation), &call.about);
            thing.keep(operation.action, outcome);
        }
        Vec::new()
    }

    fn key(&mut self, id: &str, outcome: &Outcome) -> Vec<Call> {
        let thing = self.kept.thing(ResourceKind::KmsKey, id);
        thing.keep(DESCRIBE_KEY.action, outcome);
        let Ok(answer) = outcome else {
            return Vec::new();
        };
        let metadata = answer.get("KeyMetadata").cloned().unwrap_or_default();
        let Some(arn) = text(&metadata, "/Arn") else {
            return Vec::new();
        };
        let (region, account) = place_of(arn);
        let mut operations = vec![&GET_KEY_ROTATION_STATUS];
        // "Cross-account use: No" (KMS API, `GetKeyPolicy`).
        if account == Some(self.region.account.as_str()) {
            operations.push(&GET_KEY_POLICY);
        }
        if self.wanted.key_grants {
            operations.push(&LIST_GRANTS);
        }
        let calls = operations.into_iter().map(|operation| {
            let mut input = json!({"KeyId": arn});
            if operation == &GET_KEY_POLICY
                && let Value::Object(input) = &mut input
            {
                input.insert("PolicyName".to_owned(), json!("default"));
            }
            let mut call = Call::new(operation, id, input);
            call.region = region.map(str::to_owned);
            call
        });
        calls.collect()
    }

    /// Gives every bucket what the account blocks, and every role what the account's listing says of it.
    pub(super) fn hand_out(&mut self) {
        if let Some(block) = self.account_block.take() {
            let buckets = self.kept.of(ResourceKind::S3Bucket);
            buckets.for_each(|(_, bucket)| {
                bucket.keep(GET_ACCOUNT_PUBLIC_ACCESS_BLOCK.action, &block);
            });
        }
        let Some(details) = self.roles.take() else {
            return;
        };
        for (id, role) in self.kept.of(ResourceKind::IamRole) {
            let held = role.answer(GET_INSTANCE_PROFILE.action);
            let held = held.and_then(|answer| text(answer, "/InstanceProfile/Roles/0/Arn"));
            let answer = match &details {
                Ok(answer) => Ok(details_of(id, held, answer)),
                Err(failure) => Err(failure.clone()),
            };
            role.keep(GET_ACCOUNT_AUTHORIZATION_DETAILS.action, &answer);
        }
    }
}

/// The part of the account's listing that is about one role, or about the role that a profile holds: its details, the
/// policies attached to it and its boundary.
fn details_of(id: &str, held: Option<&str>, answer: &Map<String, Value>) -> Map<String, Value> {
    let name = id.rsplit('/').next().unwrap_or(id);
    let roles = super::items(answer, "RoleDetailList").iter();
    let own: Vec<&Value> = roles
        .filter(|role| {
            let arn = text(role, "/Arn");
            arn == Some(id)
                || text(role, "/RoleName") == Some(name)
                || held.is_some() && arn == held
        })
        .collect();
    let boundaries = own
        .iter()
        .filter_map(|role| text(role, "/PermissionsBoundary/PermissionsBoundaryArn"));
    let attached: BTreeSet<&str> = own
        .iter()
        .filter_map(|role| role.get("AttachedManagedPolicies")?.as_array())
        .flatten()
        .filter_map(|policy| text(policy, "/PolicyArn"))
        .chain(boundaries)
        .collect();
    let policies: Vec<&Value> = super::items(answer, "Policies")
        .iter()
        .filter(|policy| text(policy, "/Arn").is_some_and(|arn| attached.contains(arn)))
        .collect();
    let mut part = Map::new();
    part.insert("RoleDetailList".to_owned(), json!(own));
    part.insert("Policies".to_owned(), json!(policies));
    part
}
