//! Messages to send: one JSON object on one line or many, JSON Lines of any length, or messages of the command line.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use incs_facade::model::{Channel, DecodeError, OutboundMessage};
use serde::de::IgnoredAny;

use crate::exit::Failure;

/// Longest line, and longest object on many lines.
const LONGEST: u64 = 16 << 20;

/// Messages that are read while they are sent.
pub(super) struct Source {
    pub(super) items: Box<dyn Iterator<Item = io::Result<Item>> + Send>,
    /// Whether its end is sure to come: a pipe may wait for ever.
    pub(super) is_finite: bool,
    /// Whether it is one message that the command line describes.
    pub(super) is_single: bool,
    /// How much of how many bytes is read.
    pub(super) bytes: Option<(Arc<AtomicU64>, u64)>,
}

/// One message, or why it is none.
pub(super) struct Item {
    pub(super) place: Place,
    pub(super) message: Result<OutboundMessage, Malformed>,
}

/// Where a message stands in the input.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) index: u64,
    /// From 1; none for what the command line describes.
    pub(super) line: Option<u64>,
}

/// Why a piece of the input is no message.
#[derive(Debug)]
pub(super) enum Malformed {
    Body(DecodeError),
    /// The line is longer than so many bytes.
    Long(u64),
}

impl Source {
    /// A file, or standard input for `-`.
    pub(super) fn open(path: &Path, channel: Channel) -> Result<Self, Failure> {
        let (input, length): (Box<dyn Read + Send>, _) = if path.as_os_str() == "-" {
            (Box::new(io::stdin()), None)
        } else {
            let unread = |error| Failure::usage(format!("{} cannot be read: {error}", path.display()));
            let file = File::open(path).map_err(unread)?;
            let found = file.metadata().map_err(unread)?;
            if found.is_dir() {
                return Err(Failure::usage(format!("{} is a folder", path.display())));
            }
            (Box::new(file), found.is_file().then_some(found.len()))
        };
        let read = Arc::new(AtomicU64::new(0));
        let documents = Documents::new(Counted { input, read: Arc::clone(&read) }, channel);
        let bytes = length.map(|length| (read, length));
        Ok(Self { items: Box::new(documents), is_finite: length.is_some(), is_single: false, bytes })
    }

    /// Messages that are there already.
    pub(super) fn list(messages: Vec<OutboundMessage>) -> Self {
        let is_single = messages.len() == 1;
        let items = (0..)
            .zip(messages)
            .map(|(index, message)| Ok(Item { place: Place { index, line: None }, message: Ok(message) }));
        Self { items: Box::new(items), is_finite: true, is_single, bytes: None }
    }
}

/// Counts what is read.
struct Counted {
    input: Box<dyn Read + Send>,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        self.read.fetch_add(u64::try_from(count).unwrap_or(u64::MAX), Ordering::Relaxed);
        Ok(count)
    }
}

/// One JSON object, on one line or many; or JSON Lines of any length, read as they are asked for.
struct Documents<R> {
    input: BufReader<R>,
    channel: Channel,
    /// Lines read so far.
    line: u64,
    index: u64,
    /// What has been read to learn which of the two it is.
    ahead: Option<VecDeque<Piece>>,
    buffer: Vec<u8>,
    is_done: bool,
}

/// Some of the input, and the line on which it begins.
struct Piece {
    line: u64,
    bytes: Vec<u8>,
    is_long: bool,
}

impl<R: Read> Documents<R> {
    fn new(input: R, channel: Channel) -> Self {
        let input = BufReader::with_capacity(128 << 10, input);
        Self { input, channel, line: 0, index: 0, ahead: None, buffer: Vec::new(), is_done: false }
    }

