//! The code that a step runs, found in the arguments that it gives to a program of AWS's own.

use crate::aws::code::{
    Program, is_aws_own, is_command_runner, is_local_code, is_remote, is_remote_code,
    is_script_runner, program_of, spark_code,
};
use crate::observed::groups::Step;
use crate::observed::{Node, Reason, Value};

/// Something that a step runs besides its JAR.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Code<'t> {
    /// The text of this node names it.
    Node(Node<'t>),
    /// This part of the node's text names it.
    Text(Node<'t>, &'t str),
    /// This part of a program's text names something, and whether the program runs it is not known.
    Fetched(Node<'t>, &'t str),
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
    let program = arguments.first().and_then(|program| program.as_text());
    if is_script_runner(jar) && !program.is_some_and(is_aws_own) {
        return arguments
            .first()
            .copied()
            .map(Code::Node)
            .into_iter()
            .collect();
    }
    if program.is_some_and(|program| program.rsplit('/').next() == Some("spark-submit")) {
        let texts: Vec<_> = arguments.iter().skip(1).map(|one| one.as_text()).collect();
        let named = spark_code(&texts).into_iter();
        return named
            .filter_map(|at| arguments.get(at + 1))
            .flat_map(|node| files(*node))
            .collect();
    }
    command(&arguments)
}

/// What a command line of some program runs.
fn command<'t>(arguments: &[Node<'t>]) -> Vec<Code<'t>> {
    let texts: Vec<_> = arguments.iter().map(|node| node.as_text()).collect();
    let program = program_of(&texts);
    let each = arguments.iter().enumerate().map(|(at, &node)| {
        let own_file = at == 0 && node.as_text().is_some_and(|text| text.contains('/'));
        match program {
            Some(Program::File(file)) if at == file => vec![Code::Node(node)],
            Some(Program::Text(from)) if at >= from => program_text(node),
            // A program outside the system's folders was put there by somebody.
            _ if own_file && words(node).is_empty() => vec![Code::Node(node)],
            _ => words(node),
        }
    });
    each.flatten().collect()
}

/// The text of a program: every place that it names may be one that it fetches code from.
fn program_text(node: Node<'_>) -> Vec<Code<'_>> {
    if let Some(reason) = node.reason() {
        return vec![Code::Unknown(node, reason)];
    }
    let Some(text) = node.as_text() else {
        return Vec::new();
    };
    let name = |word: &'_ str| word.rsplit('/').next().map(str::to_owned);
    let words = || text.split(BETWEEN_WORDS);
    let fetched: Vec<_> = words().filter(|word| is_remote(word)).map(name).collect();
    let named = words().filter_map(|word| {
        if is_remote_code(word) {
            Some(Code::Text(node, word))
        } else if is_remote(word) {
            Some(Code::Fetched(node, word))
        } else {
            // What the same text fetches is judged by where it comes from.
            let put_there_before = is_local_code(word) && !fetched.contains(&name(word));
            put_there_before.then_some(Code::Text(node, word))
        }
    });
    named.collect()
}

/// What stands between the words of a command line.
const BETWEEN_WORDS: &[char] = &[
    ' ', '\t', '\n', ',', ';', '"', '\'', '=', '&', '|', '(', ')', '<', '>', '`',
];

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
            .split(BETWEEN_WORDS)
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
