//! The environment of a case: fresh servers, transports for them, and the violations found.

use std::fmt::Debug;
use std::future::Future;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::Method;
use incs_client::transport::{
    CallInfo, Idempotency, Request, Response, SendGate, Transport, TransportError, TransportErrorKind,
};

use crate::fault_server::{Fault, FaultServer, Security, Seen};

/// The server that a transport is built for.
#[derive(Debug, Clone)]
pub struct ServerInfo {
    uri: String,
    root_certificate: Option<Bytes>,
    connect_timeout: Duration,
}

impl ServerInfo {
    /// Returns scheme, host and port, like `https://localhost:49152`. The requests have the same.
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// Returns the only root to trust, in DER; `None` without TLS. It is the same for all servers of a process, but in some cases
    /// not the root of the server.
    pub fn root_certificate(&self) -> Option<&[u8]> {
        self.root_certificate.as_deref()
    }

    /// Returns the time limit for connecting, for transports that have one.
    pub fn connect_timeout(&self) -> Duration {
        self.connect_timeout
    }
}

pub(crate) type Make<'a> = dyn Fn(&ServerInfo) -> Arc<dyn Transport> + Send + Sync + 'a;

/// Contents of requests and replies that errors must not show. The words occur nowhere else.
pub(crate) const CODE: &str = "zq-code-7781";
pub(crate) const QUERY: &str = "zq-query-7782";
pub(crate) const BODY: &str = "zq-body-7783";
pub(crate) const REPLY: &str = "zq-reply-7784";

/// The time limit for connecting.
const CONNECT: Duration = Duration::from_secs(2);

pub(crate) struct Stage<'a> {
    make: &'a Make<'a>,
    security: Security,
    time_limit: Duration,
    notes: Mutex<Vec<String>>,
}

impl<'a> Stage<'a> {
    pub(crate) fn new(make: &'a Make<'a>, security: Security, time_limit: Duration) -> Self {
        Self { make, security, time_limit, notes: Mutex::default() }
    }

    pub(crate) fn security(&self) -> Security {
        self.security
    }

    pub(crate) fn note(&self, text: String) {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).push(text);
    }

    pub(crate) fn into_notes(self) -> Vec<String> {
        self.notes.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a violation with the expected and the found value, unless the condition is true.
    pub(crate) fn expect(&self, holds: bool, row: &str, expected: impl Debug, found: impl Debug) {
        if !holds {
            self.note(format!("{row}: expected {expected:?}, found {found:?}"));
        }
    }

    /// Creates a transport for any address.
    pub(crate) fn transport(&self, uri: String, root: Option<Bytes>) -> Arc<dyn Transport> {
        (self.make)(&ServerInfo { uri, root_certificate: root, connect_timeout: CONNECT })
    }

    /// Starts a server with these faults, and creates a transport for it.
    pub(crate) async fn scene(&self, faults: impl IntoIterator<Item = Fault>) -> io::Result<Scene<'_>> {
        let server = FaultServer::start(self.security).await?;
        faults.into_iter().for_each(|fault| server.push(fault));
        let transport = self.transport(server.uri(), server.root_certificate().cloned());
        Ok(Scene { stage: self, server, transport })
    }

    /// Makes a call and waits for its end; a call that does not end in time is a violation.
    pub(crate) async fn call(&self, row: &str, transport: &dyn Transport, request: Request) -> Option<Outcome> {
        let send_gate = CallInfo::of(&request).send_gate().clone();
        let result = self.in_time(row, transport.call(request)).await?;
        Some(Outcome { result, send_gate })
    }

    pub(crate) async fn in_time<T>(&self, row: &str, future: impl Future<Output = T>) -> Option<T> {
        let ended = tokio::time::timeout(self.time_limit, future).await.ok();
        if ended.is_none() {
            self.note(format!("{row}: expected an end within {:?}, found none", self.time_limit));
        }
        ended
    }
}

