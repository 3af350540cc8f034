//! Open unions whose content stands in the member that the tag names: `{"type": "image", "image": {…}}`.

use std::fmt;

use serde::de::{self, IgnoredAny, MapAccess};
use serde::ser::SerializeMap;
use serde_json::value::RawValue;

use super::text::fmt_token;
use crate::decode::{Key, replay};
use crate::raw::RawJson;

/// The content of a kind that this version of the crate does not know: the kind and every member that came with it.
#[derive(Clone, PartialEq, Eq)]
pub struct UnknownMember {
    kind: Box<str>,
    members: Vec<(Box<str>, RawJson)>,
}

impl UnknownMember {
    /// Content of a kind of your own, for a platform that learned it before this crate did.
    ///
    /// `validate` reports it; send it with validation off.
    pub fn new(kind: impl Into<Box<str>>, content: RawJson) -> Self {
        let kind = kind.into();
        Self { members: vec![(kind.clone(), content)], kind }
    }

    /// Members whose kind no tag says: the first one's name must do.
    pub(crate) fn from_members(members: Vec<(Box<str>, Box<RawValue>)>) -> Self {
        let members: Vec<_> = members.into_iter().map(|(name, raw)| (name, RawJson::from_value(raw))).collect();
        let kind = members.first().map(|(name, _)| name.clone()).unwrap_or_default();
        Self { kind, members }
    }

    /// The value of the tag, as it came.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The member that the tag names, if it is there.
    pub fn content(&self) -> Option<&RawJson> {
        self.member(&self.kind)
    }

    /// Any other member that came with it.
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

/// A union as [`Slot`] reads and writes it. Kinds are numbered in the order of declaration.
pub(crate) trait MemberUnion: Sized {
    /// The member that holds the kind.
    const TAG: &'static str;

    /// The names of the kinds; each is also the name of its content member.
    const KINDS: &'static [&'static str];

    /// The number of a kind.
    fn number(kind: &str) -> Option<usize>;

    /// Reads the content of a kind.
    fn read<'de, R: ReadValue<'de>>(number: usize, source: R) -> Result<Self, R::Error>;

    /// The value of a kind that has no content member.
    fn bare(number: usize) -> Option<Self>;

    /// What is not known.
    fn unknown(unknown: UnknownMember) -> Self;

    /// The kind as it stands on the wire.
    fn wire_kind(&self) -> &str;

    /// Writes the content member, or all members of an unknown kind.
    fn write_content<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error>;

    /// Writes tag and content.
    fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        map.serialize_entry(Self::TAG, self.wire_kind())?;
        self.write_content(map)
    }
}

/// Where a content value comes from: the live stream or a buffered piece.
pub(crate) trait ReadValue<'de> {
    type Error: de::Error;
    fn read<T: de::Deserialize<'de>>(self) -> Result<T, Self::Error>;
}

impl<'de, A: MapAccess<'de>> ReadValue<'de> for &mut A {
    type Error = A::Error;
    fn read<T: de::Deserialize<'de>>(self) -> Result<T, A::Error> {
        self.next_value()
    }
}

struct Buffered<'a, E>(&'a str, &'a RawValue, std::marker::PhantomData<E>);

impl<'de, E: de::Error> ReadValue<'de> for Buffered<'_, E> {
    type Error = E;
    fn read<T: de::Deserialize<'de>>(self) -> Result<T, E> {
        replay(std::marker::PhantomData::<T>, self.0, self.1)
    }
}

/// Collects tag and content of a union while the members of an object go by in any order.
pub(crate) struct Slot<U> {
    kind: Option<Kind>,
    value: Option<U>,
    kept: Vec<(Box<str>, Box<RawValue>)>,
}

enum Kind {
    Known(usize),
    Unknown(Box<str>),
}

impl<U: MemberUnion> Slot<U> {
    pub(crate) fn new() -> Self {
        Self { kind: None, value: None, kept: Vec::new() }
    }

    /// Takes the next member, whose name has been read.
    pub(crate) fn take<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        if key == U::TAG {
            if self.kind.is_some() {
                return Err(de::Error::duplicate_field(U::TAG));
            }
            let Key(kind) = map.next_value()?;
            self.kind = Some(U::number(&kind).map_or_else(|| Kind::Unknown(kind.into()), Kind::Known));
            return Ok(());
        }
        match &self.kind {
            Some(Kind::Known(number)) => {
                if U::KINDS.get(*number).is_some_and(|name| *name == key) {
                    self.value = Some(U::read(*number, map)?);
                } else {
                    map.next_value::<IgnoredAny>()?;
                }
            }
            _ => self.kept.push((key.into(), map.next_value()?)),
        }
        Ok(())
    }

    /// The union, once all members have gone by.
    pub(crate) fn finish<E: de::Error>(self) -> Result<U, E> {
        match self.kind {
            None => Err(E::missing_field(U::TAG)),
            Some(Kind::Unknown(kind)) => {
                let members = self.kept.into_iter().map(|(name, raw)| (name, RawJson::from_value(raw))).collect();
                Ok(U::unknown(UnknownMember { kind, members }))
            }
            Some(Kind::Known(number)) => {
                if let Some(value) = self.value {
                    return Ok(value);
                }
                let name = U::KINDS.get(number).copied().unwrap_or_default();
                match self.kept.iter().find(|(kept, _)| **kept == *name) {
                    Some((_, raw)) => U::read(number, Buffered(name, raw, std::marker::PhantomData)),
                    None => U::bare(number).ok_or_else(|| E::missing_field(name)),
                }
            }
        }
    }
}

