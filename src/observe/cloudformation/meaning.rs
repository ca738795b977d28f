//! What a condition means, as a text that is the same for the same meaning: by it the choice of a condition is known again
//! when its definition changes, and its name does not.

use super::conditions::{Formula, Formulas};
use super::eval::Evaluator;
use super::sections::member;
use crate::aws::secrets::{is_secret_option, shape};
use crate::digest;

/// A longer text stands as its digest.
const LONGEST: usize = 160;
/// Characters of such a digest.
const LENGTH: usize = 16;

impl Formulas {
    /// Keeps what a condition means. What it rests on was kept before.
    pub(super) fn keep_meaning(&mut self, name: &str, evaluator: &Evaluator<'_>) {
        if let Some(formula) = self.named.get(name) {
            let text = self.meaning_of(formula, evaluator);
            self.meanings.insert(name.to_owned(), shortened(text));
        }
    }

    fn meaning_of(&self, formula: &Formula, evaluator: &Evaluator<'_>) -> String {
        let all = |formulas: &[Formula]| {
            let parts = formulas.iter();
            let mut parts: Vec<String> = parts
                .map(|formula| self.meaning_of(formula, evaluator))
                .collect();
            parts.sort();
            parts.dedup();
            parts.join(", ")
        };
        match formula {
            Formula::Known(value) => value.to_string(),
            Formula::Is(variable, literal) => {
                let Some(variable) = self.variables.get(*variable) else {
                    return String::new();
                };
                let text = variable.literals.get(*literal);
                let text = text.map_or("", String::as_str);
                if evaluator.is_secret(&variable.name) || shape(text).is_some() {
                    format!("`{}` is a value that is not shown", variable.name)
                } else {
                    format!("`{}` is `{text}`", variable.name)
                }
            }
            Formula::Atom(atom) => {
                let text = self.atoms.get(*atom).map_or("", String::as_str);
                evaluator.meaning_of_comparison(text)
            }
            Formula::Not(formula) => format!("not ({})", self.meaning_of(formula, evaluator)),
            Formula::All(formulas) => format!("all of ({})", all(formulas)),
            Formula::Any(formulas) => format!("any of ({})", all(formulas)),
            Formula::Named(name) => self.meanings.get(name).unwrap_or(name).clone(),
            Formula::Lost => "undecided".to_owned(),
        }
    }
}

impl Evaluator<'_> {
    /// Whether what a parameter holds is kept out of sight.
    fn is_secret(&self, name: &str) -> bool {
        let declared = self.sections.parameters.get(name);
        let hidden = declared.map(|declared| member(&self.tree, *declared, "NoEcho"));
        let hidden = hidden.and_then(|hidden| self.scalar(hidden));
        is_secret_option(name) || hidden.is_some_and(|text| text.eq_ignore_ascii_case("true"))
    }

    /// A comparison as its two sides are written, with what the mappings say that it looks up.
    fn meaning_of_comparison(&self, text: &str) -> String {
        let names = |name: &String| text.contains(&format!("{name:?}"));
        let mut parameters = self.sections.parameters.keys();
        if shape(text).is_some() || parameters.any(|name| names(name) && self.is_secret(name)) {
            return "a comparison that is not shown".to_owned();
        }
        let mut meaning = text.to_owned();
        if text.contains("Fn::FindInMap") {
            let looked_up = self
                .sections
                .mappings
                .iter()
                .filter(|(name, _)| names(name));
            for (_, mapping) in looked_up {
                let said = self.canonical(*mapping);
                meaning.push_str(" by ");
                meaning.push_str(&digest::of(&said, LENGTH));
            }
        }
        meaning
    }
}

fn shortened(text: String) -> String {
    if text.len() <= LONGEST {
        return text;
    }
    let begin: String = text.chars().take(LONGEST / 2).collect();
    format!("{begin}… {}", digest::of(&text, LENGTH))
}
