//! Evaluations that keep what they rest on, where they are to be compared.

use super::{Evaluation, Evidence, Judge, Ready, evaluate};
use crate::control::Conditions;
use crate::observed::Identity;
use std::sync::Arc;

impl Judge<'_> {
    /// Adds the conditions of one control on one resource up to an evaluation.
    pub(super) fn evaluate(
        &self,
        ready: &Ready<'_>,
        resource: &Arc<Identity>,
        conditions: &Conditions,
    ) -> Evaluation {
        let mut evaluation = evaluate(ready, resource, conditions);
        if self.keeps_evidence {
            let troubles = conditions.troubles().iter();
            let evidence = troubles.map(|condition| {
                let required = condition.required_by(ready.requirement);
                Evidence::of(condition, ready.severity, required)
            });
            evaluation.evidence = evidence.collect();
        }
        evaluation
    }
}
