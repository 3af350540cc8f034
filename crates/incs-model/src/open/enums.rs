//! Open enums of texts and of whole numbers.

use std::fmt;

use serde::de::{Deserialize, Deserializer};

use crate::json::Key;
use crate::number::read_i64;

/// A text that this version of the crate does not know.
///
/// Opaque, so that no code can match on a spelling that becomes a named variant in a later version; compare with
/// `as_str` of the enum instead.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnknownText(Box<str>);

impl UnknownText {
    pub(crate) fn new(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }

    /// The text, unchanged.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Shows the text if it looks like a token; other texts may be content, so only their length is shown.
impl fmt::Debug for UnknownText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt_token(&self.0, f)
    }
}

/// Shows short texts of letters, digits, `_`, `-`, `.`, `/` that start with a letter; masks all others.
pub(crate) fn fmt_token(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let token = text.len() <= 64
        && text.bytes().next().is_some_and(|first| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/'));
    if token { write!(f, "{text:?}") } else { crate::masked::Masked::masked(text, f) }
}

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

    /// The number, unchanged.
    pub fn as_i64(self) -> i64 {
        self.0
    }
}

impl fmt::Debug for UnknownCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl crate::masked::Masked for UnknownCode {}

/// Reads a text into an open enum.
pub(crate) fn read_text<'de, T: for<'a> From<&'a str>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    Key::deserialize(deserializer).map(|Key(text)| T::from(&text))
}

/// Reads a whole number, or its digits in a string, into an open enum.
pub(crate) fn read_code<'de, T: From<i64>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    read_i64(deserializer).map(T::from)
}

/// Implements the common part of both kinds of open enums.
macro_rules! open_value {
    ($name:ident, $value:ident, $serialize:ident, $read:ident, $schema:ident) => {
        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(&self.$value(), f)
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.$serialize(self.$value())
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::open::$read(deserializer)
            }
        }

        impl $crate::masked::Masked for $name {}

        $crate::schema_of::schema_of!($name, generator => $crate::schema::shape::$schema(generator, $name::KNOWN));
    };
}
pub(crate) use open_value;

/// Declares an open enum of texts: named variants, `Unknown` for every other text, lossless both ways.
///
/// ```text
/// open_text! {
///     /// Doc.
///     pub enum Status {
///         /// Doc.
///         Sent = "sent",
///     }
/// }
/// ```
macro_rules! open_text {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $( $(#[$vmeta:meta])* $variant:ident = $text:literal, )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $(
                $(#[$vmeta])*
                #[doc = concat!("\n\nOn the wire: `", $text, "`.")]
                $variant,
            )+
            /// A value that this version does not know; kept and written back unchanged.
            Unknown($crate::open::UnknownText),
        }

        impl $name {
            /// The known values, as written on the wire.
            pub const KNOWN: &'static [&'static str] = &[$($text),+];

            /// The value as written on the wire.
            pub fn as_str(&self) -> &str {
                match self {
                    $( Self::$variant => $text, )+
                    Self::Unknown(text) => text.as_str(),
                }
            }

            /// Returns true when this version of the crate has a variant for the value.
            pub fn is_known(&self) -> bool {
                !matches!(self, Self::Unknown(_))
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $( $text => Self::$variant, )+
                    other => Self::Unknown($crate::open::UnknownText::new(other)),
                }
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self::from(text.as_str())
            }
        }

        $crate::open::open_value!($name, as_str, serialize_str, read_text, open_text);
    };
}
pub(crate) use open_text;

/// Declares an open enum of whole numbers: named variants, `Unknown` for every other number, lossless both ways. Reads
/// digits in a string like the number.
macro_rules! open_code {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $( $(#[$vmeta:meta])* $variant:ident = $code:literal, )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $(
                $(#[$vmeta])*
                #[doc = concat!("\n\nOn the wire: `", stringify!($code), "`.")]
                $variant,
            )+
            /// A value that this version does not know; kept and written back unchanged.
            Unknown($crate::open::UnknownCode),
        }

        impl $name {
            /// The known values, as written on the wire.
            pub const KNOWN: &'static [i64] = &[$($code),+];

            /// The value as written on the wire.
            pub fn as_i64(self) -> i64 {
                match self {
                    $( Self::$variant => $code, )+
                    Self::Unknown(code) => code.as_i64(),
                }
            }

            /// Returns true when this version of the crate has a variant for the value.
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

        $crate::open::open_value!($name, as_i64, serialize_i64, read_code, open_code);
    };
}
pub(crate) use open_code;
