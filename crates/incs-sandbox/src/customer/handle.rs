//! A customer, as tests have them act.

use crate::channel::Channel;
use crate::core::Core;
use crate::customer;
use crate::customer::reply::{Reply, ReplyError};
use crate::world::World;
use crate::world::message::Direction;

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
        self.core.change(|world, now| {
            let number = customer::act(world, now, self.channel, self.number, reply)?;
            Ok(id_of(world, number))
        })
    }

    /// Taps a button, a row of a list or a suggestion in the last message of the business that has it: by the id of the button
    /// or row, the text of a template's quick reply, the postback data of a suggestion.
    ///
    /// # Errors
    ///
    /// When no remembered message of the conversation has it; the error is about the last one.
    pub fn taps(&self, id: &str) -> Result<String, ReplyError> {
        self.core.change(|world, now| {
            let mut last = None;
            for message in self.sent(world) {
                let Some(reply) = world.messages.get(message).map(|message| customer::tap(message, id)) else {
                    continue;
                };
                match customer::act(world, now, self.channel, self.number, &reply) {
                    Ok(number) => return Ok(id_of(world, number)),
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
        self.core.change(|world, now| customer::read(world, now, self.channel, self.number))
    }

    /// What the business sent, the newest first.
    fn sent(&self, world: &World) -> Vec<u64> {
        let number = customer::number(self.number).unwrap_or_default();
        let Some(conversation) = world.conversations.get(&(self.channel, number)) else { return Vec::new() };
        let is_sent = |number: &&u64| {
            world.messages.get(**number).is_some_and(|message| message.direction == Direction::Outbound)
        };
        conversation.messages.iter().rev().filter(is_sent).copied().collect()
    }
}

fn id_of(world: &World, message: u64) -> String {
    world.messages.get(message).map(|message| message.id.clone()).unwrap_or_default()
}

/// Without the number.
impl std::fmt::Debug for Customer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Customer").field("channel", &self.channel).finish_non_exhaustive()
    }
}
