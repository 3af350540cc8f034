//! Tokens.

use incs_model::auth::TokenRequest;

use crate::client::{Call, Client};
use crate::endpoints::auth::FetchToken;

/// Tokens: [`Client::auth`]. A client with an account fetches its own.
#[derive(Debug, Clone, Copy)]
pub struct Auth<'a> {
    client: &'a Client,
}

impl<'a> Auth<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self { client }
    }

    /// Fetches a token.
    pub fn token(&self, account: TokenRequest) -> Call<'a, FetchToken> {
        self.client.call(FetchToken::new(account))
    }
}
