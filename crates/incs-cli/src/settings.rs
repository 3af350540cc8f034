//! Settings: the environment, then a profile of the config file, then the defaults of the client.

mod origin;

use std::collections::BTreeMap;
use std::env;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy as _;
use incs_facade::model::id::Username;
use incs_facade::model::{Channel, Secret};
use toml::{Table, Value};

pub(crate) use self::origin::{Origin, Setting, unused_proxy_variables};
use crate::exit::Failure;
use crate::output::Context;

/// The variable with the path of the config file.
const CONFIG_VARIABLE: &str = "INCS_CONFIG";

/// The variable with the name of the profile.
const PROFILE_VARIABLE: &str = "INCS_PROFILE";

/// Maximum length of a file that holds a value.
const MAX_FILE_BYTES: u64 = 64 << 10;

/// The sources of all settings. A file with a value is read when the setting is used.
#[derive(Debug)]
pub(crate) struct Settings {
    environment: Layer,
    profile: Layer,
    /// The name of the profile, if one is used.
    profile_name: Option<String>,
}

/// The settings of the environment or of a profile.
type Layer = BTreeMap<Name, Source>;

impl Settings {
    /// Loads the environment and the config file.
    pub(crate) fn load(context: &Context) -> Result<Self, Failure> {
        let environment = read_environment()?;
        let (profile_name, profile) = read_profile(context)?;
        Ok(Self { environment, profile, profile_name })
    }

    /// Returns the base URL for messages and their status.
    pub(crate) fn chat_url(&self) -> Result<Option<Secret>, Failure> {
        self.first(&[Name::ChatUrl, Name::BaseUrl])
    }

    /// Returns the base URL for templates, tasks and tokens.
    pub(crate) fn api_url(&self) -> Result<Option<Secret>, Failure> {
        self.first(&[Name::ApiUrl, Name::BaseUrl])
    }

    /// Returns the base URLs of single channels. A URL for all channels in the environment takes precedence over one in a profile.
    pub(crate) fn channel_urls(&self) -> Result<Vec<(Channel, Secret)>, Failure> {
        let mut urls = Vec::new();
        let names =
            [(Channel::WhatsApp, Name::WhatsAppUrl), (Channel::Viber, Name::ViberUrl), (Channel::Rcs, Name::RcsUrl)];
        for (channel, name) in names {
            urls.extend(self.first(&[name, Name::ChatUrl, Name::BaseUrl])?.map(|url| (channel, url)));
        }
        Ok(urls)
    }

    /// Returns the certification code of all channels that have none of their own.
    pub(crate) fn certification_code(&self) -> Result<Option<Secret>, Failure> {
        self.first(&[Name::CertificationCode])
    }

    /// Returns the certification codes of single channels. A code in the environment replaces all of them.
    pub(crate) fn channel_codes(&self) -> Result<Vec<(Channel, Secret)>, Failure> {
        let mut codes = Vec::new();
        if self.environment.contains_key(&Name::CertificationCode) {
            return Ok(codes);
        }
        let names =
            [(Channel::WhatsApp, Name::WhatsAppCode), (Channel::Viber, Name::ViberCode), (Channel::Rcs, Name::RcsCode)];
        for (channel, name) in names {
            codes.extend(self.first(&[name])?.map(|code| (channel, code)));
        }
        Ok(codes)
    }

    /// Returns the bearer token, if one is set.
    pub(crate) fn token(&self) -> Result<Option<Secret>, Failure> {
        self.first(&[Name::Token])
    }

    /// Returns the account that tokens are fetched for.
    pub(crate) fn account(&self) -> Result<Option<(Username, Secret)>, Failure> {
        match (self.first(&[Name::Username])?, self.first(&[Name::Password])?) {
            (Some(username), Some(password)) => Ok(Some((username.expose().into(), password))),
            (None, None) => Ok(None),
            (Some(_), None) => Err(incomplete_account("a username but no password", Name::Password)),
            (None, Some(_)) => Err(incomplete_account("a password but no username", Name::Username)),
        }
    }

