//! Reading and writing JSON: bodies, raw pieces of them, pointers into them, and errors that say where.

mod body;
mod error;
mod lenient;
mod members;
mod object;
mod pointer;
mod raw;
mod tracked;

pub use self::body::{decode, decode_str, encode};
pub use self::error::{DecodeError, Found};
pub(crate) use self::lenient::{
    Content, Tried, content_value, defaulted, float, items, keep, list, list_value, object_or_text, optional,
    optional_value, tried_value, whole_number,
};
pub(crate) use self::members::{Entries, compose, replay};
pub(crate) use self::object::{ReadMembers, from_object, object, object_or_null, once};
pub(crate) use self::pointer::escape;
pub use self::pointer::{ParsePointerError, Pointer};
pub(crate) use self::raw::Cutter;
pub use self::raw::RawJson;
pub(crate) use self::tracked::{Key, Tracked, is_blank};
