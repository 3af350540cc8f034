//! Messages to send: one JSON object on one or more lines, JSON Lines of any length, or messages described by options.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use incs_facade::model::{Channel, Document, OutboundMessage};

use crate::exit::Failure;
use crate::input::{MAX_DOCUMENT_BYTES, Piece, Pieces};

/// The messages of a send. They are read while earlier ones are sent.
pub(super) struct Source {
    pub(super) items: Box<dyn Iterator<Item = io::Result<Item>> + Send>,
    /// True for a file, false for a pipe, which may never end.
    pub(super) is_finite: bool,
    /// True for one message that is described by options.
    pub(super) is_single: bool,
    /// The number of bytes read so far, and the length of the file.
    pub(super) bytes: Option<(Arc<AtomicU64>, u64)>,
}

/// A message, or the fault of an input that is not a message.
pub(super) struct Item {
    pub(super) place: Place,
    pub(super) message: Result<Document, Malformed>,
}

/// The position of a message in the input.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) index: u64,
    /// From 1; `None` for a message described by options.
    pub(super) line: Option<u64>,
}

/// The fault of an input that is not a message.
#[derive(Debug)]
pub(super) enum Malformed {
    /// The body cannot be decoded.
    Body(Document),
    /// The line is longer than so many bytes.
    Long(u64),
}

impl Source {
    /// Opens a file, or standard input for `-`.
    ///
    /// `with_any_json` accepts all JSON, also documents that are not messages.
    pub(super) fn open(path: &Path, channel: Channel, with_any_json: bool) -> Result<Self, Failure> {
        let (input, length): (Box<dyn Read + Send>, _) = if path.as_os_str() == "-" {
            (Box::new(io::stdin()), None)
        } else {
            let unread = |error| Failure::usage(format!("{} cannot be read: {error}", path.display()));
            let file = File::open(path).map_err(unread)?;
            let found = file.metadata().map_err(unread)?;
            if found.is_dir() {
                return Err(Failure::usage(format!("{} is a folder", path.display()))
                    .with_help("name a file of messages, or - for standard input"));
            }
            (Box::new(file), found.is_file().then_some(found.len()))
        };
        let read = Arc::new(AtomicU64::new(0));
        let items = items(Counted { input, read: Arc::clone(&read) }, channel, with_any_json);
        let bytes = length.map(|length| (read, length));
        Ok(Self { items: Box::new(items), is_finite: length.is_some(), is_single: false, bytes })
    }

    /// Returns the source of given messages.
    pub(super) fn list(messages: Vec<OutboundMessage>) -> Self {
        let is_single = messages.len() == 1;
        let items = (0..)
            .zip(messages)
            .map(|(index, message)| Ok(Item { place: Place { index, line: None }, message: Ok(message.into()) }));
        Self { items: Box::new(items), is_finite: true, is_single, bytes: None }
    }
}

/// A reader that counts its bytes.
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

/// Reads the messages of an input on demand.
fn items(input: impl Read, channel: Channel, with_any_json: bool) -> impl Iterator<Item = io::Result<Item>> {
    (0..).zip(Pieces::new(input)).map(move |(index, piece)| {
        let Piece { line, bytes, is_long } = piece?;
        let message = if is_long {
            Err(Malformed::Long(MAX_DOCUMENT_BYTES))
        } else {
            let document = Document::read(&channel, bytes);
            let is_sent = document.error().is_none() || with_any_json && document.is_json();
            if is_sent { Ok(document) } else { Err(Malformed::Body(document)) }
        };
        Ok(Item { place: Place { index, line: u64::try_from(line).ok() }, message })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns index, line, and the pointer of the fault.
    fn read(text: &[u8]) -> Vec<(u64, u64, Option<String>)> {
        items(text, Channel::Viber, false)
            .map(|item| item.unwrap())
            .map(|item| {
                let fault = item.message.err().map(|malformed| match malformed {
                    Malformed::Body(document) => document.error().unwrap().pointer().to_owned(),
                    Malformed::Long(_) => "long".to_owned(),
                });
                (item.place.index, item.place.line.unwrap(), fault)
            })
            .collect()
    }

    const ONE: &str = r#"{"to":"85251230088","type":"text","text":"a"}"#;

    #[test]
    fn object_may_span_several_lines() {
        assert_eq!(read(ONE.as_bytes()), [(0, 1, None)]);
        let pretty = "\u{feff}\n{\r\n\n  \"to\": \"85251230088\",\n  \"type\": \"text\",\n  \"text\": \"a\"\n}\n\n";
        assert_eq!(read(pretty.as_bytes()), [(0, 2, None)]);
        assert_eq!(read(b""), []);
        assert_eq!(read(b"\n \r\n"), []);
    }

    #[test]
    fn broken_line_does_not_affect_neighbours() {
        let broken = || Some(String::new());
        let lines = format!("{ONE}\nnot json\n\n{ONE}\n");
        assert_eq!(read(lines.as_bytes()), [(0, 1, None), (1, 2, broken()), (2, 4, None)]);
        // A truncated first line does not continue on the next.
        let cut = &ONE[..ONE.len() - 1];
        let lines = format!("{cut}\n{ONE}\n{cut}\n{ONE}");
        assert_eq!(read(lines.as_bytes()), [(0, 1, broken()), (1, 2, None), (2, 3, broken()), (3, 4, None)]);
        let lines = format!("{}\n{ONE}", &ONE[..34]);
        assert_eq!(read(lines.as_bytes()), [(0, 1, broken()), (1, 2, None)]);
        assert_eq!(read(cut.as_bytes()), [(0, 1, broken())]);
        // Even if the two lines together would begin an object.
        let lines = format!("{{\"text\":\n{ONE}\n{ONE}");
        assert_eq!(read(lines.as_bytes()), [(0, 1, broken()), (1, 2, None), (2, 3, None)]);
    }

    #[test]
    fn trailing_data_invalidates_multiline_object() {
        let pretty = "{\n\"to\":\"85251230088\",\"type\":\"text\",\"text\":\"a\"}\n";
        assert_eq!(read(format!("{pretty}{ONE}").as_bytes()), [(0, 1, Some(String::new()))]);
    }

    #[test]
    fn too_long_line_is_skipped() {
        let long = "x".repeat(usize::try_from(MAX_DOCUMENT_BYTES).unwrap() + 5);
        let lines = format!("{ONE}\n{long}\n{ONE}");
        assert_eq!(read(lines.as_bytes()), [(0, 1, None), (1, 2, Some("long".to_owned())), (2, 3, None)]);
    }
}
