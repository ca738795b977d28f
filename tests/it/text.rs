//! The text report as people see it.

use crate::formats::rendered;
use crate::samples;
use emr_baseline::report::{Format, Options};

const SAMPLE: &str = include_str!("text.expected");

#[test]
fn the_sample_reads_as_it_should() {
    let text = rendered(Format::Text, &samples::report(), Options::default());
    assert_eq!(text, SAMPLE, "now:\n{text}");
}

#[test]
fn colour_adds_nothing_but_colour() {
    let colour = Options {
        colour: true,
        ..Options::default()
    };
    let painted = rendered(Format::Text, &samples::report(), colour);
    assert!(painted.contains("\u{1b}["));
    assert_eq!(anstream::adapter::strip_str(&painted).to_string(), SAMPLE);
}

#[test]
fn what_is_silent_is_named_on_request_only() {
    let all = Options {
        all: true,
        ..Options::default()
    };
    let text = rendered(Format::Text, &samples::report(), all);
    assert!(
        text.contains("  compliant: emr.in-transit-encryption\n"),
        "{text}"
    );
    assert!(text.contains("  not applicable: emr.logging\n"), "{text}");
    assert!(!SAMPLE.contains("not applicable"));
}

#[test]
fn a_narrow_terminal_wraps_all_but_single_words_and_places() {
    let narrow = Options {
        width: 60,
        ..Options::default()
    };
    let text = rendered(Format::Text, &samples::report(), narrow);
    let places = |line: &&str| !line.contains(" --> ");
    let longest = text.lines().filter(places).map(str::len).max();
    assert!(longest <= Some(65), "{longest:?}:\n{text}");
}

#[test]
fn thousands_of_findings_in_one_line_of_megabytes_cost_no_more_than_in_many() {
    let report = samples::one_long_line(5_000);
    let start = std::time::Instant::now();
    let text = rendered(Format::Text, &report, Options::default());
    assert_eq!(text.matches("^^^^^").count(), 5_000);
    let seconds = start.elapsed().as_secs();
    assert!(seconds < 30, "{seconds} s");
}
