//! Conditions on texts that have several spellings: places in S3, roles, secrets.

use super::verdict::Conditions;
use crate::aws::iam;
use crate::aws::s3::{self, Location};
use crate::lattice::Text;
use crate::observed::{Known, Node};

/// Whether the text of a baseline names the place that `seen` names, in whatever form.
pub fn names_place(want: &Text, seen: &str) -> bool {
    want.accepts(seen)
        || want
            .as_literal()
            .is_some_and(|want| s3::is_same(want, seen))
        || Location::of(seen).is_some_and(|place| {
            place
                .spellings()
                .iter()
                .any(|spelling| want.accepts(spelling))
        })
}

/// Whether the place that `seen` names lies under the prefix of a baseline, or is it, in whatever form.
///
/// A prefix ends at a `/`: `s3://b/release` has `s3://b/release/x` under it, and not `s3://b/release-old/x`.
pub fn lies_under(want: &Text, seen: &str) -> bool {
    let Some(place) = Location::of(seen) else {
        return false;
    };
    // The whole bucket is written with and without a slash at its end.
    let end = if place.key.is_empty() { "/" } else { "" };
    place.spellings().iter().any(|spelling| {
        let spelling = format!("{spelling}{end}");
        want.accepts(&spelling)
            || spelling.match_indices('/').any(|(at, slash)| {
                let cut = |end: usize| spelling.get(..end).is_some_and(|cut| want.accepts(cut));
                cut(at) || cut(at + slash.len())
            })
    })
}

/// Whether the text of a baseline names the role that `seen` names: by ARN, or by name.
pub fn names_role(want: &Text, seen: &str) -> bool {
    want.accepts(seen)
        || want
            .as_literal()
            .is_some_and(|want| iam::is_same_role(want, seen))
}

impl Conditions {
    /// The node must name an object in S3, and the baseline's when it gives one.
    pub fn must_name_object(
        &mut self,
        node: Node<'_>,
        name: &str,
        want: Option<&Text>,
        setting: &'static str,
    ) {
        if let Known::Set(text) = node.text()
            && !text.is_empty()
            && Location::of(text).is_none_or(|place| place.key.is_empty())
        {
            self.failed(
                node,
                format!("`{name}` is not an object in S3, `s3://bucket/key` or its ARN"),
            )
            .under(setting)
            .expected("an object in S3")
            .observed(node.display())
            .mended_as(node, name, want.and_then(Text::as_literal));
            return;
        }
        self.must_equal_by(node, name, want, setting, names_place);
    }

    /// The node must name a role, and the baseline's when it gives one.
    pub fn must_name_role(
        &mut self,
        node: Node<'_>,
        name: &str,
        want: Option<&Text>,
        setting: &'static str,
    ) {
        self.must_equal_by(node, name, want, setting, names_role);
    }

    /// The node must be the ARN of a secret in Secrets Manager. What is no ARN may be the secret itself, and is shown only
    /// where nothing tells so.
    pub fn must_name_secret(&mut self, node: Node<'_>, name: &str) {
        let condition = match node.text() {
            Known::Set(text) if is_secret_arn(text) => return self.held(),
            Known::Set(_) | Known::Mistyped => self.failed(
                node,
                format!("`{name}` is not the ARN of a secret in Secrets Manager"),
            ),
            Known::Absent => self.failed(node, format!("`{name}` is absent")),
            Known::Unreadable(reason) => self.unknown(node, reason, format!("`{name}` is unknown")),
        };
        condition.expected("the ARN of a secret in Secrets Manager");
        if condition.observed.is_empty() && node.as_text().is_some() {
            condition.observed("a value that is not shown");
        }
    }

    /// A number must be there and within the bound, which AWS's own default, when it is absent, may keep or not.
    ///
    /// A string of digits is unknown when it would pass: no AWS page says that strings are read as numbers (rule 3).
    pub fn must_be_within(
        &mut self,
        node: Node<'_>,
        name: &str,
        bound: NumberBound,
        setting: &'static str,
    ) {
        let (read, lenient) = (node.number(), node.number_leniently());
        self.judge_number(node, name, (read, lenient), bound, setting);
    }

    /// As [`Self::must_be_within`], where strings are read as numbers: templates convert typed properties.
    pub fn must_be_within_leniently(
        &mut self,
        node: Node<'_>,
        name: &str,
        bound: NumberBound,
        setting: &'static str,
    ) {
        let lenient = node.number_leniently();
        self.judge_number(node, name, (lenient, lenient), bound, setting);
    }

