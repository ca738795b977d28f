//! The command line: the only place that prints, reads the environment, opens files or asks the time.

mod access;
#[cfg(feature = "live")]
mod apply;
mod arguments;
mod audit;
mod base;
mod baselines;
mod change;
mod check;
mod compare;
mod compile;
mod controls;
mod demo;
mod explain;
mod files;
mod homes;
mod import;
#[cfg(feature = "live")]
mod live;
mod lock;
mod modules;
mod permissions;
mod plan;
mod ratchet;
mod reporting;
mod spill;
mod stacks;
mod terminal;
mod test;
mod validate;

pub use arguments::Arguments;
pub use controls::settings_table;
pub use terminal::Terminal;

use crate::judge::Exit;
use arguments::Command;
use clap::{CommandFactory, Parser};
use std::io::{self, Write};
use std::process::ExitCode;

/// A command ends with an exit code, or because its output could not be written.
pub(crate) type Ended = io::Result<Exit>;

/// Parses the command line, runs it, and turns its end into an exit code.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version go to stdout and are no error; a closed pipe is no reason to fail.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() {
                Exit::Unusable as u8
            } else {
                Exit::Clean as u8
            });
        }
    };
    let mut terminal = Terminal::of_process(arguments.color);
    let ended = run(&arguments, &mut terminal).and_then(|exit| terminal.flush().map(|()| exit));
    match ended {
        Ok(exit) => ExitCode::from(exit as u8),
        // The reader went away, as `head` does: that is a success, as for every filter.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            let _ = terminal.error(&format!("cannot write: {}", files::plain(&error)));
            ExitCode::from(Exit::Unusable as u8)
        }
    }
}

/// Runs a command with the given terminal.
///
/// # Errors
/// When the output cannot be written.
pub fn run(arguments: &Arguments, terminal: &mut Terminal<'_>) -> Ended {
    let Some(file) = arguments.command.output() else {
        return dispatch(arguments, terminal);
    };
    let mut result = Vec::new();
    let mut inner = Terminal {
        out: Box::new(&mut result),
        err: Box::new(&mut terminal.err),
        colour_out: false,
        colour_err: terminal.colour_err,
        width: terminal.width,
        watched: terminal.watched,
        shown: Vec::new(),
    };
    let exit = dispatch(arguments, &mut inner)?;
    drop(inner);
    if exit == Exit::Unusable && result.is_empty() {
        return Ok(exit);
    }
    if let Err(error) = files::write(file, &result) {
        let why = files::plain(&error);
        terminal.error(&format!("cannot write `{}`: {why}", file.display()))?;
        return Ok(Exit::Unusable);
    }
    Ok(exit)
}

fn dispatch(arguments: &Arguments, terminal: &mut Terminal<'_>) -> Ended {
    let at = arguments.at.unwrap_or_else(now);
    match &arguments.command {
        Command::Validate { baselines, .. } => validate::run(baselines, at, terminal),
        Command::Compile(compile) => compile::run(compile, at, terminal),
        Command::Explain(explain) => explain::run(explain, at, terminal),
        Command::Compare(compare) => compare::run(compare, at, terminal),
        Command::Access(access) => access::run(access, at, terminal),
        Command::Import(import) => import::run(import, at, terminal),
        Command::Check(check) => check::run(check, at, terminal),
        Command::Test { folders, .. } => test::run(folders, at, terminal),
        Command::Audit(audit) => audit::run(audit, at, terminal),
        Command::Schema(_) => {
            writeln!(terminal.out, "{:#}", crate::baseline::schema::schema())?;
            Ok(Exit::Clean)
        }
        Command::Demo => demo::run(terminal),
        Command::Controls { id, .. } => controls::run(id.as_deref(), terminal),
        Command::Completions { shell, .. } => {
            clap_complete::generate(
                *shell,
                &mut Arguments::command(),
                "emr-baseline",
                &mut terminal.out,
            );
            Ok(Exit::Clean)
        }
        Command::Man(_) => {
            clap_mangen::Man::new(Arguments::command()).render(&mut terminal.out)?;
            Ok(Exit::Clean)
        }
        Command::Observe(observe) => observe_live(observe, at, terminal),
        Command::Permissions(asked) => permissions::run(asked, terminal),
        Command::Plan(arguments) => plan::run(arguments, at, terminal),
        Command::Apply(arguments) => apply_live(arguments, at, terminal),
    }
}

#[cfg(feature = "live")]
fn observe_live(
    observe: &arguments::Observe,
    at: jiff::Timestamp,
    terminal: &mut Terminal<'_>,
) -> Ended {
    live::observe(observe, at, terminal)
}

#[cfg(not(feature = "live"))]
fn observe_live(_: &arguments::Observe, _: jiff::Timestamp, terminal: &mut Terminal<'_>) -> Ended {
    without_live("observe", terminal)
}

#[cfg(feature = "live")]
fn apply_live(apply: &arguments::Apply, at: jiff::Timestamp, terminal: &mut Terminal<'_>) -> Ended {
    apply::run(apply, at, terminal)
}

#[cfg(not(feature = "live"))]
fn apply_live(_: &arguments::Apply, _: jiff::Timestamp, terminal: &mut Terminal<'_>) -> Ended {
    without_live("apply", terminal)
}

/// A command that needs AWS, in a build that cannot reach it.
#[cfg(not(feature = "live"))]
fn without_live(command: &str, terminal: &mut Terminal<'_>) -> Ended {
    terminal.error(&format!(
        "`{command}` needs AWS, and this build has no `live` feature"
    ))?;
    let saved = if command == "plan" { "plan" } else { "audit" };
    terminal.help(&format!(
        "build with `--features live`, or use a saved estate: `{saved} --snapshot`"
    ))?;
    Ok(Exit::Unusable)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place that asks the time; everything else takes it as an argument"
)]
fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}
