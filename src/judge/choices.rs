//! Worlds as sets of facts: on which facts something depends, and whether one world lies within others.

use crate::observed::{CHOSEN_FILE, Facts};
use std::collections::BTreeSet;

/// So many facts are tried at most to tell whether a world lies within others: 64 worlds have six.
const DEPTH: usize = 12;

/// The worlds of these numbers, by the facts alone that set them apart from the others; empty where none does. The second
/// are facts that go without saying of what stands in `file`: that this file was chosen.
pub(super) fn essential<'f>(
    all: impl Iterator<Item = &'f Facts>,
    members: &[usize],
    file: Option<&str>,
) -> (Vec<Facts>, BTreeSet<String>) {
    let own = file.map(|file| format!("`{}`", file.rsplit('/').next().unwrap_or(file)));
    let (mut within, mut others): (Vec<Facts>, Vec<Facts>) = (Vec::new(), Vec::new());
    for (number, facts) in all.enumerate() {
        if members.contains(&number) {
            within.push(facts.clone());
        } else {
            others.push(facts.clone());
        }
    }
    let is_own = |about: &String, facts: &[Facts]| {
        let mut all = facts.iter();
        about.starts_with(CHOSEN_FILE) && all.all(|facts| facts.get(about) == own.as_ref())
    };
    let abouts: BTreeSet<String> = within.iter().flat_map(Facts::keys).cloned().collect();
    let implied: BTreeSet<String> = { abouts.iter() }
        .filter(|about| is_own(about, &within))
        .cloned()
        .collect();
    for about in &implied {
        others.retain(|facts| facts.get(about) == own.as_ref());
        for facts in within.iter_mut().chain(&mut others) {
            facts.remove(about);
        }
    }
    // Worlds with the same facts are one.
    others.retain(|facts| !within.contains(facts));
    if others.is_empty() {
        return (Vec::new(), implied);
    }
    for about in &abouts {
        let without = |facts: &Facts| {
            let mut facts = facts.clone();
            facts.remove(about);
            facts
        };
        let fewer: BTreeSet<Facts> = within.iter().map(without).collect();
        let rest: BTreeSet<Facts> = others.iter().map(without).collect();
        let apart = |one: &Facts| rest.iter().all(|other| excludes(one, other));
        if fewer.iter().all(apart) {
            within = fewer.into_iter().collect();
            others = rest.into_iter().collect();
        }
    }
    within.sort();
    within.dedup();
    (within, implied)
}

/// Whether two cannot stand together.
fn excludes(one: &Facts, other: &Facts) -> bool {
    let mut facts = one.iter();
    facts.any(|(about, value)| other.get(about).is_some_and(|other| other != value))
}

/// Whether a world lies within others, whatever stands of the facts that it says nothing of. None are all there are.
pub(super) fn implied(world: &Facts, when: &[Facts]) -> bool {
    when.is_empty() || lies_within(world, when, DEPTH)
}

fn lies_within(world: &Facts, when: &[Facts], depth: usize) -> bool {
    let near: Vec<&Facts> = { when.iter() }
        .filter(|facts| !excludes(world, facts))
        .collect();
    let open = |facts: &&&Facts| facts.keys().any(|about| !world.contains_key(about));
    let Some(first) = near.iter().find(open) else {
        return !near.is_empty();
    };
    if near.iter().any(|facts| !open(&facts)) {
        return true;
    }
    let Some(about) = first.keys().find(|about| !world.contains_key(*about)) else {
        return true;
    };
    let values = when.iter().filter_map(|facts| facts.get(about));
    let either = ["true", "false"];
    // What may be something else may be something that was not there.
    if depth == 0
        || values
            .into_iter()
            .any(|value| !either.contains(&value.as_str()))
    {
        return false;
    }
    either.iter().all(|value| {
        let mut world = world.clone();
        world.insert(about.clone(), (*value).to_owned());
        lies_within(&world, when, depth - 1)
    })
}

#[cfg(test)]
mod tests {
    use super::{essential, implied};
    use crate::observed::Facts;

    fn facts(text: &str) -> Facts {
        let facts = text.split_whitespace().map(|fact| {
            let (about, value) = fact.split_once('=').unwrap();
            (about.to_owned(), value.to_owned())
        });
        facts.collect()
    }

    fn all(texts: &[&str]) -> Vec<Facts> {
        texts.iter().map(|text| facts(text)).collect()
    }

    const SQUARE: [&str; 4] = [
        "a=true b=true",
        "a=true b=false",
        "a=false b=true",
        "a=false b=false",
    ];

    #[test]
    fn only_facts_that_matter_are_kept() {
        for (members, kept) in [
            (&[0, 1][..], &["a=true"][..]),
            (&[1, 3], &["b=false"]),
            (&[0], &["a=true b=true"]),
            (&[0, 1, 2, 3], &[]),
            (&[0, 3], &["a=false b=false", "a=true b=true"]),
        ] {
            let worlds = all(&SQUARE);
            assert_eq!(essential(worlds.iter(), members, None).0, all(kept));
        }
    }

    #[test]
    fn that_its_own_file_was_chosen_goes_without_saying() {
        let about = "the file of Instances".to_owned();
        let chosen = |file: &str| Facts::from([(about.clone(), format!("`{file}`"))]);
        let worlds = [chosen("dev.yaml"), chosen("prod.yaml")];
        let (when, own) = essential(worlds.iter(), &[0], Some("conf/dev.yaml"));
        assert_eq!(
            (when, own.into_iter().collect()),
            (vec![], vec![about.clone()])
        );
        let (when, _) = essential(worlds.iter(), &[0], Some("conf/cluster.yaml"));
        assert_eq!(when, [chosen("dev.yaml")]);
    }

    #[test]
    fn a_world_lies_within_others_whatever_else_is_undecided() {
        for (world, when, within) in [
            ("", &[][..], true),
            ("a=true", &[], true),
            ("", &["a=true"], false),
            ("", &["a=true", "a=false"], true),
            ("a=true c=false", &["a=true"], true),
            ("a=false", &["a=true"], false),
            ("a=true", &["a=true b=true", "a=true b=false"], true),
            ("a=true", &["a=true b=true", "a=false b=false"], false),
            ("", &["e=`x`"], false),
            ("", &["e=`x`", "e=`y`"], false),
            ("e=`x`", &["e=`x`"], true),
        ] {
            assert_eq!(
                implied(&facts(world), &all(when)),
                within,
                "{world} in {when:?}"
            );
        }
    }
}
