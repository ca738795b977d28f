//! What other tools declare and run in forms of their own that are not read. What declares something of ours is a problem;
//! a command line that launches or opens something, and a program of CDK's in another language than Python, is noted.
//!
//! Sources: Pulumi, *YAML language reference*; Crossplane's provider for AWS and AWS Controllers for Kubernetes, API
//! references; AWS Data Pipeline Developer Guide, *`EmrCluster`*; *The Jupyter Notebook format*; AWS CLI Command Reference.

mod text;

pub(super) use text::{command, not_read_of, text};

use super::recognise::named_after_ours;
use super::{Problem, python};
use crate::observed::{Node, Place, Source};
use std::sync::Arc;

/// What a document declares that is not read.
#[derive(Debug)]
pub(super) struct Declared<'t> {
    /// Where that is told.
    pub(super) at: Node<'t>,
    /// What is declared: what is read of it is not passed over.
    pub(super) within: Node<'t>,
    /// Why it is not read.
    pub(super) why: String,
}

/// What a document declares that is not read.
pub(super) fn declared(root: Node<'_>) -> Vec<Declared<'_>> {
    let mut declared = pulumi(root);
    declared.extend(manifests(root));
    declared.extend(pipeline(root));
    declared.extend(notebook(root));
    declared
}

/// Types of Pulumi's that are ours.
const PULUMI: &[&str] = &[
    "aws:emr",
    "aws:lakeformation",
    "aws-native:emr",
    "aws-native:lakeformation",
];

fn pulumi(root: Node<'_>) -> Vec<Declared<'_>> {
    let resources = root.get("resources").members();
    let found = resources.filter_map(|(_, resource)| {
        let kind = resource.get("type");
        let name = kind.as_text()?;
        let ours = PULUMI.iter().any(|start| name.starts_with(start));
        ours.then(|| Declared {
            at: kind,
            within: resource,
            why: format!(
                "a resource of type `{name}` is declared here, and Pulumi's programs are not read: judge what they deploy with `audit`"
            ),
        })
    });
    found.collect()
}

/// Ends of the groups of what Kubernetes makes of AWS.
const GROUPS: &[&str] = &[
    "aws.upbound.io",
    "aws.m.upbound.io",
    "aws.crossplane.io",
    "services.k8s.aws",
];

/// The manifests in a document: itself, those of a list, those that a composition of Crossplane's makes.
fn manifests(root: Node<'_>) -> Vec<Declared<'_>> {
    let mut found = Vec::new();
    let mut open = vec![root];
    while let Some(node) = open.pop() {
        if let Some(manifest) = manifest(node) {
            found.push(manifest);
            continue;
        }
        open.extend(node.items().rev());
        open.extend(node.members().rev().map(|(_, value)| value));
    }
    found
}

fn manifest(node: Node<'_>) -> Option<Declared<'_>> {
    let version = node.get("apiVersion");
    let (group, _) = version.as_text()?.split_once('/')?;
    let kind = node.get("kind").as_text()?;
    // No control is about job runs.
    let ours = named_after_ours(group)
        && GROUPS.iter().any(|end| group.ends_with(end))
        && kind != "JobRun";
    ours.then(|| Declared {
        at: version,
        within: node,
        why: format!(
            "a `{kind}` of `{group}` is declared here, and manifests of this kind are not read: judge what they deploy with `audit`"
        ),
    })
}

fn pipeline(root: Node<'_>) -> impl Iterator<Item = Declared<'_>> {
    let is_cluster = |object: &Node<'_>| object.get("type").as_text() == Some("EmrCluster");
    let clusters = root.get("objects").items().filter(is_cluster);
    clusters.map(|at| Declared {
        at,
        within: at,
        why: "an `EmrCluster` of AWS Data Pipeline is declared here, and its definitions are not read".to_owned(),
    })
}

fn notebook(root: Node<'_>) -> impl Iterator<Item = Declared<'_>> {
    let is_ours = |cell: &Node<'_>| {
        let source = cell.get("source");
        let lines = std::iter::once(source).chain(source.items());
        let lines: Vec<&str> = lines.filter_map(Node::as_text).collect();
        cell.get("cell_type").as_text() == Some("code") && python::names_ours(&lines.concat())
    };
    let cells = root.get("cells");
    let cells = root.get("nbformat").is_set().then(|| cells.items());
    let ours = cells.into_iter().flatten().filter(is_ours);
    ours.map(|at| Declared {
        at,
        // What a cell printed is no part of what it says.
        within: at.get("source"),
        why: "this cell launches or opens something, and notebooks are not read: write the notebook as a script, as `jupyter nbconvert --to script` does".to_owned(),
    })
}

/// Of a text with several YAML documents, the first that is ours by itself; `is_ours` tells.
pub(super) fn of_several(
    source: &Arc<Source>,
    is_ours: impl Fn(&Arc<Source>) -> bool,
) -> Option<Problem> {
    let text = source.text();
    let mut starts = vec![0];
    let lines = memchr::memmem::find_iter(text.as_bytes(), "\n---");
    starts.extend(lines.map(|at| at + 1));
    if starts.len() < 2 {
        return None;
    }
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let mut documents = starts.iter().copied().zip(ends);
    let (start, end) = documents.find(|(start, end)| {
        let document = text.get(*start..*end).unwrap_or_default();
        super::may_be_ours(document)
            && is_ours(&Arc::new(Source::new(
                source.name.clone(),
                document.to_owned(),
            )))
    })?;
    Some(Problem {
        what: format!("could not read `{}`", source.name),
        why: "the file holds more than one YAML document, and this one looks like something of EMR or Lake Formation: give each a file of its own".to_owned(),
        place: Some(Place::new(source, start, end.min(start + 80), String::new())),
        action: None,
    })
}

#[cfg(test)]
mod tests {
    use crate::observe::{File, Given, read_file};
    use crate::observed::Source;
    use std::sync::Arc;

    fn file(text: &str) -> File {
        let source = Arc::new(Source::new("f", text));
        read_file(&source, None, &Given::default())
    }

    #[test]
    fn what_other_tools_declare_is_a_problem() {
        for (text, why) in [
            (
                "name: x\nruntime: yaml\nresources:\n  c:\n    type: aws:emr:Cluster\n    properties: {releaseLabel: emr-7.9.0}\n",
                "Pulumi",
            ),
            (
                "resources:\n  g:\n    type: aws:lakeformation:Permissions\n",
                "Pulumi",
            ),
            (
                "apiVersion: emr.aws.upbound.io/v1beta1\nkind: Cluster\nspec: {forProvider: {releaseLabel: emr-6.3.0}}\n",
                "manifests",
            ),
            (
                "{\"objects\": [{\"id\": \"e\", \"type\": \"EmrCluster\", \"releaseLabel\": \"emr-5.36.0\"}]}",
                "Data Pipeline",
            ),
            (
                "{\"cells\": [{\"cell_type\": \"code\", \"source\": [\"emr.run_job_flow(\\n\", \"Name='c')\"]}], \"nbformat\": 4}",
                "notebooks",
            ),
            (
                "apiVersion: v1\nkind: Namespace\n---\nkind: ConfigMap\ndata:\n  c.json: |\n    {\"Name\": \"c\", \"ReleaseLabel\": \"emr-7.9.0\", \"Instances\": {\"Ec2SubnetId\": \"s\"}}\n",
                "more than one YAML document",
            ),
            (
                "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Namespace}\n- {apiVersion: emr.aws.m.upbound.io/v1beta1, kind: SecurityConfiguration}\n",
                "a `SecurityConfiguration` of `emr.aws.m.upbound.io`",
            ),
            (
                "kind: Composition\napiVersion: apiextensions.crossplane.io/v1\nspec:\n  resources:\n  - base: {apiVersion: lakeformation.aws.upbound.io/v1beta1, kind: Permissions}\n",
                "a `Permissions` of `lakeformation.aws.upbound.io`",
            ),
            (
                "kind: List\nitems:\n- {apiVersion: emrserverless.services.k8s.aws/v1alpha1, kind: Application, spec: {type: SPARK, releaseLabel: emr-7.9.0}}\n- {apiVersion: emrserverless.services.k8s.aws/v1alpha1, kind: Other}\n",
                "a `Other` of",
            ),
            (
                "terraform {\n  source = \"git::https://example.com/emr.git\"\n}\ninputs = {\n  name = \"c\"\n}\n",
                "Terragrunt",
            ),
            (
                "inputs = {\n  release_label = \"emr-7.9.0\"\n}\n",
                "Terragrunt",
            ),
        ] {
            let problems = match file(text) {
                File::Unreadable { problem, .. } => vec![problem],
                File::Read(reading) => reading.problems,
                File::NothingOfOurs => Vec::new(),
            };
            assert!(
                problems.iter().any(|problem| problem.why.contains(why)),
                "{text}: {problems:?}"
            );
        }
    }

    /// How many problems of the file say this.
    fn told(text: &str, why: &str) -> usize {
        let problems = match file(text) {
            File::Unreadable { problem, .. } => vec![problem],
            File::Read(reading) => reading.problems,
            File::NothingOfOurs => Vec::new(),
        };
        let told = problems.iter().filter(|problem| problem.why.contains(why));
        told.count()
    }

    #[test]
    fn all_that_other_tools_declare_is_told() {
        let cell = |source: &str, printed: &str| serde_json::json!({"cell_type": "code", "source": [source], "outputs": [{"text": printed}]});
        let request = r#"{"Name": "c", "ReleaseLabel": "emr-7.9.0", "Instances": {"Ec2SubnetId": "s"}, "JobFlowRole": "r", "ServiceRole": "s"}"#;
        let launch = "emr.run_job_flow(Name='c')";
        let notebook = |cells: &[serde_json::Value]| {
            serde_json::json!({"cells": cells, "nbformat": 4}).to_string()
        };
        let pipeline = r#"{"objects": [{"id": "e", "type": "EmrCluster"}, {"id": "s", "type": "Schedule"}, {"id": "f", "type": "EmrCluster"}]}"#;
        let pulumi = "runtime: yaml\nresources:\n  c: {type: aws:emr:Cluster}\n  d: {type: aws:emr:Cluster}\n";
        for (text, why, all) in [
            (notebook(&[cell(launch, "")]), "notebooks", 1),
            (
                notebook(&[cell(launch, ""), cell("1", ""), cell(launch, "")]),
                "notebooks",
                2,
            ),
            (notebook(&[cell(launch, request)]), "notebooks", 1),
            (pipeline.to_owned(), "Data Pipeline", 2),
            (pulumi.to_owned(), "Pulumi", 2),
        ] {
            assert_eq!(told(&text, why), all, "{text}: {:?}", file(&text));
        }
    }

    #[test]
    fn command_lines_and_programs_are_noted() {
        for text in [
            "#!/bin/sh\nset -e\naws emr create-cluster --name c\n",
            "jobs:\n  a:\n    run: |\n      aws --region r emr create-cluster --name c\n",
            "launch:\n\tcd x && aws emr create-cluster --release-label emr-7.9.0\n",
            "import * as emr from 'aws-cdk-lib/aws-emr';\n\nnew emr.CfnCluster(this, 'C', {releaseLabel: 'x'});\n",
        ] {
            let File::Read(reading) = file(text) else {
                panic!("{text}");
            };
            assert_eq!(reading.problems, []);
            let [note] = reading.notes.as_slice() else {
                panic!("{text}: {:?}", reading.notes);
            };
            assert!(
                note.contains("in line 3 ")
                    || text.starts_with("jobs")
                    || text.starts_with("launch"),
                "{note}"
            );
        }
    }

    #[test]
    fn what_is_quoted_or_of_others_is_not() {
        for text in [
            "# A page\n\n```sh\naws emr create-cluster\n```\n",
            "<html>aws emr create-cluster</html>",
            "A page::\n\n    aws emr create-cluster\n",
            "aws emr describe-cluster --cluster-id j-1\n",
            "apiVersion: emrcontainers.services.k8s.aws/v1alpha1\nkind: JobRun\nspec: {releaseLabel: x}\n",
            "inputs = {\n  name = \"c\"\n}\n",
        ] {
            let found = file(text);
            assert!(matches!(found, File::NothingOfOurs), "{text}: {found:?}");
        }
    }
}
