//! The query for the status of messages (INCS: message status).

use std::iter;

use incs_model_derive::{ReadStruct, WireStruct, received};
use serde::{Deserialize, Serialize};

use crate::id::MessageId;
use crate::limits::status as limits;
use crate::open::open_text;
use crate::time::UnixSeconds;
use crate::validate::{At, Validate, Violations};

/// The messages to query: the query of `GET /external/messages/status`.
///
/// Only WhatsApp ids are sampled; support for Viber and RCS ids is **unknown**, and so is the reply for an id that the
/// platform does not know.
///
/// ```
/// use incs_model::status::StatusQuery;
///
/// let query = StatusQuery::new(["wamid.HB+gN=", "7b1e52c4-6d0f"]);
/// assert_eq!(query.to_query_value(), "wamid.HB%2BgN%3D,7b1e52c4-6d0f");
/// # incs_model::validate(&query).unwrap();
/// ```
#[derive(Clone, PartialEq, Serialize, ReadStruct, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct StatusQuery {
    /// 1 to [`IDS_MAX`](crate::limits::status::IDS_MAX) ids.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = limits::IDS_MAX), inner(length(min = 1))))]
    pub message_ids: Vec<MessageId>,
}

impl StatusQuery {
    /// Returns queries for any number of ids, each of at most [`IDS_MAX`](crate::limits::status::IDS_MAX).
    pub fn split(ids: impl IntoIterator<Item = MessageId>) -> impl Iterator<Item = Self> {
        let mut ids = ids.into_iter().fuse();
        iter::from_fn(move || {
            let ids: Vec<_> = ids.by_ref().take(limits::IDS_MAX).collect();
            if ids.is_empty() { None } else { Some(Self::new(ids)) }
        })
    }

    /// Returns the value of `message_ids`: the ids separated by commas, each percent-encoded. Do not encode it again.
    ///
    /// The page's example leaves `=` unencoded; encoded it means the same, and `+` and `/` must be encoded.
    pub fn to_query_value(&self) -> String {
        let encoded = |id: &MessageId| id.as_str().bytes().map(percent_encoded).collect::<String>();
        self.message_ids.iter().map(encoded).collect::<Vec<_>>().join(",")
    }
}

/// Returns the byte as written in a query.
fn percent_encoded(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
        char::from(byte).to_string()
    } else {
        format!("%{byte:02X}")
    }
}

impl Validate for StatusQuery {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        let ids = at.key("message_ids");
        found.items(&ids, self.message_ids.len(), &limits::IDS);
        for (index, id) in self.message_ids.iter().enumerate() {
            found.not_empty(&ids.index(index), id.as_str());
        }
    }
}

/// The `data` of the reply to a status query. It has a `data` member of its own.
#[derive(Clone, PartialEq, Serialize, ReadStruct, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct StatusList {
    /// One row for each message; it is **unknown** whether rows of unknown ids are omitted.
    pub data: Vec<MessageStatus>,
}

/// The status of one message. The platform may lag by some minutes.
#[received]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct MessageStatus {
    /// The message.
    pub message_id: MessageId,
    /// The latest known state. No failure reason is documented here.
    pub message_status: State,
    /// The time of creation.
    #[cfg_attr(feature = "schema", schemars(with = "Option<UnixSeconds>"))]
    #[serde(default)]
    pub created_at: UnixSeconds,
    /// The time of delivery; not recorded when `read` arrived before the delivery report, although the message was delivered.
    #[cfg_attr(feature = "schema", schemars(with = "Option<UnixSeconds>"))]
    #[serde(default)]
    pub delivered_at: UnixSeconds,
    /// The time of reading. `0` for an unread message is inferred; `null` is read as `0` too.
    #[cfg_attr(feature = "schema", schemars(with = "Option<UnixSeconds>"))]
    #[serde(default)]
    pub read_at: UnixSeconds,
}

open_text! {
    /// The state of a message, in a status query and in the status webhook.
    pub enum State {
        /// Sent by the platform.
        Sent = "sent",
        /// Not delivered.
        Failed = "failed",
        /// Delivered to the device.
        Delivered = "delivered",
        /// Opened by the customer.
        Read = "read",
        /// A voice message was played, and therefore opened. (Inferred from Meta's API.)
        Played = "played",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_characters_are_percent_encoded() {
        let query = StatusQuery::new(["a-._~Z9", "=+/, %é"]);
        assert_eq!(query.to_query_value(), "a-._~Z9,%3D%2B%2F%2C%20%25%C3%A9");
        assert_eq!(StatusQuery::new([] as [&str; 0]).to_query_value(), "");
    }

    #[test]
    fn many_ids_are_split() {
        let lengths = |count: usize| {
            StatusQuery::split((0..count).map(|id| id.to_string().into()))
                .map(|q| q.message_ids.len())
                .collect::<Vec<_>>()
        };
        assert!(lengths(0).is_empty());
        assert_eq!(lengths(100), [100]);
        assert_eq!(lengths(201), [100, 100, 1]);
    }

    #[test]
    fn unreadable_time_is_not_recorded() {
        for read_at in ["null", "[]", "\"soon\"", "864.5", "{}"] {
            let body = r#"{"message_id":"wamid.x","message_status":"sent","created_at":1775540101,"read_at":"#;
            let status: MessageStatus = crate::json::decode(format!("{body}{read_at}}}").as_bytes()).unwrap();
            assert_eq!(status, MessageStatus::new("wamid.x", State::Sent).with_created_at(1_775_540_101_i64));
        }
        let error = crate::json::decode::<MessageStatus>(br#"{"message_id":"x","message_status":[]}"#).unwrap_err();
        assert_eq!(error.to_string(), "/message_status: expected a string, found an array (line 1, column 36)");
    }
}
