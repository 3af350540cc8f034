//! The signature of Standard Webhooks.

use incs_model::Timestamp;

use super::{Encoding, Keys, Part, Recipe, Refusal, Scheme};
use crate::evidence::Evidence;
use crate::explain::{Cause, Reading, likely_cause};
use crate::secrets::Secrets;

/// The signature of [Standard Webhooks](https://www.standardwebhooks.com) 1.0.0, which many services send, often through Svix.
///
/// Three headers: an id, the seconds since 1970, and signatures with spaces between them, each `v1,` and base64 of HMAC-SHA256
/// over `id.seconds.body`. One right signature is enough. Signatures `v1a`, which are Ed25519, are skipped: a delivery that has
/// no other is refused. The time may be five minutes from the receiver's clock, before or after.
///
/// An id with a full stop is refused, as the specification asks of senders: it could take the place of a part of the body.
///
/// INCS does not document this; choose it if your gateway adds it, or for the local sandbox.
#[derive(Debug, Clone)]
pub struct StandardWebhooks {
    pub(crate) named: Named,
    pub(crate) other: Option<Named>,
    pub(crate) secrets: Secrets,
    pub(crate) keys: Keys,
}

/// The three headers by one set of names.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    pub(crate) id: &'static str,
    pub(crate) recipe: Recipe,
}

/// By which names the headers are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HeaderNames {
    /// `webhook-id`, `webhook-timestamp`, `webhook-signature`.
    Standard,
    /// `svix-id`, `svix-timestamp`, `svix-signature`.
    Svix,
    /// Either set, whole.
    Any,
}

/// A secret that is not base64, with or without `whsec_` before it, or holds no byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a secret is not base64 of a key, with or without whsec_ before it")]
pub struct SecretNotBase64;

impl StandardWebhooks {
    /// Accepts either set of header names.
    ///
    /// Secrets are base64, most often with `whsec_` before it. The specification wants 24 bytes of key or more; this is not checked.
    ///
    /// # Errors
    ///
    /// When a secret is not base64, or holds no byte. A line feed at its end is enough.
    pub fn try_new(secrets: Secrets) -> Result<Self, SecretNotBase64> {
        let keys = Keys::read(&secrets, |secret| Reading::Base64.own(secret)).ok_or(SecretNotBase64)?;
        Ok(Self { named: Named::standard(), other: Some(Named::svix()), secrets, keys })
    }

    /// Sets the names that are looked for.
    #[must_use]
    pub fn with_names(self, choice: HeaderNames) -> Self {
        let (named, other) = match choice {
            HeaderNames::Standard => (Named::standard(), None),
            HeaderNames::Svix => (Named::svix(), None),
            HeaderNames::Any => (Named::standard(), Some(Named::svix())),
        };
        Self { named, other, ..self }
    }
}

impl Named {
    fn standard() -> Self {
        Self::new("webhook-id", "webhook-timestamp", "webhook-signature")
    }

    fn svix() -> Self {
        Self::new("svix-id", "svix-timestamp", "svix-signature")
    }

    fn new(id: &'static str, timestamp: &'static str, signature: &'static str) -> Self {
        let parts = [Part::header(id), Part::text("."), Part::seconds(timestamp), Part::text("."), Part::Body];
        let recipe = Recipe {
            prefix: "v1,".into(),
            encoding: Encoding::Base64,
            list: true,
            parts: parts.into(),
            ..Recipe::new(signature)
        };
        Self { id, recipe }
    }

    fn verify(&self, keys: &Keys, evidence: &Evidence<'_>, now: Timestamp) -> Result<(), Refusal> {
        match evidence.header(self.id) {
            None => Err(Refusal::MissingHeader(self.id.into())),
            Some(id) if id.is_empty() || id.contains(&b'.') => Err(Refusal::UnreadableHeader(self.id.into())),
            Some(_) => self.recipe.verify(keys, evidence, now),
        }
    }
}

impl StandardWebhooks {
    /// The set of names that came nearest, when none is accepted.
    fn nearest(&self, evidence: &Evidence<'_>, now: Timestamp) -> Result<(), (Refusal, &Named)> {
        let Err(refusal) = self.named.verify(&self.keys, evidence, now) else { return Ok(()) };
        let Some(other) = &self.other else { return Err((refusal, &self.named)) };
        let Err(second) = other.verify(&self.keys, evidence, now) else { return Ok(()) };
        // Of two that are as near, the one that was begun is meant.
        let rank = |named: &Named, refusal: &Refusal| (refusal.nearness(), evidence.header(named.id).is_some());
        if rank(other, &second) > rank(&self.named, &refusal) {
            Err((second, other))
        } else {
            Err((refusal, &self.named))
        }
    }
}

impl Scheme for StandardWebhooks {
    fn verify(&self, evidence: &Evidence<'_>, now: Timestamp) -> Result<(), Refusal> {
        self.nearest(evidence, now).map_err(|(refusal, _)| refusal)
    }

    fn explain(&self, evidence: &Evidence<'_>, now: Timestamp) -> Option<Cause> {
        let (refusal, named) = self.nearest(evidence, now).err()?;
        let (recipe, secrets) = (&named.recipe, &self.secrets);
        Some(likely_cause::<sha2::Sha256>(recipe, secrets, Reading::Base64, evidence, now, &refusal))
    }
}
