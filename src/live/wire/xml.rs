//! Answers in XML, as the members that the API documents.

use crate::live::operation::{Operation, Service};
use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Answers nest a dozen elements deep.
const DEEPEST: usize = 64;

/// An element: its name without prefix, its children, and its text.
#[derive(Debug, Default)]
struct Element {
    name: String,
    children: Vec<Self>,
    text: String,
}

/// What a member is besides a text or a structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Text,
    Boolean,
    Number,
    /// Items in elements of their own.
    List,
    /// The element repeats.
    Flat,
}

/// By operation, path of the structure, and element: the member and its shape.
type Names = BTreeMap<(&'static str, &'static str, &'static str), (&'static str, Shape)>;

/// Where members differ from their elements: by operation, path of the structure, and element. Written by
/// `tests/witness/xml_names.py` from botocore's models.
static NAMES: LazyLock<Names> = LazyLock::new(|| {
    let rows = include_str!("names.txt").lines();
    let row = |line: &'static str| {
        let mut words = line.split(' ');
        let (operation, path) = (words.next()?, words.next()?);
        let (element, member) = (words.next()?, words.next()?);
        let shape = match words.next()? {
            "boolean" => Shape::Boolean,
            "number" => Shape::Number,
            "list" => Shape::List,
            "flat" => Shape::Flat,
            _ => Shape::Text,
        };
        Some(((operation, path, element), (member, shape)))
    };
    rows.filter_map(row).collect()
});

/// The members of an answer.
pub(super) fn answer(operation: &Operation, text: &str) -> Result<Map<String, Value>, String> {
    let root = parse(text)?;
    let members = match operation.service {
        // The members stand in the root itself, which has no name of its own in the API.
        Service::S3 if root.name == "VersioningConfiguration" => {
            structure(operation.name, "", &root)
        }
        // The answer is its one member.
        Service::S3 | Service::S3Control => {
            let name = root.name.clone();
            let holder = Element {
                name: String::new(),
                children: vec![root],
                text: String::new(),
            };
            let value = structure(operation.name, "", &holder);
            if value.contains_key(&name) {
                value
            } else {
                return Err(format!("element `{name}` is not expected"));
            }
        }
        // `<GetRoleResponse><GetRoleResult>…</GetRoleResult><ResponseMetadata/></GetRoleResponse>`
        Service::Iam | Service::Sts => {
            let result = format!("{}Result", operation.name);
            let found = root.children.iter().find(|child| child.name == result);
            let found = found.ok_or_else(|| format!("element `{result}` is missing"))?;
            structure(operation.name, "", found)
        }
        Service::Ec2
        | Service::Emr
        | Service::Kms
        | Service::LakeFormation
        | Service::Glue
        | Service::Organizations
        | Service::Serverless
        | Service::Containers
        | Service::ServiceQuotas => structure(operation.name, "", &root),
    };
    Ok(members)
}

/// Code and message of an error.
pub(super) fn error(text: &str) -> Option<(String, String)> {
    let root = parse(text).ok()?;
    let found = find(&root, "Error")?;
    let part = |name: &str| {
        let child = found.children.iter().find(|child| child.name == name);
        child.map(|child| child.text.clone()).unwrap_or_default()
    };
    Some((part("Code"), part("Message")))
}

fn find<'e>(element: &'e Element, name: &str) -> Option<&'e Element> {
    if element.name == name {
        return Some(element);
    }
    element.children.iter().find_map(|child| find(child, name))
}

fn structure(operation: &str, path: &str, element: &Element) -> Map<String, Value> {
    let mut members = Map::new();
    let own = if path.is_empty() { "/" } else { path };
    for child in &element.children {
        let row = NAMES.get(&(operation, own, child.name.as_str()));
        let (name, shape) = match row {
            Some((name, shape)) => ((*name).to_owned(), *shape),
            None => (capital(&child.name), Shape::Text),
        };
        let inner = format!("{path}/{name}");
        if shape == Shape::Flat {
            let item = value(operation, &inner, child, Shape::Text);
            let items = members
                .entry(name)
                .or_insert_with(|| Value::Array(Vec::new()));
            if let Value::Array(items) = items {
                items.push(item);
            }
        } else {
            members.insert(name, value(operation, &inner, child, shape));
        }
    }
    members
}

fn value(operation: &str, path: &str, element: &Element, shape: Shape) -> Value {
    let text = element.text.as_str();
    match shape {
        Shape::List => {
            let items = element.children.iter();
            items
                .map(|item| value(operation, path, item, Shape::Text))
                .collect()
        }
        Shape::Boolean if text == "true" => Value::Bool(true),
        Shape::Boolean if text == "false" => Value::Bool(false),
        Shape::Number => {
            let number = serde_json::from_str(text).ok();
            number
                .filter(Value::is_number)
                .unwrap_or_else(|| text.into())
        }
        Shape::Text | Shape::Boolean | Shape::Flat if element.children.is_empty() => text.into(),
        Shape::Text | Shape::Boolean | Shape::Flat => {
            Value::Object(structure(operation, path, element))
        }
    }
}

fn capital(name: &str) -> String {
    let mut rest = name.chars();
    let first = rest.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(rest).collect()
}

/// Reads a document. Text between elements is of no interest.
fn parse(text: &str) -> Result<Element, String> {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Element> = Vec::new();
    loop {
        let event = reader.read_event().map_err(|error| error.to_string())?;
        let closed = match event {
            Event::Start(start) => {
                if open.len() == DEEPEST {
                    return Err("it is nested too deeply".to_owned());
                }
                open.push(named(start.local_name().as_ref()));
                None
            }
            Event::Empty(start) => Some(named(start.local_name().as_ref())),
            Event::End(_) => open.pop().map(trimmed),
            Event::Text(text) => {
                push(&mut open, &text);
                None
            }
            Event::CData(text) => {
                push(&mut open, &text);
                None
            }
            Event::GeneralRef(reference) => {
                push(&mut open, &resolved(&reference)?);
                None
            }
            Event::Eof => return Err("it breaks off".to_owned()),
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) | Event::DocType(_) => None,
        };
        let Some(element) = closed else { continue };
        match open.last_mut() {
            Some(parent) => parent.children.push(element),
            None => return Ok(element),
        }
    }
}

fn named(name: &str) -> Element {
    Element {
        name: name.to_owned(),
        ..Element::default()
    }
}

fn trimmed(mut element: Element) -> Element {
    if !element.children.is_empty() {
        element.text.clear();
    }
    element
}

fn push(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

/// The five entities and characters by number (XML 1.0, section 4.6).
fn resolved(name: &str) -> Result<String, String> {
    let found = match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => name.strip_prefix('#').and_then(|number| {
            let code = match number.strip_prefix('x') {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)
        }),
    };
    found
        .map(String::from)
        .ok_or_else(|| format!("entity `{name}` is not known"))
}
