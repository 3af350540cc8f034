//! The arguments of `incs send`.

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};
use incs_facade::client::retry::RetryPolicy;
use incs_facade::client::{BatchOptions, ClientBuilder};

use crate::args::{ChannelName, Private, parse_duration};

/// The arguments of `incs send`.
#[derive(Debug, Args)]
#[command(subcommand_negates_reqs = true, disable_help_subcommand = true)]
pub(crate) struct Send {
    /// File with one message as JSON, or many as JSON Lines; - for standard input
    #[arg(value_name = "FILE")]
    pub(super) file: Option<PathBuf>,
    /// Keep every line of FILE and its result in this file, so that a send that was stopped or killed can be resumed
    #[arg(long, value_name = "JOURNAL")]
    pub(super) journal: Option<PathBuf>,
    /// Send the rest of this journal, without FILE
    #[arg(long, value_name = "JOURNAL", conflicts_with_all = ["file", "journal"])]
    pub(super) resume: Option<PathBuf>,
    #[command(subcommand)]
    pub(super) kind: Option<Kind>,
    #[command(flatten)]
    pub(super) options: Options,
}

/// The options of every kind of send.
#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(super) struct Options {
    /// Channel to send on; required with FILE, otherwise whatsapp (otp: viber)
    #[arg(long, global = true, value_name = "CHANNEL")]
    pub(super) channel: Option<ChannelName>,
    /// Maximum time per message, retries included, like 30s
    #[arg(long, global = true, value_name = "TIME", value_parser = parse_duration)]
    pub(super) timeout: Option<Duration>,
    /// Maximum number of retries; only attempts that are safe to retry are retried
    #[arg(long, global = true, value_name = "N")]
    pub(super) retries: Option<u32>,
    /// Maximum number of sends started per time, like 50/s or 600/m; a number alone is per second
    #[arg(long, global = true, value_name = "N/TIME", value_parser = parse_rate)]
    pub(super) rate: Option<Duration>,
    /// Maximum number of messages in flight
    #[arg(long, global = true, value_name = "N", default_value = "8", value_parser = parse_concurrency)]
    pub(super) concurrency: NonZeroUsize,
    /// Skip validation and send anything that is JSON
    #[arg(long, global = true)]
    pub(super) no_validate: bool,
    /// Treat warnings as violations: do not send a message that has any
    #[arg(long, global = true, conflicts_with = "no_validate")]
    pub(super) deny_warnings: bool,
    /// Validate and print what would be sent, without sending it
    #[arg(long, global = true)]
    pub(super) dry_run: bool,
    /// Show the platform's own error messages; they may repeat what was sent
    #[arg(long, global = true)]
    pub(super) platform_message: bool,
}

impl Options {
    /// Applies the options to the client.
    pub(super) fn apply(&self, mut client: ClientBuilder) -> ClientBuilder {
        let mut policy = RetryPolicy::new();
        if let Some(retries) = self.retries {
            policy = policy.with_max_attempts(retries.saturating_add(1));
        }
        if let Some(timeout) = self.timeout {
            policy = policy.with_max_elapsed(timeout);
            client = client.attempt_timeout(timeout);
        }
        client.validate(!self.no_validate).retry(policy)
    }

    /// Returns the concurrency and the rate of the batch.
    pub(super) fn pace(&self) -> BatchOptions {
        BatchOptions::new().with_concurrency(self.concurrency.get()).with_min_interval(self.rate.unwrap_or_default())
    }
}

/// Parses the number of messages in flight.
fn parse_concurrency(text: &str) -> Result<NonZeroUsize, String> {
    text.trim().parse().map_err(|_| "expected a number of at least 1".to_owned())
}

/// Parses a rate such as `50/s`, or `50` with the same meaning, and returns the time between two sends.
fn parse_rate(text: &str) -> Result<Duration, String> {
    let (count, unit) = text.split_once('/').unwrap_or((text, "s"));
    let count: NonZeroU32 = count.trim().parse().map_err(|_| "expected a number from 1, like 50/s".to_owned())?;
    let period = match unit.trim() {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return Err("expected /s, /m or /h after the number".to_owned()),
    };
    // Rounded up, or one more would fit into the time.
    Ok(Duration::from_nanos((period * 1_000_000_000_u64).div_ceil(count.get().into())))
}

