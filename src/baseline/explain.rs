//! What a baseline asks of a control in effect, and every line through all layers that asks for it.

use super::Baseline;
use super::show::{default_shape, show};
use crate::control::{Entry, Severity};
use crate::controls;
use crate::origin::Origin;

/// A control as a baseline asks for it.
#[derive(Clone, Debug)]
pub struct Explained {
    /// The control.
    pub entry: &'static Entry,
    /// The severity of its findings, and the line that sets it when it is not the control's own.
    pub severity: (Severity, Option<Origin>),
    /// Where each layer writes its table; empty for `baseline.waivers`, which nobody needs to write.
    pub origins: Vec<Origin>,
    /// Its settings, in declared order.
    pub settings: Vec<ExplainedSetting>,
}

/// A setting as a baseline asks for it.
#[derive(Clone, Debug)]
pub struct ExplainedSetting {
    /// Its key.
    pub key: String,
    /// What it means.
    pub doc: String,
    /// The demand as TOML writes it; `None` when nothing is asked.
    pub value: Option<String>,
    /// True when no layer gives it.
    pub is_default: bool,
    /// Each line that asks, in the order of the layers, and what it alone asks for.
    pub lines: Vec<(Origin, String)>,
}

/// Explains one control; `None` when the baseline does not require it.
pub fn explain(baseline: &Baseline, control: &str) -> Option<Explained> {
    let entry = controls::find(control)?;
    let id = entry.meta.id;
    let requirement = baseline.requirements.get(id)?;
    let written = baseline.written.get(id);
    let settings = (entry.fields)().into_iter().map(|field| {
        let asked = requirement.shape(&field.key);
        let shape = asked.cloned().or_else(|| default_shape(&field));
        let lines = written.and_then(|written| written.get(&field.key));
        ExplainedSetting {
            value: shape.map(|shape| show(&field.spec, &shape)),
            is_default: asked.is_none(),
            lines: lines
                .into_iter()
                .flatten()
                .map(|line| (line.origin.clone(), show(&field.spec, &line.shape)))
                .collect(),
            key: field.key,
            doc: field.doc,
        }
    });
    let severity = baseline.severities.get(id);
    Some(Explained {
        entry,
        severity: severity.map_or((entry.meta.severity, None), |(severity, origin)| {
            (*severity, Some(origin.clone()))
        }),
        origins: requirement.origins.clone(),
        settings: settings.collect(),
    })
}

/// Explains every control that a baseline requires, in the order of the registry.
pub fn explain_all(baseline: &Baseline) -> Vec<Explained> {
    controls::REGISTRY
        .iter()
        .filter_map(|entry| explain(baseline, entry.meta.id))
        .collect()
}
