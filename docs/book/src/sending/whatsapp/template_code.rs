//! Template with a one-time code.
//!
//! A code to sign in with. An authentication template takes it **instead of** components. The code is a secret: `Debug` and
//! errors do not show it.

use incs_model::PhoneNumber;
use incs_model::whatsapp::{Message, Template};

/// Sends a code to sign in with.
pub fn template_code(to: PhoneNumber) -> Message {
    Message::new(to, Template::new("login_code_en").with_code("480913"))
}
