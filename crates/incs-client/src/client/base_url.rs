//! The part of every URL that a client is told: scheme, host, and what stands before every path.

use std::borrow::Cow;
use std::fmt;
use std::sync::OnceLock;

use bytes::Bytes;
use http::uri::{Authority, Parts, PathAndQuery, Scheme};
use http::{HeaderValue, Uri};

use super::builder::BuildError;

/// A base URL, taken apart once, so that a call need not.
#[derive(Clone)]
pub(crate) struct BaseUrl {
    scheme: Scheme,
    authority: Authority,
    /// Empty, or from a slash up to the last segment.
    prefix: String,
    /// What `host` says; HTTP libraries would write it anew for each request.
    pub(crate) host: HeaderValue,
    routes: Routes,
}

/// The URLs of routes without a variable part, joined when first asked for: nearly every call goes to one of a few.
type Routes = Box<[OnceLock<(&'static str, Uri)>; 8]>;

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
            routes: Routes::default(),
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
        Ok(Self { scheme, authority, prefix, host, routes: Routes::default() })
    }

    /// Whether what is sent there crosses a network in the clear.
    pub(crate) fn is_exposed(&self) -> bool {
        let host = self.authority.host().trim_start_matches('[').trim_end_matches(']');
        let loopback = host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
        self.scheme == Scheme::HTTP && !loopback && !host.eq_ignore_ascii_case("localhost")
    }

    /// The URL of a route.
    #[allow(clippy::ptr_arg, reason = "a path that is static is not copied")]
    pub(crate) fn url(&self, path: &Cow<'static, str>, query: &str) -> Result<Cow<'_, Uri>, UrlError> {
        if let Cow::Borrowed(fixed) = path
            && query.is_empty()
        {
            for route in self.routes.iter() {
                let (known, url) = if let Some(known) = route.get() {
                    known
                } else {
                    let url = self.join(path, query)?;
                    route.get_or_init(|| (fixed, url))
                };
                if known == fixed {
                    return Ok(Cow::Borrowed(url));
                }
            }
        }
        self.join(path, query).map(Cow::Owned)
    }

    /// The URL of a route. An id must not turn one route into another, so a path with an empty segment, `.` or `..` is none:
    /// some HTTP libraries would resolve it.
    #[allow(clippy::ptr_arg, reason = "a path that is static is not copied")]
    fn join(&self, path: &Cow<'static, str>, query: &str) -> Result<Uri, UrlError> {
        if !is_plain(path) {
            check(path)?;
        }
        let length = self.prefix.len() + path.len();
        let text = match path {
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
        if target.path().len() != length {
            return Err(UrlError::Character);
        }
        parts.path_and_query = Some(target);
        Uri::from_parts(parts).map_err(|_| UrlError::Character)
    }
}

/// Whether there is nothing in a path to look at twice: the paths of nearly all calls, in one pass.
fn is_plain(path: &str) -> bool {
    let mut before = b'/';
    let mut bytes = path.bytes();
    let plain = bytes.next() == Some(b'/')
        && bytes.all(|byte| {
            let fits = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_') || (byte == b'/' && before != b'/');
            before = byte;
            fits
        });
    plain && before != b'/'
}

fn check(path: &str) -> Result<(), UrlError> {
    let full = |segment: &str| !segment.is_empty() && !is_dots(segment);
    if !path.strip_prefix('/').is_some_and(|segments| segments.split('/').all(full)) {
        return Err(UrlError::Path);
    }
    // Some HTTP libraries take a backslash for a slash, and encode what is not ASCII.
    if path.is_ascii() && !path.contains('\\') { Ok(()) } else { Err(UrlError::Character) }
}

/// Whether it is one dot or two, each written as it is or encoded.
fn is_dots(segment: &str) -> bool {
    fn after_dot(text: &str) -> Option<&str> {
        [".", "%2e", "%2E"].iter().find_map(|dot| text.strip_prefix(dot))
    }
    after_dot(segment).is_some_and(|rest| rest.is_empty() || after_dot(rest) == Some(""))
}

/// As it would be told, without a slash at the end.
#[cfg(feature = "schema")]
impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.scheme, self.authority, self.prefix)
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.scheme, self.authority, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_plain_path_passes_the_full_check(path in "[/a-zA-Z0-9_.%~ -]{0,12}") {
            prop_assert!(!is_plain(&path) || check(&path).is_ok(), "{}", path);
        }
    }

    #[test]
    fn a_fixed_route_is_joined_once_and_one_too_many_each_time() {
        const PATHS: [&str; 9] = ["/a", "/b", "/c", "/d", "/e", "/f", "/g", "/h", "/i"];
        let base = BaseUrl::api();
        for _ in 0..2 {
            for path in PATHS {
                let url = base.url(&Cow::Borrowed(path), "").unwrap();
                assert_eq!(*url, format!("https://api.incsapp.com{path}").parse::<Uri>().unwrap());
                assert_eq!(matches!(url, Cow::Borrowed(_)), path != "/i", "{path}");
            }
        }
        let asked = base.url(&Cow::Borrowed("/a"), "page=2").unwrap();
        assert_eq!(asked.query(), Some("page=2"));
    }

    #[test]
    fn the_paths_of_the_platform_are_plain() {
        for path in ["/external/messages/whatsapp", "/external/templates/rcs/2217695120034410077"] {
            assert!(is_plain(path), "{path}");
        }
        for path in ["", "/", "//", "/a/", "/a//b", "a", "/a.b", "/a%2e"] {
            assert!(!is_plain(path), "{path}");
        }
    }
}
