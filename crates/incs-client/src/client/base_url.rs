//! The part of every URL that a client is told: scheme, host, and what stands before every path.

use std::fmt;

use bytes::Bytes;
use http::uri::{Authority, Parts, PathAndQuery, Scheme};
use http::{HeaderValue, Uri};

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
}

/// A path or a query that cannot stand in a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum UrlError {
    /// The path is empty, or one of its segments is, or is `.` or `..`.
    #[error("the path of the endpoint is not one of full segments")]
    Path,
    /// A character of it cannot stand there.
    #[error("the path or the query of the endpoint cannot stand in a URL")]
    Character,
}

impl BaseUrl {
    /// The documented host of messages and their status.
    pub(crate) fn chat() -> Self {
        Self::documented("chat-api.incsapp.com")
    }

    /// The documented host of templates, token and tasks.
    pub(crate) fn api() -> Self {
        Self::documented("api.incsapp.com")
    }

    fn documented(host: &'static str) -> Self {
        Self {
            scheme: Scheme::HTTPS,
            authority: Authority::from_static(host),
            prefix: String::new(),
            host: HeaderValue::from_static(host),
        }
    }

    pub(crate) fn parse(url: &str) -> Result<Self, BuildError> {
        let Parts { scheme, authority, path_and_query, .. } =
            url.parse::<Uri>().map_err(|_| BuildError::BaseUrl)?.into_parts();
        let (Some(scheme), Some(authority)) = (scheme, authority) else { return Err(BuildError::BaseUrl) };
        let path = path_and_query.as_ref().map_or("", PathAndQuery::as_str);
        let web = scheme == Scheme::HTTP || scheme == Scheme::HTTPS;
        let exact = !authority.host().is_empty() && !authority.as_str().contains('@');
        if !web || !exact || path.contains('?') {
            return Err(BuildError::BaseUrl);
        }
        let usual = if scheme == Scheme::HTTPS { 443 } else { 80 };
        let host = match authority.port_u16() {
            Some(port) if port != usual => authority.as_str(),
            _ => authority.host(),
        };
        let host = HeaderValue::from_str(host).map_err(|_| BuildError::BaseUrl)?;
        let prefix = path.trim_end_matches('/').to_owned();
        Ok(Self { scheme, authority, prefix, host })
    }

    /// Returns whether requests to it cross a network in the clear.
    pub(crate) fn is_exposed(&self) -> bool {
        let host = self.authority.host().trim_start_matches('[').trim_end_matches(']');
        let loopback = host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
        self.scheme == Scheme::HTTP && !loopback && !host.eq_ignore_ascii_case("localhost")
    }

    /// Joins a path and a query to this base. An id must not turn one route into another, so a path with an empty segment, `.` or
    /// `..` is refused: some HTTP libraries would resolve it.
    pub(crate) fn url(&self, path: &str, query: &str) -> Result<Uri, UrlError> {
        check(path)?;
        let mark = if query.is_empty() { "" } else { "?" };
        let text = Bytes::from([self.prefix.as_str(), path, mark, query].concat());
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
    let full = |segment: &str| !segment.is_empty() && !is_dots(segment);
    if !path.strip_prefix('/').is_some_and(|segments| segments.split('/').all(full)) {
        return Err(UrlError::Path);
    }
    // Some HTTP libraries take a backslash for a slash, and encode what is not ASCII.
    if path.is_ascii() && !path.contains('\\') { Ok(()) } else { Err(UrlError::Character) }
}

/// Returns whether a segment is one dot or two, each literal or encoded.
fn is_dots(segment: &str) -> bool {
    fn after_dot(text: &str) -> Option<&str> {
        [".", "%2e", "%2E"].iter().find_map(|dot| text.strip_prefix(dot))
    }
    after_dot(segment).is_some_and(|rest| rest.is_empty() || after_dot(rest) == Some(""))
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
