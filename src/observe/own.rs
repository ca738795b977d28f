//! What of a document is read with a thing that stands in it. What else stands there is looked at by itself, so that nothing
//! is passed over and nothing read twice.

use super::inside::What;
use crate::observed::Node;
use crate::observed::tree::NodeId;
use std::borrow::Cow;

/// A value that is read with a thing.
#[derive(Clone, Debug)]
pub(super) enum Own {
    /// An object or a list of which these members are read.
    Value {
        /// Where it is.
        at: NodeId,
        /// Which of its members are read.
        members: Members,
        /// What is looked for in those.
        below: Below,
    },
    /// A thing of its own.
    Thing(NodeId, What),
}

/// Members of an object.
#[derive(Clone, Debug)]
pub(super) enum Members {
    /// All of them, and all items of a list.
    All,
    /// These, or what Step Functions works out for them when it runs.
    These(Cow<'static, [&'static str]>),
}

/// What is looked for in the members that are read with a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Below {
    /// Nothing: what stands there is read as it is, whatever it looks like.
    Nothing,
    /// All that stands elsewhere, too.
    All,
    /// All but parts of requests for clusters, which are parts of this one.
    AllButParts,
    /// All but tags of Lake Formation, by which this grants.
    AllButTags,
}

impl Own {
    /// An object of which these members are read.
    pub(super) fn these(
        at: Node<'_>,
        members: impl Into<Cow<'static, [&'static str]>>,
        below: Below,
    ) -> Self {
        let members = Members::These(members.into());
        let at = at.id();
        Self::Value { at, members, below }
    }

    /// An object or a list that is read as a whole.
    pub(super) fn all(at: Node<'_>, below: Below) -> Self {
        let members = Members::All;
        let at = at.id();
        Self::Value { at, members, below }
    }

    /// Where it is.
    pub(super) fn at(&self) -> NodeId {
        match self {
            Self::Value { at, .. } | Self::Thing(at, _) => *at,
        }
    }
}

impl Members {
    /// Whether a member is one of these.
    pub(super) fn hold(&self, key: &str) -> bool {
        match self {
            Self::All => true,
            Self::These(these) => these.contains(&key.strip_suffix(".$").unwrap_or(key)),
        }
    }
}
