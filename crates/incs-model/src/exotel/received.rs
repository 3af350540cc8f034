//! The macro behind the structs whose members come under more than one name.

/// Declares a struct of what Exotel posts. Each field names its member, the documented name first, then the others it was
/// seen under; the first that is there counts, and it is written back under the name it came with. Null is absent.
///
/// Made: the struct, one consuming setter for each field that is not required, a private `bare` with the required ones, a
/// `Debug` that masks, serde, and (feature `schema`) the JSON Schema.
///
/// ```text
/// received! {
///     /// Doc.
///     pub struct File {
///         /// Doc.
///         pub url: String = "url",                                         // must be there
///     }
///     optional {
///         /// Doc.
///         with_media_type => pub media_type: MediaType = "type" | "mime_type",   // becomes `Option<MediaType>`
///     }
///     nullable {
///         /// Doc.
///         with_units => pub units: u64 = "units",                          // becomes `Nullable<u64>`
///     }
///     extra {
///         /// Doc.
///         with_extra => pub extra,                                         // every other member
///     }
///     either { code = "code", name = "name" | "title" }                    // one of these fields must be there
/// }
/// ```
macro_rules! received {
    (
        $(#[doc = $doc:literal])*
        pub struct $name:ident {
            $( $(#[doc = $rdoc:literal])* pub $rname:ident : $rty:ty = $rkey:literal $(| $ralt:literal)*, )*
        }
        optional {
            $(
                $(#[doc = $odoc:literal])*
                $oset:ident => pub $oname:ident : $oty:ty = $okey:literal $(| $oalt:literal)*,
            )*
        }
        $( nullable { $( $(#[doc = $ndoc:literal])* $nset:ident => pub $nname:ident : $nty:ty = $nkey:literal, )* } )?
        $( extra { $(#[doc = $edoc:literal])* $eset:ident => pub $ename:ident, } )?
        $( either { $( $either:ident = $ekey:literal $(| $ealt:literal)* ),+ } )?
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, PartialEq)]
        #[non_exhaustive]
        pub struct $name {
            $(
                $(#[doc = $rdoc])*
                #[doc = concat!("\n\nOn the wire: `", $rkey, "`", $( " or `", $ralt, "`", )* ".")]
                pub $rname: $rty,
            )*
            $(
                $(#[doc = $odoc])*
                #[doc = concat!("\n\nOn the wire: `", $okey, "`", $( " or `", $oalt, "`", )* ".")]
                pub $oname: Option<$oty>,
            )*
            $($(
                $(#[doc = $ndoc])*
                #[doc = concat!("\n\nOn the wire: `", $nkey, "`.")]
                pub $nname: $crate::exotel::Nullable<$nty>,
            )*)?
            $(
                $(#[doc = $edoc])*
                pub $ename: ::std::collections::BTreeMap<String, $crate::RawJson>,
            )?
            spelling: $crate::exotel::members::Spelling,
        }

        impl $name {
            fn bare($( $rname: $rty ),*) -> Self {
                Self {
                    $( $rname, )*
                    $( $oname: None, )*
                    $($( $nname: $crate::exotel::Nullable::Absent, )*)?
                    $( $ename: ::std::collections::BTreeMap::new(), )?
                    spelling: $crate::exotel::members::Spelling::default(),
                }
            }

            $(
                #[doc = concat!("Sets [`", stringify!($oname), "`](Self::", stringify!($oname), ").")]
                #[must_use]
                pub fn $oset(mut self, $oname: impl Into<$oty>) -> Self {
                    self.$oname = Some($oname.into());
                    self
                }
            )*
            $($(
                #[doc = concat!("Sets [`", stringify!($nname), "`](Self::", stringify!($nname), ").")]
                #[must_use]
                pub fn $nset(mut self, $nname: impl Into<$crate::exotel::Nullable<$nty>>) -> Self {
                    self.$nname = $nname.into();
                    self
                }
            )*)?
            $(
                #[doc = concat!("Adds to [`", stringify!($ename), "`](Self::", stringify!($ename), ").")]
                #[must_use]
                pub fn $eset(mut self, name: impl Into<String>, value: $crate::RawJson) -> Self {
                    self.$ename.insert(name.into(), value);
                    self
                }
            )?
        }

        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct(stringify!($name))
                    $( .field(stringify!($rname), &$crate::masked::Mask(&self.$rname)) )*
                    $( .field(stringify!($oname), &$crate::masked::Mask(&self.$oname)) )*
                    $($( .field(stringify!($nname), &$crate::masked::Mask(&self.$nname)) )*)?
                    $( .field(stringify!($ename), &$crate::masked::Mask(&self.$ename)) )?
                    .finish()
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use ::serde::ser::SerializeMap as _;

                let mut map = serializer.serialize_map(None)?;
                $( map.serialize_entry(self.spelling.of($rkey), &self.$rname)?; )*
                $(
                    if let Some(value) = &self.$oname {
                        map.serialize_entry(self.spelling.of($okey), value)?;
                    }
                )*
                $($( self.$nname.write($nkey, &mut map)?; )*)?
                $(
                    for (name, value) in &self.$ename {
                        map.serialize_entry(name, value)?;
                    }
                )?
                map.end()
            }
        }

        $crate::decode::read_object!($name, map => {
            use $crate::exotel::slot::Slot;

            let mut map = map;
            $( let mut $rname = Slot::<$rty>::default(); )*
            $( let mut $oname = Slot::<$oty>::default(); )*
            $($( let mut $nname = Slot::<$nty>::default(); )*)?
            $( let mut $ename = ::std::collections::BTreeMap::new(); )?
            while let Some($crate::decode::Key(name)) = map.next_key()? {
                match &*name {
                    $( $rkey => $rname.take(&mut map)?, $( $ralt => $rname.keep($ralt, &mut map)?, )* )*
                    $( $okey => $oname.take(&mut map)?, $( $oalt => $oname.keep($oalt, &mut map)?, )* )*
                    $($( $nkey => $nname.take(&mut map)?, )*)?
                    _ => $crate::exotel::received::other!(name, map $(, $ename)?),
                }
            }
            let mut spelling = $crate::exotel::members::Spelling::default();
            let value = Self::Value {
                $( $rname: $rname.require(&[$rkey $(, $ralt)*], &mut spelling)?, )*
                $( $oname: $oname.finish(&[$okey $(, $oalt)*], &mut spelling)?, )*
                $($( $nname: $nname.nullable(), )*)?
                $( $ename, )?
                spelling,
            };
            $(
                if $( value.$either.is_none() )&&+ {
                    let [missing, ..] = [$( $ekey ),+];
                    return Err(::serde::de::Error::missing_field(missing));
                }
            )?
            Ok(value)
        });

        $crate::masked::shown!($name);
        $crate::exotel::members::member!($name);

        $crate::schema_of::schema_of!($name as concat!("Exotel", stringify!($name)), generator => {
            use $crate::exotel::members::Member;
            use $crate::exotel::schema::Object;

            Object::new(concat!($($doc, "\n"),*))
                $( .required(&[$rkey $(, $ralt)*], concat!($($rdoc, "\n"),*), <$rty as Member>::schema(generator)) )*
                $( .optional(&[$okey $(, $oalt)*], concat!($($odoc, "\n"),*), &<$oty as Member>::schema(generator)) )*
                $($( .optional(&[$nkey], concat!($($ndoc, "\n"),*), &<$nty as Member>::schema(generator)) )*)?
                $( .either(&[$( $ekey $(, $ealt)* ),+]) )?
                .into_schema()
        });
    };
}
pub(super) use received;

/// A member that no field names: kept where the struct keeps such, skipped elsewhere.
macro_rules! other {
    ($name:ident, $map:ident) => {
        drop($map.next_value::<::serde::de::IgnoredAny>()?)
    };
    ($name:ident, $map:ident, $extra:ident) => {
        drop($extra.insert($name.into_owned(), $map.next_value::<$crate::RawJson>()?))
    };
}
pub(super) use other;
