//! Simulated customers, who write, tap and read.

mod choice;
pub(crate) mod reply;

use std::collections::VecDeque;

use bytes::Bytes;
use fastrand::Rng;
use incs_model::{Document, OutboundMessage, PhoneNumber, Timestamp, encode, rcs};

use self::reply::{Reply, ReplyContent, ReplyError};
use crate::channel::Channel;
use crate::seed::{self, Purpose};
use crate::state::events::EventKind;
use crate::state::inbound::InboundContent;
use crate::state::messages::{Direction, Message, State};
use crate::state::{App, Records};
use crate::{lifecycle, webhooks};

/// A simulated customer on a channel. Actions take effect at once; their webhooks are posted like any others.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use incs_sandbox::{Channel, Sandbox};
///
/// let sandbox = Sandbox::builder().seed(7).start().await?;
/// let customer = sandbox.customer(Channel::WhatsApp, "+62 812 0004 5678");
/// let id = customer.says("Is it in stock?")?;
/// assert!(id.starts_with("wamid."));
/// # sandbox.shutdown().await;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy)]
pub struct Customer<'a> {
    app: &'a App,
    channel: Channel,
    number: &'a str,
}

impl<'a> Customer<'a> {
    pub(crate) fn new(app: &'a App, channel: Channel, number: &'a str) -> Self {
        Self { app, channel, number }
    }

    /// Writes a text, which opens the 24-hour window. Returns the id of the message.
    ///
    /// # Errors
    ///
    /// Fails when the text is empty or longer than 64 KiB, or the number is invalid.
    pub fn says(&self, text: impl Into<String>) -> Result<String, ReplyError> {
        self.replies(&Reply::text(text))
    }

    /// Performs any other action. Returns the id of the message.
    ///
    /// # Errors
    ///
    /// Fails when the action is impossible, for example if the tapped message has no such button.
    pub fn replies(&self, reply: &Reply) -> Result<String, ReplyError> {
        self.app.change(|records, now| {
            let number = handle_reply(records, now, self.channel, self.number, reply)?;
            Ok(id_of(records, number))
        })
    }

    /// Taps a button, a list row or a suggestion in the last message of the business that has it, by the id of the button or row,
    /// the text of a template's quick reply, or the postback data of a suggestion.
    ///
    /// # Errors
    ///
    /// Fails when no remembered message of the conversation has it; the error is about the last message.
    pub fn taps(&self, id: &str) -> Result<String, ReplyError> {
        self.app.change(|records, now| {
            let mut last = None;
            for message in self.sent(records) {
                let Some(reply) = records.messages.get(message).map(|message| tap(message, id)) else {
                    continue;
                };
                match handle_reply(records, now, self.channel, self.number, &reply) {
                    Ok(number) => return Ok(id_of(records, number)),
                    Err(error) => last = last.or(Some(error)),
                }
            }
            Err(last.unwrap_or_else(|| ReplyError::new("/message", "no message was sent to the customer")))
        })
    }

    /// Reads all sent messages, including those still on their way, except failing ones. Returns their number.
    ///
    /// # Errors
    ///
    /// Fails when the number is invalid.
    pub fn reads(&self) -> Result<usize, ReplyError> {
        self.app.change(|records, now| read(records, now, self.channel, self.number))
    }

    /// Returns the numbers of the messages from the business, newest first.
    fn sent(&self, records: &Records) -> Vec<u64> {
        let number = parse_number(self.number).unwrap_or_default();
        let Some(conversation) = records.conversations.get(&(self.channel, number)) else { return Vec::new() };
        let is_sent = |number: &&u64| {
            records.messages.get(**number).is_some_and(|message| message.direction == Direction::Outbound)
        };
        conversation.messages.iter().rev().filter(is_sent).copied().collect()
    }
}

/// Hides the number.
impl std::fmt::Debug for Customer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Customer").field("channel", &self.channel).finish_non_exhaustive()
    }
}

/// Returns the digits of a number as people write it.
pub(crate) fn parse_number(customer: &str) -> Result<String, ReplyError> {
    let number: PhoneNumber = customer.parse().map_err(|error| ReplyError::new("", format!("{error}")))?;
    Ok(number.as_str().to_owned())
}

