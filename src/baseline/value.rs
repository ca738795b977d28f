//! A TOML file as a tree with the place of every key and value, and its syntax errors.

use super::problem::Problem;
use super::source::Source;
use jiff::civil::Date;
use std::collections::BTreeSet;
use std::ops::Range;
use toml::de::{DeTable, DeValue};

/// How many syntax errors are shown; one unclosed bracket begets many.
const SHOWN: usize = 5;

/// A value and its bytes. The bytes of a `[table]` are its header.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) value: Value,
    pub(super) bytes: Range<usize>,
}

/// A TOML value, as far as baselines have use for it.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Text(String),
    Number(i64),
    Flag(bool),
    Date(Date),
    List(Vec<Item>),
    Table(Vec<Pair>),
    /// A value of a type that no setting has, and what to call it.
    Other(&'static str),
    /// What the syntax error or range error at this place has already been reported for.
    Broken,
}

/// A key and its value.
#[derive(Clone, Debug)]
pub(super) struct Pair {
    pub(super) key: String,
    pub(super) key_bytes: Range<usize>,
    pub(super) item: Item,
}

impl Pair {
    /// The bytes to cite for the pair: its own line, or its header.
    pub(super) fn bytes(&self) -> Range<usize> {
        if self.item.bytes.start < self.key_bytes.start {
            return self.item.bytes.clone();
        }
        self.key_bytes.start..self.item.bytes.end.max(self.key_bytes.end)
    }
}

impl Item {
    /// Whether some text in it refers to a parameter, or writes the characters that would.
    pub(super) fn mentions_parameters(&self) -> bool {
        match &self.value {
            Value::Text(text) => text.contains("${"),
            Value::List(items) => items.iter().any(Self::mentions_parameters),
            Value::Table(pairs) => pairs.iter().any(|pair| pair.item.mentions_parameters()),
            Value::Number(_)
            | Value::Flag(_)
            | Value::Date(_)
            | Value::Other(_)
            | Value::Broken => false,
        }
    }

    /// The elements of a list; anything else is a list of one.
    pub(super) fn elements(&self) -> &[Self] {
        if let Value::List(items) = &self.value {
            items
        } else {
            std::slice::from_ref(self)
        }
    }
}

impl Value {
    /// What to call its type.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "a string",
            Self::Number(_) => "a number",
            Self::Flag(_) => "a boolean",
            Self::Date(_) => "a date",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
            Self::Other(kind) => kind,
            Self::Broken => "unreadable",
        }
    }
}

/// A file, read as far as its syntax allows.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) pairs: Vec<Pair>,
    pub(super) problems: Vec<Problem>,
    /// Lines on which the syntax is broken: what else is said of them is noise.
    pub(super) broken: BTreeSet<u32>,
}

/// Reads a file.
pub(super) fn parse(source: &Source) -> Document {
    let (table, errors) = DeTable::parse_recoverable(source.text());
    let mut document = Document {
        pairs: Vec::new(),
        problems: Vec::new(),
        broken: BTreeSet::new(),
    };
    let mut more = 0;
    for error in &errors {
        let bytes = error.span().unwrap_or(0..0);
        let origin = source.origin(&(source.clamp((bytes.start, bytes.end))));
        if !document.broken.insert(origin.line) {
            continue;
        }
        if document.problems.len() < SHOWN {
            let problem = Problem::new("syntax", error.message().to_lowercase());
            document.problems.push(problem.at(origin, ""));
        } else {
            more += 1;
        }
    }
    if let (Some(last), 1..) = (document.problems.last_mut(), more) {
        last.help = Some(format!("the syntax of {more} more lines is wrong too"));
        // Whatever this is, it is hardly a baseline: its keys say nothing.
        return document;
    }
    let mut reading = Reading {
        source,
        problems: &mut document.problems,
    };
    document.pairs = reading.pairs(table.get_ref());
    document
}

struct Reading<'a> {
    source: &'a Source,
    problems: &'a mut Vec<Problem>,
}

impl Reading<'_> {
    fn pairs(&mut self, table: &DeTable<'_>) -> Vec<Pair> {
        let mut pairs: Vec<Pair> = table
            .iter()
            .map(|(key, value)| Pair {
                key: key.get_ref().to_string(),
                key_bytes: key.span(),
                item: self.item(value.get_ref(), value.span()),
            })
            .collect();
        pairs.sort_by_key(|pair| pair.key_bytes.start);
        pairs
    }

    fn item(&mut self, value: &DeValue<'_>, bytes: Range<usize>) -> Item {
        let value = match value {
            // The parser puts something without bytes where it found nothing.
            _ if bytes.is_empty() => Value::Broken,
            DeValue::String(text) => Value::Text(text.to_string()),
            DeValue::Boolean(flag) => Value::Flag(*flag),
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
                .map_or_else(|_| self.out_of_range(&bytes), Value::Number),
            DeValue::Float(_) => Value::Other("a fraction"),
            DeValue::Datetime(time) => match (time.date, time.time, time.offset) {
                (Some(date), None, None) => {
                    civil(date.year, date.month, date.day).map_or(Value::Broken, Value::Date)
                }
                _ => Value::Other("a date with a time"),
            },
            DeValue::Array(list) => Value::List(
                list.iter()
                    .map(|item| self.item(item.get_ref(), item.span()))
                    .collect(),
            ),
            DeValue::Table(table) => Value::Table(self.pairs(table)),
        };
        Item { value, bytes }
    }

    fn out_of_range(&mut self, bytes: &Range<usize>) -> Value {
        self.problems.push(
            Problem::new("number-out-of-range", "the number is too large for TOML")
                .at(self.source.origin(bytes), "64 bits hold less"),
        );
        Value::Broken
    }
}

fn civil(year: u16, month: u8, day: u8) -> Option<Date> {
    let (year, month, day) = (i16::try_from(year), i8::try_from(month), i8::try_from(day));
    Date::new(year.ok()?, month.ok()?, day.ok()?).ok()
}
