//! Status codes, status names and states.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::object::read_number;
use crate::open::open_text;
use crate::schema_of::schema_of;

/// Exotel's status code. On the wire a JSON integer, or its digits in a string; written back unchanged.
///
/// Codes have different meanings in different channels and in different versions of Exotel's pages: use the
/// [`StatusName`](super::StatusName) if there is one. Two codes are equal when their numbers are, in either form.
#[derive(Clone, Copy)]
pub struct StatusCode {
    number: i64,
    quoted: bool,
}

impl StatusCode {
    /// `EX_MESSAGE_SENT` in RCS (Exotel: send RCS message).
    pub const MESSAGE_SENT: Self = Self { number: 40001, quoted: false };
    /// `EX_MESSAGE_DELIVERED` in RCS (Exotel: send RCS message).
    pub const MESSAGE_DELIVERED: Self = Self { number: 40002, quoted: false };
    /// `EX_MESSAGE_SEEN` in RCS (Exotel: send RCS message).
    pub const MESSAGE_SEEN: Self = Self { number: 40003, quoted: false };
    /// `EX_SYSTEM_ERROR` in RCS (Exotel: send RCS message).
    pub const SYSTEM_ERROR: Self = Self { number: 40004, quoted: false };
    /// `EX_UNSUPPORTED_MEDIA_TYPE` (Exotel: receive messages webhook; sampled only).
    pub const UNSUPPORTED_MEDIA_TYPE: Self = Self { number: 24501, quoted: false };

    /// The number.
    pub fn as_i64(self) -> i64 {
        self.number
    }
}

impl From<i64> for StatusCode {
    fn from(number: i64) -> Self {
        Self { number, quoted: false }
    }
}

impl PartialEq for StatusCode {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Eq for StatusCode {}

impl PartialOrd for StatusCode {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for StatusCode {
    fn cmp(&self, other: &Self) -> Ordering {
        self.number.cmp(&other.number)
    }
}

impl Hash for StatusCode {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.number.hash(state);
    }
}

impl fmt::Display for StatusCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number.fmt(f)
    }
}

impl fmt::Debug for StatusCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StatusCode({})", self.number)
    }
}

impl Serialize for StatusCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.quoted { serializer.collect_str(&self.number) } else { serializer.serialize_i64(self.number) }
    }
}

impl<'de> Deserialize<'de> for StatusCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (number, raw) = read_number(deserializer, |text| text.parse().ok())?;
        Ok(Self { number, quoted: raw.get().starts_with('"') })
    }
}