/// A server and a transport for it.
pub(crate) struct Scene<'a> {
    stage: &'a Stage<'a>,
    pub(crate) server: FaultServer,
    pub(crate) transport: Arc<dyn Transport>,
}

impl Scene<'_> {
    /// See [`Stage::call`].
    pub(crate) async fn call(&self, row: &str, request: Request) -> Option<Outcome> {
        self.stage.call(row, &self.transport, request).await
    }

    /// Makes a call and returns its reply; an error is a violation.
    pub(crate) async fn reply(&self, row: &str, request: Request) -> Option<Response> {
        match self.call(row, request).await?.result {
            Ok(response) => Some(response),
            Err(error) => {
                self.stage.note(format!("{row}: expected a reply, found the error {:?}", error.kind()));
                None
            }
        }
    }

    /// Returns a send with all parts that could be lost or shown.
    pub(crate) fn send(&self) -> Request {
        self.request(Method::POST, "/external/send", format!(r#"{{"text":"{BODY} Grüße, 你好 🎉"}}"#))
    }

    /// Returns a read.
    pub(crate) fn read(&self) -> Request {
        self.request(Method::GET, "/external/status", "")
    }

    pub(crate) fn request(&self, method: Method, path: &str, body: impl Into<Bytes>) -> Request {
        request(&self.server.uri(), method, path, body)
    }

    /// Waits until the record of the server fulfils a condition; a timeout is a violation.
    pub(crate) async fn expect_seen(&self, row: &str, expected: &str, condition: fn(&Seen) -> bool) -> Seen {
        if !self.server.wait_until(self.stage.time_limit, condition).await {
            let Seen { connections, busy, stalled, complete, partial, .. } = self.server.seen();
            let (complete, partial) = (complete.len(), partial.len());
            self.stage.note(format!(
                "{row}: expected {expected}, found {connections} connections, {busy} exchanges going on, {stalled} of them \
                 stalled, {complete} complete requests and {partial} partial ones"
            ));
        }
        self.server.seen()
    }

    /// Waits until every exchange has ended, so that the record of the server is complete. Connections of a pool may stay open.
    pub(crate) async fn settled(&self, row: &str) -> Seen {
        self.expect_seen(row, "every exchange to end", |seen| seen.busy == 0).await
    }
}

/// Builds a request to any address, with a query, the secret header and a [`CallInfo`].
pub(crate) fn request(uri: &str, method: Method, path: &str, body: impl Into<Bytes>) -> Request {
    let idempotency = if method == Method::POST { Idempotency::NonIdempotent } else { Idempotency::Idempotent };
    let mut request = Request::new(body.into());
    *request.method_mut() = method;
    // The addresses and paths of the suite are valid URIs; an invalid one fails in every case.
    *request.uri_mut() = format!("{uri}{path}?word={QUERY}&c=%2B%2F%3D;x=a+b").parse().unwrap_or_default();
    for (name, value) in [
        ("certification-code", CODE),
        ("content-type", "application/json; charset=utf-8"),
        ("x-spaces", "one two  three"),
        ("x-twice", "first"),
        ("x-twice", "second"),
        ("x-empty", ""),
    ] {
        request.headers_mut().append(name, http::HeaderValue::from_static(value));
    }
    request.extensions_mut().insert(CallInfo::new("contract", idempotency));
    request
}

/// The end of a call.
pub(crate) struct Outcome {
    pub(crate) result: Result<Response, TransportError>,
    pub(crate) send_gate: SendGate,
}

impl Outcome {
    /// Returns whether the transport claims, by the error or the send gate, that nothing was sent.
    pub(crate) fn claims_not_sent(&self) -> bool {
        let kind = self.result.as_ref().err().map(TransportError::kind);
        kind.is_some_and(TransportErrorKind::proves_not_sent) || self.send_gate.revoke()
    }

    /// Describes the end without showing content.
    pub(crate) fn word(&self) -> String {
        match &self.result {
            Ok(response) => format!("the reply {}", response.status().as_u16()),
            Err(error) => format!("the error {:?}", error.kind()),
        }
    }
}
