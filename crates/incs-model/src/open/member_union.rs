//! Open unions whose content is in the member that the tag names: `{"type": "image", "image": {…}}`.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;

use super::enums::fmt_token;
use crate::json::{CONTENT, Content, Key, RawJson, ReadMembers, from_object, is_blank, once, optional_value, replay};

/// The content of a kind that this version of the crate does not know: the kind and all its members.
#[derive(Clone, PartialEq, Eq)]
pub struct UnknownMember {
    kind: Box<str>,
    members: Vec<(Box<str>, RawJson)>,
}

impl UnknownMember {
    /// Creates content of a kind that this version of the crate does not know yet.
    ///
    /// `validate` reports it; send it without validation. Do not use a known kind, which has a variant, or
    /// the name of another member of the object, which would then be written twice.
    pub fn new(kind: impl Into<Box<str>>, content: RawJson) -> Self {
        let kind = kind.into();
        Self { members: vec![(kind.clone(), content)], kind }
    }

    /// Creates the value for members without a tag; the name of the first one becomes the kind.
    pub(crate) fn from_members(members: Vec<(Box<str>, Box<RawValue>)>) -> Self {
        let kind = members.first().map(|(name, _)| name.clone()).unwrap_or_default();
        Self::of_kind(kind, members)
    }

    /// Creates the value for members with a tag.
    pub(crate) fn of_kind(kind: Box<str>, members: Vec<(Box<str>, Box<RawValue>)>) -> Self {
        let members = members.into_iter().map(|(name, raw)| (name, RawJson::from_value(raw))).collect();
        Self { kind, members }
    }

    /// The value of the tag, unchanged.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The member that the tag names, if it is present.
    pub fn content(&self) -> Option<&RawJson> {
        self.member(&self.kind)
    }

    /// Returns any other member of the content.
    pub fn member(&self, name: &str) -> Option<&RawJson> {
        self.members.iter().find(|(known, _)| **known == *name).map(|(_, raw)| raw)
    }

    pub(crate) fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        for (name, raw) in &self.members {
            map.serialize_entry(&**name, raw)?;
        }
        Ok(())
    }
}

impl fmt::Debug for UnknownMember {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UnknownMember(")?;
        fmt_token(&self.kind, f)?;
        write!(f, ", <{} members>)", self.members.len())
    }
}

/// Writes the members of an unknown kind, without the tag.
impl Serialize for UnknownMember {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.members.iter().map(|(name, raw)| (name, raw)))
    }
}

impl crate::masked::Masked for UnknownMember {}

/// A known kind without its content.
#[derive(Clone, PartialEq, Eq)]
pub struct MissingMember {
    kind: &'static str,
}

impl MissingMember {
    pub(crate) fn new(kind: &'static str) -> Self {
        Self { kind }
    }

    /// The value of the tag.
    pub fn kind(&self) -> &'static str {
        self.kind
    }
}

impl fmt::Debug for MissingMember {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MissingMember({:?})", self.kind)
    }
}

impl crate::masked::Masked for MissingMember {}

/// A union that is read and written beside other members. The name of a kind is also the name of its content member.
pub(crate) trait MemberUnion: Sized {
    /// The member that holds the kind.
    const TAG: &'static str;

