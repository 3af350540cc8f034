//! The derives behind the wire structs of `incs-model`.
//!
//! They write paths into that crate (`crate::masked`), so they are of no use elsewhere.

mod masked_debug;
mod received;
mod skip_serializing_none;
mod text;
mod wire_struct;

use proc_macro::TokenStream;

/// Derives `new`, the `with_…` setters and a masking `Debug` for a struct with named fields.
///
/// A field is
///
/// - optional when its type is `Option<T>`: unset by `new`, set by `with_field(impl Into<T>)`;
/// - a list when it is a `Vec<T>` with a default: empty after `new`, set by `with_field(impl IntoIterator<Item = T>)`;
/// - a map when it is a `BTreeMap<K, V>` with `#[wire(entries)]`: empty after `new`, filled by `with_field(impl Into<K>, V)`;
/// - defaulted when it has any other type and a default: set by `with_field(impl Into<T>)`;
/// - required otherwise: an argument of `new`, in the order of the fields.
///
/// A default is `#[serde(default)]` or, in a struct that serde does not derive, `#[wire(default)]`. Numbers, `bool` and fields with
/// `#[wire(exact)]` are taken as their own type instead of `impl Into`, so that plain literals fit. Fields that are not `pub` have
/// their default and get no setter. `#[wire(private_new)]` on the struct makes a private `with_required` instead of `new`, for a
/// hand-written `new` to build on.
#[proc_macro_derive(WireStruct, attributes(wire))]
pub fn derive_wire_struct(input: TokenStream) -> TokenStream {
    finish(syn::parse2(input.into()).and_then(|input| wire_struct::expand(&input)))
}

/// Derives the masking `Debug` alone, for a struct with named fields or an enum without.
#[proc_macro_derive(MaskedDebug)]
pub fn derive_masked_debug(input: TokenStream) -> TokenStream {
    finish(syn::parse2(input.into()).and_then(|input| masked_debug::expand(&input)))
}

/// Derives `From<String>` and `From<&str>` for a tuple struct that holds a `String` or `Box<str>`.
#[proc_macro_derive(FromText)]
pub fn derive_from_text(input: TokenStream) -> TokenStream {
    finish(syn::parse2(input.into()).map(|input| text::from_text(&input)))
}

/// Derives a `Display` that shows the text, for a tuple struct that holds a `String` or `Box<str>`.
#[proc_macro_derive(DisplayText)]
pub fn derive_display_text(input: TokenStream) -> TokenStream {
    finish(syn::parse2(input.into()).map(|input| text::display_text(&input)))
}

/// Leaves members that are `None` out when the struct is written, as `#[serde(default, skip_serializing_if = "Option::is_none")]`
/// on each `Option` would. The default lets a field with a schema of its own be absent too. Stands before `#[derive(Serialize)]`.
#[proc_macro_attribute]
pub fn skip_serializing_none(_: TokenStream, input: TokenStream) -> TokenStream {
    finish(syn::parse2(input.into()).and_then(skip_serializing_none::expand))
}

/// Does what [`macro@skip_serializing_none`] does, and reads the members that may be absent leniently, for a struct that is
/// received: one that cannot be read is absent, and costs nothing but itself. Never for a struct that is sent.
///
/// Such members are the `Option`s and the fields with a `#[serde(default)]`; of a list the elements that cannot be read are skipped.
/// A field with a `deserialize_with` of its own keeps it. Stands before `#[derive(Deserialize)]`.
#[proc_macro_attribute]
pub fn received(_: TokenStream, input: TokenStream) -> TokenStream {
    finish(syn::parse2(input.into()).and_then(received::expand))
}

fn finish(expanded: syn::Result<proc_macro2::TokenStream>) -> TokenStream {
    expanded.unwrap_or_else(syn::Error::into_compile_error).into()
}
