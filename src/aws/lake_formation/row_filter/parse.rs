//! Tokens to an expression. After a mistake the rest of the condition is skipped, so that all are found.

use super::lex::{Spanned, Token, lex};
use super::{
    Column, Expression, Literal, MAX_CHARACTERS, MAX_DEPTH, MAX_LEVELS, Mistake, Operator,
    RowFilter, Test,
};

/// Reads a row filter.
pub fn parse(text: &str) -> RowFilter {
    let mut mistakes = Vec::new();
    if text.chars().count() > MAX_CHARACTERS {
        mistakes.push(Mistake {
            span: (0, text.len().min(1)),
            message: "the expression must be shorter than 2048 characters".to_owned(),
        });
    }
    let mut parser = Parser {
        tokens: lex(text, &mut mistakes),
        end: text.len(),
        at: 0,
        depth: 0,
        depth_allows: true,
        mistakes,
        cautions: Vec::new(),
    };
    let expression = parser.whole();
    let (mut mistakes, cautions) = (parser.mistakes, parser.cautions);
    mistakes.sort_by_key(|mistake| mistake.span);
    mistakes.dedup_by_key(|mistake| mistake.span);
    RowFilter {
        expression,
        mistakes,
        cautions,
    }
}

struct Parser {
    tokens: Vec<Spanned>,
    end: usize,
    at: usize,
    depth: usize,
    depth_allows: bool,
    mistakes: Vec<Mistake>,
    cautions: Vec<Mistake>,
}

