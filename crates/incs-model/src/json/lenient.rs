//! Members of received types that may be absent: if one cannot be read, nothing else is lost.
//!
//! The normal path reads them as serde does. If that fails, the body is read again through [`Tracked`], which recognizes these
//! members by the private names below, reads them separately, and returns nothing on failure. It also reads numbers for digits in
//! a string there, and the reverse, since this platform and Meta mix them. Types that are sent have no such members: everything
//! that a user wrote is sent or refused.
//!
//! [`Tracked`]: super::tracked::Tracked

use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use super::error::Fault;
use super::silent::Silent;

/// Requests a value that may be absent.
pub(super) const OPTIONAL: &str = "$incs::optional";
/// Requests the elements of a list that can be read.
pub(super) const LIST: &str = "$incs::list";
/// Requests a value; null, `""` and `{}` count as absent.
pub(crate) const CONTENT: &str = "$incs::content";
/// Requests an object or a string, and reads any other value and `{}` as null.
pub(super) const OBJECT_OR_TEXT: &str = "$incs::object_or_text";
/// Requests a whole number, or its digits in a string.
pub(super) const WHOLE_NUMBER: &str = "$incs::whole_number";

/// Reads a member that may be absent.
pub(crate) fn optional<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    Optional(PhantomData).deserialize(deserializer)
}

/// Reads a member that has a default.
pub(crate) fn defaulted<'de, T: Deserialize<'de> + Default, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    optional(deserializer).map(Option::unwrap_or_default)
}

/// Reads a list that may be absent.
pub(crate) fn list<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    List(PhantomData).deserialize(deserializer)
}

/// Reads a list of items, none of which may be lost: null, `""` and `{}` hold none, and a fault in an element is a fault of the
/// list.
pub(crate) fn items<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    let list = Content(PhantomData::<Option<Vec<T>>>).deserialize(deserializer)?;
    Ok(list.flatten().unwrap_or_default())
}

/// Reads the value of a member that may be absent, for types that read their members by hand.
pub(crate) fn optional_value<'de, T: Deserialize<'de>, A: MapAccess<'de>>(map: &mut A) -> Result<Option<T>, A::Error> {
    map.next_value_seed(Optional(PhantomData))
}

/// Keeps the last readable value of members with the same name.
pub(crate) fn keep<T>(slot: &mut Option<T>, value: Option<T>) {
    if value.is_some() {
        *slot = value;
    }
}

/// Reads the value of a list that may be absent, for types that read their members by hand.
pub(crate) fn list_value<'de, T: Deserialize<'de>, A: MapAccess<'de>>(map: &mut A) -> Result<Vec<T>, A::Error> {
    map.next_value_seed(List(PhantomData))
}

/// Reads the value of a content that may be absent: null, `""` and `{}` hold none, unless its type takes them.
pub(crate) fn content_value<'de, T: Deserialize<'de>, A: MapAccess<'de>>(map: &mut A) -> Result<Option<T>, A::Error> {
    map.next_value_seed(Content(PhantomData::<Option<T>>)).map(Option::flatten)
}

/// Reads the value of a member whose presence other members require or not: returns the value, or the fault to report if the
/// member is required. `key` is the member's name.
pub(crate) fn tried_value<'de, T: Deserialize<'de>, A: MapAccess<'de>>(
    map: &mut A,
    key: &str,
) -> Result<Tried<T>, A::Error> {
    let tried = map.next_value_seed(TriedSeed(PhantomData))?;
    Ok(tried.map_err(|fault| Fault::custom(fault).under_key(key).to_string()))
}

/// A value if there is one, or a fault in it.
pub(crate) type Tried<T> = Result<Option<T>, String>;

/// Reads a whole number with a visitor that takes digits too.
pub(crate) fn whole_number<'de, V: Visitor<'de>, D: Deserializer<'de>>(
    deserializer: D,
    visitor: V,
) -> Result<V::Value, D::Error> {
    deserializer.deserialize_newtype_struct(WHOLE_NUMBER, Silent(visitor))
}

