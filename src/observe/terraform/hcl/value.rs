//! Values that expressions evaluate to: known, unknown with a reason, or partly so.

use super::expr::At;
use crate::observed::Reason;
use std::rc::Rc;

/// A value, and where it is used or written.
#[derive(Clone, Debug)]
pub(super) struct Value {
    pub(super) at: At,
    pub(super) kind: Kind,
}

/// What a value is.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    Null,
    Bool(bool),
    Number(Rc<str>),
    Text(Rc<[Piece]>),
    List(Rc<[Value]>),
    Map(Rc<Map>),
    Unknown(Rc<Unknown>),
    /// A resource, of which attributes may be asked for.
    Resource(Rc<Handle>),
}

/// Why a value is not known.
#[derive(Debug)]
pub(super) struct Unknown {
    pub(super) reason: Reason,
    /// The root module's variable that the value is, when it is one and nothing was done to it.
    pub(super) variable: Option<Rc<str>>,
}

/// A part of a text.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    /// Text as it is meant, and the bytes it was written as.
    Text(Rc<str>, At),
    /// Text that is not known.
    Hole(Rc<Unknown>, At),
}

/// A map or object, in the order of its making.
#[derive(Clone, Debug, Default)]
pub(super) struct Map {
    pub(super) members: Vec<Member>,
    /// Why there may be more members.
    pub(super) open: Option<Rc<Unknown>>,
}

/// A member of a map.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) key: Rc<str>,
    pub(super) key_at: At,
    pub(super) value: Value,
}

/// A resource or data source of a module instance; `key` tells instances apart.
#[derive(Debug)]
pub(super) struct Handle {
    pub(super) instance: usize,
    /// What addresses in its module instance begin with.
    pub(super) path: Rc<str>,
    pub(super) data: bool,
    pub(super) kind: Rc<str>,
    pub(super) name: Rc<str>,
    pub(super) key: InstanceKey,
}

/// Which instance of a resource.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum InstanceKey {
    /// There is one only.
    Only,
    /// By `count`.
    Index(usize),
    /// By `for_each`.
    Key(Rc<str>),
    /// It is not known how many there are.
    Unknown,
}

impl InstanceKey {
    /// As addresses show it.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Only | Self::Unknown => String::new(),
            Self::Index(index) => format!("[{index}]"),
            Self::Key(key) => format!("[{key:?}]"),
        }
    }
}

impl Map {
    /// The member of this key; the last one, if there are several.
    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        let mut members = self.members.iter().rev();
        let found = members.find(|member| &*member.key == key);
        found.map(|member| &member.value)
    }

    /// Puts a member in, in place of one of the same key.
    pub(super) fn put(&mut self, new: Member) {
        match self.members.iter_mut().find(|member| member.key == new.key) {
            Some(member) => *member = new,
            None => self.members.push(new),
        }
    }

    /// The members in the order in which Terraform goes through a map: by key.
    pub(super) fn sorted(&self) -> Vec<&Member> {
        let mut members: Vec<&Member> = self.members.iter().collect();
        members.sort_by(|one, other| one.key.cmp(&other.key));
        members
    }
}

impl Value {
    pub(super) fn new(kind: Kind, at: At) -> Self {
        Self { at, kind }
    }

    pub(super) fn unknown(reason: Reason, at: At) -> Self {
        let unknown = Unknown {
            reason,
            variable: None,
        };
        Self::new(Kind::Unknown(Rc::new(unknown)), at)
    }

    pub(super) fn malformed(what: impl Into<String>, at: At) -> Self {
        Self::unknown(Reason::Malformed { what: what.into() }, at)
    }

    pub(super) fn unsupported(what: impl Into<String>, at: At) -> Self {
        Self::unknown(Reason::Unsupported { what: what.into() }, at)
    }

    pub(super) fn null(at: At) -> Self {
        Self::new(Kind::Null, at)
    }

    pub(super) fn text(text: impl Into<Rc<str>>, at: At) -> Self {
        Self::new(Kind::Text(Rc::new([Piece::Text(text.into(), at)])), at)
    }