/// Performs a customer's reply and returns the number of its message. Delivered messages count as read from then on.
pub(crate) fn handle_reply(
    records: &mut Records,
    now: Timestamp,
    channel: Channel,
    customer: &str,
    reply: &Reply,
) -> Result<u64, ReplyError> {
    let customer = parse_number(customer)?;
    reply.check()?;
    let answered = match reply.answered() {
        Some((pointer, name)) => Some(find(records, channel, &customer, pointer, name)?),
        None => None,
    };
    let number = records.messages.next();
    let content = match (reply.content(), answered) {
        (ReplyContent::Button { id, .. }, Some(message)) => choice::button(message_by_number(records, message)?, id)?,
        (ReplyContent::ListRow { id, .. }, Some(message)) => choice::row(message_by_number(records, message)?, id)?,
        (ReplyContent::Suggestion { postback, text, .. }, Some(message)) => {
            let message = message_by_number(records, message)?;
            choice::suggestion(message, template_id(records, message), postback.as_deref(), text.as_deref())?
        }
        (other, _) => standalone_content(other, &mut records.seed.rng(Purpose::File, number))
            .ok_or_else(|| ReplyError::new("/message", "the tapped message is missing"))?,
    };
    if let Some(message) = answered {
        mark_read(records, message, now);
    }
    let delivered = message_numbers(records, channel, &customer);
    for message in delivered {
        if records.messages.get(message).is_some_and(|message| message.state == State::Delivered) {
            lifecycle::set_state(records, message, State::Read, now);
        }
    }
    let number = add_inbound(records, now, channel, customer, &content, answered);
    webhooks::on_inbound(records, number, &content, now);
    Ok(number)
}

/// Marks all messages to a customer as read, including those still on their way, except failing ones. Returns their number.
pub(crate) fn read(
    records: &mut Records,
    now: Timestamp,
    channel: Channel,
    customer: &str,
) -> Result<usize, ReplyError> {
    let customer = parse_number(customer)?;
    let mut count = 0;
    for message in message_numbers(records, channel, &customer) {
        count += usize::from(mark_read(records, message, now));
    }
    Ok(count)
}

/// Renames a customer. Returns whether there is a conversation with them.
pub(crate) fn rename(records: &mut Records, channel: Channel, customer: &str, name: &str) -> bool {
    let Some(conversation) = records.conversations.get_mut(&(channel, customer.to_owned())) else { return false };
    conversation.name = name.chars().take(reply::MAX_NAME).collect();
    let conversation = conversation.clone();
    records.events.send(EventKind::Conversation, &conversation);
    true
}

/// Adds a customer's message, which opens the 24-hour window, and returns its number.
fn add_inbound(
    records: &mut Records,
    now: Timestamp,
    channel: Channel,
    customer: String,
    content: &InboundContent,
    answered: Option<u64>,
) -> u64 {
    let number = records.messages.next();
    let mut rng = records.seed.rng(Purpose::InboundId, number);
    let message = Message {
        id: seed::inbound_id(channel, &customer, now, &mut rng),
        direction: Direction::Inbound,
        kind: content.kind().to_owned(),
        content: Bytes::from(encode(content).unwrap_or_default()),
        state: State::Received,
        answers: answered.and_then(|message| records.messages.get(message)).map(|message| message.id.clone()),
        ..Message::numbered(number, channel, customer, now)
    };
    records.counters.inbound += 1;
    records.conversation(channel, &message.customer).last_inbound_at = Some(now);
    records.add_message(message)
}

fn id_of(records: &Records, message: u64) -> String {
    records.messages.get(message).map(|message| message.id.clone()).unwrap_or_default()
}

