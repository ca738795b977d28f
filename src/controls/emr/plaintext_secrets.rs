//! No password, key or token stands in a request, plan or state.

use crate::aws::secrets::{is_secret_property, secret_words, shape};
use crate::control::secrets::{is_among, text_with_holes};
use crate::control::settings::{Includes, Pattern, settings};
use crate::control::{Conditions, Control, Meta, Severity, Span, View};
use crate::observed::cluster::{Attribute, Cluster};
use crate::observed::groups::{Classification, Listed, classifications_in};
use crate::observed::{Node, ResourceKind, Value};

#[derive(Debug)]
pub(crate) enum PlaintextSecrets {}

settings! {
    pub(crate) struct Setting {
        /// Names of properties that hold secrets, besides those that are built in.
        names: Includes<Pattern>,
    }
}

impl Control for PlaintextSecrets {
    const META: &'static Meta = &Meta {
        id: "emr.plaintext-secrets",
        title: "no password, key or token stands in a request, plan or state",
        severity: Severity::High,
        kinds: &[
            ResourceKind::EmrCluster,
            ResourceKind::EmrServerlessApplication,
        ],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 IA-5(7)"],
        docs: include_str!("plaintext_secrets.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        if seen.is_cluster() {
            judge_cluster(want, seen.resource.cluster(), out);
        } else {
            let list = seen.resource.application().runtime_configuration();
            judge_classifications(want, &classifications_in(list), out);
        }
        if out.clean() {
            out.held();
        }
    }
}

fn judge_cluster(want: &Setting, cluster: Cluster<'_, '_>, out: &mut Conditions) {
    judge_classifications(want, &cluster.classifications(), out);
    let info = cluster.attribute(Attribute::AdditionalInfo);
    judge_text(info, "`AdditionalInfo`", out);
    let actions = cluster.bootstrap_actions();
    out.may_be_more(&actions.gaps, "bootstrap actions", None);
    for action in actions.items {
        judge_arguments(action.args, "bootstrap action", out);
    }
    let steps = cluster.steps();
    out.may_be_more(&steps.gaps, "steps", None);
    for step in steps.items {
        judge_arguments(step.args, "step", out);
        for (name, value) in pairs(step.properties) {
            judge_property(want, name, value, out);
        }
    }
}

fn judge_classifications(
    want: &Setting,
    all: &Listed<'_, Classification<'_>>,
    out: &mut Conditions,
) {
    out.may_be_more(&all.gaps, "classifications", None);
    for classification in &all.items {
        let properties = classification.properties;
        if let Some(reason) = properties.reason().or_else(|| properties.open()) {
            out.unknown(properties, reason, "not all properties are known");
        }
        for (name, value) in properties.members() {
            judge_property(want, name, value, out);
        }
    }
}

/// Properties written as a map, or as a list of `Key` and `Value`.
fn pairs(node: Node<'_>) -> Vec<(&str, Node<'_>)> {
    let listed = node
        .items()
        .filter_map(|item| Some((item.get("Key").as_text()?, item.get("Value"))));
    node.members().chain(listed).collect()
}

fn judge_property(want: &Setting, name: &str, value: Node<'_>, out: &mut Conditions) {
    if is_secret_property(name) || is_among(&want.names, name) {
        out.must_refer_to_secret(value, name);
    } else {
        judge_text(value, &format!("`{name}`"), out);
    }
}

/// A text that may hold the shape of a secret, whatever its name.
fn judge_text(node: Node<'_>, name: &str, out: &mut Conditions) {
    if let Some(what) = shape(&text_with_holes(node)) {
        out.holds_secret(node, format!("{name} holds {what}"));
    }
}

