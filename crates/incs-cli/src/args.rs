//! Arguments that several commands share.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use anstream::ColorChoice;
use clap::{Args, ValueEnum};
use incs_facade::model::Channel;

/// Flags that every command takes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// Write results as JSON, one document a line
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Write no notes and no progress to stderr
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// When to use colour.
    #[arg(
        long,
        help = "When to use colour; NO_COLOR is honoured",
        global = true,
        value_name = "WHEN",
        default_value = "auto"
    )]
    pub(crate) color: Color,
    /// The profile of the config file to use
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// The config file, instead of the usual one
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

impl Color {
    /// What a command line asks for, read or not: help and errors are written before it is understood as a whole.
    pub(crate) fn asked(args: impl IntoIterator<Item = OsString>) -> Self {
        let mut args = args.into_iter().take_while(|arg| arg != "--").map(|arg| arg.to_string_lossy().into_owned());
        let mut asked = Self::Auto;
        while let Some(arg) = args.next() {
            let word = match arg.strip_prefix("--color") {
                Some("") => args.next(),
                Some(rest) => rest.strip_prefix('=').map(str::to_owned),
                None => None,
            };
            asked = word.and_then(|word| Self::from_str(&word, false).ok()).unwrap_or(asked);
        }
        asked
    }

    /// Holds from now on for all that is written; `Auto` looks at `NO_COLOR`, its like, and the terminal.
    pub(crate) fn apply(self) {
        let choice = match self {
            Self::Auto => ColorChoice::Auto,
            Self::Always => ColorChoice::Always,
            Self::Never => ColorChoice::Never,
        };
        choice.write_global();
    }
}

/// A channel to send on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ChannelName {
    Whatsapp,
    Viber,
    Rcs,
}

impl ChannelName {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Whatsapp => "whatsapp",
            Self::Viber => "viber",
            Self::Rcs => "rcs",
        }
    }
}

impl From<ChannelName> for Channel {
    fn from(name: ChannelName) -> Self {
        name.as_str().into()
    }
}

/// Something about a person: a number, a name, a link or a text. `Debug` shows nothing of it.
#[derive(Clone)]
pub(crate) struct Private(pub(crate) String);

impl From<String> for Private {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Private {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Private(…)")
    }
}

/// Longest time that can be asked for; added to now it must not pass the end of the clock.
const LONGEST: Duration = Duration::from_hours(365 * 24);

/// A length of time, like `30s` or `5m`; not nothing.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(Duration::ZERO) => Err("expected more than no time".to_owned()),
        Ok(time) if time > LONGEST => Err("expected less than a year".to_owned()),
        Ok(time) => Ok(time),
        Err(_) => Err("expected a time with its unit, like 30s or 5m".to_owned()),
    }
}
