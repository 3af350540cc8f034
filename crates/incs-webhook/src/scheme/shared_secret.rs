//! A secret that comes with every request.

use std::borrow::Cow;
use std::fmt;

use incs_model::Timestamp;
use percent_encoding::percent_decode_str;
use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq as _};

use super::{Refusal, Scheme};
use crate::evidence::Evidence;
use crate::explain::{Cause, Reading};
use crate::secrets::Secrets;

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
    hashes: Vec<Hashed>,
}

#[derive(Debug, Clone)]
pub(crate) enum Place {
    Path,
    Query(Cow<'static, str>),
    Header(Cow<'static, str>),
}

#[derive(Clone, Copy)]
struct Hashed {
    hash: [u8; 32],
    until: Option<Timestamp>,
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
        let hashes =
            secrets.iter().map(|lived| Hashed { hash: hash(lived.secret.expose().as_bytes()), until: lived.until });
        Self { place, prefix: Cow::Borrowed(""), hashes: hashes.collect(), secrets }
    }

    /// Calls `take` with everything that could be the secret, decoded.
    fn each(&self, evidence: &Evidence<'_>, mut take: impl FnMut(&[u8])) -> Result<(), Refusal> {
        let mut count = 0_usize;
        let mut without_prefix = |text: &[u8]| {
            if let Some(rest) = text.strip_prefix(self.prefix.as_bytes()) {
                count += 1;
                take(rest);
            }
        };
        let none = match &self.place {
            Place::Path => {
                let segments = evidence.path().unwrap_or_default().split('/').filter(|segment| !segment.is_empty());
                segments.for_each(|segment| without_prefix(&Cow::from(percent_decode_str(segment))));
                Refusal::MissingSecret
            }
            Place::Query(parameter) => {
                let pairs = form_urlencoded::parse(evidence.query().unwrap_or_default().as_bytes());
                let values = pairs.filter(|(name, _)| name == parameter).map(|(_, value)| value);
                values.for_each(|value| without_prefix(value.as_bytes()));
                Refusal::MissingSecret
            }
            Place::Header(name) => {
                let value = evidence.header(name).ok_or_else(|| Refusal::MissingHeader(name.clone()))?;
                without_prefix(value);
                Refusal::UnreadableHeader(name.clone())
            }
        };
        if count == 0 { Err(none) } else { Ok(()) }
    }
}

fn hash(text: &[u8]) -> [u8; 32] {
    Sha256::digest(text).into()
}

impl Scheme for SharedSecret {
    fn verify(&self, evidence: &Evidence<'_>, now: Timestamp) -> Result<(), Refusal> {
        let live = || self.hashes.iter().filter(|known| known.until.is_none_or(|until| now < until));
        if live().next().is_none() {
            return Err(Refusal::NoLiveSecret);
        }
        let mut found = Choice::from(0);
        self.each(evidence, |text| {
            let hash = hash(text);
            live().for_each(|known| found |= known.hash.ct_eq(&hash));
        })?;
        if found.into() { Ok(()) } else { Err(Refusal::Mismatch) }
    }

    fn explain(&self, evidence: &Evidence<'_>, now: Timestamp) -> Option<Cause> {
        let refusal = self.verify(evidence, now).err()?;
        let mut sent = Vec::new();
        let readable = self.each(evidence, |text| sent.push(text.to_vec())).is_ok();
        Some(
            self.expired(&sent)
                .or_else(|| self.other_spelling(evidence, &sent))
                .unwrap_or_else(|| if readable { Cause::Unknown } else { Cause::of(&refusal) }),
        )
    }
}

impl SharedSecret {
    /// Verification has failed, so a secret that was sent as it is has expired.
    fn expired(&self, sent: &[Vec<u8>]) -> Option<Cause> {
        let fits = |hashed: &Hashed| sent.iter().any(|text| bool::from(hash(text).ct_eq(&hashed.hash)));
        self.hashes.iter().any(fits).then_some(Cause::ExpiredSecret)
    }

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
            if let Some((kind, _)) = Reading::Text.others(lived.secret.expose()).into_iter().find(fits) {
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
