//! EMR's security configurations, which have unique names and never change, and block public access.

use super::{Answer, CREATED, Lake, Refusal, refusal};
use serde_json::{Value, json};
use std::sync::Arc;

pub(super) const OPERATIONS: &[&str] = &[
    "CreateSecurityConfiguration",
    "DescribeSecurityConfiguration",
    "ListSecurityConfigurations",
    "GetBlockPublicAccessConfiguration",
    "PutBlockPublicAccessConfiguration",
];

fn wrong(message: &str) -> Refusal {
    refusal(400, "InvalidRequestException", message)
}

impl Lake {
    pub(super) fn configuration(&mut self, operation: &str, input: &Value) -> Answer {
        let name = input["Name"].as_str().unwrap_or_default();
        let seconds = |second: i64| json!(f64::from(i32::try_from(second).unwrap()) + 0.123);
        match operation {
            "CreateSecurityConfiguration" => {
                let body = input["SecurityConfiguration"].as_str().unwrap_or_default();
                let is_object =
                    serde_json::from_str(body).is_ok_and(|body: Value| body.is_object());
                if name.is_empty() || !is_object {
                    return Err(wrong("Security configuration is not valid JSON."));
                }
                if self.world.configurations.contains_key(name) {
                    return Err(wrong(&format!(
                        "Security configuration with name '{name}' already exists."
                    )));
                }
                let second = CREATED + i64::try_from(self.calls).unwrap();
                let world = Arc::make_mut(&mut self.world);
                world
                    .configurations
                    .insert(name.to_owned(), (body.to_owned(), second));
                Ok(json!({"Name": name, "CreationDateTime": seconds(second)}))
            }
            "DescribeSecurityConfiguration" => {
                let found = self.world.configurations.get(name);
                let why = format!("Security configuration with name '{name}' does not exist.");
                let (body, second) = found.ok_or_else(|| wrong(&why))?;
                Ok(
                    json!({"Name": name, "SecurityConfiguration": body, "CreationDateTime": seconds(*second)}),
                )
            }
            "ListSecurityConfigurations" => {
                let all = self.world.configurations.iter();
                let all = all.map(|(name, (_, second))| {
                    json!({"Name": name, "CreationDateTime": seconds(*second)})
                });
                let asked = json!({"NextToken": input["Marker"]});
                let mut answer = self.page("SecurityConfigurations", all.collect(), &asked, 50)?;
                if let Some(next) = answer
                    .as_object_mut()
                    .and_then(|one| one.remove("NextToken"))
                {
                    answer["Marker"] = next;
                }
                Ok(answer)
            }
            "GetBlockPublicAccessConfiguration" => Ok(json!({
                "BlockPublicAccessConfiguration": self.world.block_public_access,
                "BlockPublicAccessConfigurationMetadata": {"CreationDateTime": seconds(CREATED),
                    "CreatedByArn": self.caller}})),
            _ => {
                let block = &input["BlockPublicAccessConfiguration"];
                if !block["BlockPublicSecurityGroupRules"].is_boolean() {
                    return Err(wrong("BlockPublicSecurityGroupRules is required."));
                }
                Arc::make_mut(&mut self.world).block_public_access = block.clone();
                Ok(json!({}))
            }
        }
    }
}
