//! The frame of every reply (INCS: general conventions).

use std::fmt;

use incs_model_derive::WireStruct;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use crate::json::{self, DecodeError, RawJson, decode, decode_str};
use crate::message::Channel;
use crate::open::{open_code, open_text};

/// The frame of every reply. What a call gave is in [`data`](Self::data), read by [`into_result`](Self::into_result).
///
/// Whether the HTTP status mirrors [`code`](Self::code) or is always 200 is **unknown**: read the body on any HTTP status. On a
/// failure `data` and `error` may be `{}`, `[]`, `null` or absent (partly inferred); they are kept as they came.
///
/// ```
/// use incs_model::envelope::{Code, Envelope, ReplyError};
/// use incs_model::{Sent, decode};
///
/// let body = br#"{"status":"success","code":200,"message":"","data":{"msg_id":"wamid.HBgN"},"error":{}}"#;
/// let sent: Sent = decode::<Envelope>(body).unwrap().into_result().unwrap();
/// assert_eq!(sent.msg_id.as_str(), "wamid.HBgN");
///
/// let body = br#"{"status":"error","code":10002,"message":"(#132012) Parameter format does not match","data":{}}"#;
/// let Err(ReplyError::Refused(refusal)) = decode::<Envelope>(body).unwrap().into_result::<Sent>() else { panic!() };
/// assert_eq!((refusal.code(), refusal.provider_code()), (Code::WhatsApp, Some(132_012)));
/// ```
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Envelope {
    /// Whether the call succeeded. Ask [`is_success`](Self::is_success), which looks at `code` too.
    pub status: Outcome,
    /// 200, or what went wrong.
    pub code: Code,
    /// Empty on success, else what went wrong, for people. It may repeat what you sent, so `Debug` masks it.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    #[serde(default, deserialize_with = "json::defaulted")]
    pub message: String,
    /// What the call gave: an object; an array on the lists of templates.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub data: Option<RawJson>,
    /// Details of an error. `{}` in every sample, and absent in the older page.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub error: Option<RawJson>,
}

open_text! {
    /// Whether a call succeeded.
    pub enum Outcome {
        /// It did.
        Success = "success",
        /// It did not.
        Error = "error",
    }
}

impl Envelope {
    /// A reply that succeeded.
    ///
    /// # Errors
    ///
    /// When the `Serialize` of `data` fails; the types of this crate never do.
    pub fn success<T: Serialize + ?Sized>(data: &T) -> Result<Self, serde_json::Error> {
        Ok(Self::new(Outcome::Success, Code::Success).with_data(RawJson::encode(data)?))
    }

    /// A reply that failed.
    pub fn failure(code: Code, message: impl Into<String>) -> Self {
        Self::new(Outcome::Error, code).with_message(message)
    }

    /// Whether the call succeeded: `status` is `success` and `code` is 200.
    pub fn is_success(&self) -> bool {
        self.status == Outcome::Success && self.code == Code::Success
    }

    /// The number of Meta's error at the start of `message`, as in `(#132012) Parameter format does not match …`. It may be
    /// missing, and stands there with [`Code::WhatsApp`] only (sampled).
    pub fn provider_code(&self) -> Option<u32> {
        let (digits, _) = self.message.trim_start().strip_prefix("(#")?.split_once(')')?;
        let number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        if number { digits.parse().ok() } else { None }
    }

    /// What the call gave, if it succeeded. `T` is the type of `data`: [`Sent`](crate::Sent),
    /// [`StatusList`](crate::status::StatusList), a `Vec` of templates, or [`RawJson`] where it is unknown.
    ///
    /// # Errors
    ///
    /// [`ReplyError::Refused`] when the platform says that the call failed, whatever `data` holds then; [`ReplyError::Data`] when
    /// the call succeeded and `data` is no `T`: its pointer begins with `/data`, its line and column count from the start of
    /// the value of `data`.
    pub fn into_result<T: DeserializeOwned>(self) -> Result<T, ReplyError> {
        if !self.is_success() {
            return Err(ReplyError::Refused(Refusal::new(self)));
        }
        read_data(self.data.as_ref().map(RawJson::get)).map_err(ReplyError::Data)
    }
}

/// Reads `data`. A `T` that needs nothing takes its absence.
fn read_data<T: DeserializeOwned>(data: Option<&str>) -> Result<T, DecodeError> {
    let read = match data {
        Some(data) => decode_str(data),
        None => decode(b"null").map_err(|_| DecodeError::missing()),
    };
    read.map_err(|error| error.under_key("data"))
}

/// Keeps `null` apart from absence.
fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

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
    #[serde(borrow, default, deserialize_with = "present")]
    data: Option<&'a RawValue>,
}

impl<'a> Frame<'a> {
    /// Reads the frame around a reply.
    ///
    /// # Errors
    ///
    /// When the body is not JSON, or not a frame: the error of reading an [`Envelope`].
    pub fn read(body: &'a [u8]) -> Result<Self, DecodeError> {
        // An envelope refuses a message that is not UTF-8; the frame skips the message, so the whole text is looked at.
        let read = std::str::from_utf8(body).ok().and_then(|text| serde_json::from_str(text).ok());
        read.map(|parts| Self { body, parts }).ok_or_else(|| {
            decode::<Envelope>(body).err().unwrap_or_else(|| DecodeError::refused("the frame of a reply"))
        })
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
        read_data(self.raw_data())
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

/// Why a reply gave nothing.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ReplyError {
    /// The platform says that the call failed.
    #[error(transparent)]
    Refused(Refusal),
    /// The call succeeded, but its `data` has another shape.
    #[error("the call succeeded, but its reply is of another shape")]
    Data(#[source] DecodeError),
}

/// The platform says that a call failed.
///
/// `Display` holds the numbers and never the platform's text, which may repeat what you sent.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("the platform refused the call with code {}{}", .0.code, provider_suffix(.0))]
pub struct Refusal(Box<Envelope>);

impl Refusal {
    pub(super) fn new(envelope: Envelope) -> Self {
        Self(Box::new(envelope))
    }

    /// What went wrong.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// The number of Meta's error, if there is one. See [`Envelope::provider_code`].
    pub fn provider_code(&self) -> Option<u32> {
        self.0.provider_code()
    }

    /// What went wrong, for people. It may repeat what you sent.
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
    fn a_failure_is_read_whatever_its_data() {
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
    fn a_frame_says_what_an_envelope_says() {
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
    fn a_fault_in_the_data_has_its_full_pointer() {
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
    fn the_number_of_the_provider_may_be_missing() {
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
