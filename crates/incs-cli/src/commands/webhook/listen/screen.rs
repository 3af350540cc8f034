//! What a listener shows: a line for each item, or a document.
//!
//! Deliveries are formatted beside each other, and a thread writes what they give, so that none waits for the lines of another.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use incs_facade::model::Timestamp;
use incs_facade::webhook::guard::{Claim, MemoryGuard, Ticket};
use incs_facade::webhook::{Batch, Cause, Event, Item, Outcome, Provider};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::{Notify, mpsc, oneshot};

use crate::commands::webhook::parse::{ItemDocument, kind, name_of, on_one_line, result};
use crate::commands::webhook::request::Posted;
use crate::commands::webhook::scheme::Name;
use crate::commands::webhook::verify::of_cause;
use crate::exit::Failure;
use crate::output::{Output, aligned, plain, plain_line};

/// How many items are remembered to tell repetitions, and for how long.
const REMEMBERED: usize = 100_000;
const REMEMBERED_FOR: Duration = Duration::from_hours(3 * 24);

/// The most items of one delivery that are shown. How many more there are is told; `--save` keeps them all.
pub(super) const MOST_SHOWN: usize = 1000;
/// The number of writes that may wait for the terminal or the pipe; one more waits for room.
const QUEUE: usize = 64;

/// What a listener shows. Lines of one delivery stay together.
pub(super) struct Screen {
    out: Output,
    guard: MemoryGuard,
    wanted: Option<u64>,
    shown: AtomicU64,
    enough: Arc<Notify>,
    queue: mpsc::Sender<Writing>,
}

/// The lines that are written at once.
struct Writing {
    lines: Vec<Line>,
    /// Told when it is written.
    written: Option<oneshot::Sender<()>>,
}

#[derive(Debug, PartialEq)]
enum Line {
    /// Of a result: for people, or a JSON document.
    Result(String),
    /// A remark on stderr.
    Note(String),
}

#[derive(Serialize)]
struct Received<'a> {
    r#type: &'static str,
    at: Timestamp,
    delivery: u64,
    provider: Option<&'a str>,
    repeated: bool,
    saved: Option<&'a str>,
    #[serde(flatten)]
    item: ItemDocument,
}

impl Screen {
    /// Tells `enough` when as many items as wanted were shown.
    pub(super) fn new(out: Output, wanted: Option<u64>, enough: Arc<Notify>) -> Self {
        let (queue, writings) = mpsc::channel(QUEUE);
        thread::spawn(move || write_all(out, writings));
        Self::with_queue(out, wanted, enough, queue)
    }

    fn with_queue(out: Output, wanted: Option<u64>, enough: Arc<Notify>, queue: mpsc::Sender<Writing>) -> Self {
        let guard = MemoryGuard::new(REMEMBERED, REMEMBERED_FOR);
        Self { out, guard, wanted, shown: AtomicU64::new(0), enough, queue }
    }

    async fn show(&self, lines: Vec<Line>) {
        // Without the thread that writes there is nobody to tell.
        let _ = self.queue.send(Writing { lines, written: None }).await;
    }

    /// Waits until all that was shown so far is written.
    pub(super) async fn flush(&self) {
        let (written, is_written) = oneshot::channel();
        if self.queue.send(Writing { lines: Vec::new(), written: Some(written) }).await.is_ok() {
            // The thread ends with the program only.
            let _ = is_written.await;
        }
    }

    /// How many items were shown.
    pub(super) fn shown(&self) -> u64 {
        self.shown.load(Ordering::Acquire)
    }

    /// Where to post. A secret that belongs into the path is not shown.
    pub(super) async fn ready(&self, address: SocketAddr, scheme: Option<Name>, in_path: bool) {
        let url = format!("http://{address}/");
        if self.out.json {
            return self
                .show(vec![document(&json!({"type": "ready", "url": url, "scheme": scheme.map(Name::text)}))])
                .await;
        }
        let proof = match scheme {
            None => "anyone is believed".to_owned(),
            Some(Name::SharedSecret) if in_path => "with the secret as a segment of the path".to_owned(),
            Some(name) => format!("by {}", name.text()),
        };
        let bold = Style::new().bold();
        self.show(vec![
            Line::Note(format!("listening at {url}, {proof}; ctrl-c ends it")),
            Line::Result(format!("{bold}{:8}  {:6}  {:8}  {:7}  KIND{bold:#}", "TIME", "", "KEY", "FROM")),
        ])
        .await;
    }

