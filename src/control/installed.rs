//! What is on a cluster besides its security configuration: applications and classifications.

use super::view::View;
use crate::observed::cluster::Attribute;
use crate::observed::{Known, Node, Reason};

/// Whether an application is installed on a cluster.
#[derive(Clone, Copy, Debug)]
pub enum Installed<'t> {
    /// It is.
    Yes,
    /// It is not, and that is known.
    No,
    /// The list, or a name in it, is not known.
    Unknown(Node<'t>, &'t Reason),
}

impl<'t> View<'_, 't> {
    /// Whether the cluster has this application. EMR takes names in any case.
    pub fn installed(&self, application: &str) -> Installed<'t> {
        let list = self.resource.cluster().attribute(Attribute::Applications);
        if let Some(reason) = list.reason().or_else(|| list.open()) {
            return Installed::Unknown(list, reason);
        }
        let mut unknown = None;
        for item in list.items() {
            match item.get("Name").text() {
                Known::Set(name) if name.eq_ignore_ascii_case(application) => {
                    return Installed::Yes;
                }
                Known::Unreadable(reason) => unknown = Some((item, reason)),
                Known::Set(_) | Known::Absent | Known::Mistyped => {}
            }
        }
        unknown.map_or(Installed::No, |(item, reason)| {
            Installed::Unknown(item, reason)
        })
    }

    /// A property of a classification at cluster level: absent when nothing sets it.
    ///
    /// The value that comes last counts. What an instance group sets for itself is not looked at.
    pub fn property(&self, classification: &str, property: &'t str) -> Known<'t, &'t str> {
        let list = self.resource.cluster().attribute(Attribute::Configurations);
        if let Some(reason) = list.reason().or_else(|| list.open()) {
            return Known::Unreadable(reason);
        }
        let mut found = Known::Absent;
        for item in list.items() {
            match item.get("Classification").text() {
                Known::Set(name) if name == classification => {}
                Known::Unreadable(reason) => {
                    found = Known::Unreadable(reason);
                    continue;
                }
                Known::Set(_) | Known::Absent | Known::Mistyped => continue,
            }
            // CloudFormation calls them `ConfigurationProperties`, the API `Properties`.
            for key in ["Properties", "ConfigurationProperties"] {
                let value = item.get(key).get(property).text();
                if !matches!(value, Known::Absent) {
                    found = value;
                }
            }
        }
        found
    }
}
