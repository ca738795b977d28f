//! From evaluations to a report on its way out: formats, files, exit code. Shared by `check` and `audit`.

use super::arguments::Reporting;
use super::{Ended, Terminal, files};
use crate::control::Severity;
use crate::judge::{Exit, Policy, Report};
use crate::report::{Format, LATER, Options};
use std::io::Write;
use std::path::PathBuf;

/// A format and where it goes; `None` is stdout.
pub(super) type Sink = (Format, Option<PathBuf>);

/// The formats that were asked for.
///
/// # Errors
/// The first one that is unknown or has no place to go, in words.
pub(super) fn sinks(reporting: &Reporting) -> Result<Vec<Sink>, String> {
    let mut sinks: Vec<Sink> = Vec::new();
    for text in &reporting.format {
        let (name, file) = text
            .split_once('=')
            .map_or((text.as_str(), None), |(name, file)| {
                (name, Some(PathBuf::from(file)))
            });
        let format = Format::of_name(name).ok_or_else(|| {
            let known: Vec<&str> = Format::ALL.iter().map(|format| format.name()).collect();
            let known = known.join(", ");
            if LATER.contains(&name) {
                format!("the report format `{name}` is not in this version, which has {known}")
            } else {
                format!("`{name}` is no report format; this version has {known}")
            }
        })?;
        let file = file.or_else(|| reporting.output.clone());
        if sinks.iter().any(|(_, other)| *other == file) {
            return Err(file.map_or_else(
                || "two formats go to stdout: give all but one a file, as in `--format sarif=out.sarif`".to_owned(),
                |file| format!("two formats go to `{}`", file.display()),
            ));
        }
        sinks.push((format, file));
    }
    Ok(sinks)
}

/// Whether some format lists what needs nobody's attention, too.
pub(super) fn wants_everything(sinks: &[Sink], reporting: &Reporting) -> bool {
    reporting.all || sinks.iter().any(|(format, _)| format.name() != "text")
}

/// Renders a report to every sink, and gives its exit code.
pub(super) fn deliver(
    report: &Report,
    sinks: &[Sink],
    reporting: &Reporting,
    terminal: &mut Terminal<'_>,
) -> Ended {
    for (format, file) in sinks {
        let colour = terminal.colour_out && file.is_none();
        let options = Options {
            all: reporting.all,
            width: terminal.width,
            colour,
            github_limits: reporting.github_limits,
        };
        if let Some(file) = file {
            let mut render =
                |out: &mut dyn Write| crate::report::render(*format, report, &options, out);
            if let Err(error) = files::write_with(file, &mut render) {
                terminal.error(&format!(
                    "cannot write `{}`: {}",
                    file.display(),
                    files::plain(&error)
                ))?;
                return Ok(Exit::Unusable);
            }
        } else {
            crate::report::render(*format, report, &options, &mut terminal.out)?;
        }
    }
    terminal.out.flush()?;
    Ok(Exit::of(report, policy(reporting)))
}

fn policy(reporting: &Reporting) -> Policy {
    Policy {
        fail_on: Severity::of_name(&reporting.fail_on).unwrap_or(Severity::Low),
        allow_indeterminate: reporting.allow_indeterminate,
        allow_empty: reporting.allow_empty,
    }
}
