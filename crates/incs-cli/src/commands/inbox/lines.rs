//! The lines of `incs inbox` and `incs relay` for machines. None of them holds personal data.

use std::fmt::Write as _;

use incs_facade::relay::store::{InboxItem, ItemId, ItemState, OperatorResult};
use schemars::JsonSchema;
use serde::Serialize;

/// A line of `inbox list` and `inbox show`: the description of an item.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ItemLine {
    pub(super) attempts: u32,
    /// `message`, `receipt`, `event`, or `unparsed` for an item that was not understood.
    class: &'static str,
    /// Deduplication key in hex.
    pub(super) dedup_key: String,
    /// First item of the same message, which is handled in place of this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    duplicate_of: Option<u64>,
    /// True if the bytes were erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    erased: Option<bool>,
    /// Description of the last failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<String>,
    /// Number of the item.
    pub(super) id: u64,
    pub(super) kind: String,
    /// Time of the next attempt of a failed item, or of the end of the lease of a leased one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next_at: Option<String>,
    /// Reason in one word why the item is a dead letter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<String>,
    pub(super) received_at: String,
    /// Item that this one replays.
    #[serde(skip_serializing_if = "Option::is_none")]
    replay_of: Option<u64>,
    /// `stored`, `leased`, `done`, `failed` or `dead`.
    pub(super) state: &'static str,
}

impl ItemLine {
    /// Returns the part of the line that people read besides the columns.
    pub(super) fn remark(&self) -> String {
        let relation = |word: &str, item: Option<u64>| item.map(|item| format!("{word} {item}"));
        let cause = match (&self.reason, &self.error) {
            (Some(reason), Some(error)) => Some(format!("{reason}: {error}")),
            (reason, error) => reason.as_ref().or(error.as_ref()).cloned(),
        };
        let erased = self.erased.map(|_| "erased".to_owned());
        let (duplicate, replay) = (relation("duplicate of", self.duplicate_of), relation("replay of", self.replay_of));
        [duplicate, replay, erased, cause].into_iter().flatten().collect::<Vec<_>>().join("; ")
    }
}

impl From<InboxItem> for ItemLine {
    fn from(item: InboxItem) -> Self {
        Self {
            attempts: item.attempts,
            class: item.class.as_str(),
            dedup_key: hex(&item.dedup_key),
            duplicate_of: item.duplicate_of.map(|id| id.0),
            erased: item.is_erased.then_some(true),
            error: item.error,
            id: item.id.0,
            kind: item.kind,
            next_at: item.next_at.map(|at| at.to_string()),
            reason: item.reason,
            received_at: item.received_at.to_string(),
            replay_of: item.replay_of.map(|id| id.0),
            state: item.state.as_str(),
        }
    }
}

/// Returns a deduplication key as text.
pub(super) fn hex(key: &[u8; 32]) -> String {
    key.iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing into a string never fails.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A line of `inbox retry`, `inbox dead-letter` and `inbox replay` for one item.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ResultLine {
    /// Number of the item.
    id: u64,
    /// Number of the new item, with the result `replayed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    replayed_as: Option<u64>,
    pub(super) result: ResultWord,
    /// State of the item, with the result `wrong_state`.
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'static str>,
}

/// The result of an action on one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum ResultWord {
    Done,
    Replayed,
    NotFound,
    WrongState,
    Erased,
}

impl ResultLine {
    pub(super) fn new(id: ItemId, result: OperatorResult) -> Self {
        let line = |result| Self { id: id.0, replayed_as: None, result, state: None };
        match result {
            OperatorResult::Done => line(ResultWord::Done),
            OperatorResult::Replayed(new) => Self { replayed_as: Some(new.0), ..line(ResultWord::Replayed) },
            OperatorResult::NotFound => line(ResultWord::NotFound),
            OperatorResult::WrongState(state) => Self { state: Some(state.as_str()), ..line(ResultWord::WrongState) },
            OperatorResult::Erased => line(ResultWord::Erased),
        }
    }

    /// Returns the line for people. `done` is the action in the past tense.
    pub(super) fn text(&self, done: &str) -> String {
        let id = self.id;
        match (self.result, self.replayed_as, self.state) {
            (ResultWord::Done, ..) => format!("{id}  {done}"),
            (ResultWord::Replayed, new, _) => format!("{id}  {done} as {}", new.unwrap_or_default()),
            (ResultWord::NotFound, ..) => format!("{id}  not found"),
            (ResultWord::WrongState, _, state) => {
                format!("{id}  not {done}: the item is {}", state.unwrap_or_default())
            }
            (ResultWord::Erased, ..) => format!("{id}  not {done}: the item was erased"),
        }
    }
}

/// The line of `inbox erase`.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ErasedLine {
    /// Number of items that were erased now.
    pub(super) erased: u64,
}

/// The line of `inbox stats`.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct StatsLine {
    /// Conversations that wait after a failure. Their later items wait too.
    pub(super) blocked: u64,
    /// Time since which the first of them waits; null if no key waits.
    pub(super) blocked_since: Option<String>,
    /// Size of the store in bytes.
    pub(super) bytes: Option<u64>,
    /// Dead letters.
    pub(super) dead: u64,
    /// All items.
    pub(super) items: u64,
    /// Conversations of which items are being handled.
    pub(super) leased: u64,
    /// Time of arrival of the oldest open item; null if no item is open.
    pub(super) oldest_open: Option<String>,
    /// Seconds since then.
    pub(super) oldest_open_seconds: Option<u64>,
    /// Items that wait for their turn, are being handled, or wait for the next attempt.
    pub(super) open: u64,
    /// Messages that wait to be sent.
    pub(super) queued: u64,
}

/// The line of `relay migrate`.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct MigratedLine {
    /// Schema after the migration.
    pub(crate) after: u32,
    /// Schema before the migration, 0 for a new store.
    pub(crate) before: u32,
}

/// The line of `relay vacuum`.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct VacuumedLine {
    /// Size in bytes afterwards.
    pub(crate) bytes_after: Option<u64>,
    /// Size in bytes before.
    pub(crate) bytes_before: Option<u64>,
}

/// A state of items on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum StateName {
    Stored,
    Leased,
    Done,
    Failed,
    Dead,
}

impl From<StateName> for ItemState {
    fn from(name: StateName) -> Self {
        match name {
            StateName::Stored => Self::Stored,
            StateName::Leased => Self::Leased,
            StateName::Done => Self::Done,
            StateName::Failed => Self::Failed,
            StateName::Dead => Self::Dead,
        }
    }
}
