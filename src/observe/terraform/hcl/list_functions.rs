//! Functions of lists and maps that need nothing but their arguments.

use super::expr::At;
use super::functions::mistaken;
use super::value::{Kind, Map, Member, Value, equal};
use std::rc::Rc;

pub(super) fn first_given(values: &[Value], at: At) -> Value {
    for value in values {
        let empty = value.is_null() || value.as_text().is_some_and(|text| text.is_empty());
        if !empty {
            return value.used(at);
        }
    }
    Value::malformed("every argument of `coalesce` is empty", at)
}

pub(super) fn first_filled(lists: &[Value], at: At) -> Value {
    for list in lists {
        match list.as_list() {
            Some(items) if items.is_empty() => {}
            Some(_) => return list.clone(),
            None if list.is_null() => {}
            None => return mistaken(list, "`coalescelist` expects lists", at),
        }
    }
    Value::malformed("every argument of `coalescelist` is empty", at)
}

pub(super) fn keys_of(map: &Value, at: At) -> Value {
    let Some(found) = map.as_map() else {
        return mistaken(map, "`keys` expects a map", at);
    };
    let keys = found.sorted().into_iter();
    let keys = keys.map(|member| Value::text(Rc::clone(&member.key), member.key_at));
    match &found.open {
        Some(why) => Value::lost(why, at),
        None => Value::list(keys.collect(), at),
    }
}

pub(super) fn values_of(map: &Value, at: At) -> Value {
    if let Kind::Resource(_) = map.kind {
        return map.clone();
    }
    let Some(found) = map.as_map() else {
        return mistaken(map, "`values` expects a map", at);
    };
    let mut values: Vec<Value> = found
        .sorted()
        .into_iter()
        .map(|member| member.value.clone())
        .collect();
    if let Some(why) = &found.open {
        values.push(Value::lost(why, at));
    }
    Value::list(values, at)
}

pub(super) fn element(list: &Value, index: &Value, at: At) -> Value {
    if let Kind::Unknown(why) = &list.kind
        && index.why().is_none()
    {
        return Value::part_of(why, at);
    }
    if let Some(why) = list.why().or_else(|| index.why()) {
        return Value::lost(why, at);
    }
    let (Some(items), Some(index)) = (list.as_list(), index.as_count()) else {
        return Value::malformed("`element` expects a list and a number", at);
    };
    // The index goes around (Terraform language, *element*).
    let found = index.checked_rem(items.len()).and_then(|at| items.get(at));
    found.map_or_else(
        || Value::malformed("the list is empty", at),
        |found| found.used(at),
    )
}

pub(super) fn one(list: &Value, at: At) -> Value {
    if let Kind::Resource(_) | Kind::Unknown(_) = list.kind {
        return list.used(at);
    }
    on_list(list, at, |items| match items {
        [] => Value::null(at),
        [only] => only.used(at),
        _ => Value::malformed("`one` expects one item at most", at),
    })
}

pub(super) fn length(value: &Value, at: At) -> Value {
    if let Some(why) = value.why() {
        return Value::lost(why, at);
    }
    match (value.as_list(), value.as_map(), value.as_text()) {
        (Some(items), ..) => Value::count(items.len(), at),
        (_, Some(map), _) => match &map.open {
            Some(why) => Value::lost(why, at),
            None => Value::count(map.members.len(), at),
        },
        (.., Some(text)) => Value::count(text.chars().count(), at),
        (None, None, None) => Value::malformed("`length` expects a collection or a text", at),
    }
}

pub(super) fn on_list(list: &Value, at: At, work: impl FnOnce(&[Value]) -> Value) -> Value {
    match list.as_list() {
        Some(items) => work(items),
        None => mistaken(list, "a list is expected", at),
    }
}

pub(super) fn compact(list: &Value, at: At) -> Value {
    on_list(list, at, |items| {
        let filled = items
            .iter()
            .filter(|item| !item.is_null() && item.as_text().is_none_or(|text| !text.is_empty()));
        Value::list(filled.cloned().collect(), at)
    })
}

pub(super) fn slice(list: &Value, from: &Value, to: &Value, at: At) -> Value {
    on_list(list, at, |items| {
        let range = from.as_count().zip(to.as_count());
        match range.and_then(|(from, to)| items.get(from..to)) {
            Some(part) => Value::list(part.to_vec(), at),
            None => Value::malformed("there is no such slice", at),
        }
    })
}

pub(super) fn zipmap(keys: &Value, values: &Value, at: At) -> Value {
    if let Some(why) = keys.why().or_else(|| values.why()) {
        return Value::lost(why, at);
    }
    let (Some(keys), Some(values)) = (keys.as_list(), values.as_list()) else {
        return Value::malformed("`zipmap` expects two lists", at);
    };
    let mut map = Map::default();
    for (key, value) in keys.iter().zip(values.iter()) {
        let Some(name) = key.as_text() else {
            return mistaken(key, "a key is no text", at);
        };
        map.members.push(Member {
            key: name,
            key_at: key.at,
            value: value.clone(),
        });
    }
    Value::map(map, at)
}

