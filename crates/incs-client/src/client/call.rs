//! A call that is set up before it is made, and what is known of it while it runs.

use std::future::IntoFuture;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;

use super::Client;
use crate::endpoint::Endpoint;
use crate::error::{Error, RequestState};
use crate::retry::RetryPolicy;
use crate::transport::Departure;

/// A call that is made when it is awaited.
///
/// ```
/// # use std::time::Duration;
/// # async fn example(client: incs_client::Client, message: incs_model::viber::Message) -> Result<(), incs_client::Error> {
/// let sent = client.messages().send(message).attempt_timeout(Duration::from_secs(5)).without_validation().await?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// Awaiting it gives an [`Error`], which says what is known of the request: [`Error::request_state`].
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
    pub(crate) watch: Option<Watch>,
}

impl<'a, E: Endpoint> Call<'a, E> {
    pub(crate) fn new(client: &'a Client, endpoint: E) -> Self {
        Self { client, endpoint, options: CallOptions::default() }
    }

    /// Does not check the call before it is sent.
    pub fn without_validation(mut self) -> Self {
        self.options.validate = Some(false);
        self
    }

    /// Checks the call before it is sent, although the client does not.
    pub fn with_validation(mut self) -> Self {
        self.options.validate = Some(true);
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
        Box::pin(async move { self.client.run(&self.endpoint, &self.options).await })
    }
}

/// The state of a call while it runs. A clone looks at the same call.
#[derive(Debug, Clone, Default)]
pub(crate) struct Watch(Arc<Mutex<Watched>>);

#[derive(Debug, Default)]
struct Watched {
    attempts: u32,
    /// The state after the attempts that ended; `None` while none has.
    ended: Option<RequestState>,
    /// The attempt under way.
    running: Option<Departure>,
}

impl Watch {
    pub(super) fn begin(&self, departure: &Departure) {
        let mut watched = self.watched();
        watched.attempts = watched.attempts.saturating_add(1);
        watched.running = Some(departure.clone());
    }

    pub(super) fn end(&self, history: RequestState) {
        let mut watched = self.watched();
        watched.ended = Some(history);
        watched.running = None;
    }

    /// Returns the state of the call. Ask after it was dropped: until then it may still leave.
    pub(crate) fn request_state(&self) -> RequestState {
        let watched = self.watched();
        if watched.running.as_ref().is_some_and(Departure::may_have_left) {
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
    fn watched(&self) -> MutexGuard<'_, Watched> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
