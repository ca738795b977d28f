//! Conditions as formulas over what cannot be decided.
//!
//! An undecidable condition rests on *variables*, parameters without a value that are compared with texts, and
//! on *atoms*, comparisons of which nothing more is known. `Equals(P, "a")` and `Equals(P, "b")` share the
//! variable `P`, so that they are never both true.

use super::eval::Evaluator;
use super::sections::member;
use crate::observed::tree::{Entry, Kind, NodeId};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// How deep conditions may be nested.
const MAX_DEPTH: u32 = 64;

/// A condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Formula {
    /// Decided by the template.
    Known(bool),
    /// The variable has this one of its literals.
    Is(usize, usize),
    /// An atom.
    Atom(usize),
    /// It does not hold.
    Not(Box<Self>),
    /// All hold.
    All(Vec<Self>),
    /// At least one holds.
    Any(Vec<Self>),
    /// Another condition.
    Named(String),
    /// Not to be decided by any choice: a mistake, or a cycle.
    Lost,
}

/// A parameter, or pseudo parameter, that has no value.
#[derive(Clone, Debug)]
pub(super) struct Variable {
    /// Its name.
    pub(super) name: String,
    /// The texts that it is compared with.
    pub(super) literals: Vec<String>,
    /// The only values it can have, when they are listed.
    allowed: Option<Vec<String>>,
}

impl Variable {
    /// Whether it may have another value than the literals.
    pub(super) fn may_differ(&self) -> bool {
        self.allowed
            .as_ref()
            .is_none_or(|allowed| allowed.iter().any(|text| !self.literals.contains(text)))
    }

    fn literal(&mut self, text: &str) -> Option<usize> {
        if self
            .allowed
            .as_ref()
            .is_some_and(|allowed| !allowed.iter().any(|one| one == text))
        {
            return None;
        }
        let at = self.literals.iter().position(|literal| literal == text);
        Some(at.unwrap_or_else(|| {
            self.literals.push(text.to_owned());
            self.literals.len() - 1
        }))
    }
}

/// The conditions that resources of ours rest on.
#[derive(Debug, Default)]
pub(super) struct Formulas {
    /// Each condition by its name.
    pub(super) named: BTreeMap<String, Formula>,
    /// What each condition means.
    pub(super) meanings: BTreeMap<String, String>,
    /// The variables, in the order met.
    pub(super) variables: Vec<Variable>,
    /// The atoms as canonical text, in the order met.
    pub(super) atoms: Vec<String>,
}

impl Formulas {
    /// Adds a condition, and those that it rests on.
    pub(super) fn add(&mut self, name: &str, evaluator: &mut Evaluator<'_>, depth: u32) {
        if self.named.contains_key(name) {
            return;
        }
        // INVARIANT: set before what it rests on, so that a cycle ends here.
        self.named.insert(name.to_owned(), Formula::Lost);
        let Some(declared) = evaluator.sections.conditions.get(name).copied() else {
            return;
        };
        let formula = self.formula(declared, evaluator, depth);
        self.named.insert(name.to_owned(), formula);
        self.keep_meaning(name, evaluator);
    }

    fn formula(&mut self, id: NodeId, evaluator: &mut Evaluator<'_>, depth: u32) -> Formula {
        if depth > MAX_DEPTH {
            return Formula::Lost;
        }
        let entries = evaluator.entries(id);
        let [
            Entry {
                key: Some(key),
                value,
                ..
            },
        ] = entries.as_slice()
        else {
            return match evaluator.tree.slot(id).kind {
                Kind::Bool(value) => Formula::Known(value),
                Kind::Null
                | Kind::Number(_)
                | Kind::String(_)
                | Kind::List(_)
                | Kind::Map(..)
                | Kind::Template(_)
                | Kind::Unreadable(_) => Formula::Lost,
            };
        };
        let items = evaluator.items(*value).unwrap_or_default();
        match evaluator.owned(*key).as_str() {
            "Condition" => {
                let Some(name) = evaluator.scalar(*value).map(str::to_owned) else {
                    return Formula::Lost;
                };
                self.add(&name, evaluator, depth + 1);
                Formula::Named(name)
            }
            "Fn::Equals" => match items.as_slice() {
                [left, right] => self.equals(*left, *right, evaluator),
                _ => Formula::Lost,
            },
            "Fn::Not" => match items.as_slice() {
                [inner] => Formula::Not(Box::new(self.formula(*inner, evaluator, depth + 1))),
                _ => Formula::Lost,
            },
            "Fn::And" => Formula::All(self.formulas(&items, evaluator, depth + 1)),
            "Fn::Or" => Formula::Any(self.formulas(&items, evaluator, depth + 1)),
            _ => Formula::Lost,
        }
    }

    fn formulas(
        &mut self,
        items: &[NodeId],
        evaluator: &mut Evaluator<'_>,
        depth: u32,
    ) -> Vec<Formula> {
        if items.is_empty() {
            return vec![Formula::Lost];
        }
        items
            .iter()
            .map(|item| self.formula(*item, evaluator, depth))
            .collect()
    }

