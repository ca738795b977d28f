//! Which EMR releases AWS supports, and until when.
//!
//! No API answers these dates. Source: Amazon EMR Release Guide, *Standard support*, with its change log up to
//! 2026-08-14. A series that is not in the table is not judged.

use super::release::Release;
use jiff::civil::{Date, date};
use std::ops::RangeInclusive;

/// How AWS supports a release on some day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Fixes come to everybody.
    Standard,
    /// Critical fixes come to those who have asked AWS for them.
    Extended,
    /// No fixes come; AWS helps where it can.
    EndOfSupport,
    /// AWS does nothing, and may take the release away.
    EndOfLife,
}

impl State {
    /// Its name in baselines.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Extended => "extended",
            Self::EndOfSupport => "end-of-support",
            Self::EndOfLife => "end-of-life",
        }
    }
}

/// The dates of one series of releases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Support {
    /// Last day of standard support.
    pub standard: Date,
    /// Last day of extended support, where AWS gives any.
    pub extended: Option<Date>,
    /// First day of the end of life.
    pub end_of_life: Date,
}

/// Minor versions of one major version that share their dates.
struct Row {
    spark: bool,
    major: u32,
    minors: RangeInclusive<u32>,
    support: Support,
}

const fn row(
    major: u32,
    minors: RangeInclusive<u32>,
    standard: Date,
    extended: Option<Date>,
    end_of_life: Date,
) -> Row {
    Row {
        spark: false,
        major,
        minors,
        support: Support {
            standard,
            extended,
            end_of_life,
        },
    }
}

/// Every series until the page changed its policy ended standard support on one day.
const BRIDGE: Date = date(2026, 8, 31);
const EXTENDED_6: Option<Date> = Some(date(2027, 6, 30));
const LIFE_6: Date = date(2028, 7, 1);
const EXTENDED_7: Option<Date> = Some(date(2027, 8, 31));
const LIFE_7: Date = date(2028, 8, 31);
const ANY: RangeInclusive<u32> = 0..=u32::MAX;

const TABLE: &[Row] = &[
    row(2, ANY, BRIDGE, None, date(2027, 9, 1)),
    row(3, ANY, BRIDGE, None, date(2027, 9, 1)),
    row(4, ANY, BRIDGE, None, date(2027, 9, 1)),
    row(5, 0..=35, BRIDGE, None, date(2027, 9, 1)),
    row(5, 36..=36, BRIDGE, EXTENDED_6, LIFE_6),
    row(6, 0..=5, BRIDGE, None, date(2027, 9, 1)),
    row(6, 6..=15, BRIDGE, EXTENDED_6, LIFE_6),
    row(7, 0..=2, BRIDGE, EXTENDED_7, LIFE_7),
    row(7, 3..=3, date(2026, 10, 16), EXTENDED_7, LIFE_7),
    row(7, 4..=4, date(2026, 11, 13), EXTENDED_7, LIFE_7),
    row(7, 5..=5, date(2026, 11, 21), EXTENDED_7, LIFE_7),
    row(7, 6..=6, date(2027, 1, 10), EXTENDED_7, LIFE_7),
    row(7, 7..=7, date(2027, 2, 6), EXTENDED_7, LIFE_7),
    row(7, 8..=8, date(2027, 3, 7), EXTENDED_7, LIFE_7),
    row(7, 9..=9, date(2027, 5, 19), EXTENDED_7, LIFE_7),
    row(7, 10..=10, date(2027, 8, 15), EXTENDED_7, LIFE_7),
    row(7, 11..=11, date(2027, 11, 3), None, date(2028, 11, 4)),
    row(7, 12..=12, date(2027, 11, 21), None, date(2028, 11, 22)),
    row(7, 13..=13, date(2028, 4, 20), None, date(2029, 4, 21)),
    Row {
        spark: true,
        major: 8,
        minors: 0..=0,
        support: Support {
            standard: date(2028, 5, 20),
            extended: None,
            end_of_life: date(2029, 5, 21),
        },
    },
];

