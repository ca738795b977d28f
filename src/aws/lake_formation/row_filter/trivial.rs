//! Whether an expression passes every row: it is tried on every value that could make a difference.
//!
//! Between two neighbouring constants all values compare alike, so each constant, one value between each two
//! and one beyond either end stand for all. What cannot be tried that way is not proved.

use super::{Column, Expression, Literal, Operator, Test};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// More combinations than this are not tried.
const MAX_COMBINATIONS: usize = 4096;

/// What may differ between rows: the value of a column, or whether it matches a pattern.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Variable {
    Value(Column),
    Matches(Column, String),
}

/// A value that stands for many.
#[derive(Clone, Debug, PartialEq)]
enum Sample {
    Null,
    Flag(bool),
    Number(f64),
    Text(String),
}

type Row<'a> = BTreeMap<&'a Variable, &'a Sample>;

/// Whether every row passes. Nulls count only where the expression itself asks about them.
pub(super) fn passes_every_row(expression: &Expression) -> bool {
    let mut found = Found::default();
    found.collect(expression);
    let Some(samples) = found.samples() else {
        return false;
    };
    let combinations = samples.values().try_fold(1_usize, |product, samples| {
        product.checked_mul(samples.len())
    });
    if combinations.is_none_or(|combinations| combinations > MAX_COMBINATIONS) {
        return false;
    }
    let mut rows: Vec<Row<'_>> = vec![Row::new()];
    for (variable, samples) in &samples {
        rows = rows
            .iter()
            .flat_map(|row| {
                samples.iter().map(|sample| {
                    let mut row = row.clone();
                    row.insert(variable, sample);
                    row
                })
            })
            .collect();
    }
    rows.iter().all(|row| holds(expression, row) == Some(true))
}

/// The constants that each column is compared with, and what else varies.
#[derive(Default)]
struct Found {
    columns: BTreeMap<Column, BTreeSet<Literal>>,
    patterns: BTreeSet<(Column, String)>,
    asks_about_nulls: bool,
}

impl Found {
    fn collect(&mut self, expression: &Expression) {
        match expression {
            Expression::And(items) | Expression::Or(items) => {
                for item in items {
                    self.collect(item);
                }
            }
            Expression::Not(inner) => self.collect(inner),
            Expression::Test(column, test) => {
                let constants = self.columns.entry(column.clone()).or_default();
                match test {
                    Test::Compare(_, literal) => constants.extend([literal.clone()]),
                    Test::Between(_, low, high) => constants.extend([low.clone(), high.clone()]),
                    Test::In(_, list) => constants.extend(list.iter().cloned()),
                    Test::Like(_, pattern) => {
                        self.patterns.insert((column.clone(), pattern.clone()));
                    }
                    Test::Null(_) => self.asks_about_nulls = true,
                }
            }
            Expression::Constant(_) | Expression::Unknown => {}
        }
    }

    /// The values to try for each variable; nothing when a column's constants are of several types.
    fn samples(&self) -> Option<BTreeMap<Variable, Vec<Sample>>> {
        let mut samples = BTreeMap::new();
        for (column, constants) in &self.columns {
            let mut values = values(constants)?;
            if self.asks_about_nulls {
                values.push(Sample::Null);
            }
            samples.insert(Variable::Value(column.clone()), values);
        }
        for (column, pattern) in &self.patterns {
            samples.insert(
                Variable::Matches(column.clone(), pattern.clone()),
                vec![Sample::Flag(true), Sample::Flag(false)],
            );
        }
        Some(samples)
    }
}

fn values(constants: &BTreeSet<Literal>) -> Option<Vec<Sample>> {
    let (mut texts, mut numbers, mut flags) = (Vec::new(), Vec::new(), false);
    for constant in constants {
        match constant {
            Literal::Text(text) => texts.push(text.as_str()),
            Literal::Number(number) => numbers.push(number.parse::<f64>().ok()?),
            Literal::Flag(_) => flags = true,
        }
    }
    match (texts.is_empty(), numbers.is_empty(), flags) {
        (true, true, true) => Some(vec![Sample::Flag(true), Sample::Flag(false)]),
        (true, true, false) => Some(vec![Sample::Text(String::new())]),
        (false, true, false) => Some(around_texts(&texts)),
        (true, false, false) => Some(around_numbers(numbers)),
        _ => None,
    }
}

fn around_texts(texts: &[&str]) -> Vec<Sample> {
    let mut samples = vec![String::new()];
    for text in texts {
        samples.push((*text).to_owned());
        samples.push(format!("{text}\0"));
        samples.push(format!("{text}\u{10ffff}"));
    }
    samples.sort();
    samples.dedup();
    samples.into_iter().map(Sample::Text).collect()
}

