//! What every command is given: the flags, and where it writes. Results go to stdout, diagnostics to stderr; people read lines and
//! tables, machines read JSON.

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, Write};

use comfy_table::{ContentArrangement, Table, presets};
use incs_facade::client::Error;
use serde::Serialize;

use crate::args::Global;
use crate::exit::Failure;

/// The width of a terminal that does not tell its own; it fits every terminal.
const WIDTH: u16 = 80;

/// What every command is given.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) global: Global,
    pub(crate) out: Output,
}

/// Where a command writes. A reader that went away (`EPIPE`) is no error: what is written after that is dropped.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    /// `--json`: stdout holds JSON only, one document a line.
    pub(crate) json: bool,
    /// `--quiet`: no notes on stderr.
    pub(crate) quiet: bool,
}

#[allow(clippy::unused_self, reason = "what is written where is the business of this type")]
impl Output {
    /// One line of a result, for people.
    pub(crate) fn line(self, text: &str) {
        write(&mut anstream::stdout().lock(), text);
    }

    /// One JSON document on a line of its own, for machines.
    pub(crate) fn json(self, value: &impl Serialize) {
        if let Ok(text) = serde_json::to_string(value) {
            write(&mut io::stdout().lock(), &text);
        }
    }

    /// A line that is JSON already.
    pub(crate) fn raw(self, text: &str) {
        write(&mut io::stdout().lock(), text);
    }

    /// A remark on stderr, not part of the result.
    pub(crate) fn note(self, text: &str) {
        if !self.quiet {
            write(&mut anstream::stderr().lock(), text);
        }
    }

    /// Why a command gave up, on stderr; with `--json` as an object.
    pub(crate) fn failure(self, failure: &Failure) {
        if self.json {
            let mut object = failure.details.clone();
            object.insert("type".to_owned(), "error".into());
            object.insert("exit_code".to_owned(), failure.exit.code().into());
            object.insert("message".to_owned(), failure.message.clone().into());
            object.extend(failure.help.clone().map(|help| ("help".to_owned(), help.into())));
            write(&mut io::stderr().lock(), &serde_json::Value::Object(object).to_string());
            return;
        }
        let mut terminal = anstream::stderr().lock();
        let red = anstyle::AnsiColor::Red.on_default().bold();
        write(&mut terminal, &format!("{red}error:{red:#} {failure}"));
        for line in &failure.lines {
            write(&mut terminal, &format!("  {line}"));
        }
        if let Some(help) = &failure.help {
            write(&mut terminal, &format!("  help: {help}"));
        }
    }
}

fn write(to: &mut impl Write, text: &str) {
    // The reader may have gone; that is its right.
    let _ = writeln!(to, "{text}").and_then(|()| to.flush());
}

/// Rows under a bold line of titles.
pub(crate) struct Columns {
    table: Table,
    is_empty: bool,
}

impl Columns {
    pub(crate) fn new<const N: usize>(titles: [&str; N]) -> Self {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_header(titles.map(str::to_uppercase));
        // Lines that go to another program are not folded, so that each row stays one line.
        if io::stdout().is_terminal() {
            let width = std::env::var("COLUMNS").ok().and_then(|width| width.parse().ok()).unwrap_or(WIDTH);
            table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
        }
        Self { table, is_empty: true }
    }

    pub(crate) fn add<const N: usize>(&mut self, row: [String; N]) {
        self.table.add_row(row);
        self.is_empty = false;
    }

    /// Writes what `next` gives until there is no more or there are `limit` rows, with `--json` each as it comes. Gives how many
    /// there were.
    pub(crate) async fn list<T: Serialize, const N: usize>(
        mut self,
        limit: u32,
        out: Output,
        mut next: impl AsyncFnMut() -> Result<Option<T>, Error>,
        cells: impl Fn(T) -> [String; N],
    ) -> Result<u32, Error> {
        let mut rows = 0;
        let mut ended = Ok(());
        while rows < limit {
            match next().await {
                Ok(Some(row)) if out.json => out.json(&row),
                Ok(Some(row)) => self.add(cells(row)),
                Ok(None) => break,
                Err(error) => {
                    ended = Err(error);
                    break;
                }
            }
            rows += 1;
        }
        // What came before a page that failed is worth showing.
        self.show(out);
        ended.map(|()| rows)
    }

    /// Writes the rows; without any it writes nothing.
    pub(crate) fn show(&self, out: Output) {
        if self.is_empty {
            return;
        }
        let bold = anstyle::Style::new().bold();
        for (number, line) in self.table.lines().enumerate() {
            let line = line.trim_end();
            let line = line.strip_prefix(' ').unwrap_or(line);
            match number {
                0 => out.line(&format!("{bold}{line}{bold:#}")),
                _ => out.line(line),
            }
        }
    }
}

/// A text whose control characters, and those that change the direction of writing, are spelled out: what a customer wrote must
/// not move the cursor or colour the screen.
pub(crate) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '\n' => plain.push('\n'),
            '\r' => {}
            sign if is_unsafe(sign) => {
                // Writing into a string never fails.
                let _ = write!(plain, "{}", sign.escape_unicode());
            }
            sign => plain.push(sign),
        }
    }
    plain
}

/// The same on one line.
pub(crate) fn plain_line(text: &str) -> String {
    plain(text).replace('\n', " ")
}

/// Reports whether a character moves the cursor, ends a line or changes the direction of writing.
pub(crate) fn is_unsafe(sign: char) -> bool {
    let is_directing =
        matches!(sign, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    sign.is_control() || is_directing || matches!(sign, '\u{2028}' | '\u{2029}')
}

/// Lines of aligned columns without borders, 80 wide; what is longer goes on below.
pub(crate) fn aligned<R: IntoIterator<Item = String>>(rows: impl IntoIterator<Item = R>) -> Vec<String> {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(WIDTH);
    for row in rows {
        table.add_row(row);
    }
    table.column_iter_mut().for_each(|column| {
        column.set_padding((0, 2));
    });
    table.lines().map(|line| line.trim_end().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_cannot_write_to_the_screen_around_it() {
        assert_eq!(plain("a\u{1b}[31mb\r\n\u{202e}ç\u{7}"), "a\\u{1b}[31mb\n\\u{202e}ç\\u{7}");
        assert_eq!(plain_line("a\nb"), "a b");
    }

    #[test]
    fn no_line_is_wider_than_80() {
        let rows = [["text".to_owned(), "word ".repeat(50)], ["id".to_owned(), "x".repeat(200)]];
        let lines = aligned(rows);
        assert!(lines.len() > 5, "{lines:?}");
        assert!(lines.iter().all(|line| line.chars().count() <= 80), "{lines:?}");
    }
}
