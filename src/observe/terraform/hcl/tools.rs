//! Which files of a folder count: `OpenTofu` reads `x.tofu` in the place of an `x.tf` beside it, and Terraform reads no
//! `.tofu` at all. Either may apply such a folder, so that each is a world of its own.
//! Source: `OpenTofu`, *Files and Directories*.

use crate::observed::Facts;
use std::sync::Arc;

/// What applies a module.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Tool {
    /// Either of them: all files count.
    #[default]
    Either,
    Terraform,
    OpenTofu,
}

impl Tool {
    const fn name(self) -> Option<&'static str> {
        match self {
            Self::Either => None,
            Self::Terraform => Some("Terraform"),
            Self::OpenTofu => Some("OpenTofu"),
        }
    }

    /// What a world of this tool is called.
    pub(super) fn label(self, choice: Option<String>) -> Option<String> {
        let own = self.name().map(|name| format!("`{name}` applies it"));
        match (own, choice) {
            (Some(own), Some(choice)) => Some(format!("{own}, {choice}")),
            (own, choice) => own.or(choice),
        }
    }

    /// What a world of this tool takes for granted, besides its choices.
    pub(super) fn facts(self, mut facts: Facts) -> Facts {
        if let Some(name) = self.name() {
            facts.insert("what applies it".to_owned(), name.to_owned());
        }
        facts
    }

    /// The files that it reads.
    pub(super) fn files(self, texts: &[(String, Arc<str>)]) -> Vec<(String, Arc<str>)> {
        let hidden = |name: &str| match self {
            Self::Either => false,
            Self::Terraform => replaced_by(name).is_some(),
            Self::OpenTofu => texts
                .iter()
                .any(|(other, _)| replaced_by(other).is_some_and(|twin| twin == name)),
        };
        let read = texts.iter().filter(|(name, _)| !hidden(name));
        read.cloned().collect()
    }
}

/// Whether the tools read different files of a folder, one in the place of another.
pub(super) fn differ(texts: &[(String, Arc<str>)]) -> bool {
    texts
        .iter()
        .filter_map(|(name, _)| replaced_by(name))
        .any(|twin| texts.iter().any(|(name, _)| *name == twin))
}

/// The file of Terraform's that a file of `OpenTofu`'s takes the place of.
fn replaced_by(name: &str) -> Option<String> {
    let (plain, json) = match name.strip_suffix(".json") {
        Some(plain) => (plain, ".json"),
        None => (name, ""),
    };
    Some(format!("{}.tf{json}", plain.strip_suffix(".tofu")?))
}
