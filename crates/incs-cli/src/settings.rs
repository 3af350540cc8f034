//! Settings: the environment, then a profile of the config file, then the defaults of the client.

use std::collections::BTreeMap;
use std::env;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy as _;
use incs_facade::model::id::Username;
use incs_facade::model::{Channel, Secret};
use toml::{Table, Value};

use crate::exit::Failure;
use crate::output::Context;

/// The variable that names the config file.
const CONFIG_VARIABLE: &str = "INCS_CONFIG";

/// The variable that names the profile.
const PROFILE_VARIABLE: &str = "INCS_PROFILE";

/// Longest file that holds a value.
const LONGEST: u64 = 64 << 10;

/// Where each setting comes from. A file that holds one is read when the setting is asked for.
#[derive(Debug)]
pub(crate) struct Settings {
    environment: Level,
    profile: Level,
}

/// The settings of one place.
type Level = BTreeMap<Name, Source>;

impl Settings {
    /// Looks at the environment and the config file.
    pub(crate) fn load(context: &Context) -> Result<Self, Failure> {
        Ok(Self { environment: read_environment()?, profile: read_profile(context)? })
    }

    /// Where messages and their status are.
    pub(crate) fn chat_url(&self) -> Result<Option<Secret>, Failure> {
        self.first(&[Name::ChatUrl, Name::BaseUrl])
    }

    /// Where templates, tasks and tokens are.
    pub(crate) fn api_url(&self) -> Result<Option<Secret>, Failure> {
        self.first(&[Name::ApiUrl, Name::BaseUrl])
    }

    /// The certification code of every channel without its own.
    pub(crate) fn certification_code(&self) -> Result<Option<Secret>, Failure> {
        self.first(&[Name::CertificationCode])
    }

    /// The certification codes of single channels. A code in the environment is meant for all of them.
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

    /// The token that the caller brings along.
    pub(crate) fn token(&self) -> Result<Option<Secret>, Failure> {
        self.first(&[Name::Token])
    }

    /// The account that tokens are fetched for.
    pub(crate) fn account(&self) -> Result<Option<(Username, Secret)>, Failure> {
        match (self.first(&[Name::Username])?, self.first(&[Name::Password])?) {
            (Some(username), Some(password)) => Ok(Some((username.expose().into(), password))),
            (None, None) => Ok(None),
            (Some(_), None) => Err(half("a username, and no password", Name::Password)),
            (None, Some(_)) => Err(half("a password, and no username", Name::Username)),
        }
    }

    /// What deliveries are signed with.
    pub(crate) fn webhook_secret(&self) -> Result<Option<Secret>, Failure> {
        self.first(&[Name::WebhookSecret])
    }

    /// The first of these in the environment, or else in the profile.
    fn first(&self, names: &[Name]) -> Result<Option<Secret>, Failure> {
        let levels = [&self.environment, &self.profile];
        let found = levels.into_iter().find_map(|level| names.iter().find_map(|name| level.get(name)));
        found.map(Source::read).transpose()
    }
}

fn half(found: &str, missing: Name) -> Failure {
    let (variable, key) = (missing.variable().unwrap_or_default(), missing.key());
    Failure::usage(format!("the settings hold {found}"))
        .with_help(format!("set {variable}, {variable}_FILE, or `{key}` in the profile"))
}

/// A setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Name {
    BaseUrl,
    ChatUrl,
    ApiUrl,
    CertificationCode,
    WhatsAppCode,
    ViberCode,
    RcsCode,
    Token,
    Username,
    Password,
    WebhookSecret,
}

impl Name {
    /// Those of a profile itself.
    const OF_PROFILE: [Self; 8] = [
        Self::BaseUrl,
        Self::ChatUrl,
        Self::ApiUrl,
        Self::CertificationCode,
        Self::Token,
        Self::Username,
        Self::Password,
        Self::WebhookSecret,
    ];

    /// Those of the table `codes` of a profile.
    const OF_CODES: [Self; 3] = [Self::WhatsAppCode, Self::ViberCode, Self::RcsCode];

