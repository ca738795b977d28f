//! Secrets in answers, taken out before anything is kept, written or printed.
//!
//! The value goes and its place stays, so that a control still sees that a password stands in clear.

use crate::aws::secrets::{
    is_reference, is_secret_option, is_secret_property, secret_words, shape,
};
use serde_json::{Map, Value};

/// What stands for a secret. It is no reference to a secret manager, and is long enough to be taken for a secret.
const WITHHELD: &str = "withheld-by-emr-baseline";

/// Secrets of `KerberosAttributes` (EMR API, `KerberosAttributes`).
const KERBEROS: &[&str] = &[
    "KdcAdminPassword",
    "CrossRealmTrustPrincipalPassword",
    "ADDomainJoinPassword",
];

/// An answer without its secrets.
pub(super) fn withheld(answer: Map<String, Value>) -> Map<String, Value> {
    let mut answer = Value::Object(answer);
    withhold(&mut answer);
    if let Value::Object(answer) = answer {
        answer
    } else {
        Map::new()
    }
}

fn withhold(answer: &mut Value) {
    // INVARIANT: answers come from a JSON parser with a limit on nesting, or from one of ours that has one.
    match answer {
        Value::Object(members) => {
            for (name, value) in members.iter_mut() {
                let secret = KERBEROS.contains(&name.as_str())
                    || is_secret_property(name)
                    || is_secret_option(name);
                if secret && let Value::String(text) = value {
                    hide(text);
                } else {
                    withhold(value);
                }
            }
            // Tags, properties and options may be pairs.
            let named = ["Key", "Name"].into_iter().any(|key| {
                members
                    .get(key)
                    .and_then(Value::as_str)
                    .is_some_and(|name| is_secret_property(name) || is_secret_option(name))
            });
            if named && let Some(Value::String(text)) = members.get_mut("Value") {
                hide(text);
            }
        }
        Value::Array(items) => {
            withhold_words(items);
            items.iter_mut().for_each(withhold);
        }
        Value::String(text) => {
            withhold_shape(text);
            withhold_in_line(text);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn hide(text: &mut String) {
    if !text.is_empty() && !is_reference(text) {
        WITHHELD.clone_into(text);
    }
}

/// Arguments: `--password`, then the password.
fn withhold_words(items: &mut [Value]) {
    let words: Vec<&str> = items
        .iter()
        .map(|item| item.as_str().unwrap_or_default())
        .collect();
    let found: Vec<usize> = secret_words(&words).into_iter().map(|(at, _)| at).collect();
    for at in found {
        if let Some(Value::String(text)) = items.get_mut(at) {
            *text = without(text);
        }
    }
}

/// A word that holds a secret, without it: what stands before `=` is its option's name.
fn without(word: &str) -> String {
    match word.split_once('=') {
        Some((name, _)) => format!("{name}={WITHHELD}"),
        None => WITHHELD.to_owned(),
    }
}

/// A text that has the shape of a secret keeps the shape and loses the secret.
fn withhold_shape(text: &mut String) {
    if shape(text).is_none() {
        return;
    }
    if let Some(without) = without_url_password(text) {
        *text = without;
    } else if text.contains("PRIVATE KEY-----") {
        "-----BEGIN WITHHELD PRIVATE KEY-----".clone_into(text);
    } else {
        // Twenty characters, as an access key id. What stands beside one may be its secret.
        "AKIAWITHHELDWITHHELD".clone_into(text);
    }
}

/// A text with JDBC URLs, without their passwords; `None` when there are none.
fn without_url_password(text: &str) -> Option<String> {
    const PASSWORD: &str = "password=";
    let lower = text.to_ascii_lowercase();
    if !lower.contains("jdbc:") || !lower.contains(PASSWORD) {
        return None;
    }
    let ends = |char: char| matches!(char, '&' | ';' | ',' | ' ' | '"' | '\'');
    let mut without = String::new();
    let (mut rest, mut lower) = (text, lower.as_str());
    while let Some(at) = lower.find(PASSWORD) {
        let (before, value) = rest.split_at_checked(at + PASSWORD.len())?;
        let end = value.find(ends).unwrap_or(value.len());
        without.push_str(before);
        without.push_str(WITHHELD);
        (_, rest) = value.split_at_checked(end)?;
        (_, lower) = lower.split_at_checked(at + PASSWORD.len() + end)?;
    }
    without.push_str(rest);
    // A private key or an access key may stand beside it.
    shape(&without)
        .is_none_or(|what| what.contains("JDBC"))
        .then_some(without)
}

/// A text that is a command line of its own.
fn withhold_in_line(text: &mut String) {
    let words: Vec<&str> = text.split_whitespace().collect();
    let found: Vec<(String, String)> = secret_words(&words)
        .into_iter()
        .filter_map(|(at, _)| words.get(at))
        .map(|word| ((*word).to_owned(), without(word)))
        .collect();
    for (word, without) in found {
        *text = text.replace(&word, &without);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn passwords_go_and_their_places_stay() {
        let mut answer = json!({"Cluster": {
            "KerberosAttributes": {"Realm": "EXAMPLE.COM", "KdcAdminPassword": "planted-1"},
            "Configurations": [{"Classification": "hive-site", "Properties": {
                "javax.jdo.option.ConnectionPassword": "planted-2",
                "javax.jdo.option.ConnectionURL": "jdbc:mysql://host/hive"}}],
            "Steps": [{"Config": {"Args": ["--password", "planted-3", "s3://code/run.sh"]}},
                      {"Config": {"Args": ["run --db-password planted-4 --table t"]}}],
            "Tags": [{"Key": "team", "Value": "data"}],
        }});
        withhold(&mut answer);
        let text = answer.to_string();
        assert!(!text.contains("planted"), "{text}");
        assert!(text.contains("EXAMPLE.COM") && text.contains("jdbc:mysql://host/hive"));
        assert!(text.contains("s3://code/run.sh") && text.contains("--table t"));
        let realm = &answer["Cluster"]["KerberosAttributes"]["KdcAdminPassword"];
        assert_eq!(realm, WITHHELD);
    }

    #[test]
    fn what_has_the_shape_of_a_secret_keeps_it() {
        for (text, planted) in [
            ("x -----BEGIN RSA PRIVATE KEY----- planted", "planted"),
            ("AKIAIOSFODNN7EXAMPLE planted", "planted"),
            (
                "jdbc:mysql://host/db?user=hive&Password=planted&useSSL=true",
                "planted",
            ),
        ] {
            let mut answer = json!([text]);
            withhold(&mut answer);
            let left = answer[0].as_str().unwrap();
            assert!(!left.contains(planted), "{left}");
            assert_eq!(shape(left), shape(text), "{left}");
        }
        let mut url = json!("jdbc:mysql://host/db?password=planted&useSSL=true");
        withhold(&mut url);
        assert!(url.as_str().unwrap().ends_with("&useSSL=true"));
    }

    #[test]
    fn a_reference_to_a_secret_is_no_secret() {
        let reference = "arn:aws:secretsmanager:us-west-2:111122223333:secret:kdc";
        let mut answer = json!({"Properties": {"javax.jdo.option.ConnectionPassword": reference}});
        withhold(&mut answer);
        assert_eq!(
            answer["Properties"]["javax.jdo.option.ConnectionPassword"],
            reference
        );
    }
}
