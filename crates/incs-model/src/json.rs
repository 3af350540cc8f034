//! Reading and writing JSON: bodies, raw parts of them, pointers into them, and errors with a place.

mod body;
mod error;
mod lenient;
mod members;
mod object;
mod pointer;
mod raw;
mod silent;
mod tracked;

pub use self::body::{decode, decode_str, encode};
pub use self::error::{DecodeError, Found};
pub(crate) use self::lenient::{
    CONTENT, Content, Tried, content_value, defaulted, float, items, keep, list, list_value, object_or_text, optional,
    optional_value, parse_float, tried_value, whole_number,
};
pub(crate) use self::members::{Entries, compose, replay};
pub(crate) use self::object::{ReadMembers, from_object, object, object_or_null, once, once_or_null};
pub use self::pointer::{ParsePointerError, Pointer};
pub(crate) use self::pointer::{escape, tokens};
pub(crate) use self::raw::RawItems;
pub use self::raw::RawJson;
pub(crate) use self::silent::{Key, Silent, hidden, text};
pub(crate) use self::tracked::{Tracked, is_blank, members, read_document};
