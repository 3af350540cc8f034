//! What bodies say beyond what this version knows.
//!
//! The platforms change without a word. [`Drift`] tells what changed: which members of a body this version does not know, and
//! which known ones have another type, by JSON pointer and counted. It is cheap enough for every delivery: one pass over the
//! body, and no allocation as long as all is known.
//!
//! ```
//! use incs_webhook::Delivery;
//! use incs_webhook::drift::Drift;
//!
//! # fn main() -> Result<(), incs_webhook::Rejection> {
//! let body = br#"{"event": "message_created", "message": {"id": true, "mood": "good", "type": 101}}"#;
//! let headers: [(&str, &str); 0] = [];
//! // Verify yours.
//! let verified = Delivery::new(&headers, body).dangerously_skip_verification()?;
//!
//! let mut drift = Drift::new();
//! drift.observe(&verified);
//! assert_eq!(
//!     drift.to_string(),
//!     "\
//! count  from  where          what
//!     1  incs  /message/id    expected a whole number or a string, found a boolean
//!     1  incs  /message/mood  unknown member",
//! );
//! # Ok(())
//! # }
//! ```
//!
//! What is known is taken from the JSON Schemas of what is received. Where they have alternatives, all of them are known: that a
//! message of type `image` holds a `text` is no drift. Missing members are none either. Values are not looked at, save the kinds
//! of unions, and nothing is looked at below an unknown member. A content whose form nobody describes, as of type 110 in
//! `message_created`, is reported member by member.

mod entry;
mod json_type;
mod name;
mod table;
mod walk;

use std::fmt;

use incs_model::inbound::Provider;
use serde::Serialize;

pub use self::entry::{Entry, Kind};
pub use self::json_type::{JsonType, JsonTypes};

use self::table::KNOWN;
use crate::item::Batch;
use crate::members;
use crate::shape;
use crate::verified::Verified;

/// What bodies say beyond what this version knows, counted.
///
/// `Display` is a table for people, `Serialize` the same for machines. Neither shows a value of a customer: of names and kinds
/// only those are shown that look like the names of members.
///
/// It is a plain value. Where many tasks receive, keep it behind a mutex, or one for each task and [`merge`](Self::merge) them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Drift {
    /// Sorted.
    entries: Vec<Entry>,
    overflow: u64,
    observed: u64,
    unread: u64,
}

impl Drift {
    /// The most entries that are kept; what is found beyond them is counted in [`overflow`](Self::overflow).
    pub const MOST_ENTRIES: usize = 256;

    /// Nothing observed yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Looks through a body; whose it is shows in the body.
    pub fn observe(&mut self, verified: &Verified<'_>) {
        self.read(verified.body(), None);
    }

    /// Like [`observe`](Self::observe), for a URL that only one provider knows.
    pub fn observe_from(&mut self, provider: &Provider, verified: &Verified<'_>) {
        self.read(verified.body(), Some(provider));
    }

    /// Looks through the body of a batch: what an adapter or a [`Receiver`](crate::Receiver) gives.
    pub fn observe_batch(&mut self, batch: &Batch) {
        self.read(batch.body(), batch.provider());
    }

    /// What was found, sorted by provider and pointer.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// How often something was found that had no place among the entries any more.
    pub fn overflow(&self) -> u64 {
        self.overflow
    }

    /// How many bodies were looked at.
    pub fn observed(&self) -> u64 {
        self.observed
    }

    /// How many of them were not JSON, or of no known provider. What was found in such a body before it broke off counts.
    pub fn unread(&self) -> u64 {
        self.unread
    }

    /// Whether nothing was found: all bodies were read, and all that is in them is known.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.overflow == 0 && self.unread == 0
    }

    /// Adds what another one found.
    pub fn merge(&mut self, other: &Self) {
        for entry in &other.entries {
            self.add(entry.clone());
        }
        self.overflow = self.overflow.saturating_add(other.overflow);
        self.observed = self.observed.saturating_add(other.observed);
        self.unread = self.unread.saturating_add(other.unread);
    }

    fn read(&mut self, body: &[u8], provider: Option<&Provider>) {
        self.observed = self.observed.saturating_add(1);
        let complete = std::str::from_utf8(body).ok().and_then(|text| {
            let text = shape::without_mark(text);
            let provider = provider.cloned().or_else(|| members::provider(text))?;
            let root = KNOWN.root(&provider)?;
            walk::walk(text, root, |pointer, kind| self.add(Entry::new(provider.clone(), pointer, kind))).ok()
        });
        if complete.is_none() {
            self.unread = self.unread.saturating_add(1);
        }
    }

    fn add(&mut self, entry: Entry) {
        match self.entries.binary_search_by(|known| known.place().cmp(&entry.place())) {
            Ok(index) => {
                if let Some(known) = self.entries.get_mut(index) {
                    known.count = known.count.saturating_add(entry.count);
                }
            }
            Err(index) if self.entries.len() < Self::MOST_ENTRIES => self.entries.insert(index, entry),
            Err(_) => self.overflow = self.overflow.saturating_add(entry.count),
        }
    }
}

/// A table with one line for each entry, then what had no place in it. Empty when nothing was found.
impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = Lines { f, begun: false };
        if !self.entries.is_empty() {
            entry::write_table(&self.entries, &mut lines)?;
        }
        if self.overflow > 0 {
            lines.line(format_args!("{} more beyond the {} entries", self.overflow, Self::MOST_ENTRIES))?;
        }
        if self.unread > 0 {
            lines.line(format_args!("{} of {} bodies could not be read", self.unread, self.observed))?;
        }
        Ok(())
    }
}

/// Lines with a break between two, and none after the last.
struct Lines<'a, 'b> {
    f: &'a mut fmt::Formatter<'b>,
    begun: bool,
}

impl Lines<'_, '_> {
    fn line(&mut self, line: fmt::Arguments<'_>) -> fmt::Result {
        if std::mem::replace(&mut self.begun, true) {
            self.f.write_str("\n")?;
        }
        self.f.write_fmt(line)
    }
}
