//! One neutral view over what customers write, from INCS and Exotel.
//!
//! An [`Inbound`] is one message of a customer, whatever the provider and channel. It is made by pure functions from what was
//! decoded and from the body it was decoded from, so that the raw item is always at hand.
//!
//! ```
//! use incs_model::inbound::{self, Content};
//!
//! let body = br#"{"event": "new_message", "business_phone": "", "message": {
//!     "senderPhoneNumber": "+6281200045678", "messageId": "c2f70b14", "text": "Do you open on Sunday?"}}"#;
//! let event = incs_model::decode(body).unwrap();
//! let messages = inbound::from_event(&event, body);
//! assert!(matches!(&messages[0].content, Content::Text(text) if text.text == "Do you open on Sunday?"));
//! assert_eq!(messages[0].user.as_ref().unwrap().key(), "6281200045678");
//! ```
//!
//! The same message may come twice from INCS, as `new_message` and as `message_created`, if both callbacks are set. Both carry
//! the provider's message id.

mod from_exotel;
mod from_incs;
mod message;

pub use self::from_exotel::exotel_message;
pub use self::from_incs::{Envelope, created_message, rcs_message, whatsapp_message};
pub use self::message::{
    Choice, ChoiceKind, Contacts, Content, Inbound, Location, Media, MediaKind, Order, OrderLine, Origin, Other,
    Person, Problem, Provider, Quoted, Reaction, Text, Thumbnail,
};
use crate::event::{Event, NewMessageBody};
use crate::exotel::Callback;
use crate::json::Cutter;

/// The customers' messages in an INCS event; none in events about sent messages and templates.
///
/// `body` is the text that the event was decoded from; the raw items are cut out of it.
pub fn from_event(event: &Event, body: &[u8]) -> Vec<Inbound> {
    match event {
        Event::NewMessage(new) => match &new.message {
            NewMessageBody::WhatsApp(value) => from_incs::whatsapp_messages(new, value, body),
            NewMessageBody::Rcs(message) => {
                vec![rcs_message(new.channel_id, message, Origin::cut("/message", message, &mut Cutter::new(body)))]
            }
            NewMessageBody::Unknown(_) => Vec::new(),
        },
        Event::MessageCreated(created) => {
            let message = &created.message;
            let origin = Origin::cut("/message", message, &mut Cutter::new(body));
            created_message(message, origin).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// The customers' messages in an Exotel callback; none in delivery reports.
///
/// `body` is the text that the callback was decoded from; the raw items are cut out of it.
pub fn from_exotel(callback: &Callback, body: &[u8]) -> Vec<Inbound> {
    from_exotel::messages(callback, body)
}
