//! Functions of lists and maps that need nothing but their arguments.

use super::expr::At;
use super::functions::mistaken;
use super::value::{Kind, Map, Member, Value};
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
    if let Kind::Resource(_) = list.kind {
        return list.clone();
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
