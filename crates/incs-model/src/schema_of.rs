//! The frame of a hand-written JSON Schema.

/// Gives a type the schema that an expression makes, behind the feature `schema`. The name is that of the definition in
/// documents that refer to it: the type's own, unless another stands after `as`.
///
/// ```text
/// schema_of!(WireTime, _generator => schemars::json_schema!({ "type": "string" }));
/// schema_of!(Message as "RcsMessage", generator => generator.subschema_for::<String>());
/// ```
macro_rules! schema_of {
    ($type:ident, $generator:ident => $schema:expr) => {
        $crate::schema_of::schema_of!($type as stringify!($type), $generator => $schema);
    };
    ($type:ident as $name:expr, $generator:ident => $schema:expr) => {
        #[cfg(feature = "schema")]
        impl ::schemars::JsonSchema for $type {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                $name.into()
            }

            fn schema_id() -> ::std::borrow::Cow<'static, str> {
                concat!(module_path!(), "::", stringify!($type)).into()
            }

            fn json_schema($generator: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
                $schema
            }
        }
    };
}
pub(crate) use schema_of;