    /// Returns the URL of the proxy for all requests to the platform. It may hold credentials.
    pub(crate) fn proxy_url(&self) -> Result<Option<Secret>, Failure> {
        self.first(&[Name::ProxyUrl])
    }

    /// Returns the secret of webhook deliveries.
    pub(crate) fn webhook_secret(&self) -> Result<Option<Secret>, Failure> {
        self.first(&[Name::WebhookSecret])
    }

    /// Returns the URL of the store. It may hold credentials.
    pub(crate) fn store(&self) -> Result<Option<Secret>, Failure> {
        self.first(&[Name::Store])
    }

    /// Returns the secret that signs forwarded items.
    pub(crate) fn forward_secret(&self) -> Result<Option<Secret>, Failure> {
        self.first(&[Name::ForwardSecret])
    }

    /// Returns the first of these settings in the environment, or else in the profile.
    fn first(&self, names: &[Name]) -> Result<Option<Secret>, Failure> {
        self.find(names).map(|(_, source)| source.read()).transpose()
    }

    /// Returns the source of the first of these settings, and its origin.
    fn find(&self, names: &[Name]) -> Option<(Origin, &Source)> {
        let layers = [(Origin::Environment, &self.environment), (Origin::File, &self.profile)];
        layers
            .into_iter()
            .find_map(|(origin, layer)| names.iter().find_map(|name| layer.get(name)).map(|source| (origin, source)))
    }
}

fn incomplete_account(found: &str, missing: Name) -> Failure {
    let (variable, key) = (missing.variable().unwrap_or_default(), missing.key());
    Failure::usage(format!("the settings have {found}"))
        .with_help(format!("set {variable}, {variable}_FILE, or `{key}` in the profile"))
}

/// A setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Name {
    BaseUrl,
    ChatUrl,
    ApiUrl,
    WhatsAppUrl,
    ViberUrl,
    RcsUrl,
    CertificationCode,
    WhatsAppCode,
    ViberCode,
    RcsCode,
    Token,
    Username,
    Password,
    WebhookSecret,
    ProxyUrl,
    Store,
    ForwardSecret,
}

impl Name {
    /// The settings at the top level of a profile.
    const OF_PROFILE: [Self; 14] = [
        Self::BaseUrl,
        Self::ChatUrl,
        Self::ApiUrl,
        Self::WhatsAppUrl,
        Self::ViberUrl,
        Self::RcsUrl,
        Self::CertificationCode,
        Self::Token,
        Self::Username,
        Self::Password,
        Self::WebhookSecret,
        Self::ProxyUrl,
        Self::Store,
        Self::ForwardSecret,
    ];

    /// The settings in the table `codes` of a profile.
    const OF_CODES: [Self; 3] = [Self::WhatsAppCode, Self::ViberCode, Self::RcsCode];

