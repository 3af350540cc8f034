//! Template with a card.
//!
//! A picture or a film with a title, a description and up to four suggestions. On the wire it is a template like any other:
//! what it looks like is said when the template is made.

use incs_model::PhoneNumber;
use incs_model::rcs::{Message, Template};

/// Announces a sale.
pub fn template_card(to: PhoneNumber) -> Message {
    let sale = Template::new("rain_sale_card").with_parameter("customer", "Rina").with_parameter("offer", "50% off");
    Message::new(to, sale)
}
