//! The choices of undecidable conditions that are tried, each a consistent world.

use super::conditions::{Formula, Formulas};
use crate::observed::Facts;
use std::collections::{BTreeMap, BTreeSet};

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
) -> Vec<(Option<String>, Facts, Choice)> {
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
    let labels: Vec<(Option<String>, Facts)> = choices
        .iter()
        .map(|choice| label(choice, &choices, formulas, told_apart))
        .collect();
    let worlds = labels.into_iter().zip(choices);
    worlds
        .map(|((label, facts), choice)| (label, facts, choice))
        .collect()
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

/// What distinguishes a world from the others: in words, and fact by fact. Facts tell what conditions mean, for names stay
/// when meanings change.
fn label(
    choice: &Choice,
    choices: &[Choice],
    formulas: &Formulas,
    told_apart: &[String],
) -> (Option<String>, Facts) {
    let mut facts = Facts::new();
    let mut parts = Vec::new();
    for (name, value) in &choice.conditions {
        let mut others = choices.iter();
        let differs = others.any(|other| other.conditions.get(name) != Some(value));
        if let Some(value) = value.filter(|_| differs) {
            parts.push(format!("`{name}` is {value}"));
            let meaning = formulas.meanings.get(name).unwrap_or(name);
            facts.insert(meaning.clone(), value.to_string());
        }
    }
    for name in told_apart {
        let Some(value) = choice.values.get(name) else {
            continue;
        };
        let values: BTreeSet<Option<&String>> = choices
            .iter()
            .map(|other| other.values.get(name).and_then(Option::as_ref))
            .collect();
        if values.len() < 2 {
            continue;
        }
        let shown = value.as_deref().unwrap_or("another value");
        parts.push(format!("`{name}` is `{shown}`"));
        // Which values are others depends on those that are told apart.
        let fact = value.as_ref().map_or_else(
            || format!("none of {:?}", values.iter().flatten().collect::<Vec<_>>()),
            |value| format!("`{value}`"),
        );
        facts.insert(format!("`{name}`"), fact);
    }
    ((!parts.is_empty()).then(|| parts.join(", ")), facts)
}
