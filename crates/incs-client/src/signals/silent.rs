//! The signals of a build without the features: only the state, for the owner of a call that asked for it.

use std::future::Future;
use std::marker::PhantomData;

use http::{Method, StatusCode};

use crate::client::{Config, StateTracker};
use crate::endpoint::Endpoint;
use crate::error::{Error, ErrorKind, RequestState};
use crate::transport::SendGate;

pub(crate) struct CallSignals<'a>(Option<&'a StateTracker>);

pub(crate) struct AttemptSignals<'a>(PhantomData<&'a ()>);

#[allow(clippy::unused_self, reason = "the other build has a state")]
impl<'a> CallSignals<'a> {
    #[inline]
    pub(crate) fn new<E: Endpoint>(_: &E, _: &'a Config, watch: Option<&'a StateTracker>) -> Self {
        Self(watch)
    }

    #[inline]
    pub(crate) fn instrument<F: Future>(&self, exchange: F) -> F {
        exchange
    }

    #[cfg(feature = "rate-limit")]
    pub(crate) fn limited() {}

    #[inline]
    pub(crate) fn attempt(&self, _: u32, _: Option<ErrorKind>, _: &Method, send_gate: &SendGate) -> AttemptSignals<'a> {
        if let Some(watch) = self.0 {
            watch.begin(send_gate);
        }
        AttemptSignals(PhantomData)
    }

    #[inline]
    pub(crate) fn reached(&self, state: RequestState) {
        if let Some(watch) = self.0 {
            watch.end(state);
        }
    }

    #[inline]
    pub(crate) fn ended(self, _: Result<u32, &Error>) {}
}

#[allow(clippy::unused_self, reason = "the other build has a state")]
impl AttemptSignals<'_> {
    #[inline]
    pub(crate) fn instrument<F: Future>(&self, exchange: F) -> F {
        exchange
    }

    #[inline]
    pub(crate) fn ended(self, _: Option<StatusCode>, _: Option<ErrorKind>) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn watcher_learns_state_without_features() {
        let (watch, gate) = (StateTracker::default(), SendGate::default());
        let signals = CallSignals(Some(&watch));
        gate.arm();
        signals.attempt(1, None, &Method::POST, &gate);
        assert_eq!((watch.attempts(), watch.request_state()), (1, RequestState::NotSent));
        assert!(gate.commit());
        assert_eq!(watch.request_state(), RequestState::Unknown);
        signals.reached(RequestState::Rejected);
        assert_eq!(watch.request_state(), RequestState::Rejected);
    }
}
