//! Sends of WhatsApp templates.

use incs_model::decode;
use incs_model::template::whatsapp;
use incs_model::whatsapp::template::{Button, ButtonKind, Component, Parameter, Template};
use incs_model::whatsapp::{Image, Message, Video};

use super::{assert_found, data};
use crate::fixtures::text;

const MISSING: &str = "template.whatsapp.parameters.missing";
const SURPLUS: &str = "template.whatsapp.parameters.surplus";
const EMPTY: &str = "template.whatsapp.parameters.empty";
const KIND: &str = "template.whatsapp.parameters.kind";
const PART: &str = "template.whatsapp.components.surplus";

fn of(components: &str) -> whatsapp::Template {
    let body = format!(
        r#"{{"template_id":"1","name":"note","language":"en","category":"UTILITY","status":"APPROVED","components":[{components}]}}"#
    );
    decode(body.as_bytes()).unwrap()
}

fn send(components: impl IntoIterator<Item = Component>) -> Template {
    Template::new("note").with_components(components)
}

fn body(values: &[&str]) -> Component {
    Component::body(values.iter().copied().map(Parameter::text))
}

fn button(kind: ButtonKind, index: &str, parameter: Parameter) -> Component {
    Component::Button(Button::new(kind, index, [parameter]))
}

fn image() -> Parameter {
    Parameter::Image(Image::new("https://media.example.com/a.png"))
}

