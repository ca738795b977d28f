//! Keys that one object writes twice. Readers of AWS's take the last, others the first, some refuse: a
//! gate that guesses can be led past, so such a member is unreadable.

use crate::observed::Reason;
use crate::observed::tree::{NodeId, Span, TextRef, Tree};
use std::collections::BTreeMap;

/// A member as [`Tree::push_map`] takes it.
pub(super) type Member = (TextRef, Span, NodeId);

/// Objects of up to this many keys are compared pair by pair.
const FEW: usize = 16;

/// A number that differs for almost any two different keys, and is the same for equal ones.
pub(super) fn fingerprint(key: &str) -> u64 {
    let bytes = key.as_bytes();
    let (head, tail) = match (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        (Some(head), Some(tail)) => (u64::from_le_bytes(*head), u64::from_le_bytes(*tail)),
        _ => match (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
            (Some(head), Some(tail)) => (
                u64::from(u32::from_le_bytes(*head)),
                u64::from(u32::from_le_bytes(*tail)),
            ),
            _ => (
                bytes
                    .iter()
                    .fold(0, |sum, byte| sum << 8 | u64::from(*byte)),
                0,
            ),
        },
    };
    head.wrapping_mul(0x9E37_79B9_7F4A_7C15)
        ^ tail.rotate_left(31).wrapping_mul(0xC2B2_AE3D_27D4_EB4F)
        ^ bytes.len() as u64
}

/// True when two of these fingerprints are equal. `spare` is working memory.
pub(super) fn collide(prints: &[u64], spare: &mut Vec<u64>) -> bool {
    if prints.len() <= FEW {
        return prints
            .iter()
            .enumerate()
            .any(|(at, print)| prints.iter().skip(at + 1).any(|other| other == print));
    }
    spare.clear();
    spare.extend_from_slice(prints);
    spare.sort_unstable();
    spare.windows(2).any(|pair| pair.first() == pair.last())
}

/// Makes one unreadable member of all the members, from `first` on, that have the same key. It stands at
/// the second writing of the key.
pub(super) fn merge(tree: &mut Tree, members: &mut Vec<Member>, first: usize) {
    let mut seen: BTreeMap<&str, (usize, Option<Span>)> = BTreeMap::new();
    let mut twice = false;
    for (at, (key, span, _)) in members.iter().enumerate().skip(first) {
        let entry = seen.entry(tree.text(*key)).or_insert((at, None));
        if entry.0 != at {
            entry.1.get_or_insert(*span);
            twice = true;
        }
    }
    if !twice {
        return;
    }
    let kept: BTreeMap<usize, Option<Span>> = seen.into_values().collect();
    let mut at = 0;
    members.retain_mut(|(key, key_span, value)| {
        let here = at;
        at += 1;
        match kept.get(&here) {
            Some(Some(second)) => {
                let what = format!("key `{}` is written twice", tree.text(*key));
                *key_span = *second;
                *value = tree.push_lost(Reason::Malformed { what }, *second);
                true
            }
            Some(None) => true,
            None => here < first,
        }
    });
}
