//! Shared by the backends that make connections: settings, the check of an address, and setup errors.

use std::error::Error as StdError;
use std::time::Duration;

use http::Uri;

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

/// Why a URI cannot be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum Unusable {
    #[error("the URI has no scheme or no host")]
    NotAbsolute,
    #[error("the scheme of the URI is neither http nor https")]
    OtherScheme,
    #[error("https needs the feature `{0}`, which is off")]
    NoTls(&'static str),
}

/// Refuses a URI that cannot be called. `tls_feature` is the feature to switch on for https, when it is off.
///
/// # Errors
///
/// `Tls` for https without TLS, so that nobody tries again; else `NotSent`.
pub(super) fn check_target(uri: &Uri, tls_feature: Option<&'static str>) -> Result<(), TransportError> {
    if uri.authority().is_none() {
        return Err(refused(TransportErrorKind::NotSent, Unusable::NotAbsolute));
    }
    match (uri.scheme_str(), tls_feature) {
        (Some("http"), _) | (Some("https"), None) => Ok(()),
        (Some("https"), Some(feature)) => Err(refused(TransportErrorKind::Tls, Unusable::NoTls(feature))),
        (None, _) => Err(refused(TransportErrorKind::NotSent, Unusable::NotAbsolute)),
        _ => Err(refused(TransportErrorKind::NotSent, Unusable::OtherScheme)),
    }
}

fn refused(kind: TransportErrorKind, why: Unusable) -> TransportError {
    TransportError::new(kind).with_source(why)
}

/// Returns the kind of an error that came up while a connection was made.
pub(super) fn connect_kind(error: &(dyn StdError + 'static)) -> TransportErrorKind {
    #[cfg(any(feature = "hyper-rustls", feature = "reqwest-rustls", feature = "reqwest-native-tls"))]
    if tls::refused(error) {
        return TransportErrorKind::Tls;
    }
    let _ = error;
    TransportErrorKind::Connect
}

/// The error of a transport that could not be set up: a certificate is invalid, or TLS could not be started.
#[cfg(any(feature = "hyper-rustls", feature = "reqwest"))]
#[derive(Debug, thiserror::Error)]
#[error("{sentence}")]
pub struct SetupError {
    sentence: &'static str,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

#[cfg(any(feature = "hyper-rustls", feature = "reqwest"))]
impl SetupError {
    pub(super) fn new(sentence: &'static str) -> Self {
        Self { sentence, source: None }
    }

    pub(super) fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::error::Error;

    #[test]
    fn a_uri_that_cannot_be_called_is_refused_with_its_reason() {
        let table = [
            ("http://a/", None, None),
            ("https://a/", None, None),
            ("HTTPS://a/", None, None),
            ("http://a/", Some("x"), None),
            ("https://a/", Some("x"), Some((TransportErrorKind::Tls, "https needs the feature `x`, which is off"))),
            ("/a", None, Some((TransportErrorKind::NotSent, "the URI has no scheme or no host"))),
            ("a:80", None, Some((TransportErrorKind::NotSent, "the URI has no scheme or no host"))),
            ("ftp://a/", None, Some((TransportErrorKind::NotSent, "the scheme of the URI is neither http nor https"))),
        ];
        for (uri, feature, expected) in table {
            let found = check_target(&uri.parse().unwrap(), feature).err();
            let found = found.map(|error| (error.kind(), error.source().unwrap().to_string()));
            assert_eq!(found, expected.map(|(kind, text)| (kind, text.to_owned())), "{uri}");
        }
    }
}
