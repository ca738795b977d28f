//! How secrets look in configuration: under which names they stand, which shapes they have, and what only
//! refers to one. Nothing here shows or keeps a value, and entropy is not used.

/// Stands for a hole in a text: the part of a template that is not known.
pub const HOLE: char = '\u{fffc}';

/// Property names under which passwords and keys stand, in lower case, each as its beginning and its end. Sources:
/// the configuration pages of Hive, Hadoop, Spark and Trino.
const NAMES: &[(&str, &str)] = &[
    ("javax.jdo.option.connectionpassword", ""),
    ("fs.s3a.access.key", ""),
    ("internal-communication.shared-secret", ""),
    ("", ".password"),
    ("", ".secret.key"),
    ("", "keystore.password"),
    ("ldap.", "password"),
];

/// Ends of option names that take a secret, in lower case.
const OPTIONS: &[&str] = &[
    "password",
    "passwd",
    "secret-key",
    "secret_key",
    "secret-access-key",
    "secret_access_key",
    "api-key",
    "api_key",
    "access-token",
    "access_token",
    "auth-token",
    "auth_token",
];

/// Whether a property of this name holds a secret.
pub fn is_secret_property(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    NAMES.iter().any(|(begin, end)| {
        let rest = name.strip_prefix(begin);
        // A name without a pattern is compared whole.
        rest.is_some_and(|rest| {
            if end.is_empty() {
                rest.is_empty()
            } else {
                rest.ends_with(end)
            }
        })
    })
}

/// Whether an option of this name takes a secret, whatever dashes it begins with.
pub fn is_secret_option(name: &str) -> bool {
    // Java writes one word: `keyStorePassword`.
    let camel = name.ends_with("Password");
    let bare = name.trim_start_matches('-').to_ascii_lowercase();
    let ends = |end: &str| {
        bare.strip_suffix(end)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with(['-', '_', '.']))
    };
    camel || is_secret_property(&bare) || OPTIONS.iter().any(|end| ends(end))
}

/// Where a dynamic reference of CloudFormation takes its value from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolved {
    /// Secrets Manager, or a secure string of the parameter store.
    Secret,
    /// A plain string of the parameter store.
    Plain,
}

/// Reads `{{resolve:<service>:…}}`. Source: CloudFormation User Guide, *Dynamic references*.
pub fn resolved(text: &str) -> Option<Resolved> {
    let inner = text.trim().strip_prefix("{{resolve:")?.strip_suffix("}}")?;
    if inner.starts_with("secretsmanager:") || inner.starts_with("ssm-secure:") {
        Some(Resolved::Secret)
    } else if inner.starts_with("ssm:") {
        Some(Resolved::Plain)
    } else {
        None
    }
}

/// Whether a text only refers to a secret that stands elsewhere, or is a hole. `EMR.secret@` is documented for EMR
/// Serverless, and is no secret anywhere.
pub fn is_reference(text: &str) -> bool {
    let text = text.trim();
    let arn = text
        .strip_prefix("arn:")
        .and_then(|rest| rest.split(':').nth(1));
    text.trim_matches(HOLE).is_empty()
        || text.starts_with(['$', '`'])
        || resolved(text).is_some()
        || text.starts_with("EMR.secret@")
        || matches!(arn, Some("secretsmanager" | "ssm"))
}

/// Whether a value was masked: something stands there, and what is not told.
pub fn is_masked(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|char| char == '*')
}

/// What secret a text has the shape of, if it has one.
pub fn shape(text: &str) -> Option<&'static str> {
    if text.contains("-----BEGIN ") && text.contains("PRIVATE KEY-----") {
        return Some("a private key");
    }
    if has_access_key(text) {
        return Some("an AWS access key id");
    }
    has_url_password(text).then_some("a password in a JDBC URL")
}

/// `AKIA` or `ASIA` and sixteen more. Source: IAM User Guide, *Unique identifiers*.
fn has_access_key(text: &str) -> bool {
    text.split(|char: char| !char.is_ascii_alphanumeric())
        .any(|word| {
            word.len() == 20
                && (word.starts_with("AKIA") || word.starts_with("ASIA"))
                && word
                    .chars()
                    .all(|char| char.is_ascii_uppercase() || char.is_ascii_digit())
        })
}

