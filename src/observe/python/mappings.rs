//! Mappings: displays, unpacking, merging, keyword arguments, and what is put into them later.

use super::names::{Change, What};
use super::syntax::{Code, children, field};
use super::values::{At, Evaluator, span};
use crate::observe::duplicates::Member;
use crate::observe::edit;
use crate::observed::Reason;
use crate::observed::tree::{Kind, NodeId, Tree};

impl<'p> Evaluator<'p, '_> {
    pub(super) fn dictionary(&mut self, code: Code<'p>, at: At) -> NodeId {
        let mut members = Members::default();
        for pair in children(code) {
            match pair.kind() {
                "pair" => {
                    let (Some(key), Some(value)) = (field(pair, "key"), field(pair, "value"))
                    else {
                        continue;
                    };
                    let key_value = self.eval(key, at);
                    let value = self.eval(value, at.of_members());
                    if let Some(text) = self.tree.string_of(key_value) {
                        members.set(&self.tree, (text, span(key), value));
                    } else {
                        let reason = self.reason_of(key_value);
                        members.lose(&mut self.tree, reason);
                    }
                }
                "dictionary_splat" => self.splat(pair, at, &mut members),
                _ => {
                    let what = "this is not Python".to_owned();
                    members.lose(&mut self.tree, Reason::Malformed { what });
                }
            }
        }
        self.finish(members, code)
    }

    pub(super) fn reason_of(&self, value: NodeId) -> Reason {
        let reason = self.tree.node(value).reason().cloned();
        reason.unwrap_or_else(|| Reason::Unsupported {
            what: "this expression".to_owned(),
        })
    }

    /// `**x`: what is unpacked is copied as it is here.
    pub(super) fn splat(&mut self, code: Code<'p>, at: At, members: &mut Members) {
        let Some(inner) = children(code).first().copied() else {
            return;
        };
        let value = self.eval(inner, at.copy(code, 0));
        self.merge(value, members);
    }

    pub(super) fn merge(&mut self, value: NodeId, members: &mut Members) {
        let Some((more, open)) = edit::members(&self.tree, value) else {
            let reason = self.reason_of(value);
            return members.lose(&mut self.tree, reason);
        };
        if let Some(reason) = open {
            members.lose(&mut self.tree, reason);
        }
        for member in more {
            members.set(&self.tree, member);
        }
    }

    /// The keyword arguments of a call as a mapping.
    pub(super) fn keywords(&mut self, arguments: Code<'p>, at: At) -> NodeId {
        let mut members = Members::default();
        self.keywords_into(arguments, at, &mut members);
        self.finish(members, arguments)
    }

    pub(super) fn keywords_into(&mut self, arguments: Code<'p>, at: At, members: &mut Members) {
        for argument in children(arguments) {
            match argument.kind() {
                "keyword_argument" => {
                    let (Some(name), Some(value)) =
                        (field(argument, "name"), field(argument, "value"))
                    else {
                        continue;
                    };
                    let key = self.tree.source_text(name.start_byte(), name.end_byte());
                    let value = self.eval(value, at.of_members());
                    members.set(&self.tree, (key, span(name), value));
                }
                "dictionary_splat" => self.splat(argument, at, members),
                "ERROR" => {
                    let what = "this is not Python".to_owned();
                    members.lose(&mut self.tree, Reason::Malformed { what });
                }
                _ => {}
            }
        }
    }

    pub(super) fn finish(&mut self, members: Members, code: Code<'p>) -> NodeId {
        self.values += 1 + members.list.len();
        self.tree.push_map(&members.list, span(code), members.open)
    }

    /// A value after something was done to the member at a path.
    pub(super) fn changed(
        &mut self,
        value: NodeId,
        path: &[&str],
        change: &Change<'p>,
        (code, at): (Code<'p>, At),
    ) -> NodeId {
        let Some((key, rest)) = path.split_first() else {
            return self.replaced(value, change, (code, at));
        };
        let old = match edit::member(&self.tree, value, key) {
            Some(old) => old,
            None if self.tree.node(value).reason().is_some() => return value,
            // Neither a number nor a list has members by key: the program is not as it seems.
            None if edit::members(&self.tree, value).is_none() => return self.hole(value, code),
            // What may be there, and may be changed there, stays what may be there.
            None if self.tree.node(value).open().is_some() && !rest.is_empty() => return value,
            None => edit::empty_map(&mut self.tree, value),
        };
        let new = self.changed(old, rest, change, (code, at.of_members()));
        edit::with(&mut self.tree, value, key, new)
    }

    fn replaced(
        &mut self,
        value: NodeId,
        change: &Change<'p>,
        (code, at): (Code<'p>, At),
    ) -> NodeId {
        let there = At {
            context: change.context,
            ..at
        };
        match change.what {
            What::Set(new) => self.eval(new, there),
            What::Merge(new) => {
                let mut members = Members::default();
                self.merge(value, &mut members);
                self.arguments_into(new, there, &mut members);
                self.finish(members, code)
            }
            What::Lost | What::Replaced | What::Anything => self.changed_by(change, code),
            What::Shape | What::Leaked | What::Attribute(_) => self.touched(value, change, code),
            What::LeakedMembers => {
                if let Some((mut members, open)) = edit::members(&self.tree, value) {
                    for (.., member) in &mut members {
                        *member = self.touched(*member, change, code);
                    }
                    let kind = self.tree.map_kind(&members, open);
                    return self.tree.push_at(kind, value);
                }
                self.touched(value, change, code)
            }
        }
    }

    /// A value that somebody else may have changed: texts and numbers cannot be.
    fn touched(&mut self, value: NodeId, change: &Change<'p>, code: Code<'p>) -> NodeId {
        let kind = self.tree.slot(value).kind;
        if matches!(kind, Kind::List(_) | Kind::Map(..)) {
            self.changed_by(change, code)
        } else {
            value
        }
    }

    pub(super) fn changed_by(&mut self, change: &Change<'p>, code: Code<'p>) -> NodeId {
        let line = change.line;
        self.unknown(format!("a value that may be changed in line {line}"), code)
    }

    /// A mapping, or what `dict` or `update` make of their arguments.
    pub(super) fn arguments_into(&mut self, code: Code<'p>, at: At, members: &mut Members) {
        if code.kind() != "argument_list" {
            let value = self.eval(code, at.copy(code, 0));
            return self.merge(value, members);
        }
        for argument in children(code) {
            if !matches!(
                argument.kind(),
                "keyword_argument" | "dictionary_splat" | "ERROR"
            ) {
                let value = self.eval(argument, at.copy(argument, 0));
                self.merge(value, members);
            }
        }
        self.keywords_into(code, at, members);
    }
}

/// The members of a mapping that is put together.
#[derive(Default)]
pub(super) struct Members {
    pub(super) list: Vec<Member>,
    pub(super) open: Option<Reason>,
}

impl Members {
    /// Sets a member; as in Python, the last one counts.
    pub(super) fn set(&mut self, tree: &Tree, member: Member) {
        let key = tree.text(member.0);
        match self
            .list
            .iter_mut()
            .find(|(name, ..)| tree.text(*name) == key)
        {
            Some(old) => *old = member,
            None => self.list.push(member),
        }
    }

    /// Anything may be set now: what was set before is not known any more.
    pub(super) fn lose(&mut self, tree: &mut Tree, reason: Reason) {
        for (_, span, value) in &mut self.list {
            *value = tree.push_lost(reason.clone(), *span);
        }
        self.open.get_or_insert(reason);
    }
}
