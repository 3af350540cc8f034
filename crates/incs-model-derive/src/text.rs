//! Conversions of a struct that holds one string.

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

/// Writes `From<String>` and `From<&str>`.
pub(crate) fn from_text(input: &DeriveInput) -> TokenStream {
    let name = &input.ident;
    quote! {
        impl ::core::convert::From<::std::string::String> for #name {
            fn from(text: ::std::string::String) -> Self {
                Self(::core::convert::Into::into(text))
            }
        }

        impl ::core::convert::From<&str> for #name {
            fn from(text: &str) -> Self {
                Self(::core::convert::Into::into(text))
            }
        }
    }
}

/// Writes `Display`.
pub(crate) fn display_text(input: &DeriveInput) -> TokenStream {
    let name = &input.ident;
    quote! {
        impl ::core::fmt::Display for #name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(&self.0)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_become_and_show_values() {
        let input = syn::parse_str("pub struct Name(Box<str>);").unwrap();
        let from = from_text(&input).to_string();
        assert!(from.contains("From < :: std :: string :: String > for Name"), "{from}");
        assert!(from.contains("From < & str > for Name"), "{from}");
        let display = display_text(&input).to_string();
        assert!(display.contains("Display for Name") && display.contains("f . write_str (& self . 0)"), "{display}");
    }
}
