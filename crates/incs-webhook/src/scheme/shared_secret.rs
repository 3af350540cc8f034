//! A secret in every request.

use std::borrow::Cow;
use std::fmt;

use incs_model::Timestamp;
use percent_encoding::percent_decode_str;
use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq as _};

use super::Scheme;
use crate::explain::{RejectionCause, other_keys};
use crate::rejection::VerifyError;
use crate::secrets::Secrets;
use crate::signature::KeyForm;
use crate::signed_request::SignedRequest;

/// A secret in every request: in the path or query of the URL that you register, or in a header.
///
/// Use it for senders that do not sign, such as INCS according to its pages. It proves that the sender knows the URL, and nothing about
/// the body. Register only `https` URLs, use a long random secret, and keep URLs out of access logs.
///
/// Both sides are hashed and compared in constant time, and every candidate is compared with every secret. The duration reveals neither
/// the text or length of a secret nor which secret matched.
///
/// ```
/// use incs_model::Timestamp;
/// use incs_webhook::{Delivery, Secrets, scheme::SharedSecret};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let scheme = SharedSecret::in_path(Secrets::try_new("k2vW7xq0TzN4")?);
/// let headers = [("content-type", "application/json")];
/// let now: Timestamp = "2026-11-22T08:00:00Z".parse()?;
///
/// let delivery = Delivery::new(&headers, b"{}").with_target("/hooks/k2vW7xq0TzN4/incs");
/// assert!(delivery.verify(&scheme, now).is_ok());
/// assert!(Delivery::new(&headers, b"{}").with_target("/hooks/incs").verify(&scheme, now).is_err());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct SharedSecret {
    pub(crate) place: Place,
    pub(crate) prefix: Cow<'static, str>,
    pub(crate) secrets: Secrets,
    /// The hash of each secret.
    hashes: Vec<[u8; 32]>,
}

