//! Events that INCS posts to your webhook (INCS: message status webhook, template update webhook, new message webhook,
//! message created webhook).
//!
//! [`Event`] reads any body. An event that this version does not know is kept whole as [`Event::Unknown`]; answer it with
//! 200 like the others.
//!
//! ```
//! use incs_model::event::Event;
//! use incs_model::{decode, status::State};
//!
//! let body = br#"{
//!     "event": "message_status_update", "channel_id": 30112, "business_phone": "6281100099001",
//!     "message_id": "wamid.HBgN", "message_status": "delivered", "error": null, "received_at": 1775540117
//! }"#;
//! match decode::<Event>(body).unwrap() {
//!     Event::MessageStatusUpdate(update) => assert_eq!(update.message_status, State::Delivered),
//!     other => println!("ignored: {}", other.kind()),
//! }
//! ```
//!
//! No page of the platform documents signatures, the expected answer and its time limit, repeated deliveries, or the
//! order of deliveries. So verify by a secret in the path, answer 200 at once, and expect
//! every event more than once and in any order.

pub mod created;
mod new_message;
pub mod rcs;
mod status_update;
mod template_update;
pub mod whatsapp;

pub use self::created::MessageCreated;
pub use self::new_message::{NewMessage, NewMessageBody};
pub use self::status_update::{ChannelStatus, ChannelStatusMessage, MessageStatusUpdate, StatusError};
pub use self::template_update::{TemplateCategoryUpdate, TemplateQualityUpdate, TemplateStatusUpdate};

use crate::open::tagged_union;

tagged_union! {
    /// The body of a webhook.
    pub enum Event by "event" {
        /// A sent message has a new state.
        MessageStatusUpdate(MessageStatusUpdate) = "message_status_update",
        /// A template was approved, rejected or got another status.
        TemplateStatusUpdate(TemplateStatusUpdate) = "template_status_update",
        /// A template got another category.
        TemplateCategoryUpdate(TemplateCategoryUpdate) = "template_category_update",
        /// A template has a new quality rating.
        TemplateQualityUpdate(TemplateQualityUpdate) = "template_quality_update",
        /// A customer sent a message.
        NewMessage(NewMessage) = "new_message",
        /// A message passed through the INCS workbench, in either direction.
        MessageCreated(MessageCreated) = "message_created",
    }
    by shape {
        /// A message of the INCS workbench has a new state. Its event name is **unknown**, so it is recognized by its shape:
        /// a `message` with `id` and `channel_status`.
        ChannelStatus(ChannelStatus) = ChannelStatus::probe,
    }
}
