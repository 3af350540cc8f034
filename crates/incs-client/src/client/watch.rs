//! What is known of a call, for whoever drops it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::error::RequestState;
use crate::transport::Departure;

/// What is known of a call while it runs. A clone looks at the same call.
#[derive(Debug, Clone, Default)]
pub(crate) struct Watch(Arc<Mutex<Watched>>);

#[derive(Debug)]
struct Watched {
    attempts: u32,
    /// What the attempts that ended left behind.
    ended: RequestState,
    /// The attempt under way.
    running: Option<Departure>,
}

impl Default for Watched {
    fn default() -> Self {
        Self { attempts: 0, ended: RequestState::NotSent, running: None }
    }
}

impl Watch {
    pub(super) fn begin(&self, departure: &Departure) {
        let mut watched = self.watched();
        watched.attempts = watched.attempts.saturating_add(1);
        watched.running = Some(departure.clone());
    }

    pub(super) fn end(&self, history: RequestState) {
        let mut watched = self.watched();
        watched.ended = history;
        watched.running = None;
    }

    /// What is known of the call. Ask after it was dropped: until then it may still leave.
    pub(crate) fn request_state(&self) -> RequestState {
        let watched = self.watched();
        if watched.running.as_ref().is_some_and(Departure::may_have_left) {
            RequestState::Unknown
        } else {
            watched.ended
        }
    }

    /// How often the request was given to the transport.
    pub(crate) fn attempts(&self) -> u32 {
        self.watched().attempts
    }

    /// Nothing can be half done under this lock, so a panic elsewhere does not spoil it.
    fn watched(&self) -> MutexGuard<'_, Watched> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
