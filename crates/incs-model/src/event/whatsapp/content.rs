//! The kinds of message.

use super::interactive::Interactive;
use super::media::{Location, Media, Reaction, TemplateButton, Text};
use super::order::Order;
use super::shared_contact::SharedContact;
use super::system::System;
use crate::open::member_union;

member_union! {
    /// What a message holds: `type`, and the member of that name.
    pub enum Content by "type" {
        /// A text.
        Text(Text) = "text",
        /// An image.
        Image(Media) = "image",
        /// An audio, or a voice message.
        Audio(Media) = "audio",
        /// A video.
        Video(Media) = "video",
        /// A document.
        Document(Media) = "document",
        /// A sticker.
        Sticker(Media) = "sticker",
        /// A place.
        Location(Location) = "location",
        /// People out of the customer's address book.
        Contacts(Vec<SharedContact>) = "contacts",
        /// A tap on a quick-reply button of a template.
        Button(TemplateButton) = "button",
        /// A choice from a list or button, or a finished flow.
        Interactive(Interactive) = "interactive",
        /// An emoji on an earlier message, or its removal.
        Reaction(Reaction) = "reaction",
        /// An order from a catalogue.
        Order(Order) = "order",
        /// The customer changed their number or identity.
        System(System) = "system",
    }
    bare {
        /// A kind that Meta does not pass on; `errors` of the message say more.
        Unsupported = "unsupported",
    }
}