    /// Shows the items of a delivery.
    pub(super) async fn items(self: &Arc<Self>, now: Timestamp, delivery: u64, batch: Batch, saved: Option<&Path>) {
        let (screen, saved) = (Arc::clone(self), saved.map(|path| path.display().to_string()));
        // Other deliveries are taken meanwhile, also where all share a thread.
        let lines = tokio::task::spawn_blocking(move || screen.lines(now, delivery, &batch, saved.as_deref())).await;
        self.show(lines.unwrap_or_default()).await;
    }

    /// The lines of a delivery.
    fn lines(&self, now: Timestamp, delivery: u64, batch: &Batch, saved: Option<&str>) -> Vec<Line> {
        let mut lines = Vec::new();
        for item in batch.iter().take(MOST_SHOWN) {
            let repeated = self.is_repeated(item, now);
            if self.out.json {
                let received = Received {
                    r#type: "item",
                    at: now,
                    delivery,
                    provider: batch.provider().map(Provider::as_str),
                    repeated,
                    saved,
                    item: item.into(),
                };
                lines.extend(on_one_line(&received).map(|line| document(&line)));
            } else {
                lines.push(Line::Result(row(item, now, repeated)));
            }
        }
        let more = batch.items().len().saturating_sub(MOST_SHOWN);
        if more > 0 && self.out.json {
            lines.push(document(&json!({"type": "more", "delivery": delivery, "items": more, "saved": saved})));
        } else if more > 0 {
            lines.push(Line::Result(format!("{:8}  and {more} more items of this delivery", "")));
        }
        lines
    }

    /// Shows a delivery that was not taken.
    pub(super) async fn rejected(&self, now: Timestamp, status: u16, reason: &str, cause: Option<&Cause>) {
        if self.out.json {
            let cause = cause.map_or(Value::Null, of_cause);
            let at = now.to_string();
            let rejected = json!({"type": "rejected", "at": at, "status": status, "reason": reason, "cause": cause});
            return self.show(vec![document(&rejected)]).await;
        }
        let red = AnsiColor::Red.on_default();
        let first = format!("{}  {red}{status:<6}{red:#}  {}", clock(now), plain_line(reason));
        let causes = cause.map(|cause| aligned([[" ".repeat(14), plain(&cause.to_string())]])).unwrap_or_default();
        self.show(std::iter::once(first).chain(causes).map(Line::Result).collect()).await;
    }

    /// Shows what became of forwarding a delivery.
    pub(super) async fn forwarded(&self, delivery: u64, result: &Result<Posted, Failure>, is_saved: bool) {
        let (status, millis, error) = match result {
            Ok(posted) => (Some(posted.status), u64::try_from(posted.took.as_millis()).ok(), None),
            Err(failure) => (None, None, Some(failure.message.as_str())),
        };
        if self.out.json {
            let forwarded =
                json!({"type": "forwarded", "delivery": delivery, "status": status, "ms": millis, "error": error});
            return self.show(vec![document(&forwarded)]).await;
        }
        let is_taken = status.is_some_and(|status| (200..300).contains(&status));
        let colour = if is_taken { AnsiColor::Green } else { AnsiColor::Red }.on_default();
        let told = match (status, error) {
            (Some(status), _) => format!("answered {status} in {} ms", millis.unwrap_or_default()),
            (None, error) => format!("not forwarded: {}", plain_line(error.unwrap_or_default())),
        };
        let mut lines = vec![Line::Result(format!("{:8}  {colour}-> {told}{colour:#}", ""))];
        if !is_taken && !is_saved {
            lines.push(Line::Note("note: it is not tried again; --save keeps what is not taken".to_owned()));
        }
        self.show(lines).await;
    }

    /// Counts items that are done with.
    pub(super) fn count(&self, items: usize) {
        let items = u64::try_from(items).unwrap_or(u64::MAX);
        let shown = self.shown.fetch_add(items, Ordering::AcqRel).saturating_add(items);
        if self.wanted.is_some_and(|wanted| shown >= wanted) {
            self.enough.notify_one();
        }
    }

    fn is_repeated(&self, item: &Item, now: Timestamp) -> bool {
        match Ticket::claim(&self.guard, item.dedup_key(), now) {
            Claim::First(ticket) => {
                ticket.confirm(now);
                false
            }
            Claim::InHand | Claim::Repeated => true,
        }
    }
}

