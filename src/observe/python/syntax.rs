//! The parser, and small questions to what it gives.

use tree_sitter::{Node, Parser, Tree};

/// A part of the program's text.
pub(super) type Code<'p> = Node<'p>;

/// A parsed program.
#[derive(Debug)]
pub(super) struct Parsed<'s> {
    pub(super) text: &'s str,
    tree: Tree,
}

/// Longer programs are refused: none that somebody wrote comes near.
const MAX_TEXT: usize = 4 << 20;

pub(super) fn parse(text: &str) -> Result<Parsed<'_>, String> {
    if text.len() > MAX_TEXT {
        return Err(format!(
            "a Python file is longer than {} MiB",
            MAX_TEXT >> 20
        ));
    }
    let mut parser = Parser::new();
    let refused = "the Python parser does not take this file".to_owned();
    if parser
        .set_language(&tree_sitter_python::LANGUAGE.into())
        .is_err()
    {
        return Err(refused);
    }
    let tree = parser.parse(text, None).ok_or(refused)?;
    Ok(Parsed { text, tree })
}

impl Parsed<'_> {
    /// The whole program.
    pub(super) fn root(&self) -> Code<'_> {
        self.tree.root_node()
    }

    /// What a part was written as.
    pub(super) fn written(&self, code: Code<'_>) -> &str {
        self.text.get(code.byte_range()).unwrap_or_default()
    }
}

/// The first place where the text is not Python.
pub(super) fn mistake(parsed: &Parsed<'_>) -> Option<(usize, usize)> {
    let mut code = parsed.root();
    if !code.has_error() {
        return None;
    }
    // Down to the innermost part that the mistake is in.
    loop {
        let mut cursor = code.walk();
        let inner = code
            .children(&mut cursor)
            .find(|child| child.has_error() || child.is_missing());
        match inner {
            Some(inner) => code = inner,
            None => {
                return Some((
                    code.start_byte(),
                    code.end_byte().min(code.start_byte() + 80),
                ));
            }
        }
    }
}

/// The parts of a part, without punctuation and comments.
pub(super) fn children(code: Code<'_>) -> Vec<Code<'_>> {
    let mut cursor = code.walk();
    let all = code.named_children(&mut cursor);
    all.filter(|child| child.kind() != "comment").collect()
}

/// A part by the name that the grammar has for it.
pub(super) fn field<'p>(code: Code<'p>, name: &str) -> Option<Code<'p>> {
    code.child_by_field_name(name)
}

/// Whether a part is something that stands nowhere in the text, or is not understood.
pub(super) fn is_broken(code: Code<'_>) -> bool {
    code.is_error() || code.is_missing()
}

/// The innermost expression in parentheses.
pub(super) fn bare(mut code: Code<'_>) -> Code<'_> {
    while code.kind() == "parenthesized_expression" {
        match children(code).as_slice() {
            [inner] => code = *inner,
            _ => return code,
        }
    }
    code
}
