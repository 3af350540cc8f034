//! Running a call: check it, send it, and send it again only if that cannot do it twice.

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use incs_model::Channel;
#[cfg(feature = "rate-limit")]
use incs_model::PhoneNumber;

use super::base_url::{BaseUrl, UrlError};
use super::{CallOptions, Client};
use crate::clock::{Budget, within};
use crate::credentials::{Account, Bearer, Token, bearer};
use crate::endpoint::{CredentialKind, Endpoint};
use crate::endpoints::auth::FetchToken;
use crate::error::{Error, ErrorBody, ErrorKind, Inner, RequestState, RetryAdvice};
use crate::retry::{Decision, Outcome, Reading, read_reply, retry_after};
use crate::trace;
use crate::transport::{CallInfo, Departure, Replay, Request, Response, TransportErrorKind};

const CERTIFICATION_CODE: HeaderName = HeaderName::from_static("certification-code");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A reply that was read, and what the span says of the call.
struct Success<R> {
    reply: R,
    status: StatusCode,
    attempts: u32,
}

/// The failure of one attempt.
struct Failure {
    outcome: Outcome,
    kind: ErrorKind,
    status: Option<StatusCode>,
    body: Option<ErrorBody>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl Client {
    pub(crate) async fn run<E: Endpoint>(&self, endpoint: &E, options: &CallOptions) -> Result<E::Reply, Error> {
        let call = trace::Call::new(endpoint.operation(), endpoint.channel());
        let exchange = async {
            let prepared = self.prepare(endpoint, options)?;
            self.exchange(endpoint, &prepared, options).await
        };
        let result = call.instrument(exchange).await;
        let Success { reply, status, attempts } = result.inspect_err(|error| call.failed(error))?;
        call.succeeded(status, attempts);
        Ok(reply)
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

    /// Sends until a reply says that the call succeeded, or nothing may be sent any more.
    async fn exchange<E: Endpoint>(
        &self,
        endpoint: &E,
        call: &Prepared<'_>,
        options: &CallOptions,
    ) -> Result<Success<E::Reply>, Error> {
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
            #[cfg(feature = "rate-limit")]
            config
                .limiter
                .admit(credential.as_ref(), call.recipient, &budget)
                .await
                .map_err(|wait| unsent(out_of_time(call.operation, ErrorKind::Limited, Some(wait))))?;
            let elapsed = budget.elapsed();
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
            let failure = match self.attempt(endpoint, call.request(&config.user_agent, credential, info), limit).await
            {
                Ok((status, reply)) => return Ok(Success { reply, status, attempts }),
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
    async fn attempt<E: Endpoint>(
        &self,
        endpoint: &E,
        request: Request,
        limit: Duration,
    ) -> Result<(StatusCode, E::Reply), Box<Failure>> {
        let config = self.config();
        let departure = Recall(CallInfo::of(&request).departure().clone());
        // When the time is up the exchange is dropped; what a task of it still holds is recalled next.
        let exchange = within(&*config.clock, limit, config.transport.call(request));
        let mut result = exchange.await.unwrap_or(Err(TransportErrorKind::Timeout.into()));
        // A transport of somebody else's may not watch the limit.
        if result.as_ref().is_ok_and(|response| response.body().len() > config.response_limit) {
            result = Err(TransportErrorKind::BodyTooLarge.into());
        }
        match result {
            Ok(response) => self.read(endpoint, &response),
            Err(error) => Err(Box::new(Failure {
                outcome: Outcome::of_transport(error.kind(), &departure.0),
                kind: kind_of(error.kind()),
                status: None,
                body: None,
                source: Some(Arc::new(error)),
            })),
        }
    }

    fn read<E: Endpoint>(&self, endpoint: &E, response: &Response) -> Result<(StatusCode, E::Reply), Box<Failure>> {
        let status = response.status();
        let after = || retry_after(response.headers(), self.config().clock.wall());
        let (outcome, kind, source) = match read_reply(status, response.body(), after) {
            Reading::Failure { outcome, kind } => (outcome, kind, None),
            Reading::Success(frame) => match endpoint.decode(&frame) {
                Ok(reply) => return Ok((status, reply)),
                Err(error) => (Outcome::Unreadable, ErrorKind::Reply, Some(Arc::new(error) as _)),
            },
        };
        let body = Some(ErrorBody::read(response.body()));
        Err(Box::new(Failure { outcome, kind, status: Some(status), body, source }))
    }

    /// The bearer token for a call that needs one from an account. The error is that of a call that was not sent.
    async fn token(
        &self,
        call: &Prepared<'_>,
        refused: Option<&Token>,
        budget: &Budget<'_>,
    ) -> Result<Option<Token>, Error> {
        let (CredentialKind::Bearer, Bearer::Account(account, cache)) = (call.credential, &self.config().bearer) else {
            return Ok(None);
        };
        let left = budget.left();
        // Another call's fetch may take longer than this call has.
        let token = cache.get(refused, || self.fetch_token(account, left));
        let Some(token) = within(budget.clock, left, token).await else {
            return Err(out_of_time(call.operation, ErrorKind::Timeout, None));
        };
        token.map(Some).map_err(|error| {
            // Whatever became of the request for the token: the call itself was not sent.
            let advice = match error.retry_advice() {
                RetryAdvice::FindOut | RetryAdvice::Never => RetryAdvice::Later { after: None },
                advice => advice,
            };
            Error::not_sent(ErrorKind::Credential, call.operation).with_advice(advice).with_source(error)
        })
    }

    fn can_renew(&self, call: &Prepared<'_>) -> bool {
        call.credential == CredentialKind::Bearer && matches!(self.config().bearer, Bearer::Account(..))
    }

    /// Boxed, since a call that needs a token contains a call that does not.
    fn fetch_token<'a>(&'a self, account: &'a Account, left: Duration) -> BoxFuture<'a, Result<HeaderValue, Error>> {
        let mut endpoint = FetchToken::new(account.request.clone());
        endpoint.member.clone_from(&account.member);
        let retry = Some(self.config().retry.clone().with_max_elapsed(left));
        let options = CallOptions { retry, ..CallOptions::default() };
        Box::pin(async move {
            let token = self.run(&endpoint, &options).await?;
            let value = bearer(token.secret());
            value.ok_or_else(|| Error::not_sent(ErrorKind::Reply, endpoint.operation()))
        })
    }

    fn credential(&self, call: &Prepared<'_>, token: Option<&Token>) -> Result<Option<HeaderValue>, Error> {
        let found = match (call.credential, &self.config().bearer) {
            (CredentialKind::None, _) => return Ok(None),
            (CredentialKind::CertificationCode, _) => self.codes.get(call.channel.as_ref()).cloned(),
            (CredentialKind::Bearer, Bearer::Fixed(value)) => Some(value.clone()),
            (CredentialKind::Bearer, _) => token.map(|token| token.value.clone()),
        };
        let missing = || Error::not_sent(ErrorKind::Credential, call.operation).with_advice(RetryAdvice::Authenticate);
        found.map(Some).ok_or_else(missing)
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

/// All of a call but its credential: what every attempt sends.
struct Prepared<'a> {
    operation: &'static str,
    channel: Option<Channel>,
    #[cfg(feature = "rate-limit")]
    recipient: Option<&'a PhoneNumber>,
    credential: CredentialKind,
    replay: Replay,
    method: Method,
    uri: Uri,
    host: &'a HeaderValue,
    headers: HeaderMap,
    body: Option<Bytes>,
}

/// A call of which no request can be made.
#[derive(Debug, thiserror::Error)]
enum PrepareError {
    #[error(transparent)]
    Url(#[from] UrlError),
    #[error("the body of the endpoint cannot be written")]
    Body(#[source] serde_json::Error),
}

impl<'a> Prepared<'a> {
    fn new<E: Endpoint>(endpoint: &'a E, base: &'a BaseUrl) -> Result<Self, PrepareError> {
        let body = endpoint.body().map_err(PrepareError::Body)?.map(Bytes::from);
        Ok(Self {
            operation: endpoint.operation(),
            channel: endpoint.channel(),
            #[cfg(feature = "rate-limit")]
            recipient: endpoint.recipient(),
            credential: endpoint.credential(),
            replay: endpoint.replay(),
            method: endpoint.method(),
            uri: base.url(&endpoint.path(), endpoint.query().as_str())?,
            host: &base.host,
            headers: endpoint.headers(),
            body,
        })
    }

    /// Returns the state after one more attempt. Effects of an earlier attempt stay possible, except that a read has none.
    fn remember(&self, before: RequestState, now: RequestState) -> RequestState {
        if self.method == Method::GET { now } else { before.max(now) }
    }

    /// The request of one attempt.
    fn request(&self, user_agent: &HeaderValue, credential: Option<HeaderValue>, info: CallInfo) -> Request {
        let mut request = Request::new(self.body.clone().unwrap_or_default());
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.uri.clone();
        let headers = request.headers_mut();
        headers.reserve(self.headers.len() + 5);
        headers.insert(HOST, self.host.clone());
        headers.insert(ACCEPT, JSON);
        headers.insert(USER_AGENT, user_agent.clone());
        if self.body.is_some() {
            headers.insert(CONTENT_TYPE, JSON);
        }
        headers.extend(self.headers.clone());
        if let Some(value) = credential {
            let name = if self.credential == CredentialKind::Bearer { AUTHORIZATION } else { CERTIFICATION_CODE };
            headers.insert(name, value);
        }
        request.extensions_mut().insert(info);
        request
    }
}