    /// Returns the variable. With `_FILE` appended it names a file that holds the value.
    fn variable(self) -> Option<&'static str> {
        match self {
            Self::BaseUrl => Some("INCS_BASE_URL"),
            Self::ChatUrl => Some("INCS_CHAT_URL"),
            Self::ApiUrl => Some("INCS_API_URL"),
            Self::WhatsAppUrl => Some("INCS_WHATSAPP_URL"),
            Self::ViberUrl => Some("INCS_VIBER_URL"),
            Self::RcsUrl => Some("INCS_RCS_URL"),
            Self::CertificationCode => Some("INCS_CERTIFICATION_CODE"),
            Self::Token => Some("INCS_TOKEN"),
            Self::Username => Some("INCS_USERNAME"),
            Self::Password => Some("INCS_PASSWORD"),
            Self::WebhookSecret => Some("INCS_WEBHOOK_SECRET"),
            Self::ProxyUrl => Some("INCS_PROXY_URL"),
            Self::Store => Some("INCS_STORE"),
            Self::ForwardSecret => Some("INCS_FORWARD_SECRET"),
            Self::WhatsAppCode | Self::ViberCode | Self::RcsCode => None,
        }
    }

    /// Returns every variable that the program reads.
    #[cfg(test)]
    pub(crate) fn variables() -> Vec<String> {
        let mut variables = vec![CONFIG_VARIABLE.to_owned(), PROFILE_VARIABLE.to_owned()];
        for variable in Self::OF_PROFILE.iter().filter_map(|name| name.variable()) {
            variables.extend([variable.to_owned(), format!("{variable}_FILE")]);
        }
        variables
    }

    /// Returns the key in the config file. For a secret, with `_file` appended it names a file that holds the value.
    fn key(self) -> &'static str {
        match self {
            Self::BaseUrl => "base_url",
            Self::ChatUrl => "chat_url",
            Self::ApiUrl => "api_url",
            Self::WhatsAppUrl => "whatsapp_url",
            Self::ViberUrl => "viber_url",
            Self::RcsUrl => "rcs_url",
            Self::CertificationCode => "certification_code",
            Self::WhatsAppCode => "whatsapp",
            Self::ViberCode => "viber",
            Self::RcsCode => "rcs",
            Self::Token => "token",
            Self::Username => "username",
            Self::Password => "password",
            Self::WebhookSecret => "webhook_secret",
            Self::ProxyUrl => "proxy_url",
            Self::Store => "store",
            Self::ForwardSecret => "forward_secret",
        }
    }

    /// Reports whether the value may be a secret.
    fn is_secret(self) -> bool {
        !matches!(
            self,
            Self::BaseUrl
                | Self::ChatUrl
                | Self::ApiUrl
                | Self::WhatsAppUrl
                | Self::ViberUrl
                | Self::RcsUrl
                | Self::Username
        )
    }

    /// Reports whether a value is a secret. The name of a file and a URL without a user are not.
    fn holds_secret(self, value: &Secret) -> bool {
        self.is_secret() && (self != Self::Store || value.expose().contains('@'))
    }
}

/// The source of a setting. `Debug` does not show the value.
#[derive(Debug)]
struct Source {
    /// The variable or key, as in `INCS_TOKEN` or `profile.shop.token_file`.
    set_by: String,
    place: Place,
}

#[derive(Debug)]
enum Place {
    Inline(Secret),
    File(PathBuf),
}

impl Source {
    /// Reads the value, without the line break at the end of a file.
    fn read(&self) -> Result<Secret, Failure> {
        let path = match &self.place {
            Place::Inline(value) => return Ok(value.clone()),
            Place::File(path) => path,
        };
        // A variable is written as it is, a key in code quotes.
        let quote = if self.set_by.contains('.') { "`" } else { "" };
        let named_by = format!("{quote}{}{quote}", self.set_by);
        let refused = |why: String| Failure::usage(format!("the file that {named_by} names {why}: {}", path.display()));
        let unread = |error: io::Error| refused(format!("cannot be read ({error})"));
        let mut text = String::new();
        File::open(path).map_err(unread)?.take(MAX_FILE_BYTES + 1).read_to_string(&mut text).map_err(unread)?;
        if u64::try_from(text.len()).unwrap_or(u64::MAX) > MAX_FILE_BYTES {
            return Err(refused(format!("is longer than {MAX_FILE_BYTES} bytes")));
        }
        let value = text.strip_suffix('\n').map_or(&*text, |line| line.strip_suffix('\r').unwrap_or(line));
        if value.is_empty() { Err(refused("is empty".to_owned())) } else { Ok(value.into()) }
    }
}

