//! Connections hold no password and use TLS.

use crate::aws::secrets::shape;
use crate::control::secrets::{Secret, text_with_holes};
use crate::control::settings::{OneOf, Switch, settings, vocabulary};
use crate::control::{Conditions, Control, Meta, Severity, Span, View};
use crate::observed::Switch as Read;
use crate::observed::glue::CONNECTION;
use crate::observed::{Node, Reason, ResourceKind, Value};

#[derive(Debug)]
pub(crate) enum Connections {}

vocabulary!(pub(crate) Keeper: "secrets-manager", "none");
settings! {
    pub(crate) struct Setting {
        /// Where credentials may be kept; `none` allows connections without any.
        secrets: OneOf<Keeper> = &["secrets-manager", "none"],
        /// Whether databases and brokers must be reached over TLS.
        tls: Switch = true,
    }
}

impl Control for Connections {
    const META: &'static Meta = &Meta {
        id: "glue.connections",
        title: "connections hold no password and use TLS",
        severity: Severity::High,
        kinds: &[ResourceKind::GlueCatalog],
        span: Span::Resource,
        since: "0.2.0",
        aliases: &[],
        references: &["own NIST-800-53 IA-5(7)", "own NIST-800-53 SC-8"],
        docs: include_str!("connections.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let Some(body) = seen.resource.glue(CONNECTION) else {
            return;
        };
        let connection = if seen.is_live() {
            body
        } else {
            body.get("ConnectionInput")
        };
        let properties = connection.get("ConnectionProperties");
        if let Some(reason) = properties.reason().or_else(|| properties.open()) {
            out.unknown(
                properties,
                reason,
                "not all properties of the connection are known",
            );
        }
        judge_credentials(want, connection, out);
        if want.tls {
            judge_tls(connection.get("ConnectionType"), properties, out);
        }
    }
}

/// What a property says to hold.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    Password,
    Encrypted,
    Reference,
    User,
}

/// Source: Glue API, `ConnectionPropertyKey`.
fn holds(name: &str) -> Option<Holds> {
    let name = name.to_ascii_uppercase();
    let is_password = name == "PASSWORD" || name.ends_with("_PASSWORD");
    match name.as_str() {
        "SECRET_ID" | "KAFKA_SASL_SCRAM_SECRETS_ARN" => Some(Holds::Reference),
        _ if is_password && name.starts_with("ENCRYPTED_") => Some(Holds::Encrypted),
        _ if is_password => Some(Holds::Password),
        _ if name == "USERNAME" || name.ends_with("_USERNAME") => Some(Holds::User),
        _ => None,
    }
}

