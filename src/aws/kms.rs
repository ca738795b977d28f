//! How KMS keys are written.

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
    /// Reads a key's name. Source: KMS API, *KeyId* parameters.
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
