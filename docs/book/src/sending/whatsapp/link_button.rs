//! Link button.
//!
//! One button that opens a page, in place of a long address in the text. A header and a footer are optional; the header may
//! also be a text, a video or a document. What the customer does with the link is not told to you.

use incs_model::PhoneNumber;
use incs_model::whatsapp::interactive::cta_url::Action;
use incs_model::whatsapp::interactive::{Body, CtaUrl, Footer, Header};
use incs_model::whatsapp::{Interactive, Message};

/// Invites to follow a parcel.
pub fn link_button(to: PhoneNumber) -> Message {
    let track = Action::open("Track it", "https://shop.example.com/o/1042");
    let message = CtaUrl::new(Body::new("Your parcel has left the warehouse."), track)
        .with_header(Header::text("Order 1042"))
        .with_footer(Footer::new("Example Shop"));
    Message::new(to, Interactive::CtaUrl(message))
}
