//! Properties of applications wherever a cluster or a Serverless application sets them: in classifications at every
//! level, and in the arguments of steps.

use super::groups::{Classification, Gap, Listed};
use super::{Known, Node, Reason, Resource, ResourceKind, Value};

/// A property as some place sets it.
#[derive(Clone, Debug)]
pub struct Property<'t> {
    /// The classifications that it may stand for: one, or those that the flag of a command line carries.
    pub classifications: Vec<&'t str>,
    /// Its name. Sections nested in a classification come first, joined with dots.
    pub name: String,
    /// Its value.
    pub value: Setting<'t>,
    /// Where it stands.
    pub node: Node<'t>,
}

/// The value of a property.
#[derive(Clone, Debug)]
pub enum Setting<'t> {
    /// This text. Booleans and numbers are what they are written as.
    Text(String),
    /// `********`: AWS shows that something is set, and not what.
    Masked,
    /// Not known.
    Unknown(&'t Reason),
    /// Neither text, boolean nor number.
    Odd,
}

impl<'t> Setting<'t> {
    fn of(node: Node<'t>) -> Self {
        match node.value() {
            Value::String(text) => Self::of_text(text),
            Value::Bool(value) => Self::Text(value.to_string()),
            Value::Number(text) => Self::Text(text.to_owned()),
            Value::Unreadable(reason) => Self::Unknown(reason),
            Value::Template => node.reason().map_or(Self::Odd, Self::Unknown),
            Value::Absent | Value::Null | Value::List | Value::Map => Self::Odd,
        }
    }

    fn of_text(text: &str) -> Self {
        let masked = text.len() >= 4 && text.bytes().all(|byte| byte == b'*');
        if masked {
            Self::Masked
        } else {
            Self::Text(text.to_owned())
        }
    }
}

/// What a flag of a command line sets.
#[derive(Clone, Copy, Debug)]
enum Flag {
    /// `--conf` of Spark.
    Spark,
    /// `-D` of Hadoop.
    Hadoop,
    /// `--hiveconf`.
    Hive,
}

impl Flag {
    const fn classifications(self) -> &'static [&'static str] {
        match self {
            Self::Spark => &["spark-defaults"],
            Self::Hadoop => &[
                "core-site",
                "hdfs-site",
                "emrfs-site",
                "mapred-site",
                "yarn-site",
                "tez-site",
            ],
            Self::Hive => &[
                "hive-site",
                "core-site",
                "hdfs-site",
                "emrfs-site",
                "tez-site",
            ],
        }
    }

    /// The flag that a text is, whose value is the next argument.
    fn of(text: &str) -> Option<Self> {
        match text {
            "--conf" | "-c" => Some(Self::Spark),
            "-D" => Some(Self::Hadoop),
            "--hiveconf" | "-hiveconf" => Some(Self::Hive),
            _ => None,
        }
    }

    /// The flag that a text begins with, and the rest.
    fn prefix(text: &str) -> Option<(Self, &str)> {
        let forms = [
            ("--conf=", Self::Spark),
            ("--hiveconf=", Self::Hive),
            ("-D", Self::Hadoop),
        ];
        forms
            .into_iter()
            .find_map(|(prefix, flag)| Some((flag, text.strip_prefix(prefix)?)))
    }
}

/// Every property that is in sight. Steps that another call lists are out of sight and no gap: what single jobs set
/// for themselves cannot be told from a cluster.
pub fn properties<'t>(resource: &Resource<'t>) -> Listed<'t, Property<'t>> {
    let mut listed = Listed::default();
    if resource.kind() == ResourceKind::EmrServerlessApplication {
        let list = resource.application().runtime_configuration();
        let keys = if resource.form.is_template() {
            UPPER
        } else {
            LOWER
        };
        read_serverless(&mut listed, list, keys, None);
        return listed;
    }
    let cluster = resource.cluster();
    let classifications = cluster.classifications();
    listed.gaps = classifications.gaps;
    for classification in classifications.items {
        read_classification(&mut listed, &classification);
    }
    let steps = cluster.steps();
    let written =
        |gap: &Gap<'_>| !matches!(gap.reason, Reason::NotObserved { .. } | Reason::Call { .. });
    listed.gaps.extend(steps.gaps.into_iter().filter(written));
    for step in steps.items {
        match step.node.reason() {
            Some(reason) => listed.gaps.push(gap(step.node, reason)),
            None => read_arguments(&mut listed, step.args),
        }
    }
    listed
}

