//! The output of a listener: a line or a JSON document for each item.
//!
//! Deliveries are formatted concurrently, and one thread writes their lines, so that no delivery waits for another to be formatted.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use incs_facade::model::Timestamp;
use incs_facade::webhook::guard::{Claim, ClaimGuard, MemoryGuard};
use incs_facade::webhook::{Batch, Event, Item, ItemOutcome, Provider, RejectionCause};
use schemars::JsonSchema;
use serde::Serialize;
use tokio::sync::{Notify, mpsc, oneshot};

use crate::commands::webhook::parse::{ItemDocument, kind, name_of, on_one_line, result};
use crate::commands::webhook::request::PostReply;
use crate::commands::webhook::scheme::Name;
use crate::commands::webhook::verify::Cause;
use crate::exit::Failure;
use crate::output::{Output, WriteError, aligned, escape, escape_line};

/// Number of items that are remembered to recognize duplicates, and the time that they are remembered.
const MAX_REMEMBERED_ITEMS: usize = 100_000;
const REMEMBER_TIME: Duration = Duration::from_hours(3 * 24);

/// Maximum number of items of one delivery that are shown. A last line has the number of the others; `--save` keeps all.
pub(super) const MAX_SHOWN_ITEMS: usize = 1000;
/// Maximum number of writes that wait for the terminal or the pipe.
const MAX_QUEUED_WRITES: usize = 64;

/// The output of a listener. Lines of one delivery stay together.
pub(super) struct Printer {
    out: Output,
    guard: MemoryGuard,
    wanted: Option<u64>,
    shown: AtomicU64,
    enough: Arc<Notify>,
    queue: mpsc::Sender<WriteJob>,
    is_broken: Arc<AtomicBool>,
}

/// Lines that are written together.
struct WriteJob {
    lines: Vec<Line>,
    /// Receives the result of the write.
    written: Option<oneshot::Sender<Result<(), WriteError>>>,
}

#[derive(Debug, PartialEq)]
enum Line {
    /// A line of a result: text for people, or a JSON document.
    Result(String),
    /// A note on stderr.
    Note(String),
}

/// A line of the output for machines.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum ListenLine<'a> {
    /// The listener accepts deliveries.
    Ready {
        /// Scheme of the verification; null without verification.
        scheme: Option<String>,
        url: String,
    },
    /// An item of a verified delivery.
    Item {
        #[schemars(with = "String")]
        at: Timestamp,
        /// Number of the delivery, from 1.
        delivery: u64,
        /// `incs` or `exotel`; null when the body does not show it.
        provider: Option<&'a str>,
        /// True if an item with this key was shown before.
        repeated: bool,
        /// Path of the saved delivery; null without `--save`.
        saved: Option<&'a str>,
        #[serde(flatten)]
        item: ItemDocument,
    },
    /// A delivery has more items than are shown.
    More {
        delivery: u64,
        /// Number of items that are not shown.
        items: usize,
        saved: Option<&'a str>,
    },
    /// A delivery was rejected.
    Rejected {
        at: String,
        cause: Option<Cause>,
        reason: &'a str,
        /// HTTP status of the reply.
        status: u16,
    },
    /// A delivery was forwarded, or could not be.
    Forwarded {
        delivery: u64,
        /// Reason why there is no reply; null if there is one.
        error: Option<&'a str>,
        /// Milliseconds until the reply.
        ms: Option<u64>,
        /// HTTP status of the reply.
        status: Option<u16>,
    },
}

impl Printer {
    /// Starts the writing thread. `enough` is notified once the wanted number of items was shown.
    pub(super) fn new(out: Output, wanted: Option<u64>, enough: Arc<Notify>) -> Self {
        let (queue, jobs) = mpsc::channel(MAX_QUEUED_WRITES);
        let printer = Self::with_queue(out, wanted, enough, queue);
        let is_broken = Arc::clone(&printer.is_broken);
        thread::spawn(move || write_all(out, jobs, &is_broken));
        printer
    }

