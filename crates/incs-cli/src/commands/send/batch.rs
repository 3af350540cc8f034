//! Sending a batch, until it ends or is stopped.

use std::io;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use futures_util::{Stream, stream};
use incs_facade::client::Client;
use incs_facade::model::OutboundMessage;
use tokio::sync::mpsc::{Receiver, channel};
use tokio::sync::{Mutex, Semaphore};
use tokio::time::{MissedTickBehavior, interval};

use super::arguments::Options;
use super::results::{LineWriter, Progress, Results};
use super::source::{Item, Source};
use crate::exit::{Exit, Failure};
use crate::output::Context;

/// Messages that are read before there is room for them.
const AHEAD: usize = 256;

/// Results that wait for stdout, besides those of the messages in flight.
const ROOM: usize = 1024;

/// How long a result waits for others before it is written.
const IDLE: Duration = Duration::from_millis(50);

type Incoming = Arc<Mutex<Receiver<io::Result<Item>>>>;

/// Sends all of them, and says of each what became of it.
pub(super) async fn run(
    source: Source,
    client: &Client,
    options: &Options,
    context: &Context,
) -> Result<Exit, Failure> {
    let out = context.out;
    let Source { items, is_finite, is_single, bytes } = source;
    let mut stop =
        Stop::listen().map_err(|error| Failure::new(Exit::Failure, format!("no signals can be had: {error}")))?;
    let progress = Progress::new(!out.quiet && !is_single, bytes);
    let room = Arc::new(Semaphore::new(options.concurrency.get().min(Semaphore::MAX_PERMITS / 2) + ROOM));
    let (lines, written) = LineWriter::open(out.json, Arc::clone(&room), progress.in_the_way());
    let with_words = options.platform_message;
    let results = Results::new(lines, progress, out.json, with_words);
    let incoming = read(items);
    let messages = messages(Arc::clone(&incoming), results.clone(), Arc::clone(&room));
    let mut batch = client.messages().send_all(messages, options.pace()).observe(results.clone());
    let canceller = batch.canceller();
    let mut tick = interval(IDLE);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut is_broken_off = false;
    loop {
        tokio::select! {
            biased;
            () = stop.asked() => {
                if canceller.is_cancelled() {
                    is_broken_off = true;
                    break;
                }
                canceller.cancel();
                results.entries().counts.leave("it was stopped".to_owned());
                out.note("stopping: what is on its way is waited for; once more breaks it off");
            }
            _ = tick.tick() => {
                let mut entries = results.entries();
                entries.lines.flush();
                entries.progress.show(&entries.counts);
            }
            outcome = batch.next() => if outcome.is_none() { break },
        }
    }
    // When the batch is dropped, the results learn what was broken off.
    drop(batch);
    if !is_broken_off {
        tokio::select! {
            () = stop.asked() => results.entries().counts.leave("it was stopped".to_owned()),
            () = call_off(&incoming, &results, &room, is_finite) => {}
        }
    }
    let Some((counts, progress)) = results.close() else {
        return Err(Failure::new(Exit::Failure, "the results are still in use"));
    };
    tokio::select! {
        () = stop.asked() => {}
        _ = written => {}
    }
    progress.end();
    if !is_single && !out.json && counts.failures() == 0 {
        out.note(&format!("accepted: {}, which is all", counts.total()));
    }
    counts.end()
}

/// Reads on a thread of its own: a pipe may have nothing for long.
fn read(items: Box<dyn Iterator<Item = io::Result<Item>> + Send>) -> Incoming {
    let (taken, incoming) = channel(AHEAD);
    thread::spawn(move || {
        for item in items {
            if taken.blocking_send(item).is_err() {
                return;
            }
        }
    });
    Arc::new(Mutex::new(incoming))
}

/// The messages for the batch. What is not a message goes to the results at once.
fn messages(
    incoming: Incoming,
    results: Results,
    room: Arc<Semaphore>,
) -> impl Stream<Item = OutboundMessage> + Send + 'static {
    stream::unfold((incoming, results, room), |(incoming, results, room)| async move {
        loop {
            let permit = room.acquire().await.ok()?;
            let item = incoming.lock().await.recv().await?;
            permit.forget();
            match item {
                Ok(Item { place, message: Ok(message) }) => {
                    results.entries().take(place);
                    return Some((message, (incoming, results, room)));
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

/// What the batch did not take because it was stopped. Of a pipe only what has come: the rest may never come.
async fn call_off(incoming: &Incoming, results: &Results, room: &Semaphore, is_finite: bool) {
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

/// Being asked to stop, by Ctrl-C or by whoever ends the program.
pub(super) struct Stop {
    #[cfg(unix)]
    signals: [tokio::signal::unix::Signal; 2],
}

impl Stop {
    /// From now on nobody is ended without a word.
    #[cfg(unix)]
    pub(super) fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        Ok(Self { signals: [signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?] })
    }

    #[cfg(not(unix))]
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Self {})
    }

    /// The next time.
    #[cfg(unix)]
    pub(super) async fn asked(&mut self) {
        let [interrupt, terminate] = &mut self.signals;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    }

    #[cfg(not(unix))]
    pub(super) async fn asked(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
