//! Sends what waits in a journal, and prints the outcome of each line in the order of the file.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use incs_facade::client::Client;
use incs_facade::model::Timestamp;
use incs_facade::relay::Relay;
use incs_facade::relay::store::{OutboxEntry, OutboxFilter, OutboxId, OutboxState, Store as _, StoreError};
use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

use super::outcome::{Outcome, Settled};
use super::{CHECKED, Journal, load, waits};
use crate::commands::send::arguments::Options;
use crate::commands::send::results::{Counts, LineWriter, Lost, Progress, Writing};
use crate::commands::send::source::Place;
use crate::exit::{Exit, Failure};
use crate::output::Context;
use crate::stop::Stop;

/// Number of messages that are read at once.
const PAGE: usize = 256;

/// Maximum number of results that wait for stdout.
const MAX_WAITING_RESULTS: usize = 1024;

/// Pause between two looks into the journal.
const PAUSE: Duration = Duration::from_millis(50);

/// Time without a new result after which it is checked that the journal can still be written.
const SILENCE: Duration = Duration::from_secs(2);

/// The reason for which sending ended before all lines had an outcome.
enum Ending {
    /// A signal.
    Stopped,
    /// The platform does not accept the credential, or none is set.
    Credential,
    /// Standard output accepts no more results.
    Unwritten,
    /// The journal cannot be read or written.
    Failed(Failure),
}

/// Sends what waits, until every line has an outcome or it is stopped. Outcomes before `started` belong to earlier runs.
pub(super) async fn run(
    journal: &Journal,
    client: Client,
    options: &Options,
    started: Timestamp,
    stop: &mut Stop,
    context: &Context,
) -> Result<Exit, Failure> {
    let out = context.out;
    let position = Arc::new(AtomicU64::new(0));
    let progress = Progress::new(!out.quiet, Some((Arc::clone(&position), journal.description.lines)));
    let room = Arc::new(Semaphore::new(MAX_WAITING_RESULTS));
    let (lines, mut writing) = LineWriter::open(out, Arc::clone(&room), progress.in_the_way());
    let mut results = Results {
        journal,
        started,
        json: out.json,
        after: None,
        position,
        counts: Counts::default(),
        lines,
        room,
        is_given_up: false,
    };
    let relay = relay(journal, client, options);
    let mut sending = Sending::start(&relay);
    let ending = results.follow(&relay, &mut sending, &mut writing, stop, context, &progress).await;
    sending.end().await;
    drop(relay);
    let ending = match results.finish(stop, &mut writing).await {
        Ok(()) => ending,
        Err(failure) => Some(Ending::Failed(failure)),
    };
    let Results { counts, lines, .. } = results;
    drop(lines);
    let lost = tokio::select! {
        () = stop.asked() => writing.left(),
        lost = writing.ended() => lost,
    };
    progress.end();
    let end = End { journal, counts, ending };
    let is_whole = end.counts.failures() == 0 && end.counts.waiting_count() == 0 && lost.is_none();
    if is_whole && !out.json {
        out.note(&format!("accepted {0} of {0} messages", end.counts.total()));
    }
    end.into_result(lost)
}

/// Builds the relay that sends the messages of a journal.
fn relay(journal: &Journal, client: Client, options: &Options) -> Relay {
    let builder = Relay::builder(journal.store.clone())
        .retention(None)
        .client(client)
        .max_sends(options.concurrency.get())
        .send_retry_schedule(waits(options))
        .hold(Duration::ZERO)
        .ask_without_receipt_after(None);
    match options.rate {
        Some(interval) => builder.min_send_interval(interval),
        None => builder,
    }
    .build()
}

/// The running relay.
struct Sending {
    task: JoinHandle<()>,
    /// `None` once the end was asked for.
    end: Option<oneshot::Sender<()>>,
}

impl Sending {
    fn start(relay: &Relay) -> Self {
        let (end, ended) = oneshot::channel();
        let relay = relay.clone();
        let task = tokio::spawn(async move { relay.run_until(async { drop(ended.await) }).await });
        Self { task, end: Some(end) }
    }

    /// Sends nothing more; the messages in flight go on. Returns false if that was asked for before.
    fn stop(&mut self) -> bool {
        self.end.take().is_some()
    }

    /// Waits until it has ended.
    async fn end(&mut self) {
        self.stop();
        if !self.task.is_finished() {
            // An aborted task ends with an error.
            drop((&mut self.task).await);
        }
    }
}

