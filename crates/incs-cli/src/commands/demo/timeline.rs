//! What the demo shows: lines for people, documents for machines.

use std::time::Instant;

use anstyle::{AnsiColor, Style};
use serde::Serialize;
use serde_json::json;

use crate::output::Output;

/// Which way something went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Way {
    /// To the platform.
    Out,
    /// From the platform.
    In,
    /// A customer did it.
    Customer,
}

/// What was done, in numbers.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(super) struct Tally {
    pub(super) sends: usize,
    pub(super) receipts: usize,
    pub(super) replies: usize,
    pub(super) repeated: usize,
    /// Messages that a customer got twice.
    pub(super) sent_twice: usize,
}

/// What the demo shows. Lines fit 80 columns.
#[derive(Debug, Clone, Copy)]
pub(super) struct Timeline {
    out: Output,
    start: Instant,
    step: usize,
}

/// Where the details of an event begin.
const INDENT: usize = 23;
/// How long they may be, so that a line fits 80 columns.
const ROOM: usize = 80 - INDENT;

const DIM: Style = Style::new().dimmed();
const BOLD: Style = Style::new().bold();
const GREEN: Style = AnsiColor::Green.on_default().bold();
const RED: Style = AnsiColor::Red.on_default().bold();

impl Timeline {
    pub(super) fn new(out: Output) -> Self {
        Self { out, start: Instant::now(), step: 0 }
    }

    pub(super) fn opening(&self, console: &str, webhooks: &str, seed: u64) {
        if self.out.json {
            return self
                .out
                .json(&json!({"type": "start", "seed": seed, "console_url": console, "webhook_url": webhooks}));
        }
        self.out.line(&format!("{BOLD}A day with INCS, on this machine{BOLD:#}  {DIM}seed {seed}{DIM:#}"));
        self.out.line(&format!("  console   {console}"));
        self.out.line(&format!("  webhooks  {webhooks}  {DIM}signed and verified{DIM:#}"));
    }

    pub(super) fn step(&mut self, number: usize, title: &str) {
        self.step = number;
        if self.out.json {
            return self.out.json(&json!({"type": "step", "step": number, "title": title}));
        }
        self.out.line(&format!("\n{BOLD}{number}  {title}{BOLD:#}"));
    }

    /// Something that went over the wire, or that a customer did.
    pub(super) fn event(&self, way: Way, what: &str, detail: &str) {
        let millis = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        if self.out.json {
            let (step, way) = (self.step, way);
            let event =
                json!({"type": "event", "step": step, "at_ms": millis, "way": way, "what": what, "detail": detail});
            return self.out.json(&event);
        }
        let (arrow, style) = match way {
            Way::Out => ("->", AnsiColor::Cyan.on_default()),
            Way::In => ("<-", AnsiColor::Magenta.on_default()),
            Way::Customer => ("..", AnsiColor::Yellow.on_default()),
        };
        let seconds = format!("{}.{:02}s", millis / 1000, millis % 1000 / 10);
        let mut lines = folded(detail).into_iter();
        let first = lines.next().unwrap_or_default();
        self.out.line(&format!("   {DIM}{seconds:>6}{DIM:#}  {style}{arrow} {what:<8}{style:#} {first}"));
        for line in lines {
            self.out.line(&format!("{:INDENT$}{line}", ""));
        }
    }

    pub(super) fn done(&self, shown: &str) {
        if self.out.json {
            return self.out.json(&json!({"type": "result", "step": self.step, "ok": true, "shown": shown}));
        }
        self.out.line(&format!("   {GREEN}ok{GREEN:#} {shown}"));
    }

    pub(super) fn missed(&self, why: &str) {
        if self.out.json {
            return self.out.json(&json!({"type": "result", "step": self.step, "ok": false, "missed": why}));
        }
        self.out.line(&format!("   {RED}missed{RED:#} {why}"));
    }

    pub(super) fn closing(&self, tally: Tally, missed: usize) {
        if self.out.json {
            return self.out.json(&json!({"type": "summary", "ok": missed == 0, "missed": missed, "tally": tally}));
        }
        let Tally { sends, receipts, replies, repeated, sent_twice } = tally;
        self.out.line(&format!(
            "\n{BOLD}{sends} sends, {receipts} receipts, {replies} replies; {repeated} webhook came twice; {sent_twice} messages sent twice{BOLD:#}"
        ));
        if missed == 0 {
            self.out.line(&format!("{GREEN}every step came out as it should{GREEN:#}"));
        } else {
            self.out.line(&format!("{RED}steps that did not come out as they should: {missed}{RED:#}"));
        }
    }

    pub(super) fn kept(&self, console: &str) {
        self.out.note(&format!("the console stays open at {console}; ctrl-c ends it"));
    }
}

/// A text in lines that fit, broken between words; a word that is longer stays whole.
fn folded(text: &str) -> Vec<String> {
    if text.chars().count() <= ROOM {
        return vec![text.to_owned()];
    }
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let Some(last) = lines.last_mut() else { break };
        if last.is_empty() {
            last.push_str(word);
        } else if last.chars().count() + 1 + word.chars().count() <= ROOM {
            last.push(' ');
            last.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}
