//! What the tests of controls share: resources written as JSON values, judged by one control.
//!
//! `{"$ref": "Id"}` stands for a reference, `{"$attribute": ["Id", "Arn"]}` for one to an attribute,
//! `{"$call": ["action", "why"]}` for a call that failed, `{"$unknown": "name"}` for a parameter without a value, `{"$secret": "name"}` for a hidden one,
//! `{"$dynamic": "{{resolve:…}}"}` for a dynamic reference, `{"$sub": [..]}` for a text with holes, and a map with
//! `"$open": "place"` among its keys for one that may have more.

use super::{Conditions, Effective, Entry, Requirement, Requirements, Target, Verdict, View};
use crate::control::lake::declared::DeclaredOnce;
use crate::control::settings::Asked;
use crate::lattice::{Shape, Text};
use crate::observed::Source;
use crate::observed::canonical::Names;
use crate::observed::tree::{Kind, NodeId, Span, TextRef, Tree};
use crate::observed::{Form, Identity, Neighbour, Reason, Resource, ResourceKind, Scope};
use serde_json::Value;
use std::cell::OnceCell;
use std::sync::Arc;

const NOWHERE: Span = Span {
    layer: 0,
    start: 0,
    end: 0,
};

/// A tree of a JSON value; it lives as long as the tests.
pub(crate) fn tree(value: &Value) -> &'static Tree {
    let mut tree = Tree::new(Arc::new(Source::new("t.json", "")));
    let root = push(&mut tree, value);
    tree.set_root(root);
    Box::leak(Box::new(tree))
}

fn push(tree: &mut Tree, value: &Value) -> NodeId {
    match value {
        Value::Null => tree.push(Kind::Null, NOWHERE),
        Value::Bool(value) => tree.push(Kind::Bool(*value), NOWHERE),
        Value::Number(number) => {
            let text = tree.decoded_text(&number.to_string());
            tree.push(Kind::Number(text), NOWHERE)
        }
        Value::String(text) => {
            let text = tree.decoded_text(text);
            tree.push(Kind::String(text), NOWHERE)
        }
        Value::Array(items) => {
            let items: Vec<NodeId> = items.iter().map(|item| push(tree, item)).collect();
            tree.push_list(&items, NOWHERE)
        }
        Value::Object(members) => {
            if let Some(reason) = reason(value) {
                let reason = tree.reason_id(reason);
                return tree.push(Kind::Unreadable(reason), NOWHERE);
            }
            if let Some(Value::Array(pieces)) = members.get("$sub") {
                let pieces: Vec<NodeId> = pieces.iter().map(|piece| push(tree, piece)).collect();
                let kind = tree.template_kind(&pieces);
                return tree.push(kind, NOWHERE);
            }
            let open = members.get("$open").map(|place| Reason::Elsewhere {
                place: place.as_str().unwrap_or_default().to_owned(),
            });
            let members: Vec<(TextRef, Span, NodeId)> = members
                .iter()
                .filter(|(key, _)| *key != "$open")
                .map(|(key, value)| (tree.decoded_text(key), NOWHERE, push(tree, value)))
                .collect();
            tree.push_map(&members, NOWHERE, open)
        }
    }
}

fn reason(value: &Value) -> Option<Reason> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    if let Some(id) = value.get("$ref") {
        return Some(Reason::Reference {
            resource: text(id),
            attribute: None,
        });
    }
    if let Some(pair) = value.get("$attribute") {
        return Some(Reason::Reference {
            resource: text(&pair[0]),
            attribute: Some(text(&pair[1])),
        });
    }
    if let Some(reference) = value.get("$dynamic") {
        return Some(Reason::Dynamic {
            reference: text(reference),
        });
    }
    if let Some(pair) = value.get("$call") {
        return Some(Reason::Call {
            action: text(&pair[0]),
            why: text(&pair[1]),
        });
    }
    let secret = value.get("$secret");
    secret
        .or(value.get("$unknown"))
        .map(|name| Reason::Parameter {
            name: text(name),
            secret: secret.is_some(),
        })
}

/// A demand that one of these stand.
pub(crate) fn one_of(texts: &[&str]) -> Shape {
    let texts = texts.iter().map(|text| Text::from(*text));
    Shape::OneOf([texts.collect()].into())
}

/// A demand that nothing but these stand.
pub(crate) fn only(texts: &[&str]) -> Shape {
    let texts = texts.iter().map(|text| Text::from(*text));
    Shape::Only([texts.collect()].into())
}

