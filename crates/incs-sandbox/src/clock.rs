//! What time it is in the sandbox.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use incs_model::Timestamp;

/// What time it is in the sandbox.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// The time of this machine.
    #[default]
    Real,
    /// A time that stands still until it is told to go on: [`Sandbox::advance`](crate::Sandbox::advance).
    Virtual(VirtualClock),
}

/// A time that stands still until it is told to go on.
#[derive(Debug, Clone)]
pub struct VirtualClock(Arc<AtomicI64>);

impl Clock {
    /// A virtual clock that begins at a time.
    pub fn starting_at(time: Timestamp) -> Self {
        Self::Virtual(VirtualClock(Arc::new(AtomicI64::new(time.as_millisecond()))))
    }

    /// What time it is.
    pub fn now(&self) -> Timestamp {
        match self {
            Self::Real => {
                // Whole milliseconds, which is all that anything here shows.
                timestamp(Timestamp::now().as_millisecond())
            }
            Self::Virtual(clock) => timestamp(clock.0.load(Ordering::SeqCst)),
        }
    }

    pub(crate) fn is_virtual(&self) -> bool {
        matches!(self, Self::Virtual(_))
    }

    /// Moves a virtual clock on, never back. A real one goes by itself.
    pub(crate) fn reach(&self, time: Timestamp) {
        if let Self::Virtual(clock) = self {
            clock.0.fetch_max(time.as_millisecond(), Ordering::SeqCst);
        }
    }
}

fn timestamp(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or_default()
}
