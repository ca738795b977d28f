use super::*;
use crate::observe::testing::{Dice, all, assert_whole_characters, plain, source, written};
use crate::observe::yaml;
use crate::observed::Value;
use serde_json::json;

fn from_yaml(text: &str) -> Tree {
    yaml::read(source(text)).unwrap_or_else(|syntax| panic!("{syntax:?} in {text}"))
}

fn from_json(text: &str) -> Tree {
    json::read(source(text)).unwrap()
}

fn id(tree: &Tree, path: &'static str) -> NodeId {
    tree.root().path(path).id()
}

fn reference(name: &str) -> Reason {
    Reason::Reference {
        resource: name.to_owned(),
        attribute: None,
    }
}

/// What the first `needle` of a string was written as.
fn origin(tree: &mut Tree, string: NodeId, needle: &str) -> String {
    let layer = text_layer(tree, string).unwrap();
    let text = tree.node(string).as_text().unwrap();
    let start = text.find(needle).unwrap();
    let span = Span {
        layer,
        start: clamp(start),
        end: clamp(start + needle.len()),
    };
    let (start, end) = tree.bytes(span);
    tree.source().text().get(start..end).unwrap().to_owned()
}

/// Splits the string at `path` at each `${Name}` into a template, as `Fn::Sub` does.
fn substitute(tree: &mut Tree, string: NodeId) -> NodeId {
    let layer = text_layer(tree, string).unwrap();
    let whole = tree.string_of(string).unwrap();
    let text = tree.text(whole).to_owned();
    let mut parts = Vec::new();
    let mut end = 0;
    let span = |start, end| Span {
        layer,
        start: clamp(start),
        end: clamp(end),
    };
    for (open, _) in text.match_indices("${") {
        let name = text.get(open + 2..).unwrap().split('}').next().unwrap();
        let kind = Kind::String(whole.part(end, open));
        parts.push(tree.push(kind, span(end, open)));
        end = open + name.len() + 3;
        parts.push(tree.push_lost(reference(name), span(open, end)));
    }
    let kind = Kind::String(whole.part(end, text.len()));
    parts.push(tree.push(kind, span(end, text.len())));
    let kind = tree.template_kind(&parts);
    tree.push_at(kind, string)
}

/// The JSON in the substituted text, as `plain` shows it, or the mistake.
fn substituted(text: &str) -> Result<serde_json::Value, Syntax> {
    let mut tree = from_json(&serde_json::to_string(&[text]).unwrap());
    let string = tree.root().items().next().unwrap().id();
    let template = substitute(&mut tree, string);
    let root = json_in(&mut tree, template)?;
    for node in all(tree.node(root)) {
        let (start, end) = node.bytes();
        assert!(tree.source().text().get(start..end).is_some(), "{text}");
    }
    Ok(plain(tree.node(root)))
}

