//! A call with its options, and its state while it runs.

use std::future::IntoFuture;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;

use super::Client;
use crate::endpoint::Endpoint;
use crate::error::{Error, RequestState};
use crate::retry::RetryPolicy;
use crate::transport::SendGate;

/// A call that is made when it is awaited.
///
/// ```
/// # use std::time::Duration;
/// # async fn example(client: incs_client::Client, message: incs_model::viber::Message) -> Result<(), incs_client::Error> {
/// let sent = client.messages().send(message).attempt_timeout(Duration::from_secs(5)).validate(false).await?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// Awaiting it returns an [`Error`] with the state of the request: [`Error::request_state`].
#[derive(Debug)]
#[must_use = "a call is made when it is awaited"]
pub struct Call<'a, E> {
    client: &'a Client,
    endpoint: E,
    options: CallOptions,
}

/// The options of a single call, which override those of its client.
#[derive(Debug, Clone, Default)]
pub(crate) struct CallOptions {
    pub(crate) validate: Option<bool>,
    pub(crate) retry: Option<RetryPolicy>,
    pub(crate) attempt_timeout: Option<Duration>,
    /// Reports the state of the call to the owner of its future, also after a drop.
    pub(crate) watch: Option<StateTracker>,
}

impl<'a, E: Endpoint> Call<'a, E> {
    pub(crate) fn new(client: &'a Client, endpoint: E) -> Self {
        Self { client, endpoint, options: CallOptions::default() }
    }

    /// Sets whether the call is validated before it is sent. The default is the client's setting.
    pub fn validate(mut self, is_checked: bool) -> Self {
        self.options.validate = Some(is_checked);
        self
    }

    /// Sets how often and how long this call is tried.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.options.retry = Some(policy);
        self
    }

    /// Sets how long one attempt of this call may take.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.options.attempt_timeout = Some(timeout);
        self
    }

    /// Returns the endpoint that will be called.
    pub fn endpoint(&self) -> &E {
        &self.endpoint
    }
}

impl<'a, E: Endpoint + 'a> IntoFuture for Call<'a, E> {
    type Output = Result<E::Reply, Error>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.client.execute_with(&self.endpoint, &self.options).await })
    }
}

/// The state of a call while it runs. A clone looks at the same call.
#[derive(Debug, Clone, Default)]
pub(crate) struct StateTracker(Arc<Mutex<TrackedState>>);

#[derive(Debug, Default)]
struct TrackedState {
    attempts: u32,
    /// The state after the attempts that ended; `None` while none has.
    ended: Option<RequestState>,
    /// The attempt under way.
    running: Option<SendGate>,
}

impl StateTracker {
    pub(crate) fn begin(&self, send_gate: &SendGate) {
        let mut watched = self.watched();
        watched.attempts = watched.attempts.saturating_add(1);
        watched.running = Some(send_gate.clone());
    }

    pub(crate) fn end(&self, history: RequestState) {
        let mut watched = self.watched();
        watched.ended = Some(history);
        watched.running = None;
    }

    /// Returns the state of the call. Ask after it was dropped: until then it may still leave.
    pub(crate) fn request_state(&self) -> RequestState {
        let watched = self.watched();
        if watched.running.as_ref().is_some_and(SendGate::maybe_sent) {
            RequestState::Unknown
        } else {
            watched.ended.unwrap_or(RequestState::NotSent)
        }
    }

    /// Returns how often the request was given to the transport.
    pub(crate) fn attempts(&self) -> u32 {
        self.watched().attempts
    }

    /// Nothing can be half done under this lock, so a panic elsewhere does not spoil it.
    fn watched(&self) -> MutexGuard<'_, TrackedState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
