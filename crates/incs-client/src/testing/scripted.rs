//! A transport with scripted replies.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode};
use incs_model::envelope::{Code, Envelope};
use serde::Serialize;

use super::recorded::Recorded;
use super::{Unanswered, locked};
use crate::transport::{CallInfo, Request, Response, Transport, TransportError, TransportErrorKind};

/// A transport that returns scripted replies and records the requests.
///
/// Clones share script and records, so a test passes one to the client and inspects the other.
///
/// # Panics
///
/// A call past the end of the script panics with the request: an error would look to the tested code like a send with an unknown
/// state. If something catches the panic, such as a task that is never joined, dropping the last clone panics again, so that the
/// test fails anyway. Building a script panics for an invalid reply, such as status 1000.
///
/// The [`CallInfo::send_gate`] is used as by a real transport: armed only for an error that sent nothing, committed for
/// everything else.
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
    /// The number of replies in the script.
    scripted: usize,
    answers: VecDeque<Answer>,
    requests: Vec<Recorded>,
    unanswered: Unanswered,
}

enum Answer {
    Reply(Response),
    Error(TransportErrorKind),
    /// Never replies; true if the request was sent before.
    Stall {
        left: bool,
    },
}

impl ScriptedTransport {
    /// Creates an empty script.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a reply.
    ///
    /// # Panics
    ///
    /// Panics for an invalid status.
    #[must_use]
    #[track_caller]
    #[expect(clippy::panic, reason = "a wrong script fails the test that wrote it")]
    pub fn reply(self, status: u16, body: impl Into<Bytes>) -> Self {
        let Ok(found) = StatusCode::from_u16(status) else {
            panic!("the script has a status that HTTP does not have: {status}")
        };
        let mut response = Response::new(body.into());
        *response.status_mut() = found;
        self.then(Answer::Reply(response))
    }

    /// Adds a reply with a JSON body and its `content-type`.
    ///
    /// # Panics
    ///
    /// Panics when the body cannot be serialized as JSON, and for an invalid status.
    #[must_use]
    #[track_caller]
    #[expect(clippy::panic, reason = "a wrong script fails the test that wrote it")]
    pub fn reply_json(self, status: u16, body: &(impl Serialize + ?Sized)) -> Self {
        match serde_json::to_vec(body) {
            Ok(body) => self.reply(status, body).with_header("content-type", "application/json"),
            Err(error) => panic!("the script has a body that cannot be written as JSON: {error}"),
        }
    }

    /// Adds a success of the platform: HTTP 200, and `data` in an [`Envelope`].
    ///
    /// # Panics
    ///
    /// Panics when `data` cannot be serialized as JSON.
    #[must_use]
    #[track_caller]
    #[expect(clippy::panic, reason = "a wrong script fails the test that wrote it")]
    pub fn success(self, data: &(impl Serialize + ?Sized)) -> Self {
        match Envelope::success(data) {
            Ok(envelope) => self.reply_json(200, &envelope),
            Err(error) => panic!("the script has a body that cannot be written as JSON: {error}"),
        }
    }

    /// Adds a failure of the platform, with HTTP 200. For another status, pass [`Envelope::failure`] to
    /// [`reply_json`](Self::reply_json).
    #[must_use]
    pub fn failure(self, code: Code, message: impl Into<String>) -> Self {
        self.reply_json(200, &Envelope::failure(code, message))
    }

    /// Adds a header to the last reply.
    ///
    /// # Panics
    ///
    /// Panics when the header is invalid, and when the last answer is not a reply.
    #[must_use]
    #[track_caller]
    #[expect(clippy::panic, reason = "a wrong script fails the test that wrote it")]
    pub fn with_header(self, name: &str, value: &str) -> Self {
        let (Ok(key), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) else {
            panic!("the script has a header that HTTP does not have: {name}")
        };
        let mut state = locked(&self.state);
        let Some(Answer::Reply(response)) = state.answers.back_mut() else {
            panic!("the script has a header that follows no reply: {name}")
        };
        response.headers_mut().append(key, value);
        drop(state);
        self
    }

    /// Adds an error.
    #[must_use]
    pub fn error(self, kind: TransportErrorKind) -> Self {
        self.then(Answer::Error(kind))
    }

    /// Adds a stall after the request was sent: there is never a reply.
    #[must_use]
    pub fn stall(self) -> Self {
        self.then(Answer::Stall { left: true })
    }

    /// Adds a stall before the request is sent, like a connection that is never established.
    #[must_use]
    pub fn stall_unsent(self) -> Self {
        self.then(Answer::Stall { left: false })
    }

    /// Returns all requests so far, including one past the end of the script.
    pub fn requests(&self) -> Vec<Recorded> {
        locked(&self.state).requests.clone()
    }

    /// Returns whether the script has no further reply.
    pub fn is_finished(&self) -> bool {
        locked(&self.state).answers.is_empty()
    }

    fn then(self, answer: Answer) -> Self {
        {
            let mut state = locked(&self.state);
            state.scripted += 1;
            state.answers.push_back(answer);
        }
        self
    }

