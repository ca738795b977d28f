//! Live AWS: the shell around [`crate::live`], which knows what to ask. Here is what asks: credentials, the network, the
//! clock.

mod aws;
mod plan;
mod run;

pub(super) use plan::plan;

use super::arguments::{Observe, Reach};
use super::{Ended, Terminal, files};
use crate::judge::Exit;
use crate::live::observer::{Wanted, estate};
use crate::live::operation::{ALL, Service};
use jiff::Timestamp;
use run::{Begun, Message, Summary};
use std::io::{self, BufReader, Read, Write};
use std::sync::mpsc::Receiver;

/// Runs `observe`.
pub(super) fn observe(arguments: &Observe, at: Timestamp, terminal: &mut Terminal<'_>) -> Ended {
    if arguments.reach.plan {
        return plan(&arguments.reach, terminal);
    }
    let Some(begun) = begin(&arguments.reach, at, terminal)? else {
        return Ok(Exit::Unusable);
    };
    let mut stream = Stream::new(begun.messages(), at);
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
    for summary in &stream.summaries {
        summary.say(terminal)?;
    }
    let complete = stream.summaries.iter().all(|summary| summary.complete);
    Ok(if complete {
        Exit::Clean
    } else {
        Exit::Indeterminate
    })
}

/// Begins to observe; the records come as they are made.
pub(super) fn stream(
    reach: &Reach,
    at: Timestamp,
    terminal: &mut Terminal<'_>,
) -> io::Result<Option<BufReader<impl Read + 'static>>> {
    let begun = begin(reach, at, terminal)?;
    Ok(begun.map(|begun| BufReader::new(Stream::new(begun.messages(), at))))
}

fn begin(reach: &Reach, at: Timestamp, terminal: &mut Terminal<'_>) -> io::Result<Option<Begun>> {
    match run::begin(reach, &wanted(reach, at)) {
        Ok(begun) => Ok(Some(begun)),
        Err((why, help)) => {
            terminal.error(&why)?;
            terminal.help(&help)?;
            Ok(None)
        }
    }
}

/// The services that are asked.
fn services(reach: &Reach) -> std::collections::BTreeSet<Service> {
    let all = ALL.iter().map(|one| one.service);
    all.filter(|service| {
        reach.services.is_empty() || reach.services.iter().any(|name| name == service.prefix())
    })
    .collect()
}

fn wanted(reach: &Reach, at: Timestamp) -> Wanted {
    Wanted {
        clusters: reach.cluster.clone(),
        since: reach.since,
        steps: reach.steps,
        key_grants: reach.key_grants,
        services: services(reach),
        now: at,
    }
}

/// The records of a run, read as a file is.
struct Stream {
    messages: Receiver<Message>,
    waiting: io::Cursor<Vec<u8>>,
    summaries: Vec<Summary>,
}

impl Stream {
    fn new(messages: Receiver<Message>, at: Timestamp) -> Self {
        let mut first = estate(at).to_string().into_bytes();
        first.push(b'\n');
        Self {
            messages,
            waiting: io::Cursor::new(first),
            summaries: Vec::new(),
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
            match self.messages.recv() {
                Ok(Message::Records(records)) => self.waiting = io::Cursor::new(records),
                Ok(Message::Ended(summary)) => self.summaries.push(summary),
                // The run is over.
                Err(_) => return Ok(0),
            }
        }
    }
}
