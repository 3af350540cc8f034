//! Tokens for the `SaaS` API.

use std::borrow::Cow;

use http::Method;
use incs_model::auth::{Token, TokenRequest};
use incs_model::envelope::Frame;
use incs_model::{DecodeError, RawJson, Report};

use crate::endpoint::{CredentialKind, Endpoint};
use crate::transport::Idempotency;

/// Fetches a bearer token: `POST /external/auth/token` (INCS: get a token).
///
/// Its lifetime is **unknown**, and so is whether it revokes earlier tokens. A second
/// request sends no message, so it is [`Idempotency::Idempotent`].
///
/// A client with an account does this by itself: [`ClientBuilder::account`](crate::ClientBuilder::account).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FetchToken {
    /// The account.
    pub request: TokenRequest,
    /// The member of `data` that holds the token, which the pages do not name. `token` and `access_token` are tried unless set.
    pub member: Option<String>,
}

impl FetchToken {
    /// Fetches a token for this account.
    pub fn new(request: TokenRequest) -> Self {
        Self { request, member: None }
    }

    /// Names the member of `data` that holds the token.
    #[must_use]
    pub fn with_member(mut self, name: impl Into<String>) -> Self {
        self.member = Some(name.into());
        self
    }
}

impl Endpoint for FetchToken {
    type Reply = Token;

    fn operation(&self) -> &'static str {
        "fetch_token"
    }

    fn method(&self) -> Method {
        Method::POST
    }

    fn path(&self) -> Cow<'static, str> {
        "/external/auth/token".into()
    }

    fn credential(&self) -> CredentialKind {
        CredentialKind::None
    }

    fn idempotency(&self) -> Idempotency {
        Idempotency::Idempotent
    }

    fn check(&self) -> Report {
        incs_model::check(&self.request)
    }

    fn body(&self) -> Result<Option<Vec<u8>>, serde_json::Error> {
        incs_model::encode(&self.request).map(Some)
    }

    fn decode(&self, reply: &Frame<'_>) -> Result<Token, DecodeError> {
        match &self.member {
            None => reply.data(),
            Some(member) => Token::from_data(&reply.data::<RawJson>()?, member),
        }
    }
}
