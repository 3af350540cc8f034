//! Template with cards.
//!
//! Two to ten cards to swipe through, each with suggestions of its own: replies, links, calls.

use incs_model::PhoneNumber;
use incs_model::rcs::{Message, Template};

/// Shows what is on sale.
pub fn template_cards(to: PhoneNumber) -> Message {
    let sale =
        Template::new("rain_sale_carousel").with_parameter("customer", "Rina").with_parameter("offer", "raincoats");
    Message::new(to, sale)
}
