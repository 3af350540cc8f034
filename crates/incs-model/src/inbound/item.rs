//! One message of a customer.

use serde::Serialize;

use super::content::Content;
use crate::address::Address;
use crate::decode::Cutter;
use crate::id::{ChannelId, ConversationId, MessageId};
use crate::message::Channel;
use crate::open::open_text;
use crate::raw::RawJson;
use crate::record::record;
use crate::time::WireTime;

open_text! {
    /// Who delivered the message to you.
    pub enum Provider {
        /// INCS.
        Incs = "incs",
        /// Exotel.
        Exotel = "exotel",
    }
}

/// Where in a body an item stood, and its text.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Origin {
    /// JSON pointer of the item; empty for the whole body.
    pub pointer: String,
    /// The item as it came.
    pub raw: RawJson,
}

impl Origin {
    /// An item at `pointer`.
    pub fn new(pointer: impl Into<String>, raw: RawJson) -> Self {
        Self { pointer: pointer.into(), raw }
    }

    /// The item at `pointer` of a body; where there is none, `typed` written anew.
    pub(super) fn cut<T: Serialize>(pointer: impl Into<String>, typed: &T, cutter: &mut Cutter<'_>) -> Self {
        let pointer = pointer.into();
        Self { raw: cutter.cut(&pointer, typed), pointer }
    }

    pub(super) fn holding(self, provider: Provider, content: Content) -> Inbound {
        Inbound::new(provider, content, self.pointer, self.raw)
    }
}

record! {
    /// One message of a customer.
    pub struct Inbound {
        /// Who delivered it.
        pub provider: Provider,
        /// What it holds.
        pub content: Content,
        /// JSON pointer of the item in the body it came in; empty for the whole body.
        pub pointer: String,
        /// The item as it came, with every member that this version does not know.
        pub raw: RawJson,
    }
    optional {
        /// The channel. `message_created` does not say it; on WhatsApp it shows in the message id.
        with_channel => pub channel: Channel,
        /// The message, as its provider numbers it. Absent on some errors of Exotel, and before a provider has numbered it.
        with_id => pub id: MessageId,
        /// The customer.
        with_user => pub user: Address,
        /// The business number, agent or bot that was written to.
        with_business => pub business: Address,
        /// The INCS channel.
        with_channel_id => pub channel_id: ChannelId,
        /// The conversation in the INCS workbench.
        with_conversation_id => pub conversation_id: ConversationId,
        /// When it was sent.
        with_sent_at => pub sent_at: WireTime,
        /// The message that this one answers or quotes.
        with_quoted => pub quoted: Quoted,
        /// What the customer calls themselves.
        with_profile_name => pub profile_name: String,
        /// What the business gave the send that this answers, where the provider gives it back.
        with_custom_data => pub custom_data: String,
    }
}

record! {
    /// The message that another one answers or quotes.
    pub struct Quoted {}
    optional {
        /// The quoted message.
        with_id => pub id: MessageId,
        /// Who wrote it.
        with_from => pub from: Address,
    }
}
