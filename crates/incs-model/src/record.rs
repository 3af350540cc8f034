//! The macro behind every wire struct.

/// Declares a wire struct: public fields, `new` with the required members, one consuming setter for each other member,
/// a `Debug` that masks, and (feature `schema`) its JSON Schema.
///
/// ```text
/// record! {
///     /// Doc.
///     pub struct Row {
///         pub id: String,                                  // in `new`, always written
///     }
///     default {
///         with_logs => pub logs: Vec<Log>,                 // `Default` when absent, always written
///     }
///     optional {
///         with_description => pub description: String,     // becomes `Option<String>`, left out when `None`
///     }
///     list {
///         with_rows => pub rows: Row,                      // becomes `Vec<Row>`, left out when empty
///     }
/// }
/// ```
macro_rules! record {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $( $(#[$rmeta:meta])* pub $rname:ident : $rty:ty, )*
        }
        $( default { $( $(#[$dmeta:meta])* $dset:ident => pub $dname:ident : $dty:ty, )* } )?
        $( optional { $( $(#[$ometa:meta])* $oset:ident => pub $oname:ident : $oty:ty, )* } )?
        $( list { $( $(#[$lmeta:meta])* $lset:ident => pub $lname:ident : $lty:ty, )* } )?
    ) => {
        #[derive(Clone, PartialEq, ::serde::Serialize, ::serde::Deserialize)]
        #[cfg_attr(feature = "schema", derive(::schemars::JsonSchema))]
        $(#[$meta])*
        #[non_exhaustive]
        pub struct $name {
            $( $(#[$rmeta])* pub $rname: $rty, )*
            $($( $(#[$dmeta])* #[serde(default)] pub $dname: $dty, )*)?
            $($(
                $(#[$ometa])*
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub $oname: Option<$oty>,
            )*)?
            $($(
                $(#[$lmeta])*
                #[serde(default, skip_serializing_if = "Vec::is_empty")]
                pub $lname: Vec<$lty>,
            )*)?
        }

        impl $name {
            /// A value with its required members; the others are unset.
            #[allow(clippy::new_without_default, clippy::too_many_arguments, reason = "one rule for all records")]
            pub fn new($( $rname: impl Into<$rty> ),*) -> Self {
                Self {
                    $( $rname: $rname.into(), )*
                    $($( $dname: Default::default(), )*)?
                    $($( $oname: None, )*)?
                    $($( $lname: Vec::new(), )*)?
                }
            }

            $($(
                #[doc = concat!("Sets `", stringify!($dname), "`.")]
                #[must_use]
                pub fn $dset(mut self, $dname: impl Into<$dty>) -> Self {
                    self.$dname = $dname.into();
                    self
                }
            )*)?
            $($(
                #[doc = concat!("Sets `", stringify!($oname), "`.")]
                #[must_use]
                pub fn $oset(mut self, $oname: impl Into<$oty>) -> Self {
                    self.$oname = Some($oname.into());
                    self
                }
            )*)?
            $($(
                #[doc = concat!("Sets `", stringify!($lname), "`.")]
                #[must_use]
                pub fn $lset(mut self, $lname: impl IntoIterator<Item = $lty>) -> Self {
                    self.$lname = $lname.into_iter().collect();
                    self
                }
            )*)?
        }

        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct(stringify!($name))
                    $( .field(stringify!($rname), &$crate::masked::Mask(&self.$rname)) )*
                    $($( .field(stringify!($dname), &$crate::masked::Mask(&self.$dname)) )*)?
                    $($( .field(stringify!($oname), &$crate::masked::Mask(&self.$oname)) )*)?
                    $($( .field(stringify!($lname), &$crate::masked::Mask(&self.$lname)) )*)?
                    .finish()
            }
        }

        $crate::masked::shown!($name);
    };
}
pub(crate) use record;
