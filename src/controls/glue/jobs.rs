//! Jobs log, run a supported version and are tagged.

use crate::control::settings::{Includes, Level, Plain, Switch, settings, vocabulary};
use crate::control::{Conditions, Control, Meta, Severity, Span, View};
use crate::observed::Switch as Read;
use crate::observed::glue::{JOB, TRANSFORM};
use crate::observed::{Known, Node, ResourceKind, Value};

#[derive(Debug)]
pub(crate) enum Jobs {}

vocabulary!(pub(crate) GlueVersion: "0.9", "1.0", "2.0", "3.0", "4.0", "5.0", "5.1");
settings! {
    pub(crate) struct Setting {
        /// Whether jobs must log continuously.
        logging: Switch = true,
        /// The lowest version of Glue.
        min_version: Level<GlueVersion> = "4.0",
        /// Keys of tags that jobs and transforms carry.
        tags: Includes<Plain>,
    }
}

const LOG: &str = "--enable-continuous-cloudwatch-log";

impl Control for Jobs {
    const META: &'static Meta = &Meta {
        id: "glue.jobs",
        title: "jobs log, run a supported version and are tagged",
        severity: Severity::Low,
        kinds: &[ResourceKind::GlueCatalog],
        span: Span::Resource,
        since: "0.2.0",
        aliases: &[],
        references: &["AWS-FSBP Glue.4"],
        docs: include_str!("jobs.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let (job, transform) = (seen.resource.glue(JOB), seen.resource.glue(TRANSFORM));
        // Python shell jobs have neither a choice of versions nor of logs.
        if let Some(job) =
            job.filter(|job| job.path("Command/Name").as_text() != Some("pythonshell"))
        {
            if want.logging {
                judge_logging(job, out);
            }
            judge_version(want.min_version, job.get("GlueVersion"), out);
        }
        if let Some(body) = job.or(transform) {
            let tags = if seen.is_live() {
                seen.resource.body.get("glue:GetTags").get("Tags")
            } else {
                body.get("Tags")
            };
            for tag in want.tags.iter().filter_map(|tag| tag.as_literal()) {
                judge_tag(tag, tags, out);
            }
        }
    }
}

/// Glue takes the text `true`. Source: Glue Developer Guide, *Using job parameters*.
fn judge_logging(job: Node<'_>, out: &mut Conditions) {
    let given =
        ["NonOverridableArguments", "DefaultArguments"].map(|member| job.get(member).get(LOG));
    let node = given
        .into_iter()
        .find(|node| !node.is_absent())
        .unwrap_or_else(|| job.get("DefaultArguments").get(LOG));
    let condition = match node.switch_leniently() {
        Read::On => return out.held(),
        Read::Unreadable(reason) => out.unknown(node, reason, format!("`{LOG}` is unknown")),
        Read::Absent => out.failed(node, format!("`{LOG}` is absent")),
        Read::Off | Read::TextOn | Read::TextOff | Read::Odd => {
            out.failed(node, format!("`{LOG}` is {}", node.display()))
        }
    };
    condition
        .under("logging")
        .expected("\"true\"")
        .observed(node.display());
}

fn judge_version(floor: &str, node: Node<'_>, out: &mut Conditions) {
    let text = if let Value::Number(text) = node.value() {
        Known::Set(text)
    } else {
        node.text()
    };
    let condition = match text {
        Known::Set(text) => match (version(text), version(floor)) {
            (Some(found), Some(floor)) if found >= floor => return out.held(),
            (Some(_), _) => out.failed(node, format!("Glue version {text} is below {floor}")),
            (None, _) => out.undecided(
                node,
                format!("`{text}` is no version of Glue"),
                "write a version such as \"5.0\"",
            ),
        },
        Known::Absent | Known::Mistyped => {
            out.failed(node, "`GlueVersion` is absent, which means an old version")
        }
        Known::Unreadable(reason) => out.unknown(node, reason, "`GlueVersion` is unknown"),
    };
    condition
        .under("min-version")
        .expected(format!("{floor} or later"))
        .observed(node.display());
}

fn version(text: &str) -> Option<(u32, u32)> {
    let (major, minor) = text.split_once('.').unwrap_or((text, "0"));
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// Tags are a map in CloudFormation and in answers, and a list of keys and values where they come from Terraform.
fn judge_tag(key: &str, tags: Node<'_>, out: &mut Conditions) {
    let listed = tags.items().filter_map(|tag| tag.get("Key").as_text());
    let mut keys = tags.members().map(|(key, _)| key).chain(listed);
    if keys.any(|found| found == key) {
        return out.held();
    }
    let open = tags
        .open()
        .or_else(|| tags.reason())
        .or_else(|| tags.items().find_map(|tag| tag.get("Key").reason()));
    let condition = match open {
        Some(reason) => out.unknown(
            tags,
            reason,
            format!("whether there is a tag `{key}` is unknown"),
        ),
        None => out.failed(tags, format!("there is no tag `{key}`")),
    };
    condition
        .under("tags")
        .expected(format!("a tag `{key}`"))
        .observed(tags.display());
}

#[cfg(test)]
mod tests {
    use super::Jobs;
    use crate::control::testing::{all_of, judge, resource};
    use crate::control::{Entry, Verdict};
    use crate::observed::{Form, ResourceKind, glue};
    use serde_json::{Value, json};

    fn verdict(body: &Value) -> Verdict {
        let mut job = resource(ResourceKind::GlueCatalog, Form::CloudFormation, "J", body);
        job.type_name = Some(glue::JOB);
        let asked = [("tags", all_of(&["owner"]))];
        judge(&Entry::of::<Jobs>(), &asked, &[], vec![job]).verdict
    }

    #[test]
    fn a_job_logs_has_a_version_and_is_tagged() {
        let good = json!({"GlueVersion": "5.0", "Tags": {"owner": "data"},
            "DefaultArguments": {"--enable-continuous-cloudwatch-log": "true"}});
        assert_eq!(verdict(&good), Verdict::Compliant);
        for (pointer, value, expected) in [
            ("GlueVersion", json!("3.0"), Verdict::Noncompliant),
            ("GlueVersion", json!("10.0"), Verdict::Compliant),
            ("GlueVersion", json!("latest"), Verdict::Indeterminate),
            ("GlueVersion", json!(null), Verdict::Noncompliant),
            (
                "Tags",
                json!([{"Key": "owner", "Value": "x"}]),
                Verdict::Compliant,
            ),
            ("Tags", json!({}), Verdict::Noncompliant),
            ("Tags", json!({"$unknown": "Tags"}), Verdict::Indeterminate),
            ("DefaultArguments", json!({}), Verdict::Noncompliant),
            (
                "DefaultArguments",
                json!({"$unknown": "Arguments"}),
                Verdict::Indeterminate,
            ),
        ] {
            let mut body = good.clone();
            body[pointer] = value;
            assert_eq!(verdict(&body), expected, "{body}");
        }
    }

    #[test]
    fn a_python_shell_has_no_version_to_choose() {
        let shell = json!({"Command": {"Name": "pythonshell"}, "Tags": {"owner": "data"}});
        assert_eq!(verdict(&shell), Verdict::Compliant);
    }
}
