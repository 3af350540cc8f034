//! The headers of a request, and the view of a request for schemes.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::hash::BuildHasher;
use std::marker::PhantomData;

/// A request as seen by a scheme: headers, target and the exact bytes of the body. Only schemes receive one.
#[derive(Clone, Copy)]
pub struct SignedRequest<'a> {
    headers: &'a dyn Headers,
    target: Option<&'a str>,
    body: &'a [u8],
}

impl<'a> SignedRequest<'a> {
    pub(crate) fn new(headers: &'a dyn Headers, target: Option<&'a str>, body: &'a [u8]) -> Self {
        Self { headers, target, body }
    }

    pub(crate) fn with_target(self, target: &'a str) -> Self {
        Self { target: Some(target), ..self }
    }

    /// Returns the value of the first header with a name, compared without case.
    pub fn header(&self, name: &str) -> Option<&'a [u8]> {
        self.headers.get(name)
    }

    /// Returns the path of the request, percent-encoded, if the target was given.
    pub fn path(&self) -> Option<&'a str> {
        self.target.map(|target| target.split_once('?').map_or(target, |(path, _)| path))
    }

    /// Returns the query of the request, encoded and without the question mark, if there is one.
    pub fn query(&self) -> Option<&'a str> {
        self.target.and_then(|target| target.split_once('?')).map(|(_, query)| query)
    }

    /// Returns the unchanged body.
    pub fn body(&self) -> &'a [u8] {
        self.body
    }
}

impl fmt::Debug for SignedRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignedRequest(<{} bytes>)", self.body.len())
    }
}

/// Headers of a request, looked up by name without regard to case.
///
/// Implemented for lists of pairs and maps of strings, and with the feature `http` for `http::HeaderMap`. Use [`HeaderLookup`] for
/// other types.
pub trait Headers {
    /// Returns the value of the first header with the name.
    fn get(&self, name: &str) -> Option<&[u8]>;
}

/// Headers that are looked up by a function.
///
/// ```
/// use incs_webhook::{Headers, HeaderLookup};
///
/// let headers = HeaderLookup::new(|name: &str| name.eq_ignore_ascii_case("x-token").then_some(&b"abc"[..]));
/// assert_eq!(headers.get("X-Token"), Some(&b"abc"[..]));
/// ```
#[derive(Clone, Copy)]
pub struct HeaderLookup<'h, F> {
    find: F,
    values: PhantomData<&'h [u8]>,
}

impl<'h, F: Fn(&str) -> Option<&'h [u8]>> HeaderLookup<'h, F> {
    /// Creates headers from `find`, which must compare names without case.
    pub fn new(find: F) -> Self {
        Self { find, values: PhantomData }
    }
}

impl<'h, F: Fn(&str) -> Option<&'h [u8]>> Headers for HeaderLookup<'h, F> {
    fn get(&self, name: &str) -> Option<&[u8]> {
        (self.find)(name)
    }
}

impl<F> fmt::Debug for HeaderLookup<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HeaderLookup")
    }
}

macro_rules! pairs {
    ($( [$($generics:tt)*] $type:ty ),+ $(,)?) => {$(
        impl<N: AsRef<str>, V: AsRef<[u8]>, $($generics)*> Headers for $type {
            fn get(&self, name: &str) -> Option<&[u8]> {
                let mut pairs = self.iter().map(|(name, value)| (name, value));
                pairs.find(|(known, _)| known.as_ref().eq_ignore_ascii_case(name)).map(|(_, value)| value.as_ref())
            }
        }
    )+};
}

pairs!([] &[(N, V)], [const COUNT: usize] [(N, V); COUNT], [] Vec<(N, V)>, [] BTreeMap<N, V>, [S: BuildHasher] HashMap<N, V, S>);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_header_of_any_case_counts() {
        let pairs = [("Content-Type", "a"), ("content-type", "b")];
        let map = HashMap::from([("X-Key".to_owned(), b"v".to_vec())]);
        let headers: [&dyn Headers; 3] = [&pairs, &pairs.to_vec(), &&pairs[..]];
        for headers in headers {
            assert_eq!(headers.get("CONTENT-TYPE"), Some(&b"a"[..]));
            assert_eq!(headers.get("content"), None);
        }
        assert_eq!(map.get("x-key"), None, "the map's own look-up");
        assert_eq!(Headers::get(&map, "x-key"), Some(&b"v"[..]));
    }
}