    fn with_queue(out: Output, wanted: Option<u64>, enough: Arc<Notify>, queue: mpsc::Sender<WriteJob>) -> Self {
        let guard = MemoryGuard::new(MAX_REMEMBERED_ITEMS, REMEMBER_TIME);
        let (shown, is_broken) = (AtomicU64::new(0), Arc::default());
        Self { out, guard, wanted, shown, enough, queue, is_broken }
    }

    async fn show(&self, lines: Vec<Line>) {
        // The send fails only after the writing thread has ended.
        let _ = self.queue.send(WriteJob { lines, written: None }).await;
    }

    /// Shows lines and waits until they are written.
    async fn write(&self, lines: Vec<Line>) -> Result<(), WriteError> {
        let (written, is_written) = oneshot::channel();
        if self.queue.send(WriteJob { lines, written: Some(written) }).await.is_err() {
            return Ok(());
        }
        // The thread ends only with the program.
        is_written.await.unwrap_or(Ok(()))
    }

    /// Waits until all earlier lines are written.
    pub(super) async fn flush(&self) -> Result<(), WriteError> {
        self.write(Vec::new()).await
    }

    /// Reports whether stdout takes no more lines.
    pub(super) fn is_broken(&self) -> bool {
        self.is_broken.load(Ordering::Acquire)
    }

    /// Returns the number of items shown.
    pub(super) fn shown(&self) -> u64 {
        self.shown.load(Ordering::Acquire)
    }

    /// Shows the URL to post to. A secret in the path is not shown.
    pub(super) async fn ready(&self, address: SocketAddr, scheme: Option<Name>, in_path: bool) {
        let url = format!("http://{address}/");
        if self.out.json {
            return self.show(vec![document(&ListenLine::Ready { scheme: scheme.map(Name::text), url })]).await;
        }
        let proof = match scheme {
            None => "without verification".to_owned(),
            Some(Name::SharedSecret) if in_path => "with the secret in the path".to_owned(),
            Some(name) => format!("by {}", name.text()),
        };
        let bold = Style::new().bold();
        self.show(vec![
            Line::Note(format!("listening on {url}, {proof}; press ctrl-c to stop")),
            Line::Result(format!("{bold}{:8}  {:6}  {:8}  {:7}  KIND{bold:#}", "TIME", "", "KEY", "FROM")),
        ])
        .await;
    }

    /// Shows the items of a delivery. Returns `true` if all lines were written.
    pub(super) async fn items(
        self: &Arc<Self>,
        now: Timestamp,
        delivery: u64,
        batch: Batch,
        saved: Option<&Path>,
    ) -> bool {
        let (printer, saved) = (Arc::clone(self), saved.map(|path| path.display().to_string()));
        // A blocking thread leaves the runtime free for other deliveries.
        let lines = tokio::task::spawn_blocking(move || printer.lines(now, delivery, &batch, saved.as_deref())).await;
        match lines {
            Ok(lines) => self.write(lines).await.is_ok(),
            Err(_) => false,
        }
    }

    /// Formats the lines of a delivery.
    fn lines(&self, now: Timestamp, delivery: u64, batch: &Batch, saved: Option<&str>) -> Vec<Line> {
        let mut lines = Vec::new();
        for item in batch.iter().take(MAX_SHOWN_ITEMS) {
            let repeated = self.is_repeated(item, now);
            if self.out.json {
                // Not sorted: the kind comes before any text of a customer.
                let received = ListenLine::Item {
                    at: now,
                    delivery,
                    provider: batch.provider().map(Provider::as_str),
                    repeated,
                    saved,
                    item: item.into(),
                };
                lines.push(one_line(&received));
            } else {
                lines.push(Line::Result(row(item, now, repeated)));
            }
        }
        let more = batch.items().len().saturating_sub(MAX_SHOWN_ITEMS);
        if more > 0 && self.out.json {
            lines.push(document(&ListenLine::More { delivery, items: more, saved }));
        } else if more > 0 {
            lines.push(Line::Result(format!("{:8}  and {more} more items of this delivery", "")));
        }
        lines
    }

