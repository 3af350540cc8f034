//! Texts, media, places, reactions, template buttons.

use crate::id::{MediaId, MediaType, MessageId};
use crate::record::record;

record! {
    /// A text.
    pub struct Text {
        /// The text.
        pub body: String,
    }
}

record! {
    /// A file that the customer sent, in Meta's form (inferred). It comes without a link in most versions.
    pub struct Media {
        /// The file, as Meta numbers it.
        pub id: MediaId,
    }
    optional {
        /// The media type.
        with_mime_type => pub mime_type: MediaType,
        /// SHA-256 of the file, in base64.
        with_sha256 => pub sha256: String,
        /// A text below it.
        with_caption => pub caption: String,
        /// Its name; documents only.
        with_filename => pub filename: String,
        /// Whether an audio was spoken into the phone.
        with_voice => pub voice: bool,
        /// Whether a sticker moves.
        with_animated => pub animated: bool,
        /// A link to the file; newest versions only.
        with_url => pub url: String,
    }
}

record! {
    /// A place, in degrees.
    pub struct Location {
        /// North is positive.
        pub latitude: f64,
        /// East is positive.
        pub longitude: f64,
    }
    optional {
        /// What it is called.
        with_name => pub name: String,
        /// Where it is.
        with_address => pub address: String,
        /// A link about it.
        with_url => pub url: String,
    }
}

record! {
    /// An emoji on an earlier message.
    pub struct Reaction {
        /// The message it is put on.
        pub message_id: MessageId,
    }
    optional {
        /// The emoji; absent or empty when the customer took it back.
        with_emoji => pub emoji: String,
    }
}

record! {
    /// A tap on a quick-reply button of a template.
    pub struct TemplateButton {}
    optional {
        /// What the business set on the button.
        with_payload => pub payload: String,
        /// The button's label.
        with_text => pub text: String,
    }
}
