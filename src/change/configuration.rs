//! EMR: the security configuration, and what the account blocks.

use super::plan::{Change, Class, Draft, Evidence, Fate, Kind, Sign};
use super::step::Phase;
use crate::control::Verdict;
use crate::live::operation::{CREATE_SECURITY_CONFIGURATION, PUT_BLOCK_PUBLIC_ACCESS};
use crate::observed::ResourceKind;
use serde_json::{Value, json};

const BLOCKED: &str = "account.block-public-access";

/// Plans what EMR blocks in the account and region.
pub(super) fn block_public_access(draft: &mut Draft<'_, '_>) {
    let wanted = draft.desired.artifacts.block_public_access.to_json();
    let Some(Value::Object(wanted)) = wanted.get("BlockPublicAccessConfiguration") else {
        return;
    };
    let (now, verdict) = match &draft.current.block_public_access {
        Some(Ok(known)) => known.clone(),
        Some(Err(why)) => {
            let said = format!("block public access is not known: {why}");
            return draft.unknown.push(said);
        }
        None => {
            let said = "block public access was not observed".to_owned();
            return draft.unknown.push(said);
        }
    };
    if !matches!(verdict, Verdict::Noncompliant | Verdict::Indeterminate) {
        return;
    }
    let mut next = now.clone();
    if let Value::Object(next) = &mut next {
        next.extend(wanted.clone());
    }
    if next == now {
        return;
    }
    let number = draft.change(Change {
        kind: Kind::BlockPublicAccess,
        sign: Sign::Change,
        class: Class::Different,
        fate: Fate::Planned,
        what: "block public access".to_owned(),
        holder: None,
        detail: Some(differences(&now, &next)),
        wanted: draft.desired.lines_of(BLOCKED),
        evidence: Evidence::default(),
    });
    draft.call(
        Phase::BlockPublicAccess,
        &PUT_BLOCK_PUBLIC_ACCESS,
        "block-public-access",
        json!({ "BlockPublicAccessConfiguration": next }),
        vec![number],
    );
}

/// Each member that becomes another.
fn differences(now: &Value, next: &Value) -> String {
    let members = next.as_object().into_iter().flatten();
    let each = members.filter_map(|(name, value)| {
        let before = now.get(name);
        let shown = before.map_or_else(|| "nothing".to_owned(), Value::to_string);
        (before != Some(value)).then(|| format!("`{name}` {shown} becomes {value}"))
    });
    each.collect::<Vec<_>>().join("; ")
}

/// Plans the security configuration, which bears the digest of its document in its name and is never changed.
pub(super) fn security_configuration(draft: &mut Draft<'_, '_>) {
    let Some((name, text)) = draft.desired.configuration.clone() else {
        return;
    };
    let all = draft
        .current
        .listed
        .contains(&ResourceKind::EmrSecurityConfiguration);
    match draft.current.configurations.get(&name) {
        Some(Ok(Some(document))) => {
            let same = serde_json::from_str::<Value>(&text).is_ok_and(|wanted| wanted == *document);
            if !same {
                draft.refuse(
                    format!("security configuration `{name}` exists with another document"),
                    "somebody else made it: its name holds the digest of the document that is wanted; delete it if no cluster uses it, and run again",
                );
            }
            return;
        }
        Some(Ok(None)) => {}
        None if all => {}
        Some(Err(why)) => {
            let said =
                format!("whether security configuration `{name}` exists is not known: {why}");
            return draft.unknown.push(said);
        }
        None => {
            let said = format!("whether security configuration `{name}` exists was not observed");
            return draft.unknown.push(said);
        }
    }
    let number = draft.change(Change {
        kind: Kind::SecurityConfiguration,
        sign: Sign::Add,
        class: Class::Missing,
        fate: Fate::Planned,
        what: format!("security configuration `{name}`"),
        holder: None,
        detail: None,
        wanted: draft.desired.lines_of("emr.security-configuration"),
        evidence: Evidence::default(),
    });
    draft.call(
        Phase::SecurityConfiguration,
        &CREATE_SECURITY_CONFIGURATION,
        format!("security-configuration/{name}"),
        json!({ "Name": name, "SecurityConfiguration": text }),
        vec![number],
    );
}
