//! The answers to the queries that a question was split into, and how they are put together.

use std::collections::{BTreeMap, HashMap};

use incs_model::id::MessageId;
use incs_model::status::{MessageStatus, StatusList};

use super::error::{StatusError, StatusFailure};
use super::report::StatusReport;
use crate::error::Error;

/// What one query came to.
#[derive(Debug)]
pub(super) enum Part {
    Answered {
        /// In the order of the query.
        rows: Vec<MessageStatus>,
        unanswered: Vec<MessageId>,
        /// Messages of rows that this query did not ask for.
        strays: usize,
    },
    Failed(StatusFailure),
}

impl Part {
    pub(super) fn new(ids: Vec<MessageId>, result: Result<StatusList, Error>) -> Self {
        let list = match result {
            Ok(list) => list,
            Err(error) => return Self::Failed(StatusFailure { ids, error }),
        };
        let mut found: HashMap<_, _> = list.data.into_iter().map(|row| (row.message_id.clone(), row)).collect();
        let (mut rows, mut unanswered) = (Vec::with_capacity(ids.len()), Vec::new());
        for id in ids {
            match found.remove(&id) {
                Some(row) => rows.push(row),
                None => unanswered.push(id),
            }
        }
        Self::Answered { rows, unanswered, strays: found.len() }
    }

    pub(super) fn error(&self) -> Option<&Error> {
        match self {
            Self::Answered { .. } => None,
            Self::Failed(failure) => Some(&failure.error),
        }
    }
}

/// What each query came to, by its place in the question.
#[derive(Debug, Default)]
pub(super) struct Parts(BTreeMap<usize, Part>);

impl Parts {
    pub(super) fn insert(&mut self, number: usize, part: Part) {
        self.0.insert(number, part);
    }

    /// All of them, in the order of the question.
    pub(super) fn join(self) -> Result<StatusReport, StatusError> {
        let queries = self.0.len();
        let (mut answered, mut unanswered, mut strays) = (Vec::new(), Vec::new(), 0);
        let mut failures = Vec::new();
        for part in self.0.into_values() {
            match part {
                Part::Answered { rows, unanswered: left_out, strays: others } => {
                    answered.extend(rows);
                    unanswered.extend(left_out);
                    strays += others;
                }
                Part::Failed(failure) => failures.push(failure),
            }
        }
        let report = StatusReport::new(answered, unanswered, strays);
        if failures.is_empty() { Ok(report) } else { Err(StatusError::new(report, failures, queries)) }
    }
}
