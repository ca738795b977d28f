//! Conditions that many controls share: a value among those allowed, a text equal to the baseline's, a release.

use super::settings::Choice;
use super::verdict::Conditions;
use super::view::View;
use crate::aws::release::Release;
use crate::lattice::Text;
use crate::observed::cluster::Attribute;
use crate::observed::{Known, Node};

impl Conditions {
    /// The word must be one that AWS knows and the baseline allows. Returns what was read, for what depends on it.
    pub fn must_be_allowed<'t>(
        &mut self,
        node: Node<'t>,
        name: &str,
        allowed: &Choice,
        setting: &'static str,
        known: &[&str],
    ) -> Known<'t, &'t str> {
        let read = node.text();
        let condition = match read {
            Known::Set(word) if known.contains(&word) && allowed.allows(word) => {
                self.held();
                return read;
            }
            Known::Set(word) if known.contains(&word) => self.failed(
                node,
                format!("`{name}` is `{word}`, which the baseline does not allow"),
            ),
            Known::Set(word) => self.failed(
                node,
                format!("`{name}` is `{word}`, which AWS does not know"),
            ),
            Known::Absent => self.failed(node, format!("`{name}` is absent")),
            Known::Mistyped => {
                self.failed(node, format!("`{name}` is {}", node.value().type_name()))
            }
            Known::Unreadable(reason) => self.unknown(node, reason, format!("`{name}` is unknown")),
        };
        let expected = if allowed.is_any() {
            known
                .iter()
                .map(|word| format!("`{word}`"))
                .collect::<Vec<_>>()
                .join(", ")
        } else {
            allowed.to_string()
        };
        let only = allowed.only_one().and_then(Text::as_literal);
        let only = only.filter(|word| known.contains(word) && allowed.allows(word));
        condition
            .under(setting)
            .expected(expected)
            .observed(node.display())
            .mended_as(node, name, only);
        read
    }

    /// The text must be there, and the baseline's when it gives one.
    pub fn must_equal(
        &mut self,
        node: Node<'_>,
        name: &str,
        want: Option<&Text>,
        setting: &'static str,
    ) {
        self.must_equal_by(node, name, want, setting, Text::accepts);
    }

    /// As [`Self::must_equal`], with what counts as the same text given by `same`.
    pub fn must_equal_by(
        &mut self,
        node: Node<'_>,
        name: &str,
        want: Option<&Text>,
        setting: &'static str,
        same: impl Fn(&Text, &str) -> bool,
    ) {
        let condition = match node.text() {
            Known::Set(text) if !text.is_empty() && want.is_none_or(|want| same(want, text)) => {
                return self.held();
            }
            Known::Set("") => self.failed(node, format!("`{name}` is empty")),
            Known::Set(_) => {
                self.failed(node, format!("`{name}` is not what the baseline asks for"))
            }
            Known::Absent => self.failed(node, format!("`{name}` is absent")),
            Known::Mistyped => {
                self.failed(node, format!("`{name}` is {}", node.value().type_name()))
            }
            Known::Unreadable(reason) => self.unknown(node, reason, format!("`{name}` is unknown")),
        };
        condition
            .under(setting)
            .expected(want.map_or_else(|| "a value".to_owned(), |want| format!("`{want}`")))
            .observed(node.display())
            .mended_as(node, name, want.and_then(Text::as_literal));
    }

    /// A cluster must run a release that has the feature (rule 6): at or above one of the floors, each for its own series
    /// or major version. Nothing is recorded for anything but a cluster.
    pub fn must_reach_release(
        &mut self,
        seen: &View<'_, '_>,
        floors: &[&str],
        feature: &str,
        setting: Option<&'static str>,
    ) {
        if !seen.is_cluster() {
            return;
        }
        let node = seen.resource.cluster().attribute(Attribute::ReleaseLabel);
        self.label_must_reach(node, floors, feature, setting);
    }

    /// As [`Self::must_reach_release`], of any release label: nothing else but clusters can be without one.
    pub fn label_must_reach(
        &mut self,
        node: Node<'_>,
        floors: &[&str],
        feature: &str,
        setting: Option<&'static str>,
    ) {
        let condition = match node.text() {
            Known::Set(label) => match Release::of(label) {
                Some(release) if release.reaches(floors) => return self.held(),
                Some(_) => self.failed(
                    node,
                    format!(
                        "`{label}` has no {feature}: it came with {}",
                        floors.join(", ")
                    ),
                ),
                None => self.undecided(
                    node,
                    format!(
                        "`{label}` is not a release label, so whether it has {feature} is unknown"
                    ),
                    "write an EMR release label",
                ),
            },
            Known::Absent => self.failed(
                node,
                format!("no release label: AMI-version clusters have no {feature}"),
            ),
            Known::Mistyped => self.failed(node, "`ReleaseLabel` is not a string"),
            Known::Unreadable(reason) => self.unknown(
                node,
                reason,
                format!("the release is unknown, so whether it has {feature} is too"),
            ),
        };
        condition
            .expected(floors.join(", "))
            .observed(node.display());
        condition.setting = setting;
    }
}
