//! The reader of a struct with named fields: `Deserialize` in a quarter of the code that serde's derive writes.
//!
//! serde writes a visitor, an enum of the field names with a visitor of its own, and, for each field with `deserialize_with`, two
//! wrapper types. Here that is generic code of `crate::read_struct`, and a struct adds only a `match` over its members.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::ext::IdentExt as _;
use syn::meta::ParseNestedMeta;
use syn::{Attribute, Data, DeriveInput, Error, Field, Fields, Ident, LitStr, Path, Result, Token, Type};

use crate::wire_struct::{item_of, skip_value};

/// Writes `Deserialize` and `ReadStruct`.
pub(crate) fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let name = &input.ident;
    let text = name.to_string();
    if let Some(parameter) = input.generics.params.first() {
        return Err(Error::new_spanned(parameter, "this derive takes no generic types"));
    }
    let Data::Struct(data) = &input.data else {
        return Err(Error::new_spanned(name, "this derive takes a struct with named fields"));
    };
    let Fields::Named(fields) = &data.fields else {
        return Err(Error::new_spanned(name, "this derive takes a struct with named fields"));
    };
    let is_camel = is_camel_case(&input.attrs)?;
    let members = fields.named.iter().enumerate();
    let members = members.map(|(index, field)| Member::read(index, field, is_camel)).collect::<Result<Vec<_>>>()?;
    let names: Vec<_> = members.iter().map(|member| &member.name).collect();
    let (indexes, count) = (0..names.len(), names.len());
    let slots = members.iter().map(|member| &member.slot);
    let readers = members.iter().filter_map(Member::own_reader);
    let arms = members.iter().map(Member::arm);
    let values = members.iter().map(Member::value);
    Ok(quote! {
        #[automatically_derived]
        impl<'de> ::serde::Deserialize<'de> for #name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::core::result::Result<Self, D::Error> {
                crate::read_struct::read_struct(deserializer)
            }
        }

        #[automatically_derived]
        impl<'de> crate::read_struct::ReadStruct<'de> for #name {
            const NAME: &'static str = #text;
            const MEMBERS: &'static [&'static str] = &[ #( #names ),* ];

            fn index(name: &str) -> usize {
                match name {
                    #( #names => #indexes, )*
                    _ => #count,
                }
            }

            fn read_members<M: crate::read_struct::Members<'de>>(
                mut members: M,
            ) -> ::core::result::Result<Self, M::Error> {
                #( #readers )*
                #( let mut #slots = ::core::option::Option::None; )*
                while let ::core::option::Option::Some(index) = members.next::<Self>()? {
                    match index {
                        #( #arms )*
                        _ => members.skip()?,
                    }
                }
                ::core::result::Result::Ok(Self { #( #values ),* })
            }
        }
    })
}

/// Returns true with `#[serde(rename_all = "camelCase")]`, the only attribute of a struct that this derive knows.
fn is_camel_case(attributes: &[Attribute]) -> Result<bool> {
    let mut is_camel = false;
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("serde")) {
        attribute.parse_nested_meta(|meta| {
            if !meta.path.is_ident("rename_all") || meta.value()?.parse::<LitStr>()?.value() != "camelCase" {
                return Err(meta.error("this derive takes only `rename_all = \"camelCase\"`"));
            }
            is_camel = true;
            Ok(())
        })?;
    }
    Ok(is_camel)
}

struct Member<'a> {
    index: usize,
    field: &'a Ident,
    ty: &'a Type,
    /// The name on the wire.
    name: String,
    /// The variable that holds the value while the struct is read.
    slot: Ident,
    /// The value of an absent member; none for a required one.
    default: Option<TokenStream>,
    /// The function that reads the value, if it is not `Deserialize`.
    reader: Option<Path>,
}

impl<'a> Member<'a> {
    fn read(index: usize, field: &'a Field, is_camel: bool) -> Result<Self> {
        let Some(ident) = &field.ident else {
            return Err(Error::new_spanned(field, "this derive takes a struct with named fields"));
        };
        let plain = ident.unraw().to_string();
        let mut member = Self {
            index,
            field: ident,
            ty: &field.ty,
            name: if is_camel { camel_case(&plain) } else { plain },
            slot: format_ident!("slot{index}"),
            default: None,
            reader: None,
        };
        for attribute in field.attrs.iter().filter(|attribute| attribute.path().is_ident("serde")) {
            attribute.parse_nested_meta(|meta| member.take(&meta))?;
        }
        if item_of("Option", &field.ty).is_some() && member.default.is_none() {
            return Err(Error::new_spanned(field, "an `Option` needs `#[serde(default)]`, which the attributes write"));
        }
        Ok(member)
    }

