//! A request and its reply, as recorded.

use bytes::Bytes;
use incs_model::Timestamp;
use incs_model::time::TimestampSchema;
use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use super::log::Weigh;

/// One request and its reply, as they went over the wire. Credentials are masked.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Exchange {
    pub(crate) number: u64,
    #[schemars(with = "TimestampSchema")]
    pub(crate) at: Timestamp,
    /// Microseconds from the last byte of the request to the reply.
    pub(crate) micros: u64,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: Option<String>,
    #[schemars(with = "Vec<(String, String)>")]
    pub(crate) request_headers: Headers,
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

/// Headers, as a list of names with values, in one piece of memory: there are many of them, and few are ever looked at.
#[derive(Debug, Clone, Default)]
pub(crate) struct Headers(Box<str>);

impl Headers {
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.lines().filter_map(|line| line.split_once(": "))
    }
}

impl<N: AsRef<str>, V: AsRef<str>> FromIterator<(N, V)> for Headers {
    /// Neither name nor value may hold a line break; in HTTP none does.
    fn from_iter<I: IntoIterator<Item = (N, V)>>(headers: I) -> Self {
        let mut text = String::with_capacity(256);
        for (name, value) in headers {
            for part in [name.as_ref(), ": ", value.as_ref(), "\n"] {
                text.push_str(part);
            }
        }
        Self(text.into())
    }
}

impl Serialize for Headers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl Weigh for Exchange {
    fn weight(&self) -> usize {
        let head = self.path.len() + self.query.as_ref().map_or(0, String::len) + self.request_headers.0.len();
        head + self.request_body.len() + self.reply_body.len() + 512
    }
}

/// Bytes as text; what is no UTF-8 is replaced.
pub(crate) fn text<S: Serializer>(bytes: &Bytes, serializer: S) -> Result<S::Ok, S::Error> {
    String::from_utf8_lossy(bytes).serialize(serializer)
}
