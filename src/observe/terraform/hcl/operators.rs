//! What is made of values: by operators, by going through collections, by following splats.

use super::eval::Evaluator;
use super::expr::{At, Binary, Expr, For, Step, Unary};
use super::scope::Env;
use super::value::{InstanceKey, Kind, Map, Member, Unknown, Value, equal};
use crate::observed::Reason;
use std::rc::Rc;

impl Evaluator<'_> {
    pub(super) fn splat(&mut self, base: &Expr, steps: &[Step], at: At, env: &Env) -> Value {
        let base = self.eval(base, env);
        self.follow(&base, Some(()), steps, at, env)
    }

    /// Follows steps from a value; `splat` says that each item is followed by itself first.
    fn follow(
        &mut self,
        base: &Value,
        splat: Option<()>,
        steps: &[Step],
        at: At,
        env: &Env,
    ) -> Value {
        if splat.is_some() {
            return match &base.kind {
                Kind::Unknown(why) => Value::part_of(why, at),
                Kind::Null => Value::list(Vec::new(), at),
                Kind::List(items) => {
                    let items = items.iter();
                    let items = items.map(|item| self.follow(item, None, steps, at, env));
                    let items = items.collect();
                    Value::list(items, at)
                }
                Kind::Resource(handle) if handle.key == InstanceKey::Unknown => {
                    let item = self.follow(base, None, steps, at, env);
                    let why = item.why().map(|why| why.reason.clone());
                    let name = super::names::address_of(handle);
                    let why = why.unwrap_or(Reason::Reference {
                        resource: name,
                        attribute: None,
                    });
                    Value::unknown(why, at)
                }
                Kind::Map(_)
                | Kind::Bool(_)
                | Kind::Number(_)
                | Kind::Text(_)
                | Kind::Resource(_) => {
                    let item = self.follow(base, None, steps, at, env);
                    Value::list(vec![item], at)
                }
            };
        }
        let Some((first, rest)) = steps.split_first() else {
            return base.clone();
        };
        if !self.afford(1) {
            return Self::too_much(at);
        }
        let next = match first {
            Step::Splat => return self.follow(base, Some(()), rest, at, env),
            Step::Get(name) => self.attribute(base, name, at),
            Step::Index(index) => {
                let index = self.eval(index, env);
                self.index(base, &index, at)
            }
        };
        self.follow(&next, None, rest, at, env)
    }

    pub(super) fn conditional(&mut self, parts: &[Expr; 3], at: At, env: &Env) -> Value {
        let [condition, then, otherwise] = parts;
        match self.decide(condition, env) {
            Ok(true) => self.eval(then, env).used(at),
            Ok(false) => self.eval(otherwise, env).used(at),
            Err(why) => {
                let (one, other) = (self.eval(then, env), self.eval(otherwise, env));
                // Whichever it is, it is the same.
                if equal(&one, &other) == Some(true) {
                    return one.used(at);
                }
                Value::lost(&why, at)
            }
        }
    }

    pub(super) fn unary(&mut self, operator: Unary, operand: &Expr, at: At, env: &Env) -> Value {
        match operator {
            Unary::Not => match self.decide(operand, env) {
                Ok(value) => Value::new(Kind::Bool(!value), at),
                Err(why) => Value::lost(&why, at),
            },
            Unary::Negative => {
                let value = self.eval(operand, env);
                match (value.as_number(), value.why()) {
                    (Some(number), _) => Value::number(-number, at),
                    (None, Some(why)) => Value::lost(why, at),
                    (None, None) => Value::malformed("`-` expects a number", at),
                }
            }
        }
    }

    pub(super) fn binary(
        &mut self,
        operator: Binary,
        (operands, whole): (&[Expr; 2], &Expr),
        env: &Env,
    ) -> Value {
        let at = whole.at;
        let [left, right] = operands;
        if matches!(
            operator,
            Binary::And | Binary::Or | Binary::Equal | Binary::NotEqual
        ) {
            return match self.truth(whole, env) {
                Ok(value) => Value::new(Kind::Bool(value), at),
                Err(why) => Value::lost(&why, at),
            };
        }
        let (left, right) = (self.eval(left, env), self.eval(right, env));
        if let Some(why) = left.why().or_else(|| right.why()) {
            return Value::lost(why, at);
        }
        let (Some(one), Some(other)) = (left.as_number(), right.as_number()) else {
            return Value::malformed("an operator expects numbers", at);
        };
        let compared = |value| Value::new(Kind::Bool(value), at);
        match operator {
            Binary::Plus => Value::number(one + other, at),
            Binary::Minus => Value::number(one - other, at),
            Binary::Times => Value::number(one * other, at),
            Binary::Divided => Value::number(one / other, at),
            Binary::Modulo => Value::number(one % other, at),
            Binary::Less => compared(one < other),
            Binary::LessOrEqual => compared(one <= other),
            Binary::Greater => compared(one > other),
            Binary::GreaterOrEqual => compared(one >= other),
            Binary::Equal | Binary::NotEqual | Binary::And | Binary::Or => {
                Value::malformed("an operator expects numbers", at)
            }
        }
    }

    /// The keys and values that a collection is gone through by; an unknown collection gives its reason.
    pub(super) fn pairs(collection: &Value) -> Result<Vec<(Value, Value)>, Rc<Unknown>> {
        let at = collection.at;
        match &collection.kind {
            Kind::List(items) => {
                let items = items.iter().enumerate();
                Ok(items
                    .map(|(index, item)| (Value::count(index, at), item.clone()))
                    .collect())
            }
            Kind::Map(map) => match &map.open {
                Some(why) => Err(Rc::clone(why)),
                None => Ok(map
                    .sorted()
                    .into_iter()
                    .map(|member| {
                        let key = Value::text(Rc::clone(&member.key), member.key_at);
                        (key, member.value.clone())
                    })
                    .collect()),
            },
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Text(_) | Kind::Unknown(_) => {
                Err(collection.why().cloned().unwrap_or_else(|| {
                    Rc::new(Unknown {
                        reason: Reason::Malformed {
                            what: "what is gone through is no collection".to_owned(),
                        },
                        variable: None,
                    })
                }))
            }
            Kind::Resource(handle) => Err(Rc::new(Unknown {
                reason: Reason::Reference {
                    resource: super::names::address_of(handle),
                    attribute: None,
                },
                variable: None,
            })),
        }
    }

    /// An environment for one turn of a loop.
    pub(super) fn turn(
        env: &Env,
        (key_name, value_name): (Option<&Rc<str>>, &Rc<str>),
        (key, value): (Value, Value),
    ) -> Env {
        let env = match key_name {
            Some(name) => env.with(Rc::clone(name), key),
            None => env.clone(),
        };
        env.with(Rc::clone(value_name), value)
    }

    pub(super) fn made(&mut self, made: &For, at: At, env: &Env) -> Value {
        let collection = self.eval(&made.collection, env);
        let pairs = match Self::pairs(&collection) {
            Ok(pairs) => pairs,
            Err(why) => return Value::lost(&why, at),
        };
        let mut items = Vec::new();
        let mut map = Map::default();
        for pair in pairs {
            if !self.afford(1) {
                return Self::too_much(at);
            }
            let names = (made.key_name.as_ref(), &made.value_name);
            let env = Self::turn(env, names, pair);
            if let Some(condition) = &made.condition {
                match self.decide(condition, &env) {
                    Ok(true) => {}
                    Ok(false) => continue,
                    Err(why) => return Value::lost(&why, at),
                }
            }
            let value = self.eval(&made.value, &env);
            let Some(key) = &made.key else {
                items.push(value);
                continue;
            };
            let found = self.eval(key, &env);
            let (Some(name), true) = (found.as_text(), self.afford(map.members.len() / 64)) else {
                return match found.why() {
                    Some(why) => Value::lost(why, at),
                    None => Value::malformed("a key is no text", at),
                };
            };
            let value = match map.get(&name).and_then(Value::as_list) {
                Some(before) if made.gathered => {
                    let all = before.iter().cloned().chain([value]).collect();
                    Value::list(all, at)
                }
                _ if made.gathered => Value::list(vec![value], at),
                _ => value,
            };
            map.put(Member {
                key: name,
                key_at: found.at,
                value,
            });
        }
        if made.key.is_some() {
            Value::map(map, at)
        } else {
            Value::list(items, at)
        }
    }
}
