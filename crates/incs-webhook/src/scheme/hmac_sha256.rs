//! Signatures with HMAC: as you describe them, of Meta and of Exotel.

use std::borrow::Cow;

use incs_model::Timestamp;
use sha2::Sha256;

use super::Scheme;
use crate::evidence::Evidence;
use crate::explain::{Cause, likely_cause};
use crate::rejection::Refusal;
use crate::secrets::Secrets;
use crate::signature::{Encoding, Part, Recipe, SignedPartsError, check_parts};

/// A signature with HMAC-SHA256, as you describe it: of the body alone and in hex, unless told otherwise.
///
/// The secret's text is the key, byte for byte. Signatures are compared in constant time.
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
    /// A signature of the body, in hex, in a header. Nothing then says when it was signed.
    pub fn new(header: impl Into<Cow<'static, str>>, secrets: Secrets) -> Self {
        Self { recipe: Recipe::new(header), secrets }
    }

    /// Sets how the signature is written.
    #[must_use]
    pub fn with_encoding(mut self, encoding: Encoding) -> Self {
        self.recipe.encoding = encoding;
        self
    }

    /// Sets what stands before the signature, such as `sha256=`. It must stand there, in this case.
    #[must_use]
    pub fn with_prefix(mut self, prefix: impl Into<Cow<'static, str>>) -> Self {
        self.recipe.prefix = prefix.into();
        self
    }

    /// Sets what is signed, in this order. A timestamp among the parts is checked.
    ///
    /// # Errors
    ///
    /// When the body is not among the parts exactly once, or there are several timestamps.
    pub fn with_signed(mut self, parts: impl IntoIterator<Item = Part>) -> Result<Self, SignedPartsError> {
        let parts: Vec<Part> = parts.into_iter().collect();
        check_parts(&parts)?;
        self.recipe.parts = parts;
        Ok(self)
    }
}

impl Scheme for HmacSha256 {
    fn verify(&self, evidence: &Evidence<'_>, now: Timestamp) -> Result<(), Refusal> {
        self.recipe.verify::<Sha256>(&self.secrets, evidence, now)
    }

    fn explain(&self, evidence: &Evidence<'_>, now: Timestamp) -> Option<Cause> {
        let refusal = self.verify(evidence, now).err()?;
        Some(likely_cause::<Sha256>(&self.recipe, &self.secrets, evidence, now, &refusal))
    }
}

/// The signature of Meta's platforms: `X-Hub-Signature-256: sha256=<hex>`, of the body, with the app's secret (documented by Meta).
///
/// For webhooks of Meta that reach you unchanged. INCS documents no signature, and whether it passes on this one is unknown.
///
/// Meta signs the body as it sends it, where all but ASCII is escaped (`\u00e9`, `\/`). So the body is needed byte for byte;
/// after a parser it is another one.
#[derive(Debug, Clone)]
pub struct Meta(pub(crate) HmacSha256);

impl Meta {
    /// The header.
    pub const HEADER: &'static str = "x-hub-signature-256";

    /// Accepts what was signed with one of the app's secrets.
    pub fn new(app_secrets: Secrets) -> Self {
        Self(HmacSha256::new(Self::HEADER, app_secrets).with_prefix("sha256="))
    }
}

impl Scheme for Meta {
    fn verify(&self, evidence: &Evidence<'_>, now: Timestamp) -> Result<(), Refusal> {
        self.0.verify(evidence, now)
    }

    fn explain(&self, evidence: &Evidence<'_>, now: Timestamp) -> Option<Cause> {
        self.0.explain(evidence, now)
    }
}

/// The signature of Exotel: `X-Exotel-Signature`, of the body.
///
/// How sure that is:
///
/// - Documented for WhatsApp only: `sha256=` and the hex of HMAC-SHA256. A page on other channels says that the key is the API
///   token.
/// - Third parties who receive it report the hex without `sha256=`; that is accepted too.
/// - Other third parties report HMAC-SHA1; see `with_sha1`, with the feature `sha1`.
/// - For RCS, Exotel's pages say nothing of signatures. Whether its callbacks are signed is unknown, so have a
///   [`SharedSecret`](super::SharedSecret) in the URL too.
#[derive(Debug, Clone)]
pub struct Exotel {
    pub(crate) sha256: HmacSha256,
    #[cfg(feature = "sha1")]
    with_sha1: bool,
}

impl Exotel {
    /// The header.
    pub const HEADER: &'static str = "x-exotel-signature";

    /// Accepts HMAC-SHA256, with and without `sha256=`.
    pub fn new(secrets: Secrets) -> Self {
        let mut sha256 = HmacSha256::new(Self::HEADER, secrets).with_prefix("sha256=");
        sha256.recipe.prefix_optional = true;
        Self {
            sha256,
            #[cfg(feature = "sha1")]
            with_sha1: false,
        }
    }

    /// Accepts the hex of HMAC-SHA1 besides, with and without `sha1=`. Third parties report the algorithm; that it is of the body
    /// and in hex is inferred. HMAC-SHA1 is not broken, but nothing new should begin with it.
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
    fn verify(&self, evidence: &Evidence<'_>, now: Timestamp) -> Result<(), Refusal> {
        let verified = self.sha256.verify(evidence, now);
        #[cfg(feature = "sha1")]
        if let (true, Err(refusal)) = (self.with_sha1, &verified) {
            // The lengths differ, so only one of the two can read the header.
            let verified = self.sha1().verify::<sha1::Sha1>(&self.sha256.secrets, evidence, now);
            return verified.map_err(|other| refusal.clone().or_nearer(other));
        }
        verified
    }

    fn explain(&self, evidence: &Evidence<'_>, now: Timestamp) -> Option<Cause> {
        self.verify(evidence, now).err()?;
        let cause = self.sha256.explain(evidence, now);
        #[cfg(feature = "sha1")]
        if matches!(cause, Some(Cause::UnreadableHeader(_))) {
            let (recipe, secrets) = (self.sha1(), &self.sha256.secrets);
            return Some(match recipe.verify::<sha1::Sha1>(secrets, evidence, now) {
                Ok(()) => Cause::Encoding("HMAC-SHA1, which only `Exotel::with_sha1` accepts"),
                Err(refusal) => likely_cause::<sha1::Sha1>(&recipe, secrets, evidence, now, &refusal),
            });
        }
        cause
    }
}
