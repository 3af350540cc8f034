//! Open unions whose kinds share one object with their tag: `{"event": "…", …}`.

use std::fmt;

use serde::{Serialize, Serializer};

use super::text::fmt_token;
use crate::raw::RawJson;

/// An object of a kind that this version of the crate does not know, kept whole.
#[derive(Clone, PartialEq, Eq)]
pub struct UnknownObject {
    kind: Box<str>,
    raw: RawJson,
}

impl UnknownObject {
    pub(crate) fn new(kind: impl Into<Box<str>>, raw: RawJson) -> Self {
        Self { kind: kind.into(), raw }
    }

    /// The value of the tag, as it came.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The whole object, tag included.
    pub fn raw(&self) -> &RawJson {
        &self.raw
    }
}

impl fmt::Debug for UnknownObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        struct Token<'a>(&'a str);
        impl fmt::Debug for Token<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt_token(self.0, f)
            }
        }
        f.debug_struct("UnknownObject").field("kind", &Token(&self.kind)).field("raw", &self.raw).finish()
    }
}

impl Serialize for UnknownObject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.raw.serialize(serializer)
    }
}

/// What an object without the tag is: a fault, unless the union says what else.
macro_rules! untagged {
    ($name:ident, $tag:literal, $entries:ident) => {
        Err(::serde::de::Error::missing_field($tag))
    };
    ($name:ident, $tag:literal, $entries:ident, $untagged:literal) => {
        Ok($name::Unknown($crate::open::UnknownObject::new("", $entries.into_raw(None)?)))
    };
}
pub(crate) use untagged;

/// Declares an open union of objects that carry their kind in a tag.
///
/// Reading looks for the tag first, then decodes the one right type from the same stream; an unknown kind is kept whole.
/// After `or none` stands the description, for the schema, of an object without the tag; it is then kept like an unknown kind,
/// whose name is empty. Without it such an object is refused. A kind under `by shape` is told by a function that looks at objects of unknown tag, since their tag is not documented.
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
            /// A kind that this version does not know; kept whole and written back as it came.
            #[serde(untagged)]
            Unknown($crate::open::UnknownObject),
        }

        impl $name {
            /// The known kinds, as they stand on the wire.
            pub const KNOWN: &'static [&'static str] = &[$($text),+];

            /// The kind as it stands on the wire.
            pub fn kind(&self) -> &str {
                match self {
                    $( Self::$variant(_) => $text, )+
                    $($( Self::$shaped(value) => value.kind(), )+)?
                    Self::Unknown(unknown) => unknown.kind(),
                }
            }
        }

        $(
            impl From<$type> for $name {
                fn from(value: $type) -> Self {
                    Self::$variant(value)
                }
            }
        )+

        $crate::decode::read_object!($name, map => {
            use ::serde::de::value::MapAccessDeserializer;

            let (tag, entries) = $crate::decode::Entries::until_tag(map, $tag)?;
            let Some($crate::decode::Key(tag)) = tag else {
                return $crate::open::untagged!($name, $tag, entries $(, $untagged)?);
            };
            match &*tag {
                $(
                    $text => <$type as ::serde::Deserialize>::deserialize(MapAccessDeserializer::new(entries))
                        .map($name::$variant),
                )+
                kind => {
                    let raw = entries.into_raw(Some(($tag, kind)))?;
                    let unknown = $crate::open::UnknownObject::new(kind, raw);
                    $($(
                        if let Some(value) = $probe(&unknown) {
                            return Ok($name::$shaped(value));
                        }
                    )+)?
                    Ok($name::Unknown(unknown))
                }
            }
        });

        impl $crate::masked::Masked for $name {}

        $crate::schema_of::schema_of!($name, generator => {
            let kinds = vec![$( ($text, <$type as ::schemars::JsonSchema>::json_schema(generator)) ),+];
            let schema = $crate::schema::shape::tagged_union(generator, $tag, kinds);
            $( let schema = $crate::schema::shape::or_untagged(generator, $tag, $untagged, schema); )?
            schema
        });
    };
}
pub(crate) use tagged_union;
