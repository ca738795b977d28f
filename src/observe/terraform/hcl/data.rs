//! Data sources that the files or the target answer: who and where one is, and IAM policy documents.

use super::bodies::items_of;
use super::eval::Evaluator;
use super::expr::{At, Block};
use super::names::{address_of, reference_to};
use super::scope::Env;
use super::value::{Handle, Kind, Map, Member, Piece, Value};
use crate::observed::Reason;
use std::rc::Rc;

fn member(key: &str, value: Value) -> Member {
    Member {
        key: key.into(),
        key_at: value.at,
        value,
    }
}

impl Evaluator<'_> {
    /// The attribute of a data source.
    pub(super) fn data_attribute(
        &mut self,
        handle: &Handle,
        declared: Option<(&Rc<Block>, &Env)>,
        name: &str,
        at: At,
    ) -> Value {
        let given = self.given;
        let target = |value: Option<&str>, pseudo: &str| {
            let name = pseudo.to_owned();
            value.map_or_else(
                || Value::unknown(Reason::Pseudo { name }, at),
                |value| Value::text(value, at),
            )
        };
        match (&*handle.kind, name) {
            ("aws_caller_identity", "account_id" | "id") => {
                target(given.account.as_deref(), "AWS::AccountId")
            }
            ("aws_partition", "partition" | "id") => {
                target(given.partition.as_deref(), "AWS::Partition")
            }
            ("aws_partition", "dns_suffix") => {
                let suffix = given.partition.as_deref().map(|partition| {
                    if partition == "aws-cn" {
                        "amazonaws.com.cn"
                    } else {
                        "amazonaws.com"
                    }
                });
                target(suffix, "AWS::URLSuffix")
            }
            ("aws_region", "name" | "id" | "region") => {
                let provider = self.provider(handle.instance, None);
                let region = provider.as_map().and_then(|map| map.get("region"));
                let region = region.and_then(Value::as_text);
                target(region.as_deref().or(given.region.as_deref()), "AWS::Region")
            }
            ("aws_iam_policy_document", "json" | "minified_json") => match declared {
                Some((block, env)) => {
                    let document = self.policy_document(block, env);
                    let mut writer = super::json_text::Writer::default();
                    writer.value(&document);
                    Value::new(Kind::Text(writer.finish().into()), at)
                }
                None => Self::reference(handle, name, at),
            },
            ("terraform_remote_state", "outputs") => {
                let name = address_of(handle);
                Value::unknown(Reason::Import { name }, at)
            }
            _ => {
                // What is asked for by is what is answered.
                if let Some((block, env)) = declared
                    && [("aws_s3_bucket", "bucket"), ("aws_iam_role", "name")]
                        .contains(&(&*handle.kind, name))
                    && let Some(argument) = block.body.argument(name)
                {
                    return self.eval(&argument.value, env);
                }
                Self::reference(handle, name, at)
            }
        }
    }

    fn reference(handle: &Handle, name: &str, at: At) -> Value {
        Value::unknown(reference_to(handle, name), at)
    }

    /// The document of `aws_iam_policy_document`. Source: provider documentation of that data source.
    fn policy_document(&mut self, block: &Rc<Block>, env: &Env) -> Value {
        let at = block.at;
        let body = self.body(&block.body, at, env);
        let part = |name: &str| body.as_map().and_then(|map| map.get(name)).cloned();
        let mut statements = Vec::new();
        for name in ["source_policy_documents", "source_json"] {
            self.others(part(name), &mut statements, at);
        }
        for statement in part("statement").map_or_else(Vec::new, |all| items_of(&all)) {
            statements.push(self.statement(&statement));
        }
        for name in ["override_policy_documents", "override_json"] {
            self.others(part(name), &mut statements, at);
        }
        let version = part("version").unwrap_or_else(|| Value::text("2012-10-17", at));
        let document = Map {
            members: vec![
                member("Version", version),
                member("Statement", Value::list(statements, at)),
            ],
            open: None,
        };
        Value::map(document, at)
    }

    /// Adds the statements of other documents; of one that is not known, a statement that is not.
    fn others(&mut self, documents: Option<Value>, statements: &mut Vec<Value>, at: At) {
        for document in documents.map_or_else(Vec::new, |all| items_of(&all)) {
            let Some(text) = document.as_text() else {
                statements.push(match document.why() {
                    Some(why) => Value::lost(why, document.at),
                    None => Value::malformed("a policy document is no text", at),
                });
                continue;
            };
            let pieces = document.pieces().unwrap_or_default();
            let decoded = super::json_text::decode(&text, &pieces, false, document.at);
            let found = self.attribute(&decoded, "Statement", document.at);
            statements.extend(items_of(&found));
        }
    }

    fn statement(&mut self, statement: &Value) -> Value {
        let Some(map) = statement.as_map() else {
            return statement.clone();
        };
        let mut made = Map {
            members: Vec::new(),
            open: map.open.clone(),
        };
        for (argument, key) in [("sid", "Sid"), ("effect", "Effect")] {
            if let Some(value) = map.get(argument) {
                made.members.push(member(key, value.clone()));
            }
        }
        if map.get("effect").is_none() {
            let allow = Value::text("Allow", statement.at);
            made.members.push(member("Effect", allow));
        }
        for (argument, key) in [
            ("actions", "Action"),
            ("not_actions", "NotAction"),
            ("resources", "Resource"),
            ("not_resources", "NotResource"),
        ] {
            if let Some(value) = map.get(argument) {
                made.members.push(member(key, with_variables(value)));
            }
        }
        for (argument, key) in [
            ("principals", "Principal"),
            ("not_principals", "NotPrincipal"),
        ] {
            if let Some(value) = map.get(argument) {
                made.members.push(member(key, self.principals(value)));
            }
        }
        if let Some(conditions) = map.get("condition") {
            made.members
                .push(member("Condition", self.conditions(conditions)));
        }
        Value::map(made, statement.at)
    }

    fn principals(&mut self, blocks: &Value) -> Value {
        let mut made = Map::default();
        for block in items_of(blocks) {
            let (kind, identifiers) = (
                self.attribute(&block, "type", block.at),
                self.attribute(&block, "identifiers", block.at),
            );
            let Some(name) = kind.as_text() else {
                let why = kind.why().or_else(|| block.why()).cloned();
                made.open = made.open.or(why);
                continue;
            };
            let everybody = identifiers.as_list().is_some_and(|all| {
                all.len() == 1 && all.iter().all(|one| one.as_text().as_deref() == Some("*"))
            });
            if &*name == "*" && everybody {
                return Value::text("*", block.at);
            }
            let all = match made.get(&name).cloned() {
                Some(known) => {
                    let both = [items_of(&known), items_of(&identifiers)].concat();
                    Value::list(both, known.at)
                }
                None => identifiers,
            };
            made.put(member(&name, all));
        }
        Value::map(made, blocks.at)
    }

    fn conditions(&mut self, blocks: &Value) -> Value {
        let mut made = Map::default();
        for block in items_of(blocks) {
            let (test, variable, values) = (
                self.attribute(&block, "test", block.at),
                self.attribute(&block, "variable", block.at),
                self.attribute(&block, "values", block.at),
            );
            let (Some(test_name), Some(variable_name)) = (test.as_text(), variable.as_text())
            else {
                let why = test.why().or_else(|| variable.why()).cloned();
                made.open = made.open.or(why);
                continue;
            };
            let mut inner = made
                .get(&test_name)
                .and_then(Value::as_map)
                .map_or_else(Map::default, |map| Map::clone(map));
            inner.put(member(&variable_name, with_variables(&values)));
            made.put(member(&test_name, Value::map(inner, test.at)));
        }
        Value::map(made, blocks.at)
    }
}

/// `&{…}` is a policy variable: `${…}` would be Terraform's.
fn with_variables(value: &Value) -> Value {
    match &value.kind {
        Kind::List(items) => {
            let items = items.iter().map(with_variables).collect();
            Value::list(items, value.at)
        }
        Kind::Text(pieces) => {
            let pieces = pieces.iter().map(|piece| match piece {
                Piece::Text(text, at) if text.contains("&{") => {
                    Piece::Text(text.replace("&{", "${").into(), *at)
                }
                Piece::Text(..) | Piece::Hole(..) => piece.clone(),
            });
            Value::new(Kind::Text(pieces.collect()), value.at)
        }
        Kind::Null
        | Kind::Bool(_)
        | Kind::Number(_)
        | Kind::Map(_)
        | Kind::Unknown(_)
        | Kind::Resource(_) => value.clone(),
    }
}
