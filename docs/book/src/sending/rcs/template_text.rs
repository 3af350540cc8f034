//! Template with a text.
//!
//! A text that was approved once, with a value for each `[variable]` in any of its parts; also those of the suggestions
//! below the bubble. The send does not repeat text or suggestions.

use incs_model::PhoneNumber;
use incs_model::rcs::{Message, Template};

/// Tells that a parcel is on its way.
pub fn template_text(to: PhoneNumber) -> Message {
    let note =
        Template::new("parcel_update_1").with_parameter("customer", "Rina").with_parameter("order_no", "SO-1042");
    Message::new(to, note)
}
