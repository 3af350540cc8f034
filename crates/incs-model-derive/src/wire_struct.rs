//! `new` and the setters of a wire struct.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::ext::IdentExt as _;
use syn::meta::ParseNestedMeta;
use syn::{
    Attribute, Data, DeriveInput, Error, Field, GenericArgument, Ident, Lit, LitStr, Path, PathArguments, Result,
    Token, Type, Visibility, parenthesized,
};

use crate::masked_debug;

/// Types that setters and `new` take unchanged: with `impl Into<u32>` a plain `5` would be an `i32`, which does not fit.
const PRIMITIVES: [&str; 14] =
    ["bool", "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize", "f64"];

/// Writes `new`, the setters and the masking `Debug`.
pub(crate) fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let name = &input.ident;
    let Data::Struct(data) = &input.data else {
        return Err(Error::new_spanned(name, "this derive takes a struct with named fields"));
    };
    let debug = masked_debug::expand(input)?;
    let members = data.fields.iter().map(Member::read).collect::<Result<Vec<_>>>()?;
    let new = constructor(&signature(&input.attrs)?, &members);
    let setters = members.iter().filter_map(Member::setter);
    Ok(quote! {
        impl #name {
            #new
            #( #setters )*
        }

        #debug
    })
}

/// Returns the start of the constructor: a public `new`, or a private `with_required` that a hand-written `new` calls.
fn signature(attributes: &[Attribute]) -> Result<TokenStream> {
    let mut signature = quote! { pub fn new };
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("wire")) {
        attribute.parse_nested_meta(|meta| {
            if !meta.path.is_ident("private_new") {
                return Err(meta.error("a struct takes `#[wire(private_new)]`"));
            }
            signature = quote! { fn with_required };
            Ok(())
        })?;
    }
    Ok(signature)
}

