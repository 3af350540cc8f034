//! Running a call: check it, send it, and send it again only if that cannot do it twice.

use std::sync::Arc;
use std::time::{Duration, Instant};

use http::{HeaderValue, StatusCode};
use incs_model::envelope::{Envelope, ReplyError};

use super::attempt::attempt;
use super::request::Prepared;
use super::{CallOptions, Client};
use crate::endpoint::Endpoint;
use crate::error::{Error, ErrorBody, ErrorKind, Inner, RequestState, RetryAdvice};
use crate::rate::Counted;
use crate::retry::{Decision, Outcome, Reading, read_reply, retry_after};
use crate::trace;
use crate::transport::{CallInfo, Response, TransportError, TransportErrorKind};

/// A reply whose frame says that the call succeeded.
struct Success {
    envelope: Envelope,
    response: Response,
    attempts: u32,
}

/// What one attempt failed with.
struct Failure {
    outcome: Outcome,
    kind: ErrorKind,
    status: Option<StatusCode>,
    body: Option<ErrorBody>,
    source: Option<TransportError>,
}

impl Client {
    pub(crate) async fn run<E: Endpoint>(&self, endpoint: &E, options: &CallOptions) -> Result<E::Reply, Error> {
        let span = trace::Span::new(endpoint.operation(), endpoint.channel().as_ref());
        let result = span.around(self.run_untraced(endpoint, options)).await;
        span.finish(result)
    }

    async fn run_untraced<E: Endpoint>(
        &self,
        endpoint: &E,
        options: &CallOptions,
    ) -> Result<trace::Traced<E::Reply>, Error> {
        let operation = endpoint.operation();
        if options.validate.unwrap_or(self.config().validate) {
            endpoint.validate().map_err(|report| {
                Error::not_sent(ErrorKind::Invalid, operation).amend(|inner| inner.report = Some(report))
            })?;
        }
        let call = Prepared::new(endpoint, self.config().base(endpoint.host()))
            .map_err(|error| Error::not_sent(ErrorKind::Request, operation).with_source(error))?;
        let success = self.exchange(&call, options).await?;
        let traced = trace::Traced::new(success.response.status(), success.attempts);
        match endpoint.decode(success.envelope) {
            Ok(reply) => Ok(traced.with(reply)),
            Err(error) => Err(unreadable(operation, &success.response, success.attempts, error)),
        }
    }

    /// Sends until a reply says that the call succeeded, or nothing may be sent any more.
    async fn exchange(&self, call: &Prepared<'_>, options: &CallOptions) -> Result<Success, Error> {
        let config = self.config();
        let policy = options.retry.as_ref().unwrap_or(&config.retry);
        let started = config.clock.now();
        let left = || policy.max_elapsed.saturating_sub(config.clock.now().saturating_duration_since(started));
        let mut attempts = 0;
        let mut refused = None;
        let mut history = RequestState::NotSent;
        loop {
            // What is known when an attempt cannot even begin is what those before it left behind.
            let unsent = |error: Error| error.amend(|inner| (inner.attempts, inner.state) = (attempts, history));
            let token = self.token(call, refused.as_ref(), left()).await.map_err(unsent)?;
            let credential = self.credential(call, token.as_ref()).map_err(unsent)?;
            let counted = Counted { credential: credential.as_ref(), recipient: call.recipient };
            let admitted = config.limiter.admit(&*config.clock, counted, left()).await;
            admitted.map_err(|wait| unsent(out_of_time(call.operation, ErrorKind::Limited, Some(wait))))?;
            let limit = options.attempt_timeout.unwrap_or(config.attempt_timeout).min(left());
            if limit.is_zero() {
                return Err(unsent(out_of_time(call.operation, ErrorKind::Timeout, None)));
            }
            attempts += 1;
            let failure = match self.once(call, credential, attempts, limit, options).await {
                Ok((envelope, response)) => return Ok(Success { envelope, response, attempts }),
                Err(failure) => failure,
            };
            history = call.remember(history, failure.outcome.request_state());
            // A token may have run out: one new one, and the call again. The platform did nothing yet.
            if failure.kind == ErrorKind::Authentication && refused.is_none() && self.can_renew(call) {
                refused = token;
                continue;
            }
            let elapsed = config.clock.now().saturating_duration_since(started);
            match policy.decide(failure.outcome, call.replay, attempts, elapsed, config.jitter()) {
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
        number: u32,
        limit: Duration,
        options: &CallOptions,
    ) -> Result<(Envelope, Response), Failure> {
        let config = self.config();
        let info = CallInfo::new(call.operation, call.replay)
            .with_channel(call.channel.clone())
            .with_attempt(number)
            .with_deadline(deadline(config.clock.now(), limit))
            .with_response_limit(config.response_limit);
        let departure = info.departure().clone();
        options.follow(&departure);
        let request = call.request(&config.user_agent, credential, info);
        let mut result = attempt(&*config.transport, &*config.clock, request, limit).await;
        // A transport of somebody else's may not watch the limit.
        if result.as_ref().is_ok_and(|response| response.body().len() > config.response_limit) {
            result = Err(TransportErrorKind::BodyTooLarge.into());
        }
        let response = result.map_err(|error| {
            let outcome = Outcome::of_transport(error.kind(), &departure);
            Failure { outcome, kind: kind_of(error.kind()), status: None, body: None, source: Some(error) }
        })?;
        let after = retry_after(response.headers(), config.clock.wall());
        match read_reply(response.status(), response.body(), after) {
            Reading::Success(envelope) => Ok((envelope, response)),
            Reading::Failure { outcome, kind, body } => {
                Err(Failure { outcome, kind, status: Some(response.status()), body: Some(body), source: None })
            }
        }
    }
}

impl Failure {
    fn into_error(self, operation: &'static str, attempts: u32, state: RequestState, advice: RetryAdvice) -> Error {
        let authentication = self.kind == ErrorKind::Authentication;
        Inner {
            kind: self.kind,
            state,
            advice: if authentication { RetryAdvice::Authenticate } else { advice },
            operation,
            attempts,
            status: self.status,
            body: self.body,
            report: None,
            source: self.source.map(|source| Arc::new(source) as _),
        }
        .into()
    }
}

/// A success whose data has another shape. The frame was used up by the read, so it is read again.
#[cold]
fn unreadable(operation: &'static str, response: &Response, attempts: u32, error: ReplyError) -> Error {
    Inner {
        kind: ErrorKind::Reply,
        state: RequestState::Accepted,
        advice: RetryAdvice::Never,
        operation,
        attempts,
        status: Some(response.status()),
        body: Some(ErrorBody::read(response.body())),
        report: None,
        source: Some(Arc::new(error)),
    }
    .into()
}

/// The time was up before the call could be sent.
fn out_of_time(operation: &'static str, kind: ErrorKind, after: Option<Duration>) -> Error {
    Error::not_sent(kind, operation).with_advice(RetryAdvice::Later { after })
}

/// None when it lies beyond what the clock can say.
fn deadline(now: Instant, limit: Duration) -> Option<Instant> {
    now.checked_add(limit)
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
