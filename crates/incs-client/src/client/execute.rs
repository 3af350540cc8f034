//! Running a call: check it, send it, and send it again only if that cannot do it twice.

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderValue, StatusCode};
use incs_model::DecodeError;
use incs_model::envelope::Frame;

use super::budget::Budget;
use super::request::Prepared;
use super::within::within;
use super::{CallOptions, Client};
use crate::endpoint::Endpoint;
use crate::error::{Error, ErrorBody, ErrorKind, Inner, RequestState, RetryAdvice};
use crate::rate::Counted;
use crate::retry::{Decision, Outcome, Reading, read_reply, retry_after};
use crate::trace;
use crate::transport::{CallInfo, Departure, Response, TransportErrorKind};

/// Takes what a successful call gave.
type Reader<'a> = dyn FnMut(&Frame<'_>) -> Result<(), DecodeError> + Send + 'a;

/// What one attempt failed with.
struct Failure {
    outcome: Outcome,
    kind: ErrorKind,
    status: Option<StatusCode>,
    body: Option<ErrorBody>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl Client {
    pub(crate) async fn run<E: Endpoint>(&self, endpoint: &E, options: &CallOptions) -> Result<E::Reply, Error> {
        let call = self.prepare(endpoint, options).inspect_err(|error| trace::refused(endpoint, error))?;
        let mut reply = None;
        let mut read = |frame: &Frame<'_>| endpoint.decode(frame).map(|read| reply = Some(read));
        trace::call(&call, self.exchange(&call, options, &mut read)).await?;
        // `exchange` succeeds only after `read` did; were it otherwise, the platform would have taken the call all the same.
        let taken = |inner: &mut Inner| (inner.state, inner.advice) = (RequestState::Accepted, RetryAdvice::Never);
        reply.ok_or_else(|| Error::not_sent(ErrorKind::Reply, call.operation).amend(taken))
    }

    /// Checks a call and makes all of it that every attempt sends.
    fn prepare<'a, E: Endpoint>(&'a self, endpoint: &'a E, options: &CallOptions) -> Result<Prepared<'a>, Error> {
        let operation = endpoint.operation();
        if options.validate.unwrap_or(self.config().validate) {
            endpoint.validate().map_err(|report| {
                Error::not_sent(ErrorKind::Invalid, operation).amend(|inner| inner.report = Some(report))
            })?;
        }
        Prepared::new(endpoint, self.config().base(endpoint.host()))
            .map_err(|error| Error::not_sent(ErrorKind::Request, operation).with_source(error))
    }

    /// Sends until a reply says that the call succeeded, or nothing may be sent any more. Not generic, so that it is compiled
    /// once.
    async fn exchange(
        &self,
        call: &Prepared<'_>,
        options: &CallOptions,
        read: &mut Reader<'_>,
    ) -> Result<trace::Success, Error> {
        let config = self.config();
        let policy = options.retry.as_ref().unwrap_or(&config.retry);
        let budget = Budget::new(&*config.clock, policy.max_elapsed);
        let mut attempts = 0;
        let mut refused = None;
        let mut history = RequestState::NotSent;
        loop {
            // What is known when an attempt cannot even begin is what those before it left behind.
            let unsent = |error: Error| error.amend(|inner| (inner.attempts, inner.state) = (attempts, history));
            let token = self.token(call, refused.as_ref(), &budget).await.map_err(unsent)?;
            let credential = self.credential(call, token.as_ref()).map_err(unsent)?;
            let counted = Counted { credential: credential.as_ref(), recipient: call.recipient };
            let admitted = config.limiter.admit(counted, &budget).await;
            admitted.map_err(|wait| unsent(out_of_time(call.operation, ErrorKind::Limited, Some(wait))))?;
            // The clock is not asked where nothing can have taken time.
            let is_fresh = attempts == 0 && token.is_none() && config.limiter.is_off();
            let elapsed = if is_fresh { Duration::ZERO } else { budget.elapsed() };
            let limit = options
                .attempt_timeout
                .unwrap_or(config.attempt_timeout)
                .min(policy.max_elapsed.saturating_sub(elapsed));
            if limit.is_zero() {
                return Err(unsent(out_of_time(call.operation, ErrorKind::Timeout, None)));
            }
            attempts += 1;
            let info = CallInfo::new(call.operation, call.replay)
                .with_channel(call.channel.clone())
                .with_attempt(attempts)
                .with_deadline(budget.instant(elapsed.saturating_add(limit)))
                .with_response_limit(config.response_limit);
            if let Some(watch) = &options.watch {
                watch.begin(info.departure());
            }
            let failure = match self.once(call, credential, info, limit, read).await {
                Ok(status) => return Ok(trace::Success { status, attempts }),
                Err(failure) => failure,
            };
            history = call.remember(history, failure.outcome.request_state());
            if let Some(watch) = &options.watch {
                watch.end(history);
            }
            // A token may have run out: one new one, and the call again. The platform did nothing yet.
            if failure.kind == ErrorKind::Authentication && refused.is_none() && self.can_renew(call) {
                refused = token;
                continue;
            }
            match policy.decide(failure.outcome, call.replay, attempts, budget.elapsed(), config.jitter()) {
                Decision::Again(wait) => config.clock.sleep(wait).await,
                Decision::Stop(advice) => return Err(failure.into_error(call.operation, attempts, history, advice)),
            }
        }
    }

    /// One attempt, and what its reply says.
    async fn once(
        &self,
        call: &Prepared<'_>,
        credential: Option<HeaderValue>,
        info: CallInfo,
        limit: Duration,
        read: &mut Reader<'_>,
    ) -> Result<StatusCode, Box<Failure>> {
        let config = self.config();
        let departure = Recall(info.departure().clone());
        let exchange = config.transport.call(call.request(&config.user_agent, credential, info));
        // When the time is up the exchange is dropped; what a task of it still holds is recalled next.
        let mut result =
            within(&*config.clock, limit, exchange).await.unwrap_or(Err(TransportErrorKind::Timeout.into()));
        // A transport of somebody else's may not watch the limit.
        if result.as_ref().is_ok_and(|response| response.body().len() > config.response_limit) {
            result = Err(TransportErrorKind::BodyTooLarge.into());
        }
        match result {
            Ok(response) => self.read(&response, read),
            Err(error) => Err(Box::new(Failure {
                outcome: Outcome::of_transport(error.kind(), &departure.0),
                kind: kind_of(error.kind()),
                status: None,
                body: None,
                source: Some(Arc::new(error)),
            })),
        }
    }

    fn read(&self, response: &Response, read: &mut Reader<'_>) -> Result<StatusCode, Box<Failure>> {
        let status = response.status();
        let after = || retry_after(response.headers(), self.config().clock.wall());
        let (outcome, kind, source) = match read_reply(status, response.body(), after) {
            Reading::Failure { outcome, kind } => (outcome, kind, None),
            Reading::Success(frame) => match read(&frame) {
                Ok(()) => return Ok(status),
                Err(error) => (Outcome::Unreadable, ErrorKind::Reply, Some(Arc::new(error) as _)),
            },
        };
        let body = Some(ErrorBody::read(response.body()));
        Err(Box::new(Failure { outcome, kind, status: Some(status), body, source }))
    }
}

/// Recalls the request when the attempt ends, also when its future is dropped: whatever the transport still holds then must not
/// leave later.
struct Recall(Departure);

impl Drop for Recall {
    fn drop(&mut self) {
        self.0.recall();
    }
}

impl Failure {
    fn into_error(self, operation: &'static str, attempts: u32, state: RequestState, advice: RetryAdvice) -> Error {
        let Self { kind, status, body, source, .. } = self;
        let advice = if kind == ErrorKind::Authentication { RetryAdvice::Authenticate } else { advice };
        Inner { kind, state, advice, operation, attempts, status, body, report: None, source }.into()
    }
}

/// The time was up before the call could be sent.
fn out_of_time(operation: &'static str, kind: ErrorKind, after: Option<Duration>) -> Error {
    Error::not_sent(kind, operation).with_advice(RetryAdvice::Later { after })
}

fn kind_of(kind: TransportErrorKind) -> ErrorKind {
    match kind {
        TransportErrorKind::Connect => ErrorKind::Connect,
        TransportErrorKind::Tls => ErrorKind::Tls,
        TransportErrorKind::Timeout => ErrorKind::Timeout,
        TransportErrorKind::Interrupted => ErrorKind::Interrupted,
        TransportErrorKind::BodyTooLarge => ErrorKind::ReplyTooLong,
        TransportErrorKind::NotSent | TransportErrorKind::Other => ErrorKind::Transport,
    }
}