fn gap<'t>(node: Node<'t>, reason: &Reason) -> Gap<'t> {
    let reason = reason.clone();
    Gap { node, reason }
}

/// What of a classification has another type than AWS documents: what it would set is then unknown, not nothing.
fn odd_classification<'t>(item: Node<'t>, name: Node<'t>, properties: Node<'t>) -> Option<Gap<'t>> {
    let (node, wanted) = if !matches!(item.value(), Value::Map) {
        (item, "a classification")
    } else if matches!(name.text(), Known::Absent | Known::Mistyped) {
        (name, "the name of a classification")
    } else if matches!(
        properties.value(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::List
    ) {
        (properties, "an object of properties")
    } else {
        return None;
    };
    Some(gap(node, &node.out_of_place(wanted)))
}

fn read_classification<'t>(
    listed: &mut Listed<'t, Property<'t>>,
    classification: &Classification<'t>,
) {
    let Classification {
        node,
        name,
        properties,
        ..
    } = *classification;
    listed
        .gaps
        .extend(odd_classification(node, name, properties));
    if let Some(reason) = classification.name.reason() {
        listed.gaps.push(gap(classification.name, reason));
        return;
    }
    let own = classification.name.as_text();
    let mut path = classification.parents.iter().copied().chain([own]);
    let Some(Some(outermost)) = path.next() else {
        return;
    };
    let sections: Vec<&str> = path.flatten().collect();
    // No page says what EMR makes of the classification of a file inside another one.
    if let Some(file) = sections.iter().find(|section| is_file(section)) {
        let what = format!("classification `{file}` nested in `{outermost}`");
        let reason = Reason::Unsupported { what };
        listed.gaps.push(gap(classification.node, &reason));
    }
    read_properties(listed, classification.properties, outermost, &sections);
}

/// True for the classification of a whole file, which is no section of another.
fn is_file(classification: &str) -> bool {
    classification.ends_with("-site") || classification == "spark-defaults"
}

fn read_properties<'t>(
    listed: &mut Listed<'t, Property<'t>>,
    properties: Node<'t>,
    classification: &'t str,
    sections: &[&str],
) {
    if let Some(reason) = properties.open().or_else(|| properties.reason()) {
        listed.gaps.push(gap(properties, reason));
    }
    for (key, node) in properties.members() {
        let name: Vec<&str> = sections.iter().copied().chain([key]).collect();
        listed.items.push(Property {
            classifications: vec![classification],
            name: name.join("."),
            value: Setting::of(node),
            node,
        });
    }
}

/// The members of a Serverless configuration: in templates, and in the API's answers.
type Keys = [&'static str; 3];
const UPPER: Keys = ["Classification", "Properties", "Configurations"];
const LOWER: Keys = ["classification", "properties", "configurations"];

fn read_serverless<'t>(
    listed: &mut Listed<'t, Property<'t>>,
    list: Node<'t>,
    keys: Keys,
    outer: Option<(&'t str, &[&'t str])>,
) {
    let [name, properties, inner] = keys;
    match list.value() {
        Value::List | Value::Absent | Value::Null => {}
        Value::Unreadable(reason) => listed.gaps.push(gap(list, reason)),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Template | Value::Map => {
            listed.gaps.push(gap(list, &list.out_of_place("a list")));
        }
    }
    for item in list.items() {
        let odd = odd_classification(item, item.get(name), item.get(properties));
        listed.gaps.extend(odd);
        match item.get(name).text() {
            Known::Set(own) => {
                let (classification, sections) = match outer {
                    Some((outermost, sections)) => (outermost, [sections, &[own]].concat()),
                    None => (own, Vec::new()),
                };
                read_properties(listed, item.get(properties), classification, &sections);
                let outer = Some((classification, sections.as_slice()));
                read_serverless(listed, item.get(inner), keys, outer);
            }
            Known::Unreadable(reason) => listed.gaps.push(gap(item, reason)),
            Known::Absent | Known::Mistyped => {}
        }
    }
}

