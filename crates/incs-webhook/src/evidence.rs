//! What a scheme may look at.

use std::fmt;

use crate::headers::Headers;

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
