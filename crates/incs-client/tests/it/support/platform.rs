//! A platform within the process: it answers each request as the test says, when the test says, and notes what came.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use incs_client::transport::{CallInfo, Request, Response, Transport, TransportError, TransportErrorKind};
use incs_model::envelope::{Code, Envelope};
use serde_json::Value;
use tokio::time::Instant;

/// A platform. A clone is the same.
#[derive(Clone)]
pub(crate) struct Platform {
    answer: Arc<dyn Fn(&Request) -> Answer + Send + Sync>,
    seen: Arc<Mutex<Seen>>,
}

/// The record of a platform.
#[derive(Default)]
pub(crate) struct Seen {
    /// The time of each request, in order.
    pub(crate) starts: Vec<Instant>,
    /// Requests under way.
    pub(crate) now: usize,
    /// The most that were under way at once.
    pub(crate) peak: usize,
    /// Requests that were broken off.
    pub(crate) broken_off: usize,
}

/// The result of a request.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    after: Duration,
    what: What,
    leaves: Leaves,
}

#[derive(Clone, Debug)]
enum What {
    Reply(u16, Value),
    Error(TransportErrorKind),
    Nothing,
}

/// The time at which a request is sent.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Leaves {
    AtOnce,
    WhenBrokenOff,
    Never,
}

impl Answer {
    fn new(what: What, leaves: Leaves) -> Self {
        Self { after: Duration::ZERO, what, leaves }
    }

    pub(crate) fn success(data: &Value) -> Self {
        Self::new(What::Reply(200, serde_json::to_value(Envelope::success(data).unwrap()).unwrap()), Leaves::AtOnce)
    }

    pub(crate) fn failure(code: Code) -> Self {
        Self::new(What::Reply(200, serde_json::to_value(Envelope::failure(code, "no")).unwrap()), Leaves::AtOnce)
    }

    pub(crate) fn error(kind: TransportErrorKind) -> Self {
        let leaves = if kind.proves_not_sent() { Leaves::Never } else { Leaves::AtOnce };
        Self::new(What::Error(kind), leaves)
    }

    /// The request leaves and nothing comes back.
    pub(crate) fn silence() -> Self {
        Self::new(What::Nothing, Leaves::AtOnce)
    }

    /// The request is held back for ever.
    pub(crate) fn held() -> Self {
        Self::new(What::Nothing, Leaves::Never)
    }

    /// The request leaves at the last moment, while it is being broken off.
    pub(crate) fn held_until_broken_off() -> Self {
        Self::new(What::Nothing, Leaves::WhenBrokenOff)
    }

    pub(crate) fn after(mut self, millis: u64) -> Self {
        self.after = Duration::from_millis(millis);
        self
    }
}

impl Platform {
    pub(crate) fn new(answer: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Self {
        Self { answer: Arc::new(answer), seen: Arc::default() }
    }

    pub(crate) fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap()
    }

    pub(crate) fn requests(&self) -> usize {
        self.seen().starts.len()
    }
}

/// An exchange, noted until it ends.
struct Visit<'a> {
    platform: &'a Platform,
    info: CallInfo,
    leaves: Leaves,
    is_over: bool,
}

impl<'a> Visit<'a> {
    fn new(platform: &'a Platform, info: CallInfo, leaves: Leaves) -> Self {
        info.send_gate().arm();
        if leaves == Leaves::AtOnce {
            let _ = info.send_gate().commit();
        }
        let mut seen = platform.seen();
        seen.starts.push(Instant::now());
        seen.now += 1;
        seen.peak = seen.peak.max(seen.now);
        Self { platform, info, leaves, is_over: false }
    }
}

impl Drop for Visit<'_> {
    fn drop(&mut self) {
        let mut seen = self.platform.seen();
        seen.now -= 1;
        if !self.is_over {
            seen.broken_off += 1;
            if self.leaves == Leaves::WhenBrokenOff {
                let _ = self.info.send_gate().commit();
            }
        }
    }
}

#[async_trait]
impl Transport for Platform {
    async fn call(&self, request: Request) -> Result<Response, TransportError> {
        let Answer { after, what, leaves } = (self.answer)(&request);
        let mut visit = Visit::new(self, CallInfo::of(&request), leaves);
        if !after.is_zero() {
            tokio::time::sleep(after).await;
        }
        let result = match what {
            What::Reply(status, body) => {
                let mut response = Response::new(serde_json::to_vec(&body).unwrap().into());
                *response.status_mut() = status.try_into().unwrap();
                Ok(response)
            }
            What::Error(kind) => Err(kind.into()),
            What::Nothing => std::future::pending().await,
        };
        visit.is_over = true;
        result
    }
}
