//! Text.
//!
//! An answer in your own words. The phone shows `*bold*`, `_italic_` and links as such. No maximum length is documented.

use incs_model::PhoneNumber;
use incs_model::whatsapp::Message;

/// Answers a question about a parcel.
pub fn text(to: PhoneNumber) -> Message {
    Message::text(to, "Your parcel leaves the warehouse *today*: https://shop.example.com/o/1042")
}
