//! Arguments that several commands share.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use anstream::ColorChoice;
use clap::{Args, ValueEnum};
use incs_facade::model::Channel;

/// Options of every command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// Print results as JSON, one document per line
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Suppress notes and progress on stderr
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// Control when to use colour.
    #[arg(
        long,
        help = "Control when to use colour; NO_COLOR is honoured",
        global = true,
        value_name = "WHEN",
        default_value = "auto"
    )]
    pub(crate) color: Color,
    /// Use this profile of the config file
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// Use this config file instead of the default one
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

/// The use of colour in texts for people.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

impl Color {
    /// Reads `--color` from the raw arguments: help and usage errors are printed before the command line is parsed.
    pub(crate) fn from_raw_args(args: impl IntoIterator<Item = OsString>) -> Self {
        let mut args = args.into_iter().take_while(|arg| arg != "--").map(|arg| arg.to_string_lossy().into_owned());
        let mut choice = Self::Auto;
        while let Some(arg) = args.next() {
            let word = match arg.strip_prefix("--color") {
                Some("") => args.next(),
                Some(rest) => rest.strip_prefix('=').map(str::to_owned),
                None => None,
            };
            choice = word.and_then(|word| Self::from_str(&word, false).ok()).unwrap_or(choice);
        }
        choice
    }

    /// Sets the choice for all later output. `Auto` depends on the terminal, `NO_COLOR` and similar variables.
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

/// Personal data: a number, a name, a link or a text. `Debug` does not show it.
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

/// Longest accepted duration, so that adding it to the current time cannot overflow.
const MAX_DURATION: Duration = Duration::from_hours(365 * 24);

/// Parses a duration such as `30s` or `5m`. Zero is an error.
pub(crate) fn parse_duration(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(Duration::ZERO) => Err("expected more than zero".to_owned()),
        Ok(time) if time > MAX_DURATION => Err("expected less than a year".to_owned()),
        Ok(time) => Ok(time),
        Err(_) => Err("expected a time with its unit, like 30s or 5m".to_owned()),
    }
}
