//! A provider-neutral view of customers' messages, from INCS and Exotel.
//!
//! An [`Inbound`] is one message of a customer, from any provider and channel. Pure functions make it from the decoded value and
//! from the body that it was decoded from, so that the raw item is always available.
//!
//! ```
//! use incs_model::inbound::{self, Content};
//!
//! let body = br#"{"event": "new_message", "business_phone": "", "message": {
//!     "senderPhoneNumber": "+6281200045678", "messageId": "c2f70b14", "text": "Do you open on Sunday?"}}"#;
//! let event = incs_model::decode(body).unwrap();
//! let messages = inbound::from_event(&event, body);
//! assert!(matches!(&messages[0].content, Content::Text(text) if text.text == "Do you open on Sunday?"));
//! let user = messages[0].user.as_ref().unwrap();
//! assert_eq!(user.key().unwrap().as_str(), "phone:6281200045678");
//! ```
//!
//! INCS can send the same message twice, as `new_message` and as `message_created`, if both callbacks are set. Both have
//! the provider's message id.

mod content;
mod from_exotel;
mod from_incs;
mod message;
mod person;

pub use self::content::{
    AccountChange, ChangeKind, Choice, ChoiceKind, Content, Edit, EditedContent, Location, Media, MediaKind, Order,
    OrderLine, Other, Permission, PermissionAnswer, PermissionKind, Problem, Reaction, Revoke, Text, Thumbnail,
    Welcome,
};
pub use self::from_exotel::{exotel_message, from_exotel};
pub use self::from_incs::{
    SHARED_TEXT_MAX, WhatsAppDelivery, created_message, from_event, rcs_message, whatsapp_message,
};
pub use self::message::{Inbound, Origin, Product, Provider, Quoted, Referral};
pub use self::person::{Contacts, Email, NameParts, Organization, Person, Phone, PostalAddress, WebPage};
