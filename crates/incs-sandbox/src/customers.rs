//! Customers who write, tap and read.

mod choice;
pub(crate) mod reply;

use std::collections::VecDeque;

use bytes::Bytes;
use fastrand::Rng;
use incs_model::{OutboundMessage, PhoneNumber, Timestamp, encode, rcs};

use self::reply::{Reply, ReplyError, What};
use crate::channel::Channel;
use crate::seed::{self, Purpose};
use crate::state::inbound::Act;
use crate::state::messages::{Direction, Message, State};
use crate::state::notices::Kind;
use crate::state::{Core, Records};
use crate::{lifecycle, webhooks};

/// A customer on a channel, as tests have them act. All of it happens at once; webhooks about it go out as any others do.
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
    core: &'a Core,
    channel: Channel,
    number: &'a str,
}

impl<'a> Customer<'a> {
    pub(crate) fn new(core: &'a Core, channel: Channel, number: &'a str) -> Self {
        Self { core, channel, number }
    }

    /// Writes a text, and gives the id of the message. That opens the 24 hours.
    ///
    /// # Errors
    ///
    /// When the text is empty or longer than 64 KiB, or the number is none.
    pub fn says(&self, text: impl Into<String>) -> Result<String, ReplyError> {
        self.replies(&Reply::text(text))
    }

    /// Does anything else, and gives the id of the message.
    ///
    /// # Errors
    ///
    /// When it cannot be done: the message that is tapped has no such button, say.
    pub fn replies(&self, reply: &Reply) -> Result<String, ReplyError> {
        self.core.change(|records, now| {
            let number = act(records, now, self.channel, self.number, reply)?;
            Ok(id_of(records, number))
        })
    }

    /// Taps a button, a row of a list or a suggestion in the last message of the business that has it: by the id of the button
    /// or row, the text of a template's quick reply, the postback data of a suggestion.
    ///
    /// # Errors
    ///
    /// When no remembered message of the conversation has it; the error is about the last one.
    pub fn taps(&self, id: &str) -> Result<String, ReplyError> {
        self.core.change(|records, now| {
            let mut last = None;
            for message in self.sent(records) {
                let Some(reply) = records.messages.get(message).map(|message| tap(message, id)) else {
                    continue;
                };
                match act(records, now, self.channel, self.number, &reply) {
                    Ok(number) => return Ok(id_of(records, number)),
                    Err(error) => last = last.or(Some(error)),
                }
            }
            Err(last.unwrap_or_else(|| ReplyError::new("/message", "nothing was sent to the customer")))
        })
    }

    /// Reads all that was sent, also what is still on its way, unless it fails; says how many messages that were.
    ///
    /// # Errors
    ///
    /// When the number is none.
    pub fn reads(&self) -> Result<usize, ReplyError> {
        self.core.change(|records, now| read(records, now, self.channel, self.number))
    }

    /// Returns the numbers of the messages from the business, newest first.
    fn sent(&self, records: &Records) -> Vec<u64> {
        let number = number(self.number).unwrap_or_default();
        let Some(conversation) = records.conversations.get(&(self.channel, number)) else { return Vec::new() };
        let is_sent = |number: &&u64| {
            records.messages.get(**number).is_some_and(|message| message.direction == Direction::Outbound)
        };
        conversation.messages.iter().rev().filter(is_sent).copied().collect()
    }
}

/// Without the number.
impl std::fmt::Debug for Customer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Customer").field("channel", &self.channel).finish_non_exhaustive()
    }
}

/// The digits of a number as people write it.
pub(crate) fn number(customer: &str) -> Result<String, ReplyError> {
    let number: PhoneNumber = customer.parse().map_err(|error| ReplyError::new("", format!("{error}")))?;
    Ok(number.as_str().to_owned())
}

/// Lets a customer write, send or tap, and gives the number of the message. What was delivered to them is read by that.
pub(crate) fn act(
    records: &mut Records,
    now: Timestamp,
    channel: Channel,
    customer: &str,
    reply: &Reply,
) -> Result<u64, ReplyError> {
    let customer = number(customer)?;
    reply.check()?;
    let answered = match reply.answered() {
        Some((pointer, name)) => Some(find(records, channel, &customer, pointer, name)?),
        None => None,
    };
    let number = records.messages.next();
    let act = match (reply.what(), answered) {
        (What::Button { id, .. }, Some(message)) => choice::button(known(records, message)?, id)?,
        (What::ListRow { id, .. }, Some(message)) => choice::row(known(records, message)?, id)?,
        (What::Suggestion { postback, text, .. }, Some(message)) => {
            let message = known(records, message)?;
            choice::suggestion(message, template_id(records, message), postback.as_deref(), text.as_deref())?
        }
        (what, _) => unprompted(what, &mut records.seed.rng(Purpose::File, number))
            .ok_or_else(|| ReplyError::new("/message", "the message that is answered is missing"))?,
    };
    if let Some(message) = answered {
        has_read(records, message, now);
    }
    let delivered = numbers(records, channel, &customer);
    for message in delivered {
        if records.messages.get(message).is_some_and(|message| message.state == State::Delivered) {
            lifecycle::reach(records, message, State::Read, now);
        }
    }
    let number = write(records, now, channel, customer, &act, answered);
    webhooks::on_inbound(records, number, &act, now);
    Ok(number)
}

/// Lets a customer read all that was sent to them and does not fail, also what is still on its way; says how much that was.
pub(crate) fn read(
    records: &mut Records,
    now: Timestamp,
    channel: Channel,
    customer: &str,
) -> Result<usize, ReplyError> {
    let customer = number(customer)?;
    let mut count = 0;
    for message in numbers(records, channel, &customer) {
        count += usize::from(has_read(records, message, now));
    }
    Ok(count)
}

