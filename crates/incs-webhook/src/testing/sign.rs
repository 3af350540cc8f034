//! Signs deliveries as their senders do.
//!
//! ```
//! use incs_model::Timestamp;
//! use incs_webhook::scheme::StandardWebhooks;
//! use incs_webhook::testing::sign::{Draft, Sign as _};
//! use incs_webhook::{Delivery, Secrets};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let scheme = StandardWebhooks::try_new(Secrets::try_new("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")?)?;
//! let now: Timestamp = "2026-11-22T08:00:00Z".parse()?;
//! let body = br#"{"event":"message_created"}"#;
//!
//! let proof = scheme.sign(&Draft::new(body, now).with_id("msg_1"))?;
//! assert!(Delivery::new(&proof.headers(), body).verify(&scheme, now).is_ok());
//! # Ok(())
//! # }
//! ```

use std::fmt;

use form_urlencoded::Serializer;
use hmac::Mac as _;
use incs_model::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest as _, Sha256};

use crate::scheme::{Exotel, HmacSha256, Meta, Part, Place, SharedSecret, StandardWebhooks, VerifyError};
use crate::secrets::Secrets;
use crate::signature::Recipe;

/// A delivery to sign.
#[derive(Clone)]
pub struct Draft<'a> {
    body: &'a [u8],
    at: Timestamp,
    id: Option<&'a str>,
    headers: Vec<(&'a str, &'a str)>,
}

impl<'a> Draft<'a> {
    /// Creates a draft from a body and the time of signing, at which a secret must be live.
    pub fn new(body: &'a [u8], at: Timestamp) -> Self {
        Self { body, at, id: None, headers: Vec::new() }
    }

    /// Sets the id of [`StandardWebhooks`]. The default is derived from the body, so that a retry has the id of the first attempt.
    #[must_use]
    pub fn with_id(self, id: &'a str) -> Self {
        Self { id: Some(id), ..self }
    }

    /// Adds a header of the request, for schemes that sign it.
    #[must_use]
    pub fn with_header(mut self, name: &'a str, value: &'a str) -> Self {
        self.headers.push((name, value));
        self
    }
}

impl fmt::Debug for Draft<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Draft(<{} bytes>, {})", self.body.len(), self.at)
    }
}

/// The headers and target with which a scheme accepts a request.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Proof {
    headers: Vec<(String, String)>,
    segment: Option<String>,
    parameter: Option<(String, String)>,
}

impl Proof {
    /// Returns the headers to add, as names and values.
    pub fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    /// Returns the target of the request with the secret added as last segment of the path or as query parameter. `target` is a path
    /// with or without a query, or a whole URL without a fragment.
    pub fn to_target(&self, target: &str) -> String {
        let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
        let mut target = match &self.segment {
            Some(segment) => format!("{}/{}", path.trim_end_matches('/'), utf8_percent_encode(segment, ESCAPED)),
            None => path.to_owned(),
        };
        let mut query = query.map(str::to_owned);
        if let Some((name, value)) = &self.parameter {
            query = Some(Serializer::new(query.unwrap_or_default()).append_pair(name, value).finish());
        }
        if let Some(query) = query {
            target = format!("{target}?{query}");
        }
        target
    }

    fn push(&mut self, name: &str, value: String) {
        self.headers.push((name.to_owned(), value));
    }
}

/// All characters except the unreserved ones of RFC 3986.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Shows the names of the headers only, since their values may be secrets.
impl fmt::Debug for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Proof").field("headers", &names).finish_non_exhaustive()
    }
}

/// A scheme that can sign as its sender does.
pub trait Sign {
    /// Signs a delivery with the first live secret, and returns what the request must contain.
    ///
    /// # Errors
    ///
    /// Returns an error if no secret is live at the time, a signed header is missing, or the id is not allowed.
    fn sign(&self, draft: &Draft<'_>) -> Result<Proof, VerifyError>;
}

impl Sign for HmacSha256 {
    fn sign(&self, draft: &Draft<'_>) -> Result<Proof, VerifyError> {
        Proof::default().sign(&self.recipe, &self.secrets, draft)
    }
}

impl Sign for Meta {
    fn sign(&self, draft: &Draft<'_>) -> Result<Proof, VerifyError> {
        self.0.sign(draft)
    }
}

/// Signs with HMAC-SHA256 and the prefix `sha256=`, as documented.
impl Sign for Exotel {
    fn sign(&self, draft: &Draft<'_>) -> Result<Proof, VerifyError> {
        self.sha256.sign(draft)
    }
}

/// Uses the header names of the standard, unless the names of Svix were chosen.
impl Sign for StandardWebhooks {
    fn sign(&self, draft: &Draft<'_>) -> Result<Proof, VerifyError> {
        let made = data_encoding::BASE64URL_NOPAD.encode(&Sha256::digest(draft.body));
        let id = draft.id.map_or_else(|| format!("msg_{made}"), str::to_owned);
        if id.is_empty() || id.contains('.') {
            return Err(VerifyError::UnreadableHeader(self.named.id.clone().into()));
        }
        let mut proof = Proof::default();
        proof.push(&self.named.id, id);
        proof.sign(&self.named.recipe, &self.secrets, draft)
    }
}

impl Sign for SharedSecret {
    fn sign(&self, draft: &Draft<'_>) -> Result<Proof, VerifyError> {
        let secret = self.secrets.live(draft.at).next().ok_or(VerifyError::NoLiveSecret)?;
        let text = format!("{}{secret}", self.prefix);
        let mut proof = Proof::default();
        match &self.place {
            Place::Path => proof.segment = Some(text),
            Place::Query(parameter) => proof.parameter = Some((parameter.to_string(), text)),
            Place::Header(name) => proof.push(name, text),
        }
        Ok(proof)
    }
}

impl Proof {
    /// Adds the time and the HMAC-SHA256 signature. Headers that were added before may be signed.
    fn sign(mut self, recipe: &Recipe, secrets: &Secrets, draft: &Draft<'_>) -> Result<Self, VerifyError> {
        for part in &recipe.parts {
            if let Part::Timestamp(header) = part {
                self.push(&header.name, header.unit.count(draft.at).to_string());
            }
        }
        let key = secrets.live(draft.at).find_map(|secret| recipe.key.read(secret)).ok_or(VerifyError::NoLiveSecret)?;
        let header = |name: &str| {
            let ours = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
            ours.map(|(_, value)| value.as_bytes()).or_else(|| crate::Headers::get(&draft.headers, name))
        };
        let mac = recipe.mac::<Sha256>(&key, header, draft.body)?;
        let tag = recipe.encoding.write(&mac.finalize().into_bytes());
        self.push(&recipe.header, format!("{}{tag}", recipe.prefix));
        Ok(self)
    }
}
