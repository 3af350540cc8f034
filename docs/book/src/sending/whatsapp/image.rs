//! Image.
//!
//! A picture behind a public link; its server is asked for the file when the message is sent. A caption is not documented.

use incs_model::PhoneNumber;
use incs_model::whatsapp::{Image, Message};

/// Shows what was ordered.
pub fn image(to: PhoneNumber) -> Message {
    Message::new(to, Image::new("https://media.example.com/pics/teapot.png"))
}
