use super::*;
use crate::observe::testing::{Dice, assert_whole_characters, plain, source, written};
use crate::observed::Value;
use proptest::prelude::*;
use serde_json::json;

fn ok(text: &str) -> Tree {
    read(source(text)).unwrap()
}

fn mistake(text: &str) -> (String, u32, u32) {
    let syntax = read(source(text)).unwrap_err();
    assert!(syntax.bytes.0 <= syntax.bytes.1 && syntax.bytes.1 <= text.len());
    (syntax.message, syntax.line, syntax.column)
}

#[test]
fn every_kind_of_value_is_read() {
    let text = r#" {"n":null,"t":true,"f":false,"i":-12,"x":1.5e+3,"s":"a\"b","l":[1,[],{}],"o":{"k":"v"}} "#;
    let expected: serde_json::Value = serde_json::from_str(text).unwrap();
    assert_eq!(plain(ok(text).root()), expected);
}

#[test]
fn numbers_keep_the_text_they_are_written_as() {
    let tree = ok("[0, -0.0, 123456789012345678901234567890, 1E-2]");
    let numbers: Vec<_> = tree.root().items().map(written).collect();
    assert_eq!(
        numbers,
        ["0", "-0.0", "123456789012345678901234567890", "1E-2"]
    );
    assert!(
        tree.root()
            .items()
            .all(|item| matches!(item.value(), Value::Number(_)))
    );
}

#[test]
fn places_are_lines_and_columns_in_characters_and_pointers() {
    let tree = ok("{\r\n  \"größe\": \"ü\", \"b~/\": [1,\r\n  {\"c\": true}]\r\n}");
    let root = tree.root();
    let size = root.get("größe").place();
    assert_eq!((size.line, size.column), (2, 12));
    assert_eq!(size.pointer, "/größe");
    let deep = root.get("b~/").items().nth(1).unwrap().get("c");
    let place = deep.place();
    assert_eq!((place.line, place.column), (3, 9));
    assert_eq!(place.pointer, "/b~0~1/1/c");
    assert_eq!(written(deep), "true");
    assert_eq!(written(root.get("größe")), "\"ü\"");
    let key = root.key_place("b~/");
    assert_eq!((key.line, key.column), (2, 17));
    assert_eq!(key.bytes.1 - key.bytes.0, "\"b~/\"".len());
    assert_eq!(written(root).len(), tree.source().text().len());
}

