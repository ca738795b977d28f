//! The code that a step runs, found in the arguments that it gives to a program of AWS's own.

use crate::aws::code::{is_command_runner, is_remote_code, is_script_runner, spark_code};
use crate::observed::groups::Step;
use crate::observed::{Node, Reason, Value};

/// Something that a step runs besides its JAR.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Code<'t> {
    /// The text of this node names it.
    Node(Node<'t>),
    /// This part of the node's text names it.
    Text(Node<'t>, &'t str),
    /// It may be here, but what is here is not known.
    Unknown(Node<'t>, &'t Reason),
    /// It should be here, but this is no list.
    Odd(Node<'t>),
}

/// What a step runs besides its JAR. Nothing for a JAR of somebody's own: its arguments are its own.
pub(crate) fn code_of<'t>(step: &Step<'t>) -> Vec<Code<'t>> {
    let jar = step.jar.as_text().unwrap_or_default();
    if !is_command_runner(jar) && !is_script_runner(jar) {
        return Vec::new();
    }
    match step.args.value() {
        Value::List | Value::Absent | Value::Null => {}
        Value::Unreadable(reason) => return vec![Code::Unknown(step.args, reason)],
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Template | Value::Map => {
            return vec![Code::Odd(step.args)];
        }
    }
    let arguments: Vec<Node<'t>> = step.args.items().collect();
    if is_script_runner(jar) {
        return arguments
            .first()
            .copied()
            .map(Code::Node)
            .into_iter()
            .collect();
    }
    let program = arguments.first().and_then(|program| program.as_text());
    if program.is_some_and(|program| program.rsplit('/').next() == Some("spark-submit")) {
        let texts: Vec<_> = arguments.iter().skip(1).map(|one| one.as_text()).collect();
        let named = spark_code(&texts).into_iter();
        return named
            .filter_map(|at| arguments.get(at + 1))
            .flat_map(|node| files(*node))
            .collect();
    }
    arguments.into_iter().flat_map(words).collect()
}

/// A list of files with commas between them, perhaps behind `--option=`.
fn files(node: Node<'_>) -> Vec<Code<'_>> {
    let Some(text) = node.as_text() else {
        return vec![Code::Node(node)];
    };
    let list = match text.split_once('=') {
        Some((option, list)) if option.starts_with("--") => list,
        Some(_) | None => text,
    };
    list.split(',')
        .filter(|file| !file.is_empty())
        .map(|file| Code::Text(node, file))
        .collect()
}

/// A command line of some other program: whatever in it names code from elsewhere.
fn words(node: Node<'_>) -> Vec<Code<'_>> {
    match node.value() {
        Value::Unreadable(reason) => vec![Code::Unknown(node, reason)],
        Value::Template => {
            let end = node.pieces().last().copied().flatten().unwrap_or_default();
            let code = is_remote_code(&format!("s3://{end}"));
            code.then_some(Code::Node(node)).into_iter().collect()
        }
        Value::String(text) => text
            .split([' ', '\t', '\n', ',', ';', '"', '\'', '='])
            .filter(|word| is_remote_code(word))
            .map(|word| Code::Text(node, word))
            .collect(),
        Value::Absent
        | Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::List
        | Value::Map => Vec::new(),
    }
}
