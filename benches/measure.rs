//! CPU time and memory of other processes.
//!
//! A process is started by a process of its own, which does nothing else: what the system then says of the
//! wrapper's children (`getrusage`) is said of that one process. CPU time is user and system time of all threads;
//! memory is the largest resident set, which counts the pages of files that are mapped, the program's own too.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// What a process took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    /// User and system time, in seconds.
    pub(crate) cpu: f64,
    /// Time on the clock, in seconds.
    pub(crate) wall: f64,
    /// The largest resident set of one process, in MiB.
    pub(crate) memory: f64,
}

/// The first argument of the wrapper.
pub(crate) const WRAPPER: &str = "measure-one";

/// Runs a command and prints what it took, for [`run`] to read.
pub(crate) fn wrap(mut arguments: impl Iterator<Item = String>) -> Option<()> {
    let begun = Instant::now();
    let status = Command::new(arguments.next()?)
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .ok()?;
    let wall = begun.elapsed().as_micros();
    let (micros, mebibytes) = of_children()?;
    println!(
        "{} {micros} {wall} {mebibytes}",
        status.code().unwrap_or(-1)
    );
    Some(())
}

/// Microseconds and mebibytes of all processes that this one started and that ended.
#[cfg(unix)]
fn of_children() -> Option<(i64, f64)> {
    use nix::sys::resource::{UsageWho, getrusage};
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).ok()?;
    let [user, system] = [usage.user_time(), usage.system_time()];
    let micros = (user.tv_sec() + system.tv_sec()) * 1_000_000 + user.tv_usec() + system.tv_usec();
    // Linux tells kilobytes, macOS bytes.
    let unit = if cfg!(target_os = "macos") {
        1 << 20
    } else {
        1 << 10
    };
    Some((micros, usage.max_rss() as f64 / f64::from(unit)))
}

/// Not told elsewhere.
#[cfg(not(unix))]
fn of_children() -> Option<(i64, f64)> {
    None
}

/// Runs a command `times` times. Gives the least CPU time, which other work on the machine can only add to, and the
/// most memory; `None` when it could not be run or ended with another code than `codes`.
pub(crate) fn run(program: &Path, arguments: &[&str], codes: &[i32], times: usize) -> Option<Cost> {
    let wrapper = std::env::current_exe().ok()?;
    let mut cost: Option<Cost> = None;
    for _ in 0..times {
        let output = Command::new(&wrapper)
            .arg(WRAPPER)
            .arg(program)
            .args(arguments)
            .output()
            .ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        let mut words = text.split_whitespace();
        let code: i32 = words.next()?.parse().ok()?;
        if !codes.contains(&code) {
            eprintln!(
                "{} {} ended with {code}",
                program.display(),
                arguments.join(" ")
            );
            return None;
        }
        let cpu = words.next()?.parse::<f64>().ok()? / 1e6;
        let wall = words.next()?.parse::<f64>().ok()? / 1e6;
        let memory = words.next()?.parse().ok()?;
        let this = Cost { cpu, wall, memory };
        cost = Some(cost.map_or(this, |known| Cost {
            cpu: known.cpu.min(cpu),
            wall: known.wall.min(wall),
            memory: known.memory.max(memory),
        }));
    }
    cost
}
