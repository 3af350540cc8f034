//! Input from a file, or from standard input for `-`: as bytes, as one JSON document, or as JSON Lines.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read};
use std::iter;
use std::path::{Path, PathBuf};

use serde::de::IgnoredAny;

use crate::exit::Failure;

/// Maximum length of an input that is read whole.
const MAX_FILE_BYTES: u64 = 64 << 20;

/// Reads a file, or standard input for `-`.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    open(path)?.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(|error| unread(path, &error))?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MAX_FILE_BYTES {
        return Err(Failure::usage(format!("{} is longer than {MAX_FILE_BYTES} bytes", path.display())));
    }
    Ok(bytes)
}

/// Opens a file, or standard input for `-`.
fn open(path: &Path) -> Result<Box<dyn Read>, Failure> {
    if path.as_os_str() == "-" {
        return Ok(Box::new(io::stdin()));
    }
    Ok(Box::new(File::open(path).map_err(|error| unread(path, &error))?))
}

/// A JSON document of an input. It is not validated yet.
pub(crate) struct Entry {
    /// The name in messages: `orders.jsonl:3`.
    pub(crate) name: String,
    pub(crate) body: Vec<u8>,
    /// The first line of the document in the file, from 1.
    pub(crate) line: usize,
    /// True for a document longer than [`MAX_DOCUMENT_BYTES`]; `body` is then only its beginning.
    pub(crate) is_long: bool,
}

impl Entry {
    /// Reads a file that holds one document.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let mut body = read(path)?;
        // A byte order mark is not part of the document.
        if body.starts_with(b"\xef\xbb\xbf") {
            body.drain(..3);
        }
        Ok(Self { name: name_of(path), body, line: 1, is_long: false })
    }
}

/// Maximum length of a line, and of a document on several lines.
pub(crate) const MAX_DOCUMENT_BYTES: u64 = 16 << 20;

/// A piece of an input that should be one document.
pub(crate) struct Piece {
    /// The first line of the piece, from 1.
    pub(crate) line: usize,
    pub(crate) bytes: Vec<u8>,
    /// True for a piece longer than [`MAX_DOCUMENT_BYTES`]; `bytes` is then only its beginning.
    pub(crate) is_long: bool,
}

impl Piece {
    /// Removes the line break at the end, so that the error of a truncated document is on its own line.
    fn without_line_break(mut self) -> Self {
        if self.bytes.ends_with(b"\n") {
            self.bytes.pop();
        }
        self
    }
}

/// Splits an input into documents: one JSON value on one or more lines, or JSON Lines of any length. Documents are read on demand,
/// so an input may be larger than memory.
pub(crate) struct Pieces<R> {
    input: BufReader<R>,
    /// Lines read so far.
    line: usize,
    /// The pieces that were read to tell the two forms apart.
    ahead: Option<VecDeque<Piece>>,
    buffer: Vec<u8>,
    is_done: bool,
}

impl<R: Read> Pieces<R> {
    pub(crate) fn new(input: R) -> Self {
        let input = BufReader::with_capacity(128 << 10, input);
        Self { input, line: 0, ahead: None, buffer: Vec::new(), is_done: false }
    }

    /// Reads the next line into the buffer. Returns `None` at the end, and `true` for a line that is too long, whose rest is skipped.
    fn read_line(&mut self) -> io::Result<Option<bool>> {
        self.buffer.clear();
        let count = (&mut self.input).take(MAX_DOCUMENT_BYTES).read_until(b'\n', &mut self.buffer)?;
        if count == 0 {
            return Ok(None);
        }
        self.line += 1;
        if self.line == 1 && self.buffer.starts_with(b"\xef\xbb\xbf") {
            self.buffer.drain(..3);
        }
        if self.buffer.ends_with(b"\n") || u64::try_from(count).unwrap_or(MAX_DOCUMENT_BYTES) < MAX_DOCUMENT_BYTES {
            return Ok(Some(false));
        }
        loop {
            let rest = self.input.fill_buf()?;
            let end = rest.iter().position(|byte| *byte == b'\n');
            let length = end.map_or(rest.len(), |end| end + 1);
            self.input.consume(length);
            if end.is_some() || length == 0 {
                return Ok(Some(true));
            }
        }
    }

    /// Reads the next line that is not blank.
    fn full_line(&mut self) -> io::Result<Option<bool>> {
        loop {
            let found = self.read_line()?;
            if found != Some(false) || !self.buffer.trim_ascii().is_empty() {
                return Ok(found);
            }
        }
    }

    /// Looks at up to two lines: a first line that is incomplete and continues on the second begins a document on several lines.
    fn look_ahead(&mut self) -> io::Result<VecDeque<Piece>> {
        let mut ahead = VecDeque::new();
        let Some(is_long) = self.full_line()? else { return Ok(ahead) };
        let mut first = Piece { line: self.line, bytes: std::mem::take(&mut self.buffer), is_long };
        if is_long || !begins_json(&first.bytes) {
            ahead.push_back(first.without_line_break());
            return Ok(ahead);
        }
        let length = first.bytes.len();
        while let Some(is_long) = self.read_line()? {
            let is_blank = self.buffer.trim_ascii().is_empty() && !is_long;
            first.bytes.extend_from_slice(&self.buffer);
            if is_blank {
                continue;
            }
            if is_long || is_whole(&self.buffer) || !(begins_json(&first.bytes) || is_whole(&first.bytes)) {
                first.bytes.truncate(length);
                let second = Piece { line: self.line, bytes: std::mem::take(&mut self.buffer), is_long };
                ahead.extend([first.without_line_break(), second.without_line_break()]);
                return Ok(ahead);
            }
            (&mut self.input).take(MAX_DOCUMENT_BYTES).read_to_end(&mut first.bytes)?;
            first.is_long = !self.input.fill_buf()?.is_empty();
            self.is_done = true;
            break;
        }
        ahead.push_back(first.without_line_break());
        Ok(ahead)
    }

