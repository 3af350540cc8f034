//! Schemas that `derive` cannot see.

use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::json;

use super::super::{cta_url, parts};
use super::{CardAction, QuickReplies, limits};
use crate::schema::shape;
use crate::schema_of::schema_of;
use crate::whatsapp::{Image, Video};

pub(super) fn card_body_schema(_: &mut SchemaGenerator) -> Schema {
    let mut schema = parts::body_schema(limits::CARD_BODY_TEXT_MAX);
    let lines = limits::CARD_BODY_LINES_MAX - 1;
    if let Some(text) = shape::members(&mut schema, "properties").get_mut("text") {
        text["pattern"] = json!(format!("^[^\\n]*(\\n[^\\n]*){{0,{lines}}}$"));
    }
    schema
}

pub(super) fn header_schema(generator: &mut SchemaGenerator) -> Schema {
    let (image, video) = (generator.subschema_for::<Image>(), generator.subschema_for::<Video>());
    json_schema!({
        "oneOf": [parts::linked_header_schema("image", &image), parts::linked_header_schema("video", &video)],
    })
}

schema_of!(CardAction, generator => {
    let url = generator.subschema_for::<cta_url::Action>();
    let replies = generator.subschema_for::<QuickReplies>();
    if shape::is_strict(generator) {
        json_schema!({ "oneOf": [url, replies] })
    } else {
        json_schema!({ "anyOf": [url, replies, { "type": "object" }] })
    }
});
