//! Reading a body, locating an error in it, and writing one.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::error::{DecodeError, Fault};
use super::pointer::tokens;
use super::silent::Key;
use super::tracked::Tracked;

/// Reads a JSON body.
///
/// The normal path is one pass of `serde_json`. Only if that fails is the body read a second time, more slowly, to locate
/// the error: it names the member by JSON pointer, with line and column, the expectation and the kind of value
/// found. It never holds the value.
///
/// The second read is lenient with optional members of received types: a number and a string of its digits are read for
/// each other, and a member that still cannot be read is absent. Required members keep their errors, and types that you send are
/// read as strictly as the first time. It also reads a content that comes before its tag and is of another kind than its name says.
/// Plain `serde_json` has no second read, so use this function for what you receive.
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
/// Fails when the body is not JSON, or not a `T`.
pub fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, DecodeError> {
    match str::from_utf8(body) {
        // Validated once for all strings.
        Ok(text) => decode_str(text),
        // Only members that are not read may hold other bytes.
        Err(_) => serde_json::from_slice(body).or_else(|_| reread(body)),
    }
}

/// Reads a JSON body that is known to be UTF-8, so that its strings are not validated again; otherwise like [`decode`].
///
/// # Errors
///
/// Fails when the text is not JSON, or not a `T`.
pub fn decode_str<T: DeserializeOwned>(text: &str) -> Result<T, DecodeError> {
    serde_json::from_str(text).or_else(|_| reread(text.as_bytes()))
}

/// Writes a value as compact JSON.
///
/// # Errors
///
/// Fails when the value cannot be serialized. The types of this crate always can; your own types may not.
pub fn encode<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(value)
}

/// Reads the body a second time, with places.
fn reread<T: DeserializeOwned>(body: &[u8]) -> Result<T, DecodeError> {
    let raw = serde_json::from_slice::<&RawValue>(body).map_err(|syntax| DecodeError::syntax(&syntax))?;
    T::deserialize(Tracked::new(raw)).map_err(|fault| DecodeError::from_fault(fault, body))
}

impl DecodeError {
    /// Converts a fault in a body to an error with line and column.
    pub(crate) fn from_fault(fault: Fault, body: &[u8]) -> Self {
        let before = body.get(..place(body, &fault.pointer)).unwrap_or_default();
        let line = before.split(|&byte| byte == b'\n').count();
        let column = 1 + before.iter().rev().take_while(|&&byte| byte != b'\n').count();
        Self::new(fault, line, column)
    }
}

/// Returns the offset in the body of the value at `pointer`, or of the value that should hold it.
fn place(body: &[u8], pointer: &str) -> usize {
    let Ok(raw) = serde_json::from_slice::<&RawValue>(body) else { return 0 };
    let (Ok(nearest) | Err(nearest)) = walk(raw, pointer);
    nearest.get().as_ptr().addr().saturating_sub(body.as_ptr().addr())
}

/// Returns the value at `pointer`, or the last one on the path to it.
pub(super) fn walk<'raw>(raw: &'raw RawValue, pointer: &str) -> Result<&'raw RawValue, &'raw RawValue> {
    let mut here = raw;
    for step in tokens(pointer) {
        let next = if here.get().starts_with('[') { item(here, &step) } else { member(here, &step) };
        here = next.ok_or(here)?;
    }
    Ok(here)
}

fn item<'raw>(array: &'raw RawValue, step: &str) -> Option<&'raw RawValue> {
    let items: Vec<&RawValue> = serde_json::from_str(array.get()).ok()?;
    items.get(step.parse::<usize>().ok()?).copied()
}

/// Returns the member of this name; the last one if there are several.
fn member<'raw>(object: &'raw RawValue, step: &str) -> Option<&'raw RawValue> {
    let members: BTreeMap<Key<'raw>, &'raw RawValue> = serde_json::from_str(object.get()).ok()?;
    members.into_iter().find(|(key, _)| key.0 == step).map(|(_, raw)| raw)
}