#[derive(Debug, Clone)]
pub(crate) enum Place {
    Path,
    Query(Cow<'static, str>),
    Header(Cow<'static, str>),
}

impl SharedSecret {
    /// Expects the secret as one whole segment of the path, at any position, after percent-decoding.
    pub fn in_path(secrets: Secrets) -> Self {
        Self::new(Place::Path, secrets)
    }

    /// Expects the secret as the value of a query parameter, decoded like a form: `+` is a space. One of several values is enough.
    pub fn in_query(parameter: impl Into<Cow<'static, str>>, secrets: Secrets) -> Self {
        Self::new(Place::Query(parameter.into()), secrets)
    }

    /// Expects the secret as the value of a header.
    pub fn in_header(name: impl Into<Cow<'static, str>>, secrets: Secrets) -> Self {
        Self::new(Place::Header(name.into()), secrets)
    }

    /// Sets the prefix of the secret, such as `Bearer `. The prefix is required, and compared with case.
    #[must_use]
    pub fn with_prefix(self, prefix: impl Into<Cow<'static, str>>) -> Self {
        Self { prefix: prefix.into(), ..self }
    }

    fn new(place: Place, secrets: Secrets) -> Self {
        let hashes = secrets.iter().map(|stored| hash(stored.secret.expose().as_bytes())).collect();
        Self { place, prefix: Cow::Borrowed(""), hashes, secrets }
    }

    /// Returns the decoded values of a request that could be the secret.
    fn candidates(&self, signed_request: &SignedRequest<'_>) -> Result<Vec<Vec<u8>>, VerifyError> {
        let (values, none): (Vec<Vec<u8>>, VerifyError) = match &self.place {
            Place::Path => {
                let segments =
                    signed_request.path().unwrap_or_default().split('/').filter(|segment| !segment.is_empty());
                (segments.map(|segment| percent_decode_str(segment).collect()).collect(), VerifyError::MissingSecret)
            }
            Place::Query(parameter) => {
                let pairs = form_urlencoded::parse(signed_request.query().unwrap_or_default().as_bytes());
                let values =
                    pairs.filter(|(name, _)| name == parameter).map(|(_, value)| value.into_owned().into_bytes());
                (values.collect(), VerifyError::MissingSecret)
            }
            Place::Header(name) => {
                let value = signed_request.header(name).ok_or_else(|| VerifyError::MissingHeader(name.clone()))?;
                (vec![value.to_vec()], VerifyError::UnreadableHeader(name.clone()))
            }
        };
        let without_prefix = |value: &Vec<u8>| value.strip_prefix(self.prefix.as_bytes()).map(<[u8]>::to_vec);
        let found: Vec<_> = values.iter().filter_map(without_prefix).collect();
        if found.is_empty() { Err(none) } else { Ok(found) }
    }
}

fn hash(text: &[u8]) -> [u8; 32] {
    Sha256::digest(text).into()
}

impl Scheme for SharedSecret {
    fn verify(&self, signed_request: &SignedRequest<'_>, now: Timestamp) -> Result<(), VerifyError> {
        let hashed = self.secrets.iter().zip(&self.hashes);
        let live: Vec<_> = hashed.filter(|(stored, _)| stored.is_live(now)).map(|(_, hash)| hash).collect();
        if live.is_empty() {
            return Err(VerifyError::NoLiveSecret);
        }
        let mut found = Choice::from(0);
        for text in self.candidates(signed_request)? {
            let hash = hash(&text);
            for known in &live {
                found |= known.ct_eq(&hash);
            }
        }
        if found.into() { Ok(()) } else { Err(VerifyError::Mismatch) }
    }

    fn check_head(&self, head: &SignedRequest<'_>, now: Timestamp) -> Result<(), VerifyError> {
        self.verify(head, now)
    }

    fn explain(&self, signed_request: &SignedRequest<'_>, now: Timestamp) -> Option<RejectionCause> {
        let error = self.verify(signed_request, now).err()?;
        let sent = self.candidates(signed_request).unwrap_or_default();
        // Verification has failed, so a secret that was sent unchanged has expired.
        let is_sent = |hashed: &[u8; 32]| sent.iter().any(|text| bool::from(hash(text).ct_eq(hashed)));
        if self.hashes.iter().any(is_sent) {
            return Some(RejectionCause::ExpiredSecret);
        }
        let rest = || if sent.is_empty() { RejectionCause::of(&error) } else { RejectionCause::Unknown };
        Some(self.other_spelling(signed_request, &sent).unwrap_or_else(rest))
    }
}

impl SharedSecret {
    fn other_spelling(&self, signed_request: &SignedRequest<'_>, sent: &[Vec<u8>]) -> Option<RejectionCause> {
        for stored in self.secrets.iter() {
            let secret = stored.secret.expose().as_bytes();
            let is = |text: &[u8]| bool::from(hash(text).ct_eq(&hash(secret)));
            if sent.iter().any(|text| is(text.trim_ascii())) {
                return Some(RejectionCause::Encoding("a text with white space around it"));
            }
            let mut pairs =
                signed_request.query().unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
            let decoded = |text| Cow::from(percent_decode_str(text));
            if let Some((name, _)) = pairs.find(|(_, value)| is(&decoded(value))) {
                return Some(RejectionCause::Encoding(match &self.place {
                    Place::Query(ours) if *decoded(name) == *ours.as_bytes() => {
                        "a parameter whose `+` is not escaped as `%2B`"
                    }
                    _ => "another parameter of the query",
                }));
            }
            if let Place::Header(name) = &self.place {
                let value = signed_request.header(name).unwrap_or_default();
                let word = value.rsplit(|byte| byte.is_ascii_whitespace() || *byte == b'=').next().unwrap_or_default();
                if is(value) || is(word) {
                    return Some(RejectionCause::Encoding("a header with another prefix, or without one"));
                }
            }
            let fits = |(_, key): &(&str, Vec<u8>)| sent.iter().any(|text| bool::from(hash(text).ct_eq(&hash(key))));
            if let Some((kind, _)) = other_keys(KeyForm::Text, stored.secret.expose()).into_iter().find(fits) {
                return Some(RejectionCause::SecretKind(kind));
            }
        }
        None
    }
}

impl fmt::Debug for SharedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedSecret")
            .field("place", &self.place)
            .field("secrets", &self.secrets)
            .finish_non_exhaustive()
    }
}