    /// Shows a rejected delivery.
    pub(super) async fn rejected(&self, now: Timestamp, status: u16, reason: &str, cause: Option<&RejectionCause>) {
        if self.out.json {
            let rejected = ListenLine::Rejected { at: now.to_string(), cause: cause.map(Cause::from), reason, status };
            return self.show(vec![document(&rejected)]).await;
        }
        let red = AnsiColor::Red.on_default();
        let first = format!("{}  {red}{status:<6}{red:#}  {}", clock(now), escape_line(reason));
        let causes = cause.map(|cause| aligned([[" ".repeat(14), escape(&cause.to_string())]])).unwrap_or_default();
        self.show(std::iter::once(first).chain(causes).map(Line::Result).collect()).await;
    }

    /// Shows the result of forwarding a delivery.
    pub(super) async fn forwarded(&self, delivery: u64, result: &Result<PostReply, Failure>, is_saved: bool) {
        let (status, millis, error) = match result {
            Ok(posted) => (Some(posted.status), u64::try_from(posted.took.as_millis()).ok(), None),
            Err(failure) => (None, None, Some(failure.message.as_str())),
        };
        if self.out.json {
            let forwarded = ListenLine::Forwarded { delivery, error, ms: millis, status };
            return self.show(vec![document(&forwarded)]).await;
        }
        let is_taken = status.is_some_and(|status| (200..300).contains(&status));
        let colour = if is_taken { AnsiColor::Green } else { AnsiColor::Red }.on_default();
        let text = match (status, error) {
            (Some(status), _) => format!("reply {status} in {} ms", millis.unwrap_or_default()),
            (None, error) => format!("not forwarded: {}", escape_line(error.unwrap_or_default())),
        };
        let mut lines = vec![Line::Result(format!("{:8}  {colour}-> {text}{colour:#}", ""))];
        if !is_taken && !is_saved {
            lines.push(Line::Note("note: forwarding is not retried; keep deliveries with --save".to_owned()));
        }
        self.show(lines).await;
    }

    /// Counts items of finished deliveries.
    pub(super) fn count(&self, items: usize) {
        let items = u64::try_from(items).unwrap_or(u64::MAX);
        let shown = self.shown.fetch_add(items, Ordering::AcqRel).saturating_add(items);
        if self.wanted.is_some_and(|wanted| shown >= wanted) {
            self.enough.notify_one();
        }
    }

    fn is_repeated(&self, item: &Item, now: Timestamp) -> bool {
        match ClaimGuard::claim(&self.guard, item.dedup_key(), now) {
            Claim::First(ticket) => {
                ticket.confirm(now);
                false
            }
            Claim::InProgress | Claim::Duplicate => true,
        }
    }
}

/// Writes all lines in order, until the queue is closed.
fn write_all(out: Output, mut jobs: mpsc::Receiver<WriteJob>, is_broken: &AtomicBool) {
    while let Some(WriteJob { lines, written }) = jobs.blocking_recv() {
        let mut lines = lines.into_iter();
        let result = lines.try_for_each(|line| write_line(out, &line)).and_then(|()| out.flush());
        if let Err(error) = &result
            && !is_broken.swap(true, Ordering::AcqRel)
        {
            out.alarm(&format!("{error}; all further deliveries get the reply 503"));
        }
        if let Some(written) = written {
            // The waiting task may have been cancelled.
            written.send(result).ok();
        }
    }
}

fn write_line(out: Output, line: &Line) -> Result<(), WriteError> {
    match line {
        Line::Result(text) if out.json => out.raw(text),
        Line::Result(text) => out.line(text),
        Line::Note(text) => {
            out.note(text);
            Ok(())
        }
    }
}

/// Returns a line with its members in alphabetical order.
fn document(value: &ListenLine<'_>) -> Line {
    let sorted = serde_json::to_value(value).unwrap_or_default();
    one_line(&sorted)
}

fn one_line(value: &impl Serialize) -> Line {
    Line::Result(on_one_line(value).map(|line| line.get().to_owned()).unwrap_or_default())
}

