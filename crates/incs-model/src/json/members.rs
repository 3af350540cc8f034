//! The members of an object, some of them read ahead.
//!
//! A union reads members until it knows its kind, then passes the object on as if nothing had been read: first the
//! buffered members, then the member whose name decided, then the rest of the stream. When the tag comes first, as this platform
//! writes it, nothing is buffered.

use std::borrow::Cow;
use std::vec;

use serde::de::value::StrDeserializer;
use serde::de::{self, DeserializeSeed, MapAccess};
use serde_json::value::RawValue;

use super::object::ReadMembers;
use super::raw::RawJson;
use super::silent::Key;
use super::tracked::Tracked;

/// An object whose first members may already be read.
pub(crate) struct Entries<'de, A> {
    buffered: vec::IntoIter<(Cow<'de, str>, Box<RawValue>)>,
    value: Option<(Cow<'de, str>, Box<RawValue>)>,
    pending: Option<Cow<'de, str>>,
    rest: A,
}

impl<'de, A: MapAccess<'de>> Entries<'de, A> {
    /// Reads members until `tag` and returns its value. `None` when the object ends without it.
    pub(crate) fn until_tag(map: A, tag: &str) -> Result<(Option<Key<'de>>, Self), A::Error> {
        let (found, mut entries) = Self::until_key(map, |key| (key == tag).then_some(()))?;
        entries.pending = None;
        let value = found.map(|()| entries.rest.next_value()).transpose()?;
        Ok((value, entries))
    }

    /// Reads members until `decide` returns a value for a name; that member is not consumed.
    pub(crate) fn until_key<V>(
        mut map: A,
        mut decide: impl FnMut(&str) -> Option<V>,
    ) -> Result<(Option<V>, Self), A::Error> {
        let (mut buffered, mut pending, mut verdict) = (Vec::new(), None, None);
        while let Some(Key(key)) = map.next_key()? {
            verdict = decide(&key);
            if verdict.is_some() {
                pending = Some(key);
                break;
            }
            buffered.push((key, map.next_value()?));
        }
        Ok((verdict, Self { buffered: buffered.into_iter(), value: None, pending, rest: map }))
    }

    /// Returns the whole object as raw JSON, with `tag` put back first.
    pub(crate) fn into_raw(self, tag: Option<(&str, &str)>) -> Result<RawJson, A::Error> {
        let tag = tag.map(|(name, value)| (name, serde_json::Value::from(value).to_string()));
        let members: Vec<(Key<'de>, Box<RawValue>)> = ReadMembers::read_members(self)?;
        let tag = tag.iter().map(|(name, value)| (*name, &**value));
        compose(tag.chain(members.iter().map(|(Key(name), raw)| (&**name, raw.get()))))
    }
}

/// Builds an object of these members, whose values are JSON.
pub(crate) fn compose<'a, E: de::Error>(members: impl Iterator<Item = (&'a str, &'a str)>) -> Result<RawJson, E> {
    let mut text = String::from("{");
    for (name, value) in members {
        if text.len() > 1 {
            text.push(',');
        }
        text.push_str(&serde_json::Value::from(name).to_string());
        text.push(':');
        text.push_str(value);
    }
    text.push('}');
    RawValue::from_string(text).map(RawJson::from_value).map_err(E::custom)
}

/// Reads a value that was kept as raw text, so that a fault in it keeps its pointer.
pub(crate) fn replay<'de, S: DeserializeSeed<'de>, E: de::Error>(
    seed: S,
    key: &str,
    raw: &RawValue,
) -> Result<S::Value, E> {
    seed.deserialize(Tracked::new(raw)).map_err(|fault| E::custom(fault.under_key(key)))
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Entries<'de, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        if let Some((key, value)) = self.buffered.next() {
            let (key, _) = &*self.value.insert((key, value));
            return seed.deserialize(StrDeserializer::<A::Error>::new(key)).map(Some);
        }
        match self.pending.take() {
            Some(key) => seed.deserialize(StrDeserializer::<A::Error>::new(&key)).map(Some),
            None => self.rest.next_key_seed(seed),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        match self.value.take() {
            Some((key, raw)) => replay(seed, &key, &raw),
            None => self.rest.next_value_seed(seed),
        }
    }
}
