//! What an audit by an imported baseline finds, and what is left out of the baseline for it.

use super::Found;
use crate::cli::Terminal;
use crate::control::Verdict;
use crate::import::{Imported, Kind, Objection, Objections};
use crate::judge::Report;
use std::collections::BTreeMap;
use std::io;

/// What an audit finds, by control.
pub(super) struct Findings(pub(super) BTreeMap<&'static str, Count>);

/// How much of one control it finds.
#[derive(Default)]
pub(super) struct Count {
    failed: usize,
    unknown: usize,
    example: String,
}

impl Count {
    pub(super) fn said(&self) -> String {
        let each = [(self.failed, "finding"), (self.unknown, "unknown")];
        let counts: Vec<String> = each
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}{}", if count == 1 { "" } else { "s" }))
            .collect();
        format!("{}, such as: {}", counts.join(" and "), self.example)
    }
}

impl Findings {
    pub(super) fn of(report: &Report, found: &Found) -> io::Result<Self> {
        let mut counts: BTreeMap<&'static str, Count> = BTreeMap::new();
        for evaluation in &report.evaluations {
            let evaluation = evaluation?;
            let here =
                |own: &Option<String>, name: &str| own.as_deref().is_none_or(|own| own == name);
            let resource = &evaluation.resource;
            if !here(&resource.account, &found.account) || !here(&resource.region, &found.region) {
                continue;
            }
            let failed = match evaluation.verdict {
                Verdict::Noncompliant => true,
                Verdict::Indeterminate => false,
                Verdict::Compliant | Verdict::Waived | Verdict::NotApplicable => continue,
            };
            let count = counts.entry(evaluation.control.id).or_default();
            if count.example.is_empty() || failed && count.failed == 0 {
                count.example = evaluation.message.to_string();
            }
            *if failed {
                &mut count.failed
            } else {
                &mut count.unknown
            } += 1;
        }
        Ok(Self(counts))
    }
}

/// Guards and settings that are left out, each with why.
#[derive(Default)]
pub(super) struct LeftOut(pub(super) Objections);

impl LeftOut {
    /// Leaves all guards out, because files show of none whether the lake keeps it, and settings that files show in part.
    pub(super) fn all_guards(imported: &Imported) -> Self {
        let left_open = [Kind::Guard, Kind::Partial];
        let guards = { imported.sections.iter() };
        let guards = guards.filter(|section| left_open.contains(&section.kind));
        let objection = Objection {
            why: "files do not show whether it does".to_owned(),
            is_broken: false,
            is_open: true,
        };
        Self(
            guards
                .map(|section| (section.control, objection.clone()))
                .collect(),
        )
    }

    /// Leaves out what an audit finds broken, and tells whether that is anything.
    pub(super) fn take(&mut self, imported: &Imported, findings: &Findings) -> bool {
        let before = self.0.len();
        for (id, count) in &findings.0 {
            let is_broken = match imported.kind(id) {
                Some(Kind::Guard) => true,
                // What only nobody knows is still what the lake is like.
                Some(Kind::Setting | Kind::Partial) => count.failed > 0,
                Some(Kind::List) | None => false,
            };
            if !is_broken {
                continue;
            }
            let objection = Objection {
                why: count.said(),
                is_broken: count.failed > 0,
                is_open: count.unknown > 0,
            };
            self.0.insert(id, objection);
        }
        self.0.len() > before
    }

    /// Says what is left out.
    pub(super) fn say(&self, terminal: &mut Terminal<'_>) -> io::Result<()> {
        for (what, is_broken) in [
            ("what the lake does not keep today", true),
            ("what the lake is not known to keep", false),
        ] {
            let own = { self.0.iter() }.filter(|(_, objection)| objection.is_broken == is_broken);
            let ids: Vec<String> = own.map(|(id, _)| format!("`{id}`")).collect();
            if !ids.is_empty() {
                terminal.warning(&format!("{what} is left out: {}", ids.join(", ")))?;
            }
        }
        Ok(())
    }

    /// Whether the baseline describes the lake without it: guards that are not kept are work to do, but settings are what
    /// the lake is like, and what is not known may be anything.
    pub(super) fn is_by_design(&self, imported: &Imported) -> bool {
        let is_guard = |id| !matches!(imported.kind(id), Some(Kind::Setting | Kind::Partial));
        { self.0.iter() }.all(|(id, objection)| !objection.is_open && is_guard(id))
    }
}
