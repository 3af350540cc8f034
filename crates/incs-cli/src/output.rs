//! The output of every command. Results go to stdout, diagnostics to stderr; people read lines and tables, machines read JSON.

use std::fmt::{self, Write as _};
use std::io::{self, ErrorKind, IsTerminal as _, Write};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use anstream::ColorChoice;
use anstream::adapter::strip_bytes;
use comfy_table::{ContentArrangement, Table, presets};
use incs_facade::client::Error;
use serde::Serialize;

use crate::args::Global;
use crate::exit::{Exit, Failure, cause};
use crate::lines::Diagnostic;

/// The assumed width of a terminal of unknown width.
const WIDTH: u16 = 80;

/// Bytes that are collected before they are written.
const FLUSH_BYTES: usize = 64 << 10;

/// The global options and the output of a command.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) global: Global,
    pub(crate) out: Output,
}

/// The output of a command. All parts of the program share one buffer for stdout: it is written when it is full, when it is flushed
/// and at the end of the program, or after each line on a terminal.
///
/// A closed reader (`EPIPE`) is not an error: later output is dropped. Any other error is returned, also by every later write.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    /// `--json`: stdout holds JSON only, one document a line.
    pub(crate) json: bool,
    /// `--quiet`: no notes on stderr.
    pub(crate) quiet: bool,
}

/// The process has one standard output.
static STDOUT: LazyLock<Mutex<Buffered<Box<dyn Write + Send>>>> = LazyLock::new(|| {
    let is_plain = anstream::stdout().current_choice() == ColorChoice::Never;
    Mutex::new(Buffered::new(unbuffered(), io::stdout().is_terminal(), is_plain))
});

fn stdout() -> MutexGuard<'static, Buffered<Box<dyn Write + Send>>> {
    STDOUT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns standard output without the buffer of the standard library, which reports bytes as written before they are.
#[cfg(unix)]
fn unbuffered() -> Box<dyn Write + Send> {
    use std::os::fd::AsFd as _;

    match io::stdout().as_fd().try_clone_to_owned() {
        Ok(descriptor) => Box::new(std::fs::File::from(descriptor)),
        Err(_) => Box::new(io::stdout()),
    }
}

/// Returns standard output as it is: a Windows console needs the standard library to print anything but ASCII.
#[cfg(not(unix))]
fn unbuffered() -> Box<dyn Write + Send> {
    Box::new(io::stdout())
}

#[allow(clippy::unused_self, reason = "what is written where is the business of this type")]
impl Output {
    /// Writes one line of a result, for people.
    pub(crate) fn line(self, text: &str) -> Result<(), WriteError> {
        stdout().line(text.as_bytes(), true)
    }

    /// Writes one JSON document on a line of its own, for machines.
    pub(crate) fn json(self, value: &impl Serialize) -> Result<(), WriteError> {
        let text = serde_json::to_vec(value).map_err(|error| WriteError(Arc::new(error.into())))?;
        stdout().line(&text, false)
    }

    /// Writes one JSON document with its members in alphabetical order.
    pub(crate) fn sorted_json(self, value: &impl Serialize) -> Result<(), WriteError> {
        self.json(&sorted(value)?)
    }

    /// Writes a line that is JSON already.
    pub(crate) fn raw(self, text: &str) -> Result<(), WriteError> {
        stdout().line(text.as_bytes(), false)
    }

    /// Writes bytes as they are, without a line break.
    pub(crate) fn bytes(self, bytes: &[u8]) -> Result<(), WriteError> {
        stdout().bytes(bytes)
    }

    /// Writes what is in the buffer.
    pub(crate) fn flush(self) -> Result<(), WriteError> {
        stdout().flush()
    }

    /// Writes the result of an action that must not be repeated: if stdout fails, the line goes to stderr.
    pub(crate) fn record(self, line: &str) -> Result<(), WriteError> {
        self.lines(line.as_bytes()).map_err(|Unwritten { error, lines }| {
            self.instead(&lines);
            error
        })
    }

    /// Writes such a result as a JSON document.
    pub(crate) fn record_json(self, value: &impl Serialize) -> Result<(), WriteError> {
        let text = serde_json::to_string(value).map_err(|error| WriteError(Arc::new(error.into())))?;
        self.record(&text)
    }

    /// Writes such a result with its members in alphabetical order.
    pub(crate) fn record_sorted_json(self, value: &impl Serialize) -> Result<(), WriteError> {
        self.record_json(&sorted(value)?)
    }

