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
use schemars::JsonSchema;
use serde::Serialize;
use tokio::time::{Instant, sleep_until, timeout_at};

use crate::args::{ChannelName, parse_duration};
use crate::connect;
use crate::exit::{Exit, Failure, help, sentence};
use crate::input;
use crate::lines::count;
use crate::output::{Context, Output, WriteError};

/// The arguments of `incs status`.
#[derive(Debug, Args)]
pub(crate) struct Status {
    /// Message ids; - for standard input, one per line
    #[arg(value_name = "ID", required = true)]
    ids: Vec<String>,
    /// Channel of the messages; selects the certification code
    #[arg(long, value_name = "CHANNEL")]
    channel: Option<ChannelName>,
    /// Poll until every message has reached this state or failed
    #[arg(long, value_name = "STATE")]
    wait: Option<Goal>,
    /// Maximum time to wait
    #[arg(long, value_name = "TIME", value_parser = parse_duration, default_value = "5m", requires = "wait")]
    timeout: Duration,
    /// Time between two queries
    #[arg(long, value_name = "TIME", value_parser = parse_duration, default_value = "2s", requires = "wait")]
    interval: Duration,
}

/// The state to wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Goal {
    Sent,
    Delivered,
    Read,
}

impl Goal {
    /// Reports whether a message has reached the state or a later one: a message that was read was delivered too.
    fn is_reached(self, state: &State) -> bool {
        match state {
            State::Sent => self == Self::Sent,
            State::Delivered => self != Self::Read,
            State::Read => true,
            _ => false,
        }
    }
}

/// Queries once, or until the goal is reached.
#[allow(clippy::needless_pass_by_value, reason = "as every command")]
pub(crate) fn run(args: Status, context: &Context) -> Result<Exit, Failure> {
    let ids = ids(&args.ids)?;
    if ids.is_empty() {
        context.out.note("no ids, nothing to query");
        return Ok(Exit::Done);
    }
    let client = connect::client(context)?;
    match args.wait {
        None => connect::runtime()?.block_on(query_once(&client, ids, args.channel, context)),
        Some(goal) => connect::runtime()?.block_on(wait(&client, ids, &args, goal, context)),
    }
}

async fn query_once(
    client: &Client,
    ids: Vec<MessageId>,
    channel: Option<ChannelName>,
    context: &Context,
) -> Result<Exit, Failure> {
    let replies = query(client, ids, channel).await;
    show_head(context.out)?;
    for row in &replies.found {
        show_found(context.out, row)?;
    }
    for id in &replies.missing {
        show_missing(context.out, id)?;
    }
    for (id, error) in &replies.failed {
        show_failed(context.out, id, error)?;
    }
    replies.to_exit()
}

/// Sends one query for all ids.
async fn query(client: &Client, ids: Vec<MessageId>, channel: Option<ChannelName>) -> Replies {
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
    Replies { found, missing, failed }
}

/// Returns the ids of the command line; `-` is replaced by the ids on standard input.
fn ids(args: &[String]) -> Result<Vec<MessageId>, Failure> {
    let mut ids = Vec::new();
    for arg in args {
        if arg != "-" {
            ids.push(arg.as_str().into());
            continue;
        }
        let bytes = input::read(Path::new("-"))?;
        let text = std::str::from_utf8(&bytes).map_err(|_| Failure::usage("standard input is not UTF-8"))?;
        ids.extend(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(MessageId::from));
    }
    Ok(ids)
}

/// The progress of a wait.
#[derive(Debug, Default)]
struct Waiting {
    open: Vec<MessageId>,
    /// The last status of each open message. It is kept when a later query has no reply for the message.
    last: HashMap<MessageId, MessageStatus>,
    reached: usize,
    failed: usize,
}

/// Polls the open messages. Each message is printed when its wait ends.
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
    show_head(context.out)?;
    while !waiting.open.is_empty() {
        context.out.flush()?;
        let next = Instant::now() + args.interval;
        let Ok(replies) = timeout_at(end, query(client, waiting.open.clone(), args.channel)).await else {
            return Err(waiting.timed_out(context)?);
        };
        waiting.record(replies, goal, context)?;
        if waiting.open.is_empty() {
            break;
        }
        if next >= end {
            sleep_until(end).await;
            return Err(waiting.timed_out(context)?);
        }
        sleep_until(next).await;
    }
    match (waiting.reached, waiting.failed) {
        (_, 0) => Ok(Exit::Done),
        (reached, failed) => {
            let exit = if reached == 0 { Exit::Refused } else { Exit::Partly };
            let message = format!("{failed} of {} messages failed", reached + failed);
            Err(Failure::new(exit, message).with_details(|details| {
                details.reached = Some(count(reached));
                details.failed = Some(count(failed));
            }))
        }
    }
}

impl Waiting {
    /// Records the replies. A temporary error is retried; any other error ends the wait.
    fn record(&mut self, replies: Replies, goal: Goal, context: &Context) -> Result<(), Failure> {
        let Replies { found, mut missing, failed } = replies;
        let lasting = |error: &&Error| !matches!(error.retry_advice(), RetryAdvice::Later { .. });
        let mut errors: Vec<_> = failed.iter().map(|(_, error)| error).filter(lasting).collect();
        // A cancelled query comes after the error that cancelled it.
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
                show_found(context.out, &row)?;
            } else {
                self.open.push(row.message_id.clone());
                self.last.insert(row.message_id.clone(), row);
            }
        }
        Ok(())
    }

    fn timed_out(self, context: &Context) -> Result<Failure, WriteError> {
        for id in &self.open {
            match self.last.get(id) {
                Some(row) => show_found(context.out, row)?,
                None => show_missing(context.out, id)?,
            }
        }
        let (left, total) = (self.open.len(), self.open.len() + self.reached + self.failed);
        let message = format!("timed out: {left} of {total} messages have not reached the state");
        Ok(Failure::new(Exit::TimedOut, message).with_help("increase --timeout, or query again later").with_details(
            |details| {
                details.reached = Some(count(self.reached));
                details.failed = Some(count(self.failed));
                details.open = Some(count(left));
            },
        ))
    }
}

