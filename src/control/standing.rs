//! Whether a feature is on in a security configuration document: for conditions of one feature on another.

use super::verdict::{Condition, Conditions};
use crate::observed::{Node, Reason, Switch, Value};

/// Whether a feature is on in a document.
#[derive(Clone, Copy, Debug)]
pub enum Standing<'t> {
    /// It is on.
    On,
    /// It is off; here it would stand.
    Off(Node<'t>),
    /// Not knowable, with the reason where the value itself is unknown.
    Unknown(Node<'t>, Option<&'t Reason>),
}

const TRANSIT: &str = "EncryptionConfiguration/EnableInTransitEncryption";
const AT_REST: &str = "EncryptionConfiguration/EnableAtRestEncryption";
const LOCAL_DISK: &str = "EncryptionConfiguration/AtRestEncryptionConfiguration/LocalDiskEncryptionConfiguration/EncryptionKeyProviderType";
const KERBEROS: &str = "AuthenticationConfiguration/KerberosConfiguration";
const LDAP: &str = "AuthenticationConfiguration/LDAPConfiguration/EnableLDAPAuthentication";
const IDENTITY_CENTER: &str =
    "AuthenticationConfiguration/IdentityCenterConfiguration/EnableIdentityCenter";
const RUNTIME_ROLES: &str =
    "AuthorizationConfiguration/IAMConfiguration/EnableApplicationScopedIAMRole";
const LAKE_FORMATION: &str = "AuthorizationConfiguration/LakeFormationConfiguration";

impl<'t> Standing<'t> {
    /// A feature with a switch.
    pub fn of_switch(node: Node<'t>) -> Self {
        match node.switch() {
            Switch::On => Self::On,
            Switch::Off | Switch::Absent | Switch::TextOff | Switch::Odd => Self::Off(node),
            Switch::TextOn => Self::Unknown(node, None),
            Switch::Unreadable(reason) => Self::Unknown(node, Some(reason)),
        }
    }

    /// A feature that is on when its section stands there, whatever is in it.
    pub fn of_section(node: Node<'t>) -> Self {
        match node.value() {
            Value::Map => Self::On,
            Value::Unreadable(reason) => Self::Unknown(node, Some(reason)),
            Value::Absent
            | Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Template
            | Value::List => Self::Off(node),
        }
    }

    /// Encryption between nodes.
    pub fn transit(document: Node<'t>) -> Self {
        Self::of_switch(document.path(TRANSIT))
    }

    /// Encryption of local disks: the switch, and a provider of keys.
    pub fn local_disk(document: Node<'t>) -> Self {
        let provider = document.path(LOCAL_DISK);
        let provider = match provider.reason() {
            Some(reason) => Self::Unknown(provider, Some(reason)),
            None if provider.as_text().is_some() => Self::On,
            None => Self::Off(provider),
        };
        Self::of_switch(document.path(AT_REST)).and(provider)
    }

    /// Kerberos.
    pub fn kerberos(document: Node<'t>) -> Self {
        Self::of_section(document.path(KERBEROS))
    }

    /// LDAP.
    pub fn ldap(document: Node<'t>) -> Self {
        Self::of_switch(document.path(LDAP))
    }

    /// Identity Center.
    pub fn identity_center(document: Node<'t>) -> Self {
        Self::of_switch(document.path(IDENTITY_CENTER))
    }

    /// Runtime roles.
    pub fn runtime_roles(document: Node<'t>) -> Self {
        Self::of_switch(document.path(RUNTIME_ROLES))
    }

    /// Lake Formation, under a session tag or by its own switch. An explicit `false` beside no tag is off.
    pub fn lake_formation(document: Node<'t>) -> Self {
        let section = document.path(LAKE_FORMATION);
        let tag = section.get("AuthorizedSessionTagValue");
        let tag = match tag.reason() {
            Some(reason) => Self::Unknown(tag, Some(reason)),
            None if tag.as_text().is_some_and(|tag| !tag.is_empty()) => Self::On,
            None => Self::Off(section),
        };
        tag.or(Self::of_switch(section.get("EnableLakeFormation")))
    }

    /// On when both are, off when either is.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Off(node), _) | (_, Self::Off(node)) => Self::Off(node),
            (Self::Unknown(node, reason), _) | (_, Self::Unknown(node, reason)) => {
                Self::Unknown(node, reason)
            }
            (Self::On, Self::On) => Self::On,
        }
    }

    /// On when either is, off when both are.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::On, _) | (_, Self::On) => Self::On,
            (Self::Unknown(node, reason), _) | (_, Self::Unknown(node, reason)) => {
                Self::Unknown(node, reason)
            }
            (Self::Off(node), Self::Off(_)) => Self::Off(node),
        }
    }

    /// Whether it is known to be on.
    pub fn is_on(self) -> bool {
        matches!(self, Self::On)
    }

    /// Whether it is known to be off.
    pub fn is_off(self) -> bool {
        matches!(self, Self::Off(_))
    }
}

impl Conditions {
    /// The feature must be on; otherwise the condition fails, or is unknown, with this message.
    pub fn must_stand(
        &mut self,
        standing: Standing<'_>,
        message: &str,
        expected: &str,
    ) -> Option<&mut Condition> {
        let (node, condition) = match standing {
            Standing::On => {
                self.held();
                return None;
            }
            Standing::Off(node) => (node, self.failed(node, message)),
            Standing::Unknown(node, reason) => (node, self.cannot_tell(node, reason, message)),
        };
        Some(condition.expected(expected).observed(node.display()))
    }

    /// What holds only if this is so cannot be known: because the value is unknown, or reads as a boolean only leniently.
    pub fn cannot_tell(
        &mut self,
        node: Node<'_>,
        reason: Option<&Reason>,
        message: &str,
    ) -> &mut Condition {
        match reason {
            Some(reason) => self.unknown(node, reason, format!("cannot be known: {message}")),
            None => self.undecided(
                node,
                format!(
                    "cannot be known: {message}, because a switch is the string {}",
                    node.display()
                ),
                "write the switch as a boolean",
            ),
        }
    }

    /// The switch must be on, and a body under a switch that is off is said to be ignored (rule 4).
    pub fn must_be_on_over(&mut self, switch: Node<'_>, name: &str, body: Node<'_>, of: &str) {
        self.must_be_on(switch, name, None);
        if Standing::of_switch(switch).is_off() && body.is_set() {
            self.failed(body, format!("`{of}` is ignored while `{name}` is off"))
                .mended_with_others();
        }
    }

    /// The switch must be off, which it is when it is absent. The string `"true"` is on for whoever reads it.
    pub fn must_be_off(&mut self, node: Node<'_>, name: &str, setting: &'static str) {
        let condition = match node.switch() {
            Switch::Off | Switch::Absent | Switch::TextOff => return self.held(),
            Switch::On | Switch::TextOn => self.failed(node, format!("`{name}` is on")),
            Switch::Odd => self.undecided(
                node,
                format!("`{name}` is {}, not a boolean", node.value().type_name()),
                "write a boolean",
            ),
            Switch::Unreadable(reason) => {
                self.unknown(node, reason, format!("`{name}` is unknown"))
            }
        };
        condition
            .under(setting)
            .expected("false")
            .observed(node.display())
            .mended_as(node, name, Some(false));
    }
}
