//! A transport that answers from a script.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode};
use incs_model::envelope::{Code, Envelope};
use serde::Serialize;

use super::locked;
use super::recorded::Recorded;
use crate::transport::{CallInfo, Request, Response, Transport, TransportError, TransportErrorKind};

/// A transport that answers from a script and keeps the requests.
///
/// A clone is the same transport, so a test gives one to the client and asks the other. A call past the end of the script is an
/// error of the kind [`Other`](TransportErrorKind::Other) whose cause says so; so is an answer that cannot be, such as status
/// 1000.
///
/// [`CallInfo::departure`] is told as a real transport would: held for an error after which nothing has left, left for anything
/// else.
///
/// ```
/// use incs_client::testing::ScriptedTransport;
/// use incs_client::transport::{Request, Transport, TransportErrorKind};
///
/// # futures_util::FutureExt::now_or_never(async {
/// let transport = ScriptedTransport::new()
///     .error(TransportErrorKind::Connect)
///     .reply(503, "busy")
///     .with_header("retry-after", "2")
///     .success(&[1, 2]);
///
/// let error = transport.call(Request::default()).await.unwrap_err();
/// assert_eq!(error.kind(), TransportErrorKind::Connect);
/// let reply = transport.call(Request::default()).await.unwrap();
/// assert_eq!((reply.status().as_u16(), &reply.headers()["retry-after"]), (503, &"2".parse().unwrap()));
/// let reply = transport.call(Request::default()).await.unwrap();
/// assert!(reply.body().starts_with(br#"{"status":"success","code":200"#));
///
/// assert!(transport.is_finished());
/// assert_eq!(transport.requests().len(), 3);
/// # }).unwrap();
/// ```
#[derive(Clone, Default)]
pub struct ScriptedTransport {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    answers: VecDeque<Answer>,
    requests: Vec<Recorded>,
}

enum Answer {
    Reply(Response),
    Error(TransportErrorKind),
    /// Never answers; says whether the request left before.
    Stall {
        left: bool,
    },
    /// Something that no server could answer.
    Impossible(&'static str),
}

impl ScriptedTransport {
    /// An empty script.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a reply.
    #[must_use]
    pub fn reply(self, status: u16, body: impl Into<Bytes>) -> Self {
        let mut response = Response::new(body.into());
        let Ok(status) = StatusCode::from_u16(status) else {
            return self.then(Answer::Impossible("the script has a status that HTTP does not have"));
        };
        *response.status_mut() = status;
        self.then(Answer::Reply(response))
    }

    /// Adds a reply with a JSON body and its `content-type`.
    #[must_use]
    pub fn reply_json(self, status: u16, body: &(impl Serialize + ?Sized)) -> Self {
        match serde_json::to_vec(body) {
            Ok(body) => self.reply(status, body).with_header("content-type", "application/json"),
            Err(_) => self.then(Answer::Impossible("the script has a body that cannot be written as JSON")),
        }
    }

    /// Adds a reply of the platform that succeeded: HTTP 200, and `data` in an [`Envelope`].
    #[must_use]
    pub fn success(self, data: &(impl Serialize + ?Sized)) -> Self {
        match Envelope::success(data) {
            Ok(envelope) => self.reply_json(200, &envelope),
            Err(_) => self.then(Answer::Impossible("the script has a body that cannot be written as JSON")),
        }
    }

    /// Adds a reply of the platform that failed, under HTTP 200. For another status, give [`Envelope::failure`] to
    /// [`reply_json`](Self::reply_json).
    #[must_use]
    pub fn failure(self, code: Code, message: impl Into<String>) -> Self {
        self.reply_json(200, &Envelope::failure(code, message))
    }

    /// Adds a header to the reply before.
    #[must_use]
    pub fn with_header(self, name: &str, value: &str) -> Self {
        let header = HeaderName::try_from(name).ok().zip(HeaderValue::try_from(value).ok());
        let mut state = locked(&self.state);
        match (state.answers.back_mut(), header) {
            (Some(Answer::Reply(response)), Some((name, value))) => {
                response.headers_mut().append(name, value);
            }
            (Some(Answer::Impossible(_)), _) => {}
            (Some(last), _) => {
                *last = Answer::Impossible("the script has a header that cannot be, or one without a reply");
            }
            (None, _) => state.answers.push_back(Answer::Impossible("the script has a header before any reply")),
        }
        drop(state);
        self
    }

    /// Adds an error.
    #[must_use]
    pub fn error(self, kind: TransportErrorKind) -> Self {
        self.then(Answer::Error(kind))
    }

    /// Adds silence: the request leaves, and nothing ever comes back.
    #[must_use]
    pub fn stall(self) -> Self {
        self.then(Answer::Stall { left: true })
    }

    /// Adds silence before the request leaves, like that of a connection that does not come about.
    #[must_use]
    pub fn stall_unsent(self) -> Self {
        self.then(Answer::Stall { left: false })
    }