#[test]
fn parts_of_a_json_string_lead_back_through_its_escapes() {
    let mut tree = from_json(r#"["plain", "a\"b\u00e9\ud83d\ude00\\c ü d\n"]"#);
    let items: Vec<_> = tree.root().items().map(Node::id).collect();
    assert_eq!(origin(&mut tree, items[0], "lai"), "lai");
    for (needle, raw) in [
        ("a", "a"),
        ("\"", "\\\""),
        ("é", "\\u00e9"),
        ("b", "b"),
        ("😀", "\\ud83d\\ude00"),
        ("\\c", "\\\\c"),
        ("ü d", "ü d"),
        ("\n", "\\n"),
    ] {
        assert_eq!(origin(&mut tree, items[1], needle), raw);
    }
}

#[test]
fn parts_of_a_yaml_scalar_lead_back_through_its_style() {
    for (text, needle, raw) in [
        ("a: plain text\n  over ünder lines", "ünder", "ünder"),
        ("a: plain text\n  over", "text over", "text\n  over"),
        ("a: 'it''s\n  two'", "'s", "''s"),
        ("a: 'it''s\n\n  two'", "two", "two"),
        ("a: \"x\\x41 \\_\\\n    y\n\n   z \\u00e9w\"", "A", "\\x41"),
        ("a: \"x\\x41 \\_\\\n    y\n\n   z \\u00e9w\"", "y", "y"),
        (
            "a: \"x\\x41 \\_\\\n    y\n\n   z \\u00e9w\"",
            "\nz",
            "\n\n   z",
        ),
        (
            "a: \"x\\x41 \\_\\\n    y\n\n   z \\u00e9w\"",
            "éw",
            "\\u00e9w",
        ),
        ("a: |\n  {\n    \"k\": 1\n  }\nb: 1", "\"k\"", "\"k\""),
        ("a: |\r\n  {\r\n    \"k\": 1\r\n  }\r\n", "1\n}", "1\r\n  }"),
        ("a: |2-\n\n    x\n   y\n", "y", "y"),
        ("a: |\n\n  x  y\n\n\n   z\n\n", "  y", "  y"),
        ("a: >\n  one\n  two\n\n    three\n  four\n", "four", "four"),
        (
            "a: >\n  one\n  two\n\n    three\n  four\n",
            "one two",
            "one\n  two",
        ),
        ("a: !Sub |\n  é${B}\n", "${B}", "${B}"),
    ] {
        let mut tree = from_yaml(text);
        let mut a = tree.root().get("a");
        if let Value::Map = a.value() {
            a = a.get("Fn::Sub");
        }
        let a = a.id();
        assert_eq!(origin(&mut tree, a, needle), raw, "{text}");
    }
}

#[test]
fn a_text_that_does_not_follow_from_what_is_written_stands_where_that_stands() {
    let mut tree = from_yaml("a: !Ref Key");
    let text = tree.decoded_text("another text");
    let string = tree.push_at(Kind::String(text), id(&tree, "a"));
    assert_eq!(origin(&mut tree, string, "other"), "!Ref Key");
    let mut tree = from_yaml("a: ''");
    let empty = id(&tree, "a");
    assert_eq!(origin(&mut tree, empty, ""), "''");
}

#[test]
fn a_layer_is_made_once_and_only_of_strings() {
    let mut tree = from_yaml("a: x\nb: [1]");
    let (a, b) = (id(&tree, "a"), id(&tree, "b"));
    assert_eq!(text_layer(&mut tree, a), text_layer(&mut tree, a));
    assert_eq!(text_layer(&mut tree, b), None);
}

#[test]
fn json_in_json_in_json_keeps_its_place_in_the_file() {
    let inner = json!({"deep": {"é": [true]}}).to_string();
    let middle = json!({"a": 1, "inner": inner}).to_string();
    let mut tree = from_json(&json!({"x": {"middle": middle}}).to_string());
    let string = id(&tree, "x/middle");
    let middle = json_in(&mut tree, string).unwrap();
    let inner = tree.node(middle).get("inner").id();
    let inner = json_in(&mut tree, inner).unwrap();
    let node = tree
        .node(inner)
        .get("deep")
        .get("é")
        .items()
        .next()
        .unwrap();
    assert_eq!(node.switch(), crate::observed::Switch::On);
    assert_eq!(node.pointer(), "/x/middle/inner/deep/é/0");
    assert_eq!(written(node), "true");
    assert_eq!(written(tree.node(inner).get("deep").get("é")), "[true]");
    let key = tree.node(inner).key_place("deep");
    let text = tree.source().text();
    assert_eq!(
        text.get(key.bytes.0..key.bytes.1).unwrap(),
        r#"\\\"deep\\\""#
    );
}

const SUBSTITUTED: &str = "Resources:
  SC:
    Properties:
      SecurityConfiguration: !Sub |
        {
          \"Größe\": {\"Key\": \"${Key}\",
            \"Arn\": \"arn:${AWS::Partition}:kms\\u003a${Id}\", \"On\": ${On}},
          \"Off\": false, \"Off\": true
        }
";

#[test]
fn a_value_inside_json_inside_a_sub_inside_yaml_has_its_own_line_and_column() {
    let mut tree = from_yaml(SUBSTITUTED);
    let string = id(
        &tree,
        "Resources/SC/Properties/SecurityConfiguration/Fn::Sub",
    );
    let template = substitute(&mut tree, string);
    let root = json_in(&mut tree, template).unwrap();
    let root = tree.node(root);
    let at = |node: Node<'_>| {
        let place = node.place();
        (place.line, place.column, written(node).to_owned())
    };
    let size = root.get("Größe");
    assert_eq!(at(size.get("Key")), (6, 28, "\"${Key}\"".to_owned()));
    assert_eq!(size.get("Key").reason(), Some(&reference("Key")));
    assert_eq!(at(size.get("On")), (7, 66, "${On}".to_owned()));
    assert_eq!(size.get("On").reason(), Some(&reference("On")));
    let arn = size.get("Arn");
    assert_eq!(
        at(arn),
        (
            7,
            20,
            "\"arn:${AWS::Partition}:kms\\u003a${Id}\"".to_owned()
        )
    );
    assert_eq!(arn.pieces(), [Some("arn:"), None, Some(":kms:"), None]);
    let parts: Vec<_> = arn.items().map(written).collect();
    assert_eq!(parts, ["arn:", "${AWS::Partition}", ":kms\\u003a", "${Id}"]);
    assert_eq!(at(root.get("Off")), (8, 25, "\"Off\"".to_owned()));
    assert_eq!(
        arn.items().nth(3).unwrap().pointer(),
        "/Resources/SC/Properties/SecurityConfiguration/Fn::Sub/Größe/Arn"
    );
    assert_eq!(size.get("none").place().line, 6);
}

