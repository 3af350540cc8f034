//! JSON in another layout.

use super::text::{Escapes, escape};

/// The white space between values.
#[derive(Clone, Copy)]
pub(super) enum Layout {
    /// None.
    Compact,
    /// After commas and colons.
    Spaced,
    /// Every element on its own line, indented by this much.
    Indented(usize),
}

/// Writes JSON anew: members in their order, numbers as they stand. `None` for a text with half of a surrogate pair, which no
/// reader agrees about. `json` must be valid.
pub(super) fn write(json: &str, layout: Layout, escapes: Escapes) -> Option<String> {
    let mut writer = Writer { out: String::with_capacity(json.len()), layout, depth: 0, is_empty: false };
    let mut rest = json.trim_start();
    while let Some(next) = rest.chars().next() {
        let end = match next {
            '"' => string_end(rest),
            '[' | ']' | '{' | '}' | ',' | ':' => 1,
            _ => rest.find([',', ']', '}', ' ', '\t', '\r', '\n']).unwrap_or(rest.len()),
        };
        let (token, after) = rest.split_at_checked(end)?;
        match next {
            '"' => writer.value(&escape(&serde_json::from_str::<String>(token).ok()?, escapes)),
            '[' | '{' => writer.open(next),
            ']' | '}' => writer.close(next),
            ',' | ':' => writer.separator(next),
            _ => writer.value(token),
        }
        rest = after.trim_start();
    }
    Some(writer.out)
}

/// Where the string that a text begins with ends.
fn string_end(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            b'"' if !escaped => return at + 1,
            b'\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}

struct Writer {
    out: String,
    layout: Layout,
    depth: usize,
    /// Whether the list or object that was opened last has nothing in it so far.
    is_empty: bool,
}

impl Writer {
    fn value(&mut self, text: &str) {
        self.begin();
        self.out.push_str(text);
    }

    fn open(&mut self, bracket: char) {
        self.begin();
        self.out.push(bracket);
        self.depth += 1;
        self.is_empty = true;
    }

    fn close(&mut self, bracket: char) {
        self.depth = self.depth.saturating_sub(1);
        if !self.is_empty {
            self.line();
        }
        self.is_empty = false;
        self.out.push(bracket);
    }

    fn separator(&mut self, mark: char) {
        self.out.push(mark);
        match (self.layout, mark) {
            (Layout::Compact, _) => {}
            (Layout::Indented(_), ',') => self.line(),
            _ => self.out.push(' '),
        }
    }

    /// What comes first in a list or object stands on a line of its own.
    fn begin(&mut self) {
        if self.is_empty {
            self.line();
        }
        self.is_empty = false;
    }

    fn line(&mut self) {
        if let Layout::Indented(by) = self.layout {
            self.out.push('\n');
            self.out.extend(std::iter::repeat_n(' ', by * self.depth));
        }
    }
}
