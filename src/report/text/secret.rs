//! What an excerpt must not show: the value of a secret is never printed, and a line of input may hold one
//! that no finding is about.

use std::ops::Range;

/// Names whose value is a secret, by their ending, in lower case without separators.
const NAMES: [&str; 12] = [
    "password",
    "passwd",
    "pwd",
    "passphrase",
    "secret",
    "secretkey",
    "secretstring",
    "accesskey",
    "accesskeyid",
    "privatekey",
    "apikey",
    "token",
];

/// The ranges of a line that hold a secret, by the name before them or by their shape, in order.
pub(super) fn hidden(line: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for word in words(line, |letter| {
        letter.is_ascii_alphanumeric() || b"_-.".contains(&letter)
    }) {
        let text = line.get(word.clone()).unwrap_or_default();
        if !is_secret_name(text) {
            continue;
        }
        // `arn:aws:secretsmanager:…:secret:NAME` names a secret and holds none.
        let in_arn = line
            .get(..word.start)
            .is_some_and(|before| before.ends_with(':'));
        if !in_arn {
            found.extend(value_after(line, word.end, text.starts_with('-')));
        }
    }
    for word in words(line, |letter| {
        letter.is_ascii_alphanumeric() || b"+/=".contains(&letter)
    }) {
        if is_key(line.get(word.clone()).unwrap_or_default()) {
            found.push(word);
        }
    }
    found.extend(find(line, "PRIVATE KEY-----").map(|at| at..line.len()));
    found.extend(userinfo(line));
    found.sort_by_key(|range| (range.start, range.end));
    found
}

/// A line with asterisks for the secrets in it.
pub(crate) fn masked(line: &str) -> String {
    let mut safe = String::with_capacity(line.len());
    let mut end = 0;
    for range in hidden(line) {
        let from = range.start.max(end);
        safe.push_str(line.get(end..from).unwrap_or_default());
        let secret = line.get(from..range.end.max(from)).unwrap_or_default();
        safe.extend(secret.chars().map(|_| '*'));
        end = range.end.max(end);
    }
    safe.push_str(line.get(end..).unwrap_or_default());
    safe
}

/// Maximal runs of ASCII letters that belong to a word.
fn words(line: &str, belongs: impl Fn(u8) -> bool) -> impl Iterator<Item = Range<usize>> {
    let bytes = line.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = bytes.get(at..)?;
        let start = at + rest.iter().position(|letter| belongs(*letter))?;
        let word = bytes.get(start..)?.iter();
        let length = word.take_while(|letter| belongs(**letter)).count();
        at = start + length;
        Some(start..at)
    })
}

/// Whether a word, apart from case and separators, ends as names of secrets do.
fn is_secret_name(word: &str) -> bool {
    let letters = || {
        let letters = word.bytes().rev().filter(u8::is_ascii_alphanumeric);
        letters.map(|letter| letter.to_ascii_lowercase())
    };
    let Some(last) = letters().next() else {
        return false;
    };
    let ends = |name: &&str| {
        let mut rest = letters();
        name.bytes().rev().all(|letter| rest.next() == Some(letter))
    };
    let mut names = NAMES.iter();
    names.any(|name| name.as_bytes().last() == Some(&last) && ends(name))
}

fn find(line: &str, what: &str) -> Option<usize> {
    memchr::memmem::find(line.as_bytes(), what.as_bytes())
}

/// The value that follows a name: behind `:`, `=`, `,` and quotes, or behind a space for a command-line flag.
/// The member `"Value"` of a name-and-value pair is stepped over.
fn value_after(line: &str, name_end: usize, flag: bool) -> Option<Range<usize>> {
    let mut at = name_end;
    for _ in 0..2 {
        let rest = line.get(at..)?;
        let value = rest.trim_start_matches([' ', '\t', ':', '=', '>', ',', '"', '\'', '\\']);
        let between = rest.get(..rest.len() - value.len())?;
        let separated = between.contains([':', '=', ',']) || (flag && between.starts_with(' '));
        if !separated {
            return None;
        }
        at += between.len();
        if value.len() > 5
            && value
                .get(..5)
                .is_some_and(|word| word.eq_ignore_ascii_case("value"))
        {
            at += 5;
            continue;
        }
        let quoted = between.ends_with(['"', '\'']);
        let ends: &[char] = if quoted {
            &['"', '\'', '\\']
        } else {
            &['"', '\'', '\\', ' ', '\t', ',', ']', '}', '&', ';', ')']
        };
        let end = value.find(ends).unwrap_or(value.len());
        let value = value.get(..end)?;
        return (!is_harmless(value, quoted)).then_some(at..at + end);
    }
    None
}

