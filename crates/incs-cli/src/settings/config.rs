//! The config file and its profiles.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy as _;
use toml::{Table, Value};

use super::Level;
use super::environment;
use super::name::{CONFIG_VARIABLE, Name, PROFILE_VARIABLE};
use super::source::Source;
use crate::context::Context;
use crate::failure::Failure;

/// The settings of the profile that is asked for; none without a config file or a profile.
pub(super) fn read(context: &Context) -> Result<Level, Failure> {
    let named = context.global.config.clone();
    let named = named.or_else(|| env::var_os(CONFIG_VARIABLE).filter(|path| !path.is_empty()).map(PathBuf::from));
    let wanted = match &context.global.profile {
        Some(profile) => Some(profile.clone()),
        None => environment::text(PROFILE_VARIABLE)?,
    };
    let Some(path) = named.clone().or_else(usual_place) else { return none(wanted.as_deref()) };
    match fs::read_to_string(&path) {
        Ok(text) => File { path: &path, context }.profile(&text, wanted.as_deref()),
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
struct File<'a> {
    path: &'a Path,
    context: &'a Context,
}

impl File<'_> {
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
