use super::{any, read};
use crate::observe::testing::{assert_whole_characters, plain, source};
use serde_json::{Value, json};

fn values(text: &str) -> Value {
    let tree = read(&source(text)).unwrap_or_else(|| panic!("{text}"));
    assert_whole_characters(&tree);
    plain(tree.root())
}

const VARIABLE: &str = "?may be supplied by the template's variable `x`";
const EXPRESSION: &str = "?may be supplied by an expression of the template";
const REGION: &str = "?may be supplied by a condition or loop of the template";

#[test]
fn the_text_around_a_placeholder_is_known() {
    let expected = json!({"a": VARIABLE, "b": "\"s3://${…}/logs\"", "c": [VARIABLE, 1]});
    for text in [
        r#"{"a": "${x}", "b": "s3://{{ x }}/logs", "c": ["${x}", 1]}"#,
        r#"{"a": ${x}, "b": "s3://${x}/logs", "c": [{{ x }}, 1]}"#,
        "a: ${x}\nb: s3://${ x }/logs\nc: [${x}, 1]\n",
        "a: {{ x }}\nb: \"s3://{{ x }}/logs\"\nc:\n- {{x}}\n- 1\n",
    ] {
        assert_eq!(values(text), expected, "{text}");
    }
}

#[test]
fn an_expression_is_not_repeated() {
    let text = "a: ${jsonencode(split(\",\", secret))}\n";
    assert_eq!(values(text), json!({"a": EXPRESSION}));
    // An escape makes another text of it, in which the placeholder is out of sight.
    let text = "a: \"b\\t${x}\"\n";
    assert!(values(text)["a"].as_str().unwrap().starts_with('?'));
}

#[test]
fn what_reaches_aws_as_it_is_written_is_no_placeholder() {
    for text in [
        "${user.name}",
        "${system:java.io.tmpdir}",
        "$${x}",
        "{{resolve:ssm:x}}",
        "${x",
        "a {b} $c",
        "{\n{\n}}",
    ] {
        assert!(!any(text), "{text}");
    }
    assert!(!any(
        r#"{"QueryLanguage": "JSONata", "a": "{% {'a': {'b': 1}} %}"}"#
    ));
}

#[test]
fn a_condition_of_the_template_leaves_its_container_open() {
    let text = "p:\n  %{~ if x == \"y\" ~}\n  a: 1\n  %{~ endif ~}\n  %{ if z }\n  b: 2\n  %{ endif }\nq:\n- 1\n{% for i in j %}\n- 2\n{% endfor %}\n";
    let tree = read(&source(text)).unwrap();
    let node = tree.root().get("p");
    assert_eq!(node.members().len(), 0);
    assert!(node.get("a").reason().is_some() && node.get("c").reason().is_some());
    assert_eq!(plain(tree.root().get("q")), json!([1, REGION]));
    let text = "{\"a\": 1, %{ if x }\"b\": 2%{ endif }, \"c\": 3}";
    let tree = read(&source(text)).unwrap();
    assert!(tree.root().get("b").reason().is_some());
    assert_eq!(plain(tree.root().get("c")), json!(3));
}

#[test]
fn an_unknown_key_leaves_its_map_open() {
    let tree = read(&source("${x}: 1\na: 2\n")).unwrap();
    assert!(tree.root().get("b").reason().is_some());
    assert_eq!(plain(tree.root().get("a")), json!(2));
}