#[test]
fn escapes_are_undone_in_values_and_keys() {
    let tree = ok(r#"{"\u0041\n":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00 ende"}"#);
    assert_eq!(
        tree.root().get("A\n").as_text(),
        Some("\"\\/\u{8}\u{c}\n\r\té😀 ende")
    );
}

#[test]
fn a_byte_order_mark_is_accepted() {
    let tree = ok("\u{feff}{\"a\":1}");
    assert_eq!(written(tree.root().get("a")), "1");
}

/// Text, what is wrong with it, line and column.
const MISTAKES: &[(&str, &str, u32, u32)] = &[
    ("", "expected a value, but the text ends here", 1, 1),
    ("{\n  \"a\": }", "expected a value, found `}`", 2, 8),
    ("{\"a\" 1}", "expected `:`, found `1`", 1, 6),
    ("{\"a\":1 \"b\":2}", "expected `,` or `}`, found `\"`", 1, 8),
    ("{\"a\":1,}", "expected a key, found `}`", 1, 8),
    ("{a:1}", "expected a key, found `a`", 1, 2),
    ("[1,]", "expected a value, found `]`", 1, 4),
    ("[1 2]", "expected `,` or `]`, found `2`", 1, 4),
    ("[1", "expected `,` or `]`, but the text ends here", 1, 3),
    ("{} x", "expected the end of the text, found `x`", 1, 4),
    ("[ü]", "expected a value, found `ü`", 1, 2),
    ("nul", "expected a value, found `n`", 1, 1),
    ("truer", "expected the end of the text, found `r`", 1, 5),
    ("[01]", "a number must not start with `0`", 1, 2),
    ("[1.]", "a number is not complete", 1, 2),
    ("[1e+]", "a number is not complete", 1, 2),
    ("[-]", "a number is not complete", 1, 2),
    ("[.5]", "expected a value, found `.`", 1, 2),
    ("[\"ab", "a string is not closed", 1, 2),
    ("[\"a\\", "a string is not closed", 1, 2),
    (
        "[\"ä\\x\"]",
        "a string has an escape that JSON does not have",
        1,
        4,
    ),
    (
        "[\"\\u12g4\"]",
        "a string has an escape that JSON does not have",
        1,
        3,
    ),
    (
        "[\"\\u+123\"]",
        "a string has an escape that JSON does not have",
        1,
        3,
    ),
    (
        "[\"\\ud800\"]",
        "a string has half of a surrogate pair",
        1,
        3,
    ),
    (
        "[\"\\ud800\\u0041\"]",
        "a string has half of a surrogate pair",
        1,
        3,
    ),
    (
        "[\"\\udc00\"]",
        "a string has half of a surrogate pair",
        1,
        3,
    ),
    (
        "[\"long enough for a word\n\"]",
        "a string has a control character that is not escaped",
        1,
        25,
    ),
    ("[\u{f8ff}]", "expected a value, found `\\u{f8ff}`", 1, 2),
];

#[test]
fn mistakes_name_what_was_expected_and_where() {
    for (text, message, line, column) in MISTAKES.iter().copied() {
        assert_eq!(mistake(text), (message.to_owned(), line, column), "{text}");
    }
}

#[test]
fn a_key_written_twice_is_unreadable_where_it_is_written_again() {
    let tree = ok("{\"a\": 1, \"b\": 2,\n \"\\u0061\": 1, \"a\": 3}");
    let root = tree.root();
    assert_eq!(
        plain(root),
        json!({"a": "?key `a` is written twice", "b": 2})
    );
    let place = root.get("a").place();
    assert_eq!((place.line, place.column), (2, 2));
    assert_eq!(place.pointer, "/a");
}

#[test]
fn a_key_written_twice_is_found_in_big_objects_and_only_there() {
    let mut members: Vec<_> = (0..500).map(|at| format!("\"key{at}\":{at}")).collect();
    assert_eq!(
        ok(&format!("{{{}}}", members.join(",")))
            .root()
            .members()
            .len(),
        500
    );
    members.push("\"key250\":0".to_owned());
    let text = format!("[{{\"key1\":1}},{{{}}},{{\"key1\":1}}]", members.join(","));
    let tree = ok(&text);
    let big = tree.root().items().nth(1).unwrap();
    assert_eq!(big.members().len(), 500);
    let lost = big.members().filter(|(_, value)| value.reason().is_some());
    assert_eq!(lost.map(|(key, _)| key).collect::<Vec<_>>(), ["key250"]);
}

#[test]
fn keys_that_share_a_fingerprint_are_still_two_keys() {
    let tree = ok(r#"{"prefix__1__suffix_":1,"prefix__2__suffix_":2}"#);
    let (one, two) = ("prefix__1__suffix_", "prefix__2__suffix_");
    assert_eq!(duplicates::fingerprint(one), duplicates::fingerprint(two));
    assert_eq!(plain(tree.root()), json!({one: 1, two: 2}));
}

#[test]
fn nesting_is_limited_and_says_so() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(read(source(&nested(256))).is_ok());
    assert_eq!(
        mistake(&nested(257)),
        ("nested deeper than 256 levels".to_owned(), 1, 257)
    );
    assert_eq!(
        mistake(&"{\"a\":".repeat(100_000)).0,
        "nested deeper than 256 levels"
    );
}

#[test]
fn a_megabyte_of_garbage_is_a_mistake() {
    let mut dice = Dice(1);
    let alphabet: Vec<char> = "[]{}\",:\\tfn0-ü\n \u{1}".chars().collect();
    let garbage: String = (0..1 << 20)
        .map(|_| alphabet[dice.below(alphabet.len())])
        .collect();
    mistake(&garbage);
    mistake(&"\"".repeat(1 << 20));
    mistake(&"\u{1f600}".repeat(1 << 18));
}

#[test]
fn no_mutant_of_a_document_makes_the_reader_panic_or_accept_what_serde_json_refuses() {
    let text = r#"{"Encryption":{"On":true,"Keys":["arn:aws:kms:é:1","\u00e9\n\ud83d\ude00"],"n":-1.5e3},"größe":[null,false,{}]}"#;
    let alphabet: Vec<char> = "[]{}\",:\\ue0-ü😀 \n".chars().collect();
    let mut dice = Dice(7);
    for _ in 0..5000 {
        let mutant = dice.mutant(text, &alphabet);
        let read = read(source(&mutant));
        let expected = serde_json::from_str::<serde_json::Value>(&mutant);
        assert_eq!(read.is_ok(), expected.is_ok(), "{mutant}: {read:?}");
        if let Ok(tree) = read {
            assert_whole_characters(&tree);
        }
    }
}

fn any_json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<i32>().prop_map(|number| json!(f64::from(number) / 8.0)),
        any::<String>().prop_map(Into::into),
    ];
    leaf.prop_recursive(5, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Into::into),
            prop::collection::vec((any::<String>(), inner), 0..20)
                .prop_map(|members| members.into_iter().collect()),
        ]
    })
}

proptest! {
    #[test]
    fn what_serde_json_writes_is_read_back(value in any_json(), pretty in any::<bool>()) {
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