/// The results that are printed.
struct Results<'a> {
    journal: &'a Journal,
    /// Outcomes that were recorded before belong to an earlier run.
    started: Timestamp,
    json: bool,
    /// The last message whose result was printed.
    after: Option<OutboxId>,
    /// Number of messages up to that one.
    position: Arc<AtomicU64>,
    counts: Counts,
    lines: LineWriter,
    room: Arc<Semaphore>,
    /// True once stdout accepts no more results. They are only counted then.
    is_given_up: bool,
}

/// The result of a look into the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    /// There may be more results.
    More,
    /// The next result is not known yet, or stdout is not ready for it.
    Waiting,
    /// Every message was passed.
    End,
}

impl Results<'_> {
    /// Prints results until all are known, or until the relay ends. Returns the reason if it was stopped before.
    async fn follow(
        &mut self,
        relay: &Relay,
        sending: &mut Sending,
        writing: &mut Writing,
        stop: &mut Stop,
        context: &Context,
        progress: &Progress,
    ) -> Option<Ending> {
        let mut ending = None;
        let mut tick = interval(PAUSE);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut last_change = (None, Instant::now());
        loop {
            tokio::select! {
                biased;
                () = stop.asked() => {
                    if !sending.stop() {
                        sending.task.abort();
                        return ending.or(Some(Ending::Stopped));
                    }
                    ending = Some(Ending::Stopped);
                    context.out.note("stopping: waiting for the messages in flight; signal once more to abort them");
                }
                () = writing.failed() => {
                    self.is_given_up = true;
                    ending.get_or_insert(Ending::Unwritten);
                    sending.stop();
                }
                () = relay.credential_refused(), if sending.end.is_some() => {
                    ending = Some(Ending::Credential);
                    sending.stop();
                }
                _ = &mut sending.task => return ending,
                _ = tick.tick() => match self.look(false).await {
                    Ok(Look::End) => { sending.stop(); }
                    Ok(Look::More) => tick.reset_immediately(),
                    Ok(Look::Waiting) => {
                        self.lines.flush();
                        progress.show(&self.counts);
                        if last_change.0 != self.after {
                            last_change = (self.after, Instant::now());
                        } else if last_change.1.elapsed() >= SILENCE {
                            last_change.1 = Instant::now();
                            if let Err(failure) = self.check_store().await {
                                ending.get_or_insert(Ending::Failed(failure));
                                sending.stop();
                            }
                        }
                    }
                    Err(failure) => {
                        ending.get_or_insert(Ending::Failed(failure));
                        sending.stop();
                    }
                },
            }
        }
    }

    /// Prints what is left after the relay has ended. Messages that wait are counted only.
    async fn finish(&mut self, stop: &mut Stop, writing: &mut Writing) -> Result<(), Failure> {
        loop {
            let look = tokio::select! {
                biased;
                () = stop.asked() => return Ok(()),
                () = writing.failed() => {
                    self.is_given_up = true;
                    continue;
                }
                look = self.look(true) => look?,
            };
            match look {
                Look::More => {}
                Look::End => return Ok(()),
                Look::Waiting => {
                    self.lines.flush();
                    sleep(PAUSE).await;
                }
            }
        }
    }

    /// Prints the next results, as far as stdout is ready for them. If sending is over, messages without an outcome are passed, and those
    /// that are being sent are unknown.
    async fn look(&mut self, is_over: bool) -> Result<Look, Failure> {
        let free = if self.is_given_up { PAGE } else { self.room.available_permits().min(PAGE) };
        if free == 0 {
            return Ok(Look::Waiting);
        }
        let filter = OutboxFilter { after: self.after, limit: free, ..OutboxFilter::default() };
        let page = self.journal.store.messages(filter).await.map_err(|error| self.cannot("read", &error))?;
        if page.is_empty() {
            return Ok(Look::End);
        }
        for entry in &page {
            let outcome = match Outcome::of(entry) {
                Some(outcome) => outcome,
                None if !is_over => return Ok(Look::Waiting),
                None if entry.state == OutboxState::Sending => Outcome::unknown(entry),
                None => {
                    self.counts.waiting();
                    self.pass(entry);
                    continue;
                }
            };
            let needs_body = self.journal.description.has_warnings || Outcome::needs_body(entry);
            let body = if needs_body && !self.is_given_up {
                let body = self.journal.store.message_body(entry.id).await;
                body.map_err(|error| self.cannot("read", &error))?
            } else {
                None
            };
            self.counts.recorded(outcome.state, outcome.is_without_id, outcome.exit);
            match Settled::of(entry) {
                Some(Settled::Abandoned) => self.counts.abandoned(entry.decided_by.as_deref()),
                Some(Settled::SentAgain) => self.counts.sent_again(),
                None => {}
            }
            self.print(entry, outcome, body);
            self.pass(entry);
        }
        Ok(Look::More)
    }

    fn print(&mut self, entry: &OutboxEntry, outcome: Outcome<'_>, body: Option<Vec<u8>>) {
        if self.is_given_up {
            return;
        }
        if let Ok(permit) = self.room.try_acquire() {
            // The writer returns it.
            permit.forget();
        }
        let index = self.position.load(Ordering::Relaxed);
        let place = Place { index, line: load::number(&entry.key) };
        let (state, json) = (outcome.state, self.json);
        let is_earlier = entry.changed_at < self.started;
        self.lines.add(state, |buffer| outcome.write(entry, place, body, is_earlier, json, buffer));
    }

    fn pass(&mut self, entry: &OutboxEntry) {
        self.after = Some(entry.id);
        self.position.fetch_add(1, Ordering::Relaxed);
    }

    /// Writes into the journal. If it cannot be written, no outcome is recorded and sending would never end.
    async fn check_store(&self) -> Result<(), Failure> {
        // A value that does not change would not be written.
        match self.journal.store.set_property(CHECKED, &Timestamp::now().to_string()).await {
            Ok(()) | Err(StoreError::Busy) => Ok(()),
            Err(error) => Err(self.cannot("write", &error)),
        }
    }

    fn cannot(&self, action: &str, error: &StoreError) -> Failure {
        self.journal.file.cannot(action, error)
    }
}

