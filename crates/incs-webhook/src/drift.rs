//! What bodies say beyond what this version knows.
//!
//! The platforms change without a word. [`Drift`] tells what changed: which members of a body this version does not know, and
//! which known ones have another type, by JSON pointer and counted. It is cheap enough for every delivery: one pass over the
//! body.
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
//! message of type `image` holds a `text` is no drift. A missing member is drift only where nothing is read without it. Values are
//! not looked at, save the kinds of unions and numbers that are too large or below 0, and nothing is looked at below an unknown
//! member. So whatever could not be read and is absent for that is among the entries. A content whose form nobody describes, as of type 110 in
//! `message_created`, is reported member by member.

mod json_type;
mod walk;

use std::fmt;

use incs_model::inbound::Provider;
use serde::Serialize;

pub use self::json_type::{JsonType, JsonTypes};

use crate::item::Batch;
use crate::members;
use crate::parse::Verified;
use crate::shape::without_mark;

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
            let text = without_mark(text);
            let provider = provider.cloned().or_else(|| members::provider(text))?;
            let root = walk::root(&provider)?;
            walk::walk(text, root, |pointer, kind| {
                self.add(Entry { provider: provider.clone(), pointer, kind, count: 1 });
            })
            .ok()
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

/// Something that this version does not know, and how often it was found.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub struct Entry {
    /// Whose bodies it was found in.
    pub provider: Provider,
    /// JSON pointer of the member, with `*` for the index in a list. What stands in a string that holds JSON is named as if it
    /// stood in place of the string. A name that may be no member's name but a customer's number is `…`.
    pub pointer: String,
    /// What it is.
    #[serde(flatten)]
    pub kind: Kind,
    /// How often it was found; in a list each element counts.
    pub count: u64,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Kind {
    /// A member that this version does not know. It is skipped or kept raw on reading.
    UnknownMember,
    /// A known member with a value of another type. It may be read all the same, as digits in a string are; otherwise it is
    /// absent, and where it must be there, what it belongs to is malformed.
    OtherType {
        /// The types that are known here.
        expected: JsonTypes,
        /// The type that came.
        found: JsonType,
    },
    /// A known member of a known type whose value is not read all the same: a number that is too large or below 0, a text where
    /// digits are read, an object without a member that it needs, or without any. What it belongs to may be malformed; a member that may be absent
    /// is.
    OtherForm {
        /// The expected form, in words: `a whole number from 0`, `the member url`.
        expected: String,
    },
    /// A kind of event, message or content that this version does not know. It is kept whole or raw on reading.
    UnknownKind {
        /// The kind, as it came; `…` if it does not look like a name.
        value: String,
    },
}

impl Entry {
    /// What makes it the same entry, and the order of entries.
    fn place(&self) -> (&Provider, &str, &Kind) {
        (&self.provider, &self.pointer, &self.kind)
    }
}

/// A table with one line for each entry, then what had no place in it. Empty when nothing was found.
impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = if self.entries.is_empty() { Vec::new() } else { table(&self.entries) };
        if self.overflow > 0 {
            lines.push(format!("{} more beyond the {} entries", self.overflow, Self::MOST_ENTRIES));
        }
        if self.unread > 0 {
            lines.push(format!("{} of {} bodies could not be read", self.unread, self.observed));
        }
        f.write_str(&lines.join("\n"))
    }
}

/// Entries in columns, numbers to the right.
fn table(entries: &[Entry]) -> Vec<String> {
    let widest =
        |heading: &str, width: &dyn Fn(&Entry) -> usize| entries.iter().map(width).fold(heading.len(), usize::max);
    let count = widest("count", &|entry| entry.count.to_string().len());
    let from = widest("from", &|entry| entry.provider.as_str().len());
    let place = widest("where", &|entry| entry.pointer.chars().count());
    let heading = format!("{:>count$}  {:<from$}  {:<place$}  what", "count", "from", "where");
    let line = |Entry { provider, pointer, kind, count: times }: &Entry| {
        format!("{times:>count$}  {:<from$}  {pointer:<place$}  {kind}", provider.as_str())
    };
    std::iter::once(heading).chain(entries.iter().map(line)).collect()
}

/// `unknown member`, `expected a string, found a number`.
impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownMember => f.write_str("unknown member"),
            Self::OtherType { expected, found } => write!(f, "expected {expected}, found {found}"),
            Self::OtherForm { expected } => write!(f, "expected {expected}"),
            Self::UnknownKind { value } => write!(f, "unknown kind {value}"),
        }
    }
}
