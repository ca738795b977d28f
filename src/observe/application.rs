//! EMR Serverless applications as requests (`CreateApplication`) and as the answer of `GetApplication`, in JSON or YAML.

use super::own::{Below, Own};
use super::{Dialect, Reading, Seen, stem};
use crate::observed::tree::Tree;
use crate::observed::{Form, Identity, Node, ResourceKind};

/// Whether a document is a request for an application, or describes one.
pub(super) fn recognises(root: Node<'_>) -> bool {
    is_application(application_of(root))
}

/// Reads a request or an answer.
pub(super) fn read(tree: Tree) -> Reading {
    let file = stem(&tree.source().name);
    let seen = seen(tree.root(), file);
    Reading::new(Dialect::RunJobFlow, tree, vec![seen])
}

/// A request or an answer, wherever it stands; `otherwise` is what it is called when its name is not known.
pub(super) fn seen(root: Node<'_>, otherwise: &str) -> Seen {
    let application = application_of(root);
    let text = |key: &'static str| application.get(key).as_text().map(str::to_owned);
    let name = text("name");
    let id = text("applicationId").or_else(|| name.clone());
    let id = id.unwrap_or_else(|| otherwise.to_owned());
    let identity = Identity {
        name,
        arn: text("arn"),
        ..Identity::new(ResourceKind::EmrServerlessApplication, id)
    };
    Seen::new(identity, Form::Request, application.id()).within(root.id())
}

fn application_of(root: Node<'_>) -> Node<'_> {
    let described = root.get("application");
    if described.is_set() { described } else { root }
}

/// The engine and the release stand in no other request together. Source: EMR Serverless API, `CreateApplication`.
fn is_application(node: Node<'_>) -> bool {
    let engine = node.get("type").as_text().unwrap_or_default();
    let engine = ["SPARK", "HIVE"]
        .iter()
        .any(|one| one.eq_ignore_ascii_case(engine));
    engine && (node.get("releaseLabel").is_set() || node.get("releaseLabel").reason().is_some())
}

/// Source: EMR Serverless API Reference, `CreateApplication`, `UpdateApplication` and `Application`.
const MEMBERS: &[&str] = &[
    "applicationId",
    "architecture",
    "arn",
    "autoStartConfiguration",
    "autoStopConfiguration",
    "clientToken",
    "createdAt",
    "diskEncryptionConfiguration",
    "identityCenterConfiguration",
    "imageConfiguration",
    "initialCapacity",
    "interactiveConfiguration",
    "jobLevelCostAllocationConfiguration",
    "maximumCapacity",
    "monitoringConfiguration",
    "name",
    "networkConfiguration",
    "releaseLabel",
    "runtimeConfiguration",
    "schedulerConfiguration",
    "state",
    "stateDetails",
    "tags",
    "type",
    "updatedAt",
    "workerTypeSpecifications",
];

/// What is read of a request or an answer.
pub(super) fn own(root: Node<'_>) -> Vec<Own> {
    let application = application_of(root);
    let mut own = vec![Own::these(application, MEMBERS, Below::All)];
    if application.id() != root.id() {
        own.push(Own::these(root, ["application"].as_slice(), Below::All));
    }
    own
}

#[cfg(test)]
mod tests {
    use crate::observe::{Dialect, File, Given, read_file};
    use crate::observed::{ResourceKind, Source};
    use std::sync::Arc;

    #[test]
    fn an_application_is_read_from_its_request_and_from_the_answer_that_describes_it() {
        let request = r#"{"name": "etl", "releaseLabel": "emr-7.9.0", "type": "Spark"}"#;
        let answer = format!(r#"{{"application": {request}}}"#);
        for text in [request, &answer] {
            let source = Arc::new(Source::new("t", text));
            let File::Read(reading) = read_file(&source, None, &Given::default()) else {
                panic!("{text}");
            };
            assert_eq!(reading.dialect, Dialect::RunJobFlow);
            let scopes = reading.scopes();
            let found = &scopes[0].resources()[0];
            assert_eq!(found.kind(), ResourceKind::EmrServerlessApplication);
            assert_eq!(found.identity.id, "etl");
            assert_eq!(found.body.get("releaseLabel").as_text(), Some("emr-7.9.0"));
        }
        let other = r#"{"type": "SPARK", "name": "x"}"#;
        let source = Arc::new(Source::new("t", other));
        let file = read_file(&source, None, &Given::default());
        assert!(matches!(file, File::NothingOfOurs), "{other}");
    }
}
