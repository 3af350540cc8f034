//! Members that may be absent, in a received struct: a member that cannot be read is absent too.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Error, Field, Result, parse_quote};

use crate::skip_serializing_none::{derive_read_struct, says, skip_none};
use crate::wire_struct::item_of;

/// Adds a lenient reader to every `Option` and every field with a plain default.
pub(crate) fn expand(mut input: DeriveInput) -> Result<TokenStream> {
    let Data::Struct(data) = &mut input.data else {
        return Err(Error::new_spanned(&input.ident, "this attribute takes a struct"));
    };
    for field in &mut data.fields {
        let reader = reader_of(field);
        skip_none(field);
        if let Some(reader) = reader {
            field.attrs.push(parse_quote!(#[serde(deserialize_with = #reader)]));
        }
    }
    derive_read_struct(&mut input)?;
    Ok(quote!(#input))
}

/// The path of the reader, if the field may be absent and has no reader of its own.
fn reader_of(field: &Field) -> Option<&'static str> {
    if field.attrs.iter().any(|attribute| says(attribute, "deserialize_with") || says(attribute, "flatten")) {
        return None;
    }
    let has_default = field.attrs.iter().any(|attribute| says(attribute, "default"));
    match (item_of("Option", &field.ty), item_of("Vec", &field.ty)) {
        (Some(_), _) => Some("crate::json::optional"),
        (None, Some(_)) if has_default => Some("crate::json::list"),
        _ if has_default => Some("crate::json::defaulted"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(source: &str) -> String {
        expand(syn::parse_str(source).unwrap()).unwrap().to_string()
    }

    #[test]
    fn optional_members_get_lenient_readers() {
        let code = expanded(
            "struct Row { id: String, note: Option<String>, #[serde(default)] rows: Vec<Cell>,
             #[serde(default)] reason: String, all: Vec<Cell> }",
        );
        let skip = "# [serde (default , skip_serializing_if = \"Option::is_none\")] ";
        for member in [
            "struct Row { id : String".to_owned(),
            format!("{skip}# [serde (deserialize_with = \"crate::json::optional\")] note"),
            "# [serde (default)] # [serde (deserialize_with = \"crate::json::list\")] rows".to_owned(),
            "# [serde (default)] # [serde (deserialize_with = \"crate::json::defaulted\")] reason".to_owned(),
            "reason : String , all : Vec < Cell >".to_owned(),
        ] {
            assert!(code.contains(&member), "{member}\n{code}");
        }
    }

    #[test]
    fn existing_readers_are_kept() {
        let code = expanded(
            "struct Row { #[serde(deserialize_with = \"own\")] note: Option<String>, #[serde(flatten)] all: Option<Cell> }",
        );
        assert!(!code.contains("crate::json"), "{code}");
        assert_eq!(code.matches("skip_serializing_if").count(), 2, "{code}");
    }

    #[test]
    fn enums_are_refused() {
        let error = expand(syn::parse_str("enum Row { A }").unwrap()).unwrap_err();
        assert_eq!(error.to_string(), "this attribute takes a struct");
    }
}
