//! A secret that comes with every request.

use std::borrow::Cow;
use std::fmt;

use incs_model::Timestamp;
use percent_encoding::percent_decode_str;
use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq as _};

use super::Scheme;
use crate::evidence::Evidence;
use crate::explain::{Cause, other_keys};
use crate::rejection::Refusal;
use crate::secrets::Secrets;
use crate::signature::KeyForm;

/// A secret that comes with every request: in the path or the query of the URL that you register, or in a header.
///
/// It is what works with a sender that signs nothing, such as INCS as far as its pages tell. It proves who knows the URL, and
/// nothing about the body. So register `https` URLs only, make the secret long and random, and keep URLs out of access logs.
///
/// Both sides are hashed before they are compared in constant time, and all places and secrets are compared: the time tells
/// neither the secret's text, nor its length, nor which one it was.
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
    /// Of each secret.
    hashes: Vec<[u8; 32]>,
}

#[derive(Debug, Clone)]
pub(crate) enum Place {
    Path,
    Query(Cow<'static, str>),
    Header(Cow<'static, str>),
}

impl SharedSecret {
    /// A secret that is a whole segment of the path, whichever, after percent-decoding.
    pub fn in_path(secrets: Secrets) -> Self {
        Self::new(Place::Path, secrets)
    }

    /// A secret that is the value of a parameter of the query, decoded as forms are: `+` is a space. When the parameter comes
    /// several times, one of its values is enough.
    pub fn in_query(parameter: impl Into<Cow<'static, str>>, secrets: Secrets) -> Self {
        Self::new(Place::Query(parameter.into()), secrets)
    }

    /// A secret that is the value of a header.
    pub fn in_header(name: impl Into<Cow<'static, str>>, secrets: Secrets) -> Self {
        Self::new(Place::Header(name.into()), secrets)
    }

    /// Sets what stands before the secret, such as `Bearer `. It must stand there, in this case.
    #[must_use]
    pub fn with_prefix(self, prefix: impl Into<Cow<'static, str>>) -> Self {
        Self { prefix: prefix.into(), ..self }
    }

    fn new(place: Place, secrets: Secrets) -> Self {
        let hashes = secrets.iter().map(|lived| hash(lived.secret.expose().as_bytes())).collect();
        Self { place, prefix: Cow::Borrowed(""), hashes, secrets }
    }

    /// Everything in a request that could be the secret, decoded.
    fn candidates(&self, evidence: &Evidence<'_>) -> Result<Vec<Vec<u8>>, Refusal> {
        let (values, none): (Vec<Vec<u8>>, Refusal) = match &self.place {
            Place::Path => {
                let segments = evidence.path().unwrap_or_default().split('/').filter(|segment| !segment.is_empty());
                (segments.map(|segment| percent_decode_str(segment).collect()).collect(), Refusal::MissingSecret)
            }
            Place::Query(parameter) => {
                let pairs = form_urlencoded::parse(evidence.query().unwrap_or_default().as_bytes());
                let values =
                    pairs.filter(|(name, _)| name == parameter).map(|(_, value)| value.into_owned().into_bytes());
                (values.collect(), Refusal::MissingSecret)
            }
            Place::Header(name) => {
                let value = evidence.header(name).ok_or_else(|| Refusal::MissingHeader(name.clone()))?;
                (vec![value.to_vec()], Refusal::UnreadableHeader(name.clone()))
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
    fn verify(&self, evidence: &Evidence<'_>, now: Timestamp) -> Result<(), Refusal> {
        let hashed = self.secrets.iter().zip(&self.hashes);
        let live: Vec<_> = hashed.filter(|(lived, _)| lived.is_live(now)).map(|(_, hash)| hash).collect();
        if live.is_empty() {
            return Err(Refusal::NoLiveSecret);
        }
        let mut found = Choice::from(0);
        for text in self.candidates(evidence)? {
            let hash = hash(&text);
            for known in &live {
                found |= known.ct_eq(&hash);
            }
        }
        if found.into() { Ok(()) } else { Err(Refusal::Mismatch) }
    }

    fn explain(&self, evidence: &Evidence<'_>, now: Timestamp) -> Option<Cause> {
        let refusal = self.verify(evidence, now).err()?;
        let sent = self.candidates(evidence).unwrap_or_default();
        // Verification has failed, so a secret that was sent as it is has expired.
        let is_sent = |hashed: &[u8; 32]| sent.iter().any(|text| bool::from(hash(text).ct_eq(hashed)));
        if self.hashes.iter().any(is_sent) {
            return Some(Cause::ExpiredSecret);
        }
        let rest = || if sent.is_empty() { Cause::of(&refusal) } else { Cause::Unknown };
        Some(self.other_spelling(evidence, &sent).unwrap_or_else(rest))
    }
}

impl SharedSecret {
    fn other_spelling(&self, evidence: &Evidence<'_>, sent: &[Vec<u8>]) -> Option<Cause> {
        for lived in self.secrets.iter() {
            let secret = lived.secret.expose().as_bytes();
            let is = |text: &[u8]| bool::from(hash(text).ct_eq(&hash(secret)));
            if sent.iter().any(|text| is(text.trim_ascii())) {
                return Some(Cause::Encoding("a text with white space around it"));
            }
            let mut pairs = evidence.query().unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
            let decoded = |text| Cow::from(percent_decode_str(text));
            if let Some((name, _)) = pairs.find(|(_, value)| is(&decoded(value))) {
                return Some(Cause::Encoding(match &self.place {
                    Place::Query(ours) if *decoded(name) == *ours.as_bytes() => {
                        "a parameter whose `+` is not escaped as `%2B`"
                    }
                    _ => "another parameter of the query",
                }));
            }
            if let Place::Header(name) = &self.place {
                let value = evidence.header(name).unwrap_or_default();
                let word = value.rsplit(|byte| byte.is_ascii_whitespace() || *byte == b'=').next().unwrap_or_default();
                if is(value) || is(word) {
                    return Some(Cause::Encoding("a header with another prefix, or without one"));
                }
            }
            let fits = |(_, key): &(&str, Vec<u8>)| sent.iter().any(|text| bool::from(hash(text).ct_eq(&hash(key))));
            if let Some((kind, _)) = other_keys(KeyForm::Text, lived.secret.expose()).into_iter().find(fits) {
                return Some(Cause::SecretKind(kind));
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