    /// The variable; with `_FILE` it names a file that holds the value.
    fn variable(self) -> Option<&'static str> {
        match self {
            Self::BaseUrl => Some("INCS_BASE_URL"),
            Self::ChatUrl => Some("INCS_CHAT_URL"),
            Self::ApiUrl => Some("INCS_API_URL"),
            Self::CertificationCode => Some("INCS_CERTIFICATION_CODE"),
            Self::Token => Some("INCS_TOKEN"),
            Self::Username => Some("INCS_USERNAME"),
            Self::Password => Some("INCS_PASSWORD"),
            Self::WebhookSecret => Some("INCS_WEBHOOK_SECRET"),
            Self::WhatsAppCode | Self::ViberCode | Self::RcsCode => None,
        }
    }

    /// Every variable that the program reads.
    #[cfg(test)]
    pub(crate) fn variables() -> Vec<String> {
        let mut variables = vec![CONFIG_VARIABLE.to_owned(), PROFILE_VARIABLE.to_owned()];
        for variable in Self::OF_PROFILE.iter().filter_map(|name| name.variable()) {
            variables.extend([variable.to_owned(), format!("{variable}_FILE")]);
        }
        variables
    }

    /// The key in its table of the config file; that of a secret with `_file` names a file that holds the value.
    fn key(self) -> &'static str {
        match self {
            Self::BaseUrl => "base_url",
            Self::ChatUrl => "chat_url",
            Self::ApiUrl => "api_url",
            Self::CertificationCode => "certification_code",
            Self::WhatsAppCode => "whatsapp",
            Self::ViberCode => "viber",
            Self::RcsCode => "rcs",
            Self::Token => "token",
            Self::Username => "username",
            Self::Password => "password",
            Self::WebhookSecret => "webhook_secret",
        }
    }

    fn is_secret(self) -> bool {
        !matches!(self, Self::BaseUrl | Self::ChatUrl | Self::ApiUrl | Self::Username)
    }
}

/// Where the value of a setting is. `Debug` shows no value.
#[derive(Debug)]
enum Source {
    Here(Secret),
    File {
        path: PathBuf,
        /// The variable or key that names the file.
        named_by: String,
    },
}

impl Source {
    /// The value, without the line break that ends a file.
    fn read(&self) -> Result<Secret, Failure> {
        let (path, named_by) = match self {
            Self::Here(value) => return Ok(value.clone()),
            Self::File { path, named_by } => (path, named_by),
        };
        let refused = |why: String| Failure::usage(format!("the file that {named_by} names {why}: {}", path.display()));
        let unread = |error: io::Error| refused(format!("cannot be read ({error})"));
        let mut text = String::new();
        File::open(path).map_err(unread)?.take(LONGEST + 1).read_to_string(&mut text).map_err(unread)?;
        if u64::try_from(text.len()).unwrap_or(u64::MAX) > LONGEST {
            return Err(refused(format!("is longer than {LONGEST} bytes")));
        }
        let value = text.strip_suffix('\n').map_or(&*text, |line| line.strip_suffix('\r').unwrap_or(line));
        if value.is_empty() { Err(refused("is empty".to_owned())) } else { Ok(value.into()) }
    }
}

/// The settings that the environment holds or names a file for.
fn read_environment() -> Result<Level, Failure> {
    let mut level = Level::new();
    for name in Name::OF_PROFILE {
        let Some(variable) = name.variable() else { continue };
        let of_file = format!("{variable}_FILE");
        let source = match (variable_text(variable)?, env::var_os(&of_file).filter(|path| !path.is_empty())) {
            (Some(_), Some(_)) => {
                return Err(Failure::usage(format!("{variable} and {of_file} are both set"))
                    .with_help("unset one: which of them is meant cannot be told"));
            }
            (Some(value), None) => Source::Here(value.into()),
            (None, Some(path)) => Source::File { path: path.into(), named_by: of_file },
            (None, None) => continue,
        };
        level.insert(name, source);
    }
    Ok(level)
}

/// A variable, if it is set and not empty.
fn variable_text(variable: &str) -> Result<Option<String>, Failure> {
    match env::var(variable) {
        Ok(value) => Ok(Some(value).filter(|value| !value.is_empty())),
        Err(env::VarError::NotPresent) => Ok(None),
        Err(env::VarError::NotUnicode(_)) => Err(Failure::usage(format!("{variable} is no UTF-8 text"))),
    }
}

/// The settings of the profile that is asked for; none without a config file or a profile.
fn read_profile(context: &Context) -> Result<Level, Failure> {
    let named = context.global.config.clone();
    let named = named.or_else(|| env::var_os(CONFIG_VARIABLE).filter(|path| !path.is_empty()).map(PathBuf::from));
    let wanted = match &context.global.profile {
        Some(profile) => Some(profile.clone()),
        None => variable_text(PROFILE_VARIABLE)?,
    };
    let Some(path) = named.clone().or_else(usual_place) else { return none(wanted.as_deref()) };
    match fs::read_to_string(&path) {
        Ok(text) => ConfigFile { path: &path, context }.profile(&text, wanted.as_deref()),
        Err(error) if error.kind() == io::ErrorKind::NotFound && named.is_none() => none(wanted.as_deref()),
        Err(error) => Err(Failure::usage(format!("{} cannot be read: {error}", path.display()))),
    }
}

fn usual_place() -> Option<PathBuf> {
    let dirs = etcetera::choose_base_strategy().ok()?;
    Some(dirs.config_dir().join("incs").join("config.toml"))
}

