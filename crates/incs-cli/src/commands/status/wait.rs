//! Asking until messages are as far as they shall be.

use std::collections::{HashMap, HashSet};

use incs_facade::client::{Client, Error, ErrorKind, RetryAdvice};
use incs_facade::model::id::MessageId;
use incs_facade::model::status::{MessageStatus, State};
use tokio::time::{Instant, sleep_until, timeout_at};

use super::report::{self, Answers};
use super::{Goal, Status, ask};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;

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
pub(super) async fn run(
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
    report::head(context.out);
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
                report::found(context.out, &row);
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
                Some(row) => report::found(context.out, row),
                None => report::missing(context.out, id),
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
