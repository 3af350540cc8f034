//! What a customer writes on WhatsApp: the `value` of Meta's webhook, passed through (INCS: new message webhook, WhatsApp).
//!
//! The INCS pages sample texts, quoted texts and the replies to lists and buttons. All other kinds are in Meta's forms
//! (inferred). Media come as an id without a link, and no INCS route to fetch one is known: where you need the file, use
//! [`message_created`](crate::event::created), whose content holds links.

mod content;
mod interactive;
mod media;
mod message;
mod order;
mod shared_contact;
mod status;
mod system;
mod value;

pub use self::content::Content;
pub use self::interactive::{ButtonReply, FlowReply, Interactive, ListReply};
pub use self::media::{Location, Media, Reaction, TemplateButton, Text};
pub use self::message::{Context, Message, ReferredProduct};
pub use self::order::{Amount, Order, OrderItem};
pub use self::shared_contact::{
    ContactName, ContactOrganization, ContactPhone, EmailAddress, PostalAddress, SharedContact, WebAddress,
};
pub use self::status::Status;
pub use self::system::{Referral, System, SystemKind};
pub use self::value::{Contact, ErrorDetails, ErrorItem, Metadata, Profile, Value};
