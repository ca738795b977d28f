//! Files of parameter values, in the forms that deployment tools take.
//!
//! | form | of |
//! | --- | --- |
//! | `[{"ParameterKey": …, "ParameterValue": …}]` | `aws cloudformation create-stack --parameters file://…` |
//! | `["Key=Value"]` | `aws cloudformation deploy --parameter-overrides file://…` |
//! | `{"Parameters": {…}}` | a template configuration file of CodePipeline |
//! | an object of names and values, JSON or YAML | CDK, SAM, `terraform.tfvars.json` |
//! | `name = value` | `terraform.tfvars` |

use super::{json, yaml};
use crate::observed::{Node, Source, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The values that a file gives to parameters, by name.
///
/// # Errors
/// What in the file is in none of the forms, with its line where it is known.
pub fn read(name: &str, text: &str) -> Result<BTreeMap<String, String>, String> {
    let source = Arc::new(Source::new(name, text));
    let start = text.trim_start_matches('\u{feff}').trim_start();
    let tree = if start.starts_with(['{', '[']) {
        json::read(source)
    } else {
        if let Ok(body) = hcl_edit::parser::parse_body(text) {
            return Ok(of_assignments(&body, text));
        }
        yaml::read(source)
    };
    let tree = tree.map_err(|syntax| format!("`{name}`: {}", syntax.message))?;
    let root = tree.root();
    let listed = matches!(root.value(), Value::List);
    let values: Option<BTreeMap<_, _>> = if listed {
        root.items()
            .filter(|item| !keeps(*item))
            .map(of_item)
            .collect()
    } else {
        let parameters = root.get("Parameters");
        let map = if matches!(parameters.value(), Value::Map) {
            parameters
        } else {
            root
        };
        matches!(map.value(), Value::Map)
            .then(|| {
                map.members()
                    .map(|(key, value)| Some((key.to_owned(), of_value(value)?)))
                    .collect()
            })
            .flatten()
    };
    values.ok_or_else(|| {
        format!("`{name}` holds something that is neither a parameter's name nor a value for it")
    })
}

/// Whether an item says that a stack keeps the value that it has, which is not known here.
fn keeps(item: Node<'_>) -> bool {
    item.get("ParameterKey").is_set() && item.get("ParameterValue").is_absent()
}

fn of_item(item: Node<'_>) -> Option<(String, String)> {
    if let Some(text) = item.as_text() {
        let (key, value) = text.split_once('=')?;
        return Some((key.to_owned(), value.to_owned()));
    }
    let key = item.get("ParameterKey").as_text()?;
    Some((key.to_owned(), of_value(item.get("ParameterValue"))?))
}

/// A value as it is given on the command line: scalars by their text, lists and objects as JSON.
fn of_value(value: Node<'_>) -> Option<String> {
    match value.value() {
        Value::String(text) | Value::Number(text) => Some(text.to_owned()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::List | Value::Map => as_json(value, 0).map(|json| json.to_string()),
        Value::Null | Value::Absent | Value::Unreadable(_) | Value::Template => None,
    }
}

fn as_json(value: Node<'_>, depth: u32) -> Option<serde_json::Value> {
    if depth > 64 {
        return None;
    }
    Some(match value.value() {
        Value::String(text) => text.into(),
        Value::Number(text) => serde_json::from_str(text).ok()?,
        Value::Bool(flag) => flag.into(),
        Value::Null => serde_json::Value::Null,
        Value::List => {
            let items = value.items().map(|item| as_json(item, depth + 1));
            serde_json::Value::Array(items.collect::<Option<_>>()?)
        }
        Value::Map => {
            let members = value
                .members()
                .map(|(key, member)| Some((key.to_owned(), as_json(member, depth + 1)?)));
            serde_json::Value::Object(members.collect::<Option<_>>()?)
        }
        Value::Absent | Value::Unreadable(_) | Value::Template => return None,
    })
}

/// The assignments of a `.tfvars` file: texts as such, everything else as the expression that it is written as.
fn of_assignments(body: &hcl_edit::structure::Body, text: &str) -> BTreeMap<String, String> {
    use hcl_edit::Span as _;
    let assignments = body.attributes().filter_map(|attribute| {
        let value = match attribute.value.as_str() {
            Some(literal) => literal.to_owned(),
            None => text.get(attribute.value.span()?)?.to_owned(),
        };
        Some((attribute.key.as_str().to_owned(), value))
    });
    assignments.collect()
}

#[cfg(test)]
mod tests {
    use super::read;

    fn given(text: &str) -> Vec<(String, String)> {
        read("parameters", text).unwrap().into_iter().collect()
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        pairs.iter().map(owned).collect()
    }

    #[test]
    fn every_form_gives_the_same_values() {
        for text in [
            r#"[{"ParameterKey": "Count", "ParameterValue": "2"}, {"ParameterKey": "Stage", "ParameterValue": "prod"},
                {"ParameterKey": "Kept", "UsePreviousValue": true}]"#,
            r#"["Stage=prod", "Count=2"]"#,
            r#"{"Parameters": {"Stage": "prod", "Count": 2}, "StackPolicy": {}}"#,
            "Stage: prod\nCount: 2\n",
            "# of production\nStage = \"prod\"\nCount = 2\n",
        ] {
            assert_eq!(
                given(text),
                pairs(&[("Count", "2"), ("Stage", "prod")]),
                "{text}"
            );
        }
    }

    #[test]
    fn lists_and_objects_stay_expressions() {
        assert_eq!(
            given(r#"{"subnets": ["a", "b"]}"#),
            pairs(&[("subnets", r#"["a","b"]"#)])
        );
        assert_eq!(
            given("subnets = [\"a\", \"b\"]\n"),
            pairs(&[("subnets", "[\"a\", \"b\"]")])
        );
    }

    #[test]
    fn what_is_in_no_form_is_an_error() {
        for text in [
            "[1]",
            "[\"Stage\"]",
            "just text",
            "{\"a\": ",
            "[{\"ParameterKey\": 1, \"ParameterValue\": 2}]",
        ] {
            assert!(read("p", text).is_err(), "{text}");
        }
    }
}
