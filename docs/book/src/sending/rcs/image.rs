//! Image.
//!
//! A picture behind a public link. Which formats and sizes are taken is **unknown**.

use incs_model::PhoneNumber;
use incs_model::rcs::{Image, Message};

/// Shows what was ordered.
pub fn image(to: PhoneNumber) -> Message {
    Message::new(to, Image::new("https://media.example.com/pics/teapot.png"))
}
