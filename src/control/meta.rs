//! What every control says about itself.

use crate::observed::ResourceKind;
use serde::{Deserialize, Serialize};
use std::fmt;

/// How bad it is when a control fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Severity {
    /// Worth knowing; everything that AWS leaves unsaid.
    Info,
    /// Hygiene that keeps the others true.
    Low,
    /// One more failure away from `High`.
    Medium,
    /// Data or credentials readable by those who should not, or a control believed on that is off.
    High,
    /// Open to the world, or to every principal.
    Critical,
}

impl Severity {
    /// Every severity, worst first.
    pub const ALL: [Self; 5] = [
        Self::Critical,
        Self::High,
        Self::Medium,
        Self::Low,
        Self::Info,
    ];

    /// Its name in baselines and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
            Self::Info => "info",
        }
    }

    /// The severity of this name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|severity| severity.name() == name)
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Over what a control is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// Each resource of its kinds, by itself.
    Resource,
    /// Each resource of its kinds, security configurations only at the end, beside all others of the run.
    Estate,
    /// The whole run, after everything else: `baseline.*`.
    Run,
}

/// What every control says about itself.
#[derive(Debug)]
pub struct Meta {
    /// `group.noun-phrase`: also the TOML table, the file, the docs page and the golden folder.
    pub id: &'static str,
    /// One line, as a statement that holds when the control is compliant.
    pub title: &'static str,
    /// Severity unless a condition or the baseline says otherwise.
    pub severity: Severity,
    /// Kinds of resource it judges.
    pub kinds: &'static [ResourceKind],
    /// Over what it is judged.
    pub span: Span,
    /// The version that brought it.
    pub since: &'static str,
    /// Earlier ids.
    pub aliases: &'static [&'static str],
    /// Mappings that AWS itself publishes, and ours marked `own`.
    pub references: &'static [&'static str],
    /// The documentation page.
    pub docs: &'static str,
}

impl Meta {
    /// What to do when it fails, in one line: the first paragraph of its page under `## Fix`.
    pub fn fix(&self) -> String {
        let after = self.docs.split_once("\n## Fix\n").map(|(_, after)| after);
        let lines = after.unwrap_or_default().trim_start().lines();
        let paragraph: Vec<&str> = lines
            .take_while(|line| !line.is_empty() && !line.starts_with('#'))
            .collect();
        paragraph.join(" ")
    }

    /// Whether it judges resources of this kind.
    pub fn judges(&self, kind: ResourceKind) -> bool {
        self.kinds.contains(&kind)
    }
}

#[cfg(test)]
mod tests {
    use crate::controls::REGISTRY;

    #[test]
    fn every_page_says_in_one_line_what_to_do() {
        for entry in REGISTRY.iter().filter(|entry| !entry.meta.docs.is_empty()) {
            let fix = entry.meta.fix();
            assert!(
                !fix.is_empty() && !fix.contains('\n'),
                "{}: {fix:?}",
                entry.meta.id
            );
        }
    }
}