fn constructor(signature: &TokenStream, members: &[Member<'_>]) -> TokenStream {
    let arguments = members.iter().filter_map(|member| match member.kind {
        Kind::Required => Some(member.argument(member.ty)),
        Kind::RequiredList(item) => Some(member.items_argument(item)),
        _ => None,
    });
    let values = members.iter().map(|member| {
        let name = member.name;
        let value = match &member.kind {
            Kind::Required => member.value(member.ty),
            Kind::RequiredList(item) => member.items_value(item),
            Kind::Defaulted(Some(path)) => quote! { #path() },
            _ => quote! { ::core::default::Default::default() },
        };
        quote! { #name: #value }
    });
    quote! {
        /// Creates a value with its required members; the others are unset.
        #[allow(clippy::new_without_default, clippy::too_many_arguments, reason = "one rule for all wire structs")]
        #signature( #( #arguments ),* ) -> Self {
            Self { #( #values ),* }
        }
    }
}

struct Member<'a> {
    name: &'a Ident,
    ty: &'a Type,
    kind: Kind<'a>,
    is_exact: bool,
}

enum Kind<'a> {
    /// An argument of `new`.
    Required,
    /// A `Vec` of this type that is an argument of `new`.
    RequiredList(&'a Type),
    /// An `Option` of this type.
    Optional(&'a Type),
    /// An `Option` of a map of these keys and values, set as a whole.
    OptionalMap(&'a Type, &'a Type),
    /// A `Vec` of this type that may be absent.
    List(&'a Type),
    /// A map of these keys and values, empty at first.
    Entries(&'a Type, &'a Type),
    /// Any other type that may be absent, and the function that makes its default.
    Defaulted(Option<Path>),
    /// A field without a setter.
    Unset,
}

impl<'a> Member<'a> {
    fn read(field: &'a Field) -> Result<Self> {
        let Some(name) = &field.ident else {
            return Err(Error::new_spanned(field, "this derive takes a struct with named fields"));
        };
        let ty = &field.ty;
        let marks = Marks::read(&field.attrs)?;
        let is_public = matches!(field.vis, Visibility::Public(_));
        let kind = match (item_of("Option", ty), item_of("Vec", ty)) {
            _ if marks.is_unset || !is_public => Kind::Unset,
            (Some(item), _) => match types_of("BTreeMap", item).as_deref() {
                Some(&[key, value]) => Kind::OptionalMap(key, value),
                _ => Kind::Optional(item),
            },
            _ if marks.has_entries => entries_of(ty)?,
            (_, Some(item)) if !marks.has_default => Kind::RequiredList(item),
            _ if !marks.has_default => Kind::Required,
            (_, Some(item)) if marks.default.is_none() => Kind::List(item),
            _ => Kind::Defaulted(marks.default),
        };
        Ok(Self { name, ty, kind, is_exact: marks.exact })
    }

    fn setter(&self) -> Option<TokenStream> {
        let name = self.name;
        let (argument, value) = match &self.kind {
            Kind::Required | Kind::RequiredList(_) | Kind::Unset => return None,
            Kind::Optional(item) => {
                let value = self.value(item);
                (self.argument(item), quote! { ::core::option::Option::Some(#value) })
            }
            Kind::OptionalMap(key, value) => (
                quote! {
                    #name: impl ::core::iter::IntoIterator<
                        Item = (impl ::core::convert::Into<#key>, impl ::core::convert::Into<#value>),
                    >
                },
                quote! {
                    ::core::option::Option::Some(
                        #name.into_iter().map(|(key, value)| (key.into(), value.into())).collect(),
                    )
                },
            ),
            Kind::List(item) => (self.items_argument(item), self.items_value(item)),
            Kind::Entries(key, value) => return Some(self.adder(key, value)),
            Kind::Defaulted(_) => (self.argument(self.ty), self.value(self.ty)),
        };
        let plain = name.unraw();
        let setter = format_ident!("with_{plain}");
        let doc = format!("Sets `{plain}`.");
        Some(quote! {
            #[doc = #doc]
            #[must_use]
            pub fn #setter(mut self, #argument) -> Self {
                self.#name = #value;
                self
            }
        })
    }

    /// The setter of a map, which adds one entry.
    fn adder(&self, key: &Type, value: &Type) -> TokenStream {
        let name = self.name;
        let plain = name.unraw();
        let adder = format_ident!("with_{plain}");
        let doc = format!("Adds to [`{plain}`](Self::{plain}).");
        quote! {
            #[doc = #doc]
            #[must_use]
            pub fn #adder(mut self, name: impl ::core::convert::Into<#key>, value: #value) -> Self {
                self.#name.insert(::core::convert::Into::into(name), value);
                self
            }
        }
    }

    /// Returns the member as an argument of type `ty`.
    fn argument(&self, ty: &Type) -> TokenStream {
        let name = self.name;
        if self.is_taken_as(ty) {
            quote! { #name: #ty }
        } else {
            quote! { #name: impl ::core::convert::Into<#ty> }
        }
    }

    /// Returns the value of that argument.
    fn value(&self, ty: &Type) -> TokenStream {
        let name = self.name;
        if self.is_taken_as(ty) {
            quote! { #name }
        } else {
            quote! { ::core::convert::Into::into(#name) }
        }
    }

    /// A list of `item` as an argument.
    fn items_argument(&self, item: &Type) -> TokenStream {
        let name = self.name;
        if self.is_taken_as(item) {
            quote! { #name: impl ::core::iter::IntoIterator<Item = #item> }
        } else {
            quote! { #name: impl ::core::iter::IntoIterator<Item = impl ::core::convert::Into<#item>> }
        }
    }

    /// The value of that argument.
    fn items_value(&self, item: &Type) -> TokenStream {
        let name = self.name;
        if self.is_taken_as(item) {
            quote! { #name.into_iter().collect() }
        } else {
            quote! { #name.into_iter().map(::core::convert::Into::into).collect() }
        }
    }

    fn is_taken_as(&self, ty: &Type) -> bool {
        self.is_exact || matches!(ty, Type::Path(ty) if PRIMITIVES.iter().any(|name| ty.path.is_ident(name)))
    }
}

/// Returns the `T` of a `Container<T>`.
pub(crate) fn item_of<'a>(container: &str, ty: &'a Type) -> Option<&'a Type> {
    types_of(container, ty).and_then(|types| types.first().copied())
}

/// Returns the kind of a map `BTreeMap<K, V>`.
fn entries_of(ty: &Type) -> Result<Kind<'_>> {
    match types_of("BTreeMap", ty).as_deref() {
        Some(&[key, value]) => Ok(Kind::Entries(key, value)),
        _ => Err(Error::new_spanned(ty, "`#[wire(entries)]` takes a `BTreeMap`")),
    }
}

/// Returns the types in the angle brackets of a container.
fn types_of<'a>(container: &str, ty: &'a Type) -> Option<Vec<&'a Type>> {
    let Type::Path(ty) = ty else { return None };
    let last = ty.path.segments.last().filter(|segment| segment.ident == container)?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    let types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(item) => Some(item),
        _ => None,
    });
    Some(types.collect())
}

/// The attributes of a field.
#[derive(Default)]
#[allow(clippy::struct_excessive_bools, reason = "one flag for each attribute")]
struct Marks {
    /// True when the field may be absent.
    has_default: bool,
    /// The function that makes the default, if the attribute names one.
    default: Option<Path>,
    /// True when the field is a map that is filled entry by entry.
    has_entries: bool,
    exact: bool,
    /// The field has its default in `new`, and no setter.
    is_unset: bool,
}

impl Marks {
    fn read(attributes: &[Attribute]) -> Result<Self> {
        let mut marks = Self::default();
        for attribute in attributes {
            if attribute.path().is_ident("serde") {
                attribute.parse_nested_meta(|meta| marks.take_serde(&meta))?;
            } else if attribute.path().is_ident("wire") {
                attribute.parse_nested_meta(|meta| marks.take_ours(&meta))?;
            }
        }
        Ok(marks)
    }

    fn take_serde(&mut self, meta: &ParseNestedMeta<'_>) -> Result<()> {
        if meta.path.is_ident("default") {
            self.has_default = true;
            if meta.input.peek(Token![=]) {
                self.default = Some(meta.value()?.parse::<LitStr>()?.parse()?);
            }
        } else {
            skip_value(meta)?;
        }
        Ok(())
    }

    fn take_ours(&mut self, meta: &ParseNestedMeta<'_>) -> Result<()> {
        if meta.path.is_ident("default") {
            self.has_default = true;
        } else if meta.path.is_ident("entries") {
            self.has_entries = true;
        } else if meta.path.is_ident("exact") {
            self.exact = true;
        } else if meta.path.is_ident("unset") {
            self.is_unset = true;
        } else {
            return Err(meta.error("a field takes `#[wire(default)]`, `entries`, `exact` and `unset`"));
        }
        Ok(())
    }
}

/// Reads over the value of an attribute that has no meaning here.
pub(crate) fn skip_value(meta: &ParseNestedMeta<'_>) -> Result<()> {
    if meta.input.peek(Token![=]) {
        meta.value()?.parse::<Lit>()?;
    } else if meta.input.peek(syn::token::Paren) {
        let inner;
        parenthesized!(inner in meta.input);
        inner.parse::<TokenStream>()?;
    }
    Ok(())
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
    fn required_members_are_arguments_of_new() {
        let code = expanded("pub struct Row { pub id: String, pub r#type: Kind, pub note: Option<String> }");
        let new = "pub fn new (id : impl :: core :: convert :: Into < String > , \
                   r#type : impl :: core :: convert :: Into < Kind >) -> Self";
        assert!(code.contains(new), "{code}");
        assert!(code.contains("note : :: core :: default :: Default :: default ()"), "{code}");
    }

    #[test]
    fn each_other_member_has_a_setter() {
        let code = expanded(
            "pub struct Row { pub note: Option<String>, #[serde(default, rename = \"all\")] pub rows: Vec<Cell>,
             #[serde(default)] pub r#type: Kind, #[serde(default = \"now\")] pub at: Vec<Time>, #[wire(default)] pub other: Vec<u8>,
             hidden: Option<u8>, #[serde(bound(serialize = \"\"))] pub all: Vec<Cell> }",
        );
        for setter in [
            "pub fn with_note (mut self , note : impl :: core :: convert :: Into < String >)",
            "pub fn with_rows (mut self , rows : impl :: core :: iter :: IntoIterator < Item = impl :: core :: convert :: Into < Cell >>)",
            "pub fn with_type (mut self , r#type : impl :: core :: convert :: Into < Kind >)",
            "pub fn with_at (mut self , at : impl :: core :: convert :: Into < Vec < Time > >)",
            "pub fn with_other (mut self , other : impl :: core :: iter :: IntoIterator < Item = u8 >)",
        ] {
            assert!(code.contains(setter), "{setter}\n{code}");
        }
        assert!(code.contains("at : now ()"), "{code}");
        assert!(!code.contains("with_hidden") && !code.contains("with_all"), "{code}");
    }

    #[test]
    fn numbers_keep_their_own_type() {
        let code = expanded("pub struct Row { pub page: u32, pub size: Option<u64>, #[wire(exact)] pub to: Phone }");
        assert!(code.contains("pub fn new (page : u32 , to : Phone)"), "{code}");
        assert!(code.contains("pub fn with_size (mut self , size : u64)"), "{code}");
    }

    #[test]
    fn new_may_be_made_private() {
        let code =
            expanded("#[wire(private_new)] pub struct Row { pub id: u64, pub note: Option<String>, hidden: Kind }");
        assert!(
            code.contains("fn with_required (id : u64) -> Self") && !code.contains("pub fn with_required"),
            "{code}"
        );
        assert!(code.contains("hidden : :: core :: default :: Default :: default ()"), "{code}");
    }

    #[test]
    fn lists_take_whatever_becomes_items() {
        let code = expanded("pub struct Row { pub cells: Vec<Cell>, pub bytes: Vec<u8> }");
        let new = "pub fn new (cells : impl :: core :: iter :: IntoIterator < Item = impl :: core :: convert :: Into < Cell >> , \
                   bytes : impl :: core :: iter :: IntoIterator < Item = u8 >) -> Self";
        assert!(code.contains(new), "{code}");
    }

    #[test]
    fn optional_maps_take_pairs() {
        let code = expanded("pub struct Row { pub values: Option<BTreeMap<String, Text>> }");
        let setter = "pub fn with_values (mut self , values : impl :: core :: iter :: IntoIterator < \
                      Item = (impl :: core :: convert :: Into < String > , impl :: core :: convert :: Into < Text >) , >)";
        assert!(code.contains(setter), "{code}");
    }

    #[test]
    fn unset_members_have_no_setter() {
        let code =
            expanded("pub struct Row { #[wire(unset)] pub index: u32, #[wire(unset)] pub note: Option<String> }");
        assert!(code.contains("pub fn new () -> Self") && !code.contains("with_"), "{code}");
    }

    #[test]
    fn maps_are_filled_by_entry() {
        let code = expanded("pub struct Row { #[wire(entries)] pub rest: BTreeMap<String, Raw> }");
        let setter = "pub fn with_rest (mut self , name : impl :: core :: convert :: Into < String > , value : Raw)";
        assert!(code.contains(setter) && code.contains("pub fn new () -> Self"), "{code}");
    }

    #[test]
    fn unfit_input_is_explained() {
        assert_eq!(refused("enum Row { A }"), "this derive takes a struct with named fields");
        assert_eq!(
            refused("struct Row { #[wire(skip)] a: u8 }"),
            "a field takes `#[wire(default)]`, `entries`, `exact` and `unset`"
        );
        assert_eq!(refused("#[wire(new)] struct Row { a: u8 }"), "a struct takes `#[wire(private_new)]`");
        assert_eq!(refused("struct Row { #[wire(entries)] pub a: Vec<u8> }"), "`#[wire(entries)]` takes a `BTreeMap`");
    }
}