    pub(super) fn list(items: Vec<Self>, at: At) -> Self {
        Self::new(Kind::List(items.into()), at)
    }

    pub(super) fn map(map: Map, at: At) -> Self {
        Self::new(Kind::Map(Rc::new(map)), at)
    }

    /// A number as Terraform writes it.
    pub(super) fn number(number: f64, at: At) -> Self {
        if number.is_finite() {
            Self::new(Kind::Number(number.to_string().into()), at)
        } else {
            Self::malformed("the result is not a number", at)
        }
    }

    /// A count.
    pub(super) fn count(count: usize, at: At) -> Self {
        Self::new(Kind::Number(count.to_string().into()), at)
    }

    /// The same value, standing elsewhere. What it holds keeps its places.
    pub(super) fn standing(&self, at: At) -> Self {
        Self {
            at,
            kind: self.kind.clone(),
        }
    }

    /// What is used by its name: a single value stands where it is used; what has members stands where it is
    /// written, so that each member does.
    pub(super) fn used(&self, at: At) -> Self {
        match self.kind {
            Kind::List(_) | Kind::Map(_) => self.clone(),
            Kind::Null
            | Kind::Bool(_)
            | Kind::Number(_)
            | Kind::Text(_)
            | Kind::Unknown(_)
            | Kind::Resource(_) => self.standing(at),
        }
    }

    /// Why the value itself is not known; of a text with holes, its first.
    pub(super) fn why(&self) -> Option<&Rc<Unknown>> {
        match &self.kind {
            Kind::Unknown(unknown) => Some(unknown),
            Kind::Text(pieces) => pieces.iter().find_map(|piece| match piece {
                Piece::Hole(unknown, _) => Some(unknown),
                Piece::Text(..) => None,
            }),
            Kind::Null
            | Kind::Bool(_)
            | Kind::Number(_)
            | Kind::List(_)
            | Kind::Map(_)
            | Kind::Resource(_) => None,
        }
    }

    /// Why the value, or anything in it, is not known.
    pub(super) fn why_deep(&self) -> Option<Rc<Unknown>> {
        match &self.kind {
            Kind::List(items) => items.iter().find_map(Self::why_deep),
            Kind::Map(map) => map.open.clone().or_else(|| {
                map.members
                    .iter()
                    .find_map(|member| member.value.why_deep())
            }),
            Kind::Null
            | Kind::Bool(_)
            | Kind::Number(_)
            | Kind::Text(_)
            | Kind::Unknown(_)
            | Kind::Resource(_) => self.why().cloned(),
        }
    }

    /// An unknown value for the reason that something is which it is made of: not a reference, if that is one.
    pub(super) fn lost(why: &Unknown, at: At) -> Self {
        Self::unknown(why.reason.clone().of_result(), at)
    }

    /// An unknown value that is a part of another, or all of it: a reference stays one.
    pub(super) fn part_of(why: &Unknown, at: At) -> Self {
        Self::unknown(why.reason.clone(), at)
    }

    /// The text of a known text, number or boolean: Terraform converts between them.
    pub(super) fn as_text(&self) -> Option<Rc<str>> {
        match &self.kind {
            Kind::Text(pieces) => match &**pieces {
                [Piece::Text(text, _)] => Some(Rc::clone(text)),
                pieces => {
                    let mut whole = String::new();
                    for piece in pieces {
                        match piece {
                            Piece::Text(text, _) => whole.push_str(text),
                            Piece::Hole(..) => return None,
                        }
                    }
                    Some(whole.into())
                }
            },
            Kind::Number(number) => Some(Rc::clone(number)),
            Kind::Bool(value) => Some(if *value { "true" } else { "false" }.into()),
            Kind::Null | Kind::List(_) | Kind::Map(_) | Kind::Unknown(_) | Kind::Resource(_) => {
                None
            }
        }
    }

