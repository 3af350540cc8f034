//! What a run of the suite found.

use std::fmt;
use std::time::Duration;

use super::fault_server::Security;

/// What a transport did wrong in one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    case: &'static str,
    security: Security,
    text: String,
}

impl Violation {
    pub(super) fn new(case: &'static str, security: Security, text: String) -> Self {
        Self { case, security, text }
    }

    /// The name of the case: a sentence.
    pub fn case(&self) -> &'static str {
        self.case
    }

    /// Whether it was over TLS.
    pub fn security(&self) -> Security {
        self.security
    }

    /// What was expected and what was found.
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

/// A transport passed every case.
#[derive(Debug, Clone)]
pub struct Summary {
    pub(super) cases: usize,
    pub(super) took: Duration,
}

impl Summary {
    /// How many cases ran; one over plain HTTP and over TLS counts twice.
    pub fn cases(&self) -> usize {
        self.cases
    }

    /// How long they took.
    pub fn took(&self) -> Duration {
        self.took
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} cases passed in {:.1} s", self.cases, self.took.as_secs_f64())
    }
}

/// A transport breaks its contract. `Display` and `Debug` are the same list, one violation a line, so that an `unwrap` in a test
/// can be read.
#[derive(Clone)]
pub struct ContractError {
    pub(super) cases: usize,
    pub(super) violations: Vec<Violation>,
}

impl ContractError {
    /// All violations, in the order of the cases.
    pub fn violations(&self) -> &[Violation] {
        &self.violations
    }

    /// The names of the cases that failed, each once.
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