/// Returns the content of a reply that needs no earlier message; `None` for a tap.
fn standalone_content(content: &ReplyContent, rng: &mut Rng) -> Option<InboundContent> {
    match content {
        ReplyContent::Text { text } => Some(InboundContent::Text { text: text.clone() }),
        ReplyContent::Media { media, url, name, mime } => Some(InboundContent::Media {
            media: *media,
            url: url.clone(),
            name: name.clone(),
            mime: mime.clone().unwrap_or_else(|| media.mime_of(url).to_owned()),
            size: rng.u64(10_000..2_000_000),
        }),
        ReplyContent::Location { latitude, longitude, name } => {
            Some(InboundContent::Location { latitude: *latitude, longitude: *longitude, name: name.clone() })
        }
        ReplyContent::Button { .. } | ReplyContent::ListRow { .. } | ReplyContent::Suggestion { .. } => None,
    }
}

/// Moves a sent message to the state read. Returns whether it was unread.
fn mark_read(records: &mut Records, number: u64, now: Timestamp) -> bool {
    let Some(message) = records.messages.get(number) else { return false };
    if message.direction == Direction::Inbound || message.plan.failure.is_some() || message.state >= State::Read {
        return false;
    }
    for state in [State::Sent, State::Delivered, State::Read] {
        lifecycle::set_state(records, number, state, now);
    }
    true
}

/// Returns the numbers of the remembered messages of a conversation.
fn message_numbers(records: &Records, channel: Channel, customer: &str) -> VecDeque<u64> {
    let conversation = records.conversations.get(&(channel, customer.to_owned()));
    conversation.map(|conversation| conversation.messages.clone()).unwrap_or_default()
}

/// Finds a message of a conversation by number or id.
fn find(records: &Records, channel: Channel, customer: &str, pointer: &str, name: &str) -> Result<u64, ReplyError> {
    let by_number = || name.parse().ok().and_then(|number| records.messages.get(number));
    let message = records
        .message_by_id(name)
        .or_else(by_number)
        .filter(|message| message.channel == channel && message.customer == customer)
        .ok_or_else(|| ReplyError::new(pointer, "no such message in the conversation"))?;
    if message.direction == Direction::Outbound && (message.plan.failure.is_some() || message.state == State::Failed) {
        return Err(ReplyError::new(pointer, "the message failed, so the customer never got it"));
    }
    Ok(message.number)
}

/// Returns the tap that fits a message: a list row, a suggestion, or else a button.
fn tap(message: &Message, id: &str) -> Reply {
    let name = message.number.to_string();
    match message.channel {
        Channel::Rcs => Reply::suggestion(name, id),
        _ if choice::is_list(message) => Reply::list_row(name, id),
        _ => Reply::button(name, id),
    }
}

/// Returns the id of the template of an RCS message, if it still exists.
fn template_id(records: &Records, message: &Message) -> Option<String> {
    match Document::read(&message.channel.model(), &*message.content).into_message() {
        Some(OutboundMessage::Rcs(rcs::Message { content: rcs::Content::Template(template), .. })) => {
            let known = records.templates.named(message.channel, template.name.as_str())?;
            Some(known.definition.id().to_owned())
        }
        _ => None,
    }
}

fn message_by_number(records: &Records, message: u64) -> Result<&Message, ReplyError> {
    records.messages.get(message).ok_or_else(|| ReplyError::new("/message", "the message is no longer remembered"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::webhooks::subscribe;
    use crate::webhooks::webhook::Webhook;

    const CUSTOMER: &str = "6281200045678";

    #[test]
    fn renamed_customer_appears_in_webhooks() {
        let app = App::new(Config::default());
        subscribe(&app, Webhook::to("http://127.0.0.1:9/").events(["new_message"])).unwrap();
        let says = || {
            app.change(|records, now| handle_reply(records, now, Channel::WhatsApp, CUSTOMER, &Reply::text("Hi")))
                .unwrap()
        };
        let names = |name: &str| app.change(|records, _| rename(records, Channel::WhatsApp, CUSTOMER, name));
        assert!(!names("Rina"));
        says();
        assert!(names("Rina"));
        says();
        let records = app.records();
        let holds = |name: &str| -> Vec<bool> {
            let bodies = records.deliveries.iter().map(|delivery| String::from_utf8_lossy(&delivery.body));
            bodies.map(|body| body.contains(&format!(r#""profile":{{"name":"{name}"}}"#))).collect()
        };
        assert_eq!((holds("Customer 1"), holds("Rina")), (vec![true, false], vec![false, true]));
    }
}
