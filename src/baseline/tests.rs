//! What authors write, and what they are told.

mod example;
mod noise;
mod shipped;
mod views;
mod waivers;

use super::{Baseline, Memory, Problem, Style, load, render, validate};
use crate::control::Requirement;
use crate::control::settings::{Asked, Spec};
use crate::lattice::Shape;
use jiff::Timestamp;

const HEAD: &str = "schema = 1\n[baseline]\nname = \"test\"\nversion = \"1\"\n";

fn now() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

fn files(files: &[(&str, &str)]) -> Memory {
    files.iter().map(|(name, text)| (*name, *text)).collect()
}

/// A file with a head, and the lines after it.
fn with_head(rest: &str) -> String {
    format!("{HEAD}{rest}")
}

fn mistakes(rest: &str) -> Vec<Problem> {
    validate(
        "test.toml",
        &files(&[("test.toml", &with_head(rest))]),
        now(),
    )
}

/// The codes of the mistakes, and the text that each main label covers.
fn told(rest: &str) -> Vec<(String, String)> {
    told_of(&mistakes(rest))
}

fn told_of(problems: &[Problem]) -> Vec<(String, String)> {
    let shown = |problem: &Problem| {
        let label = problem.labels.first();
        let text = label.and_then(|label| {
            let (start, end) = label.origin.bytes;
            label
                .source
                .as_ref()?
                .text()
                .get(start..end)
                .map(str::to_owned)
        });
        let code = problem.code.trim_start_matches("baseline::").to_owned();
        (code, text.unwrap_or_default())
    };
    problems.iter().map(shown).collect()
}

fn one(rest: &str, code: &str, text: &str) -> Problem {
    assert_eq!(told(rest), [(code.to_owned(), text.to_owned())]);
    mistakes(rest).remove(0)
}

fn resolved(list: &[(&str, &str)], target: Option<&str>) -> Baseline {
    let name = list[0].0;
    match load(name, &files(list), now()).and_then(|loaded| loaded.resolve(target)) {
        Ok(baseline) => baseline,
        Err(problems) => panic!("{}", render(&problems, Style::Plain)),
    }
}

fn asked<'b>(baseline: &'b Baseline, id: &str, key: &str) -> &'b Asked {
    let requirement: &Requirement = &baseline.requirements[id];
    &requirement.asked[key]
}

#[test]
fn a_baseline_says_what_it_asks_for_and_where() {
    let text = with_head("[emr.disk-encryption]\nprovider = [\"AwsKms\"]\nebs = true\n");
    let baseline = resolved(&[("test.toml", &text)], None);
    assert_eq!((&*baseline.name, &*baseline.version), ("test", "1"));
    let ebs = asked(&baseline, "emr.disk-encryption", "ebs");
    assert_eq!(ebs.shape, Shape::AtLeast(1));
    assert_eq!((ebs.origins[0].line, ebs.origins[0].column), (7, 1));
    let table = &baseline.requirements["emr.disk-encryption"].origins[0];
    assert_eq!((table.line, table.column), (5, 1));
}

#[test]
fn every_mistake_of_every_file_is_told_in_one_run() {
    let child = "schema = 1\n[baseline]\nname = \"a\"\nextends = [\"b.toml\"]\n[emr.disk-encription]\nebs = 1\n[emr.disk-encryption]\nebs = 1\nprovder = \"AwsKms\"\n";
    let base = with_head("[emr.disk-encryption]\nprovider = \"AwsKMS\"\n[extra]\n");
    let problems = validate(
        "a.toml",
        &files(&[("a.toml", child), ("b.toml", &base)]),
        now(),
    );
    let codes: Vec<String> = told_of(&problems)
        .into_iter()
        .map(|(code, _)| code)
        .collect();
    assert_eq!(
        codes,
        [
            "unknown-control",
            "wrong-type",
            "unknown-key",
            "unknown-word",
            "unknown-table"
        ]
    );
}

#[test]
fn slips_are_named_with_what_was_meant() {
    let problem = one(
        "[emr.disk-encription]\n",
        "unknown-control",
        "[emr.disk-encription]",
    );
    assert_eq!(problem.help.unwrap(), "did you mean `emr.disk-encryption`?");
    let problem = one("[emr.disk-encryption]\nebz = true\n", "unknown-key", "ebz");
    assert_eq!(problem.help.unwrap(), "did you mean `ebs`?");
    let problem = one(
        "[emr.disk-encryption]\nprovider = [\"awskms\"]\n",
        "unknown-word",
        "\"awskms\"",
    );
    assert_eq!(problem.help.unwrap(), "did you mean `AwsKms`?");
    let problem = one("[waiver]\n", "unknown-table", "waiver");
    assert_eq!(problem.help.unwrap(), "did you mean `waivers`?");
}

