//! The signals of a build without the features: none, at no cost.

use std::future::Future;
use std::marker::PhantomData;

use http::{Method, StatusCode};

use crate::client::Config;
use crate::endpoint::Endpoint;
use crate::error::{Error, ErrorKind, RequestState};
use crate::transport::SendGate;

pub(crate) struct CallSignals<'a>(PhantomData<&'a ()>);

pub(crate) struct AttemptSignals<'a>(PhantomData<&'a ()>);

#[allow(clippy::unused_self, reason = "the other build has a state")]
impl<'a> CallSignals<'a> {
    #[inline]
    pub(crate) fn new<E: Endpoint>(_: &E, _: &'a Config) -> Self {
        Self(PhantomData)
    }

    #[inline]
    pub(crate) fn instrument<F: Future>(&self, exchange: F) -> F {
        exchange
    }

    #[cfg(feature = "rate-limit")]
    pub(crate) fn limited() {}

    #[inline]
    pub(crate) fn attempt(&self, _: u32, _: Option<ErrorKind>, _: &Method, _: &SendGate) -> AttemptSignals<'a> {
        AttemptSignals(PhantomData)
    }

    #[inline]
    pub(crate) fn reached(&self, _: RequestState) {}

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
