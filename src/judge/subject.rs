//! What a finding is about, by the names that hold on every machine.

use super::Evaluation;
use crate::digest::hex;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Control, resource and file of a finding, but nothing of what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject<'e> {
    /// The control's id.
    pub control: &'e str,
    /// The kind of the resource.
    pub kind: &'e str,
    /// Its id.
    pub id: Cow<'e, str>,
    /// Its account, empty if none is known.
    pub account: &'e str,
    /// Its region, empty if none is known.
    pub region: &'e str,
    /// The file that it is seen in first, empty if it is in none.
    pub file: &'e str,
}

impl<'e> Subject<'e> {
    /// What an evaluation is about; `homes` are names of files that another machine would not know.
    pub fn of(evaluation: &'e Evaluation, homes: &'e BTreeMap<String, String>) -> Self {
        let place = evaluation.seen.first();
        let named = place
            .and_then(|place| place.file.as_deref())
            .unwrap_or_default();
        let file = homes.get(named).map_or(named, String::as_str);
        let identity = &*evaluation.resource;
        // A grant of a request is called after its file.
        let rest = identity.id.strip_prefix(named);
        let id = match rest.filter(|_| !named.is_empty() && named != file) {
            Some(rest) => [file, rest].concat().into(),
            None => identity.id.as_str().into(),
        };
        Self {
            control: evaluation.control.id,
            kind: identity.kind.name(),
            id,
            account: identity.account.as_deref().unwrap_or_default(),
            region: identity.region.as_deref().unwrap_or_default(),
            file,
        }
    }

    /// The same control and resource in another file.
    #[must_use]
    pub(super) fn within<'f>(&'f self, file: &'f str) -> Subject<'f> {
        Subject {
            id: self.id.as_ref().into(),
            file,
            ..*self
        }
    }

    /// The fingerprint that it would have in any other file: for files that moved.
    pub fn anywhere(&self) -> String {
        let id = self.id.strip_prefix(self.file).unwrap_or(&self.id);
        let moved = Subject {
            id: id.into(),
            file: "",
            ..*self
        };
        moved.fingerprint()
    }

    /// Stable across runs, machines and line moves: it hashes what the finding is about, not what it says.
    pub fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        let texts = [
            self.control,
            self.kind,
            &self.id,
            self.account,
            self.region,
            self.file,
        ];
        for text in texts {
            hash.update(text.len().to_le_bytes());
            hash.update(text);
        }
        hex(&hash.finalize(), 32)
    }
}
