//! The derives behind the wire structs of `incs-model`.
//!
//! They write paths into that crate (`crate::masked`), so they work only inside it.

mod masked_debug;
mod read_struct;
mod received;
mod skip_serializing_none;
mod text;
mod wire_struct;

use proc_macro::TokenStream;

/// Derives `new`, the `with_…` setters and a masking `Debug` for a struct with named fields.
///
/// A field is
///
/// - optional when its type is `Option<T>`: unset by `new`, set by `with_field(impl Into<T>)`, and an `Option` of a map by
///   `with_field(impl IntoIterator<Item = (impl Into<K>, impl Into<V>)>)`;
/// - a list when it is a `Vec<T>` with a default: empty after `new`, set by
///   `with_field(impl IntoIterator<Item = impl Into<T>>)`;
/// - a map when it is a `BTreeMap<K, V>` with `#[wire(entries)]`: empty after `new`, filled by `with_field(impl Into<K>, V)`;
/// - defaulted when it has any other type and a default: set by `with_field(impl Into<T>)`;
/// - required otherwise: an argument of `new`, in the order of the fields; a `Vec<T>` takes the same as a list.
///
/// A default is `#[serde(default)]` or, in a struct without serde derives, `#[wire(default)]`. Numbers, `bool` and fields with
/// `#[wire(exact)]` take their own type instead of `impl Into`, so that plain literals fit. Fields that are not `pub` and fields
/// with `#[wire(unset)]` get their default and no setter. `#[wire(private_new)]` on the struct makes a private `with_required`
/// instead of `new`, for a hand-written `new` to call.
#[proc_macro_derive(WireStruct, attributes(wire))]
pub fn derive_wire_struct(input: TokenStream) -> TokenStream {
    finish(syn::parse2(input.into()).and_then(|input| wire_struct::expand(&input)))
}

/// Derives `Deserialize` for a struct with named fields and without generic types, as serde does, in a quarter of the code.
///
/// It knows these attributes of serde: `rename_all = "camelCase"` on the struct; `default`, `rename` and `deserialize_with` on a
/// field. An `Option` needs a default.
#[proc_macro_derive(ReadStruct, attributes(serde))]
pub fn derive_read_struct(input: TokenStream) -> TokenStream {
    finish(syn::parse2(input.into()).and_then(|input| read_struct::expand(&input)))
}

/// Derives only the masking `Debug`, for a struct with named fields or an enum without.
#[proc_macro_derive(MaskedDebug)]
pub fn derive_masked_debug(input: TokenStream) -> TokenStream {
    finish(syn::parse2(input.into()).and_then(|input| masked_debug::expand(&input)))
}

/// Derives `From<String>` and `From<&str>` for a tuple struct that holds a `String` or `Box<str>`.
#[proc_macro_derive(FromText)]
pub fn derive_from_text(input: TokenStream) -> TokenStream {
    finish(syn::parse2(input.into()).map(|input| text::from_text(&input)))
}

/// Derives a `Display` that writes the text, for a tuple struct that holds a `String` or `Box<str>`.
#[proc_macro_derive(DisplayText)]
pub fn derive_display_text(input: TokenStream) -> TokenStream {
    finish(syn::parse2(input.into()).map(|input| text::display_text(&input)))
}

/// Omits members that are `None` on writing, as `#[serde(default, skip_serializing_if = "Option::is_none")]`
/// on each `Option` would. The default lets a field with a schema of its own be absent too. Goes before `#[derive(Serialize)]`.
/// A `Deserialize` in the same list becomes a [`macro@ReadStruct`], unless a field has `flatten`.
#[proc_macro_attribute]
pub fn skip_serializing_none(_: TokenStream, input: TokenStream) -> TokenStream {
    finish(syn::parse2(input.into()).and_then(skip_serializing_none::expand))
}

/// Does the same as [`macro@skip_serializing_none`], and reads the members that may be absent leniently, for a struct that is
/// received: a member that cannot be read is absent, and nothing else is lost. Must not be used on a struct that is sent.
///
/// Such members are the `Option`s and the fields with a `#[serde(default)]`; in a list, the elements that cannot be read are
/// skipped. A field with its own `deserialize_with` keeps it. Goes before `#[derive(Deserialize)]`.
#[proc_macro_attribute]
pub fn received(_: TokenStream, input: TokenStream) -> TokenStream {
    finish(syn::parse2(input.into()).and_then(received::expand))
}

fn finish(expanded: syn::Result<proc_macro2::TokenStream>) -> TokenStream {
    expanded.unwrap_or_else(syn::Error::into_compile_error).into()
}
