//! Customers that act: they read, and they answer.

pub(crate) mod act;
mod choice;
mod form;
pub(crate) mod handle;
pub(crate) mod medium;
pub(crate) mod reply;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;

use bytes::Bytes;
use incs_model::{OutboundMessage, PhoneNumber, Timestamp, encode, rcs};

use self::act::Act;
use self::reply::{Reply, ReplyError, What};
use crate::channel::Channel;
use crate::hook;
use crate::life::{self, State};
use crate::notice::Kind;
use crate::seed::Purpose;
use crate::world::World;
use crate::world::message::{Direction, Message};

/// The digits of a number as people write it.
pub(crate) fn number(customer: &str) -> Result<String, ReplyError> {
    let number: PhoneNumber = customer.parse().map_err(|error| ReplyError::new("", format!("{error}")))?;
    Ok(number.as_str().to_owned())
}

/// Lets a customer write, send or tap, and gives the number of the message. What was delivered to them is read by that.
pub(crate) fn act(
    world: &mut World,
    now: Timestamp,
    channel: Channel,
    customer: &str,
    reply: &Reply,
) -> Result<u64, ReplyError> {
    let customer = number(customer)?;
    reply.check()?;
    let answered = match reply.answered() {
        Some((pointer, name)) => Some(find(world, channel, &customer, pointer, name)?),
        None => None,
    };
    let number = world.messages.next();
    let act = match (reply.what(), answered) {
        (What::Button { id, .. }, Some(message)) => choice::button(known(world, message)?, id)?,
        (What::ListRow { id, .. }, Some(message)) => choice::row(known(world, message)?, id)?,
        (What::Suggestion { postback, text, .. }, Some(message)) => {
            let message = known(world, message)?;
            choice::suggestion(message, template_id(world, message), postback.as_deref(), text.as_deref())?
        }
        (what, _) => Act::of(what, &mut world.seed.rng(Purpose::File, number))
            .ok_or_else(|| ReplyError::new("/message", "the message that is answered is missing"))?,
    };
    if let Some(message) = answered {
        has_read(world, message, now);
    }
    let delivered = numbers(world, channel, &customer);
    for message in delivered {
        if world.messages.get(message).is_some_and(|message| message.state == State::Delivered) {
            life::reach(world, message, State::Read, now);
        }
    }
    let number = write(world, now, channel, customer, &act, answered);
    hook::inbound::on_inbound(world, number, &act, now);
    Ok(number)
}

/// Adds a message that a customer wrote, which opens the 24 hours, and gives its number.
fn write(
    world: &mut World,
    now: Timestamp,
    channel: Channel,
    customer: String,
    act: &Act,
    answered: Option<u64>,
) -> u64 {
    let number = world.messages.next();
    let mut rng = world.seed.rng(Purpose::InboundId, number);
    let message = Message {
        id: crate::id::inbound(channel, &customer, now, &mut rng),
        direction: Direction::Inbound,
        kind: act.kind().to_owned(),
        content: Bytes::from(encode(act).unwrap_or_default()),
        state: State::Received,
        answers: answered.and_then(|message| world.messages.get(message)).map(|message| message.id.clone()),
        ..Message::numbered(number, channel, customer, now)
    };
    world.counters.inbound += 1;
    world.conversation(channel, &message.customer).last_inbound_at = Some(now);
    world.add_message(message)
}

/// Lets a customer read all that was sent to them and does not fail, also what is still on its way; says how much that was.
pub(crate) fn read(world: &mut World, now: Timestamp, channel: Channel, customer: &str) -> Result<usize, ReplyError> {
    let customer = number(customer)?;
    let mut count = 0;
    for message in numbers(world, channel, &customer) {
        count += usize::from(has_read(world, message, now));
    }
    Ok(count)
}

/// Gives a customer a name; says whether there is a conversation with them.
pub(crate) fn rename(world: &mut World, channel: Channel, customer: &str, name: &str) -> bool {
    let Some(conversation) = world.conversations.get_mut(&(channel, customer.to_owned())) else { return false };
    conversation.name = name.chars().take(reply::LONGEST_NAME).collect();
    let conversation = conversation.clone();
    world.notices.tell(Kind::Conversation, &conversation);
    true
}

/// Brings a message that was sent to the customer all the way to read, and says whether that was new.
fn has_read(world: &mut World, number: u64, now: Timestamp) -> bool {
    let Some(message) = world.messages.get(number) else { return false };
    if message.direction == Direction::Inbound || message.plan.failure.is_some() || message.state >= State::Read {
        return false;
    }
    for state in [State::Sent, State::Delivered, State::Read] {
        life::reach(world, number, state, now);
    }
    true
}

/// The numbers of all that is remembered of a conversation.
fn numbers(world: &World, channel: Channel, customer: &str) -> VecDeque<u64> {
    let conversation = world.conversations.get(&(channel, customer.to_owned()));
    conversation.map(|conversation| conversation.messages.clone()).unwrap_or_default()
}

/// The message of a conversation that a number or an id names.
fn find(world: &World, channel: Channel, customer: &str, pointer: &str, name: &str) -> Result<u64, ReplyError> {
    let by_number = || name.parse().ok().and_then(|number| world.messages.get(number));
    let message = world
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
fn template_id(world: &World, message: &Message) -> Option<String> {
    match OutboundMessage::decode(&message.channel.model(), &message.content) {
        Ok(OutboundMessage::Rcs(rcs::Message { content: rcs::Content::Template(template), .. })) => {
            let known = world.templates.named(message.channel, template.name.as_str())?;
            Some(known.definition.id().to_owned())
        }
        _ => None,
    }
}

fn known(world: &World, message: u64) -> Result<&Message, ReplyError> {
    world.messages.get(message).ok_or_else(|| ReplyError::new("/message", "the message is forgotten"))
}
