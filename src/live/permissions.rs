//! The least that an audit, or a change, needs to be allowed, as an IAM policy.

use super::operation::{
    ALL, ASSUME_ROLE, DESCRIBE_IDENTITY_CENTER, DESCRIBE_SECURITY_CONFIGURATION,
    GET_BLOCK_PUBLIC_ACCESS, GET_CALLER_IDENTITY, GET_DATA_LAKE_SETTINGS, LIST_ACCOUNTS,
    LIST_DATA_CELLS_FILTER, LIST_OPT_INS, LIST_PERMISSIONS, LIST_RESOURCES, OF_APPLY, OF_PLAN,
    Operation, PUT_DATA_LAKE_SETTINGS, Service,
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Actions of these calls that AWS's managed policy `SecurityAudit` does not hold.
/// Source: `arn:aws:iam::aws:policy/SecurityAudit`, version 85 (March 2026).
const BEYOND_SECURITY_AUDIT: &[&str] = &[
    "elasticmapreduce:ListBootstrapActions",
    "elasticmapreduce:ListInstanceFleets",
    "elasticmapreduce:ListInstanceGroups",
    "elasticmapreduce:ListStudioSessionMappings",
    "elasticmapreduce:ListStudios",
    "emr-containers:DescribeSecurityConfiguration",
    "emr-containers:ListVirtualClusters",
    "glue:GetCatalogs",
    "glue:GetTables",
    "lakeformation:DescribeLakeFormationIdentityCenterConfiguration",
    "lakeformation:GetDataLakePrincipal",
    "lakeformation:GetDataLakeSettings",
    "lakeformation:GetResourceLFTags",
    "lakeformation:ListDataCellsFilter",
    "lakeformation:ListLFTagExpressions",
    "lakeformation:ListLFTags",
    "lakeformation:ListLakeFormationOptIns",
    "lakeformation:ListPermissions",
    "lakeformation:ListRLSPolicies",
    "lakeformation:ListRLSPolicyAttachments",
    "lakeformation:ListResources",
];

/// The policy of an audit in one partition: one statement a service and kind of resource.
pub fn policy(partition: &str) -> Value {
    let operations = ALL
        .iter()
        // Everybody may ask who they are (STS API, `GetCallerIdentity`).
        .filter(|operation| **operation != &GET_CALLER_IDENTITY);
    let mut statements: BTreeMap<(Service, &str), BTreeSet<&str>> = BTreeMap::new();
    for operation in operations {
        let service = service(operation);
        let actions = statements.entry((service, operation.resource));
        actions.or_default().insert(operation.action);
    }
    let statements: Vec<Value> = statements
        .into_iter()
        .map(|((service, resource), actions)| {
            let resource = resource.replacen("arn:*:", &format!("arn:{partition}:"), 1);
            let sid = sid(service, &resource);
            json!({"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resource})
        })
        .collect();
    json!({"Version": "2012-10-17", "Statement": statements})
}

/// What is read to plan changes.
const READ_TO_CHANGE: &[&Operation] = &[
    &GET_DATA_LAKE_SETTINGS,
    &DESCRIBE_IDENTITY_CENTER,
    &LIST_PERMISSIONS,
    &LIST_RESOURCES,
    &LIST_DATA_CELLS_FILTER,
    &LIST_OPT_INS,
    &DESCRIBE_SECURITY_CONFIGURATION,
    &GET_BLOCK_PUBLIC_ACCESS,
];

/// The policy of `apply` in one partition. Who applies is an administrator of the data lake besides. Settings stand apart:
/// AWS's policy for such administrators denies them, and whoever may write them can make himself one.
/// Source: Lake Formation Developer Guide, *`AWSLakeFormationDataAdmin`*.
pub fn changing(partition: &str) -> Value {
    let actions = |wanted: &dyn Fn(&Operation) -> bool| -> BTreeSet<&'static str> {
        let all = OF_APPLY.iter().copied().filter(|one| wanted(one));
        all.map(|operation| operation.action).collect()
    };
    let read: BTreeSet<&str> = READ_TO_CHANGE
        .iter()
        .chain(OF_PLAN)
        .map(|operation| operation.action)
        .collect();
    let of =
        |service: Service| actions(&|one| one.service == service && one != &PUT_DATA_LAKE_SETTINGS);
    let roles = format!("arn:{partition}:iam::*:role/*");
    json!({"Version": "2012-10-17", "Statement": [
        {"Sid": "Read", "Effect": "Allow", "Action": read, "Resource": "*"},
        {"Sid": "ChangeEmr", "Effect": "Allow", "Action": of(Service::Emr), "Resource": "*"},
        {"Sid": "ChangeLake", "Effect": "Allow", "Action": of(Service::LakeFormation), "Resource": "*"},
        {"Sid": "ChangeLakeSettings", "Effect": "Allow", "Action": [PUT_DATA_LAKE_SETTINGS.action], "Resource": "*"},
        {"Sid": "RegisterWithRole", "Effect": "Allow", "Action": ["iam:PassRole"], "Resource": roles,
         "Condition": {"StringEquals": {"iam:PassedToService": "lakeformation.amazonaws.com"}}},
    ]})
}

/// What is missing where `SecurityAudit` is attached already.
pub fn delta() -> Value {
    json!({"Version": "2012-10-17", "Statement": [{
        "Sid": "DeltaOverSecurityAudit", "Effect": "Allow", "Action": BEYOND_SECURITY_AUDIT, "Resource": "*",
    }]})
}

/// What `AssumeRole` needs besides itself to tag the session (STS API, `AssumeRole`: `Tags`).
const TAG_SESSION: &str = "sts:TagSession";

/// The actions of entering an account.
fn entering(tags: bool) -> Vec<&'static str> {
    let more = tags.then_some(TAG_SESSION);
    std::iter::once(ASSUME_ROLE.action).chain(more).collect()
}

/// What the role needs from which other accounts are entered, with tagged sessions or without.
pub fn hub(partition: &str, role: &str, tags: bool) -> Value {
    let roles = ASSUME_ROLE
        .resource
        .replacen("arn:*:", &format!("arn:{partition}:"), 1);
    let roles = roles.replace("role/*", &format!("role/{role}"));
    json!({"Version": "2012-10-17", "Statement": [
        {"Sid": "ListOrganization", "Effect": "Allow", "Action": [LIST_ACCOUNTS.action], "Resource": "*"},
        {"Sid": "EnterAccounts", "Effect": "Allow", "Action": entering(tags), "Resource": roles},
    ]})
}

/// Whom the role in another account trusts.
pub fn trust(hub: &str, external_id: Option<&str>, tags: bool) -> Value {
    let mut statement = json!({"Sid": "TrustHub", "Effect": "Allow", "Principal": {"AWS": hub}, "Action": ASSUME_ROLE.action});
    // Apart, because requests to tag a session do not carry the external id.
    let tagging = json!({"Sid": "TagSessions", "Effect": "Allow", "Principal": {"AWS": hub}, "Action": TAG_SESSION});
    if let (Some(word), Value::Object(statement)) = (external_id, &mut statement) {
        let condition = json!({"StringEquals": {"sts:ExternalId": word}});
        statement.insert("Condition".to_owned(), condition);
    }
    let mut statements = vec![statement];
    statements.extend(tags.then_some(tagging));
    json!({"Version": "2012-10-17", "Statement": statements})
}

fn service(operation: &Operation) -> Service {
    if operation.service == Service::S3Control {
        Service::S3
    } else {
        operation.service
    }
}

fn sid(service: Service, resource: &str) -> String {
    let name = match service {
        Service::Emr => "Emr",
        Service::Serverless => "Serverless",
        Service::Containers => "Containers",
        Service::Ec2 => "Ec2",
        Service::Kms => "Kms",
        Service::Iam => "Iam",
        Service::Sts => "Sts",
        Service::S3 | Service::S3Control => "S3",
        Service::LakeFormation => "LakeFormation",
        Service::Glue => "Glue",
        Service::Organizations => "Organizations",
        Service::ServiceQuotas => "Quotas",
    };
    let what = match resource.rsplit(':').next().unwrap_or_default() {
        "*" if resource == "*" => "Account",
        "*" => "Buckets",
        "cluster/*" => "Clusters",
        "studio/*" => "Studios",
        "key/*" => "Keys",
        "/applications/*" => "Applications",
        "/securityconfigurations/*" => "Configurations",
        _ => "Profiles",
    };
    format!("{name}{what}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_allows_every_call_once_and_nothing_else() {
        let policy = policy("aws");
        let statements = policy["Statement"].as_array().unwrap();
        let mut allowed: Vec<&str> = statements
            .iter()
            .flat_map(|statement| statement["Action"].as_array().unwrap())
            .map(|action| action.as_str().unwrap())
            .collect();
        allowed.sort_unstable();
        let mut called: Vec<&str> = ALL.iter().map(|one| one.action).collect();
        called.retain(|action| *action != GET_CALLER_IDENTITY.action);
        called.sort_unstable();
        assert_eq!(allowed, called);
        let sids: BTreeSet<&str> = statements
            .iter()
            .map(|statement| statement["Sid"].as_str().unwrap())
            .collect();
        assert_eq!(sids.len(), statements.len());
    }

    #[test]
    fn the_policy_of_changes_allows_every_one_of_them_and_reads_that_audits_make() {
        let policy = changing("aws-cn");
        let statements = policy["Statement"].as_array().unwrap();
        let mut allowed: BTreeSet<&str> = statements
            .iter()
            .flat_map(|statement| statement["Action"].as_array().unwrap())
            .map(|action| action.as_str().unwrap())
            .collect();
        for operation in OF_APPLY.iter().chain(OF_PLAN) {
            assert!(allowed.remove(operation.action), "{operation}");
        }
        for action in allowed {
            let known = ALL.iter().any(|one| one.action == action);
            assert!(known || action.starts_with("iam:"), "{action}");
        }
        assert!(policy.to_string().contains("arn:aws-cn:iam::*:role/*"));
    }

    #[test]
    fn the_delta_holds_nothing_that_is_not_called() {
        for action in BEYOND_SECURITY_AUDIT {
            assert!(ALL.iter().any(|one| one.action == *action), "{action}");
        }
    }

    #[test]
    fn a_hub_may_enter_one_role_and_no_other() {
        let policy = hub("aws-cn", "audit/reader", false);
        let of_roles = &policy["Statement"][1];
        assert_eq!(of_roles["Action"], json!(["sts:AssumeRole"]));
        assert_eq!(of_roles["Resource"], "arn:aws-cn:iam::*:role/audit/reader");
        let arn = "arn:aws:iam::111122223333:role/hub";
        let tagged = trust(arn, Some("word"), true);
        assert_eq!(tagged["Statement"][1]["Action"], "sts:TagSession");
        assert_eq!(tagged["Statement"][1].get("Condition"), None);
        let both = hub("aws", "reader", true);
        assert_eq!(
            both["Statement"][1]["Action"],
            json!(["sts:AssumeRole", "sts:TagSession"])
        );
        let trust = trust(arn, Some("word"), false);
        assert_eq!(trust["Statement"].as_array().unwrap().len(), 1);
        let statement = &trust["Statement"][0];
        assert_eq!(
            statement["Principal"]["AWS"],
            "arn:aws:iam::111122223333:role/hub"
        );
        assert_eq!(
            statement["Condition"]["StringEquals"]["sts:ExternalId"],
            "word"
        );
    }

    #[test]
    fn arns_are_of_the_partition() {
        let text = policy("aws-us-gov").to_string();
        assert!(text.contains("arn:aws-us-gov:elasticmapreduce:*:*:cluster/*"));
        assert!(!text.contains("arn:*"));
    }
}