/// Reads the settings of the environment, including the `_FILE` variables.
fn read_environment() -> Result<Layer, Failure> {
    let mut layer = Layer::new();
    for name in Name::OF_PROFILE {
        let Some(variable) = name.variable() else { continue };
        let of_file = format!("{variable}_FILE");
        let source = match (variable_text(variable)?, env::var_os(&of_file).filter(|path| !path.is_empty())) {
            (Some(_), Some(_)) => {
                return Err(
                    Failure::usage(format!("{variable} and {of_file} are both set")).with_help("unset one of them")
                );
            }
            (Some(value), None) => Source { set_by: variable.to_owned(), place: Place::Inline(value.into()) },
            (None, Some(path)) => Source { set_by: of_file, place: Place::File(path.into()) },
            (None, None) => continue,
        };
        layer.insert(name, source);
    }
    Ok(layer)
}

/// Returns a variable if it is set and not empty.
fn variable_text(variable: &str) -> Result<Option<String>, Failure> {
    match env::var(variable) {
        Ok(value) => Ok(Some(value).filter(|value| !value.is_empty())),
        Err(env::VarError::NotPresent) => Ok(None),
        Err(env::VarError::NotUnicode(_)) => Err(Failure::usage(format!("{variable} is not UTF-8"))),
    }
}

/// Returns the path of the config file that an option or a variable names.
fn named_config(context: &Context) -> Option<PathBuf> {
    let variable = || env::var_os(CONFIG_VARIABLE).filter(|path| !path.is_empty());
    context.global.config.clone().or_else(|| variable().map(PathBuf::from))
}

/// Reads the name and the settings of the selected profile. They are empty without a config file or a profile.
fn read_profile(context: &Context) -> Result<(Option<String>, Layer), Failure> {
    let named = named_config(context);
    let wanted = match &context.global.profile {
        Some(profile) => Some(profile.clone()),
        None => variable_text(PROFILE_VARIABLE)?,
    };
    let Some(path) = named.clone().or_else(default_path) else { return without_config_file(wanted.as_deref()) };
    match fs::read_to_string(&path) {
        Ok(text) => ConfigFile { path: &path, context }.profile(&text, wanted.as_deref()),
        Err(error) if error.kind() == io::ErrorKind::NotFound && named.is_none() => {
            without_config_file(wanted.as_deref())
        }
        Err(error) => Err(Failure::usage(format!("{} cannot be read: {error}", path.display()))),
    }
}

fn default_path() -> Option<PathBuf> {
    let dirs = etcetera::choose_base_strategy().ok()?;
    Some(dirs.config_dir().join("incs").join("config.toml"))
}

fn without_config_file(wanted: Option<&str>) -> Result<(Option<String>, Layer), Failure> {
    match wanted {
        None => Ok((None, Layer::new())),
        Some(name) => {
            let mut failure = Failure::usage(format!("cannot use the profile `{name}`: there is no config file"));
            if let Some(path) = default_path() {
                failure = failure.with_help(format!("create {}, or name a file with --config", path.display()));
            }
            Err(failure)
        }
    }
}

/// A config file while it is read. Errors do not contain its values.
struct ConfigFile<'a> {
    path: &'a Path,
    context: &'a Context,
}

