//! Policy statements that several controls imply: who uses a key, reads an object, may be assumed.
//!
//! Identity policies name what the role may do. Key and trust policies name the role itself, which only the
//! baseline knows: `roles` of `iam.instance-profile` and `iam.service-role`, or `trusted` of `iam.role-trust`.

use super::Draft;
use super::settings::Choice;
use crate::artifact::Statement;
use crate::aws::kms::KeyName;
use crate::aws::s3::Location;
use crate::aws::{iam, kms};
use crate::lattice::{Shape, Text};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The policy of the role in the instance profile.
pub const INSTANCE_PROFILE: &str = "iam/instance-profile";
/// The policy of the service role.
pub const SERVICE_ROLE: &str = "iam/service-role";

impl Draft<'_> {
    /// The roles that another control names one by one: literal ARNs, no patterns.
    fn roles_of(&self, control: &str, key: &str) -> BTreeSet<String> {
        self.listed(control, key)
            .into_iter()
            .filter(|text| text.starts_with("arn:") && !text.contains(['*', '?']))
            .collect()
    }

    /// The texts that another control lists under a key, without openings.
    pub fn listed(&self, control: &str, key: &str) -> Vec<String> {
        let shape = self
            .requirements
            .get(control)
            .and_then(|other| other.shape(key));
        let Some(Shape::OneOf(sets) | Shape::Only(sets)) = shape else {
            return Vec::new();
        };
        let texts: BTreeSet<&str> = sets.iter().flatten().filter_map(Text::as_literal).collect();
        texts.into_iter().map(str::to_owned).collect()
    }

    /// The roles of instance profiles, as far as the baseline names them.
    pub fn instance_roles(&self) -> BTreeSet<String> {
        let own = self.roles_of("iam.instance-profile", "roles");
        if own.is_empty() {
            self.roles_of("iam.role-trust", "trusted")
        } else {
            own
        }
    }

    /// Lets the role of the instance profile use a key: in its own policy, and in the key's when the baseline names
    /// the role. Source: EMR Management Guide, *Create keys and certificates for data encryption*.
    pub fn key_user(&mut self, key: &str, sid: &str, actions: &[&str], setting: &'static str) {
        self.statement(
            INSTANCE_PROFILE,
            Statement::allow(sid, actions).on([key.to_owned()]),
            Some(setting),
        );
        let roles = self.instance_roles();
        self.key_policy(key, sid, actions, &roles, setting);
    }

    /// As [`Self::key_user`], for the service role.
    pub fn key_user_service(
        &mut self,
        key: &str,
        sid: &str,
        actions: &[&str],
        setting: &'static str,
    ) {
        self.statement(
            SERVICE_ROLE,
            Statement::allow(sid, actions).on([key.to_owned()]),
            Some(setting),
        );
        let roles = self.roles_of("iam.service-role", "roles");
        self.key_policy(key, sid, actions, &roles, setting);
    }

    fn key_policy(
        &mut self,
        key: &str,
        sid: &str,
        actions: &[&str],
        roles: &BTreeSet<String>,
        setting: &'static str,
    ) {
        let kms::KeyName::KeyArn { id, .. } = KeyName::of(key) else {
            return;
        };
        if roles.is_empty() {
            return;
        }
        let policy = format!("kms/{id}");
        // In a key policy `*` is the key itself. The account keeps a role of that name elsewhere from counting.
        let statement = Statement::allow(sid, actions)
            .on(["*"])
            .by(aws(roles))
            .when(json!({ "StringEquals": { "kms:CallerAccount": self.target.account } }));
        self.statement(&policy, statement, Some(setting));
    }

    /// Lets the role of the instance profile read an object: a certificate archive, or the JAR of a provider.
    pub fn object_reader(&mut self, object: &str, sid: &str, setting: &'static str) {
        let Some(place) = Location::of(object) else {
            return;
        };
        let arn = place.arn(self.target.partition);
        self.statement(
            INSTANCE_PROFILE,
            Statement::allow(sid, &["s3:GetObject"]).on([arn]),
            Some(setting),
        );
    }

    /// Lets the role of the instance profile assume these roles.
    pub fn may_assume(
        &mut self,
        roles: &[String],
        sid: &str,
        actions: &[&str],
        setting: &'static str,
    ) {
        self.statement(
            INSTANCE_PROFILE,
            Statement::allow(sid, actions).on(roles.iter().cloned()),
            Some(setting),
        );
    }

    /// Writes the trust of those roles that are named one by one in the role of the instance profile. Warns when the
    /// baseline does not say which role that is.
    pub fn trusts(
        &mut self,
        roles: &[String],
        sid: &str,
        actions: &[&str],
        condition: Option<&Value>,
        setting: &'static str,
    ) {
        let names: BTreeSet<&str> = roles
            .iter()
            .filter(|role| !role.contains(['*', '?']))
            .filter_map(|role| iam::role_name(role))
            .collect();
        let trusted = self.instance_roles();
        if trusted.is_empty() && !names.is_empty() {
            self.warn(
                Some(setting),
                "the trust of these roles is not written: the role of the instance profile is not named",
                "name it by ARN under `roles` in `[iam.instance-profile]`",
            );
            return;
        }
        for name in names {
            let mut statement = Statement::allow(sid, actions).by(aws(&trusted));
            statement.condition = condition.cloned();
            self.statement(&format!("iam/role-trust/{name}"), statement, Some(setting));
        }
    }

    /// The texts of a choice, bound; refuses when a parameter in one of them is not.
    pub fn bound_all(&mut self, setting: &'static str, choice: &Choice) -> Vec<String> {
        choice
            .texts()
            .into_iter()
            .filter_map(|text| self.bound(setting, text))
            .collect()
    }
}

/// A `Principal` element of these ARNs.
fn aws(arns: &BTreeSet<String>) -> Value {
    json!({ "AWS": arns })
}
