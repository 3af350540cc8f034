//! The state machine of a sent message.
//!
//! Receipts come late, twice and in any order, from webhooks and from the status query. [`Delivery::merge`] puts them
//! together: the same facts give the same end state in every order, nothing ever goes back, and times once known stay.
//!
//! ```
//! use incs_model::delivery::{Delivery, Fact, Stage};
//! use incs_model::event::MessageStatusUpdate;
//! use incs_model::status::State;
//!
//! let read = MessageStatusUpdate::new("wamid.HBgN", State::Read);
//! let sent = MessageStatusUpdate::new("wamid.HBgN", State::Sent);
//!
//! let mut delivery = Delivery::default();
//! assert!(delivery.merge(&Fact::from(&read)).stage_changed());
//! assert!(delivery.merge(&Fact::from(&sent)).is_empty()); // came late, says nothing new
//! assert_eq!(delivery.stage(), Some(Stage::Read));
//! assert!(delivery.is_delivered());
//! ```

mod sources;

use incs_model_derive::{WireStruct, skip_serializing_none};
use serde::{Deserialize, Serialize};

use crate::id::{IncsMessageId, MessageId};
use crate::party::Party;
use crate::time::Timestamp;

/// How far a message got. Later stages include the earlier ones: what was read was delivered.
///
/// `Failed` comes before `Delivered`: proof that a message arrived outweighs a report that it did not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Stage {
    /// Accepted, not yet sent on.
    Created,
    /// Sent on to the customer.
    Sent,
    /// Did not arrive.
    Failed,
    /// Arrived.
    Delivered,
    /// Was opened.
    Read,
}

/// Who says when something happened. The query is asked about the message itself; a webhook may carry the time of its own
/// receipt, so it counts less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Witness {
    /// The status query.
    Query,
    /// A webhook.
    Webhook,
}

impl crate::masked::Masked for Stage {}
impl crate::masked::Masked for Witness {}

/// A time, and who says so. The smaller one counts: the better witness, then the earlier time.
#[derive(Clone, PartialEq, Copy, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Moment {
    /// Who says so.
    pub witness: Witness,
    /// The time.
    #[serde(deserialize_with = "crate::time::read_timestamp")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::time::TimestampSchema"))]
    pub at: Timestamp,
}

/// Why a message failed, in the provider's words.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Failure {
    /// The provider's number: Meta's, or Exotel's.
    pub code: Option<i64>,
    /// The provider's name for it, like `EX_SYSTEM_ERROR`.
    pub name: Option<String>,
    /// A text for people.
    pub text: Option<String>,
}

/// What one receipt or one row of a query says of a message.
///
/// Made from what came: `Fact::from(&update)`, [`Fact::of_event`]. Look the message up by `message_id`, then
/// [`merge`](Delivery::merge). Of a message to a group, keep one [`Delivery`] for each [`recipient`](Self::recipient).
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Fact {
    /// The message, as its provider numbers it. Absent where the provider has not taken the message yet.
    pub message_id: Option<MessageId>,
    /// The message, as INCS numbers it.
    pub incs_id: Option<IncsMessageId>,
    /// The recipient, where the receipt says so. The receipts of a group message differ by it.
    pub recipient: Option<Party>,
    /// How far it got. Absent for a state that this version does not know: such a fact moves nothing.
    pub stage: Option<Stage>,
    /// When it was made.
    pub created: Option<Moment>,
    /// The time it was sent.
    pub sent: Option<Moment>,
    /// When it failed.
    pub failed: Option<Moment>,
    /// When it arrived.
    pub delivered: Option<Moment>,
    /// When it was opened.
    pub read: Option<Moment>,
    /// The reason of a failure.
    pub failure: Option<Failure>,
}

impl Fact {
    /// Puts the time of the fact at its stage.
    fn at(mut self, moment: Option<Moment>) -> Self {
        match self.stage {
            Some(Stage::Created) => self.created = moment,
            Some(Stage::Sent) => self.sent = moment,
            Some(Stage::Failed) => self.failed = moment,
            Some(Stage::Delivered) => self.delivered = moment,
            Some(Stage::Read) => self.read = moment,
            None => {}
        }
        self
    }
}

/// What is known of a sent message. Fit to be stored as JSON and merged into again.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Delivery {
    /// How far it got.
    pub stage: Option<Stage>,
    /// When it was made.
    pub created: Option<Moment>,
    /// The time it was sent.
    pub sent: Option<Moment>,
    /// When it failed.
    pub failed: Option<Moment>,
    /// When it arrived. May be unknown although the message was read: the platform leaves it out when the `read`
    /// overtook the delivery report.
    pub delivered: Option<Moment>,
    /// When it was opened.
    pub read: Option<Moment>,
    /// The reason of a failure. Kept also when the message turned out to have arrived.
    pub failure: Option<Failure>,
}

/// The changes that a fact made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Change {
    /// The stage before and after, if it moved.
    pub stage: Option<(Option<Stage>, Stage)>,
    /// True when a time became known or better known.
    pub times: bool,
    /// True when a reason of failure became known or better known.
    pub failure: bool,
}

impl Change {
    /// Returns true when the fact said nothing new.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Returns true when the message moved on.
    pub fn stage_changed(&self) -> bool {
        self.stage.is_some()
    }
}

impl Delivery {
    /// Returns the stage that the message reached; `None` before the first fact.
    pub fn stage(&self) -> Option<Stage> {
        self.stage
    }

    /// Returns true when the message arrived. What was read did, even without a delivery report.
    pub fn is_delivered(&self) -> bool {
        self.stage >= Some(Stage::Delivered)
    }

    /// Returns true when the message was opened.
    pub fn is_read(&self) -> bool {
        self.stage == Some(Stage::Read)
    }

    /// Returns true when the message did not arrive, as far as is known.
    pub fn is_failed(&self) -> bool {
        self.stage == Some(Stage::Failed)
    }

    /// Takes in one fact, and says what it changed.
    ///
    /// The order of facts does not matter, nor does it matter how often the same one comes: of two stages the later one
    /// stays, of two times the one of the better witness, then the earlier one, of two reasons the fuller one.
    pub fn merge(&mut self, fact: &Fact) -> Change {
        let mut change = Change::default();
        if let Some(stage) = fact.stage.filter(|&stage| self.stage < Some(stage)) {
            change.stage = Some((self.stage, stage));
            self.stage = Some(stage);
        }
        for (known, told) in [
            (&mut self.created, fact.created),
            (&mut self.sent, fact.sent),
            (&mut self.failed, fact.failed),
            (&mut self.delivered, fact.delivered),
            (&mut self.read, fact.read),
        ] {
            change.times |= keep_better(known, told, |moment| *moment);
        }
        change.failure = keep_better(&mut self.failure, fact.failure.clone(), rank);
        change
    }
}

/// Fuller reasons first; among equals any fixed order will do.
fn rank(failure: &Failure) -> (bool, bool, bool, Failure) {
    (failure.code.is_none(), failure.name.is_none(), failure.text.is_none(), failure.clone())
}

/// Keeps the smaller of both, and says whether that is the new one.
fn keep_better<T, K: Ord>(known: &mut Option<T>, told: Option<T>, key: impl Fn(&T) -> K) -> bool {
    let Some(told) = told else { return false };
    let better = known.as_ref().is_none_or(|known| key(&told) < key(known));
    if better {
        *known = Some(told);
    }
    better
}
