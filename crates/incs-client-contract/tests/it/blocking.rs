//! A transport over a blocking library, as the documentation shows it.

use std::io::{self, Cursor, Read};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::header::CONTENT_LENGTH;
use incs_client::transport::{
    CallInfo, Request, Response, SendGate, Transport, TransportError, TransportErrorKind as Kind,
};
use incs_client_contract::ServerInfo;
use ureq::config::AutoHeaderValue;
use ureq::{Agent, SendBody};

pub(crate) struct Blocking {
    agent: Agent,
    leaves_late: bool,
}

impl Blocking {
    pub(crate) fn new(server: &ServerInfo) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .user_agent(AutoHeaderValue::None)
            .accept(AutoHeaderValue::None)
            .accept_encoding(AutoHeaderValue::None)
            .timeout_connect(Some(server.connect_timeout()))
            // A thread must not wait for ever for a reply that is not needed any more.
            .timeout_global(Some(Duration::from_secs(10)))
            // A connection that a server has just closed would make the library send again.
            .max_idle_connections(0);
        Self { agent: config.build().new_agent(), leaves_late: false }
    }

    /// Says that nothing left until it is over.
    pub(crate) fn leaving_late(mut self) -> Self {
        self.leaves_late = true;
        self
    }
}

#[async_trait]
impl Transport for Blocking {
    async fn call(&self, request: Request) -> Result<Response, TransportError> {
        if !request.body().is_empty() {
            CallInfo::of(&request).send_gate().arm();
        }
        let (agent, leaves_late) = (self.agent.clone(), self.leaves_late);
        let exchange = move || exchange(&agent, request, leaves_late);
        tokio::task::spawn_blocking(exchange).await.unwrap_or_else(|_| Err(Kind::Other.into()))
    }
}

/// A body that asks whether it may leave when the library comes for it, which is after the connection is made.
struct Outgoing {
    bytes: Cursor<Bytes>,
    send_gate: SendGate,
    leaves_late: bool,
}

impl Read for Outgoing {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if !self.leaves_late && !self.send_gate.commit() {
            return Err(io::Error::other("the call was cancelled"));
        }
        self.bytes.read(buffer)
    }
}

fn exchange(agent: &Agent, mut request: Request, leaves_late: bool) -> Result<Response, TransportError> {
    let info = CallInfo::of(&request);
    let (send_gate, limit) = (info.send_gate(), info.response_limit());
    let bytes = std::mem::take(request.body_mut());
    let body = if bytes.is_empty() {
        SendBody::none()
    } else {
        request.headers_mut().insert(CONTENT_LENGTH, bytes.len().into());
        SendBody::from_owned_reader(Outgoing { bytes: Cursor::new(bytes), send_gate: send_gate.clone(), leaves_late })
    };
    let reply = agent.run(request.map(|_| body)).map_err(|error| kind(&error, send_gate))?;
    let (head, mut body) = reply.into_parts();
    if head.headers.get(CONTENT_LENGTH).is_some_and(|length| exceeds(length, limit)) {
        return Err(Kind::ReplyTooLarge.into());
    }
    let read = body.with_config().limit(limit as u64 + 1).read_to_vec();
    let body = read.map_err(|error| match error {
        ureq::Error::BodyExceedsLimit(_) => Kind::ReplyTooLarge,
        error => kind(&error, send_gate),
    })?;
    if body.len() > limit { Err(Kind::ReplyTooLarge.into()) } else { Ok(Response::from_parts(head, Bytes::from(body))) }
}

fn exceeds(length: &http::HeaderValue, limit: usize) -> bool {
    length.to_str().ok().and_then(|length| length.parse().ok()).is_some_and(|length: u64| length > limit as u64)
}

fn kind(error: &ureq::Error, send_gate: &SendGate) -> Kind {
    match error {
        ureq::Error::HostNotFound
        | ureq::Error::ConnectionFailed
        | ureq::Error::Timeout(ureq::Timeout::Resolve | ureq::Timeout::Connect) => Kind::Connect,
        ureq::Error::Io(error) if error.kind() == io::ErrorKind::ConnectionRefused => Kind::Connect,
        _ if !send_gate.maybe_sent() => Kind::NotSent,
        ureq::Error::Timeout(_) => Kind::Timeout,
        _ => Kind::Interrupted,
    }
}
