//! The results of a batch: how many there are of each kind, the lines on their way to stdout, and the progress bar.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, IsTerminal as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use incs_facade::client::{BatchObserver, BatchOutcome, BatchProgress, Error, ErrorKind, RequestState};
use incs_facade::model::{Document, Report};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::sync::{Semaphore, oneshot};

use super::line::Line;
use super::source::{Malformed, Place};
use crate::commands::validate::Verdict;
use crate::exit::{Exit, Failure};
use crate::lines::Violation;
use crate::output::{Output, Unwritten, WriteError, escape_line};

/// Number of lines that are buffered before they are written.
const LINES: usize = 128;

/// Number of persons from which they are not named.
const NAMED: usize = 3;

/// The results of a batch. Clones share them.
#[derive(Clone)]
pub(super) struct Results(Arc<Mutex<Entries>>);

/// The state that all clones share.
pub(super) struct Entries {
    pub(super) lines: LineWriter,
    pub(super) counts: Counts,
    pub(super) progress: Progress,
    json: bool,
    with_words: bool,
    /// True once stdout takes no more results.
    pub(super) is_given_up: bool,
}

/// The data for the line of a message besides its outcome: the key of the message in the batch.
pub(super) struct Pending {
    place: Place,
    warnings: Vec<Violation>,
}

impl Pending {
    pub(super) fn new(place: Place, report: &Report) -> Self {
        Self { place, warnings: report.warnings().iter().map(Violation::from).collect() }
    }
}

impl Results {
    pub(super) fn new(lines: LineWriter, progress: Progress, json: bool, with_words: bool) -> Self {
        let counts = Counts::default();
        Self(Arc::new(Mutex::new(Entries { lines, counts, progress, json, with_words, is_given_up: false })))
    }

    /// Locks the state. A panic cannot leave it half changed.
    pub(super) fn entries(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the counts and the progress bar once there is no other clone; the remaining lines are flushed.
    pub(super) fn close(self) -> Option<(Counts, Progress)> {
        let entries = Arc::into_inner(self.0)?.into_inner().unwrap_or_else(PoisonError::into_inner);
        Some((entries.counts, entries.progress))
    }
}

impl Entries {
    pub(super) fn malformed(&mut self, place: Place, malformed: &Malformed) {
        self.counts.malformed();
        self.add(&Line::malformed(place, malformed));
    }

    /// Records a message that is not sent because of its warnings.
    pub(super) fn denied(&mut self, place: Place, document: &Document) {
        self.counts.malformed();
        self.add(&Line::invalid(place, Verdict::of_document(document, 1)));
    }

    pub(super) fn cancelled(&mut self, place: Place) {
        self.counts.cancelled();
        self.add(&Line::cancelled(place));
    }

    fn finished(&mut self, outcome: &BatchOutcome<Pending>) {
        let Pending { place, warnings } = outcome.key();
        let (place, warnings) = (*place, warnings.clone());
        match &outcome.result {
            Ok(sent) => {
                self.counts.accepted();
                self.add(&Line::accepted(place, sent).with_warnings(warnings));
            }
            Err(error) => {
                self.counts.failed(error);
                self.add(&Line::failed(place, error, self.with_words).with_warnings(warnings));
            }
        }
    }

    /// Stops taking input, since stdout accepts no more results.
    pub(super) fn give_up(&mut self) {
        self.is_given_up = true;
        self.counts.leave("the rest of the input was not sent".to_owned());
    }

