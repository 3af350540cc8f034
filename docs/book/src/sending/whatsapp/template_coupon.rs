//! Template with a coupon.
//!
//! A coupon that one tap copies, with a code of its own for each send. `0` is the place of the button among those of the
//! template.

use incs_model::PhoneNumber;
use incs_model::whatsapp::template::Component;
use incs_model::whatsapp::{Message, Template};

/// Gives the customer a coupon of her own.
pub fn template_coupon(to: PhoneNumber) -> Message {
    let template = Template::new("coupon_copy_2").with_components([Component::copy_code(0, "RAIN2026")]);
    Message::new(to, template)
}