    /// The number that is there, also as text.
    pub(super) fn as_number(&self) -> Option<f64> {
        match &self.kind {
            Kind::Number(_) | Kind::Text(_) => self.as_text()?.parse().ok(),
            Kind::Null
            | Kind::Bool(_)
            | Kind::List(_)
            | Kind::Map(_)
            | Kind::Unknown(_)
            | Kind::Resource(_) => None,
        }
    }

    /// The whole number that is there, when it can count something.
    pub(super) fn as_count(&self) -> Option<usize> {
        let number = self.as_number()?;
        if number.fract() == 0.0 && (0.0..1e9).contains(&number) {
            number.to_string().parse().ok()
        } else {
            None
        }
    }

    /// The boolean that is there, also as text.
    pub(super) fn as_bool(&self) -> Option<bool> {
        match &self.kind {
            Kind::Bool(value) => Some(*value),
            Kind::Text(_) => match &*self.as_text()? {
                "true" => Some(true),
                "false" => Some(false),
                _ => None,
            },
            Kind::Null
            | Kind::Number(_)
            | Kind::List(_)
            | Kind::Map(_)
            | Kind::Unknown(_)
            | Kind::Resource(_) => None,
        }
    }

    pub(super) fn is_null(&self) -> bool {
        matches!(self.kind, Kind::Null)
    }

    /// The items of a list.
    pub(super) fn as_list(&self) -> Option<&Rc<[Self]>> {
        if let Kind::List(items) = &self.kind {
            Some(items)
        } else {
            None
        }
    }

    /// The map that is there.
    pub(super) fn as_map(&self) -> Option<&Rc<Map>> {
        if let Kind::Map(map) = &self.kind {
            Some(map)
        } else {
            None
        }
    }

    /// The pieces of what stands where text is needed; `None` for what is no text.
    pub(super) fn pieces(&self) -> Option<Vec<Piece>> {
        match &self.kind {
            Kind::Text(pieces) => Some(pieces.to_vec()),
            Kind::Unknown(unknown) => Some(vec![Piece::Hole(Rc::clone(unknown), self.at)]),
            Kind::Bool(_) | Kind::Number(_) => {
                let text = self.as_text()?;
                Some(vec![Piece::Text(text, self.at)])
            }
            Kind::Null | Kind::List(_) | Kind::Map(_) | Kind::Resource(_) => None,
        }
    }
}

/// Whether two values are equal; `None` when that rests on what is not known.
pub(super) fn equal(one: &Value, other: &Value) -> Option<bool> {
    match (&one.kind, &other.kind) {
        (Kind::Unknown(_) | Kind::Resource(_), _) | (_, Kind::Unknown(_) | Kind::Resource(_)) => {
            None
        }
        (Kind::List(one), Kind::List(other)) => {
            if one.len() != other.len() {
                return Some(false);
            }
            let pairs = one.iter().zip(other.iter());
            all(pairs.map(|(one, other)| equal(one, other)))
        }
        (Kind::Map(one), Kind::Map(other)) => {
            if one.open.is_some() || other.open.is_some() {
                return None;
            }
            if one.members.len() != other.members.len() {
                return Some(false);
            }
            all(one.members.iter().map(|member| {
                let other = other.get(&member.key);
                other.map_or(Some(false), |other| equal(&member.value, other))
            }))
        }
        (Kind::Number(_), Kind::Number(_)) => Some(one.as_number() == other.as_number()),
        (Kind::Bool(one), Kind::Bool(other)) => Some(one == other),
        (Kind::Null, Kind::Null) => Some(true),
        (Kind::Text(_), Kind::Text(_)) => match (one.as_text(), other.as_text()) {
            (Some(one), Some(other)) => Some(one == other),
            _ => None,
        },
        // Terraform compares a text with a number or a boolean by type first: they differ.
        _ => Some(false),
    }
}

/// Whether all are so (Kleene's logic).
fn all(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut known = true;
    for part in parts {
        match part {
            Some(true) => {}
            Some(false) => return Some(false),
            None => known = false,
        }
    }
    known.then_some(true)
}
