//! Whether a property repeats what the security configuration says, or says something else.

use super::Effective;
use super::features::InForce;
use super::view::View;
use crate::aws::overrides::Fact;
use crate::observed::Node;

const S3: &str = "EncryptionConfiguration/AtRestEncryptionConfiguration/S3EncryptionConfiguration";

/// Whether a value differs from what the effective document says. Without a document nothing is repeated.
pub fn differs(fact: Fact, value: &str, seen: &View<'_, '_>) -> InForce {
    let block = match seen.document {
        Effective::Document(document) => document.path(S3),
        Effective::Unknown(_, reason) => return InForce::Unknown(reason.to_string()),
        Effective::None | Effective::Unnamed(_) | Effective::Missing(..) => return InForce::No,
    };
    let value = value.trim();
    let on = value.eq_ignore_ascii_case("true");
    match fact {
        Fact::ServerSide => mode(block, |mode| on != mode.starts_with("SSE-")),
        Fact::ClientSide => mode(block, |mode| on != mode.starts_with("CSE-")),
        Fact::S3Key => text(block.get("AwsKmsKey"), |key| key != Some(value)),
    }
}

fn mode(block: Node<'_>, differs: impl FnOnce(&str) -> bool) -> InForce {
    text(block.get("EncryptionMode"), |mode| {
        mode.is_some_and(differs)
    })
}

fn text(node: Node<'_>, differs: impl FnOnce(Option<&str>) -> bool) -> InForce {
    match node.reason() {
        Some(reason) => InForce::Unknown(reason.to_string()),
        None if differs(node.as_text()) => InForce::Yes,
        None => InForce::No,
    }
}
