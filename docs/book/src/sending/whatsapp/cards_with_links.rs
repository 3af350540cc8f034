//! Cards with links.
//!
//! Two to ten things to choose from, each with a picture or a film and one link button. All cards have a button of the same
//! kind. The message has a text above the cards, but no header and no footer.

use incs_model::PhoneNumber;
use incs_model::whatsapp::interactive::carousel::{Card, CardAction};
use incs_model::whatsapp::interactive::{Body, Carousel, Header};
use incs_model::whatsapp::{Interactive, Message};

/// Shows what is new in the shop.
pub fn cards_with_links(to: PhoneNumber) -> Message {
    let card = |index: u32, name: &str, text| {
        let picture = Header::image(format!("https://media.example.com/pics/{name}.jpeg"));
        let action = CardAction::open("View", format!("https://shop.example.com/p/{name}"));
        Card::new(index, picture, action).with_body(Body::new(text))
    };
    let cards = [card(0, "teapot", "Teapot, 0.8 l"), card(1, "mug", "Mug, 0.3 l")];
    Message::new(to, Interactive::Carousel(Carousel::of(Body::new("Fresh from the kiln:"), cards)))
}
