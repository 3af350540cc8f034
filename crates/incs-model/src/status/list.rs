//! What the platform says of messages.

use incs_model_derive::WireStruct;
use serde::{Deserialize, Deserializer, Serialize};

use super::state::State;
use crate::id::MessageId;
use crate::time::UnixSeconds;

/// `data` of the reply to a status query. It holds a `data` of its own.
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct StatusList {
    /// One row for each message; whether unknown ids are left out is **unknown**.
    pub data: Vec<MessageStatus>,
}

/// What became of one message. The platform may be some minutes behind.
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct MessageStatus {
    /// The message.
    pub message_id: MessageId,
    /// The latest that is known. No reason of a failure is documented here.
    pub message_status: State,
    /// When the message was created.
    #[cfg_attr(feature = "schema", schemars(with = "Option<UnixSeconds>"))]
    #[serde(default, deserialize_with = "time_or_null")]
    pub created_at: UnixSeconds,
    /// When it arrived; not recorded when a `read` overtook the delivery report, although it did arrive.
    #[cfg_attr(feature = "schema", schemars(with = "Option<UnixSeconds>"))]
    #[serde(default, deserialize_with = "time_or_null")]
    pub delivered_at: UnixSeconds,
    /// When it was read. That an unread message has `0` here is inferred; `null` is taken for it too.
    #[cfg_attr(feature = "schema", schemars(with = "Option<UnixSeconds>"))]
    #[serde(default, deserialize_with = "time_or_null")]
    pub read_at: UnixSeconds,
}

fn time_or_null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<UnixSeconds, D::Error> {
    Option::<UnixSeconds>::deserialize(deserializer).map(Option::unwrap_or_default)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_that_is_absent_or_null_was_not_recorded() {
        let body = br#"{"message_id":"wamid.x","message_status":"sent","created_at":1775540101,"read_at":null}"#;
        let status: MessageStatus = crate::decode(body).unwrap();
        assert_eq!(status, MessageStatus::new("wamid.x", State::Sent).with_created_at(1_775_540_101_i64));
        let error =
            crate::decode::<MessageStatus>(br#"{"message_id":"x","message_status":"sent","read_at":[]}"#).unwrap_err();
        assert_eq!(error.to_string(), "/read_at: expected a whole number, found an array (line 1, column 53)");
    }
}