#[test]
fn values_are_held_to_their_types() {
    one(
        "[emr.disk-encryption]\nebs = \"true\"\n",
        "wrong-type",
        "\"true\"",
    );
    one("[emr.disk-encryption]\nprovider = [1]\n", "wrong-type", "1");
    one(
        "[emr.disk-encryption]\nprovider = []\n",
        "empty-choice",
        "[]",
    );
    one(
        "[emr.disk-encryption]\nkms-key = \"s3://b/k\"\n",
        "wrong-text",
        "\"s3://b/k\"",
    );
    one(
        "[[emr.disk-encryption]]\nebs = true\n",
        "wrong-type",
        "[[emr.disk-encryption]]",
    );
    one("[baseline.x]\n", "unknown-control", "[baseline.x]");
    assert_eq!(
        told("[baseline.waivers]\nmax-waiver-days = 99999999999999999999\n")
            .last()
            .unwrap()
            .0,
        "number-out-of-range"
    );
}

#[test]
fn what_a_file_must_say_is_asked_for() {
    let problems = validate("a.toml", &files(&[("a.toml", "")]), now());
    let codes: Vec<String> = told_of(&problems)
        .into_iter()
        .map(|(code, _)| code)
        .collect();
    assert_eq!(codes, ["missing-name", "missing-schema"]);
    let text = "schema = 2\n[baseline]\nname = \"../x\"\n";
    let problems = validate("a.toml", &files(&[("a.toml", text)]), now());
    let codes: Vec<String> = told_of(&problems)
        .into_iter()
        .map(|(code, _)| code)
        .collect();
    assert_eq!(codes, ["unknown-schema", "bad-name"]);
}

#[test]
fn broken_syntax_is_shown_where_it_is_and_the_rest_is_still_read() {
    let told = told("[emr.disk-encryption]\nebs = = true\nprovder = \"AwsKms\"\n");
    let codes: Vec<&str> = told.iter().map(|(code, _)| &**code).collect();
    assert_eq!(codes, ["syntax", "unknown-key"]);
}

#[test]
fn garbage_of_any_size_and_depth_is_a_clear_error() {
    let noise: String = (0..1_000_000u32)
        .map(|i| char::from(b'!' + u8::try_from(i.wrapping_mul(2_654_435_761) >> 13 & 63).unwrap()))
        .collect();
    for text in [
        noise,
        "[".repeat(100_000),
        format!("a{} = 1", ".a".repeat(100_000)),
    ] {
        let problems = validate("a.toml", &files(&[("a.toml", &text)]), now());
        assert!((1..=7).contains(&problems.len()), "{}", problems.len());
        for style in [
            Style::Graphical {
                width: 80,
                colour: false,
            },
            Style::Plain,
            Style::Json,
        ] {
            assert!(render(&problems, style).len() < 20_000);
        }
    }
}

#[test]
fn layers_tighten_and_never_loosen() {
    let base =
        with_head("[emr.disk-encryption]\nprovider = [\"AwsKms\", \"Custom\"]\nebs = true\n");
    let child = |rest: &str| {
        format!(
            "schema = 1\n[baseline]\nname = \"c\"\nextends = \"base.toml\"\n[emr.disk-encryption]\n{rest}"
        )
    };
    let text = child("provider = [\"AwsKms\"]\n");
    let baseline = resolved(&[("c.toml", &text), ("base.toml", &base)], None);
    let provider = asked(&baseline, "emr.disk-encryption", "provider");
    assert_eq!(provider.origins.len(), 2);
    assert_eq!(
        super::show(
            &Spec::OneOf(crate::control::settings::Domain::Words(&[])),
            &provider.shape
        ),
        "[\"AwsKms\"]"
    );

    let text = child("ebs = false\n");
    let problems = validate(
        "c.toml",
        &files(&[("c.toml", &text), ("base.toml", &base)]),
        now(),
    );
    assert_eq!(
        told_of(&problems),
        [("loosens".to_owned(), "ebs = false".to_owned())]
    );
    assert_eq!(&*problems[0].labels[1].origin.file, "base.toml");
    let shown = render(
        &problems,
        Style::Graphical {
            width: 80,
            colour: false,
        },
    );
    assert!(
        shown.contains("c.toml:6:1") && shown.contains("base.toml:7:1"),
        "{shown}"
    );
}

