//! The lines of `incs outbox` for machines. None of them holds the content of a message or a whole number.

use incs_facade::model::delivery::Stage;
use incs_facade::relay::store::{DecisionResult, OutboxEntry, OutboxId, OutboxState, Proof};
use schemars::JsonSchema;
use serde::Serialize;

/// A line of `outbox list`: the description of a message.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct MessageLine {
    /// Time of the last status query about the message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) asked_at: Option<String>,
    pub(super) attempts: u32,
    /// Time of the last change of the state.
    pub(super) changed_at: String,
    pub(super) channel: String,
    /// Person who decided about the message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) decided_by: Option<String>,
    pub(super) enqueued_at: String,
    /// True if the body was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) erased: Option<bool>,
    /// Description of the last failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<String>,
    /// Number of the message.
    pub(super) id: u64,
    /// Key that the program gave to the message.
    pub(super) key: String,
    /// Id of the provider; null if it is not known.
    pub(super) message_id: Option<String>,
    /// Time of the next attempt of a queued message. Absent while it waits for an earlier one to the same recipient.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next_at: Option<String>,
    /// Time after which the message is not sent any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) not_after: Option<String>,
    /// True if the message waits for earlier ones to the same recipient.
    pub(super) ordered: bool,
    /// Reason why the message counts as accepted: `reply`, `confirmed`, `likely` or `person`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) proof: Option<&'static str>,
    /// Reason in one word why the message is dead or expired.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<String>,
    /// Time of the first receipt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) receipt_at: Option<String>,
    /// Id of the provider in a late reply to an earlier attempt: the message was probably sent twice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) second_message_id: Option<String>,
    /// Time of the last attempt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sending_at: Option<String>,
    /// True if a person had the message sent again after an unknown outcome.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sent_again: Option<bool>,
    /// Stage of the delivery: `created`, `sent`, `failed`, `delivered` or `read`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) stage: Option<&'static str>,
    /// `queued`, `sending`, `accepted`, `rejected`, `dead`, `expired`, `cancelled`, `unknown`, `unresolved` or `abandoned`.
    pub(super) state: &'static str,
}

impl MessageLine {
    /// Returns the part of the line that people read besides the columns.
    pub(super) fn remark(&self) -> String {
        let cause = match (&self.reason, &self.error) {
            (Some(reason), Some(error)) => Some(format!("{reason}: {error}")),
            (reason, error) => reason.as_ref().or(error.as_ref()).cloned(),
        };
        let flag = |is_set: Option<bool>, word: &str| is_set.map(|_| word.to_owned());
        let twice = self.second_message_id.as_ref().map(|id| format!("probably sent twice, also as {id}"));
        let by = self.decided_by.as_ref().map(|by| format!("decided by {by}"));
        let stage = self.stage.map(str::to_owned);
        [stage, twice, flag(self.sent_again, "sent again"), by, flag(self.erased, "erased"), cause]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join("; ")
    }
}

impl From<OutboxEntry> for MessageLine {
    fn from(entry: OutboxEntry) -> Self {
        Self {
            asked_at: entry.asked_at.map(|at| at.to_string()),
            attempts: entry.attempts,
            changed_at: entry.changed_at.to_string(),
            channel: entry.channel,
            decided_by: entry.decided_by,
            enqueued_at: entry.enqueued_at.to_string(),
            erased: entry.is_erased.then_some(true),
            error: entry.error,
            id: entry.id.0,
            key: entry.key,
            message_id: entry.message_id,
            next_at: entry.next_at.map(|at| at.to_string()),
            not_after: entry.not_after.map(|at| at.to_string()),
            ordered: entry.is_ordered,
            proof: entry.proof.map(Proof::as_str),
            reason: entry.reason,
            receipt_at: entry.receipt_at.map(|at| at.to_string()),
            second_message_id: entry.second_message_id,
            sending_at: entry.sending_at.map(|at| at.to_string()),
            sent_again: entry.is_sent_again.then_some(true),
            stage: entry.stage.map(stage),
            state: entry.state.as_str(),
        }
    }
}

/// Returns the name of a stage.
fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Created => "created",
        Stage::Sent => "sent",
        Stage::Failed => "failed",
        Stage::Delivered => "delivered",
        Stage::Read => "read",
    }
}

/// The line of `outbox show`.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ShownLine {
    /// Content of the message without texts and whole numbers; null if it was erased.
    pub(super) body: Option<BodyLine>,
    /// Webhooks that may be about the message; only while its outcome is unknown.
    pub(super) evidence: Vec<EvidenceLine>,
    pub(super) message: MessageLine,
    /// Next step for a person.
    pub(super) next_step: String,
    /// Other messages to the same recipient to which the evidence may belong.
    pub(super) rivals: Vec<RivalLine>,
}

/// The content of a message, masked.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct BodyLine {
    /// Length of the JSON.
    pub(super) bytes: u64,
    /// Kind of the message; null if the JSON is not a message.
    pub(super) kind: Option<String>,
    /// Name of the template.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) template: Option<String>,
    /// Number of characters of the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) text_characters: Option<u64>,
    /// End of the recipient's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) to: Option<String>,
}

