//! Bodies as the platforms post them.
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
//! let body = bodies::whatsapp_messages(30112, "6281100099001", [hello]).to_php();
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

/// The JSON body of a delivery. `Debug` shows only its length, since it may contain personal data.
#[derive(Clone, PartialEq, Eq)]
pub struct Body(String);

impl Body {
    /// Creates the body that INCS posts for an event: any type in [`incs_model::event`], or an [`event::Event`].
    pub fn incs(event: impl Into<event::Event>) -> Self {
        Self::of(&event.into())
    }

    /// Creates the body that Exotel posts for a callback: an [`exotel::Item`], a [`Nested`] or a [`Callback`].
    pub fn exotel(callback: impl Into<Callback>) -> Self {
        Self::of(&callback.into())
    }

    /// Returns the same JSON as PHP, and so INCS, writes it: `\/` for each slash, `\uXXXX` for non-ASCII characters.
    #[must_use]
    pub fn to_php(&self) -> Self {
        Self(to_php(&self.0))
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the bytes to sign and send.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// Converts the body to bytes.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0.into_bytes()
    }

    fn of(value: &impl Serialize) -> Self {
        // Serializing the types of the model cannot fail.
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

/// Creates a body from any JSON.
impl From<serde_json::Value> for Body {
    fn from(json: serde_json::Value) -> Self {
        Self(json.to_string())
    }
}

/// Creates a body from unchanged JSON, for instance an unknown event.
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

/// Creates a `new_message` of WhatsApp with any number of messages, as INCS posts it: with the business number, and a contact for each
/// customer.
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

/// Creates a `new_message` of WhatsApp from a value, which may contain receipts and errors. The business number is added.
pub fn whatsapp(channel: impl Into<ChannelId>, business: impl Into<Address>, value: Value) -> Body {
    let business = business.into();
    let value = value
        .with_messaging_product("whatsapp")
        .with_metadata(Metadata::new().with_display_phone_number(business.clone()));
    Body::incs(NewMessage::new(value).with_channel_id(channel).with_business_phone(business))
}

/// Creates a `new_message` of RCS, as INCS posts it, with an empty business number.
pub fn rcs_message(message: rcs::UserMessage) -> Body {
    Body::incs(NewMessage::new(message).with_business_phone(""))
}

/// Creates a `message_created` of the workbench.
pub fn message_created(message: created::Message) -> Body {
    Body::incs(MessageCreated::new(message))
}

/// Creates the status update of the workbench. Its event name is **unknown**, so this body has an invented one. A receiver recognizes
/// it by its members.
pub fn channel_status(id: impl Into<IncsMessageId>, state: ChannelState) -> Body {
    let (id, state) = (id.into().as_u64(), state.as_i64());
    Body(format!(r#"{{"event":"message_updated","message":{{"id":{id},"channel_status":{state}}}}}"#))
}

/// Creates a body of Exotel with messages of users and delivery reports.
pub fn exotel(items: impl IntoIterator<Item = exotel::Item>) -> Body {
    let items: Vec<exotel::Item> = items.into_iter().collect();
    Body::exotel(Nested::new().with_rcs(items))
}

/// Creates a body of Exotel with delivery reports of SMS that were sent instead.
pub fn exotel_sms(reports: impl IntoIterator<Item = exotel::SmsReport>) -> Body {
    let items: Vec<exotel::SmsItem> = reports.into_iter().map(exotel::SmsItem::from).collect();
    Body::exotel(Nested::new().with_sms(items))
}

/// Creates a body of Exotel that is one delivery report without a list, as on the page about sending.
pub fn exotel_flat(report: exotel::Report) -> Body {
    Body::exotel(Callback::Flat(report.into()))
}

fn to_php(json: &str) -> String {
    let mut php = String::with_capacity(json.len());
    let mut is_escaped = false;
    for sign in json.chars() {
        match sign {
            // Unchanged JSON may already have the escape.
            '/' if !is_escaped => php.push_str("\\/"),
            sign if sign.is_ascii() => php.push(sign),
            sign => php.extend(sign.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}"))),
        }
        is_escaped = sign == '\\' && !is_escaped;
    }
    php
}
