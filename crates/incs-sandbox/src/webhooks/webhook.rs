//! The configuration of a webhook: URL, events, provider and signing, with its checks.

use std::fmt;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs as _};
use std::sync::Arc;

use http::Uri;
use incs_model::{HttpUrl, ParseUrlError, Secret};
use incs_webhook::Secrets;
use incs_webhook::scheme::{Encoding, Exotel, HeaderNames, HmacSha256, Meta, Part, SharedSecret, StandardWebhooks};
use incs_webhook::testing::sign::Sign;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;

use crate::body::{self, BodyError};
use crate::state::subscriptions::{EXOTEL_EVENTS, INCS_EVENTS};
use crate::state::subscriptions::{Provider, Signing};

/// A URL that webhooks are posted to, with the kinds of event, their format and their signing.
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
    pub(crate) url: String,
    pub(crate) events: Vec<String>,
    pub(crate) provider: Provider,
    pub(crate) signing: Option<Signing>,
    pub(crate) php: bool,
}

impl Webhook {
    /// The schema of [`decode`](Self::decode).
    pub(crate) const SCHEMA: fn(&mut SchemaGenerator) -> Schema = <WebhookForm as JsonSchema>::json_schema;
    /// The kinds of event of INCS.
    pub const INCS_EVENTS: &'static [&'static str] = INCS_EVENTS;
    /// The kinds of event of Exotel.
    pub const EXOTEL_EVENTS: &'static [&'static str] = EXOTEL_EVENTS;

    /// Creates a webhook for all events of INCS, unsigned. The sandbox checks the URL with [`HttpUrl::parse_server`] when the
    /// webhook is added: it must be on this machine (`127.0.0.0/8`, `::1`, `localhost`) unless the sandbox allows others.
    pub fn to(url: impl Into<String>) -> Self {
        Self { url: url.into(), events: Vec::new(), provider: Provider::Incs, signing: None, php: false }
    }

    /// Reads the JSON of the admin API: `{"url", "events"?, "provider"?, "signing"?, "php"?}`.
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
    /// Fails when the JSON has another shape, or the scheme is invalid. The URL is checked later, see [`to`](Self::to).
    pub fn decode(json: &[u8]) -> Result<Self, WebhookError> {
        let form: WebhookForm = body::read(json)?;
        let signing = form.signing.map(Signing::try_from).transpose()?;
        Ok(Self { url: form.url, events: form.events, provider: form.provider, signing, php: form.php })
    }

    /// Sets the kinds of event; an empty list means all.
    #[must_use]
    pub fn events<T: Into<String>>(self, kinds: impl IntoIterator<Item = T>) -> Self {
        Self { events: kinds.into_iter().map(Into::into).collect(), ..self }
    }

    /// Posts Exotel's callbacks, about RCS only, instead of INCS events.
    #[must_use]
    pub fn exotel(self) -> Self {
        Self { provider: Provider::Exotel, ..self }
    }

    /// Sets the signing scheme. With a virtual clock the signature contains the virtual time.
    #[must_use]
    pub fn signed_with(self, scheme: impl Sign + Send + Sync + 'static) -> Self {
        Self { signing: Some(Signing::new("custom", None, Arc::new(scheme))), ..self }
    }

    /// Uses PHP's JSON escapes, as INCS does: `\/` for each slash, `\uXXXX` for all non-ASCII characters.
    #[must_use]
    pub fn as_php(self) -> Self {
        Self { php: true, ..self }
    }

    /// Refuses forbidden URLs and unknown kinds of event. `own` is the address of the sandbox.
    pub(crate) fn check(&self, remote: bool, own: SocketAddr) -> Result<(), WebhookError> {
        let wrong = |problem: &str| WebhookError::new("/url", problem);
        let url = HttpUrl::parse_server(&self.url).map_err(|error| wrong(&error.to_string()))?;
        if !remote && !url.is_loopback() {
            return Err(wrong("expected a URL of this machine; others are not allowed in this sandbox"));
        }
        if url.port() == own.port() && is_this_machine(url.host(), own.ip()) {
            return Err(wrong("expected a URL of your program; this one is of the sandbox itself"));
        }
        // `Uri` is stricter than the check in one point: the allowed characters.
        self.url.parse::<Uri>().map_err(|_| wrong(&ParseUrlError::Character.to_string()))?;
        let kinds = self.provider.kinds();
        match self.events.iter().position(|kind| !kinds.contains(&kind.as_str())) {
            Some(index) => Err(WebhookError::new(format!("/events/{index}"), format!("expected {}", kinds.join(", ")))),
            None => Ok(()),
        }
    }
}

/// Hides the URL, which may contain a secret.
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

/// An invalid webhook. Shows neither URL nor secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{problem}", if pointer.is_empty() { String::new() } else { format!("{pointer}: ") })]
pub struct WebhookError {
    pointer: String,
    problem: String,
}

impl WebhookError {
    pub(crate) fn new(pointer: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), problem: problem.into() }
    }

    /// Returns the JSON pointer of the invalid member; empty for the whole.
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// Returns the problem.
    pub fn problem(&self) -> &str {
        &self.problem
    }
}

impl From<BodyError> for WebhookError {
    fn from(wrong: BodyError) -> Self {
        Self::new(wrong.pointer, wrong.problem)
    }
}

/// A webhook as JSON.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WebhookForm {
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

