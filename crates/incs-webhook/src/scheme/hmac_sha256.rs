//! A signature with HMAC-SHA256, as you describe it.

use std::borrow::Cow;

use incs_model::Timestamp;

use super::part::{self, Part, SignedPartsError};
use super::{Encoding, Keys, Recipe, Refusal, Scheme};
use crate::evidence::Evidence;
use crate::explain::{Cause, Reading, likely_cause};
use crate::secrets::Secrets;

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
    pub(crate) keys: Keys,
}

impl HmacSha256 {
    /// A signature of the body, in hex, in a header. Nothing then says when it was signed.
    pub fn new(header: impl Into<Cow<'static, str>>, secrets: Secrets) -> Self {
        Self { recipe: Recipe::new(header), keys: Keys::of_texts(&secrets), secrets }
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
        part::check(&parts)?;
        self.recipe.parts = parts;
        Ok(self)
    }

    pub(super) fn with_optional_prefix(mut self, prefix: &'static str) -> Self {
        self.recipe.prefix_optional = true;
        self.with_prefix(prefix)
    }
}

impl Scheme for HmacSha256 {
    fn verify(&self, evidence: &Evidence<'_>, now: Timestamp) -> Result<(), Refusal> {
        self.recipe.verify(&self.keys, evidence, now)
    }

    fn explain(&self, evidence: &Evidence<'_>, now: Timestamp) -> Option<Cause> {
        let refusal = self.verify(evidence, now).err()?;
        Some(likely_cause::<sha2::Sha256>(&self.recipe, &self.secrets, Reading::Text, evidence, now, &refusal))
    }
}
