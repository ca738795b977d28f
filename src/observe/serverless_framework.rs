//! The Serverless Framework's `serverless.yml`: its `resources` are a CloudFormation template, or a list of them.

use super::edit;
use crate::observed::tree::{NodeId, Tree};
use crate::observed::{Node, Value};

/// The sections of a template that are put together from several.
const SECTIONS: &[&str] = &["Parameters", "Mappings", "Conditions", "Resources"];

/// The templates in a service's configuration; none in any other document.
pub(super) fn templates(root: Node<'_>) -> Vec<Node<'_>> {
    if !root.get("service").is_set() || !matches!(root.get("provider").value(), Value::Map) {
        return Vec::new();
    }
    let resources = root.get("resources");
    let all = match resources.value() {
        Value::Map => vec![resources],
        Value::List => resources.items().collect(),
        Value::Absent
        | Value::Unreadable(_)
        | Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Template => Vec::new(),
    };
    let is_template = |one: &Node<'_>| matches!(one.get("Resources").value(), Value::Map);
    all.into_iter().filter(is_template).collect()
}

/// The document whose root is the template of a service; any other as it is.
pub(super) fn template(mut tree: Tree) -> Tree {
    let found: Vec<NodeId> = templates(tree.root()).into_iter().map(Node::id).collect();
    let Some((first, others)) = found.split_first() else {
        return tree;
    };
    let mut whole = *first;
    for other in others {
        for section in SECTIONS {
            let Some(more) = edit::member(&tree, *other, section) else {
                continue;
            };
            let own = edit::member(&tree, whole, section);
            let merged = match own.and_then(|own| Some((own, edit::members(&tree, own)?))) {
                Some((own, (mut members, open))) => {
                    let (further, further_open) = edit::members(&tree, more).unwrap_or_default();
                    members.extend(further);
                    let kind = tree.map_kind(&members, open.or(further_open));
                    tree.push_at(kind, own)
                }
                None => more,
            };
            whole = edit::with(&mut tree, whole, section, merged);
        }
    }
    tree.set_root(whole);
    tree
}

#[cfg(test)]
mod tests {
    use crate::observe::{Dialect, File, Given, Reading, read_file};
    use crate::observed::Source;
    use std::sync::Arc;

    fn read(text: &str) -> Reading {
        let source = Arc::new(Source::new("serverless.yml", text));
        match read_file(&source, None, &Given::default()) {
            File::Read(reading) => *reading,
            other @ (File::NothingOfOurs | File::Unreadable { .. }) => panic!("{other:?}"),
        }
    }

    const SERVICE: &str =
        "service: launcher\nprovider:\n  name: aws\n  stage: ${opt:stage, 'dev'}\n";

    #[test]
    fn the_resources_of_a_service_are_a_template() {
        let text = format!(
            "{SERVICE}resources:\n  Resources:\n    C:\n      Type: AWS::EMR::Cluster\n      Properties:\n        Name: ${{self:service}}-x\n        LogUri: !Sub s3://${{B}}/${{env:P}}/\n        ReleaseLabel: emr-7.9.0\n    B:\n      Type: AWS::S3::Bucket\n"
        );
        let reading = read(&text);
        assert_eq!(reading.dialect, Dialect::CloudFormation);
        let scopes = reading.scopes();
        let cluster = &scopes[0].resources()[0];
        assert_eq!(cluster.identity.id, "C");
        assert_eq!(cluster.body.get("Name").display(), "\"${…}-x\"");
        assert_eq!(cluster.body.get("LogUri").display(), "\"s3://${…}/${…}/\"");
        let place = cluster.body.get("ReleaseLabel").place();
        assert_eq!((place.line, place.column), (12, 23));
        assert_eq!(
            place.pointer,
            "/resources/Resources/C/Properties/ReleaseLabel"
        );
    }

    #[test]
    fn a_list_of_templates_is_one() {
        let text = format!(
            "{SERVICE}resources:\n  - ${{file(other.yml)}}\n  - Resources:\n      C:\n        Type: AWS::EMR::Cluster\n        Properties: {{SecurityConfiguration: !Ref S}}\n  - Resources:\n      S:\n        Type: AWS::EMR::SecurityConfiguration\n        Properties: {{SecurityConfiguration: {{}}}}\n"
        );
        let reading = read(&text);
        let scopes = reading.scopes();
        let resources = scopes[0].resources();
        let ids: Vec<&str> = resources
            .iter()
            .map(|one| one.identity.id.as_str())
            .collect();
        assert_eq!(ids, ["C", "S"]);
        let named = resources[0].body.get("SecurityConfiguration");
        assert_eq!(named.reason().unwrap().to_string(), "reference to `S`");
    }
}
