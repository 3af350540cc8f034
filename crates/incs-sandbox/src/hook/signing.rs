//! How the webhooks of a subscription are signed.

use std::fmt;
use std::sync::Arc;

use incs_model::Secret;
use incs_webhook::Secrets;
use incs_webhook::scheme::{Encoding, Exotel, HeaderNames, HmacSha256, Meta, Part, SharedSecret, StandardWebhooks};
use incs_webhook::testing::sign::Sign;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::webhook::WebhookError;

/// How the webhooks of a subscription are signed. What is shown of it is the scheme, never the secret.
#[derive(Clone, Serialize, JsonSchema)]
pub(crate) struct Signing {
    scheme: &'static str,
    /// The name of the header or parameter, where it can be chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip)]
    pub(super) sign: Arc<dyn Sign + Send + Sync>,
}

impl Signing {
    pub(super) fn new(scheme: &'static str, name: Option<String>, sign: Arc<dyn Sign + Send + Sync>) -> Self {
        Self { scheme, name, sign }
    }
}

impl fmt::Debug for Signing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signing").field("scheme", &self.scheme).field("name", &self.name).finish_non_exhaustive()
    }
}

/// Signing as JSON.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SigningForm {
    scheme: Scheme,
    secret: Secret,
    /// The header or the parameter of the query.
    name: Option<String>,
    /// What stands before the secret or the signature.
    prefix: Option<String>,
    encoding: Option<Writing>,
    /// A header with the seconds of signing, which is then signed as `seconds.body`.
    timestamp: Option<String>,
    names: Option<Names>,
}

#[derive(Deserialize, Clone, Copy, PartialEq, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Scheme {
    SharedSecretPath,
    SharedSecretQuery,
    SharedSecretHeader,
    HmacSha256,
    StandardWebhooks,
    Meta,
    Exotel,
}

#[derive(Deserialize, Clone, Copy, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Writing {
    Hex,
    Base64,
    Base64Url,
}

#[derive(Deserialize, Clone, Copy, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Names {
    Standard,
    Svix,
}

impl SigningForm {
    /// Refuses a member that the scheme has no use for.
    fn only(&self, allowed: &[&str]) -> Result<(), WebhookError> {
        let given = [
            ("name", self.name.is_some()),
            ("prefix", self.prefix.is_some()),
            ("encoding", self.encoding.is_some()),
            ("timestamp", self.timestamp.is_some()),
            ("names", self.names.is_some()),
        ];
        match given.into_iter().find(|(member, is_given)| *is_given && !allowed.contains(member)) {
            Some((member, _)) => Err(wrong(member, "the scheme has no such member")),
            None => Ok(()),
        }
    }

    /// The name of a header, which must be one.
    fn header(name: Option<&str>, member: &str, default: &str) -> Result<String, WebhookError> {
        let name = name.unwrap_or(default);
        match http::HeaderName::from_bytes(name.as_bytes()) {
            Ok(header) => Ok(header.as_str().to_owned()),
            Err(_) => Err(wrong(member, "expected the name of a header")),
        }
    }
}

fn wrong(member: &str, problem: impl Into<String>) -> WebhookError {
    WebhookError::new(format!("/signing/{member}"), problem)
}

impl TryFrom<SigningForm> for Signing {
    type Error = WebhookError;

    fn try_from(form: SigningForm) -> Result<Self, WebhookError> {
        let secrets = Secrets::try_new(form.secret.clone()).map_err(|error| wrong("secret", error.to_string()))?;
        let prefix = form.prefix.clone().unwrap_or_default();
        // A value with a line break could not be sent as a header.
        if prefix.chars().any(char::is_control) || form.secret.expose().chars().any(char::is_control) {
            return Err(wrong("secret", "expected a text without control characters"));
        }
        match form.scheme {
            Scheme::SharedSecretPath => {
                form.only(&[])?;
                Ok(Self::new("shared_secret_path", None, Arc::new(SharedSecret::in_path(secrets))))
            }
            Scheme::SharedSecretQuery => {
                form.only(&["name"])?;
                let name = form.name.clone().unwrap_or_else(|| "token".to_owned());
                let scheme = SharedSecret::in_query(name.clone(), secrets);
                Ok(Self::new("shared_secret_query", Some(name), Arc::new(scheme)))
            }
            Scheme::SharedSecretHeader => {
                form.only(&["name", "prefix"])?;
                let name = SigningForm::header(form.name.as_deref(), "name", "x-webhook-secret")?;
                let scheme = SharedSecret::in_header(name.clone(), secrets).with_prefix(prefix);
                Ok(Self::new("shared_secret_header", Some(name), Arc::new(scheme)))
            }
            Scheme::HmacSha256 => {
                form.only(&["name", "prefix", "encoding", "timestamp"])?;
                let name = SigningForm::header(form.name.as_deref(), "name", "x-signature")?;
                let encoding = match form.encoding {
                    None | Some(Writing::Hex) => Encoding::Hex,
                    Some(Writing::Base64) => Encoding::Base64,
                    Some(Writing::Base64Url) => Encoding::Base64Url,
                };
                let mut scheme = HmacSha256::new(name.clone(), secrets).with_encoding(encoding).with_prefix(prefix);
                if form.timestamp.is_some() {
                    let header = SigningForm::header(form.timestamp.as_deref(), "timestamp", "")?;
                    scheme = scheme
                        .with_signed([Part::seconds(header), Part::text("."), Part::Body])
                        .map_err(|error| wrong("timestamp", error.to_string()))?;
                }
                Ok(Self::new("hmac_sha256", Some(name), Arc::new(scheme)))
            }
            Scheme::StandardWebhooks => {
                form.only(&["names"])?;
                let names = match form.names {
                    None | Some(Names::Standard) => HeaderNames::Standard,
                    Some(Names::Svix) => HeaderNames::Svix,
                };
                let scheme = StandardWebhooks::try_new(secrets).map_err(|error| wrong("secret", error.to_string()))?;
                Ok(Self::new("standard_webhooks", None, Arc::new(scheme.with_names(names))))
            }
            Scheme::Meta => {
                form.only(&[])?;
                Ok(Self::new("meta", None, Arc::new(Meta::new(secrets))))
            }
            Scheme::Exotel => {
                form.only(&[])?;
                Ok(Self::new("exotel", None, Arc::new(Exotel::new(secrets))))
            }
        }
    }
}
