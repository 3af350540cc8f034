//! Settings: the environment, then a profile of the config file, then what the client does by itself.

mod config;
mod environment;
mod name;
mod source;

use std::collections::BTreeMap;

use incs_facade::model::id::Username;
use incs_facade::model::{Channel, Secret};

pub(crate) use self::name::Name;
use self::source::Source;
use crate::context::Context;
use crate::failure::Failure;

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
        Ok(Self { environment: environment::read()?, profile: config::read(context)? })
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
