//! Whether a text is of the type that a parameter or a setting asks for.

use crate::aws::kms::KeyName;
use crate::control::settings::TextType;
use std::net::IpAddr;

/// What is wrong with a text of this type; `None` when nothing is.
pub(crate) fn objection(kind: TextType, text: &str) -> Option<&'static str> {
    let fits = match kind {
        TextType::String => return None,
        TextType::KmsKey => matches!(
            KeyName::of(text),
            KeyName::KeyArn { .. } | KeyName::Alias { .. }
        ),
        TextType::S3Object => s3(text).is_some_and(|path| {
            path.split_once('/')
                .is_some_and(|(bucket, key)| !bucket.is_empty() && !key.is_empty())
        }),
        TextType::S3Prefix => s3(text).is_some_and(|path| !path.is_empty()),
        TextType::IamRole => role(text),
        TextType::Subnet => has_id(text, "subnet-"),
        TextType::SecurityGroup => has_id(text, "sg-"),
        TextType::Cidr => is_range(text),
    };
    (!fits).then(|| example(kind))
}

/// What a text of this type looks like.
pub(super) fn example(kind: TextType) -> &'static str {
    match kind {
        TextType::KmsKey => "a key is written as `arn:aws:kms:<region>:<account>:key/<id>`",
        TextType::S3Object => "an object is written as `s3://<bucket>/<key>`",
        TextType::S3Prefix => "a prefix is written as `s3://<bucket>/<prefix>/`",
        TextType::IamRole => "a role is written as `arn:aws:iam::<account>:role/<name>`",
        TextType::Subnet => "a subnet is written as `subnet-0123456789abcdef0`",
        TextType::SecurityGroup => "a security group is written as `sg-0123456789abcdef0`",
        TextType::Cidr => "a range is written as `10.0.0.0/8`",
        TextType::String => "",
    }
}

fn s3(text: &str) -> Option<&str> {
    for scheme in ["s3://", "s3n://", "s3a://"] {
        if let Some(path) = text.strip_prefix(scheme) {
            return Some(path);
        }
    }
    text.strip_prefix("arn:")?
        .split_once(":s3:::")
        .map(|(_, path)| path)
}

/// A role's ARN or its bare name, which mean one role; or the ARN of another principal that a list may name.
fn role(text: &str) -> bool {
    if let Some(rest) = text.strip_prefix("arn:") {
        return rest.split(':').count() >= 5;
    }
    !text.is_empty()
        && text
            .chars()
            .all(|char| char.is_ascii_alphanumeric() || "+=,.@_/-".contains(char))
}

fn has_id(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix)
        .is_some_and(|id| !id.is_empty() && id.chars().all(|char| char.is_ascii_alphanumeric()))
}

fn is_range(text: &str) -> bool {
    let Some((address, length)) = text.split_once('/') else {
        return false;
    };
    let (Ok(address), Ok(length)) = (address.parse::<IpAddr>(), length.parse::<u8>()) else {
        return false;
    };
    length <= if address.is_ipv4() { 32 } else { 128 }
}

/// Whether a text is an account id.
pub(super) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.chars().all(|char| char.is_ascii_digit())
}

/// The partition of a region; `None` when it is not written like one.
/// Source: AWS General Reference, *Regions and endpoints*; the prefixes are those of the SDKs' partition data.
pub(super) fn partition(region: &str) -> Option<&'static str> {
    let mut parts = region.split('-');
    let number = parts.next_back()?;
    let words: Vec<&str> = parts.collect();
    let well_formed = words.len() >= 2
        && words
            .iter()
            .all(|word| word.len() >= 2 && word.chars().all(|char| char.is_ascii_lowercase()))
        && (1..=2).contains(&number.len())
        && number.chars().all(|char| char.is_ascii_digit());
    let prefixes = [
        ("cn-", "aws-cn"),
        ("us-gov-", "aws-us-gov"),
        ("us-iso-", "aws-iso"),
        ("us-isob-", "aws-iso-b"),
        ("us-isof-", "aws-iso-f"),
        ("eu-isoe-", "aws-iso-e"),
        ("eusc-", "aws-eusc"),
    ];
    well_formed.then(|| {
        prefixes
            .into_iter()
            .find(|(prefix, _)| region.starts_with(prefix))
            .map_or("aws", |(_, partition)| partition)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_tells_its_partition() {
        assert_eq!(partition("eu-central-1"), Some("aws"));
        assert_eq!(partition("cn-north-1"), Some("aws-cn"));
        assert_eq!(partition("us-gov-west-1"), Some("aws-us-gov"));
        assert_eq!(partition("us-west"), None);
        assert_eq!(partition("Ireland"), None);
    }

    #[test]
    fn texts_are_held_to_their_type() {
        let fits = |kind, text| objection(kind, text).is_none();
        assert!(fits(
            TextType::KmsKey,
            "arn:aws-cn:kms:cn-north-1:111122223333:key/1"
        ));
        assert!(!fits(TextType::KmsKey, "s3://bucket/key"));
        assert!(fits(TextType::S3Object, "arn:aws:s3:::bucket/certs.zip"));
        assert!(!fits(TextType::S3Object, "s3://bucket"));
        assert!(fits(TextType::S3Prefix, "s3://bucket"));
        assert!(fits(TextType::Cidr, "2001:db8::/32"));
        assert!(!fits(TextType::Cidr, "10.0.0.0/33"));
        assert!(!fits(TextType::Subnet, "sg-0123"));
    }
}
