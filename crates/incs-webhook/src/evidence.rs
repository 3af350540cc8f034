//! The headers of a request, and what a scheme may look at.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::hash::BuildHasher;
use std::marker::PhantomData;

/// What a scheme may look at: headers, target and the exact bytes of the body. Only schemes get to see one.
#[derive(Clone, Copy)]
pub struct Evidence<'a> {
    headers: &'a dyn Headers,
    target: Option<&'a str>,
    body: &'a [u8],
}

impl<'a> Evidence<'a> {
    pub(crate) fn new(headers: &'a dyn Headers, target: Option<&'a str>, body: &'a [u8]) -> Self {
        Self { headers, target, body }
    }

    pub(crate) fn with_target(self, target: &'a str) -> Self {
        Self { target: Some(target), ..self }
    }

    /// The value of the first header of that name, without regard to case.
    pub fn header(&self, name: &str) -> Option<&'a [u8]> {
        self.headers.get(name)
    }

    /// The path of the request, still percent-encoded, if the target was given.
    pub fn path(&self) -> Option<&'a str> {
        self.target.map(|target| target.split_once('?').map_or(target, |(path, _)| path))
    }

    /// The query of the request, still encoded and without the question mark, if there is one.
    pub fn query(&self) -> Option<&'a str> {
        self.target.and_then(|target| target.split_once('?')).map(|(_, query)| query)
    }

    /// The body, byte for byte.
    pub fn body(&self) -> &'a [u8] {
        self.body
    }
}

impl fmt::Debug for Evidence<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Evidence(<{} bytes>)", self.body.len())
    }
}

/// Looks up a header. Names are compared without regard to case.
///
/// Lists of pairs and maps of texts are ready; with the feature `http` also `http::HeaderMap`. For anything else there is
/// [`Lookup`].
pub trait Headers {
    /// The value of the first header of that name.
    fn get(&self, name: &str) -> Option<&[u8]>;
}

/// Headers behind a function that finds one by its name.
///
/// ```
/// use incs_webhook::{Headers, Lookup};
///
/// let headers = Lookup::new(|name: &str| name.eq_ignore_ascii_case("x-token").then_some(&b"abc"[..]));
/// assert_eq!(headers.get("X-Token"), Some(&b"abc"[..]));
/// ```
#[derive(Clone, Copy)]
pub struct Lookup<'h, F> {
    find: F,
    values: PhantomData<&'h [u8]>,
}

impl<'h, F: Fn(&str) -> Option<&'h [u8]>> Lookup<'h, F> {
    /// Headers behind `find`, which must compare names without regard to case.
    pub fn new(find: F) -> Self {
        Self { find, values: PhantomData }
    }
}

impl<'h, F: Fn(&str) -> Option<&'h [u8]>> Headers for Lookup<'h, F> {
    fn get(&self, name: &str) -> Option<&[u8]> {
        (self.find)(name)
    }
}

impl<F> fmt::Debug for Lookup<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lookup")
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
    fn names_are_compared_without_regard_to_case_and_the_first_counts() {
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
