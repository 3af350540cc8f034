//! A bar on a terminal.

use std::io::{self, IsTerminal as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::tally::Tally;

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

    pub(super) fn show(&self, tally: &Tally) {
        let Some(bar) = &self.bar else { return };
        bar.set_message(format!("{} accepted, {} not", tally.accepted_count(), tally.failures()));
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
