//! The signature of Standard Webhooks.

use incs_model::Timestamp;
use sha2::Sha256;

use super::Scheme;
use crate::evidence::Evidence;
use crate::explain::{Cause, likely_cause};
use crate::rejection::Refusal;
use crate::secrets::Secrets;
use crate::signature::{Encoding, KeyForm, Part, Recipe};

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
}

/// The three headers by one set of names.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    pub(crate) id: String,
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
        if secrets.iter().any(|lived| KeyForm::Base64.read(lived.secret.expose()).is_none()) {
            return Err(SecretNotBase64);
        }
        Ok(Self { named: Named::new("webhook"), other: Some(Named::new("svix")), secrets })
    }

    /// Sets the names that are looked for.
    #[must_use]
    pub fn with_names(self, choice: HeaderNames) -> Self {
        let (named, other) = match choice {
            HeaderNames::Standard => (Named::new("webhook"), None),
            HeaderNames::Svix => (Named::new("svix"), None),
            HeaderNames::Any => (Named::new("webhook"), Some(Named::new("svix"))),
        };
        Self { named, other, ..self }
    }
}

impl Named {
    fn new(set: &str) -> Self {
        let id = format!("{set}-id");
        let time = Part::seconds(format!("{set}-timestamp"));
        let parts = [Part::header(id.clone()), Part::text("."), time, Part::text("."), Part::Body];
        let recipe = Recipe {
            prefix: "v1,".into(),
            encoding: Encoding::Base64,
            list: true,
            parts: parts.into(),
            key: KeyForm::Base64,
            ..Recipe::new(format!("{set}-signature"))
        };
        Self { id, recipe }
    }

    fn verify(&self, secrets: &Secrets, evidence: &Evidence<'_>, now: Timestamp) -> Result<(), Refusal> {
        match evidence.header(&self.id) {
            None => Err(Refusal::MissingHeader(self.id.clone().into())),
            Some(id) if id.is_empty() || id.contains(&b'.') => Err(Refusal::UnreadableHeader(self.id.clone().into())),
            Some(_) => self.recipe.verify::<Sha256>(secrets, evidence, now),
        }
    }
}

impl StandardWebhooks {
    /// The set of names that came nearest, when none is accepted.
    fn nearest(&self, evidence: &Evidence<'_>, now: Timestamp) -> Result<(), (Refusal, &Named)> {
        let Err(refusal) = self.named.verify(&self.secrets, evidence, now) else { return Ok(()) };
        let Some(other) = &self.other else { return Err((refusal, &self.named)) };
        let Err(second) = other.verify(&self.secrets, evidence, now) else { return Ok(()) };
        // Of two that are as near, the one that was begun is meant.
        let rank = |named: &Named, refusal: &Refusal| (refusal.nearness(), evidence.header(&named.id).is_some());
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
        Some(likely_cause::<Sha256>(&named.recipe, &self.secrets, evidence, now, &refusal))
    }
}
