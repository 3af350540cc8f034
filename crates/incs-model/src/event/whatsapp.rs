//! What a customer writes on WhatsApp: the `value` of Meta's webhook, passed through (INCS: new message webhook, WhatsApp).
//!
//! The INCS pages sample texts, quoted texts and the replies to lists and buttons. All other kinds are in Meta's forms
//! (inferred). Media come as an id without a link, and no INCS route to fetch one is known: where you need the file, use
//! [`message_created`](crate::event::created), whose content holds links.

mod call;
mod content;
mod value;

pub use self::call::{Call, CallDirection, CallEvent, CallOutcome, CallSession};
pub use self::content::{
    Amount, ButtonReply, CallPermission, CallPermissionReply, ContactName, ContactOrganization, ContactPhone, Content,
    Edit, EditedContent, EmailAddress, FlowReply, Interactive, ListReply, Location, Media, Order, OrderItem,
    PostalAddress, Reaction, Referral, Revoke, SharedContact, System, SystemKind, TemplateButton, Text, Unsupported,
    WebAddress, WelcomeMessage,
};
pub use self::value::{
    Contact, ContactIndex, Context, ErrorDetails, ErrorItem, Message, Metadata, PreferenceCategory, PreferenceValue,
    Pricing, Profile, RecipientKind, ReferredProduct, Status, StatusKind, UserPreference, Value,
};
