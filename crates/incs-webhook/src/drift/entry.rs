//! One line of the report.

use std::fmt;

use incs_model::inbound::Provider;
use serde::Serialize;

use super::Lines;
use super::json_type::{JsonType, JsonTypes};

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
    /// A known member with a value of another type. What it belongs to may be malformed.
    OtherType {
        /// The types that are known here.
        expected: JsonTypes,
        /// The type that came.
        found: JsonType,
    },
    /// A kind of event, message or content that this version does not know. It is kept whole or raw on reading.
    UnknownKind {
        /// The kind, as it came; `…` if it does not look like a name.
        value: String,
    },
}

impl Entry {
    pub(super) fn new(provider: Provider, pointer: String, kind: Kind) -> Self {
        Self { provider, pointer, kind, count: 1 }
    }

    /// What makes it the same entry, and the order of entries.
    pub(super) fn place(&self) -> (&Provider, &str, &Kind) {
        (&self.provider, &self.pointer, &self.kind)
    }
}

/// `unknown member`, `expected a string, found a number`.
impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownMember => f.write_str("unknown member"),
            Self::OtherType { expected, found } => write!(f, "expected {expected}, found {found}"),
            Self::UnknownKind { value } => write!(f, "unknown kind {value}"),
        }
    }
}

/// Entries in columns, numbers to the right.
pub(super) fn write_table(entries: &[Entry], lines: &mut Lines<'_, '_>) -> fmt::Result {
    let widest =
        |heading: &str, width: &dyn Fn(&Entry) -> usize| entries.iter().map(width).fold(heading.len(), usize::max);
    let count = widest("count", &|entry| entry.count.checked_ilog10().map_or(1, |digits| digits as usize + 1));
    let from = widest("from", &|entry| entry.provider.as_str().len());
    let place = widest("where", &|entry| entry.pointer.chars().count());
    lines.line(format_args!("{:>count$}  {:<from$}  {:<place$}  what", "count", "from", "where"))?;
    for Entry { provider, pointer, kind, count: times } in entries {
        let provider = provider.as_str();
        lines.line(format_args!("{times:>count$}  {provider:<from$}  {pointer:<place$}  {kind}"))?;
    }
    Ok(())
}
