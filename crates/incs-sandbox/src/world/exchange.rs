//! One request and its reply.

use bytes::Bytes;
use incs_model::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::log::Weigh;

/// One request and its reply, as they went over the wire. Credentials are masked.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Exchange {
    pub(crate) number: u64,
    pub(crate) at: Timestamp,
    /// Microseconds from the last byte of the request to the reply.
    pub(crate) micros: u64,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: Option<String>,
    pub(crate) request_headers: Vec<(String, String)>,
    #[serde(serialize_with = "text")]
    #[schemars(with = "String")]
    pub(crate) request_body: Bytes,
    /// `None` when the connection was dropped without a reply.
    pub(crate) status: Option<u16>,
    #[serde(serialize_with = "text")]
    #[schemars(with = "String")]
    pub(crate) reply_body: Bytes,
    /// The fault that was applied, in a word.
    pub(crate) fault: Option<String>,
    /// The message that it made, by number.
    pub(crate) message: Option<u64>,
}

impl Weigh for Exchange {
    fn weight(&self) -> usize {
        self.request_body.len() + self.reply_body.len() + 512
    }
}

/// Bytes as text; what is no UTF-8 is replaced.
pub(crate) fn text<S: serde::Serializer>(bytes: &Bytes, serializer: S) -> Result<S::Ok, S::Error> {
    String::from_utf8_lossy(bytes).serialize(serializer)
}
