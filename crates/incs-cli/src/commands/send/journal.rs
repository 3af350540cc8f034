//! `incs send` with a journal: every line and its outcome are in a file before and after it is sent, so that a send that was stopped or
//! killed can be resumed, and no line is sent twice.

mod deliver;
mod load;
mod outcome;

use std::path::Path;
use std::time::Duration;

use incs_facade::client::Client;
use incs_facade::model::{Channel, Timestamp};
use incs_facade::relay::store::{ItemClass, ItemFilter, ItemState, SqliteStore, Store as _};
use serde::{Deserialize, Serialize};

use super::arguments::Options;
use super::source::Source;
use crate::commands::inbox::store::StoreFile;
use crate::connect;
use crate::exit::{Exit, Failure};
use crate::output::Context;
use crate::stop::{Stop, no_signals};

/// Maximum number of messages in flight: if the program is killed, at most so many outcomes are unknown.
const MAX_CONCURRENCY: usize = 64;

/// Maximum number of retries.
const MAX_RETRIES: u32 = 100;

/// Number of retries without `--retries`.
const RETRIES: u32 = 2;

/// Waits before the retries in seconds; the last one is repeated.
const WAITS: [u64; 4] = [1, 5, 15, 30];

/// Number of items of an inbox that are read at once.
const ITEMS: usize = 500;

/// Name of the property that makes a store a journal.
const PROPERTY: &str = "send.journal";

/// Name of a property that is only written, to check that it can be.
const CHECKED: &str = "send.journal.checked";

/// Newest version of the property that this program knows.
const VERSION: u32 = 1;

/// The description of a journal, in the journal.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
struct Description {
    version: u32,
    channel: String,
    /// Number of lines, once all of them are stored.
    lines: u64,
    /// True once all lines are stored. Nothing is sent before.
    is_complete: bool,
    no_validate: bool,
    deny_warnings: bool,
    /// True if any line has warnings.
    has_warnings: bool,
}

/// An open journal. No other process has it.
struct Journal {
    store: SqliteStore,
    file: StoreFile,
    description: Description,
}

/// Sends a file by a journal, or the rest of a journal.
pub(super) fn run(path: &Path, input: Option<&Path>, options: &Options, context: &Context) -> Result<Exit, Failure> {
    check(options)?;
    // Stores keep whole milliseconds.
    let started = Timestamp::from_millisecond(Timestamp::now().as_millisecond()).unwrap_or(Timestamp::MIN);
    let file = StoreFile::of_journal(path)?;
    file.check_journal()?;
    let source = match input {
        Some(input) => {
            let channel = options.channel.ok_or_else(|| {
                Failure::usage("no channel is given for the file")
                    .with_help("add --channel whatsapp, --channel viber or --channel rcs")
            })?;
            let channel = Channel::from(channel);
            Some((Source::open(input, channel.clone(), options.no_validate)?, channel))
        }
        None => None,
    };
    // Wrong settings are found before anything is stored.
    let client = client(options, context)?;
    connect::runtime()?.block_on(async {
        let mut stop = Stop::listen().map_err(|error| no_signals(&error))?;
        let store = match &source {
            Some(_) => file.own_journal().await?,
            None => file.own_existing_journal().await?,
        };
        let ended = async {
            let journal = match source {
                Some(source) => Journal::load(&store, &file, source, options, &mut stop, context.out).await?,
                None => Journal::resumed(&store, &file, options).await?,
            };
            deliver::run(&journal, client, options, started, &mut stop, context).await
        };
        let ended = ended.await;
        store.close().await;
        ended
    })
}

/// Checks the options that a journal limits.
fn check(options: &Options) -> Result<(), Failure> {
    if options.dry_run {
        return Err(Failure::usage("--dry-run stores and sends nothing, so it needs no journal")
            .with_help("leave out --journal or --resume"));
    }
    if options.platform_message {
        return Err(Failure::usage("a journal does not hold the platform's own messages")
            .with_help("leave out --platform-message, or send without a journal"));
    }
    if options.concurrency.get() > MAX_CONCURRENCY {
        return Err(Failure::usage(format!("--concurrency is at most {MAX_CONCURRENCY} with a journal"))
            .with_help("if the program is killed, the outcomes of that many messages are unknown"));
    }
    if options.retries.is_some_and(|retries| retries > MAX_RETRIES) {
        return Err(Failure::usage(format!("--retries is at most {MAX_RETRIES} with a journal")));
    }
    Ok(())
}

/// Builds the client. Lines are validated when they are stored, and the outbox retries.
fn client(options: &Options, context: &Context) -> Result<Client, Failure> {
    let mut builder = connect::builder(context)?.validate(false);
    if let Some(timeout) = options.timeout {
        builder = builder.attempt_timeout(timeout);
    }
    connect::build(builder)
}

/// Returns the waits before the retries.
fn waits(options: &Options) -> impl Iterator<Item = Duration> {
    let last = WAITS.last().copied().unwrap_or(1);
    let retries = options.retries.unwrap_or(RETRIES) as usize;
    WAITS.into_iter().chain(std::iter::repeat(last)).take(retries).map(Duration::from_secs)
}

