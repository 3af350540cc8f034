//! Template with values.
//!
//! A text with blanks that each send fills. There is one value for each placeholder, `{{1}}` first. A value too few or too
//! many is the commonest reason why a template is refused; `check_send` on the template's definition tells before.

use incs_model::PhoneNumber;
use incs_model::whatsapp::template::{Component, Parameter};
use incs_model::whatsapp::{Message, Template};

/// Reminds of a renewal: a date in the header, a name, a code and a discount in the body.
pub fn template_values(to: PhoneNumber) -> Message {
    let template = Template::new("renewal_notice_3").with_components([
        Component::header(Parameter::text("2026-05-31")),
        Component::body(["Ms Tan", "SAVE15", "15%"].map(Parameter::text)),
    ]);
    Message::new(to, template)
}
