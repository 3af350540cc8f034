//! Running a call: check it, send it, and send it again only if that cannot do it twice.

use std::error::Error as StdError;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
#[cfg(feature = "rate-limit")]
use incs_model::PhoneNumber;
use incs_model::envelope::Frame;
use incs_model::id::MessageId;
use incs_model::{Channel, Sent};

use super::base_url::{BaseUrl, UrlError};
use super::{CallOptions, Client};
use crate::clock::{Budget, within};
use crate::credentials::{Account, Bearer, Token, bearer};
use crate::endpoint::{CredentialKind, Endpoint};
use crate::endpoints::auth::FetchToken;
use crate::error::{Error, ErrorBody, ErrorKind, Inner, RequestState, RetryAdvice};
#[cfg(feature = "rate-limit")]
use crate::rate::Admitted;
use crate::retry::{AttemptOutcome, Decision, Reading, read_reply, retry_after};
use crate::signals::{AttemptSignals, CallSignals};
use crate::transport::{CallInfo, Idempotency, ReplyConnection, Request, Response, SendGate, TransportErrorKind};

const CERTIFICATION_CODE: HeaderName = HeaderName::from_static("certification-code");
const JSON: HeaderValue = HeaderValue::from_static("application/json");
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A parsed reply, and the number of attempts that it took.
struct Success<R> {
    reply: R,
    attempts: u32,
}

