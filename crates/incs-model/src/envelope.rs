//! The frame of every reply (INCS: general conventions).

use std::fmt;

use incs_model_derive::WireStruct;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use crate::errors::{self, Explanation, Family};
use crate::json::{self, DecodeError, RawJson, decode, decode_str};
use crate::message::Channel;
use crate::open::{open_code, open_text};

/// The frame of every reply. [`data`](Self::data) holds the result of the call; [`into_result`](Self::into_result) reads it.
///
/// It is **unknown** whether the HTTP status mirrors [`code`](Self::code) or is always 200: read the body on any HTTP status. On a
/// failure `data` and `error` may be `{}`, `[]`, `null` or absent (partly inferred); they are kept unchanged.
///
/// ```
/// use incs_model::envelope::{Code, Envelope, ReplyError};
/// use incs_model::{Sent, decode};
///
/// let body = br#"{"status":"success","code":200,"message":"","data":{"msg_id":"wamid.HBgN"},"error":{}}"#;
/// let sent: Sent = decode::<Envelope>(body).unwrap().into_result().unwrap();
/// assert_eq!(sent.message_id.as_str(), "wamid.HBgN");
///
/// let body = br#"{"status":"error","code":10002,"message":"(#132012) Parameter format does not match","data":{}}"#;
/// let Err(ReplyError::Refused(refusal)) = decode::<Envelope>(body).unwrap().into_result::<Sent>() else { panic!() };
/// assert_eq!((refusal.code(), refusal.provider_code()), (Code::WhatsApp, Some(132_012)));
/// ```
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Reply"))]
#[non_exhaustive]
pub struct Envelope {
    /// The outcome. Use [`is_success`](Self::is_success), which also looks at `code`.
    pub status: ReplyStatus,
    /// 200, or the number of the error.
    pub code: Code,
    /// Empty on success, otherwise a description of the error. It may repeat what you sent, so `Debug` masks it.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    #[serde(default, deserialize_with = "json::defaulted")]
    pub message: String,
    /// The result of the call: an object; an array for template lists.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub data: Option<RawJson>,
    /// Details of an error. `{}` in every sample, and absent from the older page.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub error: Option<RawJson>,
}

open_text! {
    /// The outcome of a call.
    pub enum ReplyStatus {
        /// The call succeeded.
        Success = "success",
        /// The call failed.
        Error = "error",
    }
}

impl Envelope {
    /// Creates the reply to a successful call.
    ///
    /// # Errors
    ///
    /// Fails when `data` cannot be serialized; the types of this crate always can.
    pub fn success<T: Serialize + ?Sized>(data: &T) -> Result<Self, serde_json::Error> {
        Ok(Self::new(ReplyStatus::Success, Code::Success).with_data(RawJson::encode(data)?))
    }

    /// Creates the reply to a failed call.
    pub fn failure(code: Code, message: impl Into<String>) -> Self {
        Self::new(ReplyStatus::Error, code).with_message(message)
    }

    /// Returns true when the call succeeded: `status` is `success` and `code` is 200.
    pub fn is_success(&self) -> bool {
        self.status == ReplyStatus::Success && self.code == Code::Success
    }

    /// The number of Meta's error at the start of `message`, as in `(#132012) Parameter format does not match …`. It may be
    /// missing, and appears with [`Code::WhatsApp`] only (sampled).
    pub fn provider_code(&self) -> Option<u32> {
        let (digits, _) = self.message.trim_start().strip_prefix("(#")?.split_once(')')?;
        let number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        if number { digits.parse().ok() } else { None }
    }

