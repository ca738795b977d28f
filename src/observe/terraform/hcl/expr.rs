//! What Terraform's two syntaxes have in common: bodies of arguments and blocks, and expressions.
//!
//! Offsets count in the texts of all files of a module, one after the other ([`Files`](super::files::Files)).

use std::rc::Rc;

/// Where something is written: bytes of the module's files, one after the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct At {
    pub(super) start: u32,
    pub(super) end: u32,
}

/// An expression, and where it is written.
#[derive(Debug)]
pub(super) struct Expr {
    pub(super) at: At,
    pub(super) kind: ExprKind,
}

/// What an expression is.
#[derive(Debug)]
pub(super) enum ExprKind {
    Null,
    Bool(bool),
    Number(Rc<str>),
    List(Vec<Expr>),
    Object(Vec<(Key, Expr)>),
    Template(Vec<Part>),
    Name(Rc<str>),
    Get(Box<Expr>, Rc<str>),
    Index(Box<Expr>, Box<Expr>),
    /// What stands before the splat, and the steps to follow in each of its items.
    Splat(Box<Expr>, Vec<Step>),
    Call(Call),
    Conditional(Box<[Expr; 3]>),
    Unary(Unary, Box<Expr>),
    Binary(Binary, Box<[Expr; 2]>),
    For(Box<For>),
}

/// The key of a member of an object.
#[derive(Debug)]
pub(super) enum Key {
    Name(Rc<str>, At),
    Expr(Box<Expr>),
}

/// A part of a text.
#[derive(Debug)]
pub(super) enum Part {
    /// Text as it is meant, and the bytes it was written as.
    Text(Rc<str>, At),
    Value(Expr),
    If(Box<Expr>, Vec<Self>, Vec<Self>),
    For {
        key: Option<Rc<str>>,
        value: Rc<str>,
        collection: Box<Expr>,
        body: Vec<Self>,
    },
}

/// A step after a splat.
#[derive(Debug)]
pub(super) enum Step {
    Get(Rc<str>),
    Index(Expr),
    Splat,
}

/// A function call.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) name: Rc<str>,
    pub(super) arguments: Vec<Expr>,
    /// Whether the last argument is a list of arguments (`...`).
    pub(super) spread: bool,
}

/// An operator before its operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unary {
    Not,
    Negative,
}

/// An operator between its operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Binary {
    Equal,
    NotEqual,
    And,
    Or,
    Plus,
    Minus,
    Times,
    Divided,
    Modulo,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// A collection made of another.
#[derive(Debug)]
pub(super) struct For {
    pub(super) key_name: Option<Rc<str>>,
    pub(super) value_name: Rc<str>,
    pub(super) collection: Expr,
    /// What makes the keys, when the result is an object.
    pub(super) key: Option<Expr>,
    pub(super) value: Expr,
    /// Whether values of one key are gathered in a list (`...`).
    pub(super) gathered: bool,
    pub(super) condition: Option<Expr>,
}

/// An argument of a body.
#[derive(Debug)]
pub(super) struct Argument {
    pub(super) name: Rc<str>,
    pub(super) name_at: At,
    pub(super) value: Rc<Expr>,
}

/// Arguments and blocks between braces.
#[derive(Debug, Default)]
pub(super) struct Body {
    pub(super) arguments: Vec<Argument>,
    pub(super) blocks: Vec<Block>,
}

impl Body {
    /// The argument of this name.
    pub(super) fn argument(&self, name: &str) -> Option<&Argument> {
        self.arguments
            .iter()
            .find(|argument| &*argument.name == name)
    }

    /// The blocks of this kind.
    pub(super) fn blocks_of<'b>(&'b self, kind: &'b str) -> impl Iterator<Item = &'b Block> {
        self.blocks.iter().filter(move |block| &*block.kind == kind)
    }
}

/// A block: its kind, its labels, its body.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) kind: Rc<str>,
    pub(super) labels: Vec<Rc<str>>,
    pub(super) body: Body,
    /// The whole block.
    pub(super) at: At,
    /// The words before its body, which name it.
    pub(super) head: At,
}
