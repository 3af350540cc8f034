//! The credential of an attempt.

use std::time::Duration;

use futures_util::future::BoxFuture;
use http::HeaderValue;

use super::budget::Budget;
use super::request::Prepared;
use super::within::within;
use super::{CallOptions, Client};
use crate::credentials::{Account, Bearer, Token, bearer};
use crate::endpoint::{CredentialKind, Endpoint};
use crate::endpoints::auth::FetchToken;
use crate::error::{Error, ErrorKind, RetryAdvice};

impl Client {
    /// The bearer token for a call that needs one from an account. The error is that of a call that was not sent.
    pub(super) async fn token(
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
            let advice = RetryAdvice::Later { after: None };
            return Err(Error::not_sent(ErrorKind::Timeout, call.operation).with_advice(advice));
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

    pub(super) fn can_renew(&self, call: &Prepared<'_>) -> bool {
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

    pub(super) fn credential(&self, call: &Prepared<'_>, token: Option<&Token>) -> Result<Option<HeaderValue>, Error> {
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
