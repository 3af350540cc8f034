//! Reply buttons.
//!
//! One to three short answers, of which the customer taps one; its id comes back in a `new_message` webhook. A header and a
//! footer are optional.

use incs_model::PhoneNumber;
use incs_model::whatsapp::interactive::reply::{Action, Button};
use incs_model::whatsapp::interactive::{Body, Header, ReplyButtons};
use incs_model::whatsapp::{Interactive, Message};

/// Asks whether a reservation stands.
pub fn reply_buttons(to: PhoneNumber) -> Message {
    let buttons =
        [Button::reply("keep", "I will come"), Button::reply("move", "Another time"), Button::reply("drop", "Cancel")];
    let question = ReplyButtons::new(Body::new("A table for two, today at 18:30?"), Action::new(buttons))
        .with_header(Header::image("https://media.example.com/pics/terrace.png"));
    Message::new(to, Interactive::Button(question))
}
