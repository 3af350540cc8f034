//! A reply with its data.

use std::borrow::Cow;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use super::shape;
use crate::envelope::{Code, Envelope, Outcome};

/// The schema of an [`Envelope`] that holds a `T`, or of one that says why it does not.
pub(super) struct Reply<T>(PhantomData<T>);

impl<T: JsonSchema> JsonSchema for Reply<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("ReplyWith{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let data = generator.subschema_for::<T>();
        let failure = generator.subschema_for::<Envelope>();
        let code = Code::Success.as_i64();
        let succeeded = json!({
            "status": { "const": Outcome::Success.as_str() },
            "code": { "enum": [code, code.to_string()] },
        });
        let mut success = Envelope::json_schema(generator);
        success.insert("description".to_owned(), json!("The call succeeded."));
        let members = shape::members(&mut success, "properties");
        members.extend(succeeded.as_object().cloned().unwrap_or_default());
        members.insert("data".to_owned(), data.to_value());
        if let Some(Value::Array(required)) = success.get_mut("required") {
            required.push(json!("data"));
        }
        let mut failure = failure;
        failure.insert("description".to_owned(), json!("The call failed."));
        failure.insert("not".to_owned(), json!({ "properties": succeeded, "required": ["status", "code"] }));
        json_schema!({ "oneOf": [success, failure] })
    }
}
