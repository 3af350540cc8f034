//! Viber messages to send (INCS: send Viber message).

mod content;

pub use self::content::{Content, Document, Image, OneTimePassword, Video};

use crate::message::channel_message;
use crate::phone::PhoneNumber;

channel_message! {
    /// The body of `POST /external/messages/viber`. Viber has no templates, no audio and nothing interactive.
    ///
    /// ```
    /// use incs_model::{PhoneNumber, validate, viber};
    ///
    /// let to: PhoneNumber = "85251230088".parse().unwrap();
    /// let message = viber::Message::new(to, viber::OneTimePassword::new("730264", "en", 5u32));
    /// validate(&message).unwrap();
    /// ```
    pub struct Message { Content }
}

impl Message {
    /// A text.
    pub fn text(to: PhoneNumber, text: impl Into<String>) -> Self {
        Self::new(to, Content::Text(text.into()))
    }
}
