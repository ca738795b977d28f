//! Functions of known texts and numbers.

use super::expr::At;
use super::functions::mistaken;
use super::value::{Kind, Value};
use super::{address_functions, pattern_functions};
use crate::observe::base64;
use std::cmp::Ordering;

/// The functions that are known here: an unknown argument makes the result unknown for its reason.
const NAMES: &[&str] = &[
    "tostring",
    "lower",
    "upper",
    "title",
    "trimspace",
    "trim",
    "trimprefix",
    "trimsuffix",
    "chomp",
    "replace",
    "split",
    "substr",
    "startswith",
    "endswith",
    "strcontains",
    "basename",
    "dirname",
    "abs",
    "ceil",
    "floor",
    "max",
    "min",
    "indent",
    "strrev",
    "parseint",
    "pow",
    "signum",
    "base64encode",
    "base64decode",
    "regex",
    "regexall",
    "cidrsubnet",
    "cidrsubnets",
    "cidrhost",
    "cidrnetmask",
];

/// Whether a function is known here.
pub(super) fn is_one(name: &str) -> bool {
    NAMES.contains(&name)
}

/// What a function yields for these arguments.
pub(super) fn apply(name: &str, arguments: &[Value], at: At) -> Value {
    if !is_one(name) {
        return Value::unsupported(format!("function `{name}`"), at);
    }
    let mut texts = Vec::with_capacity(arguments.len());
    for argument in arguments {
        match argument.as_text() {
            Some(text) => texts.push(text),
            None if ["max", "min"].contains(&name) => {}
            None => return mistaken(argument, &format!("`{name}` expects text"), at),
        }
    }
    let texts: Vec<&str> = texts.iter().map(|text| &**text).collect();
    if ["abs", "ceil", "floor", "max", "min", "pow", "signum"].contains(&name) {
        return arithmetic(name, arguments, at);
    }
    trimmed(name, &texts, at)
        .or_else(|| pattern_functions::apply(name, &texts, at))
        .or_else(|| cut(name, &texts, at))
        .or_else(|| encoded(name, &texts, at))
        .or_else(|| address_functions::apply(name, &texts, at))
        .unwrap_or_else(|| Value::malformed(format!("`{name}` has other arguments"), at))
}

/// Functions that change letters or take some away from the ends.
fn trimmed(name: &str, texts: &[&str], at: At) -> Option<Value> {
    let text = |text: String| Value::text(text, at);
    Some(match (name, texts) {
        ("tostring", [value]) => text((*value).to_owned()),
        ("lower", [value]) => text(value.to_lowercase()),
        ("upper", [value]) => text(value.to_uppercase()),
        ("title", [value]) => text(title(value)),
        ("trimspace", [value]) => text(value.trim().to_owned()),
        ("chomp", [value]) => text(value.trim_end_matches(['\n', '\r']).to_owned()),
        ("trim", [value, set]) => text(value.trim_matches(|one| set.contains(one)).to_owned()),
        ("trimprefix", [value, prefix]) => {
            text(value.strip_prefix(prefix).unwrap_or(value).to_owned())
        }
        ("trimsuffix", [value, suffix]) => {
            text(value.strip_suffix(suffix).unwrap_or(value).to_owned())
        }
        _ => return None,
    })
}

/// Functions that look into a text.
fn cut(name: &str, texts: &[&str], at: At) -> Option<Value> {
    let text = |text: String| Value::text(text, at);
    let truth = |value| Value::new(Kind::Bool(value), at);
    Some(match (name, texts) {
        ("replace", [_, "", _]) => Value::unsupported("`replace` of nothing", at),
        ("replace", [value, from, to]) => {
            let growth = value.matches(from).count().saturating_mul(to.len());
            if growth > MAX_GROWTH {
                return Some(Value::unsupported("a text that grows beyond measure", at));
            }
            text(value.replace(from, to))
        }
        ("split", [between, value]) => {
            let items: Vec<Value> = match *between {
                "" => value.chars().map(|one| text(one.to_string())).collect(),
                between => value
                    .split(between)
                    .map(|one| text(one.to_owned()))
                    .collect(),
            };
            Value::list(items, at)
        }
        ("substr", [value, from, length]) => substr(value, from, length, at),
        ("startswith", [value, prefix]) => truth(value.starts_with(prefix)),
        ("endswith", [value, suffix]) => truth(value.ends_with(suffix)),
        ("strcontains", [value, part]) => truth(value.contains(part)),
        ("basename", [path]) => text(path.rsplit('/').next().unwrap_or(path).to_owned()),
        ("dirname", [path]) => text(
            path.rsplit_once('/')
                .map_or(".", |(folder, _)| folder)
                .to_owned(),
        ),
        ("indent", [spaces, value]) => match spaces.parse::<usize>() {
            Ok(spaces) if spaces <= 64 => {
                text(value.replace('\n', &format!("\n{}", " ".repeat(spaces))))
            }
            _ => Value::malformed("`indent` expects a number of spaces", at),
        },
        _ => return None,
    })
}

