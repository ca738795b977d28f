//! Whatever a file holds, its author gets an answer: nothing panics, and every label lies in its file.

use super::{files, now, with_head};
use crate::baseline::{Problem, Style, render, validate};
use proptest::prelude::*;

const EXAMPLE: &str = include_str!("../../../golden/baselines/analytics-prod/prod.toml");

fn answered(text: &str) -> Vec<Problem> {
    let problems = validate("a.toml", &files(&[("a.toml", text)]), now());
    for problem in &problems {
        for label in &problem.labels {
            let (start, end) = label.origin.bytes;
            assert!(start <= end && end <= label.source.as_ref().unwrap().text().len());
        }
    }
    for style in [
        Style::Graphical {
            width: 80,
            colour: false,
        },
        Style::Plain,
        Style::Json,
    ] {
        assert_eq!(
            render(&problems, style).is_empty(),
            problems.is_empty() && style != Style::Json
        );
    }
    problems
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_text_is_answered(text in any::<String>()) {
        answered(&text);
        answered(&with_head(&text));
    }

    #[test]
    fn any_slip_in_a_good_file_is_answered(at in 0..EXAMPLE.len(), len in 0..40usize, by in "[\\[\\]{}\"'=.,#${}a-z0-9\n é*-]{0,6}") {
        let begin = EXAMPLE.floor_char_boundary(at);
        let end = EXAMPLE.floor_char_boundary((begin + len).min(EXAMPLE.len()));
        let mut text = EXAMPLE.to_owned();
        text.replace_range(begin..end.max(begin), &by);
        answered(&text);
    }

    #[test]
    fn any_value_of_any_setting_is_answered(
        index in any::<prop::sample::Index>(),
        value in prop_oneof![
            Just("true".to_owned()), Just("-1".to_owned()), Just("[]".to_owned()), Just("{}".to_owned()), Just("[{}]".to_owned()),
            Just("1.5".to_owned()), Just("2027-01-31".to_owned()), Just("\"\"".to_owned()), Just("[[\"a\"], 1]".to_owned()),
            Just("\"${account}*\"".to_owned()), Just("{ a = { b = [1] } }".to_owned()), Just("[\"x\", \"${region}\"]".to_owned()),
        ],
    ) {
        let settings: Vec<(&str, String)> = crate::controls::REGISTRY
            .iter()
            .flat_map(|entry| (entry.fields)().into_iter().map(|field| (entry.meta.id, field.key)))
            .collect();
        let (id, key) = index.get(&settings);
        answered(&with_head(&format!("[{id}]\n{key} = {value}\n")));
    }
}
