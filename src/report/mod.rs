//! Renders a [`Report`] for people and for tools: one file a format, one line in `formats!` each.
//!
//! A renderer reads the report and writes; it decides nothing. In particular the exit code is
//! [`Exit::of`](crate::judge::Exit::of) the report, whatever it is rendered as.

mod csv;
mod finding;
mod github;
mod gitlab;
mod html;
mod json;
mod junit;
mod markdown;
pub mod page;
mod sarif;
pub(crate) mod text;

use crate::control::Severity;
use crate::judge::{Evaluation, Report};
use std::io::{self, Write};

/// How a report is rendered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Also what is not applicable; in `text`, also what is compliant.
    pub all: bool,
    /// Columns of the terminal, for `text`.
    pub width: usize,
    /// Whether `text` may use ANSI colours. It reads the same without.
    pub colour: bool,
    /// Keeps `sarif` within what GitHub's code scanning takes, and says in it what was cut.
    pub github_limits: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            all: false,
            width: 80,
            colour: false,
            github_limits: false,
        }
    }
}

impl Options {
    /// Whether this evaluation is rendered.
    fn shows(self, evaluation: &Evaluation) -> bool {
        self.all || evaluation.verdict != crate::control::Verdict::NotApplicable
    }
}

/// The time of evaluation to the second: waivers expire by the day.
fn evaluated_at(report: &Report) -> String {
    report
        .evaluated_at
        .strftime("%Y-%m-%dT%H:%M:%SZ")
        .to_string()
}

/// How loud a failure of this severity is, in the words of SARIF.
const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

macro_rules! formats {
    ($($(#[$doc:meta])* $variant:ident = $name:literal => $render:path),* $(,)?) => {
        /// A form that a report can be written in.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Format { $($(#[$doc])* $variant),* }

        impl Format {
            /// Every format of this version.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The format's name on the command line.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// The format of this name. A name in [`LATER`] is none of this version.
            pub fn of_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)* _ => None }
            }
        }

        /// Writes the report in this format.
        ///
        /// # Errors
        /// Only what the writer refuses.
        pub fn render(format: Format, report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
            match format { $(Format::$variant => $render(report, *options, out)),* }
        }
    };
}
formats! {
    /// For people: findings with the lines that they are about, then a summary.
    Text = "text" => text::render,
    /// Everything, for tools: `emr-baseline/report/v1`.
    Json = "json" => json::render,
    /// Everything, for code scanning: SARIF 2.1.0.
    Sarif = "sarif" => sarif::render,
    /// Everything, as test results.
    Junit = "junit" => junit::render,
    /// Annotations of a GitHub Actions workflow.
    Github = "github" => github::render,
    /// GitLab's Code Quality report.
    Gitlab = "gitlab" => gitlab::render,
    /// A job summary.
    Markdown = "markdown" => markdown::render,
    /// One page for a browser.
    Html = "html" => html::render,
    /// Everything, for spreadsheets.
    Csv = "csv" => csv::render,
}

/// Formats that a later version brings: asked for now, they are refused with "not in this version".
pub const LATER: &[&str] = &["ocsf", "asff", "prometheus", "parquet"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_found_by_its_name_and_none_is_both_here_and_later() {
        for format in Format::ALL {
            assert_eq!(Format::of_name(format.name()), Some(*format));
            assert!(!LATER.contains(&format.name()));
        }
        assert!(LATER.iter().all(|name| Format::of_name(name).is_none()));
    }
}
