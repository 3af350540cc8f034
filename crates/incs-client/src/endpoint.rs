//! Endpoints, without I/O: the request of a call, and the parsing of its reply.

use std::borrow::Cow;
use std::fmt;
use std::hash::Hash;

use http::{HeaderMap, Method};
use incs_model::envelope::Frame;
use incs_model::id::MessageId;
use incs_model::{Channel, DecodeError, PhoneNumber, Report};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::transport::Idempotency;

/// One route of the platform, with the request of a call and the parsing of its reply. It does no I/O.
///
/// [`endpoints`](crate::endpoints) has every documented route. Implement the trait for any other route;
/// [`Client::execute`](crate::Client::execute) treats it like ours.
///
/// ```
/// use std::borrow::Cow;
///
/// use incs_client::endpoint::Endpoint;
/// use incs_model::envelope::Frame;
/// use incs_model::{DecodeError, RawJson};
///
/// struct ListChannels;
///
/// impl Endpoint for ListChannels {
///     type Reply = RawJson;
///
///     fn operation(&self) -> &'static str {
///         "list_channels"
///     }
///
///     fn path(&self) -> Cow<'static, str> {
///         "/external/channels".into()
///     }
///
///     fn decode(&self, reply: &Frame<'_>) -> Result<RawJson, DecodeError> {
///         reply.data()
///     }
/// }
/// ```
pub trait Endpoint: Send + Sync {
    /// The result of a success.
    type Reply: Send;

    /// Returns the name of the call in errors and spans, in snake case.
    fn operation(&self) -> &'static str;

    /// Returns the HTTP method. `GET` unless overridden.
    fn method(&self) -> Method {
        Method::GET
    }

    /// Returns the host role. [`Host::Api`] unless overridden.
    fn host(&self) -> Host {
        Host::Api
    }

    /// Returns the path, from its first slash, percent-encoded: see [`segment`]. An empty segment, `.` and `..` are refused, so
    /// that no id can change the route.
    fn path(&self) -> Cow<'static, str>;

    /// Returns the query. Empty unless overridden.
    fn query(&self) -> Query {
        Query::new()
    }

    /// Returns headers in addition to the ones of every call (`content-type`, `accept`, `user-agent`, the credential).
    fn headers(&self) -> HeaderMap {
        HeaderMap::new()
    }

    /// Returns the kind of credential. The certification code of the channel unless overridden.
    fn credential(&self) -> CredentialKind {
        CredentialKind::CertificationCode
    }

    /// Returns the channel, if any. It selects the certification code.
    fn channel(&self) -> Option<Channel> {
        None
    }

    /// Returns the recipient, if the call sends a message. The rate limiter counts by it.
    fn recipient(&self) -> Option<&PhoneNumber> {
        None
    }

    /// Returns whether the call sends a message. `false` unless overridden.
    ///
    /// A failure that names a message in `data.msg_id` then leaves the state of the message
    /// [`Unknown`](crate::RequestState::Unknown). The call uses the
    /// [base URL of its channel](crate::ClientBuilder::channel_base_url), if one is set.
    fn sends_message(&self) -> bool {
        false
    }

    /// Returns the id that the reply to a send gives the message. `None` unless overridden.
    ///
    /// A reply with an empty id, or with the id of another send of the client, belongs to another request, and the state of the
    /// message is then [`Unknown`](crate::RequestState::Unknown).
    fn message_id<'reply>(&self, reply: &'reply Self::Reply) -> Option<&'reply MessageId> {
        let _ = reply;
        None
    }

    /// Returns the idempotency class. Unless overridden, only `GET`, `HEAD` and `DELETE` are idempotent.
    fn idempotency(&self) -> Idempotency {
        if matches!(self.method(), Method::GET | Method::HEAD | Method::DELETE) {
            Idempotency::Idempotent
        } else {
            Idempotency::NonIdempotent
        }
    }

    /// Checks the call against the rules of the platform. Finds nothing unless overridden. Violations stop the call, warnings do
    /// not.
    fn check(&self) -> Report {
        Report::default()
    }

    /// Returns the JSON body. None unless overridden.
    ///
    /// # Errors
    ///
    /// Fails when serializing the call fails; our types never fail.
    fn body(&self) -> Result<Option<Vec<u8>>, serde_json::Error> {
        Ok(None)
    }

    /// Parses a reply whose envelope reports success.
    ///
    /// # Errors
    ///
    /// Fails when the reply has another shape: the call counts as accepted then.
    fn decode(&self, reply: &Frame<'_>) -> Result<Self::Reply, DecodeError>;
}

/// An endpoint that returns one page of a list. Implement it to page through your own list.
pub trait Paginated: Endpoint {
    /// A row of the list.
    type Row: Send;
    /// The unique key of a row.
    type Key: Eq + Hash + Send;

    /// Returns the rows of a page.
    fn rows(reply: Self::Reply) -> Vec<Self::Row>;

    /// Returns the unique key of a row.
    fn key(row: &Self::Row) -> Self::Key;

    /// Returns the size of a full page: a shorter one is the last.
    fn page_size(&self) -> usize;

    /// Changes this into the call for the page after the row with this key.
    fn advance(&mut self, last: Self::Key);
}

