//! The transport's record of each attempt, and a check of the client's statement about it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use http::StatusCode;
use incs_client::transport::{CallInfo, Request, Response, SendGate, Transport, TransportError, TransportErrorKind};
use incs_client::{Error, RequestState};
use incs_client_contract::SeenRequest;
use incs_model::Sent;
use incs_model::envelope::{Code, Frame, ReplyStatus};

/// The header that identifies the requests at the server.
pub(crate) const NUMBER: &str = "x-attempt";

/// The end of one attempt, as far as the transport reported it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Came {
    /// A reply, with the code of its frame.
    Reply(StatusCode, Option<i64>),
    /// None. Whether the transport says that nothing left.
    Failed { kind: TransportErrorKind, not_sent: bool },
    /// The client gave it up. Whether the transport had said that nothing left.
    Dropped { not_sent: bool },
}

impl Came {
    pub(crate) fn not_sent(self) -> bool {
        matches!(self, Self::Failed { not_sent: true, .. } | Self::Dropped { not_sent: true })
    }
}

/// The end of an attempt, and the gate that reports whether it was sent.
type Noted = (Option<Came>, SendGate);

#[derive(Clone)]
pub(crate) struct Attempts {
    inner: Arc<dyn Transport>,
    no_connection: Arc<Mutex<VecDeque<bool>>>,
    came: Arc<Mutex<Vec<Noted>>>,
}

impl Attempts {
    /// `no_connection` says for each attempt whether it gets none.
    pub(crate) fn new(inner: Arc<dyn Transport>, no_connection: impl IntoIterator<Item = bool>) -> Self {
        let no_connection = Arc::new(Mutex::new(no_connection.into_iter().collect()));
        Self { inner, no_connection, came: Arc::default() }
    }

    pub(crate) fn came(&self) -> Vec<Came> {
        let came = self.came.lock().unwrap();
        let dropped = |send_gate: &SendGate| Came::Dropped { not_sent: !send_gate.maybe_sent() };
        came.iter().map(|(came, send_gate)| came.unwrap_or_else(|| dropped(send_gate))).collect()
    }
}

#[async_trait]
impl Transport for Attempts {
    async fn call(&self, mut request: Request) -> Result<Response, TransportError> {
        let info = CallInfo::of(&request);
        let number = {
            let mut came = self.came.lock().unwrap();
            came.push((None, info.send_gate().clone()));
            came.len()
        };
        request.headers_mut().insert(NUMBER, number.into());
        let lost = self.no_connection.lock().unwrap().pop_front().unwrap_or(false);
        let result = if lost { Err(TransportErrorKind::Connect.into()) } else { self.inner.call(request).await };
        let ended = match &result {
            Ok(reply) => Came::Reply(reply.status(), Frame::read(reply.body()).ok().map(|frame| said(&frame))),
            Err(error) => {
                let kind = error.kind();
                Came::Failed { kind, not_sent: kind.proves_not_sent() || !info.send_gate().maybe_sent() }
            }
        };
        self.came.lock().unwrap()[number - 1].0 = Some(ended);
        result
    }
}

/// The code of a frame; 0 when the frame contradicts itself, since such a one says nothing.
fn said(frame: &Frame<'_>) -> i64 {
    let contradiction = (*frame.status() == ReplyStatus::Success) != (frame.code() == Code::Success);
    if contradiction { 0 } else { frame.code().as_i64() }
}

/// The first lie, if there is one. `complete` are the whole requests that the server got; those without a
/// number are not looked at.
pub(crate) fn lie(result: &Result<Sent, Error>, came: &[Came], complete: &[SeenRequest]) -> Option<String> {
    let mut seen = vec![0_usize; came.len()];
    for number in complete.iter().filter_map(|request| request.headers.get(NUMBER)) {
        let number: usize = number.to_str().unwrap().parse().unwrap();
        seen[number - 1] += 1;
    }
    if seen.iter().any(|times| *times > 1) {
        return Some(format!("an attempt reached the server more than once: {seen:?}"));
    }
    // After the first attempt that may have done something there must be no other.
    for (index, came) in came.iter().enumerate().rev().skip(1) {
        let throttled = is_throttled(*came);
        if seen[index] > 0 && !throttled {
            return Some(format!("attempt {} was whole, and another followed", index + 1));
        }
        if !throttled && !came.not_sent() {
            return Some(format!("attempt {} may have left ({came:?}), and another followed", index + 1));
        }
    }
    let any = seen.iter().any(|times| *times > 0);
    let last = came.last().copied();
    match result {
        Ok(_) if !is_success(last) => Some("success, but the server said none".to_owned()),
        Ok(_) => None,
        Err(error) if error.attempts() as usize != came.len() => Some("a wrong number of attempts".to_owned()),
        Err(error) => match error.request_state() {
            RequestState::NotSent if any => Some("not sent, but the server got it".to_owned()),
            RequestState::Accepted if !is_success(last) => Some("accepted, but the server said none".to_owned()),
            RequestState::Rejected if !came.iter().any(|came| is_refused(*came)) => {
                Some("rejected, but the server refused nothing".to_owned())
            }
            // `Unknown` is only for attempts without any evidence.
            RequestState::Unknown if last.is_some_and(|came| is_refused(came) || is_success(Some(came))) => {
                Some("unknown, but the server said what it did".to_owned())
            }
            _ => None,
        },
    }
}

fn is_throttled(came: Came) -> bool {
    matches!(came, Came::Reply(_, Some(429)) | Came::Reply(StatusCode::TOO_MANY_REQUESTS, None))
}

/// Returns whether the server reported that it did nothing.
fn is_refused(came: Came) -> bool {
    match came {
        Came::Reply(_, Some(code)) => matches!(code, 400..=499 | 10_001..=10_004),
        Came::Reply(status, None) => {
            matches!(status.as_u16(), 400 | 401 | 403 | 404 | 405 | 413 | 415 | 422 | 429 | 431)
        }
        _ => false,
    }
}

fn is_success(came: Option<Came>) -> bool {
    matches!(came, Some(Came::Reply(_, Some(200))))
}
