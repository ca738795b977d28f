//! Attribute conditions of grants, in the part of Cedar that Lake Formation documents: tests of the tags of a principal.
//!
//! Source: Lake Formation Developer Guide, *Attribute-based access control*.

use std::collections::BTreeSet;

/// What one branch of a condition tests: all of it must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Branch {
    /// Keys that must be there.
    pub present: BTreeSet<String>,
    /// Keys whose value is compared with a text.
    pub compared: BTreeSet<String>,
    /// Something in it is not understood.
    pub unknown: bool,
    /// It can never hold.
    pub never: bool,
}

impl Branch {
    /// Every key that it is about.
    pub fn keys(&self) -> BTreeSet<&str> {
        let all = self.present.iter().chain(&self.compared);
        all.map(String::as_str).collect()
    }

    /// Whether some key is tested to be there and to have a value.
    pub fn tests_a_value(&self) -> bool {
        self.compared.iter().any(|key| self.present.contains(key))
    }

    fn and(&self, other: &Self) -> Self {
        Self {
            present: self.present.union(&other.present).cloned().collect(),
            compared: self.compared.union(&other.compared).cloned().collect(),
            unknown: self.unknown || other.unknown,
            never: self.never || other.never,
        }
    }
}

/// The most branches that are looked at.
const MAX_BRANCHES: usize = 64;
/// The deepest nesting that is followed.
const MAX_DEPTH: usize = 32;

/// The branches of a condition, one of which must hold; `None` when it cannot be parsed, or has too many.
pub fn branches(text: &str) -> Option<Vec<Branch>> {
    let mut parser = Parser {
        tokens: tokens(text)?,
        at: 0,
        depth: 0,
    };
    let branches = parser.any_of()?;
    (parser.at == parser.tokens.len()).then_some(branches)
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    Text(String),
    Symbol(&'static str),
}

const SYMBOLS: [&str; 13] = [
    "&&", "||", "==", "!=", "<=", ">=", "(", ")", "!", "<", ">", ",", ".",
];

fn tokens(text: &str) -> Option<Vec<Token>> {
    let (mut rest, mut found) = (text.trim_start(), Vec::new());
    while let Some(first) = rest.chars().next() {
        if first == '"' {
            let inner = rest.strip_prefix('"')?;
            let (value, after) = inner.split_once('"')?;
            // An escape would hide where the text ends.
            if value.contains('\\') {
                return None;
            }
            found.push(Token::Text(value.to_owned()));
            rest = after;
        } else if let Some(symbol) = SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol)) {
            found.push(Token::Symbol(symbol));
            rest = rest.strip_prefix(*symbol)?;
        } else {
            let is_word = |char: char| char.is_alphanumeric() || char == '_';
            let end = rest.find(|char| !is_word(char)).unwrap_or(rest.len());
            if end == 0 {
                return None;
            }
            let (word, after) = rest.split_at_checked(end)?;
            found.push(Token::Word(word.to_owned()));
            rest = after;
        }
        rest = rest.trim_start();
    }
    Some(found)
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
}

/// What an operand of a comparison is.
enum Operand {
    Tag(String),
    Text(String),
    Other,
}

impl Parser {
    fn takes(&mut self, symbol: &str) -> bool {
        let is = matches!(self.tokens.get(self.at), Some(Token::Symbol(found)) if *found == symbol);
        self.at += usize::from(is);
        is
    }

    fn any_of(&mut self) -> Option<Vec<Branch>> {
        let mut all = self.all_of()?;
        while self.takes("||") {
            all.extend(self.all_of()?);
        }
        (all.len() <= MAX_BRANCHES).then_some(all)
    }

    fn all_of(&mut self) -> Option<Vec<Branch>> {
        let mut all = self.one()?;
        while self.takes("&&") {
            let more = self.one()?;
            all = all
                .iter()
                .flat_map(|one| more.iter().map(|other| one.and(other)))
                .collect();
            if all.len() > MAX_BRANCHES {
                return None;
            }
        }
        Some(all)
    }