    fn equals(&mut self, left: NodeId, right: NodeId, evaluator: &mut Evaluator<'_>) -> Formula {
        let values = [evaluator.eval(left), evaluator.eval(right)];
        let [left_text, right_text] = values.map(|value| evaluator.known_text(value));
        match (left_text, right_text) {
            (Some(left), Some(right)) => return Formula::Known(left == right),
            (Some(text), None) => {
                if let Some(formula) = self.compared(right, &text, evaluator) {
                    return formula;
                }
            }
            (None, Some(text)) => {
                if let Some(formula) = self.compared(left, &text, evaluator) {
                    return formula;
                }
            }
            (None, None) => {}
        }
        let mut sides = [left, right].map(|side| evaluator.canonical(side));
        if sides.iter().any(String::is_empty) {
            return Formula::Lost;
        }
        sides.sort();
        let [first, second] = &sides;
        if first == second {
            return Formula::Known(true);
        }
        let text = format!("{first} = {second}");
        let at = self.atoms.iter().position(|atom| *atom == text);
        Formula::Atom(at.unwrap_or_else(|| {
            self.atoms.push(text);
            self.atoms.len() - 1
        }))
    }

    /// A variable compared with a text.
    fn compared(&mut self, side: NodeId, text: &str, evaluator: &Evaluator<'_>) -> Option<Formula> {
        let name = evaluator.scalar(member(&evaluator.tree, side, "Ref"))?;
        let variable = self.variable(name, evaluator);
        let literal = self.variables.get_mut(variable)?.literal(text);
        Some(literal.map_or(Formula::Known(false), |literal| {
            Formula::Is(variable, literal)
        }))
    }

    fn variable(&mut self, name: &str, evaluator: &Evaluator<'_>) -> usize {
        if let Some(at) = self.variables.iter().position(|known| known.name == name) {
            return at;
        }
        self.variables.push(Variable {
            name: name.to_owned(),
            literals: Vec::new(),
            allowed: evaluator.allowed_values(name),
        });
        self.variables.len() - 1
    }

    /// Makes every allowed value of a parameter one that is told apart: a mapping is looked up by it.
    pub(super) fn tell_apart(&mut self, name: &str, evaluator: &Evaluator<'_>) {
        if evaluator.allowed_values(name).is_none() {
            return;
        }
        let variable = self.variable(name, evaluator);
        if let Some(variable) = self.variables.get_mut(variable) {
            for text in variable.allowed.clone().unwrap_or_default() {
                variable.literal(&text);
            }
        }
    }
}

impl Evaluator<'_> {
    /// What a value is compared by: its text; of a list or map, its JSON. `None` when not all of it is known.
    fn known_text(&self, value: NodeId) -> Option<String> {
        if let Some(text) = self.scalar(value) {
            return Some(text.to_owned());
        }
        let mut text = String::new();
        self.write(value, 0, &mut text).then_some(text)
    }

    /// A value as text that is equal for equal values, functions and all; empty when it is too long.
    pub(super) fn canonical(&self, value: NodeId) -> String {
        let mut text = String::new();
        self.write(value, 0, &mut text);
        text
    }

    /// Writes a value; false when a part of it is not known, or it is too much.
    fn write(&self, value: NodeId, depth: u32, out: &mut String) -> bool {
        const MAX_LENGTH: usize = 1 << 16;
        if depth > MAX_DEPTH || out.len() > MAX_LENGTH {
            out.clear();
            return false;
        }
        match self.tree.slot(value).kind {
            Kind::String(_) | Kind::Number(_) | Kind::Bool(_) => {
                let _ = write!(out, "{:?}", self.scalar(value).unwrap_or_default());
                true
            }
            Kind::Null => {
                out.push_str("null");
                true
            }
            Kind::Map(..) | Kind::List(_) => {
                out.push('[');
                let mut known = true;
                for entry in self.entries(value) {
                    if let Some(key) = entry.key {
                        let _ = write!(out, "{:?}:", self.tree.text(key));
                    }
                    known &= self.write(entry.value, depth + 1, out);
                    if !known && out.is_empty() {
                        return false;
                    }
                    out.push(',');
                }
                out.push(']');
                known
            }
            Kind::Template(_) | Kind::Unreadable(_) => {
                let _ = write!(out, "?{value}");
                false
            }
        }
    }

    /// The values that a parameter is limited to. A secret's are not tried.
    fn allowed_values(&self, name: &str) -> Option<Vec<String>> {
        let declared = *self.sections.parameters.get(name)?;
        let values = self.items(member(&self.tree, declared, "AllowedValues"))?;
        let secret = self.scalar(member(&self.tree, declared, "NoEcho"));
        if secret.is_some_and(|text| text.eq_ignore_ascii_case("true")) {
            return None;
        }
        values
            .into_iter()
            .map(|value| self.scalar(value).map(str::to_owned))
            .collect()
    }
}
