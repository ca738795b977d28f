//! Code that runs on nodes comes from an allowed, owned, versioned place.

use crate::aws::code::is_aws_own;
use crate::aws::s3::Location;
use crate::control::code::{Code, code_of};
use crate::control::settings::{OneOf, Only, Plain, S3Prefix, Switch, settings};
use crate::control::{Conditions, Control, Meta, Severity, Span, View, lies_under};
use crate::observed::groups::Step;
use crate::observed::{Known, Node, Reason, ResourceKind};

#[derive(Debug)]
pub(crate) enum BootstrapActions {}

settings! {
    pub(crate) struct Setting {
        /// Prefixes that code may come from.
        sources: Only<S3Prefix>,
        /// Accounts that may own the buckets of code; the target's when none is given.
        accounts: OneOf<Plain>,
        /// Whether the buckets of code must keep versions.
        versioned: Switch = true,
        /// Whether the JARs and scripts of steps count too.
        steps: Switch = true,
    }
}

impl Control for BootstrapActions {
    const META: &'static Meta = &Meta {
        id: "emr.bootstrap-actions",
        title: "code that runs on nodes comes from an allowed, owned, versioned place",
        severity: Severity::High,
        kinds: &[ResourceKind::EmrCluster],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 CM-14", "own NIST-800-53 SI-7"],
        docs: include_str!("bootstrap_actions.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let cluster = seen.resource.cluster();
        let live = seen.is_live();
        let actions = cluster.bootstrap_actions();
        out.may_be_more(&actions.gaps, "bootstrap actions", None);
        for action in actions.items {
            judge_node(
                want,
                action.path,
                "the script of a bootstrap action",
                live,
                out,
            );
        }
        if !want.steps {
            return;
        }
        let steps = cluster.steps();
        out.may_be_more(&steps.gaps, "steps", Some("steps"));
        for step in steps.items {
            judge_node(want, step.jar, "the JAR of a step", live, out);
            judge_arguments(want, &step, live, out);
        }
    }
}

impl Setting {
    /// Whether the baseline names this place as a source of code.
    fn allows(&self, place: &str) -> bool {
        let under = |source: &_| lies_under(source, place);
        !self.sources.is_any() && self.sources.allows_by(under)
    }
}

const STEP_CODE: &str = "the code that a step runs";

/// A program of AWS's own runs the code that its arguments name.
fn judge_arguments(want: &Setting, step: &Step<'_>, live: bool, out: &mut Conditions) {
    for code in code_of(step) {
        match code {
            Code::Node(node) => judge_node(want, node, STEP_CODE, live, out),
            Code::Text(node, text) => judge_place(want, node, text, STEP_CODE, live, out),
            Code::Fetched(node, text) if want.allows(text) => {
                judge_place(want, node, text, STEP_CODE, live, out);
            }
            Code::Fetched(node, text) => {
                out.undecided(
                    node,
                    format!("a step's command line names `{text}`: whether it runs what is there is unknown"),
                    "publish the commands as a script, and run that with `script-runner.jar`",
                )
                .under("steps")
                .expected(wish(want))
                .observed(format!("`{text}`"));
            }
            Code::Unknown(node, reason) => {
                out.unknown(node, reason, format!("{STEP_CODE} may be unknown"))
                    .under("steps");
            }
            Code::Odd(node) => {
                let message = format!("{STEP_CODE} is unknown: its arguments are not a list");
                out.undecided(node, message, "write the arguments as a list of texts")
                    .under("steps");
            }
        }
    }
}

fn judge_node(want: &Setting, node: Node<'_>, what: &str, live: bool, out: &mut Conditions) {
    match node.text() {
        Known::Set(text) => judge_place(want, node, text, what, live, out),
        Known::Unreadable(reason) => {
            let begin = node.pieces().first().copied().flatten().unwrap_or_default();
            if is_web(begin) {
                return judge_place(want, node, begin, what, live, out);
            }
            out.unknown(node, reason, format!("{what} is unknown"))
                .under("sources")
                .expected(wish(want))
                .observed(node.display());
        }
        Known::Absent | Known::Mistyped => {
            let message = format!("{what} is {}, not a path", node.value().type_name());
            out.undecided(node, message, "write where the code is")
                .under("sources");
        }
    }
}

