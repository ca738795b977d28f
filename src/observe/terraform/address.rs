//! Addresses of resources, such as `module.etl["a"].aws_emr_cluster.main[0]`.

/// The address without its indices: what the configuration calls the resource.
pub(super) fn without_indices(address: &str) -> String {
    let mut plain = String::with_capacity(address.len());
    for (text, index) in parts(address) {
        if !index {
            plain.push_str(text);
        }
    }
    plain
}

/// The address of the module that an address stands in; empty for the root.
pub(super) fn module_of(address: &str) -> &str {
    let mut end = 0;
    let mut words = words(address).peekable();
    while let Some((_, "module")) = words.next() {
        let Some((at, name)) = words.next() else {
            break;
        };
        end = at + name.len();
    }
    address.get(..end).unwrap_or_default()
}

/// The last index of an address, with its brackets, when it ends with one.
pub(super) fn index_of(address: &str) -> Option<&str> {
    let (text, index) = parts(address).last()?;
    index.then_some(text)
}

/// The address without the index that it ends with.
pub(super) fn without_own_index(address: &str) -> &str {
    let index = index_of(address).map_or(0, str::len);
    address.get(..address.len() - index).unwrap_or_default()
}

/// The words of an address between its dots, each with its offset and with its index.
pub(super) fn words(address: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    let mut done = false;
    std::iter::from_fn(move || {
        if done {
            return None;
        }
        let from = start;
        let mut at = from;
        for (text, index) in parts(address.get(from..).unwrap_or_default()) {
            if !index && let Some(dot) = text.find('.') {
                start = at + dot + 1;
                return Some((from, address.get(from..at + dot).unwrap_or_default()));
            }
            at += text.len();
        }
        done = true;
        Some((from, address.get(from..).unwrap_or_default()))
    })
}

/// The text of an address in pieces: those outside of brackets, and the brackets with what they hold.
fn parts(address: &str) -> impl Iterator<Item = (&str, bool)> {
    let mut rest = address;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let index = rest.starts_with('[');
        let end = if index {
            end_of_index(rest)
        } else {
            rest.find('[').unwrap_or(rest.len())
        };
        let (text, after) = rest.split_at_checked(end)?;
        rest = after;
        Some((text, index))
    })
}

/// One past the bracket that closes an index, whatever stands in its quotes.
fn end_of_index(text: &str) -> usize {
    let (mut quoted, mut escaped) = (false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b']' if !quoted => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::{index_of, module_of, without_indices, words};

    #[test]
    fn indices_may_hold_anything() {
        let address = r#"module.a["x].\"y"].module.b[0].aws_emr_cluster.this["k.v"]"#;
        assert_eq!(
            without_indices(address),
            "module.a.module.b.aws_emr_cluster.this"
        );
        assert_eq!(module_of(address), r#"module.a["x].\"y"].module.b[0]"#);
        assert_eq!(index_of(address), Some(r#"["k.v"]"#));
        let found: Vec<_> = words(address).map(|(_, word)| word).collect();
        let expected = [
            "module",
            r#"a["x].\"y"]"#,
            "module",
            "b[0]",
            "aws_emr_cluster",
            r#"this["k.v"]"#,
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn odd_addresses_break_nothing() {
        for address in [
            "",
            ".",
            "[",
            "a[",
            "a[\"",
            "module",
            "module.",
            "module.a",
            "a.b]",
            "é[é].é",
        ] {
            let _ = (
                without_indices(address),
                module_of(address),
                index_of(address),
            );
            assert!(words(address).count() > 0);
        }
        assert_eq!(module_of("aws_emr_cluster.module"), "");
    }
}