/// References, and what is no text.
fn is_harmless(value: &str, quoted: bool) -> bool {
    let tags = [
        "!Ref",
        "!Sub",
        "!GetAtt",
        "!ImportValue",
        "!If",
        "!Join",
        "!FindInMap",
    ];
    let references = ["arn:", "${", "{{resolve:"];
    matches!(value, "" | "true" | "false" | "null")
        || references.iter().any(|start| value.starts_with(start))
        || (!quoted && (tags.contains(&value) || value.starts_with(['{', '['])))
}

/// An access key id, or a long run of base64 with the variety of a random text.
fn is_key(word: &str) -> bool {
    let id = word.len() == 20 && (word.starts_with("AKIA") || word.starts_with("ASIA"));
    let has = |is: fn(&u8) -> bool| word.as_bytes().iter().any(is);
    let random = word.len() >= 40
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_digit);
    id || random
}

/// The password of `scheme://user:password@host`.
fn userinfo(line: &str) -> Option<Range<usize>> {
    let start = find(line, "://")? + 3;
    let rest = line.get(start..)?;
    let end = rest.find(['/', '"', '\'', ' '])?.min(rest.len());
    let authority = rest.get(..end)?;
    let at = authority.rfind('@')?;
    let colon = authority.get(..at)?.find(':')?;
    Some(start + colon + 1..start + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(line: &str) -> String {
        let mut text = line.to_owned();
        for range in hidden(line).into_iter().rev() {
            text.replace_range(range, "***");
        }
        text
    }

    #[test]
    fn the_value_behind_a_secret_name_is_hidden_however_it_is_written() {
        for (line, shown) in [
            (
                r#""KdcAdminPassword": "hunter 2","#,
                r#""KdcAdminPassword": "***","#,
            ),
            ("KdcAdminPassword: hunter2", "KdcAdminPassword: ***"),
            (
                r#"\"fs.s3a.secret.key\":\"abc\""#,
                r#"\"fs.s3a.secret.key\":\"***\""#,
            ),
            (
                r#"{"Name": "x.password", "Value": "abc"}"#,
                r#"{"Name": "x.password", "Value": "***"}"#,
            ),
            (r#"["--password", "abc"]"#, r#"["--password", "***"]"#),
            ("run --password abc now", "run --password *** now"),
            ("url?user=u&password=abc&x=1", "url?user=u&password=***&x=1"),
            ("jdbc:mysql://root:abc@db/x", "jdbc:mysql://root:***@db/x"),
        ] {
            assert_eq!(masked(line), shown);
        }
    }

    #[test]
    fn secrets_are_known_by_their_shape_too() {
        assert_eq!(masked("password = \"!Sesame\""), "password = \"***\"");
        assert_eq!(masked("x: AKIAIOSFODNN7EXAMPLE"), "x: ***");
        assert_eq!(masked("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), "***");
        assert!(masked("-----BEGIN RSA PRIVATE KEY-----MIIEow").ends_with("***"));
    }

    #[test]
    fn references_digests_and_arns_stay_readable() {
        for line in [
            "KdcAdminPassword: !Ref Password",
            r#""Password": "{{resolve:secretsmanager:x}}""#,
            r#""BindPassword": "arn:aws:secretsmanager:us-west-2:111122223333:secret:x""#,
            "kms-key = \"arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab\"",
            "the password is elsewhere",
            "sha256:0123456789abcdef0123456789abcdef0123456789abcdef",
        ] {
            assert_eq!(masked(line), line);
        }
    }
}
