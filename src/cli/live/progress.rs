//! Progress of a live run: on a terminal a line for each account and region under way, and nothing anywhere else.

use crate::escape;
use crate::live::journal::Owner;
use crate::live::schedule::Progress;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::Duration;

/// Lines that are shown at once; the others are counted.
const MOST: usize = 8;
/// Columns of a line: one that wraps would not be found again.
const WIDTH: usize = 79;
/// How often an account and region tells how far it is.
const OFTEN: Duration = Duration::from_millis(250);

/// How far an account and region is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) owner: Owner,
    pub(super) progress: Progress,
    /// Nothing may be sent for so long.
    pub(super) waits: Option<Duration>,
}

impl Step {
    fn line(&self) -> String {
        let (account, region) = (&self.owner.account, &self.owner.region);
        let Progress { done, planned } = self.progress;
        let mut line = format!("account {account} region {region}: {done} of {planned} calls");
        if let Some(waits) = self.waits {
            let seconds = waits.as_secs_f64();
            line = format!("{line}, waits {seconds:.1} s for quota");
        }
        let line = escape::terminal(&line);
        line.chars().take(WIDTH).collect()
    }
}

/// Tells seldom enough.
#[derive(Debug, Default)]
pub(super) struct Pace {
    last: Option<Duration>,
}

impl Pace {
    /// Whether it is time to tell again.
    pub(super) fn is_due(&mut self, now: Duration) -> bool {
        let due = self.last.is_none_or(|last| now >= last + OFTEN);
        if due {
            self.last = Some(now);
        }
        due
    }
}

/// The lines on a terminal.
#[derive(Default)]
pub(super) struct Board {
    /// Where somebody watches; nothing is shown without.
    out: Option<Box<dyn Write + Send>>,
    under_way: BTreeMap<(String, String), Step>,
    observed: usize,
    /// Lines that stand there.
    shown: usize,
}

impl Board {
    /// A board on which nothing is shown, or one for those who watch.
    pub(super) fn new(out: Option<Box<dyn Write + Send>>) -> Self {
        Self {
            out,
            ..Self::default()
        }
    }

    /// An account and region is so far.
    pub(super) fn step(&mut self, step: Step) {
        let key = (step.owner.account.clone(), step.owner.region.clone());
        self.under_way.insert(key, step);
        self.draw();
    }

    /// An account and region is done.
    pub(super) fn ended(&mut self, owner: &Owner) {
        let key = (owner.account.clone(), owner.region.clone());
        self.under_way.remove(&key);
        self.observed += 1;
        self.draw();
    }

    /// Takes the lines away: something else is written, or the run is over.
    pub(super) fn clear(&mut self) {
        self.show(&[]);
    }

    fn draw(&mut self) {
        let mut lines: Vec<String> = self.under_way.values().take(MOST).map(Step::line).collect();
        let more = self.under_way.len().saturating_sub(MOST);
        if !lines.is_empty() && more + self.observed > 0 {
            let observed = self.observed;
            lines.push(format!("{more} more under way, {observed} done"));
        }
        self.show(&lines);
    }

