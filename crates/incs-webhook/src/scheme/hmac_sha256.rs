//! HMAC signatures: configurable, Meta's and Exotel's.

use std::borrow::Cow;

use incs_model::Timestamp;
use sha2::Sha256;

use super::{Scheme, without_body};
use crate::explain::{RejectionCause, likely_cause};
use crate::rejection::VerifyError;
use crate::secrets::Secrets;
use crate::signature::{Encoding, Part, Recipe, SignedPartsError, check_parts};
use crate::signed_request::SignedRequest;

/// A configurable HMAC-SHA256 signature. The default signs the body alone and encodes the signature in hex.
///
/// The key is the text of the secret. Signatures are compared in constant time.
///
/// ```
/// use incs_webhook::Secrets;
/// use incs_webhook::scheme::{Encoding, HmacSha256, Part};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let scheme = HmacSha256::new("x-signature", Secrets::try_new("s3cret")?)
///     .with_encoding(Encoding::Base64)
///     .with_prefix("v0=")
///     .with_signed([Part::text("v0:"), Part::seconds("x-timestamp"), Part::text(":"), Part::Body])?;
/// # let _ = scheme;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct HmacSha256 {
    pub(crate) recipe: Recipe,
    pub(crate) secrets: Secrets,
}

impl HmacSha256 {
    /// Creates a scheme for a signature of the body, in hex, in a header. Such a signature has no time.
    pub fn new(header: impl Into<Cow<'static, str>>, secrets: Secrets) -> Self {
        Self { recipe: Recipe::new(header), secrets }
    }

    /// Sets the encoding of the signature.
    #[must_use]
    pub fn with_encoding(mut self, encoding: Encoding) -> Self {
        self.recipe.encoding = encoding;
        self
    }

    /// Sets the prefix of the signature, such as `sha256=`. The prefix is required, and compared with case.
    #[must_use]
    pub fn with_prefix(mut self, prefix: impl Into<Cow<'static, str>>) -> Self {
        self.recipe.prefix = prefix.into();
        self
    }

    /// Sets the signed parts in their order. A timestamp among the parts is checked.
    ///
    /// # Errors
    ///
    /// Returns an error if the body is not among the parts exactly once, or if there are several timestamps.
    pub fn with_signed(mut self, parts: impl IntoIterator<Item = Part>) -> Result<Self, SignedPartsError> {
        let parts: Vec<Part> = parts.into_iter().collect();
        check_parts(&parts)?;
        self.recipe.parts = parts;
        Ok(self)
    }
}

impl Scheme for HmacSha256 {
    fn verify(&self, signed_request: &SignedRequest<'_>, now: Timestamp) -> Result<(), VerifyError> {
        self.recipe.verify::<Sha256>(&self.secrets, signed_request, now)
    }

    fn check_head(&self, head: &SignedRequest<'_>, now: Timestamp) -> Result<(), VerifyError> {
        without_body(self.verify(head, now))
    }

    fn explain(&self, signed_request: &SignedRequest<'_>, now: Timestamp) -> Option<RejectionCause> {
        let error = self.verify(signed_request, now).err()?;
        Some(likely_cause::<Sha256>(&self.recipe, &self.secrets, signed_request, now, &error))
    }
}

/// The signature of Meta's platforms: `X-Hub-Signature-256: sha256=<hex>` over the body, with the app secret (documented by Meta).
///
/// Use it for webhooks of Meta that reach you unchanged. INCS documents no signature. It is unknown whether INCS forwards this one.
///
/// Meta signs the body as sent, with escapes for non-ASCII characters and slashes (`\u00e9`, `\/`). Verification therefore needs the
/// unchanged bytes; a parsed and serialized body has another signature.
#[derive(Debug, Clone)]
pub struct Meta(pub(crate) HmacSha256);

impl Meta {
    /// The name of the header.
    pub const HEADER: &'static str = "x-hub-signature-256";

    /// Creates a scheme that accepts signatures with one of the app secrets.
    pub fn new(app_secrets: Secrets) -> Self {
        Self(HmacSha256::new(Self::HEADER, app_secrets).with_prefix("sha256="))
    }
}

