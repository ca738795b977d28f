//! Texts put together: quoted templates, heredocs, template files. Parts that are not known are holes; the rest
//! is judged.

use super::eval::Evaluator;
use super::expr::{At, Part};
use super::scope::Env;
use super::value::{Kind, Piece, Unknown, Value};
use crate::observed::Reason;
use std::rc::Rc;

impl Evaluator<'_> {
    /// A template. One that is nothing but a value is that value.
    pub(super) fn template(&mut self, parts: &[Part], at: At, env: &Env) -> Value {
        if let [Part::Value(only)] = parts {
            return self.eval(only, env).used(at);
        }
        let mut pieces = Vec::with_capacity(parts.len());
        self.parts(parts, env, &mut pieces);
        Value::new(Kind::Text(pieces.into()), at)
    }

    fn parts(&mut self, parts: &[Part], env: &Env, pieces: &mut Vec<Piece>) {
        for part in parts {
            match part {
                Part::Text(text, at) => {
                    if !text.is_empty() {
                        pieces.push(Piece::Text(Rc::clone(text), *at));
                    }
                }
                Part::Value(expr) => {
                    let value = self.eval(expr, env);
                    self.append(&value, expr.at, pieces);
                }
                Part::If(condition, then, otherwise) => match self.decide(condition, env) {
                    Ok(true) => self.parts(then, env, pieces),
                    Ok(false) => self.parts(otherwise, env, pieces),
                    Err(why) => pieces.extend(
                        Value::lost(&why, condition.at)
                            .pieces()
                            .into_iter()
                            .flatten(),
                    ),
                },
                Part::For {
                    key,
                    value,
                    collection,
                    body,
                } => {
                    let found = self.eval(collection, env);
                    match Self::pairs(&found) {
                        Ok(pairs) => {
                            for pair in pairs {
                                let env = Self::turn(env, (key.as_ref(), value), pair);
                                if !self.afford(1) {
                                    break;
                                }
                                self.parts(body, &env, pieces);
                            }
                        }
                        Err(why) => pieces.extend(
                            Value::lost(&why, collection.at)
                                .pieces()
                                .into_iter()
                                .flatten(),
                        ),
                    }
                }
            }
            if !self.afford(1 + pieces.len() / 64) {
                if let Some(why) = Self::too_much(At::default()).why() {
                    pieces.push(Piece::Hole(Rc::clone(why), At::default()));
                }
                return;
            }
        }
    }

    /// Adds a value to a text. A single value stands where it is put in; a text of several parts keeps the places
    /// that they were written at.
    pub(super) fn append(&mut self, value: &Value, at: At, pieces: &mut Vec<Piece>) {
        let Some(parts) = value.pieces() else {
            let reason = if let Kind::Resource(handle) = &value.kind {
                Reason::Reference {
                    resource: super::names::address_of(handle),
                    attribute: None,
                }
            } else {
                let what = "what is put into a text is no text".to_owned();
                Reason::Malformed { what }
            };
            let unknown = Unknown {
                reason,
                variable: None,
            };
            pieces.push(Piece::Hole(Rc::new(unknown), at));
            return;
        };
        let single = parts.len() == 1;
        for part in parts {
            let length = match &part {
                Piece::Text(text, _) => text.len(),
                Piece::Hole(..) => 1,
            };
            if !self.afford(1 + length / 64) {
                return;
            }
            pieces.push(match part {
                Piece::Hole(why, _) => Piece::Hole(why, at),
                Piece::Text(text, _) if single && text.len() < 64 => Piece::Text(text, at),
                part @ Piece::Text(..) => part,
            });
        }
    }

    /// `file(path)`: the text of a file, which stands in that file.
    pub(super) fn file(&mut self, path: &Value, at: At) -> Value {
        let (base, text) = match self.file_text(path, at) {
            Ok(found) => found,
            Err(lost) => return lost,
        };
        let end = base + crate::observed::tree::clamp(text.len());
        let piece = Piece::Text((&*text).into(), At { start: base, end });
        Value::new(Kind::Text(Rc::new([piece])), at)
    }

    /// `templatefile(path, variables)`.
    pub(super) fn template_file(&mut self, path: &Value, variables: &Value, at: At) -> Value {
        let (base, text) = match self.file_text(path, at) {
            Ok(found) => found,
            Err(lost) => return lost,
        };
        let template = match hcl_edit::parser::parse_template(&text) {
            Ok(template) => template,
            Err(error) => {
                let message = error.message().replace(['\n', '\r'], " ");
                return Value::malformed(format!("the template file is none: {message}"), at);
            }
        };
        let parts = super::lower::Shift::By(base).template(&template);
        let mut env = Env::closed(0);
        match &variables.kind {
            Kind::Map(map) => {
                for member in &map.members {
                    env = env.with(Rc::clone(&member.key), member.value.clone());
                }
                if let Some(why) = &map.open
                    && map.members.is_empty()
                {
                    return Value::lost(why, at);
                }
            }
            Kind::Unknown(why) => return Value::lost(why, at),
            Kind::Null
            | Kind::Bool(_)
            | Kind::Number(_)
            | Kind::Text(_)
            | Kind::List(_)
            | Kind::Resource(_) => {
                return Value::malformed("`templatefile` expects a map", at);
            }
        }
        self.template(&parts, at, &env)
    }

    /// The text of a file that is named from where Terraform runs: the root module's folder.
    fn file_text(&mut self, path: &Value, at: At) -> Result<(u32, std::sync::Arc<str>), Value> {
        let Some(name) = path.as_text() else {
            return Err(match path.why() {
                Some(why) => Value::lost(why, at),
                None => Value::malformed("a path is no text", at),
            });
        };
        let folder = self.module_of(0).folder.clone();
        let path = if name.starts_with('/') {
            super::calls::neat(&name)
        } else {
            super::calls::neat(&format!("{folder}/{name}"))
        };
        let found = if let Some(found) = self.read.get(&path) {
            found.clone()
        } else {
            let found = self.library.file(&path).and_then(|text| {
                let base = self.files.add(&path, std::sync::Arc::clone(&text));
                let base = base.ok_or_else(|| "the module is too long".to_owned())?;
                Ok((base, text))
            });
            self.read.insert(path.clone(), found.clone());
            found
        };
        found.map_err(|why| {
            let place = format!("`{path}`, which could not be read: {why}");
            Value::unknown(Reason::Elsewhere { place }, at)
        })
    }
}
