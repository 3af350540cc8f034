//! WhatsApp messages to send (INCS: send WhatsApp message).

mod content;
pub mod interactive;
mod media;
pub mod template;

pub use self::content::Content;
pub use self::interactive::Interactive;
pub use self::media::{Audio, Document, Image, Video};
pub use self::template::Template;

use crate::message::channel_message;
use crate::phone::PhoneNumber;

channel_message! {
    /// The body of `POST /external/messages/whatsapp`.
    ///
    /// Everything but templates may be sent only within 24 hours after the customer wrote; this crate has no clock and
    /// cannot check it.
    ///
    /// ```
    /// use incs_model::{PhoneNumber, encode, validate, whatsapp};
    ///
    /// let to: PhoneNumber = "+852 5123 0088".parse().unwrap();
    /// let message = whatsapp::Message::text(to, "Your parcel leaves the warehouse today.");
    /// validate(&message).unwrap();
    /// assert_eq!(
    ///     encode(&message).unwrap(),
    ///     br#"{"to":"85251230088","type":"text","text":"Your parcel leaves the warehouse today."}"#,
    /// );
    /// ```
    pub struct Message { Content }
}

impl Message {
    /// A text.
    pub fn text(to: PhoneNumber, text: impl Into<String>) -> Self {
        Self::new(to, Content::Text(text.into()))
    }
}