#[test]
fn a_part_of_a_template_may_come_from_anywhere_in_the_file() {
    let mut tree = from_yaml("a: '{\"x\": '\nb: |\n  [1,\n   true]\nc: \"}\"\nd: here\n");
    let parts = [id(&tree, "a"), id(&tree, "b"), id(&tree, "c")];
    let kind = tree.template_kind(&parts);
    let template = tree.push_at(kind, id(&tree, "d"));
    let root = json_in(&mut tree, template).unwrap();
    let x = tree.node(root).get("x");
    assert_eq!(plain(x), json!([1, true]));
    let item = x.items().nth(1).unwrap();
    assert_eq!((item.place().line, item.place().column), (4, 4));
    assert_eq!(item.pointer(), "/d/x/1");
}

#[test]
fn a_hole_as_a_value_is_unreadable_with_its_own_reason() {
    assert_eq!(
        substituted(
            r#"{"a": ${X}, "b": "${Y}", "c": [${Z}, 1], "d": 1${X}5, "e": -${X}, "f": t${X}}"#
        ),
        Ok(json!({
            "a": "?reference to `X`", "b": "?reference to `Y`", "c": ["?reference to `Z`", 1],
            "d": "?reference to `X`", "e": "?reference to `X`", "f": "?reference to `X`"
        }))
    );
    assert_eq!(substituted(" ${X} "), Ok(json!("?reference to `X`")));
}

