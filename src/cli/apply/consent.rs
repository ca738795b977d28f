//! Whether the calls are made: whoever runs `apply` says so on a terminal, or beforehand with `--yes`.

use crate::cli::Terminal;
use std::io::{self, BufRead, Read};

/// No answer is read further than this.
const LONGEST: u64 = 256;

/// Asks for consent to so many calls. `answers` is where whoever sits at the terminal writes; `None` where nobody does.
pub(super) fn given(
    calls: usize,
    answers: Option<&mut dyn BufRead>,
    terminal: &mut Terminal<'_>,
) -> io::Result<bool> {
    let Some(answers) = answers else {
        terminal.error("there is no terminal to ask on whether to make these calls")?;
        terminal.help("give `--yes` to make them without asking")?;
        return Ok(false);
    };
    let word = if calls == 1 { "call" } else { "calls" };
    write!(terminal.err, "make {calls} {word}? Only `yes` is taken: ")?;
    terminal.err.flush()?;
    let mut answer = Vec::new();
    answers.take(LONGEST).read_until(b'\n', &mut answer)?;
    let consents = answer.trim_ascii() == b"yes";
    if !consents {
        terminal.note("nothing was changed")?;
    }
    Ok(consents)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(calls: usize, answer: Option<&[u8]>) -> (bool, String) {
        let mut said = Vec::new();
        let mut answer = answer;
        let answers = answer.as_mut().map(|answer| answer as &mut dyn BufRead);
        let mut terminal = Terminal::plain(io::sink(), &mut said);
        let given = given(calls, answers, &mut terminal).unwrap();
        drop(terminal);
        (given, String::from_utf8(said).unwrap())
    }

    #[test]
    fn only_yes_is_taken() {
        for answer in [&b"yes\n"[..], b"yes\r\n", b" yes \n", b"yes", b"yes\nno\n"] {
            let (given, said) = asked(2, Some(answer));
            assert!(given, "{answer:?}");
            assert_eq!(said, "make 2 calls? Only `yes` is taken: ");
        }
        let long = [&[b' '; 300][..], b"yes\n"].concat();
        for answer in [
            &b""[..],
            b"\n",
            b"y\n",
            b"Yes\n",
            b"YES\n",
            b"yes please\n",
            b"yes yes\n",
            b"no\n",
            b"no\nyes\n",
            b"\nyes\n",
            b"\xff\xfe\n",
            b"ye\x00s\n",
            &long,
        ] {
            let (given, said) = asked(1, Some(answer));
            assert!(!given, "{answer:?}");
            let expected = "make 1 call? Only `yes` is taken: note: nothing was changed\n";
            assert_eq!(said, expected, "{answer:?}");
        }
    }

    #[test]
    fn without_a_terminal_nobody_consents() {
        let (given, said) = asked(1, None);
        assert!(!given);
        assert!(said.contains("give `--yes`"), "{said}");
    }

    /// A terminal that breaks off is an error, not consent.
    #[test]
    fn what_cannot_be_read_is_no_consent() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("hung up"))
            }
        }
        let mut terminal = Terminal::plain(io::sink(), io::sink());
        let mut answers = io::BufReader::new(Broken);
        assert!(given(1, Some(&mut answers), &mut terminal).is_err());
    }
}