/// The result of one query.
#[derive(Debug)]
struct Replies {
    found: Vec<MessageStatus>,
    missing: Vec<MessageId>,
    failed: Vec<(MessageId, Error)>,
}

impl Replies {
    /// Returns the exit of a single query.
    fn to_exit(&self) -> Result<Exit, Failure> {
        let total = self.found.len() + self.missing.len() + self.failed.len();
        let counted = |failure: Failure| {
            failure.with_details(|details| {
                details.found = Some(count(self.found.len()));
                details.not_found = Some(count(self.missing.len()));
                details.failed = Some(count(self.failed.len()));
            })
        };
        if self.found.len() == total {
            return Ok(Exit::Done);
        }
        // A cancelled query has no cause of its own.
        let cause = self.failed.iter().find(|(_, error)| error.kind() != ErrorKind::Cancelled).or(self.failed.first());
        if self.found.is_empty() && self.missing.is_empty() {
            return cause.map_or(Ok(Exit::Done), |(_, error)| Err(counted(error.clone().into())));
        }
        let left = total - self.found.len();
        let exit = if self.found.is_empty() && self.failed.is_empty() { Exit::NotFound } else { Exit::Partly };
        let message = format!("no status for {left} of {total} messages");
        let help = "the platform may not know these ids, or not yet; poll with --wait";
        Err(counted(Failure::new(exit, message).with_help(help)))
    }
}

/// A line of the output for machines.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "result", rename_all = "snake_case")]
pub(crate) enum StatusLine<'a> {
    /// The platform knows the message.
    Found {
        message_id: &'a str,
        /// `sent`, `delivered`, `read`, `failed`, or a state that this version does not know.
        message_status: &'a str,
        /// Time of each state in RFC 3339; null if it was not recorded.
        created_at: Option<String>,
        delivered_at: Option<String>,
        read_at: Option<String>,
    },
    /// The message is missing from the platform's reply.
    NotFound { message_id: &'a str, message_status: () },
    /// The query failed.
    Failed { message_id: &'a str, message_status: (), error: QueryError },
}

/// The error of a query.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct QueryError {
    kind: &'static str,
    message: String,
    /// Next step for a person.
    help: &'static str,
}

/// Prints the column titles, for people.
fn show_head(out: Output) -> Result<(), WriteError> {
    if out.json {
        return Ok(());
    }
    let bold = anstyle::Style::new().bold();
    out.line(&format!("{bold}{:<10}{:<22}{}{bold:#}", "STATUS", "SINCE (UTC)", "ID"))
}

/// Prints a message that the platform knows.
fn show_found(out: Output, row: &MessageStatus) -> Result<(), WriteError> {
    if out.json {
        return out.sorted_json(&StatusLine::Found {
            message_id: row.message_id.as_str(),
            message_status: row.message_status.as_str(),
            created_at: time(row.created_at),
            delivered_at: time(row.delivered_at),
            read_at: time(row.read_at),
        });
    }
    let (colour, since) = match row.message_status {
        State::Read => (AnsiColor::Green, [row.read_at, row.delivered_at]),
        State::Delivered => (AnsiColor::Green, [row.delivered_at, row.created_at]),
        State::Failed => (AnsiColor::Red, [UnixSeconds::NOT_RECORDED; 2]),
        _ => (AnsiColor::Yellow, [row.created_at, UnixSeconds::NOT_RECORDED]),
    };
    let since = since.into_iter().find_map(time).unwrap_or_else(|| "-".to_owned());
    line(out, colour, row.message_status.as_str(), &since, &row.message_id)
}

/// Prints a message that is missing from the platform's reply.
fn show_missing(out: Output, id: &MessageId) -> Result<(), WriteError> {
    if out.json {
        out.sorted_json(&StatusLine::NotFound { message_id: id.as_str(), message_status: () })
    } else {
        line(out, AnsiColor::Red, "not found", "-", id)
    }
}

/// Prints a message whose query failed.
fn show_failed(out: Output, id: &MessageId, error: &Error) -> Result<(), WriteError> {
    if out.json {
        let error = QueryError { kind: error.kind().as_str(), message: sentence(error), help: help(error) };
        out.sorted_json(&StatusLine::Failed { message_id: id.as_str(), message_status: (), error })
    } else {
        line(out, AnsiColor::Red, "no reply", "-", id)
    }
}

fn line(out: Output, colour: AnsiColor, status: &str, since: &str, id: &MessageId) -> Result<(), WriteError> {
    let style = colour.on_default();
    let escape = |text: &str| text.replace(char::is_control, " ");
    out.line(&format!("{style}{:<10}{style:#}{since:<22}{}", escape(status), escape(id.as_str())))
}

/// Formats a time in UTC, if one was recorded.
fn time(seconds: UnixSeconds) -> Option<String> {
    let seconds = u64::try_from(seconds.as_i64()).ok().filter(|seconds| *seconds > 0)?;
    // RFC 3339 has no years beyond 9999.
    let time = UNIX_EPOCH.checked_add(Duration::from_secs(seconds.min(253_402_300_799)))?;
    Some(humantime::format_rfc3339_seconds(time).to_string())
}
