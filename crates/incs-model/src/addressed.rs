//! A content and its recipient in one object: what the messages of all channels have alike.

use serde::de::{Deserializer, Error as _, MapAccess};

use crate::json::{Key, ReadMembers, from_object, once};
use crate::open::{MemberUnion, Slot};
use crate::phone::PhoneNumber;

/// Reads the message of a channel: `to` and a union in one object.
pub(crate) fn read_message<'de, U, D>(deserializer: D) -> Result<(PhoneNumber, U), D::Error>
where
    U: MemberUnion,
    D: Deserializer<'de>,
{
    from_object(deserializer).map(|Addressed(to, content)| (to, content))
}

struct Addressed<U>(PhoneNumber, U);

impl<'de, U: MemberUnion> ReadMembers<'de> for Addressed<U> {
    fn read_members<A: MapAccess<'de>>(mut members: A) -> Result<Self, A::Error> {
        let mut to = None;
        let mut slot = Slot::new();
        while let Some(Key(key)) = members.next_key()? {
            if key == "to" {
                once(&mut to, members.next_value()?, "to")?;
            } else {
                slot.take(&key, &mut members)?;
            }
        }
        let to = to.ok_or_else(|| A::Error::missing_field("to"))?;
        Ok(Self(to, slot.finish()?))
    }
}

/// The schema of the message of a channel.
#[cfg(feature = "schema")]
pub(crate) fn message_schema<U: MemberUnion>(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
    use crate::schema::shape::{Shared, member_union};

    let to = generator.subschema_for::<PhoneNumber>();
    member_union::<U>(generator, &Shared { members: vec![("to", to)], required: &["to"] })
}
