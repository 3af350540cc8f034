//! Reports members, types and kinds in bodies that this version does not know.
//!
//! The platforms do not announce changes. A [`Drift`] report counts unknown members and known members of another type, by JSON
//! pointer. It needs one pass over the body, so it can run for every delivery.
//!
//! ```
//! use incs_webhook::Delivery;
//! use incs_webhook::drift::Drift;
//!
//! # fn main() -> Result<(), incs_webhook::Rejection> {
//! let body = br#"{"event": "message_created", "message": {"id": true, "mood": "good", "type": 101}}"#;
//! let headers: [(&str, &str); 0] = [];
//! // In production, verify the delivery instead.
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
//! The known members come from the JSON Schemas of the received types. Where a schema has alternatives, the members of all of them
//! are known: a `text` in a message of type `image` is not drift. A missing member is drift only if the object cannot be read without
//! it. Values are not inspected, except the kinds of unions and numbers that are too large or negative. Nothing is inspected below an
//! unknown member. The entries include every member that is absent because it could not be read. Content without a documented form,
//! such as type 110 of `message_created`, is reported member by member.

mod json_type;
mod walk;

use std::fmt;

use incs_model::inbound::Provider;
use serde::Serialize;

pub use self::json_type::{JsonType, JsonTypes};

use crate::item::Batch;
use crate::members;
use crate::parse::Verified;
use crate::shape::unmarked;

/// A report of unknown members, types and kinds in bodies, with counts.
///
/// `Display` writes a table for people, `Serialize` the same data for programs. Neither contains values of customers, and names and
/// kinds only if they look like names of members.
///
/// With several receiving tasks, keep the report behind a mutex, or one report per task and [`merge`](Self::merge) them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Drift {
    /// Sorted by place.
    entries: Vec<DriftEntry>,
    overflow: u64,
    observed: u64,
    unread: u64,
}

impl Drift {
    /// The largest number of entries. Findings beyond it are counted in [`overflow`](Self::overflow).
    pub const MAX_ENTRIES: usize = 256;

    /// Creates an empty report.
    pub fn new() -> Self {
        Self::default()
    }

    /// Inspects a body. The provider is found from its members.
    pub fn observe(&mut self, verified: &Verified<'_>) {
        self.read(verified.body(), None);
    }

    /// Inspects a body of a given provider, for a URL that only one provider uses.
    pub fn observe_from(&mut self, provider: &Provider, verified: &Verified<'_>) {
        self.read(verified.body(), Some(provider));
    }

    /// Inspects the body of a batch, as returned by an adapter or a [`Receiver`](crate::Receiver).
    pub fn observe_batch(&mut self, batch: &Batch) {
        self.read(batch.body(), batch.provider());
    }

    /// Returns the entries, sorted by provider and pointer.
    pub fn entries(&self) -> &[DriftEntry] {
        &self.entries
    }

    /// Returns the number of findings beyond [`MAX_ENTRIES`](Self::MAX_ENTRIES).
    pub fn overflow(&self) -> u64 {
        self.overflow
    }

    /// Returns the number of inspected bodies.
    pub fn observed(&self) -> u64 {
        self.observed
    }

    /// Returns the number of bodies that were not JSON or of no known provider. Findings before the end of a truncated body are
    /// included in the entries.
    pub fn unread(&self) -> u64 {
        self.unread
    }

    /// Returns true if all bodies were read and everything in them is known.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.overflow == 0 && self.unread == 0
    }

    /// Adds the findings of another report.
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
        let complete = std::str::from_utf8(unmarked(body)).ok().and_then(|text| {
            let provider = provider.cloned().or_else(|| members::provider(text))?;
            let root = walk::root(&provider)?;
            walk::walk(text, root, |pointer, kind| {
                self.add(DriftEntry { provider: provider.clone(), pointer, kind, count: 1 });
            })
            .ok()
        });
        if complete.is_none() {
            self.unread = self.unread.saturating_add(1);
        }
    }

    fn add(&mut self, entry: DriftEntry) {
        match self.entries.binary_search_by(|known| known.place().cmp(&entry.place())) {
            Ok(index) => {
                if let Some(known) = self.entries.get_mut(index) {
                    known.count = known.count.saturating_add(entry.count);
                }
            }
            Err(index) if self.entries.len() < Self::MAX_ENTRIES => self.entries.insert(index, entry),
            Err(_) => self.overflow = self.overflow.saturating_add(entry.count),
        }
    }
}

