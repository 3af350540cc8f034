//! Putting facts together.

use super::fact::{Fact, Failure, Moment, Stage};
use crate::record::record;

record! {
    /// What is known of a sent message. Fit to be stored as JSON and merged into again.
    #[derive(Eq, Default)]
    pub struct Delivery {}
    optional {
        /// How far it got.
        with_stage => pub stage: Stage,
        /// When it was made.
        with_created => pub created: Moment,
        /// When it was sent.
        with_sent => pub sent: Moment,
        /// When it failed.
        with_failed => pub failed: Moment,
        /// When it arrived. May be unknown although the message was read: the platform leaves it out when the `read`
        /// overtook the delivery report.
        with_delivered => pub delivered: Moment,
        /// When it was opened.
        with_read => pub read: Moment,
        /// Why it failed. Kept also when the message turned out to have arrived.
        with_failure => pub failure: Failure,
    }
}

/// What a fact changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Change {
    /// The stage before and after, if it moved.
    pub stage: Option<(Option<Stage>, Stage)>,
    /// Whether a time became known or better known.
    pub times: bool,
    /// Whether a reason of failure became known or better known.
    pub failure: bool,
}

impl Change {
    /// Whether the fact said nothing new.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether the message moved on.
    pub fn stage_changed(&self) -> bool {
        self.stage.is_some()
    }
}

impl Delivery {
    /// How far the message got; `None` before the first fact.
    pub fn stage(&self) -> Option<Stage> {
        self.stage
    }

    /// Whether it arrived. What was read did, whether or not a delivery report came.
    pub fn is_delivered(&self) -> bool {
        self.stage >= Some(Stage::Delivered)
    }

    /// Whether it was opened.
    pub fn is_read(&self) -> bool {
        self.stage == Some(Stage::Read)
    }

    /// Whether it did not arrive, as far as is known.
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
