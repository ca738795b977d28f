//! Row-level-security policies and what they are attached to, to be read.

use super::{Answer, Lake, missing, needed};
use serde_json::{Value, json};
use std::sync::Arc;

impl Lake {
    pub(super) fn row_policy(&mut self, operation: &str, input: &Value) -> Answer {
        let world = &self.world;
        let sees = self.sees_all();
        match operation {
            "ListRLSPolicies" => {
                let all = world
                    .row_policies
                    .values()
                    .filter(|_| sees)
                    .cloned()
                    .collect();
                self.page("RLSPolicies", all, input, 1000)
            }
            "GetRLSPolicy" => {
                let policy = world
                    .row_policies
                    .get(&needed(input, "Name")?.to_lowercase());
                Ok(json!({"RLSPolicy": policy.ok_or_else(missing)?}))
            }
            _ => {
                let named = input["PolicyName"].as_str();
                let wanted = |one: &&Value| {
                    sees && named.is_none_or(|name| {
                        one["PolicyName"]
                            .as_str()
                            .is_some_and(|own| own.eq_ignore_ascii_case(name))
                    })
                };
                let all = world.attachments.iter().filter(wanted).cloned().collect();
                self.page("RLSPolicyAttachments", all, input, 1000)
            }
        }
    }

    /// Plants a policy, as somebody made it in the console.
    pub fn row_policy_of(&mut self, name: &str, expression: &str) {
        let policy = json!({"CatalogId": self.account, "Name": name, "FilterExpression": expression,
            "AttachmentColumns": [{"Name": "country", "Type": "string"}]});
        let world = Arc::make_mut(&mut self.world);
        world.row_policies.insert(name.to_lowercase(), policy);
    }

    /// Attaches a policy to a table for a principal.
    pub fn attach(&mut self, policy: &str, database: &str, table: &str, principal: &str) {
        let on =
            json!({"Table": {"CatalogId": self.account, "DatabaseName": database, "Name": table}});
        let attachment = json!({"CatalogId": self.account, "PolicyName": policy, "Resource": on,
            "Principal": {"DataLakePrincipalIdentifier": principal}, "DefaultRLSPolicy": false});
        Arc::make_mut(&mut self.world).attachments.push(attachment);
    }
}