/// A demand that all of these stand, or none does.
pub(crate) fn all_of(texts: &[&str]) -> Shape {
    Shape::AllOf(texts.iter().map(|text| Text::from(*text)).collect())
}

/// A demand for exactly this text.
pub(crate) fn exactly(text: &str) -> Shape {
    Shape::Exactly([Text::from(text)].into())
}

/// Judges one cluster by one control.
pub(crate) fn cluster(
    entry: &Entry,
    settings: &[(&str, Shape)],
    form: Form,
    body: &Value,
) -> Judged {
    let cluster = resource(ResourceKind::EmrCluster, form, "subject", body);
    judge(entry, settings, &[], vec![cluster])
}

/// The launch that every control over clusters must handle: one Spark job a day.
pub(crate) fn etl_daily() -> Value {
    serde_json::from_str(include_str!("../../examples/launch/etl-daily.json")).unwrap()
}

/// A resource of this kind, form and id; its name is its id.
pub(crate) fn resource(
    kind: ResourceKind,
    form: Form,
    id: &str,
    body: &Value,
) -> Resource<'static> {
    let mut identity = Identity::new(kind, id);
    identity.name = Some(id.to_owned());
    Resource::new(identity, form, tree(body).root())
}

/// A security configuration document of this name.
pub(crate) fn document(name: &str, body: &Value) -> Resource<'static> {
    resource(
        ResourceKind::EmrSecurityConfiguration,
        Form::Document,
        name,
        body,
    )
}

/// A requirement of these settings.
pub(crate) fn requirement(settings: &[(&str, Shape)]) -> Requirement {
    let asked = settings.iter().map(|(key, shape)| {
        let asked = Asked {
            shape: shape.clone(),
            origins: Vec::new(),
            rows: std::sync::Arc::default(),
        };
        ((*key).to_owned(), asked)
    });
    Requirement {
        origins: Vec::new(),
        asked: asked.collect(),
    }
}

/// What came of judging: the verdict, and every condition that failed or is unknown, each as `message`.
#[derive(Debug)]
pub(crate) struct Judged {
    /// The verdict.
    pub(crate) verdict: Verdict,
    /// Name of the severity that decides it.
    pub(crate) severity: &'static str,
    /// The messages.
    pub(crate) messages: Vec<String>,
    /// Whether the rest is left to `audit`.
    pub(crate) left_to_audit: bool,
}

/// Judges the first resource by one control, among the others, under these settings of the control and beside these other controls.
pub(crate) fn judge(
    entry: &Entry,
    settings: &[(&str, Shape)],
    beside: &[(&'static str, Requirement)],
    resources: Vec<Resource<'static>>,
) -> Judged {
    judge_among(entry, settings, beside, resources, &[])
}

/// [`judge`], among declared things of these CloudFormation types and ids, too.
pub(crate) fn judge_among(
    entry: &Entry,
    settings: &[(&str, Shape)],
    beside: &[(&'static str, Requirement)],
    resources: Vec<Resource<'static>>,
    neighbours: &[(&'static str, &str, Value)],
) -> Judged {
    let own = requirement(settings);
    let mut requirements: Requirements = beside.iter().cloned().collect();
    requirements.insert(entry.meta.id, own.clone());
    let mut scope = Scope::new();
    for resource in resources {
        scope.push(resource);
    }
    for (type_name, id, body) in neighbours {
        scope.push_neighbour(Neighbour {
            type_name,
            id: (*id).into(),
            names: Arc::from([]),
            body: tree(body).root(),
        });
    }
    let resource = &scope.resources()[0];
    let document = Effective::of(resource, &scope);
    let target = Target {
        name: "test".to_owned(),
        account: "111122223333".to_owned(),
        region: "us-west-2".to_owned(),
        partition: "aws",
        values: std::collections::BTreeMap::new(),
    };
    let seen = View {
        resource,
        scope: &scope,
        requirements: &requirements,
        target: Some(&target),
        at: "2026-11-22T12:00:00Z".parse().unwrap(),
        document: &document,
        compiled: Some("compiled"),
        declared: &DeclaredOnce::default(),
        grant: OnceCell::new(),
        names: &Names::default(),
        compiled_text: None,
    };
    let mut out = Conditions::new();
    (entry.bind)(&own).judge(&seen, &mut out);
    let (verdict, severity) = out.conclude(entry.meta.severity);
    Judged {
        verdict,
        severity: severity.name(),
        messages: out
            .troubles()
            .iter()
            .map(|one| one.message.clone())
            .collect(),
        left_to_audit: out.is_left_to_audit(),
    }
}
