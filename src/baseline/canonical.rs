//! The digest of a baseline: of what it asks for in effect, so that comments, order and layers do not change it.

use super::Baseline;
use super::show::{Shown, default_shape};
use super::waiver::{Waived, Waiver};
use crate::control::settings::Spec;
use crate::controls;
use crate::digest::hex;
use crate::lattice::{Shape, Text};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};

/// `sha256:` and the digest of the canonical form.
pub(super) fn digest(baseline: &Baseline) -> String {
    let mut hashing = Hashing(Sha256::new());
    let mut out = BufWriter::new(&mut hashing);
    let written = serde_json::to_writer(&mut out, &canonical(baseline));
    let flushed = out.flush();
    drop(out);
    debug_assert!(written.is_ok() && flushed.is_ok(), "hashing cannot fail");
    format!("sha256:{}", hex(&hashing.0.finalize(), 64))
}

/// What is written is hashed: the grants of a large account make a long text, of which nobody needs more.
struct Hashing(Sha256);

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The canonical form; its members are in a fixed order.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Canonical<'a> {
    target: Option<[&'a str; 3]>,
    requirements: BTreeMap<&'a str, BTreeMap<String, Demand<'a>>>,
    severities: BTreeMap<&'a str, &'a str>,
    waivers: Vec<String>,
    max_waiver_days: Option<i64>,
}

fn canonical(baseline: &Baseline) -> Canonical<'_> {
    let target = baseline.target.as_ref();
    let mut waivers: Vec<String> = baseline
        .waivers
        .iter()
        .map(|one| waiver(one).to_string())
        .collect();
    waivers.sort();
    waivers.dedup();
    let severities = baseline.severities.iter();
    Canonical {
        target: target.map(|target| [&*target.name, &*target.account, &*target.region]),
        requirements: requirements(baseline),
        severities: severities
            .map(|(id, (severity, _))| (*id, severity.name()))
            .collect(),
        waivers,
        max_waiver_days: baseline.max_waiver_days,
    }
}

/// A demand, which is written as TOML writes it.
struct Demand<'a>(Spec, Cow<'a, Shape>);

impl Serialize for Demand<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&Shown(&self.0, &self.1))
    }
}

/// By control and key, the demand; defaults count as if they were written.
fn requirements(baseline: &Baseline) -> BTreeMap<&str, BTreeMap<String, Demand<'_>>> {
    let mut all = BTreeMap::new();
    for (id, requirement) in &baseline.requirements {
        let fields = controls::find(id)
            .map(|entry| (entry.fields)())
            .unwrap_or_default();
        let settings = fields.into_iter().filter_map(|field| {
            let asked = requirement.shape(&field.key).map(Cow::Borrowed);
            let shape = asked.or_else(|| default_shape(&field).map(Cow::Owned))?;
            Some((field.key, Demand(field.spec, shape)))
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
