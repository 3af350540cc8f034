//! Reading a struct member by member: the common part of the derived readers.
//!
//! It reads as a reader derived by serde does, with the same errors. serde's derive writes all of this again for every struct, in
//! several times the code, which every user of this crate has to compile.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, Expected, IgnoredAny, MapAccess, SeqAccess, Visitor,
};

use crate::json;

/// A struct that is read from its members.
pub(crate) trait ReadStruct<'de>: Sized {
    /// The name of the struct.
    const NAME: &'static str;

    /// The names of the members, in the order of the fields.
    const MEMBERS: &'static [&'static str];

    /// Returns the index of a name; for an unknown one, the number of members.
    fn index(name: &str) -> usize;

    /// Reads the members and builds the struct.
    fn read_members<M: Members<'de>>(members: M) -> Result<Self, M::Error>;
}

/// Reads a struct.
pub(crate) fn read_struct<'de, T: ReadStruct<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_struct(T::NAME, T::MEMBERS, StructVisitor(PhantomData))
}

/// The members of a struct, in any order.
pub(crate) trait Members<'de> {
    type Error: Error;

    /// Returns the index of the next member of the struct `T`; for an unknown member, the number of known ones.
    fn next<T: ReadStruct<'de>>(&mut self) -> Result<Option<usize>, Self::Error>;

    /// Reads the value of the member with this index.
    fn read<R: ReadMember<'de>>(&mut self, slot: &mut Option<R::Value>, index: usize) -> Result<(), Self::Error>;

    /// Skips the value of an unknown member.
    fn skip(&mut self) -> Result<(), Self::Error>;

    /// Returns the value of a member that may not be absent.
    fn required<T>(&self, slot: Option<T>, index: usize) -> Result<T, Self::Error>;
}

/// A way to read the value of a member.
pub(crate) trait ReadMember<'de> {
    type Value;

    fn read_member<D: Deserializer<'de>>(deserializer: D) -> Result<Self::Value, D::Error>;
}

/// Reads a value as its type does.
pub(crate) struct Plain<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> ReadMember<'de> for Plain<T> {
    type Value = T;

    fn read_member<D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        T::deserialize(deserializer)
    }
}

/// Reads a value as [`json::optional`] does.
pub(crate) struct Optional<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> ReadMember<'de> for Optional<T> {
    type Value = Option<T>;

    fn read_member<D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
        json::optional(deserializer)
    }
}

/// Reads a list as [`json::list`] does.
pub(crate) struct List<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> ReadMember<'de> for List<T> {
    type Value = Vec<T>;

    fn read_member<D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
        json::list(deserializer)
    }
}

/// Reads a list as [`json::items`] does.
pub(crate) struct Items<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> ReadMember<'de> for Items<T> {
    type Value = Vec<T>;

    fn read_member<D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
        json::items(deserializer)
    }
}

struct MemberSeed<R>(PhantomData<R>);

impl<'de, R: ReadMember<'de>> DeserializeSeed<'de> for MemberSeed<R> {
    type Value = R::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<R::Value, D::Error> {
        R::read_member(deserializer)
    }
}

struct StructVisitor<T>(PhantomData<T>);

impl<'de, T: ReadStruct<'de>> Visitor<'de> for StructVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "struct {}", T::NAME)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::read_members(Named { map, names: T::MEMBERS })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, values: A) -> Result<T, A::Error> {
        T::read_members(Listed { values, name: T::NAME, count: T::MEMBERS.len(), next: 0 })
    }
}

/// The members of an object.
struct Named<A> {
    map: A,
    names: &'static [&'static str],
}

impl<A> Named<A> {
    fn name(&self, index: usize) -> &'static str {
        self.names.get(index).copied().unwrap_or_default()
    }
}

impl<'de, A: MapAccess<'de>> Members<'de> for Named<A> {
    type Error = A::Error;

    fn next<T: ReadStruct<'de>>(&mut self) -> Result<Option<usize>, A::Error> {
        self.map.next_key_seed(IndexSeed::<T>(PhantomData))
    }

    #[inline]
    fn read<R: ReadMember<'de>>(&mut self, slot: &mut Option<R::Value>, index: usize) -> Result<(), A::Error> {
        if slot.is_some() {
            return Err(A::Error::duplicate_field(self.name(index)));
        }
        *slot = Some(self.map.next_value_seed(MemberSeed::<R>(PhantomData))?);
        Ok(())
    }

    fn skip(&mut self) -> Result<(), A::Error> {
        self.map.next_value::<IgnoredAny>().map(drop)
    }

    fn required<T>(&self, slot: Option<T>, index: usize) -> Result<T, A::Error> {
        slot.ok_or_else(|| A::Error::missing_field(self.name(index)))
    }
}

/// Reads the name of a member as its index.
struct IndexSeed<T>(PhantomData<T>);

impl<'de, T: ReadStruct<'de>> DeserializeSeed<'de> for IndexSeed<T> {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl<'de, T: ReadStruct<'de>> Visitor<'de> for IndexSeed<T> {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("field identifier")
    }

    fn visit_u64<E>(self, index: u64) -> Result<usize, E> {
        Ok(usize::try_from(index).map_or(T::MEMBERS.len(), |index| index.min(T::MEMBERS.len())))
    }

    fn visit_str<E>(self, name: &str) -> Result<usize, E> {
        Ok(T::index(name))
    }

    fn visit_bytes<E>(self, name: &[u8]) -> Result<usize, E> {
        Ok(str::from_utf8(name).map_or(T::MEMBERS.len(), T::index))
    }
}

