//! What the platform said of many messages.

use incs_model::id::MessageId;
use incs_model::status::MessageStatus;

/// What the platform said of many messages, in the order in which they were asked for.
///
/// Of several rows about one message the last counts. A row about a message that its query did not ask for is left out and only
/// counted.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StatusReport {
    answered: Vec<MessageStatus>,
    unanswered: Vec<MessageId>,
    strays: usize,
    /// The places of `answered`, in the order of their ids, for the lookup.
    by_id: Vec<usize>,
}

impl StatusReport {
    pub(super) fn new(answered: Vec<MessageStatus>, unanswered: Vec<MessageId>, strays: usize) -> Self {
        let mut by_id: Vec<_> = (0..answered.len()).collect();
        by_id.sort_by_key(|at| answered.get(*at).map(|row| &row.message_id));
        Self { answered, unanswered, strays, by_id }
    }

    /// What became of each message that the platform answered for.
    pub fn answered(&self) -> &[MessageStatus] {
        &self.answered
    }

    /// What became of each message that the platform answered for, to keep.
    pub fn into_answered(self) -> Vec<MessageStatus> {
        self.answered
    }

    /// The messages that the platform left out of its answer: it may be some minutes behind, or not know them.
    pub fn unanswered(&self) -> &[MessageId] {
        &self.unanswered
    }

    /// What became of one message. The search takes a few comparisons, however long the report is.
    pub fn get(&self, id: &MessageId) -> Option<&MessageStatus> {
        let row = |at: usize| self.answered.get(at);
        let found = self.by_id.binary_search_by(|at| row(*at).map(|row| &row.message_id).cmp(&Some(id)));
        found.ok().and_then(|found| self.by_id.get(found)).and_then(|at| row(*at))
    }

    /// How many messages the platform answered for although they were not asked for. Anything but 0 is worth a question to the
    /// platform: ids may have changed on the way.
    pub fn unasked(&self) -> usize {
        self.strays
    }
}
