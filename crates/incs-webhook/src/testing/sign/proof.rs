//! What is added to a request.

use std::borrow::Cow;
use std::fmt;

use form_urlencoded::Serializer;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What is to be added to a request so that a scheme accepts it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Proof {
    pub(super) headers: Vec<(String, String)>,
    pub(super) segment: Option<String>,
    pub(super) parameter: Option<(String, String)>,
}

impl Proof {
    /// The headers to add, each a name and a value.
    pub fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    /// The target of the request with what belongs there: a last segment of the path, or a parameter of the query. `target` is a
    /// path with or without a query, or a whole URL without a fragment.
    pub fn to_target(&self, target: &str) -> String {
        let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
        let path: Cow<'_, str> = match &self.segment {
            Some(segment) => {
                let segment = utf8_percent_encode(segment, ESCAPED);
                format!("{}/{segment}", path.trim_end_matches('/')).into()
            }
            None => path.into(),
        };
        let mut query = query.map(str::to_owned);
        if let Some((name, value)) = &self.parameter {
            let known = query.filter(|query| !query.is_empty()).map(|query| query + "&").unwrap_or_default();
            let start = known.len();
            query = Some(Serializer::for_suffix(known, start).append_pair(name, value).finish());
        }
        query.map_or_else(|| path.clone().into_owned(), |query| format!("{path}?{query}"))
    }

    pub(super) fn push(&mut self, name: &str, value: String) {
        self.headers.push((name.to_owned(), value));
    }
}

/// All but what RFC 3986 calls unreserved.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The names of the headers; their values may be secrets.
impl fmt::Debug for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Proof").field("headers", &names).finish_non_exhaustive()
    }
}