    fn one(&mut self) -> Option<Vec<Branch>> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let found = self.unnested();
        self.depth -= 1;
        found
    }

    fn unnested(&mut self) -> Option<Vec<Branch>> {
        if self.takes("!") {
            // What does not hold of others is no test of a value.
            self.one()?;
            return Some(vec![Branch::default()]);
        }
        if self.takes("(") {
            let inner = self.any_of()?;
            return self.takes(")").then_some(inner);
        }
        let left = self.operand()?;
        let operators = ["==", "!=", "<=", ">=", "<", ">"];
        let operator = operators.into_iter().find(|operator| self.takes(operator));
        let like = matches!(self.tokens.get(self.at), Some(Token::Word(word)) if word == "like");
        self.at += usize::from(like);
        let right = if operator.is_some() || like {
            Some(self.operand()?)
        } else {
            None
        };
        Some(vec![Self::test(left, operator, like, right)])
    }

    fn test(left: Operand, operator: Option<&str>, like: bool, right: Option<Operand>) -> Branch {
        let mut branch = Branch::default();
        match (left, operator, right) {
            (Operand::Tag(key), Some("=="), Some(Operand::Text(_)))
            | (Operand::Text(_), Some("=="), Some(Operand::Tag(key))) => {
                branch.compared.insert(key);
            }
            // A pattern of nothing but an asterisk takes every value.
            (Operand::Tag(key), None, Some(Operand::Text(text))) if like => {
                if text.chars().any(|char| char != '*') {
                    branch.compared.insert(key);
                }
            }
            (Operand::Text(word), None, None) if word == PRESENT_NOTHING => {}
            (Operand::Text(word), None, None) => match word.strip_prefix(PRESENT) {
                Some(key) => {
                    branch.present.insert(key.to_owned());
                }
                None => branch.never = word == NEVER,
            },
            (Operand::Text(one), Some("=="), Some(Operand::Text(other))) => {
                branch.never = one != other;
            }
            (Operand::Tag(_), Some("!="), Some(Operand::Text(_))) => {}
            _ => branch.unknown = true,
        }
        branch
    }

    /// A text, the value of a tag, or a path of words with calls.
    fn operand(&mut self) -> Option<Operand> {
        let token = self.tokens.get(self.at)?.clone();
        self.at += 1;
        match token {
            Token::Text(text) => Some(Operand::Text(text)),
            Token::Symbol(_) => None,
            Token::Word(word) if word == "true" => Some(Operand::Text(PRESENT_NOTHING.to_owned())),
            Token::Word(word) if word == "false" => Some(Operand::Text(NEVER.to_owned())),
            Token::Word(word) => self.path(word),
        }
    }

    fn path(&mut self, first: String) -> Option<Operand> {
        let mut path = first;
        loop {
            if self.takes(".") {
                let Some(Token::Word(word)) = self.tokens.get(self.at) else {
                    return None;
                };
                path = format!("{path}.{word}");
                self.at += 1;
            } else if self.takes("(") {
                let argument = match self.tokens.get(self.at) {
                    Some(Token::Text(text)) => text.clone(),
                    _ => return None,
                };
                self.at += 1;
                if !self.takes(")") {
                    return None;
                }
                return Some(match path.as_str() {
                    "context.iam.principalTags.hasTag" => {
                        Operand::Text(format!("{PRESENT}{argument}"))
                    }
                    "context.iam.principalTags.getTag" => Operand::Tag(argument),
                    _ => Operand::Other,
                });
            } else {
                return Some(Operand::Other);
            }
        }
    }
}

/// Marks of operands that are tests by themselves; no text of a condition holds these characters.
const PRESENT: &str = "\u{0}present ";
const PRESENT_NOTHING: &str = "\u{0}true";
const NEVER: &str = "\u{0}false";

#[cfg(test)]
mod tests {
    use super::{Branch, branches};

    const HAS: &str = r#"context.iam.principalTags.hasTag("team")"#;
    const IS: &str = r#"context.iam.principalTags.getTag("team") == "sales""#;

    fn tested(text: &str) -> Option<Vec<bool>> {
        let found = branches(text)?;
        Some(found.iter().map(Branch::tests_a_value).collect())
    }

    #[test]
    fn each_branch_tells_whether_it_tests_a_value() {
        for (text, expected) in [
            (format!("{HAS} && {IS}"), vec![true]),
            (format!("{HAS}\n&& ({IS} || {IS})"), vec![true, true]),
            (format!("({HAS} && {IS}) || true"), vec![true, false]),
            (IS.to_owned(), vec![false]),
            (HAS.to_owned(), vec![false]),
            ("true".to_owned(), vec![false]),
            (format!("{HAS} && {}", IS.replace("==", "!=")), vec![false]),
            (
                format!("{HAS} && {}", IS.replace("== \"sales\"", "like \"*\"")),
                vec![false],
            ),
            (format!("{HAS} && !({IS})"), vec![false]),
            (
                format!("{HAS} && \"sales\" == context.iam.principalTags.getTag(\"team\")"),
                vec![true],
            ),
        ] {
            assert_eq!(tested(&text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_not_understood_is_said_to_be() {
        assert!(branches("principal.name == \"x\"").unwrap()[0].unknown);
        for text in [
            "",
            "(true",
            "true true",
            "a.b(",
            "\"x",
            "hasTag(3)",
            r#"a == "\"""#,
        ] {
            assert_eq!(branches(text), None, "{text}");
        }
        assert_eq!(branches(&"(".repeat(1000)), None);
    }

    #[test]
    fn a_branch_that_can_never_hold_opens_nothing() {
        assert!(branches("false").unwrap()[0].never);
        assert!(branches(&format!("false && {HAS}")).unwrap()[0].never);
    }
}
