//! The digest of a baseline: of what it asks for in effect, so that comments, order and layers do not change it.

use super::Baseline;
use super::show::{default_shape, show};
use super::waiver::{Waived, Waiver};
use crate::controls;
use crate::digest::hex;
use crate::lattice::Text;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// `sha256:` and the digest of the canonical form.
pub(super) fn digest(baseline: &Baseline) -> String {
    let text = canonical(baseline).to_string();
    format!("sha256:{}", hex(&Sha256::digest(text.as_bytes()), 64))
}

fn canonical(baseline: &Baseline) -> Value {
    let target = baseline
        .target
        .as_ref()
        .map(|target| json!([target.name, target.account, target.region]));
    let mut waivers: Vec<String> = baseline
        .waivers
        .iter()
        .map(|one| waiver(one).to_string())
        .collect();
    waivers.sort();
    waivers.dedup();
    let severities: BTreeMap<&str, &str> = baseline
        .severities
        .iter()
        .map(|(id, (severity, _))| (*id, severity.name()))
        .collect();
    json!({
        "target": target,
        "requirements": requirements(baseline),
        "severities": severities,
        "waivers": waivers,
        "max-waiver-days": baseline.max_waiver_days,
    })
}

/// By control and key, the demand as TOML writes it; defaults count as if they were written.
fn requirements(baseline: &Baseline) -> BTreeMap<&str, BTreeMap<String, String>> {
    let mut all = BTreeMap::new();
    for (id, requirement) in &baseline.requirements {
        let fields = controls::find(id)
            .map(|entry| (entry.fields)())
            .unwrap_or_default();
        let settings = fields.into_iter().filter_map(|field| {
            let shape = requirement
                .shape(&field.key)
                .cloned()
                .or_else(|| default_shape(&field))?;
            Some((field.key, show(&field.spec, &shape)))
        });
        all.insert(*id, settings.collect());
    }
    all
}

fn waiver(waiver: &Waiver) -> Value {
    let Waived {
        kind,
        id,
        name,
        account,
        region,
        tags,
    } = &waiver.resource;
    let text = |text: &Option<Text>| text.as_ref().map(Text::to_string);
    let tags: BTreeMap<&str, String> = tags
        .iter()
        .map(|(key, pattern)| (key.as_str(), pattern.to_string()))
        .collect();
    json!({
        "control": waiver.control,
        "resource": [kind.map(crate::observed::ResourceKind::name), text(id), text(name), text(account), text(region), tags],
        "reason": waiver.reason,
        "owner": waiver.owner,
        "ticket": waiver.ticket,
        "expires": waiver.expires.to_string(),
    })
}
