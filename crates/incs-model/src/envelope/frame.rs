//! The frame of a reply, borrowed.

use std::fmt;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::code::Code;
use super::{Envelope, Outcome, Refusal, ReplyError};
use crate::decode::{DecodeError, decode};

/// The frame of a reply, read from its body without copying what it holds: what a client reads on its way to `data`, when it
/// sends thousands of messages. [`Envelope`] is the same, owned, and keeps everything.
///
/// ```
/// use incs_model::Sent;
/// use incs_model::envelope::Frame;
///
/// let body = br#"{"status":"success","code":200,"message":"","data":{"msg_id":"wamid.HBgN"},"error":{}}"#;
/// let frame = Frame::read(body).unwrap();
/// assert!(frame.is_success());
/// assert_eq!(frame.data::<Sent>().unwrap().msg_id.as_str(), "wamid.HBgN");
/// ```
#[derive(Clone)]
pub struct Frame<'a> {
    body: &'a [u8],
    parts: Parts<'a>,
}

#[derive(Clone, Deserialize)]
struct Parts<'a> {
    status: Outcome,
    code: Code,
    #[serde(borrow, default, deserialize_with = "super::present")]
    data: Option<&'a RawValue>,
}

impl<'a> Frame<'a> {
    /// Reads the frame around a reply.
    ///
    /// # Errors
    ///
    /// When the body is not JSON, or not a frame: the error of reading an [`Envelope`].
    pub fn read(body: &'a [u8]) -> Result<Self, DecodeError> {
        // One look at the whole is cheaper than one at each string.
        let read = std::str::from_utf8(body).ok().and_then(|text| serde_json::from_str(text).ok());
        match read {
            Some(parts) => Ok(Self { body, parts }),
            None => Err(Self::explain(body)),
        }
    }

    #[cold]
    fn explain(body: &[u8]) -> DecodeError {
        decode::<Envelope>(body).err().unwrap_or_else(|| DecodeError::refused("the frame of a reply"))
    }

    /// Whether the call succeeded.
    pub fn status(&self) -> &Outcome {
        &self.parts.status
    }

    /// 200, or what went wrong.
    pub fn code(&self) -> Code {
        self.parts.code
    }

    /// Whether the call succeeded: `status` is `success` and `code` is 200.
    pub fn is_success(&self) -> bool {
        self.parts.status == Outcome::Success && self.parts.code == Code::Success
    }

    /// The text of `data`.
    pub fn raw_data(&self) -> Option<&'a str> {
        self.parts.data.map(RawValue::get)
    }

    /// What the call gave, whether or not it succeeded: `data`, or nothing for a type that needs nothing.
    ///
    /// # Errors
    ///
    /// When `data` is no `T`: the pointer begins with `/data`, line and column count from the start of the value of `data`.
    pub fn data<T: DeserializeOwned>(&self) -> Result<T, DecodeError> {
        super::read_data(self.raw_data())
    }

    /// What the call gave, if it succeeded.
    ///
    /// # Errors
    ///
    /// As [`Envelope::into_result`].
    pub fn into_result<T: DeserializeOwned>(self) -> Result<T, ReplyError> {
        if self.is_success() {
            return self.data().map_err(ReplyError::Data);
        }
        let envelope = decode(self.body).map_err(ReplyError::Data)?;
        Err(ReplyError::Refused(Refusal::new(envelope)))
    }
}

impl fmt::Debug for Frame<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Frame")
            .field("status", &self.parts.status)
            .field("code", &self.parts.code)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}