    fn take(&mut self, meta: &ParseNestedMeta<'_>) -> Result<()> {
        if meta.path.is_ident("default") {
            self.default = Some(if meta.input.peek(Token![=]) {
                let path: Path = meta.value()?.parse::<LitStr>()?.parse()?;
                quote! { #path }
            } else {
                quote! { ::core::default::Default::default }
            });
        } else if meta.path.is_ident("rename") {
            self.name = meta.value()?.parse::<LitStr>()?.value();
        } else if meta.path.is_ident("deserialize_with") {
            self.reader = Some(meta.value()?.parse::<LitStr>()?.parse()?);
        } else if meta.path.is_ident("skip_serializing_if") || meta.path.is_ident("serialize_with") {
            skip_value(meta)?;
        } else {
            return Err(meta.error("this derive does not know the attribute"));
        }
        Ok(())
    }

    /// The reader of a lenient member: the type in `crate::read_struct` that calls the function of `crate::json`.
    fn lenient_reader(&self) -> Option<TokenStream> {
        let reader = self.reader.as_ref()?;
        let name = reader.segments.last().filter(|_| reader.segments.iter().any(|segment| segment.ident == "json"))?;
        match (name.ident.to_string().as_str(), item_of("Option", self.ty), item_of("Vec", self.ty)) {
            ("optional", Some(item), _) => Some(quote! { crate::read_struct::Optional<#item> }),
            ("list", _, Some(item)) => Some(quote! { crate::read_struct::List<#item> }),
            ("items", _, Some(item)) => Some(quote! { crate::read_struct::Items<#item> }),
            _ => None,
        }
    }

    /// The type that calls any other function.
    fn own_reader(&self) -> Option<TokenStream> {
        let reader = self.reader.as_ref().filter(|_| self.lenient_reader().is_none())?;
        let (own, ty) = (self.own_reader_name(), self.ty);
        Some(quote! {
            struct #own;

            impl<'de> crate::read_struct::ReadMember<'de> for #own {
                type Value = #ty;

                fn read_member<D: ::serde::Deserializer<'de>>(
                    deserializer: D,
                ) -> ::core::result::Result<#ty, D::Error> {
                    #reader(deserializer)
                }
            }
        })
    }

    fn own_reader_name(&self) -> Ident {
        format_ident!("Reader{}", self.index)
    }

    fn arm(&self) -> TokenStream {
        let (index, slot, ty) = (self.index, &self.slot, self.ty);
        let reader = match &self.reader {
            None => quote! { crate::read_struct::Plain<#ty> },
            Some(_) => self.lenient_reader().unwrap_or_else(|| {
                let own = self.own_reader_name();
                quote! { #own }
            }),
        };
        quote! { #index => members.read::<#reader>(&mut #slot, #index)?, }
    }

    fn value(&self) -> TokenStream {
        let (index, field, slot) = (self.index, self.field, &self.slot);
        let Some(default) = &self.default else {
            return quote! { #field: members.required(#slot, #index)? };
        };
        quote! { #field: #slot.unwrap_or_else(#default) }
    }
}

/// Converts a name with underscores as serde does.
fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let mut camel = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        camel.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        camel.push_str(letters.as_str());
    }
    camel
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
    fn members_have_their_names_on_the_wire() {
        let code = expanded(
            "#[serde(rename_all = \"camelCase\")] struct Row { r#type: u8, video_url: u8, #[serde(rename = \"ID\")] id: u8 }",
        );
        assert!(code.contains(r#"& ["type" , "videoUrl" , "ID"]"#), "{code}");
    }

    #[test]
    fn absent_members_get_their_default() {
        let code = expanded(
            "struct Row { a: u8, #[serde(default)] b: u8, #[serde(default = \"now\", skip_serializing_if = \"x\")] c: u8 }",
        );
        for value in [
            "a : members . required (slot0 , 0usize) ?",
            "b : slot1 . unwrap_or_else (:: core :: default :: Default :: default)",
            "c : slot2 . unwrap_or_else (now)",
        ] {
            assert!(code.contains(value), "{value}\n{code}");
        }
    }

    #[test]
    fn members_are_read_in_their_own_way() {
        let code = expanded(
            "struct Row { a: Vec<u8>, #[serde(default, deserialize_with = \"crate::json::optional\")] b: Option<u8>,
             #[serde(deserialize_with = \"crate::json::list\")] c: Vec<u8>,
             #[serde(deserialize_with = \"crate::json::items\")] d: Vec<u8>,
             #[serde(deserialize_with = \"optional\")] e: u8 }",
        );
        for arm in [
            "0usize => members . read :: < crate :: read_struct :: Plain < Vec < u8 > > >",
            "1usize => members . read :: < crate :: read_struct :: Optional < u8 > >",
            "2usize => members . read :: < crate :: read_struct :: List < u8 > >",
            "3usize => members . read :: < crate :: read_struct :: Items < u8 > >",
            "4usize => members . read :: < Reader4 >",
        ] {
            assert!(code.contains(arm), "{arm}\n{code}");
        }
        assert_eq!(code.matches("struct Reader").count(), 1, "{code}");
    }

    #[test]
    fn unfit_input_is_explained() {
        let no_names = "this derive takes a struct with named fields";
        for (source, error) in [
            ("struct Row<T> { a: T }", "this derive takes no generic types"),
            ("struct Row(u8);", no_names),
            ("enum Row { A }", no_names),
            ("#[serde(transparent)] struct Row { a: u8 }", "this derive takes only `rename_all = \"camelCase\"`"),
            ("struct Row { #[serde(flatten)] a: u8 }", "this derive does not know the attribute"),
            ("struct Row { a: Option<u8> }", "an `Option` needs `#[serde(default)]`, which the attributes write"),
        ] {
            assert_eq!(refused(source), error, "{source}");
        }
    }
}
