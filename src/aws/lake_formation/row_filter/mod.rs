//! The language of row filters: parsed by hand, with every mistake and its place.
//!
//! Source: Lake Formation Developer Guide, *PartiQL support in row filter expressions*. A condition compares a
//! column with constants; conditions are joined by `AND` and `OR` and grouped by brackets. There are no
//! functions, and no column is compared with another. Where `NOT` may stand is not said, so the forms that
//! SQL gives it are read, and `NOT` before a bracket is a caution.

mod lex;
mod parse;
mod trivial;

use std::fmt::Write as _;

pub use parse::parse;

/// The guide: "must be less than 2048 characters".
pub const MAX_CHARACTERS: usize = 2047;
/// How deep brackets may be nested here; the guide says no number.
pub const MAX_DEPTH: usize = 64;
/// How deep a nested column may lie. Source: Lake Formation Developer Guide, *Data filtering notes*.
const MAX_LEVELS: usize = 5;

/// What came of reading a row filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowFilter {
    /// What was understood; parts that were not are [`Expression::Unknown`].
    pub expression: Expression,
    /// What the grammar does not allow, in the order of the text.
    pub mistakes: Vec<Mistake>,
    /// What the guide does not settle.
    pub cautions: Vec<Mistake>,
}

/// A place of the text, and what is wrong there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Bytes of the text.
    pub span: (usize, usize),
    /// What is wrong.
    pub message: String,
}

impl Mistake {
    /// The one-based position of its first character.
    pub fn position(&self, text: &str) -> usize {
        let before = text.get(..self.span.0).unwrap_or(text);
        before.chars().count() + 1
    }

    /// The text with carets under the mistake.
    pub fn underlined(&self, text: &str) -> String {
        let line = text.replace(['\n', '\r', '\t'], " ");
        let marked = text.get(self.span.0..self.span.1).unwrap_or_default();
        let carets = "^".repeat(marked.chars().count().max(1));
        format!(
            "{line}\n{:width$}{carets}",
            "",
            width = self.position(text) - 1
        )
    }
}

/// An expression over the columns of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expression {
    /// All must hold; at least two.
    And(Vec<Self>),
    /// One must hold; at least two.
    Or(Vec<Self>),
    /// It must not hold.
    Not(Box<Self>),
    /// A column is tested.
    Test(Column, Test),
    /// The same for every row.
    Constant(bool),
    /// What the grammar does not have.
    Unknown,
}

/// A column, by the names on the way to it.
pub type Column = Vec<String>;

/// A constant, as it is written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Literal {
    /// Without its quotes.
    Text(String),
    /// As written.
    Number(String),
    /// A boolean.
    Flag(bool),
}

/// How a value compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `=`
    Equal,
    /// `<>` or `!=`
    Unequal,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// What is asked of a column. The flag of each form says whether it is negated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// `c = 1`
    Compare(Operator, Literal),
    /// `c [NOT] BETWEEN 1 AND 2`
    Between(bool, Literal, Literal),
    /// `c [NOT] IN (1, 2)`
    In(bool, Vec<Literal>),
    /// `c [NOT] LIKE '%x'`
    Like(bool, String),
    /// `c IS [NOT] NULL`
    Null(bool),
}

impl RowFilter {
    /// Whether the text is one that the grammar has.
    pub fn is_valid(&self) -> bool {
        self.mistakes.is_empty()
    }

    /// Whether every row surely passes. Comparisons that only leave out nulls (`c = 1 OR c <> 1`) pass every
    /// row here: such a filter filters nothing that anyone meant.
    pub fn passes_every_row(&self) -> bool {
        trivial::passes_every_row(&self.expression)
    }

    /// The expression in one spelling: keyword case, blanks, needless brackets and quotes, and `!=` for `<>`, aside.
    pub fn canonical(&self) -> String {
        let mut text = String::new();
        write_expression(&self.expression, 0, &mut text);
        text
    }
}