    /// The known kinds.
    const KINDS: &'static [&'static str];

    /// The kind as written on the wire.
    fn wire_kind(&self) -> &str;

    /// Reads the content of a known kind.
    fn read<'de, D: Deserializer<'de>>(kind: &'static str, content: D) -> Result<Self, D::Error>;

    /// Returns the value of a kind that has no content member.
    fn bare(kind: &str) -> Option<Self>;

    /// True for a received union, where a known kind may lack its content and the content may lack its tag.
    const IS_RECEIVED: bool;

    /// Returns the value of a known kind without its content; `None` in a union that is sent.
    fn missing(kind: &'static str) -> Option<Self>;

    /// Creates the value for an unknown kind.
    fn unknown(unknown: UnknownMember) -> Self;

    /// Writes the content member, or all members of an unknown kind.
    fn write_content<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error>;

    /// Returns the schemas of the contents, by kind; `None` for a kind without content.
    #[cfg(feature = "schema")]
    fn content_schemas(generator: &mut schemars::SchemaGenerator) -> Vec<(&'static str, Option<schemars::Schema>)>;

    /// Writes tag and content as an object.
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(Self::TAG, self.wire_kind())?;
        self.write_content(&mut map)?;
        map.end()
    }
}

/// Reads the content of a union of this kind, from the stream or from a member that was buffered before the tag.
struct ContentOf<U>(&'static str, PhantomData<U>);

impl<'de, U: MemberUnion> DeserializeSeed<'de> for ContentOf<U> {
    type Value = U;

    fn deserialize<D: Deserializer<'de>>(self, content: D) -> Result<U, D::Error> {
        U::read(self.0, content)
    }
}

/// Reads the same; in a received union, null, `""` and `{}` are no content unless the kind accepts them.
struct ContentOrMissing<U>(&'static str, PhantomData<U>);

impl<'de, U: MemberUnion> DeserializeSeed<'de> for ContentOrMissing<U> {
    type Value = U;

    fn deserialize<D: Deserializer<'de>>(self, content: D) -> Result<U, D::Error> {
        let Self(kind, union) = self;
        if !U::IS_RECEIVED {
            return U::read(kind, content);
        }
        match Content(ContentOf(kind, union)).deserialize(content)? {
            Some(value) => Ok(value),
            None => U::missing(kind).ok_or_else(|| de::Error::missing_field(kind)),
        }
    }
}

/// Reads a content whose tag was not read yet, as the kind of its name. Read a second time, it is kept as raw text.
struct EarlyContent<U>(&'static str, PhantomData<U>);

enum Early<U> {
    Read(U),
    Kept(Box<RawValue>),
}

impl<'de, U: MemberUnion> DeserializeSeed<'de> for EarlyContent<U> {
    type Value = Early<U>;

    fn deserialize<D: Deserializer<'de>>(self, content: D) -> Result<Early<U>, D::Error> {
        content.deserialize_newtype_struct(CONTENT, self)
    }
}

impl<'de, U: MemberUnion> Visitor<'de> for EarlyContent<U> {
    type Value = Early<U>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, content: D) -> Result<Early<U>, D::Error> {
        content.deserialize_option(self)
    }

    fn visit_none<E>(self) -> Result<Early<U>, E> {
        Ok(Early::Kept(RawValue::NULL.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Early<U>, E> {
        Ok(Early::Kept(RawValue::NULL.to_owned()))
    }

    fn visit_some<D: Deserializer<'de>>(self, content: D) -> Result<Early<U>, D::Error> {
        U::read(self.0, content).map(Early::Read)
    }

    /// Called by [`Tracked`](crate::json::Tracked).
    fn visit_seq<A: SeqAccess<'de>>(self, mut content: A) -> Result<Early<U>, A::Error> {
        let raw = content.next_element()?;
        Ok(Early::Kept(raw.unwrap_or_else(|| RawValue::NULL.to_owned())))
    }
}

/// Collects tag and content of a union while the members of an object are read in any order.
///
/// A content that comes before its tag is read as the kind of its name, since both are the same on this platform. If the tag then names
/// another kind, or is absent, the first read fails, and the second one keeps the content as raw text until it has the tag.
pub(crate) struct Slot<U> {
    kind: Option<Kind>,
    value: Option<U>,
    /// The kind of a value that was read before the tag.
    early: Option<&'static str>,
    kept: Vec<(Box<str>, Box<RawValue>)>,
}

enum Kind {
    Known(&'static str),
    Unknown(Box<str>),
}

impl Kind {
    fn of<U: MemberUnion>(kind: &str) -> Self {
        let known = U::KINDS.iter().find(|known| **known == kind);
        known.map_or_else(|| Self::Unknown(kind.into()), |known| Self::Known(known))
    }
}

impl<U: MemberUnion> Slot<U> {
    pub(crate) fn new() -> Self {
        Self { kind: None, value: None, early: None, kept: Vec::new() }
    }

    /// Takes the next member, whose name was already read.
    pub(crate) fn take<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        if key == U::TAG {
            if self.kind.is_some() {
                return Err(de::Error::duplicate_field(U::TAG));
            }
            self.kind = if U::IS_RECEIVED {
                optional_value::<Key<'de>, _>(map)?.map(|Key(kind)| Kind::of::<U>(&kind))
            } else {
                let Key(kind) = map.next_value()?;
                Some(Kind::of::<U>(&kind))
            };
            return self.confirm_early();
        }
        match &self.kind {
            Some(Kind::Known(kind)) if *kind == key => {
                let value = map.next_value_seed(ContentOrMissing(kind, PhantomData))?;
                once(&mut self.value, value, kind)?;
            }
            Some(Kind::Known(_)) => drop(map.next_value::<IgnoredAny>()?),
            None if U::IS_RECEIVED && self.early.is_none() => match U::KINDS.iter().find(|kind| **kind == key) {
                Some(kind) => match map.next_value_seed(EarlyContent(kind, PhantomData))? {
                    Early::Read(value) => (self.early, self.value) = (Some(*kind), Some(value)),
                    Early::Kept(raw) => self.kept.push((key.into(), raw)),
                },
                None => self.kept.push((key.into(), map.next_value()?)),
            },
            _ => self.kept.push((key.into(), map.next_value()?)),
        }
        Ok(())
    }

    /// Fails if a content was read as another kind than that of the tag.
    fn confirm_early<E: de::Error>(&self) -> Result<(), E> {
        match (self.early, &self.kind) {
            (None, _) => Ok(()),
            (Some(early), Some(Kind::Known(kind))) if early == *kind => Ok(()),
            (Some(early), _) => {
                Err(E::custom(format_args!("`{early}` comes before a `{}` that does not name it", U::TAG)))
            }
        }
    }

    /// Returns the kind of the content when there is no tag: the only known one that is not blank.
    fn inferred(&self) -> Option<&'static str> {
        if !U::IS_RECEIVED || self.kind.is_some() {
            return None;
        }
        let is_there = |kind: &&&str| self.kept.iter().any(|(kept, raw)| **kept == ***kind && !is_blank(raw));
        let mut kinds = U::KINDS.iter().filter(is_there);
        kinds.next().copied().filter(|_| kinds.next().is_none())
    }

    /// Returns the union, after all members were read.
    pub(crate) fn finish<E: de::Error>(self) -> Result<U, E> {
        self.confirm_early()?;
        match self.inferred().map(Kind::Known).or(self.kind) {
            None => Err(E::missing_field(U::TAG)),
            Some(Kind::Unknown(kind)) => Ok(U::unknown(UnknownMember::of_kind(kind, self.kept))),
            Some(Kind::Known(kind)) => {
                if let Some(value) = self.value {
                    return Ok(value);
                }
                match self.kept.iter().find(|(kept, _)| **kept == *kind) {
                    Some((_, raw)) => replay(ContentOrMissing(kind, PhantomData), kind, raw),
                    None => U::bare(kind).or_else(|| U::missing(kind)).ok_or_else(|| E::missing_field(kind)),
                }
            }
        }
    }
}

