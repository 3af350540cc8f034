//! One-time password.
//!
//! A code in words of Viber's own, in the customer's language. Which languages and how many minutes are allowed is
//! **unknown**. The code is a secret: `Debug` and errors do not show it.

use incs_model::PhoneNumber;
use incs_model::viber::{Message, OneTimePassword};

/// Sends a code to sign in with, good for five minutes.
pub fn one_time_password(to: PhoneNumber) -> Message {
    Message::new(to, OneTimePassword::new("730264", "en", 5))
}