fn none(wanted: Option<&str>) -> Result<Level, Failure> {
    match wanted {
        None => Ok(Level::new()),
        Some(name) => {
            let mut failure = Failure::usage(format!("there is no profile `{name}`: there is no config file"));
            if let Some(path) = usual_place() {
                failure = failure.with_help(format!("write {}, or name a file with --config", path.display()));
            }
            Err(failure)
        }
    }
}

/// A config file that is being read. No message holds a value of it.
struct ConfigFile<'a> {
    path: &'a Path,
    context: &'a Context,
}

impl ConfigFile<'_> {
    fn profile(&self, text: &str, wanted: Option<&str>) -> Result<Level, Failure> {
        // The error's own `Display` would show the line, and so a secret.
        let root: Table = toml::from_str(text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start));
            let line = before.map_or(String::new(), |before| format!(":{}", before.matches('\n').count() + 1));
            Failure::usage(format!("{}{line} is no TOML", self.path.display()))
        })?;
        let mut wanted = wanted;
        let mut profiles = Vec::new();
        for (key, value) in &root {
            match (key.as_str(), value) {
                ("default_profile", Value::String(name)) => wanted = wanted.or(Some(name)),
                ("profile", Value::Table(table)) => profiles.extend(table),
                ("default_profile", _) => return Err(self.wrong("default_profile", "is not a string")),
                ("profile", _) => return Err(self.wrong("profile", "is not a table")),
                _ => return Err(self.unknown(key, &["default_profile", "profile"].map(str::to_owned))),
            }
        }
        let (mut found, mut holds_secret) = (None, false);
        for (name, value) in &profiles {
            // Every profile is checked: a typo in one that is not used today would be found on the wrong day.
            let level = self.level(&format!("profile.{name}"), value)?;
            holds_secret |= level.iter().any(|(name, source)| name.is_secret() && matches!(source, Source::Here(_)));
            if Some(name.as_str()) == wanted {
                found = Some(level);
            }
        }
        if holds_secret && others_can_read(self.path) {
            let path = self.path.display();
            self.context.out.note(&format!("note: {path} holds secrets and others can read it; chmod 600 it"));
        }
        match (found, wanted) {
            (Some(level), _) => Ok(level),
            (None, None) => Ok(Level::new()),
            (None, Some(wanted)) => {
                let known: Vec<_> = profiles.iter().map(|(name, _)| name.as_str()).collect();
                let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                Err(Failure::usage(format!("{} has no profile `{wanted}`", self.path.display()))
                    .with_help(format!("its profiles: {known}")))
            }
        }
    }

    fn level(&self, at: &str, value: &Value) -> Result<Level, Failure> {
        let Value::Table(table) = value else { return Err(self.wrong(at, "is not a table")) };
        let mut level = Level::new();
        for (key, value) in table {
            let at = format!("{at}.{key}");
            match (key.as_str(), value) {
                ("codes", Value::Table(codes)) => {
                    for (key, value) in codes {
                        self.insert(&mut level, &Name::OF_CODES, &format!("{at}.{key}"), key, value)?;
                    }
                }
                ("codes", _) => return Err(self.wrong(&at, "is not a table")),
                _ => self.insert(&mut level, &Name::OF_PROFILE, &at, key, value)?,
            }
        }
        Ok(level)
    }

    fn insert(&self, level: &mut Level, names: &[Name], at: &str, key: &str, value: &Value) -> Result<(), Failure> {
        let with_file = |name: &Name| name.is_secret() && key.strip_suffix("_file") == Some(name.key());
        let Some(name) = names.iter().copied().find(|name| name.key() == key || with_file(name)) else {
            let mut known = Vec::new();
            for name in names {
                known.push(name.key().to_owned());
                known.extend(name.is_secret().then(|| format!("{}_file", name.key())));
            }
            return Err(self.unknown(at, &known));
        };
        let Value::String(text) = value else { return Err(self.wrong(at, "is not a string")) };
        if text.is_empty() {
            return Err(self.wrong(at, "is empty"));
        }
        let source = if name.key() == key {
            Source::Here(text.as_str().into())
        } else {
            let path = self.path.parent().map_or_else(|| PathBuf::from(text), |folder| folder.join(text));
            Source::File { path, named_by: format!("`{at}`") }
        };
        if level.insert(name, source).is_some() {
            return Err(self.wrong(at, "is there with and without `_file`"));
        }
        Ok(())
    }

    fn wrong(&self, at: &str, why: &str) -> Failure {
        Failure::usage(format!("{}: `{at}` {why}", self.path.display()))
    }

    fn unknown(&self, at: &str, known: &[String]) -> Failure {
        self.wrong(at, "is not a setting").with_help(format!("known there: {}", known.join(", ")))
    }
}

#[cfg(unix)]
fn others_can_read(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;

    fs::metadata(path).is_ok_and(|found| found.permissions().mode() & 0o077 != 0)
}

/// Who can read a file is not asked there.
#[cfg(not(unix))]
fn others_can_read(_path: &Path) -> bool {
    false
}
