//! `incs status`.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use anstyle::AnsiColor;
use clap::{Args, ValueEnum};
use incs_facade::client::{Client, Error, ErrorKind, RetryAdvice};
use incs_facade::model::UnixSeconds;
use incs_facade::model::id::MessageId;
use incs_facade::model::status::{MessageStatus, State};
use serde_json::json;
use tokio::time::{Instant, sleep_until, timeout_at};

use crate::args::{ChannelName, duration};
use crate::connect;
use crate::exit::{Exit, Failure};
use crate::input;
use crate::output::{Context, Output};

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
        None => connect::runtime()?.block_on(once(&client, ids, args.channel, context)),
        Some(goal) => connect::runtime()?.block_on(wait(&client, ids, &args, goal, context)),
    }
}

async fn once(
    client: &Client,
    ids: Vec<MessageId>,
    channel: Option<ChannelName>,
    context: &Context,
) -> Result<Exit, Failure> {
    let answers = ask(client, ids, channel).await;
    show_head(context.out);
    for row in &answers.found {
        show_found(context.out, row);
    }
    for id in &answers.missing {
        show_missing(context.out, id);
    }
    for (id, error) in &answers.failed {
        show_failed(context.out, id, error);
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

/// What is known while it is waited for.
#[derive(Debug, Default)]
struct Waiting {
    open: Vec<MessageId>,
    /// What was last said of those that are not there yet; it holds also when a later question is not answered for them.
    last: HashMap<MessageId, MessageStatus>,
    reached: usize,
    failed: usize,
}

/// Asks for what is not there yet, again and again. Each message is written when its wait ends.
async fn wait(
    client: &Client,
    ids: Vec<MessageId>,
    args: &Status,
    goal: Goal,
    context: &Context,
) -> Result<Exit, Failure> {
    let end = Instant::now() + args.timeout;
    let mut seen = HashSet::new();
    let open: Vec<_> = ids.into_iter().filter(|id| seen.insert(id.clone())).collect();
    let mut waiting = Waiting { open, ..Waiting::default() };
    show_head(context.out);
    while !waiting.open.is_empty() {
        let next = Instant::now() + args.interval;
        let Ok(answers) = timeout_at(end, ask(client, waiting.open.clone(), args.channel)).await else {
            return Err(waiting.time_is_up(context));
        };
        waiting.take(answers, goal, context)?;
        if waiting.open.is_empty() {
            break;
        }
        if next >= end {
            sleep_until(end).await;
            return Err(waiting.time_is_up(context));
        }
        sleep_until(next).await;
    }
    match (waiting.reached, waiting.failed) {
        (_, 0) => Ok(Exit::Done),
        (reached, failed) => {
            let exit = if reached == 0 { Exit::Refused } else { Exit::Partly };
            let message = format!("{failed} of {} messages failed", reached + failed);
            Err(Failure::new(exit, message).with_detail("reached", reached).with_detail("failed", failed))
        }
    }
}

impl Waiting {
    /// An error that goes away by itself is waited out; any other ends the wait.
    fn take(&mut self, answers: Answers, goal: Goal, context: &Context) -> Result<(), Failure> {
        let Answers { found, mut missing, failed } = answers;
        let lasting = |error: &&Error| !matches!(error.retry_advice(), RetryAdvice::Later { .. });
        let mut errors: Vec<_> = failed.iter().map(|(_, error)| error).filter(lasting).collect();
        // What was called off because of another comes after it.
        errors.sort_by_key(|error| error.kind() == ErrorKind::Cancelled);
        if let Some(error) = errors.first() {
            return Err(Error::clone(error).into());
        }
        missing.extend(failed.into_iter().map(|(id, _)| id));
        self.open = missing;
        for row in found {
            let is_reached = goal.is_reached(&row.message_status);
            if is_reached || row.message_status == State::Failed {
                *(if is_reached { &mut self.reached } else { &mut self.failed }) += 1;
                self.last.remove(&row.message_id);
                show_found(context.out, &row);
            } else {
                self.open.push(row.message_id.clone());
                self.last.insert(row.message_id.clone(), row);
            }
        }
        Ok(())
    }

    fn time_is_up(self, context: &Context) -> Failure {
        for id in &self.open {
            match self.last.get(id) {
                Some(row) => show_found(context.out, row),
                None => show_missing(context.out, id),
            }
        }
        let (left, total) = (self.open.len(), self.open.len() + self.reached + self.failed);
        Failure::new(Exit::TimedOut, format!("the time was up: {left} of {total} messages are not there yet"))
            .with_help("wait longer with --timeout, or ask again later")
            .with_detail("reached", self.reached)
            .with_detail("failed", self.failed)
            .with_detail("open", left)
    }
}

/// What one question brought.
#[derive(Debug)]
struct Answers {
    found: Vec<MessageStatus>,
    missing: Vec<MessageId>,
    failed: Vec<(MessageId, Error)>,
}

impl Answers {
    /// The end of the program when it asked once.
    fn end(&self) -> Result<Exit, Failure> {
        let total = self.found.len() + self.missing.len() + self.failed.len();
        let counted = |failure: Failure| {
            failure
                .with_detail("found", self.found.len())
                .with_detail("not_found", self.missing.len())
                .with_detail("failed", self.failed.len())
        };
        if self.found.len() == total {
            return Ok(Exit::Done);
        }
        // A question that was called off says nothing; what made it so does.
        let cause = self.failed.iter().find(|(_, error)| error.kind() != ErrorKind::Cancelled).or(self.failed.first());
        if self.found.is_empty() && self.missing.is_empty() {
            return cause.map_or(Ok(Exit::Done), |(_, error)| Err(counted(error.clone().into())));
        }
        let left = total - self.found.len();
        let exit = if self.found.is_empty() && self.failed.is_empty() { Exit::NotFound } else { Exit::Partly };
        let message = format!("no status of {left} of {total} messages");
        let help = "the platform may be some minutes behind, or not know them; --wait asks again";
        Err(counted(Failure::new(exit, message).with_help(help)))
    }
}

/// The names of the columns, for people.
fn show_head(out: Output) {
    if !out.json {
        let bold = anstyle::Style::new().bold();
        out.line(&format!("{bold}{:<10}{:<22}{}{bold:#}", "STATUS", "SINCE (UTC)", "ID"));
    }
}

/// A message that the platform knows.
fn show_found(out: Output, row: &MessageStatus) {
    if out.json {
        out.json(&json!({
            "result": "found",
            "message_id": row.message_id,
            "message_status": row.message_status,
            "created_at": time(row.created_at),
            "delivered_at": time(row.delivered_at),
            "read_at": time(row.read_at),
        }));
        return;
    }
    let (colour, since) = match row.message_status {
        State::Read => (AnsiColor::Green, [row.read_at, row.delivered_at]),
        State::Delivered => (AnsiColor::Green, [row.delivered_at, row.created_at]),
        State::Failed => (AnsiColor::Red, [UnixSeconds::NOT_RECORDED; 2]),
        _ => (AnsiColor::Yellow, [row.created_at, UnixSeconds::NOT_RECORDED]),
    };
    let since = since.into_iter().find_map(time).unwrap_or_else(|| "-".to_owned());
    line(out, colour, row.message_status.as_str(), &since, &row.message_id);
}

/// A message that the platform left out of its answer.
fn show_missing(out: Output, id: &MessageId) {
    if out.json {
        out.json(&json!({ "result": "not_found", "message_id": id, "message_status": null }));
    } else {
        line(out, AnsiColor::Red, "not found", "-", id);
    }
}

/// A message that could not be asked for.
fn show_failed(out: Output, id: &MessageId, error: &Error) {
    if out.json {
        let error = json!({ "kind": error.kind().as_str(), "message": error.to_string(), "help": error.help() });
        out.json(&json!({ "result": "failed", "message_id": id, "message_status": null, "error": error }));
    } else {
        line(out, AnsiColor::Red, "no answer", "-", id);
    }
}

fn line(out: Output, colour: AnsiColor, status: &str, since: &str, id: &MessageId) {
    let style = colour.on_default();
    let plain = |text: &str| text.replace(char::is_control, " ");
    out.line(&format!("{style}{:<10}{style:#}{since:<22}{}", plain(status), plain(id.as_str())));
}

/// A time in UTC, if one was recorded.
fn time(seconds: UnixSeconds) -> Option<String> {
    let seconds = u64::try_from(seconds.as_i64()).ok().filter(|seconds| *seconds > 0)?;
    // The years that RFC 3339 can write; beyond them there is no formatting it.
    let time = UNIX_EPOCH.checked_add(Duration::from_secs(seconds.min(253_402_300_799)))?;
    Some(humantime::format_rfc3339_seconds(time).to_string())
}