fn judge_place(
    want: &Setting,
    node: Node<'_>,
    text: &str,
    what: &str,
    live: bool,
    out: &mut Conditions,
) {
    if is_aws_own(text) {
        return out.held();
    }
    let allowed = want.sources.is_any() || want.allows(text);
    let condition = match Location::of(text) {
        None if is_web(text) => out.failed(node, format!("{what} comes from the web: `{text}`")),
        None if text.contains("://")
            && !text.starts_with("file:")
            && !text.starts_with("local:") =>
        {
            out.failed(node, format!("{what} does not come from S3: `{text}`"))
        }
        None => out.undecided(
            node,
            format!("{what}, `{text}`, lies on the nodes: who put it there is unknown"),
            "name the code by its place in S3",
        ),
        Some(_) if !allowed => out.failed(
            node,
            format!("{what}, `{text}`, comes from a place that the baseline does not name"),
        ),
        Some(_) if live => {
            let reason = Reason::NotObserved {
                action: "s3:GetBucketVersioning".to_owned(),
            };
            let message = format!("who may write {what}, `{text}`, is unknown");
            out.unknown(node, &reason, message)
        }
        // In a file, a bucket that the baseline itself names passes on the baseline's word.
        Some(_) if !want.sources.is_any() => return out.held(),
        Some(place) => out.undecided(
            node,
            format!(
                "{what}, `{text}`, is in bucket `{}`, which is only named here",
                place.bucket
            ),
            "name the place in `sources`, or audit the live cluster",
        ),
    };
    condition
        .under("sources")
        .expected(wish(want))
        .observed(node.display());
}

fn is_web(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    lower.starts_with("http:") || lower.starts_with("https:")
}

/// What the baseline asks of a source of code.
fn wish(want: &Setting) -> String {
    let mut wish = if want.sources.is_any() {
        "a place in S3".to_owned()
    } else {
        format!("a place under {}", want.sources)
    };
    if !want.accounts.is_any() {
        wish = format!("{wish} in account {}", want.accounts);
    }
    if want.versioned {
        wish.push_str(", with versions");
    }
    wish
}

#[cfg(test)]
mod tests {
    use super::BootstrapActions;
    use crate::control::testing::{cluster, etl_daily, only};
    use crate::control::{Entry, Verdict};
    use crate::lattice::Shape;
    use crate::observed::Form;
    use serde_json::{Value, json};

    const ENTRY: Entry = Entry::of::<BootstrapActions>();

    fn verdict(sources: &[&str], body: &Value) -> Verdict {
        let asked = [("sources", only(sources))];
        let asked = if sources.is_empty() { &[] } else { &asked[..] };
        cluster(&ENTRY, asked, Form::Request, body).verdict
    }

    fn script(path: &Value) -> Value {
        json!({"BootstrapActions": [{"Name": "a", "ScriptBootstrapAction": {"Path": path}}]})
    }

    fn step(args: &Value) -> Value {
        json!({"Steps": [{"HadoopJarStep": {"Jar": "command-runner.jar", "Args": args}}]})
    }

    #[test]
    fn the_script_of_a_step_counts_and_its_data_does_not() {
        let daily = etl_daily();
        assert_eq!(verdict(&[], &daily), Verdict::Indeterminate);
        assert_eq!(
            verdict(&["s3://my-bucket/jobs/"], &daily),
            Verdict::Compliant
        );
        assert_eq!(verdict(&["s3://other/"], &daily), Verdict::Noncompliant);
        let without = [("steps", Shape::AtLeast(0))];
        let judged = cluster(&ENTRY, &without, Form::Request, &daily);
        assert_eq!(judged.verdict, Verdict::NotApplicable);
    }

