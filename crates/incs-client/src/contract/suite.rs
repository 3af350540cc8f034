//! Running all cases against one transport.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::FutureExt;

use super::cases::{self, Case};
use super::fault_server::Security;
use super::report::{ContractError, Summary, Violation};
use super::stage::{Make, Stage};
use crate::transport::Transport;

/// What one call may take, unless [`Suite::with_time_limit`] says otherwise.
const CALL: Duration = Duration::from_secs(5);

/// A case may take so many times the limit of one call: it is for what the limit of a call does not catch.
const CALLS_PER_CASE: u32 = 6;

/// What a transport must know of the server that it is built for.
#[derive(Debug, Clone)]
pub struct ServerInfo {
    pub(super) uri: String,
    pub(super) root_certificate: Option<Bytes>,
    pub(super) connect_timeout: Duration,
}

impl ServerInfo {
    /// Scheme, host and port, like `https://localhost:49152`. The requests name it too.
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// The root to trust, in DER, and the only one; `None` without TLS. It is the same for all servers of a process, but in some
    /// cases it is not that of the server.
    pub fn root_certificate(&self) -> Option<&[u8]> {
        self.root_certificate.as_deref()
    }

    /// How long the transport should try to connect, if it has a limit of its own for that.
    pub fn connect_timeout(&self) -> Duration {
        self.connect_timeout
    }
}

/// The suite, with what can be said about how it runs.
#[derive(Debug, Clone)]
pub struct Suite {
    securities: Vec<Security>,
    time_limit: Duration,
}

/// Holds a transport against its contract, over plain HTTP and over TLS. It runs on tokio.
///
/// `factory` is asked for a fresh transport for each server; it may be asked more than once in a case.
///
/// # Errors
///
/// When the transport breaks its contract: all violations, not only the first.
pub async fn run<T: Transport>(factory: impl Fn(&ServerInfo) -> T + Send + Sync) -> Result<Summary, ContractError> {
    Suite::new().run(factory).await
}

impl Suite {
    /// Over plain HTTP and over TLS.
    pub fn new() -> Self {
        Self { securities: vec![Security::Plain, Security::Tls], time_limit: CALL }
    }

    /// Over this only.
    #[must_use]
    pub fn on(mut self, security: Security) -> Self {
        self.securities = vec![security];
        self
    }

    /// Sets how long one call may take until it counts as hanging; 5 s unless set.
    #[must_use]
    pub fn with_time_limit(mut self, call: Duration) -> Self {
        self.time_limit = call;
        self
    }

    /// The names of all cases.
    pub fn case_names() -> Vec<&'static str> {
        cases::all().map(|case| case.name).collect()
    }

    /// Runs it.
    ///
    /// # Errors
    ///
    /// When the transport breaks its contract: all violations, not only the first.
    pub async fn run<T: Transport>(
        &self,
        factory: impl Fn(&ServerInfo) -> T + Send + Sync,
    ) -> Result<Summary, ContractError> {
        let start = Instant::now();
        let make = |info: &ServerInfo| Arc::new(factory(info)) as Arc<dyn Transport>;
        let mut ran = 0;
        let mut violations = Vec::new();
        for &security in &self.securities {
            for case in cases::all().filter(|case| case.runs_on(security)) {
                ran += 1;
                let texts = self.check(case, security, &make).await;
                violations.extend(texts.into_iter().map(|text| Violation::new(case.name, security, text)));
            }
        }
        if violations.is_empty() {
            Ok(Summary { cases: ran, took: start.elapsed() })
        } else {
            Err(ContractError { cases: ran, violations })
        }
    }

    async fn check(&self, case: &Case, security: Security, make: &Make<'_>) -> Vec<String> {
        let stage = Stage::new(make, security, self.time_limit);
        let limit = self.time_limit * CALLS_PER_CASE;
        // A panic of the transport is a violation like any other, and must not hide those of other cases.
        let checked = tokio::time::timeout(limit, AssertUnwindSafe((case.check)(&stage)).catch_unwind());
        match checked.await {
            Ok(Ok(Ok(()))) => {}
            Ok(Ok(Err(error))) => stage.note(format!("the server of the suite failed: {error}")),
            Ok(Err(_)) => stage.note("expected no panic, found one".to_owned()),
            Err(_) => stage.note(format!("expected an end within {limit:?}, found none")),
        }
        stage.into_notes()
    }
}

impl Default for Suite {
    fn default() -> Self {
        Self::new()
    }
}