/// The end of a send.
struct End<'a> {
    journal: &'a Journal,
    counts: Counts,
    ending: Option<Ending>,
}

impl End<'_> {
    /// Returns the exit, or a failure with the counts and the next step.
    fn into_result(self, lost: Option<Lost>) -> Result<Exit, Failure> {
        let Self { journal, mut counts, ending } = self;
        let file = &journal.file;
        let (has_unknown, waiting) = (counts.has_unknown(), counts.waiting_count());
        let resume = format!("`incs send --resume {file}`");
        if let Some(lost) = lost {
            let failure = counts.end_unwritten(lost);
            return Err(failure.with_help(format!(
                "the results are in the journal, so nothing is lost: make room for the output, then run {resume}, which prints them and sends the rest"
            )));
        }
        let credential = "the platform does not accept the credential, or there is none";
        match &ending {
            Some(Ending::Failed(failure)) => counts.leave(failure.message.clone()),
            Some(Ending::Credential) => counts.leave(credential.to_owned()),
            Some(Ending::Stopped | Ending::Unwritten) if waiting > 0 => counts.leave("it was stopped".to_owned()),
            _ => {}
        }
        let (open, without_id, refused) = (counts.open_count(), counts.without_id_count(), counts.refused_count());
        let failure = match counts.end() {
            Ok(exit) => return Ok(exit),
            Err(failure) => failure,
        };
        let exit = match &ending {
            _ if has_unknown => Exit::Unknown,
            Some(Ending::Credential) => Exit::Authentication,
            Some(Ending::Failed(cause)) => cause.exit,
            _ => failure.exit,
        };
        let mut steps = Vec::new();
        match ending {
            Some(Ending::Credential) => {
                steps.push(format!("check the certification code (INCS_CERTIFICATION_CODE, or the profile's), then resume with {resume}"));
            }
            Some(Ending::Failed(cause)) => {
                steps.extend(cause.help.into_iter().chain([format!("resume with {resume}")]));
            }
            _ if waiting > 0 => steps.push(format!("resume with {resume}")),
            _ => {}
        }
        if open > 0 {
            steps.push(format!(
                "`incs outbox list --store sqlite:{file} --state unknown` lists the messages with an unknown outcome, after a day with --state unresolved"
            ));
        }
        if without_id > 0 {
            steps.push("do not send messages again that were accepted with an unreadable reply".to_owned());
        }
        if refused > 0 {
            steps.push(
                "to send lines that were not sent or rejected, put only these, corrected, into a new file with a journal of its own: the whole file with a new journal would send accepted lines twice"
                    .to_owned(),
            );
        }
        if steps.is_empty() && has_unknown {
            steps.push(
                "nothing is left to do: these messages may have been sent, and a person has decided about them"
                    .to_owned(),
            );
        }
        Err(Failure { exit, help: (!steps.is_empty()).then(|| steps.join("; ")), ..failure })
    }
}