#[test]
fn contradictions_show_both_lines() {
    let a = with_head("[emr.disk-encryption]\nprovider = \"AwsKms\"\n");
    let b = with_head("[emr.disk-encryption]\nprovider = \"Custom\"\n");
    let c = "schema = 1\n[baseline]\nname = \"c\"\nextends = [\"a.toml\", \"b.toml\"]\n";
    let problems = validate(
        "c.toml",
        &files(&[("c.toml", c), ("a.toml", &a), ("b.toml", &b)]),
        now(),
    );
    assert_eq!(
        told_of(&problems),
        [("conflict".to_owned(), "provider = \"Custom\"".to_owned())]
    );
    assert_eq!(&*problems[0].labels[1].origin.file, "a.toml");
}

/// All that layers describe differently is told in one run.
#[test]
fn every_table_that_layers_describe_differently_is_told() {
    let filter = |name: &str, rows: &str| {
        format!(
            "[[lake.data-filters.filter]]\nname = \"{name}\"\ntable = \"s.o\"\nrows = \"{rows}\"\n"
        )
    };
    let layer = |name: &str, extends: &str, filters: &[(&str, &str)]| {
        let head = format!("schema = 1\n[baseline]\nname = \"{name}\"\nversion = \"1\"\n{extends}");
        let filters = filters.iter().map(|(name, rows)| filter(name, rows));
        head + &filters.collect::<String>()
    };
    let below = [
        ("a", "x = 1"),
        ("b", "x = 1"),
        ("c", "x = 1"),
        ("d", "x = 1"),
    ];
    let a = layer("a", "", &below);
    let b = layer(
        "b",
        "extends = \"a.toml\"\n",
        &[("a", "x = 2"), ("b", "x = 1"), ("c", "x = 2")],
    );
    let c = layer(
        "c",
        "extends = \"b.toml\"\n",
        &[("a", "x = 3"), ("d", "x = 1")],
    );
    let list = files(&[("c.toml", &c), ("b.toml", &b), ("a.toml", &a)]);
    let problems = validate("c.toml", &list, now());
    let said: Vec<(&str, Vec<&str>)> = problems
        .iter()
        .map(|problem| {
            let labels = problem.labels.iter();
            let files = labels.map(|label| &*label.origin.file);
            (problem.message.rsplit(' ').next().unwrap(), files.collect())
        })
        .collect();
    assert_eq!(said.len(), 2, "{problems:#?}");
    assert!(said[0].0 == "c`" && said[1].0 == "a`", "{said:?}");
    assert_eq!(said[0].1, ["b.toml", "a.toml"]);
    assert_eq!(said[1].1, ["c.toml", "b.toml", "a.toml"]);
    assert!(
        problems
            .iter()
            .all(|problem| problem.help.as_deref() == Some("they differ in `rows`"))
    );
}

#[test]
fn a_file_reached_by_two_ways_counts_once() {
    let d = with_head("[emr.disk-encryption]\nebs = true\n");
    let mid = "schema = 1\n[baseline]\nname = \"m\"\nextends = \"d.toml\"\n";
    let top = "schema = 1\n[baseline]\nname = \"t\"\nextends = [\"a.toml\", \"./b.toml\"]\n";
    let list = [
        ("t.toml", top),
        ("a.toml", mid),
        ("b.toml", mid),
        ("d.toml", &d),
    ];
    let baseline = resolved(&list, None);
    assert_eq!(
        asked(&baseline, "emr.disk-encryption", "ebs").origins.len(),
        1
    );
}

#[test]
fn extends_has_no_cycles_and_names_each_file_once() {
    let codes = |list: &[(&str, &str)]| {
        let problems = validate(list[0].0, &files(list), now());
        told_of(&problems)
    };
    let a = "schema = 1\n[baseline]\nname = \"a\"\nextends = \"b.toml\"\n";
    let b = "schema = 1\n[baseline]\nname = \"b\"\nextends = \"a.toml\"\n";
    assert_eq!(codes(&[("a.toml", a), ("b.toml", b)])[0].0, "cycle");
    let a = "schema = 1\n[baseline]\nname = \"a\"\nextends = [\"b.toml\", \"./b.toml\"]\n";
    assert_eq!(
        codes(&[("a.toml", a), ("b.toml", HEAD)]),
        [("extends-twice".to_owned(), "\"./b.toml\"".to_owned())]
    );
    let a = "schema = 1\n[baseline]\nname = \"a\"\nextends = [\"builtin:recomended\", \"no.toml\", 3]\n";
    let told: Vec<String> = codes(&[("a.toml", a)])
        .into_iter()
        .map(|(code, _)| code)
        .collect();
    assert_eq!(told, ["unknown-builtin", "unreadable-file", "wrong-type"]);
}

