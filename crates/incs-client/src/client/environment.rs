//! A client in one line: over hyper with rustls, from a certification code or from the environment.

use std::env;
use std::ffi::OsString;

use incs_model::{Channel, ParseUrlError, Secret};

use super::{Client, ClientBuilder};
use crate::backend::HyperTransport;
use crate::endpoint::Host;
use crate::error::BuildError;

const BASE_URL: &str = "INCS_BASE_URL";
const CHAT_URL: &str = "INCS_CHAT_URL";
const API_URL: &str = "INCS_API_URL";
const WHATSAPP_URL: &str = "INCS_WHATSAPP_URL";
const VIBER_URL: &str = "INCS_VIBER_URL";
const RCS_URL: &str = "INCS_RCS_URL";
const CERTIFICATION_CODE: &str = "INCS_CERTIFICATION_CODE";
const TOKEN: &str = "INCS_TOKEN";
const USERNAME: &str = "INCS_USERNAME";
const PASSWORD: &str = "INCS_PASSWORD";

impl Client {
    /// Creates a client of the platform with one certification code for every channel.
    ///
    /// It sends over a [`HyperTransport`] with rustls and Mozilla's roots, whatever other features are on. For another transport,
    /// an account, a base URL or limits there is [`builder`](Self::builder).
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// use incs_client::Client;
    /// use incs_model::viber;
    ///
    /// let client = Client::new("5d1f")?;
    /// client.messages().send(viber::Message::new("85251230088".parse()?, "Your order is ready.")).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Fails with [`BuildError::Credential`] when a header cannot hold the code.
    pub fn new(certification_code: impl Into<Secret>) -> Result<Self, BuildError> {
        Self::builder(HyperTransport::new()).certification_code(certification_code).build()
    }

    /// Creates a client with the settings of the environment, over the same transport as [`new`](Self::new).
    ///
    /// | variable | setting |
    /// | --- | --- |
    /// | `INCS_CERTIFICATION_CODE` | the certification code of every channel; required |
    /// | `INCS_BASE_URL` | the base URL of both hosts, for a proxy or a sandbox |
    /// | `INCS_CHAT_URL`, `INCS_API_URL` | the base URL of one host, before `INCS_BASE_URL` |
    /// | `INCS_WHATSAPP_URL`, `INCS_VIBER_URL`, `INCS_RCS_URL` | the base URL for the messages of one channel |
    /// | `INCS_TOKEN` | a bearer token for tasks |
    /// | `INCS_USERNAME`, `INCS_PASSWORD` | the account that bearer tokens are fetched for, unless `INCS_TOKEN` is set |
    ///
    /// These are the names that the program `incs` uses. An empty variable counts as missing. Files are not read: neither a
    /// profile, nor one that a variable with `_FILE` names.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), incs_client::BuildError> {
    /// let client = incs_client::Client::from_env()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Fails with [`BuildError::MissingVariable`] without a certification code, or with half an account; with
    /// [`BuildError::InvalidVariable`] when a value cannot be used; and with [`BuildError::PlainHttp`] when a base URL without TLS
    /// names another machine.
    pub fn from_env() -> Result<Self, BuildError> {
        from_variables(env::var_os)
    }
}

