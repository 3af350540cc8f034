//! Messages and secrets that the tests send.

use incs_model::{OutboundMessage, PhoneNumber, viber};

/// The certification code of most tests.
pub(crate) const CODE: &str = "c0de-5d1f-e07a";

/// The password of the account.
pub(crate) const PASSWORD: &str = "correct-horse-battery";

/// A bearer token.
pub(crate) const TOKEN: &str = "t0ken-91ab";

/// Who gets the messages.
pub(crate) const PHONE: &str = "85251230088";

/// What they say.
pub(crate) const TEXT: &str = "Dear Ms Tan, room 12";

/// The id in [`sent`].
pub(crate) const SENT_ID: &str = "wamid.HBgNx-sent";

pub(crate) fn to(number: &str) -> PhoneNumber {
    number.parse().unwrap()
}

/// A message that breaks no rule.
pub(crate) fn message() -> OutboundMessage {
    message_of(TEXT)
}

/// A message with this text.
pub(crate) fn message_of(text: &str) -> OutboundMessage {
    viber::Message::new(to(PHONE), viber::Content::Text(text.into())).into()
}

/// `data` of a send that succeeded.
pub(crate) fn sent() -> serde_json::Value {
    serde_json::json!({ "msg_id": SENT_ID })
}
