//! Sends of WhatsApp templates.

use incs_model::decode;
use incs_model::limits::whatsapp as limits;
use incs_model::whatsapp::template::{Body, Button, ButtonKind, Component, Header, Parameter, Template};
use incs_model::whatsapp::{Document, Image, Video};
use proptest::prelude::*;
use serde_json::json;

use super::{Faults, link, text, unknown_kind, unknown_member};

/// A send of a template, with values, a code, both or none.
pub(crate) fn template(faults: Faults) -> impl Strategy<Value = Template> {
    let components = || prop::collection::vec(component(faults), 0..4);
    let values = prop_oneof![
        components().prop_map(|components| (None, components)),
        text::not_empty(faults).prop_map(|code| (Some(code), Vec::new())),
    ];
    let both = (text::not_empty(faults).prop_map(Some), components());
    (text::not_empty(faults), faults.or(values, both)).prop_map(|(name, (code, components))| {
        let template = Template::new(name).with_components(components);
        match code {
            Some(code) => template.with_code(code),
            None => template,
        }
    })
}

fn component(faults: Faults) -> BoxedStrategy<Component> {
    let parameters = move || prop::collection::vec(parameter(faults), 0..4);
    let kind = faults.or(
        prop::sample::select(vec!["COPY_CODE", "URL", "QUICK_REPLY"]),
        prop::sample::select(vec!["", "copy_code", "FLOW"]),
    );
    let index = faults.or(
        prop::sample::select(vec!["0", "2", "10", "007"]),
        prop::sample::select(vec!["", "-1", "1.0", "one", "٣", "1\n", " 1"]),
    );
    let known = prop_oneof![
        faults
            .items(parameter(faults), 1, Some(1), 1)
            .prop_map(|parameters| Component::Header(Header::new(parameters))),
        parameters().prop_map(|parameters| Component::Body(Body::new(parameters))),
        (kind, index, parameters()).prop_map(|(kind, index, values)| Component::Button(Button::new(
            ButtonKind::from(kind),
            index,
            values
        ))),
    ];
    let unknown = unknown_kind().prop_map(|kind| {
        let body = json!({ "type": kind, "parameters": [] }).to_string();
        decode(body.as_bytes()).unwrap()
    });
    faults.or(known, unknown)
}

fn parameter(faults: Faults) -> BoxedStrategy<Parameter> {
    let known = prop_oneof![
        text::not_empty(faults).prop_map(Parameter::Text),
        link::to_file(faults, limits::IMAGE_KINDS).prop_map(|link| Parameter::Image(Image::new(link))),
        link::to_file(faults, limits::VIDEO_KINDS).prop_map(|link| Parameter::Video(Video::new(link))),
        link::to_file(faults, limits::DOCUMENT_KINDS).prop_map(|link| Parameter::Document(Document::new(link))),
        text::not_empty(faults).prop_map(Parameter::CouponCode),
        text::not_empty(faults).prop_map(Parameter::Payload),
    ];
    faults.or(known, unknown_member().prop_map(Parameter::Unknown))
}