/// The members of an array, in the order of the fields.
struct Listed<A> {
    values: A,
    name: &'static str,
    count: usize,
    next: usize,
}

impl<'de, A: SeqAccess<'de>> Members<'de> for Listed<A> {
    type Error = A::Error;

    fn next<T>(&mut self) -> Result<Option<usize>, A::Error> {
        let index = self.next;
        self.next += 1;
        Ok((index < self.count).then_some(index))
    }

    fn read<R: ReadMember<'de>>(&mut self, slot: &mut Option<R::Value>, _: usize) -> Result<(), A::Error> {
        *slot = self.values.next_element_seed(MemberSeed::<R>(PhantomData))?;
        Ok(())
    }

    fn skip(&mut self) -> Result<(), A::Error> {
        Ok(())
    }

    fn required<T>(&self, slot: Option<T>, index: usize) -> Result<T, A::Error> {
        slot.ok_or_else(|| A::Error::invalid_length(index, &Length { name: self.name, count: self.count }))
    }
}

/// The expectation of an array that is too short.
struct Length {
    name: &'static str,
    count: usize,
}

impl Expected for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, count } = self;
        write!(f, "struct {name} with {count} element{}", if *count == 1 { "" } else { "s" })
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use incs_model_derive::ReadStruct;
    use serde::de::value::{self, MapDeserializer, SeqDeserializer};

    use super::*;

    /// The same struct with both readers.
    mod by_serde {
        #[derive(Debug, serde::Deserialize)]
        #[serde(rename_all = "camelCase")]
        #[allow(dead_code, reason = "only printed")]
        pub(super) struct Row {
            id: u32,
            video_url: String,
            #[serde(default, deserialize_with = "crate::json::optional")]
            note: Option<String>,
            #[serde(default = "seven")]
            size: u8,
            #[serde(default, deserialize_with = "crate::json::list")]
            tags: Vec<u8>,
            #[serde(deserialize_with = "crate::json::items")]
            items: Vec<u8>,
            #[serde(default, rename = "LAST", deserialize_with = "crate::json::defaulted")]
            last: bool,
        }

        fn seven() -> u8 {
            7
        }
    }

    #[derive(Debug, ReadStruct)]
    #[serde(rename_all = "camelCase")]
    #[allow(dead_code, reason = "only printed")]
    struct Row {
        id: u32,
        video_url: String,
        #[serde(default, deserialize_with = "crate::json::optional")]
        note: Option<String>,
        #[serde(default = "seven")]
        size: u8,
        #[serde(default, deserialize_with = "crate::json::list")]
        tags: Vec<u8>,
        #[serde(deserialize_with = "crate::json::items")]
        items: Vec<u8>,
        #[serde(default, rename = "LAST", deserialize_with = "json::defaulted")]
        last: bool,
    }

    fn seven() -> u8 {
        7
    }

    #[derive(Debug, ReadStruct)]
    #[allow(dead_code, reason = "only printed")]
    struct One {
        id: u32,
    }

    fn shown<T: Debug, E: fmt::Display>(read: Result<T, E>) -> String {
        read.map_or_else(|error| error.to_string(), |value| format!("{value:?}"))
    }

    #[test]
    fn json_is_read_as_serde_reads_it() {
        for json in [
            r#"{"id":1,"videoUrl":"u","note":"n","size":2,"tags":[3],"items":[4],"LAST":true}"#,
            r#"{"LAST":true,"items":[4],"tags":[3],"size":2,"note":"n","videoUrl":"u","id":1}"#,
            r#"{"x":{"id":2},"id":1,"y":[],"videoUrl":"\u0075","items":[]}"#,
            r#"{"id":1,"videoUrl":"u","items":[],"note":null,"tags":null,"LAST":null}"#,
            r#"{"id":1,"items":[]}"#,
            r#"{"videoUrl":"u","id":1}"#,
            r#"{"id":1,"id":1,"videoUrl":"u","items":[]}"#,
            r#"{"id":1,"videoUrl":"u","items":[],"note":null,"note":null}"#,
            r#"{"id":"1"}"#,
            r#"{"id":1,"videoUrl":"u","items":[],"size":null}"#,
            r#"{"video_url":"u","id":1,"items":[]}"#,
            r#"[1,"u","n",2,[3],[4],true]"#,
            r#"[1,"u","n",2,[3],[4]]"#,
            r#"[1,"u","n",2,[3]]"#,
            r#"[1,"u","n",2,[3],[4],true,5]"#,
            "[1,2]",
            "[]",
            "{}",
            "{",
            "7",
            "null",
            r#""text""#,
        ] {
            let ours = shown(serde_json::from_str::<Row>(json));
            assert_eq!(ours, shown(serde_json::from_str::<by_serde::Row>(json)), "{json}");
        }
    }

    #[test]
    fn other_formats_are_read_as_serde_reads_them() {
        let numbers = |row: [(u64, u32); 2]| MapDeserializer::<_, value::Error>::new(row.into_iter());
        for row in [[(0, 1), (8, 2)], [(8, 1), (u64::MAX, 2)]] {
            let ours = shown(One::deserialize(numbers(row)));
            assert_eq!(ours, if row[0].0 == 0 { "One { id: 1 }" } else { "missing field `id`" });
            assert_eq!(
                shown(Row::deserialize(numbers(row))),
                shown(by_serde::Row::deserialize(numbers(row))),
                "{row:?}"
            );
        }
        let none = SeqDeserializer::<_, value::Error>::new(std::iter::empty::<u32>());
        assert_eq!(shown(One::deserialize(none)), "invalid length 0, expected struct One with 1 element");
    }
}
