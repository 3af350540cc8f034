//! What is known of each send, put together from replies, webhooks and status queries, in whatever order they come.

use std::collections::{HashMap, HashSet};

use incs_facade::model::delivery::{Delivery, Fact};
use incs_facade::model::event::created::{Content, Message, Origin};
use incs_facade::model::id::MessageId;
use incs_facade::webhook::{Event, Item};

use crate::send::{Outcome, Send};

/// In memory here; in a database these are three tables.
#[derive(Default)]
pub(crate) struct Store {
    sends: Vec<Send>,
    /// Also of messages that no send is known for yet: a webhook may be faster than the reply.
    deliveries: HashMap<MessageId, Delivery>,
    /// What the workbench says was sent over the API: whose texts they are, by message.
    created: HashMap<MessageId, (String, String)>,
}

impl Store {
    pub(crate) fn new(sends: Vec<Send>) -> Self {
        Self { sends, ..Self::default() }
    }

    /// Says what the send at this place came to.
    pub(crate) fn set(&mut self, index: usize, outcome: Outcome) {
        if let Some(send) = self.sends.get_mut(index) {
            send.outcome = outcome;
        }
    }

    /// Takes an item of a webhook. Twice, late or out of order makes no difference.
    pub(crate) fn take(&mut self, item: &Item) {
        if let Some(Event::MessageCreated(message)) = item.event()
            && let Some((id, to, text)) = sent_text(message)
        {
            self.created.insert(id, (to, text));
        }
        if let Some(fact) = item.fact() {
            self.learn(&fact);
        }
    }

    /// Takes a fact, of a webhook or of a status query. A state is never overwritten: facts are merged.
    pub(crate) fn learn(&mut self, fact: &Fact) {
        if let Some(id) = &fact.message_id {
            self.deliveries.entry(id.clone()).or_default().merge(fact);
        }
    }

    /// Looks for unknown sends among what the workbench told: the same customer, the same text, and no other send's. Only when no
    /// send is under way: the message of one whose reply is still to come would look like that of another. So would the same text to
    /// the same customer by another program; where that happens, put a reference into the text.
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

    /// What has not come to its end.
    pub(crate) fn open(&self) -> impl Iterator<Item = &Send> {
        let is_settled = |delivery: &Delivery| delivery.is_delivered() || delivery.is_failed();
        self.sends.iter().filter(move |send| {
            !matches!(send.outcome, Outcome::NotSent) && !self.delivery(send).is_some_and(is_settled)
        })
    }

    /// Whether each has come to its end, and none was refused.
    pub(crate) fn is_complete(&self) -> bool {
        self.open().next().is_none() && !self.sends.iter().any(|send| matches!(send.outcome, Outcome::NotSent))
    }

    /// What became of each, for people.
    pub(crate) fn lines(&self) -> impl Iterator<Item = String> {
        self.sends.iter().map(|send| {
            let what = match (&send.outcome, self.delivery(send).and_then(Delivery::stage)) {
                (Outcome::Accepted(_), Some(stage)) => format!("{stage:?}").to_lowercase(),
                (Outcome::Accepted(_), None) => "accepted".to_owned(),
                (Outcome::Unknown, _) => "unknown: look for it in the workbench before sending again".to_owned(),
                (Outcome::NotSent, _) => "not sent".to_owned(),
            };
            format!("{}  {what}", send.reference)
        })
    }

    fn delivery(&self, send: &Send) -> Option<&Delivery> {
        self.deliveries.get(send.id()?)
    }
}

/// A text that was sent over the API, as the workbench tells it: its id, the customer's number, the text.
fn sent_text(message: &Message) -> Option<(MessageId, String, String)> {
    let Content::Text(text) = message.content() else { return None };
    let is_ours = message.source == Some(Origin::Api) && message.is_inbound() == Some(false);
    let customer = message.customer().and_then(|customer| customer.phone).filter(|_| is_ours)?;
    Some((message.provider_id()?.clone(), customer.key().to_owned(), text.content.clone()))
}
