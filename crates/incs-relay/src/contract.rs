//! The suite that every [`Store`] must pass. For authors of stores.
//!
//! [`run`] checks a store in three ways:
//!
//! 1. Random sequences of operations by several holders, and others by several senders of the outbox, with a clock that the suite sets. Each answer and the listing of all items must
//!    be those of [`MemoryStore`](crate::store::MemoryStore). The [invariants](Store#invariants) are checked beside that without the
//!    model. A sequence that fails is made shorter, and is part of the error. The sequences are the same in every run, unless
//!    [`Suite::with_seed`] sets others.
//! 2. Fixed cases for the limits of an operation.
//! 3. Tasks that append, claim, complete, fail and renew at the same time with short leases, until everything is done.
//!
//! Numbers of items may have gaps and may begin anywhere, but must grow. Keys that are due the longest are claimed first; among keys that
//! are due since the same time, any order is right. A store keeps times in milliseconds or finer.
//!
//! Crashes are not part of the suite, since it cannot kill your engine. Test that an acknowledged append and all tokens survive one.
//!
//! ```
//! use incs_relay::contract::Suite;
//! use incs_relay::store::MemoryStore;
//!
//! # let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
//! # runtime.block_on(async {
//! // Opens a new, empty store for each case.
//! let open = |clock| async { Ok(MemoryStore::with_clock(clock)) };
//! Suite::new().with_cases(8).run(open).await.unwrap();
//! # });
//! ```
//!
//! Run it on a runtime with several threads: `#[tokio::test(flavor = "multi_thread")]`.

mod cases;
mod check;
mod operation;
mod outbox;
mod parallel;
mod sequence;

use std::fmt;
use std::time::Duration;

use crate::clock::Clock;
use crate::store::{Store, StoreError};

/// Checks a store against the contract with the default settings. `open` opens a new, empty store for each case.
///
/// # Errors
///
/// Returns the first violation of each part.
pub async fn run<S, F>(open: impl Fn(Clock) -> F) -> Result<(), ContractError>
where
    S: Store,
    F: Future<Output = Result<S, StoreError>>,
{
    Suite::new().run(open).await
}

/// The suite with its settings.
#[derive(Debug, Clone)]
pub struct Suite {
    cases: u32,
    operations: usize,
    seed: u64,
    time_limit: Duration,
}

impl Default for Suite {
    fn default() -> Self {
        Self::new()
    }
}

impl Suite {
    /// Returns the default settings: 64 sequences of up to 100 operations, but no new one after 10 s.
    pub fn new() -> Self {
        Self { cases: 64, operations: 100, seed: 1, time_limit: Duration::from_secs(10) }
    }

    /// Sets the number of sequences.
    #[must_use]
    pub fn with_cases(self, cases: u32) -> Self {
        Self { cases, ..self }
    }

    /// Sets the largest number of operations in a sequence.
    #[must_use]
    pub fn with_operations(self, operations: usize) -> Self {
        Self { operations: operations.max(1), ..self }
    }

    /// Sets the number that the sequences are made from.
    #[must_use]
    pub fn with_seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Sets the time after which no further sequence begins.
    #[must_use]
    pub fn with_time_limit(self, time_limit: Duration) -> Self {
        Self { time_limit, ..self }
    }

    /// Checks a store. `open` opens a new, empty store for each case.
    ///
    /// # Errors
    ///
    /// Returns the first violation of each part.
    pub async fn run<S, F>(&self, open: impl Fn(Clock) -> F) -> Result<(), ContractError>
    where
        S: Store,
        F: Future<Output = Result<S, StoreError>>,
    {
        let mut violations = Vec::new();
        if let Err(violation) = sequence::run(self, &open).await {
            violations.push(format!("a sequence of operations: {violation}"));
        }
        if let Err(violation) = outbox::run(self, &open).await {
            violations.push(format!("a sequence of operations of the outbox: {violation}"));
        }
        violations.extend(cases::run(&open).await);
        if let Err(violation) = parallel::run(&open).await {
            violations.push(format!("operations at the same time: {violation}"));
        }
        if violations.is_empty() { Ok(()) } else { Err(ContractError { violations }) }
    }
}

/// The violations that a suite found.
#[derive(Clone, PartialEq, Eq)]
pub struct ContractError {
    violations: Vec<String>,
}

impl ContractError {
    /// Returns the violations, each as a text.
    pub fn violations(&self) -> &[String] {
        &self.violations
    }
}

impl fmt::Display for ContractError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the store breaks its contract")?;
        self.violations.iter().try_for_each(|violation| write!(f, "\n- {violation}"))
    }
}

/// Writes the texts as lines, so that `unwrap` shows them.
impl fmt::Debug for ContractError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for ContractError {}

/// The description of a violation.
type Checked<T = ()> = Result<T, String>;

/// Fails with a description unless a condition holds.
macro_rules! ensure {
    ($condition:expr, $($text:tt)+) => {
        if !$condition {
            return Err(format!($($text)+));
        }
    };
}
use ensure;
