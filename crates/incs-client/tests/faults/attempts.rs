//! A transport around the one under test, which numbers the attempts, writes down what they came to, and can lose a connection
//! before it is made.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use http::StatusCode;
use incs_client::transport::{CallInfo, Departure, Request, Response, Transport, TransportError, TransportErrorKind};
use incs_model::envelope::{Code, Frame, Outcome};

/// The header by which the server's requests are told apart.
pub(crate) const NUMBER: &str = "x-attempt";

/// What one attempt came to, as far as the transport told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Came {
    /// A reply, with the code of its frame.
    Reply(StatusCode, Option<i64>),
    /// None. Whether the transport says that nothing left.
    Failed { kind: TransportErrorKind, nothing_left: bool },
    /// The client gave it up. Whether the transport had said that nothing left.
    Dropped { nothing_left: bool },
}

impl Came {
    pub(crate) fn nothing_left(self) -> bool {
        matches!(self, Self::Failed { nothing_left: true, .. } | Self::Dropped { nothing_left: true })
    }
}

/// What an attempt came to, once it has ended, and where it tells whether it left.
type Noted = (Option<Came>, Departure);

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
        let dropped = |departure: &Departure| Came::Dropped { nothing_left: !departure.may_have_left() };
        came.iter().map(|(came, departure)| came.unwrap_or_else(|| dropped(departure))).collect()
    }
}

#[async_trait]
impl Transport for Attempts {
    async fn call(&self, mut request: Request) -> Result<Response, TransportError> {
        let info = CallInfo::of(&request);
        let number = {
            let mut came = self.came.lock().unwrap();
            came.push((None, info.departure().clone()));
            came.len()
        };
        request.headers_mut().insert(NUMBER, number.into());
        let lost = self.no_connection.lock().unwrap().pop_front().unwrap_or(false);
        let result = if lost { Err(TransportErrorKind::Connect.into()) } else { self.inner.call(request).await };
        let ended = match &result {
            Ok(reply) => Came::Reply(reply.status(), Frame::read(reply.body()).ok().map(|frame| said(&frame))),
            Err(error) => {
                let kind = error.kind();
                Came::Failed { kind, nothing_left: kind.nothing_left() || !info.departure().may_have_left() }
            }
        };
        self.came.lock().unwrap()[number - 1].0 = Some(ended);
        result
    }
}

/// The code of a frame; 0 when the frame contradicts itself, since such a one says nothing.
fn said(frame: &Frame<'_>) -> i64 {
    let contradiction = (*frame.status() == Outcome::Success) != (frame.code() == Code::Success);
    if contradiction { 0 } else { frame.code().as_i64() }
}