/// A webhook that may be about a message.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct EvidenceLine {
    /// Time in the webhook.
    pub(super) at: String,
    /// `confirmed` or `likely` if the webhook fits the message; null if it is about another one.
    pub(super) grade: Option<&'static str>,
    /// `message_created` or `receipt`.
    pub(super) kind: &'static str,
    /// Id of the provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) message_id: Option<String>,
    /// True if the recipient is the same; null if the webhook names none.
    pub(super) same_recipient: Option<bool>,
    /// True if the text is the same; null if it cannot be compared.
    pub(super) same_text: Option<bool>,
    /// Seconds after the attempt; negative before it.
    pub(super) seconds_after: f64,
}

/// Another message to which evidence may belong.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct RivalLine {
    pub(super) id: u64,
    pub(super) key: String,
    /// Time of its last attempt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sending_at: Option<String>,
    pub(super) state: &'static str,
}

/// A line of `outbox resolve` and `outbox cancel` for one message.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct DecisionLine {
    /// Number of the message.
    id: u64,
    /// Message that has the given id, with the result `id_taken`.
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<u64>,
    pub(super) result: DecisionWord,
    /// State of the message afterwards.
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'static str>,
}

/// The result of a decision about one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum DecisionWord {
    Done,
    NotFound,
    WrongState,
    IdTaken,
    Erased,
}

impl DecisionLine {
    /// Returns the line for a result. `state` is the state afterwards.
    pub(super) fn new(id: OutboxId, result: DecisionResult, state: Option<OutboxState>) -> Self {
        let line = |result| Self { id: id.0, owner: None, result, state: state.map(OutboxState::as_str) };
        match result {
            DecisionResult::Done => line(DecisionWord::Done),
            DecisionResult::NotFound => line(DecisionWord::NotFound),
            DecisionResult::WrongState(state) => Self { state: Some(state.as_str()), ..line(DecisionWord::WrongState) },
            DecisionResult::IdTaken(owner) => Self { owner: Some(owner.0), ..line(DecisionWord::IdTaken) },
            DecisionResult::Erased => line(DecisionWord::Erased),
        }
    }

    /// Returns the line for people. `done` is the action in the past tense.
    pub(super) fn text(&self, done: &str) -> String {
        let id = self.id;
        let state = self.state.unwrap_or_default();
        match self.result {
            DecisionWord::Done => format!("{id}  {state}"),
            DecisionWord::NotFound => format!("{id}  not found"),
            DecisionWord::WrongState => format!("{id}  not {done}: the message is {state}"),
            DecisionWord::IdTaken => {
                format!("{id}  not {done}: message {} has this id of the provider", self.owner.unwrap_or_default())
            }
            DecisionWord::Erased => format!("{id}  not {done}: the body was erased"),
        }
    }
}

/// A line of `outbox audit`: an accepted message without a receipt.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct GapLine {
    /// Time at which the message was accepted, or of a later change.
    pub(super) changed_at: String,
    pub(super) channel: String,
    /// Reason why the platform gave no answer, with the result `failed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<String>,
    /// Number of the message.
    pub(super) id: u64,
    pub(super) key: String,
    /// Id of the provider.
    pub(super) message_id: String,
    /// State of the message at the platform, with the result `found`: its webhook was lost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) message_status: Option<String>,
    pub(super) result: GapWord,
}

/// The platform's answer about an accepted message without a receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum GapWord {
    Found,
    NotFound,
    Failed,
    NotAsked,
}

/// The line of `outbox stats`.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct StatsLine {
    pub(super) abandoned: u64,
    pub(super) accepted: u64,
    pub(super) cancelled: u64,
    pub(super) dead: u64,
    pub(super) expired: u64,
    /// Time of the last `message_created` webhook; null if there was none. Without this webhook, unknown outcomes are never found out.
    pub(super) last_message_created: Option<String>,
    /// Time at which the oldest queued message was enqueued; null if none is queued.
    pub(super) oldest_queued: Option<String>,
    /// Seconds since then.
    pub(super) oldest_queued_seconds: Option<u64>,
    pub(super) queued: u64,
    pub(super) rejected: u64,
    pub(super) sending: u64,
    pub(super) unknown: u64,
    pub(super) unresolved: u64,
}

/// A state of messages on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum StateName {
    Queued,
    Sending,
    Accepted,
    Rejected,
    Dead,
    Expired,
    Cancelled,
    Unknown,
    Unresolved,
    Abandoned,
}

impl From<StateName> for OutboxState {
    fn from(name: StateName) -> Self {
        match name {
            StateName::Queued => Self::Queued,
            StateName::Sending => Self::Sending,
            StateName::Accepted => Self::Accepted,
            StateName::Rejected => Self::Rejected,
            StateName::Dead => Self::Dead,
            StateName::Expired => Self::Expired,
            StateName::Cancelled => Self::Cancelled,
            StateName::Unknown => Self::Unknown,
            StateName::Unresolved => Self::Unresolved,
            StateName::Abandoned => Self::Abandoned,
        }
    }
}