impl ConfigFile<'_> {
    /// Returns the name of the profile, if there is one, and its settings.
    fn profile(&self, text: &str, wanted: Option<&str>) -> Result<(Option<String>, Layer), Failure> {
        // The error's own `Display` would show the line, and so a secret.
        let root: Table = toml::from_str(text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start));
            let line = before.map_or(String::new(), |before| format!(":{}", before.matches('\n').count() + 1));
            Failure::usage(format!("{}{line} is not valid TOML", self.path.display()))
        })?;
        let mut wanted = wanted;
        let mut profiles = Vec::new();
        for (key, value) in &root {
            match (key.as_str(), value) {
                ("default_profile", Value::String(name)) => wanted = wanted.or(Some(name)),
                ("profile", Value::Table(table)) => profiles.extend(table),
                ("default_profile", _) => return Err(self.invalid("default_profile", "is not a string")),
                ("profile", _) => return Err(self.invalid("profile", "is not a table")),
                _ => return Err(self.unknown(key, &["default_profile", "profile"].map(str::to_owned))),
            }
        }
        let (mut found, mut holds_secret) = (None, false);
        for (name, value) in &profiles {
            // Every profile is checked, so that a typo is found before the profile is needed.
            let layer = self.layer(&format!("profile.{name}"), value)?;
            holds_secret |= layer
                .iter()
                .any(|(name, source)| matches!(&source.place, Place::Inline(value) if name.holds_secret(value)));
            if Some(name.as_str()) == wanted {
                found = Some(layer);
            }
        }
        if holds_secret && others_can_read(self.path) {
            let path = self.path.display();
            self.context
                .out
                .note(&format!("note: {path} holds secrets and is readable by others; protect it with chmod 600"));
        }
        match (found, wanted) {
            (Some(layer), _) => Ok((wanted.map(str::to_owned), layer)),
            (None, None) => Ok((None, Layer::new())),
            (None, Some(wanted)) => {
                let known: Vec<_> = profiles.iter().map(|(name, _)| name.as_str()).collect();
                let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                Err(Failure::usage(format!("{} has no profile `{wanted}`", self.path.display()))
                    .with_help(format!("available profiles: {known}")))
            }
        }
    }

    fn layer(&self, at: &str, value: &Value) -> Result<Layer, Failure> {
        let Value::Table(table) = value else { return Err(self.invalid(at, "is not a table")) };
        let mut layer = Layer::new();
        for (key, value) in table {
            let at = format!("{at}.{key}");
            match (key.as_str(), value) {
                ("codes", Value::Table(codes)) => {
                    for (key, value) in codes {
                        self.insert(&mut layer, &Name::OF_CODES, &format!("{at}.{key}"), key, value)?;
                    }
                }
                ("codes", _) => return Err(self.invalid(&at, "is not a table")),
                _ => self.insert(&mut layer, &Name::OF_PROFILE, &at, key, value)?,
            }
        }
        Ok(layer)
    }

    fn insert(&self, layer: &mut Layer, names: &[Name], at: &str, key: &str, value: &Value) -> Result<(), Failure> {
        let with_file = |name: &Name| name.is_secret() && key.strip_suffix("_file") == Some(name.key());
        let Some(name) = names.iter().copied().find(|name| name.key() == key || with_file(name)) else {
            let mut known = Vec::new();
            for name in names {
                known.push(name.key().to_owned());
                known.extend(name.is_secret().then(|| format!("{}_file", name.key())));
            }
            return Err(self.unknown(at, &known));
        };
        let Value::String(text) = value else { return Err(self.invalid(at, "is not a string")) };
        if text.is_empty() {
            return Err(self.invalid(at, "is empty"));
        }
        let place = if name.key() == key {
            Place::Inline(text.as_str().into())
        } else {
            Place::File(self.path.parent().map_or_else(|| PathBuf::from(text), |folder| folder.join(text)))
        };
        if layer.insert(name, Source { set_by: at.to_owned(), place }).is_some() {
            return Err(self.invalid(at, "is set both with and without `_file`"));
        }
        Ok(())
    }

    fn invalid(&self, at: &str, why: &str) -> Failure {
        Failure::usage(format!("{}: `{at}` {why}", self.path.display()))
    }

    fn unknown(&self, at: &str, known: &[String]) -> Failure {
        self.invalid(at, "is not a setting").with_help(format!("known settings: {}", known.join(", ")))
    }
}

#[cfg(unix)]
fn others_can_read(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;

    fs::metadata(path).is_ok_and(|found| found.permissions().mode() & 0o077 != 0)
}

/// Returns `false`: permissions are only checked on Unix.
#[cfg(not(unix))]
fn others_can_read(_path: &Path) -> bool {
    false
}