/// Gives a customer a name; says whether there is a conversation with them.
pub(crate) fn rename(records: &mut Records, channel: Channel, customer: &str, name: &str) -> bool {
    let Some(conversation) = records.conversations.get_mut(&(channel, customer.to_owned())) else { return false };
    conversation.name = name.chars().take(reply::LONGEST_NAME).collect();
    let conversation = conversation.clone();
    records.notices.tell(Kind::Conversation, &conversation);
    true
}

/// Adds a message that a customer wrote, which opens the 24 hours, and gives its number.
fn write(
    records: &mut Records,
    now: Timestamp,
    channel: Channel,
    customer: String,
    act: &Act,
    answered: Option<u64>,
) -> u64 {
    let number = records.messages.next();
    let mut rng = records.seed.rng(Purpose::InboundId, number);
    let message = Message {
        id: seed::inbound_id(channel, &customer, now, &mut rng),
        direction: Direction::Inbound,
        kind: act.kind().to_owned(),
        content: Bytes::from(encode(act).unwrap_or_default()),
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

/// Returns the content of a reply that answers no message; `None` for a tap.
fn unprompted(what: &What, rng: &mut Rng) -> Option<Act> {
    match what {
        What::Text { text } => Some(Act::Text { text: text.clone() }),
        What::Media { media, url, name, mime } => Some(Act::Media {
            media: *media,
            url: url.clone(),
            name: name.clone(),
            mime: mime.clone().unwrap_or_else(|| media.mime_of(url).to_owned()),
            size: rng.u64(10_000..2_000_000),
        }),
        What::Location { latitude, longitude, name } => {
            Some(Act::Location { latitude: *latitude, longitude: *longitude, name: name.clone() })
        }
        What::Button { .. } | What::ListRow { .. } | What::Suggestion { .. } => None,
    }
}

/// Brings a message that was sent to the customer all the way to read, and says whether that was new.
fn has_read(records: &mut Records, number: u64, now: Timestamp) -> bool {
    let Some(message) = records.messages.get(number) else { return false };
    if message.direction == Direction::Inbound || message.plan.failure.is_some() || message.state >= State::Read {
        return false;
    }
    for state in [State::Sent, State::Delivered, State::Read] {
        lifecycle::reach(records, number, state, now);
    }
    true
}

/// The numbers of all that is remembered of a conversation.
fn numbers(records: &Records, channel: Channel, customer: &str) -> VecDeque<u64> {
    let conversation = records.conversations.get(&(channel, customer.to_owned()));
    conversation.map(|conversation| conversation.messages.clone()).unwrap_or_default()
}

/// The message of a conversation that a number or an id names.
fn find(records: &Records, channel: Channel, customer: &str, pointer: &str, name: &str) -> Result<u64, ReplyError> {
    let by_number = || name.parse().ok().and_then(|number| records.messages.get(number));
    let message = records
        .message_by_id(name)
        .or_else(by_number)
        .filter(|message| message.channel == channel && message.customer == customer)
        .ok_or_else(|| ReplyError::new(pointer, "there is no such message in the conversation"))?;
    if message.direction == Direction::Outbound && (message.plan.failure.is_some() || message.state == State::Failed) {
        return Err(ReplyError::new(pointer, "the message does not reach the customer"));
    }
    Ok(message.number)
}

/// The tap that fits a message: on a row of a list, on a suggestion, else on a button.
fn tap(message: &Message, id: &str) -> Reply {
    let name = message.number.to_string();
    match message.channel {
        Channel::Rcs => Reply::suggestion(name, id),
        _ if choice::is_list(message) => Reply::list_row(name, id),
        _ => Reply::button(name, id),
    }
}

/// The id of the template that an RCS message was made from, if that is still there.
fn template_id(records: &Records, message: &Message) -> Option<String> {
    match OutboundMessage::decode(&message.channel.model(), &message.content) {
        Ok(OutboundMessage::Rcs(rcs::Message { content: rcs::Content::Template(template), .. })) => {
            let known = records.templates.named(message.channel, template.name.as_str())?;
            Some(known.definition.id().to_owned())
        }
        _ => None,
    }
}

fn known(records: &Records, message: u64) -> Result<&Message, ReplyError> {
    records.messages.get(message).ok_or_else(|| ReplyError::new("/message", "the message is forgotten"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::webhooks::subscribe;
    use crate::webhooks::webhook::Webhook;

    const CUSTOMER: &str = "6281200045678";

    #[test]
    fn a_name_is_kept_for_a_conversation_that_there_is_and_told_with_what_comes_after() {
        let core = Core::new(Config::default());
        subscribe(&core, Webhook::to("http://127.0.0.1:9/").events(["new_message"])).unwrap();
        let says =
            || core.change(|records, now| act(records, now, Channel::WhatsApp, CUSTOMER, &Reply::text("Hi"))).unwrap();
        let names = |name: &str| core.change(|records, _| rename(records, Channel::WhatsApp, CUSTOMER, name));
        assert!(!names("Rina"));
        says();
        assert!(names("Rina"));
        says();
        let records = core.records();
        let holds = |name: &str| -> Vec<bool> {
            let bodies = records.deliveries.iter().map(|delivery| String::from_utf8_lossy(&delivery.body));
            bodies.map(|body| body.contains(&format!(r#""profile":{{"name":"{name}"}}"#))).collect()
        };
        assert_eq!((holds("Customer 1"), holds("Rina")), (vec![true, false], vec![false, true]));
    }
}
