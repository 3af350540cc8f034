//! A call that is set up before it is made.

use std::future::IntoFuture;
use std::time::Duration;

use futures_util::future::BoxFuture;

use super::Client;
use super::watch::Watch;
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::retry::RetryPolicy;

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

/// What a single call does otherwise than its client.
#[derive(Debug, Clone, Default)]
pub(crate) struct CallOptions {
    pub(crate) validate: Option<bool>,
    pub(crate) retry: Option<RetryPolicy>,
    pub(crate) attempt_timeout: Option<Duration>,
    /// Where to look what is known, for whoever drops the call.
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

    /// What will be sent.
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
