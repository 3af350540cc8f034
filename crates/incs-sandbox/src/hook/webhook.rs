//! A URL that webhooks are posted to, before it is checked.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use http::Uri;
use incs_webhook::testing::sign::Sign;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;

use super::event::{self, Provider};
use super::signing::{Signing, SigningForm};
use crate::body::{self, Wrong};

/// A URL that webhooks are posted to: which kinds of event, in whose form, how signed.
///
/// ```
/// use incs_sandbox::Webhook;
/// use incs_webhook::Secrets;
/// use incs_webhook::scheme::StandardWebhooks;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let scheme = StandardWebhooks::try_new(Secrets::try_new("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")?)?;
/// let webhook = Webhook::to("http://127.0.0.1:8080/hooks")
///     .events(["message_status_update", "new_message"])
///     .signed_with(scheme)
///     .as_php();
/// # let _ = webhook;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Webhook {
    pub(super) url: String,
    pub(super) events: Vec<String>,
    pub(super) provider: Provider,
    pub(super) signing: Option<Signing>,
    pub(super) php: bool,
}

/// Why webhooks cannot be posted to a URL. Shows neither URL nor secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{problem}", if pointer.is_empty() { String::new() } else { format!("{pointer}: ") })]
pub struct WebhookError {
    pointer: String,
    problem: String,
}

impl WebhookError {
    pub(super) fn new(pointer: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), problem: problem.into() }
    }

    /// JSON pointer of the member that is wrong; empty for the whole.
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// What is wrong with it.
    pub fn problem(&self) -> &str {
        &self.problem
    }
}

impl From<Wrong> for WebhookError {
    fn from(wrong: Wrong) -> Self {
        Self::new(wrong.pointer, wrong.problem)
    }
}

/// A webhook as JSON.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Form {
    url: String,
    #[serde(default)]
    events: Vec<String>,
    #[serde(default)]
    provider: Provider,
    #[serde(default)]
    signing: Option<SigningForm>,
    #[serde(default)]
    php: bool,
}

impl Webhook {
    /// What [`decode`](Self::decode) takes.
    pub(crate) const DESCRIBE: fn(&mut SchemaGenerator) -> Schema = <Form as JsonSchema>::json_schema;
    /// The kinds of event of INCS.
    pub const INCS_EVENTS: &'static [&'static str] = event::INCS;
    /// The kinds of event of Exotel.
    pub const EXOTEL_EVENTS: &'static [&'static str] = event::EXOTEL;

    /// All events of INCS, unsigned, to a URL. It is checked when a sandbox takes it: http or https, without login or fragment,
    /// and on this machine (`127.0.0.0/8`, `::1`, `localhost`) unless the sandbox allows others.
    pub fn to(url: impl Into<String>) -> Self {
        Self { url: url.into(), events: Vec::new(), provider: Provider::Incs, signing: None, php: false }
    }

    /// Reads what the admin API takes: `{"url", "events"?, "provider"?, "signing"?, "php"?}`.
    ///
    /// ```
    /// use incs_sandbox::Webhook;
    ///
    /// let json = br#"{"url": "http://localhost:8080/hooks", "signing": {"scheme": "meta", "secret": "change-me"}}"#;
    /// assert!(Webhook::decode(json).is_ok());
    /// let json = br#"{"url": "http://localhost:8080/hooks", "signing": {"scheme": "meta", "secret": ""}}"#;
    /// assert_eq!(Webhook::decode(json).unwrap_err().to_string(), "/signing/secret: a secret is empty");
    /// ```
    ///
    /// # Errors
    ///
    /// When it is not that, or the scheme cannot be made of it. The URL is checked later, see [`to`](Self::to).
    pub fn decode(json: &[u8]) -> Result<Self, WebhookError> {
        let form: Form = body::read(json)?;
        let signing = form.signing.map(Signing::try_from).transpose()?;
        Ok(Self { url: form.url, events: form.events, provider: form.provider, signing, php: form.php })
    }

    /// Sets the kinds of event; all of them if there is none.
    #[must_use]
    pub fn events<T: Into<String>>(self, kinds: impl IntoIterator<Item = T>) -> Self {
        Self { events: kinds.into_iter().map(Into::into).collect(), ..self }
    }

    /// Posts what Exotel posts, about RCS only, instead of the events of INCS.
    #[must_use]
    pub fn exotel(self) -> Self {
        Self { provider: Provider::Exotel, ..self }
    }

    /// Signs with a scheme. With a virtual clock the signature holds the virtual time.
    #[must_use]
    pub fn signed_with(self, scheme: impl Sign + Send + Sync + 'static) -> Self {
        Self { signing: Some(Signing::new("custom", None, Arc::new(scheme))), ..self }
    }

    /// Spells bodies as PHP does, which is how INCS does: `\/` for each slash, `\uXXXX` for all that is not ASCII.
    #[must_use]
    pub fn as_php(self) -> Self {
        Self { php: true, ..self }
    }

    /// Refuses a URL that may not be posted to, and kinds of event that there are not.
    pub(super) fn check(&self, remote: bool) -> Result<(), WebhookError> {
        let wrong = |problem: &str| WebhookError::new("/url", problem);
        let uri: Uri = self.url.parse().map_err(|_| wrong("expected an absolute URL"))?;
        if !matches!(uri.scheme_str(), Some("http" | "https")) {
            return Err(wrong("expected an http or https URL"));
        }
        if self.url.contains('#') || uri.authority().is_none_or(|authority| authority.as_str().contains('@')) {
            return Err(wrong("expected a URL without login and fragment"));
        }
        let host = uri.host().unwrap_or_default();
        if host.is_empty() {
            return Err(wrong("expected an absolute URL"));
        }
        if !remote && !is_loopback(host) {
            return Err(wrong("expected a URL of this machine; others are not allowed in this sandbox"));
        }
        let kinds = self.provider.kinds();
        match self.events.iter().position(|kind| !kinds.contains(&kind.as_str())) {
            Some(index) => Err(WebhookError::new(format!("/events/{index}"), format!("expected {}", kinds.join(", ")))),
            None => Ok(()),
        }
    }
}

