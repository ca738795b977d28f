//! A mistake of a baseline's author: one struct for all of them, and the ways to show it.

use super::source::{Source, Sources};
use crate::escape::terminal;
use crate::origin::Origin;
use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, NarratableReportHandler,
    SourceCode, SourceSpan,
};
use serde_json::json;
use std::fmt;
use std::sync::Arc;

/// A place that a [`Problem`] shows, and what is to be said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub origin: Origin,
    /// What is to be said about it.
    pub text: String,
    /// The file, to show the line; `None` when there is no such file.
    pub source: Option<Arc<Source>>,
}

/// A mistake in a baseline, or with [`Problem::fatal`] unset a warning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What kind of mistake: `baseline::unknown-key`, or the id of the control that objects.
    pub code: String,
    /// What is wrong, in one line.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// The places, the main one first.
    pub labels: Vec<Label>,
    /// False for a warning.
    pub fatal: bool,
}

impl Problem {
    /// A mistake of this kind.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self {
            code: format!("baseline::{code}"),
            message: message.into(),
            help: None,
            labels: Vec::new(),
            fatal: true,
        }
    }

    /// Whether both say that the same lines ask for different things.
    pub(super) fn is_conflict_of(&self, other: &Self) -> bool {
        let places = |problem: &Self| -> Vec<_> {
            let labels = problem.labels.iter();
            labels.map(|label| label.origin.clone()).collect()
        };
        let is_conflict = |problem: &Self| problem.code == "baseline::conflict";
        is_conflict(self) && is_conflict(other) && places(self) == places(other)
    }

    /// Adds a place.
    #[must_use]
    pub fn at(mut self, origin: Origin, text: impl Into<String>) -> Self {
        self.labels.push(Label {
            origin,
            text: text.into(),
            source: None,
        });
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into()).filter(|help| !help.is_empty());
        self
    }

    /// Makes it a warning.
    #[must_use]
    pub fn warning(mut self) -> Self {
        self.fatal = false;
        self
    }

    /// The main place.
    pub fn origin(&self) -> Option<&Origin> {
        self.labels.first().map(|label| &label.origin)
    }

    /// Gives its labels the files they show.
    pub fn attach(&mut self, sources: &Sources) {
        for label in &mut self.labels {
            if label.source.is_none() {
                label.source = sources.get(&label.origin.file).cloned();
            }
        }
    }

    /// The problem as miette shows it: one diagnostic has one file, so the others become related diagnostics.
    fn diagnostic(&self) -> Shown {
        let mut files: Vec<Shown> = Vec::new();
        for label in &self.labels {
            let same = files
                .iter()
                .position(|shown| shown.file == label.origin.file);
            let index = same.unwrap_or(files.len());
            if same.is_none() {
                files.push(Shown::beside(label));
            }
            if let (Some(shown), Some(source)) = (files.get_mut(index), &label.source) {
                let bytes = source.clamp(label.origin.bytes);
                let text = Some(terminal(&label.text).into_owned()).filter(|text| !text.is_empty());
                let span = SourceSpan::from((bytes.start, bytes.len()));
                // The header cites the first place that is named, wherever the others stand in the file.
                shown.labels.push(if shown.labels.is_empty() {
                    LabeledSpan::new_primary_with_span(text, span)
                } else {
                    LabeledSpan::new_with_span(text, span)
                });
            }
        }
        let mut files = files.into_iter();
        let main = files.next();
        Shown {
            code: Some(self.code.clone()),
            message: terminal(&self.message).into_owned(),
            help: self.help.as_deref().map(line_by_line),
            severity: if self.fatal {
                miette::Severity::Error
            } else {
                miette::Severity::Warning
            },
            related: files.collect(),
            file: Arc::from(""),
            source: main.as_ref().and_then(|main| main.source.clone()),
            labels: main.map(|main| main.labels).unwrap_or_default(),
        }
    }
}

/// How problems are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// With excerpts of the files, for people at a terminal.
    Graphical {
        /// Columns.
        width: usize,
        /// Whether colours are used.
        colour: bool,
    },
    /// In sentences, for logs and screen readers.
    Plain,
    /// As a JSON array.
    Json,
}

/// Shows problems, one after the other.
pub fn render(problems: &[Problem], style: Style) -> String {
    if style == Style::Json {
        let list: Vec<_> = problems.iter().map(as_json).collect();
        return format!("{:#}\n", serde_json::Value::Array(list));
    }
    let mut out = String::new();
    for problem in problems {
        let shown = problem.diagnostic();
        // Writing to a `String` fails only where miette cannot read a span; the message must not be lost for that.
        let mut report = String::new();
        let done = match style {
            Style::Graphical { width, colour } => graphical(width, colour)
                .render_report(&mut report, &shown)
                .is_ok(),
            Style::Plain | Style::Json => NarratableReportHandler::new()
                .render_report(&mut report, &shown)
                .is_ok(),
        };
        if done {
            out.push_str(&report);
        } else {
            out.push_str(&problem.to_string());
        }
        out.push('\n');
    }
    out
}

/// Help may take several lines, each of which may quote what was written.
fn line_by_line(help: &str) -> String {
    let lines: Vec<_> = help.split('\n').map(terminal).collect();
    lines.join("\n")
}

fn graphical(width: usize, colour: bool) -> GraphicalReportHandler {
    let theme = if colour {
        GraphicalTheme::unicode()
    } else {
        GraphicalTheme::unicode_nocolor()
    };
    GraphicalReportHandler::new_themed(theme)
        .with_width(width)
        .with_links(false)
        .without_syntax_highlighting()
}

fn as_json(problem: &Problem) -> serde_json::Value {
    let labels: Vec<_> = problem
        .labels
        .iter()
        .map(|label| {
            json!({
                "file": &*label.origin.file,
                "line": label.origin.line,
                "column": label.origin.column,
                "text": label.text,
            })
        })
        .collect();
    json!({
        "code": problem.code,
        "severity": if problem.fatal { "error" } else { "warning" },
        "message": problem.message,
        "help": problem.help,
        "labels": labels,
    })
}

/// One line, as compilers write them for editors.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(Origin {
            file, line, column, ..
        }) = self.origin()
        {
            write!(f, "{file}:{line}:{column}: ")?;
        }
        let kind = if self.fatal { "error" } else { "warning" };
        write!(f, "{kind}[{}]: {}", self.code, self.message)
    }
}

#[derive(Debug)]
struct Shown {
    code: Option<String>,
    message: String,
    help: Option<String>,
    severity: miette::Severity,
    file: Arc<str>,
    source: Option<Arc<Source>>,
    labels: Vec<LabeledSpan>,
    related: Vec<Self>,
}

impl Shown {
    /// The part of a problem that stands in another file than its main place.
    fn beside(label: &Label) -> Self {
        Self {
            code: None,
            message: format!("see also `{}`", terminal(&label.origin.file)),
            help: None,
            severity: miette::Severity::Advice,
            file: Arc::clone(&label.origin.file),
            source: label.source.clone(),
            labels: Vec::new(),
            related: Vec::new(),
        }
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Shown {}

impl Diagnostic for Shown {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.code
            .as_ref()
            .map(|code| Box::new(code) as Box<dyn fmt::Display>)
    }
    fn severity(&self) -> Option<miette::Severity> {
        Some(self.severity)
    }
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help
            .as_ref()
            .map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }
    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source
            .as_ref()
            .map(|source| &**source as &dyn SourceCode)
    }
    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        if self.related.is_empty() {
            return None;
        }
        Some(Box::new(
            self.related.iter().map(|shown| shown as &dyn Diagnostic),
        ))
    }
}