/// Reads a union that is the only content of its object.
pub(crate) fn read_member_union<'de, U: MemberUnion, D: Deserializer<'de>>(deserializer: D) -> Result<U, D::Error> {
    struct Alone<U>(U);

    impl<'de, U: MemberUnion> ReadMembers<'de> for Alone<U> {
        fn read_members<A: MapAccess<'de>>(mut members: A) -> Result<Self, A::Error> {
            let mut slot = Slot::new();
            while let Some(Key(key)) = members.next_key()? {
                slot.take(&key, &mut members)?;
            }
            slot.finish().map(Self)
        }
    }

    from_object(deserializer).map(|Alone(union)| union)
}

/// Declares an open union `{"<tag>": kind, "<kind>": content}`. Kinds after `bare` have no content member. A kind may name
/// the function that makes the schema of its content: `Text(String) = "text" as text_schema`.
///
/// A received union names a variant for a known kind without content: `by "type" or Missing`. It is used for null, `""`, `{}` and
/// an absent member. Without a tag the kind is that of the only known content that is present. A union that is sent
/// refuses both.
macro_rules! member_union {
    (
        $(#[$meta:meta])*
        pub enum $name:ident by $tag:literal $(or $missing:ident)? {
            $( $(#[$vmeta:meta])* $variant:ident($type:ty) = $text:literal $(as $schema:path)?, )+
        }
        $( bare { $( $(#[$bmeta:meta])* $bare:ident = $btext:literal, )+ } )?
    ) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, ::incs_model_derive::MaskedDebug)]
        #[non_exhaustive]
        pub enum $name {
            $(
                $(#[$vmeta])*
                #[doc = concat!("\n\nOn the wire: `\"", $tag, "\": \"", $text, "\"`.")]
                $variant($type),
            )+
            $($(
                $(#[$bmeta])*
                #[doc = concat!("\n\nOn the wire: `\"", $tag, "\": \"", $btext, "\"`.")]
                $bare,
            )+)?
            $(
                /// A known kind whose content is absent, null or empty. Other members may have the reason. Written back without
                /// content.
                $missing($crate::open::MissingMember),
            )?
            /// A kind that this version does not know; kept and written back unchanged.
            Unknown($crate::open::UnknownMember),
        }

        impl $name {
            /// The known kinds, as written on the wire.
            pub const KNOWN: &'static [&'static str] = &[$($text,)+ $($($btext,)+)?];

            /// The kind as written on the wire.
            pub fn kind(&self) -> &str {
                match self {
                    $( Self::$variant(_) => $text, )+
                    $($( Self::$bare => $btext, )+)?
                    $( Self::$missing(missing) => missing.kind(), )?
                    Self::Unknown(unknown) => unknown.kind(),
                }
            }
        }

        impl $crate::open::MemberUnion for $name {
            const TAG: &'static str = $tag;
            const KINDS: &'static [&'static str] = Self::KNOWN;
            const IS_RECEIVED: bool = false $( | !stringify!($missing).is_empty() )?;

            fn wire_kind(&self) -> &str {
                self.kind()
            }

            fn read<'de, D: ::serde::Deserializer<'de>>(kind: &'static str, content: D) -> Result<Self, D::Error> {
                use ::serde::Deserialize as _;

                match kind {
                    $( $text => <$type>::deserialize(content).map(Self::$variant), )+
                    $($( $btext => ::serde::de::IgnoredAny::deserialize(content).map(|_| Self::$bare), )+)?
                    _ => Err(::serde::de::Error::missing_field(kind)),
                }
            }

            fn bare(_kind: &str) -> Option<Self> {
                $($( if _kind == $btext { return Some(Self::$bare); } )+)?
                None
            }

            fn missing(_kind: &'static str) -> Option<Self> {
                $( return Some(Self::$missing($crate::open::MissingMember::new(_kind))); )?
                #[allow(unreachable_code, reason = "only a union that is received has such a variant")]
                None
            }

            fn unknown(unknown: $crate::open::UnknownMember) -> Self {
                Self::Unknown(unknown)
            }

            fn write_content<M: ::serde::ser::SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
                match self {
                    $( Self::$variant(content) => map.serialize_entry($text, content), )+
                    $($( Self::$bare => Ok(()), )+)?
                    $( Self::$missing(_) => Ok(()), )?
                    Self::Unknown(unknown) => unknown.write(map),
                }
            }

            #[cfg(feature = "schema")]
            fn content_schemas(
                generator: &mut ::schemars::SchemaGenerator,
            ) -> Vec<(&'static str, Option<::schemars::Schema>)> {
                use $crate::schema::shape::{content, first};
                vec![
                    $( ($text, first(generator, &[$($schema,)? content::<$type>])), )+
                    $($( ($btext, None), )+)?
                ]
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::open::MemberUnion::write(self, serializer)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::open::read_member_union(deserializer)
            }
        }

        $crate::schema_of::schema_of!($name, generator => {
            $crate::schema::shape::member_union::<$name>(generator, &Default::default())
        });
    };
}
pub(crate) use member_union;

/// Implements `From` for the contents of a union, if each has its own variant: `From<Image> for Content`.
macro_rules! from_contents {
    ($union:ident: $($variant:ident($type:ty)),+ $(,)?) => {$(
        impl From<$type> for $union {
            fn from(content: $type) -> Self {
                Self::$variant(content)
            }
        }
    )+};
}
pub(crate) use from_contents;

/// Writes `From<String>`, `From<&str>` and `From<&String>` for a type that is made of a text.
macro_rules! from_text {
    ($($name:ty: $make:path),+ $(,)?) => {$(
        impl From<String> for $name {
            fn from(text: String) -> Self {
                $make(text)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                $make(text.to_owned())
            }
        }

        impl From<&String> for $name {
            fn from(text: &String) -> Self {
                $make(text.to_owned())
            }
        }
    )+};
}
pub(crate) use from_text;

#[cfg(test)]
#[allow(unreachable_pub, reason = "the macro declares public types")]
mod tests {
    use incs_model_derive::{WireStruct, received};
    use serde::{Deserialize, Serialize};

    use crate::json::{decode, encode};

    #[received]
    #[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub struct Picture {
        pub id: String,
        pub size: Option<u32>,
    }

    #[received]
    #[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub struct Notice {
        pub body: Option<String>,
    }

    member_union! {
        /// Received.
        pub enum Received by "type" or Missing {
            /// A picture.
            Picture(Picture) = "picture",
            /// A notice, which may be empty.
            Notice(Notice) = "notice",
            /// A list.
            List(Vec<u8>) = "list",
        }
        bare {
            /// Nothing.
            Nothing = "nothing",
        }
    }

    member_union! {
        /// Sent.
        pub enum Sent by "type" {
            /// A picture.
            Picture(Picture) = "picture",
            /// A notice, which may be empty.
            Notice(Notice) = "notice",
        }
    }

    #[test]
    fn known_kind_may_lack_its_content() {
        for content in ["", r#","picture":null"#, r#","picture":"""#, r#","picture":{}"#, r#","picture":{ }"#] {
            let before = content.strip_prefix(',').map_or(String::new(), |content| format!("{content},"));
            for body in [
                format!(r#"{{"type":"picture"{content}}}"#),
                format!(r#"{{{before}"type":"picture"}}"#),
                format!(r#"{{"type":"picture"{content},"other":1}}"#),
            ] {
                let read: Received = decode(body.as_bytes()).unwrap();
                assert!(matches!(read, Received::Missing(_)), "{body}: {read:?}");
                assert_eq!((read.kind(), encode(&read).unwrap()), ("picture", br#"{"type":"picture"}"#.to_vec()));
                assert!(decode::<Sent>(body.as_bytes()).is_err(), "{body}");
            }
        }
    }

    #[test]
    fn empty_kind_is_read_without_content() {
        for notice in ["{}", r#"{"body":[]}"#, "[]"] {
            let read: Received = decode(format!(r#"{{"type":"notice","notice":{notice}}}"#).as_bytes()).unwrap();
            assert_eq!(read, Received::Notice(Notice::new()), "{notice}");
        }
        let read: Received = decode(br#"{"type":"notice","notice":null}"#).unwrap();
        assert!(matches!(read, Received::Missing(_)));
    }

    #[test]
    fn faulty_content_keeps_its_error() {
        for (content, sentence) in [
            (r#"{"id":7}"#, "/picture/id: expected a string, found a number (line 1, column 35)"),
            (r#"{"size":7}"#, "/picture/id: expected a value, found nothing (line 1, column 29)"),
            ("7", "/picture: expected an object, found a number (line 1, column 29)"),
            ("[]", "/picture: expected an object, found an array (line 1, column 29)"),
        ] {
            let error =
                decode::<Received>(format!(r#"{{"type":"picture","picture":{content}}}"#).as_bytes()).unwrap_err();
            assert_eq!(error.to_string(), sentence);
        }
    }

    #[test]
    fn kind_is_inferred_from_content() {
        let picture = Received::Picture(Picture::new("p"));
        for body in [
            r#"{"picture":{"id":"p"}}"#,
            r#"{"picture":{"id":"p","size":-1}}"#,
            r#"{"type":null,"picture":{"id":"p"}}"#,
            r#"{"other":{},"picture":{"id":"p"},"type":null}"#,
            r#"{"notice":null,"list":"","picture":{"id":"p"}}"#,
        ] {
            assert_eq!(decode::<Received>(body.as_bytes()).unwrap(), picture, "{body}");
        }
        assert_eq!(decode::<Received>(br#"{"list":[1,2]}"#).unwrap(), Received::List(vec![1, 2]));
        assert_eq!(decode::<Received>(br#"{"nothing":{"a":1}}"#).unwrap(), Received::Nothing);
        for body in [
            "{}",
            r#"{"other":{"id":"p"}}"#,
            r#"{"picture":{}}"#,
            r#"{"picture":{"id":"p"},"list":[1]}"#,
            r#"{"type":null,"picture":{"id":"p"},"notice":{"body":"b"}}"#,
        ] {
            let error = decode::<Received>(body.as_bytes()).unwrap_err();
            assert_eq!(error.pointer(), "/type", "{body}");
        }
        let error = decode::<Received>(br#"{"picture":{"id":7}}"#).unwrap_err();
        assert_eq!(error.pointer(), "/picture/id");
        assert!(decode::<Received>(br#"{"type":"","picture":{"id":"p"}}"#).unwrap().kind().is_empty());
        assert_eq!(decode::<Sent>(br#"{"picture":{"id":"p"}}"#).unwrap_err().pointer(), "/type");
    }
}
