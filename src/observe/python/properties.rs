//! CDK's names for the properties of CloudFormation's resources: `ec2_subnet_id` for `Ec2SubnetId`.

use crate::observe::duplicates::Member;
use crate::observe::edit::{self, Rewrite};
use crate::observed::tree::{Kind, NodeId, Tree};

/// Properties whose names in CloudFormation do not follow from CDK's. Source: CloudFormation Template Reference, *Amazon EMR*.
const ODD: &[(&str, &str)] = &[
    ("os_release_label", "OSReleaseLabel"),
    ("osReleaseLabel", "OSReleaseLabel"),
    ("ad_domain_join_user", "ADDomainJoinUser"),
    ("adDomainJoinUser", "ADDomainJoinUser"),
    ("ad_domain_join_password", "ADDomainJoinPassword"),
    ("adDomainJoinPassword", "ADDomainJoinPassword"),
    ("size_in_gb", "SizeInGB"),
    ("sizeInGb", "SizeInGB"),
];

/// Properties whose members are the user's own.
const OWN: &[&str] = &[
    "ConfigurationProperties",
    "Parameters",
    "Properties",
    "StepProperties",
];

/// Properties as CloudFormation names them.
pub(super) fn properties(tree: &mut Tree, arguments: NodeId) -> NodeId {
    edit::rewritten(tree, arguments, &mut Names)
}

struct Names;

impl Rewrite for Names {
    fn string(&mut self, _: &mut Tree, _: NodeId) -> Option<NodeId> {
        None
    }

    fn member(&mut self, tree: &mut Tree, (key, key_span, value): Member) -> Option<Member> {
        let name = property(tree.text(key));
        // Tags are a list of CDK's, or a mapping of the user's.
        let own_tags = name == "Tags" && matches!(tree.slot(value).kind, Kind::Map(..));
        let value = if own_tags || OWN.contains(&name.as_str()) {
            value
        } else {
            edit::rewritten(tree, value, self)
        };
        Some((tree.decoded_text(&name), key_span, value))
    }
}

/// A property's name in CloudFormation.
pub(super) fn property(name: &str) -> String {
    if let Some((_, odd)) = ODD.iter().find(|(known, _)| *known == name) {
        return (*odd).to_owned();
    }
    let mut out = String::with_capacity(name.len());
    for word in name.split('_') {
        let mut letters = word.chars();
        out.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        out.push_str(letters.as_str());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::property;

    #[test]
    fn names_are_those_of_cloudformation() {
        for (python, cloudformation) in [
            ("name", "Name"),
            ("log_encryption_kms_key_id", "LogEncryptionKmsKeyId"),
            ("ec2_subnet_ids", "Ec2SubnetIds"),
            ("instanceCount", "InstanceCount"),
            ("ReleaseLabel", "ReleaseLabel"),
            ("os_release_label", "OSReleaseLabel"),
            ("ad_domain_join_user", "ADDomainJoinUser"),
        ] {
            assert_eq!(property(python), cloudformation);
        }
    }
}
