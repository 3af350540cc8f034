//! Open enums: values that the platform adds later are kept.

mod enums;
mod member_union;
mod tagged_union;

pub use self::enums::{UnknownCode, UnknownText};
pub(crate) use self::enums::{fmt_token, open_code, open_text, open_value, read_code, read_text};
pub(crate) use self::member_union::{MemberUnion, Slot, from_contents, from_text, member_union, read_member_union};
pub use self::member_union::{MissingMember, UnknownMember};
pub use self::tagged_union::UnknownObject;
pub(crate) use self::tagged_union::{TaggedUnion, read_tagged_union, tagged_union};
