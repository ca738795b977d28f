//! Pages for a browser that stand alone: they run nothing and load nothing, and say so to the browser by a policy that
//! allows no script, no image and no connection. Every word from outside is text.

use crate::escape;
use std::io::{self, Write};

const HEAD: &str = "<!DOCTYPE html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<meta name=\"color-scheme\" content=\"light dark\">
";
const STYLE: &str = "body { font: 1rem/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 75rem; padding: 1rem; }
table { border-collapse: collapse; margin: 1rem 0; }
caption { font-weight: bold; text-align: left; }
td, th { border: 1px solid; overflow-wrap: anywhere; text-align: left; vertical-align: top; }
code { font-family: ui-monospace, monospace; }
";

/// Begins a page: its title, which is its main heading, too, and rules of its own style.
///
/// # Errors
/// Only what the writer refuses.
pub fn begin(title: &str, style: &str, out: &mut dyn Write) -> io::Result<()> {
    let title = text(title);
    write!(
        out,
        "{HEAD}<title>{title}</title>\n<style>\n{STYLE}{style}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n"
    )
}

/// Ends a page.
///
/// # Errors
/// Only what the writer refuses.
pub fn end(out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"</main>\n</body>\n</html>\n")
}

/// Text, and nothing but text, wherever it stands.
pub fn text(text: &str) -> String {
    escape::terminal(text)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_outside_is_no_markup() {
        assert_eq!(
            text("<img src=\"x\" onerror='y'>&amp;\u{202e}"),
            "&lt;img src=&quot;x&quot; onerror=&#39;y&#39;&gt;&amp;amp;\\u{202e}"
        );
    }
}
