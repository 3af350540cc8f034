//! Recipients that are always refused, so that each documented error can be had with nothing but a send.

use incs_model::envelope::Code;

use super::reply::Reply;
use crate::channel::Channel;

/// Number, channel that it works on (all if none), the code and its words.
const RECIPIENTS: [(&str, Option<Channel>, Code, &str); 5] = [
    ("15550000429", None, Code::TooManyAttempts, "Too many attempts"),
    ("15550000500", None, Code::ServerError, "Server error"),
    ("15550010002", Some(Channel::WhatsApp), Code::WhatsApp, "(#131026) Message undeliverable"),
    ("15550010003", Some(Channel::Viber), Code::Viber, "Message failed \u{2013} detailed reason unknown"),
    ("15550010004", Some(Channel::Rcs), Code::Rcs, "The recipient cannot be reached by RCS"),
];

/// Refuses a recipient of the table.
pub(super) fn refuse(channel: Channel, to: &str) -> Result<(), Reply> {
    match RECIPIENTS.iter().find(|(number, on, ..)| *number == to && on.is_none_or(|on| on == channel)) {
        Some((_, _, code, text)) => Err(Reply::failure(*code, text)),
        None => Ok(()),
    }
}
