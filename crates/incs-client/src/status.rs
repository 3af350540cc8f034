//! Status queries for any number of messages.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::error::Error as StdError;
use std::fmt;
use std::future::IntoFuture;

use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use incs_model::Channel;
use incs_model::id::MessageId;
use incs_model::status::{MessageStatus, StatusList, StatusQuery};

use crate::client::Client;
use crate::endpoint::Endpoint as _;
use crate::endpoints::messages::GetStatus;
use crate::error::{Error, Refusal};

const CONCURRENCY: usize = 4;

/// A status query for any number of messages, made when it is awaited: [`Messages::status`](crate::Messages::status).
///
/// # Errors
///
/// Awaiting it returns a [`StatusError`] if the query failed for a part of the messages; it holds the results of the others.
#[derive(Debug)]
#[must_use = "a question is asked when it is awaited"]
pub struct StatusCall<'a> {
    client: &'a Client,
    ids: Vec<MessageId>,
    channel: Option<Channel>,
    concurrency: usize,
}

impl<'a> StatusCall<'a> {
    pub(crate) fn new(client: &'a Client, ids: impl IntoIterator<Item = impl Into<MessageId>>) -> Self {
        let mut seen = HashSet::new();
        let ids = ids.into_iter().map(Into::into).filter(|id: &MessageId| seen.insert(id.clone())).collect();
        Self { client, ids, channel: None, concurrency: CONCURRENCY }
    }

    /// Sets the channel of the messages, whose certification code is used. It is inferred that the code matters here.
    pub fn channel(mut self, channel: Channel) -> Self {
        self.channel = Some(channel);
        self
    }

    /// Sets how many queries run at once. 4 unless set, and 0 counts as 1.
    pub fn concurrency(mut self, queries: usize) -> Self {
        self.concurrency = queries;
        self
    }

    async fn execute(self) -> Result<StatusReport, StatusError> {
        let Self { client, ids, channel, concurrency } = self;
        let mut queries =
            StatusQuery::split(ids).map(|query| GetStatus { query, channel: channel.clone() }).enumerate();
        let mut running = FuturesUnordered::new();
        // By the index of the query.
        let mut answers = BTreeMap::new();
        let mut refusal = None;
        loop {
            // Every further query would be rejected as well.
            if refusal.is_none() {
                let room = concurrency.max(1).saturating_sub(running.len());
                running.extend(queries.by_ref().take(room).map(|(number, query)| async move {
                    let result = client.execute(&query).await;
                    (number, query.query.message_ids, result)
                }));
            }
            let Some((number, ids, result)) = running.next().await else { break };
            refusal = refusal.or_else(|| result.as_ref().err().and_then(Refusal::of));
            answers.insert(number, (ids, result));
        }
        if let Some(refusal) = refusal {
            for (number, query) in queries {
                let error = refusal.cancelled(query.operation());
                answers.insert(number, (query.query.message_ids, Err(error)));
            }
        }
        join(answers)
    }
}

impl<'a> IntoFuture for StatusCall<'a> {
    type Output = Result<StatusReport, StatusError>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.execute())
    }
}

/// The status of many messages, in the order in which they were asked for.
///
/// If there are several rows about one message, the last one counts. A row about a message outside its query is ignored, but counted.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StatusReport {
    answered: Vec<MessageStatus>,
    unanswered: Vec<MessageId>,
    strays: usize,
    /// The places of `answered`, for the lookup.
    by_id: BTreeMap<MessageId, usize>,
}

impl StatusReport {
    fn new(answered: Vec<MessageStatus>, unanswered: Vec<MessageId>, strays: usize) -> Self {
        let by_id = answered.iter().enumerate().map(|(at, row)| (row.message_id.clone(), at)).collect();
        Self { answered, unanswered, strays, by_id }
    }

    /// Returns the status of each message that the platform answered for.
    pub fn answered(&self) -> &[MessageStatus] {
        &self.answered
    }

    /// Returns the status of each message that the platform answered for, to keep.
    pub fn into_answered(self) -> Vec<MessageStatus> {
        self.answered
    }

    /// Returns the messages without an answer: the platform may be some minutes behind, or not know them.
    pub fn unanswered(&self) -> &[MessageId] {
        &self.unanswered
    }

    /// Returns the status of one message. The search takes a few comparisons, however long the report is.
    pub fn get(&self, id: &MessageId) -> Option<&MessageStatus> {
        self.answered.get(*self.by_id.get(id)?)
    }

    /// Returns the number of rows about messages that were not queried. If it is not 0, ask the platform's support: ids may have
    /// changed on the way.
    pub fn unasked(&self) -> usize {
        self.strays
    }
}

/// The error of a status query for many messages that failed in part. The rows received are kept.
///
/// Each queried message is in exactly one place: answered or unanswered in the [`report`](Self::report), or in one of the
/// [`failures`](Self::failures). The source of this error is the first failure.
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
    /// The ids of its messages.
    pub ids: Vec<MessageId>,
    /// The error. [`Cancelled`](crate::ErrorKind::Cancelled) if the query was not made because the credential was already rejected.
    pub error: Error,
}

impl StatusError {
    /// Returns the results of the other queries.
    pub fn report(&self) -> &StatusReport {
        &self.report
    }

    /// Returns the results of the other queries, to keep.
    pub fn into_report(self) -> StatusReport {
        self.report
    }

    /// Returns the failed queries in the order of their messages. At least one.
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

/// The messages of a query, and its result.
type Answer = (Vec<MessageId>, Result<StatusList, Error>);

/// Joins the results in the order of the queried ids.
fn join(answers: BTreeMap<usize, Answer>) -> Result<StatusReport, StatusError> {
    let queries = answers.len();
    let (mut answered, mut unanswered, mut strays) = (Vec::new(), Vec::new(), 0);
    let mut failures = Vec::new();
    for (ids, result) in answers.into_values() {
        match result {
            Ok(list) => {
                let mut found: HashMap<_, _> = list.data.into_iter().map(|row| (row.message_id.clone(), row)).collect();
                for id in ids {
                    match found.remove(&id) {
                        Some(row) => answered.push(row),
                        None => unanswered.push(id),
                    }
                }
                // Rows about messages outside this query.
                strays += found.len();
            }
            Err(error) => failures.push(StatusFailure { ids, error }),
        }
    }
    let report = StatusReport::new(answered, unanswered, strays);
    if failures.is_empty() { Ok(report) } else { Err(StatusError { report, failures, queries }) }
}