#[test]
fn bytes_that_are_no_text_are_said_to_be() {
    let mut memory = files(&[]);
    memory.add("a.toml", b"schema = 1\n\xff\xfe".as_slice());
    let problems = validate("a.toml", &memory, now());
    assert_eq!(problems[0].code, "baseline::not-utf-8");
    assert!(problems[0].message.contains("line 2"));
}

#[test]
fn secrets_are_refused_and_never_shown() {
    let rest = "[emr.disk-encryption]\nprovider-class = \"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\"\nprovider = \"AKIAIOSFODNN7EXAMPLE\"\npassword = \"hunter2\"\n";
    let problems = mistakes(rest);
    let secrets = problems
        .iter()
        .filter(|problem| problem.code == "baseline::secret");
    assert_eq!(secrets.count(), 3);
    for style in [
        Style::Graphical {
            width: 200,
            colour: false,
        },
        Style::Plain,
        Style::Json,
    ] {
        let shown = render(&problems, style);
        for secret in ["wJalr", "AKIA", "hunter2"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}

const PARAMETERS: &str = "[parameters]\ndisk-key = { type = \"kms-key\" }\njars = { type = \"list of string\" }\n[targets.us]\naccount = \"111122223333\"\nregion = \"cn-north-1\"\ndisk-key = \"arn:${partition}:kms:${region}:${account}:key/1\"\n";

#[test]
fn parameters_stand_for_what_the_target_gives() {
    let text = with_head(&format!(
        "{PARAMETERS}[emr.disk-encryption]\nkms-key = \"${{disk-key}}\"\n"
    ));
    let baseline = resolved(&[("test.toml", &text)], Some("us"));
    let Shape::Exactly(texts) = &asked(&baseline, "emr.disk-encryption", "kms-key").shape else {
        panic!("not a text");
    };
    let key = "arn:aws-cn:kms:cn-north-1:111122223333:key/1";
    assert_eq!(texts.first().unwrap().as_literal(), Some(key));
    assert_eq!(baseline.unbound.iter().collect::<Vec<_>>(), ["jars"]);
    assert_eq!(baseline.target.unwrap().partition, "aws-cn");
    let baseline = resolved(&[("test.toml", &text)], None);
    assert_eq!(baseline.unbound.len(), 2);
}

#[test]
fn targets_and_parameters_are_held_to_what_they_say() {
    one(
        "[targets.x]\naccount = \"123\"\nregion = \"us-west-2\"\n",
        "bad-account",
        "\"123\"",
    );
    one(
        "[targets.x]\naccount = \"111122223333\"\nregion = \"oregon\"\n",
        "bad-region",
        "\"oregon\"",
    );
    one(
        "[targets.x]\naccount = 111122223333\nregion = \"us-west-2\"\n",
        "wrong-type",
        "111122223333",
    );
    one(
        "[targets.x]\nregion = \"us-west-2\"\n",
        "missing-key",
        "[targets.x]",
    );
    one(
        &format!("{PARAMETERS}jar = \"x\"\n"),
        "unknown-parameter",
        "jar",
    );
    one(
        &format!("{PARAMETERS}jars = \"x\"\n"),
        "wrong-type",
        "\"x\"",
    );
    one(
        "[parameters]\nkey = { type = \"kms\" }\n",
        "unknown-type",
        "\"kms\"",
    );
    one(
        "[parameters]\nregion = { type = \"string\" }\n",
        "reserved-parameter",
        "region",
    );
    one(
        "[emr.disk-encryption]\nkms-key = \"${disk}\"\n",
        "unknown-parameter",
        "\"${disk}\"",
    );
    one(
        "[parameters]\nzip = { type = \"s3-object\" }\n[emr.disk-encryption]\nkms-key = \"${zip}\"\n",
        "parameter-type",
        "\"${zip}\"",
    );
}

#[test]
fn the_digest_is_of_what_is_asked_and_not_of_how() {
    let digest = |rest: &str| resolved(&[("test.toml", &with_head(rest))], None).digest;
    let plain = digest("[emr.disk-encryption]\nprovider = [\"AwsKms\", \"Custom\"]\n");
    assert_eq!(
        plain,
        digest(
            "# a comment\n[emr.disk-encryption]\nebs = false\nprovider = [\"Custom\", \"AwsKms\"]\n"
        )
    );
    assert_ne!(
        plain,
        digest("[emr.disk-encryption]\nprovider = [\"AwsKms\"]\n")
    );
    assert!(plain.starts_with("sha256:") && plain.len() == 71);
}

#[test]
fn a_list_where_one_is_asked_for_stands_for_a_table_with_each() {
    let text = with_head(
        "[parameters]\nteam = { type = \"list of string\", default = [\"arn:aws:iam::${account}:role/a\", \"444455556666\"] }\n\
         [targets.us]\naccount = \"111122223333\"\nregion = \"us-west-2\"\n\
         [targets.eu]\naccount = \"111122223333\"\nregion = \"eu-west-1\"\nteam = [\"777788889999\"]\n\
         [[lake.grants.grant]]\nprincipal = \"${team}\"\ntable = [\"s.x\", \"s.y\"]\npermissions = [\"SELECT\"]\n",
    );
    let identities = |target| {
        let baseline = resolved(&[("test.toml", &text)], target);
        let Shape::Rows(rows) = &asked(&baseline, "lake.grants", "grant").shape else {
            panic!("not rows");
        };
        rows.keys().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(
        identities(Some("us")),
        [
            "principal 444455556666, table s.x",
            "principal 444455556666, table s.y",
            "principal arn:aws:iam::111122223333:role/a, table s.x",
            "principal arn:aws:iam::111122223333:role/a, table s.y",
        ]
    );
    assert_eq!(
        identities(Some("eu")),
        [
            "principal 777788889999, table s.x",
            "principal 777788889999, table s.y"
        ]
    );
    assert_eq!(
        identities(None),
        [
            "principal ${team}, table s.x",
            "principal ${team}, table s.y"
        ],
        "a default that depends on the target is not known without one"
    );
}

#[test]
fn lists_that_stand_for_nothing_or_repeat_themselves_are_warned_of() {
    let rest = "[parameters]\ne = { type = \"list of iam-role\", default = [] }\n\
        r = { type = \"list of iam-role\", default = [\"arn:aws:iam::111122223333:role/a\"] }\n\
        [[lake.grants.grant]]\nprincipal = \"${e}\"\ntable = \"s.t\"\npermissions = [\"SELECT\"]\n\
        [[lake.grants.grant]]\nprincipal = [\"${r}\", \"arn:aws:iam::111122223333:role/a\"]\n\
        table = [\"s.u\", \"s.v\", \"s.u\"]\npermissions = [\"SELECT\"]\n";
    let found = mistakes(rest);
    assert!(found.iter().all(|problem| !problem.fatal), "{found:?}");
    let expected = [("empty-list", "\"${e}\""), ("repeated", "\"s.u\"")];
    let told = told_of(&found);
    let told: Vec<(&str, &str)> = told.iter().map(|(code, text)| (&**code, &**text)).collect();
    assert_eq!(told, expected);
    let text = with_head(rest);
    let baseline = resolved(&[("test.toml", &text)], None);
    let Shape::Rows(rows) = &baseline.requirements["lake.grants"].asked["grant"].shape else {
        panic!("no rows");
    };
    assert_eq!(rows.len(), 2);
}

#[test]
fn defaults_of_parameters_are_held_to_their_types() {
    one(
        "[parameters]\nkey = { type = \"kms-key\", default = \"x\" }\n",
        "wrong-text",
        "\"x\"",
    );
    one(
        "[parameters]\nkeys = { type = \"list of string\", default = \"x\" }\n",
        "wrong-type",
        "\"x\"",
    );
    one(
        "[[lake.grants.grant]]\nprincipal = []\ntable = \"s.x\"\npermissions = [\"SELECT\"]\n",
        "empty-list",
        "[]",
    );
    let text = with_head(
        "[parameters]\nkey = { type = \"kms-key\", default = \"arn:aws:kms:us-west-2:111122223333:key/1\" }\n\
         [emr.disk-encryption]\nkms-key = \"${key}\"\n",
    );
    let baseline = resolved(&[("test.toml", &text)], None);
    assert!(
        baseline.unbound.is_empty(),
        "a default that holds everywhere is a value"
    );
}

#[test]
fn characters_that_only_look_like_a_parameter_are_shown_as_they_are_written() {
    let with = |path: &str| {
        let text = format!(
            "schema = 1\n[baseline]\nname = \"t\"\n[lake.grants]\nscope = [\"{path}\"]\nexact = true\n"
        );
        resolved(&[("test.toml", &text)], None)
    };
    let (plain, open) = (with("$${account}"), with("${account}"));
    assert_ne!(plain.digest, open.digest);
    let shown = |baseline: &Baseline| {
        let explained = super::explain::explain(baseline, "lake.grants").unwrap();
        let scope = explained
            .settings
            .into_iter()
            .find(|one| one.key == "scope");
        scope.unwrap().value.unwrap()
    };
    assert_eq!(shown(&plain), "[\"$${account}\"]");
    assert_eq!(shown(&open), "[\"${account}\"]");
}
