//! Runs all cases against one transport.

use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use incs_client::transport::Transport;

use crate::cases::{self, Case};
use crate::fault_server::Security;
use crate::stage::{Make, ServerInfo, Stage};

/// The default time limit of one call.
const CALL: Duration = Duration::from_secs(5);

/// The time limit of a case, as a multiple of the limit of a call.
const CALLS_PER_CASE: u32 = 6;

/// The suite, with its settings.
#[derive(Debug, Clone)]
pub struct Suite {
    securities: Vec<Security>,
    time_limit: Duration,
    exemptions: Vec<Exemption>,
}

/// A rule of the contract that a transport declares not to follow, since its library cannot. The [`Summary`] names it.
///
/// A rule can be exempted only if breaking it cannot send a request twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Exemption {
    /// An exchange continues when its future is dropped, as with a blocking library on its own thread. The transport must still
    /// report such a request correctly, and must not send one that was not sent by then.
    ExchangeOutlivesCall,
}

impl Exemption {
    /// Returns the name of the skipped case.
    pub fn case(self) -> &'static str {
        match self {
            Self::ExchangeOutlivesCall => "dropping_the_future_ends_the_exchange",
        }
    }

    fn sentence(self) -> &'static str {
        match self {
            Self::ExchangeOutlivesCall => "an exchange goes on when its call is dropped",
        }
    }
}

/// Checks a transport against the contract, over plain HTTP and over TLS. It runs on tokio.
///
/// `factory` creates a new transport for each server; a case may call it more than once.
///
/// # Errors
///
/// Returns all violations, not only the first.
pub async fn run<T: Transport>(factory: impl Fn(&ServerInfo) -> T + Send + Sync) -> Result<Summary, ContractError> {
    Suite::new().run(factory).await
}

impl Suite {
    /// Creates a suite that runs over plain HTTP and over TLS.
    pub fn new() -> Self {
        Self { securities: vec![Security::Plain, Security::Tls], time_limit: CALL, exemptions: Vec::new() }
    }

    /// Runs only over plain HTTP or only over TLS.
    #[must_use]
    pub fn on(mut self, security: Security) -> Self {
        self.securities = vec![security];
        self
    }

    /// Sets the time after which a call counts as hanging; 5 s unless set.
    #[must_use]
    pub fn with_time_limit(mut self, call: Duration) -> Self {
        self.time_limit = call;
        self
    }

    /// Skips the case of a rule that the transport declares not to follow.
    ///
    /// ```
    /// use incs_client_contract::{Exemption, Suite};
    ///
    /// let suite = Suite::new().exempt(Exemption::ExchangeOutlivesCall);
    /// # let _ = suite;
    /// ```
    #[must_use]
    pub fn exempt(mut self, exemption: Exemption) -> Self {
        if !self.exemptions.contains(&exemption) {
            self.exemptions.push(exemption);
        }
        self
    }

    /// Returns the names of all cases.
    pub fn case_names() -> Vec<&'static str> {
        cases::ALL.iter().map(|case| case.name).collect()
    }

    /// Runs the suite with the transports of `factory`.
    ///
    /// # Errors
    ///
    /// Returns all violations, not only the first.
    pub async fn run<T: Transport>(
        &self,
        factory: impl Fn(&ServerInfo) -> T + Send + Sync,
    ) -> Result<Summary, ContractError> {
        let start = Instant::now();
        let make = |info: &ServerInfo| Arc::new(factory(info)) as Arc<dyn Transport>;
        let mut ran = 0;
        let mut violations = Vec::new();
        for &security in &self.securities {
            let exempt = |case: &Case| self.exemptions.iter().any(|exemption| exemption.case() == case.name);
            for case in cases::ALL.iter().filter(|case| case.runs_on(security) && !exempt(case)) {
                ran += 1;
                let texts = self.check(case, security, &make).await;
                violations.extend(texts.into_iter().map(|text| Violation::new(case.name, security, text)));
            }
        }
        if violations.is_empty() {
            Ok(Summary { cases: ran, exemptions: self.exemptions.clone(), took: start.elapsed() })
        } else {
            Err(ContractError { cases: ran, violations })
        }
    }

    async fn check(&self, case: &Case, security: Security, make: &Make<'_>) -> Vec<String> {
        let stage = Stage::new(make, security, self.time_limit);
        let limit = self.time_limit * CALLS_PER_CASE;
        // A panic of the transport is a violation too, and must not hide other violations.
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

/// A violation of the contract, found by one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    case: &'static str,
    security: Security,
    text: String,
}

impl Violation {
    fn new(case: &'static str, security: Security, text: String) -> Self {
        Self { case, security, text }
    }

    /// Returns the name of the case.
    pub fn case(&self) -> &'static str {
        self.case
    }

    /// Returns the security of the connection: plain HTTP or TLS.
    pub fn security(&self) -> Security {
        self.security
    }

    /// Returns the expected and the found result.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let over = match self.security {
            Security::Plain => "plain HTTP",
            Security::Tls => "TLS",
        };
        write!(f, "{} ({over}): {}", self.case, self.text)
    }
}

/// The result of a run in which the transport passed every case.
#[derive(Debug, Clone)]
pub struct Summary {
    cases: usize,
    exemptions: Vec<Exemption>,
    took: Duration,
}

impl Summary {
    /// Returns the number of cases that ran; a case over both plain HTTP and TLS counts twice.
    pub fn cases(&self) -> usize {
        self.cases
    }

    /// Returns the exemptions.
    pub fn exemptions(&self) -> &[Exemption] {
        &self.exemptions
    }

    /// Returns the duration of the run.
    pub fn took(&self) -> Duration {
        self.took
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} cases passed in {:.1} s", self.cases, self.took.as_secs_f64())?;
        self.exemptions
            .iter()
            .try_for_each(|exemption| write!(f, "; exempt: {} ({})", exemption.case(), exemption.sentence()))
    }
}

/// The error of a run with violations of the contract. `Display` and `Debug` are the same list, one violation on each line, so
/// that the output of an `unwrap` in a test is readable.
#[derive(Clone)]
pub struct ContractError {
    cases: usize,
    violations: Vec<Violation>,
}

impl ContractError {
    /// Returns all violations, in the order of the cases.
    pub fn violations(&self) -> &[Violation] {
        &self.violations
    }

    /// Returns the names of the cases that failed, each once.
    pub fn failed_cases(&self) -> Vec<&'static str> {
        let mut names: Vec<_> = self.violations.iter().map(Violation::case).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

impl fmt::Display for ContractError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} violations of the contract of a transport, {} cases ran:", self.violations.len(), self.cases)?;
        self.violations.iter().try_for_each(|violation| write!(f, "\n- {violation}"))
    }
}

impl fmt::Debug for ContractError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for ContractError {}
