//! A conversation: one customer on one channel.

use std::collections::VecDeque;
use std::time::Duration;

use incs_model::Timestamp;
use incs_model::time::TimestampSchema;
use schemars::JsonSchema;
use serde::Serialize;

use crate::channel::Channel;

/// How long after the customer's last message anything may be sent (documented for WhatsApp and RCS).
pub(crate) const WINDOW: Duration = Duration::from_hours(24);

/// A conversation: one customer on one channel.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Conversation {
    pub(crate) id: u64,
    pub(crate) channel: Channel,
    pub(crate) customer: String,
    /// The name that the customer goes by.
    pub(crate) name: String,
    /// When the customer wrote last.
    #[schemars(with = "Option<TimestampSchema>")]
    pub(crate) last_inbound_at: Option<Timestamp>,
    #[schemars(with = "Option<TimestampSchema>")]
    pub(crate) last_at: Option<Timestamp>,
    /// Messages that are remembered.
    pub(crate) count: usize,
    /// Their numbers, oldest first.
    #[serde(skip)]
    pub(crate) messages: VecDeque<u64>,
}

impl Conversation {
    pub(crate) fn new(id: u64, channel: Channel, customer: &str) -> Self {
        Self {
            id,
            channel,
            customer: customer.to_owned(),
            name: format!("Customer {}", id - 1000),
            last_inbound_at: None,
            last_at: None,
            count: 0,
            messages: VecDeque::new(),
        }
    }

    pub(crate) fn add(&mut self, message: u64, at: Timestamp) {
        self.messages.push_back(message);
        self.count = self.messages.len();
        self.last_at = Some(at);
    }

    /// Forgets the oldest message, and says whether that was the last.
    pub(crate) fn forget_oldest(&mut self) -> bool {
        self.messages.pop_front();
        self.count = self.messages.len();
        self.messages.is_empty()
    }

    /// Whether anything may be sent now. Viber documents no window.
    pub(crate) fn window_is_open(&self, now: Timestamp) -> bool {
        self.channel == Channel::Viber
            || self
                .last_inbound_at
                .is_some_and(|at| Duration::try_from(now.duration_since(at)).unwrap_or_default() < WINDOW)
    }
}
