//! Document.
//!
//! A file to keep: a bill, a ticket, a manual. A name to show is not documented; the phone shows that of the link.

use incs_model::PhoneNumber;
use incs_model::whatsapp::{Document, Message};

/// Sends the bill.
pub fn document(to: PhoneNumber) -> Message {
    Message::new(to, Document::new("https://media.example.com/bills/1042.pdf"))
}
