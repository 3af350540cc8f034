//! RCS messages to send (INCS: send RCS message).

mod content;

pub use self::content::{Content, Document, Image, Template, Video};

use crate::message::channel_message;
use crate::phone::PhoneNumber;

channel_message! {
    /// The body of `POST /external/messages/rcs`.
    ///
    /// Everything but templates may be sent only within 24 hours after the customer wrote; this crate has no clock and
    /// cannot check it.
    ///
    /// ```
    /// use incs_model::{PhoneNumber, rcs, validate};
    ///
    /// let to: PhoneNumber = "85251230088".parse().unwrap();
    /// let note = rcs::Template::new("delivery_note_2").with_parameter("customer", "Rina").with_parameter("order_no", "SO-1");
    /// validate(&rcs::Message::new(to, note)).unwrap();
    /// ```
    pub struct Message { Content }
}

impl Message {
    /// A text.
    pub fn text(to: PhoneNumber, text: impl Into<String>) -> Self {
        Self::new(to, Content::Text(text.into()))
    }
}
