//! The rows of the tables: where an argument stands in Terraform and in CloudFormation, and what lies between.

use crate::observed::{Node, Value};

/// One argument.
#[derive(Debug)]
pub(super) struct Row {
    /// The path of argument names, with dots; blocks on the way occur once.
    pub(super) from: &'static str,
    /// The path of property names, with slashes.
    pub(super) to: &'static str,
    pub(super) how: How,
}

impl Row {
    /// The rows of a nested block.
    pub(super) const fn nested(&self) -> Option<&'static [Self]> {
        if let How::Block(rows) | How::Blocks(rows) = self.how {
            Some(rows)
        } else {
            None
        }
    }

    /// Whether the property has the value that the argument has.
    pub(super) const fn is_as_written(&self) -> bool {
        matches!(self.how, How::Same | How::On | How::Default(_))
    }
}

/// How a value is written differently.
#[derive(Debug)]
pub(super) enum How {
    /// It is not.
    Same,
    /// A number that the provider sends where nothing is written.
    Default(&'static str),
    /// A switch that the provider turns on where nothing is written.
    On,
    /// `true` is an object without members; `false` is nothing.
    Flag,
    /// A map of tags is a list of keys and values.
    Tags,
    /// A text with commas is a list.
    Commas,
    /// A single value is a list of one.
    One,
    /// Each item of a list is the only member of an object.
    Each(&'static str),
    /// A JSON text is what it says.
    Json,
    /// A JSON text, or where one is to be read from.
    JsonOrPlace,
    /// A block that occurs once at most.
    Block(&'static [Row]),
    /// A block that may be repeated.
    Blocks(&'static [Row]),
}

impl How {
    /// Whether an empty list is a fact: of blocks, a plan or state tells that there are none. That of an argument
    /// is what the provider keeps where nothing is written.
    pub(super) const fn keeps_empty(&self) -> bool {
        matches!(self, Self::Blocks(_))
    }
}

/// An argument whose value is written alike.
pub(super) const fn same(from: &'static str, to: &'static str) -> Row {
    row(from, to, How::Same)
}

pub(super) const fn row(from: &'static str, to: &'static str, how: How) -> Row {
    Row { from, to, how }
}

/// Whether anything is written at a value. The provider cannot tell an empty text or list from nothing.
pub(super) fn is_written(node: Node<'_>) -> bool {
    match node.value() {
        Value::Absent | Value::Null | Value::Unreadable(_) => false,
        Value::String(text) => !text.is_empty(),
        Value::List => node.items().len() > 0,
        Value::Bool(_) | Value::Number(_) | Value::Template | Value::Map => true,
    }
}

/// The value at a path through blocks that occur once; `Err` where a block on the way does not.
pub(super) fn follow<'t>(values: Node<'t>, path: &'static str) -> Result<Node<'t>, Node<'t>> {
    let (mut node, mut rest) = (values, path);
    // By hand: every argument of every resource is looked for, and most paths are one name.
    loop {
        let Some(end) = rest.bytes().position(|byte| byte == b'.') else {
            return Ok(node.get(rest));
        };
        node = only(node.get(rest.get(..end).unwrap_or_default()))?;
        rest = rest.get(end + 1..).unwrap_or_default();
    }
}

/// The object of a block that occurs once at most; an absent, unknown or single one is itself.
pub(super) fn only(block: Node<'_>) -> Result<Node<'_>, Node<'_>> {
    let mut items = block.items();
    match (block.value(), items.next(), items.next()) {
        (Value::List, Some(item), None) => Ok(item),
        (Value::List, Some(_), Some(_)) => Err(block),
        // Nothing of an empty list is there, and that is known.
        _ => Ok(block),
    }
}
