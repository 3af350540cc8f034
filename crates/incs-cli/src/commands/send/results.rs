//! The results of a batch: how many there are of each kind, the lines on their way to stdout, and the progress bar.

use std::collections::HashMap;
use std::io::{self, IsTerminal as _, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use incs_facade::client::{BatchObserver, BatchOutcome, BatchProgress, Error, ErrorKind, RequestState};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::sync::{Semaphore, oneshot};

use super::line::Line;
use super::source::{Malformed, Place};
use crate::exit::{Exit, Failure};

/// Lines that are written at once.
const LINES: usize = 128;

/// The results of a batch, and the places of the messages that are on their way. Clones share them.
#[derive(Clone)]
pub(super) struct Results(Arc<Mutex<Entries>>);

/// What all clones share.
pub(super) struct Entries {
    pub(super) lines: LineWriter,
    pub(super) counts: Counts,
    pub(super) progress: Progress,
    json: bool,
    with_words: bool,
    /// Messages taken from the input, by their number in the batch.
    taken: usize,
    places: HashMap<usize, Place>,
}

impl Results {
    pub(super) fn new(lines: LineWriter, progress: Progress, json: bool, with_words: bool) -> Self {
        let (counts, places) = (Counts::default(), HashMap::new());
        Self(Arc::new(Mutex::new(Entries { lines, counts, progress, json, with_words, taken: 0, places })))
    }

    /// Nothing can be half done under this lock.
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
    /// The batch takes a message next.
    pub(super) fn take(&mut self, place: Place) {
        self.places.insert(self.taken, place);
        self.taken += 1;
    }

    pub(super) fn malformed(&mut self, place: Place, malformed: &Malformed) {
        self.counts.malformed();
        self.add(&Line::malformed(place, malformed));
    }

    pub(super) fn cancelled(&mut self, place: Place) {
        self.counts.cancelled();
        self.add(&Line::cancelled(place));
    }

    fn finished(&mut self, outcome: &BatchOutcome) {
        // The batch numbers messages in the order in which it takes them.
        let index = u64::try_from(outcome.index).unwrap_or(u64::MAX);
        let place = self.places.remove(&outcome.index).unwrap_or(Place { index, line: None });
        match &outcome.result {
            Ok(sent) => {
                self.counts.accepted();
                self.add(&Line::accepted(place, sent));
            }
            Err(error) => {
                self.counts.failed(error);
                self.add(&Line::failed(place, error, self.with_words));
            }
        }
    }

    fn add(&mut self, line: &Line<'_>) {
        let json = self.json;
        self.lines.add(|buffer| line.write(json, buffer));
    }
}

impl BatchObserver for Results {
    fn finished(&mut self, outcome: &BatchOutcome, _: &BatchProgress) {
        self.entries().finished(outcome);
    }
}

/// How many messages came to what.
#[derive(Debug, Default)]
pub(super) struct Counts {
    accepted: u64,
    not_sent: u64,
    rejected: u64,
    unknown: u64,
    /// Taken, and the reply could not be read: among the accepted.
    without_id: u64,
    /// The code that all failures have in common.
    code: Option<Exit>,
    is_mixed: bool,
    first: Option<Error>,
    /// Why the rest of the input was not read.
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
            _ => self.unknown += 1,
        }
        // What was called off says nothing; what made the batch stop does.
        if error.kind() != ErrorKind::Cancelled {
            self.mix(Exit::of(error));
        }
        self.first.get_or_insert_with(|| error.clone());
    }

    /// The input, or what it holds, is wrong.
    pub(super) fn malformed(&mut self) {
        self.not_sent += 1;
        self.mix(Exit::Usage);
    }

    pub(super) fn cancelled(&mut self) {
        self.not_sent += 1;
    }

    /// The rest of the input stays unread.
    pub(super) fn leave(&mut self, why: String) {
        self.unread.get_or_insert(why);
    }

    fn mix(&mut self, exit: Exit) {
        self.is_mixed |= *self.code.get_or_insert(exit) != exit;
    }

    pub(super) fn total(&self) -> u64 {
        self.accepted + self.not_sent + self.rejected + self.unknown
    }

    pub(super) fn failures(&self) -> u64 {
        self.total() - self.accepted
    }

    fn accepted_count(&self) -> u64 {
        self.accepted
    }

    /// An unknown outcome comes first: a script must learn of it, whatever became of the others.
    fn exit(&self) -> Exit {
        let is_whole = self.accepted == self.total() && self.unread.is_none();
        match self.code {
            _ if self.unknown > 0 || self.without_id > 0 => Exit::Unknown,
            _ if is_whole => Exit::Done,
            _ if self.accepted > 0 => Exit::Partly,
            Some(code) if !self.is_mixed => code,
            _ => Exit::Failure,
        }
    }

    /// The end of the program.
    pub(super) fn end(self) -> Result<Exit, Failure> {
        let exit = self.exit();
        let total = self.total();
        if exit == Exit::Done {
            return Ok(exit);
        }
        if let (Some(error), 1, None) = (&self.first, total, &self.unread) {
            return Err(Failure { exit, ..error.clone().into() });
        }
        let left = total - self.accepted;
        let mut parts = vec![match (left, total) {
            (0, _) => format!("{total} messages were accepted"),
            (_, 1) => "the message was not accepted".to_owned(),
            _ => format!("{left} of {total} messages were not accepted"),
        }];
        if self.unknown > 0 {
            parts.push(format!("what became of {} is unknown", self.unknown));
        }
        if self.without_id > 0 {
            parts.push(format!("{} were taken without a reply that can be read", self.without_id));
        }
        parts.extend(self.unread);
        let help = if self.unknown > 0 || self.without_id > 0 {
            "find out what became of them before you send them again; the others say in their lines what they are"
        } else {
            "each line says what became of its message; those not sent or rejected can be sent again when corrected"
        };
        Err(Failure::new(exit, parts.join("; "))
            .with_help(help)
            .with_detail("total", total)
            .with_detail("accepted", self.accepted)
            .with_detail("not_sent", self.not_sent)
            .with_detail("rejected", self.rejected)
            .with_detail("unknown", self.unknown))
    }
}