fn has_url_password(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let Some((_, url)) = text.split_once("jdbc:") else {
        return false;
    };
    url.split("password=").skip(1).any(|rest| {
        let value = rest
            .split(['&', ';', ',', ' ', '"', '\''])
            .next()
            .unwrap_or_default();
        let elsewhere = value.starts_with(HOLE)
            || value.starts_with("{{resolve")
            || value.starts_with("emr.secret@");
        !elsewhere && !is_reference(value)
    })
}

/// Positions of the words that hold a secret by the option they belong to: `--password x`, `--password=x`,
/// `-Dx.password=x`, `PASSWORD=x`. Each comes with the option's name.
pub fn secret_words<'w>(words: &[&'w str]) -> Vec<(usize, &'w str)> {
    let plain = |value: &str| !is_reference(value) && !is_masked(value);
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate() {
        if let Some((name, value)) = word.split_once('=') {
            let value = value.trim_matches(['"', '\'']);
            let bare = name.strip_prefix("-D").unwrap_or(name);
            if is_secret_option(bare) && plain(value) {
                found.push((at, bare));
            }
        } else if word.starts_with('-')
            && is_secret_option(word)
            && let Some(next) = words.get(at + 1)
            && !next.starts_with('-')
            && plain(next.trim_matches(['"', '\'']))
        {
            found.push((at + 1, word));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_without_case() {
        for (name, secret) in [
            ("javax.jdo.option.ConnectionPassword", true),
            ("fs.s3a.secret.key", true),
            ("ssl.server.keystore.password", true),
            ("LDAP.bind-Password", true),
            (
                "hadoop.security.credstore.java-keystore-provider.password-file",
                false,
            ),
            ("javax.jdo.option.ConnectionUserName", false),
        ] {
            assert_eq!(is_secret_property(name), secret, "{name}");
        }
    }

    #[test]
    fn what_refers_to_a_secret_is_none() {
        for text in [
            "{{resolve:secretsmanager:db:SecretString:password}}",
            "EMR.secret@arn:aws:secretsmanager:us-west-2:111122223333:secret:db",
            "arn:aws:secretsmanager:us-west-2:111122223333:secret:db",
            "$PASSWORD",
            "\u{fffc}",
            "",
        ] {
            assert!(is_reference(text), "{text}");
        }
        assert!(!is_reference("hunter2"));
        assert!(!is_reference("hunter2\u{fffc}"));
    }

    #[test]
    fn dynamic_references_tell_where_the_value_is() {
        assert_eq!(resolved("{{resolve:ssm:/db}}"), Some(Resolved::Plain));
        assert_eq!(
            resolved("{{resolve:ssm-secure:/db:1}}"),
            Some(Resolved::Secret)
        );
        assert_eq!(
            resolved("{{resolve:secretsmanager:\u{fffc}:x}}"),
            Some(Resolved::Secret)
        );
        assert_eq!(resolved("hunter2{{resolve:ssm:/db}}"), None);
    }

    #[test]
    fn shapes_are_found_inside_texts() {
        for (text, found) in [
            ("export KEY=AKIAIOSFODNN7EXAMPLE", true),
            ("xAKIAIOSFODNN7EXAMPLE", false),
            ("AKIAIOSFODNN7EXAMPLEX", false),
            ("-----BEGIN RSA PRIVATE KEY-----\nMIIB", true),
            ("-----BEGIN CERTIFICATE-----", false),
            ("jdbc:mysql://h/db?user=u&Password=hunter2", true),
            ("jdbc:mysql://h/db?user=u&password=\u{fffc}", false),
            ("jdbc:mysql://h/db?user=u&password=${pw}&ssl=true", false),
            ("mysql://h/db?password=x", false),
        ] {
            assert_eq!(shape(text).is_some(), found, "{text}");
        }
    }

    #[test]
    fn options_hold_secrets_in_either_form() {
        for (words, found) in [
            (&["--db-password=hunter2"][..], true),
            (&["--db-password", "hunter2"], true),
            (&["--db-password", "--verbose"], false),
            (&["--db-password", "$PW"], false),
            (&["--password-file", "/run/pw"], false),
            (&["-Djavax.net.ssl.keyStorePassword=hunter2"], true),
            (&["-Dssl.keystore.password=hunter2"], true),
            (&["AWS_SECRET_ACCESS_KEY=hunter2"], true),
            (&["--password="], false),
            (&["password", "hunter2"], false),
        ] {
            assert_eq!(!secret_words(words).is_empty(), found, "{words:?}");
        }
    }
}