    /// Puts these lines in the place of those that stand there.
    fn show(&mut self, lines: &[String]) {
        let Some(out) = &mut self.out else { return };
        if self.shown == 0 && lines.is_empty() {
            return;
        }
        let mut text = match self.shown {
            0 => String::new(),
            up => format!("\x1b[{up}A"),
        };
        text.push_str("\r\x1b[J");
        for line in lines {
            text.push_str(line);
            text.push('\n');
        }
        self.shown = lines.len();
        // A terminal that went away stops nothing.
        let told: io::Result<()> = out.write_all(text.as_bytes()).and_then(|()| out.flush());
        if told.is_err() {
            self.out = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::limiter::Limiter;
    use crate::live::observer::{Observer, Wanted};
    use crate::live::schedule::{Next, Schedule};
    use serde_json::Map;
    use std::sync::{Arc, Mutex};

    /// A terminal that shows what stands on it.
    #[derive(Clone, Default)]
    struct Screen(Arc<Mutex<Vec<String>>>);

    impl Write for Screen {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let mut rows = self.0.lock().unwrap();
            let mut text = std::str::from_utf8(bytes).unwrap();
            if let Some(rest) = text.strip_prefix("\x1b[") {
                let (up, rest) = rest.split_once('A').unwrap();
                let left = rows.len() - up.parse::<usize>().unwrap();
                rows.truncate(left);
                text = rest;
            }
            let text = text.strip_prefix("\r\x1b[J").unwrap();
            assert!(!text.contains('\x1b'));
            rows.extend(text.lines().map(str::to_owned));
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Screen {
        fn rows(&self) -> Vec<String> {
            self.0.lock().unwrap().clone()
        }
    }

    fn board() -> (Board, Screen) {
        let screen = Screen::default();
        (Board::new(Some(Box::new(screen.clone()))), screen)
    }

    fn owner(region: &str) -> Owner {
        Owner {
            account: "111122223333".to_owned(),
            region: region.to_owned(),
        }
    }

    fn step(region: &str, done: u64) -> Step {
        Step {
            owner: owner(region),
            progress: Progress { done, planned: 10 },
            waits: None,
        }
    }

    #[test]
    fn each_region_has_one_line_which_is_gone_when_it_is_done() {
        let (mut board, screen) = board();
        board.step(step("us-west-2", 1));
        board.step(step("eu-west-1", 2));
        board.step(step("us-west-2", 3));
        assert_eq!(
            screen.rows(),
            [
                "account 111122223333 region eu-west-1: 2 of 10 calls",
                "account 111122223333 region us-west-2: 3 of 10 calls",
            ]
        );
        board.ended(&owner("eu-west-1"));
        assert_eq!(screen.rows().len(), 2);
        assert_eq!(screen.rows()[1], "0 more under way, 1 done");
        board.ended(&owner("us-west-2"));
        assert_eq!(screen.rows(), [""; 0]);
    }

    #[test]
    fn what_stood_on_the_terminal_before_stays() {
        let (mut board, screen) = board();
        screen.0.lock().unwrap().push("$ emr-baseline".to_owned());
        board.step(step("us-west-2", 1));
        board.step(step("eu-west-1", 1));
        board.clear();
        board.clear();
        assert_eq!(screen.rows(), ["$ emr-baseline"]);
    }

    #[test]
    fn a_fleet_does_not_fill_the_terminal() {
        let (mut board, screen) = board();
        for region in 0..100 {
            board.step(step(&format!("region-{region:02}"), 0));
        }
        let rows = screen.rows();
        assert_eq!(rows.len(), MOST + 1);
        assert_eq!(rows[MOST], "92 more under way, 0 done");
    }

    #[test]
    fn lines_neither_wrap_nor_move_the_cursor() {
        let (mut board, screen) = board();
        board.step(step(&format!("\x1b[2J{}", "x".repeat(200)), 0));
        let rows = screen.rows();
        assert_eq!(rows[0].chars().count(), WIDTH);
    }

    #[test]
    fn without_somebody_who_watches_nothing_is_shown() {
        let mut board = Board::new(None);
        board.step(step("us-west-2", 1));
        board.clear();
        assert_eq!(board.shown, 0);
    }

    #[test]
    fn a_region_tells_four_times_a_second_at_most() {
        let mut pace = Pace::default();
        let told = (0..1000).filter(|at| pace.is_due(Duration::from_millis(*at)));
        assert_eq!(told.count(), 4);
    }

    #[test]
    fn a_run_on_a_virtual_clock_tells_how_far_it_is_and_that_it_waits() {
        let (mut board, screen) = board();
        let mut observer = Observer::new(
            "111122223333",
            "us-west-2",
            &Map::new(),
            Wanted::everything(jiff::Timestamp::UNIX_EPOCH),
        );
        let mut schedule = Schedule::new(Limiter::new(0.01), 64, None);
        schedule.add(observer.begin());
        let planned = schedule.progress().planned;
        let mut now = Duration::ZERO;
        let mut waited = false;
        loop {
            let waits = match schedule.next(now) {
                Next::Send(ticket) => {
                    schedule.ended(*ticket, Ok(Map::new()), now, 0.5);
                    None
                }
                Next::Wait(wait) => {
                    now += wait;
                    Some(wait)
                }
                Next::Nothing => break,
            };
            waited |= waits.is_some();
            board.step(Step {
                owner: owner("us-west-2"),
                progress: schedule.progress(),
                waits,
            });
            if waits.is_some() {
                assert!(
                    screen.rows()[0].ends_with(" s for quota"),
                    "{:?}",
                    screen.rows()
                );
            }
        }
        assert!(waited);
        let line = format!("account 111122223333 region us-west-2: {planned} of {planned} calls");
        assert_eq!(screen.rows(), [line]);
    }
}
