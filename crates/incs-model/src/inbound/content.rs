//! What a customer's message holds, whatever the provider.

use crate::address::Address;
use crate::id::{MediaId, MediaType, MessageId};
use crate::open::{open_text, tagged_union};
use crate::record::record;

tagged_union! {
    /// What a customer's message holds.
    pub enum Content by "type" {
        /// A text.
        Text(Text) = "text",
        /// An image, audio, video, document, sticker or other file.
        Media(Media) = "media",
        /// A place.
        Location(Location) = "location",
        /// A tap on a button, a suggestion or a row of a list.
        Choice(Choice) = "choice",
        /// An emoji on an earlier message, or its removal.
        Reaction(Reaction) = "reaction",
        /// People out of the customer's address book.
        Contacts(Contacts) = "contacts",
        /// An order from a catalogue.
        Order(Order) = "order",
        /// Something that the provider could not pass on.
        Error(Problem) = "error",
        /// Something that has no neutral form; see the raw item.
        Other(Other) = "other",
    }
}

record! {
    /// A text.
    pub struct Text {
        /// The text.
        pub text: String,
    }
}

open_text! {
    /// What a file is.
    pub enum MediaKind {
        /// An image.
        Image = "image",
        /// An audio.
        Audio = "audio",
        /// A video.
        Video = "video",
        /// A document.
        Document = "document",
        /// A sticker.
        Sticker = "sticker",
        /// Any file.
        File = "file",
    }
}

record! {
    /// A file. It is reached by link or by the provider's id; which one depends on the provider.
    pub struct Media {
        /// What it is. RCS only knows files: there the media type decides between image, audio, video and file.
        pub kind: MediaKind,
    }
    optional {
        /// Link to the file.
        with_url => pub url: String,
        /// The file, as the provider numbers it.
        with_id => pub id: MediaId,
        /// The media type.
        with_media_type => pub media_type: MediaType,
        /// Its name.
        with_file_name => pub file_name: String,
        /// Bytes. (Exotel names no unit.)
        with_size => pub size: u64,
        /// Seconds.
        with_duration => pub duration: u64,
        /// The text below it.
        with_caption => pub caption: String,
        /// SHA-256 of the file, in base64.
        with_sha256 => pub sha256: String,
        /// Whether an audio was spoken into the phone.
        with_voice => pub voice: bool,
        /// A small picture of it.
        with_thumbnail => pub thumbnail: Thumbnail,
    }
}

record! {
    /// A small picture of a file.
    pub struct Thumbnail {
        /// Link to the picture.
        pub url: String,
    }
    optional {
        /// The media type.
        with_media_type => pub media_type: MediaType,
        /// Bytes.
        with_size => pub size: u64,
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
    }
}

open_text! {
    /// What was tapped.
    pub enum ChoiceKind {
        /// A suggested reply.
        Reply = "reply",
        /// A suggested action: a link, a call, ….
        Action = "action",
        /// A row of a list.
        List = "list",
        /// A button below a message or template.
        Button = "button",
        /// The end of a flow; the data is the JSON of what was entered.
        Flow = "flow",
    }
}

record! {
    /// A tap.
    pub struct Choice {
        /// What was tapped.
        pub kind: ChoiceKind,
    }
    optional {
        /// What the business set on it: the id, payload or postback data.
        with_data => pub data: String,
        /// The label that the customer saw.
        with_label => pub label: String,
        /// The description that the customer saw.
        with_description => pub description: String,
    }
}

record! {
    /// An emoji on an earlier message.
    pub struct Reaction {
        /// The message it is put on.
        pub message_id: MessageId,
    }
    optional {
        /// The emoji; absent when the customer took it back.
        with_emoji => pub emoji: String,
    }
}

record! {
    /// People out of the customer's address book.
    pub struct Contacts {
        /// The people.
        pub people: Vec<Person>,
    }
}

record! {
    /// A person.
    pub struct Person {}
    optional {
        /// Their name.
        with_name => pub name: String,
    }
    list {
        /// Their numbers.
        with_phones => pub phones: Address,
        /// Their e-mail addresses.
        with_emails => pub emails: String,
    }
}

record! {
    /// An order from a catalogue.
    pub struct Order {}
    optional {
        /// The catalogue.
        with_catalog_id => pub catalog_id: String,
        /// What the customer wrote with it.
        with_text => pub text: String,
    }
    list {
        /// What was ordered.
        with_lines => pub lines: OrderLine,
    }
}

record! {
    /// One product of an order.
    pub struct OrderLine {
        /// The product, as the business numbers it.
        pub product_id: String,
    }
    optional {
        /// How many, as a decimal number.
        with_quantity => pub quantity: String,
        /// The price of one, as a decimal number.
        with_price => pub price: String,
        /// The currency, like `USD`.
        with_currency => pub currency: String,
    }
}

record! {
    /// Something that the provider could not pass on.
    pub struct Problem {}
    optional {
        /// The provider's number.
        with_code => pub code: i64,
        /// The provider's name for it.
        with_name => pub name: String,
        /// A text for people.
        with_text => pub text: String,
    }
}

record! {
    /// Something that has no neutral form.
    pub struct Other {
        /// What the provider calls it.
        pub kind: String,
    }
}

impl MediaKind {
    /// The kind behind a media type: the part before the slash, if it is one of ours.
    pub(crate) fn of(media_type: Option<&MediaType>) -> Self {
        match media_type.and_then(|text| text.as_str().split('/').next()) {
            Some("image") => Self::Image,
            Some("audio") => Self::Audio,
            Some("video") => Self::Video,
            _ => Self::File,
        }
    }
}
