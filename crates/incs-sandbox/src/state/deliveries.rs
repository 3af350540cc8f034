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

/// The most attempts of one delivery; after that it is not posted again.
pub(crate) const MAX_ATTEMPTS: usize = 32;

/// The progress of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Progress {
    /// It waits for its first or next attempt.
    Pending,
    /// The receiver answered 2xx.
    Delivered,
    /// No attempt is left.
    Failed,
    /// A fault, a reset or the memory limit removed it.
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
    /// The number of the message it is about.
    pub(crate) message: Option<u64>,
    #[schemars(with = "TimestampSchema")]
    pub(crate) created_at: Timestamp,
    #[serde(serialize_with = "text")]
    #[schemars(with = "String")]
    pub(crate) body: Bytes,
    pub(crate) progress: Progress,
    /// The time of the next attempt.
    #[schemars(with = "Option<TimestampSchema>")]
    pub(crate) next_at: Option<Timestamp>,
    pub(crate) attempts: Vec<Attempt>,
    /// The names of the faults that were applied.
    pub(crate) faults: Vec<String>,
    /// Posts it with a wrong signature.
    #[serde(skip)]
    pub(crate) bad_signature: bool,
    /// Posts it once more after the receiver accepted it.
    #[serde(skip)]
    pub(crate) repeat: bool,
    /// Tries of this round; posting it again by hand begins a new round.
    #[serde(skip)]
    pub(crate) tries: u32,
    /// Distinguishes it from a delivery with the same number after a reset.
    #[serde(skip)]
    pub(crate) identity: Arc<()>,
}

/// One attempt to post a delivery.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Attempt {
    #[schemars(with = "TimestampSchema")]
    pub(crate) at: Timestamp,
    pub(crate) micros: u64,
    /// The URL with the parts that the scheme added; secrets are masked.
    pub(crate) url: String,
    /// The headers that the scheme added; secrets are masked.
    pub(crate) headers: Vec<(String, String)>,
    /// The status of the reply.
    pub(crate) status: Option<u16>,
    /// The reason why there was no reply.
    pub(crate) error: Option<String>,
}

impl Attempt {
    /// Returns whether the receiver accepted the delivery.
    pub(crate) fn is_accepted(&self) -> bool {
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

/// The number of concurrent posts to one subscription.
const WIDTH: u64 = 16;

/// A queue of deliveries that are posted one after the other. All deliveries of a message to a subscription share a lane.
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

/// The busy lanes with the deliveries that wait in each. All of these are in the log of deliveries, which bounds them.
#[derive(Debug, Default)]
pub(crate) struct Lanes(HashMap<Lane, VecDeque<u64>>);

impl Lanes {
    /// Enters a delivery. Returns whether the lane was free, so that the delivery is posted now.
    pub(crate) fn enter(&mut self, lane: Lane, delivery: u64) -> bool {
        if let Some(waiting) = self.0.get_mut(&lane) {
            waiting.push_back(delivery);
            return false;
        }
        self.0.insert(lane, VecDeque::new());
        true
    }

    /// Returns the next delivery of a lane; `None` frees the lane.
    pub(crate) fn advance(&mut self, lane: Lane) -> Option<u64> {
        let next = self.0.get_mut(&lane)?.pop_front();
        if next.is_none() {
            self.0.remove(&lane);
        }
        next
    }

    /// Removes all waiting deliveries. Busy lanes stay busy.
    pub(crate) fn clear(&mut self) {
        self.0.values_mut().for_each(VecDeque::clear);
    }

    /// Removes a delivery that is forgotten.
    pub(crate) fn forget(&mut self, lane: Lane, delivery: u64) {
        if let Some(waiting) = self.0.get_mut(&lane) {
            // The oldest is forgotten first, and it is usually the next one here.
            if waiting.front() == Some(&delivery) {
                waiting.pop_front();
            } else {
                waiting.retain(|known| *known != delivery);
            }
        }
    }
}
