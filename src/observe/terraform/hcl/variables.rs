//! Variables: what the command line, files of values, callers and defaults give them, as their types make it.

use super::eval::{Evaluator, Space};
use super::expr::{At, Block, Expr, ExprKind};
use super::module::Module;
use super::scope::Env;
use super::value::{Kind, Map, Member, Unknown, Value};
use crate::observed::Reason;
use std::rc::Rc;

impl Evaluator<'_> {
    /// `var.name`.
    pub(super) fn variable(&mut self, name: &Rc<str>, instance: usize, at: At) -> Value {
        let key = (instance, Space::Variable, Rc::clone(name));
        self.once(key, at, |evaluator| {
            evaluator.variable_once(name, instance, at)
        })
    }

    fn variable_once(&mut self, name: &Rc<str>, instance: usize, at: At) -> Value {
        let module = self.module_of(instance);
        let declared = module.variables.get(name).cloned();
        let argument = |block: &Rc<Block>, name: &str| {
            block
                .body
                .argument(name)
                .map(|found| Rc::clone(&found.value))
        };
        let flag = |evaluator: &mut Self, key: &str| {
            let value = declared.as_ref().and_then(|block| argument(block, key));
            value.and_then(|value| evaluator.eval(&value, &Env::closed(instance)).as_bool())
        };
        let secret = flag(self, "sensitive") == Some(true);
        let kind = declared.as_ref().and_then(|block| argument(block, "type"));
        let call = self
            .instances
            .get(instance)
            .and_then(|instance| instance.call.clone());
        let given = match &call {
            Some((call, env)) => argument(call, name).map(|value| self.eval(&value, env)),
            None => self.given_value(name, &module, (kind.as_deref(), secret), at),
        };
        let given = given.filter(|value| !value.is_null() || flag(self, "nullable") != Some(false));
        let value = given.or_else(|| {
            let default = declared
                .as_ref()
                .and_then(|block| argument(block, "default"));
            default.map(|default| self.eval(&default, &Env::closed(instance)))
        });
        if let Some(value) = value {
            return match &kind {
                Some(kind) => self.conform(&value, kind, 0),
                None => value,
            };
        }
        if declared.is_none() {
            return Value::malformed(format!("variable `{name}` is not declared"), at);
        }
        self.varied = true;
        if let Some(value) = self.choice.value(name, at).filter(|_| call.is_none()) {
            return value;
        }
        let reason = Reason::Parameter {
            name: name.to_string(),
            secret,
        };
        let unknown = Unknown {
            reason,
            variable: (call.is_none() && !secret).then(|| Rc::clone(name)),
        };
        Value::new(Kind::Unknown(Rc::new(unknown)), at)
    }

    /// What the command line or a file of values gives to a variable of the root module. A secret that is given
    /// does not stand in the module.
    fn given_value(
        &mut self,
        name: &Rc<str>,
        module: &Module,
        (kind, secret): (Option<&Expr>, bool),
        at: At,
    ) -> Option<Value> {
        let hidden = || {
            let name = name.to_string();
            Value::unknown(Reason::Parameter { name, secret: true }, at)
        };
        if let Some(text) = self.given.parameters.get(&**name) {
            if secret {
                return Some(hidden());
            }
            // As `-var` does: a value that is no text is an expression.
            let structure = kind.is_some_and(|kind| {
                !matches!(&kind.kind, ExprKind::Name(name) if ["string", "any"].contains(&&**name))
                    && !matches!(kind.kind, ExprKind::Template(_))
            });
            if structure && let Ok(expression) = text.parse() {
                let expression = super::lower::Shift::Within(at).expression(&expression);
                return Some(self.eval(&expression, &Env::closed(0)));
            }
            return Some(Value::text(text.as_str(), at));
        }
        let value = module.given.get(name)?;
        Some(if secret {
            hidden()
        } else {
            self.eval(value, &Env::closed(0))
        })
    }

    /// A value as a type constraint makes it: converted, and with the defaults of optional attributes.
    fn conform(&mut self, value: &Value, kind: &Expr, depth: u32) -> Value {
        let at = value.at;
        if depth > 32 || !self.afford(1) {
            return value.clone();
        }
        match (&kind.kind, ()) {
            (ExprKind::Name(name), ()) => match (&**name, value.as_text()) {
                ("string", Some(text)) if !matches!(value.kind, Kind::Text(_)) => {
                    Value::text(text, at)
                }
                ("number", Some(text)) if value.as_number().is_some() => {
                    Value::new(Kind::Number(text), at)
                }
                ("bool", _) => match value.as_bool() {
                    Some(known) => Value::new(Kind::Bool(known), at),
                    None => value.clone(),
                },
                _ => value.clone(),
            },
            (ExprKind::Call(call), ()) => {
                let Some(inner) = call.arguments.first() else {
                    return value.clone();
                };
                match (&*call.name, &value.kind) {
                    ("optional", _) => self.conform(value, inner, depth + 1),
                    ("list" | "set", Kind::List(items)) => {
                        let items = items.iter();
                        let items = items.map(|item| self.conform(item, inner, depth + 1));
                        Value::list(items.collect(), at)
                    }
                    ("map", Kind::Map(map)) => {
                        let members = map.members.iter().map(|member| Member {
                            value: self.conform(&member.value, inner, depth + 1),
                            ..member.clone()
                        });
                        let members = members.collect();
                        let open = map.open.clone();
                        Value::map(Map { members, open }, at)
                    }
                    ("object", Kind::Map(map)) => self.conform_object(map, inner, at, depth),
                    _ => value.clone(),
                }
            }
            _ => value.clone(),
        }
    }

    fn conform_object(&mut self, map: &Map, kind: &Expr, at: At, depth: u32) -> Value {
        let ExprKind::Object(attributes) = &kind.kind else {
            return Value::map(map.clone(), at);
        };
        let mut made = Map {
            members: Vec::new(),
            open: map.open.clone(),
        };
        for (key, kind) in attributes {
            let super::expr::Key::Name(name, _) = key else {
                continue;
            };
            let given = map.members.iter().rev().find(|member| member.key == *name);
            if let Some(member) = given.filter(|member| !member.value.is_null()) {
                let value = self.conform(&member.value, kind, depth + 1);
                made.members.push(Member {
                    value,
                    ..member.clone()
                });
                continue;
            }
            let default = if let ExprKind::Call(call) = &kind.kind
                && &*call.name == "optional"
            {
                call.arguments.get(1)
            } else {
                None
            };
            let value = match default {
                Some(default) => self.eval(default, &Env::closed(0)),
                None if map.open.is_some() => continue,
                None => Value::null(at),
            };
            made.members.push(Member {
                key: Rc::clone(name),
                key_at: at,
                value,
            });
        }
        Value::map(made, at)
    }
}
