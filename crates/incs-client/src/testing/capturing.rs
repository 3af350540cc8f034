//! A transport that records the exchanges of another.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;

use super::locked;
use super::recorded::{Ending, Exchange, Recorded, RecordedReply};
use crate::transport::{Request, Response, Transport, TransportError};

/// The default of [`CapturingTransport::with_capacity`].
const CAPACITY: usize = 256;

/// A transport that records the exchanges of another: the last 256, or the number set by [`with_capacity`](Self::with_capacity).
///
/// Clones share the records, so a test passes one to the client and inspects the other. Exchanges are in the order of their ends.
/// They contain everything, so treat them like messages; `Debug` shows no secret header, no query and no body.
///
/// ```
/// use incs_client::testing::{CapturingTransport, Ending, ScriptedTransport};
/// use incs_client::transport::{Request, Transport};
///
/// # futures_util::FutureExt::now_or_never(async {
/// let transport = CapturingTransport::new(ScriptedTransport::new().reply(200, "fine"));
/// let mut request = Request::new("hello, Ms Tan".into());
/// request.headers_mut().insert("certification-code", "b82f".parse().unwrap());
/// transport.call(request).await.unwrap();
///
/// let exchanges = transport.exchanges();
/// assert_eq!(exchanges[0].request().header("certification-code"), Some("b82f"));
/// assert!(matches!(exchanges[0].ending(), Ending::Reply(reply) if reply.body() == "fine"));
/// let shown = format!("{exchanges:?}");
/// assert!(!shown.contains("b82f") && !shown.contains("Tan") && !shown.contains("fine"));
/// # }).unwrap();
/// ```
pub struct CapturingTransport<T> {
    inner: Arc<T>,
    kept: Arc<Mutex<Kept>>,
}

struct Kept {
    capacity: usize,
    exchanges: VecDeque<Exchange>,
}

impl Kept {
    fn make_room(&mut self, room: usize) {
        let surplus = (self.exchanges.len() + room).saturating_sub(self.capacity);
        self.exchanges.drain(..surplus.min(self.exchanges.len()));
    }
}

impl<T> CapturingTransport<T> {
    /// Records the exchanges of `inner`.
    pub fn new(inner: T) -> Self {
        let kept = Kept { capacity: CAPACITY, exchanges: VecDeque::new() };
        Self { inner: Arc::new(inner), kept: Arc::new(Mutex::new(kept)) }
    }

    /// Sets the number of exchanges to keep.
    #[must_use]
    pub fn with_capacity(self, exchanges: usize) -> Self {
        {
            let mut kept = locked(&self.kept);
            kept.capacity = exchanges;
            kept.make_room(0);
        }
        self
    }

    /// Returns the inner transport.
    pub fn inner(&self) -> &T {
        &self.inner
    }

    /// Returns the kept exchanges, the oldest first.
    pub fn exchanges(&self) -> Vec<Exchange> {
        locked(&self.kept).exchanges.iter().cloned().collect()
    }

    /// Removes and returns the kept exchanges, the oldest first.
    pub fn take(&self) -> Vec<Exchange> {
        locked(&self.kept).exchanges.drain(..).collect()
    }
}

#[async_trait]
impl<T: Transport> Transport for CapturingTransport<T> {
    async fn call(&self, request: Request) -> Result<Response, TransportError> {
        let mut pending = Pending { kept: &self.kept, exchange: Some((Recorded::of(&request), Ending::Dropped)) };
        let result = self.inner.call(request).await;
        if let Some((_, ending)) = &mut pending.exchange {
            *ending = match &result {
                Ok(reply) => Ending::Reply(RecordedReply::of(reply)),
                Err(error) => Ending::Error(error.kind()),
            };
        }
        result
    }
}

/// An exchange that is recorded when it ends, also when its future is dropped.
struct Pending<'a> {
    kept: &'a Mutex<Kept>,
    exchange: Option<(Recorded, Ending)>,
}

impl Drop for Pending<'_> {
    fn drop(&mut self) {
        if let Some((request, ending)) = self.exchange.take() {
            let mut kept = locked(self.kept);
            kept.make_room(1);
            if kept.capacity > 0 {
                kept.exchanges.push_back(Exchange { request, ending });
            }
        }
    }
}

impl<T> Clone for CapturingTransport<T> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner), kept: Arc::clone(&self.kept) }
    }
}

impl<T> fmt::Debug for CapturingTransport<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CapturingTransport").field("exchanges", &locked(&self.kept).exchanges).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;
    use crate::testing::ScriptedTransport;
    use crate::transport::TransportErrorKind;

    fn statuses<T>(transport: &CapturingTransport<T>) -> Vec<u16> {
        let status = |exchange: &Exchange| match exchange.ending() {
            Ending::Reply(reply) => reply.status().as_u16(),
            Ending::Error(_) => 1,
            Ending::Dropped => 2,
        };
        transport.exchanges().iter().map(status).collect()
    }

    #[test]
    fn errors_and_dropped_calls_are_captured() {
        let script = ScriptedTransport::new().error(TransportErrorKind::Tls).stall().reply(204, "");
        let transport = CapturingTransport::new(script);
        let error = transport.call(Request::default()).now_or_never().unwrap().unwrap_err();
        assert_eq!(error.kind(), TransportErrorKind::Tls);
        assert!(transport.call(Request::default()).now_or_never().is_none());
        transport.clone().call(Request::default()).now_or_never().unwrap().unwrap();
        assert_eq!(statuses(&transport), [1, 2, 204]);
        assert_eq!(transport.take().len(), 3);
        assert_eq!(transport.exchanges().len(), 0);
    }

    #[test]
    fn the_oldest_exchanges_make_room() {
        for (capacity, kept) in [(0, &[][..]), (1, &[203]), (2, &[202, 203]), (9, &[200, 201, 202, 203])] {
            let script = (200..204).fold(ScriptedTransport::new(), |script, status| script.reply(status, ""));
            let transport = CapturingTransport::new(script).with_capacity(capacity);
            while !transport.inner().is_finished() {
                transport.call(Request::default()).now_or_never().unwrap().unwrap();
            }
            assert_eq!(statuses(&transport), kept);
        }
    }
}