    fn add(&mut self, line: &Line<'_>) {
        let json = self.json;
        // A message that is in neither output was not sent.
        if !self.is_given_up || line.state() != RequestState::NotSent {
            self.lines.add(line.state(), |buffer| line.write(json, buffer));
        }
    }
}

impl BatchObserver<Pending> for Results {
    fn finished(&mut self, outcome: &BatchOutcome<Pending>, _: &BatchProgress) {
        self.entries().finished(outcome);
    }
}

/// The number of messages by outcome.
#[derive(Debug, Default)]
pub(super) struct Counts {
    accepted: u64,
    not_sent: u64,
    rejected: u64,
    unknown: u64,
    /// Messages with an unknown outcome that a person abandoned; included in `unknown`.
    abandoned: u64,
    /// Messages with an unknown outcome that a person had sent again, which failed; included in `unknown`.
    sent_again: u64,
    /// The persons who abandoned messages.
    persons: BTreeSet<String>,
    /// Accepted messages whose reply could not be read; included in `accepted`.
    without_id: u64,
    /// Messages that wait in a journal to be sent by a later run.
    waiting: u64,
    /// The exit code that all failures have in common.
    code: Option<Exit>,
    is_mixed: bool,
    first: Option<Error>,
    /// The reason for which the rest of the input was not read.
    unread: Option<String>,
}

impl Counts {
    pub(super) fn accepted(&mut self) {
        self.accepted += 1;
    }

    pub(super) fn failed(&mut self, error: &Error) {
        match error.request_state() {
            RequestState::Accepted => {
                self.accepted += 1;
                self.without_id += 1;
            }
            RequestState::Rejected => self.rejected += 1,
            RequestState::NotSent => self.not_sent += 1,
            RequestState::Unknown => self.unknown += 1,
        }
        // A cancelled message has no cause of its own.
        if error.kind() != ErrorKind::Cancelled {
            self.mix(Exit::of(error));
        }
        self.first.get_or_insert_with(|| error.clone());
    }

    /// Counts a message by its outcome in a journal. `is_without_id` is true for one that was accepted with an unreadable reply.
    pub(super) fn recorded(&mut self, state: RequestState, is_without_id: bool, exit: Option<Exit>) {
        match state {
            RequestState::Accepted => {
                self.accepted += 1;
                self.without_id += u64::from(is_without_id);
            }
            RequestState::Rejected => self.rejected += 1,
            RequestState::NotSent => self.not_sent += 1,
            RequestState::Unknown => self.unknown += 1,
        }
        if let Some(exit) = exit {
            self.mix(exit);
        }
    }

    /// Notes that a message with an unknown outcome was abandoned by a person.
    pub(super) fn abandoned(&mut self, by: Option<&str>) {
        self.abandoned += 1;
        if let Some(by) = by.filter(|by| self.persons.len() < NAMED && !self.persons.contains(*by)) {
            self.persons.insert(by.to_owned());
        }
    }

    /// Notes that a person had a message with an unknown outcome sent again, which failed.
    pub(super) fn sent_again(&mut self) {
        self.sent_again += 1;
    }

    /// Returns the number of messages whose outcome can still be found out.
    pub(super) fn open_count(&self) -> u64 {
        self.unknown - self.abandoned - self.sent_again
    }

    pub(super) fn without_id_count(&self) -> u64 {
        self.without_id
    }

    /// Returns the number of messages that were certainly not accepted.
    pub(super) fn refused_count(&self) -> u64 {
        self.not_sent + self.rejected
    }

    /// Counts a message that waits in a journal.
    pub(super) fn waiting(&mut self) {
        self.waiting += 1;
    }

    pub(super) fn waiting_count(&self) -> u64 {
        self.waiting
    }

    /// Reports whether the outcome of any message is unknown.
    pub(super) fn has_unknown(&self) -> bool {
        self.unknown > 0 || self.without_id > 0
    }

    /// Counts a message that is malformed or breaks a rule.
    pub(super) fn malformed(&mut self) {
        self.not_sent += 1;
        self.mix(Exit::Usage);
    }

    pub(super) fn cancelled(&mut self) {
        self.not_sent += 1;
    }

    /// Records the reason for which the rest of the input is not read.
    pub(super) fn leave(&mut self, why: String) {
        self.unread.get_or_insert(why);
    }

    fn mix(&mut self, exit: Exit) {
        self.is_mixed |= *self.code.get_or_insert(exit) != exit;
    }

