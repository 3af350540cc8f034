//! A bar on a terminal.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::tally::Tally;

/// A bar on stderr, if that is a terminal.
pub(super) struct Progress {
    bar: ProgressBar,
    read: Option<Arc<AtomicU64>>,
}

impl Progress {
    pub(super) fn new(is_wanted: bool, bytes: Option<(Arc<AtomicU64>, u64)>) -> Self {
        let target = if is_wanted { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let (read, length) = bytes.unzip();
        let bar = ProgressBar::with_draw_target(length, target);
        let template = if length.is_some() { "{bar:24} {percent:>3}%  {msg}" } else { "{spinner} {msg}" };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self { bar, read }
    }

    pub(super) fn bar(&self) -> ProgressBar {
        self.bar.clone()
    }

    pub(super) fn show(&self, tally: &Tally) {
        if self.bar.is_hidden() {
            return;
        }
        self.bar.set_message(format!("{} accepted, {} not", tally.accepted_count(), tally.failures()));
        match &self.read {
            Some(read) => self.bar.set_position(read.load(Ordering::Relaxed)),
            None => self.bar.tick(),
        }
    }

    pub(super) fn end(&self) {
        self.bar.finish_and_clear();
    }
}
