//! Reading a body, and saying where it went wrong.

mod cut;
mod entries;
mod error;
mod fault;
mod key;
mod object;
mod once;
mod tracked;

pub(crate) use self::cut::Cutter;
pub(crate) use self::entries::{Entries, compose, replay};
pub use self::error::{DecodeError, Found};
pub(crate) use self::key::Key;
pub(crate) use self::object::read_object;
pub(crate) use self::once::once;
pub(crate) use self::tracked::Tracked;

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

/// Reads a JSON body.
///
/// The good path is one pass of `serde_json`. Only when that fails is the body read a second time, slower, to find out
/// where: so the error names the member by JSON pointer, with line and column, what was expected and what kind of value
/// was found. It never holds the value.
///
/// ```
/// use incs_model::{decode, whatsapp};
///
/// let body = br#"{"to":"85251230088","type":"image","image":{"link":7}}"#;
/// let error = decode::<whatsapp::Message>(body).unwrap_err();
/// assert_eq!(error.pointer(), "/image/link");
/// assert_eq!(error.to_string(), "/image/link: expected a string, found a number (line 1, column 52)");
/// ```
///
/// # Errors
///
/// When the body is not JSON, or not a `T`.
pub fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, DecodeError> {
    serde_json::from_slice(body).map_err(|error| explain::<T>(body, &error))
}

/// Reads a JSON body that is known to be text, so that its strings need no second look; otherwise like [`decode`].
///
/// # Errors
///
/// When the text is not JSON, or not a `T`.
pub fn decode_str<T: DeserializeOwned>(text: &str) -> Result<T, DecodeError> {
    serde_json::from_str(text).map_err(|error| explain::<T>(text.as_bytes(), &error))
}

/// The second, tracked read.
#[cold]
fn explain<T: DeserializeOwned>(body: &[u8], error: &serde_json::Error) -> DecodeError {
    let raw = match serde_json::from_slice::<&RawValue>(body) {
        Ok(raw) => raw,
        Err(syntax) => return DecodeError::syntax(&syntax),
    };
    match T::deserialize(Tracked::new(raw)) {
        Err(fault) => DecodeError::from_fault(fault, body),
        Ok(_) => DecodeError::unexplained(error),
    }
}
