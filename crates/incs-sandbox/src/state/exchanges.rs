//! Recorded requests with their replies; credentials are masked.

use bytes::Bytes;
use http::HeaderMap;
use incs_model::Timestamp;
use incs_model::time::TimestampSchema;
use schemars::JsonSchema;
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::log::Weigh;

/// Replaces a credential.
const MASK: &str = "***";

/// One request and its reply as sent over the wire. Credentials are masked.
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
    /// The name of the fault that was applied.
    pub(crate) fault: Option<String>,
    /// The number of the message that it created.
    pub(crate) message: Option<u64>,
}

/// Headers as a list of names with values, in one allocation: there are many of them, and few are ever read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Headers(Box<str>);

impl Headers {
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.lines().filter_map(|line| line.split_once(": "))
    }
}

impl<N: AsRef<str>, V: AsRef<str>> FromIterator<(N, V)> for Headers {
    /// Neither name nor value may contain a line break; in HTTP none does.
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

/// Copies headers and masks credentials.
pub(crate) fn masked_headers(headers: &HeaderMap) -> Headers {
    let is_secret =
        |name: &str| matches!(name, "authorization" | "certification-code" | "cookie" | "proxy-authorization");
    headers
        .iter()
        .map(|(name, value)| match name.as_str() {
            name if is_secret(name) => (name, MASK.into()),
            name => (name, String::from_utf8_lossy(value.as_bytes())),
        })
        .collect()
}

/// Copies a body and masks passwords and tokens. A body that is not JSON is masked completely.
pub(crate) fn masked_body(bytes: &Bytes) -> Bytes {
    let Ok(mut value) = serde_json::from_slice::<Value>(bytes) else { return Bytes::from_static(MASK.as_bytes()) };
    mask(&mut value);
    serde_json::to_vec(&value).unwrap_or_default().into()
}

/// Serializes bytes as text; invalid UTF-8 is replaced.
pub(crate) fn text<S: Serializer>(bytes: &Bytes, serializer: S) -> Result<S::Ok, S::Error> {
    String::from_utf8_lossy(bytes).serialize(serializer)
}

fn mask(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if matches!(name.as_str(), "password" | "token" | "access_token") {
                    *member = MASK.into();
                } else {
                    mask(member);
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(mask),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_and_tokens_are_masked() {
        let shown =
            masked_body(&Bytes::from_static(br#"{"username":"a","password":"secret","data":[{"token":"secret"}]}"#));
        assert_eq!(shown, r#"{"data":[{"token":"***"}],"password":"***","username":"a"}"#);
        assert_eq!(masked_body(&Bytes::from_static(b"password=secret")), MASK);
    }

    #[test]
    fn credential_headers_are_masked() {
        let mut given = HeaderMap::new();
        given.insert("certification-code", "secret".parse().unwrap());
        given.insert("x-more", "shown".parse().unwrap());
        let shown: Vec<_> = masked_headers(&given).iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(shown, ["certification-code=***", "x-more=shown"]);
    }
}
