//! Texts in policies: lists that may be one, names that may be references.

use crate::aws::policy::Pattern;
use crate::observed::{Form, Node, Reason, Resource, ResourceKind, Scope, Value};

/// The name under which the own account stands in a pattern, where its number is not known.
const ACCOUNT: &str = "AWS::AccountId";
const REGION: &str = "AWS::Region";

/// The items of a list, or the single value that stands for a list of one, as IAM allows everywhere.
pub fn list_of(node: Node<'_>) -> Vec<Node<'_>> {
    match node.value() {
        Value::List => node.items().collect(),
        Value::Absent | Value::Null => Vec::new(),
        Value::Unreadable(_)
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Template
        | Value::Map => vec![node],
    }
}

/// A text as a pattern. What it refers to is named, so that equal references are equal; what is not known is a hole.
pub fn pattern_of(node: Node<'_>, scope: &Scope<'_>) -> Pattern {
    let mut pattern = Pattern::default();
    match node.value() {
        Value::Template => node
            .items()
            .for_each(|piece| push(&mut pattern, piece, scope)),
        Value::String(_) | Value::Unreadable(_) => push(&mut pattern, node, scope),
        Value::Number(text) => pattern.push(text),
        Value::Absent | Value::Null | Value::Bool(_) | Value::List | Value::Map => {
            pattern.push_hole();
        }
    }
    pattern.finished()
}

fn push(pattern: &mut Pattern, piece: Node<'_>, scope: &Scope<'_>) {
    match (piece.value(), piece.reason()) {
        (Value::String(text), _) => pattern.push(text),
        (_, Some(Reason::Pseudo { name })) => pattern.push_word(name),
        (_, Some(Reason::Parameter { name, .. })) => {
            pattern.push_name(&format!("parameter {name}"));
        }
        (
            _,
            Some(Reason::Reference {
                resource,
                attribute,
            }),
        ) => refer(pattern, resource, attribute.as_deref(), scope),
        _ => pattern.push_hole(),
    }
}

fn refer(pattern: &mut Pattern, id: &str, attribute: Option<&str>, scope: &Scope<'_>) {
    let asked = attribute.unwrap_or_default().to_ascii_lowercase();
    // Terraform asks AWS for the account it works in.
    if id.contains("aws_caller_identity") && asked == "account_id" {
        return pattern.push_word(ACCOUNT);
    }
    let found = scope.of_any_kind(id).find(|one| one.form != Form::Named);
    let is_name =
        ["", "id", "name", "bucket", "key_id", "keyid", "bucketname"].contains(&asked.as_str());
    match found {
        Some(resource) if asked == "arn" && push_arn(pattern, resource) => {}
        Some(resource) if is_name && !resource.is_a("AWS::IAM::ManagedPolicy") => {
            push_own_name(pattern, resource);
        }
        _ => pattern.push_name(&format!("{id}.{asked}")),
    }
}

fn push_own_name(pattern: &mut Pattern, resource: &Resource<'_>) {
    match resource.identity.name.as_deref() {
        Some(name) => pattern.push(name),
        None => pattern.push_word(&resource.identity.id),
    }
}

/// Source: Service Authorization Reference, *Resource types* of S3, IAM and KMS.
fn push_arn(pattern: &mut Pattern, resource: &Resource<'_>) -> bool {
    let account = own_account(resource);
    let kind = resource.kind();
    if kind == ResourceKind::S3Bucket {
        pattern.push("arn::s3:::");
    } else if kind == ResourceKind::IamRole {
        let word = match resource.type_name {
            Some("AWS::IAM::User") => "user",
            Some("AWS::IAM::Group") => "group",
            Some("AWS::IAM::InstanceProfile") => "instance-profile",
            Some("AWS::IAM::ManagedPolicy") => return false,
            Some(_) | None => "role",
        };
        pattern.push("arn::iam::");
        pattern.append(&account);
        pattern.push(&format!(":{word}"));
        match (
            resource.body.get("Path").as_text(),
            resource.body.get("Path").is_absent(),
        ) {
            (Some(path), _) => pattern.push(path),
            (None, true) => pattern.push("/"),
            (None, false) => pattern.push_hole(),
        }
    } else if kind == ResourceKind::KmsKey {
        pattern.push("arn::kms:");
        match resource.identity.region.as_deref() {
            Some(region) => pattern.push(region),
            None => pattern.push_word(REGION),
        }
        pattern.push(":");
        pattern.append(&account);
        pattern.push(":key/");
    } else {
        return false;
    }
    push_own_name(pattern, resource);
    true
}

/// The ARN of a declared or live role, user or group.
pub fn pattern_of_identity(resource: &Resource<'_>) -> Pattern {
    let mut pattern = Pattern::default();
    // Nobody acts as a profile: its role does.
    let arn = super::held::arn_of_role_held(resource);
    match arn.or(resource.identity.arn.as_deref()) {
        Some(arn) => pattern.push(arn),
        None => drop(push_arn(&mut pattern, resource)),
    }
    pattern.finished()
}

/// The account of a resource: its number, or the name under which the own account stands.
pub fn own_account(resource: &Resource<'_>) -> Pattern {
    let mut account = Pattern::default();
    match resource.identity.account.as_deref() {
        Some(number) => account.push(number),
        None => account.push_word(ACCOUNT),
    }
    account
}

/// The trust of a role: who may assume it. Absent for what is no role.
pub fn trust_of<'t>(role: &Resource<'t>) -> Node<'t> {
    if role.form == Form::Live {
        return super::held::details_of(role).get("AssumeRolePolicyDocument");
    }
    role.body.get("AssumeRolePolicyDocument")
}