    /// Writes and flushes lines. The error has the lines that stdout did not take.
    pub(crate) fn lines(self, lines: &[u8]) -> Result<(), Unwritten> {
        let lines = lines.strip_suffix(b"\n").unwrap_or(lines);
        let mut stdout = stdout();
        let written = stdout.line(lines, !self.json).and_then(|()| stdout.flush());
        written.map_err(|error| Unwritten { error, lines: stdout.take_unwritten() })
    }

    /// Writes a note to stderr, unless `--quiet` is set.
    pub(crate) fn note(self, text: &str) {
        if !self.quiet {
            to_stderr(text);
        }
    }

    /// Writes a warning to stderr. The program goes on.
    pub(crate) fn alarm(self, text: &str) {
        let yellow = anstyle::AnsiColor::Yellow.on_default().bold();
        if self.json {
            to_stderr(&json_text(&Diagnostic::Warning { message: text }));
        } else {
            to_stderr(&format!("{yellow}warning:{yellow:#} {text}"));
        }
    }

    /// Writes lines to stderr that stdout did not take.
    pub(crate) fn instead(self, lines: &[u8]) {
        to_stderr(&String::from_utf8_lossy(lines));
    }

    /// Writes the failure of a command to stderr; with `--json` as an object.
    pub(crate) fn failure(self, failure: &Failure) {
        if self.json {
            let Failure { exit, message, help, details, .. } = failure;
            let (message, help) = (message.as_str(), help.as_deref());
            return to_stderr(&json_text(&Diagnostic::Error { exit_code: exit.code(), message, help, details }));
        }
        let red = anstyle::AnsiColor::Red.on_default().bold();
        let mut text = format!("{red}error:{red:#} {}", failure.brief.unwrap_or(&failure.message));
        // With a brief message, stdout already has the details.
        let lines = failure.lines.iter().filter(|_| failure.brief.is_none()).cloned();
        for line in lines.chain(failure.help.as_ref().map(|help| format!("help: {help}"))) {
            text += "\n  ";
            text += &line;
        }
        to_stderr(&text);
    }
}

/// Returns a document with its members in alphabetical order.
fn sorted(value: &impl Serialize) -> Result<serde_json::Value, WriteError> {
    serde_json::to_value(value).map_err(|error| WriteError(Arc::new(error.into())))
}

fn json_text(value: &Diagnostic<'_>) -> String {
    sorted(value).map(|value| value.to_string()).unwrap_or_default()
}

/// Writes one or more lines to stderr, after flushing stdout to keep the order. Errors of stderr are ignored; the exit code still shows
/// the result.
fn to_stderr(text: &str) {
    // The holder of the lock is writing and may be blocked by a reader. An error is returned by the next write.
    if let Ok(mut stdout) = STDOUT.try_lock()
        && !stdout.buffer.is_empty()
    {
        stdout.flush().ok();
    }
    let text = text.strip_suffix('\n').unwrap_or(text);
    if !text.is_empty() {
        writeln!(anstream::stderr().lock(), "{text}").ok();
    }
}

/// An error of standard output.
#[derive(Debug, Clone)]
pub(crate) struct WriteError(Arc<io::Error>);

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot write to standard output ({})", cause(&*self.0))
    }
}

/// Ends a command whose results cannot be written.
impl From<WriteError> for Failure {
    fn from(error: WriteError) -> Self {
        let failure = Self::new(Exit::Failure, error.to_string()).with_details(|details| details.kind = Some("output"));
        let help = "make room or choose another place for the output, then run the command again";
        Self { is_unwritten: true, ..failure.with_help(help) }
    }
}

/// Converts for the steps of the demo, which fail with a text.
impl From<WriteError> for String {
    fn from(error: WriteError) -> Self {
        error.to_string()
    }
}

/// Lines that standard output did not take.
#[derive(Debug)]
pub(crate) struct Unwritten {
    pub(crate) error: WriteError,
    /// Whole lines; the first may have been written in part.
    pub(crate) lines: Vec<u8>,
}

/// Lines on their way to a file, a pipe or a terminal.
struct Buffered<W> {
    to: W,
    /// Whole lines.
    buffer: Vec<u8>,
    by_line: bool,
    /// True when colours are removed.
    is_plain: bool,
    state: State,
}

enum State {
    Open,
    /// The reader closed the pipe.
    Closed,
    Failed(WriteError),
}

impl<W: Write> Buffered<W> {
    fn new(to: W, by_line: bool, is_plain: bool) -> Self {
        Self { to, buffer: Vec::new(), by_line, is_plain, state: State::Open }
    }

