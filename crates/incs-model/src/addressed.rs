//! A content and its recipient in one object: the common part of the messages of all channels.

use serde::de::{Deserializer, Error as _, MapAccess};

use crate::json::{Key, ReadMembers, from_object, once};
use crate::open::{MemberUnion, Slot};
use crate::phone::PhoneNumber;

/// Members that the messages of a channel have besides their recipient and their content. `()` has no such members.
pub(crate) trait MoreMembers: Default {
    /// Takes the next member, whose name was already read, if it is one of them.
    fn take<'de, A: MapAccess<'de>>(&mut self, key: &str, members: &mut A) -> Result<bool, A::Error>;

    /// Their schemas, by name.
    #[cfg(feature = "schema")]
    fn schemas(generator: &mut schemars::SchemaGenerator) -> Vec<(&'static str, schemars::Schema)>;
}

impl MoreMembers for () {
    fn take<'de, A: MapAccess<'de>>(&mut self, _: &str, _: &mut A) -> Result<bool, A::Error> {
        Ok(false)
    }

    #[cfg(feature = "schema")]
    fn schemas(_: &mut schemars::SchemaGenerator) -> Vec<(&'static str, schemars::Schema)> {
        Vec::new()
    }
}

/// Reads the message of a channel: `to`, a union and any further members, in one object.
pub(crate) fn read_message<'de, U, M, D>(deserializer: D) -> Result<(PhoneNumber, U, M), D::Error>
where
    U: MemberUnion,
    M: MoreMembers,
    D: Deserializer<'de>,
{
    from_object(deserializer).map(|Addressed(to, content, more)| (to, content, more))
}

struct Addressed<U, M>(PhoneNumber, U, M);

impl<'de, U: MemberUnion, M: MoreMembers> ReadMembers<'de> for Addressed<U, M> {
    fn read_members<A: MapAccess<'de>>(mut members: A) -> Result<Self, A::Error> {
        let mut to = None;
        let mut slot = Slot::new();
        let mut more = M::default();
        while let Some(Key(key)) = members.next_key()? {
            if key == "to" {
                once(&mut to, members.next_value()?, "to")?;
            } else if !more.take(&key, &mut members)? {
                slot.take(&key, &mut members)?;
            }
        }
        let to = to.ok_or_else(|| A::Error::missing_field("to"))?;
        Ok(Self(to, slot.finish()?, more))
    }
}

/// The schema of the message of a channel.
#[cfg(feature = "schema")]
pub(crate) fn message_schema<U: MemberUnion, M: MoreMembers>(
    generator: &mut schemars::SchemaGenerator,
) -> schemars::Schema {
    use crate::schema::shape::{Shared, member_union};

    let mut members = vec![("to", generator.subschema_for::<PhoneNumber>())];
    members.extend(M::schemas(generator));
    member_union::<U>(generator, &Shared { members, required: &["to"] })
}
