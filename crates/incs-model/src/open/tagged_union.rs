//! Open unions whose kinds have their members beside the tag: `{"event": "…", …}`.

use serde::Serialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error as _, MapAccess};

use super::enums::UnknownText;
use crate::json::{Entries, Key, RawJson, ReadMembers, from_object};

/// An object of a kind that this version of the crate does not know, kept whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct UnknownObject {
    #[serde(skip)]
    kind: UnknownText,
    raw: RawJson,
}

impl UnknownObject {
    pub(crate) fn new(kind: impl Into<Box<str>>, raw: RawJson) -> Self {
        Self { kind: UnknownText::new(kind), raw }
    }

    /// The value of the tag, unchanged.
    pub fn kind(&self) -> &str {
        self.kind.as_str()
    }

    /// The whole object, tag included.
    pub fn raw(&self) -> &RawJson {
        &self.raw
    }
}

/// A union that is read by its tag.
pub(crate) trait TaggedUnion: Sized {
    /// The member that holds the kind.
    const TAG: &'static str;

    /// The known kinds.
    const KINDS: &'static [&'static str];

    /// The description of an object without the tag, if the union keeps such objects; empty if it refuses them.
    const UNTAGGED: &'static [&'static str];

    /// Reads the members of a known kind.
    fn read<'de, D: Deserializer<'de>>(kind: &str, members: D) -> Result<Self, D::Error>;

    /// Creates the value for an unknown kind.
    fn unknown(object: UnknownObject) -> Self;
}

/// Finds the tag, then reads the right type from the same stream.
pub(crate) fn read_tagged_union<'de, U: TaggedUnion, D: Deserializer<'de>>(deserializer: D) -> Result<U, D::Error> {
    struct Tagged<U>(U);

    impl<'de, U: TaggedUnion> ReadMembers<'de> for Tagged<U> {
        fn read_members<A: MapAccess<'de>>(members: A) -> Result<Self, A::Error> {
            let (tag, entries) = Entries::until_tag(members, U::TAG)?;
            let (kind, raw) = match tag {
                Some(Key(kind)) if U::KINDS.contains(&&*kind) => {
                    return U::read(&kind, MapAccessDeserializer::new(entries)).map(Self);
                }
                Some(Key(kind)) => {
                    let raw = entries.into_raw(Some((U::TAG, &kind)))?;
                    (kind, raw)
                }
                None if U::UNTAGGED.is_empty() => return Err(A::Error::missing_field(U::TAG)),
                None => ("".into(), entries.into_raw(None)?),
            };
            Ok(Self(U::unknown(UnknownObject::new(kind, raw))))
        }
    }

    from_object(deserializer).map(|Tagged(union)| union)
}

/// Declares an open union of objects that carry their kind in a tag.
///
/// Reading finds the tag first, then decodes the right type from the same stream; an unknown kind is kept whole.
/// `or none` is followed by the description, for the schema, of an object without the tag; such an object is then kept like an
/// unknown kind with an empty name. Without `or none` it is refused. A kind under `by shape` has a function that recognizes
/// objects of an unknown tag, since their tag is not documented.
///
/// ```text
/// tagged_union! {
///     /// Doc.
///     pub enum Event by "event" {
///         /// Doc.
///         TaskDone(TaskDone) = "task_done",
///     }
/// }
/// ```
macro_rules! tagged_union {
    (
        $(#[$meta:meta])*
        pub enum $name:ident by $tag:literal $(or none $untagged:literal)? {
            $( $(#[$vmeta:meta])* $variant:ident($type:ty) = $text:literal, )+
        }
        $( by shape { $( $(#[$smeta:meta])* $shaped:ident($stype:ty) = $probe:path, )+ } )?
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, ::serde::Serialize)]
        #[serde(tag = $tag)]
        #[non_exhaustive]
        pub enum $name {
            $(
                $(#[$vmeta])*
                #[doc = concat!("\n\nOn the wire: `\"", $tag, "\": \"", $text, "\"`.")]
                #[serde(rename = $text)]
                $variant($type),
            )+
            $($(
                $(#[$smeta])*
                #[serde(untagged)]
                $shaped($stype),
            )+)?
            /// A kind that this version does not know; kept whole and written back unchanged.
            #[serde(untagged)]
            Unknown($crate::open::UnknownObject),
        }

        impl $name {
            /// The known kinds, as written on the wire.
            pub const KNOWN: &'static [&'static str] = &[$($text),+];

            /// The kind as written on the wire.
            pub fn kind(&self) -> &str {
                match self {
                    $( Self::$variant(_) => $text, )+
                    $($( Self::$shaped(value) => value.kind(), )+)?
                    Self::Unknown(unknown) => unknown.kind(),
                }
            }
        }

        $crate::open::from_contents!($name: $($variant($type)),+);

        impl $crate::open::TaggedUnion for $name {
            const TAG: &'static str = $tag;
            const KINDS: &'static [&'static str] = Self::KNOWN;
            const UNTAGGED: &'static [&'static str] = &[$($untagged)?];

            fn read<'de, D: ::serde::Deserializer<'de>>(kind: &str, members: D) -> Result<Self, D::Error> {
                match kind {
                    $( $text => <$type as ::serde::Deserialize>::deserialize(members).map(Self::$variant), )+
                    _ => Err(::serde::de::Error::missing_field($tag)),
                }
            }

            fn unknown(object: $crate::open::UnknownObject) -> Self {
                $($( if let Some(value) = $probe(&object) { return Self::$shaped(value); } )+)?
                Self::Unknown(object)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::open::read_tagged_union(deserializer)
            }
        }

        impl $crate::masked::Masked for $name {}

        $crate::schema_of::schema_of!($name, generator => {
            let kinds = vec![$( ($text, <$type as ::schemars::JsonSchema>::json_schema(generator)) ),+];
            $crate::schema::shape::tagged_union(generator, $tag, kinds, &[$($untagged)?])
        });
    };
}
pub(crate) use tagged_union;
