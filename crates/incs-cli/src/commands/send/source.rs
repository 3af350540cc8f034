//! Where messages come from.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use incs_facade::model::{Channel, DecodeError, OutboundMessage};

use super::documents::Documents;
use crate::failure::Failure;

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