/// Signing as JSON.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SigningForm {
    scheme: Scheme,
    secret: Secret,
    /// The header or the query parameter.
    name: Option<String>,
    /// The prefix of the secret or the signature.
    prefix: Option<String>,
    encoding: Option<SignatureEncoding>,
    /// A header for the time of signing in seconds; the signed text is then `seconds.body`.
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
enum SignatureEncoding {
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
    /// Refuses members that the scheme does not have.
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

    /// Returns a header name, and refuses an invalid one.
    fn header(name: Option<&str>, member: &str, default: &str) -> Result<String, WebhookError> {
        let name = name.unwrap_or(default);
        match http::HeaderName::from_bytes(name.as_bytes()) {
            Ok(header) => Ok(header.as_str().to_owned()),
            Err(_) => Err(wrong(member, "expected the name of a header")),
        }
    }
}

impl TryFrom<SigningForm> for Signing {
    type Error = WebhookError;

    fn try_from(form: SigningForm) -> Result<Self, WebhookError> {
        let secrets = Secrets::try_new(form.secret.clone()).map_err(|error| wrong("secret", error.to_string()))?;
        let prefix = form.prefix.clone().unwrap_or_default();
        // A value with a line break cannot be sent as a header.
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
                    None | Some(SignatureEncoding::Hex) => Encoding::Hex,
                    Some(SignatureEncoding::Base64) => Encoding::Base64,
                    Some(SignatureEncoding::Base64Url) => Encoding::Base64Url,
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

fn wrong(member: &str, problem: impl Into<String>) -> WebhookError {
    WebhookError::new(format!("/signing/{member}"), problem)
}

/// Returns whether the host of a URL names this machine in any spelling that needs no DNS. A DNS name of this machine is detected
/// when the sandbox connects.
fn is_this_machine(host: &str, own: IpAddr) -> bool {
    let bare = host.trim_end_matches('.').to_ascii_lowercase();
    if bare == "localhost" || bare.ends_with(".localhost") {
        return true;
    }
    // The system reads `127.1` and `0x7f000001` as addresses, so ask it; no name ends with a number.
    let last = bare.rsplit('.').next().unwrap_or_default();
    let is_number = last.starts_with("0x") || last.bytes().all(|byte| byte.is_ascii_digit());
    let addresses: Vec<IpAddr> = match bare.parse::<IpAddr>() {
        Ok(address) => vec![address],
        Err(_) if is_number => (bare.as_str(), 0)
            .to_socket_addrs()
            .map(|found| found.map(|address| address.ip()).collect())
            .unwrap_or_default(),
        Err(_) => Vec::new(),
    };
    addresses.iter().map(IpAddr::to_canonical).any(|ip| ip.is_loopback() || ip.is_unspecified() || ip == own)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The address of the sandbox.
    const OWN: SocketAddr = SocketAddr::new(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 7007);

    #[test]
    fn own_url_is_refused() {
        let here = [
            "127.0.0.1",
            "localhost",
            "LocalHost",
            "localhost.",
            "hooks.localhost",
            "127.9.9.9",
            "0.0.0.0",
            "[::1]",
            "[::]",
            "[0:0:0:0:0:0:0:1]",
            "[::ffff:127.0.0.1]",
            "127.1",
            "127.0.1",
            "0177.0.0.1",
            "0x7f.0.0.1",
            "0X7F000001",
            "2130706433",
            "0",
        ];
        for host in here {
            let webhook = |port: u16, path: &str| Webhook::to(format!("http://{host}:{port}{path}"));
            for path in ["", "/", "/_sandbox/reset", "/hooks?x=1"] {
                let error = webhook(7007, path).check(true, OWN).unwrap_err();
                assert_eq!(error.pointer(), "/url", "{host}");
                assert!(webhook(7007, path).check(false, OWN).is_err(), "{host}");
                assert!(webhook(7008, path).check(true, OWN).is_ok(), "{host}");
            }
            // Without a port the scheme's default port applies.
            for (scheme, port) in [("http", 80), ("https", 443)] {
                let own = SocketAddr::new(OWN.ip(), port);
                assert!(Webhook::to(format!("{scheme}://{host}/")).check(true, own).is_err(), "{scheme} {host}");
                assert!(Webhook::to(format!("{scheme}://{host}/")).check(true, OWN).is_ok(), "{scheme} {host}");
            }
        }
        for other in ["10.0.0.7", "example.com", "face.de", "localhost.example.com", "[::2]", "169.254.169.254"] {
            assert!(Webhook::to(format!("http://{other}:7007/")).check(true, OWN).is_ok(), "{other}");
        }
    }

    #[test]
    fn remote_url_needs_permission() {
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
            ("http://127.0.0.1:0/", false, false),
            ("http://127.0.0.1:65535/", true, true),
            ("http://127.0.0.1:65536/", false, false),
            ("http://127.0.0.1:70000/hooks", false, false),
            ("http://127.0.0.1:/", false, false),
            ("http://[::1]:70000/", false, false),
            ("https://例え.jp/", false, false),
        ] {
            assert_eq!(Webhook::to(url).check(false, OWN).is_ok(), here, "{url}");
            assert_eq!(Webhook::to(url).check(true, OWN).is_ok(), anywhere, "{url}");
        }
    }

    #[test]
    fn unknown_event_is_refused_by_pointer() {
        let webhook = Webhook::to("http://127.0.0.1/").events(["new_message", "dlr"]);
        assert_eq!(webhook.check(false, OWN).unwrap_err().pointer(), "/events/1");
        let error = Webhook::to("http://127.0.0.1/").exotel().events(["new_message"]).check(false, OWN).unwrap_err();
        assert_eq!(error.to_string(), "/events/0: expected incoming_message, dlr");
    }
}
