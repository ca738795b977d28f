//! The JSON Schema of the baseline language, for editors: draft 07, which taplo and tombi both read.

use crate::control::settings::{CellKind, Column, Domain, Field, Spec, TextType};
use crate::control::{Entry, Severity};
use crate::controls::REGISTRY;
use crate::observed::ResourceKind;
use serde_json::{Map, Value, json};

/// The schema, generated from the settings that controls declare.
pub fn schema() -> Value {
    let mut properties = Map::new();
    properties.insert(
        "schema".to_owned(),
        json!({"const": 1, "description": "The version of the baseline language."}),
    );
    properties.insert("baseline".to_owned(), head());
    properties.insert("parameters".to_owned(), parameters());
    properties.insert("targets".to_owned(), targets());
    for entry in REGISTRY {
        let Some((group, name)) = entry.meta.id.split_once('.') else {
            continue;
        };
        let table = properties
            .entry(group)
            .or_insert_with(|| closed(Map::new(), &[], &format!("Controls of `{group}`.")));
        if let Some(Value::Object(tables)) = table.get_mut("properties") {
            tables.insert(name.to_owned(), control(entry));
        }
    }
    properties.insert("severity".to_owned(), severities());
    properties.insert("waivers".to_owned(), waivers());
    let mut schema = closed(
        properties,
        &["schema", "baseline"],
        "A security baseline of Amazon EMR and AWS Lake Formation.",
    );
    if let Value::Object(schema) = &mut schema {
        schema.insert(
            "$schema".to_owned(),
            json!("http://json-schema.org/draft-07/schema#"),
        );
        schema.insert("title".to_owned(), json!("emr-baseline"));
    }
    schema
}

/// A table without other keys than these.
fn closed(properties: Map<String, Value>, required: &[&str], description: &str) -> Value {
    let mut table = Map::new();
    table.insert("type".to_owned(), json!("object"));
    table.insert("description".to_owned(), json!(description));
    table.insert("properties".to_owned(), Value::Object(properties));
    table.insert("required".to_owned(), json!(required));
    table.insert("additionalProperties".to_owned(), json!(false));
    Value::Object(table)
}

fn text(description: &str) -> Value {
    json!({"type": "string", "description": description})
}