/// Texts that look like dates or timestamps: no such type is in the guide's list of what a filter may compare.
pub fn dates(text: &str) -> Vec<Mistake> {
    lex::lex(text, &mut Vec::new())
        .into_iter()
        .filter(|spanned| matches!(&spanned.token, lex::Token::Text(text) if is_date(text)))
        .map(|spanned| Mistake {
            span: spanned.span,
            message: "this looks like a date, and the guide lists no DATE or TIMESTAMP columns"
                .to_owned(),
        })
        .collect()
}

/// `2026-01-31`, with or without a time.
fn is_date(text: &str) -> bool {
    let shape: String = text
        .chars()
        .take(10)
        .map(|char| if char.is_ascii_digit() { '9' } else { char })
        .collect();
    shape == "9999-99-99"
}

/// Whether the text is the console's way of writing "all rows".
pub fn is_all_rows(text: &str) -> bool {
    let bare = text.trim_matches(|char: char| char.is_whitespace() || char == '(' || char == ')');
    bare.eq_ignore_ascii_case("true")
}

impl Operator {
    const fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::Unequal => "<>",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }
}

/// `level` is how tightly the surroundings bind: 0 nothing, 1 `OR`, 2 `AND`, 3 `NOT`.
fn write_expression(expression: &Expression, level: u8, out: &mut String) {
    let (items, word, own) = match expression {
        Expression::Or(items) => (items, " OR ", 1),
        Expression::And(items) => (items, " AND ", 2),
        Expression::Not(inner) => {
            out.push_str("NOT ");
            return write_expression(inner, 3, out);
        }
        Expression::Constant(value) => return out.push_str(if *value { "TRUE" } else { "FALSE" }),
        Expression::Unknown => return out.push('?'),
        Expression::Test(column, test) => {
            let quoted = column
                .iter()
                .map(|name| format!("\"{}\"", name.replace('"', "\"\"")));
            out.push_str(&quoted.collect::<Vec<_>>().join("."));
            return write_test(test, out);
        }
    };
    if own <= level {
        out.push('(');
    }
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push_str(word);
        }
        write_expression(item, own, out);
    }
    if own <= level {
        out.push(')');
    }
}

fn write_test(test: &Test, out: &mut String) {
    let not = |negated: bool| if negated { " NOT" } else { "" };
    // Writing to a string cannot fail.
    let _ = match test {
        Test::Compare(operator, literal) => {
            write!(out, " {} {}", operator.symbol(), written(literal))
        }
        Test::Between(negated, low, high) => write!(
            out,
            "{} BETWEEN {} AND {}",
            not(*negated),
            written(low),
            written(high)
        ),
        Test::In(negated, list) => {
            let list: Vec<String> = list.iter().map(written).collect();
            write!(out, "{} IN ({})", not(*negated), list.join(", "))
        }
        Test::Like(negated, pattern) => write!(
            out,
            "{} LIKE {}",
            not(*negated),
            written(&Literal::Text(pattern.clone()))
        ),
        Test::Null(negated) => write!(out, " IS{} NULL", not(*negated)),
    };
}

