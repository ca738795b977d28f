//! Policy documents in answers: AWS gives most of them as JSON text, and IAM encodes that for URLs.

use crate::observe::decode::json_in;
use crate::observed::Reason;
use crate::observed::tree::{Kind, NodeId, Tree};

/// Calls whose answers hold policies.
/// Source: the API models of IAM, S3, KMS, Glue, EC2 and Organizations.
const CALLS: &[&str] = &[
    "iam:GetAccountAuthorizationDetails",
    "iam:GetInstanceProfile",
    "iam:GetRole",
    "s3:GetBucketPolicy",
    "kms:GetKeyPolicy",
    "glue:GetResourcePolicy",
    "glue:GetResourcePolicies",
    "ec2:DescribeVpcEndpoints",
    "organizations:DescribePolicy",
];

/// Members of those answers that are policies.
const MEMBERS: &[&str] = &[
    "AssumeRolePolicyDocument",
    "PolicyDocument",
    "Document",
    "Policy",
    "PolicyInJson",
    "Content",
];

/// Puts the documents in the place of their texts. What is no JSON is unreadable.
pub(super) fn decode(tree: &mut Tree, answers: NodeId) {
    let mut open: Vec<NodeId> = Vec::new();
    for (action, answer) in tree.node(answers).members() {
        if CALLS.contains(&action) {
            open.push(answer.id());
        }
    }
    let mut texts = Vec::new();
    while let Some(id) = open.pop() {
        let node = tree.node(id);
        open.extend(node.items().map(crate::observed::Node::id));
        for (key, value) in node.members() {
            if MEMBERS.contains(&key) && value.as_text().is_some() {
                texts.push(value.id());
            } else {
                open.push(value.id());
            }
        }
    }
    for text in texts {
        document_at(tree, text);
    }
}

fn document_at(tree: &mut Tree, text: NodeId) {
    let written = tree.node(text).as_text().unwrap_or_default();
    let slot = if written.trim_start().starts_with('%') {
        let decoded = unescaped(written);
        let kind = Kind::String(tree.decoded_text(&decoded));
        tree.push_at(kind, text)
    } else {
        text
    };
    let read =
        json_in(tree, slot).map_err(|syntax| format!("the policy is not JSON: {}", syntax.message));
    match read {
        Ok(document) => {
            tree.graft(document, text);
            tree.replace(text, document);
        }
        Err(what) => tree.mask(text, Reason::Malformed { what }),
    }
}

/// The text behind the escapes of RFC 3986. What is no escape stands for itself.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escape = (*first == b'%').then(|| after.get(..2)).flatten();
        let byte = escape
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() {
            after.get(2..).unwrap_or_default()
        } else {
            after
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::unescaped;
    use crate::observe::snapshot::{Event, Reader};

    #[test]
    fn escapes_of_urls_are_read() {
        assert_eq!(
            unescaped("%7B%22a%22%3A%20%22%C3%A9%22%7D"),
            "{\"a\": \"é\"}"
        );
        assert_eq!(unescaped("100%"), "100%");
        assert_eq!(unescaped("%zz%2"), "%zz%2");
    }

    #[test]
    fn policies_in_answers_are_documents_wherever_they_stand() {
        let lines = [
            r#"{"record":"estate","schema":"emr-baseline/snapshot/v1"}"#,
            r#"{"record":"region","account":"111122223333","region":"eu-west-1","services":[]}"#,
            r#"{"record":"resource","kind":"s3-bucket","id":"b","calls":{"s3:GetBucketPolicy":{"answer":{"Policy":"{\"Statement\":[{\"Effect\":\"Deny\"}]}"}}}}"#,
            r#"{"record":"resource","kind":"iam-role","id":"r","calls":{"iam:GetAccountAuthorizationDetails":{"answer":{"RoleDetailList":[{"RoleName":"r","AssumeRolePolicyDocument":"%7B%22Statement%22%3A%5B%5D%7D","RolePolicyList":[{"PolicyDocument":"nonsense"}]}]}}}}"#,
        ];
        let text = lines.join("\n");
        let events = Reader::new("s.jsonl", text.as_bytes()).unwrap();
        let records: Vec<_> = events
            .filter_map(|event| {
                if let Event::Resource(record) = event {
                    Some(record)
                } else {
                    None
                }
            })
            .collect();
        let bucket = records[0].resource();
        let effect = bucket
            .body
            .get("s3:GetBucketPolicy")
            .path("Policy/Statement")
            .items()
            .next()
            .unwrap()
            .get("Effect");
        assert_eq!(effect.as_text(), Some("Deny"));
        let place = effect.place();
        assert_eq!(
            (place.api.as_deref(), place.pointer.as_str()),
            (Some("s3:GetBucketPolicy"), "/Policy/Statement/0/Effect")
        );
        let role = records[1]
            .resource()
            .body
            .get("iam:GetAccountAuthorizationDetails")
            .get("RoleDetailList")
            .items()
            .next()
            .unwrap();
        assert_eq!(
            role.path("AssumeRolePolicyDocument/Statement")
                .items()
                .len(),
            0
        );
        assert!(role.path("AssumeRolePolicyDocument/Statement").is_set());
        let policy = role
            .get("RolePolicyList")
            .items()
            .next()
            .unwrap()
            .get("PolicyDocument");
        assert!(policy.reason().unwrap().to_string().contains("not JSON"));
    }
}
