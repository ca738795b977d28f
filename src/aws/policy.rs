//! How patterns of IAM policies match: `*`, `?`, policy variables, and texts of which a part is not known.
//!
//! Source: IAM User Guide, *IAM JSON policy elements: Resource* and *Policy variables*; Service Authorization
//! Reference for actions, which are compared without case.
//!
//! Two limits. A `*` is taken to match across the colons of an ARN, which IAM does only at the end of a segment: a
//! pattern is read as wide as it can be. The partition of an ARN is not compared: a policy lives in one partition,
//! and IAM rejects it when it names another.

use std::sync::Arc;

/// How far one pattern, or a list of them, reaches into what another stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// Nothing of it.
    None,
    /// Something that decides it is not known.
    Perhaps,
    /// A part of it, surely; whether all of it is not said.
    Part,
    /// All of it, surely.
    All,
}

/// A part of a pattern.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Piece {
    /// A character as it stands.
    Char(char),
    /// `?`: any one character.
    One,
    /// `*`: any characters.
    Run,
    /// A text that is not known, and that is the same wherever this name stands: a declared bucket, the account.
    Name(Arc<str>),
    /// As [`Self::Name`], for a text without slash or colon: the name of a bucket or role, an account.
    Word(Arc<str>),
    /// A text that is not known.
    Hole,
}

/// A pattern, or a text as a pattern without wildcards.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pattern(Vec<Piece>);

impl Pattern {
    /// A pattern of known text. `${…}` in it is a policy variable: a text that is not known.
    pub fn of(text: &str) -> Self {
        let mut pattern = Self::default();
        pattern.push(text);
        pattern.finished()
    }

    /// An action or a pattern of actions.
    pub fn action(text: &str) -> Self {
        Self::of(&text.to_ascii_lowercase())
    }

    /// A text of which nothing is known.
    pub fn hole() -> Self {
        Self(vec![Piece::Hole])
    }

    /// Adds known text.
    pub fn push(&mut self, text: &str) {
        let mut rest = text;
        while let Some((before, variable)) = rest.split_once("${") {
            self.push_plain(before);
            let Some((_, after)) = variable.split_once('}') else {
                self.push_plain("${");
                self.push_plain(variable);
                return;
            };
            self.0.push(Piece::Hole);
            rest = after;
        }
        self.push_plain(rest);
    }

    fn push_plain(&mut self, text: &str) {
        self.0.extend(text.chars().map(|char| match char {
            '*' => Piece::Run,
            '?' => Piece::One,
            char => Piece::Char(char),
        }));
    }

    /// Adds an unknown text that is the same wherever it has this name.
    pub fn push_name(&mut self, name: &str) {
        self.0.push(Piece::Name(name.into()));
    }

    /// As [`Self::push_name`], for a text that surely holds neither slash nor colon.
    pub fn push_word(&mut self, name: &str) {
        self.0.push(Piece::Word(name.into()));
    }

    /// Adds an unknown text.
    pub fn push_hole(&mut self) {
        self.0.push(Piece::Hole);
    }

    /// Adds what another pattern holds.
    pub fn append(&mut self, other: &Self) {
        self.0.extend(other.0.iter().cloned());
    }

    /// The pattern without the partition of its ARN, which is not compared. Call it once all pieces are there.
    #[must_use]
    pub fn finished(mut self) -> Self {
        let is_arn = self.0.iter().take(4).eq("arn:"
            .chars()
            .map(Piece::Char)
            .collect::<Vec<_>>()
            .iter());
        if !is_arn {
            return self;
        }
        let colon = self
            .0
            .iter()
            .skip(4)
            .position(|piece| *piece == Piece::Char(':'));
        let end = colon.map_or(self.0.len(), |at| 4 + at);
        let run = self.0.drain(4..end).any(|piece| piece == Piece::Run);
        if run {
            self.0.insert(4, Piece::Run);
        }
        self
    }

    /// The text, when all of it is known and nothing in it is a wildcard. An ARN lacks its partition.
    pub fn literal(&self) -> Option<String> {
        let chars = self.0.iter().map(|piece| match piece {
            Piece::Char(char) => Some(*char),
            Piece::One | Piece::Run | Piece::Name(_) | Piece::Word(_) | Piece::Hole => None,
        });
        chars.collect()
    }

    /// The text that everything begins with that it matches: up to the first piece that may be anything.
    pub fn start(&self) -> String {
        let chars = self.0.iter().map_while(|piece| match piece {
            Piece::Char(char) => Some(*char),
            Piece::One | Piece::Run | Piece::Name(_) | Piece::Word(_) | Piece::Hole => None,
        });
        chars.collect()
    }

    /// The name, when the pattern is nothing but an unknown text of that name.
    pub fn name(&self) -> Option<&str> {
        match self.0.as_slice() {
            [Piece::Name(name) | Piece::Word(name)] => Some(name),
            _ => None,
        }
    }

    /// The name behind the last slash, when all of it is known and nothing in it is a wildcard.
    pub fn last_name(&self) -> Option<String> {
        let last = self.0.rsplit(|piece| *piece == Piece::Char('/')).next()?;
        Self(last.to_vec()).literal()
    }

