//! The configured part of every URL: scheme, host, and the path prefix.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use http::uri::{Authority, Parts, PathAndQuery, Scheme};
use http::{HeaderValue, Uri};
use incs_model::{HttpUrl, ParseUrlError};

use crate::endpoint::Host;
use crate::error::BuildError;

/// A base URL in its parts.
#[derive(Clone)]
pub(crate) struct BaseUrl {
    scheme: Scheme,
    authority: Authority,
    /// Empty, or from a slash up to the last segment.
    prefix: String,
    /// The value of the header `host`.
    pub(crate) host: HeaderValue,
    is_loopback: bool,
}

/// A path or a query that cannot stand in a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum UrlError {
    /// The path is empty, or one of its segments is, or is `.` or `..`.
    #[error("the path of the endpoint does not consist of whole segments")]
    Path,
    /// A character of it cannot stand there.
    #[error("the path or the query of the endpoint is invalid in a URL")]
    Character,
}

impl BaseUrl {
    /// The documented host of messages and their status.
    pub(crate) fn chat() -> Self {
        Self::documented(Host::Chat)
    }

    /// The documented host of templates, token and tasks.
    pub(crate) fn api() -> Self {
        Self::documented(Host::Api)
    }

    fn documented(host: Host) -> Self {
        let host = host.default_url().trim_start_matches("https://");
        Self {
            scheme: Scheme::HTTPS,
            authority: Authority::from_static(host),
            prefix: String::new(),
            host: HeaderValue::from_static(host),
            is_loopback: false,
        }
    }

    pub(crate) fn parse(url: &str) -> Result<Self, BuildError> {
        let parts = HttpUrl::parse_server(url)?;
        if parts.query().is_some() {
            return Err(ParseUrlError::Query.into());
        }
        // Stricter than the check only in the accepted characters.
        let uri: Uri = url.parse().map_err(|_| ParseUrlError::Character)?;
        let Parts { scheme: Some(scheme), authority: Some(authority), .. } = uri.into_parts() else {
            return Err(ParseUrlError::Host.into());
        };
        let usual = if parts.is_https() { 443 } else { 80 };
        let host = if parts.port() == usual { authority.host() } else { authority.as_str() };
        let host = HeaderValue::from_str(host).map_err(|_| ParseUrlError::Character)?;
        let prefix = parts.path().trim_end_matches('/').to_owned();
        Ok(Self { scheme, authority, prefix, host, is_loopback: parts.is_loopback() })
    }

    /// Returns the host without the brackets of an IPv6 address.
    #[cfg(any(feature = "metrics", feature = "tracing"))]
    pub(crate) fn address(&self) -> &str {
        self.authority.host().trim_start_matches('[').trim_end_matches(']')
    }

    /// Returns the port, also if it is the usual one of the scheme.
    #[cfg(any(feature = "metrics", feature = "tracing"))]
    pub(crate) fn port(&self) -> u16 {
        self.authority.port_u16().unwrap_or(if self.scheme == Scheme::HTTPS { 443 } else { 80 })
    }

    /// Returns true when requests to it cross a network in the clear.
    pub(crate) fn is_exposed(&self) -> bool {
        self.scheme == Scheme::HTTP && !self.is_loopback
    }

    /// Joins a path and a query to this base. An id must not turn one route into another, so a path with an empty segment, `.` or
    /// `..` is refused: some HTTP libraries would resolve it.
    pub(crate) fn url(&self, path: impl Into<Cow<'static, str>>, query: &str) -> Result<Uri, UrlError> {
        let path = path.into();
        check(&path)?;
        let text = match &path {
            // The routes of sends, which need no copy.
            Cow::Borrowed(path) if self.prefix.is_empty() && query.is_empty() => Bytes::from_static(path.as_bytes()),
            path => {
                let mark = if query.is_empty() { "" } else { "?" };
                Bytes::from([self.prefix.as_str(), path, mark, query].concat())
            }
        };
        let mut parts = Parts::default();
        parts.scheme = Some(self.scheme.clone());
        parts.authority = Some(self.authority.clone());
        let target = PathAndQuery::from_maybe_shared(text).map_err(|_| UrlError::Character)?;
        // A path that holds a question mark would end where its query begins.
        if target.path().len() != self.prefix.len() + path.len() {
            return Err(UrlError::Character);
        }
        parts.path_and_query = Some(target);
        Uri::from_parts(parts).map_err(|_| UrlError::Character)
    }
}

fn check(path: &str) -> Result<(), UrlError> {
    let path = path.as_bytes();
    let full = |segment: &[u8]| !segment.is_empty() && !is_dots(segment);
    if !path.strip_prefix(b"/").is_some_and(|segments| segments.split(|byte| *byte == b'/').all(full)) {
        return Err(UrlError::Path);
    }
    // Some HTTP libraries treat a backslash as a slash, and encode non-ASCII characters.
    if path.iter().all(|byte| byte.is_ascii() && *byte != b'\\') { Ok(()) } else { Err(UrlError::Character) }
}

/// Returns true when a segment is one dot or two, each literal or encoded.
fn is_dots(segment: &[u8]) -> bool {
    fn after_dot(text: &[u8]) -> Option<&[u8]> {
        [&b"."[..], b"%2e", b"%2E"].iter().find_map(|dot| text.strip_prefix(*dot))
    }
    after_dot(segment).is_some_and(|rest| rest.is_empty() || after_dot(rest) == Some(b""))
}

/// The base URL without a slash at the end.
impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.scheme, self.authority, self.prefix)
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_are_joined_to_their_base() {
        let base = BaseUrl::api();
        for path in ["/external/messages/whatsapp", "/external/templates/rcs/2217695120034410077"] {
            let url = base.url(path, "").unwrap();
            assert_eq!(url, format!("https://api.incsapp.com{path}").parse::<Uri>().unwrap());
        }
        assert_eq!(base.url("/a", "page=2").unwrap().query(), Some("page=2"));
    }

    #[test]
    fn paths_with_empty_segments_are_refused() {
        for path in ["", "/", "//", "/a/", "/a//b", "a"] {
            assert_eq!(BaseUrl::api().url(path, ""), Err(UrlError::Path), "{path}");
        }
        for path in ["/a.b", "/a%2e"] {
            assert!(BaseUrl::api().url(path, "").is_ok(), "{path}");
        }
    }
}
