//! Audio.
//!
//! A recording behind a public link, for what is better heard than read.

use incs_model::PhoneNumber;
use incs_model::whatsapp::{Audio, Message};

/// Greets in the voice of the shop's owner.
pub fn audio(to: PhoneNumber) -> Message {
    Message::new(to, Audio::new("https://media.example.com/voice/welcome.mp3"))
}
