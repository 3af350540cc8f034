//! Interactive WhatsApp messages: a link button, a list, cards, or reply buttons (INCS: send WhatsApp message).

pub mod carousel;
pub mod cta_url;
pub mod list;
mod parts;
pub mod reply;

pub use self::carousel::Carousel;
pub use self::cta_url::CtaUrl;
pub use self::list::List;
pub use self::parts::{Body, Footer, Header};
pub use self::reply::ReplyButtons;
pub use super::media::{HeaderDocument, HeaderMedia};

use crate::open::tagged_union;
use crate::validate::{At, Validate, Violations};

tagged_union! {
    /// An interactive message. A `new_message` webhook returns the customer's choice, with the id you set.
    pub enum Interactive by "type" {
        /// One button that opens a link.
        CtaUrl(CtaUrl) = "cta_url",
        /// A menu of rows.
        List(List) = "list",
        /// Cards to swipe through.
        Carousel(Carousel) = "carousel",
        /// One to three reply buttons.
        Button(ReplyButtons) = "button",
    }
}

impl Validate for Interactive {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        match self {
            Self::CtaUrl(message) => message.check(at, found),
            Self::List(message) => message.check(at, found),
            Self::Carousel(message) => message.check(at, found),
            Self::Button(message) => message.check(at, found),
            Self::Unknown(_) => found.unknown_kind(at, "type"),
        }
    }
}
