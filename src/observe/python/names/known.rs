//! Functions and methods whose effect on what they are given is known.

/// What a function or method does with what it is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Callee {
    /// It reads its arguments.
    Reads,
    /// It makes a new container of the members of its arguments.
    Copies,
    /// It hands out the members of its arguments.
    Iterates,
    /// It launches or declares something, of what its arguments say.
    Launches,
}

/// Python's own functions. Source: The Python Standard Library, *Built-in Functions*.
const BUILTINS: &[(&str, Callee)] = &[
    ("print", Callee::Reads),
    ("len", Callee::Reads),
    ("str", Callee::Reads),
    ("repr", Callee::Reads),
    ("bool", Callee::Reads),
    ("int", Callee::Reads),
    ("float", Callee::Reads),
    ("isinstance", Callee::Reads),
    ("type", Callee::Reads),
    ("id", Callee::Reads),
    ("any", Callee::Reads),
    ("all", Callee::Reads),
    ("format", Callee::Reads),
    ("hasattr", Callee::Reads),
    ("dict", Callee::Copies),
    ("list", Callee::Copies),
    ("tuple", Callee::Copies),
    ("set", Callee::Copies),
    ("frozenset", Callee::Copies),
    ("sorted", Callee::Copies),
    ("reversed", Callee::Copies),
    ("enumerate", Callee::Iterates),
    ("zip", Callee::Iterates),
    ("iter", Callee::Iterates),
    ("next", Callee::Iterates),
    ("max", Callee::Iterates),
    ("min", Callee::Iterates),
];

/// Functions of the standard library, by their module.
const LIBRARY: &[(&str, &str, Callee)] = &[
    ("json", "dumps", Callee::Reads),
    ("json", "dump", Callee::Reads),
    ("simplejson", "dumps", Callee::Reads),
    ("yaml", "dump", Callee::Reads),
    ("yaml", "safe_dump", Callee::Reads),
    ("pprint", "pprint", Callee::Reads),
    ("pprint", "pformat", Callee::Reads),
    ("copy", "deepcopy", Callee::Reads),
    ("copy", "copy", Callee::Copies),
    ("textwrap", "dedent", Callee::Reads),
    ("collections", "ChainMap", Callee::Iterates),
    ("types", "MappingProxyType", Callee::Iterates),
    ("collections", "OrderedDict", Callee::Copies),
];

/// Methods of loggers and texts, and those of containers that say nothing of their members.
const READING: &[&str] = &[
    "info",
    "debug",
    "warning",
    "error",
    "exception",
    "critical",
    "format",
    "join",
    "startswith",
    "endswith",
    "strip",
    "lstrip",
    "rstrip",
    "lower",
    "upper",
    "replace",
    "split",
    "encode",
    "keys",
    "index",
    "count",
    // What CDK's constructs take note of.
    "add_dependency",
    "add_depends_on",
];

/// Methods of containers that put members in or take them out.
const SHAPING: &[&str] = &[
    "append",
    "extend",
    "insert",
    "add",
    "remove",
    "discard",
    "clear",
    "sort",
    "reverse",
    "__setitem__",
    "__delitem__",
];

/// Methods of CDK's constructs that leave their properties alone. Source: AWS CDK Reference, `CfnResource`.
const CONSTRUCT_METHODS: &[&str] = &[
    "add_dependency",
    "add_depends_on",
    "add_metadata",
    "apply_removal_policy",
    "get_att",
    "get_metadata",
    "obtain_dependencies",
    "override_logical_id",
    "remove_dependency",
    "to_string",
    "ref",
    "logical_id",
    "node",
    "stack",
    "env",
    "cfn_options",
    "cfn_resource_type",
    "creation_stack",
];

/// What reaches the names of a program out of sight. Source: The Python Language Reference, *Data model*.
const REFLECTION: &[&str] = &[
    "__dict__",
    "__globals__",
    "__builtins__",
    "__defaults__",
    "__kwdefaults__",
    "__closure__",
    "_getframe",
    "currentframe",
    "get_referrers",
    "get_objects",
    "f_globals",
    "f_locals",
];

pub(super) fn builtin(name: &str) -> Option<Callee> {
    let found = BUILTINS.iter().find(|(known, _)| *known == name);
    found.map(|(_, callee)| *callee)
}

/// A function of the library, whose path is written as it is imported.
pub(super) fn library(module: &str, name: &str) -> Option<Callee> {
    let found = LIBRARY
        .iter()
        .find(|(place, known, _)| *place == module && *known == name);
    found.map(|(.., callee)| *callee)
}

pub(super) fn only_reads(method: &str) -> bool {
    READING.contains(&method)
}

pub(super) fn shapes(method: &str) -> bool {
    SHAPING.contains(&method)
}

/// Whether a method or attribute of a construct has nothing to do with its properties.
pub(in crate::observe::python) fn is_construct_method(name: &str) -> bool {
    CONSTRUCT_METHODS.contains(&name) || name.starts_with("attr_")
}

pub(super) fn reflects(name: &str) -> bool {
    REFLECTION.contains(&name)
}