    /// Adds one or more lines. After a failure they are kept as well, see [`take_unwritten`](Self::take_unwritten).
    fn line(&mut self, text: &[u8], may_be_coloured: bool) -> Result<(), WriteError> {
        match &self.state {
            State::Closed => return Ok(()),
            // After a failure only the last lines are kept.
            State::Failed(_) => self.buffer.clear(),
            State::Open => {}
        }
        if may_be_coloured && self.is_plain {
            strip_bytes(text).for_each(|piece| self.buffer.extend_from_slice(piece));
        } else {
            self.buffer.extend_from_slice(text);
        }
        self.buffer.push(b'\n');
        if self.by_line || self.buffer.len() >= FLUSH_BYTES { self.flush() } else { self.check() }
    }

    /// Writes bytes as they are.
    fn bytes(&mut self, bytes: &[u8]) -> Result<(), WriteError> {
        self.check()?;
        if !matches!(self.state, State::Closed) {
            self.buffer.extend_from_slice(bytes);
        }
        self.flush()
    }

    fn check(&self) -> Result<(), WriteError> {
        match &self.state {
            State::Failed(error) => Err(error.clone()),
            State::Open | State::Closed => Ok(()),
        }
    }

    fn flush(&mut self) -> Result<(), WriteError> {
        self.check()?;
        let mut written = 0;
        let error = loop {
            let Some(rest) = self.buffer.get(written..).filter(|rest| !rest.is_empty()) else {
                self.buffer.clear();
                match self.to.flush() {
                    Ok(()) => return Ok(()),
                    Err(error) => break error,
                }
            };
            match self.to.write(rest) {
                Ok(0) => break ErrorKind::WriteZero.into(),
                Ok(count) => written += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => break error,
            }
        };
        if error.kind() == ErrorKind::BrokenPipe {
            self.buffer.clear();
            self.state = State::Closed;
            return Ok(());
        }
        let taken = self.buffer.get(..written).unwrap_or_default();
        let whole = taken.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        self.buffer.drain(..whole);
        self.state = State::Failed(WriteError(Arc::new(error)));
        self.check()
    }

    /// Returns the lines that were not written whole when writing failed.
    fn take_unwritten(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.buffer)
    }
}

/// A table with a bold line of titles.
pub(crate) struct Columns {
    table: Table,
    is_empty: bool,
}

impl Columns {
    pub(crate) fn new<const N: usize>(titles: [&str; N]) -> Self {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_header(titles.map(str::to_uppercase));
        // Rows are wrapped only on a terminal: for another program each row stays one line.
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

    /// Writes the rows of `next` up to `limit`, with `--json` each as it arrives. Returns the number of rows.
    pub(crate) async fn list<T: Serialize, const N: usize>(
        mut self,
        limit: u32,
        out: Output,
        mut next: impl AsyncFnMut() -> Result<Option<T>, Error>,
        cells: impl Fn(T) -> [String; N],
    ) -> Result<u32, Failure> {
        let mut rows = 0;
        let mut ended = Ok(());
        while rows < limit {
            match next().await {
                Ok(Some(row)) if out.json => out.json(&row)?,
                Ok(Some(row)) => self.add(cells(row)),
                Ok(None) => break,
                Err(error) => {
                    ended = Err(error);
                    break;
                }
            }
            rows += 1;
        }
        // Rows that arrived before an error are shown.
        self.show(out)?;
        ended?;
        Ok(rows)
    }

    /// Writes the table, or nothing if it has no rows.
    pub(crate) fn show(&self, out: Output) -> Result<(), WriteError> {
        if self.is_empty {
            return Ok(());
        }
        let bold = anstyle::Style::new().bold();
        for (number, line) in self.table.lines().enumerate() {
            let line = line.trim_end();
            let line = line.strip_prefix(' ').unwrap_or(line);
            match number {
                0 => out.line(&format!("{bold}{line}{bold:#}"))?,
                _ => out.line(line)?,
            }
        }
        Ok(())
    }
}

/// Escapes control characters and characters that change the writing direction: a customer's text must not move the cursor or
/// colour the screen.
pub(crate) fn escape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '\n' => plain.push('\n'),
            '\r' => {}
            sign if needs_escape(sign) => {
                // Writing into a string never fails.
                let _ = write!(plain, "{}", sign.escape_unicode());
            }
            sign => plain.push(sign),
        }
    }
    plain
}