fn read_arguments<'t>(listed: &mut Listed<'t, Property<'t>>, args: Node<'t>) {
    if let Some(reason) = args.reason() {
        listed.gaps.push(gap(args, reason));
        return;
    }
    let mut pending: Option<Flag> = None;
    // Behind the program come its own arguments, which set nothing.
    let mut behind_program = false;
    let mut previous = "";
    for node in args.items() {
        let pieces = node.pieces();
        let first = pieces.first().copied().flatten();
        let unknown = node.reason();
        match (first, pending.take()) {
            // `-c` is a shell's flag too, and then a command line follows.
            (Some(text), Some(flag)) if is_pair(text) => read_pair(listed, flag, text, node),
            (Some(text), _) if unknown.is_none() && text.contains(char::is_whitespace) => {
                read_command(listed, text, node);
            }
            (Some(text), _) => {
                if let Some((flag, pair)) = Flag::prefix(text).filter(|(_, pair)| !pair.is_empty())
                {
                    read_pair(listed, flag, pair, node);
                } else {
                    pending = Flag::of(text);
                }
                let last = pieces.last().copied().flatten().unwrap_or_default();
                behind_program |= is_program(last) && !previous.starts_with("--");
            }
            (None, flag) => {
                if let Some(reason) = unknown.filter(|_| flag.is_some() || !behind_program) {
                    listed.gaps.push(gap(node, reason));
                }
            }
        }
        previous = first.unwrap_or_default();
    }
}

fn is_pair(text: &str) -> bool {
    let name = text.split('=').next().unwrap_or_default();
    !name.contains(char::is_whitespace)
}

fn is_program(text: &str) -> bool {
    let end = text.rsplit('.').next().unwrap_or_default();
    ["py", "jar", "R"].contains(&end)
}

/// A whole command line in one argument, as `bash -c` takes it.
fn read_command<'t>(listed: &mut Listed<'t, Property<'t>>, text: &'t str, node: Node<'t>) {
    let mut pending: Option<Flag> = None;
    for word in text.split_whitespace() {
        let word = word.trim_matches(['"', '\'']);
        if let Some(flag) = pending.take() {
            read_pair(listed, flag, word, node);
        } else if let Some((flag, pair)) = Flag::prefix(word).filter(|(_, pair)| !pair.is_empty()) {
            read_pair(listed, flag, pair, node);
        } else {
            pending = Flag::of(word);
        }
    }
}

/// `name=value`, of which a part may not be known.
fn read_pair<'t>(listed: &mut Listed<'t, Property<'t>>, flag: Flag, text: &'t str, node: Node<'t>) {
    let unknown = node.reason();
    let value = match (text.split_once('='), unknown) {
        (Some((_, value)), None) => Setting::of_text(value),
        (Some(_), Some(reason)) => Setting::Unknown(reason),
        (None, Some(reason)) => return listed.gaps.push(gap(node, reason)),
        (None, None) => return,
    };
    listed.items.push(Property {
        classifications: flag.classifications().to_vec(),
        name: text.split('=').next().unwrap_or_default().to_owned(),
        value,
        node,
    });
}

#[cfg(test)]
mod tests {
    use super::{Setting, properties};
    use crate::control::testing::resource;
    use crate::observed::{Form, ResourceKind};
    use serde_json::{Value, json};

    fn seen(form: Form, body: &Value) -> (Vec<String>, usize) {
        let cluster = resource(ResourceKind::EmrCluster, form, "c", body);
        let listed = properties(&cluster);
        let items = listed.items.iter().map(|property| {
            let value = match &property.value {
                Setting::Text(text) => text.clone(),
                Setting::Masked => "masked".to_owned(),
                Setting::Unknown(_) => "unknown".to_owned(),
                Setting::Odd => "odd".to_owned(),
            };
            format!("{}/{}={value}", property.classifications[0], property.name)
        });
        (items.collect(), listed.gaps.len())
    }

