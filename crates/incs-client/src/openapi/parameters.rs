//! Parameters of the path and of the query.

use serde_json::{Map, Value, json};

use super::components::Components;

/// The id in the path: that by which lists go on.
pub(super) fn template_id(components: &Components) -> Option<Value> {
    let list = components.root("send/template-list-query.json")?;
    let mut schema = list.pointer("/properties/last_id")?.clone();
    schema.as_object_mut()?.remove("description");
    Some(json!({
        "name": "template_id",
        "in": "path",
        "required": true,
        "description": "The template. Its digits exceed what a floating-point number holds, so it is a text.",
        "schema": schema,
    }))
}

/// The members of a query that the catalogue describes as an object. An array is written with commas.
pub(super) fn of_query(components: &Components, file: &str) -> Vec<Value> {
    let Some(query) = components.root(file) else { return Vec::new() };
    let required = query.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    let Some(members) = query.get("properties").and_then(Value::as_object) else { return Vec::new() };
    let parameter = |(name, schema): (&String, &Value)| {
        let mut schema = schema.clone();
        let description = schema.as_object_mut().and_then(|schema| schema.remove("description"));
        let mut parameter = Map::new();
        if schema.get("type").is_some_and(|kind| kind == "array") {
            parameter.insert("style".to_owned(), json!("form"));
            parameter.insert("explode".to_owned(), json!(false));
        }
        parameter.insert("name".to_owned(), json!(name));
        parameter.insert("in".to_owned(), json!("query"));
        parameter.insert("required".to_owned(), json!(required.contains(&json!(name))));
        parameter.extend(description.map(|description| ("description".to_owned(), description)));
        parameter.insert("schema".to_owned(), schema);
        parameter.into()
    };
    members.iter().map(parameter).collect()
}