#[test]
fn placeholders_stand_in_header_body_and_links() {
    let template = of(r#"{"type":"HEADER","format":"TEXT","text":"For {{name}}"},
        {"type":"BODY","text":"{{2}} {{10}} {{1}} {{2}} {{ 3 }}"},
        {"type":"FOOTER","text":"{{9}}"},
        {"type":"BUTTONS","buttons":[
            {"type":"QUICK_REPLY","text":"{{8}}"},
            {"type":"URL","text":"Open","url":"https://shop.example.com/o/{{1}}"}]}"#);
    let placeholders = template.placeholders();
    assert_eq!(placeholders.header, ["name"]);
    assert_eq!(placeholders.body, ["1", "2", "10"]);
    assert_eq!(placeholders.buttons, [(1, "1")]);
    assert!(of(r#"{"type":"BODY","text":"Hi"}"#).placeholders().is_empty());

    let created: whatsapp::Template = data("incs/waba-template-create.response.json");
    assert_eq!(created.placeholders().body, ["1", "2"]);
}

#[test]
fn the_sends_of_the_samples_fit_templates_like_theirs() {
    for (name, components) in [
        ("incs/send-whatsapp-template-plain.request.json", r#"{"type":"BODY","text":"Thank you."}"#),
        (
            "incs/send-whatsapp-template-header-body-text.request.json",
            r#"{"type":"HEADER","format":"TEXT","text":"Until {{1}}"},{"type":"BODY","text":"{{1}} {{2}} {{3}}"}"#,
        ),
        ("incs/send-whatsapp-template-header-image.request.json", r#"{"type":"HEADER","format":"IMAGE"}"#),
        (
            "incs/send-whatsapp-template-copy-code.request.json",
            r#"{"type":"BUTTONS","buttons":[{"type":"COPY_CODE","example":"X"}]}"#,
        ),
    ] {
        let message: Message = decode(text(name).as_bytes()).unwrap();
        let incs_model::whatsapp::Content::Template(send) = message.content else { panic!("{name}") };
        let mut template = of(components);
        template.name = send.name.clone();
        assert_found(template.check_send(&send), &[]);
    }
}

#[test]
fn the_number_of_values_of_a_body_is_compared() {
    let two = of(r#"{"type":"BODY","text":"{{1}} {{2}}"}"#);
    assert_found(two.check_send(&send([body(&["a", "b"])])), &[]);
    assert_found(two.check_send(&send([])), &[("/template/components", MISSING)]);
    assert_found(
        two.check_send(&send([body(&[])])),
        &[("/template/components/0/parameters/0", MISSING), ("/template/components/0/parameters/1", MISSING)],
    );
    assert_found(
        two.check_send(&send([body(&["a", "", "c"])])),
        &[("/template/components/0/parameters/1/text", EMPTY), ("/template/components/0/parameters/2", SURPLUS)],
    );
    let missing = two.check_send(&send([])).unwrap_err();
    assert_eq!(missing.to_string(), "/template/components: body, expected a value for every placeholder of every part");
}

#[test]
fn a_part_that_the_template_leaves_nothing_open_in_takes_nothing() {
    let plain = of(r#"{"type":"HEADER","format":"TEXT","text":"Hi"},{"type":"BODY","text":"Hi"},
        {"type":"BUTTONS","buttons":[{"type":"PHONE_NUMBER","text":"Call","phone_number":"+622150001234"}]}"#);
    assert_found(plain.check_send(&send([])), &[]);
    assert_found(plain.check_send(&send([body(&[])])), &[]);
    assert_found(
        plain.check_send(&send([
            Component::header(Parameter::text("x")),
            body(&["x"]),
            button(ButtonKind::Url, "0", Parameter::text("x")),
            button(ButtonKind::Url, "1", Parameter::text("x")),
        ])),
        &[
            ("/template/components/0", PART),
            ("/template/components/1", PART),
            ("/template/components/2", PART),
            ("/template/components/3/index", PART),
        ],
    );
}

#[test]
fn each_part_is_named_once() {
    let template = of(r#"{"type":"BODY","text":"{{1}}"},{"type":"BUTTONS","buttons":[{"type":"COPY_CODE"}]}"#);
    assert_found(
        template.check_send(&send([
            body(&["a"]),
            Component::copy_code(0, "X"),
            body(&["b"]),
            body(&[]),
            Component::copy_code(0, "Y"),
        ])),
        &[("/template/components/2", PART), ("/template/components/3", PART), ("/template/components/4", PART)],
    );
}

#[test]
fn a_header_takes_the_medium_of_its_format() {
    let picture = of(r#"{"type":"HEADER","format":"IMAGE"}"#);
    assert_found(picture.check_send(&send([Component::header(image())])), &[]);
    assert_found(picture.check_send(&send([])), &[("/template/components", MISSING)]);
    let video = Parameter::Video(Video::new("https://media.example.com/a.mp4"));
    for other in [Parameter::text("x"), video] {
        assert_found(
            picture.check_send(&send([Component::header(other)])),
            &[("/template/components/0/parameters/0/type", KIND)],
        );
    }
    let words = of(r#"{"type":"HEADER","format":"TEXT","text":"{{1}}"}"#);
    assert_found(
        words.check_send(&send([Component::header(image())])),
        &[("/template/components/0/parameters/0/type", KIND)],
    );
}

#[test]
fn buttons_take_the_end_of_a_link_or_a_coupon_code() {
    let template = of(r#"{"type":"BUTTONS","buttons":[
        {"type":"URL","text":"Open","url":"https://shop.example.com/o/{{1}}"},
        {"type":"COPY_CODE","example":["X"]},
        {"type":"QUICK_REPLY","text":"No"},
        {"type":"CATALOG","text":"See"}]}"#);
    let link = || button("url".into(), "0", Parameter::text("SO-1"));
    assert_found(template.check_send(&send([link(), Component::copy_code(1, "X")])), &[]);
    assert_found(
        template.check_send(&send([
            link(),
            Component::copy_code(1, "X"),
            button(ButtonKind::QuickReply, "2", Parameter::Payload("no".to_owned())),
            button("catalog".into(), "3", Parameter::text("x")),
        ])),
        &[],
    );
    assert_found(template.check_send(&send([link()])), &[("/template/components", MISSING)]);
    assert_found(
        template.check_send(&send([
            Component::copy_code(0, "X"),
            button(ButtonKind::CopyCode, "1", Parameter::CouponCode(String::new())),
        ])),
        &[
            ("/template/components/0/sub_type", KIND),
            ("/template/components/0/parameters/0/type", KIND),
            ("/template/components/1/parameters/0/coupon_code", EMPTY),
        ],
    );
}

#[test]
fn an_authentication_template_takes_a_code_instead_of_components() {
    let mut login = of(r#"{"type":"BODY","text":"*{{1}}* is your code."}"#);
    let send = Template::new("note").with_code("480913");
    assert_found(login.check_send(&send), &[("/template/components", MISSING)]);
    login.category = whatsapp::Category::Authentication;
    assert_found(login.check_send(&send), &[]);
    assert_found(
        login.check_send(&Template::new("other").with_code("1")),
        &[("/template/name", "template.name.mismatch")],
    );
}

#[test]
fn what_is_unknown_passes() {
    let template = of(r#"{"type":"HEADER","format":"HOLOGRAM"},{"type":"CAROUSEL","cards":[]}"#);
    let unknown: Component = decode(br#"{"type":"carousel","cards":[]}"#).unwrap();
    assert_found(template.check_send(&send([unknown, Component::header(image())])), &[]);
    let place: Parameter = decode(br#"{"type":"location","location":{"name":"x"}}"#).unwrap();
    assert_found(of(r#"{"type":"HEADER","format":"LOCATION"}"#).check_send(&send([Component::header(place)])), &[]);
}

#[test]
fn named_template_takes_a_value_for_each_name() {
    let body = r#"{"type":"BODY","text":"Dear {{first_name}}, {{order_2}} is ready, {{first_name}}."}"#;
    let mut named = of(body);
    named.parameter_format = Some(whatsapp::ParameterFormat::Named);
    assert_eq!(named.placeholders().body, ["first_name", "order_2"]);
    assert_found(named.check_send(&send([self::body(&["Ana", "SO-1"])])), &[]);
    assert_found(named.check_send(&send([self::body(&["Ana"])])), &[("/template/components/0/parameters/1", MISSING)]);
}

#[test]
fn further_components_and_buttons_leave_a_send_free() {
    let template =
        of(r#"{"type":"LIMITED_TIME_OFFER","limited_time_offer":{"text":"Until Sunday","has_expiration":true}},
        {"type":"CAROUSEL","cards":[{"components":[{"type":"HEADER","format":"PRODUCT"},
            {"type":"BODY","text":"{{1}}"},{"type":"BUTTONS","buttons":[{"type":"SPM","text":"See"}]}]}]},
        {"type":"BUTTONS","buttons":[{"type":"FLOW"},{"type":"CATALOG"},{"type":"MPM"},{"type":"SPM"},
            {"type":"VOICE_CALL"},{"type":"APP"},{"type":"REQUEST_CONTACT_INFO"}]}"#);
    assert_found(template.check_send(&send([])), &[]);
    let all = (0..7).map(|index| button("flow".into(), &index.to_string(), Parameter::text("x")));
    assert_found(template.check_send(&send(all)), &[]);
}