    fn arguments(args: &Value) -> (Vec<String>, usize) {
        let step = json!({ "HadoopJarStep": { "Jar": "command-runner.jar", "Args": args } });
        seen(Form::Request, &json!({ "Steps": [step] }))
    }

    #[test]
    fn nested_classifications_are_joined_with_dots() {
        let body = json!({ "Configurations": [
            { "Classification": "hue-ini", "Properties": {}, "Configurations": [
                { "Classification": "desktop", "Configurations": [
                    { "Classification": "ldap", "Properties": { "ldap_url": "ldap://x" } } ] } ] },
            { "Classification": "core-site", "Properties": { "a": true, "b": 7, "c": "********", "d": null } },
        ] });
        let (items, gaps) = seen(Form::Request, &body);
        assert_eq!(gaps, 0);
        assert_eq!(
            items,
            [
                "hue-ini/desktop.ldap.ldap_url=ldap://x",
                "core-site/a=true",
                "core-site/b=7",
                "core-site/c=masked",
                "core-site/d=odd",
            ]
        );
    }

    #[test]
    fn flags_of_steps_set_properties() {
        let (items, gaps) = arguments(&json!([
            "spark-submit",
            "--conf",
            "spark.authenticate=false",
            "--conf=spark.hadoop.fs.s3.impl=x",
            "-Dhadoop.rpc.protection=integrity",
            "-D",
            "a=b",
            "s3://code/job.py",
            "--conf-dir",
            "x=y",
        ]));
        assert_eq!(gaps, 0);
        assert_eq!(
            items,
            [
                "spark-defaults/spark.authenticate=false",
                "spark-defaults/spark.hadoop.fs.s3.impl=x",
                "core-site/hadoop.rpc.protection=integrity",
                "core-site/a=b",
            ]
        );
        let (items, _) = arguments(&json!([
            "bash",
            "-c",
            "spark-submit --conf spark.authenticate=false x.py"
        ]));
        assert_eq!(items, ["spark-defaults/spark.authenticate=false"]);
    }

    #[test]
    fn an_argument_that_could_be_a_flag_is_a_gap_before_the_program_only() {
        let unknown = json!({ "$unknown": "P" });
        assert_eq!(
            arguments(&json!(["spark-submit", unknown, "s3://code/job.py"])).1,
            1
        );
        assert_eq!(
            arguments(&json!(["spark-submit", "s3://code/job.py", unknown])).1,
            0
        );
        assert_eq!(arguments(&json!(["spark-submit", "--conf", unknown])).1, 1);
        assert_eq!(arguments(&unknown).1, 1);
    }

    #[test]
    fn unknown_classifications_and_properties_are_gaps() {
        let unknown = json!({ "$unknown": "P" });
        for body in [
            json!({ "Configurations": unknown }),
            json!({ "Configurations": [unknown] }),
            json!({ "Configurations": [{ "Classification": unknown, "Properties": {} }] }),
            json!({ "Configurations": [{ "Classification": "core-site", "Properties": unknown }] }),
            json!({ "Configurations": "s3://bucket/configurations.json" }),
            json!({ "Configurations": [[{ "Classification": "core-site", "Properties": {} }]] }),
            json!({ "Configurations": ["core-site"] }),
            json!({ "Configurations": [{ "Properties": { "a": "b" } }] }),
            json!({ "Configurations": [{ "Classification": ["core-site"], "Properties": {} }] }),
            json!({ "Configurations": [{ "Classification": "core-site", "Properties": [{}] }] }),
            json!({ "Configurations": [{ "Classification": "core-site", "Properties": "{}" }] }),
            json!({ "Configurations": [{ "Classification": "a", "Configurations": [
                { "Classification": "core-site", "Properties": { "a": "b" } }] }] }),
        ] {
            assert_eq!(seen(Form::Request, &body).1, 1, "{body}");
        }
    }
}
