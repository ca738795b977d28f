//! The choices of undecidable conditions that are tried, each a consistent world.

use super::conditions::{Formula, Formulas};
use std::collections::BTreeMap;

/// How many worlds are tried. A condition that would make more of them stays undecided, and what it chooses
/// is unknown.
pub(super) const MAX_WORLDS: usize = 64;

/// One choice of the undecidable conditions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Choice {
    /// Whether each condition holds; `None` when that is left undecided.
    pub(super) conditions: BTreeMap<String, Option<bool>>,
    /// The values of parameters that the choice rests on; `None` when the choice leaves it open.
    pub(super) values: BTreeMap<String, Option<String>>,
}

impl Choice {
    /// Whether a condition holds here, if that is decided.
    pub(super) fn holds(&self, name: &str) -> Option<bool> {
        self.conditions.get(name).copied().flatten()
    }
}

/// The value of a variable in a world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Assigned {
    /// This one of its literals.
    Literal(usize),
    /// None of them.
    Other,
    /// Not told: there would be too many worlds.
    Open,
}

/// One assignment of all variables and atoms.
#[derive(Clone, Debug)]
struct Assignment {
    variables: Vec<Assigned>,
    atoms: Vec<Option<bool>>,
}

impl Assignment {
    fn decides(&self, formula: &Formula, formulas: &Formulas, depth: usize) -> Option<bool> {
        // INVARIANT: conditions do not form cycles, so each step down is another condition or a smaller formula.
        let inner = |formula: &Formula| self.decides(formula, formulas, depth + 1);
        match formula {
            _ if depth > 4096 => None,
            Formula::Known(value) => Some(*value),
            Formula::Is(variable, literal) => match self.variables.get(*variable)? {
                Assigned::Literal(assigned) => Some(assigned == literal),
                Assigned::Other => Some(false),
                Assigned::Open => None,
            },
            Formula::Atom(atom) => self.atoms.get(*atom).copied().flatten(),
            Formula::Not(formula) => inner(formula).map(|value| !value),
            Formula::All(all) => any_is(all.iter().map(inner), false),
            Formula::Any(any) => any_is(any.iter().map(inner), true),
            Formula::Named(name) => inner(formulas.named.get(name)?),
            Formula::Lost => None,
        }
    }
}

/// The deciding value if any part has it, the other if all parts have that, else unknown (Kleene's logic).
fn any_is(parts: impl Iterator<Item = Option<bool>>, deciding: bool) -> Option<bool> {
    let mut unknown = false;
    for part in parts {
        match part {
            Some(value) if value == deciding => return Some(deciding),
            Some(_) => {}
            None => unknown = true,
        }
    }
    if unknown { None } else { Some(!deciding) }
}

/// The worlds of the conditions that are asked for by name (`direct`) and of the variables that are told apart,
/// each with its description. There is at least one.
pub(super) fn worlds(
    formulas: &Formulas,
    direct: &[String],
    told_apart: &[String],
) -> Vec<(Option<String>, Choice)> {
    let mut choices: Vec<Choice> = Vec::new();
    for assignment in assignments(formulas) {
        let choice = choice_of(&assignment, formulas, direct);
        let same = choices.iter_mut().find(|known| {
            known.conditions == choice.conditions
                && told_apart
                    .iter()
                    .all(|name| known.values.get(name) == choice.values.get(name))
        });
        match same {
            // What the two disagree in is left open.
            Some(known) => {
                for (name, value) in &mut known.values {
                    if choice.values.get(name) != Some(value) {
                        *value = None;
                    }
                }
            }
            None => choices.push(choice),
        }
    }
    let labels: Vec<Option<String>> = choices
        .iter()
        .map(|choice| label(choice, &choices, told_apart))
        .collect();
    labels.into_iter().zip(choices).collect()
}

fn choice_of(assignment: &Assignment, formulas: &Formulas, direct: &[String]) -> Choice {
    let conditions = direct.iter().map(|name| {
        let formula = formulas.named.get(name);
        let value = formula.and_then(|formula| assignment.decides(formula, formulas, 0));
        (name.clone(), value)
    });
    let values = formulas.variables.iter().zip(&assignment.variables);
    let values = values.map(|(variable, assigned)| {
        let value = match assigned {
            Assigned::Literal(literal) => variable.literals.get(*literal).cloned(),
            Assigned::Other | Assigned::Open => None,
        };
        (variable.name.clone(), value)
    });
    Choice {
        conditions: conditions.collect(),
        values: values.collect(),
    }
}

/// Every assignment of the first variables and atoms, as many as fit; the others are left open.
fn assignments(formulas: &Formulas) -> Vec<Assignment> {
    let mut all = vec![Assignment {
        variables: Vec::new(),
        atoms: Vec::new(),
    }];
    for variable in &formulas.variables {
        let mut values: Vec<Assigned> = (0..variable.literals.len())
            .map(Assigned::Literal)
            .collect();
        if variable.may_differ() {
            values.push(Assigned::Other);
        }
        if all.len() * values.len() > MAX_WORLDS || values.is_empty() {
            values = vec![Assigned::Open];
        }
        all = extended(&all, &values, |assignment, value| {
            assignment.variables.push(value);
        });
    }
    for _ in &formulas.atoms {
        let values: &[Option<bool>] = if all.len() * 2 > MAX_WORLDS {
            &[None]
        } else {
            &[Some(true), Some(false)]
        };
        all = extended(&all, values, |assignment, value| {
            assignment.atoms.push(value);
        });
    }
    all
}

fn extended<T: Copy>(
    all: &[Assignment],
    values: &[T],
    push: impl Fn(&mut Assignment, T),
) -> Vec<Assignment> {
    let with = |assignment: &Assignment, value: T| {
        let mut assignment = assignment.clone();
        push(&mut assignment, value);
        assignment
    };
    all.iter()
        .flat_map(|assignment| values.iter().map(|value| with(assignment, *value)))
        .collect()
}

/// What distinguishes a world from the others.
fn label(choice: &Choice, choices: &[Choice], told_apart: &[String]) -> Option<String> {
    let conditions = choice.conditions.iter().filter_map(|(name, value)| {
        let differs = choices
            .iter()
            .any(|other| other.conditions.get(name) != Some(value));
        let value = (*value).filter(|_| differs)?;
        Some(format!("`{name}` is {value}"))
    });
    let values = told_apart.iter().filter_map(|name| {
        let value = choice.values.get(name)?.as_deref();
        let differs = choices
            .iter()
            .any(|other| other.values.get(name).map(Option::as_deref) != Some(value));
        differs.then(|| format!("`{name}` is `{}`", value.unwrap_or("another value")))
    });
    let parts: Vec<String> = conditions.chain(values).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}