pub(super) fn converted(value: &Value, at: At, convert: impl Fn(&Value) -> Option<Kind>) -> Value {
    if value.is_null() {
        return value.clone();
    }
    match convert(value) {
        Some(kind) => Value::new(kind, at),
        None => mistaken(value, "the value cannot be converted", at),
    }
}

/// `sort`: texts in the order of their code points.
pub(super) fn sort(list: &Value, at: At) -> Value {
    on_list(list, at, |items| {
        let mut texts = Vec::with_capacity(items.len());
        for item in items {
            match item.as_text() {
                Some(text) => texts.push((text, item.clone())),
                None => return mistaken(item, "`sort` expects texts", at),
            }
        }
        texts.sort_by(|(one, _), (other, _)| one.cmp(other));
        Value::list(texts.into_iter().map(|(_, item)| item).collect(), at)
    })
}

pub(super) fn chunks(list: &Value, size: &Value, at: At) -> Value {
    on_list(list, at, |items| match size.as_count() {
        Some(0) => Value::list(vec![Value::list(items.to_vec(), at)], at),
        Some(size) => {
            let chunks = items.chunks(size);
            Value::list(
                chunks
                    .map(|chunk| Value::list(chunk.to_vec(), at))
                    .collect(),
                at,
            )
        }
        None => mistaken(size, "`chunklist` expects a size", at),
    })
}

/// Terraform makes no longer ranges.
const MAX_RANGE: usize = 1024;

/// `range(limit)`, `range(start, limit)`, `range(start, limit, step)`.
pub(super) fn range(bounds: &[Value], at: At) -> Value {
    let mut numbers = Vec::with_capacity(3);
    for bound in bounds {
        match bound.as_number() {
            Some(number) => numbers.push(number),
            None => return mistaken(bound, "`range` expects numbers", at),
        }
    }
    let (mut next, limit, step) = match numbers.as_slice() {
        [limit] => (0.0, *limit, if *limit < 0.0 { -1.0 } else { 1.0 }),
        [start, limit] => (*start, *limit, if limit < start { -1.0 } else { 1.0 }),
        [start, limit, step] => (*start, *limit, *step),
        _ => return Value::malformed("`range` expects one to three numbers", at),
    };
    let mut all = Vec::new();
    while (step > 0.0 && next < limit) || (step < 0.0 && next > limit) {
        if all.len() == MAX_RANGE {
            return Value::malformed("the range is too long", at);
        }
        all.push(Value::number(next, at));
        next += step;
    }
    if step == 0.0 {
        return Value::malformed("the range has no step", at);
    }
    Value::list(all, at)
}

/// `alltrue` and `anytrue`; a null is false.
pub(super) fn truths(list: &Value, all: bool, at: At) -> Value {
    on_list(list, at, |items| {
        let mut unknown = None;
        for item in items {
            let is = if item.is_null() {
                Some(false)
            } else {
                item.as_bool()
            };
            match is {
                Some(is) if is != all => return Value::new(Kind::Bool(is), at),
                Some(_) => {}
                None => unknown = unknown.or(Some(item)),
            }
        }
        match unknown {
            Some(item) => mistaken(item, "booleans are expected", at),
            None => Value::new(Kind::Bool(all), at),
        }
    })
}

pub(super) fn position(list: &Value, value: &Value, at: At) -> Value {
    if let Some(why) = value.why_deep() {
        return Value::lost(&why, at);
    }
    on_list(list, at, |items| {
        for (index, item) in items.iter().enumerate() {
            match equal(item, value) {
                Some(true) => return Value::count(index, at),
                Some(false) => {}
                None => return mistaken(item, "an item is not known", at),
            }
        }
        Value::malformed("the list does not have this item", at)
    })
}

pub(super) fn sum(list: &Value, at: At) -> Value {
    on_list(list, at, |items| {
        let mut total = 0.0;
        for item in items {
            match item.as_number() {
                Some(number) => total += number,
                None => return mistaken(item, "`sum` expects numbers", at),
            }
        }
        Value::number(total, at)
    })
}

/// Items of a list that are, or are not, in all of the others.
pub(super) fn common(first: Value, others: &[Value], wanted: bool, at: At) -> Value {
    let mut left = first;
    for other in others {
        let (Some(items), Some(known)) = (left.as_list(), other.as_list()) else {
            let wrong = if left.as_list().is_none() {
                &left
            } else {
                other
            };
            return mistaken(wrong, "lists are expected", at);
        };
        let mut kept = Vec::with_capacity(items.len());
        for item in items.iter() {
            let mut found = Some(false);
            for one in known.iter() {
                match equal(item, one) {
                    Some(true) => {
                        found = Some(true);
                        break;
                    }
                    Some(false) => {}
                    None => found = None,
                }
            }
            match found {
                Some(found) if found == wanted => kept.push(item.clone()),
                Some(_) => {}
                None => {
                    let why = item.why_deep().or_else(|| other.why_deep());
                    return match why {
                        Some(why) => Value::lost(&why, at),
                        None => Value::unsupported("a comparison of these items", at),
                    };
                }
            }
        }
        left = Value::list(kept, at);
    }
    left
}
