//! Settings, which a call replaces whole (Lake Formation API, `PutDataLakeSettings`).

use super::{Answer, IAM_ALLOWED_PRINCIPALS, Lake, Refusal, invalid, missing};
use serde_json::{Value, json};
use std::sync::Arc;

const MEMBERS: &[&str] = &[
    "DataLakeAdmins",
    "ReadOnlyAdmins",
    "CreateDatabaseDefaultPermissions",
    "CreateTableDefaultPermissions",
    "Parameters",
    "TrustedResourceOwners",
    "AllowExternalDataFiltering",
    "AllowFullTableExternalDataAccess",
    "ExternalDataFilteringAllowList",
    "AuthorizedSessionTagValueList",
];
const LISTS: &[&str] = &[
    "DataLakeAdmins",
    "ReadOnlyAdmins",
    "CreateDatabaseDefaultPermissions",
    "CreateTableDefaultPermissions",
    "TrustedResourceOwners",
    "ExternalDataFilteringAllowList",
    "AuthorizedSessionTagValueList",
];
const VERSION: &str = "CROSS_ACCOUNT_VERSION";

fn left_to_iam() -> Value {
    json!([{"Principal": {"DataLakePrincipalIdentifier": IAM_ALLOWED_PRINCIPALS}, "Permissions": ["ALL"]}])
}

pub(super) fn of_a_new_account() -> Value {
    json!({"DataLakeAdmins": [], "ReadOnlyAdmins": [],
        "CreateDatabaseDefaultPermissions": left_to_iam(), "CreateTableDefaultPermissions": left_to_iam(),
        "Parameters": {VERSION: "1", "SET_CONTEXT": "TRUE"}, "TrustedResourceOwners": [],
        "AllowExternalDataFiltering": false, "AllowFullTableExternalDataAccess": false,
        "ExternalDataFilteringAllowList": [], "AuthorizedSessionTagValueList": []})
}

pub(super) fn closed(admin: Value, reader: Value) -> Value {
    let mut settings = of_a_new_account();
    settings["DataLakeAdmins"] = json!([admin]);
    settings["ReadOnlyAdmins"] = json!([reader]);
    settings["CreateDatabaseDefaultPermissions"] = json!([]);
    settings["CreateTableDefaultPermissions"] = json!([]);
    settings["Parameters"][VERSION] = json!("4");
    settings
}

impl Lake {
    pub(super) fn settings(&mut self, operation: &str, input: &Value) -> Answer {
        match operation {
            "GetDataLakeSettings" => Ok(json!({"DataLakeSettings": self.world.settings})),
            "GetDataLakePrincipal" => Ok(json!({"Identity": self.caller})),
            "DescribeLakeFormationIdentityCenterConfiguration" => {
                self.world.identity_center.clone().ok_or_else(missing)
            }
            _ => self.put(input),
        }
    }

    fn put(&mut self, input: &Value) -> Answer {
        let Some(wanted) = input["DataLakeSettings"].as_object() else {
            return Err(invalid("Missing required parameter: DataLakeSettings"));
        };
        let version = |settings: &Value| {
            let text = settings["Parameters"][VERSION].as_str().map(str::to_owned);
            text.and_then(|text| text.parse::<u8>().ok())
        };
        let old = version(&self.world.settings);
        // A member that is left out is cleared.
        let mut settings = json!({"AllowExternalDataFiltering": false, "AllowFullTableExternalDataAccess": false,
            "Parameters": {VERSION: old.unwrap_or(1).to_string()}});
        for list in LISTS {
            settings[*list] = json!([]);
        }
        for (member, value) in wanted {
            // What the service does not know it does not keep.
            if MEMBERS.contains(&member.as_str()) && !value.is_null() {
                settings[member.as_str()] = value.clone();
            }
        }
        check(&settings)?;
        let admins = ["DataLakeAdmins", "ReadOnlyAdmins"].into_iter();
        let named = admins.flat_map(|list| settings[list].as_array().unwrap());
        for admin in named {
            let arn = admin["DataLakePrincipalIdentifier"]
                .as_str()
                .unwrap_or_default();
            let fresh = self.fresh_principals.get_mut(arn).filter(|left| **left > 0);
            let is_fresh = fresh.is_some();
            if let Some(left) = fresh {
                *left -= 1;
            }
            if is_fresh || !(arn.contains(":role/") || arn.contains(":user/")) {
                return Err(invalid(&format!("Invalid principal, {arn}")));
            }
        }
        match (old, version(&settings)) {
            (Some(5), Some(new)) if new < 5 => {
                return Err(invalid(
                    "The cross account version cannot be lowered from 5",
                ));
            }
            (_, Some(1..=5)) => {}
            (_, None | Some(_)) => return Err(invalid("Invalid CROSS_ACCOUNT_VERSION")),
        }
        Arc::make_mut(&mut self.world).settings = settings;
        Ok(json!({}))
    }
}

fn check(settings: &Value) -> Result<(), Refusal> {
    for list in [
        "DataLakeAdmins",
        "ReadOnlyAdmins",
        "ExternalDataFilteringAllowList",
    ] {
        if settings[list].as_array().is_none_or(|list| list.len() > 30) {
            return Err(invalid(&format!("{list} holds 30 at most")));
        }
    }
    for list in [
        "CreateDatabaseDefaultPermissions",
        "CreateTableDefaultPermissions",
    ] {
        if settings[list] != json!([]) && settings[list] != left_to_iam() {
            return Err(invalid(&format!(
                "{list} is empty, or ALL to {IAM_ALLOWED_PRINCIPALS}"
            )));
        }
    }
    Ok(())
}
