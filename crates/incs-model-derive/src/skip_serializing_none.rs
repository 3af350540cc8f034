//! Members that may be absent: `None` is left out when written.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};
use syn::{Attribute, Data, DeriveInput, Error, Result, parse_quote};

use crate::wire_struct::item_of;

/// Adds serde's attribute to every `Option` that has none of its kind.
pub(crate) fn expand(mut input: DeriveInput) -> Result<TokenStream> {
    let Data::Struct(data) = &mut input.data else {
        return Err(Error::new_spanned(&input.ident, "this attribute takes a struct"));
    };
    for field in &mut data.fields {
        if item_of("Option", &field.ty).is_some() && !field.attrs.iter().any(says_when_to_skip) {
            field.attrs.push(parse_quote!(#[serde(default, skip_serializing_if = "Option::is_none")]));
        }
    }
    Ok(quote!(#input))
}

fn says_when_to_skip(attribute: &Attribute) -> bool {
    attribute.path().is_ident("serde") && attribute.to_token_stream().to_string().contains("skip_serializing_if")
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
