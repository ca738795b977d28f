use super::*;
use crate::observe::testing::{Dice, assert_whole_characters, plain, source, written};
use crate::observed::{Node, Value};
use proptest::prelude::*;
use serde_json::json;
use std::fmt::Write as _;

fn ok(text: &str) -> Tree {
    read(source(text)).unwrap_or_else(|syntax| panic!("{syntax:?} in {text}"))
}

fn value(text: &str) -> serde_json::Value {
    plain(ok(text).root())
}

fn mistake(text: &str) -> (String, u32, u32) {
    let syntax = read(source(text)).unwrap_err();
    assert!(syntax.bytes.0 <= syntax.bytes.1 && syntax.bytes.1 <= text.len());
    (syntax.message, syntax.line, syntax.column)
}

const TEMPLATE: &str = "# größe
Parameters:
  Größe: { Type: String, Default: 'it''s' }
Resources:
  Cluster:
    Type: AWS::EMR::Cluster
    Properties:
      Name: !Sub
        - \"${A} \\u00e9\"
        - A: !GetAtt B.Arn
      Tags:
      - Key: x
        Value: !If [Prod, !Ref P, 5]
";

#[test]
fn short_forms_become_long_forms() {
    let cluster = &value(TEMPLATE)["Resources"]["Cluster"]["Properties"];
    assert_eq!(
        *cluster,
        json!({
            "Name": {"Fn::Sub": ["${A} é", {"A": {"Fn::GetAtt": "B.Arn"}}]},
            "Tags": [{"Key": "x", "Value": {"Fn::If": ["Prod", {"Ref": "P"}, 5]}}],
        })
    );
    assert_eq!(
        value("[!Ref Yes, !Sub 012, !GetAZs , !Ref]"),
        json!([{"Ref": "Yes"}, {"Fn::Sub": "012"}, {"Fn::GetAZs": ""}, {"Ref": ""}])
    );
    assert_eq!(
        value("- !Condition C\n- !Transform {Name: x}\n- !GetAtt [a, b]\n"),
        json!([{"Condition": "C"}, {"Fn::Transform": {"Name": "x"}}, {"Fn::GetAtt": ["a", "b"]}])
    );
}

#[test]
fn plain_scalars_are_typed_as_cloudformation_types_them() {
    for text in ["true", "Yes", "ON", "yes"] {
        assert_eq!(value(text), json!(true), "{text}");
    }
    for text in ["false", "No", "OFF", "off"] {
        assert_eq!(value(text), json!(false), "{text}");
    }
    for text in ["", "~", "null", "NULL", "# only a comment", "---\n"] {
        assert_eq!(value(text), json!(null), "{text}");
    }
    for text in ["0", "-12", "123456789012", "1.50", "-1.5e+3"] {
        let tree = ok(text);
        assert!(matches!(tree.root().value(), Value::Number(number) if number == text));
    }
    for text in [
        "y",
        "n",
        "tRUE",
        "0777",
        "012345678901",
        "1_000",
        "0x1F",
        "0b1",
        "190:20:30",
        "+5",
        ".5",
        "5.",
        "1e3",
        ".inf",
        "2012-10-17",
        "-01",
    ] {
        assert_eq!(value(&format!("[{text}]")), json!([text]), "{text}");
    }
}

#[test]
fn quoted_and_tagged_scalars_are_strings() {
    assert_eq!(
        value("['true', \"12\", !!str 12, ! no, !!int 7, !!bool yes, !!int '7']"),
        json!(["true", "12", "12", "no", 7, true, "7"])
    );
    assert_eq!(
        value("a: |\n  true\nb: >-\n  12\n"),
        json!({"a": "true\n", "b": "12"})
    );
}

#[test]
fn keys_are_their_text() {
    assert_eq!(
        value("{1: a, true: b, ~: c, 'q': d, 2012-10-17: e, !!str k: f}"),
        json!({"1": "a", "true": "b", "~": "c", "q": "d", "2012-10-17": "e", "k": "f"})
    );
    let tree = ok("a: 1\n? [x]\n: 2\n");
    assert!(tree.root().get("anything").reason().is_some());
    assert_eq!(plain(tree.root()), json!({"a": 1}));
}

fn at(node: Node<'_>) -> (u32, u32, String) {
    let place = node.place();
    (place.line, place.column, place.pointer)
}

