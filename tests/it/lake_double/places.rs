//! Registered locations.

use super::{Answer, Lake, invalid, missing, needed, refusal, time};
use serde_json::{Value, json};
use std::sync::Arc;

const LINKED: &str =
    "role/aws-service-role/lakeformation.amazonaws.com/AWSServiceRoleForLakeFormationDataAccess";

impl Lake {
    pub(super) fn place(&mut self, operation: &str, input: &Value) -> Answer {
        if operation == "ListResources" {
            let all = self.world.locations.values().cloned().collect();
            return self.page("ResourceInfoList", all, input, 1000);
        }
        let arn = needed(input, "ResourceArn")?
            .trim_end_matches('/')
            .to_owned();
        if !arn.contains(":s3:::") {
            return Err(invalid(&format!("Invalid resource ARN: {arn}")));
        }
        let known = self.world.locations.get(&arn).cloned();
        if operation == "DescribeResource" {
            return Ok(json!({"ResourceInfo": known.ok_or_else(missing)?}));
        }
        self.only_administrators()?;
        if operation == "DeregisterResource" {
            known.ok_or_else(missing)?;
            Arc::make_mut(&mut self.world).locations.remove(&arn);
            return Ok(json!({}));
        }
        let linked = format!("arn:aws:iam::{}:{LINKED}", self.account);
        let role = if operation == "RegisterResource" {
            if known.is_some() {
                return Err(refusal(
                    400,
                    "AlreadyExistsException",
                    "An AWS Lake Formation resource already exists",
                ));
            }
            match (
                input["UseServiceLinkedRole"].as_bool(),
                input["RoleArn"].as_str(),
            ) {
                (Some(true), None) => linked,
                (_, Some(role)) => role.to_owned(),
                _ => return Err(invalid("One of RoleArn and UseServiceLinkedRole is needed")),
            }
        } else {
            let known = known.ok_or_else(missing)?;
            if known["RoleArn"] == json!(linked) {
                return Err(invalid(
                    "A location that is registered with the service-linked role cannot be edited",
                ));
            }
            needed(input, "RoleArn")?.to_owned()
        };
        let mut place = json!({"ResourceArn": arn, "RoleArn": role, "LastModified": time(self.calls),
            "HybridAccessEnabled": false, "WithFederation": false, "WithPrivilegedAccess": false,
            "VerificationStatus": "VERIFIED"});
        for member in [
            "HybridAccessEnabled",
            "WithFederation",
            "WithPrivilegedAccess",
            "ExpectedResourceOwnerAccount",
        ] {
            if !input[member].is_null() {
                place[member] = input[member].clone();
            }
        }
        Arc::make_mut(&mut self.world).locations.insert(arn, place);
        Ok(json!({}))
    }
}
