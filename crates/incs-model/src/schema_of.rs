//! The implementation of a hand-written JSON Schema.

/// Implements `JsonSchema` for a type with an expression, behind the feature `schema`. The name of the definition in
/// documents that refer to it is that of the type, unless another name follows `as`. An `inline` schema is written where it is
/// used, without a definition.
///
/// ```text
/// schema_of!(WireTime, _generator => schemars::json_schema!({ "type": "string" }));
/// schema_of!(Message as "RcsMessage", generator => generator.subschema_for::<String>());
/// schema_of!(inline Secret, _generator => schemars::json_schema!({ "type": "string" }));
/// ```
macro_rules! schema_of {
    ($type:ident, $generator:ident => $schema:expr) => {
        $crate::schema_of::schema_of!(@false, $type, stringify!($type), $generator => $schema);
    };
    ($type:ident as $name:expr, $generator:ident => $schema:expr) => {
        $crate::schema_of::schema_of!(@false, $type, $name, $generator => $schema);
    };
    (inline $type:ident, $generator:ident => $schema:expr) => {
        $crate::schema_of::schema_of!(@true, $type, stringify!($type), $generator => $schema);
    };
    (@$inline:literal, $type:ident, $name:expr, $generator:ident => $schema:expr) => {
        #[cfg(feature = "schema")]
        impl ::schemars::JsonSchema for $type {
            fn inline_schema() -> bool {
                $inline
            }

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
