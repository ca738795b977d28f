use super::Values;
use super::{any, read};
use crate::observe::testing::{assert_whole_characters, plain, source};
use serde_json::{Value, json};

fn values(text: &str) -> Value {
    let tree = read(&source(text), &Values::default()).unwrap_or_else(|| panic!("{text}"));
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
    let tree = read(&source(text), &Values::default()).unwrap();
    let node = tree.root().get("p");
    assert_eq!(node.members().len(), 0);
    assert!(node.get("a").reason().is_some() && node.get("c").reason().is_some());
    assert_eq!(plain(tree.root().get("q")), json!([1, REGION]));
    let text = "{\"a\": 1, %{ if x }\"b\": 2%{ endif }, \"c\": 3}";
    let tree = read(&source(text), &Values::default()).unwrap();
    assert!(tree.root().get("b").reason().is_some());
    assert_eq!(plain(tree.root().get("c")), json!(3));
}

#[test]
fn what_the_template_puts_in_leaves_open_what_it_is_put_into() {
    for put_in in [
        "{% include \"x.yaml\" %}",
        "# {% include \"x.yaml\" %}",
        "{% call m() %}\n  {% endcall %}",
        "{%- include x ignore missing -%}",
        "{% if x %}\n  {% include \"x.yaml\" %}\n  {% endif %}",
        "{% block more %}\n  {% endblock %}",
        "{% render_cluster x %}",
    ] {
        for text in [
            format!("n: 1\np:\n  {put_in}\n  a: 1\n  l: [1]\nq: 2\n"),
            format!("n: 1\np:\n  a: 1\n  l: [1]\n  {put_in}\nq: 2\n"),
        ] {
            let tree = read(&source(&text), &Values::default()).unwrap();
            let node = tree.root().get("p");
            assert!(node.get("b").reason().is_some(), "{text}");
            assert_eq!(plain(node.get("a")), json!(1), "{text}");
            assert_eq!(plain(node.get("l")), json!([1]), "{text}");
            assert!(tree.root().get("b").is_absent(), "{text}");
        }
        let text = format!("{put_in}\np:\n  a: 1\n");
        let tree = read(&source(&text), &Values::default()).unwrap();
        assert!(tree.root().get("b").reason().is_some(), "{text}");
        assert!(tree.root().get("p").get("b").is_absent(), "{text}");
    }
    // What is put in may bring its own indentation.
    let tree = read(&source("p:\n{% include x %}\nq: 1\n"), &Values::default()).unwrap();
    assert!(tree.root().get("p").reason().is_some());
    let tree = read(
        &source("p:\n- 1\n{% include x %}\nq: 1\n"),
        &Values::default(),
    )
    .unwrap();
    assert_eq!(tree.root().get("p").items().len(), 2);
    for silent in [
        "{% set x = 1 %}",
        "{# include x #}",
        "{% from 'x' import m %}",
    ] {
        let tree = read(
            &source(&format!("{silent}\na: {{{{ x }}}}\n")),
            &Values::default(),
        )
        .unwrap();
        assert!(tree.root().get("b").is_absent(), "{silent}");
    }
}

#[test]
fn an_unknown_key_leaves_its_map_open() {
    let tree = read(&source("${x}: 1\na: 2\n"), &Values::default()).unwrap();
    assert!(tree.root().get("b").reason().is_some());
    assert_eq!(plain(tree.root().get("a")), json!(2));
}
