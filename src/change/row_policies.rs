//! Row-level-security policies that are declared and are not there: told, and made by nobody here.

use super::plan::{Change, Class, Draft, Evidence, Fate, Kind, Sign};
use crate::observed::ResourceKind;

const BY_HAND: &str = "row-level-security policies are not made here: make it by hand";

/// Tells which of the policies, and of their attachments, are not there.
pub(super) fn row_policies(draft: &mut Draft<'_, '_>) {
    let (desired, seen) = (draft.desired, &draft.current.policies);
    let listed = &draft.current.listed;
    let policies = desired.policies.iter();
    let policies = policies.map(|one| {
        let what = format!("row-level-security policy `{}`", one.name);
        (seen.has(one), what, "policy", &one.identity)
    });
    let attachments = desired.attachments.iter();
    let attachments = attachments.map(|one| {
        let known = seen.has_attachment(one);
        (known, one.to_string(), "attachment", &one.identity)
    });
    let is_listed = listed.contains(&ResourceKind::LakeFormationFilter);
    for (known, what, list, identity) in policies.chain(attachments) {
        match known {
            Some(true) => {}
            Some(false) if is_listed => {
                let wanted = desired.lines("lake.row-policies", list, identity);
                draft.change(Change {
                    kind: Kind::Filters,
                    sign: Sign::Add,
                    class: Class::Missing,
                    fate: Fate::HeldBack(BY_HAND.to_owned()),
                    what,
                    holder: None,
                    detail: None,
                    wanted,
                    evidence: Evidence::default(),
                });
            }
            Some(false) | None => {
                draft
                    .unknown
                    .push(format!("whether {what} is there is not known"));
            }
        }
    }
}
