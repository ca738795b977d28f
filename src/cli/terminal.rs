//! Where a command writes: results to `out`, everything else to `err`, each with or without colour.

use super::arguments::Color;
use crate::baseline::Problem;
use anstyle::{AnsiColor, Style};
use std::fmt;
use std::io::{self, BufWriter, IsTerminal, Write};

/// Where a command writes. Tests give their own writers.
pub struct Terminal<'w> {
    /// Results.
    pub out: Box<dyn Write + 'w>,
    /// Everything else.
    pub err: Box<dyn Write + 'w>,
    /// Whether results may be coloured.
    pub colour_out: bool,
    /// Whether messages may be coloured.
    pub colour_err: bool,
    /// Columns of the output.
    pub width: usize,
    /// Whether somebody watches the messages come, so that progress may be shown among them.
    pub watched: bool,
    /// Mistakes and warnings of baselines that were shown: the same ones come up for each target.
    pub shown: Vec<Problem>,
}

/// Work on fewer things than this is over before anybody wonders about it.
const MANY: usize = 256;

impl fmt::Debug for Terminal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Terminal")
            .field("width", &self.width)
            .finish_non_exhaustive()
    }
}

impl Terminal<'static> {
    /// The process's own streams. Output to a file or pipe is 80 columns wide, whatever the terminal.
    pub fn of_process(color: Color) -> Self {
        let allowed = |terminal: bool| match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => terminal && !no_colour(),
        };
        Self {
            out: Box::new(BufWriter::with_capacity(1 << 16, io::stdout())),
            err: Box::new(io::stderr()),
            colour_out: allowed(io::stdout().is_terminal()),
            colour_err: allowed(io::stderr().is_terminal()),
            width: 80,
            watched: io::stderr().is_terminal(),
            shown: Vec::new(),
        }
    }
}

/// See <https://no-color.org>: any non-empty value turns colour off.
fn no_colour() -> bool {
    std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
}

impl<'w> Terminal<'w> {
    /// A terminal over the given writers, without colour, 80 columns wide.
    pub fn plain(out: impl Write + 'w, err: impl Write + 'w) -> Self {
        Self {
            out: Box::new(out),
            err: Box::new(err),
            colour_out: false,
            colour_err: false,
            width: 80,
            watched: false,
            shown: Vec::new(),
        }
    }

    /// Writes what is buffered.
    ///
    /// # Errors
    /// The stream's.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()?;
        self.err.flush()
    }

    /// Says that the command cannot go on.
    ///
    /// # Errors
    /// The stream's.
    pub fn error(&mut self, message: &str) -> io::Result<()> {
        self.say("error", AnsiColor::Red, message)
    }

    /// Says something that does not stop the command.
    ///
    /// # Errors
    /// The stream's.
    pub fn warning(&mut self, message: &str) -> io::Result<()> {
        self.say("warning", AnsiColor::Yellow, message)
    }

    /// Says what was done.
    ///
    /// # Errors
    /// The stream's.
    pub fn note(&mut self, message: &str) -> io::Result<()> {
        self.say("note", AnsiColor::Cyan, message)
    }

    /// Says what to do about the message before.
    ///
    /// # Errors
    /// The stream's.
    pub fn help(&mut self, message: &str) -> io::Result<()> {
        self.say(" help", AnsiColor::Cyan, message)
    }

    /// Shows how many of many files are done, on a line of its own that is gone when all are.
    ///
    /// # Errors
    /// The stream's.
    pub fn progress(&mut self, done: usize, all: usize) -> io::Result<()> {
        if !self.watched || all < MANY {
            return Ok(());
        }
        write!(self.err, "\r\x1b[K")?;
        if done < all {
            write!(self.err, "{done} of {all} files")?;
        }
        self.err.flush()
    }

    fn say(&mut self, word: &str, colour: AnsiColor, message: &str) -> io::Result<()> {
        let message = crate::escape::terminal(message);
        if self.colour_err {
            let style = Style::new().bold().fg_color(Some(colour.into()));
            writeln!(self.err, "{style}{word}{style:#}: {message}")
        } else {
            writeln!(self.err, "{word}: {message}")
        }
    }
}
