//! The artifacts of one target while controls write them: every leaf remembers who wrote it and why.

use super::settings::{Choice, Origin, Requirement};
use super::view::{Requirements, Target};
use crate::artifact::{
    AccountSetting, Artifacts, LakeSetting, Leaf, Member, Request, Statement, Written,
};
use crate::lattice::Text;
use serde_json::Value;

/// Why an artifact cannot be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The control that cannot compile.
    pub control: &'static str,
    /// What is missing or contradictory.
    pub message: String,
    /// What to do.
    pub help: String,
    /// The lines concerned.
    pub places: Vec<Origin>,
    /// False for a warning: the artifact is written all the same.
    pub fatal: bool,
}

/// What a control sees when it compiles.
#[derive(Debug)]
pub struct Draft<'a> {
    /// The control that writes.
    pub control: &'static str,
    /// Its own requirement.
    pub own: &'a Requirement,
    /// Every control that the baseline requires.
    pub requirements: &'a Requirements,
    /// The target.
    pub target: &'a Target,
    /// What is written.
    pub artifacts: &'a mut Artifacts,
    /// What cannot be.
    pub refusals: &'a mut Vec<Refusal>,
    /// Whether request bodies are wanted: those of a large account are long, and few have use for them.
    pub with_requests: bool,
}

impl Draft<'_> {
    fn written(&self, setting: Option<&str>) -> Written {
        Written {
            control: self.control,
            origin: self.own.places(setting).first().cloned(),
        }
    }

    /// Writes a leaf of the security configuration document, because of `setting`.
    pub fn document(&mut self, leaf: Leaf, value: impl Into<Value>, setting: Option<&str>) {
        let written = self.written(setting);
        if let Err(other) = self
            .artifacts
            .document
            .set(leaf.pointer(), value.into(), written)
        {
            self.clash(leaf.pointer(), other, setting);
        }
    }

    /// Writes a member of the launch request, because of `setting`.
    pub fn launch(&mut self, member: Member, value: impl Into<Value>, setting: Option<&str>) {
        let written = self.written(setting);
        if let Err(other) = self
            .artifacts
            .launch
            .set(member.pointer(), value.into(), written)
        {
            self.clash(member.pointer(), other, setting);
        }
    }

    /// Writes a member of data lake settings, because of `setting`.
    pub fn lake_setting(
        &mut self,
        member: LakeSetting,
        value: impl Into<Value>,
        setting: Option<&str>,
    ) {
        let written = self.written(setting);
        if let Err(other) = self
            .artifacts
            .settings
            .set(member.pointer(), value.into(), written)
        {
            self.clash(member.pointer(), other, setting);
        }
    }

    /// Writes a member of EMR's block public access, because of `setting`.
    pub fn block_public_access(
        &mut self,
        member: AccountSetting,
        value: impl Into<Value>,
        setting: Option<&str>,
    ) {
        let written = self.written(setting);
        if let Err(other) =
            self.artifacts
                .block_public_access
                .set(member.pointer(), value.into(), written)
        {
            self.clash(member.pointer(), other, setting);
        }
    }

    fn clash(&mut self, pointer: &str, other: Written, setting: Option<&str>) {
        let places = other
            .origin
            .into_iter()
            .chain(self.own.places(setting).iter().cloned())
            .collect();
        self.refusals.push(Refusal {
            control: self.control,
            message: format!(
                "`{pointer}` is written by `{}` and by `{}` with different values",
                other.control, self.control
            ),
            help: "make the two settings agree".to_owned(),
            places,
            fatal: true,
        });
    }

    /// Adds a statement to a policy file such as `iam/instance-profile` or `kms/<key>`.
    pub fn statement(&mut self, policy: &str, statement: Statement, setting: Option<&str>) {
        let written = self.written(setting);
        self.artifacts.add_statement(policy, statement, written);
    }

    /// Writes a Lake Formation request body to `lake-formation/<file>.json`. Each part, by JSON pointer, is
    /// written because of one table of the list under `setting`.
    pub fn request(
        &mut self,
        file: &str,
        body: Value,
        setting: &str,
        parts: impl IntoIterator<Item = (String, impl AsRef<str>)>,
    ) {
        if !self.with_requests {
            return;
        }
        let parts = parts.into_iter().map(|(pointer, row)| {
            let origin = self.own.row_places(setting, row.as_ref()).first().cloned();
            let control = self.control;
            (pointer, Written { control, origin })
        });
        let parts = parts.collect();
        self.artifacts.add_request(file, Request { body, parts });
    }

    /// The artifact cannot be written.
    pub fn refuse(
        &mut self,
        setting: Option<&str>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let places = self.own.places(setting).to_vec();
        self.refusals.push(Refusal {
            control: self.control,
            message: message.into(),
            help: help.into(),
            places,
            fatal: true,
        });
    }

    /// The artifact is written, and its owner must know this.
    pub fn warn(
        &mut self,
        setting: Option<&str>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let places = self.own.places(setting).to_vec();
        self.refusals.push(Refusal {
            control: self.control,
            message: message.into(),
            help: help.into(),
            places,
            fatal: false,
        });
    }

    /// The literal text of a setting; refuses when it is missing, or left open by an unbound parameter.
    pub fn need(&mut self, setting: &'static str, text: Option<&Text>) -> Option<String> {
        match text {
            None => {
                self.refuse(
                    None,
                    format!("`{}` needs `{setting}` to compile", self.control),
                    format!("set `{setting}` in `[{}]`", self.control),
                );
                None
            }
            Some(text) => self.bound(setting, text),
        }
    }

    /// The literal text; refuses when a parameter in it is not bound.
    pub fn bound(&mut self, setting: &'static str, text: &Text) -> Option<String> {
        if let Some(literal) = text.as_literal() {
            return Some(literal.to_owned());
        }
        let names: Vec<&str> = text.open().collect();
        let names = names.join("`, `");
        self.refuse(
            Some(setting),
            format!(
                "parameter `{names}` has no value in target `{}`",
                self.target.name
            ),
            format!("set `{names}` in `[targets.{}]`", self.target.name),
        );
        None
    }

    /// The member of a choice that is compiled: the preferred one, or the only one. Never the first in some order.
    pub fn choose(
        &mut self,
        setting: &'static str,
        choice: &Choice,
        prefer: Option<&Text>,
    ) -> Option<String> {
        let chosen = prefer.or_else(|| choice.only_one());
        match chosen.and_then(Text::as_literal) {
            Some(word) if choice.allows(word) => Some(word.to_owned()),
            Some(word) => {
                self.refuse(
                    Some("prefer"),
                    format!("`prefer` is `{word}`, which `{setting}` does not allow"),
                    format!("prefer one of {choice}"),
                );
                None
            }
            None => {
                let preferred = self
                    .own
                    .asked
                    .get("prefer")
                    .map(|asked| asked.origins.len())
                    .unwrap_or_default();
                let why = if preferred > 1 {
                    "layers prefer different values"
                } else {
                    "several values are allowed and none is preferred"
                };
                self.refuse(
                    if preferred > 1 {
                        Some("prefer")
                    } else {
                        Some(setting)
                    },
                    format!("`{}` cannot choose `{setting}`: {why}", self.control),
                    "set `prefer` to one value",
                );
                None
            }
        }
    }
}