/// Reads an object or a string with a visitor; on the second read it gets any other value, and `{}`, as null.
pub(crate) fn object_or_text<'de, V: Visitor<'de>, D: Deserializer<'de>>(
    deserializer: D,
    visitor: V,
) -> Result<V::Value, D::Error> {
    deserializer.deserialize_newtype_struct(OBJECT_OR_TEXT, Silent(visitor))
}

/// Reads the value of the inner seed, or nothing.
struct Optional<S>(S);

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Optional<S> {
    type Value = Option<S::Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_newtype_struct(OPTIONAL, self)
    }
}

impl<'de, S: DeserializeSeed<'de>> Visitor<'de> for Optional<S> {
    type Value = Option<S::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    /// Called by any other deserializer.
    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_option(self)
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        self.0.deserialize(deserializer).map(Some)
    }

    /// Called by [`Tracked`]: the value, if it can be read.
    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Self::Value, A::Error> {
        values.next_element_seed(self.0)
    }
}

/// Reads a list, or an empty one.
struct List<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for List<T> {
    type Value = Vec<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_newtype_struct(LIST, self)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for List<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    /// Called by any other deserializer.
    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        Option::deserialize(deserializer).map(Option::unwrap_or_default)
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    /// Called by [`Tracked`]: the elements that can be read.
    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = values.next_element_seed(Optional(PhantomData))? {
            items.extend(item);
        }
        Ok(items)
    }
}

/// Reads the value of the inner seed; nothing for null, `""` or `{}` unless the seed takes them.
pub(crate) struct Content<S>(pub(crate) S);

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Content<S> {
    type Value = Option<S::Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_newtype_struct(CONTENT, self)
    }
}

impl<'de, S: DeserializeSeed<'de>> Visitor<'de> for Content<S> {
    type Value = Option<S::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    /// Called by any other deserializer.
    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        self.0.deserialize(deserializer).map(Some)
    }

    /// Called by [`Tracked`]: the value, if there is one.
    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Self::Value, A::Error> {
        values.next_element_seed(self.0)
    }
}

struct TriedSeed<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for TriedSeed<T> {
    type Value = Tried<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tried<T>, D::Error> {
        deserializer.deserialize_newtype_struct(CONTENT, self)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for TriedSeed<T> {
    type Value = Tried<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    /// Called by any other deserializer.
    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tried<T>, D::Error> {
        Option::deserialize(deserializer).map(Ok)
    }

    /// Called by [`Tracked`]: the value, if there is one.
    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Tried<T>, A::Error> {
        Ok(values.next_element().map_err(|fault| fault.to_string()))
    }
}

/// Reads a number such as a coordinate, or a string that holds one.
pub(crate) fn float<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    struct Float;

    impl Visitor<'_> for Float {
        type Value = f64;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a number")
        }

        fn visit_f64<E>(self, number: f64) -> Result<f64, E> {
            Ok(number)
        }

        #[allow(clippy::cast_precision_loss, reason = "as serde reads a float")]
        fn visit_u64<E>(self, number: u64) -> Result<f64, E> {
            Ok(number as f64)
        }

        #[allow(clippy::cast_precision_loss, reason = "as serde reads a float")]
        fn visit_i64<E>(self, number: i64) -> Result<f64, E> {
            Ok(number as f64)
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<f64, E> {
            parse_float(text).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
        }
    }

    deserializer.deserialize_any(Silent(Float))
}

