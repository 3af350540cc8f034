//! The body that a platform posts for an event.
//!
//! ```
//! use incs_model::event::{MessageStatusUpdate, whatsapp};
//! use incs_model::status::State;
//! use incs_webhook::testing::bodies::{self, Body};
//!
//! let body = Body::incs(MessageStatusUpdate::new("wamid.HBgN", State::Delivered));
//! assert_eq!(
//!     body.as_str(),
//!     r#"{"event":"message_status_update","message_id":"wamid.HBgN","message_status":"delivered","error":null}"#
//! );
//!
//! let hello = whatsapp::Message::new("6281200045678", "wamid.HBgO", whatsapp::Content::Text(whatsapp::Text::new("Olá")));
//! let body = bodies::whatsapp_messages(30112, "6281100099001", [hello]).as_php();
//! assert!(body.as_str().contains(r#"{"body":"Ol\u00e1"}"#));
//! ```

pub mod sample;

use std::fmt;

use incs_model::event::created::{self, ChannelState, MessageCreated};
use incs_model::event::whatsapp::{Contact, Message, Metadata, Value};
use incs_model::event::{self, NewMessage, rcs};
use incs_model::exotel::{self, Callback, Nested};
use incs_model::id::{ChannelId, IncsMessageId};
use incs_model::{Address, RawJson, encode};
use serde::Serialize;

/// The body of a delivery: JSON. `Debug` shows its length only, since it may hold what is not to be shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Body(String);

impl Body {
    /// What INCS posts for an event: any of those in [`incs_model::event`], or an [`event::Event`].
    pub fn incs(event: impl Into<event::Event>) -> Self {
        Self::of(&event.into())
    }

    /// What Exotel posts for a callback: an [`exotel::Item`], a [`Nested`] or a [`Callback`].
    pub fn exotel(callback: impl Into<Callback>) -> Self {
        Self::of(&callback.into())
    }

    /// The same in the spelling of PHP, which is that of INCS: `\/` for each slash, `\uXXXX` for all that is not ASCII.
    #[must_use]
    pub fn as_php(&self) -> Self {
        Self(to_php(&self.0))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The bytes, to be signed and sent.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// The bytes, by value.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0.into_bytes()
    }

    fn of(value: &impl Serialize) -> Self {
        // The types of the model never fail to be written.
        Self(encode(value).ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default())
    }
}

impl From<event::Event> for Body {
    fn from(event: event::Event) -> Self {
        Self::incs(event)
    }
}

impl From<Callback> for Body {
    fn from(callback: Callback) -> Self {
        Self::exotel(callback)
    }
}

/// Any JSON, to see what a receiver makes of it.
impl From<serde_json::Value> for Body {
    fn from(json: serde_json::Value) -> Self {
        Self(json.to_string())
    }
}

/// Any JSON as it is: an event that no version knows, say.
impl From<RawJson> for Body {
    fn from(json: RawJson) -> Self {
        Self(json.get().to_owned())
    }
}

impl AsRef<[u8]> for Body {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Body(<{} bytes>)", self.0.len())
    }
}

/// A `new_message` of WhatsApp with any number of messages, as INCS posts it: with the number that was written to, and a
/// contact for each customer.
pub fn whatsapp_messages(
    channel: impl Into<ChannelId>,
    business: impl Into<Address>,
    messages: impl IntoIterator<Item = Message>,
) -> Body {
    let messages: Vec<Message> = messages.into_iter().collect();
    let mut contacts: Vec<Contact> = Vec::new();
    for from in messages.iter().filter_map(|message| message.from.as_ref()) {
        if !contacts.iter().any(|contact| contact.wa_id.as_ref() == Some(from)) {
            contacts.push(Contact::new().with_wa_id(from.clone()));
        }
    }
    whatsapp(channel, business, Value::new().with_contacts(contacts).with_messages(messages))
}

/// A `new_message` of WhatsApp with whatever the value holds besides the number that was written to: receipts and errors too.
pub fn whatsapp(channel: impl Into<ChannelId>, business: impl Into<Address>, value: Value) -> Body {
    let business = business.into();
    let value = value
        .with_messaging_product("whatsapp")
        .with_metadata(Metadata::new().with_display_phone_number(business.clone()));
    Body::incs(NewMessage::new(value).with_channel_id(channel).with_business_phone(business))
}

/// A `new_message` of RCS, as INCS posts it: the business number is empty.
pub fn rcs_message(message: rcs::UserMessage) -> Body {
    Body::incs(NewMessage::new(message).with_business_phone(""))
}

/// A `message_created` of the workbench.
pub fn message_created(message: created::Message) -> Body {
    Body::incs(MessageCreated::new(message))
}

/// The status update of the workbench. Its name is **unknown**, so that of this body is made up; a receiver tells it by its
/// members.
pub fn channel_status(id: impl Into<IncsMessageId>, state: ChannelState) -> Body {
    let (id, state) = (id.into().as_u64(), state.as_i64());
    Body(format!(r#"{{"event":"message_updated","message":{{"id":{id},"channel_status":{state}}}}}"#))
}

/// Messages of users and delivery reports of Exotel, in one body.
pub fn exotel(items: impl IntoIterator<Item = exotel::Item>) -> Body {
    let items: Vec<exotel::Item> = items.into_iter().collect();
    Body::exotel(Nested::new().with_rcs(items))
}

/// Delivery reports of Exotel about SMS that were sent instead, in one body.
pub fn exotel_sms(reports: impl IntoIterator<Item = exotel::SmsReport>) -> Body {
    let items: Vec<exotel::SmsItem> = reports.into_iter().map(exotel::SmsItem::from).collect();
    Body::exotel(Nested::new().with_sms(items))
}

/// One delivery report of Exotel by itself, as the page on sending has it.
pub fn exotel_flat(report: exotel::Report) -> Body {
    Body::exotel(Callback::Flat(report.into()))
}

fn to_php(json: &str) -> String {
    let mut php = String::with_capacity(json.len());
    let mut is_escaped = false;
    for sign in json.chars() {
        match sign {
            // JSON that was kept as it came may be spelled so already.
            '/' if !is_escaped => php.push_str("\\/"),
            sign if sign.is_ascii() => php.push(sign),
            sign => php.extend(sign.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}"))),
        }
        is_escaped = sign == '\\' && !is_escaped;
    }
    php
}
