//! Endpoints, without I/O: what a call sends, and how its reply is read.

use std::borrow::Cow;
use std::fmt;
use std::hash::Hash;

use http::{HeaderMap, Method};
use incs_model::envelope::Frame;
use incs_model::{Channel, DecodeError, PhoneNumber, Report};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::transport::Replay;

/// One route of the platform, with what a call to it sends and how its reply is read. No I/O happens here.
///
/// Every route of the platform's pages is in [`endpoints`](crate::endpoints). Implement the trait for one that is not there;
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

    /// The name of the call in errors and spans, in snake case.
    fn operation(&self) -> &'static str;

    /// The HTTP method. `GET` unless overridden.
    fn method(&self) -> Method {
        Method::GET
    }

    /// Which of the two hosts serves it. [`Host::Api`] unless overridden.
    fn host(&self) -> Host {
        Host::Api
    }

    /// The path, from its first slash, percent-encoded: see [`segment`]. An empty segment, `.` and `..` are refused, so that no
    /// id can turn one route into another.
    fn path(&self) -> Cow<'static, str>;

    /// The query. Empty unless overridden.
    fn query(&self) -> Query {
        Query::new()
    }

    /// Headers beyond those that every call has (`content-type`, `accept`, `user-agent`, the credential).
    fn headers(&self) -> HeaderMap {
        HeaderMap::new()
    }

    /// Which credential the call needs. The certification code of its channel unless overridden.
    fn credential(&self) -> CredentialKind {
        CredentialKind::CertificationCode
    }

    /// The channel it is about, if it is about one. It selects the certification code.
    fn channel(&self) -> Option<Channel> {
        None
    }

    /// The recipient, if the call sends a message. The limiter counts by it.
    fn recipient(&self) -> Option<&PhoneNumber> {
        None
    }

    /// Returns whether the call may be made again blindly. Unless overridden, `GET`, `HEAD` and `DELETE` may, and nothing else.
    fn replay(&self) -> Replay {
        if matches!(self.method(), Method::GET | Method::HEAD | Method::DELETE) { Replay::Safe } else { Replay::Unsafe }
    }

    /// Checks the call against the rules of the platform. Nothing unless overridden.
    ///
    /// # Errors
    ///
    /// A report of all violations.
    fn validate(&self) -> Result<(), Report> {
        Ok(())
    }

    /// The JSON that is sent. None unless overridden.
    ///
    /// # Errors
    ///
    /// Fails when the `Serialize` of the call fails; that of our types never does.
    fn body(&self) -> Result<Option<Vec<u8>>, serde_json::Error> {
        Ok(None)
    }

    /// Reads a reply whose frame says that the call succeeded.
    ///
    /// # Errors
    ///
    /// Fails when the reply has another shape: the call counts as accepted then.
    fn decode(&self, reply: &Frame<'_>) -> Result<Self::Reply, DecodeError>;
}

/// An endpoint that gives one page of a list. Implement it for a list of your own to page through it.
pub trait Listing: Endpoint {
    /// A row of the list.
    type Row: Send;
    /// The key that tells rows apart.
    type Key: Eq + Hash + Send;

    /// Returns the rows of a page.
    fn rows(reply: Self::Reply) -> Vec<Self::Row>;

    /// Returns the key of a row, which no other row has.
    fn key(row: &Self::Row) -> Self::Key;

    /// Rows of a full page: one with fewer is the last.
    fn page_size(&self) -> usize;

    /// Makes this the call for the page after that which ends with the row of this key.
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

/// Which credential a call needs.
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

    fn replay(&self) -> Replay {
        (**self).replay()
    }

    fn validate(&self) -> Result<(), Report> {
        (**self).validate()
    }

    fn body(&self) -> Result<Option<Vec<u8>>, serde_json::Error> {
        (**self).body()
    }

    fn decode(&self, reply: &Frame<'_>) -> Result<Self::Reply, DecodeError> {
        (**self).decode(reply)
    }
}

/// All but what RFC 3986 calls unreserved.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A text as one segment of a path, percent-encoded.
///
/// ```
/// use incs_client::endpoint::segment;
///
/// assert_eq!(format!("/templates/{}", segment("a/b c")), "/templates/a%2Fb%20c");
/// ```
pub fn segment(text: &str) -> impl fmt::Display + Iterator<Item = &str> {
    utf8_percent_encode(text, RESERVED)
}

/// A query, percent-encoded while it is written.
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
    /// An empty query.
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

    /// Adds a name with a value that is percent-encoded already.
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

    /// The query as it stands on the wire, without the question mark.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<N: AsRef<str>, V: AsRef<str>> FromIterator<(N, V)> for Query {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        pairs.into_iter().fold(Self::new(), |query, (name, value)| query.pair(name.as_ref(), value.as_ref()))
    }
}

/// Queries hold message ids and names, so only the length shows.
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
        fn a_segment_is_one_segment_whatever_its_text(text in any::<String>()) {
            let written = segment(&text).to_string();
            prop_assert!(written.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~%".contains(&byte)));
            prop_assert_eq!(decoded(&written), text);
        }

        #[test]
        fn a_query_is_read_as_the_pairs_it_was_made_of(pairs in proptest::collection::vec(any::<(String, String)>(), 1..5)) {
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
