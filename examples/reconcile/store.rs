//! The known state of each send, merged from replies, webhooks and status queries in any order.

use std::collections::{HashMap, HashSet};

use incs_facade::model::delivery::{DeliveryState, DeliveryUpdate};
use incs_facade::model::event::created::{Content, Message, Origin};
use incs_facade::model::id::MessageId;
use incs_facade::webhook::{Event, Item};

use crate::send::{Outcome, Send};

/// A store in memory; a database would use three tables.
#[derive(Default)]
pub(crate) struct Store {
    sends: Vec<Send>,
    /// Includes messages without a known send: a webhook may arrive before the reply.
    deliveries: HashMap<MessageId, DeliveryState>,
    /// The messages sent over the API as the workbench reports them: number and text by message id.
    created: HashMap<MessageId, (String, String)>,
}

impl Store {
    pub(crate) fn new(sends: Vec<Send>) -> Self {
        Self { sends, ..Self::default() }
    }

    /// Sets the outcome of the send at this index.
    pub(crate) fn set(&mut self, index: usize, outcome: Outcome) {
        if let Some(send) = self.sends.get_mut(index) {
            send.outcome = outcome;
        }
    }

    /// Processes an item of a webhook. Duplicates, delays and another order make no difference.
    pub(crate) fn take(&mut self, item: &Item) {
        if let Some(Event::MessageCreated(message)) = item.event()
            && let Some((id, to, text)) = sent_text(message)
        {
            self.created.insert(id, (to, text));
        }
        if let Some(fact) = item.delivery_update() {
            self.learn(&fact);
        }
    }

    /// Merges an update from a webhook or a status query. A state is never overwritten.
    pub(crate) fn learn(&mut self, fact: &DeliveryUpdate) {
        if let Some(id) = &fact.message_id {
            self.deliveries.entry(id.clone()).or_default().merge(fact);
        }
    }

    /// Matches unknown sends with the messages that the workbench reported: same customer, same text, not matched with another send.
    /// Must not run during a send: its message would look like the message of another send. The same text to the same customer from
    /// another program looks the same too; if that can happen, put a reference into the text.
    pub(crate) fn find_unknown(&mut self) {
        let mut claimed: HashSet<MessageId> = self.sends.iter().filter_map(|send| send.id().cloned()).collect();
        for send in self.sends.iter_mut().filter(|send| matches!(send.outcome, Outcome::Unknown)) {
            let is_its = |(to, text): &(String, String)| to == send.to.as_str() && *text == send.text;
            let found = self.created.iter().find(|(id, what)| is_its(what) && !claimed.contains(*id));
            if let Some((id, _)) = found {
                claimed.insert(id.clone());
                send.outcome = Outcome::Accepted(id.clone());
            }
        }
    }

    /// Returns the sends without a final state.
    pub(crate) fn open(&self) -> impl Iterator<Item = &Send> {
        let is_settled = |delivery: &DeliveryState| delivery.is_delivered() || delivery.is_failed();
        self.sends.iter().filter(move |send| {
            !matches!(send.outcome, Outcome::NotSent) && !self.delivery(send).is_some_and(is_settled)
        })
    }

    /// Returns whether every send has a final state, and none was rejected.
    pub(crate) fn is_complete(&self) -> bool {
        self.open().next().is_none() && !self.sends.iter().any(|send| matches!(send.outcome, Outcome::NotSent))
    }

    /// Returns the state of each send as text.
    pub(crate) fn lines(&self) -> impl Iterator<Item = String> {
        self.sends.iter().map(|send| {
            let what = match (&send.outcome, self.delivery(send).and_then(DeliveryState::stage)) {
                (Outcome::Accepted(_), Some(stage)) => format!("{stage:?}").to_lowercase(),
                (Outcome::Accepted(_), None) => "accepted".to_owned(),
                (Outcome::Unknown, _) => "unknown: look for it in the workbench before sending again".to_owned(),
                (Outcome::NotSent, _) => "not sent".to_owned(),
            };
            format!("{}  {what}", send.reference)
        })
    }

    fn delivery(&self, send: &Send) -> Option<&DeliveryState> {
        self.deliveries.get(send.id()?)
    }
}

/// Returns a text that was sent over the API, as the workbench reports it: its id, the customer's number and the text.
fn sent_text(message: &Message) -> Option<(MessageId, String, String)> {
    let Content::Text(text) = message.content() else { return None };
    let is_ours = message.source == Some(Origin::Api) && message.is_inbound() == Some(false);
    let customer = message.customer().and_then(|customer| customer.phone).filter(|_| is_ours)?;
    Some((message.provider_id()?.clone(), customer.key().to_owned(), text.content.clone()))
}