/// Escapes a text likewise and puts it on one line.
pub(crate) fn escape_line(text: &str) -> String {
    escape(text).replace('\n', " ")
}

/// Reports whether a character moves the cursor, ends a line or changes the direction of writing.
pub(crate) fn needs_escape(sign: char) -> bool {
    let is_directing =
        matches!(sign, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    sign.is_control() || is_directing || matches!(sign, '\u{2028}' | '\u{2029}')
}

/// Returns lines with aligned columns, at most 80 wide. Longer cells are wrapped.
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

    /// A writer that accepts `room` bytes in all, at most `at_once` per call, and then fails.
    struct Disk {
        room: usize,
        at_once: usize,
        error: ErrorKind,
        written: Vec<u8>,
        calls: usize,
    }

    impl Disk {
        fn new(room: usize, error: ErrorKind) -> Self {
            Self { room, at_once: usize::MAX, error, written: Vec::new(), calls: 0 }
        }
    }

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.calls += 1;
            let count = bytes.len().min(self.at_once).min(self.room - self.written.len());
            if count == 0 {
                return Err(self.error.into());
            }
            self.written.extend_from_slice(&bytes[..count]);
            Ok(count)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn lines_are_buffered_before_writing() {
        let mut out = Buffered::new(Disk::new(usize::MAX, ErrorKind::StorageFull), false, true);
        for _ in 0..100_000 {
            out.line(b"a line of some length", true).unwrap();
        }
        out.flush().unwrap();
        assert_eq!(out.to.written.len(), 100_000 * 22);
        assert!(out.to.calls <= 100_000 * 22 / FLUSH_BYTES + 1, "{} writes", out.to.calls);
    }

    #[test]
    fn terminal_gets_each_line_at_once() {
        let mut out = Buffered::new(Disk::new(usize::MAX, ErrorKind::StorageFull), true, false);
        for calls in 1..10 {
            out.line(b"\x1b[1ma\x1b[0m", true).unwrap();
            assert_eq!(out.to.calls, calls);
        }
    }

    #[test]
    fn plain_lines_have_no_colours() {
        for (is_plain, may_be_coloured, expected) in
            [(true, true, &b"a\n"[..]), (true, false, b"\x1b[1ma\x1b[0m\n"), (false, true, b"\x1b[1ma\x1b[0m\n")]
        {
            let mut out = Buffered::new(Disk::new(usize::MAX, ErrorKind::StorageFull), true, is_plain);
            out.line(b"\x1b[1ma\x1b[0m", may_be_coloured).unwrap();
            assert_eq!(out.to.written, expected);
        }
    }

    #[test]
    fn full_disk_returns_unwritten_lines() {
        for at_once in [1, 3, usize::MAX] {
            for room in 0..12 {
                let mut out = Buffered::new(Disk { at_once, ..Disk::new(room, ErrorKind::StorageFull) }, false, true);
                let all = b"one\ntwo\ntri\n";
                out.line(b"one\ntwo\ntri", true).unwrap();
                let error = out.flush().unwrap_err();
                assert!(error.to_string().starts_with("cannot write to standard output ("), "{error}");
                // Lines that were written whole are not lost; one that was cut is.
                assert_eq!(out.take_unwritten(), all[room / 4 * 4..], "{room}, {at_once}");
                assert!(out.line(b"more", true).is_err());
                assert_eq!(out.take_unwritten(), b"more\n");
                assert!(out.flush().is_err());
                assert_eq!(out.to.written.len(), room, "nothing more is written");
            }
        }
    }

    #[test]
    fn closed_reader_is_no_error() {
        let mut out = Buffered::new(Disk::new(5, ErrorKind::BrokenPipe), true, true);
        for _ in 0..10 {
            out.line(b"line", true).unwrap();
        }
        out.flush().unwrap();
        assert!(out.take_unwritten().is_empty());
    }

    #[test]
    fn control_characters_are_escaped() {
        assert_eq!(escape("a\u{1b}[31mb\r\n\u{202e}ç\u{7}"), "a\\u{1b}[31mb\n\\u{202e}ç\\u{7}");
        assert_eq!(escape_line("a\nb"), "a b");
    }

    #[test]
    fn no_line_is_wider_than_80() {
        let rows = [["text".to_owned(), "word ".repeat(50)], ["id".to_owned(), "x".repeat(200)]];
        let lines = aligned(rows);
        assert!(lines.len() > 5, "{lines:?}");
        assert!(lines.iter().all(|line| line.chars().count() <= 80), "{lines:?}");
    }
}
