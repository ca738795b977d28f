//! Waivers: who accepted what, why, and until when. They are the only way to be weaker.

use crate::lattice::Text;
use crate::observed::{Identity, ResourceKind};
use crate::origin::Origin;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

/// An accepted exception to one control.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiver {
    /// The control.
    pub control: &'static str,
    /// Which resources it covers.
    pub resource: Waived,
    /// Why.
    pub reason: String,
    /// Who accepted it.
    pub owner: String,
    /// Where that is recorded.
    pub ticket: Option<String>,
    /// The last day on which it holds, in UTC.
    pub expires: Date,
    /// Where it is written.
    pub origin: Origin,
}

/// Which resources a waiver covers: every given text is a pattern that must match.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waived {
    /// The kind of resource.
    pub kind: Option<ResourceKind>,
    /// The id.
    pub id: Option<Text>,
    /// The name.
    pub name: Option<Text>,
    /// The account.
    pub account: Option<Text>,
    /// The region.
    pub region: Option<Text>,
    /// Tags that must be there.
    pub tags: BTreeMap<String, Text>,
}

impl Waiver {
    /// Whether it covers this resource for this control, whatever the date.
    ///
    /// What is not known of a resource matches no pattern: an exception is never widened by ignorance.
    pub fn matches(&self, control: &str, identity: &Identity) -> bool {
        self.control == control && self.resource.covers(identity)
    }

    /// Whether its last day is over, in UTC.
    pub fn is_expired(&self, at: Timestamp) -> bool {
        at.to_zoned(TimeZone::UTC).date() > self.expires
    }
}

impl Waived {
    /// Whether it covers this resource.
    pub fn covers(&self, identity: &Identity) -> bool {
        let accepts = |pattern: &Option<Text>, value: Option<&str>| {
            pattern.as_ref().is_none_or(|pattern| {
                !pattern.is_open() && value.is_some_and(|value| pattern.accepts_as_pattern(value))
            })
        };
        self.kind.is_none_or(|kind| kind == identity.kind)
            && accepts(&self.id, Some(&identity.id))
            && accepts(&self.name, identity.name.as_deref())
            && accepts(&self.account, identity.account.as_deref())
            && accepts(&self.region, identity.region.as_deref())
            && self.tags.iter().all(|(key, pattern)| {
                !pattern.is_open()
                    && identity
                        .tags
                        .get(key)
                        .is_some_and(|value| pattern.accepts_as_pattern(value))
            })
    }
}
