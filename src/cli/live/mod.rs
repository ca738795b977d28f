//! Live AWS: the shell around [`crate::live`], which knows what to ask. Here is what asks: credentials, the network, the
//! clock.

mod accounts;
mod aws;
mod change;
mod needs;
mod one;
mod plan;
mod progress;
mod run;
mod store;

pub(super) use change::Way;
pub(super) use needs::spared;
pub(super) use one::jitter;
pub(super) use plan::plan;

use super::arguments::{Observe, Reach};
use super::lock::Lock;
use super::{Ended, Terminal, files};
use crate::judge::Exit;
use crate::live::observer::{Wanted, estate};
use crate::live::operation::{ALL, Service};
use jiff::Timestamp;
use progress::Board;
use run::{Begun, Message, Summary};
use std::collections::BTreeSet;
use std::io::{self, BufReader, Read, Write};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError};

/// Calls that are not made, by action.
pub(super) type Spared = BTreeSet<&'static str>;

/// Runs `observe`.
pub(super) fn observe(arguments: &Observe, at: Timestamp, terminal: &mut Terminal<'_>) -> Ended {
    if arguments.reach.plan {
        return plan(&arguments.reach, &Spared::new(), terminal);
    }
    let Some(_lock) = Lock::take(arguments.reach.lock.as_deref(), terminal)? else {
        return Ok(Exit::Unusable);
    };
    let wanted = wanted(&arguments.reach, &Spared::new(), at);
    let Some(begun) = begin(&arguments.reach, &wanted, terminal)? else {
        return Ok(Exit::Unusable);
    };
    let mut stream = Stream::new(begun.messages(), at, terminal.watched);
    let mut write = |out: &mut dyn Write| io::copy(&mut stream, out).map(drop);
    match &arguments.output.output {
        None => {
            write(&mut terminal.out)?;
            terminal.out.flush()?;
        }
        Some(file) => {
            if let Err(error) = files::write_with(file, &mut write) {
                let why = files::plain(&error);
                terminal.error(&format!("cannot write `{}`: {why}", file.display()))?;
                return Ok(Exit::Unusable);
            }
        }
    }
    Ok(if stream.heard.say(terminal, false)? {
        Exit::Clean
    } else {
        Exit::Indeterminate
    })
}

/// Begins to observe; the records come as they are made, and beside them what there is to say about the run.
pub(super) fn stream(
    reach: &Reach,
    spared: &Spared,
    at: Timestamp,
    terminal: &mut Terminal<'_>,
) -> io::Result<Option<(BufReader<impl Read + 'static>, Heard)>> {
    let Some(begun) = begin(reach, &wanted(reach, spared, at), terminal)? else {
        return Ok(None);
    };
    let stream = Stream::new(begun.messages(), at, terminal.watched);
    let heard = stream.heard.clone();
    Ok(Some((BufReader::new(stream), heard)))
}

fn begin(reach: &Reach, wanted: &Wanted, terminal: &mut Terminal<'_>) -> io::Result<Option<Begun>> {
    match run::begin(reach, wanted, terminal.watched) {
        Ok(begun) => Ok(Some(begun)),
        Err((why, help)) => {
            terminal.error(&why)?;
            terminal.help(&help)?;
            Ok(None)
        }
    }
}

/// The services that are asked.
fn services(reach: &Reach) -> BTreeSet<Service> {
    let all = ALL.iter().map(|one| one.service);
    all.filter(|service| *service != Service::ServiceQuotas)
        .filter(|service| {
            reach.services.is_empty() || reach.services.iter().any(|name| name == service.prefix())
        })
        .collect()
}

fn wanted(reach: &Reach, spared: &Spared, at: Timestamp) -> Wanted {
    Wanted {
        clusters: reach.cluster.clone(),
        since: reach.since,
        steps: reach.steps,
        key_grants: reach.key_grants,
        services: services(reach),
        spared: spared.clone(),
        now: at,
        change: None,
    }
}

/// What a run told besides its records.
#[derive(Clone, Debug, Default)]
pub(super) struct Heard(Arc<Mutex<Vec<Line>>>);

#[derive(Debug)]
enum Line {
    Note(String),
    /// AWS throttled a run that asked everything all the same.
    Throttled(String),
    Warning(String),
    /// Not all of an account and region was observed.
    Partial(String),
}

impl Heard {
    fn add(&self, line: Line) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.push(line);
    }

    /// Says it. True when everything was observed completely. When `quiet`, only what somebody has to look into and no
    /// report tells.
    pub(super) fn say(&self, terminal: &mut Terminal<'_>, quiet: bool) -> io::Result<bool> {
        let lines = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let mut complete = true;
        for line in lines {
            match line {
                Line::Note(_) | Line::Throttled(_) if quiet => {}
                Line::Note(line) => terminal.note(&line)?,
                Line::Throttled(line) | Line::Warning(line) => terminal.warning(&line)?,
                Line::Partial(line) => {
                    complete = false;
                    if !quiet {
                        terminal.warning(&line)?;
                    }
                }
            }
        }
        Ok(complete)
    }
}

/// The records of a run, read as a file is.
struct Stream {
    messages: Receiver<Message>,
    waiting: io::Cursor<Vec<u8>>,
    heard: Heard,
    board: Board,
}

impl Stream {
    fn new(messages: Receiver<Message>, at: Timestamp, watched: bool) -> Self {
        let mut first = estate(at).to_string().into_bytes();
        first.push(b'\n');
        Self {
            messages,
            waiting: io::Cursor::new(first),
            heard: Heard::default(),
            board: Board::new(watched.then(|| Box::new(io::stderr()) as Box<dyn Write + Send>)),
        }
    }
}

impl Stream {
    fn ended(&mut self, summary: &Summary) -> Line {
        self.board.ended(&summary.owner);
        let line = summary.line();
        if !summary.complete {
            Line::Partial(line)
        } else if summary.throttled > 0 {
            Line::Throttled(line)
        } else {
            Line::Note(line)
        }
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.waiting.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            let line = match self.messages.recv() {
                Ok(Message::Records(records)) => {
                    // They may go to the same terminal.
                    self.board.clear();
                    self.waiting = io::Cursor::new(records);
                    continue;
                }
                Ok(Message::Progress(step)) => {
                    self.board.step(step);
                    continue;
                }
                Ok(Message::Ended(summary)) => self.ended(&summary),
                Ok(Message::Noted(line)) => Line::Note(line),
                Ok(Message::Warned(line)) => Line::Warning(line),
                // The run is over.
                Err(_) => {
                    self.board.clear();
                    return Ok(0);
                }
            };
            self.heard.add(line);
        }
    }
}