    pub(super) fn total(&self) -> u64 {
        self.accepted + self.not_sent + self.rejected + self.unknown + self.waiting
    }

    pub(super) fn failures(&self) -> u64 {
        self.total() - self.accepted - self.waiting
    }

    fn accepted_count(&self) -> u64 {
        self.accepted
    }

    /// Returns the exit code. An unknown outcome takes precedence over all others.
    fn exit(&self) -> Exit {
        let is_whole = self.accepted == self.total() && self.unread.is_none();
        match self.code {
            _ if self.has_unknown() => Exit::Unknown,
            _ if is_whole => Exit::Done,
            _ if self.accepted > 0 => Exit::Partly,
            Some(code) if !self.is_mixed => code,
            _ => Exit::Failure,
        }
    }

    /// Returns the failure of a batch whose results were not all written to stdout.
    pub(super) fn end_unwritten(self, lost: Lost) -> Failure {
        let Lost { error, lines, states } = lost;
        let exit = if self.has_unknown() { Exit::Unknown } else { Exit::Failure };
        let states: Vec<_> = states.iter().map(|(state, count)| format!("{count} {state}")).collect();
        let (message, help) = match error {
            Some(error) => (
                format!("{error}; {lines} results are on standard error instead: {}", states.join(", ")),
                "keep both outputs, free disk space, and send the messages that are in neither: these were not sent",
            ),
            None => (
                format!("{lines} results were not written: the reader of standard output did not take them"),
                "find out the outcome of the messages without a line before you retry them",
            ),
        };
        let mut parts = vec![message];
        if self.waiting > 0 {
            parts.push(format!("{} of {} messages are not sent yet", self.waiting, self.total()));
        }
        parts.extend(self.unread.clone());
        let failure = Failure::new(exit, parts.join("; ")).with_help(help).with_details(|details| {
            details.kind = Some("output");
            details.unwritten = Some(lines);
        });
        Failure { is_unwritten: true, ..self.counted(failure) }
    }

    /// Describes what persons decided about messages with an unknown outcome.
    fn decided(&self) -> String {
        let mut parts = Vec::new();
        if self.abandoned > 0 {
            let by = match self.persons.len() {
                0 => String::new(),
                NAMED.. => " by several persons".to_owned(),
                _ => {
                    let names: Vec<_> = self.persons.iter().map(|name| escape_line(name)).collect();
                    format!(" by {}", names.join(" and "))
                }
            };
            parts.push(format!("{} abandoned{by}", self.abandoned));
        }
        if self.sent_again > 0 {
            parts.push(format!("{} sent again by decision of a person", self.sent_again));
        }
        if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) }
    }

    /// Adds the counts to a failure.
    fn counted(&self, failure: Failure) -> Failure {
        failure.with_details(|details| {
            details.total = Some(self.total());
            details.accepted = Some(self.accepted);
            details.not_sent = Some(self.not_sent);
            details.rejected = Some(self.rejected);
            details.unknown = Some(self.unknown);
            details.abandoned = Some(self.abandoned).filter(|abandoned| *abandoned > 0);
            details.waiting = Some(self.waiting).filter(|waiting| *waiting > 0);
        })
    }

    /// Returns the exit of the batch, or a failure with the counts.
    pub(super) fn end(mut self) -> Result<Exit, Failure> {
        let exit = self.exit();
        let total = self.total();
        if exit == Exit::Done {
            return Ok(exit);
        }
        if let (Some(error), 1, None) = (&self.first, total, &self.unread) {
            // The line on stdout has the reason.
            let brief = match error.request_state() {
                RequestState::NotSent => "the message was not sent",
                RequestState::Rejected => "the message was rejected",
                RequestState::Accepted => "the message was accepted with an unreadable reply",
                RequestState::Unknown => "whether the message was sent is unknown",
            };
            return Err(Failure { exit, brief: Some(brief), ..error.clone().into() });
        }
        let left = total - self.accepted;
        let mut parts = vec![match (left, total) {
            _ if self.waiting > 0 => format!("{} of {total} messages are not sent yet", self.waiting),
            (0, _) => format!("{total} messages were accepted"),
            (_, 1) => "the message was not accepted".to_owned(),
            _ => format!("{left} of {total} messages were not accepted"),
        }];
        let failed = self.failures() - self.unknown;
        if self.waiting > 0 && failed > 0 {
            parts.push(format!("{failed} {} not accepted", if failed == 1 { "was" } else { "were" }));
        }
        if self.unknown > 0 {
            parts.push(format!("the outcome of {} is unknown{}", self.unknown, self.decided()));
        }
        if self.without_id > 0 {
            parts.push(format!("{} were accepted with an unreadable reply", self.without_id));
        }
        parts.extend(self.unread.take());
        let help = if self.has_unknown() {
            "find out the outcome of these messages before you retry them; the lines on stdout have the state of each message"
        } else {
            "each line has the state of its message; messages that were not sent or rejected can be corrected and sent again"
        };
        Err(self.counted(Failure::new(exit, parts.join("; ")).with_help(help)))
    }
}

