//! The signature of Standard Webhooks.

use incs_model::Timestamp;
use sha2::Sha256;

use super::{Scheme, without_body};
use crate::explain::{RejectionCause, likely_cause};
use crate::rejection::VerifyError;
use crate::secrets::Secrets;
use crate::signature::{Encoding, KeyForm, Part, Recipe};
use crate::signed_request::SignedRequest;

/// The signature of [Standard Webhooks](https://www.standardwebhooks.com) 1.0.0, as sent by Svix and many other services.
///
/// It uses three headers: an id, the seconds since 1970, and signatures separated by spaces. Each signature is `v1,` and the base64 of
/// HMAC-SHA256 over `id.seconds.body`. One valid signature is enough. Signatures `v1a` (Ed25519) are skipped, so a delivery with only
/// those is rejected. The time may differ from the receiver's clock by five minutes, before or after.
///
/// An id with a full stop is rejected. The specification forbids it, since such an id could replace a part of the body.
///
/// INCS does not document this signature. Use it if your gateway adds it, or for the local sandbox.
#[derive(Debug, Clone)]
pub struct StandardWebhooks {
    pub(crate) named: HeaderSet,
    pub(crate) other: Option<HeaderSet>,
    pub(crate) secrets: Secrets,
}

/// The three headers under one set of names.
#[derive(Debug, Clone)]
pub(crate) struct HeaderSet {
    pub(crate) id: String,
    pub(crate) recipe: Recipe,
}

/// The names of the headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HeaderNames {
    /// `webhook-id`, `webhook-timestamp`, `webhook-signature`.
    Standard,
    /// `svix-id`, `svix-timestamp`, `svix-signature`.
    Svix,
    /// Either of the two sets. Names of both sets cannot be mixed.
    Any,
}

/// The error of a secret that is not base64, with or without the prefix `whsec_`, or is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a secret is not the base64 of a key, with or without the prefix whsec_")]
pub struct SecretNotBase64;

impl StandardWebhooks {
    /// Creates a scheme that accepts either set of header names.
    ///
    /// Secrets are base64, usually with the prefix `whsec_`. The specification requires keys of at least 24 bytes, which is not checked.
    ///
    /// # Errors
    ///
    /// Returns an error if a secret is not base64 or is empty. A line feed at its end is an error too.
    pub fn try_new(secrets: Secrets) -> Result<Self, SecretNotBase64> {
        if secrets.iter().any(|stored| KeyForm::Base64.read(stored.secret.expose()).is_none()) {
            return Err(SecretNotBase64);
        }
        Ok(Self { named: HeaderSet::new("webhook"), other: Some(HeaderSet::new("svix")), secrets })
    }

    /// Sets the accepted names of the headers.
    #[must_use]
    pub fn with_names(self, choice: HeaderNames) -> Self {
        let (named, other) = match choice {
            HeaderNames::Standard => (HeaderSet::new("webhook"), None),
            HeaderNames::Svix => (HeaderSet::new("svix"), None),
            HeaderNames::Any => (HeaderSet::new("webhook"), Some(HeaderSet::new("svix"))),
        };
        Self { named, other, ..self }
    }
}

impl HeaderSet {
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

    fn verify(&self, secrets: &Secrets, signed_request: &SignedRequest<'_>, now: Timestamp) -> Result<(), VerifyError> {
        match signed_request.header(&self.id) {
            None => Err(VerifyError::MissingHeader(self.id.clone().into())),
            Some(id) if id.is_empty() || id.contains(&b'.') => {
                Err(VerifyError::UnreadableHeader(self.id.clone().into()))
            }
            Some(_) => self.recipe.verify::<Sha256>(secrets, signed_request, now),
        }
    }
}

impl StandardWebhooks {
    /// Verifies each set of headers. Returns the error and set that came nearest if none is accepted.
    fn nearest(&self, signed_request: &SignedRequest<'_>, now: Timestamp) -> Result<(), (VerifyError, &HeaderSet)> {
        let Err(error) = self.named.verify(&self.secrets, signed_request, now) else { return Ok(()) };
        let Some(other) = &self.other else { return Err((error, &self.named)) };
        let Err(second) = other.verify(&self.secrets, signed_request, now) else { return Ok(()) };
        // Of two equally near sets, the one whose id is present is meant.
        let rank =
            |named: &HeaderSet, error: &VerifyError| (error.nearness(), signed_request.header(&named.id).is_some());
        if rank(other, &second) > rank(&self.named, &error) { Err((second, other)) } else { Err((error, &self.named)) }
    }
}

impl Scheme for StandardWebhooks {
    fn verify(&self, signed_request: &SignedRequest<'_>, now: Timestamp) -> Result<(), VerifyError> {
        self.nearest(signed_request, now).map_err(|(error, _)| error)
    }

    fn check_head(&self, head: &SignedRequest<'_>, now: Timestamp) -> Result<(), VerifyError> {
        without_body(self.verify(head, now))
    }

    fn explain(&self, signed_request: &SignedRequest<'_>, now: Timestamp) -> Option<RejectionCause> {
        let (error, named) = self.nearest(signed_request, now).err()?;
        Some(likely_cause::<Sha256>(&named.recipe, &self.secrets, signed_request, now, &error))
    }
}
