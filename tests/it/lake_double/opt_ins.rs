//! Opt-ins of hybrid access mode: of administrators only, and never of tag policies.

use super::node::Node;
use super::{Answer, Lake, invalid, missing, needed, refusal, time};
use serde_json::{Value, json};
use std::sync::Arc;

impl Lake {
    pub(super) fn opt_in(&mut self, operation: &str, input: &Value) -> Answer {
        if operation == "ListLakeFormationOptIns" {
            let wanted = |one: &&Value| {
                self.sees_all()
                    && (input["Principal"].is_null() || input["Principal"] == one["Principal"])
            };
            let all = self
                .world
                .opt_ins
                .values()
                .filter(wanted)
                .cloned()
                .collect();
            return self.page("LakeFormationOptInsInfoList", all, input, 1000);
        }
        self.only_administrators()?;
        let principal = needed(&input["Principal"], "DataLakePrincipalIdentifier")?;
        let node = Node::read(&input["Resource"], &self.account)?;
        if !matches!(
            node,
            Node::Catalog(_) | Node::Database(..) | Node::Table(..)
        ) {
            return Err(invalid("Opt-ins are for catalogs, databases and tables"));
        }
        let condition = input["Condition"]["Expression"]
            .as_str()
            .unwrap_or_default();
        let key = format!("{principal}|{condition}|{}", node.json());
        if operation == "DeleteLakeFormationOptIn" {
            let gone = Arc::make_mut(&mut self.world).opt_ins.remove(&key);
            return gone.map(|_| json!({})).ok_or_else(missing);
        }
        if self.world.opt_ins.contains_key(&key) {
            return Err(refusal(
                400,
                "InvalidInputException",
                "The opt-in already exists",
            ));
        }
        let mut shown = json!({"Principal": {"DataLakePrincipalIdentifier": principal}, "Resource": node.json(),
            "LastModified": time(self.calls), "LastUpdatedBy": self.asker()});
        if !condition.is_empty() {
            shown["Condition"] = json!({"Expression": condition});
        }
        Arc::make_mut(&mut self.world).opt_ins.insert(key, shown);
        Ok(json!({}))
    }
}