impl Scheme for Meta {
    fn verify(&self, signed_request: &SignedRequest<'_>, now: Timestamp) -> Result<(), VerifyError> {
        self.0.verify(signed_request, now)
    }

    fn check_head(&self, head: &SignedRequest<'_>, now: Timestamp) -> Result<(), VerifyError> {
        without_body(self.verify(head, now))
    }

    fn explain(&self, signed_request: &SignedRequest<'_>, now: Timestamp) -> Option<RejectionCause> {
        self.0.explain(signed_request, now)
    }
}

/// The signature of Exotel: `X-Exotel-Signature` over the body.
///
/// The sources of these facts:
///
/// - Exotel documents `sha256=` and the hex of HMAC-SHA256, for WhatsApp only. A page on other channels says that the key is the API
///   token.
/// - Third parties report the hex without `sha256=`, which is accepted too.
/// - Other third parties report HMAC-SHA1; see `with_sha1`, with the feature `sha1`.
/// - Exotel's pages on RCS do not mention signatures. It is unknown whether its callbacks are signed, so put a
///   [`SharedSecret`](super::SharedSecret) into the URL too.
#[derive(Debug, Clone)]
pub struct Exotel {
    pub(crate) sha256: HmacSha256,
    #[cfg(feature = "sha1")]
    with_sha1: bool,
}

impl Exotel {
    /// The name of the header.
    pub const HEADER: &'static str = "x-exotel-signature";

    /// Creates a scheme that accepts HMAC-SHA256, with and without `sha256=`.
    pub fn new(secrets: Secrets) -> Self {
        let mut sha256 = HmacSha256::new(Self::HEADER, secrets).with_prefix("sha256=");
        sha256.recipe.prefix_optional = true;
        Self {
            sha256,
            #[cfg(feature = "sha1")]
            with_sha1: false,
        }
    }

    /// Also accepts the hex of HMAC-SHA1, with and without `sha1=`. Third parties report the algorithm. The signed part (the body) and the
    /// encoding (hex) are inferred. HMAC-SHA1 is not broken, but new systems should not use it.
    #[cfg(feature = "sha1")]
    #[must_use]
    pub fn with_sha1(self) -> Self {
        Self { with_sha1: true, ..self }
    }

    #[cfg(feature = "sha1")]
    fn sha1(&self) -> Recipe {
        Recipe { prefix: "sha1=".into(), ..self.sha256.recipe.clone() }
    }
}

impl Scheme for Exotel {
    fn verify(&self, signed_request: &SignedRequest<'_>, now: Timestamp) -> Result<(), VerifyError> {
        let verified = self.sha256.verify(signed_request, now);
        #[cfg(feature = "sha1")]
        if let (true, Err(error)) = (self.with_sha1, &verified) {
            // The lengths differ, so only one of the two can read the header.
            let verified = self.sha1().verify::<sha1::Sha1>(&self.sha256.secrets, signed_request, now);
            return verified.map_err(|other| error.clone().or_nearer(other));
        }
        verified
    }

    fn check_head(&self, head: &SignedRequest<'_>, now: Timestamp) -> Result<(), VerifyError> {
        without_body(self.verify(head, now))
    }

    fn explain(&self, signed_request: &SignedRequest<'_>, now: Timestamp) -> Option<RejectionCause> {
        self.verify(signed_request, now).err()?;
        let cause = self.sha256.explain(signed_request, now);
        #[cfg(feature = "sha1")]
        if matches!(cause, Some(RejectionCause::UnreadableHeader(_))) {
            let (recipe, secrets) = (self.sha1(), &self.sha256.secrets);
            return Some(match recipe.verify::<sha1::Sha1>(secrets, signed_request, now) {
                Ok(()) => RejectionCause::Encoding("HMAC-SHA1, which only `Exotel::with_sha1` accepts"),
                Err(error) => likely_cause::<sha1::Sha1>(&recipe, secrets, signed_request, now, &error),
            });
        }
        cause
    }
}
