//! The signature of Exotel.

use incs_model::Timestamp;

use super::{HmacSha256, Refusal, Scheme};
use crate::evidence::Evidence;
use crate::explain::Cause;
use crate::secrets::Secrets;

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
    pub(crate) sha1: Option<Sha1>,
}

/// The second way, with its own keys.
#[cfg(feature = "sha1")]
#[derive(Debug, Clone)]
pub(crate) struct Sha1 {
    recipe: super::Recipe,
    keys: super::Keys<sha1::Sha1>,
}

impl Exotel {
    /// The header.
    pub const HEADER: &'static str = "x-exotel-signature";

    /// Accepts HMAC-SHA256, with and without `sha256=`.
    pub fn new(secrets: Secrets) -> Self {
        Self {
            sha256: HmacSha256::new(Self::HEADER, secrets).with_optional_prefix("sha256="),
            #[cfg(feature = "sha1")]
            sha1: None,
        }
    }

    /// Accepts the hex of HMAC-SHA1 besides, with and without `sha1=`. Third parties report the algorithm; that it is of the body
    /// and in hex is inferred. HMAC-SHA1 is not broken, but nothing new should begin with it.
    #[cfg(feature = "sha1")]
    #[must_use]
    pub fn with_sha1(mut self) -> Self {
        let recipe = super::Recipe { prefix: "sha1=".into(), ..self.sha256.recipe.clone() };
        self.sha1 = Some(Sha1 { recipe, keys: super::Keys::of_texts(&self.sha256.secrets) });
        self
    }
}

impl Scheme for Exotel {
    fn verify(&self, evidence: &Evidence<'_>, now: Timestamp) -> Result<(), Refusal> {
        let refusal = match self.sha256.verify(evidence, now) {
            Ok(()) => return Ok(()),
            Err(refusal) => refusal,
        };
        #[cfg(feature = "sha1")]
        if let Some(sha1) = &self.sha1 {
            // The lengths differ, so only one of the two can read the header.
            return sha1.recipe.verify(&sha1.keys, evidence, now).map_err(|other| super::nearer(refusal, other));
        }
        Err(refusal)
    }

    fn explain(&self, evidence: &Evidence<'_>, now: Timestamp) -> Option<Cause> {
        self.verify(evidence, now).err()?;
        let cause = self.sha256.explain(evidence, now);
        #[cfg(feature = "sha1")]
        if matches!(cause, Some(Cause::UnreadableHeader(_))) {
            return self.explain_sha1(evidence, now).or(cause);
        }
        cause
    }
}

#[cfg(feature = "sha1")]
impl Exotel {
    fn explain_sha1(&self, evidence: &Evidence<'_>, now: Timestamp) -> Option<Cause> {
        use crate::explain::{Reading, likely_cause};

        let allowed = self.clone().with_sha1();
        let sha1 = allowed.sha1.as_ref()?;
        match sha1.recipe.verify(&sha1.keys, evidence, now) {
            Ok(()) => Some(Cause::Encoding("HMAC-SHA1, which only `Exotel::with_sha1` accepts")),
            Err(refusal) => {
                let secrets = &allowed.sha256.secrets;
                Some(likely_cause::<sha1::Sha1>(&sha1.recipe, secrets, Reading::Text, evidence, now, &refusal))
            }
        }
    }
}
