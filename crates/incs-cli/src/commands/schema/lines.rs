//! The lines of `incs schema`.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde_json::json;

/// A line of `incs schema list`.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct ListLine {
    /// `send`, `receive` or `cli`; `both` for the types of all sent and received values.
    pub(super) contract: String,
    /// Path below the folder of all schemas.
    pub(super) file: String,
    /// Value of `$id`, or the id of a module of types.
    pub(super) id: String,
    /// Name for `incs schema print`.
    pub(super) name: String,
    pub(super) summary: String,
    pub(super) title: String,
}

/// The line of `incs schema print` for a module of types.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct ModuleLine {
    /// Path below the folder of all schemas.
    pub(super) file: &'static str,
    /// The module.
    pub(super) text: String,
}

/// A line of `incs schema export`.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct ExportLine {
    pub(super) file: String,
    pub(super) result: WriteAction,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum WriteAction {
    Written,
    Replaced,
    Unchanged,
}

/// A JSON Schema, the OpenAPI document, or a module of types.
pub(super) struct PrintedSchema;

impl JsonSchema for PrintedSchema {
    fn schema_name() -> Cow<'static, str> {
        "PrintedSchema".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let text = json!({ "type": "string" });
        let module = generator.subschema_for::<ModuleLine>();
        json_schema!({ "oneOf": [
            {
                "description": "A JSON Schema.",
                "type": "object",
                "properties": { "$id": text, "$schema": text, "title": text, "description": text },
                "required": ["$id", "$schema", "title", "description"],
            },
            {
                "description": "The OpenAPI document.",
                "type": "object",
                "properties": { "openapi": text, "info": { "type": "object" }, "paths": { "type": "object" } },
                "required": ["openapi", "info", "paths"],
            },
            module,
        ] })
    }
}
