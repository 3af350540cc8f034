//! Why a question about many messages was not answered whole.

use std::error::Error as StdError;
use std::fmt;

use incs_model::id::MessageId;

use super::report::StatusReport;
use crate::error::Error;

/// Why a question about many messages was not answered whole. What was answered is kept.
///
/// Every message asked for is in one place: answered or left out in the [`report`](Self::report), or in one of the
/// [`failures`](Self::failures). Its source is the first of them.
#[derive(Debug, Clone)]
pub struct StatusError {
    report: StatusReport,
    failures: Vec<StatusFailure>,
    queries: usize,
}

/// A query that failed.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct StatusFailure {
    /// The messages that it asked for.
    pub ids: Vec<MessageId>,
    /// Why it failed. [`Cancelled`](crate::ErrorKind::Cancelled) when it was not asked because the credential had been refused
    /// before.
    pub error: Error,
}

impl StatusError {
    pub(super) fn new(report: StatusReport, failures: Vec<StatusFailure>, queries: usize) -> Self {
        Self { report, failures, queries }
    }

    /// What the other queries brought.
    pub fn report(&self) -> &StatusReport {
        &self.report
    }

    /// What the other queries brought, to keep.
    pub fn into_report(self) -> StatusReport {
        self.report
    }

    /// The queries that failed, in the order in which their messages were asked for. At least one.
    pub fn failures(&self) -> &[StatusFailure] {
        &self.failures
    }
}

impl fmt::Display for StatusError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { report, failures, queries } = self;
        let failed: usize = failures.iter().map(|failure| failure.ids.len()).sum();
        let asked = failed + report.answered().len() + report.unanswered().len();
        write!(f, "{} of {queries} status queries failed, with {failed} of {asked} messages", failures.len())
    }
}

impl StdError for StatusError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.failures.first().map(|failure| &failure.error as _)
    }
}
