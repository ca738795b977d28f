//! How places in S3 are written.

/// A bucket and what follows it: an object's key, or a prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location<'a> {
    /// The bucket.
    pub bucket: &'a str,
    /// The key or prefix; empty for the whole bucket.
    pub key: &'a str,
    /// The partition, where the form names it.
    pub partition: Option<&'a str>,
}

/// The schemes under which Hadoop reaches S3. Source: EMR Management Guide, *Work with storage and file systems*.
const SCHEMES: [&str; 3] = ["s3://", "s3n://", "s3a://"];
/// The partitions whose ARNs are tried when only `s3://` is written. Source: AWS General Reference, *ARNs*.
const PARTITIONS: [&str; 3] = ["aws", "aws-cn", "aws-us-gov"];

impl<'a> Location<'a> {
    /// Reads `s3://b/k`, `s3n://b/k`, `s3a://b/k` and `arn:<partition>:s3:::b/k`.
    pub fn of(text: &'a str) -> Option<Self> {
        let scheme = SCHEMES.iter().find_map(|scheme| text.strip_prefix(scheme));
        let (partition, rest) = if let Some(rest) = scheme {
            (None, rest)
        } else {
            let (partition, rest) = text.strip_prefix("arn:")?.split_once(':')?;
            (Some(partition), rest.strip_prefix("s3:::")?)
        };
        let (bucket, key) = rest.split_once('/').unwrap_or((rest, ""));
        let named = !bucket.is_empty() && !bucket.contains(char::is_whitespace);
        named.then_some(Self {
            bucket,
            key,
            partition,
        })
    }

    /// Whether both are one place. The partition counts only where both forms name it.
    pub fn is_same(self, other: Self) -> bool {
        let partitions = self.partition.zip(other.partition);
        (self.bucket, self.key) == (other.bucket, other.key)
            && partitions.is_none_or(|(one, other)| one == other)
    }

    /// Whether every object below `other` lies below this prefix too, as EMRFS compares prefixes: by characters.
    pub fn covers(self, other: Self) -> bool {
        let bucket_alone = self.key.is_empty();
        self.bucket == other.bucket && (bucket_alone || other.key.starts_with(self.key))
    }

    /// Its ARN.
    pub fn arn(self, partition: &str) -> String {
        let Self { bucket, key, .. } = self;
        if key.is_empty() {
            format!("arn:{partition}:s3:::{bucket}")
        } else {
            format!("arn:{partition}:s3:::{bucket}/{key}")
        }
    }

    /// Every way to write it, for comparing with a text that has openings.
    pub fn spellings(self) -> Vec<String> {
        let Self {
            bucket,
            key,
            partition,
        } = self;
        let slash = if key.is_empty() { "" } else { "/" };
        let schemes = SCHEMES
            .iter()
            .map(|scheme| format!("{scheme}{bucket}{slash}{key}"));
        let arns = PARTITIONS
            .iter()
            .copied()
            .filter(|known| partition.is_none_or(|named| named == *known))
            .chain(partition.filter(|named| !PARTITIONS.contains(named)))
            .map(|partition| self.arn(partition));
        schemes.chain(arns).collect()
    }
}

/// Whether both texts name one place in S3.
pub fn is_same(one: &str, other: &str) -> bool {
    match (Location::of(one), Location::of(other)) {
        (Some(one), Some(other)) => one.is_same(other),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{Location, is_same};

    #[test]
    fn every_form_of_a_place_is_that_place() {
        let forms = [
            "s3://b/k/x.zip",
            "s3n://b/k/x.zip",
            "s3a://b/k/x.zip",
            "arn:aws:s3:::b/k/x.zip",
            "arn:aws-cn:s3:::b/k/x.zip",
        ];
        for form in forms {
            assert!(is_same("s3://b/k/x.zip", form), "{form}");
        }
        assert!(!is_same(
            "arn:aws:s3:::b/k/x.zip",
            "arn:aws-cn:s3:::b/k/x.zip"
        ));
        assert!(!is_same("s3://b/k", "s3://b/K"));
    }

    #[test]
    fn what_is_no_place_is_refused() {
        for bad in ["", "b/k", "s3://", "s3:///k", "https://b/k", "arn:aws:s3:b"] {
            assert_eq!(Location::of(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_prefix_covers_by_characters_within_one_bucket() {
        let covers = |one, other| {
            Location::of(one)
                .unwrap()
                .covers(Location::of(other).unwrap())
        };
        assert!(covers("s3://b/", "s3://b/any/thing"));
        assert!(covers("s3://b", "s3a://b/any"));
        assert!(covers("s3://b/a", "s3://b/ab/"));
        assert!(!covers("s3://b/a/", "s3://b/ab/"));
        assert!(!covers("s3://b/", "s3://bb/"));
    }

    #[test]
    fn spellings_name_the_same_place() {
        let place = Location::of("s3a://b/k").unwrap();
        for spelling in place.spellings() {
            assert!(is_same("s3://b/k", &spelling), "{spelling}");
        }
        assert_eq!(place.spellings().len(), 6);
    }
}
