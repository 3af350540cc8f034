//! Writing paths and queries.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

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
    use proptest::prelude::*;

    use super::*;

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
