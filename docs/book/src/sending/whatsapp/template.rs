//! Template without values.
//!
//! A text that was approved once, and is the same for everybody. It may be sent at any time: only templates may begin a
//! conversation.

use incs_model::PhoneNumber;
use incs_model::whatsapp::{Message, Template};

/// Tells that an order came in.
pub fn template(to: PhoneNumber) -> Message {
    Message::new(to, Template::new("order_received_v2"))
}