fn row(item: &Item, now: Timestamp, repeated: bool) -> String {
    let style = match item.outcome() {
        ItemOutcome::Parsed(_) if repeated => Style::new().dimmed(),
        ItemOutcome::Parsed(_) => Style::new(),
        ItemOutcome::Malformed(_) => AnsiColor::Red.on_default(),
        ItemOutcome::Unknown => AnsiColor::Yellow.on_default(),
    };
    let word = match item.outcome() {
        ItemOutcome::Parsed(_) if repeated => "repeat",
        ItemOutcome::Parsed(_) => "new",
        _ => result(item),
    };
    let key: String = item.dedup_key().map(|key| key.to_string().chars().take(8).collect()).unwrap_or_default();
    format!("{}  {style}{word:6.9}  {key:8}  {:7}  {}{style:#}", clock(now), customer(item), kind(item))
}

/// Returns the end of the customer's number, or of another id of the customer.
pub(crate) fn customer(item: &Item) -> String {
    let user = match item.event() {
        Some(Event::WhatsAppCall(_) | Event::WhatsAppPreference(_) | Event::RcsEvent(_)) => item.party(),
        _ => item.inbound().and_then(|inbound| inbound.user),
    };
    let Some(name) = user.as_ref().and_then(name_of) else { return String::new() };
    let end: Vec<char> = name.chars().rev().take(4).collect();
    escape_line(&std::iter::once('…').chain(end.into_iter().rev()).collect::<String>())
}

/// Returns the time of day in UTC.
fn clock(now: Timestamp) -> String {
    now.to_string().get(11..19).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::webhook::parse::{ProviderName, items_of};

    fn printer(json: bool, queue: mpsc::Sender<WriteJob>) -> Arc<Printer> {
        let out = Output { json, quiet: true };
        Arc::new(Printer::with_queue(out, None, Arc::new(Notify::new()), queue))
    }

    /// Returns a delivery with this many messages, with characters in it that move the cursor.
    fn batch(messages: usize) -> Batch {
        let message = r#"{"from":"85251230088\u001b[2J","id":"wamid.A","type":"text","text":{"body":"\u001b[31m\u009b2J\u202e"}}"#;
        let messages = vec![message; messages].join(",");
        let body = format!(
            r#"{{"event":"new_message","message":{{"messaging_product":"whatsapp","messages":[{messages}]}}}}"#
        );
        items_of(body.as_bytes(), ProviderName::Auto).unwrap()
    }

    #[tokio::test]
    async fn long_delivery_does_not_block_others() {
        for json in [false, true] {
            // Nothing is written: the queue has room for one, and has no reader.
            let (queue, mut jobs) = mpsc::channel(1);
            let printer = printer(json, queue);
            let long = batch(50_000);
            assert_eq!(long.items().len(), 50_000);
            let all = printer.lines(Timestamp::UNIX_EPOCH, 1, &long, None);
            assert_eq!(all.len(), MAX_SHOWN_ITEMS + 1, "one more line says how many more there are");
            let Some(Line::Result(last)) = all.last() else { panic!("{json}") };
            assert!(last.contains(&(50_000 - MAX_SHOWN_ITEMS).to_string()), "{last}");

            // Another delivery is formatted while the lines of the long one wait to be written.
            let shared = Arc::clone(&printer);
            let items = tokio::spawn(async move { shared.items(Timestamp::UNIX_EPOCH, 2, long, None).await });
            assert_eq!(printer.lines(Timestamp::UNIX_EPOCH, 3, &batch(1), None).len(), 1);
            let writing = jobs.recv().await.unwrap();
            assert_eq!(writing.lines.len(), MAX_SHOWN_ITEMS + 1);
            assert!(!items.is_finished(), "nothing is acknowledged before it is written");
            writing.written.unwrap().send(Ok(())).unwrap();
            assert!(items.await.unwrap());
        }
    }

    #[test]
    fn control_characters_are_escaped() {
        for json in [false, true] {
            let (queue, _jobs) = mpsc::channel(1);
            for line in printer(json, queue).lines(Timestamp::UNIX_EPOCH, 1, &batch(2), None) {
                let (Line::Result(text) | Line::Note(text)) = line;
                // Without the colours of the program itself.
                let text = anstream::adapter::strip_str(&text).to_string();
                assert!(!text.chars().any(crate::output::needs_escape), "{text:?}");
            }
        }
    }
}
