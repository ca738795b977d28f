//! Formats that other programs read, read by them: JUnit XML, CSV, Code Quality, Markdown and HTML.
//!
//! The complete ones are held to the law that formats agree; the readers are Python packages, in one call a format.

use crate::formats::{Judged, many, of_report, rendered, sorted};
use crate::samples;
use crate::witness::{call, exhibit};
use emr_baseline::judge::Report;
use emr_baseline::report::{Format, Options};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

/// The sample, and reports with any text anywhere.
fn reports() -> Vec<Report> {
    let mut runner = TestRunner::deterministic();
    let mut any = || {
        samples::any_report()
            .new_tree(&mut runner)
            .unwrap()
            .current()
    };
    std::iter::once(samples::report())
        .chain((0..40).map(|_| any()))
        .collect()
}

/// Every report in this format, with and without what is not applicable, as files; and whether all is in them.
fn exhibits(format: Format, reports: &[Report]) -> Vec<(String, bool)> {
    let of_report = |(at, report): (usize, &Report)| {
        [false, true].map(|all| {
            let options = Options {
                all,
                ..Options::default()
            };
            let name = format!("report-{at}-{all}.{}", format.name());
            (exhibit(&name, &rendered(format, report, options)), all)
        })
    };
    reports.iter().enumerate().flat_map(of_report).collect()
}

fn heard(script: &str, files: &[(String, bool)]) -> String {
    let files: Vec<&str> = files.iter().map(|(file, _)| file.as_str()).collect();
    let testimony = call(script, &files);
    assert!(testimony.passed, "{}", testimony.said);
    testimony.said
}

/// What a reader found in each file is what its report says, as the format writes texts. An absent account is empty in
/// some formats.
fn agrees(format: Format, script: &str, blank: bool, written: fn(&str) -> String) {
    let reports = reports();
    let files = exhibits(format, &reports);
    let read: Vec<Vec<Judged>> = serde_json::from_str(&heard(script, &files)).unwrap();
    assert_eq!(read.len(), files.len());
    let nothing = |value: Option<String>| value.filter(|text| !blank || !text.is_empty());
    for (at, (found, (file, all))) in read.into_iter().zip(&files).enumerate() {
        let found = found.into_iter().map(|one| one.map(nothing));
        let expected = of_report(&reports[at / 2], *all).into_iter();
        let expected =
            sorted(expected.map(|one| one.map(|text| nothing(text.map(|text| written(&text))))));
        assert_eq!(sorted(found), expected, "{file}");
    }
}

#[test]
fn junit_is_what_jenkins_takes_and_says_what_the_report_says() {
    agrees(Format::Junit, "junit.py", false, str::to_owned);
}

#[test]
fn csv_says_what_the_report_says_and_runs_nothing() {
    agrees(Format::Csv, "csv_rows.py", true, |text| {
        emr_baseline::escape::terminal(text).into_owned()
    });
}

#[test]
fn code_quality_is_what_gitlab_documents() {
    heard("gitlab.py", &exhibits(Format::Gitlab, &reports()));
}

#[test]
fn a_page_is_valid_accessible_and_runs_nothing() {
    heard("page.py", &exhibits(Format::Html, &reports()));
}

#[test]
fn a_job_summary_is_one_table_and_no_markup_from_outside() {
    let reports = reports();
    let files: Vec<_> = exhibits(Format::Markdown, &reports)
        .into_iter()
        .step_by(2)
        .collect();
    let tables: Vec<Vec<Vec<String>>> =
        serde_json::from_str(&heard("markdown.py", &files)).unwrap();
    for (report, table) in reports.iter().zip(tables) {
        let findings = report.counts.noncompliant.total() + report.counts.indeterminate.total();
        assert_eq!(table.len() as u64, findings);
        assert!(table.iter().all(|row| row.len() == 6), "{table:?}");
    }
}

#[test]
fn a_job_summary_shows_what_was_found() {
    let files = [(
        exhibit(
            "sample.md",
            &rendered(Format::Markdown, &samples::report(), Options::default()),
        ),
        false,
    )];
    let tables: Vec<Vec<Vec<String>>> =
        serde_json::from_str(&heard("markdown.py", &files)).unwrap();
    let rows = &tables[0];
    assert_eq!(rows[0][0], "critical", "the worst comes first");
    let row = rows
        .iter()
        .find(|row| row[1] == "emr.in-transit-encryption")
        .unwrap();
    assert_eq!(row[2], "emr-security-configuration etl\\u{202e}\\u{1b}[31m");
    assert!(
        row[3].starts_with("EnableInTransitEncryption is false"),
        "{row:?}"
    );
    assert_eq!(row[4], "stacks/emr cluster.yaml:7");
    assert_eq!(row[5], "prod.toml:3");
}

#[test]
fn a_long_job_summary_still_is_one_table() {
    let text = rendered(Format::Markdown, &many(30_000), Options::default());
    heard("markdown.py", &[(exhibit("long.md", &text), false)]);
}

#[test]
fn the_readers_find_what_is_wrong() {
    let of = |format| rendered(format, &samples::report(), Options::default());
    for (script, name, format, right, wrong, word) in [
        (
            "junit.py",
            "wrong.xml",
            Format::Junit,
            "<failure",
            "<fail",
            "fail",
        ),
        (
            "junit.py",
            "wrong-2.xml",
            Format::Junit,
            "failures=\"2\"",
            "failures=\"3\"",
            "its cases are",
        ),
        (
            "csv_rows.py",
            "wrong.csv",
            Format::Csv,
            "\r\nemr",
            "\r\n=emr",
            "a spreadsheet would run",
        ),
        (
            "gitlab.py",
            "wrong.json",
            Format::Gitlab,
            "\"critical\"",
            "\"high\"",
            "high",
        ),
        (
            "page.py",
            "wrong.html",
            Format::Html,
            "</main>",
            "<script></script></main>",
            "script",
        ),
        ("page.py", "wrong-2.html", Format::Html, "</table>", "", ""),
        (
            "markdown.py",
            "wrong.md",
            Format::Markdown,
            "<code>",
            "<img src=x>",
            "img",
        ),
    ] {
        let good = of(format);
        let text = good.replacen(right, wrong, 2);
        assert_ne!(text, good, "{right}");
        let testimony = call(script, &[&exhibit(name, &text)]);
        assert!(
            !testimony.passed && testimony.said.contains(word),
            "{script}: {}",
            testimony.said
        );
    }
}
