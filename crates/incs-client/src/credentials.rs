//! Who is calling.

mod token_cache;

use std::fmt;

use http::HeaderValue;
use incs_model::auth::TokenRequest;
use incs_model::{Channel, Secret};

pub(crate) use self::token_cache::{Token, TokenCache};
use crate::client::BuildError;

/// The certification codes of the sending channels. `Debug` shows none.
///
/// INCS issues one for each WhatsApp number; that Viber and RCS channels have their own is inferred.
#[derive(Clone, Default)]
pub(crate) struct Codes {
    any: Option<HeaderValue>,
    whatsapp: Option<HeaderValue>,
    viber: Option<HeaderValue>,
    rcs: Option<HeaderValue>,
}

impl Codes {
    /// Sets the code of a channel, or that of every channel without its own.
    pub(crate) fn set(&mut self, channel: Option<&Channel>, code: &Secret) -> Result<(), BuildError> {
        let value = header(code.expose()).ok_or(BuildError::Credential)?;
        let place = match channel {
            None => &mut self.any,
            Some(Channel::WhatsApp) => &mut self.whatsapp,
            Some(Channel::Viber) => &mut self.viber,
            Some(Channel::Rcs) => &mut self.rcs,
            Some(_) => return Err(BuildError::Channel),
        };
        *place = Some(value);
        Ok(())
    }

    /// The code for a channel.
    pub(crate) fn get(&self, channel: Option<&Channel>) -> Option<&HeaderValue> {
        let own = match channel {
            Some(Channel::WhatsApp) => self.whatsapp.as_ref(),
            Some(Channel::Viber) => self.viber.as_ref(),
            Some(Channel::Rcs) => self.rcs.as_ref(),
            _ => None,
        };
        own.or(self.any.as_ref())
    }
}

impl fmt::Debug for Codes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Codes(…)")
    }
}

/// A secret as the value of a header, if it can be one: marked so that nobody prints it.
pub(crate) fn header(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok().filter(|value| !value.is_empty())?;
    value.set_sensitive(true);
    Some(value)
}

/// The account behind bearer tokens, with the name of the member that holds the token in its reply.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub(crate) request: TokenRequest,
    pub(crate) member: Option<String>,
}

/// Where bearer tokens come from.
#[derive(Debug)]
pub(crate) enum Bearer {
    /// Nobody gave any.
    Absent,
    /// The caller's, as it is.
    Fixed(HeaderValue),
    /// Fetched when needed.
    Account(Account, TokenCache),
}