open_text! {
    /// Exotel's status name. No complete list for RCS is published.
    ///
    /// The first four are documented for RCS delivery reports (Exotel: send RCS message), the fifth is sampled in incoming
    /// messages (Exotel: receive messages webhook). The others are Exotel's names for WhatsApp (Exotel: WhatsApp status
    /// codes); their use in RCS is inferred from the first four, which are the same in both.
    pub enum StatusName {
        /// Sent towards the user's device.
        MessageSent = "EX_MESSAGE_SENT",
        /// Delivered to the device.
        MessageDelivered = "EX_MESSAGE_DELIVERED",
        /// Opened by the user.
        MessageSeen = "EX_MESSAGE_SEEN",
        /// Not delivered: a system error.
        SystemError = "EX_SYSTEM_ERROR",
        /// The user sent a kind of media that Exotel does not forward.
        UnsupportedMediaType = "EX_UNSUPPORTED_MEDIA_TYPE",
        /// An error in the number (inferred from the name).
        NumberError = "EX_NUMBER_ERROR",
        /// An error in the setup (inferred from the name).
        SetupError = "EX_SETUP_ERROR",
        /// Too many messages (inferred from the name).
        RateLimitHit = "EX_RATE_LIMIT_HIT",
        /// Too many messages that were classified as spam (inferred from the name).
        SpamRateLimitHit = "EX_SPAM_RATE_LIMIT_HIT",
        /// Too many requests (inferred from the name).
        TooManyRequests = "EX_TOO_MANY_REQUEST",
        /// An invalid request (inferred from the name).
        InvalidRequest = "EX_INVALID_REQUEST",
        /// An unknown error (inferred from the name).
        UnknownError = "EX_UNKNOWN_ERROR",
        /// The recipient does not exist (inferred from the name).
        InvalidRecipient = "EX_INVALID_RECIPIENT",
        /// The recipient cannot receive it (inferred from the name).
        IncapableRecipient = "EX_INCAPABLE_RECIPIENT",
        /// The recipient is blocked (inferred from the name).
        RecipientBlocked = "EX_RECIPIENT_BLOCKED",
        /// A kind of message that is not supported (inferred from the name).
        UnsupportedMessage = "EX_UNSUPPORTED_MESSAGE",
        /// A file could not be downloaded (inferred from the name).
        MediaDownloadError = "EX_MEDIA_DOWNLOAD_ERROR",
        /// A file could not be uploaded (inferred from the name).
        MediaUploadError = "EX_MEDIA_UPLOAD_ERROR",
        /// Too late to reply without a template (inferred from the name).
        ReengagementError = "EX_REENGAGEMENT_ERROR",
        /// An invalid parameter (inferred from the name).
        InvalidParam = "EX_INVALID_PARAM",
        /// A parameter is missing (inferred from the name).
        MissingParam = "EX_MISSING_PARAM",
        /// A parameter with an invalid value (inferred from the name).
        InvalidParamValue = "EX_INVALID_PARAM_VALUE",
        /// Not delivered for too long (inferred from the name).
        MessagePendingTooLong = "EX_MESSAGE_PENDING_TOO_LONG",
        /// The message expired (inferred from the name).
        MessageExpired = "EX_MESSAGE_EXPIRED",
        /// The message is too long (inferred from the name).
        MessageTooLong = "EX_MESSAGE_TOO_LONG",
        /// An error in a webhook (inferred from the name).
        WebhookError = "EX_WEBHOOK_ERROR",
    }
}

/// The state in a delivery report, in the order of progress.
///
/// A message gets several reports in no guaranteed order: its current state is the [`max`](Ord::max) of the reported states,
/// so a late "sent" never replaces a "seen". A failure ranks below a delivery, which proves it wrong (inferred).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ReportState {
    /// A name and a code that this version does not know.
    Unknown,
    /// Sent towards the user's device.
    Sent,
    /// Not delivered.
    Failed,
    /// Delivered to the device.
    Delivered,
    /// Opened by the user.
    Seen,
}

impl ReportState {
    /// Returns the state of a name: three are successes, and any other `EX_…` in a report is a failure (inferred).
    pub(super) fn by_name(name: &StatusName) -> Option<Self> {
        match name {
            StatusName::MessageSent => Some(Self::Sent),
            StatusName::MessageDelivered => Some(Self::Delivered),
            StatusName::MessageSeen => Some(Self::Seen),
            other => other.as_str().starts_with("EX_").then_some(Self::Failed),
        }
    }

    /// Returns the state of an RCS code; the codes of other channels have other meanings.
    pub(super) fn by_rcs_code(code: StatusCode) -> Option<Self> {
        let known = [
            (StatusCode::MESSAGE_SENT, Self::Sent),
            (StatusCode::MESSAGE_DELIVERED, Self::Delivered),
            (StatusCode::MESSAGE_SEEN, Self::Seen),
            (StatusCode::SYSTEM_ERROR, Self::Failed),
        ];
        known.iter().find(|(number, _)| *number == code).map(|(_, state)| *state)
    }
}

impl crate::masked::Masked for StatusCode {}
impl crate::masked::Masked for ReportState {}

schema_of!(StatusCode as "ExotelStatusCode", _generator => {
    schemars::json_schema!({
        "description": "Exotel's number of a status, as a number or as digits in a string.",
        "anyOf": [{ "type": "integer" }, { "type": "string", "pattern": "^\\s*[+-]?[0-9]+\\s*$" }],
    })
});