    /// Whether it holds a wildcard.
    pub fn is_wild(&self) -> bool {
        self.0
            .iter()
            .any(|piece| matches!(piece, Piece::One | Piece::Run))
    }

    /// Whether it matches everything there is.
    pub fn is_everything(&self) -> bool {
        !self.0.is_empty() && self.0.iter().all(|piece| *piece == Piece::Run)
    }

    /// Whether a part of it is not known.
    pub fn is_open(&self) -> bool {
        self.0
            .iter()
            .any(|piece| matches!(piece, Piece::Name(_) | Piece::Word(_) | Piece::Hole))
    }

    /// Whether a part of it could be anything, a wildcard included: not the name of something declared.
    pub fn is_unknown(&self) -> bool {
        self.0
            .iter()
            .any(|piece| matches!(piece, Piece::Name(_) | Piece::Hole))
    }

    /// The parts between colons, for an ARN.
    pub fn segments(&self) -> Vec<Self> {
        self.0
            .split(|piece| *piece == Piece::Char(':'))
            .map(|part| Self(part.to_vec()))
            .collect()
    }

    /// Whether this matches whatever `other` stands for, surely.
    pub fn covers(&self, other: &Self) -> bool {
        covers(&self.0, &other.0)
    }

    /// How far this reaches into what `asked` stands for.
    pub fn reach(&self, asked: &Self) -> Reach {
        if self.covers(asked) {
            Reach::All
        } else if overlaps(&self.0, &asked.0, false) {
            Reach::Part
        } else if (self.is_open() || asked.is_open()) && overlaps(&self.0, &asked.0, true) {
            Reach::Perhaps
        } else {
            Reach::None
        }
    }

    /// As a message shows it.
    pub fn display(&self) -> String {
        let shown = self.0.iter().map(|piece| match piece {
            Piece::Char(char) => char.to_string(),
            Piece::One => "?".to_owned(),
            Piece::Run => "*".to_owned(),
            Piece::Name(name) | Piece::Word(name) => format!("${{{name}}}"),
            Piece::Hole => "${…}".to_owned(),
        });
        shown.collect()
    }
}

/// How far a list of patterns reaches: as far as the best of them.
pub fn reach_of<'p>(patterns: impl IntoIterator<Item = &'p Pattern>, asked: &Pattern) -> Reach {
    let each = patterns.into_iter().map(|pattern| pattern.reach(asked));
    each.max().unwrap_or(Reach::None)
}

/// How far everything but a list of patterns reaches, as `NotAction` and `NotResource` say it.
pub fn reach_beyond<'p>(patterns: impl IntoIterator<Item = &'p Pattern>, asked: &Pattern) -> Reach {
    match reach_of(patterns, asked) {
        Reach::None => Reach::All,
        Reach::Perhaps => Reach::Perhaps,
        Reach::Part => Reach::Part,
        Reach::All => Reach::None,
    }
}

/// Row by row over `wide`, so that room is taken for one row only.
fn table(
    wide: &[Piece],
    narrow: &[Piece],
    cell: impl Fn(Option<&Piece>, Option<&Piece>, [bool; 3]) -> bool,
) -> bool {
    // `below[j]` is the answer for the rest of `wide` after this piece and `narrow` from `j` on.
    let mut below: Vec<bool> = vec![false; narrow.len() + 1];
    for piece in wide
        .iter()
        .map(Some)
        .chain([None])
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
    {
        let mut here = vec![false; narrow.len() + 1];
        let mut right = false;
        let mut diagonal = false;
        let columns = narrow.iter().map(Some).chain([None]).enumerate();
        for (column, other) in columns.collect::<Vec<_>>().into_iter().rev() {
            let down = below.get(column).copied().unwrap_or_default();
            let value = cell(piece, other, [down, right, diagonal]);
            if let Some(slot) = here.get_mut(column) {
                *slot = value;
            }
            (right, diagonal) = (value, down);
        }
        below = here;
    }
    below.first().copied().unwrap_or_default()
}

/// Whether every text of `narrow` is one of `wide`, whatever the unknown texts are.
fn covers(wide: &[Piece], narrow: &[Piece]) -> bool {
    table(
        wide,
        narrow,
        |wide, narrow, [down, right, diagonal]| match (wide, narrow) {
            (None, None) => true,
            (Some(Piece::Run), _) => down || narrow.is_some() && right,
            (Some(Piece::One), Some(Piece::Char(_) | Piece::One)) => diagonal,
            (Some(wide), Some(narrow)) => *wide != Piece::Hole && wide == narrow && diagonal,
            (None, Some(_)) | (Some(_), None) => false,
        },
    )
}

