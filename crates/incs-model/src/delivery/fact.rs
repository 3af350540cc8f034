//! What one receipt or query says of a message.

use serde::{Deserialize, Serialize};

use crate::id::{IncsMessageId, MessageId};
use crate::masked::shown;
use crate::record::record;
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

shown!(Stage, Witness);

record! {
    /// A time, and who says so. The smaller one counts: the better witness, then the earlier time.
    #[derive(Copy, Eq, PartialOrd, Ord, Hash)]
    pub struct Moment {
        /// Who says so.
        pub witness: Witness,
        /// The time.
        #[serde(deserialize_with = "crate::time::read_timestamp")]
        #[cfg_attr(feature = "schema", schemars(with = "crate::time::TimestampSchema"))]
        pub at: Timestamp,
    }
}

record! {
    /// Why a message failed, in the provider's words.
    #[derive(Eq, PartialOrd, Ord, Hash)]
    pub struct Failure {}
    optional {
        /// The provider's number: Meta's, or Exotel's.
        with_code => pub code: i64,
        /// The provider's name for it, like `EX_SYSTEM_ERROR`.
        with_name => pub name: String,
        /// A text for people.
        with_text => pub text: String,
    }
}

record! {
    /// What one receipt or one row of a query says of a message.
    ///
    /// Made from what came: `Fact::from(&update)`, [`Fact::of_event`]. Look the message up by `message_id`, then
    /// [`merge`](super::Delivery::merge).
    pub struct Fact {}
    optional {
        /// The message, as its provider numbers it. Absent where the provider has not taken the message yet.
        with_message_id => pub message_id: MessageId,
        /// The message, as INCS numbers it.
        with_incs_id => pub incs_id: IncsMessageId,
        /// How far it got. Absent for a state that this version does not know: such a fact moves nothing.
        with_stage => pub stage: Stage,
        /// When it was made.
        with_created => pub created: Moment,
        /// When it was sent.
        with_sent => pub sent: Moment,
        /// When it failed.
        with_failed => pub failed: Moment,
        /// When it arrived.
        with_delivered => pub delivered: Moment,
        /// When it was opened.
        with_read => pub read: Moment,
        /// Why it failed.
        with_failure => pub failure: Failure,
    }
}

impl Fact {
    /// Puts the time of the fact at its stage.
    pub(super) fn at(mut self, moment: Option<Moment>) -> Self {
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
