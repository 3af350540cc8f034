//! A `Debug` that passes every field to `crate::masked::Mask`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::ext::IdentExt as _;
use syn::{Data, DeriveInput, Error, Fields, Ident, Result, Variant};

/// Writes `Debug` and `Masked` for a struct with named fields or an enum of tuple and unit variants.
pub(crate) fn expand(input: &DeriveInput) -> Result<TokenStream> {
    if let Some(parameter) = input.generics.params.first() {
        return Err(Error::new_spanned(parameter, "this derive takes no generic types"));
    }
    let name = &input.ident;
    let text = name.to_string();
    let body = match &input.data {
        Data::Struct(data) => {
            let fields = named(&data.fields, name)?;
            let texts = fields.iter().map(|field| field.unraw().to_string());
            quote! {
                f.debug_struct(#text) #( .field(#texts, &crate::masked::Mask(&self.#fields)) )* .finish()
            }
        }
        Data::Enum(data) => {
            let arms = data.variants.iter().map(arm).collect::<Result<Vec<_>>>()?;
            quote! { match self { #( #arms )* } }
        }
        Data::Union(_) => return Err(Error::new_spanned(name, "this derive takes a struct or an enum")),
    };
    Ok(quote! {
        impl ::core::fmt::Debug for #name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                #body
            }
        }

        impl crate::masked::Masked for #name {}
    })
}

/// Returns the names of the fields; fails when the fields are not named.
fn named<'a>(fields: &'a Fields, owner: &Ident) -> Result<Vec<&'a Ident>> {
    match fields {
        Fields::Named(fields) => Ok(fields.named.iter().filter_map(|field| field.ident.as_ref()).collect()),
        _ => Err(Error::new_spanned(owner, "this derive takes a struct with named fields")),
    }
}

fn arm(variant: &Variant) -> Result<TokenStream> {
    let name = &variant.ident;
    let text = name.to_string();
    match &variant.fields {
        Fields::Unit => Ok(quote! { Self::#name => f.write_str(#text), }),
        Fields::Unnamed(fields) => {
            let values: Vec<_> = (0..fields.unnamed.len()).map(|index| format_ident!("value{index}")).collect();
            Ok(quote! {
                Self::#name( #( #values ),* ) => {
                    f.debug_tuple(#text) #( .field(&crate::masked::Mask(#values)) )* .finish()
                }
            })
        }
        Fields::Named(_) => Err(Error::new_spanned(name, "this derive takes variants without named fields")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(source: &str) -> String {
        expand(&syn::parse_str(source).unwrap()).unwrap().to_string()
    }

    fn refused(source: &str) -> String {
        expand(&syn::parse_str(source).unwrap()).unwrap_err().to_string()
    }

    #[test]
    fn every_field_goes_through_the_mask() {
        let code = expanded("struct Row { r#type: Kind, secret: String }");
        assert!(code.contains(r#". field ("type" , & crate :: masked :: Mask (& self . r#type))"#), "{code}");
        assert!(code.contains(r#". field ("secret" , & crate :: masked :: Mask (& self . secret))"#), "{code}");
    }

    #[test]
    fn variants_show_their_name() {
        let code = expanded("enum Content { Text(String), Other(u8, Raw), None }");
        assert!(code.contains(r#"f . debug_tuple ("Text") . field (& crate :: masked :: Mask (value0))"#), "{code}");
        assert!(code.contains("Self :: Other (value0 , value1)"), "{code}");
        assert!(code.contains(r#"Self :: None => f . write_str ("None")"#), "{code}");
    }

    #[test]
    fn unfit_input_is_explained() {
        assert_eq!(refused("struct Row<T> { value: T }"), "this derive takes no generic types");
        assert_eq!(refused("struct Row(u8);"), "this derive takes a struct with named fields");
        assert_eq!(refused("enum Row { A { b: u8 } }"), "this derive takes variants without named fields");
        assert_eq!(refused("union Row { a: u8 }"), "this derive takes a struct or an enum");
    }
}
