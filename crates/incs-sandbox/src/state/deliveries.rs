//! Webhook deliveries with their attempts, and the lanes that keep their order.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use bytes::Bytes;
use incs_model::Timestamp;
use incs_model::time::TimestampSchema;
use schemars::JsonSchema;
use serde::Serialize;

use super::exchanges::text;
use super::log::Weigh;

/// Most attempts that one delivery keeps; after that it is not posted again.
pub(crate) const MOST_ATTEMPTS: usize = 32;

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Progress {
    /// It waits for its time, or for its next attempt.
    Pending,
    /// The receiver answered 2xx.
    Delivered,
    /// No attempt is left.
    Failed,
    /// A fault, a reset or the bound of memory took it.
    Dropped,
}

/// One webhook delivery with all its attempts.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Delivery {
    pub(crate) number: u64,
    /// The subscription, by id.
    pub(crate) subscription: u64,
    pub(crate) url: Arc<str>,
    /// The kind of event, like `message_status_update`.
    pub(crate) event: String,
    /// The message that it is about, by number.
    pub(crate) message: Option<u64>,
    #[schemars(with = "TimestampSchema")]
    pub(crate) created_at: Timestamp,
    #[serde(serialize_with = "text")]
    #[schemars(with = "String")]
    pub(crate) body: Bytes,
    pub(crate) progress: Progress,
    /// When it is posted next, or again.
    #[schemars(with = "Option<TimestampSchema>")]
    pub(crate) next_at: Option<Timestamp>,
    pub(crate) attempts: Vec<Attempt>,
    /// The faults that were applied, in words.
    pub(crate) faults: Vec<String>,
    /// Makes the signature wrong.
    #[serde(skip)]
    pub(crate) spoil_signature: bool,
    /// Posts it once more after the receiver accepted it.
    #[serde(skip)]
    pub(crate) repeat: bool,
    /// Tries of this round; posting it again by hand begins a new one.
    #[serde(skip)]
    pub(crate) tries: u32,
    /// Tells it from one of the same number after a reset.
    #[serde(skip)]
    pub(crate) mark: Arc<()>,
}

/// One try to post it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Attempt {
    #[schemars(with = "TimestampSchema")]
    pub(crate) at: Timestamp,
    pub(crate) micros: u64,
    /// The URL with what the scheme added; secrets are masked.
    pub(crate) url: String,
    /// The headers that the scheme added; secrets are masked.
    pub(crate) headers: Vec<(String, String)>,
    /// The status of the reply.
    pub(crate) status: Option<u16>,
    /// Why there was none.
    pub(crate) error: Option<String>,
}

impl Attempt {
    /// Returns whether the receiver accepted it.
    pub(crate) fn is_taken(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }

    pub(crate) fn weight(&self) -> usize {
        let headers: usize = self.headers.iter().map(|(name, value)| name.len() + value.len() + 48).sum();
        self.url.len() + headers + 128
    }
}

impl Weigh for Delivery {
    fn weight(&self) -> usize {
        self.body.len() + 512 + self.attempts.iter().map(Attempt::weight).sum::<usize>()
    }
}

/// Posts to one subscription that run side by side.
const WIDTH: u64 = 16;

/// Deliveries of one lane are posted one after the other: all of a message to a subscription are in one lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Lane {
    subscription: u64,
    index: u64,
}

impl Lane {
    pub(crate) fn of(delivery: &Delivery) -> Self {
        Self { subscription: delivery.subscription, index: delivery.message.unwrap_or_default() % WIDTH }
    }
}

/// The lanes that are busy, with what waits in each. What waits is in the log of deliveries, so its bound is theirs.
#[derive(Debug, Default)]
pub(crate) struct Lanes(HashMap<Lane, VecDeque<u64>>);

impl Lanes {
    /// Enters a delivery, and says whether the lane was free: then it is to be posted now.
    pub(crate) fn enter(&mut self, lane: Lane, delivery: u64) -> bool {
        if let Some(waiting) = self.0.get_mut(&lane) {
            waiting.push_back(delivery);
            return false;
        }
        self.0.insert(lane, VecDeque::new());
        true
    }

    /// Returns the next delivery of a lane; without one the lane is free.
    pub(crate) fn advance(&mut self, lane: Lane) -> Option<u64> {
        let next = self.0.get_mut(&lane)?.pop_front();
        if next.is_none() {
            self.0.remove(&lane);
        }
        next
    }

    /// Takes out all that waits. The lanes that are busy stay so.
    pub(crate) fn clear(&mut self) {
        self.0.values_mut().for_each(VecDeque::clear);
    }

    /// Takes out a delivery that is forgotten.
    pub(crate) fn forget(&mut self, lane: Lane, delivery: u64) {
        if let Some(waiting) = self.0.get_mut(&lane) {
            // The oldest is forgotten first, and it is mostly the next one here.
            if waiting.front() == Some(&delivery) {
                waiting.pop_front();
            } else {
                waiting.retain(|known| *known != delivery);
            }
        }
    }
}
