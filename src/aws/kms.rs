//! How KMS keys are written.

/// What a user of a key needs to encrypt and decrypt with it. Source: EMR Management Guide, *Create keys and
/// certificates for data encryption* (key users), and KMS Developer Guide, *Allow key users to use the key*.
pub const USE: &[&str] = &[
    "kms:Encrypt",
    "kms:Decrypt",
    "kms:ReEncrypt*",
    "kms:GenerateDataKey*",
    "kms:DescribeKey",
];

/// A key that no baseline names, as a JSON text: for changes that swap a key.
pub const OTHER_KEY: &str =
    "\"arn:aws:kms:us-west-2:999999999999:key/00000000-0000-4000-8000-000000000000\"";

/// A key as some text names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyName<'a> {
    /// `arn:<partition>:kms:<region>:<account>:key/<id>`: names one key for ever.
    KeyArn {
        /// Region of the key.
        region: &'a str,
        /// Account of the key.
        account: &'a str,
        /// Key id.
        id: &'a str,
    },
    /// `arn:…:alias/<name>` or `alias/<name>`: whatever the alias points at.
    Alias {
        /// With the `alias/` prefix.
        name: &'a str,
    },
    /// A bare key id: of whatever account and region reads it.
    Id(&'a str),
    /// Nothing that names a key.
    Malformed,
}

impl<'a> KeyName<'a> {
    /// Reads a key's name. Source: KMS API, `KeyId` parameters.
    pub fn of(text: &'a str) -> Self {
        if let Some(rest) = text.strip_prefix("arn:") {
            let mut parts = rest.splitn(5, ':');
            let (Some(_), Some("kms"), Some(region), Some(account), Some(resource)) = (
                parts.next(),
                parts.next(),
                parts.next(),
                parts.next(),
                parts.next(),
            ) else {
                return Self::Malformed;
            };
            return match resource.strip_prefix("key/") {
                Some(id) if !id.is_empty() => Self::KeyArn {
                    region,
                    account,
                    id,
                },
                _ if resource.starts_with("alias/") => Self::Alias { name: resource },
                _ => Self::Malformed,
            };
        }
        if text.starts_with("alias/") {
            return Self::Alias { name: text };
        }
        let id = !text.is_empty()
            && text.chars().all(|char| {
                char.is_ascii_hexdigit() || char == '-' || char.is_ascii_alphanumeric()
            });
        if id { Self::Id(text) } else { Self::Malformed }
    }

    /// An alias that AWS reserves for the keys it manages.
    pub fn is_aws_managed_alias(self) -> bool {
        matches!(self, Self::Alias { name } if name.starts_with("alias/aws/"))
    }
}
