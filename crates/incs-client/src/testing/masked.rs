//! What `Debug` may show of an exchange, and what may be written to a file.

use std::fmt;

use http::{HeaderMap, HeaderName, HeaderValue, Uri};

/// Headers whose values open doors.
const SECRET: [&str; 5] = ["authorization", "certification-code", "cookie", "proxy-authorization", "set-cookie"];

/// Whether a header must neither be shown nor written.
pub(super) fn is_secret(name: &HeaderName, value: &HeaderValue) -> bool {
    value.is_sensitive() || SECRET.contains(&name.as_str())
}

pub(super) struct MaskedHeaders<'a>(pub(super) &'a HeaderMap);

impl fmt::Debug for MaskedHeaders<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map()
            .entries(self.0.iter().map(|(name, value)| {
                let shown = if is_secret(name, value) { "<secret>".to_owned() } else { format!("{value:?}") };
                (name.as_str(), Bare(shown))
            }))
            .finish()
    }
}

/// The path of a URI; of its query the length only.
pub(super) struct MaskedTarget<'a>(pub(super) &'a Uri);

impl fmt::Debug for MaskedTarget<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.path())?;
        self.0.query().map_or(Ok(()), |query| write!(f, "?<{} bytes>", query.len()))
    }
}

pub(super) struct MaskedBody<'a>(pub(super) &'a [u8]);

impl fmt::Debug for MaskedBody<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} bytes>", self.0.len())
    }
}

struct Bare(String);

impl fmt::Debug for Bare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