fn around_numbers(mut numbers: Vec<f64>) -> Vec<Sample> {
    numbers.sort_by(f64::total_cmp);
    numbers.dedup();
    let mut samples = Vec::new();
    samples.extend(numbers.first().map(|least| least - 1.0));
    for pair in numbers.windows(2) {
        if let [low, high] = pair {
            samples.push(low.midpoint(*high));
        }
    }
    samples.extend(numbers.last().map(|greatest| greatest + 1.0));
    samples.extend(numbers);
    samples.into_iter().map(Sample::Number).collect()
}

/// SQL's three answers: `None` is unknown, which passes no row.
fn holds(expression: &Expression, row: &Row<'_>) -> Option<bool> {
    match expression {
        Expression::Constant(value) => Some(*value),
        Expression::Unknown => None,
        Expression::Not(inner) => holds(inner, row).map(|holds| !holds),
        Expression::And(items) => all(items.iter().map(|item| holds(item, row))),
        Expression::Or(items) => {
            let none = all(items
                .iter()
                .map(|item| holds(item, row).map(|holds| !holds)));
            none.map(|none| !none)
        }
        Expression::Test(column, test) => {
            let value = row.get(&Variable::Value(column.clone()))?;
            if let Test::Null(negated) = test {
                return Some((**value == Sample::Null) != *negated);
            }
            if **value == Sample::Null {
                return None;
            }
            tested(column, value, test, row)
        }
    }
}

fn all(items: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut result = Some(true);
    for item in items {
        match item {
            Some(false) => return Some(false),
            Some(true) => {}
            None => result = None,
        }
    }
    result
}

fn tested(column: &Column, value: &Sample, test: &Test, row: &Row<'_>) -> Option<bool> {
    Some(match test {
        Test::Compare(operator, literal) => {
            let order = compare(value, literal)?;
            match operator {
                Operator::Equal => order.is_eq(),
                Operator::Unequal => order.is_ne(),
                Operator::Less => order.is_lt(),
                Operator::LessOrEqual => order.is_le(),
                Operator::Greater => order.is_gt(),
                Operator::GreaterOrEqual => order.is_ge(),
            }
        }
        Test::Between(negated, low, high) => {
            let inside = compare(value, low)?.is_ge() && compare(value, high)?.is_le();
            inside != *negated
        }
        Test::In(negated, list) => {
            let mut found = false;
            for literal in list {
                found |= compare(value, literal)?.is_eq();
            }
            found != *negated
        }
        Test::Like(negated, pattern) if pattern.chars().all(|char| char == '%') => {
            !pattern.is_empty() && !negated
        }
        Test::Like(negated, pattern) => {
            let matches = row.get(&Variable::Matches(column.clone(), pattern.clone()))?;
            (**matches == Sample::Flag(true)) != *negated
        }
        Test::Null(negated) => *negated,
    })
}

fn compare(value: &Sample, literal: &Literal) -> Option<Ordering> {
    match (value, literal) {
        (Sample::Text(a), Literal::Text(b)) => Some(a.as_str().cmp(b)),
        (Sample::Number(a), Literal::Number(b)) => Some(a.total_cmp(&b.parse().ok()?)),
        (Sample::Flag(a), Literal::Flag(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;

    #[test]
    fn tautologies_are_proved() {
        for text in [
            "true",
            "TRUE",
            "c is null or c is not null",
            "c = 1 or c <> 1",
            "c < 5 or c >= 5",
            "c < 5 or c > 3",
            "c like 'a%' or c not like 'a%'",
            "c like '%'",
            "c in (1,2) or c not in (1,2)",
            "c between 'a' and 'b' or c not between 'a' and 'b'",
            "flag = true or flag = false",
            "(a = 1 or b = 2) or (a <> 1 and b <> 2)",
            "a = 1 or true",
            "1 = 1",
            "'x' = 'x' or a = 2",
            "c >= ''",
            "c is null or c = 1 or c <> 1",
            "not (c = 1) or c = 1",
        ] {
            assert!(parse(text).passes_every_row(), "{text}");
        }
    }

    #[test]
    fn what_keeps_some_row_out_is_no_tautology() {
        for text in [
            "c is not null",
            "c = 1",
            "c = 1 or c = 2",
            "c < 5 or c > 5",
            "c <= 1 or c >= 2",
            "c = 1 or d <> 1",
            "c is null or c = 1",
            "c = 1 or c <> '1'",
            "c like '_%'",
            "false",
            "1 = 2",
            "c is not null or d is null",
            "c like 'a%' or c not like 'b%'",
            "a == 1 or a <> 1",
            "country in ('DE','FR')",
            "",
        ] {
            assert!(!parse(text).passes_every_row(), "{text}");
        }
    }
}