/// Results on their way to stdout. A separate thread writes them: a paused reader must not keep calls in flight from their replies.
/// The number of waiting lines is limited, and no further message is taken until there is room. Lines for a closed reader are dropped.
/// Lines that stdout does not accept otherwise, as on a full disk, go to stderr.
pub(super) struct LineWriter {
    buffer: Vec<u8>,
    states: Vec<RequestState>,
    writer: Sender<Lines>,
    by_line: bool,
    left: Arc<AtomicU64>,
}

/// Lines that are written together, and their states.
struct Lines {
    bytes: Vec<u8>,
    states: Vec<RequestState>,
}

/// The writing thread, as seen by the batch.
pub(super) struct Writing {
    failed: oneshot::Receiver<()>,
    ended: oneshot::Receiver<Option<Lost>>,
    has_failed: bool,
    /// The number of lines that are not written yet.
    left: Arc<AtomicU64>,
}

/// Results that stdout did not accept, by state.
#[derive(Debug, Default)]
pub(super) struct Lost {
    /// `None` if the program ended before all lines were written.
    error: Option<WriteError>,
    lines: u64,
    states: BTreeMap<&'static str, u64>,
}

impl LineWriter {
    /// Starts the thread. Each written line returns a permit to `room`.
    pub(super) fn open(out: Output, room: Arc<Semaphore>, bar: Option<ProgressBar>) -> (Self, Writing) {
        let (writer, written) = channel();
        let (fail, failed) = oneshot::channel();
        let (end, ended) = oneshot::channel();
        let left = Arc::new(AtomicU64::new(0));
        let by_line = io::stdout().is_terminal();
        let copy = Copy { out, room, bar, left: Arc::clone(&left) };
        thread::spawn(move || {
            let lost = copy.all(&written, fail);
            // The receiver may be gone.
            end.send(lost).ok();
        });
        let writing = Writing { failed, ended, has_failed: false, left: Arc::clone(&left) };
        (Self { buffer: Vec::new(), states: Vec::new(), writer, by_line, left }, writing)
    }

    /// Adds a line.
    pub(super) fn add(&mut self, state: RequestState, write: impl FnOnce(&mut Vec<u8>)) {
        write(&mut self.buffer);
        self.states.push(state);
        self.left.fetch_add(1, Ordering::AcqRel);
        if self.by_line || self.states.len() >= LINES {
            self.flush();
        }
    }

    /// Passes the buffered lines to the writer.
    pub(super) fn flush(&mut self) {
        if !self.states.is_empty() {
            let (bytes, states) = (std::mem::take(&mut self.buffer), std::mem::take(&mut self.states));
            // The thread ends only after this sender is dropped.
            self.writer.send(Lines { bytes, states }).ok();
        }
    }
}

