//! EMR's block public access as the request that sets it for an account and region, and as the answer that describes it.

use super::own::{Below, Own};
use super::{Dialect, Reading, Seen, stem};
use crate::observed::tree::{NodeId, Tree};
use crate::observed::{Form, Identity, Node, ResourceKind, Value};

const CONFIGURATION: &str = "BlockPublicAccessConfiguration";
/// The call, as a name above its request.
const OPERATION: &str = "PutBlockPublicAccessConfiguration";

/// Whether a document is a request or an answer about block public access. S3 and EC2 have words of their own for theirs.
/// Source: EMR API, `PutBlockPublicAccessConfiguration`.
pub(super) fn recognises(root: Node<'_>) -> bool {
    let configuration = root.get(CONFIGURATION);
    let is_whole = |node: Node<'_>| !node.get("BlockPublicSecurityGroupRules").is_absent();
    configuration.missing_key().is_none() && is_whole(configuration)
        || root.open().is_none() && is_whole(root)
        || [CONFIGURATION, OPERATION]
            .into_iter()
            .any(|member| says_nothing(root.get(member)))
}

/// Whether what is written for a configuration does not say anything: the request that it stands in sets one even so.
fn says_nothing(configuration: Node<'_>) -> bool {
    configuration.missing_key().is_none()
        && match configuration.value() {
            Value::Map => configuration.members().len() == 0,
            Value::Null | Value::Unreadable(_) | Value::Template => true,
            Value::String(text) => is_put_in(text),
            Value::Absent | Value::Bool(_) | Value::Number(_) | Value::List => false,
        }
}

/// Whether a text is a placeholder.
fn is_put_in(text: &str) -> bool {
    let text = text.trim();
    (text.starts_with("${") || text.starts_with("{{")) && text.ends_with('}')
}

/// Where a request stands in a text that something else fills in.
pub(super) fn put_in(request: Node<'_>) -> Option<Node<'_>> {
    let members = [CONFIGURATION, OPERATION].map(|member| request.get(member));
    let mut members = members.into_iter();
    members.find(|member| member.as_text().is_some_and(is_put_in))
}

/// Reads a request or an answer.
pub(super) fn read(tree: Tree) -> Reading {
    let file = stem(&tree.source().name).to_owned();
    let seen = request(&tree, tree.root_id(), file);
    Reading::new(Dialect::RunJobFlow, tree, vec![seen])
}

/// A request, wherever it stands.
pub(super) fn request(tree: &Tree, body: NodeId, called: String) -> Seen {
    let inner = wrapped(tree.node(body)).map_or(body, |(_, inner)| inner.id());
    let identity = Identity::new(ResourceKind::EmrAccount, called);
    Seen::new(identity, Form::Request, inner).within(body)
}

/// What is sent, and the member of the request that it stands in, if it does.
fn wrapped(request: Node<'_>) -> Option<(&'static str, Node<'_>)> {
    let members = [CONFIGURATION, OPERATION].map(|member| (member, request.get(member)));
    let mut members = members.into_iter();
    members.find(|(_, inner)| inner.missing_key().is_none())
}

/// What is read of a request or an answer.
pub(super) fn own(request: Node<'_>) -> Vec<Own> {
    const INNER: &[&str] = &[
        "BlockPublicSecurityGroupRules",
        "PermittedPublicSecurityGroupRuleRanges",
    ];
    match wrapped(request) {
        Some((member, inner)) => vec![
            Own::these(request, vec![member], Below::All),
            Own::these(inner, INNER, Below::All),
        ],
        None => vec![Own::these(request, INNER, Below::All)],
    }
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
