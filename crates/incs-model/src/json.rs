//! JSON as this platform writes it: pointers into it.

mod pointer;

pub use self::pointer::{ParsePointerError, Pointer};
pub(crate) use self::pointer::{escape, tokens};
