//! Text.
//!
//! A text in your own words.

use incs_model::PhoneNumber;
use incs_model::viber::Message;

/// Tells that a table is ready.
pub fn text(to: PhoneNumber) -> Message {
    Message::text(to, "Your table is ready. See you at 18:30!")
}
