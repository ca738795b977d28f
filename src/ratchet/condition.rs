//! One condition of a finding as a ratchet file writes it.

use super::{severity_of, verdict_of};
use crate::control::Verdict;
use crate::judge::Trace;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// One condition of a finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Condition {
    /// Where it was seen in its document, the items of lists by name.
    path: String,
    /// The file, where it is not that of the finding; empty where it was seen in none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    verdict: String,
    severity: String,
    message: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    observed: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    reason: String,
    /// How far it reaches, where the message does not tell.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    extent: BTreeSet<String>,
    /// The worlds that it stands in, fact by fact; none where it stands in all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    when: Vec<BTreeMap<String, String>>,
}

impl Condition {
    /// A condition of a finding of this file. `homes` are names of files that another machine would not know.
    pub(super) fn of(trace: Trace, file: &str, homes: &BTreeMap<String, String>) -> Self {
        let own = trace.file.unwrap_or_default();
        let own = homes.get(&own).cloned().unwrap_or(own);
        let verdict = if trace.failed {
            Verdict::Noncompliant
        } else {
            Verdict::Indeterminate
        };
        Self {
            path: trace.path,
            file: Some(own).filter(|own| own != file),
            verdict: verdict.name().to_owned(),
            severity: trace.severity.name().to_owned(),
            message: trace.message,
            observed: trace.observed,
            reason: trace.reason,
            extent: trace.extent,
            when: trace.when,
        }
    }

    /// By what the condition is known again.
    pub(super) fn trace(&self, file: Option<&str>) -> Result<Trace, String> {
        let file = self.file.as_deref().or(file);
        Ok(Trace {
            file: file.filter(|file| !file.is_empty()).map(str::to_owned),
            path: self.path.clone(),
            failed: verdict_of(&self.verdict)? == Verdict::Noncompliant,
            severity: severity_of(&self.severity)?,
            message: self.message.clone(),
            observed: self.observed.clone(),
            reason: self.reason.clone(),
            extent: self.extent.clone(),
            when: self.when.clone(),
        })
    }
}

#[cfg(test)]
impl Default for Condition {
    fn default() -> Self {
        Self {
            path: "/Kerberos".to_owned(),
            file: None,
            verdict: "noncompliant".to_owned(),
            severity: "high".to_owned(),
            message: "`x` is false".to_owned(),
            observed: "false".to_owned(),
            reason: String::new(),
            extent: BTreeSet::new(),
            when: Vec::new(),
        }
    }
}