    /// Returns the meaning of the error, what to do about it, and when another try makes sense: of Meta's number if there is one, else
    /// of [`code`](Self::code). `None` for a code without a source in the catalogue, and for a success.
    pub fn explanation(&self) -> Option<&'static Explanation> {
        if self.is_success() {
            return None;
        }
        let number = self.provider_code().filter(|_| self.code == Code::WhatsApp);
        let of_meta = number.and_then(|number| errors::explain(Family::Meta, number.into()));
        of_meta.or_else(|| errors::explain(Family::Incs, self.code.as_i64()))
    }

    /// Returns the result of a successful call. `T` is the type of `data`: [`Sent`](crate::Sent),
    /// [`StatusList`](crate::status::StatusList), a `Vec` of templates, or [`RawJson`] where it is unknown.
    ///
    /// # Errors
    ///
    /// Returns [`ReplyError::Refused`] when the platform reports a failed call, whatever `data` holds, and [`ReplyError::Data`]
    /// when the call succeeded and `data` is not a `T`: its pointer begins with `/data`, its line and column count from the start
    /// of the value of `data`.
    pub fn into_result<T: DeserializeOwned>(self) -> Result<T, ReplyError> {
        if !self.is_success() {
            return Err(ReplyError::Refused(Refusal::new(self)));
        }
        read_data(self.data.as_ref().map(RawJson::get)).map_err(ReplyError::Data)
    }
}

/// Reads `data`. Absent data reads as a `T` without required members.
fn read_data<T: DeserializeOwned>(data: Option<&str>) -> Result<T, DecodeError> {
    let read = match data {
        Some(data) => decode_str(data),
        None => decode(b"null").map_err(|_| DecodeError::missing()),
    };
    read.map_err(|error| error.under_key("data"))
}

/// Distinguishes `null` from an absent member.
fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

open_code! {
    /// The number of an error (INCS: error codes). Numbers below 1000 come from the platform itself; from
    /// [`WhatsApp`](Self::WhatsApp) on, the provider behind a channel reported the error, and `message` holds its text.
    ///
    /// The code for a bad or expired bearer token is **unknown**: 401 and 403 are not listed. The advice on retries is inferred.
    pub enum Code {
        /// No error.
        Success = 200,
        /// The request is invalid, or its template does not exist. Read `message`; the same request fails again.
        BadRequest = 400,
        /// The route does not exist. Check the base URL.
        NotFound = 404,
        /// A parameter is wrong. Correct it; the same call fails again.
        InvalidParameters = 422,
        /// Too many requests. Wait, then retry; the limit and the time to wait are **unknown**.
        TooManyAttempts = 429,
        /// The platform failed. Retry later, but check the status of messages first: one may have been sent.
        ServerError = 500,
        /// The certification code is wrong. Each sending channel has its own code.
        InvalidCertificationCode = 10001,
        /// WhatsApp rejected the request. Meta's error number is at the start of `message`:
        /// [`provider_code`](crate::envelope::Envelope::provider_code). The same request usually fails again.
        WhatsApp = 10002,
        /// Viber rejected the request. The same request usually fails again.
        Viber = 10003,
        /// RCS rejected the request, often because a template variable had no value.
        /// [`check_send`](crate::template::rcs::Template::check_send) finds this before the send.
        Rcs = 10004,
    }
}

impl Code {
    /// The channel of the provider that rejected the request; `None` when the platform itself did.
    pub fn provider(self) -> Option<Channel> {
        match self {
            Self::WhatsApp => Some(Channel::WhatsApp),
            Self::Viber => Some(Channel::Viber),
            Self::Rcs => Some(Channel::Rcs),
            _ => None,
        }
    }
}

/// The frame of a reply, read from its body without copying `data`. Clients use it to reach `data` when they
/// send thousands of messages. [`Envelope`] is the owned form and keeps every member.
///
/// ```
/// use incs_model::Sent;
/// use incs_model::envelope::Frame;
///
/// let body = br#"{"status":"success","code":200,"message":"","data":{"msg_id":"wamid.HBgN"},"error":{}}"#;
/// let frame = Frame::read(body).unwrap();
/// assert!(frame.is_success());
/// assert_eq!(frame.data::<Sent>().unwrap().message_id.as_str(), "wamid.HBgN");
/// ```
#[derive(Clone)]
pub struct Frame<'a> {
    body: &'a [u8],
    parts: Parts<'a>,
}

#[derive(Clone, Deserialize)]
struct Parts<'a> {
    status: ReplyStatus,
    code: Code,
    #[serde(borrow, default, deserialize_with = "present")]
    data: Option<&'a RawValue>,
}

