//! EC2 instance types, and which of them are of a previous generation.

/// Families of previous generations. Sources: Amazon EC2 User Guide, *Instance types*, and the page *Previous
/// generation instances*, as of August 2026; the last line is of families that were withdrawn altogether. Families
/// of which the two pages differ are left out.
const PREVIOUS: &[&str] = &[
    "a1", "m1", "m2", "m3", "m4", "t1", "c1", "c3", "c4", "r3", "r4", "i2", "g2", "g3", "g3s",
    "p2", //
    "cc1", "cc2", "cg1", "cr1", "hi1", "hs1",
];

/// The family of a type: `m6g` of `m6g.xlarge`. Nothing for what is no instance type.
pub fn family(kind: &str) -> Option<&str> {
    let (family, size) = kind.split_once('.')?;
    let word = |text: &str| {
        !text.is_empty()
            && text
                .chars()
                .all(|char| char.is_ascii_alphanumeric() || char == '-')
    };
    (word(family) && word(size)).then_some(family)
}

/// Whether the type is of a previous generation.
pub fn is_previous_generation(kind: &str) -> bool {
    family(kind).is_some_and(|family| PREVIOUS.contains(&family))
}

#[cfg(test)]
mod tests {
    use super::{family, is_previous_generation};

    #[test]
    fn a_family_is_compared_whole() {
        for (kind, previous) in [
            ("m4.large", true),
            ("i2.8xlarge", true),
            ("m4a.large", false),
            ("i2", false),
            ("m6g.xlarge", false),
            ("c3d.large", false),
            ("u-6tb1.metal", false),
        ] {
            assert_eq!(is_previous_generation(kind), previous, "{kind}");
        }
    }

    #[test]
    fn what_is_no_type_has_no_family() {
        assert_eq!(family("m6g"), None);
        assert_eq!(family("m6g."), None);
        assert_eq!(family("<type>.large"), None);
    }
}
