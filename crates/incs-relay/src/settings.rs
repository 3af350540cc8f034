//! The default waits, and the settings of the outbox.

use std::time::Duration;

#[cfg(feature = "outbox")]
use incs_client::Client;

/// The default waits in seconds before the attempts after the first one, about 4 hours in all.
pub(crate) const RETRY_SCHEDULE: [u64; 8] = [1, 5, 30, 120, 600, 1800, 3600, 7200];

/// Changes a wait by up to a fifth, so that what failed together does not come back together.
pub(crate) fn varied(delay: Duration) -> Duration {
    (delay / 1000).saturating_mul(fastrand::u32(800..=1200))
}

/// The most messages that a relay sends at once, and thus the most whose outcome one crash makes unknown.
#[cfg(feature = "outbox")]
pub(crate) const MAX_SENDS: usize = 64;

/// The settings of the outbox.
#[cfg(feature = "outbox")]
#[derive(Clone)]
pub(crate) struct Sending {
    pub(crate) client: Client,
    pub(crate) concurrency: usize,
    pub(crate) interval: Option<Duration>,
    pub(crate) retry_schedule: Vec<Duration>,
    pub(crate) hold: Duration,
    pub(crate) unresolved_after: Duration,
    pub(crate) accepts_likely: bool,
    pub(crate) evidence_pause: Duration,
    pub(crate) receipts_after: Option<Duration>,
}

#[cfg(feature = "outbox")]
impl Sending {
    /// Returns the default settings.
    pub(crate) fn new(client: Client) -> Self {
        Self {
            client,
            concurrency: 16,
            interval: None,
            retry_schedule: RETRY_SCHEDULE.map(Duration::from_secs).to_vec(),
            hold: Duration::from_mins(10),
            unresolved_after: Duration::from_hours(24),
            accepts_likely: false,
            evidence_pause: Duration::from_secs(10),
            receipts_after: Some(Duration::from_hours(3)),
        }
    }
}