    /// All requests so far, those past the end of the script too.
    pub fn requests(&self) -> Vec<Recorded> {
        locked(&self.state).requests.clone()
    }

    /// Returns whether the script has no further answer.
    pub fn is_finished(&self) -> bool {
        locked(&self.state).answers.is_empty()
    }

    fn then(self, answer: Answer) -> Self {
        locked(&self.state).answers.push_back(answer);
        self
    }

    fn next(&self, request: &Request) -> Answer {
        let mut state = locked(&self.state);
        state.requests.push(Recorded::of(request));
        state.answers.pop_front().unwrap_or(Answer::Impossible("the script has no further answer"))
    }
}

#[async_trait]
impl Transport for ScriptedTransport {
    async fn call(&self, request: Request) -> Result<Response, TransportError> {
        let info = CallInfo::of(&request);
        let answer = self.next(&request);
        info.departure().hold();
        let left = match &answer {
            Answer::Error(kind) => !kind.nothing_left(),
            Answer::Stall { left } => *left,
            Answer::Reply(_) | Answer::Impossible(_) => true,
        };
        if left && !info.departure().leave() {
            return Err(TransportErrorKind::NotSent.into());
        }
        match answer {
            Answer::Reply(response) => Ok(response),
            Answer::Error(kind) => Err(kind.into()),
            Answer::Stall { .. } => std::future::pending().await,
            Answer::Impossible(why) => Err(TransportError::new(TransportErrorKind::Other).with_source(why)),
        }
    }
}

impl fmt::Debug for ScriptedTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = locked(&self.state);
        f.debug_struct("ScriptedTransport")
            .field("answers_left", &state.answers.len())
            .field("requests", &state.requests)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use futures_util::FutureExt;

    use super::*;

    fn call(transport: &ScriptedTransport) -> (Option<Result<Response, TransportError>>, bool) {
        let mut request = Request::default();
        let info = CallInfo::of(&request);
        request.extensions_mut().insert(info.clone());
        (transport.call(request).now_or_never(), info.departure().may_have_left())
    }

    #[test]
    fn the_departure_agrees_with_the_answer() {
        for (script, left) in [
            (ScriptedTransport::new().reply(500, ""), true),
            (ScriptedTransport::new().stall(), true),
            (ScriptedTransport::new().stall_unsent(), false),
            (ScriptedTransport::new().error(TransportErrorKind::Connect), false),
            (ScriptedTransport::new().error(TransportErrorKind::Tls), false),
            (ScriptedTransport::new().error(TransportErrorKind::NotSent), false),
            (ScriptedTransport::new().error(TransportErrorKind::Timeout), true),
            (ScriptedTransport::new().error(TransportErrorKind::Interrupted), true),
            (ScriptedTransport::new().error(TransportErrorKind::BodyTooLarge), true),
            (ScriptedTransport::new().error(TransportErrorKind::Other), true),
            (ScriptedTransport::new(), true),
        ] {
            assert_eq!(call(&script).1, left, "{script:?}");
        }
    }

    #[test]
    fn an_answer_that_cannot_be_says_so_instead_of_a_panic() {
        for (script, why) in [
            (ScriptedTransport::new(), "the script has no further answer"),
            (ScriptedTransport::new().reply(1000, ""), "the script has a status that HTTP does not have"),
            (ScriptedTransport::new().with_header("a", "b"), "the script has a header before any reply"),
            (
                ScriptedTransport::new().stall().with_header("a", "b"),
                "the script has a header that cannot be, or one without a reply",
            ),
            (
                ScriptedTransport::new().reply(200, "").with_header("a b", "c"),
                "the script has a header that cannot be, or one without a reply",
            ),
            (
                ScriptedTransport::new().reply_json(200, &std::collections::BTreeMap::from([([0], 0)])),
                "the script has a body that cannot be written as JSON",
            ),
        ] {
            let error = call(&script).0.unwrap().unwrap_err();
            assert_eq!((error.kind(), &*error.source().unwrap().to_string()), (TransportErrorKind::Other, why));
            assert!(script.is_finished());
        }
    }

    #[test]
    fn a_stall_never_answers() {
        for script in [ScriptedTransport::new().stall(), ScriptedTransport::new().stall_unsent()] {
            assert!(call(&script).0.is_none());
            assert_eq!(script.requests().len(), 1);
        }
    }

    #[test]
    fn a_failure_is_an_envelope_under_http_200() {
        let script = ScriptedTransport::new().failure(Code::TooManyAttempts, "slow down");
        let reply = call(&script).0.unwrap().unwrap();
        assert_eq!(
            (reply.status().as_u16(), &reply.headers()["content-type"]),
            (200, &"application/json".parse().unwrap())
        );
        let envelope: Envelope = incs_model::decode(reply.body()).unwrap();
        assert_eq!((envelope.code, &*envelope.message), (Code::TooManyAttempts, "slow down"));
    }
}
