//! From bytes to items, for those who vouch for the bytes themselves.

use clap::ValueEnum;
use incs_facade::model::Timestamp;
use incs_facade::webhook::scheme::{Refusal, Scheme};
use incs_facade::webhook::{Batch, Delivery, Evidence, Limits, Provider, Rejection};

/// Whose body it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ProviderChoice {
    /// The body tells
    Auto,
    Incs,
    Exotel,
}

impl ProviderChoice {
    /// The provider, unless the body tells.
    pub(super) fn provider(self) -> Option<Provider> {
        match self {
            Self::Auto => None,
            Self::Incs => Some(Provider::Incs),
            Self::Exotel => Some(Provider::Exotel),
        }
    }
}

/// Takes every delivery: for a file that a person hands over, and for a listener that was told to trust anyone.
#[derive(Debug, Clone, Copy)]
pub(super) struct Anyone;

impl Scheme for Anyone {
    fn verify(&self, _: &Evidence<'_>, _: Timestamp) -> Result<(), Refusal> {
        Ok(())
    }
}

/// Every item of a body. What `dangerously_skip_verification` refuses, such as what is no JSON, is an item here.
pub(super) fn items_of(body: &[u8], provider: ProviderChoice) -> Result<Batch, Rejection> {
    let no_headers: [(&str, &str); 0] = [];
    let limits = Limits::DEFAULT.with_body(body.len());
    let now = Timestamp::now();
    let verified = Delivery::new(&no_headers, body).with_limits(limits).verify(&Anyone, now)?;
    Ok(match provider.provider() {
        Some(provider) => verified.parse_from(provider),
        None => verified.parse(),
    })
}

/// Whether a body is JSON, however deep.
pub(super) fn is_json(body: &[u8]) -> bool {
    let text = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
    std::str::from_utf8(text).is_ok_and(|text| serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok())
}