/// Whether a host, as it stands in a URL, names this machine.
fn is_loopback(host: &str) -> bool {
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    match bare.parse::<IpAddr>() {
        Ok(address) => address.to_canonical().is_loopback(),
        Err(_) => bare.eq_ignore_ascii_case("localhost"),
    }
}

/// The URL may hold a secret.
impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook")
            .field("events", &self.events)
            .field("provider", &self.provider)
            .field("signing", &self.signing)
            .field("php", &self.php)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_urls_of_this_machine_are_taken_unless_others_are_allowed() {
        for (url, here, anywhere) in [
            ("http://127.0.0.1:9000/hooks", true, true),
            ("http://127.8.9.10/", true, true),
            ("http://[::1]:9000", true, true),
            ("http://[::ffff:127.0.0.1]:9000", true, true),
            ("https://LocalHost/hooks?x=1", true, true),
            ("http://10.0.0.7/hooks", false, true),
            ("http://169.254.169.254/latest", false, true),
            ("http://[::ffff:10.0.0.7]/", false, true),
            ("http://0.0.0.0:9000/", false, true),
            ("http://2130706433/", false, true),
            ("http://127.0.0.1.example.com/", false, true),
            ("http://localhost.example.com/", false, true),
            ("https://example.com/hooks", false, true),
            ("http://user:word@127.0.0.1/", false, false),
            ("http://127.0.0.1/#part", false, false),
            ("ftp://127.0.0.1/", false, false),
            ("file:///etc/passwd", false, false),
            ("/hooks", false, false),
            ("127.0.0.1:9000", false, false),
            ("http://", false, false),
        ] {
            assert_eq!(Webhook::to(url).check(false).is_ok(), here, "{url}");
            assert_eq!(Webhook::to(url).check(true).is_ok(), anywhere, "{url}");
        }
    }

    #[test]
    fn an_event_that_a_provider_does_not_have_is_named_by_its_place() {
        let webhook = Webhook::to("http://127.0.0.1/").events(["new_message", "dlr"]);
        assert_eq!(webhook.check(false).unwrap_err().pointer(), "/events/1");
        let error = Webhook::to("http://127.0.0.1/").exotel().events(["new_message"]).check(false).unwrap_err();
        assert_eq!(error.to_string(), "/events/0: expected incoming_message, dlr");
    }
}