    fn read_piece(&mut self) -> io::Result<Option<Piece>> {
        if self.ahead.is_none() {
            self.ahead = Some(self.look_ahead()?);
        }
        if let Some(piece) = self.ahead.as_mut().and_then(VecDeque::pop_front) {
            return Ok(Some(piece));
        }
        if self.is_done {
            return Ok(None);
        }
        let Some(is_long) = self.full_line()? else { return Ok(None) };
        Ok(Some(Piece { line: self.line, bytes: std::mem::take(&mut self.buffer), is_long }.without_line_break()))
    }
}

impl<R: Read> Iterator for Pieces<R> {
    type Item = io::Result<Piece>;

    fn next(&mut self) -> Option<io::Result<Piece>> {
        let piece = self.read_piece().transpose();
        if matches!(piece, None | Some(Err(_))) {
            self.is_done = true;
            self.ahead = Some(VecDeque::new());
        }
        piece
    }
}

/// Reports whether the bytes are the beginning of a JSON value.
fn begins_json(bytes: &[u8]) -> bool {
    serde_json::from_slice::<IgnoredAny>(bytes).is_err_and(|error| error.is_eof())
}

fn is_whole(bytes: &[u8]) -> bool {
    serde_json::from_slice::<IgnoredAny>(bytes).is_ok() && bytes.trim_ascii_start().starts_with(b"{")
}

/// Returns the documents of several files in turn, read on demand. An empty file is one empty document.
pub(crate) fn documents(paths: &[PathBuf]) -> impl Iterator<Item = Result<Entry, Failure>> {
    paths.iter().flat_map(|path| match open(path) {
        Ok(input) => Box::new(documents_of(path, input)) as Box<dyn Iterator<Item = _>>,
        Err(failure) => Box::new(iter::once(Err(failure))),
    })
}

fn documents_of(path: &Path, input: impl Read) -> impl Iterator<Item = Result<Entry, Failure>> {
    let mut pieces = Pieces::new(input).peekable();
    let mut count = 0_usize;
    iter::from_fn(move || {
        let piece = match pieces.next() {
            Some(Ok(piece)) => piece,
            Some(Err(error)) => return Some(Err(unread(path, &error))),
            None if count == 0 => Piece { line: 1, bytes: Vec::new(), is_long: false },
            None => return None,
        };
        count += 1;
        let is_alone = count == 1 && pieces.peek().is_none();
        let Piece { line, bytes: body, is_long } = piece;
        let name = if is_alone { name_of(path) } else { format!("{}:{line}", name_of(path)) };
        Some(Ok(Entry { name, body, line, is_long }))
    })
}

fn unread(path: &Path, error: &io::Error) -> Failure {
    Failure::usage(format!("{} cannot be read: {error}", path.display()))
}

fn name_of(path: &Path) -> String {
    if path.as_os_str() == "-" { "standard input".to_owned() } else { path.display().to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = r#"{"text":"a"}"#;

    /// Returns the line and the trimmed length of each piece; `None` for one that is too long.
    fn read(text: &[u8]) -> Vec<(usize, Option<usize>)> {
        Pieces::new(text)
            .map(|piece| piece.unwrap())
            .map(|piece| (piece.line, (!piece.is_long).then(|| piece.bytes.trim_ascii().len())))
            .collect()
    }

    #[test]
    fn document_may_span_several_lines() {
        let one = Some(ONE.len());
        assert_eq!(read(ONE.as_bytes()), [(1, one)]);
        let pretty = "{\r\n\n  \"text\": \"a\"\n}";
        assert_eq!(read(format!("\u{feff}\n{pretty}\n\n").as_bytes()), [(2, Some(pretty.len()))]);
        assert_eq!(read(format!("\u{feff}{ONE}\n\n{ONE}\r\n").as_bytes()), [(1, one), (3, one)]);
        assert_eq!(read(b""), []);
        assert_eq!(read(b"\n \r\n"), []);
    }

    #[test]
    fn broken_line_does_not_affect_neighbours() {
        let (one, cut) = (Some(ONE.len()), &ONE[..ONE.len() - 1]);
        let lines = |lines: &[&str]| read(lines.join("\n").as_bytes());
        assert_eq!(lines(&[ONE, "not json", "", ONE]), [(1, one), (2, Some(8)), (4, one)]);
        // A truncated first line does not continue on the next.
        assert_eq!(lines(&[cut, ONE, cut]), [(1, Some(cut.len())), (2, one), (3, Some(cut.len()))]);
        // Even if the two lines together would begin an object.
        assert_eq!(lines(&["{\"text\":", ONE, ONE]), [(1, Some(8)), (2, one), (3, one)]);
        // Trailing data makes a document on several lines invalid.
        assert_eq!(lines(&["{", &ONE[1..], ONE]), [(1, Some(2 * ONE.len() + 2))]);
    }

    #[test]
    fn too_long_line_is_skipped() {
        let long = "x".repeat(usize::try_from(MAX_DOCUMENT_BYTES).unwrap() + 5);
        let one = Some(ONE.len());
        assert_eq!(read(format!("{ONE}\n{long}\n{ONE}").as_bytes()), [(1, one), (2, None), (3, one)]);
    }
}
