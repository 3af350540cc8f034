//! Shared by the backends that make connections: settings, the check of an address, and the kind of an error.

use std::error::Error as StdError;
use std::time::Duration;

use http::Uri;
use incs_model::HttpUrl;

#[cfg(any(feature = "hyper-rustls", feature = "reqwest-rustls", feature = "reqwest-native-tls"))]
use super::tls;
use crate::transport::{TransportError, TransportErrorKind};

/// Settings of connections.
#[derive(Debug, Clone, Copy)]
pub(super) struct Connections {
    pub(super) connect_timeout: Duration,
    pub(super) idle_timeout: Duration,
    pub(super) max_idle_per_host: usize,
}

impl Default for Connections {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            idle_timeout: Duration::from_secs(15),
            max_idle_per_host: usize::MAX,
        }
    }
}

/// An error for https without TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("https needs the feature `{0}`, which is off")]
pub(super) struct NoTls(pub(super) &'static str);

/// Refuses a URI that cannot be called. `tls_feature` is the feature for https, if it is not enabled.
///
/// HTTP libraries replace an invalid port with 80 or 443.
///
/// # Errors
///
/// `Tls` for https without TLS, so that it is not retried; else `NotSent`.
pub(super) fn check_target(uri: &Uri, tls_feature: Option<&'static str>) -> Result<(), TransportError> {
    if !is_plain(uri) {
        HttpUrl::parse_server(&uri.to_string()).map_err(|error| refused(TransportErrorKind::NotSent, error))?;
    }
    match tls_feature {
        Some(feature) if uri.scheme_str() == Some("https") => Err(refused(TransportErrorKind::Tls, NoTls(feature))),
        _ => Ok(()),
    }
}

/// Returns true when a URI is valid for sure, as nearly all are: then its text need not be put together and parsed.
fn is_plain(uri: &Uri) -> bool {
    let (Some("http" | "https"), Some(authority)) = (uri.scheme_str(), uri.authority()) else { return false };
    let authority = authority.as_str();
    let (host, port) = authority.split_once(':').unwrap_or((authority, "1"));
    let is_host = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    let is_digits = !port.starts_with('0') && port.bytes().all(|byte| byte.is_ascii_digit());
    is_digits && port.parse::<u16>().is_ok() && !host.is_empty() && host.bytes().all(is_host)
}

fn refused(kind: TransportErrorKind, why: impl StdError + Send + Sync + 'static) -> TransportError {
    TransportError::new(kind).with_source(why)
}

/// Returns the kind of an error while connecting.
pub(super) fn connect_kind(error: &(dyn StdError + 'static)) -> TransportErrorKind {
    #[cfg(any(feature = "hyper-rustls", feature = "reqwest-rustls", feature = "reqwest-native-tls"))]
    if tls::refused(error) {
        return TransportErrorKind::Tls;
    }
    let _ = error;
    TransportErrorKind::Connect
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::error::Error;

    #[test]
    fn invalid_uri_is_refused_with_reason() {
        let table = [
            ("http://a/", None, None),
            ("https://a/", None, None),
            ("HTTPS://a/", None, None),
            ("http://a/", Some("x"), None),
            ("https://a/", Some("x"), Some((TransportErrorKind::Tls, "https needs the feature `x`, which is off"))),
            ("/a", None, Some((TransportErrorKind::NotSent, "the URL has neither the scheme http nor https"))),
            ("a:80", None, Some((TransportErrorKind::NotSent, "the URL has neither the scheme http nor https"))),
            ("ftp://a/", None, Some((TransportErrorKind::NotSent, "the URL has neither the scheme http nor https"))),
            ("http://u@a/", None, Some((TransportErrorKind::NotSent, "the URL holds a user or a password"))),
            (
                "http://a:70000/",
                None,
                Some((TransportErrorKind::NotSent, "the port of the URL is not a number from 1 to 65535")),
            ),
            (
                "https://a:0/",
                Some("x"),
                Some((TransportErrorKind::NotSent, "the port of the URL is not a number from 1 to 65535")),
            ),
        ];
        for (uri, feature, expected) in table {
            let found = check_target(&uri.parse().unwrap(), feature).err();
            let found = found.map(|error| (error.kind(), error.source().unwrap().to_string()));
            assert_eq!(found, expected.map(|(kind, text)| (kind, text.to_owned())), "{uri}");
        }
    }

    #[test]
    fn plain_uris_are_valid() {
        let hosts = ["a", "a.example", "127.0.0.1", "[::1]", "u@a", "a_b", "a-b.c"];
        let ports = [
            "",
            ":",
            ":0",
            ":080",
            ":80",
            ":9999",
            ":65535",
            ":65536",
            ":+80",
            ":+65535",
            ":065535",
            ":123456789012",
            ":x",
        ];
        let mut plain = 0;
        for scheme in ["http", "https", "HTTP", "ftp"] {
            for host in hosts {
                for port in ports {
                    for path in ["", "/", "/a?b"] {
                        let text = format!("{scheme}://{host}{port}{path}");
                        let Ok(uri) = text.parse() else { continue };
                        if is_plain(&uri) {
                            assert!(HttpUrl::parse_server(&text).is_ok(), "{text}");
                            plain += 1;
                        }
                    }
                }
            }
        }
        assert!(plain >= 3 * 4 * 3 * 3, "{plain}");
    }
}