/// The two roles of hosts (INCS: the pages name two). Both base URLs can be set on the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Host {
    /// Messages and their status: `https://chat-api.incsapp.com` by default.
    Chat,
    /// Templates, token, tasks: `https://api.incsapp.com` by default.
    Api,
}

impl Host {
    /// Returns the documented base URL, which a client uses unless another one is set.
    pub const fn default_url(self) -> &'static str {
        match self {
            Self::Chat => "https://chat-api.incsapp.com",
            Self::Api => "https://api.incsapp.com",
        }
    }
}

/// The kind of credential of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CredentialKind {
    /// The header `certification-code`: one code for each sending channel.
    CertificationCode,
    /// The header `authorization: Bearer …`: the `SaaS` API.
    Bearer,
    /// None.
    None,
}

impl<E: Endpoint> Endpoint for &E {
    type Reply = E::Reply;

    fn operation(&self) -> &'static str {
        (**self).operation()
    }

    fn method(&self) -> Method {
        (**self).method()
    }

    fn host(&self) -> Host {
        (**self).host()
    }

    fn path(&self) -> Cow<'static, str> {
        (**self).path()
    }

    fn query(&self) -> Query {
        (**self).query()
    }

    fn headers(&self) -> HeaderMap {
        (**self).headers()
    }

    fn credential(&self) -> CredentialKind {
        (**self).credential()
    }

    fn channel(&self) -> Option<Channel> {
        (**self).channel()
    }

    fn recipient(&self) -> Option<&PhoneNumber> {
        (**self).recipient()
    }

    fn sends_message(&self) -> bool {
        (**self).sends_message()
    }

    fn message_id<'reply>(&self, reply: &'reply Self::Reply) -> Option<&'reply MessageId> {
        (**self).message_id(reply)
    }

    fn idempotency(&self) -> Idempotency {
        (**self).idempotency()
    }

    fn check(&self) -> Report {
        (**self).check()
    }

    fn body(&self) -> Result<Option<Vec<u8>>, serde_json::Error> {
        (**self).body()
    }

    fn decode(&self, reply: &Frame<'_>) -> Result<Self::Reply, DecodeError> {
        (**self).decode(reply)
    }
}

/// All characters except RFC 3986's unreserved ones.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Percent-encodes a text as one segment of a path.
///
/// ```
/// use incs_client::endpoint::segment;
///
/// assert_eq!(format!("/templates/{}", segment("a/b c")), "/templates/a%2Fb%20c");
/// ```
pub fn segment(text: &str) -> impl fmt::Display + Iterator<Item = &str> {
    utf8_percent_encode(text, RESERVED)
}

/// A percent-encoded query.
///
/// ```
/// use incs_client::endpoint::Query;
///
/// let query = Query::new().pair("name", "May & June").raw("message_ids", "a%3D,b");
/// assert_eq!(query.as_str(), "name=May%20%26%20June&message_ids=a%3D,b");
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Query(String);

impl Query {
    /// Creates an empty query.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a name with a value.
    #[must_use]
    pub fn pair(self, name: &str, value: &str) -> Self {
        let mut query = self.named(name);
        query.0.extend(segment(value));
        query
    }

    /// Adds a name with a value that is already percent-encoded.
    #[must_use]
    pub fn raw(self, name: &str, encoded: &str) -> Self {
        let mut query = self.named(name);
        query.0.push_str(encoded);
        query
    }

    fn named(mut self, name: &str) -> Self {
        if !self.0.is_empty() {
            self.0.push('&');
        }
        self.0.extend(segment(name));
        self.0.push('=');
        self
    }

    /// Returns the encoded query, without the question mark.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<N: AsRef<str>, V: AsRef<str>> FromIterator<(N, V)> for Query {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        pairs.into_iter().fold(Self::new(), |query, (name, value)| query.pair(name.as_ref(), value.as_ref()))
    }
}

/// Shows only the length, since queries contain message ids and names.
impl fmt::Debug for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Query(<{} bytes>)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decoded(text: &str) -> String {
        percent_encoding::percent_decode_str(text).decode_utf8().unwrap().into_owned()
    }

    proptest! {
        #[test]
        fn path_segment_is_always_encoded(text in any::<String>()) {
            let written = segment(&text).to_string();
            prop_assert!(written.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~%".contains(&byte)));
            prop_assert_eq!(decoded(&written), text);
        }

        #[test]
        fn query_round_trips(pairs in proptest::collection::vec(any::<(String, String)>(), 1..5)) {
            let query: Query = pairs.iter().map(|(name, value)| (name, value)).collect();
            let read: Vec<_> = query.as_str().split('&').map(|pair| pair.split_once('=').unwrap()).collect();
            let read: Vec<_> = read.into_iter().map(|(name, value)| (decoded(name), decoded(value))).collect();
            prop_assert_eq!(read, pairs);
        }
    }

    #[test]
    fn a_query_shows_its_length_only() {
        let query = Query::new().pair("name", "Ms Tan");
        assert_eq!(format!("{query:?}"), "Query(<13 bytes>)");
        assert_eq!(Query::new().as_str(), "");
    }
}