/// Functions between texts and other ways to write them.
fn encoded(name: &str, texts: &[&str], at: At) -> Option<Value> {
    Some(match (name, texts) {
        ("strrev", [value]) => Value::text(value.chars().rev().collect::<String>(), at),
        ("base64encode", [value]) => Value::text(base64::encode(value.as_bytes()), at),
        ("base64decode", [value]) => {
            let text = base64::decode(value).and_then(|bytes| String::from_utf8(bytes).ok());
            match text {
                Some(text) => Value::text(text, at),
                None => Value::malformed("the text is not Base64 of a text", at),
            }
        }
        ("parseint", [value, base]) => {
            let base = base.parse().ok().filter(|base| (2..=36).contains(base));
            match base.and_then(|base| i64::from_str_radix(value, base).ok()) {
                Some(number) => Value::new(Kind::Number(number.to_string().into()), at),
                None => Value::malformed("`parseint` expects a whole number and its base", at),
            }
        }
        _ => return None,
    })
}

/// How much longer a function may make a text.
const MAX_GROWTH: usize = 1 << 20;

fn title(text: &str) -> String {
    let mut start = true;
    let letters = text.chars().map(|letter| {
        let first = std::mem::replace(&mut start, letter.is_whitespace());
        if first {
            letter.to_ascii_uppercase()
        } else {
            letter
        }
    });
    letters.collect()
}

fn substr(value: &str, from: &str, length: &str, at: At) -> Value {
    let count = i64::try_from(value.chars().count()).unwrap_or(i64::MAX);
    let (Ok(from), Ok(length)) = (from.parse::<i64>(), length.parse::<i64>()) else {
        return Value::malformed("`substr` expects numbers", at);
    };
    let from = if from < 0 { count + from } else { from };
    let from = usize::try_from(from).unwrap_or(0);
    let rest = value.chars().skip(from);
    let part: String = match usize::try_from(length) {
        Ok(length) => rest.take(length).collect(),
        Err(_) => rest.collect(),
    };
    Value::text(part, at)
}

fn arithmetic(name: &str, arguments: &[Value], at: At) -> Value {
    // `max(list...)` has its items as arguments.
    let mut numbers = Vec::with_capacity(arguments.len());
    for argument in arguments {
        match argument.as_number() {
            Some(number) => numbers.push(number),
            None => return mistaken(argument, &format!("`{name}` expects numbers"), at),
        }
    }
    let found = match name {
        "abs" => numbers.first().map(|number| number.abs()),
        "ceil" => numbers.first().map(|number| number.ceil()),
        "floor" => numbers.first().map(|number| number.floor()),
        "signum" => numbers
            .first()
            .map(|number| match number.partial_cmp(&0.0) {
                Some(Ordering::Greater) => 1.0,
                Some(Ordering::Less) => -1.0,
                Some(Ordering::Equal) | None => 0.0,
            }),
        "pow" => match numbers.as_slice() {
            [base, power] => Some(base.powf(*power)),
            _ => None,
        },
        "max" => numbers.iter().copied().reduce(f64::max),
        _ => numbers.iter().copied().reduce(f64::min),
    };
    found.map_or_else(
        || Value::malformed(format!("`{name}` expects numbers"), at),
        |number| Value::number(number, at),
    )
}
