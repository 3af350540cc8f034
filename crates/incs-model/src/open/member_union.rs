//! Open unions whose content stands in the member that the tag names: `{"type": "image", "image": {…}}`.

mod slot;
mod unknown;

pub(crate) use self::slot::{MemberUnion, ReadValue, Slot, read_alone};
pub use self::unknown::UnknownMember;

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
            fn known(kind: &str) -> Option<&'static str> {
                match kind {
                    $( $text => Some($text), )+
                    $($( $btext => Some($btext), )+)?
                    _ => None,
                }
            }

            fn read<'de, R: $crate::open::ReadValue<'de>>(kind: &'static str, source: R) -> Result<Self, R::Error> {
                match kind {
                    $( $text => source.read().map(Self::$variant), )+
                    $($( $btext => source.read::<::serde::de::IgnoredAny>().map(|_| Self::$bare), )+)?
                    _ => Err(::serde::de::Error::missing_field(kind)),
                }
            }

            fn bare(kind: &str) -> Option<Self> {
                match kind {
                    $($( $btext => Some(Self::$bare), )+)?
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

        $crate::decode::read_object!($name, map => $crate::open::read_alone(map));

        impl $crate::masked::Masked for $name {}

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

        $crate::schema_of::schema_of!($name, generator => {
            let kinds = $name::content_schemas(generator);
            $crate::schema::shape::member_union(generator, $tag, kinds, &Default::default())
        });
    };
}
pub(crate) use member_union;

/// Lets the contents of a union stand for the union, where each has a variant of its own: `From<Image> for Content`.
macro_rules! from_contents {
    ($union:ident: $($variant:ident($type:ident)),+ $(,)?) => {$(
        impl From<$type> for $union {
            fn from(content: $type) -> Self {
                Self::$variant(content)
            }
        }
    )+};
}
pub(crate) use from_contents;