/// Reads a union that fills its object alone.
pub(crate) fn read_alone<'de, U: MemberUnion, A: MapAccess<'de>>(mut map: A) -> Result<U, A::Error> {
    let mut slot = Slot::new();
    while let Some(Key(key)) = map.next_key()? {
        slot.take(&key, &mut map)?;
    }
    slot.finish()
}

/// The schema of a content: its own, or the one that the union names after `as`.
#[cfg(feature = "schema")]
macro_rules! content_schema {
    ($generator:ident, $type:ty) => {
        $crate::schema::shape::content::<$type>($generator)
    };
    ($generator:ident, $type:ty, $schema:path) => {
        $schema($generator)
    };
}
#[cfg(feature = "schema")]
pub(crate) use content_schema;

/// Declares an open union `{"<tag>": kind, "<kind>": content}`. Kinds after `bare` have no content member. A kind may name
/// the function that makes the schema of its content: `Text(String) = "text" as text_schema`.
macro_rules! member_union {
    (
        $(#[$meta:meta])*
        pub enum $name:ident by $tag:literal {
            $( $(#[$vmeta:meta])* $variant:ident($type:ty) = $text:literal $(as $schema:path)?, )+
        }
        $( bare { $( $(#[$bmeta:meta])* $bare:ident = $btext:literal, )+ } )?
    ) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq)]
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
            /// A kind that this version does not know; kept and written back as it came.
            Unknown($crate::open::UnknownMember),
        }

        impl $name {
            /// The known kinds, as they stand on the wire.
            pub const KNOWN: &'static [&'static str] = &[$($text,)+ $($($btext,)+)?];

            /// The kind as it stands on the wire.
            pub fn kind(&self) -> &str {
                match self {
                    $( Self::$variant(_) => $text, )+
                    $($( Self::$bare => $btext, )+)?
                    Self::Unknown(unknown) => unknown.kind(),
                }
            }
        }

        impl $crate::open::MemberUnion for $name {
            const TAG: &'static str = $tag;
            const KINDS: &'static [&'static str] = Self::KNOWN;

            fn number(kind: &str) -> Option<usize> {
                #[allow(non_camel_case_types, clippy::enum_variant_names, reason = "counts the kinds")]
                #[repr(usize)]
                enum Number { $($variant,)+ $($($bare,)+)? }
                match kind {
                    $( $text => Some(Number::$variant as usize), )+
                    $($( $btext => Some(Number::$bare as usize), )+)?
                    _ => None,
                }
            }

            fn read<'de, R: $crate::open::ReadValue<'de>>(number: usize, source: R) -> Result<Self, R::Error> {
                #[allow(non_upper_case_globals, reason = "one constant a kind")]
                mod number {
                    #[repr(usize)]
                    #[allow(dead_code, clippy::enum_variant_names, reason = "counts the kinds")]
                    enum Number { $($variant,)+ }
                    $( pub(super) const $variant: usize = Number::$variant as usize; )+
                }
                match number {
                    $( number::$variant => source.read().map(Self::$variant), )+
                    _ => source.read::<::serde::de::IgnoredAny>().and_then(|_| {
                        Self::bare(number).ok_or_else(|| ::serde::de::Error::missing_field($tag))
                    }),
                }
            }

            fn bare(number: usize) -> Option<Self> {
                match Self::KINDS.get(number).copied() {
                    $($( Some($btext) => Some(Self::$bare), )+)?
                    _ => None,
                }
            }

            fn unknown(unknown: $crate::open::UnknownMember) -> Self {
                Self::Unknown(unknown)
            }

            fn wire_kind(&self) -> &str {
                self.kind()
            }

            fn write_content<M: ::serde::ser::SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
                match self {
                    $( Self::$variant(content) => map.serialize_entry($text, content), )+
                    $($( Self::$bare => Ok(()), )+)?
                    Self::Unknown(unknown) => unknown.write(map),
                }
            }
        }

        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                match self {
                    $( Self::$variant(content) => f
                        .debug_tuple(stringify!($variant))
                        .field(&$crate::masked::Mask(content))
                        .finish(), )+
                    $($( Self::$bare => f.write_str(stringify!($bare)), )+)?
                    Self::Unknown(unknown) => f.debug_tuple("Unknown").field(unknown).finish(),
                }
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use ::serde::ser::SerializeMap as _;
                let mut map = serializer.serialize_map(None)?;
                $crate::open::MemberUnion::write(self, &mut map)?;
                map.end()
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct UnionVisitor;

                impl<'de> ::serde::de::Visitor<'de> for UnionVisitor {
                    type Value = $name;

                    fn expecting(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                        f.write_str("an object")
                    }

                    fn visit_map<A: ::serde::de::MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                        $crate::open::read_alone(map)
                    }
                }

                deserializer.deserialize_map(UnionVisitor)
            }
        }

        $crate::masked::shown!($name);

        #[cfg(feature = "schema")]
        impl $name {
            /// The schemas of the contents, by kind; none for a kind without content.
            #[allow(dead_code, reason = "only unions that share their object with other members need it from outside")]
            pub(crate) fn content_schemas(
                generator: &mut ::schemars::SchemaGenerator,
            ) -> Vec<(&'static str, Option<::schemars::Schema>)> {
                vec![
                    $( ($text, Some($crate::open::content_schema!(generator, $type $(, $schema)?))), )+
                    $($( ($btext, None), )+)?
                ]
            }
        }

        #[cfg(feature = "schema")]
        impl ::schemars::JsonSchema for $name {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn schema_id() -> ::std::borrow::Cow<'static, str> {
                concat!(module_path!(), "::", stringify!($name)).into()
            }

            fn json_schema(generator: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
                let kinds = Self::content_schemas(generator);
                $crate::schema::shape::member_union(generator, $tag, kinds, &[])
            }
        }
    };
}
pub(crate) use member_union;
