//! The signature of Meta's platforms.

use incs_model::Timestamp;

use super::{HmacSha256, Refusal, Scheme};
use crate::evidence::Evidence;
use crate::explain::Cause;
use crate::secrets::Secrets;

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
