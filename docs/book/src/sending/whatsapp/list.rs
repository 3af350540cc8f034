//! List.
//!
//! A menu behind a button, for four to ten choices. The customer picks one row, and its id comes back in a `new_message`
//! webhook. Up to three choices are better shown as [reply buttons](#reply-buttons).

use incs_model::PhoneNumber;
use incs_model::whatsapp::interactive::list::{Action, Row, Section};
use incs_model::whatsapp::interactive::{Body, List};
use incs_model::whatsapp::{Interactive, Message};

/// Lets the customer choose when a parcel is brought.
pub fn list(to: PhoneNumber) -> Message {
    let today = Section::new("Today", [Row::new("today-pm", "Evening").with_description("18:00 to 21:00")]);
    let tomorrow = [
        Row::new("tomorrow-am", "Morning").with_description("8:00 to 12:00"),
        Row::new("tomorrow-pm", "Afternoon").with_description("13:00 to 18:00"),
    ];
    let action = Action::new("Pick a time", [today, Section::new("Tomorrow", tomorrow)]);
    let menu = List::new(Body::new("When should we bring your order?"), action);
    Message::new(to, Interactive::List(menu))
}
