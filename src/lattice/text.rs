//! Texts of a baseline, in which unbound parameters leave openings.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

/// A text of a baseline, in which unbound parameters leave openings. A clone shares its characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text(Form);

/// How a text is held: nearly all of them are plain.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Form {
    /// Nothing is open.
    Plain(Arc<str>),
    /// Something is open; neighbouring literals are joined.
    Pieces(Arc<[Piece]>),
}

/// A part of a [`Text`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Piece {
    /// Characters as they stand.
    Literal(Arc<str>),
    /// The value of this parameter, which is not bound here: any value of its type.
    Open(Arc<str>),
}

impl Text {
    /// A text from its pieces; neighbouring literals are joined.
    pub fn new(pieces: impl IntoIterator<Item = Piece>) -> Self {
        let mut joined: Vec<Piece> = Vec::new();
        for piece in pieces {
            match (joined.last_mut(), piece) {
                (_, Piece::Literal(text)) if text.is_empty() => {}
                (Some(Piece::Literal(before)), Piece::Literal(text)) => {
                    *before = [&**before, &*text].concat().into();
                }
                (_, piece) => joined.push(piece),
            }
        }
        Self(match joined.as_slice() {
            [] => Form::Plain("".into()),
            [Piece::Literal(text)] => Form::Plain(Arc::clone(text)),
            _ => Form::Pieces(joined.into()),
        })
    }

    /// Its pieces: literals and openings, in order.
    pub fn pieces(&self) -> Cow<'_, [Piece]> {
        match &self.0 {
            Form::Plain(text) if text.is_empty() => Cow::Borrowed(&[]),
            Form::Plain(text) => Cow::Owned(vec![Piece::Literal(Arc::clone(text))]),
            Form::Pieces(pieces) => Cow::Borrowed(pieces),
        }
    }

    /// A text without openings.
    pub fn literal(text: impl Into<Arc<str>>) -> Self {
        Self(Form::Plain(text.into()))
    }

    /// The characters, when nothing is open.
    pub fn as_literal(&self) -> Option<&str> {
        match &self.0 {
            Form::Plain(text) => Some(text),
            Form::Pieces(_) => None,
        }
    }

    /// The same characters to hold on to, when nothing is open.
    pub fn to_shared(&self) -> Option<Arc<str>> {
        match &self.0 {
            Form::Plain(text) => Some(Arc::clone(text)),
            Form::Pieces(_) => None,
        }
    }

    /// The pieces, when something is open.
    fn open_pieces(&self) -> &[Piece] {
        match &self.0 {
            Form::Plain(_) => &[],
            Form::Pieces(pieces) => pieces,
        }
    }

    /// The names of the parameters that are open in it.
    pub fn open(&self) -> impl Iterator<Item = &str> {
        self.open_pieces().iter().filter_map(|piece| match piece {
            Piece::Open(name) => Some(&**name),
            Piece::Literal(_) => None,
        })
    }

    /// True when some parameter is not bound.
    pub fn is_open(&self) -> bool {
        matches!(self.0, Form::Pieces(_))
    }

    /// True when the text holds `*` or `?`, which stand for characters in patterns.
    pub fn is_pattern(&self) -> bool {
        self.literals().any(|text| text.contains(['*', '?']))
    }

    /// Its literal parts.
    fn literals(&self) -> impl Iterator<Item = &str> {
        let pieces = self.open_pieces().iter().filter_map(|piece| match piece {
            Piece::Literal(text) => Some(&**text),
            Piece::Open(_) => None,
        });
        self.as_literal().into_iter().chain(pieces)
    }

    /// True when `value` could be this text, every opening standing for one or more characters.
    pub fn accepts(&self, value: &str) -> bool {
        if let Some(literal) = self.as_literal() {
            return literal == value;
        }
        matches(&self.tokens(false), value)
    }

    /// As [`Self::accepts`], with `*` and `?` in the text standing for characters.
    pub fn accepts_as_pattern(&self, value: &str) -> bool {
        if let Some(literal) = self.as_literal().filter(|_| !self.is_pattern()) {
            return literal == value;
        }
        matches(&self.tokens(true), value)
    }

    fn tokens(&self, wild: bool) -> Vec<Token> {
        let mut tokens = Vec::new();
        for piece in self.pieces().iter() {
            match piece {
                Piece::Open(_) => tokens.extend([Token::One, Token::Run]),
                Piece::Literal(text) => tokens.extend(text.chars().map(|char| match char {
                    '*' if wild => Token::Run,
                    '?' if wild => Token::One,
                    char => Token::Char(char),
                })),
            }
        }
        tokens
    }

    /// True when it accepts as a pattern everything that `text` stands for. A `?` or an opening in the pattern takes at
    /// least one character and could swallow a `*` of the text, which may stand for none: so they cover only plain texts.
    pub(super) fn covers(&self, text: &Self) -> bool {
        let takes_one = self.is_open() || self.literals().any(|literal| literal.contains('?'));
        (!takes_one || !text.is_pattern())
            && text
                .as_literal()
                .is_some_and(|value| self.accepts_as_pattern(value))
    }
}

impl Ord for Text {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Form::Plain(a), Form::Plain(b)) => a.cmp(b),
            _ => self.pieces().cmp(&other.pieces()),
        }
    }
}

impl PartialOrd for Text {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pieces().iter().try_for_each(|piece| match piece {
            Piece::Literal(text) => f.write_str(text),
            Piece::Open(name) => write!(f, "${{{name}}}"),
        })
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::literal(text)
    }
}

/// True when `value` matches `pattern`, in which `*` stands for any run of characters and `?` for one.
pub fn pattern_accepts(pattern: &str, value: &str) -> bool {
    Text::literal(pattern).accepts_as_pattern(value)
}

enum Token {
    Char(char),
    One,
    Run,
}

/// Greedy matching with one point of return, linear but for the last run.
fn matches(pattern: &[Token], value: &str) -> bool {
    let value: Vec<char> = value.chars().collect();
    let (mut at, mut from, mut retry) = (0, 0, None);
    while from < value.len() {
        match pattern.get(at) {
            Some(Token::Run) => {
                retry = Some((at, from));
                at += 1;
                continue;
            }
            Some(Token::One) => {}
            Some(Token::Char(char)) if value.get(from) == Some(char) => {}
            Some(Token::Char(_)) | None => {
                let Some((run, start)) = retry else {
                    return false;
                };
                retry = Some((run, start + 1));
                (at, from) = (run + 1, start + 1);
                continue;
            }
        }
        (at, from) = (at + 1, from + 1);
    }
    pattern
        .iter()
        .skip(at)
        .all(|token| matches!(token, Token::Run))
}
