//! Enums that stay open: what the platform adds tomorrow is kept today.

mod code;
mod member_union;
mod tagged_union;
mod text;

pub use self::code::UnknownCode;
pub(crate) use self::code::open_code;
pub use self::member_union::UnknownMember;
#[cfg(feature = "schema")]
pub(crate) use self::member_union::content_schema;
pub(crate) use self::member_union::{MemberUnion, ReadValue, Slot, from_contents, member_union, read_alone};
pub use self::tagged_union::UnknownObject;
pub(crate) use self::tagged_union::{tagged_union, untagged};
pub use self::text::UnknownText;
pub(crate) use self::text::{fmt_token, open_text};