/// Writes what is shown, in turn, for as long as something may come.
fn write_all(out: Output, mut writings: mpsc::Receiver<Writing>) {
    while let Some(Writing { lines, written }) = writings.blocking_recv() {
        for line in lines {
            match line {
                Line::Result(text) if out.json => out.raw(&text),
                Line::Result(text) => out.line(&text),
                Line::Note(text) => out.note(&text),
            }
        }
        if let Some(written) = written {
            // Who waited may have given up.
            let _ = written.send(());
        }
    }
}

fn document(value: &impl Serialize) -> Line {
    Line::Result(on_one_line(value).map(|line| line.get().to_owned()).unwrap_or_default())
}

fn row(item: &Item, now: Timestamp, repeated: bool) -> String {
    let style = match item.outcome() {
        Outcome::Parsed(_) if repeated => Style::new().dimmed(),
        Outcome::Parsed(_) => Style::new(),
        Outcome::Malformed(_) => AnsiColor::Red.on_default(),
        _ => AnsiColor::Yellow.on_default(),
    };
    let word = match item.outcome() {
        Outcome::Parsed(_) if repeated => "repeat",
        Outcome::Parsed(_) => "new",
        _ => result(item),
    };
    let key: String = item.dedup_key().map(|key| key.to_string().chars().take(8).collect()).unwrap_or_default();
    format!("{}  {style}{word:6.9}  {key:8}  {:7}  {}{style:#}", clock(now), customer(item), kind(item))
}

/// The end of the customer's number, or of the id in its place.
fn customer(item: &Item) -> String {
    let user = match item.event() {
        Some(Event::WhatsAppCall(_) | Event::WhatsAppPreference(_) | Event::RcsEvent(_)) => item.party(),
        _ => item.inbound().and_then(|inbound| inbound.user),
    };
    let Some(name) = user.as_ref().and_then(name_of) else { return String::new() };
    let end: Vec<char> = name.chars().rev().take(4).collect();
    plain_line(&std::iter::once('…').chain(end.into_iter().rev()).collect::<String>())
}

/// The time of day, UTC.
fn clock(now: Timestamp) -> String {
    now.to_string().get(11..19).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::webhook::parse::{ProviderChoice, items_of};

    fn screen(json: bool, queue: mpsc::Sender<Writing>) -> Arc<Screen> {
        let out = Output { json, quiet: true };
        Arc::new(Screen::with_queue(out, None, Arc::new(Notify::new()), queue))
    }

    /// A delivery with so many messages, with signs in it that move the cursor.
    fn batch(messages: usize) -> Batch {
        let message = r#"{"from":"85251230088\u001b[2J","id":"wamid.A","type":"text","text":{"body":"\u001b[31m\u009b2J\u202e"}}"#;
        let messages = vec![message; messages].join(",");
        let body = format!(
            r#"{{"event":"new_message","message":{{"messaging_product":"whatsapp","messages":[{messages}]}}}}"#
        );
        items_of(body.as_bytes(), ProviderChoice::Auto).unwrap()
    }

    #[tokio::test]
    async fn long_delivery_does_not_hold_up_another() {
        for json in [false, true] {
            // Nothing is written: the queue has room for one, and nobody reads it.
            let (queue, mut writings) = mpsc::channel(1);
            let screen = screen(json, queue);
            let long = batch(50_000);
            assert_eq!(long.items().len(), 50_000);
            let all = screen.lines(Timestamp::UNIX_EPOCH, 1, &long, None);
            assert_eq!(all.len(), MOST_SHOWN + 1, "one more line says how many more there are");
            let Some(Line::Result(last)) = all.last() else { panic!("{json}") };
            assert!(last.contains(&(50_000 - MOST_SHOWN).to_string()), "{last}");

            // While the lines of the long one wait to be written, another is formatted to its end.
            screen.items(Timestamp::UNIX_EPOCH, 2, long, None).await;
            assert_eq!(screen.lines(Timestamp::UNIX_EPOCH, 3, &batch(1), None).len(), 1);
            assert_eq!(writings.recv().await.unwrap().lines.len(), MOST_SHOWN + 1);
        }
    }

    #[test]
    fn no_sign_of_a_sender_moves_the_cursor() {
        for json in [false, true] {
            let (queue, _writings) = mpsc::channel(1);
            for line in screen(json, queue).lines(Timestamp::UNIX_EPOCH, 1, &batch(2), None) {
                let (Line::Result(text) | Line::Note(text)) = line;
                // The colours of our own.
                let text = anstream::adapter::strip_str(&text).to_string();
                assert!(!text.chars().any(crate::output::is_unsafe), "{text:?}");
            }
        }
    }
}
