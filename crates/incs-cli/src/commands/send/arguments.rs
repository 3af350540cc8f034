//! The arguments of `incs send`.

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};
use incs_facade::client::retry::RetryPolicy;
use incs_facade::client::{BatchOptions, ClientBuilder};

use crate::args::{ChannelName, Private, duration};

/// The arguments of `incs send`.
#[derive(Debug, Args)]
#[command(subcommand_negates_reqs = true, disable_help_subcommand = true)]
pub(crate) struct Send {
    /// One message as a JSON object, or many as JSON Lines; - for standard input
    #[arg(value_name = "FILE")]
    pub(super) file: Option<PathBuf>,
    #[command(subcommand)]
    pub(super) kind: Option<Kind>,
    #[command(flatten)]
    pub(super) options: Options,
}

/// How to send.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// The channel to send on; a FILE needs it, a kind goes to whatsapp (otp to viber)
    #[arg(long, global = true, value_name = "CHANNEL")]
    pub(super) channel: Option<ChannelName>,
    /// How long one message may take, repeated attempts included, like 30s
    #[arg(long, global = true, value_name = "TIME", value_parser = duration)]
    timeout: Option<Duration>,
    /// How often an attempt is repeated when that is known to be safe
    #[arg(long, global = true, value_name = "N")]
    retries: Option<u32>,
    /// How many messages may begin in a time, like 50/s or 600/m
    #[arg(long, global = true, value_name = "N/TIME", value_parser = gap)]
    rate: Option<Duration>,
    /// How many messages may be on their way at once
    #[arg(long, global = true, value_name = "N", default_value = "8")]
    pub(super) concurrency: NonZeroUsize,
    /// Send also what breaks the known rules of the platform
    #[arg(long, global = true)]
    pub(super) no_validate: bool,
    /// Check all, send nothing, and say what would be sent
    #[arg(long, global = true)]
    pub(super) dry_run: bool,
    /// Show the platform's own words about a refusal; they may repeat what was sent
    #[arg(long, global = true)]
    pub(super) platform_message: bool,
}

impl Options {
    /// Tells the client.
    pub(super) fn apply(&self, mut client: ClientBuilder) -> ClientBuilder {
        let mut policy = RetryPolicy::new();
        if let Some(retries) = self.retries {
            policy = policy.with_max_attempts(retries.saturating_add(1));
        }
        if let Some(timeout) = self.timeout {
            policy = policy.with_max_elapsed(timeout);
            client = client.attempt_timeout(timeout);
        }
        if self.no_validate {
            client = client.without_validation();
        }
        client.retry(policy)
    }

    /// How fast the batch goes.
    pub(super) fn pace(&self) -> BatchOptions {
        BatchOptions::new().with_concurrency(self.concurrency.get()).with_min_gap(self.rate.unwrap_or_default())
    }
}

/// The time between two beginnings, from a number in a time.
fn gap(text: &str) -> Result<Duration, String> {
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

/// A message that the command line describes.
#[derive(Debug, Subcommand)]
pub(crate) enum Kind {
    /// A text
    Text(Text),
    /// An image by link
    Image(Medium),
    /// A video by link
    Video(Medium),
    /// An audio by link (whatsapp)
    Audio(Medium),
    /// A document by link
    Document(Medium),
    /// An approved template (whatsapp, rcs)
    Template(Template),
    /// A one-time password in Viber's own words
    Otp(Otp),
}

#[derive(Debug, Args)]
pub(super) struct To {
    /// The phone number with its country code; more than once for several people
    #[arg(long, required = true, value_name = "NUMBER")]
    pub(super) to: Vec<Private>,
}

#[derive(Debug, Args)]
pub(crate) struct Text {
    #[command(flatten)]
    pub(super) to: To,
    /// What it says
    #[arg(long = "text", value_name = "TEXT", required_unless_present = "words_file")]
    pub(super) words: Option<Private>,
    /// A file that holds what it says; - for standard input
    #[arg(id = "words_file", long = "text-file", value_name = "FILE", conflicts_with = "words")]
    pub(super) file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Medium {
    #[command(flatten)]
    pub(super) to: To,
    /// A public http or https link to the file
    #[arg(long, value_name = "URL")]
    pub(super) link: Private,
}

#[derive(Debug, Args)]
pub(crate) struct Template {
    #[command(flatten)]
    pub(super) to: To,
    /// The name of the template
    #[arg(long)]
    pub(super) name: String,
    /// A value: whatsapp takes those of the body in their order, rcs takes NAME=VALUE
    #[arg(long = "param", value_name = "VALUE")]
    pub(super) params: Vec<Private>,
    /// The value in a header of text (whatsapp)
    #[arg(long, value_name = "TEXT", group = "head")]
    pub(super) header: Option<Private>,
    /// The image of a header (whatsapp)
    #[arg(long, value_name = "URL", group = "head")]
    pub(super) header_image: Option<Private>,
    /// The video of a header (whatsapp)
    #[arg(long, value_name = "URL", group = "head")]
    pub(super) header_video: Option<Private>,
    /// The document of a header (whatsapp)
    #[arg(long, value_name = "URL", group = "head")]
    pub(super) header_document: Option<Private>,
    /// The code that the button at INDEX copies (whatsapp)
    #[arg(long = "copy-code", value_name = "INDEX=CODE")]
    pub(super) copy_codes: Vec<Private>,
    /// A file that holds the one-time code, in place of values (whatsapp); - for standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["params", "head", "copy_codes"])]
    pub(super) code_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Otp {
    #[command(flatten)]
    pub(super) to: To,
    /// A file that holds the password; - for standard input
    #[arg(long, value_name = "FILE")]
    pub(super) code_file: PathBuf,
    /// The language of the words around it
    #[arg(long, default_value = "en")]
    pub(super) language: String,
    /// Minutes until it expires
    #[arg(long, default_value = "5")]
    pub(super) minutes: u32,
}
