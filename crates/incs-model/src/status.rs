//! Asking what became of messages (INCS: message status).

use std::iter;

use incs_model_derive::{WireStruct, received};
use serde::{Deserialize, Serialize};

use crate::id::MessageId;
use crate::limits::status as limits;
use crate::open::open_text;
use crate::time::UnixSeconds;
use crate::validate::{At, Validate, Violations};

/// The messages to ask for: the query of `GET /external/messages/status`.
///
/// Only ids of WhatsApp are sampled; whether those of Viber and RCS are taken is **unknown**, and so is what an id that the
/// platform does not know does to the reply.
///
/// ```
/// use incs_model::status::StatusQuery;
///
/// let query = StatusQuery::new(["wamid.HB+gN=".into(), "7b1e52c4-6d0f".into()]);
/// assert_eq!(query.to_query_value(), "wamid.HB%2BgN%3D,7b1e52c4-6d0f");
/// # incs_model::validate(&query).unwrap();
/// ```
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct StatusQuery {
    /// 1 to [`IDS_MAX`](crate::limits::status::IDS_MAX) ids.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = limits::IDS_MAX), inner(length(min = 1))))]
    pub message_ids: Vec<MessageId>,
}

impl StatusQuery {
    /// Queries for any number of ids, each of at most [`IDS_MAX`](crate::limits::status::IDS_MAX).
    pub fn split(ids: impl IntoIterator<Item = MessageId>) -> impl Iterator<Item = Self> {
        let mut ids = ids.into_iter().fuse();
        iter::from_fn(move || {
            let ids: Vec<_> = ids.by_ref().take(limits::IDS_MAX).collect();
            if ids.is_empty() { None } else { Some(Self::new(ids)) }
        })
    }

    /// The value of `message_ids`: the ids separated by commas, each percent-encoded. Put it into the query as it is.
    ///
    /// The page's example leaves `=` as it is; encoded it means the same, and `+` and `/` need it.
    pub fn to_query_value(&self) -> String {
        let encoded = |id: &MessageId| id.as_str().bytes().map(percent_encoded).collect::<String>();
        self.message_ids.iter().map(encoded).collect::<Vec<_>>().join(",")
    }
}

/// The byte as it stands in a query.
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

/// `data` of the reply to a status query. It holds a `data` of its own.
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct StatusList {
    /// One row for each message; whether unknown ids are left out is **unknown**.
    pub data: Vec<MessageStatus>,
}

/// What became of one message. The platform may be some minutes behind.
#[received]
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
    #[serde(default)]
    pub created_at: UnixSeconds,
    /// When it arrived; not recorded when a `read` overtook the delivery report, although it did arrive.
    #[cfg_attr(feature = "schema", schemars(with = "Option<UnixSeconds>"))]
    #[serde(default)]
    pub delivered_at: UnixSeconds,
    /// When it was read. That an unread message has `0` here is inferred; `null` is taken for it too.
    #[cfg_attr(feature = "schema", schemars(with = "Option<UnixSeconds>"))]
    #[serde(default)]
    pub read_at: UnixSeconds,
}

open_text! {
    /// What became of a message, in a status query and in the status webhook.
    pub enum State {
        /// Left the platform.
        Sent = "sent",
        /// Did not arrive.
        Failed = "failed",
        /// Arrived on the device.
        Delivered = "delivered",
        /// Was opened.
        Read = "read",
        /// A voice message was played, so it was opened too. (Inferred from Meta's API.)
        Played = "played",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sign_that_is_not_unreserved_is_encoded() {
        let query = StatusQuery::new(["a-._~Z9".into(), "=+/, %é".into()]);
        assert_eq!(query.to_query_value(), "a-._~Z9,%3D%2B%2F%2C%20%25%C3%A9");
        assert_eq!(StatusQuery::new([]).to_query_value(), "");
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
    fn a_time_that_cannot_be_read_was_not_recorded() {
        for read_at in ["null", "[]", "\"soon\"", "864.5", "{}"] {
            let body = r#"{"message_id":"wamid.x","message_status":"sent","created_at":1775540101,"read_at":"#;
            let status: MessageStatus = crate::json::decode(format!("{body}{read_at}}}").as_bytes()).unwrap();
            assert_eq!(status, MessageStatus::new("wamid.x", State::Sent).with_created_at(1_775_540_101_i64));
        }
        let error = crate::json::decode::<MessageStatus>(br#"{"message_id":"x","message_status":[]}"#).unwrap_err();
        assert_eq!(error.to_string(), "/message_status: expected a string, found an array (line 1, column 36)");
    }
}