fn written(literal: &Literal) -> String {
    match literal {
        Literal::Text(text) => format!("'{}'", text.replace('\'', "''")),
        Literal::Number(text) => text.clone(),
        Literal::Flag(value) => if *value { "TRUE" } else { "FALSE" }.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(text: &str) -> String {
        let filter = parse(text);
        assert_eq!(filter.mistakes, [], "{text}");
        filter.canonical()
    }

    #[test]
    fn the_examples_of_the_guide_parse() {
        for text in [
            "year > 2010 and country != 'US'",
            "(year > 2010 and country = 'US') or (month < 8 and id > 23)",
            "(country between 'Z' and 'U') and (year = 2018)",
            "(country like '%ited%') and (year > 2000)",
            "year > 2010 and customer.customerId <> 1",
        ] {
            canonical(text);
        }
    }

    #[test]
    fn spelling_does_not_change_a_filter() {
        for (one, other) in [
            ("country IN ('DE','FR')", "( country  in('DE' , 'FR') )"),
            ("a = 1 AND b = 2 AND c = 3", "(a=1 and (b=2)) and c=3"),
            ("a != 1", "\"a\" <> 1"),
            ("Country = 'x'", "country = 'x'"),
            ("a = 1 or b = 2 and c = 3", "a = 1 or (b = 2 and c = 3)"),
            ("a.b is not null", "A.\"b\" IS NOT NULL"),
            ("x like 'it''s'", "(x LIKE 'it''s')"),
        ] {
            assert_eq!(canonical(one), canonical(other));
        }
    }

    #[test]
    fn what_changes_the_rows_changes_the_canonical_form() {
        for (one, other) in [
            ("(a = 1 or b = 2) and c = 3", "a = 1 or b = 2 and c = 3"),
            ("a = 'X'", "a = 'x'"),
            ("a = 1", "a = '1'"),
            ("a in (1, 2)", "a not in (1, 2)"),
            ("\"A\" = 1", "a = 1"),
            ("a between 1 and 2", "a not between 1 and 2"),
            ("not (a = 1)", "a = 1"),
        ] {
            assert_ne!(canonical(one), canonical(other));
        }
    }

    #[test]
    fn every_mistake_is_found_with_its_place() {
        for (text, found) in [
            (
                "country == 'DE'",
                &[(9, "`==` is not an operator: write `=`")][..],
            ),
            (
                "upper(c) = 'x' and d = ",
                &[(1, "`upper` is a function"), (24, "a constant is missing")],
            ),
            ("a = b", &[(5, "`b` is a column")]),
            ("a = \"b\"", &[(5, "`b` is a column")]),
            ("a = null", &[(5, "`NULL` is not compared")]),
            ("a = 1 b = 2", &[(7, "`AND` or `OR` is missing")]),
            ("(a = 1", &[(1, "this bracket is not closed")]),
            ("a = 1)", &[(6, "this bracket was not opened")]),
            ("a = 'x", &[(5, "this text is not closed")]),
            ("1 = 1", &[(1, "a condition begins with a column")]),
            (
                "a[0] = 1",
                &[(2, "`[` does not belong"), (4, "`]` does not belong")],
            ),
            ("a in ()", &[(7, "a constant is missing")]),
            ("a in (1, 2", &[(6, "this bracket is not closed")]),
            ("d > date '2020-01-01'", &[(5, "`date` constants are not")]),
            ("a.b.c.d.e.f = 1", &[(1, "more than 5 levels")]),
            ("a like 5", &[(8, "`LIKE` takes a text")]),
            ("", &[(1, "the expression is empty")]),
            (
                "and",
                &[
                    (1, "a condition begins with a column"),
                    (4, "a condition is missing"),
                ],
            ),
        ] {
            let filter = parse(text);
            let places: Vec<(usize, &str)> = filter
                .mistakes
                .iter()
                .map(|one| (one.position(text), one.message.as_str()))
                .collect();
            assert_eq!(places.len(), found.len(), "{text}: {places:?}");
            for ((at, message), (position, start)) in places.iter().zip(found) {
                assert!(
                    at == position && message.starts_with(start),
                    "{text}: {at} {message}"
                );
            }
        }
    }

    #[test]
    fn depth_and_length_are_bounded() {
        let deep = format!("{}a = 1{}", "(".repeat(5000), ")".repeat(5000));
        assert!(
            parse(&deep)
                .mistakes
                .iter()
                .any(|one| one.message.contains("nested"))
        );
        let nots = format!("{}a = 1", "not ".repeat(50_000));
        assert!(!parse(&nots).is_valid());
        let long = format!("a = '{}'", "x".repeat(2050));
        assert!(
            parse(&long)
                .mistakes
                .iter()
                .any(|one| one.message.contains("2048"))
        );
        assert!(parse(&format!("a = '{}'", "x".repeat(2041))).is_valid());
    }

    #[test]
    fn a_mistake_is_underlined() {
        let text = "größe == 'DE'";
        let filter = parse(text);
        assert_eq!(
            filter.mistakes[0].underlined(text),
            "größe == 'DE'\n      ^^"
        );
    }
}
