//! Credentials: certification codes, bearer tokens, and the cache of the token.

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
pub(crate) struct Codes(Vec<(Option<Channel>, HeaderValue)>);

impl Codes {
    /// Sets the code of a channel, or the code of all channels without their own.
    pub(crate) fn set(&mut self, channel: Option<&Channel>, code: &Secret) -> Result<(), BuildError> {
        let value = header("", code).ok_or(BuildError::Credential)?;
        if let Some(Channel::Unknown(_)) = channel {
            return Err(BuildError::Channel);
        }
        self.0.retain(|(known, _)| known.as_ref() != channel);
        self.0.push((channel.cloned(), value));
        Ok(())
    }

    /// Returns the code for a channel.
    pub(crate) fn get(&self, channel: Option<&Channel>) -> Option<&HeaderValue> {
        let find = |channel: Option<&Channel>| self.0.iter().find(|(known, _)| known.as_ref() == channel);
        find(channel).or_else(|| find(None)).map(|(_, code)| code)
    }
}

impl fmt::Debug for Codes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Codes(…)")
    }
}

/// Returns a token as the value of `authorization`, if it is a valid header value.
pub(crate) fn bearer(token: &Secret) -> Option<HeaderValue> {
    header("Bearer ", token)
}

/// Returns a secret as a header value marked as sensitive, if it is a valid one.
fn header(scheme: &str, secret: &Secret) -> Option<HeaderValue> {
    let secret = secret.expose();
    // `http` allows other texts, which a server might read differently, or not at all.
    if secret.trim().is_empty() || !secret.is_ascii() {
        return None;
    }
    let mut value = HeaderValue::from_str(&format!("{scheme}{secret}")).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// The account for bearer tokens, with the name of the token's member in the reply.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub(crate) request: TokenRequest,
    pub(crate) member: Option<String>,
}

/// The source of bearer tokens.
#[derive(Debug)]
pub(crate) enum Bearer {
    /// No token and no account.
    Absent,
    /// A fixed token of the caller.
    Fixed(HeaderValue),
    /// Fetched with an account when needed.
    Account(Account, TokenCache),
}

/// A token that many calls share and that one of them fetches.
///
/// The lifetime of a token is unknown, so it is kept until it is refused. Callers that need a token while another fetches it wait
/// for the result, a token or an error; if the fetching caller is dropped, the next one takes over.
#[derive(Debug, Default)]
pub(crate) struct TokenCache {
    state: Mutex<State>,
    /// Locked by the caller that fetches.
    turn: AsyncMutex<()>,
}

#[derive(Debug, Default)]
struct State {
    /// The number of finished fetches.
    fetches: u64,
    token: Option<Token>,
    failure: Option<Error>,
}

/// A token with the number of its fetch.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    pub(crate) value: HeaderValue,
    fetch: u64,
}

impl TokenCache {
    /// Returns the current token, unless it is the refused one; else fetches one, or waits for the fetch in progress.
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
            // The fetch that this caller waited for failed, so it gets the same error.
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

    /// No change under this lock is ever incomplete, so a poisoned lock is safe to use.
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
    fn unsendable_secret_is_refused() {
        for text in ["", " ", "\t", "a\nb", "a\r\nx: y", "a\0", "ключ", "a\u{7f}"] {
            assert_eq!(bearer(&text.into()), None, "{text:?}");
            assert_eq!(Codes::default().set(None, &text.into()), Err(BuildError::Credential), "{text:?}");
        }
    }

    #[test]
    fn secret_header_is_masked() {
        let value = bearer(&"5f0c".into()).unwrap();
        assert_eq!((value.to_str().unwrap(), value.is_sensitive()), ("Bearer 5f0c", true));
        assert!(!format!("{:?}", Bearer::Fixed(value)).contains("5f0c"));
        let mut codes = Codes::default();
        codes.set(None, &"b82f".into()).unwrap();
        assert_eq!(format!("{codes:?}"), "Codes(…)");
    }

    #[test]
    fn channel_code_overrides_shared_code() {
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