/// Whether some text is one of both. Unknown texts stand for anything when `widely`, else only for themselves.
fn overlaps(one: &[Piece], other: &[Piece], widely: bool) -> bool {
    let is_run = |piece: &Piece| match piece {
        Piece::Run => true,
        Piece::Name(_) | Piece::Word(_) | Piece::Hole => widely,
        Piece::Char(_) | Piece::One => false,
    };
    let takes = |run: &Piece, piece: &Piece| {
        is_run(run) && !matches!((run, piece), (Piece::Word(_), Piece::Char('/' | ':')))
    };
    let single = |piece: &Piece| matches!(piece, Piece::Char(_) | Piece::One);
    table(one, other, |one, other, [down, right, diagonal]| {
        let (Some(one), Some(other)) = (one, other) else {
            return match (one, other) {
                (None, None) => true,
                (Some(one), _) => is_run(one) && down,
                (None, Some(other)) => is_run(other) && right,
            };
        };
        let wild = single(one) && single(other) && (*one == Piece::One || *other == Piece::One);
        is_run(one) && (down || takes(one, other) && right)
            || is_run(other) && (right || takes(other, one) && down)
            || (wild || one == other && *one != Piece::Hole) && diagonal
    })
}

#[cfg(test)]
mod tests {
    use super::{Pattern, Reach, reach_beyond};

    fn reach(pattern: &str, asked: &str) -> Reach {
        Pattern::of(pattern).reach(&Pattern::of(asked))
    }

    #[test]
    fn a_pattern_reaches_none_a_part_or_all_of_another() {
        for (pattern, asked, expected) in [
            ("*", "*", Reach::All),
            ("*", "s3:Get*", Reach::All),
            ("s3:*", "s3:GetObject", Reach::All),
            ("s3:Get*", "s3:GetObject", Reach::All),
            ("s3:Get*", "s3:*", Reach::Part),
            ("s3:*Object", "s3:Get*", Reach::Part),
            ("s3:GetObject", "s3:Get*", Reach::Part),
            ("s3:Get?bject", "s3:GetObject", Reach::All),
            ("s3:GetObject", "s3:Get?bject", Reach::Part),
            ("s3:Put*", "s3:Get*", Reach::None),
            ("s3:Put*", "s3:GetObject", Reach::None),
            ("", "", Reach::All),
            ("", "*", Reach::Part),
            ("?", "", Reach::None),
            ("*", "", Reach::All),
        ] {
            assert_eq!(reach(pattern, asked), expected, "{pattern} {asked}");
        }
    }

    #[test]
    fn everything_but_a_list_reaches_what_the_list_does_not() {
        let but = |list: &str, asked: &str| reach_beyond(&[Pattern::of(list)], &Pattern::of(asked));
        assert_eq!(but("iam:*", "s3:GetObject"), Reach::All);
        assert_eq!(but("iam:*", "iam:PassRole"), Reach::None);
        assert_eq!(but("iam:PassRole", "iam:*"), Reach::Part);
    }

    #[test]
    fn the_partition_of_an_arn_is_not_compared() {
        assert_eq!(reach("arn:aws:s3:::b/*", "arn:aws-cn:s3:::b/k"), Reach::All);
        assert_eq!(reach("arn:*:s3:::b", "arn:aws:s3:::b"), Reach::All);
        assert_eq!(reach("arn:aws*", "arn:aws:s3:::b"), Reach::All);
        assert_eq!(reach("arn:aws:s3:::b", "arn:aws:s3:::c"), Reach::None);
    }

    #[test]
    fn unknown_texts_are_only_equal_to_themselves() {
        let named = |before: &str, name: &str, after: &str| {
            let mut pattern = Pattern::default();
            pattern.push(before);
            pattern.push_word(name);
            pattern.push(after);
            pattern.finished()
        };
        let objects = named("arn:aws:s3:::", "Logs", "/*");
        let key = named("arn:aws:s3:::", "Logs", "/k");
        assert_eq!(objects.reach(&key), Reach::All);
        assert_eq!(
            objects.reach(&named("arn:aws:s3:::", "Logs", "")),
            Reach::None
        );
        assert_eq!(key.reach(&objects), Reach::Part);
        assert_eq!(
            named("arn:aws:s3:::", "Other", "/*").reach(&key),
            Reach::Perhaps
        );
        assert_eq!(
            Pattern::of("arn:aws:s3:::emr-*").reach(&key),
            Reach::Perhaps
        );
        assert_eq!(Pattern::of("arn:aws:s3:::*").reach(&key), Reach::All);
        assert_eq!(Pattern::of("arn:aws:kms:::*").reach(&key), Reach::None);
        // A `?` stands for one character, which a name need not be.
        assert_eq!(
            Pattern::of("arn:aws:s3:::?").reach(&named("arn:aws:s3:::", "Logs", "")),
            Reach::Perhaps
        );
    }

    #[test]
    fn a_policy_variable_is_an_unknown_text() {
        assert_eq!(
            reach("arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::b/k/x"),
            Reach::Perhaps
        );
        assert_eq!(
            reach("arn:aws:s3:::c/${aws:username}/*", "arn:aws:s3:::b/k"),
            Reach::None
        );
        let own = Pattern::of("arn:aws:s3:::b/${aws:username}");
        assert_eq!(own.reach(&own), Reach::Perhaps);
    }

    #[test]
    fn matching_a_long_pattern_ends() {
        let long = "*a".repeat(2_000);
        let text = "a".repeat(2_000);
        assert_eq!(reach(&long, &text), Reach::All);
    }
}