    #[test]
    fn scripts_come_from_named_places() {
        for (path, expected) in [
            (json!("s3://code/x.sh"), Verdict::Compliant),
            (json!("s3://code-of-others/x.sh"), Verdict::Noncompliant),
            (json!("https://example.com/x.sh"), Verdict::Noncompliant),
            (
                json!({"$sub": ["https://", {"$unknown": "H"}, "/x.sh"]}),
                Verdict::Noncompliant,
            ),
            (
                json!({"$sub": ["s3://", {"$unknown": "B"}, "/x.sh"]}),
                Verdict::Indeterminate,
            ),
            (json!("/usr/bin/true"), Verdict::Compliant),
            (json!("/home/hadoop/x.sh"), Verdict::Indeterminate),
            (json!("hdfs:///x.sh"), Verdict::Noncompliant),
        ] {
            assert_eq!(verdict(&["s3://code/"], &script(&path)), expected, "{path}");
        }
    }

    #[test]
    fn command_lines_are_searched_for_code_from_elsewhere() {
        for (args, expected) in [
            (
                json!(["s3-dist-cp", "--src", "s3://a/", "--dest", "s3://b/"]),
                Verdict::Compliant,
            ),
            (
                json!(["bash", "-c", "aws s3 cp s3://x/y.sh . && bash y.sh"]),
                Verdict::Noncompliant,
            ),
            (
                json!(["bash", "-c", "curl https://x/y.sh | bash"]),
                Verdict::Noncompliant,
            ),
            (
                json!(["bash", "-c", "aws s3 cp s3://x/y y && chmod +x y && ./y"]),
                Verdict::Indeterminate,
            ),
            (
                json!(["bash", "-c", "aws s3 cp s3://code/y y && ./y"]),
                Verdict::Compliant,
            ),
            (
                json!(["bash", "-c", {"$sub": ["aws s3 cp s3://", {"$unknown": "Bucket"}, "/x . && ./x"]}]),
                Verdict::Indeterminate,
            ),
            (json!(["bash", "/home/hadoop/y.sh"]), Verdict::Indeterminate),
            (json!(["/home/hadoop/y"]), Verdict::Indeterminate),
            (json!(["bash", "-c", "echo done"]), Verdict::Compliant),
            (
                json!([
                    "hive-script",
                    "--run-hive-script",
                    "--args",
                    "-f",
                    "s3://code/q.hql"
                ]),
                Verdict::Compliant,
            ),
            (
                json!([
                    "spark-submit",
                    "--jars",
                    "s3://x/a.jar,s3://code/b.jar",
                    "s3://code/e.py"
                ]),
                Verdict::Noncompliant,
            ),
            (
                json!(["spark-submit", {"$unknown": "App"}]),
                Verdict::Indeterminate,
            ),
            (
                json!(["spark-submit", "s3://code/e.py", {"$unknown": "Day"}]),
                Verdict::Compliant,
            ),
            (json!({"$unknown": "Args"}), Verdict::Indeterminate),
        ] {
            assert_eq!(verdict(&["s3://code/"], &step(&args)), expected, "{args}");
        }
    }

    #[test]
    fn script_runner_runs_its_first_argument() {
        let body = |script: &str| {
            let jar = "s3://us-west-2.elasticmapreduce/libs/script-runner/script-runner.jar";
            json!({"Steps": [{"HadoopJarStep": {"Jar": jar, "Args": [script, "x"]}}]})
        };
        assert_eq!(
            verdict(&["s3://code/"], &body("s3://code/x")),
            Verdict::Compliant
        );
        assert_eq!(
            verdict(&["s3://code/"], &body("s3://other/x")),
            Verdict::Noncompliant
        );
        let jar = "s3://us-west-2.elasticmapreduce/libs/script-runner/script-runner.jar";
        let line = "aws s3 cp s3://other/x . && ./x";
        let shell =
            json!({"Steps": [{"HadoopJarStep": {"Jar": jar, "Args": ["/bin/bash", "-c", line]}}]});
        assert_eq!(verdict(&["s3://code/"], &shell), Verdict::Indeterminate);
    }
}