/// Results on their way to stdout, which a thread of its own writes: a reader that pauses must not keep calls in flight from
/// their replies. There is room for a number of lines, and whoever takes a message waits for it. A reader that went away takes
/// lines at any speed.
pub(super) struct LineWriter {
    buffer: Vec<u8>,
    lines: usize,
    writer: Sender<(Vec<u8>, usize)>,
    by_line: bool,
}

impl LineWriter {
    /// Starts the thread. Each line that is written gives a permit back to `room`. The receiver resolves when the writer is
    /// dropped and all is written.
    pub(super) fn open(json: bool, room: Arc<Semaphore>, bar: Option<ProgressBar>) -> (Self, oneshot::Receiver<()>) {
        let (writer, written) = channel();
        let (end, ended) = oneshot::channel();
        let by_line = io::stdout().is_terminal();
        thread::spawn(move || {
            let mut plain = io::stdout();
            let mut coloured = anstream::stdout();
            let stdout: &mut dyn Write = if json { &mut plain } else { &mut coloured };
            copy(&written, stdout, &room, bar.as_ref());
            // Nobody may wait for it any more.
            let _ = end.send(());
        });
        (Self { buffer: Vec::new(), lines: 0, writer, by_line }, ended)
    }

    /// Adds a line.
    pub(super) fn add(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        write(&mut self.buffer);
        self.lines += 1;
        if self.by_line || self.lines >= LINES {
            self.flush();
        }
    }

    /// Gives what there is to the writer.
    pub(super) fn flush(&mut self) {
        if self.lines > 0 {
            // The thread ends only after this sender is dropped.
            let _ = self.writer.send((std::mem::take(&mut self.buffer), std::mem::take(&mut self.lines)));
        }
    }
}

impl Drop for LineWriter {
    fn drop(&mut self) {
        self.flush();
    }
}

fn copy(written: &Receiver<(Vec<u8>, usize)>, stdout: &mut dyn Write, room: &Semaphore, bar: Option<&ProgressBar>) {
    for (bytes, lines) in written {
        // The reader may have gone; that is its right, and the sends go on.
        let mut write = || stdout.write_all(&bytes).and_then(|()| stdout.flush());
        let _ = match bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        };
        room.add_permits(lines);
    }
}

/// A bar on stderr, if that is a terminal.
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

    /// The bar that must make way for results, when both are on a terminal. For results that go elsewhere it must not: they may
    /// be held up there, and with them whoever shows the progress.
    pub(super) fn in_the_way(&self) -> Option<ProgressBar> {
        self.bar.clone().filter(|_| io::stdout().is_terminal())
    }

    pub(super) fn show(&self, counts: &Counts) {
        let Some(bar) = &self.bar else { return };
        bar.set_message(format!("{} accepted, {} not", counts.accepted_count(), counts.failures()));
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
