use super::*;
use crate::observe::{json, yaml};
use crate::observed::{Node, Source, Value as Seen};
use proptest::prelude::*;
use std::sync::Arc;

fn bytes_of(text: &str, part: &str) -> (usize, usize) {
    let start = text
        .find(part)
        .unwrap_or_else(|| panic!("{part} is not in {text}"));
    (start, start + part.len())
}

fn replace(text: &str, part: &str, was: &str, value: &str) -> Repair {
    Repair {
        file: String::new(),
        bytes: bytes_of(text, part),
        change: Change::Replace(was.to_owned()),
        value: value.to_owned(),
    }
}

fn insert(text: &str, part: &str, key: &str, value: &str) -> Repair {
    Repair {
        change: Change::Insert(key.to_owned()),
        ..replace(text, part, "", value)
    }
}

fn fixed(file: &str, text: &str, repairs: &[Repair]) -> Option<String> {
    apply(text, &edits(file, text, repairs)?)
}

#[test]
fn a_scalar_keeps_its_quotes() {
    let texts = [
        (r#"{"a": false}"#, r#"{"a": true}"#),
        (r#"{"a": "{\"b\": \"x\"}"}"#, r#"{"a": "{\"b\": \"y\"}"}"#),
    ];
    let [(switch, on), (escaped, other)] = texts;
    for (file, text, part, was, value, expected) in [
        ("a.json", switch, "false", "false", "true", on),
        ("a.json", escaped, r#"\"x\""#, r#""x""#, r#""y""#, other),
        (
            "a.yaml",
            "a: 'x' # c",
            "'x'",
            r#""x""#,
            r#""it's""#,
            "a: 'it''s' # c",
        ),
        ("a.yaml", "a: x # c", "x", r#""x""#, r#""y""#, "a: y # c"),
        ("a.yaml", "a: x", "x", r#""x""#, r#""yes""#, "a: \"yes\""),
        ("a.yaml", "a: x", "x", r#""x""#, r#""b: c""#, "a: \"b: c\""),
        ("a.yaml", "a: no", "no", "false", "true", "a: true"),
        ("a.yaml", "a: no", "no", "false", r#""SSO""#, "a: \"SSO\""),
        (
            "a.yaml",
            "a: \"true\"",
            "\"true\"",
            r#""true""#,
            "true",
            "a: true",
        ),
        (
            "a.tf",
            "a = \"no\" # c",
            "\"no\"",
            r#""no""#,
            r#""yes""#,
            "a = \"yes\" # c",
        ),
    ] {
        let repair = replace(text, part, was, value);
        let found = fixed(file, text, &[repair]);
        assert_eq!(found.as_deref(), Some(expected), "{text}");
    }
}

#[test]
fn what_is_not_the_scalar_that_was_read_is_left_alone() {
    for (file, text, part, was) in [
        ("a.tf", "a = var.encrypt\n", "var.encrypt", "false"),
        ("a.tf", "a = !true\n", "!true", "false"),
        (
            "a.tf",
            "a = \"x-${var.name}\"\n",
            "\"x-${var.name}\"",
            "\"x-y\"",
        ),
        ("a.tf", "a = \"x\"\n", "\"x\"", "\"z\""),
        ("a.json", r#"{"a": {"b": 1}}"#, r#"{"b": 1}"#, "false"),
        ("a.yaml", "a: &all false\nb: *all\n", "false", "false"),
        ("a.yaml", "a: &all\n  c: false\nb: *all\n", "false", "false"),
        ("a.yaml", "a: &all false\nb: *all\n", "*all", "false"),
        ("a.yaml", "a: !Sub x\n", "!Sub x", "\"x\""),
        ("a.yaml", "a: |\n  x\n", "|\n  x", "\"x\""),
        ("a.yaml", "a: ${encrypt}\n", "${encrypt}", "\"${encrypt}\""),
    ] {
        assert_eq!(
            edits(file, text, &[replace(text, part, was, "true")]),
            None,
            "{text}"
        );
    }
}

#[test]
fn a_value_that_would_be_evaluated_is_not_written() {
    let text = "a = \"x\"\n";
    assert_eq!(
        edits("a.tf", text, &[replace(text, "\"x\"", "\"x\"", "\"${y}\"")]),
        None
    );
}

#[test]
fn a_member_is_laid_out_like_the_last_one() {
    for (text, expected) in [
        (r#"{"a":1}"#, r#"{"a":1,"k":true}"#),
        (r#"{"a": 1}"#, r#"{"a": 1, "k": true}"#),
        (
            r#"{ "a": 1, "b": {} }"#,
            r#"{ "a": 1, "b": {}, "k": true }"#,
        ),
        ("{}", r#"{"k": true}"#),
        ("{\n}", "{\n  \"k\": true\n}"),
        (
            "{\r\n\t\"a\": 1\r\n}",
            "{\r\n\t\"a\": 1,\r\n\t\"k\": true\r\n}",
        ),
        ("{\n  \"a\" : 1\n}", "{\n  \"a\" : 1,\n  \"k\" : true\n}"),
    ] {
        let repair = insert(text, text, "k", "true");
        assert_eq!(
            fixed("a.json", text, &[repair]).as_deref(),
            Some(expected),
            "{text}"
        );
    }
}

#[test]
fn a_section_has_lines_where_its_neighbours_have() {
    let text = "{\n    \"a\": {\n        \"b\": 1\n    }\n}";
    let repair = insert(text, text, "k", r#"{"x": [1, {"y": 2}], "z": {}}"#);
    let expected = "{\n    \"a\": {\n        \"b\": 1\n    },\n    \"k\": {\n        \"x\": [\n            1,\n            {\n                \"y\": 2\n            }\n        ],\n        \"z\": {}\n    }\n}";
    assert_eq!(fixed("a.json", text, &[repair]).as_deref(), Some(expected));
}

#[test]
fn a_document_in_a_string_is_edited_in_its_escapes() {
    let text = r#"{"doc": "{\"a\":{\"b\":1}}"}"#;
    let repair = insert(text, r#"{\"b\":1}"#, "k", r#""x""#);
    let expected = r#"{"doc": "{\"a\":{\"b\":1,\"k\":\"x\"}}"}"#;
    assert_eq!(fixed("a.json", text, &[repair]).as_deref(), Some(expected));
}

#[test]
fn members_of_block_mappings_get_lines_of_their_own() {
    for (text, part, expected) in [
        ("a: 1 # one\n", "a: 1", "a: 1 # one\nk: true\n"),
        ("a: 1", "a: 1", "a: 1\nk: true"),
        (
            "o:\n  a: 1\n  # behind\n\np: 2\n",
            "a: 1",
            "o:\n  a: 1\n  k: true\n  # behind\n\np: 2\n",
        ),
        (
            "- a: 1\n  b: 2\n- c: 3\n",
            "a: 1\n  b: 2",
            "- a: 1\n  b: 2\n  k: true\n- c: 3\n",
        ),
        (
            "o:\r\n  a: 1\r\np: 2\r\n",
            "a: 1",
            "o:\r\n  a: 1\r\n  k: true\r\np: 2\r\n",
        ),
        ("\u{feff}a: 1\n", "a: 1", "\u{feff}a: 1\nk: true\n"),
        ("o: { a: x }\n", "{ a: x }", "o: { a: x, k: true }\n"),
        (
            "o: |\n  {\n    \"a\": 1\n  }\n",
            "{\n    \"a\": 1\n  }",
            "o: |\n  {\n    \"a\": 1,\n    \"k\": true\n  }\n",
        ),
    ] {
        let repair = insert(text, part, "k", "true");
        assert_eq!(
            fixed("a.yaml", text, &[repair]).as_deref(),
            Some(expected),
            "{text}"
        );
    }
    let text = "a: |+\n  x\n\nb: 1\n";
    assert_eq!(
        edits("a.yaml", text, &[insert(text, "a: |+\n  x", "k", "true")]),
        None
    );
}

#[test]
fn a_section_of_yaml_is_written_in_blocks() {
    let text = "a: 1\n";
    let value = r#"{"x": [{"y": "a b", "z": 1}, "w"], "v": {}}"#;
    let expected = "a: 1\nk:\n  x:\n    - y: \"a b\"\n      z: 1\n    - w\n  v: {}\n";
    assert_eq!(
        fixed("a.yaml", text, &[insert(text, "a: 1", "k", value)]).as_deref(),
        Some(expected)
    );
}

#[test]
fn members_at_one_place_go_from_the_inner_to_the_outer_one() {
    let text = "o:\n  a: 1\n";
    let outer = insert(text, "o:\n  a: 1", "p", "2");
    let inner = insert(text, "a: 1", "k", "true");
    let expected = "o:\n  a: 1\n  k: true\np: 2\n";
    assert_eq!(
        fixed("a.yaml", text, &[outer, inner]).as_deref(),
        Some(expected)
    );
}

#[test]
fn objects_of_terraform_keep_their_commas_columns_and_comments() {
    for (text, expected) in [
        ("{ a = 1 }", "{ a = 1, k = true }"),
        ("{}", "{\"k\": true}"),
        (
            "{\n  a    = 1 # one\n}",
            "{\n  a    = 1 # one\n  k    = true\n}",
        ),
        (
            "{\n  \"a\" : 1,\n  \"b\" : 2\n}",
            "{\n  \"a\" : 1,\n  \"b\" : 2,\n  \"k\" : true\n}",
        ),
        ("{\n  a = 1,\n}", "{\n  a = 1,\n  k = true,\n}"),
        (
            "{\n  a = {\n    b = 1\n  }\n}",
            "{\n  a = {\n    b = 1\n  }\n  k = true\n}",
        ),
        ("{\r\n  a = x\r\n}", "{\r\n  a = x\r\n  k = true\r\n}"),
    ] {
        let file = format!("d = jsonencode({text})\n");
        let repair = insert(&file, text, "k", "true");
        let expected = format!("d = jsonencode({expected})\n");
        assert_eq!(
            fixed("a.tf", &file, &[repair]).as_deref(),
            Some(expected.as_str()),
            "{text}"
        );
    }
}

#[test]
fn a_section_of_terraform_has_columns() {
    let text = "{\n  a = 1\n}";
    let file = format!("d = {text}\n");
    let repair = insert(&file, text, "k", r#"{"long": 1, "x": 2, "o": {"y": "z"}}"#);
    let expected = "d = {\n  a = 1\n  k = {\n    long = 1\n    x    = 2\n    o = {\n      y = \"z\"\n    }\n  }\n}\n";
    assert_eq!(fixed("a.tf", &file, &[repair]).as_deref(), Some(expected));
}

#[test]
fn an_argument_has_the_provider_s_name_and_stands_where_it_belongs() {
    let cluster = "resource \"aws_emr_cluster\" \"a\" {\n  name = \"a\" // one\n\n  ec2_attributes {\n    key_name = \"b\"\n  }\n}";
    for (key, value, expected) in [
        (
            "Instances",
            r#"{"TerminationProtected": true}"#,
            Some(cluster.replace("// one\n", "// one\n  termination_protection = true\n")),
        ),
        (
            "LogUri",
            r#""s3://b/""#,
            Some(cluster.replace("// one\n", "// one\n  log_uri = \"s3://b/\"\n")),
        ),
        ("NoSuchProperty", "1", None),
        ("Tags", "[]", None),
    ] {
        let file = format!("\u{feff}# first\n{cluster}\n");
        let found = fixed("a.tf", &file, &[insert(&file, cluster, key, value)]);
        let expected = expected.map(|text| format!("\u{feff}# first\n{text}\n"));
        assert_eq!(found, expected, "{key}");
    }
    let bare = "resource \"aws_emr_cluster\" \"a\" {}";
    let found = fixed(
        "a.tf",
        bare,
        &[insert(bare, bare, "LogUri", r#""s3://b/""#)],
    );
    assert_eq!(
        found.as_deref(),
        Some("resource \"aws_emr_cluster\" \"a\" {\n  log_uri = \"s3://b/\"\n}")
    );
}

#[test]
fn repairs_of_one_place_are_made_together_or_not_at_all() {
    let text = "{}";
    let (x, y) = (
        insert(text, text, "k", r#"{"x": 1}"#),
        insert(text, text, "k", r#"{"y": 2}"#),
    );
    let mut together = Together::default();
    assert!(together.add(std::slice::from_ref(&x)));
    assert!(together.add(&[y]));
    assert!(!together.add(&[insert(text, text, "k", r#"{"x": 2}"#)]));
    let of_file = together.by_file();
    let repairs = of_file.get("").unwrap();
    assert_eq!(
        fixed("a.json", text, repairs).as_deref(),
        Some(r#"{"k": {"x": 1, "y": 2}}"#)
    );
}

#[test]
fn no_text_makes_it_panic() {
    let texts = [
        "",
        "{",
        "}",
        "é",
        "{\"a\": é}",
        "a:\n- b",
        "resource \"x\" {",
        "\u{feff}",
        "{\\\"a\\\"}",
    ];
    for text in texts {
        for file in ["a.json", "a.yaml", "a.tf"] {
            for start in 0..=text.len() + 1 {
                for end in start..=text.len() + 1 {
                    for change in [
                        Change::Replace("false".to_owned()),
                        Change::Insert("k".to_owned()),
                    ] {
                        let repair = Repair {
                            file: String::new(),
                            bytes: (start, end),
                            change,
                            value: "true".to_owned(),
                        };
                        if let Some(edits) = edits(file, text, &[repair]) {
                            apply(text, &edits);
                        }
                    }
                }
            }
        }
    }
}

/// A document as JSON, and how it is laid out.
#[derive(Clone, Debug)]
struct Layout {
    indent: usize,
    newline: &'static str,
    space: &'static str,
}

fn layouts() -> impl Strategy<Value = Layout> {
    let newlines = prop::sample::select(vec!["", "\n", "\r\n"]);
    let spaces = prop::sample::select(vec!["", " "]);
    (0..5_usize, newlines, spaces).prop_map(|(indent, newline, space)| Layout {
        indent,
        newline,
        space,
    })
}

fn documents() -> impl Strategy<Value = Value> {
    let text = "[a-z\u{e9}\"\\\\ :#{}-]{0,6}";
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        text.prop_map(Value::from),
    ];
    let tree = leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map("[a-j]{1,3}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    });
    prop::collection::btree_map("[a-j]{1,3}", tree, 0..4)
        .prop_map(|map| Value::Object(map.into_iter().collect()))
}

fn json_text(value: &Value, layout: &Layout, depth: usize) -> String {
    let line = |depth: usize| match layout.newline {
        "" => String::new(),
        newline => format!("{newline}{}", " ".repeat(depth * layout.indent)),
    };
    let within = |open, close, parts: Vec<String>| {
        if parts.is_empty() {
            return format!("{open}{close}");
        }
        let inner = line(depth + 1);
        let comma = if layout.newline.is_empty() {
            layout.space
        } else {
            ""
        };
        let parts = parts.join(&format!(",{comma}{inner}"));
        format!("{open}{inner}{parts}{}{close}", line(depth))
    };
    match value {
        Value::Object(map) => {
            let parts = map.iter().map(|(key, value)| {
                let value = json_text(value, layout, depth + 1);
                format!("{}:{}{value}", Value::from(key.as_str()), layout.space)
            });
            within('{', '}', parts.collect())
        }
        Value::Array(list) => {
            let parts = list.iter().map(|item| json_text(item, layout, depth + 1));
            within('[', ']', parts.collect())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.to_string(),
    }
}

/// A document in YAML's block style, a comment behind each line that may have one.
fn yaml_lines(value: &Value, depth: usize, newline: &str) -> String {
    let Value::Object(map) = value else {
        return format!(" {value} # c{newline}");
    };
    if map.is_empty() {
        return format!(" {{}}{newline}");
    }
    let mut text = if depth == 0 {
        String::new()
    } else {
        format!(" # c{newline}")
    };
    for (key, value) in map {
        let value = yaml_lines(value, depth + 1, newline);
        let indent = "  ".repeat(depth);
        text.extend([indent, format!("{key:?}:{value}")]);
    }
    text
}

fn to_json(node: Node<'_>) -> Value {
    match node.value() {
        Seen::Bool(value) => value.into(),
        Seen::Number(number) => serde_json::from_str(number).unwrap(),
        Seen::String(text) => text.into(),
        Seen::List => node.items().map(to_json).collect(),
        Seen::Map => Value::Object(
            node.members()
                .map(|(key, value)| (key.to_owned(), to_json(value)))
                .collect(),
        ),
        Seen::Absent | Seen::Null | Seen::Template | Seen::Unreadable(_) => Value::Null,
    }
}

/// Every object of a document, and every scalar in one, with its pointer.
fn places<'t>(node: Node<'t>, objects: &mut Vec<Node<'t>>, scalars: &mut Vec<Node<'t>>) {
    match node.value() {
        Seen::Map => {
            objects.push(node);
            node.members()
                .for_each(|(_, value)| places(value, objects, scalars));
        }
        Seen::List => node.items().for_each(|item| places(item, objects, scalars)),
        Seen::Absent
        | Seen::Unreadable(_)
        | Seen::Null
        | Seen::Bool(_)
        | Seen::Number(_)
        | Seen::String(_)
        | Seen::Template => scalars.push(node),
    }
}

/// Makes one change at any place of a document, and reads it again.
fn changed(file: &str, text: &str, at: usize, new: &Value) -> Option<(Value, Value, String)> {
    let read = |text: &str| {
        let source = Arc::new(Source::new("f", text));
        if file == "f.json" {
            json::read(source)
        } else {
            yaml::read(source)
        }
        .unwrap()
    };
    let tree = read(text);
    let (mut objects, mut scalars) = (Vec::new(), Vec::new());
    places(tree.root(), &mut objects, &mut scalars);
    let all: Vec<Node<'_>> = objects
        .into_iter()
        .map(|object| object.get("new"))
        .chain(scalars)
        .collect();
    let node = all[at % all.len()];
    let repair = Repair::at(node, new).unwrap();
    let pointer = node.pointer();
    let mut expected = to_json(tree.root());
    if let Some(place) = expected.pointer_mut(&pointer) {
        *place = new.clone();
    } else {
        let above = pointer.strip_suffix("/new").unwrap();
        let object = expected
            .pointer_mut(above)
            .unwrap()
            .as_object_mut()
            .unwrap();
        object.insert("new".to_owned(), new.clone());
    }
    let now = fixed(file, text, &[repair])?;
    Some((expected, to_json(read(&now).root()), now))
}

proptest! {
    #[test]
    fn a_change_of_json_is_that_change_however_it_is_laid_out(
        document in documents(),
        layout in layouts(),
        at in any::<usize>(),
        new in documents(),
    ) {
        let text = json_text(&document, &layout, 0);
        for new in [Value::from(true), Value::from("x\"y"), new] {
            let (expected, found, now) = changed("f.json", &text, at, &new).unwrap();
            prop_assert_eq!(expected, found);
            if layout.newline == "\r\n" {
                prop_assert_eq!(now.matches('\n').count(), now.matches("\r\n").count());
            }
        }
    }

    #[test]
    fn a_change_of_yaml_is_that_change_and_every_comment_stays(
        document in documents(),
        newline in prop::sample::select(vec!["\n", "\r\n"]),
        at in any::<usize>(),
        new in documents(),
    ) {
        prop_assume!(document.as_object().is_some_and(|map| !map.is_empty()));
        let text = yaml_lines(&document, 0, newline);
        for new in [Value::from(true), Value::from("a: b"), new] {
            let (expected, found, now) = changed("f.yaml", &text, at, &new).unwrap();
            prop_assert_eq!(expected, found, "{}", now);
            let comments = |text: &str| text.matches(&format!("# c{newline}")).count();
            prop_assert_eq!(comments(&text), comments(&now));
        }
    }
}
