//! One message of a customer, whatever the provider: who wrote it, when, and what it refers to.

use incs_model_derive::{WireStruct, skip_serializing_none};
use serde::{Deserialize, Serialize};

use super::content::{Content, Other};
use crate::address::Address;
use crate::id::{ChannelId, ConversationId, IncsMessageId, MessageId, TemplateId};
use crate::json::{Cutter, RawJson};
use crate::message::Channel;
use crate::open::open_text;
use crate::party::Party;
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

/// The place of an item in a body, and its text.
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

    pub(super) fn holding(self, provider: Provider, mut content: Content) -> Inbound {
        if let Content::Other(Other { raw: raw @ None, .. }) = &mut content {
            *raw = Some(self.raw.clone());
        }
        Inbound::new(provider, content, self.pointer, self.raw)
    }
}

/// One message of a customer.
///
/// It is fit to be stored and forwarded as JSON: later versions read what this one wrote.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Inbound {
    /// Who delivered it.
    pub provider: Provider,
    /// What it holds.
    pub content: Content,
    /// JSON pointer of the item in the body it came in; empty for the whole body.
    pub pointer: String,
    /// The item as it came, with every member that this version does not know.
    pub raw: RawJson,
    /// The channel. `message_created` does not say it; on WhatsApp it shows in the message id.
    pub channel: Option<Channel>,
    /// The message, as its provider numbers it. Absent on some errors of Exotel, and before a provider has numbered it.
    pub id: Option<MessageId>,
    /// The message, as INCS numbers it in its workbench.
    pub incs_id: Option<IncsMessageId>,
    /// The customer, by every id that came. [`Party::key`] names them by one.
    pub user: Option<Party>,
    /// The business number, agent or bot that was written to.
    pub business: Option<Address>,
    /// The INCS channel.
    pub channel_id: Option<ChannelId>,
    /// The conversation in the INCS workbench.
    pub conversation_id: Option<ConversationId>,
    /// The time it was sent.
    pub sent_at: Option<WireTime>,
    /// The message that this one answers or quotes.
    pub quoted: Option<Quoted>,
    /// What the customer calls themselves.
    pub profile_name: Option<String>,
    /// What the business gave the send that this answers, where the provider gives it back.
    pub custom_data: Option<String>,
    /// The advertisement or post that brought the customer.
    pub referral: Option<Referral>,
    /// The product of a catalogue that the customer asks about.
    pub referred_product: Option<Product>,
    /// The customer did not write it, but passed it on. Absent when false.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub forwarded: bool,
    /// It was passed on many times before. Absent when false.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub frequently_forwarded: bool,
}

/// The message that another one answers or quotes.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Quoted {
    /// The quoted message.
    pub id: Option<MessageId>,
    /// Who wrote it.
    pub from: Option<Party>,
    /// The time it was sent.
    pub sent_at: Option<WireTime>,
    /// The template it was made from.
    pub template_id: Option<TemplateId>,
}

/// The advertisement or post that brought a customer.
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
    /// The click, as Meta numbers it. Give it back to Meta to count the sale to the advertisement.
    pub ctwa_clid: Option<String>,
    /// `image` or `video`.
    pub media_type: Option<String>,
    /// Link to its image.
    pub image_url: Option<String>,
    /// Link to its video.
    pub video_url: Option<String>,
    /// Link to its thumbnail.
    pub thumbnail_url: Option<String>,
    /// The text that greeted the customer.
    pub welcome_text: Option<String>,
}

/// A product of a catalogue.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Product {
    /// The catalogue.
    pub catalog_id: Option<String>,
    /// The product, as the business numbers it.
    pub product_id: Option<String>,
}
