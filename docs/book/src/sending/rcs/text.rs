//! Text.
//!
//! An answer in your own words. No maximum length is documented.

use incs_model::PhoneNumber;
use incs_model::rcs::Message;

/// Confirms a reservation.
pub fn text(to: PhoneNumber) -> Message {
    Message::text(to, "Thanks, we have booked you in for 18:30.")
}
