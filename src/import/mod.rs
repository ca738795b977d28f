//! The baseline that describes a data lake as it was observed: what a team with years of grants starts from.
//!
//! What the language can say is written so that an audit by it finds nothing; what it cannot say is told, each with its
//! reason, and never left out in silence. Whether the outcome holds is not decided here: the command audits what it wrote.

mod grants;
mod group;
mod inventory;
mod lists;
mod settings;
mod toml;
mod words;

pub use inventory::Inventory;

use crate::baseline::Problem;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// What a baseline says about itself and where it holds.
#[derive(Clone, Debug)]
pub struct Head {
    /// Its name.
    pub name: String,
    /// What it was written from, as the user named it.
    pub from: String,
    /// The name of its target.
    pub target: String,
    /// The account.
    pub account: String,
    /// The region.
    pub region: String,
    /// Whether it is audited before it is shown, as estates are and files are not.
    pub is_audited: bool,
}

/// A table of the baseline: one control.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// The control.
    pub control: &'static str,
    /// Its settings, as TOML.
    pub text: String,
    /// What it is.
    pub kind: Kind,
}

/// What a table of the baseline is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A list of what is there: grants, filters, tags, locations. It stands whatever else is found.
    List,
    /// Settings as they are.
    Setting,
    /// Settings of which a part was not seen: an estate shows whether the rest holds, and files do not.
    Partial,
    /// What needs nothing of the lake but that it holds, and is kept where it does.
    Guard,
}

/// Why a table is not in the baseline.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Objection {
    /// What was found.
    pub why: String,
    /// Whether the lake is known not to keep it.
    pub is_broken: bool,
    /// Whether something of it is not known.
    pub is_open: bool,
}

/// Why tables are not in the baseline, by control.
pub type Objections = BTreeMap<&'static str, Objection>;

/// What an inventory comes to.
#[derive(Clone, Debug, Default)]
pub struct Imported {
    /// The tables, in the order in which they are written.
    pub sections: Vec<Section>,
    /// What the language cannot say: where it stands, and why.
    pub left: Vec<String>,
}

impl Imported {
    /// Whether there is nothing that a baseline could describe.
    pub fn is_empty(&self) -> bool {
        let is_nothing = |section: &Section| match section.kind {
            Kind::Guard => true,
            Kind::Setting | Kind::Partial => false,
            Kind::List => !section.text.contains("\n[["),
        };
        self.sections.iter().all(is_nothing)
    }

    /// What the table of a control is, if it is written.
    pub fn kind(&self, control: &str) -> Option<Kind> {
        let mut sections = self.sections.iter();
        sections
            .find(|section| section.control == control)
            .map(|section| section.kind)
    }

    /// The guards that a baseline of all this is refused for, each with why.
    pub fn refused(&self, problems: &[Problem]) -> Objections {
        let of = |problem: &Problem| {
            let mut sections = self.sections.iter();
            let guard = sections
                .find(|section| section.control == problem.code && section.kind == Kind::Guard)?;
            let objection = Objection {
                why: problem.message.clone(),
                is_broken: true,
                is_open: false,
            };
            Some((guard.control, objection))
        };
        problems.iter().filter_map(of).collect()
    }

    /// The baseline. Of controls with an objection only the objection is written, as a comment.
    pub fn baseline(&self, head: &Head, objections: &Objections) -> String {
        let mut text = format!(
            "# Written by `emr-baseline import` from `{}`: the data lake as it is, not as it should be. Review it.\n\n\
             schema = 1\n\n[baseline]\nname        = {}\ndescription = {}\n\n[targets.{}]\naccount = {}\nregion  = {}\n",
            toml::comment(&head.from),
            toml::string(&head.name),
            toml::string(&format!(
                "What account {} grants in {}.",
                head.account, head.region
            )),
            toml::key(&head.target),
            toml::string(&head.account),
            toml::string(&head.region),
        );
        let sections = self.sections.iter();
        for section in sections.filter(|section| !objections.contains_key(section.control)) {
            text.push('\n');
            text.push_str(&section.text);
        }
        let unknown = if head.is_audited {
            "What is not known to hold, and is left out:"
        } else {
            "Not known from files, and left out:"
        };
        for (heading, is_broken) in [
            ("What does not hold today, and is left out:", true),
            (unknown, false),
        ] {
            let left_out = self.sections.iter().filter_map(|section| {
                let own = objections.get(section.control)?;
                (own.is_broken == is_broken).then_some((section.control, &own.why))
            });
            for (at, (control, why)) in left_out.enumerate() {
                if at == 0 {
                    let _ = write!(text, "\n# {heading}\n");
                }
                let _ = writeln!(text, "# - {control}: {}", toml::comment(why));
            }
        }
        if !self.left.is_empty() {
            text.push_str("\n# What is there and cannot be said here:\n");
            for line in &self.left {
                let _ = writeln!(text, "# - {}", toml::comment(line));
            }
        }
        text
    }
}
