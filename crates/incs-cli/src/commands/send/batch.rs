//! Sends a batch until it ends or is stopped.

use std::io;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use futures_util::{Stream, stream};
use incs_facade::client::Client;
use incs_facade::model::Document;
use tokio::sync::mpsc::{Receiver, channel};
use tokio::sync::{Mutex, Semaphore};
use tokio::time::{MissedTickBehavior, interval};

use super::arguments::Options;
use super::results::{LineWriter, Pending, Progress, Results};
use super::source::{Item, Source};
use crate::exit::{Exit, Failure};
use crate::output::Context;
use crate::stop::{Stop, no_signals};

/// Maximum number of messages that are read ahead.
const AHEAD: usize = 256;

/// Maximum number of results that wait for stdout, in addition to the results of messages in flight.
const MAX_WAITING_RESULTS: usize = 1024;

/// Maximum time that a result is buffered before it is written.
const IDLE: Duration = Duration::from_millis(50);

type Incoming = Arc<Mutex<Receiver<io::Result<Item>>>>;

/// Sends all messages and writes a result for each.
pub(super) async fn run(
    source: Source,
    client: &Client,
    options: &Options,
    context: &Context,
) -> Result<Exit, Failure> {
    let out = context.out;
    let Source { items, is_finite, is_single, bytes } = source;
    let mut stop = Stop::listen().map_err(|error| no_signals(&error))?;
    let progress = Progress::new(!out.quiet && !is_single, bytes);
    let room =
        Arc::new(Semaphore::new(options.concurrency.get().min(Semaphore::MAX_PERMITS / 2) + MAX_WAITING_RESULTS));
    let (lines, mut writing) = LineWriter::open(out, Arc::clone(&room), progress.in_the_way());
    let with_words = options.platform_message;
    let results = Results::new(lines, progress, out.json, with_words);
    let incoming = Arc::new(Mutex::new(read(items)));
    let messages = messages(Arc::clone(&incoming), results.clone(), Arc::clone(&room), options.deny_warnings);
    let mut batch = client.messages().send_all(messages, options.pace()).observe(results.clone());
    let cancel_handle = batch.cancel_handle();
    let mut tick = interval(IDLE);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut is_broken_off = false;
    loop {
        tokio::select! {
            biased;
            () = stop.asked() => {
                if cancel_handle.is_cancelled() {
                    is_broken_off = true;
                    break;
                }
                cancel_handle.cancel();
                results.entries().counts.leave("it was stopped".to_owned());
                out.note("stopping: waiting for the messages in flight; signal once more to abort them");
            }
            () = writing.failed() => {
                // A message whose result cannot be written is not sent.
                cancel_handle.cancel();
                results.entries().give_up();
            }
            _ = tick.tick() => {
                let mut entries = results.entries();
                entries.lines.flush();
                entries.progress.show(&entries.counts);
            }
            outcome = batch.next() => if outcome.is_none() { break },
        }
    }
    // Dropping the batch reports the aborted messages to the results.
    drop(batch);
    let is_given_up = results.entries().is_given_up;
    if !is_broken_off && !is_given_up {
        tokio::select! {
            () = stop.asked() => results.entries().counts.leave("it was stopped".to_owned()),
            () = cancel_rest(&incoming, &results, &room, is_finite) => {}
        }
    }
    let Some((counts, progress)) = results.close() else {
        return Err(Failure::new(Exit::Failure, "the results are still in use"));
    };
    let lost = tokio::select! {
        () = stop.asked() => writing.left(),
        lost = writing.ended() => lost,
    };
    progress.end();
    if let Some(lost) = lost {
        return Err(counts.end_unwritten(lost));
    }
    if !is_single && !out.json && counts.failures() == 0 {
        out.note(&format!("accepted {0} of {0} messages", counts.total()));
    }
    counts.end()
}

/// Reads the input on a separate thread, since a pipe may block for long.
pub(super) fn read(items: Box<dyn Iterator<Item = io::Result<Item>> + Send>) -> Receiver<io::Result<Item>> {
    let (taken, incoming) = channel(AHEAD);
    thread::spawn(move || {
        for item in items {
            if taken.blocking_send(item).is_err() {
                return;
            }
        }
    });
    incoming
}

/// Returns the messages for the batch. Malformed input goes to the results at once.
fn messages(
    incoming: Incoming,
    results: Results,
    room: Arc<Semaphore>,
    deny_warnings: bool,
) -> impl Stream<Item = (Pending, Document)> + Send + 'static {
    stream::unfold((incoming, results, room), move |(incoming, results, room)| async move {
        loop {
            if results.entries().is_given_up {
                return None;
            }
            let permit = room.acquire().await.ok()?;
            let item = incoming.lock().await.recv().await?;
            permit.forget();
            match item {
                Ok(Item { place, message: Ok(document) }) => {
                    let report = document.report();
                    if deny_warnings && report.is_valid() && !report.warnings().is_empty() {
                        results.entries().denied(place, &document);
                        continue;
                    }
                    return Some(((Pending::new(place, report), document), (incoming, results, room)));
                }
                Ok(Item { place, message: Err(malformed) }) => results.entries().malformed(place, &malformed),
                Err(error) => {
                    results.entries().counts.leave(format!("the rest of the input cannot be read: {error}"));
                    return None;
                }
            }
        }
    })
}

/// Reports the messages that a stopped batch did not take as cancelled. Of a pipe only the messages read so far, since the rest may
/// never arrive.
async fn cancel_rest(incoming: &Incoming, results: &Results, room: &Semaphore, is_finite: bool) {
    let mut incoming = incoming.lock().await;
    loop {
        let item = if is_finite { incoming.recv().await } else { incoming.try_recv().ok() };
        let Some(item) = item else { break };
        if let Ok(permit) = room.acquire().await {
            permit.forget();
        }
        match item {
            Ok(Item { place, message: Ok(_) }) => results.entries().cancelled(place),
            Ok(Item { place, message: Err(malformed) }) => results.entries().malformed(place, &malformed),
            Err(error) => {
                results.entries().counts.leave(format!("the rest of the input cannot be read: {error}"));
                break;
            }
        }
    }
    if !is_finite && !incoming.is_closed() {
        results.entries().counts.leave("the rest of the input was not read".to_owned());
    }
}