impl Journal {
    /// Reads the description of a store. `None` if the store is empty.
    async fn described(store: &SqliteStore, file: &StoreFile) -> Result<Option<Description>, Failure> {
        let Some(text) = store.property(PROPERTY).await.map_err(|error| file.cannot("read", &error))? else {
            let stats = store.stats().await.map_err(|error| file.cannot("read", &error))?;
            if stats.items == 0 && stats.outbox.by_state.iter().all(|count| *count == 0) {
                return Ok(None);
            }
            return Err(Failure::usage(format!("{file} is a store of an inbox or an outbox, not a journal"))
                .with_help("name a file of its own; it is created if it does not exist"));
        };
        let unreadable = || Failure::new(Exit::Failure, format!("the journal {file} cannot be understood"));
        let description: Description = serde_json::from_str(&text).map_err(|_| {
            unreadable().with_help("it was changed by another program, or written by a newer version of incs")
        })?;
        check_items(store, file).await?;
        if description.version > VERSION {
            return Err(unreadable().with_help("it was written by a newer version of incs; use that version"));
        }
        Ok(Some(description))
    }

    /// Opens a journal whose lines are all stored.
    async fn resumed(store: &SqliteStore, file: &StoreFile, options: &Options) -> Result<Self, Failure> {
        let Some(description) = Self::described(store, file).await? else {
            return Err(Failure::usage(format!("{file} is not a journal"))
                .with_help(format!("`incs send FILE --channel CHANNEL --journal {file}` makes one")));
        };
        if !description.is_complete {
            return Err(Failure::usage(format!("not all lines are in the journal {file}; nothing was sent"))
                .with_help(format!(
                    "store the rest with the same file: `incs send FILE --channel CHANNEL --journal {file}`"
                )));
        }
        description.check(file, options, false)?;
        Ok(Self { store: store.clone(), file: file.clone(), description })
    }

    /// Writes the description.
    async fn describe(&self) -> Result<(), Failure> {
        let text = serde_json::to_string(&self.description).unwrap_or_default();
        self.store.set_property(PROPERTY, &text).await.map_err(|error| self.file.cannot("write", &error))
    }
}

/// Fails if the store has received webhooks that wait for a handler: sending would make them dead letters.
async fn check_items(store: &SqliteStore, file: &StoreFile) -> Result<(), Failure> {
    for state in [ItemState::Stored, ItemState::Failed, ItemState::Leased] {
        let mut filter = ItemFilter { state: Some(state), limit: ITEMS, ..ItemFilter::default() };
        loop {
            let page = store.list(filter.clone()).await.map_err(|error| file.cannot("read", &error))?;
            let Some(last) = page.last() else { break };
            filter.after = Some(last.id);
            if page.iter().any(|item| matches!(item.class, ItemClass::Message | ItemClass::Unparsed)) {
                return Err(Failure::usage(format!("the journal {file} holds customers' messages that wait for a handler"))
                    .with_help(format!(
                        "`incs inbox serve --store sqlite:{file} --forward URL` hands them out; let webhooks go into a file of their own"
                    )));
            }
        }
    }
    Ok(())
}

impl Description {
    fn new(channel: &Channel, options: &Options) -> Self {
        Self {
            version: VERSION,
            channel: channel.to_string(),
            lines: 0,
            is_complete: false,
            no_validate: options.no_validate,
            deny_warnings: options.deny_warnings,
            has_warnings: false,
        }
    }

    /// Fails if the options do not fit the journal. Without `with_all`, flags may be left out.
    fn check(&self, file: &StoreFile, options: &Options, with_all: bool) -> Result<(), Failure> {
        if let Some(channel) = options.channel.map(Channel::from).filter(|channel| channel.as_str() != self.channel) {
            return Err(Failure::usage(format!(
                "the journal {file} is of the channel {}, not {channel}",
                self.channel
            ))
            .with_help(format!(
                "send with --channel {}, or use another journal for messages of another channel",
                self.channel
            )));
        }
        for (flag, given, stored) in [
            ("--no-validate", options.no_validate, self.no_validate),
            ("--deny-warnings", options.deny_warnings, self.deny_warnings),
        ] {
            if given != stored && (with_all || given) {
                let (with, add) = if stored { ("with", "add") } else { ("without", "leave out") };
                return Err(Failure::usage(format!("the lines of the journal {file} were stored {with} {flag}"))
                    .with_help(format!("{add} {flag}")));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_wait_is_repeated() {
        use clap::Parser as _;

        #[derive(clap::Parser)]
        struct Program {
            #[command(flatten)]
            options: Options,
        }

        for (args, seconds) in [
            (&["incs"][..], &[1, 5][..]),
            (&["incs", "--retries", "0"], &[]),
            (&["incs", "--retries", "6"], &[1, 5, 15, 30, 30, 30]),
        ] {
            let options = Program::try_parse_from(args).unwrap().options;
            assert_eq!(waits(&options).map(|wait| wait.as_secs()).collect::<Vec<_>>(), seconds);
        }
    }
}