fn judge_credentials(want: &Setting, connection: Node<'_>, out: &mut Conditions) {
    let properties = connection.get("ConnectionProperties");
    let login = connection.path("AuthenticationConfiguration/BasicAuthenticationCredentials");
    let written = properties.members().chain(login.members());
    let is_something = |node: Node<'_>| !matches!(node.value(), Value::Null | Value::String(""));
    let found: Vec<(Holds, Node<'_>)> = written
        .filter(|(_, value)| is_something(*value))
        .filter_map(|(name, value)| Some((judge_property(name, value, out)?, value)))
        .collect();
    let secret = connection.path("AuthenticationConfiguration/SecretArn");
    let has = |kind: Holds| {
        found
            .iter()
            .find(|(holds, _)| *holds == kind)
            .map(|(_, node)| *node)
    };
    let refers = is_something(secret) && !secret.is_absent() || has(Holds::Reference).is_some();
    let held = has(Holds::Password).or(has(Holds::Encrypted));
    let (keeper, node) = match (refers, has(Holds::User)) {
        (true, _) => ("secrets-manager", properties),
        // A live answer hides the password: the user without a secret tells that there is one.
        (false, Some(user)) if held.is_none() => {
            out.failed(
                user,
                "a user is named and no secret, so the password is in the catalog",
            )
            .under("secrets")
            .expected(want.secrets.to_string())
            .observed("a user without `SECRET_ID`");
            return;
        }
        (false, _) if held.is_some() => return,
        (false, _) => ("none", properties),
    };
    if want.secrets.allows(keeper) {
        return out.held();
    }
    out.failed(
        node,
        if keeper == "none" {
            "no secret is named"
        } else {
            "a secret is named"
        },
    )
    .under("secrets")
    .expected(want.secrets.to_string())
    .observed(format!("`{keeper}`"));
}

/// One property: what it holds, if it holds anything of credentials.
fn judge_property(name: &str, value: Node<'_>, out: &mut Conditions) -> Option<Holds> {
    let holds = holds(name);
    match holds {
        Some(Holds::Password) => judge_password(name, value, out),
        Some(Holds::Encrypted) => {
            let message = format!("`{name}` holds a password, though encrypted");
            out.failed(value, message)
                .under("secrets")
                .at(Severity::Low)
                .expected("a secret in Secrets Manager")
                .observed("a value that is not shown");
        }
        Some(Holds::Reference | Holds::User) => {}
        None => {
            if let Some(what) = shape(&text_with_holes(value)) {
                out.holds_secret(value, format!("`{name}` holds {what}"));
            }
        }
    }
    holds
}

/// Whatever stands under the name ends up in the catalog, also what a template takes from a secret.
fn judge_password(name: &str, value: Node<'_>, out: &mut Conditions) {
    if let Secret::Unknown(reason @ (Reason::KnownAfterApply | Reason::Condition { .. })) =
        Secret::of(value)
    {
        out.unknown(value, reason, format!("whether `{name}` is set is unknown"))
            .under("secrets");
        return;
    }
    out.failed(value, format!("`{name}` puts a password into the catalog"))
        .under("secrets")
        .expected("a secret in Secrets Manager")
        .observed("a value that is not shown")
        .fix("keep it in AWS Secrets Manager, name it in `SECRET_ID`, and change the password");
}

/// The switch that turns TLS on, the one that leaves certificates unchecked, and whether TLS is on without the switch.
/// Source: Glue Developer Guide, *AWS Glue connection properties*.
const TLS: &[(&str, &str, &str, bool)] = &[
    (
        "JDBC",
        "JDBC_ENFORCE_SSL",
        "SKIP_CUSTOM_JDBC_CERT_VALIDATION",
        false,
    ),
    (
        "MONGODB",
        "JDBC_ENFORCE_SSL",
        "SKIP_CUSTOM_JDBC_CERT_VALIDATION",
        false,
    ),
    (
        "KAFKA",
        "KAFKA_SSL_ENABLED",
        "KAFKA_SKIP_CUSTOM_CERT_VALIDATION",
        true,
    ),
];

fn judge_tls(kind: Node<'_>, properties: Node<'_>, out: &mut Conditions) {
    if let Some(reason) = kind.reason() {
        out.unknown(kind, reason, "the type of the connection is unknown")
            .under("tls");
        return;
    }
    // Terraform takes `JDBC` where no type is written.
    let kind = kind.as_text().unwrap_or("JDBC");
    let Some((_, on, skip, default)) = TLS.iter().find(|(name, ..)| *name == kind) else {
        return;
    };
    let (enforced, skipped) = (properties.get(on), properties.get(skip));
    let mut trouble = None;
    match enforced.switch_leniently() {
        Read::On => out.held(),
        Read::Absent if *default => out.held(),
        Read::Unreadable(reason) => {
            trouble = Some(out.unknown(enforced, reason, format!("`{on}` is unknown")));
        }
        Read::Absent | Read::Off | Read::TextOn | Read::TextOff | Read::Odd => {
            trouble = Some(out.failed(enforced, format!("`{on}` is {}", enforced.display())));
        }
    }
    if let Some(condition) = trouble {
        condition
            .under("tls")
            .expected("\"true\"")
            .observed(enforced.display());
    }
    let condition = match skipped.switch_leniently() {
        Read::Off | Read::Absent => return,
        Read::Unreadable(reason) => out.unknown(skipped, reason, format!("`{skip}` is unknown")),
        Read::On | Read::TextOn | Read::TextOff | Read::Odd => {
            out.failed(skipped, format!("`{skip}` is {}", skipped.display()))
        }
    };
    condition
        .under("tls")
        .expected("\"false\"")
        .observed(skipped.display());
}

#[cfg(test)]
mod tests {
    use super::Connections;
    use crate::control::testing::{judge, one_of, resource};
    use crate::control::{Entry, Verdict};
    use crate::observed::{Form, ResourceKind, glue};
    use serde_json::{Value, json};

    fn verdict(kind: &str, properties: &Value) -> (Verdict, &'static str) {
        let body = json!({"ConnectionInput": {"ConnectionType": kind, "ConnectionProperties": properties}});
        let mut one = resource(ResourceKind::GlueCatalog, Form::CloudFormation, "C", &body);
        one.type_name = Some(glue::CONNECTION);
        let judged = judge(&Entry::of::<Connections>(), &[], &[], vec![one]);
        assert!(judged.messages.iter().all(|text| !text.contains("hunter")));
        (judged.verdict, judged.severity)
    }

    fn jdbc(name: &str, value: &Value) -> (Verdict, &'static str) {
        let mut properties =
            json!({"JDBC_CONNECTION_URL": "jdbc:mysql://h/db", "JDBC_ENFORCE_SSL": "true"});
        properties[name] = value.clone();
        verdict("JDBC", &properties)
    }

    #[test]
    fn a_password_in_the_catalog_is_noncompliant_wherever_it_comes_from() {
        for value in [
            json!("hunter2"),
            json!({"$secret": "Password"}),
            json!({"$dynamic": "{{resolve:secretsmanager:db}}"}),
        ] {
            assert_eq!(
                jdbc("PASSWORD", &value),
                (Verdict::Noncompliant, "high"),
                "{value}"
            );
        }
        assert_eq!(
            jdbc("KAFKA_CLIENT_KEY_PASSWORD", &json!("hunter2")).0,
            Verdict::Noncompliant
        );
        assert_eq!(
            jdbc("ENCRYPTED_PASSWORD", &json!("hunter2")),
            (Verdict::Noncompliant, "low")
        );
        assert_eq!(jdbc("PASSWORD", &json!("")).0, Verdict::Compliant);
        let url = json!("jdbc:mysql://h/db?user=u&password=hunter2");
        assert_eq!(jdbc("JDBC_CONNECTION_URL", &url).0, Verdict::Noncompliant);
    }

    #[test]
    fn a_user_needs_a_secret() {
        assert_eq!(jdbc("USERNAME", &json!("etl")).0, Verdict::Noncompliant);
        assert_eq!(jdbc("SECRET_ID", &json!("prod/db")).0, Verdict::Compliant);
    }

    #[test]
    fn tls_is_on_by_default_for_kafka_alone() {
        assert_eq!(verdict("KAFKA", &json!({})).0, Verdict::Compliant);
        assert_eq!(verdict("JDBC", &json!({})).0, Verdict::Noncompliant);
        assert_eq!(verdict("NETWORK", &json!({})).0, Verdict::Compliant);
        assert_eq!(
            jdbc("SKIP_CUSTOM_JDBC_CERT_VALIDATION", &json!("true")).0,
            Verdict::Noncompliant
        );
        assert_eq!(
            jdbc("JDBC_ENFORCE_SSL", &json!({"$unknown": "Tls"})).0,
            Verdict::Indeterminate
        );
    }

    #[test]
    fn a_baseline_may_ask_for_a_secret() {
        let body =
            json!({"ConnectionInput": {"ConnectionType": "NETWORK", "ConnectionProperties": {}}});
        let mut one = resource(ResourceKind::GlueCatalog, Form::CloudFormation, "C", &body);
        one.type_name = Some(glue::CONNECTION);
        let asked = [("secrets", one_of(&["secrets-manager"]))];
        let judged = judge(&Entry::of::<Connections>(), &asked, &[], vec![one]);
        assert_eq!(judged.verdict, Verdict::Noncompliant);
    }
}