/// The failure of one attempt.
struct FailedAttempt {
    outcome: AttemptOutcome,
    kind: ErrorKind,
    status: Option<StatusCode>,
    body: Option<ErrorBody>,
    /// True if the reply belongs to another request.
    is_misdirected: bool,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl Client {
    pub(crate) async fn execute_with<E: Endpoint>(
        &self,
        endpoint: &E,
        options: &CallOptions,
    ) -> Result<E::Reply, Error> {
        let signals = CallSignals::new(endpoint, self.config(), options.watch.as_ref());
        let exchange = async {
            let prepared = self.prepare(endpoint, options)?;
            self.exchange(endpoint, &prepared, options, &signals).await
        };
        let result = signals.instrument(exchange).await;
        signals.ended(result.as_ref().map(|success| success.attempts));
        Ok(result?.reply)
    }

    /// Checks a call and makes all of it that every attempt sends.
    fn prepare<'a, E: Endpoint>(&'a self, endpoint: &'a E, options: &CallOptions) -> Result<Prepared<'a>, Error> {
        let operation = endpoint.operation();
        if options.validate.unwrap_or(self.config().validate) {
            endpoint.check().into_result().map_err(|invalid| {
                Error::not_sent(ErrorKind::Invalid, operation).map(|inner| inner.invalid = Some(invalid))
            })?;
        }
        Prepared::new(endpoint, self.config().base(endpoint))
            .map_err(|error| Error::not_sent(ErrorKind::Request, operation).with_source(error))
    }

    /// Sends until a reply says that the call succeeded, or nothing may be sent any more.
    async fn exchange<E: Endpoint>(
        &self,
        endpoint: &E,
        call: &Prepared<'_>,
        options: &CallOptions,
        signals: &CallSignals<'_>,
    ) -> Result<Success<E::Reply>, Error> {
        let config = self.config();
        let policy = options.retry.as_ref().unwrap_or(&config.retry);
        let budget = Budget::new(&*config.clock, policy.max_elapsed);
        let mut attempts = 0;
        let mut refused = None;
        let mut history = RequestState::NotSent;
        let mut last = None;
        loop {
            // If an attempt cannot start, the state is the result of the earlier attempts.
            let unsent = |error: Error| error.map(|inner| (inner.attempts, inner.state) = (attempts, history));
            let token = self.token(call, refused.as_ref(), &budget).await.map_err(unsent)?;
            let credential = self.credential(call, token.as_ref()).map_err(unsent)?;
            #[cfg(feature = "rate-limit")]
            {
                let admitted = config.limiter.admit(credential.as_ref(), call.recipient, &budget).await;
                if admitted != Ok(Admitted::AtOnce) {
                    CallSignals::limited();
                }
                admitted.map_err(|wait| unsent(out_of_time(call.operation, ErrorKind::Limited, Some(wait))))?;
            }
            // Only a token, a limiter or an earlier attempt can have taken time.
            let may_have_waited = attempts > 0 || token.is_some() || cfg!(feature = "rate-limit");
            let elapsed = if may_have_waited { budget.elapsed() } else { Duration::ZERO };
            let limit = options
                .attempt_timeout
                .unwrap_or(config.attempt_timeout)
                .min(policy.max_elapsed.saturating_sub(elapsed));
            if limit.is_zero() {
                return Err(unsent(out_of_time(call.operation, ErrorKind::Timeout, None)));
            }
            attempts += 1;
            let info = CallInfo::new(call.operation, call.idempotency)
                .with_channel(call.channel.clone())
                .with_attempt(attempts)
                .with_deadline(budget.instant(elapsed.saturating_add(limit)))
                .with_response_limit(config.response_limit);
            let attempt = signals.attempt(attempts, last, &call.method, info.send_gate());
            let send_gate = RevokeOnDrop(info.send_gate().clone());
            let request = call.request(&config.user_agent, credential, info);
            let failure = match self.attempt(endpoint, request, limit, send_gate, &attempt).await {
                Ok((status, reply)) => {
                    attempt.ended(Some(status), None);
                    return Ok(Success { reply, attempts });
                }
                Err(failure) => failure,
            };
            attempt.ended(failure.status, Some(failure.kind));
            last = Some(failure.kind);
            history = call.remember(history, failure.outcome.request_state());
            signals.reached(history);
            // A token may have run out: one new one, and the call again. The platform did nothing yet.
            if failure.kind == ErrorKind::Authentication && refused.is_none() && self.can_renew(call) {
                refused = token;
                continue;
            }
            match policy.decide(failure.outcome, call.idempotency, attempts, budget.elapsed(), config.jitter()) {
                Decision::Again(wait) => config.clock.sleep(wait).await,
                Decision::Stop(advice) => return Err(failure.into_error(call.operation, attempts, history, advice)),
            }
        }
    }

    /// Makes one attempt and parses its reply.
    async fn attempt<E: Endpoint>(
        &self,
        endpoint: &E,
        request: Request,
        limit: Duration,
        send_gate: RevokeOnDrop,
        signals: &AttemptSignals<'_>,
    ) -> Result<(StatusCode, E::Reply), Box<FailedAttempt>> {
        let config = self.config();
        // At the deadline the exchange is dropped; a request that a task still holds is revoked next.
        let exchange = within(&*config.clock, limit, signals.instrument(config.transport.call(request)));
        let mut result = exchange.await.unwrap_or(Err(TransportErrorKind::Timeout.into()));
        // A transport of the user may not check the limit.
        if result.as_ref().is_ok_and(|response| response.body().len() > config.response_limit) {
            result = Err(TransportErrorKind::ReplyTooLarge.into());
        }
        match result {
            Ok(response) => self.read(endpoint, response),
            Err(error) => Err(Box::new(FailedAttempt {
                outcome: AttemptOutcome::of_transport(error.kind(), &send_gate.0),
                kind: kind_of(error.kind()),
                status: None,
                body: None,
                is_misdirected: false,
                source: Some(Arc::new(error)),
            })),
        }
    }

    /// Parses the reply of any call.
    fn read<E: Endpoint>(
        &self,
        endpoint: &E,
        response: Response,
    ) -> Result<(StatusCode, E::Reply), Box<FailedAttempt>> {
        let (head, mut body) = response.into_parts();
        if body.starts_with(BYTE_ORDER_MARK) {
            body = body.slice(BYTE_ORDER_MARK.len()..);
        }
        let status = head.status;
        let frame = Frame::read(&body).ok();
        let named =
            frame.as_ref().filter(|frame| endpoint.sends_message() && !frame.is_success()).and_then(named_message);
        let after = || retry_after(&head.headers, self.config().clock.wall());
        let unclear = |why: Untrusted| (AttemptOutcome::Unclear, ErrorKind::Reply, Some(Arc::new(why) as _));
        let mut untrusted = named.map(|id| self.untrusted_failure(&id));
        let (outcome, kind, source) = match read_reply(status, frame, after) {
            Reading::Failure { outcome, kind } => untrusted.map_or((outcome, kind, None), unclear),
            Reading::Success(frame) => match endpoint.decode(&frame) {
                Ok(reply) => {
                    untrusted = endpoint.message_id(&reply).and_then(|id| self.untrusted_success(id));
                    match untrusted {
                        None => return Ok((status, reply)),
                        Some(why) => unclear(why),
                    }
                }
                Err(error) => (AttemptOutcome::Unreadable, ErrorKind::Reply, Some(Arc::new(error) as _)),
            },
        };
        let is_misdirected = untrusted.is_some_and(|why| why != Untrusted::NamedFailure);
        if let Some(connection) = head.extensions.get::<ReplyConnection>().filter(|_| is_misdirected) {
            connection.discard();
        }
        let body = Some(ErrorBody::read(&body));
        Err(Box::new(FailedAttempt { outcome, kind, status: Some(status), body, is_misdirected, source }))
    }

    /// Returns why a success does not prove the outcome of the send. Its id counts as used from now on.
    ///
    /// If a server or a gateway answers a request twice, its second reply is read as the reply to the next request on the
    /// connection. Only the id tells the two apart, so a second reply without an id is not recognized.
    fn untrusted_success(&self, id: &MessageId) -> Option<Untrusted> {
        if id.as_str().chars().all(char::is_whitespace) {
            return Some(Untrusted::Unnamed);
        }
        let mut given = self.config().given_ids.lock().unwrap_or_else(PoisonError::into_inner);
        (!given.note(id.as_str())).then_some(Untrusted::OtherMessage)
    }

    /// Returns why a failure with a message id does not prove the outcome of the send. No documented failure has an id.
    fn untrusted_failure(&self, id: &MessageId) -> Untrusted {
        let given = self.config().given_ids.lock().unwrap_or_else(PoisonError::into_inner);
        if given.contains(id.as_str()) { Untrusted::OtherMessage } else { Untrusted::NamedFailure }
    }

    /// Returns the bearer token for a call that needs an account. The error says that the call was not sent.
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
            // The call itself was not sent, whatever the outcome of the token request is.
            let advice = match error.retry_advice() {
                RetryAdvice::Reconcile | RetryAdvice::Never => RetryAdvice::Later { after: None },
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
            let token = self.execute_with(&endpoint, &options).await?;
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

/// Returns the message that the reply names, if any.
fn named_message(frame: &Frame<'_>) -> Option<MessageId> {
    frame.data::<Sent>().ok().map(|sent| sent.message_id).filter(|id| !id.as_str().trim().is_empty())
}

/// A reply to a send that does not prove its outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum Untrusted {
    #[error("the reply gives the message an empty id")]
    Unnamed,
    #[error("the reply gives the id of another message: it is a late reply to an earlier request")]
    OtherMessage,
    #[error("the reply reports a failure, but gives the message an id")]
    NamedFailure,
}

/// Revokes the request when the attempt ends or its future is dropped: a request that the transport still holds must not be sent
/// later.
struct RevokeOnDrop(SendGate);

impl Drop for RevokeOnDrop {
    fn drop(&mut self) {
        self.0.revoke();
    }
}

impl FailedAttempt {
    fn into_error(self, operation: &'static str, attempts: u32, state: RequestState, advice: RetryAdvice) -> Error {
        let Self { kind, status, body, is_misdirected, source, .. } = self;
        let advice = if kind == ErrorKind::Authentication { RetryAdvice::Authenticate } else { advice };
        Inner { kind, state, advice, operation, attempts, status, body, is_misdirected, invalid: None, source }.into()
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
        TransportErrorKind::ReplyTooLarge => ErrorKind::ReplyTooLarge,
        TransportErrorKind::NotSent | TransportErrorKind::Other => ErrorKind::Transport,
    }
}

/// The parts of a call that every attempt sends, without the credential.
struct Prepared<'a> {
    operation: &'static str,
    channel: Option<Channel>,
    #[cfg(feature = "rate-limit")]
    recipient: Option<&'a PhoneNumber>,
    credential: CredentialKind,
    idempotency: Idempotency,
    method: Method,
    uri: Uri,
    host: &'a HeaderValue,
    headers: HeaderMap,
    body: Option<Bytes>,
}

/// A call that cannot be turned into a request.
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
            idempotency: endpoint.idempotency(),
            method: endpoint.method(),
            uri: base.url(endpoint.path(), endpoint.query().as_str())?,
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
        headers.insert(HOST, self.host.clone());
        headers.insert(ACCEPT, JSON);
        headers.insert(USER_AGENT, user_agent.clone());
        if self.body.is_some() {
            headers.insert(CONTENT_TYPE, JSON);
        }
        if !self.headers.is_empty() {
            headers.extend(self.headers.clone());
        }
        if let Some(value) = credential {
            let name = if self.credential == CredentialKind::Bearer { AUTHORIZATION } else { CERTIFICATION_CODE };
            headers.insert(name, value);
        }
        request.extensions_mut().insert(info);
        request
    }
}
