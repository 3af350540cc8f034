//! What is posted one after the other.

use std::collections::{HashMap, VecDeque};

use crate::world::delivery::Delivery;

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

    /// What is next in a lane whose delivery was posted; the lane is free if there is none.
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
