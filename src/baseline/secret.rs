//! Secrets that must not stand in a baseline: found in the text itself, so that comments and files with broken
//! syntax are covered too, and reported without ever being shown.

use std::ops::Range;

/// A secret and what it looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Secret {
    pub(super) bytes: Range<usize>,
    pub(super) what: &'static str,
}

/// Finds what has the form of a secret, wherever it stands.
pub(super) fn find(text: &str) -> Vec<Secret> {
    let mut found = private_keys(text);
    for (word, bytes) in words(text) {
        let what = if is_access_key_id(word) {
            "an AWS access key id"
        } else if is_secret_access_key(word) && stands_alone(text, &bytes) {
            "an AWS secret access key"
        } else {
            continue;
        };
        found.push(Secret { bytes, what });
    }
    found.extend(assignments(text));
    found.sort_by_key(|secret| secret.bytes.start);
    found.dedup_by(|later, earlier| later.bytes.start < earlier.bytes.end);
    found
}

/// What the names of secrets end with.
const ENDINGS: [&str; 8] = [
    "password",
    "passwd",
    "passphrase",
    "secret-key",
    "secret-access-key",
    "private-key",
    "session-token",
    "api-key",
];

/// True for keys whose value is a secret by name.
fn is_secret_key(key: &str) -> bool {
    let key = key.to_lowercase().replace('_', "-");
    ENDINGS.iter().any(|ending| key.ends_with(ending))
        || ["secret", "token", "pwd"].contains(&key.as_str())
}

/// True when a text under such a key is a reference, which is what should stand there.
fn is_reference(value: &str) -> bool {
    value.is_empty()
        || value.starts_with("arn:")
        || value.starts_with("${")
        || value.starts_with("{{resolve:")
}

fn private_keys(text: &str) -> Vec<Secret> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text
        .get(from..)
        .and_then(|rest| rest.find("PRIVATE KEY-----"))
    {
        let middle = from + at;
        let begin = text
            .get(from..middle)
            .and_then(|before| before.rfind("-----BEGIN "))
            .map_or(middle, |offset| from + offset);
        let body = middle + "PRIVATE KEY-----".len();
        let end = text
            .get(body..)
            .and_then(|rest| rest.find("PRIVATE KEY-----"))
            .map_or(text.len(), |offset| {
                body + offset + "PRIVATE KEY-----".len()
            });
        found.push(Secret {
            bytes: begin..end,
            what: "a private key",
        });
        from = end;
    }
    found
}

/// Runs of the characters of base64 but its padding, which keys of AWS do not have, with their bytes.
fn words(text: &str) -> impl Iterator<Item = (&str, Range<usize>)> {
    let is_word = |char: char| char.is_ascii_alphanumeric() || matches!(char, '/' | '+');
    let start = text.as_ptr().addr();
    text.split(move |char| !is_word(char))
        .filter(|word| word.len() >= 20)
        .map(move |word| {
            let at = word.as_ptr().addr() - start;
            (word, at..at + word.len())
        })
}

fn is_access_key_id(word: &str) -> bool {
    word.len() == 20
        && (word.starts_with("AKIA") || word.starts_with("ASIA"))
        && word
            .chars()
            .all(|char| char.is_ascii_uppercase() || char.is_ascii_digit())
}

/// Forty characters of base64 with the variety of a random text; a digest in hexadecimal is none.
fn is_secret_access_key(word: &str) -> bool {
    let mut kinds: Vec<char> = word.chars().collect();
    kinds.sort_unstable();
    kinds.dedup();
    word.len() == 40
        && kinds.len() >= 20
        && word.contains(|char: char| char.is_ascii_uppercase())
        && word.contains(|char: char| char.is_ascii_lowercase())
        && word.contains(|char: char| char.is_ascii_digit())
}

/// Whether a word is all of a string: a path or ARN may hold forty such characters in a row.
fn stands_alone(text: &str, bytes: &Range<usize>) -> bool {
    let alone = |char: Option<char>| {
        char.is_none_or(|char| char.is_whitespace() || matches!(char, '"' | '\'' | ','))
    };
    let before = text
        .get(..bytes.start)
        .and_then(|before| before.chars().next_back());
    let after = text.get(bytes.end..);
    // `aws_secret_access_key=…` in a sentence.
    (before == Some('=') || alone(before)) && alone(after.and_then(|after| after.chars().next()))
}

/// `password = "…"` on one line, in whatever table, comment or broken syntax; `"password": "…"` too, for files
/// that are no baseline at all.
fn assignments(text: &str) -> Vec<Secret> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices(['=', ':']) {
        let (Some(before), Some(after)) = (text.get(..at), text.get(at + 1..)) else {
            continue;
        };
        let key = before
            .trim_end_matches([' ', '\t', '"', '\''])
            .rsplit(|char: char| !(char.is_alphanumeric() || matches!(char, '-' | '_')))
            .next()
            .unwrap_or_default();
        if !is_secret_key(key) {
            continue;
        }
        let value = after.trim_start_matches([' ', '\t', '[']);
        let Some(quote) = ["\"\"\"", "'''", "\"", "'"]
            .into_iter()
            .find(|quote| value.starts_with(quote))
        else {
            continue;
        };
        let inner = value.get(quote.len()..).unwrap_or_default();
        let close = if quote.len() == 1 {
            inner.find([quote.chars().next().unwrap_or('"'), '\n'])
        } else {
            inner.find(quote)
        };
        let end = close.unwrap_or(inner.len());
        let start = at + 1 + (after.len() - value.len()) + quote.len();
        if !is_reference(inner.get(..end).unwrap_or_default()) {
            found.push(Secret {
                bytes: start..start + end,
                what: "a secret, by the name of its key,",
            });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<&'static str> {
        find(text).into_iter().map(|secret| secret.what).collect()
    }

    #[test]
    fn secrets_are_found_in_values_comments_and_broken_syntax() {
        assert_eq!(
            kinds("# was AKIAIOSFODNN7EXAMPLE\nx = [\"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKE7\""),
            ["an AWS access key id", "an AWS secret access key"]
        );
        assert_eq!(
            kinds(
                "x = \"\"\"-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\"\"\""
            ),
            ["a private key"]
        );
        assert_eq!(
            kinds("t = { kdc-admin-password = \"hunter2\" }"),
            ["a secret, by the name of its key,"]
        );
    }

    #[test]
    fn digests_arns_and_references_are_no_secrets() {
        assert_eq!(
            kinds("x = \"3f786850e387550fdab836ed7e6dc881de23001b\""),
            [""; 0]
        );
        assert_eq!(
            kinds(
                "k = \"arn:aws:iam::111122223333:role/EmrFsAnalyticsRuntimeRoleForTeamBlue12345\""
            ),
            [""; 0]
        );
        assert_eq!(
            kinds("admin-password = \"arn:aws:secretsmanager:eu-west-1:111122223333:secret:kdc\""),
            [""; 0]
        );
    }

    #[test]
    fn a_secret_ends_where_its_string_ends() {
        let text = "password = \"hunter2\" # comment";
        assert_eq!(find(text)[0].bytes, 12..19);
        let text = "api_key = ['''\nabc'def''']";
        assert_eq!(find(text)[0].bytes, 14..22);
    }
}
