//! A token that many calls share and one fetches.

use std::future::Future;
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures_util::lock::Mutex as AsyncMutex;
use http::HeaderValue;

use crate::error::Error;

/// A token that many calls share and one fetches.
///
/// How long a token lasts is unknown, so it is kept until it is refused. Callers that need one while another fetches it wait
/// for that one's result, be it a token or an error; when the fetching caller goes away, the next in line takes over.
#[derive(Debug, Default)]
pub(crate) struct TokenCache {
    state: Mutex<State>,
    /// Held by whoever fetches.
    turn: AsyncMutex<()>,
}

#[derive(Debug, Default)]
struct State {
    /// Fetches that came to an end.
    fetches: u64,
    token: Option<Token>,
    failure: Option<Error>,
}

/// A token, and by which fetch it came.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    pub(crate) value: HeaderValue,
    fetch: u64,
}

impl TokenCache {
    /// The token that is there, unless it is the refused one; else that of the fetch which is under way or begins now.
    pub(crate) async fn get<F>(&self, refused: Option<&Token>, fetch: impl FnOnce() -> F) -> Result<Token, Error>
    where
        F: Future<Output = Result<HeaderValue, Error>>,
    {
        let before = {
            let state = self.state();
            if let Some(token) = state.usable(refused) {
                return Ok(token);
            }
            state.fetches
        };
        let _turn = self.turn.lock().await;
        {
            let state = self.state();
            if let Some(token) = state.usable(refused) {
                return Ok(token);
            }
            // The fetch that this caller waited for failed: its error is this caller's too.
            if let Some(failure) = state.failure.clone().filter(|_| state.fetches > before) {
                return Err(failure);
            }
        }
        let result = fetch().await;
        let mut state = self.state();
        state.fetches += 1;
        match result {
            Ok(value) => {
                let token = Token { value, fetch: state.fetches };
                state.failure = None;
                state.token = Some(token.clone());
                Ok(token)
            }
            Err(error) => {
                state.failure = Some(error.clone());
                Err(error)
            }
        }
    }

    /// Nothing can be half done under this lock, so a panic elsewhere does not spoil it.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn usable(&self, refused: Option<&Token>) -> Option<Token> {
        self.token.clone().filter(|token| refused.is_none_or(|refused| token.fetch > refused.fetch))
    }
}
