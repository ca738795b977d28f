//! What tells a security configuration, and what holds one.

use super::words::holds_any;
use crate::aws::security_configuration::is_at_home;
use crate::observed::{Node, Value};

/// The top-level sections of a security configuration document. Source: EMR Management Guide, *Create a
/// security configuration*; the last is the legacy SAML integration of the 5.x releases.
pub const SECTIONS: &[&str] = &[
    "EncryptionConfiguration",
    "AuthenticationConfiguration",
    "AuthorizationConfiguration",
    "InstanceMetadataServiceConfiguration",
    "LakeFormationConfiguration",
];

/// Whether a document is a security configuration, or holds one.
pub(super) fn is_security_configuration(root: Node<'_>) -> bool {
    if is_described_configuration(root) {
        return true;
    }
    // Glue's security configurations have a section of the same name.
    let encryption = root.get("EncryptionConfiguration");
    let glue = [
        "S3Encryption",
        "CloudWatchEncryption",
        "JobBookmarksEncryption",
        "DataQualityEncryption",
    ];
    let is_section = |section: &&str| matches!(root.get(section).value(), Value::Map);
    let nothing_else = || root.members().all(|(key, _)| SECTIONS.contains(&key));
    !glue.iter().any(|key| encryption.get(key).is_set())
        && SECTIONS.iter().any(is_section)
        && (has_own_member(root) || nothing_else())
}

/// The section that no other service has.
const OWN: &str = "InstanceMetadataServiceConfiguration";

/// Whether a section has a member of EMR's own, in whatever case, or may have one: requests to other services have sections
/// of these names.
pub(in crate::observe) fn has_own_member(document: Node<'_>) -> bool {
    let is_own = |section: &str| {
        let node = document.get(section);
        let mut keys = node.members();
        let is_map = matches!(node.value(), Value::Map);
        is_map && (section == OWN || node.open().is_some())
            || keys.any(|(key, _)| is_at_home(key, section))
    };
    SECTIONS.iter().copied().any(is_own)
}

/// Whether this is `DescribeSecurityConfiguration`'s answer, or the request that creates one.
pub(in crate::observe) fn is_described_configuration(root: Node<'_>) -> bool {
    let document = root.get("SecurityConfiguration");
    let is_document = match document.value() {
        Value::String(text) => begins_document(text),
        Value::Template => {
            let pieces = document.pieces();
            let begins = pieces.first().copied().flatten();
            let mut known = pieces.iter().copied().flatten();
            begins.is_some_and(begins_document) || known.any(|text| holds_any(text, SECTIONS))
        }
        Value::Map => true,
        Value::Absent
        | Value::Unreadable(_)
        | Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::List => false,
    };
    is_document
        && root.members().all(|(key, _)| {
            matches!(
                key,
                "Name" | "SecurityConfiguration" | "CreationDateTime" | "ResponseMetadata"
            )
        })
}

/// Whether a text is meant to be a JSON object. A placeholder of Jinja's that stands for a name begins with a brace, too.
fn begins_document(text: &str) -> bool {
    let rest = text.trim_start().strip_prefix('{');
    rest.is_some_and(|rest| !rest.starts_with(['{', '%', '#']))
}
