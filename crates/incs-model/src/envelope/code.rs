//! What went wrong, in numbers.

use crate::message::Channel;
use crate::open::open_code;

open_code! {
    /// What went wrong, in numbers (INCS: error codes). Those below 1000 are the platform's own words; from
    /// [`WhatsApp`](Self::WhatsApp) on, the provider behind a channel spoke, and `message` holds its text.
    ///
    /// What a bad or expired bearer token gives is **unknown**: 401 and 403 are listed nowhere. When to try again is inferred.
    pub enum Code {
        /// No error.
        Success = 200,
        /// The call makes no sense as it is, or its template does not exist. Read `message`; the same call fails again.
        BadRequest = 400,
        /// There is no such route. Check the base URL.
        NotFound = 404,
        /// A parameter is wrong. Correct it; the same call fails again.
        InvalidParameters = 422,
        /// Too many calls. Wait, then try again; how long to wait and how many calls fit is **unknown**.
        TooManyAttempts = 429,
        /// The platform failed. Try again later, but look at messages first: one may have been sent.
        ServerError = 500,
        /// The certification code is wrong. Each sending channel has its own.
        InvalidCertificationCode = 10001,
        /// WhatsApp refused. Meta's number stands at the start of `message`:
        /// [`provider_code`](crate::envelope::Envelope::provider_code). The same call mostly fails again.
        WhatsApp = 10002,
        /// Viber refused. The same call mostly fails again.
        Viber = 10003,
        /// RCS refused, often because a variable of a template had no value:
        /// [`check_send`](crate::template::rcs::Template::check_send) tells before.
        Rcs = 10004,
    }
}

impl Code {
    /// The channel whose provider refused, if it was not the platform itself.
    pub fn provider(self) -> Option<Channel> {
        match self {
            Self::WhatsApp => Some(Channel::WhatsApp),
            Self::Viber => Some(Channel::Viber),
            Self::Rcs => Some(Channel::Rcs),
            _ => None,
        }
    }
}
