//! What a scalar without quotes means, by YAML 1.1: CloudFormation's reader, and `PyYAML`, take `yes`, `no`,
//! `on` and `off` for booleans, but not the single letters `y` and `n` of the specification.
//!
//! Numbers are numbers only where YAML 1.1 and JSON read them alike. YAML 1.1 reads `0777` in base eight,
//! `1_000` without the underscore and `190:20:30` in base sixty; an account id such as `012345678901` has
//! become another one that way. Such scalars are kept as the text that was written, so that nobody takes
//! them for the number they look like. Dates (`2012-10-17`) are text as well, as CloudFormation has them.

use crate::observed::tree::{Kind, TextRef};

/// The value of a scalar without quotes, whose text is `text` and known to the tree as `content`.
pub(super) fn kind(text: &str, content: TextRef) -> Kind {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Kind::Null,
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Kind::Bool(true),
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => {
            Kind::Bool(false)
        }
        _ if is_plain_decimal(text) => Kind::Number(content),
        _ => Kind::String(content),
    }
}

/// True for `-?(0|[1-9][0-9]*)`, optionally with `.[0-9]+` and then with `[eE][+-][0-9]+`: without a dot or
/// a sign, `1e3` is a string in YAML 1.1.
fn is_plain_decimal(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = match unsigned.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (unsigned, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let whole_is_plain = digits(whole) && (whole == "0" || !whole.starts_with('0'));
    whole_is_plain
        && fraction.is_none_or(|fraction| match fraction.split_once(['e', 'E']) {
            None => digits(fraction),
            Some((fraction, exponent)) => {
                digits(fraction) && exponent.strip_prefix(['+', '-']).is_some_and(digits)
            }
        })
}
