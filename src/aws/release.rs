//! EMR release labels, and which release has what.

/// A release label, read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Release {
    /// True for `emr-spark-N`, a family of its own.
    pub spark: bool,
    /// Major, minor, patch.
    pub version: [u32; 3],
}

impl Release {
    /// Reads `emr-7.2.0`, `emr-spark-8.0`, `emr-6.15.0-latest`.
    pub fn of(label: &str) -> Option<Self> {
        let rest = label.strip_prefix("emr-")?;
        let (spark, rest) = rest
            .strip_prefix("spark-")
            .map_or((false, rest), |rest| (true, rest));
        let number = rest.split('-').next()?;
        let mut parts = number.split('.').map(str::parse);
        let (major, minor) = (parts.next()?.ok()?, parts.next()?.ok()?);
        let patch = parts.next().unwrap_or(Ok(0)).ok()?;
        parts.next().is_none().then_some(Self {
            spark,
            version: [major, minor, patch],
        })
    }

    /// The family that support and minimum releases are given for: `emr-7`, `emr-spark`.
    pub fn family(&self) -> String {
        let [major, ..] = self.version;
        if self.spark {
            "emr-spark".to_owned()
        } else {
            format!("emr-{major}")
        }
    }

    /// Whether this release has a feature that came with the given floors.
    ///
    /// A floor holds for every later release, unless another floor names the same or a later series: with floors
    /// 5.23.1, 5.27.1, 5.32.0 and 6.2.0, release 5.28.0 reaches none, because 5.27.1 was the fix of its own series only.
    /// `emr-spark` releases are later than every feature listed.
    pub fn reaches(&self, floors: &[&str]) -> bool {
        if self.spark {
            return true;
        }
        let floors: Vec<[u32; 3]> = floors
            .iter()
            .filter_map(|floor| Self::of(floor))
            .map(|floor| floor.version)
            .collect();
        let later_in_major = |[major, minor, _]: [u32; 3]| {
            floors
                .iter()
                .any(|&[other, later, _]| other == major && later > minor)
        };
        let [major, minor, _] = self.version;
        let later_major = |floor: u32| {
            floors
                .iter()
                .any(|&[other, ..]| other > floor && other <= major)
        };
        floors.iter().any(|&floor| {
            let [floor_major, floor_minor, _] = floor;
            if floor_major == major && floor_minor == minor {
                return self.version >= floor;
            }
            if later_in_major(floor) {
                return false;
            }
            if floor_major == major {
                self.version >= floor
            } else {
                floor_major < major && !later_major(floor_major)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Release;

    #[test]
    fn a_floor_of_one_series_does_not_reach_the_next() {
        let floors = &["emr-5.23.1", "emr-5.27.1", "emr-5.32.0", "emr-6.2.0"];
        for (label, reaches) in [
            ("emr-5.23.0", false),
            ("emr-5.23.1", true),
            ("emr-5.24.0", false),
            ("emr-5.27.1", true),
            ("emr-5.28.0", false),
            ("emr-5.32.0", true),
            ("emr-5.36.2", true),
            ("emr-6.0.0", false),
            ("emr-6.1.0", false),
            ("emr-6.2.0", true),
            ("emr-7.0.0", true),
            ("emr-spark-8.0", true),
        ] {
            assert_eq!(
                Release::of(label).unwrap().reaches(floors),
                reaches,
                "{label}"
            );
        }
    }

    #[test]
    fn a_single_floor_reaches_every_later_major() {
        assert!(Release::of("emr-6.0.0").unwrap().reaches(&["emr-5.24.0"]));
        assert!(!Release::of("emr-5.23.9").unwrap().reaches(&["emr-5.24.0"]));
    }

    #[test]
    fn labels_are_read_with_suffixes_and_refused_otherwise() {
        assert_eq!(
            Release::of("emr-6.15.0-java17-latest").unwrap().version,
            [6, 15, 0]
        );
        assert_eq!(Release::of("emr-spark-8.0").unwrap().family(), "emr-spark");
        for bad in ["3.11.0", "emr-", "emr-7", "emr-7.x", ""] {
            assert_eq!(Release::of(bad), None, "{bad}");
        }
    }
}
