//! Requirements to artifacts to named files, and which control wrote which leaf. Nothing is written to disk here.

use crate::artifact::{Artifacts, Document, Leaf, Member, Written};
use crate::control::{Draft, Entry, Refusal, Requirements, Target};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write;

/// The files of one target, by path below its folder, and what was said while writing them.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// The name under which the security configuration is to be created; it ends in a digest of the document,
    /// because configurations are immutable and a cluster knows its configuration by name only.
    pub name: Option<String>,
    /// File contents by relative path.
    pub files: BTreeMap<String, String>,
    /// Every leaf: file and pointer, and who wrote it.
    pub leaves: Vec<CompiledLeaf>,
    /// What its owner should know.
    pub warnings: Vec<Refusal>,
}

/// A leaf of a compiled file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompiledLeaf {
    /// Relative path of the file.
    pub file: String,
    /// JSON pointer in it.
    pub pointer: String,
    /// The value.
    pub value: Value,
    /// Who wrote it; empty for what AWS's form needs and no control asks for.
    pub written: Vec<Written>,
}

/// Compiles everything that a baseline requires for a target.
///
/// # Errors
/// Every reason why some artifact cannot be written; then nothing is.
pub fn compile(
    baseline: &str,
    requirements: &Requirements,
    registry: &[Entry],
    target: &Target,
) -> Result<Compiled, Vec<Refusal>> {
    let drafted = draft(requirements, registry, target, true);
    written(baseline, requirements, target, drafted).map(|(compiled, _)| compiled)
}

/// As [`compile`], without request bodies: no control's refusal is missing, and what is left is written leaf by leaf.
///
/// # Errors
/// As of [`compile`].
pub fn documents(
    baseline: &str,
    requirements: &Requirements,
    registry: &[Entry],
    target: &Target,
) -> Result<(Compiled, Artifacts), Vec<Refusal>> {
    let drafted = draft(requirements, registry, target, false);
    written(baseline, requirements, target, drafted)
}

/// Writes what was drafted.
fn written(
    baseline: &str,
    requirements: &Requirements,
    target: &Target,
    (mut artifacts, refusals): (Artifacts, Vec<Refusal>),
) -> Result<(Compiled, Artifacts), Vec<Refusal>> {
    let (fatal, warnings): (Vec<_>, Vec<_>) =
        refusals.into_iter().partition(|refusal| refusal.fatal);
    if !fatal.is_empty() {
        return Err(fatal);
    }
    complete_switches(&mut artifacts.document);
    let mut compiled = Compiled {
        name: None,
        files: BTreeMap::new(),
        leaves: Vec::new(),
        warnings,
    };
    if !artifacts.document.is_empty() {
        let text = compiled.add_document("security-configuration.json", &artifacts.document);
        let digest = crate::digest::hex(&Sha256::digest(text.as_bytes()), 12);
        let name = format!("{baseline}-{}-{digest}", target.name);
        let written = Written {
            control: "emr.security-configuration",
            origin: requirements
                .get("emr.security-configuration")
                .and_then(|own| own.origins.first().cloned()),
        };
        // INVARIANT: no control writes this member, because only now the digest is known.
        let _ = artifacts.launch.set(
            Member::SecurityConfiguration.pointer(),
            json!(name),
            written,
        );
        compiled.name = Some(name);
    }
    if !artifacts.launch.is_empty() {
        compiled.add_document("launch.json", &artifacts.launch);
    }
    if !artifacts.settings.is_empty() {
        compiled.add_document("lake-formation/settings.json", &artifacts.settings);
    }
    if !artifacts.block_public_access.is_empty() {
        compiled.add_document("block-public-access.json", &artifacts.block_public_access);
    }
    compiled.add_policies(&artifacts);
    compiled.add_requests(&artifacts);
    let leaves = compiled.leaves_text();
    compiled.files.insert("leaves.txt".to_owned(), leaves);
    Ok((compiled, artifacts))
}

/// Lets every required control write its part; request bodies only where they are asked for.
pub fn draft(
    requirements: &Requirements,
    registry: &[Entry],
    target: &Target,
    with_requests: bool,
) -> (Artifacts, Vec<Refusal>) {
    let mut artifacts = Artifacts::default();
    let mut refusals = Vec::new();
    for entry in registry {
        let Some(own) = requirements.get(entry.meta.id) else {
            continue;
        };
        let mut draft = Draft {
            control: entry.meta.id,
            own,
            requirements,
            target,
            artifacts: &mut artifacts,
            refusals: &mut refusals,
            with_requests,
        };
        (entry.bind)(own).compile(&mut draft);
    }
    (artifacts, refusals)
}