fn table(pairs: impl IntoIterator<Item = (&'static str, Value)>) -> Map<String, Value> {
    pairs
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect()
}

fn head() -> Value {
    let properties = table([
        (
            "name",
            json!({"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]*$", "description": "Its name, which becomes a part of file names."}),
        ),
        ("version", text("Its version.")),
        ("owner", text("Who answers for it.")),
        ("description", text("What it is for.")),
        (
            "extends",
            one_or_many(
                &text("A file, relative to this one, or `builtin:NAME`."),
                "What it stands on: a layer may add or tighten.",
            ),
        ),
        (
            "max-waiver-days",
            json!({"type": "integer", "minimum": 1, "maximum": 36_500, "description": "How many days away a waiver may expire."}),
        ),
    ]);
    closed(
        properties,
        &["name"],
        "What the baseline says about itself.",
    )
}

fn parameters() -> Value {
    let types: Vec<String> = TextType::ALL
        .iter()
        .flat_map(|kind| [kind.name().to_owned(), format!("list of {}", kind.name())])
        .collect();
    let parameter = closed(
        table([
            (
                "type",
                json!({"enum": types, "description": "What it stands for."}),
            ),
            ("description", text("What it is for.")),
            (
                "default",
                one_or_many(
                    &json!({"type": "string"}),
                    "What it stands for in targets that give it no value.",
                ),
            ),
        ]),
        &["type"],
        "A parameter, referred to as `${name}`.",
    );
    json!({"type": "object", "description": "What a target must bind.", "additionalProperties": parameter})
}

fn targets() -> Value {
    json!({
        "type": "object",
        "description": "The accounts and regions that the baseline is bound to.",
        "additionalProperties": {
            "type": "object",
            "description": "An account and a region, and the values of parameters there.",
            "properties": {
                "account": {"type": "string", "pattern": "^[0-9]{12}$", "description": "Twelve digits."},
                "region": {"type": "string", "pattern": "^[a-z]{2,}(-[a-z]{2,})+-[0-9]{1,2}$", "description": "A region."},
            },
            "required": ["account", "region"],
            "additionalProperties": one_or_many(&json!({"type": "string"}), "The value of a parameter."),
        },
    })
}

fn severities() -> Value {
    let names: Vec<&str> = Severity::ALL
        .iter()
        .map(|severity| severity.name())
        .collect();
    let properties = REGISTRY
        .iter()
        .map(|entry| {
            (
                entry.meta.id.to_owned(),
                json!({"enum": names, "description": entry.meta.title}),
            )
        })
        .collect();
    closed(properties, &[], "Severities other than the controls' own.")
}

fn waivers() -> Value {
    let ids: Vec<&str> = REGISTRY.iter().map(|entry| entry.meta.id).collect();
    let kinds: Vec<&str> = ResourceKind::ALL.iter().map(|kind| kind.name()).collect();
    let tags = json!({"type": "object", "description": "Tags that it must bear.", "additionalProperties": {"type": "string"}});
    let resource = closed(
        table([
            (
                "kind",
                json!({"enum": kinds, "description": "The kind of resource."}),
            ),
            ("id", text("Its id; `*` and `?` stand for characters.")),
            ("name", text("Its name; `*` and `?` stand for characters.")),
            ("account", text("Its account.")),
            ("region", text("Its region.")),
            ("tags", tags),
        ]),
        &[],
        "Which resources are excepted; every given key must match.",
    );
    let waiver = closed(
        table([
            (
                "control",
                json!({"enum": ids, "description": "The control that is waived."}),
            ),
            ("resource", resource),
            ("reason", text("Why the exception is accepted.")),
            ("owner", text("Who accepted it.")),
            ("ticket", text("Where that is recorded.")),
            (
                "expires",
                json!({"type": "string", "format": "date", "description": "The last day, in UTC, written without quotes."}),
            ),
        ]),
        &["control", "reason", "owner", "expires"],
        "An accepted exception to one control.",
    );
    json!({"type": "array", "description": "Accepted exceptions.", "items": waiver})
}

fn control(entry: &Entry) -> Value {
    let properties = (entry.fields)()
        .into_iter()
        .map(|field| (field.key.clone(), setting(&field)))
        .collect();
    closed(properties, &[], entry.meta.title)
}

fn setting(field: &Field) -> Value {
    let mut schema = spec(&field.spec, &field.doc);
    if let (Value::Object(schema), Some(preset)) = (&mut schema, field.default) {
        let written = preset.to_string();
        let default = serde_json::from_str(&written).unwrap_or(Value::String(written));
        schema.insert("default".to_owned(), default);
    }
    schema
}

fn spec(spec: &Spec, doc: &str) -> Value {
    match *spec {
        Spec::Switch | Spec::Allowance | Spec::Stated => {
            json!({"type": "boolean", "description": doc})
        }
        Spec::AtLeast(min, max) | Spec::AtMost(min, max) => {
            json!({"type": "integer", "minimum": min, "maximum": max, "description": doc})
        }
        Spec::Level(words) => json!({"enum": words, "description": doc}),
        Spec::OneOf(domain)
        | Spec::Only(domain)
        | Spec::Includes(domain)
        | Spec::Excludes(domain) => one_or_many(&one(domain, None), doc),
        Spec::Exactly(domain) | Spec::Prefer(domain) => one(domain, Some(doc)),
        Spec::ExactlyTable(columns) => rows(columns, doc),
        Spec::ExactlyRows(columns) | Spec::Rows(columns) | Spec::OnlyRows(columns) => {
            json!({"type": "array", "description": doc, "items": rows(columns, doc)})
        }
        Spec::OnlyPairs(domain) => {
            json!({"type": "object", "description": doc, "additionalProperties": one(domain, None)})
        }
        Spec::Releases => {
            let label = json!({"type": "string", "pattern": "^emr-(spark-)?[0-9]+\\.[0-9]+(\\.[0-9]+)?(-.*)?$"});
            one_or_many(&label, doc)
        }
    }
}

/// One text: a word of the domain, or a text with parameters in it.
fn one(domain: Domain, doc: Option<&str>) -> Value {
    let mut schema = match domain {
        Domain::Words(words) => {
            json!({"anyOf": [{"enum": words}, {"type": "string", "pattern": "\\$\\{[^}]+\\}"}]})
        }
        Domain::Texts(_) | Domain::Patterns(_) => json!({"type": "string"}),
    };
    if let (Value::Object(schema), Some(doc)) = (&mut schema, doc) {
        schema.insert("description".to_owned(), json!(doc));
    }
    schema
}

fn one_or_many(item: &Value, doc: &str) -> Value {
    json!({"description": doc, "anyOf": [item, {"type": "array", "items": item}]})
}

fn rows(columns: &[Column], doc: &str) -> Value {
    let properties = columns
        .iter()
        .map(|column| (column.key.to_owned(), cell(column)));
    let required: Vec<&str> = columns
        .iter()
        .filter(|column| column.required)
        .map(|column| column.key)
        .collect();
    closed(properties.collect(), &required, doc)
}

fn cell(column: &Column) -> Value {
    let doc = column.doc;
    match column.cell {
        CellKind::One(domain) => one(domain, Some(doc)),
        CellKind::Each(domain) | CellKind::Many(domain) => one_or_many(&one(domain, None), doc),
        CellKind::Flag => json!({"type": "boolean", "description": doc}),
        CellKind::Number => json!({"type": "integer", "description": doc}),
        CellKind::Map => {
            json!({"type": "object", "description": doc, "additionalProperties": {"type": "string"}})
        }
    }
}
