//! The output of the demo: lines for people, documents for machines.

use std::time::Instant;

use anstyle::{AnsiColor, Style};
use schemars::JsonSchema;
use serde::Serialize;

use crate::output::{Output, WriteError};

/// The direction of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Direction {
    // To the platform.
    Out,
    // From the platform.
    In,
    // By a customer.
    Customer,
}

/// The counts of the demo.
#[derive(Debug, Clone, Copy, Default, Serialize, JsonSchema)]
pub(crate) struct Counts {
    pub(super) sends: usize,
    pub(super) receipts: usize,
    pub(super) replies: usize,
    pub(super) repeated: usize,
    /// Messages that a customer got twice.
    pub(super) sent_twice: usize,
}

/// A line of the output for machines.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Line<'a> {
    /// The sandbox and the receiver of webhooks run.
    Start { console_url: &'a str, seed: u64, webhook_url: &'a str },
    /// A step begins.
    Step { step: usize, title: &'a str },
    /// A request, a webhook or an action of a customer.
    Event {
        /// Milliseconds since the start.
        at_ms: u64,
        detail: &'a str,
        step: usize,
        way: Direction,
        what: &'a str,
    },
    /// A step ended.
    Result {
        /// Expected result that did not happen; only if `ok` is false.
        #[serde(skip_serializing_if = "Option::is_none")]
        missed: Option<&'a str>,
        ok: bool,
        /// Fact that the step shows; only if `ok` is true.
        #[serde(skip_serializing_if = "Option::is_none")]
        shown: Option<&'a str>,
        step: usize,
    },
    /// The demo ended; the last line.
    Summary {
        /// Number of steps that failed.
        missed: usize,
        ok: bool,
        tally: Counts,
    },
}

impl<'a> Line<'a> {
    fn of_result(step: usize, result: Result<&'a str, &'a str>) -> Self {
        Self::Result { missed: result.err(), ok: result.is_ok(), shown: result.ok(), step }
    }
}

/// The output of the demo. Lines fit into 80 columns.
#[derive(Debug, Clone, Copy)]
pub(super) struct Timeline {
    out: Output,
    start: Instant,
    step: usize,
}

/// Column at which the details of an event begin.
const INDENT: usize = 23;
/// Maximum width of the details, so that a line fits into 80 columns.
const MAX_TEXT_WIDTH: usize = 80 - INDENT;

const DIM: Style = Style::new().dimmed();
const BOLD: Style = Style::new().bold();
const GREEN: Style = AnsiColor::Green.on_default().bold();
const RED: Style = AnsiColor::Red.on_default().bold();

impl Timeline {
    pub(super) fn new(out: Output) -> Self {
        Self { out, start: Instant::now(), step: 0 }
    }

    pub(super) fn start(&self, console: &str, webhooks: &str, seed: u64) -> Result<(), WriteError> {
        if self.out.json {
            self.out.sorted_json(&Line::Start { console_url: console, seed, webhook_url: webhooks })?;
            return self.out.flush();
        }
        self.out.line(&format!("{BOLD}A day with INCS, on this machine{BOLD:#}  {DIM}seed {seed}{DIM:#}"))?;
        self.out.line(&format!("  console   {console}"))?;
        self.out.line(&format!("  webhooks  {webhooks}  {DIM}signed and verified{DIM:#}"))?;
        self.out.flush()
    }

    pub(super) fn step(&mut self, number: usize, title: &str) -> Result<(), WriteError> {
        self.step = number;
        if self.out.json {
            self.out.sorted_json(&Line::Step { step: number, title })?;
        } else {
            self.out.line(&format!("\n{BOLD}{number}  {title}{BOLD:#}"))?;
        }
        self.out.flush()
    }

    /// Prints a request, a webhook or an action of a customer.
    pub(super) fn event(&self, way: Direction, what: &str, detail: &str) -> Result<(), WriteError> {
        let millis = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        if self.out.json {
            self.out.sorted_json(&Line::Event { at_ms: millis, detail, step: self.step, way, what })?;
            return self.out.flush();
        }
        let (arrow, style) = match way {
            Direction::Out => ("->", AnsiColor::Cyan.on_default()),
            Direction::In => ("<-", AnsiColor::Magenta.on_default()),
            Direction::Customer => ("..", AnsiColor::Yellow.on_default()),
        };
        let seconds = format!("{}.{:02}s", millis / 1000, millis % 1000 / 10);
        let mut lines = wrapped(detail).into_iter();
        let first = lines.next().unwrap_or_default();
        self.out.line(&format!("   {DIM}{seconds:>6}{DIM:#}  {style}{arrow} {what:<8}{style:#} {first}"))?;
        for line in lines {
            self.out.line(&format!("{:INDENT$}{line}", ""))?;
        }
        self.out.flush()
    }

    pub(super) fn done(&self, shown: &str) -> Result<(), WriteError> {
        if self.out.json {
            return self.out.sorted_json(&Line::of_result(self.step, Ok(shown)));
        }
        self.out.line(&format!("   {GREEN}ok{GREEN:#} {shown}"))
    }

    pub(super) fn failed(&self, why: &str) -> Result<(), WriteError> {
        if self.out.json {
            return self.out.sorted_json(&Line::of_result(self.step, Err(why)));
        }
        self.out.line(&format!("   {RED}failed{RED:#} {why}"))
    }

    pub(super) fn summary(&self, counts: Counts, missed: usize) -> Result<(), WriteError> {
        if self.out.json {
            self.out.sorted_json(&Line::Summary { missed, ok: missed == 0, tally: counts })?;
            return self.out.flush();
        }
        let Counts { sends, receipts, replies, repeated, sent_twice } = counts;
        self.out.line(&format!(
            "\n{BOLD}{sends} sends, {receipts} receipts, {replies} replies; {repeated} duplicate webhook, {sent_twice} duplicate sends{BOLD:#}"
        ))?;
        if missed == 0 {
            self.out.line(&format!("{GREEN}all steps passed{GREEN:#}"))?;
        } else {
            self.out.line(&format!("{RED}failed steps: {missed}{RED:#}"))?;
        }
        self.out.flush()
    }

    pub(super) fn still_running(&self, console: &str) {
        self.out.note(&format!("the console stays open at {console}; press ctrl-c to stop"));
    }
}

/// Wraps a text between words. A word that is too long is not split.
fn wrapped(text: &str) -> Vec<String> {
    if text.chars().count() <= MAX_TEXT_WIDTH {
        return vec![text.to_owned()];
    }
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let Some(last) = lines.last_mut() else { break };
        if last.is_empty() {
            last.push_str(word);
        } else if last.chars().count() + 1 + word.chars().count() <= MAX_TEXT_WIDTH {
            last.push(' ');
            last.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}
