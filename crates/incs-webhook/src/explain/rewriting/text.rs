//! A string of JSON with other escapes.

use std::fmt::Write as _;

/// What is escaped beyond what must be.
#[derive(Clone, Copy)]
pub(super) struct Escapes {
    /// `/`, as PHP and Meta do.
    pub(super) slash: bool,
    /// All but ASCII, as PHP, Python and Meta do.
    pub(super) non_ascii: bool,
    /// `<`, `>` and `&`, and the two line ends of Unicode, as Go does.
    pub(super) html: bool,
}

/// A string of JSON, in its quotes.
pub(super) fn escape(text: &str, escapes: Escapes) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '/' if escapes.slash => out.push_str("\\/"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' if escapes.html => push_escaped(&mut out, char),
            _ if char < ' ' || (escapes.non_ascii && !char.is_ascii()) => push_escaped(&mut out, char),
            _ => out.push(char),
        }
    }
    out.push('"');
    out
}

fn push_escaped(out: &mut String, char: char) {
    for unit in char.encode_utf16(&mut [0; 2]) {
        // Writing to a string cannot fail.
        let _ = write!(out, "\\u{unit:04x}");
    }
}
