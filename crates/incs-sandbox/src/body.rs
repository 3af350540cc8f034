//! Reads JSON bodies; errors name the invalid member.

use incs_model::{Pointer, decode};
use serde::de::DeserializeOwned;

/// An invalid body: the JSON pointer of the member, and the problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BodyError {
    pub(crate) pointer: String,
    pub(crate) problem: String,
}

/// Reads a body. The pointer of an error also names unknown members.
pub(crate) fn read<T: DeserializeOwned>(json: &[u8]) -> Result<T, BodyError> {
    decode(json).map_err(|error| {
        let text = error.to_string();
        let problem = text.strip_prefix(error.pointer()).map_or(text.as_str(), |rest| rest.trim_start_matches(": "));
        let unknown = problem.strip_prefix("expected unknown field `").and_then(|rest| rest.split_once("`, "));
        match unknown {
            Some((name, known)) => {
                let member = Pointer::new([name]);
                BodyError {
                    pointer: format!("{}{member}", error.pointer()),
                    problem: format!("no such member; {known}"),
                }
            }
            None => BodyError { pointer: error.pointer().to_owned(), problem: problem.to_owned() },
        }
    })
}
