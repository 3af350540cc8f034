//! What became of messages, however many they are.

mod error;
mod part;
mod report;

use std::collections::HashSet;
use std::future::IntoFuture;

use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use incs_model::Channel;
use incs_model::id::MessageId;
use incs_model::status::StatusQuery;

pub use self::error::{StatusError, StatusFailure};
use self::part::{Part, Parts};
pub use self::report::StatusReport;
use crate::client::Client;
use crate::endpoints::messages::GetStatus;
use crate::refusal::Refusal;

const CONCURRENCY: usize = 4;

/// A question about any number of messages, asked when it is awaited: [`Messages::status`](crate::Messages::status).
///
/// # Errors
///
/// Awaiting it gives a [`StatusError`] when a part of the messages could not be asked about; it holds the answers about the others.
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

    /// Sets the channel that the messages went out on, whose certification code is used. That the code matters here is inferred.
    pub fn channel(mut self, channel: Channel) -> Self {
        self.channel = Some(channel);
        self
    }

    /// Sets how many queries run at once. 4 unless set, and 0 counts as 1.
    pub fn concurrency(mut self, queries: usize) -> Self {
        self.concurrency = queries;
        self
    }

    async fn run(self) -> Result<StatusReport, StatusError> {
        let Self { client, ids, channel, concurrency } = self;
        let mut queries =
            StatusQuery::split(ids).map(|query| GetStatus { query, channel: channel.clone() }).enumerate();
        let mut running = FuturesUnordered::new();
        let mut parts = Parts::default();
        let mut refusal = None;
        loop {
            // Every further query would be refused as well.
            if refusal.is_none() {
                let room = concurrency.max(1).saturating_sub(running.len());
                running.extend(queries.by_ref().take(room).map(|(number, query)| async move {
                    let result = client.execute(&query).await;
                    (number, Part::new(query.query.message_ids, result))
                }));
            }
            let Some((number, part)) = running.next().await else { break };
            refusal = refusal.or_else(|| part.error().and_then(Refusal::of));
            parts.insert(number, part);
        }
        if let Some(refusal) = refusal {
            for (number, query) in queries {
                let error = refusal.call_off(&query);
                parts.insert(number, Part::new(query.query.message_ids, Err(error)));
            }
        }
        parts.join()
    }
}

impl<'a> IntoFuture for StatusCall<'a> {
    type Output = Result<StatusReport, StatusError>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}
