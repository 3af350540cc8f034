//! How fast a batch goes.

use std::time::Duration;

/// How fast a batch goes: how many messages at once, and how soon one after the other.
///
/// ```
/// use std::time::Duration;
/// use incs_client::BatchOptions;
///
/// let brisk = BatchOptions::new().with_concurrency(16).with_max_per_second(50);
/// assert_eq!(brisk.min_gap, Duration::from_millis(20));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct BatchOptions {
    /// Messages in flight at once. 8 unless set, and 0 counts as 1.
    pub concurrency: usize,
    /// The least time between the beginnings of two messages. None unless set. It is kept strictly: time that was lost is not
    /// made up for. Attempts that repeat a message are not counted; for those there is the limiter of the client.
    pub min_gap: Duration,
}

impl Default for BatchOptions {
    fn default() -> Self {
        Self { concurrency: 8, min_gap: Duration::ZERO }
    }
}

impl BatchOptions {
    /// The options of a batch that is told nothing else.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the messages in flight at once.
    #[must_use]
    pub fn with_concurrency(mut self, messages: usize) -> Self {
        self.concurrency = messages;
        self
    }

    /// Sets the least time between the beginnings of two messages.
    #[must_use]
    pub fn with_min_gap(mut self, gap: Duration) -> Self {
        self.min_gap = gap;
        self
    }

    /// Sets the same time by how many messages may begin in a second, evenly spread. 0 counts as 1.
    #[must_use]
    pub fn with_max_per_second(self, messages: u32) -> Self {
        // Rounded up, or one more would fit into the second.
        let gap = 1_000_000_000_u32.div_ceil(messages.max(1));
        self.with_min_gap(Duration::from_nanos(gap.into()))
    }
}
