//! One message of a customer, and what it holds, whatever the provider.

use serde::Serialize;

use crate::address::Address;
use crate::id::{ChannelId, ConversationId, MediaId, MediaType, MessageId};
use crate::json::{Cutter, RawJson};
use crate::message::Channel;
use crate::open::{open_text, tagged_union};
use crate::record::record;
use crate::time::WireTime;

open_text! {
    /// Who delivered the message to you.
    pub enum Provider {
        /// INCS.
        Incs = "incs",
        /// Exotel.
        Exotel = "exotel",
    }
}

/// Where in a body an item stood, and its text.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Origin {
    /// JSON pointer of the item; empty for the whole body.
    pub pointer: String,
    /// The item as it came.
    pub raw: RawJson,
}

impl Origin {
    /// An item at `pointer`.
    pub fn new(pointer: impl Into<String>, raw: RawJson) -> Self {
        Self { pointer: pointer.into(), raw }
    }

    /// The item at `pointer` of a body; where there is none, `typed` written anew.
    pub(super) fn cut<T: Serialize>(pointer: impl Into<String>, typed: &T, cutter: &mut Cutter<'_>) -> Self {
        let pointer = pointer.into();
        Self { raw: cutter.cut(&pointer, typed), pointer }
    }

    pub(super) fn holding(self, provider: Provider, content: Content) -> Inbound {
        Inbound::new(provider, content, self.pointer, self.raw)
    }
}

record! {
    /// One message of a customer.
    pub struct Inbound {
        /// Who delivered it.
        pub provider: Provider,
        /// What it holds.
        pub content: Content,
        /// JSON pointer of the item in the body it came in; empty for the whole body.
        pub pointer: String,
        /// The item as it came, with every member that this version does not know.
        pub raw: RawJson,
    }
    optional {
        /// The channel. `message_created` does not say it; on WhatsApp it shows in the message id.
        with_channel => pub channel: Channel,
        /// The message, as its provider numbers it. Absent on some errors of Exotel, and before a provider has numbered it.
        with_id => pub id: MessageId,
        /// The customer.
        with_user => pub user: Address,
        /// The business number, agent or bot that was written to.
        with_business => pub business: Address,
        /// The INCS channel.
        with_channel_id => pub channel_id: ChannelId,
        /// The conversation in the INCS workbench.
        with_conversation_id => pub conversation_id: ConversationId,
        /// When it was sent.
        with_sent_at => pub sent_at: WireTime,
        /// The message that this one answers or quotes.
        with_quoted => pub quoted: Quoted,
        /// What the customer calls themselves.
        with_profile_name => pub profile_name: String,
        /// What the business gave the send that this answers, where the provider gives it back.
        with_custom_data => pub custom_data: String,
    }
}

record! {
    /// The message that another one answers or quotes.
    pub struct Quoted {}
    optional {
        /// The quoted message.
        with_id => pub id: MessageId,
        /// Who wrote it.
        with_from => pub from: Address,
    }
}

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