impl<'a> Frame<'a> {
    /// Reads the frame around a reply.
    ///
    /// # Errors
    ///
    /// Fails when the body is not JSON, or not a frame, with the same error as for an [`Envelope`].
    pub fn read(body: &'a [u8]) -> Result<Self, DecodeError> {
        // An envelope refuses a message that is not UTF-8; the frame skips the message, so the whole text is checked. serde
        // would also read a struct from an array of its members, and an array is not a frame.
        let object = std::str::from_utf8(body).ok().filter(|text| text.trim_start().starts_with('{'));
        let read = object.and_then(|text| serde_json::from_str(text).ok());
        read.map(|parts| Self { body, parts }).ok_or_else(|| {
            decode::<Envelope>(body).err().unwrap_or_else(|| DecodeError::refused("the frame of a reply"))
        })
    }

    /// The outcome of the call.
    pub fn status(&self) -> &ReplyStatus {
        &self.parts.status
    }

    /// 200, or the number of the error.
    pub fn code(&self) -> Code {
        self.parts.code
    }

    /// Returns true when the call succeeded: `status` is `success` and `code` is 200.
    pub fn is_success(&self) -> bool {
        self.parts.status == ReplyStatus::Success && self.parts.code == Code::Success
    }

    /// The JSON text of `data`.
    pub fn raw_data(&self) -> Option<&'a str> {
        self.parts.data.map(RawValue::get)
    }

    /// Returns `data`, also of a failed call. Absent data reads as a type without required members.
    ///
    /// # Errors
    ///
    /// Fails when `data` is not a `T`: the pointer begins with `/data`, line and column count from the start of the value of `data`.
    pub fn data<T: DeserializeOwned>(&self) -> Result<T, DecodeError> {
        read_data(self.raw_data())
    }

    /// Returns the result of a successful call.
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`Envelope::into_result`].
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

/// The error of a reply without a usable result.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ReplyError {
    /// The platform reports that the call failed.
    #[error(transparent)]
    Refused(Refusal),
    /// The call succeeded, but its `data` has an unexpected shape.
    #[error("the call succeeded, but its reply has an unexpected shape")]
    Data(#[source] DecodeError),
}

/// The platform's report that a call failed.
///
/// `Display` holds the numbers, and never the platform's text, which may repeat what you sent.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("the platform refused the call with code {}{}", .0.code, provider_suffix(.0))]
pub struct Refusal(Box<Envelope>);

impl Refusal {
    pub(super) fn new(envelope: Envelope) -> Self {
        Self(Box::new(envelope))
    }

    /// The number of the error.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// The number of Meta's error, if there is one. See [`Envelope::provider_code`].
    pub fn provider_code(&self) -> Option<u32> {
        self.0.provider_code()
    }

    /// The platform's description of the error. It may repeat what you sent.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The whole reply.
    pub fn envelope(&self) -> &Envelope {
        &self.0
    }

    /// The whole reply.
    pub fn into_envelope(self) -> Envelope {
        *self.0
    }
}

