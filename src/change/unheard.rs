//! Members of AWS's answers that this version does not know: told, and left as they are.

use super::plan::{Change, Class, Draft, Evidence, Fate, Kind, Sign};

/// Tells what AWS says that this version does not know.
pub(super) fn unheard(draft: &mut Draft<'_, '_>, kind: Kind) {
    let found = draft.current.unheard.iter();
    for ((_, member), bears) in found.filter(|((of, _), _)| *of == kind) {
        let more = match bears.others {
            0 => None,
            1 => Some("one more bears it".to_owned()),
            others => Some(format!("{others} more bear it")),
        };
        draft.change(Change {
            kind,
            sign: Sign::Change,
            class: Class::Unheard,
            fate: Fate::Reported(
                "this version does not know what it means: it is left as it is".to_owned(),
            ),
            what: format!("`{member}` of {}", bears.first),
            holder: None,
            detail: more,
            wanted: Vec::new(),
            evidence: Evidence::default(),
        });
    }
}
