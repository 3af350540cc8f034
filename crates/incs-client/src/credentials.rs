//! Credentials: certification codes, bearer tokens, and the cache of the token.

use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures_util::lock::Mutex as AsyncMutex;
use http::HeaderValue;
use incs_model::auth::TokenRequest;
use incs_model::{Channel, Secret};

use crate::error::{BuildError, Error};

/// The certification codes of the sending channels. `Debug` shows none.
///
/// INCS issues one for each WhatsApp number; that Viber and RCS channels have their own is inferred.
#[derive(Clone, Default)]
pub(crate) struct Codes(HashMap<Option<Channel>, HeaderValue>);

impl Codes {
    /// Sets the code of a channel, or that of every channel without its own.
    pub(crate) fn set(&mut self, channel: Option<&Channel>, code: &Secret) -> Result<(), BuildError> {
        let value = header("", code).ok_or(BuildError::Credential)?;
        if let Some(Channel::Unknown(_)) = channel {
            return Err(BuildError::Channel);
        }
        self.0.insert(channel.cloned(), value);
        Ok(())
    }

    /// The code for a channel.
    pub(crate) fn get(&self, channel: Option<&Channel>) -> Option<&HeaderValue> {
        self.0.get(&channel.cloned()).or_else(|| self.0.get(&None))
    }
}

impl fmt::Debug for Codes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Codes(…)")
    }
}

/// A token as the value of `authorization`, if it can be one.
pub(crate) fn bearer(token: &Secret) -> Option<HeaderValue> {
    header("Bearer ", token)
}

/// A secret as the value of a header, if it can be one: marked so that nobody prints it.
fn header(scheme: &str, secret: &Secret) -> Option<HeaderValue> {
    let secret = secret.expose();
    // `http` lets other texts through, which a server would read in its own way, or not at all.
    if secret.trim().is_empty() || !secret.is_ascii() {
        return None;
    }
    let mut value = HeaderValue::from_str(&format!("{scheme}{secret}")).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// The account behind bearer tokens, with the name of the member that holds the token in its reply.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub(crate) request: TokenRequest,
    pub(crate) member: Option<String>,
}

/// The source of bearer tokens.
#[derive(Debug)]
pub(crate) enum Bearer {
    /// Nobody gave any.
    Absent,
    /// The caller's, as it is.
    Fixed(HeaderValue),
    /// Fetched when needed.
    Account(Account, TokenCache),
}

/// A token that many calls share and one fetches.
///
/// The lifetime of a token is unknown, so it is kept until it is refused. Callers that need one while another fetches it wait
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
        let fetched = fetch().await;
        let mut state = self.state();
        state.fetches += 1;
        let result = fetched.map(|value| Token { value, fetch: state.fetches });
        state.failure = result.as_ref().err().cloned();
        if let Ok(token) = &result {
            state.token = Some(token.clone());
        }
        result
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_that_no_header_can_hold_is_none() {
        for text in ["", " ", "\t", "a\nb", "a\r\nx: y", "a\0", "ключ", "a\u{7f}"] {
            assert_eq!(bearer(&text.into()), None, "{text:?}");
            assert_eq!(Codes::default().set(None, &text.into()), Err(BuildError::Credential), "{text:?}");
        }
    }

    #[test]
    fn a_header_of_a_secret_does_not_show_it() {
        let value = bearer(&"5f0c".into()).unwrap();
        assert_eq!((value.to_str().unwrap(), value.is_sensitive()), ("Bearer 5f0c", true));
        assert!(!format!("{:?}", Bearer::Fixed(value)).contains("5f0c"));
        let mut codes = Codes::default();
        codes.set(None, &"b82f".into()).unwrap();
        assert_eq!(format!("{codes:?}"), "Codes(…)");
    }

    #[test]
    fn a_channel_has_its_own_code_or_that_of_all() {
        let channels = [Channel::WhatsApp, Channel::Viber, Channel::Rcs];
        let mut codes = Codes::default();
        for channel in &channels {
            codes.set(Some(channel), &channel.as_str().into()).unwrap();
        }
        let get = |codes: &Codes, channel: Option<&Channel>| {
            codes.get(channel).map(|value| value.to_str().unwrap().to_owned())
        };
        let other = Channel::from("fax");
        assert_eq!((get(&codes, None), get(&codes, Some(&other))), (None, None));
        codes.set(None, &"any".into()).unwrap();
        for channel in &channels {
            assert_eq!(get(&codes, Some(channel)).as_deref(), Some(channel.as_str()));
        }
        assert_eq!(get(&codes, None).as_deref(), Some("any"));
        assert_eq!(get(&codes, Some(&other)).as_deref(), Some("any"));
        assert_eq!(codes.set(Some(&other), &"x".into()), Err(BuildError::Channel));
    }
}