/// A finding of a [`Drift`] report and its count.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub struct DriftEntry {
    /// The provider of the bodies.
    pub provider: Provider,
    /// The JSON pointer of the member, with `*` for the index in a list. JSON inside a string is addressed as if it were in place of
    /// the string. A name that may be a customer's number is replaced by `…`.
    pub pointer: String,
    /// The kind of the finding.
    #[serde(flatten)]
    pub kind: DriftKind,
    /// The number of occurrences. Each element of a list counts.
    pub count: u64,
}

/// The kind of a finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum DriftKind {
    /// A member that this version does not know. It is skipped or kept raw when read.
    UnknownMember,
    /// A known member with a value of another type. It may still be readable, like digits in a string. Otherwise it is absent, and
    /// an object that requires it is malformed.
    OtherType {
        /// The known types of the member.
        expected: JsonTypes,
        /// The received type.
        found: JsonType,
    },
    /// A known member of a known type with an unreadable value: a number that is too large or negative, a text in place of digits, or
    /// an object without a required member or without any. An optional member is then absent; otherwise the object that contains it may
    /// be malformed.
    OtherForm {
        /// The expected form in words: `a whole number from 0`, `the member url`.
        expected: String,
    },
    /// A kind of event, message or content that this version does not know. It is kept whole or raw when read.
    UnknownKind {
        /// The kind as received, or `…` if it does not look like a name.
        value: String,
    },
}

impl DriftEntry {
    /// Returns the identity of the entry, which also orders the entries.
    fn place(&self) -> (&Provider, &str, &DriftKind) {
        (&self.provider, &self.pointer, &self.kind)
    }
}

/// Writes a table with one line per entry, then the counts of overflow and unread bodies. Empty if nothing was found.
impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = if self.entries.is_empty() { Vec::new() } else { table(&self.entries) };
        if self.overflow > 0 {
            lines.push(format!("{} more beyond the {} entries", self.overflow, Self::MAX_ENTRIES));
        }
        if self.unread > 0 {
            lines.push(format!("{} of {} bodies could not be read", self.unread, self.observed));
        }
        f.write_str(&lines.join("\n"))
    }
}

/// Formats entries in columns, with the counts aligned to the right.
fn table(entries: &[DriftEntry]) -> Vec<String> {
    let widest =
        |heading: &str, width: &dyn Fn(&DriftEntry) -> usize| entries.iter().map(width).fold(heading.len(), usize::max);
    let count = widest("count", &|entry| entry.count.to_string().len());
    let from = widest("from", &|entry| entry.provider.as_str().len());
    let place = widest("where", &|entry| entry.pointer.chars().count());
    let heading = format!("{:>count$}  {:<from$}  {:<place$}  what", "count", "from", "where");
    let line = |DriftEntry { provider, pointer, kind, count: times }: &DriftEntry| {
        format!("{times:>count$}  {:<from$}  {pointer:<place$}  {kind}", provider.as_str())
    };
    std::iter::once(heading).chain(entries.iter().map(line)).collect()
}

/// Writes a phrase such as `unknown member` or `expected a string, found a number`.
impl fmt::Display for DriftKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownMember => f.write_str("unknown member"),
            Self::OtherType { expected, found } => write!(f, "expected {expected}, found {found}"),
            Self::OtherForm { expected } => write!(f, "expected {expected}"),
            Self::UnknownKind { value } => write!(f, "unknown kind {value}"),
        }
    }
}