#[test]
fn places_are_lines_and_columns_in_characters_and_pointers() {
    let tree = ok(TEMPLATE);
    let root = tree.root();
    let default = root.path("Parameters/Größe/Default");
    assert_eq!(written(default), "'it''s'");
    assert_eq!(at(default), (3, 35, "/Parameters/Größe/Default".to_owned()));
    let properties = root.path("Resources/Cluster/Properties");
    let name = properties.get("Name");
    assert_eq!(
        at(name),
        (8, 13, "/Resources/Cluster/Properties/Name".to_owned())
    );
    assert!(written(name).starts_with("!Sub\n") && written(name).ends_with("!GetAtt B.Arn"));
    let value = properties.get("Tags").items().next().unwrap().get("Value");
    assert_eq!(written(value), "!If [Prod, !Ref P, 5]");
    let items: Vec<_> = value.get("Fn::If").items().map(written).collect();
    assert_eq!(items, ["Prod", "!Ref P", "5"]);
    assert_eq!(
        at(value.get("Fn::If").items().nth(1).unwrap().get("Ref")),
        (
            13,
            32,
            "/Resources/Cluster/Properties/Tags/0/Value/Fn::If/1/Ref".to_owned()
        )
    );
    let key = root.get("Parameters").key_place("Größe");
    assert_eq!((key.line, key.column), (3, 3));
}

#[test]
fn block_collections_reach_from_their_first_child_to_their_last() {
    let tree = ok("a:\n  b: 1\n  c:\n  - x\n  - |\n    text\n\nd: 2\n");
    let root = tree.root();
    assert_eq!(written(root.get("a")), "b: 1\n  c:\n  - x\n  - |\n    text");
    assert_eq!(written(root.path("a/c")), "x\n  - |\n    text");
    assert!(written(root).ends_with("d: 2"));
}

#[test]
fn line_ends_of_windows_and_a_byte_order_mark_are_accepted() {
    let tree = ok("\u{feff}a: 1\r\nb:\r\n  - ü\r\n  - x: |\r\n      p\r\n      q\r\n");
    assert_eq!(
        plain(tree.root()),
        json!({"a": 1, "b": ["ü", {"x": "p\nq\n"}]})
    );
    let x = tree.root().get("b").items().nth(1).unwrap();
    assert_eq!((x.place().line, x.place().column), (4, 5));
    assert_eq!(written(x.get("x")), "p\r\n      q");
}

#[test]
fn a_key_written_twice_is_unreadable_where_it_is_written_again() {
    let tree = ok("a: 1\nb: 2\n'a': 1\n");
    assert_eq!(
        value("a: 1\nb: 2\n'a': 1\n"),
        json!({"a": "?key `a` is written twice", "b": 2})
    );
    assert_eq!(at(tree.root().get("a")), (3, 1, "/a".to_owned()));
}

#[test]
fn an_alias_is_the_anchored_value() {
    assert_eq!(
        value("a: &x {k: [1, &y v]}\nb: *x\nc: [*y, *y]\n*y : d\n"),
        json!({"a": {"k": [1, "v"]}, "b": {"k": [1, "v"]}, "c": ["v", "v"], "v": "d"})
    );
    assert_eq!(
        value("a: &x !Ref P\nb: *x"),
        json!({"a": {"Ref": "P"}, "b": {"Ref": "P"}})
    );
    assert_eq!(
        mistake("a: *x"),
        ("while parsing node, found unknown anchor".to_owned(), 1, 4)
    );
    assert_eq!(
        mistake("a: &x [1, *x]"),
        ("an alias stands inside its own anchor".to_owned(), 1, 11)
    );
}

#[test]
fn aliases_that_multiply_are_refused() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let alias = format!("*a{}", level - 1);
        writeln!(
            bomb,
            "a{level}: &a{level} [{}]",
            [alias.as_str(); 10].join(", ")
        )
        .unwrap();
    }
    let (message, line, _) = mistake(&bomb);
    assert_eq!(
        (message.as_str(), line),
        ("aliases stand for more than 100000 values", 5)
    );
    let (open, close) = ("[".repeat(200), "]".repeat(200));
    let tower = format!("- &a0 {open}x{close}\n- &a1 {open}*a0{close}\n");
    assert_eq!(mistake(&tower).0, "nested deeper than 256 levels");
}

#[test]
fn a_merge_key_opens_the_map() {
    let tree = ok("base: &b {x: 1}\nmap:\n  <<: *b\n  y: 2\n'<<': text\n");
    let map = tree.root().get("map");
    assert_eq!(plain(map), json!({"y": 2}));
    assert_eq!(
        map.get("x").reason().unwrap().to_string(),
        "YAML merge key is not evaluated"
    );
    assert_eq!(tree.root().get("<<").as_text(), Some("text"));
    assert!(tree.root().get("x").is_absent());
}

