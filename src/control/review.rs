//! What a control may object to before anything is compiled or judged.

use super::lake::declared::DeclaredOnce;
use super::lake::standing::Declared;
use super::settings::{Origin, Requirement};
use super::view::{Requirements, Target};

/// An objection to what a baseline asks: a mistake of its author, shown at its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objection {
    /// The control that objects.
    pub control: &'static str,
    /// What is wrong, in one line.
    pub message: String,
    /// What to do.
    pub help: String,
    /// The places, each with a label; the first is the main one.
    pub places: Vec<(Origin, String)>,
    /// False for a warning, which does not stop anything.
    pub fatal: bool,
}

/// What a control sees when it reviews its own settings.
#[derive(Debug)]
pub struct Review<'a> {
    control: &'static str,
    own: &'a Requirement,
    requirements: &'a Requirements,
    target: Option<&'a Target>,
    declared: &'a DeclaredOnce,
    objections: Vec<Objection>,
}

impl<'a> Review<'a> {
    /// A review of one control's requirement among all.
    pub fn new(
        control: &'static str,
        own: &'a Requirement,
        requirements: &'a Requirements,
        target: Option<&'a Target>,
        declared: &'a DeclaredOnce,
    ) -> Self {
        Self {
            control,
            own,
            requirements,
            target,
            declared,
            objections: Vec::new(),
        }
    }

    /// The control's own requirement.
    pub fn own(&self) -> &'a Requirement {
        self.own
    }

    /// Another control as the baseline asks for it.
    pub fn requirement(&self, control: &str) -> Option<&'a Requirement> {
        self.requirements.get(control)
    }

    /// Every control that the baseline requires.
    pub fn requirements(&self) -> &'a Requirements {
        self.requirements
    }

    /// The target, when the baseline is bound to one.
    pub fn target(&self) -> Option<&'a Target> {
        self.target
    }

    /// The grants that `lake.grants` declares, as they are in the account of the target.
    pub fn declared(&self) -> &'a Declared {
        let requirement = self.requirement("lake.grants");
        self.declared.get(requirement, self.target)
    }

    /// Objects at the given places; without any, at the control's table.
    pub fn object(
        &mut self,
        places: Vec<(Origin, String)>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.push(places, message.into(), help.into(), true);
    }

    /// Warns at the given places; without any, at the control's table.
    pub fn warn(
        &mut self,
        places: Vec<(Origin, String)>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.push(places, message.into(), help.into(), false);
    }

    fn push(
        &mut self,
        mut places: Vec<(Origin, String)>,
        message: String,
        help: String,
        fatal: bool,
    ) {
        if places.is_empty() {
            places = self
                .own
                .origins
                .iter()
                .map(|origin| (origin.clone(), "asked for here".to_owned()))
                .collect();
        }
        self.objections.push(Objection {
            control: self.control,
            message,
            help,
            places,
            fatal,
        });
    }

    /// What was objected to.
    pub fn into_objections(self) -> Vec<Objection> {
        self.objections
    }
}