fn provider_suffix(envelope: &Envelope) -> String {
    envelope.provider_code().map_or_else(String::new, |code| format!(", provider code {code}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Found;
    use crate::status::StatusList;

    fn read(body: &str) -> Envelope {
        decode(body.as_bytes()).unwrap()
    }

    #[test]
    fn failure_reads_with_any_data() {
        for rest in
            ["", r#","data":{}"#, r#","data":[],"error":[]"#, r#","data":null,"error":null"#, r#","data":7,"error":{}"#]
        {
            let body = format!(r#"{{"status":"error","code":422,"message":"The phone number is invalid."{rest}}}"#);
            let envelope = read(&body);
            assert_eq!(serde_json::to_string(&envelope).unwrap(), body);
            let Err(ReplyError::Refused(refusal)) = envelope.into_result::<StatusList>() else { panic!("refused") };
            assert_eq!(refusal.code(), Code::InvalidParameters);
        }
    }

    #[test]
    fn frame_agrees_with_envelope() {
        for body in [
            r#"{"status":"success","code":200,"message":"","data":{"data":[]},"error":{}}"#,
            r#"{"status":"success","code":"200","message":null,"data":{"data":[{"message_id":7}]}}"#,
            r#"{"status":"success","code":200,"data":null}"#,
            r#"{"status":"success","code":200}"#,
            r#"{"data":[],"code":422,"message":"no","status":"error"}"#,
            r#"{"status":"later","code":200}"#,
            r#"{"status":"success","code":200,"message":{"en":"no"},"data":{"data":[]}}"#,
        ] {
            let frame = Frame::read(body.as_bytes()).unwrap();
            let envelope = read(body);
            assert_eq!((frame.status(), frame.code()), (&envelope.status, envelope.code), "{body}");
            assert_eq!(frame.raw_data(), envelope.data.as_ref().map(RawJson::get), "{body}");
            assert_eq!(frame.into_result::<StatusList>(), envelope.into_result(), "{body}");
        }
        for body in ["", "[]", "{", r#"{"status":"success"}"#, r#"{"status":1,"code":200}"#] {
            let error = decode::<Envelope>(body.as_bytes()).unwrap_err();
            assert_eq!(Frame::read(body.as_bytes()).unwrap_err(), error, "{body}");
        }
        for body in [r#"["error",422]"#, r#" ["success",200,{"msg_id":"m-1"}]"#, r#"[{"status":"error","code":422}]"#] {
            Frame::read(body.as_bytes()).unwrap_err();
        }
    }

    #[test]
    fn success_takes_both_status_and_code() {
        assert!(read(r#"{"status":"success","code":200}"#).is_success());
        for body in
            [r#"{"status":"success","code":500}"#, r#"{"status":"error","code":200}"#, r#"{"status":"ok","code":200}"#]
        {
            assert!(!read(body).is_success(), "{body}");
        }
    }

    #[test]
    fn data_error_has_full_pointer() {
        let row = r#"{"message_id":"x","message_status":"read"}"#;
        let bad = r#"{"message_id":"x","message_status":[]}"#;
        let body = format!(r#"{{"status":"success","code":200,"data":{{"data":[{row},{row},{row},{bad}]}}}}"#);
        let Err(ReplyError::Data(error)) = read(&body).into_result::<StatusList>() else { panic!("unreadable") };
        assert_eq!(
            (error.pointer(), error.expected(), error.found()),
            ("/data/data/3/message_status", "a string", Found::Array)
        );

        let absent = read(r#"{"status":"success","code":200}"#).into_result::<StatusList>();
        let Err(ReplyError::Data(error)) = absent else { panic!("unreadable") };
        assert_eq!((error.pointer(), error.found()), ("/data", Found::Nothing));
        assert_eq!(read(r#"{"status":"success","code":200}"#).into_result::<Option<StatusList>>(), Ok(None));
    }

    #[test]
    fn provider_code_may_be_missing() {
        for (message, number) in [
            ("(#132012) Parameter format", Some(132_012)),
            ("  (#100) x", Some(100)),
            ("(#) x", None),
            ("(#+5) x", None),
            ("(#99999999999) x", None),
            ("Error (#132012)", None),
            ("", None),
        ] {
            assert_eq!(Envelope::failure(Code::WhatsApp, message).provider_code(), number, "{message}");
        }
    }

    #[test]
    fn no_message_shows() {
        let envelope = Envelope::failure(Code::WhatsApp, "(#131026) 6281200045678 is unreachable");
        assert!(!format!("{envelope:?}").contains("6281200045678"));
        let body = serde_json::to_vec(&envelope).unwrap();
        let frame = format!("{:?}", Frame::read(&body).unwrap());
        assert_eq!(frame, format!("Frame {{ status: Error, code: WhatsApp, bytes: {}, .. }}", body.len()));
        let error = envelope.into_result::<()>().unwrap_err();
        assert_eq!(error.to_string(), "the platform refused the call with code 10002, provider code 131026");
        assert!(!format!("{error:?}").contains("6281200045678"));
    }
}