impl Drop for LineWriter {
    fn drop(&mut self) {
        self.flush();
    }
}

impl Writing {
    /// Waits until stdout fails. It resolves once.
    pub(super) async fn failed(&mut self) {
        if self.has_failed || (&mut self.failed).await.is_err() {
            std::future::pending::<()>().await;
        }
        self.has_failed = true;
    }

    /// Waits until all lines are written to stdout, or to stderr after a failure.
    pub(super) async fn ended(&mut self) -> Option<Lost> {
        (&mut self.ended).await.ok().flatten()
    }

    /// Returns the lines that are lost if the program ends now.
    pub(super) fn left(&self) -> Option<Lost> {
        let lines = self.left.load(Ordering::Acquire);
        (lines > 0).then(|| Lost { lines, ..Lost::default() })
    }
}

/// The state of the writing thread.
struct Copy {
    out: Output,
    room: Arc<Semaphore>,
    bar: Option<ProgressBar>,
    left: Arc<AtomicU64>,
}

impl Copy {
    /// Writes lines until the channel closes. Lines that stdout does not accept are written to stderr and counted.
    fn all(&self, written: &Receiver<Lines>, fail: oneshot::Sender<()>) -> Option<Lost> {
        let mut fail = Some(fail);
        let mut lost: Option<Lost> = None;
        for Lines { bytes, states } in written {
            let write = || self.out.lines(&bytes).inspect_err(|unwritten| self.out.instead(&unwritten.lines));
            let result = match &self.bar {
                Some(bar) => bar.suspend(write),
                None => write(),
            };
            self.room.add_permits(states.len());
            self.left.fetch_sub(u64::try_from(states.len()).unwrap_or(u64::MAX), Ordering::AcqRel);
            if let Err(Unwritten { error, lines }) = result {
                lost.get_or_insert_default().add(error, &lines, &states);
                if let Some(fail) = fail.take() {
                    fail.send(()).ok();
                }
            }
        }
        lost
    }
}

impl Lost {
    /// Counts the lost lines, which are the last ones.
    fn add(&mut self, error: WriteError, lines: &[u8], states: &[RequestState]) {
        self.error.get_or_insert(error);
        let count = lines.split_inclusive(|byte| *byte == b'\n').count();
        for state in states.iter().skip(states.len().saturating_sub(count)) {
            self.lines += 1;
            *self.states.entry(state.as_str()).or_default() += 1;
        }
    }
}

/// A progress bar on stderr, if that is a terminal.
pub(super) struct Progress {
    bar: Option<ProgressBar>,
    read: Option<Arc<AtomicU64>>,
}

impl Progress {
    pub(super) fn new(is_wanted: bool, bytes: Option<(Arc<AtomicU64>, u64)>) -> Self {
        let (read, length) = bytes.unzip();
        if !is_wanted || !io::stderr().is_terminal() {
            return Self { bar: None, read };
        }
        let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::stderr());
        let template = if length.is_some() { "{bar:24} {percent:>3}%  {msg}" } else { "{spinner} {msg}" };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self { bar: Some(bar), read }
    }

    /// Returns the bar if results are written to the same terminal, so that it is suspended while they are written. Otherwise it is not:
    /// a blocked reader of the results would block the progress.
    pub(super) fn in_the_way(&self) -> Option<ProgressBar> {
        self.bar.clone().filter(|_| io::stdout().is_terminal())
    }

    pub(super) fn show(&self, counts: &Counts) {
        if self.bar.is_some() {
            self.tell(format!("{} accepted, {} not", counts.accepted_count(), counts.failures()));
        }
    }

    /// Shows a step of the work besides the position.
    pub(super) fn tell(&self, text: String) {
        let Some(bar) = &self.bar else { return };
        bar.set_message(text);
        match &self.read {
            Some(read) => bar.set_position(read.load(Ordering::Relaxed)),
            None => bar.tick(),
        }
    }

    pub(super) fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
