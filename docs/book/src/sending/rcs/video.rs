//! Video.
//!
//! A film behind a public link. Which formats and sizes are taken is **unknown**.

use incs_model::PhoneNumber;
use incs_model::rcs::{Message, Video};

/// Shows how it is put together.
pub fn video(to: PhoneNumber) -> Message {
    Message::new(to, Video::new("https://media.example.com/clips/assembly.mp4"))
}
