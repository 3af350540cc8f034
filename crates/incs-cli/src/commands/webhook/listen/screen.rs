//! What a listener shows: a line for each item, or a document.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use incs_facade::model::Timestamp;
use incs_facade::webhook::guard::{Claim, MemoryGuard, Ticket};
use incs_facade::webhook::{Batch, Cause, Item, Outcome, Provider};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::commands::webhook::parse::{ItemDocument, kind, name_of, on_one_line, result};
use crate::commands::webhook::request::Posted;
use crate::commands::webhook::scheme::Name;
use crate::commands::webhook::verify::of_cause;
use crate::exit::Failure;
use crate::output::{Output, aligned, plain_line};

/// How many items are remembered to tell repetitions, and for how long.
const REMEMBERED: usize = 100_000;
const REMEMBERED_FOR: Duration = Duration::from_hours(3 * 24);

/// What a listener shows. Lines of one delivery stay together.
pub(super) struct Screen {
    out: Output,
    guard: MemoryGuard,
    wanted: Option<u64>,
    shown: AtomicU64,
    enough: Arc<Notify>,
    line: Mutex<()>,
}

#[derive(Serialize)]
struct Received<'a> {
    r#type: &'static str,
    at: Timestamp,
    delivery: u64,
    provider: Option<&'a str>,
    repeated: bool,
    saved: Option<String>,
    #[serde(flatten)]
    item: ItemDocument,
}

impl Screen {
    /// Tells `enough` when as many items as wanted were shown.
    pub(super) fn new(out: Output, wanted: Option<u64>, enough: Arc<Notify>) -> Self {
        let guard = MemoryGuard::new(REMEMBERED, REMEMBERED_FOR);
        Self { out, guard, wanted, shown: AtomicU64::new(0), enough, line: Mutex::new(()) }
    }

    /// How many items were shown.
    pub(super) fn shown(&self) -> u64 {
        self.shown.load(Ordering::Acquire)
    }

    /// Where to post. A secret that belongs into the path is not shown.
    pub(super) fn ready(&self, address: SocketAddr, scheme: Option<Name>, in_path: bool) {
        let url = format!("http://{address}/");
        if self.out.json {
            self.out.json(&json!({"type": "ready", "url": url, "scheme": scheme.map(Name::text)}));
            return;
        }
        let proof = match scheme {
            None => "anyone is believed".to_owned(),
            Some(Name::SharedSecret) if in_path => "with the secret as a segment of the path".to_owned(),
            Some(name) => format!("by {}", name.text()),
        };
        self.out.note(&format!("listening at {url}, {proof}; ctrl-c ends it"));
        let bold = Style::new().bold();
        self.out.line(&format!("{bold}{:8}  {:6}  {:8}  {:7}  KIND{bold:#}", "TIME", "", "KEY", "FROM"));
    }

    /// Shows the items of a delivery.
    pub(super) fn items(&self, now: Timestamp, delivery: u64, batch: &Batch, saved: Option<&Path>) {
        let _line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        for item in batch {
            let repeated = self.is_repeated(item, now);
            if self.out.json {
                let received = Received {
                    r#type: "item",
                    at: now,
                    delivery,
                    provider: batch.provider().map(Provider::as_str),
                    repeated,
                    saved: saved.map(|path| path.display().to_string()),
                    item: item.into(),
                };
                if let Some(document) = on_one_line(&received) {
                    self.out.json(&document);
                }
            } else {
                self.out.line(&row(item, now, repeated));
            }
        }
    }

    /// Shows a delivery that was not taken.
    pub(super) fn rejected(&self, now: Timestamp, status: u16, reason: &str, cause: Option<&Cause>) {
        let _line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        if self.out.json {
            let cause = cause.map_or(Value::Null, of_cause);
            let at = now.to_string();
            let document = json!({"type": "rejected", "at": at, "status": status, "reason": reason, "cause": cause});
            self.out.json(&document);
            return;
        }
        let red = AnsiColor::Red.on_default();
        self.out.line(&format!("{}  {red}{status:<6}{red:#}  {reason}", clock(now)));
        if let Some(cause) = cause {
            let indent = " ".repeat(14);
            for line in aligned([[indent, cause.to_string()]]) {
                self.out.line(&line);
            }
        }
    }

    /// Shows what became of forwarding a delivery.
    pub(super) fn forwarded(&self, delivery: u64, result: &Result<Posted, Failure>, is_saved: bool) {
        let _line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        let (status, millis, error) = match result {
            Ok(posted) => (Some(posted.status), u64::try_from(posted.took.as_millis()).ok(), None),
            Err(failure) => (None, None, Some(failure.message.as_str())),
        };
        if self.out.json {
            self.out.json(
                &json!({"type": "forwarded", "delivery": delivery, "status": status, "ms": millis, "error": error}),
            );
            return;
        }
        let is_taken = status.is_some_and(|status| (200..300).contains(&status));
        let colour = if is_taken { AnsiColor::Green } else { AnsiColor::Red }.on_default();
        let told = match (status, error) {
            (Some(status), _) => format!("answered {status} in {} ms", millis.unwrap_or_default()),
            (None, error) => format!("not forwarded: {}", error.unwrap_or_default()),
        };
        self.out.line(&format!("{:8}  {colour}-> {told}{colour:#}", ""));
        if !is_taken && !is_saved {
            self.out.note("note: it is not tried again; --save keeps what is not taken");
        }
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
    let user = item.inbound().and_then(|inbound| inbound.user);
    let Some(name) = user.as_ref().and_then(name_of) else { return String::new() };
    let end: Vec<char> = name.chars().rev().take(4).collect();
    plain_line(&std::iter::once('…').chain(end.into_iter().rev()).collect::<String>())
}

/// The time of day, UTC.
fn clock(now: Timestamp) -> String {
    now.to_string().get(11..19).unwrap_or_default().to_owned()
}
