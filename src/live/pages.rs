//! Pages of one answer, put together.

use super::call::{Call, Failure, Outcome};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The pages so far of what goes on, by action and subject.
#[derive(Clone, Debug, Default)]
pub struct Pages {
    so_far: BTreeMap<(&'static str, String), Map<String, Value>>,
}

impl Pages {
    /// The call for the next page, or the whole outcome. A list that `is_enough` for its reader ends there.
    ///
    /// # Errors
    /// The whole outcome.
    pub fn page(
        &mut self,
        call: &Call,
        outcome: Outcome,
        is_enough: impl Fn(&Map<String, Value>) -> bool,
    ) -> Result<Call, Outcome> {
        let Some(page) = call.operation.page else {
            return Err(outcome);
        };
        let key = (call.operation.action, call.about.clone());
        let Ok(mut answer) = outcome else {
            // A list of which a page is missing is not the list.
            self.so_far.remove(&key);
            return Err(outcome);
        };
        let next = answer.remove(page.next);
        let next = next.filter(|token| token.as_str().is_some_and(|token| !token.is_empty()));
        let so_far = self.so_far.entry(key.clone()).or_default();
        for (member, value) in answer {
            match (so_far.get_mut(&member), value) {
                (Some(Value::Array(items)), Value::Array(more)) => items.extend(more),
                (_, value) => drop(so_far.insert(member, value)),
            }
        }
        let next = next.filter(|_| !is_enough(so_far));
        let Some(token) = next else {
            return Err(Ok(self.so_far.remove(&key).unwrap_or_default()));
        };
        let repeated = call.input.get(page.ask) == Some(&token);
        if repeated {
            self.so_far.remove(&key);
            let why = "the service gave the same page again";
            return Err(Err(Failure::of("RepeatedPage", why)));
        }
        let mut next = call.clone();
        next.input.insert(page.ask.to_owned(), token);
        Ok(next)
    }
}
