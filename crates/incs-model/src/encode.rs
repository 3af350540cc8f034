//! Writing a request body.

use serde::Serialize;

/// Room for all but the largest bodies, so that writing one takes one allocation, two at most.
const INITIAL_CAPACITY: usize = 4096;

/// Writes a value as compact JSON into one buffer.
///
/// # Errors
///
/// When the value's `Serialize` fails. The types of this crate never do; a type of your own may.
pub fn encode<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, serde_json::Error> {
    let mut body = Vec::with_capacity(INITIAL_CAPACITY);
    serde_json::to_writer(&mut body, value)?;
    Ok(body)
}
