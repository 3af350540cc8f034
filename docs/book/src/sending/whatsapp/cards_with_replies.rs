//! Cards with replies.
//!
//! Two to ten things to choose from in the chat, each with quick replies in place of the link. The id of the one that is
//! tapped comes back in a webhook. Every card has as many as the others. How many a card may have is **unknown**; the
//! samples have two.

use incs_model::PhoneNumber;
use incs_model::whatsapp::interactive::carousel::{Card, CardAction};
use incs_model::whatsapp::interactive::reply::CardButton;
use incs_model::whatsapp::interactive::{Body, Carousel, Header};
use incs_model::whatsapp::{Interactive, Message};

/// Lets the customer choose a room.
pub fn cards_with_replies(to: PhoneNumber) -> Message {
    let card = |index: u32, name: &str, text| {
        let picture = Header::image(format!("https://media.example.com/pics/{name}.jpeg"));
        let replies = CardAction::quick_replies([
            CardButton::quick_reply(format!("take-{name}"), "Take it"),
            CardButton::quick_reply(format!("ask-{name}"), "Ask about it"),
        ]);
        Card::new(index, picture, replies).with_body(Body::new(text))
    };
    let cards = [card(0, "garden", "Garden room, 2 beds"), card(1, "tower", "Tower room, 1 bed")];
    Message::new(to, Interactive::Carousel(Carousel::of(Body::new("Two rooms are free:"), cards)))
}
