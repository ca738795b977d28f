//! Ratchet files: findings that a team has and tolerates until they are mended, so that no new ones come.
//!
//! An entry names the control, the resource, its file and what the finding rests on, condition by condition; nothing else
//! is covered by it. Files are sorted and written one member a line, so that a review sees what was added. A ratchet only
//! shrinks: what is mended leaves it, and nothing enters it unless it is written anew.

mod condition;

use crate::control::{Severity, Verdict};
use crate::judge::{Earlier, Evaluation, Report, Said, Subject};
use condition::Condition;
use serde::{Deserialize, Serialize};

/// The version of the format.
const SCHEMA: &str = "emr-baseline/ratchet/v2";
/// The version before it, which tells of a finding as a whole.
const OLDER: &str = "emr-baseline/ratchet/v1";

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct File {
    schema: String,
    findings: Vec<Entry>,
}

/// One finding that is tolerated. The order of the members is the order of the file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The file that it was seen in; none for what no file shows.
    #[serde(default)]
    pub file: Option<String>,
    kind: String,
    id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    region: Option<String>,
    control: String,
    /// What it rests on; none where the entry is of the version before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    conditions: Vec<Condition>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    verdict: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    severity: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    observed: Option<String>,
}

impl Entry {
    /// The entry that tolerates a finding; or what is tolerated of it already, when `tolerated`.
    pub fn of(report: &Report, evaluation: &Evaluation, tolerated: bool) -> Self {
        let subject = Subject::of(evaluation, &report.homes);
        let known = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let traces = evaluation.traces(tolerated);
        let mut conditions: Vec<Condition> = { traces.into_iter() }
            .map(|trace| Condition::of(trace, subject.file, &report.homes))
            .collect();
        conditions.sort();
        Self {
            file: known(subject.file),
            kind: subject.kind.to_owned(),
            id: subject.id.clone().into_owned(),
            account: known(subject.account),
            region: known(subject.region),
            control: subject.control.to_owned(),
            conditions,
            verdict: None,
            severity: None,
            message: None,
            observed: None,
        }
    }

    /// The entry in few words.
    pub fn label(&self) -> String {
        let file = self.file.as_deref();
        let file = file.map_or(String::new(), |file| format!(" in `{file}`"));
        format!("{} of {} `{}`{file}", self.control, self.kind, self.id)
    }

    fn said(&self) -> Result<Said, String> {
        let wrong = |why: String| format!("{why} ({})", self.label());
        let older = (&self.verdict, &self.severity, &self.message, &self.observed);
        match older {
            (None, None, None, None) if !self.conditions.is_empty() => {
                let file = self.file.as_deref();
                let traces = self.conditions.iter().map(|one| one.trace(file));
                traces
                    .collect::<Result<_, _>>()
                    .map(Said::Traces)
                    .map_err(wrong)
            }
            (Some(verdict), Some(severity), Some(message), Some(observed))
                if self.conditions.is_empty() =>
            {
                Ok(Said::Joined {
                    verdict: verdict_of(verdict).map_err(wrong)?,
                    severity: severity_of(severity).map_err(wrong)?,
                    message: message.clone(),
                    observed: observed.clone(),
                })
            }
            _ => Err(wrong("it needs `conditions`".to_owned())),
        }
    }

    fn subject(&self) -> Subject<'_> {
        Subject {
            control: &self.control,
            kind: &self.kind,
            id: self.id.as_str().into(),
            account: self.account.as_deref().unwrap_or_default(),
            region: self.region.as_deref().unwrap_or_default(),
            file: self.file.as_deref().unwrap_or_default(),
        }
    }
}

/// A verdict that can be tolerated.
fn verdict_of(name: &str) -> Result<Verdict, String> {
    Verdict::of_name(name)
        .filter(|verdict| matches!(verdict, Verdict::Noncompliant | Verdict::Indeterminate))
        .ok_or_else(|| format!("`{name}` is no verdict that can be tolerated"))
}

fn severity_of(name: &str) -> Result<Severity, String> {
    Severity::of_name(name).ok_or_else(|| format!("`{name}` is no severity"))
}

/// The entries of a ratchet file, of this version or the one before.
///
/// # Errors
/// What is wrong with the text, in words.
pub fn read(text: &[u8]) -> Result<Vec<Entry>, String> {
    let file: File = serde_json::from_slice(text).map_err(|error| error.to_string())?;
    if ![SCHEMA, OLDER].contains(&file.schema.as_str()) {
        return Err(format!(
            "its schema is `{}`; this version reads `{SCHEMA}` and `{OLDER}`",
            file.schema
        ));
    }
    for entry in &file.findings {
        entry.said()?;
    }
    Ok(file.findings)
}

/// The entries as findings that were there before, numbered as they are here. `is_gone` tells whether a file is not there
/// any more: what was tolerated in it is tolerated where it went.
pub fn earlier(entries: &[Entry], is_gone: impl Fn(&str) -> bool) -> Earlier {
    let mut earlier = Earlier::default();
    for entry in entries {
        // INVARIANT: entries come from `read`, which refuses the others.
        if let Ok(said) = entry.said() {
            earlier.add(&entry.subject(), said, &is_gone);
        }
    }
    earlier
}

/// A ratchet file with these entries, in an order that depends on nothing but them.
pub fn write(mut entries: Vec<Entry>) -> String {
    entries.sort();
    let file = File {
        schema: SCHEMA.to_owned(),
        findings: entries,
    };
    let mut text = serde_json::to_string_pretty(&file).unwrap_or_default();
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(id: &str) -> Entry {
        Entry {
            file: Some("a.json".to_owned()),
            kind: "emr-cluster".to_owned(),
            id: id.to_owned(),
            account: None,
            region: None,
            control: "emr.kerberos".to_owned(),
            conditions: vec![Condition::default()],
            verdict: None,
            severity: None,
            message: None,
            observed: None,
        }
    }

    #[test]
    fn what_is_written_is_read_back_in_one_order() {
        let text = write(vec![entry("b"), entry("a")]);
        assert_eq!(text, write(vec![entry("a"), entry("b")]));
        assert_eq!(read(text.as_bytes()), Ok(vec![entry("a"), entry("b")]));
    }

    #[test]
    fn a_file_of_something_else_is_refused_in_words() {
        let wrong = |text: &str| read(text.as_bytes()).unwrap_err();
        assert!(wrong("{").contains("line 1"));
        assert!(wrong(r#"{"schema": "x/v2", "findings": []}"#).contains("`x/v2`"));
        let text = write(vec![entry("a")]);
        assert!(wrong(&text.replace("noncompliant", "compliant")).contains("no verdict"));
        assert!(wrong(&text.replace("high", "highest")).contains("no severity"));
        assert!(wrong(&text.replace("\"id\"", "\"name\"")).contains("name"));
    }
}