/// What every control writes by itself into the documents that are written leaf by leaf, whether or not the whole can be
/// compiled.
pub fn determined(
    requirements: &Requirements,
    registry: &[Entry],
    target: &Target,
) -> Vec<Determined> {
    let (artifacts, _) = draft(requirements, registry, target, false);
    let mut found = Vec::new();
    let parts = [
        (&artifacts.document, Part::Document),
        (&artifacts.launch, Part::Launch),
        (&artifacts.settings, Part::Settings),
    ];
    for (document, part) in parts {
        for (pointer, value, written) in document.leaves() {
            for written in written {
                found.push(Determined {
                    control: written.control,
                    part,
                    pointer,
                    value: value.clone(),
                });
            }
        }
    }
    found
}

/// A document that is written leaf by leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The security configuration document.
    Document,
    /// The launch request.
    Launch,
    /// The settings of the data lake.
    Settings,
}

/// A value that a control writes into an artifact.
#[derive(Clone, Debug)]
pub struct Determined {
    /// The control.
    pub control: &'static str,
    /// Into which.
    pub part: Part,
    /// Where.
    pub pointer: &'static str,
    /// The value.
    pub value: Value,
}

/// What AWS's form needs in a document wherever something of encryption stands.
pub const SWITCHES: [&str; 2] = [
    Leaf::EnableInTransitEncryption.pointer(),
    Leaf::EnableAtRestEncryption.pointer(),
];

/// Every documented sample of AWS's writes both switches; what no control asks for is written as off.
fn complete_switches(document: &mut Document) {
    let switches = [
        Leaf::EnableInTransitEncryption,
        Leaf::EnableAtRestEncryption,
    ];
    if document
        .leaves()
        .iter()
        .any(|(pointer, ..)| pointer.starts_with("/EncryptionConfiguration/"))
    {
        for switch in switches {
            document.complete(switch.pointer(), json!(false));
        }
    }
}

impl Compiled {
    fn add_document(&mut self, file: &str, document: &Document) -> String {
        for (pointer, value, written) in document.leaves() {
            self.add_leaf(file, pointer, value, written);
        }
        self.add_json(file, &document.to_json())
    }

    fn add_json(&mut self, file: &str, value: &Value) -> String {
        let text = format!("{value:#}\n");
        self.files.insert(file.to_owned(), text.clone());
        text
    }

    /// Adds the leaves below a value: a written object or list is as many leaves as it has ends.
    fn add_leaf(&mut self, file: &str, pointer: &str, value: &Value, written: &[Written]) {
        match value {
            Value::Object(map) if !map.is_empty() => {
                for (key, inner) in map {
                    self.add_leaf(
                        file,
                        &format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1")),
                        inner,
                        written,
                    );
                }
            }
            Value::Array(list) if !list.is_empty() => {
                for (index, inner) in list.iter().enumerate() {
                    self.add_leaf(file, &format!("{pointer}/{index}"), inner, written);
                }
            }
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)
            | Value::Object(_) => self.leaves.push(CompiledLeaf {
                file: file.to_owned(),
                pointer: pointer.to_owned(),
                value: value.clone(),
                written: written.to_vec(),
            }),
        }
    }

    fn add_policies(&mut self, artifacts: &Artifacts) {
        for (name, policy) in &artifacts.policies {
            let file = format!("{name}.json");
            for (index, (statement, written)) in policy.statements().iter().enumerate() {
                let sid = json!(statement.sid);
                self.leaves.push(CompiledLeaf {
                    file: file.clone(),
                    pointer: format!("/Statement/{index}"),
                    value: sid,
                    written: written.clone(),
                });
            }
            self.add_json(&file, &policy.to_json());
        }
    }

    fn add_requests(&mut self, artifacts: &Artifacts) {
        for (name, request) in &artifacts.requests {
            let file = format!("lake-formation/{name}.json");
            for (pointer, written) in &request.parts {
                if let Some(part) = request.body.pointer(pointer) {
                    self.add_leaf(&file, pointer, part, std::slice::from_ref(written));
                }
            }
            self.add_json(&file, &request.body);
        }
    }

    fn leaves_text(&self) -> String {
        let mut text = String::new();
        for leaf in &self.leaves {
            let mut writers: Vec<String> = leaf
                .written
                .iter()
                .map(|written| {
                    let origin = written.origin.as_ref().map_or_else(
                        || "default".to_owned(),
                        |origin| format!("{}:{}", origin.file, origin.line),
                    );
                    format!("{} {origin}", written.control)
                })
                .collect();
            writers.dedup();
            let writers = if writers.is_empty() {
                "- -".to_owned()
            } else {
                writers.join(", ")
            };
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{}#{} {writers}", leaf.file, leaf.pointer);
        }
        text
    }

    /// The leaf at a pointer of a file, and every one below it.
    pub fn leaves_at<'a>(
        &'a self,
        file: &'a str,
        pointer: &'a str,
    ) -> impl Iterator<Item = &'a CompiledLeaf> {
        self.leaves.iter().filter(move |leaf| {
            let below = leaf
                .pointer
                .strip_prefix(pointer)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
            let above = pointer
                .strip_prefix(&leaf.pointer)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
            leaf.file == file && (below || above)
        })
    }
}