fn judge_arguments(list: Node<'_>, whose: &str, out: &mut Conditions) {
    match list.value() {
        Value::Absent | Value::Null => return,
        Value::List => {}
        Value::Unreadable(reason) => {
            out.unknown(
                list,
                reason,
                format!("the arguments of a {whose} are unknown"),
            );
            return;
        }
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Template | Value::Map => {
            let message = format!("the arguments of a {whose} are not a list");
            out.undecided(list, message, "write the arguments as a list of texts");
            return;
        }
    }
    let texts: Vec<(Node<'_>, String)> = list
        .items()
        .map(|argument| (argument, text_with_holes(argument)))
        .collect();
    for (node, text) in &texts {
        if let Some(what) = shape(text) {
            out.holds_secret(*node, format!("an argument of a {whose} holds {what}"));
        }
    }
    // An argument may itself be a command line: its words count one by one.
    let words: Vec<(Node<'_>, &str)> = texts
        .iter()
        .flat_map(|(node, text)| text.split_whitespace().map(|word| (*node, word)))
        .collect();
    let bare: Vec<&str> = words.iter().map(|(_, word)| *word).collect();
    for (at, option) in secret_words(&bare) {
        if let Some((node, _)) = words.get(at) {
            let message = format!("an argument of a {whose} gives `{option}` in plain text");
            out.holds_secret(*node, message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::PlaintextSecrets;
    use crate::control::testing::{all_of, cluster, etl_daily, judge, resource};
    use crate::control::{Entry, Verdict};
    use crate::observed::{Form, ResourceKind};
    use serde_json::{Value, json};

    const ENTRY: Entry = Entry::of::<PlaintextSecrets>();

    fn property(name: &str, value: &Value) -> Value {
        json!({"Configurations": [{"Classification": "hive-site", "ConfigurationProperties": {name: value}}]})
    }

    #[test]
    fn a_named_property_must_refer_to_its_secret() {
        let name = "javax.jdo.option.ConnectionPassword";
        for (value, expected) in [
            (json!("hunter2"), Verdict::Noncompliant),
            (json!(12345), Verdict::Noncompliant),
            (json!(""), Verdict::Compliant),
            (json!("{{resolve:ssm:/db}}"), Verdict::Compliant),
            (json!("EMR.secret@db"), Verdict::Compliant),
            (json!({"$unknown": "Password"}), Verdict::Compliant),
            (
                json!({"$sub": ["hunter", {"$unknown": "Two"}]}),
                Verdict::Noncompliant,
            ),
            (json!("********"), Verdict::Indeterminate),
        ] {
            let judged = cluster(&ENTRY, &[], Form::CloudFormation, &property(name, &value));
            assert_eq!(judged.verdict, expected, "{value}");
            assert!(judged.messages.iter().all(|text| !text.contains("hunter")));
        }
    }

    #[test]
    fn a_shape_is_found_under_any_name() {
        let url = json!("jdbc:mysql://h/db?user=u&password=hunter2");
        let open = json!({"$sub": ["jdbc:mysql://h/db?password=", {"$secret": "P"}]});
        for (value, expected) in [(url, Verdict::Noncompliant), (open, Verdict::Compliant)] {
            let body = property("javax.jdo.option.ConnectionURL", &value);
            assert_eq!(
                cluster(&ENTRY, &[], Form::CloudFormation, &body).verdict,
                expected
            );
        }
    }

    #[test]
    fn the_baseline_adds_names() {
        let body = property("billing.Api-Token", &json!("hunter2"));
        let asked = [("names", all_of(&["*.api-token"]))];
        let judged = cluster(&ENTRY, &asked, Form::CloudFormation, &body);
        assert_eq!(judged.verdict, Verdict::Noncompliant);
        let judged = cluster(&ENTRY, &[], Form::CloudFormation, &body);
        assert_eq!(judged.verdict, Verdict::Compliant);
    }

    #[test]
    fn arguments_are_searched_and_must_be_known() {
        let step = |args: Value| json!({"Steps": [{"HadoopJarStep": {"Jar": "command-runner.jar", "Args": args}}]});
        for (body, expected) in [
            (etl_daily(), Verdict::Compliant),
            (
                step(json!(["--password", "hunter2"])),
                Verdict::Noncompliant,
            ),
            (
                step(json!(["bash", "-c", "mysql --password=hunter2"])),
                Verdict::Noncompliant,
            ),
            (
                step(json!(["--password", {"$unknown": "P"}])),
                Verdict::Compliant,
            ),
            (step(json!({"$unknown": "Args"})), Verdict::Indeterminate),
            (
                json!({"BootstrapActions": [{"ScriptBootstrapAction": {"Path": "s3://b/x.sh", "Args": ["AKIAIOSFODNN7EXAMPLE"]}}]}),
                Verdict::Noncompliant,
            ),
        ] {
            let judged = cluster(&ENTRY, &[], Form::Request, &body);
            assert_eq!(judged.verdict, expected, "{body}");
        }
    }

    #[test]
    fn what_other_calls_answer_is_unknown() {
        let judged = cluster(&ENTRY, &[], Form::Described, &json!({"Name": "c"}));
        assert_eq!(judged.verdict, Verdict::Indeterminate);
    }

    #[test]
    fn an_application_has_configurations_too() {
        let kind = ResourceKind::EmrServerlessApplication;
        let body = json!({"RuntimeConfiguration": [{"Classification": "spark-defaults",
            "Properties": {"spark.hadoop.fs.s3a.secret.key": "hunter2"}}]});
        let api = json!({"runtimeConfiguration": [{"classification": "spark-defaults",
            "properties": {"spark.hadoop.fs.s3a.secret.key": "hunter2"}}]});
        for (form, body) in [(Form::CloudFormation, body), (Form::Request, api)] {
            let application = resource(kind, form, "app", &body);
            let judged = judge(&ENTRY, &[], &[], vec![application]);
            assert_eq!(judged.verdict, Verdict::Noncompliant, "{form:?}");
        }
    }
}
