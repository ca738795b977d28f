//! Job arguments hold no secrets.

use crate::aws::secrets::{is_secret_option, is_secret_property, secret_words, shape};
use crate::control::secrets::{is_among, text_with_holes};
use crate::control::settings::{Includes, Pattern, settings};
use crate::control::{Conditions, Control, Meta, Severity, Span, View};
use crate::observed::glue::JOB;
use crate::observed::{Node, ResourceKind, Value};

#[derive(Debug)]
pub(crate) enum JobSecrets {}

settings! {
    pub(crate) struct Setting {
        /// Names of arguments that hold secrets, besides those that are built in.
        names: Includes<Pattern>,
    }
}

impl Control for JobSecrets {
    const META: &'static Meta = &Meta {
        id: "glue.job-secrets",
        title: "job arguments hold no secrets",
        severity: Severity::High,
        kinds: &[ResourceKind::GlueCatalog],
        span: Span::Resource,
        since: "0.2.0",
        aliases: &[],
        references: &["own NIST-800-53 IA-5(7)"],
        docs: include_str!("job_secrets.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let Some(job) = seen.resource.glue(JOB) else {
            return;
        };
        for member in ["DefaultArguments", "NonOverridableArguments"] {
            judge_arguments(want, job.get(member), member, out);
        }
        if out.clean() {
            out.held();
        }
    }
}

fn judge_arguments(want: &Setting, arguments: Node<'_>, member: &str, out: &mut Conditions) {
    match arguments.value() {
        Value::Absent | Value::Null => {}
        Value::Map => {
            if let Some(reason) = arguments.open() {
                out.unknown(arguments, reason, format!("not all of `{member}` is known"));
            }
            for (name, value) in arguments.members() {
                judge_argument(want, name, value, out);
            }
        }
        Value::Unreadable(reason) => {
            out.unknown(arguments, reason, format!("`{member}` is unknown"));
        }
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Template | Value::List => {
            let message = format!("`{member}` is {}", arguments.value().type_name());
            out.undecided(
                arguments,
                message,
                "write the arguments as names and values",
            );
        }
    }
}

fn judge_argument(want: &Setting, name: &str, value: Node<'_>, out: &mut Conditions) {
    if is_secret_option(name) || is_secret_property(name) || is_among(&want.names, name) {
        return out.must_refer_to_secret(value, name);
    }
    let text = text_with_holes(value);
    if let Some(what) = shape(&text) {
        out.holds_secret(value, format!("`{name}` holds {what}"));
    }
    // `--conf` and what a script splits itself are command lines of their own.
    let words: Vec<&str> = text.split_whitespace().collect();
    for (_, option) in secret_words(&words) {
        out.holds_secret(value, format!("`{name}` gives `{option}` in plain text"));
    }
}

#[cfg(test)]
mod tests {
    use super::JobSecrets;
    use crate::control::testing::{all_of, judge, resource};
    use crate::control::{Entry, Verdict};
    use crate::lattice::Shape;
    use crate::observed::{Form, ResourceKind, glue};
    use serde_json::{Value, json};

    fn verdict(settings: &[(&str, Shape)], arguments: &Value) -> Verdict {
        let body = json!({"DefaultArguments": arguments});
        let mut job = resource(ResourceKind::GlueCatalog, Form::CloudFormation, "J", &body);
        job.type_name = Some(glue::JOB);
        let judged = judge(&Entry::of::<JobSecrets>(), settings, &[], vec![job]);
        assert!(judged.messages.iter().all(|text| !text.contains("hunter")));
        judged.verdict
    }

    #[test]
    fn a_named_argument_must_refer_to_its_secret() {
        for (arguments, expected) in [
            (json!({"--db-password": "hunter2"}), Verdict::Noncompliant),
            (
                json!({"--db-password": "{{resolve:secretsmanager:db}}"}),
                Verdict::Compliant,
            ),
            (
                json!({"--url": "jdbc:mysql://h/db?user=u&password=hunter2"}),
                Verdict::Noncompliant,
            ),
            (
                json!({"--conf": "spark.hadoop.fs.s3a.secret.key=hunter2"}),
                Verdict::Noncompliant,
            ),
            (json!({"--job-language": "python"}), Verdict::Compliant),
            (json!({"$unknown": "Arguments"}), Verdict::Indeterminate),
        ] {
            assert_eq!(verdict(&[], &arguments), expected, "{arguments}");
        }
    }

    #[test]
    fn the_baseline_adds_names() {
        let arguments = json!({"--Billing-Pin": "hunter2"});
        assert_eq!(verdict(&[], &arguments), Verdict::Compliant);
        let asked = [("names", all_of(&["--*-pin"]))];
        assert_eq!(verdict(&asked, &arguments), Verdict::Noncompliant);
    }
}
