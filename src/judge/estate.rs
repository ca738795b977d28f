//! What a judge remembers of the resources that it sees, for controls that wait for the end of the run.

use crate::control::{Conditions, Content, Remembered, View};
use crate::digest::hex;
use crate::observed::{Node, ResourceKind};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Characters of a digest that are kept: as many as the names have that `compile` writes.
const LENGTH: usize = 12;

/// A security configuration, with what the waiting controls found so far.
pub(super) fn remembered(
    view: &View<'_, '_>,
    judged: BTreeMap<&'static str, Conditions>,
) -> Remembered {
    let body: Node<'_> = view.resource.body;
    let content = match view.spelling(body) {
        Ok(text) => Content::Digest(hex(&Sha256::digest(text.as_bytes()), LENGTH)),
        Err(reason) => Content::Unknown(reason.to_string()),
    };
    Remembered {
        identity: Arc::clone(&view.resource.identity),
        place: body.place(),
        live: view.is_live(),
        created: view.created(),
        contents: [content].into(),
        judged,
    }
}

/// Whether a control's word on resources of this kind waits for the end of the run.
pub(super) fn waits(kind: ResourceKind) -> bool {
    kind == ResourceKind::EmrSecurityConfiguration
}
