//! Conditions that the files do not decide: each is taken both ways, so that both branches are judged.
//!
//! A world is grown by need: what is evaluated tells the first condition that it lacks, and the world is split in
//! two by it. A comparison of a variable with a literal splits by the variable's value, so that all conditions over
//! one variable stay together.

use super::eval::Evaluator;
use super::expr::{At, Binary, Expr, ExprKind, Unary};
use super::scope::Env;
use super::value::{Kind, Unknown, Value, equal};
use crate::observed::{Facts, Reason};
use std::collections::BTreeMap;
use std::rc::Rc;

/// How many worlds are tried. What would need more of them stays unknown.
const MAX_WORLDS: usize = 64;
/// How many resources all worlds of a module may hold together: each world is evaluated and judged by itself.
const MAX_RESOURCES: usize = 16 << 10;

/// How many worlds are tried of a module of so many resources: two at least.
pub(super) fn worlds_of(resources: usize) -> usize {
    (MAX_RESOURCES / resources.max(1)).clamp(2, MAX_WORLDS)
}

/// What a world is split by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Atom {
    /// A root variable has a value.
    Is(Rc<str>, Literal),
    /// A condition holds, whatever it rests on. Its text, and what tells its evaluations apart.
    Holds(Rc<str>, Rc<str>),
}

/// A value that a variable is compared with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Literal {
    Null,
    Bool(bool),
    Number(Rc<str>),
    Text(Rc<str>),
}

impl Literal {
    fn of(value: &Value) -> Option<Self> {
        match &value.kind {
            Kind::Null => Some(Self::Null),
            Kind::Bool(value) => Some(Self::Bool(*value)),
            Kind::Number(number) => Some(Self::Number(Rc::clone(number))),
            Kind::Text(_) => value.as_text().map(Self::Text),
            Kind::List(_) | Kind::Map(_) | Kind::Unknown(_) | Kind::Resource(_) => None,
        }
    }

    fn value(&self, at: At) -> Value {
        match self {
            Self::Null => Value::null(at),
            Self::Bool(value) => Value::new(Kind::Bool(*value), at),
            Self::Number(number) => Value::new(Kind::Number(Rc::clone(number)), at),
            Self::Text(text) => Value::text(Rc::clone(text), at),
        }
    }

    fn shown(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Bool(value) => value.to_string(),
            Self::Number(text) | Self::Text(text) => format!("`{text}`"),
        }
    }
}

/// One choice of the undecidable conditions.
#[derive(Clone, Debug, Default)]
pub(super) struct Choice {
    atoms: BTreeMap<Atom, bool>,
    /// The first condition that was met and that the choice leaves open.
    pub(super) open: Option<Atom>,
}

impl Choice {
    /// The same choice, decided further.
    pub(super) fn with(&self, atom: Atom, holds: bool) -> Self {
        let mut atoms = self.atoms.clone();
        atoms.insert(atom, holds);
        Self { atoms, open: None }
    }

    /// The value that a variable has here.
    pub(super) fn value(&self, name: &str, at: At) -> Option<Value> {
        self.atoms.iter().find_map(|(atom, holds)| match atom {
            Atom::Is(variable, literal) if &**variable == name && *holds => Some(literal.value(at)),
            // What is not true is false.
            Atom::Is(variable, Literal::Bool(value)) if &**variable == name && !*holds => {
                Some(Value::new(Kind::Bool(!*value), at))
            }
            Atom::Is(..) | Atom::Holds(..) => None,
        })
    }

    /// What distinguishes this world from others.
    pub(super) fn label(&self) -> Option<String> {
        let decided = |name: &Rc<str>| {
            self.atoms.iter().any(|(atom, holds)| {
                *holds && matches!(atom, Atom::Is(variable, _) if variable == name)
            })
        };
        let parts = self.atoms.iter().filter_map(|(atom, holds)| match atom {
            Atom::Is(name, literal) if *holds => {
                Some(format!("`var.{name}` is {}", literal.shown()))
            }
            Atom::Is(name, Literal::Bool(value)) => Some(format!("`var.{name}` is {}", !*value)),
            // That it is one value says that it is no other.
            Atom::Is(name, _) if decided(name) => None,
            Atom::Is(name, literal) => Some(format!("`var.{name}` is not {}", literal.shown())),
            Atom::Holds(text, _) => Some(format!("`{text}` is {holds}")),
        });
        let parts: Vec<String> = parts.collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }

    /// The same, fact by fact.
    pub(super) fn facts(&self) -> Facts {
        let mut facts = Facts::new();
        for (atom, holds) in &self.atoms {
            let mut about = match atom {
                Atom::Is(name, literal) => format!("`var.{name}` is {}", literal.shown()),
                Atom::Holds(text, _) => format!("`{text}`"),
            };
            // One text may stand for several conditions, each of another turn.
            while facts.contains_key(&about) {
                about.push_str(" again");
            }
            facts.insert(about, holds.to_string());
        }
        facts
    }
}

/// Whether a condition holds, or why that is not known.
pub(super) type Decided = Result<bool, Rc<Unknown>>;

fn unknown(reason: Reason) -> Rc<Unknown> {
    Rc::new(Unknown {
        reason,
        variable: None,
    })
}