    fn next(&self, request: &Request) -> Answer {
        let mut state = locked(&self.state);
        state.requests.push(Recorded::of(request));
        if let Some(answer) = state.answers.pop_front() {
            return answer;
        }
        let (number, scripted) = (state.requests.len(), state.scripted);
        let why = format!(
            "the script ran out: request {number} is {} {}, and the script has {scripted} {}",
            request.method(),
            request.uri().path(),
            if scripted == 1 { "answer" } else { "answers" }
        );
        state.unanswered.fail(&why)
    }
}

#[async_trait]
impl Transport for ScriptedTransport {
    async fn call(&self, request: Request) -> Result<Response, TransportError> {
        let info = CallInfo::of(&request);
        let answer = self.next(&request);
        info.send_gate().arm();
        let left = match &answer {
            Answer::Error(kind) => !kind.proves_not_sent(),
            Answer::Stall { left } => *left,
            Answer::Reply(_) => true,
        };
        if left && !info.send_gate().commit() {
            return Err(TransportErrorKind::NotSent.into());
        }
        match answer {
            Answer::Reply(response) => Ok(response),
            Answer::Error(kind) => Err(kind.into()),
            Answer::Stall { .. } => std::future::pending().await,
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
    use futures_util::FutureExt;

    use super::*;

    fn call(transport: &ScriptedTransport) -> (Option<Result<Response, TransportError>>, bool) {
        let mut request = Request::default();
        let info = CallInfo::of(&request);
        request.extensions_mut().insert(info.clone());
        (transport.call(request).now_or_never(), info.send_gate().maybe_sent())
    }

    #[test]
    fn send_gate_matches_the_answer() {
        for (script, left) in [
            (ScriptedTransport::new().reply(500, ""), true),
            (ScriptedTransport::new().stall(), true),
            (ScriptedTransport::new().stall_unsent(), false),
            (ScriptedTransport::new().error(TransportErrorKind::Connect), false),
            (ScriptedTransport::new().error(TransportErrorKind::Tls), false),
            (ScriptedTransport::new().error(TransportErrorKind::NotSent), false),
            (ScriptedTransport::new().error(TransportErrorKind::Timeout), true),
            (ScriptedTransport::new().error(TransportErrorKind::Interrupted), true),
            (ScriptedTransport::new().error(TransportErrorKind::ReplyTooLarge), true),
            (ScriptedTransport::new().error(TransportErrorKind::Other), true),
        ] {
            assert_eq!(call(&script).1, left, "{script:?}");
        }
    }

    /// Returns the text of the panic, if there is one.
    fn panic_of(run: impl FnOnce()) -> Option<String> {
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).err()?;
        Some(caught.downcast::<String>().map_or_else(|_| "no text".to_owned(), |text| *text))
    }

    #[test]
    fn an_impossible_answer_panics_while_scripted() {
        type Step = fn(ScriptedTransport) -> ScriptedTransport;

        let new = ScriptedTransport::new;
        let table: [(Step, &str); 5] = [
            (|script| script.reply(1000, ""), "the script has a status that HTTP does not have: 1000"),
            (|script| script.with_header("a", "b"), "the script has a header that follows no reply: a"),
            (|script| script.stall().with_header("a", "b"), "the script has a header that follows no reply: a"),
            (
                |script| script.reply(200, "").with_header("a b", "c"),
                "the script has a header that HTTP does not have: a b",
            ),
            (
                |script| script.reply_json(200, &std::collections::BTreeMap::from([([0], 0)])),
                "the script has a body that cannot be written as JSON: key must be a string",
            ),
        ];
        for (write, why) in table {
            assert_eq!(panic_of(|| drop(write(new()))).as_deref(), Some(why));
        }
    }

    #[test]
    fn a_script_that_ran_out_panics() {
        for (script, why) in [
            (ScriptedTransport::new(), "the script ran out: request 1 is GET /, and the script has 0 answers"),
            (
                ScriptedTransport::new().reply(200, ""),
                "the script ran out: request 2 is GET /, and the script has 1 answer",
            ),
            (
                ScriptedTransport::new().reply(200, "").error(TransportErrorKind::Other),
                "the script ran out: request 3 is GET /, and the script has 2 answers",
            ),
        ] {
            while !script.is_finished() {
                call(&script);
            }
            // The panic of the call unwinds past the last clone, which then stays silent.
            assert_eq!(panic_of(move || drop(call(&script))).as_deref(), Some(why));
        }
    }

    #[test]
    fn caught_panic_is_raised_again() {
        let script = ScriptedTransport::new().reply(200, "");
        let (here, there) = (script.clone(), script);
        // The result of the thread is ignored, like a task that is never joined.
        let ended = std::thread::spawn(move || (call(&there), call(&there)).0.1).join();
        assert!(ended.is_err());
        assert_eq!(here.requests().len(), 2);
        let why = "the script ran out: request 2 is GET /, and the script has 1 answer";
        assert_eq!(panic_of(|| drop(here)).as_deref(), Some(why));
    }

    #[test]
    fn unused_answers_do_not_panic() {
        assert_eq!(panic_of(|| drop(ScriptedTransport::new().reply(200, ""))), None);
    }

    #[test]
    fn a_stall_never_answers() {
        for script in [ScriptedTransport::new().stall(), ScriptedTransport::new().stall_unsent()] {
            assert!(call(&script).0.is_none());
            assert_eq!(script.requests().len(), 1);
        }
    }

    #[test]
    fn failure_is_envelope_with_200() {
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