impl Support {
    /// The dates of a release's series; nothing for a series that the table does not know.
    pub fn of(release: &Release) -> Option<Self> {
        let [major, minor, _] = release.version;
        TABLE
            .iter()
            .find(|row| {
                (row.spark, row.major) == (release.spark, major) && row.minors.contains(&minor)
            })
            .map(|row| row.support)
    }

    /// The state on a day. Without a contract for extended support, what is past standard support is at its end.
    pub fn on(self, day: Date, contract: bool) -> State {
        if day <= self.standard {
            State::Standard
        } else if contract && self.extended.is_some_and(|last| day <= last) {
            State::Extended
        } else if day < self.end_of_life {
            State::EndOfSupport
        } else {
            State::EndOfLife
        }
    }

    /// The last day on which the state is one that `allows` accepts; nothing when that never ends or never was.
    pub fn last_day(self, contract: bool, allows: impl Fn(State) -> bool) -> Option<Date> {
        let extended = self.extended.filter(|_| contract);
        let ends = [
            (State::EndOfSupport, self.end_of_life.yesterday().ok()),
            (State::Extended, extended),
            (State::Standard, Some(self.standard)),
        ];
        if allows(State::EndOfLife) {
            return None;
        }
        ends.into_iter()
            .find_map(|(state, last)| last.filter(|_| allows(state)))
    }
}

#[cfg(test)]
mod tests {
    use super::{State, Support, TABLE};
    use crate::aws::release::Release;
    use jiff::civil::date;

    fn support(label: &str) -> Support {
        Support::of(&Release::of(label).unwrap()).unwrap()
    }

    #[test]
    fn the_states_follow_each_other() {
        let seven_two = support("emr-7.2.0");
        for (day, contract, state) in [
            (date(2026, 8, 31), false, State::Standard),
            (date(2026, 9, 1), false, State::EndOfSupport),
            (date(2026, 9, 1), true, State::Extended),
            (date(2027, 8, 31), true, State::Extended),
            (date(2027, 9, 1), true, State::EndOfSupport),
            (date(2028, 8, 31), true, State::EndOfLife),
        ] {
            assert_eq!(seven_two.on(day, contract), state, "{day} {contract}");
        }
    }

    #[test]
    fn extended_support_is_not_for_every_series() {
        let old = support("emr-5.35.0");
        assert_eq!(old.on(date(2026, 9, 1), true), State::EndOfSupport);
        assert_eq!(
            support("emr-5.36.2").on(date(2026, 9, 1), true),
            State::Extended
        );
    }

    #[test]
    fn days_are_counted_to_the_end_of_the_last_allowed_state() {
        let seven_six = support("emr-7.6.0");
        let standard = |state| state == State::Standard;
        assert_eq!(seven_six.last_day(true, standard), Some(date(2027, 1, 10)));
        let both = |state| state <= State::Extended;
        assert_eq!(seven_six.last_day(true, both), Some(date(2027, 8, 31)));
        assert_eq!(seven_six.last_day(false, both), Some(date(2027, 1, 10)));
        assert_eq!(seven_six.last_day(false, |_| true), None);
    }

    #[test]
    fn a_series_that_is_not_listed_has_no_dates() {
        for label in [
            "emr-7.14.0",
            "emr-8.0.0",
            "emr-spark-8.1",
            "emr-5.37.0",
            "emr-1.0.0",
        ] {
            assert_eq!(Support::of(&Release::of(label).unwrap()), None, "{label}");
        }
    }

    #[test]
    fn no_two_rows_are_of_one_series_and_dates_are_in_order() {
        for (index, row) in TABLE.iter().enumerate() {
            let support = row.support;
            assert!(support.standard < support.end_of_life);
            assert!(
                support
                    .extended
                    .is_none_or(|last| { support.standard < last && last < support.end_of_life })
            );
            for other in &TABLE[index + 1..] {
                let apart = (row.spark, row.major) != (other.spark, other.major)
                    || row.minors.end() < other.minors.start();
                assert!(apart, "{} {:?}", row.major, row.minors);
            }
        }
    }
}