/// A mistake was noted; what it stands in cannot be understood.
struct Noted;

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|spanned| &spanned.token)
    }

    /// The bytes of the token at hand, or the end of the text.
    fn span(&self) -> (usize, usize) {
        let spanned = self.tokens.get(self.at);
        spanned.map_or((self.end, self.end), |spanned| spanned.span)
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), Some(Token::Word(text)) if text.eq_ignore_ascii_case(word))
    }

    fn take_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        self.at += usize::from(found);
        found
    }

    fn take_sign(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Sign(text)) if *text == sign);
        self.at += usize::from(found);
        found
    }

    fn note(&mut self, span: (usize, usize), message: impl Into<String>) -> Noted {
        self.mistakes.push(Mistake {
            span,
            message: message.into(),
        });
        Noted
    }

    fn whole(&mut self) -> Expression {
        if self.tokens.is_empty() {
            self.note((0, 0), "the expression is empty");
            return Expression::Unknown;
        }
        let mut pieces = vec![self.any_of()];
        while self.peek().is_some() {
            let span = self.span();
            if !self.take_sign(")") {
                self.note(span, "`AND` or `OR` is missing before this");
                pieces.push(self.any_of());
                continue;
            }
            self.note(span, "this bracket was not opened");
            if self.take_word("AND") || self.take_word("OR") {
                pieces.push(self.any_of());
            }
            pieces.push(Expression::Unknown);
        }
        one_or(pieces, Expression::And)
    }

    fn any_of(&mut self) -> Expression {
        let mut items = Vec::new();
        loop {
            let item = self.all_of();
            if let Expression::Or(inner) = item {
                items.extend(inner);
            } else {
                items.push(item);
            }
            if !self.take_word("OR") {
                return one_or(items, Expression::Or);
            }
        }
    }

    fn all_of(&mut self) -> Expression {
        let mut items = Vec::new();
        loop {
            let item = self.term();
            if let Expression::And(inner) = item {
                items.extend(inner);
            } else {
                items.push(item);
            }
            if !self.take_word("AND") {
                return one_or(items, Expression::And);
            }
        }
    }

    /// A condition, a bracket, or either of them negated.
    fn term(&mut self) -> Expression {
        if self.depth >= MAX_DEPTH {
            let span = self.span();
            self.note(
                span,
                format!("conditions are nested more than {MAX_DEPTH} deep"),
            );
            self.at = self.tokens.len();
            self.depth_allows = false;
            return Expression::Unknown;
        }
        self.depth += 1;
        let expression = self.term_inside();
        self.depth -= 1;
        expression
    }

    fn term_inside(&mut self) -> Expression {
        let span = self.span();
        if self.take_word("NOT") {
            self.cautions.push(Mistake {
                span,
                message: "the guide does not say that `NOT` may stand before a condition"
                    .to_owned(),
            });
            return Expression::Not(Box::new(self.term()));
        }
        if self.take_sign("(") {
            let inner = self.any_of();
            if self.take_sign(")") {
                return inner;
            }
            if self.peek().is_none() {
                // Past the limit of depth nothing is read any more, and no bracket is to blame.
                if self.depth_allows {
                    self.note(span, "this bracket is not closed");
                }
            } else {
                let span = self.span();
                self.note(span, "`AND` or `OR` is missing before this");
                self.skip_to_bracket();
            }
            return Expression::Unknown;
        }
        self.condition().unwrap_or_else(|Noted| {
            self.skip();
            Expression::Unknown
        })
    }

    /// Skips what is left of a condition.
    fn skip(&mut self) {
        let mut open = 0_usize;
        while let Some(token) = self.peek() {
            match token {
                Token::Sign("(") => open += 1,
                Token::Sign(")") if open == 0 => return,
                Token::Sign(")") => open -= 1,
                Token::Word(_) if open == 0 && (self.is_word("AND") || self.is_word("OR")) => {
                    return;
                }
                Token::Word(_)
                | Token::Quoted(_)
                | Token::Text(_)
                | Token::Number(_)
                | Token::Sign(_)
                | Token::Odd => {}
            }
            self.at += 1;
        }
    }

    /// Skips what is left of a bracket, and its end.
    fn skip_to_bracket(&mut self) {
        self.skip();
        while self.take_word("AND") || self.take_word("OR") {
            self.any_of();
            self.skip();
        }
        self.take_sign(")");
    }

    fn condition(&mut self) -> Result<Expression, Noted> {
        if (self.is_word("true") || self.is_word("false")) && self.ends_after_one() {
            let value = self.take_word("true");
            self.at += usize::from(!value);
            return Ok(Expression::Constant(value));
        }
        if matches!(self.peek(), Some(Token::Text(_) | Token::Number(_))) {
            return self.constants();
        }
        let column = self.column()?;
        let span = self.span();
        let test = if let Some(operator) = self.operator()? {
            Test::Compare(operator, self.literal()?)
        } else if self.take_word("IS") {
            let negated = self.take_word("NOT");
            if !self.take_word("NULL") {
                let span = self.span();
                return Err(self.note(span, "`IS` is followed by `NULL` or `NOT NULL`"));
            }
            Test::Null(negated)
        } else {
            let negated = self.take_word("NOT");
            self.worded_test(negated, span)?
        };
        Ok(Expression::Test(column, test))
    }

    fn worded_test(&mut self, negated: bool, start: (usize, usize)) -> Result<Test, Noted> {
        if self.take_word("BETWEEN") {
            let low = self.literal()?;
            if !self.take_word("AND") {
                let span = self.span();
                return Err(self.note(
                    span,
                    "`BETWEEN` takes two constants with `AND` between them",
                ));
            }
            return Ok(Test::Between(negated, low, self.literal()?));
        }
        if self.take_word("IN") {
            return Ok(Test::In(negated, self.list()?));
        }
        if self.take_word("LIKE") {
            let span = self.span();
            return match self.literal()? {
                Literal::Text(pattern) => Ok(Test::Like(negated, pattern)),
                Literal::Number(_) | Literal::Flag(_) => {
                    Err(self.note(span, "`LIKE` takes a text in single quotes"))
                }
            };
        }
        let span = if self.peek().is_some() {
            self.span()
        } else {
            start
        };
        Err(self.note(span, "a comparison is missing: `=`, `<>`, `<`, `<=`, `>`, `>=`, `BETWEEN`, `IN`, `LIKE` or `IS NULL`"))
    }

    fn list(&mut self) -> Result<Vec<Literal>, Noted> {
        let open = self.span();
        if !self.take_sign("(") {
            return Err(self.note(open, "`IN` takes constants in brackets"));
        }
        let mut list = vec![self.literal()?];
        while self.take_sign(",") {
            list.push(self.literal()?);
        }
        if self.take_sign(")") {
            return Ok(list);
        }
        Err(if self.peek().is_none() {
            self.note(open, "this bracket is not closed")
        } else {
            let span = self.span();
            self.note(
                span,
                "a comma or the closing bracket is missing before this",
            )
        })
    }

    fn operator(&mut self) -> Result<Option<Operator>, Noted> {
        let Some(Token::Sign(sign)) = self.peek() else {
            return Ok(None);
        };
        let operator = match *sign {
            "=" => Operator::Equal,
            "<>" | "!=" => Operator::Unequal,
            "<" => Operator::Less,
            "<=" => Operator::LessOrEqual,
            ">" => Operator::Greater,
            ">=" => Operator::GreaterOrEqual,
            "==" => {
                let span = self.span();
                return Err(self.note(span, "`==` is not an operator: write `=`"));
            }
            _ => return Ok(None),
        };
        self.at += 1;
        Ok(Some(operator))
    }

    fn column(&mut self) -> Result<Column, Noted> {
        let start = self.span();
        let mut names = Vec::new();
        loop {
            let span = self.span();
            let name = match self.peek() {
                Some(Token::Word(word)) if names.is_empty() && is_keyword(word) => {
                    return Err(self.note(span, "a condition begins with a column; a column of this name is written in double quotes"));
                }
                // Names that are not quoted have no case.
                Some(Token::Word(word)) => word.to_lowercase(),
                Some(Token::Quoted(name)) => name.clone(),
                None => return Err(self.note(span, "a condition is missing")),
                Some(Token::Text(_) | Token::Number(_) | Token::Sign(_) | Token::Odd) => {
                    return Err(self.note(span, "a condition begins with a column"));
                }
            };
            self.at += 1;
            if matches!(self.peek(), Some(Token::Sign("("))) {
                return Err(self.note(
                    span,
                    format!("`{name}` is a function, and row filters have none"),
                ));
            }
            if matches!(self.peek(), Some(Token::Odd)) {
                // The character was reported: an index into an array, for instance.
                return Err(Noted);
            }
            names.push(name);
            if !self.take_sign(".") {
                break;
            }
        }
        if names.len() > MAX_LEVELS {
            return Err(self.note(start, format!("more than {MAX_LEVELS} levels of nesting")));
        }
        Ok(names)
    }

    /// A constant where one must stand.
    fn literal(&mut self) -> Result<Literal, Noted> {
        let span = self.span();
        let message = match self.peek() {
            Some(Token::Text(text)) => {
                let literal = Literal::Text(text.clone());
                self.at += 1;
                return Ok(literal);
            }
            Some(Token::Number(text)) => {
                let literal = Literal::Number(text.clone());
                self.at += 1;
                return Ok(literal);
            }
            Some(Token::Word(word)) => match word.to_ascii_lowercase().as_str() {
                flag @ ("true" | "false") => {
                    let literal = Literal::Flag(flag == "true");
                    self.at += 1;
                    return Ok(literal);
                }
                "null" => "`NULL` is not compared: write `IS NULL` or `IS NOT NULL`".to_owned(),
                _ if matches!(self.tokens.get(self.at + 1), Some(next) if matches!(next.token, Token::Text(_))) =>
                {
                    format!(
                        "`{word}` constants are not in the language: write a text, number or boolean"
                    )
                }
                _ if is_keyword(word) => "a constant is missing".to_owned(),
                _ => not_a_constant(word),
            },
            Some(Token::Quoted(name)) => not_a_constant(name),
            Some(Token::Sign("(")) => "one constant stands here, without brackets".to_owned(),
            None | Some(Token::Sign(_)) => "a constant is missing".to_owned(),
            // It was reported as the character that it is.
            Some(Token::Odd) => return Err(Noted),
        };
        Err(self.note(span, message))
    }

    fn ends_after_one(&self) -> bool {
        self.tokens
            .get(self.at + 1)
            .is_none_or(|next| match &next.token {
                Token::Sign(sign) => *sign == ")",
                Token::Word(word) => {
                    word.eq_ignore_ascii_case("and") || word.eq_ignore_ascii_case("or")
                }
                Token::Quoted(_) | Token::Text(_) | Token::Number(_) | Token::Odd => false,
            })
    }

    /// `1 = 1` and its kin: not in the language, but plain enough to be understood.
    fn constants(&mut self) -> Result<Expression, Noted> {
        let span = self.span();
        let noted = self.note(
            span,
            "a condition begins with a column, which is compared with constants",
        );
        let Ok(left) = self.literal() else {
            return Err(noted);
        };
        let is_constant =
            |token: Option<&Token>| matches!(token, Some(Token::Text(_) | Token::Number(_)));
        match self.operator() {
            Ok(Some(Operator::Equal)) if is_constant(self.peek()) => {
                Ok(Expression::Constant(self.literal()? == left))
            }
            Ok(Some(Operator::Unequal)) if is_constant(self.peek()) => {
                Ok(Expression::Constant(self.literal()? != left))
            }
            Ok(_) | Err(Noted) => Err(noted),
        }
    }
}

fn not_a_constant(name: &str) -> String {
    format!(
        "`{name}` is a column, and columns are compared with constants only; texts stand in single quotes"
    )
}

fn is_keyword(word: &str) -> bool {
    [
        "and", "or", "not", "in", "between", "like", "is", "null", "true", "false",
    ]
    .iter()
    .any(|keyword| word.eq_ignore_ascii_case(keyword))
}

/// A single item is itself.
fn one_or(mut items: Vec<Expression>, join: fn(Vec<Expression>) -> Expression) -> Expression {
    match items.pop() {
        Some(only) if items.is_empty() => only,
        Some(last) => {
            items.push(last);
            join(items)
        }
        None => Expression::Unknown,
    }
}