/// A message described by options.
#[derive(Debug, Subcommand)]
pub(crate) enum Kind {
    /// Send a text message
    Text(Text),
    /// Send an image by link
    Image(Medium),
    /// Send a video by link
    Video(Medium),
    /// Send an audio file by link (whatsapp)
    Audio(Medium),
    /// Send a document by link
    Document(Medium),
    /// Send an approved template (whatsapp, rcs)
    Template(Template),
    /// Send a one-time password in Viber's wording (viber)
    Otp(Otp),
}

#[derive(Debug, Args)]
pub(super) struct Recipients {
    /// Phone number of the recipient with its country code; may be repeated
    #[arg(long, required = true, value_name = "NUMBER")]
    pub(super) to: Vec<Private>,
}

#[derive(Debug, Args)]
pub(crate) struct Text {
    #[command(flatten)]
    pub(super) to: Recipients,
    /// Text of the message
    #[arg(long = "text", value_name = "TEXT", required_unless_present = "words_file")]
    pub(super) words: Option<Private>,
    /// File with the text of the message; - for standard input
    #[arg(id = "words_file", long = "text-file", value_name = "FILE", conflicts_with = "words")]
    pub(super) file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Medium {
    #[command(flatten)]
    pub(super) to: Recipients,
    /// Public http or https link to the file
    #[arg(long, value_name = "URL")]
    pub(super) link: Private,
}

#[derive(Debug, Args)]
pub(crate) struct Template {
    #[command(flatten)]
    pub(super) to: Recipients,
    /// Name of the template
    #[arg(long)]
    pub(super) name: String,
    /// Value of a placeholder: in the order of the body (whatsapp), or as NAME=VALUE (rcs)
    #[arg(long = "param", value_name = "VALUE")]
    pub(super) params: Vec<Private>,
    /// Value in the text header (whatsapp)
    #[arg(long, value_name = "TEXT", group = "head")]
    pub(super) header: Option<Private>,
    /// Link to the header image (whatsapp)
    #[arg(long, value_name = "URL", group = "head")]
    pub(super) header_image: Option<Private>,
    /// Link to the header video (whatsapp)
    #[arg(long, value_name = "URL", group = "head")]
    pub(super) header_video: Option<Private>,
    /// Link to the header document (whatsapp)
    #[arg(long, value_name = "URL", group = "head")]
    pub(super) header_document: Option<Private>,
    /// Code that the button at INDEX copies (whatsapp)
    #[arg(long = "copy-code", value_name = "INDEX=CODE")]
    pub(super) copy_codes: Vec<Private>,
    /// End of the link of the button at INDEX (whatsapp)
    #[arg(long = "link-end", value_name = "INDEX=TEXT")]
    pub(super) link_ends: Vec<Private>,
    /// Value of a named placeholder in the body (whatsapp)
    #[arg(long = "named-param", value_name = "NAME=VALUE", conflicts_with = "params")]
    pub(super) named_params: Vec<Private>,
    /// Language code, as in Meta's API (whatsapp)
    #[arg(long, value_name = "CODE")]
    pub(super) language: Option<String>,
    /// File with the one-time code, instead of values (whatsapp); - for standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["params", "named_params", "head", "copy_codes", "link_ends"])]
    pub(super) code_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Otp {
    #[command(flatten)]
    pub(super) to: Recipients,
    /// File with the password; - for standard input
    #[arg(long, value_name = "FILE")]
    pub(super) code_file: PathBuf,
    /// Language of the text around the password
    #[arg(long, default_value = "en")]
    pub(super) language: String,
    /// Minutes until the password expires
    #[arg(long, default_value = "5")]
    pub(super) minutes: u32,
}
