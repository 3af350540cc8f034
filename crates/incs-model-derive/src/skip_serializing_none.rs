//! Members that may be absent: `None` is omitted on writing.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};
use syn::punctuated::Punctuated;
use syn::{Attribute, Data, DeriveInput, Error, Field, Path, Result, Token, parse_quote};

use crate::wire_struct::item_of;

/// Adds serde's attribute to every `Option` that does not have one already.
pub(crate) fn expand(mut input: DeriveInput) -> Result<TokenStream> {
    let Data::Struct(data) = &mut input.data else {
        return Err(Error::new_spanned(&input.ident, "this attribute takes a struct"));
    };
    data.fields.iter_mut().for_each(skip_none);
    derive_read_struct(&mut input)?;
    Ok(quote!(#input))
}

/// Derives `ReadStruct` in place of `Deserialize`. It cannot read flattened fields.
pub(crate) fn derive_read_struct(input: &mut DeriveInput) -> Result<()> {
    let Data::Struct(data) = &input.data else { return Ok(()) };
    if data.fields.iter().flat_map(|field| &field.attrs).any(|attribute| says(attribute, "flatten")) {
        return Ok(());
    }
    for attribute in input.attrs.iter_mut().filter(|attribute| attribute.path().is_ident("derive")) {
        let mut traits = attribute.parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated)?;
        for derived in traits.iter_mut().filter(|derived| derived.is_ident("Deserialize")) {
            *derived = parse_quote!(::incs_model_derive::ReadStruct);
        }
        *attribute = parse_quote!(#[derive(#traits)]);
    }
    Ok(())
}

/// Adds serde's attribute to an `Option` that does not have one already.
pub(crate) fn skip_none(field: &mut Field) {
    let has_own = field.attrs.iter().any(|attribute| says(attribute, "skip_serializing_if"));
    if item_of("Option", &field.ty).is_some() && !has_own {
        field.attrs.push(parse_quote!(#[serde(default, skip_serializing_if = "Option::is_none")]));
    }
}

/// Reports whether this is a serde attribute that contains the given word.
pub(crate) fn says(attribute: &Attribute, word: &str) -> bool {
    attribute.path().is_ident("serde") && attribute.to_token_stream().to_string().contains(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_option_gets_the_attribute_once() {
        let source =
            "struct Row { id: String, note: Option<String>, #[serde(skip_serializing_if = \"x\")] own: Option<u8> }";
        let code = expand(syn::parse_str(source).unwrap()).unwrap().to_string();
        assert_eq!(code.matches("skip_serializing_if").count(), 2, "{code}");
        assert!(code.contains("# [serde (default , skip_serializing_if = \"Option::is_none\")] note"), "{code}");
    }

    #[test]
    fn enums_are_refused() {
        let error = expand(syn::parse_str("enum Row { A }").unwrap()).unwrap_err();
        assert_eq!(error.to_string(), "this attribute takes a struct");
    }
}
