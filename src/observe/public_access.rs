//! EMR's block public access as the request that sets it for an account and region, and as the answer that describes it.

use super::{Dialect, Reading, Seen, stem};
use crate::observed::tree::{NodeId, Tree};
use crate::observed::{Form, Identity, Node, ResourceKind};

const CONFIGURATION: &str = "BlockPublicAccessConfiguration";

/// Whether a document is a request or an answer about block public access. S3 and EC2 have words of their own for theirs.
/// Source: EMR API, `PutBlockPublicAccessConfiguration`.
pub(super) fn recognises(root: Node<'_>) -> bool {
    let configuration = root.get(CONFIGURATION);
    let is_whole = |node: Node<'_>| !node.get("BlockPublicSecurityGroupRules").is_absent();
    configuration.missing_key().is_none() && is_whole(configuration)
        || root.open().is_none() && is_whole(root)
}

/// Reads a request or an answer.
pub(super) fn read(tree: Tree) -> Reading {
    let file = stem(&tree.source().name).to_owned();
    let seen = request(&tree, tree.root_id(), file);
    Reading::new(Dialect::RunJobFlow, tree, vec![seen])
}

/// A request, wherever it stands.
pub(super) fn request(tree: &Tree, body: NodeId, called: String) -> Seen {
    let inner = tree.node(body).get(CONFIGURATION);
    let inner = if inner.is_absent() { body } else { inner.id() };
    let identity = Identity::new(ResourceKind::EmrAccount, called);
    Seen::new(identity, Form::Request, inner).within(body)
}

#[cfg(test)]
mod tests {
    use crate::observe::{Dialect, File, Given, read_file};
    use crate::observed::{ResourceKind, Source};
    use std::sync::Arc;

    #[test]
    fn block_public_access_is_read_from_its_request() {
        let inner = r#"{"BlockPublicSecurityGroupRules": false}"#;
        for text in [
            inner.to_owned(),
            format!(r#"{{"BlockPublicAccessConfiguration": {inner}}}"#),
        ] {
            let source = Arc::new(Source::new("bpa.json", text.as_str()));
            let File::Read(reading) = read_file(&source, None, &Given::default()) else {
                panic!("{text}");
            };
            assert_eq!(reading.dialect, Dialect::RunJobFlow);
            let scopes = reading.scopes();
            let found = &scopes[0].resources()[0];
            assert_eq!(found.kind(), ResourceKind::EmrAccount);
            let rules = found.body.get("BlockPublicSecurityGroupRules");
            assert!(rules.is_set(), "{text}");
        }
    }
}