    fn judge_number<'t>(
        &mut self,
        node: Node<'t>,
        name: &str,
        (read, lenient): (Known<'t, i64>, Known<'t, i64>),
        bound: NumberBound,
        setting: &'static str,
    ) {
        let condition = match (read, lenient) {
            (Known::Set(number), _) if bound.holds(number) => return self.held(),
            (Known::Absent, _) if bound.default.is_some_and(|number| bound.holds(number)) => {
                return self.held();
            }
            (Known::Absent, _) => self.failed(
                node,
                bound.default.map_or_else(
                    || format!("`{name}` is absent"),
                    |default| format!("`{name}` is absent, which means {default}"),
                ),
            ),
            (Known::Set(number), _) => {
                self.failed(node, format!("`{name}` is {number}, {}", bound.complaint()))
            }
            (Known::Mistyped, Known::Set(number)) if bound.holds(number) => self.undecided(
                node,
                format!(
                    "`{name}` is a string, and no AWS page says that strings are read as numbers"
                ),
                format!("write `{name}` as the number {number}"),
            ),
            (Known::Mistyped, _) => self.failed(
                node,
                format!(
                    "`{name}` is {}, not a number that is {}",
                    node.display(),
                    bound.wish()
                ),
            ),
            (Known::Unreadable(reason), _) => {
                self.unknown(node, reason, format!("`{name}` is unknown"))
            }
        };
        condition
            .under(setting)
            .expected(bound.wish())
            .observed(node.display())
            .mended_as(node, name, bound.nearest(lenient.set()));
    }
}

/// What a number must keep.
#[derive(Clone, Copy, Debug)]
pub struct NumberBound {
    /// The least that may stand.
    pub min: Option<i64>,
    /// The most that may stand.
    pub max: Option<i64>,
    /// What AWS takes when nothing stands; `None` when absence is itself wrong.
    pub default: Option<i64>,
}

impl NumberBound {
    fn holds(self, number: i64) -> bool {
        self.min.is_none_or(|min| number >= min) && self.max.is_none_or(|max| number <= max)
    }

    /// The number within bounds that is nearest to what stands there, or to AWS's own when nothing does.
    fn nearest(self, number: Option<i64>) -> Option<i64> {
        let number = number.or(self.default);
        match (number, self.min, self.max) {
            (Some(number), min, max) => {
                let low = min.map_or(number, |min| number.max(min));
                Some(max.map_or(low, |max| low.min(max)))
            }
            (None, min, max) => min.or(max),
        }
    }

    fn complaint(self) -> String {
        match (self.min, self.max) {
            (_, Some(max)) => format!("over {max}"),
            (Some(min), None) => format!("below {min}"),
            (None, None) => "out of bounds".to_owned(),
        }
    }

    fn wish(self) -> String {
        match (self.min, self.max) {
            (Some(min), Some(max)) => format!("{min} to {max}"),
            (Some(min), None) => format!("at least {min}"),
            (None, Some(max)) => format!("at most {max}"),
            (None, None) => "a number".to_owned(),
        }
    }
}

/// `arn:<partition>:secretsmanager:<region>:<account>:secret:<name>`. Source: Service Authorization Reference.
pub fn is_secret_arn(text: &str) -> bool {
    let parts: Vec<&str> = text.splitn(7, ':').collect();
    matches!(parts.as_slice(), ["arn", _, "secretsmanager", _, _, "secret", name] if !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{lies_under, names_place, names_role};
    use crate::lattice::{Piece, Text};

    #[test]
    fn a_place_with_an_opening_is_named_in_every_form() {
        let want = Text::new([
            Piece::Literal("s3://artifacts-".into()),
            Piece::Open("account".into()),
            Piece::Literal("/certs.zip".into()),
        ]);
        for seen in [
            "s3://artifacts-1/certs.zip",
            "s3a://artifacts-1/certs.zip",
            "arn:aws-cn:s3:::artifacts-1/certs.zip",
        ] {
            assert!(names_place(&want, seen), "{seen}");
        }
        assert!(!names_place(&want, "s3://artifacts-1/other.zip"));
    }

    #[test]
    fn a_prefix_ends_at_a_slash() {
        for (want, seen, under) in [
            ("s3://b/release/", "s3n://b/release/x.sh", true),
            ("s3://b/release", "s3://b/release/x.sh", true),
            ("s3://b/release", "s3://b/release-old/x.sh", false),
            ("arn:aws:s3:::b/release/", "s3://b/release/x.sh", true),
            ("s3://b/", "s3://b", true),
            ("s3://b/x/", "s3://b", false),
            ("s3://b", "s3://b", true),
            ("s3://b", "s3://bb/x", false),
            ("s3://b/", "https://b/x", false),
        ] {
            assert_eq!(lies_under(&Text::from(want), seen), under, "{want} {seen}");
        }
        let open = Text::new([
            Piece::Literal("s3://code-".into()),
            Piece::Open("account".into()),
            Piece::Literal("/".into()),
        ]);
        assert!(lies_under(&open, "s3://code-1/x.sh"));
        assert!(!lies_under(&open, "s3://data-1/x.sh"));
    }

    #[test]
    fn a_role_is_named_by_arn_or_by_name() {
        let want = Text::from("arn:aws:iam::111122223333:role/emrfs");
        assert!(names_role(&want, "emrfs"));
        assert!(!names_role(&want, "arn:aws:iam::444455556666:role/emrfs"));
    }
}
