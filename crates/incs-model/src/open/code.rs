//! Open enums of whole numbers.

use std::fmt;

/// A number that this version of the crate does not know.
///
/// Opaque, so that no code can match on a number that becomes a named variant in a later version; compare with
/// `as_i64` of the enum instead.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnknownCode(i64);

impl UnknownCode {
    pub(crate) fn new(code: i64) -> Self {
        Self(code)
    }

    /// The number as it came.
    pub fn as_i64(self) -> i64 {
        self.0
    }
}

impl fmt::Debug for UnknownCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Declares an open enum of whole numbers: named variants, `Unknown` for every other number, lossless both ways. Reads a
/// string of digits like the number.
macro_rules! open_code {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $( $(#[$vmeta:meta])* $variant:ident = $code:literal, )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $(
                $(#[$vmeta])*
                #[doc = concat!("\n\nOn the wire: `", stringify!($code), "`.")]
                $variant,
            )+
            /// A value that this version does not know; kept and written back as it came.
            Unknown($crate::open::UnknownCode),
        }

        impl $name {
            /// The known values, as they stand on the wire.
            pub const KNOWN: &'static [i64] = &[$($code),+];

            /// The value as it stands on the wire.
            pub fn as_i64(self) -> i64 {
                match self {
                    $( Self::$variant => $code, )+
                    Self::Unknown(code) => code.as_i64(),
                }
            }

            /// Whether this version of the crate has a name for the value.
            pub fn is_known(self) -> bool {
                !matches!(self, Self::Unknown(_))
            }
        }

        impl From<i64> for $name {
            fn from(code: i64) -> Self {
                match code {
                    $( $code => Self::$variant, )+
                    other => Self::Unknown($crate::open::UnknownCode::new(other)),
                }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(&self.as_i64(), f)
            }
        }

        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                match self {
                    $( Self::$variant => f.write_str(stringify!($variant)), )+
                    Self::Unknown(code) => f.debug_tuple("Unknown").field(code).finish(),
                }
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_i64(self.as_i64())
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::number::read_i64(deserializer).map(Self::from)
            }
        }

        impl $crate::masked::Masked for $name {}

        $crate::schema_of::schema_of!($name, generator => $crate::schema::shape::open_code(generator, $name::KNOWN));
    };
}
pub(crate) use open_code;