/// Parses a finite number in a string. Rust's own parser also takes `nan` and `infinity`.
pub(crate) fn parse_float(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

#[cfg(test)]
mod tests {
    use incs_model_derive::{WireStruct, received};
    use serde::{Deserialize, Serialize};

    use super::*;
    use crate::id::ChannelId;
    use crate::json::{Entries, Key, RawJson, ReadMembers, decode, from_object};
    use crate::time::WireTime;

    #[received]
    #[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
    struct Row {
        id: String,
        text: Option<String>,
        count: Option<u32>,
        offset: Option<i64>,
        degrees: Option<f64>,
        is_voice: Option<bool>,
        channel: Option<ChannelId>,
        at: Option<WireTime>,
        raw: Option<RawJson>,
        cell: Option<Cell>,
        tags: Option<Vec<String>>,
        #[serde(default)]
        numbers: Vec<u64>,
        #[serde(default)]
        reason: String,
        #[serde(default, deserialize_with = "crate::json::items")]
        items: Vec<Cell>,
    }

    #[received]
    #[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
    struct Cell {
        url: String,
        width: Option<u32>,
    }

    /// Reads a row with this JSON in one member, and encodes it again to show the result.
    fn read(member: &str, json: &str) -> String {
        let row: Row = decode(format!(r#"{{"id":"r",{member:?}:{json}}}"#).as_bytes()).unwrap();
        let written = serde_json::to_value(row).unwrap();
        written.get(member).map_or("absent".to_owned(), ToString::to_string)
    }

    #[test]
    fn numbers_and_their_digits_are_interchangeable() {
        for (member, json, value) in [
            ("text", "864.50", "\"864.50\""),
            ("text", "1e999", "\"1e999\""),
            ("count", "\"864\"", "864"),
            ("count", "\" 864 \"", "864"),
            ("count", "\"864.0\"", "864"),
            ("count", "864.0", "864"),
            ("count", "8.64e2", "864"),
            ("offset", "\"-7\"", "-7"),
            ("offset", "-7.0", "-7"),
            ("degrees", "\"-2.25\"", "-2.25"),
            ("degrees", "7", "7.0"),
            ("is_voice", "\"true\"", "true"),
            ("is_voice", "\"false\"", "false"),
            ("channel", "\"30112\"", "30112"),
            ("channel", "30112.0", "30112"),
            ("channel", "\"30112.0\"", "30112"),
            ("at", "7", "7"),
            ("at", "\"7\"", "\"7\""),
            ("at", "7.0", "7.0"),
            ("tags", "[\"a\",\"b\"]", "[\"a\",\"b\"]"),
            ("numbers", "[1,\"2\",3.0]", "[1,2,3]"),
            ("reason", "7", "\"7\""),
            ("cell", r#"{"url":"u","width":"7"}"#, r#"{"url":"u","width":7}"#),
        ] {
            assert_eq!(read(member, json), value, "{member}: {json}");
        }
    }

    #[test]
    fn unreadable_member_is_absent() {
        let deep = "[".repeat(10_000) + &"]".repeat(10_000);
        let odd =
            ["null", "true", "864.5", "-1", "4294967296", "1e999", "\"x\"", "\"\"", "\"\\ud800\"", "[]", "{}", &deep];
        for (member, readable) in [
            ("text", &["864.5", "-1", "4294967296", "1e999", "\"x\"", "\"\""][..]),
            ("count", &[]),
            ("offset", &["-1", "4294967296"]),
            ("degrees", &["864.5", "-1", "4294967296"]),
            ("is_voice", &["true"]),
            ("channel", &["4294967296"]),
            ("at", &["864.5", "-1", "4294967296", "\"x\"", "\"\""]),
            ("cell", &[]),
        ] {
            for json in odd {
                assert_eq!(read(member, json) != "absent", readable.contains(&json), "{member}: {json:.20}");
            }
        }
        for json in ["\"inf\"", "\"nan\"", "\"1e999\""] {
            assert_eq!(read("degrees", json), "absent");
        }
        assert_eq!(read("count", "\"18446744073709551616\""), "absent");
        assert_eq!(read("is_voice", "\"yes\""), "absent");
        assert_eq!(read("reason", "[]"), "\"\"");
    }

    #[test]
    fn optional_object_loses_only_unreadable_members() {
        for (json, value) in [
            (r#"{"url":"u","width":-1}"#, r#"{"url":"u"}"#),
            (r#"{"url":"u","width":{}}"#, r#"{"url":"u"}"#),
            (r#"{"url":7,"width":1}"#, "absent"),
            (r#"{"url":null,"width":1}"#, "absent"),
            (r#"{"width":1}"#, "absent"),
            (r#"{"url":"u","url":"v"}"#, "absent"),
            (r#"{"url":"u","width":1,"width":1}"#, "absent"),
        ] {
            assert_eq!(read("cell", json), value, "{json}");
        }
    }

    #[test]
    fn list_loses_only_unreadable_elements() {
        for (member, json, value) in [
            ("numbers", "[1,-1,null,\"x\",{},2]", "[1,2]"),
            ("numbers", "7", "[]"),
            ("numbers", "null", "[]"),
            ("tags", "[[],\"a\"]", "absent"),
            ("tags", "{}", "absent"),
            ("tags", "[]", "[]"),
        ] {
            assert_eq!(read(member, json), value, "{member}: {json}");
        }
    }

    #[test]
    fn required_members_and_items_keep_errors() {
        for (body, sentence) in [
            (r#"{"id":7,"count":-1}"#, "/id: expected a string, found a number (line 1, column 7)"),
            (r#"{"count":-1}"#, "/id: expected a value, found nothing (line 1, column 1)"),
            (r#"{"id":null}"#, "/id: expected a string, found null (line 1, column 7)"),
            (
                r#"{"id":"r","items":[{"url":"u"},{"width":7}]}"#,
                "/items/1/url: expected a value, found nothing (line 1, column 32)",
            ),
            (r#"{"id":"r","count":1,"count":1}"#, "/count: expected one value, found two (line 1, column 29)"),
        ] {
            assert_eq!(decode::<Row>(body.as_bytes()).unwrap_err().to_string(), sentence);
        }
        for nothing in ["null", "\"\"", "{}", "[]"] {
            assert_eq!(read("items", nothing), "[]", "{nothing}");
        }
    }

    #[test]
    fn hand_read_members_are_lenient_too() {
        #[derive(Debug, PartialEq)]
        struct ByHand(Option<u32>, Vec<u32>);

        impl<'de> ReadMembers<'de> for ByHand {
            fn read_members<A: MapAccess<'de>>(map: A) -> Result<Self, A::Error> {
                // Members that are buffered before the tag take another path than the rest.
                let (_, mut map) = Entries::until_tag(map, "tag")?;
                let mut found = Self(None, Vec::new());
                while let Some(Key(key)) = map.next_key()? {
                    match &*key {
                        "count" => found.0 = optional_value(&mut map)?,
                        "all" => found.1 = list_value(&mut map)?,
                        _ => drop(map.next_value::<de::IgnoredAny>()?),
                    }
                }
                Ok(found)
            }
        }

        #[derive(Deserialize)]
        struct Whole(#[serde(deserialize_with = "from_object")] ByHand);

        for (count, all, found) in [
            ("7", "[1,2]", ByHand(Some(7), vec![1, 2])),
            ("\"7\"", "[1,\"2\",-3]", ByHand(Some(7), vec![1, 2])),
            ("-7", "\"x\"", ByHand(None, vec![])),
            ("null", "null", ByHand(None, vec![])),
        ] {
            for body in [
                format!(r#"{{"tag":"t","count":{count},"all":{all}}}"#),
                format!(r#"{{"count":{count},"tag":"t","all":{all}}}"#),
                format!(r#"{{"count":{count},"all":{all},"tag":"t"}}"#),
            ] {
                assert_eq!(decode::<Whole>(body.as_bytes()).unwrap().0, found, "{body}");
            }
        }
    }

    #[test]
    fn float_is_read_from_string() {
        #[derive(Deserialize)]
        struct Degrees(#[serde(deserialize_with = "float")] f64);

        for (json, degrees) in [("-2.25", -2.25), ("40", 40.0), ("-40", -40.0), ("\" -2.25\"", -2.25)] {
            assert!((decode::<Degrees>(json.as_bytes()).unwrap().0 - degrees).abs() < f64::EPSILON, "{json}");
        }
        for json in ["\"x\"", "\"inf\"", "\"\"", "null", "true", "1e999"] {
            assert!(decode::<Degrees>(json.as_bytes()).is_err(), "{json}");
        }
    }

    #[test]
    fn nesting_limit_equals_serde_json() {
        let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        for levels in [120, 127, 128, 100_000] {
            let body = nested(levels);
            let strict = serde_json::from_str::<serde_json::Value>(&body).is_ok();
            assert_eq!(decode::<serde_json::Value>(body.as_bytes()).is_ok(), strict, "{levels}");
        }
    }
}
