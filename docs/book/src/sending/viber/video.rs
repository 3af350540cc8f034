//! Video.
//!
//! A film behind a public link, whose server must say how long the file is.

use incs_model::PhoneNumber;
use incs_model::viber::{Message, Video};

/// Shows how it is put together.
pub fn video(to: PhoneNumber) -> Message {
    Message::new(to, Video::new("https://media.example.com/clips/assembly.mp4"))
}