    /// Reads the next line into the buffer. Whether there was one, and whether it is too long; then its rest is skipped.
    fn read_line(&mut self) -> io::Result<Option<bool>> {
        self.buffer.clear();
        let count = (&mut self.input).take(LONGEST).read_until(b'\n', &mut self.buffer)?;
        if count == 0 {
            return Ok(None);
        }
        self.line += 1;
        if self.line == 1 && self.buffer.starts_with(b"\xef\xbb\xbf") {
            self.buffer.drain(..3);
        }
        if self.buffer.ends_with(b"\n") || u64::try_from(count).unwrap_or(LONGEST) < LONGEST {
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

    /// The next line that holds something.
    fn full_line(&mut self) -> io::Result<Option<bool>> {
        loop {
            let found = self.read_line()?;
            if found != Some(false) || !self.buffer.trim_ascii().is_empty() {
                return Ok(found);
            }
        }
    }

    /// Looks at up to two lines: a first line that is not whole and that the second goes on with is an object on many lines.
    fn look_ahead(&mut self) -> io::Result<VecDeque<Piece>> {
        let mut ahead = VecDeque::new();
        let Some(is_long) = self.full_line()? else { return Ok(ahead) };
        let mut first = Piece { line: self.line, bytes: std::mem::take(&mut self.buffer), is_long };
        if is_long || !is_begun(&first.bytes) {
            ahead.push_back(first);
            return Ok(ahead);
        }
        let length = first.bytes.len();
        while let Some(is_long) = self.read_line()? {
            let is_blank = self.buffer.trim_ascii().is_empty() && !is_long;
            first.bytes.extend_from_slice(&self.buffer);
            if is_blank {
                continue;
            }
            if is_long || is_whole(&self.buffer) || !(is_begun(&first.bytes) || is_whole(&first.bytes)) {
                first.bytes.truncate(length);
                let second = Piece { line: self.line, bytes: std::mem::take(&mut self.buffer), is_long };
                ahead.extend([first, second]);
                return Ok(ahead);
            }
            (&mut self.input).take(LONGEST).read_to_end(&mut first.bytes)?;
            first.is_long = !self.input.fill_buf()?.is_empty();
            self.is_done = true;
            break;
        }
        ahead.push_back(first);
        Ok(ahead)
    }

    fn read_item(&mut self) -> io::Result<Option<Item>> {
        if self.ahead.is_none() {
            self.ahead = Some(self.look_ahead()?);
        }
        if let Some(piece) = self.ahead.as_mut().and_then(VecDeque::pop_front) {
            return Ok(Some(self.item(piece.line, &piece.bytes, piece.is_long)));
        }
        if self.is_done {
            return Ok(None);
        }
        let Some(is_long) = self.full_line()? else { return Ok(None) };
        let bytes = std::mem::take(&mut self.buffer);
        let item = self.item(self.line, &bytes, is_long);
        // Its room is used again.
        self.buffer = bytes;
        Ok(Some(item))
    }

    fn item(&mut self, line: u64, bytes: &[u8], is_long: bool) -> Item {
        let place = Place { index: self.index, line: Some(line) };
        self.index += 1;
        let message = if is_long {
            Err(Malformed::Long(LONGEST))
        } else {
            OutboundMessage::decode(&self.channel, bytes).map_err(Malformed::Body)
        };
        Item { place, message }
    }
}

impl<R: Read> Iterator for Documents<R> {
    type Item = io::Result<Item>;

    fn next(&mut self) -> Option<io::Result<Item>> {
        let item = self.read_item().transpose();
        if matches!(item, None | Some(Err(_))) {
            self.is_done = true;
            self.ahead = Some(VecDeque::new());
        }
        item
    }
}

/// Whether it is the beginning of a JSON value.
fn is_begun(bytes: &[u8]) -> bool {
    serde_json::from_slice::<IgnoredAny>(bytes).is_err_and(|error| error.is_eof())
}

fn is_whole(bytes: &[u8]) -> bool {
    serde_json::from_slice::<IgnoredAny>(bytes).is_ok() && bytes.trim_ascii_start().starts_with(b"{")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Index, line, and the pointer of what is wrong.
    fn read(text: &[u8]) -> Vec<(u64, u64, Option<String>)> {
        Documents::new(text, Channel::Viber)
            .map(|item| item.unwrap())
            .map(|item| {
                let fault = item.message.err().map(|malformed| match malformed {
                    Malformed::Body(error) => error.pointer().to_owned(),
                    Malformed::Long(_) => "long".to_owned(),
                });
                (item.place.index, item.place.line.unwrap(), fault)
            })
            .collect()
    }

    const ONE: &str = r#"{"to":"85251230088","type":"text","text":"a"}"#;

    #[test]
    fn an_object_may_stand_on_one_line_or_many() {
        assert_eq!(read(ONE.as_bytes()), [(0, 1, None)]);
        let pretty = "\u{feff}\n{\r\n\n  \"to\": \"85251230088\",\n  \"type\": \"text\",\n  \"text\": \"a\"\n}\n\n";
        assert_eq!(read(pretty.as_bytes()), [(0, 2, None)]);
        assert_eq!(read(b""), []);
        assert_eq!(read(b"\n \r\n"), []);
    }

    #[test]
    fn a_broken_line_costs_its_neighbours_nothing() {
        let broken = || Some(String::new());
        let lines = format!("{ONE}\nnot json\n\n{ONE}\n");
        assert_eq!(read(lines.as_bytes()), [(0, 1, None), (1, 2, broken()), (2, 4, None)]);
        // A first line that was cut off is not the beginning of what follows.
        let cut = &ONE[..ONE.len() - 1];
        let lines = format!("{cut}\n{ONE}\n{cut}\n{ONE}");
        assert_eq!(read(lines.as_bytes()), [(0, 1, broken()), (1, 2, None), (2, 3, broken()), (3, 4, None)]);
        let lines = format!("{}\n{ONE}", &ONE[..34]);
        assert_eq!(read(lines.as_bytes()), [(0, 1, broken()), (1, 2, None)]);
        assert_eq!(read(cut.as_bytes()), [(0, 1, broken())]);
        // Nor when the two together would be the beginning of an object.
        let lines = format!("{{\"text\":\n{ONE}\n{ONE}");
        assert_eq!(read(lines.as_bytes()), [(0, 1, broken()), (1, 2, None), (2, 3, None)]);
    }

    #[test]
    fn what_follows_an_object_on_many_lines_spoils_it_all() {
        let pretty = "{\n\"to\":\"85251230088\",\"type\":\"text\",\"text\":\"a\"}\n";
        assert_eq!(read(format!("{pretty}{ONE}").as_bytes()), [(0, 1, Some(String::new()))]);
    }

    #[test]
    fn a_line_that_is_too_long_is_skipped() {
        let long = "x".repeat(usize::try_from(LONGEST).unwrap() + 5);
        let lines = format!("{ONE}\n{long}\n{ONE}");
        assert_eq!(read(lines.as_bytes()), [(0, 1, None), (1, 2, Some("long".to_owned())), (2, 3, None)]);
    }
}
