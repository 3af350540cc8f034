//! Document.
//!
//! A file to keep: a bill, a ticket, a manual. Only PDF.

use incs_model::PhoneNumber;
use incs_model::rcs::{Document, Message};

/// Sends the bill.
pub fn document(to: PhoneNumber) -> Message {
    Message::new(to, Document::new("https://media.example.com/bills/1042.pdf"))
}
