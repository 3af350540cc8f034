//! Messages of customers on WhatsApp: the `value` of Meta's webhook, forwarded unchanged (INCS: new message webhook, WhatsApp).
//!
//! The INCS pages have samples of texts, quoted texts and the replies to lists and buttons. All other kinds are in Meta's form
//! (inferred). Media come as an id without a link, and no INCS route to download one is known: if you need the file, use
//! [`message_created`](crate::event::created), whose content holds links.

mod call;
mod contact;
mod content;
mod error;
mod message;
mod preference;
mod status;
mod value;

pub use self::call::{Call, CallDirection, CallEvent, CallOutcome, CallSession};
pub(crate) use self::contact::short_copy;
pub use self::contact::{Contact, ContactIndex, Profile};
pub use self::content::{
    Amount, ButtonReply, CallPermission, CallPermissionReply, ContactName, ContactOrganization, ContactPhone, Content,
    Edit, EditedContent, EmailAddress, FlowReply, Interactive, ListReply, Location, Media, Order, OrderItem,
    PostalAddress, Reaction, Referral, Revoke, SharedContact, System, SystemKind, TemplateButton, Text, Unsupported,
    WebAddress, WelcomeMessage,
};
pub use self::error::{ErrorDetails, ErrorItem};
pub use self::message::{Context, Message, ReferredProduct};
pub use self::preference::{PreferenceCategory, PreferenceValue, UserPreference};
pub use self::status::{Pricing, RecipientKind, Status, StatusKind};
pub use self::value::{Metadata, Value};
