//! One message of a customer, from any provider: sender, time, content and references.

use incs_model_derive::{WireStruct, skip_serializing_none};
use serde::{Deserialize, Serialize};

use super::content::{Content, Other};
use crate::address::Address;
use crate::id::{ChannelId, ConversationId, IncsMessageId, MessageId, TemplateId};
use crate::json::{RawItems, RawJson};
use crate::message::Channel;
use crate::open::open_text;
use crate::party::Party;
use crate::time::WireTime;

open_text! {
    /// The provider that delivered the message to you.
    pub enum Provider {
        /// INCS.
        Incs = "incs",
        /// Exotel.
        Exotel = "exotel",
    }
}

/// The place of an item in a body, and its JSON.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Origin {
    /// JSON pointer of the item; empty for the whole body.
    pub pointer: String,
    /// The item, unchanged.
    pub raw: RawJson,
}

impl Origin {
    /// Creates the origin of an item at `pointer`.
    pub fn new(pointer: impl Into<String>, raw: RawJson) -> Self {
        Self { pointer: pointer.into(), raw }
    }

    /// Returns the item at `pointer` of a body; if there is none, `typed` is encoded again.
    pub(super) fn cut<T: Serialize>(pointer: impl Into<String>, typed: &T, items: &mut RawItems<'_>) -> Self {
        let pointer = pointer.into();
        Self { raw: items.cut(&pointer, typed), pointer }
    }

    pub(super) fn holding(self, provider: Provider, mut content: Content) -> Inbound {
        if let Content::Other(Other { raw: raw @ None, .. }) = &mut content {
            *raw = Some(self.raw.clone());
        }
        Inbound::new(provider, content, self.pointer, self.raw)
    }
}

/// One message of a customer.
///
/// It can be stored and forwarded as JSON: later versions read the JSON of this one.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Inbound {
    /// The provider that delivered it.
    pub provider: Provider,
    /// The content.
    pub content: Content,
    /// JSON pointer of the item in its body; empty for the whole body.
    pub pointer: String,
    /// The item, unchanged, with every member that this version does not know.
    pub raw: RawJson,
    /// The channel. `message_created` does not name it; for WhatsApp it follows from the message id.
    pub channel: Option<Channel>,
    /// The provider's id of the message. Absent for some errors of Exotel, and before the provider has set one.
    pub id: Option<MessageId>,
    /// The INCS id of the message in the workbench.
    pub incs_id: Option<IncsMessageId>,
    /// The customer, with every id that was received. [`Party::key`] reduces them to one.
    pub user: Option<Party>,
    /// The business number, agent or bot that received the message.
    pub business: Option<Address>,
    /// The INCS channel's id.
    pub channel_id: Option<ChannelId>,
    /// The conversation in the INCS workbench.
    pub conversation_id: Option<ConversationId>,
    /// The time of sending.
    pub sent_at: Option<WireTime>,
    /// The message that this one replies to or quotes.
    pub quoted: Option<Quoted>,
    /// The customer's own name.
    pub profile_name: Option<String>,
    /// The business's custom data of the send that this message answers, if the provider returns it.
    pub custom_data: Option<String>,
    /// The advertisement or post that the customer came from.
    pub referral: Option<Box<Referral>>,
    /// The product of a catalog that the customer asks about.
    pub referred_product: Option<Product>,
    /// True when the customer forwarded the message. Absent when false.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub forwarded: bool,
    /// True when the message was forwarded many times before. Absent when false.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub frequently_forwarded: bool,
}

impl Inbound {
    /// Fills in the data that only the other copy of the message has. Both must be the same message.
    ///
    /// INCS can send one message as `new_message` and as `message_created`. The first has the ids of WhatsApp and the customer's name,
    /// the second has the ids of the workbench and links to files.
    ///
    /// Fills in the INCS ids of message, conversation and channel, the channel, the customer's ids, the business number, the name, the
    /// custom data, the time, and the data of a file. Replaces nothing but a content that was not understood, and leaves
    /// [`pointer`](Self::pointer) and [`raw`](Self::raw) as they are. The kinds of both files must be equal, or one of them
    /// [`File`](super::MediaKind::File), since the workbench sends a document as a file.
    #[must_use]
    pub fn completed_by(self, copy: &Self) -> Self {
        let user = match (self.user, &copy.user) {
            (Some(user), Some(other)) if user.same_party(other) => Some(user.completed_by(other)),
            (user, other) => user.or_else(|| other.clone()),
        };
        let content = match (self.content, &copy.content) {
            (Content::Media(media), Content::Media(other)) => Content::Media(media.completed_by(other)),
            (Content::Other(_), other) => other.clone(),
            (content, _) => content,
        };
        Self {
            content,
            channel: self.channel.or_else(|| copy.channel.clone()),
            incs_id: self.incs_id.or(copy.incs_id),
            user,
            business: self.business.or_else(|| copy.business.clone()),
            channel_id: self.channel_id.or(copy.channel_id),
            conversation_id: self.conversation_id.or(copy.conversation_id),
            sent_at: self.sent_at.or_else(|| copy.sent_at.clone()),
            profile_name: self.profile_name.or_else(|| copy.profile_name.clone()),
            custom_data: self.custom_data.or_else(|| copy.custom_data.clone()),
            ..self
        }
    }
}

/// The message that another one replies to or quotes.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Quoted {
    /// The quoted message.
    pub id: Option<MessageId>,
    /// The sender.
    pub from: Option<Party>,
    /// The time of sending.
    pub sent_at: Option<WireTime>,
    /// The template of the message.
    pub template_id: Option<TemplateId>,
}

/// The advertisement or post that a customer came from.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Referral {
    /// Link to it.
    pub source_url: Option<String>,
    /// Its id.
    pub source_id: Option<String>,
    /// `ad` or `post`.
    pub source_type: Option<String>,
    /// Its headline.
    pub headline: Option<String>,
    /// Its text.
    pub body: Option<String>,
    /// Meta's id of the click. Return it to Meta to credit the sale to the advertisement.
    pub ctwa_clid: Option<String>,
    /// `image` or `video`.
    pub media_type: Option<String>,
    /// Link to its image.
    pub image_url: Option<String>,
    /// Link to its video.
    pub video_url: Option<String>,
    /// Link to its thumbnail.
    pub thumbnail_url: Option<String>,
    /// The greeting that the customer saw.
    pub welcome_text: Option<String>,
}

/// A product of a catalog.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Product {
    /// The catalog's id.
    pub catalog_id: Option<String>,
    /// The business's id of the product.
    pub product_id: Option<String>,
}