impl Evaluator<'_> {
    /// Whether a condition holds in this world.
    pub(super) fn decide(&mut self, condition: &Expr, env: &Env) -> Decided {
        match self.truth(condition, env) {
            Err(why) if matches!(why.reason, Reason::Malformed { .. }) => Err(why),
            // Whatever it rests on, it holds or it does not.
            Err(why) if !matches!(why.reason, Reason::Condition { .. }) => {
                let text = self.files.written(condition.at);
                let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
                let text: Rc<str> = shortened(&text).into();
                let path = self.path_of(env.instance);
                let turn = format!("{}@{}{}", path, condition.at.start, env.turn());
                // The same condition elsewhere in the module is the same choice.
                let turn = if env.turn().is_empty() { path } else { turn };
                self.ask(Atom::Holds(text, turn.into()), &why)
            }
            decided => decided,
        }
    }

    /// What this world says of an atom. What it does not say is what the world is split by next.
    fn ask(&mut self, atom: Atom, why: &Rc<Unknown>) -> Decided {
        self.varied = true;
        if let Some(holds) = self.choice.atoms.get(&atom) {
            return Ok(*holds);
        }
        let name = match &atom {
            Atom::Is(name, _) => format!("var.{name}"),
            Atom::Holds(text, _) => text.to_string(),
        };
        self.choice.open.get_or_insert(atom);
        Err(if matches!(why.reason, Reason::Parameter { .. }) {
            Rc::clone(why)
        } else {
            unknown(Reason::Condition { name })
        })
    }

    /// Whether a boolean expression is true.
    pub(super) fn truth(&mut self, condition: &Expr, env: &Env) -> Decided {
        match &condition.kind {
            ExprKind::Unary(Unary::Not, inner) => self.decide(inner, env).map(|holds| !holds),
            ExprKind::Binary(operator @ (Binary::And | Binary::Or), operands) => {
                let [one, other] = &**operands;
                let deciding = *operator == Binary::Or;
                match self.decide(one, env) {
                    Ok(value) if value == deciding => Ok(deciding),
                    Ok(_) => self.decide(other, env),
                    Err(why) => match self.decide(other, env) {
                        Ok(value) if value == deciding => Ok(deciding),
                        _ => Err(why),
                    },
                }
            }
            ExprKind::Binary(operator @ (Binary::Equal | Binary::NotEqual), operands) => {
                let [one, other] = &**operands;
                let (one, other) = (self.eval(one, env), self.eval(other, env));
                let same = self.same(&one, &other)?;
                Ok(same == (*operator == Binary::Equal))
            }
            ExprKind::Call(call) if &*call.name == "contains" && call.arguments.len() == 2 => {
                let mut values = call
                    .arguments
                    .iter()
                    .map(|argument| self.eval(argument, env));
                match (values.next(), values.next()) {
                    (Some(list), Some(value)) => self.among(&list, &value),
                    _ => Ok(false),
                }
            }
            ExprKind::Null
            | ExprKind::Bool(_)
            | ExprKind::Number(_)
            | ExprKind::List(_)
            | ExprKind::Object(_)
            | ExprKind::Template(_)
            | ExprKind::Name(_)
            | ExprKind::Get(..)
            | ExprKind::Index(..)
            | ExprKind::Splat(..)
            | ExprKind::Call(_)
            | ExprKind::Conditional(_)
            | ExprKind::Unary(..)
            | ExprKind::Binary(..)
            | ExprKind::For(_) => {
                let value = self.eval(condition, env);
                self.is_true(&value)
            }
        }
    }

    /// Whether a value is true in this world.
    fn is_true(&mut self, value: &Value) -> Decided {
        match (value.as_bool(), &value.kind) {
            (Some(value), _) => Ok(value),
            (None, Kind::Unknown(why)) => match &why.variable {
                Some(name) => {
                    let atom = Atom::Is(Rc::clone(name), Literal::Bool(true));
                    self.ask(atom, why)
                }
                None => Err(Rc::clone(why)),
            },
            _ => Err(value.why().cloned().unwrap_or_else(|| {
                unknown(Reason::Malformed {
                    what: "the condition is neither true nor false".to_owned(),
                })
            })),
        }
    }

    /// Whether two values are the same in this world.
    fn same(&mut self, one: &Value, other: &Value) -> Decided {
        if let Some(same) = equal(one, other) {
            return Ok(same);
        }
        for (unknown, known) in [(one, other), (other, one)] {
            if let Kind::Unknown(why) = &unknown.kind
                && let Some(name) = &why.variable
                && let Some(literal) = Literal::of(known)
            {
                return self.ask(Atom::Is(Rc::clone(name), literal), why);
            }
        }
        let why = one.why_deep().or_else(|| other.why_deep());
        Err(why.unwrap_or_else(|| {
            unknown(Reason::Unsupported {
                what: "a comparison of resources".to_owned(),
            })
        }))
    }

    /// Whether a value is among those of a list.
    pub(super) fn among(&mut self, list: &Value, value: &Value) -> Decided {
        let Some(items) = list.as_list().cloned() else {
            return Err(list.why().cloned().unwrap_or_else(|| {
                unknown(Reason::Malformed {
                    what: "`contains` expects a list".to_owned(),
                })
            }));
        };
        let mut undecided = None;
        for item in items.iter() {
            match self.same(item, value) {
                Ok(true) => return Ok(true),
                Ok(false) => {}
                Err(why) => undecided = Some(why),
            }
        }
        undecided.map_or(Ok(false), Err)
    }
}

/// A condition's text as a label shows it.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 80;
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(LONGEST).collect();
    short.push('…');
    short
}