/// Builds a client from what `get` returns for each variable.
fn from_variables(get: impl Fn(&'static str) -> Option<OsString>) -> Result<Client, BuildError> {
    let variables = Variables(get);
    let code = variables.require(CERTIFICATION_CODE, BuildError::Credential)?;
    let builder = Client::builder(HyperTransport::new()).certification_code(code);
    let mut builder = checked(CERTIFICATION_CODE, builder)?;
    for (host, own) in [(Host::Chat, CHAT_URL), (Host::Api, API_URL)] {
        for name in [BASE_URL, own] {
            if let Some(url) = variables.url(name)? {
                builder = checked(name, builder.base_url(host, &url))?;
            }
        }
    }
    for (channel, name) in [(Channel::WhatsApp, WHATSAPP_URL), (Channel::Viber, VIBER_URL), (Channel::Rcs, RCS_URL)] {
        if let Some(url) = variables.url(name)? {
            builder = checked(name, builder.channel_base_url(&channel, &url))?;
        }
    }
    if let Some(token) = variables.get(TOKEN, BuildError::Credential)? {
        builder = checked(TOKEN, builder.bearer_token(token))?;
    } else if variables.is_set(USERNAME) || variables.is_set(PASSWORD) {
        let username = variables.require(USERNAME, BuildError::Credential)?;
        builder = builder.account(username, variables.require(PASSWORD, BuildError::Credential)?);
    }
    builder.build()
}

/// Returns the builder, or the fault of its last setting with the variable that it came from.
fn checked(name: &'static str, builder: ClientBuilder) -> Result<ClientBuilder, BuildError> {
    match builder.fault() {
        None => Ok(builder),
        Some(fault) => Err(invalid(name, fault.clone())),
    }
}

fn invalid(name: &'static str, reason: BuildError) -> BuildError {
    BuildError::InvalidVariable { name, reason: Box::new(reason) }
}

/// The variables, by the function that looks one up.
struct Variables<F>(F);

impl<F: Fn(&'static str) -> Option<OsString>> Variables<F> {
    /// Returns the value of a variable that is set and not empty. The error for one that is not UTF-8 has this reason.
    fn get(&self, name: &'static str, reason: BuildError) -> Result<Option<String>, BuildError> {
        let value = self.0(name).filter(|value| !value.is_empty());
        value.map(OsString::into_string).transpose().map_err(|_| invalid(name, reason))
    }

    fn require(&self, name: &'static str, reason: BuildError) -> Result<String, BuildError> {
        self.get(name, reason)?.ok_or(BuildError::MissingVariable(name))
    }

    fn url(&self, name: &'static str) -> Result<Option<String>, BuildError> {
        self.get(name, ParseUrlError::Character.into())
    }

    fn is_set(&self, name: &'static str) -> bool {
        self.0(name).is_some_and(|value| !value.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn build(variables: &[(&str, &str)]) -> Result<Client, BuildError> {
        from_variables(|name| variables.iter().find(|(set, _)| *set == name).map(|(_, value)| value.into()))
    }

    fn with_code(variables: &[(&str, &str)]) -> Result<Client, BuildError> {
        build(&[&[(CERTIFICATION_CODE, "5d1f")], variables].concat())
    }

    /// The base URLs of both hosts and of the channels.
    fn urls(variables: &[(&str, &str)]) -> [String; 5] {
        let client = with_code(variables).unwrap();
        let config = client.config();
        let of = |channel| config.channels.get(&channel).map_or_else(String::new, ToString::to_string);
        let channels = [Channel::WhatsApp, Channel::Viber, Channel::Rcs].map(of);
        let [whatsapp, viber, rcs] = channels;
        [config.chat.to_string(), config.api.to_string(), whatsapp, viber, rcs]
    }

    #[test]
    fn one_code_makes_a_client() {
        assert!(Client::new("5d1f").is_ok());
        assert_eq!(Client::new("").err(), Some(BuildError::Credential));
    }

    #[test]
    fn missing_code_names_its_variable() {
        for variables in [&[][..], &[(CERTIFICATION_CODE, "")], &[(BASE_URL, "http://127.0.0.1:9")]] {
            let error = build(variables).unwrap_err();
            assert_eq!(error, BuildError::MissingVariable(CERTIFICATION_CODE), "{variables:?}");
            assert_eq!(error.to_string(), "the environment variable INCS_CERTIFICATION_CODE is not set");
        }
    }

    #[test]
    fn platform_is_called_by_default() {
        assert_eq!(urls(&[]), ["https://chat-api.incsapp.com", "https://api.incsapp.com", "", "", ""]);
    }

    #[test]
    fn exact_base_url_wins_over_common() {
        let base = (BASE_URL, "http://127.0.0.1:9");
        assert_eq!(urls(&[base])[..2], ["http://127.0.0.1:9"; 2]);
        let own = [base, (CHAT_URL, "https://a.example"), (API_URL, "https://b.example")];
        assert_eq!(urls(&own)[..2], ["https://a.example", "https://b.example"]);
        let channels = [(WHATSAPP_URL, "https://w"), (VIBER_URL, "https://v"), (RCS_URL, "https://r")];
        assert_eq!(urls(&channels)[2..], ["https://w", "https://v", "https://r"]);
    }

    #[test]
    fn invalid_value_names_its_variable() {
        for name in [BASE_URL, CHAT_URL, API_URL, WHATSAPP_URL, VIBER_URL, RCS_URL] {
            let error = with_code(&[(name, "nowhere-5d1f")]).unwrap_err();
            assert!(error.to_string().starts_with(&format!("the environment variable {name} ")), "{error}");
            assert!(!format!("{error} {error:?}").contains("5d1f"), "{error:?}");
        }
        for name in [CERTIFICATION_CODE, TOKEN] {
            let variables = [(name, "5d1f\n"), (CERTIFICATION_CODE, "good")];
            let error = build(&variables).unwrap_err();
            assert_eq!(error, invalid(name, BuildError::Credential));
            assert!(!format!("{error} {error:?}").contains("5d1f"), "{error:?}");
        }
    }

    #[test]
    fn half_an_account_is_an_error() {
        assert_eq!(with_code(&[(USERNAME, "a")]).err(), Some(BuildError::MissingVariable(PASSWORD)));
        assert_eq!(with_code(&[(PASSWORD, "a")]).err(), Some(BuildError::MissingVariable(USERNAME)));
        assert!(with_code(&[(PASSWORD, "a"), (TOKEN, "b")]).is_ok());
        assert!(with_code(&[(PASSWORD, "a"), (USERNAME, "b")]).is_ok());
    }

    #[test]
    fn plain_http_to_elsewhere_is_refused() {
        assert_eq!(with_code(&[(BASE_URL, "http://192.0.2.1")]).err(), Some(BuildError::PlainHttp));
    }

    #[cfg(unix)]
    #[test]
    fn value_must_be_utf_8() {
        use std::os::unix::ffi::OsStringExt as _;

        let error = from_variables(|_| Some(OsString::from_vec(vec![0xff]))).unwrap_err();
        assert_eq!(error, invalid(CERTIFICATION_CODE, BuildError::Credential));
    }
}