#[test]
fn a_hole_inside_a_string_makes_a_template_of_it() {
    assert_eq!(
        substituted(r#"["a${X}\n\"${Y}", "${X}${Y}", "\uf8ff"]"#),
        Ok(json!(["\"a${…}\\n\\\"${…}\"", "\"${…}${…}\"", "\u{f8ff}"]))
    );
}

#[test]
fn a_text_may_have_the_hole_character_of_its_own() {
    assert_eq!(
        substituted("{\"\u{f8ff}\": \"\u{f8ff}${X}\", \"b\": \"\u{f8ff}\"}"),
        Ok(json!({"\u{f8ff}": "\"\\u{f8ff}${…}\"", "b": "\u{f8ff}"}))
    );
    assert!(substituted("[\u{f8ff}]").is_err());
}

#[test]
fn a_hole_where_members_could_stand_opens_the_map() {
    for text in [
        r#"{"a": 1, "${K}": 2}"#,
        r#"{"x${K}": {"a": 2}, "a": 1}"#,
        r#"{${K}: 2, "a": 1}"#,
        r#"{"a": 1, ${K}}"#,
        r#"{${K} "a": 1}"#,
        r#"{${K}, "a": 1}"#,
        r#"{"a": 1 ${K}}"#,
        r#"{"a": 1${K}, "a": 1 ${K}}"#,
        r#"{"a": 1 ${K} "b": 2}"#,
        r#"{"a": 1 ${K}, "b": 2}"#,
        r#"{"a": ${K} "b": 2}"#,
    ] {
        let mut tree = from_json(&serde_json::to_string(text).unwrap());
        let string = tree.root_id();
        let template = substitute(&mut tree, string);
        let root = json_in(&mut tree, template).unwrap();
        let root = tree.node(root);
        assert_eq!(
            root.get("missing").reason(),
            Some(&reference("K")),
            "{text}"
        );
        assert!(!root.get("a").is_absent(), "{text}");
    }
}

#[test]
fn a_hole_between_items_leaves_no_list() {
    for text in [
        r#"["a" ${X}]"#,
        r#"["a", ${X} "b"]"#,
        "[${X} ${X}]",
        r#"["a"${X}, 1]"#,
    ] {
        assert_eq!(
            substituted(&format!("{{\"l\": {text}, \"m\": 1}}")),
            Ok(json!({"l": "?reference to `X`", "m": 1})),
            "{text}"
        );
    }
}

#[test]
fn a_hole_that_leaves_no_structure_makes_the_whole_unreadable() {
    for text in [
        r#"{"a" ${X} 1}"#,
        r#"${X}{"a": 1}"#,
        r#"{"a": 1}${X}"#,
        r#"{"a": ${X}"#,
        r#"["\${X}"]"#,
        r#"["\u00${X}"]"#,
        r#"{"a": ${X}: 1}"#,
    ] {
        assert_eq!(substituted(text), Ok(json!("?reference to `X`")), "{text}");
    }
}

#[test]
fn a_mistake_that_no_hole_can_mend_has_a_place_in_the_file() {
    let mut tree = from_yaml("a: |\n  {\"x\": \"${X}\",\n   \"é\": nil}\nb: [1]\n");
    let string = id(&tree, "a");
    let template = substitute(&mut tree, string);
    let syntax = json_in(&mut tree, template).unwrap_err();
    assert_eq!(syntax.message, "expected a value, found `n`");
    assert_eq!((syntax.line, syntax.column), (3, 9));
    let (b, missing) = (id(&tree, "b"), json_in(&mut tree, string));
    assert_eq!(missing.unwrap_err().line, 3);
    let syntax = json_in(&mut tree, b).unwrap_err();
    assert_eq!(syntax.message, "expected JSON in a string, found a list");
}

#[test]
fn what_is_unreadable_stays_so() {
    let mut tree = from_yaml("a: !x!y b".replace("!x!y ", "!<t> ").as_str());
    let a = id(&tree, "a");
    assert_eq!(json_in(&mut tree, a), Ok(a));
}

#[test]
fn no_mutant_of_a_substituted_text_makes_the_reader_panic() {
    let text = r#"{"a": ¤, "b¤": "é¤\n", "c": ["\u00e9", ¤], ¤, "d": "{\"e\": \"¤\"}"}"#;
    let alphabet: Vec<char> = "[]{}\",:\\un0-é😀 \n\u{f8ff}¤".chars().collect();
    let mut dice = Dice(5);
    let mut read_well = 0;
    for _ in 0..5000 {
        let mutant = dice.mutant(text, &alphabet).replace('¤', "${X}");
        read_well += usize::from(substituted(&mutant).is_ok());
    }
    assert!(read_well > 500, "{read_well}");
}

/// True unless a value that is known in the text with holes is another one in the text without.
fn agrees(holed: Node<'_>, filled: Node<'_>) -> bool {
    match (holed.value(), filled.value()) {
        (Value::Unreadable(_) | Value::Template, _) | (_, Value::Unreadable(_)) => true,
        (Value::List, Value::List) => {
            holed.items().len() == filled.items().len()
                && holed.items().zip(filled.items()).all(|(a, b)| agrees(a, b))
        }
        (Value::Map, Value::Map) => filled
            .members()
            .chain(holed.members())
            .all(|(key, _)| agrees(holed.get(key), filled.get(key))),
        _ => plain(holed) == plain(filled),
    }
}

#[test]
fn what_is_known_beside_holes_is_so_whatever_fills_them() {
    let texts = [
        r#"{"a": ¤, "a¤": "é¤\n", "b": {"c": [1, 2]}}"#,
        r#"{"a": 1, ¤: 1, "c": ["¤", 5¤, {"b": "d"}]}"#,
        r#"{"a": {"b": 2 ¤}, "e": [{"f": true}¤, 2]}"#,
        r#"{"a": {¤}, ¤ "b": [2 ¤, -¤], "c": 1¤2}"#,
    ];
    let alphabet: Vec<char> = "[]{}\",:\\un0-¤¤¤".chars().collect();
    let fills = ["7", "", "true", "\"k\"", "\"a\": 3"];
    let mut dice = Dice(21);
    let mut compared = 0;
    for round in 0..40_000 {
        let mutant = dice.mutant(texts[round % texts.len()], &alphabet);
        let mut filled = String::new();
        for character in mutant.chars() {
            match character {
                '¤' => filled.push_str(fills[dice.below(fills.len())]),
                other => filled.push(other),
            }
        }
        let Ok(known) = json::read(source(&filled)) else {
            continue;
        };
        let holed = mutant.replace('¤', "${X}");
        let mut tree = from_json(&serde_json::to_string(&holed).unwrap());
        let string = tree.root_id();
        let template = substitute(&mut tree, string);
        let root = json_in(&mut tree, template);
        let root = root.unwrap_or_else(|syntax| panic!("{syntax}: {mutant}, filled {filled}"));
        compared += 1;
        assert!(
            agrees(tree.node(root), known.root()),
            "{mutant}, filled {filled}"
        );
    }
    assert!(compared > 200, "{compared}");
}

#[test]
fn every_character_of_a_mutated_scalar_stands_on_whole_characters() {
    let text = "a: \"é\\n\\x41 ü\n\n  b\\\n c\"\nb: 'ü''é\n  x'\nc: |\n  é\n    ü\n\n  x\nd: >\n  é\n  ü\n";
    let alphabet: Vec<char> = "\"'\\xu|>é😀 \n\r".chars().collect();
    let mut dice = Dice(9);
    for _ in 0..3000 {
        let Ok(mut tree) = yaml::read(source(&dice.mutant(text, &alphabet))) else {
            continue;
        };
        assert_whole_characters(&tree);
        let strings: Vec<_> = all(tree.root()).into_iter().map(Node::id).collect();
        for string in strings {
            let Some(layer) = text_layer(&mut tree, string) else {
                continue;
            };
            let text = tree.node(string).as_text().unwrap_or_default();
            for (start, character) in text.char_indices() {
                let (start, end) = (clamp(start), clamp(start + character.len_utf8()));
                let (start, end) = tree.bytes(Span { layer, start, end });
                assert!(tree.source().text().get(start..end).is_some());
            }
        }
    }
}