#[test]
fn a_tag_that_cloudformation_does_not_have_is_unreadable() {
    assert_eq!(
        value("%TAG !e! tag:e,2000:\n---\n- !e!x {a: 1}\n- !!binary aGk=\n- !<tag:q> 1\n"),
        json!([
            "?YAML tag `!e!x` is not evaluated",
            "?YAML tag `!!binary` is not evaluated",
            "?YAML tag `!<tag:q>` is not evaluated"
        ])
    );
}

#[test]
fn a_second_document_is_a_mistake_unless_all_are_asked_for() {
    let text = "a: &x 1\n---\nb: [2]\n--- \n...\n";
    assert_eq!(
        mistake(text),
        (
            "the file holds more than one YAML document".to_owned(),
            2,
            1
        )
    );
    let trees = read_all(&source(text)).unwrap();
    let values: Vec<_> = trees.iter().map(|tree| plain(tree.root())).collect();
    assert_eq!(values, [json!({"a": 1}), json!({"b": [2]}), json!(null)]);
    assert_eq!(at(trees[1].root().get("b")), (3, 4, "/b".to_owned()));
    assert!(read_all(&source("a: 1\n---\nb: *x\n")).is_err());
    assert!(read_all(&source(&"---\n".repeat(101))).is_err());
}

#[test]
fn mistakes_have_a_place() {
    for (text, line, column) in [
        ("a: [1, 2", 1, 4),
        ("a: 1\nb: {\"é\": ]}", 2, 4),
        ("a: 'x", 1, 4),
        ("a:\n\t- b", 2, 2),
        ("a: b: c", 1, 5),
        ("!x!y z", 1, 1),
    ] {
        let (message, found_line, found_column) = mistake(text);
        assert!(!message.is_empty());
        assert_eq!(
            (found_line, found_column),
            (line, column),
            "{text}: {message}"
        );
    }
}

#[test]
fn deep_nesting_is_a_mistake() {
    assert!(read(source(&format!("{}x{}", "[".repeat(250), "]".repeat(250)))).is_ok());
    mistake(&"[".repeat(100_000));
    mistake(&"- ".repeat(100_000));
    mistake(&"? ".repeat(100_000));
    let blocks = "- ".repeat(200);
    let flows = format!("{blocks}{}x{}", "[".repeat(200), "]".repeat(200));
    assert_eq!(mistake(&flows).0, "nested deeper than 256 levels");
}

#[test]
fn a_megabyte_of_garbage_is_a_mistake() {
    let mut dice = Dice(3);
    let alphabet: Vec<char> = "[]{}\",:-?!&*|>'%@`\\tfn0ü \n\u{1}".chars().collect();
    let garbage: String = (0..1 << 20)
        .map(|_| alphabet[dice.below(alphabet.len())])
        .collect();
    mistake(&garbage);
    mistake(&"*".repeat(1 << 20));
    mistake(&"\"".repeat((1 << 20) + 1));
}

#[test]
fn no_mutant_of_a_template_makes_the_reader_panic() {
    let text = format!("{TEMPLATE}x: |2-\n    é\n\n   y\nz: &a >\n  f\n  g\nw: [*a, \"\\x41\"]\n");
    let alphabet: Vec<char> = "[]{}\"',:-?!&*|>%#~0aü😀 \n\r\t\u{feff}".chars().collect();
    let mut dice = Dice(11);
    let mut read_well = 0;
    for _ in 0..4000 {
        let mutant = dice.mutant(&text, &alphabet);
        match read_all(&source(&mutant)) {
            Ok(trees) => {
                read_well += 1;
                trees.iter().for_each(assert_whole_characters);
            }
            Err(syntax) => assert!(syntax.bytes.1 <= mutant.len(), "{syntax:?}"),
        }
    }
    assert!(read_well > 400, "{read_well}");
}

fn any_json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        "[ -~é😀\n\t]{0,30}".prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
            prop::collection::vec(("[ -~é😀\n]{0,12}", inner), 0..6)
                .prop_map(|members| members.into_iter().collect()),
        ]
    })
}

proptest! {
    #[test]
    fn json_is_read_as_yaml_too(value in any_json(), pretty in any::<bool>()) {
        let text = if pretty {
            serde_json::to_string_pretty(&value).unwrap()
        } else {
            value.to_string()
        };
        let tree = ok(&text);
        prop_assert_eq!(plain(tree.root()), value);
        assert_whole_characters(&tree);
    }
}
