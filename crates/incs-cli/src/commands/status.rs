//! `incs status`.

mod report;
mod wait;

use std::path::Path;
use std::time::Duration;

use clap::{Args, ValueEnum};
use incs_facade::client::{Client, Error};
use incs_facade::model::id::MessageId;
use incs_facade::model::status::{MessageStatus, State};

use self::report::Answers;
use crate::args::{ChannelName, duration};
use crate::commands::runtime;
use crate::connect;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input;

/// The arguments of `incs status`.
#[derive(Debug, Args)]
pub(crate) struct Status {
    /// Ids of messages; - for standard input, one a line
    #[arg(value_name = "ID", required = true)]
    ids: Vec<String>,
    /// The channel they went out on, whose certification code is used
    #[arg(long, value_name = "CHANNEL")]
    channel: Option<ChannelName>,
    /// Ask until each message is that far; a message that failed is not waited for
    #[arg(long, value_name = "STATE")]
    wait: Option<Goal>,
    /// How long to wait in all
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "5m", requires = "wait")]
    timeout: Duration,
    /// How long to wait between two questions
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "2s", requires = "wait")]
    interval: Duration,
}

/// How far a message has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Goal {
    Sent,
    Delivered,
    Read,
}

impl Goal {
    /// Whether a message is that far: what was read was delivered too.
    fn is_reached(self, state: &State) -> bool {
        match state {
            State::Sent => self == Self::Sent,
            State::Delivered => self != Self::Read,
            State::Read => true,
            _ => false,
        }
    }
}

/// Asks once, or until the goal is reached.
#[allow(clippy::needless_pass_by_value, reason = "as every command")]
pub(crate) fn run(args: Status, context: &Context) -> Result<Exit, Failure> {
    let ids = ids(&args.ids)?;
    if ids.is_empty() {
        context.out.note("no ids, nothing asked");
        return Ok(Exit::Done);
    }
    let client = connect::client(context)?;
    match args.wait {
        None => runtime()?.block_on(once(&client, ids, args.channel, context)),
        Some(goal) => runtime()?.block_on(wait::run(&client, ids, &args, goal, context)),
    }
}

async fn once(
    client: &Client,
    ids: Vec<MessageId>,
    channel: Option<ChannelName>,
    context: &Context,
) -> Result<Exit, Failure> {
    let answers = ask(client, ids, channel).await;
    report::head(context.out);
    for row in &answers.found {
        report::found(context.out, row);
    }
    for id in &answers.missing {
        report::missing(context.out, id);
    }
    for (id, error) in &answers.failed {
        report::failed(context.out, id, error);
    }
    answers.end()
}

/// One question about all of them.
async fn ask(client: &Client, ids: Vec<MessageId>, channel: Option<ChannelName>) -> Answers {
    let mut call = client.messages().status(ids);
    if let Some(channel) = channel {
        call = call.channel(channel.into());
    }
    let (report, failed) = match call.await {
        Ok(report) => (report, Vec::new()),
        Err(error) => {
            let each = |failure: &incs_facade::client::StatusFailure| {
                let error = failure.error.clone();
                failure.ids.clone().into_iter().map(move |id| (id, error.clone())).collect::<Vec<(MessageId, Error)>>()
            };
            let failed = error.failures().iter().flat_map(each).collect();
            (error.into_report(), failed)
        }
    };
    let missing = report.unanswered().to_vec();
    let found: Vec<MessageStatus> = report.into_answered();
    Answers { found, missing, failed }
}

/// The ids of the command line; those of standard input in the place of `-`.
fn ids(args: &[String]) -> Result<Vec<MessageId>, Failure> {
    let mut ids = Vec::new();
    for arg in args {
        if arg != "-" {
            ids.push(arg.as_str().into());
            continue;
        }
        let bytes = input::read(Path::new("-"))?;
        let text = std::str::from_utf8(&bytes).map_err(|_| Failure::usage("standard input is no UTF-8 text"))?;
        ids.extend(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(MessageId::from));
    }
    Ok(ids)
}
