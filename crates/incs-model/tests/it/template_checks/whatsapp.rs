//! Sends of WhatsApp templates.

use incs_model::decode;
use incs_model::template::whatsapp;
use incs_model::whatsapp::Message;
use incs_model::whatsapp::template::{Button, ButtonKind, CardComponent, Component, Parameter, Template};

use super::{assert_found, data};
use crate::fixtures::text;

const MISSING: &str = "template.whatsapp.parameters.missing";
const SURPLUS: &str = "template.whatsapp.parameters.surplus";
const EMPTY: &str = "template.whatsapp.parameters.empty";
const KIND: &str = "template.whatsapp.parameters.kind";
const NAME: &str = "template.whatsapp.parameters.name";
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
    Component::body(values.iter().copied())
}

fn button(kind: ButtonKind, index: &str, parameter: Parameter) -> Component {
    Component::Button(Button::new(kind).with_index(index).with_parameters([parameter]))
}

fn image() -> Parameter {
    Parameter::image("https://media.example.com/a.png")
}

#[test]
fn placeholders_are_found_in_each_part() {
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
fn sampled_sends_match_their_templates() {
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
fn number_of_body_values_is_compared() {
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
fn part_without_placeholders_takes_no_values() {
    let plain = of(r#"{"type":"HEADER","format":"TEXT","text":"Hi"},{"type":"BODY","text":"Hi"},
        {"type":"BUTTONS","buttons":[{"type":"PHONE_NUMBER","text":"Call","phone_number":"+622150001234"}]}"#);
    assert_found(plain.check_send(&send([])), &[]);
    assert_found(plain.check_send(&send([body(&[])])), &[]);
    assert_found(
        plain.check_send(&send([
            Component::header("x"),
            body(&["x"]),
            button(ButtonKind::Url, "0", Parameter::text("x")),
            button(ButtonKind::Url, "1", Parameter::text("x")),
        ])),
        &[
            ("/template/components/0", PART),
            ("/template/components/1", PART),
            ("/template/components/2/sub_type", KIND),
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
fn header_takes_medium_of_its_format() {
    let picture = of(r#"{"type":"HEADER","format":"IMAGE"}"#);
    assert_found(picture.check_send(&send([Component::header(image())])), &[]);
    assert_found(picture.check_send(&send([])), &[("/template/components", MISSING)]);
    let video = Parameter::video("https://media.example.com/a.mp4");
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
fn buttons_take_link_end_or_coupon() {
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
            button(ButtonKind::QuickReply, "2", Parameter::payload("no")),
            Component::Button(Button::new("catalog").with_index("3")),
        ])),
        &[],
    );
    assert_found(template.check_send(&send([link()])), &[("/template/components", MISSING)]);
    assert_found(
        template.check_send(&send([
            Component::copy_code(0, "X"),
            button(ButtonKind::CopyCode, "1", Parameter::coupon_code("")),
        ])),
        &[
            ("/template/components/0/sub_type", KIND),
            ("/template/components/0/parameters/0/type", KIND),
            ("/template/components/1/parameters/0/coupon_code", EMPTY),
        ],
    );
}

#[test]
fn authentication_template_accepts_a_code() {
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
fn unknown_parts_pass() {
    let template = of(r#"{"type":"HEADER","format":"HOLOGRAM"},{"type":"CAROUSEL","cards":[]}"#);
    let unknown: Component = decode(br#"{"type":"hologram","cards":[]}"#).unwrap();
    assert_found(template.check_send(&send([unknown, Component::header(image())])), &[]);
    let place: Parameter = decode(br#"{"type":"beam","beam":{"name":"x"}}"#).unwrap();
    assert_found(of(r#"{"type":"HEADER","format":"LOCATION"}"#).check_send(&send([Component::header(place)])), &[]);
}

#[test]
fn named_template_takes_values_by_name() {
    let text = r#"{"type":"BODY","text":"Dear {{first_name}}, {{order_2}} is ready, {{first_name}}."}"#;
    let mut said = of(text);
    said.parameter_format = Some(whatsapp::ParameterFormat::Named);
    // Without a format, the placeholders decide.
    for named in [said, of(text)] {
        assert_eq!(named.placeholders().body, ["first_name", "order_2"]);
        let check = |values: &[Parameter]| named.check_send(&send([Component::body(values.to_vec())]));
        let (name, order) = (Parameter::named("first_name", "Ana"), Parameter::named("order_2", "SO-1"));
        assert_found(check(&[name.clone(), order.clone()]), &[]);
        assert_found(check(&[order.clone(), name.clone()]), &[]);
        assert_found(check(std::slice::from_ref(&order)), &[("/template/components/0/parameters", MISSING)]);
        assert_found(
            check(&[order.clone(), name.clone(), order.clone(), Parameter::named("other", "x")]),
            &[("/template/components/0/parameters/2", SURPLUS), ("/template/components/0/parameters/3", SURPLUS)],
        );
        assert_found(
            check(&[Parameter::text("Ana"), Parameter::text("SO-1")]),
            &[("/template/components/0/parameters/0", NAME), ("/template/components/0/parameters/1", NAME)],
        );
        assert_found(
            check(&[Parameter::text("Ana")]),
            &[("/template/components/0/parameters/0", NAME), ("/template/components/0/parameters", MISSING)],
        );
    }
    let numbered = of(r#"{"type":"BODY","text":"{{1}}"}"#);
    assert_found(
        numbered.check_send(&send([Component::body([Parameter::named("first_name", "Ana")])])),
        &[("/template/components/0/parameters/0/parameter_name", NAME)],
    );
}

#[test]
fn cards_are_compared_one_by_one() {
    let card = r#"{"components":[{"type":"HEADER","format":"IMAGE"},{"type":"BODY","text":"{{1}} for {{2}}"},
        {"type":"BUTTONS","buttons":[{"type":"QUICK_REPLY","text":"Take"},
            {"type":"URL","text":"See","url":"https://shop.example.com/{{1}}"}]}]}"#;
    let template = of(&format!(r#"{{"type":"BODY","text":"Hi"}},{{"type":"CAROUSEL","cards":[{card},{card}]}}"#));
    let full =
        || vec![CardComponent::header(image()), CardComponent::body(["Mug", "9"]), CardComponent::link_end(1, "mug")];
    assert_found(template.check_send(&send([Component::carousel([full(), full()])])), &[]);
    assert_found(template.check_send(&send([])), &[("/template/components", MISSING)]);
    let without_second = send([Component::carousel([full()])]);
    assert_found(template.check_send(&without_second), &[("/template/components/0/cards", MISSING)]);
    let mut short = full();
    short.truncate(1);
    let third = vec![CardComponent::header("x"), CardComponent::body(["x"])];
    assert_found(
        template.check_send(&send([Component::carousel([short, third, full()])])),
        &[
            ("/template/components/0/cards/0/components", MISSING),
            ("/template/components/0/cards/0/components", MISSING),
            ("/template/components/0/cards/1/components/0/parameters/0/type", KIND),
            ("/template/components/0/cards/1/components/1/parameters/1", MISSING),
            ("/template/components/0/cards/1/components", MISSING),
            ("/template/components/0/cards/2/card_index", PART),
        ],
    );
    let report = template.check_send(&without_second).unwrap_err().to_string();
    assert_eq!(report, "/template/components/0/cards: card 1, expected a value for every placeholder of every part");
}

#[test]
fn limited_offer_takes_its_end() {
    let ends =
        of(r#"{"type":"LIMITED_TIME_OFFER","limited_time_offer":{"text":"Until Sunday","has_expiration":true}}"#);
    let end = || Component::limited_time_offer(1_775_540_333_000);
    assert_found(ends.check_send(&send([end()])), &[]);
    assert_found(ends.check_send(&send([])), &[("/template/components", MISSING)]);
    assert_found(ends.check_send(&send([end(), end()])), &[("/template/components/1", PART)]);
    let stays = of(r#"{"type":"LIMITED_TIME_OFFER","limited_time_offer":{"text":"Every day"}}"#);
    assert_found(stays.check_send(&send([])), &[]);
    let none = of(r#"{"type":"BODY","text":"Hi"}"#);
    assert_found(none.check_send(&send([end()])), &[("/template/components/0", PART)]);
}

#[test]
fn authentication_template_takes_its_code_once() {
    let mut login = of(r#"{"type":"BODY","text":"*{{1}}* is your code."},
        {"type":"BUTTONS","buttons":[{"type":"OTP","otp_type":"COPY_CODE","text":"Copy"}]}"#);
    login.category = whatsapp::Category::Authentication;
    let of_meta = || vec![body(&["480913"]), Component::link_end(0, "480913")];
    assert_found(login.check_send(&send(of_meta())), &[]);
    assert_found(login.check_send(&send([body(&["480913"])])), &[("/template/components", MISSING)]);
    // The form in which Meta stores the button.
    let mut kept =
        of(r#"{"type":"BODY","text":"*{{1}}* is your code."},{"type":"BUTTONS","buttons":[{"type":"URL","text":"Copy",
        "url":"https://www.whatsapp.com/otp/code/?otp_type=COPY_CODE&code=otp{{1}}"}]}"#);
    kept.category = whatsapp::Category::Authentication;
    assert_found(kept.check_send(&send(of_meta())), &[]);
    assert_found(kept.check_send(&Template::new("note").with_code("480913")), &[]);
    assert_found(
        login.check_send(&send(of_meta()).with_code("480913")),
        &[("/template/components/0", PART), ("/template/components/1", PART)],
    );
}

#[test]
fn call_button_needs_no_index() {
    let template =
        of(r#"{"type":"BUTTONS","buttons":[{"type":"QUICK_REPLY","text":"No"},{"type":"VOICE_CALL","text":"Call"}]}"#);
    let call: Component = decode(
        br#"{"type":"button","sub_type":"voice_call","parameters":[{"type":"ttl_minutes","ttl_minutes":100},{"type":"payload","payload":"x"}]}"#,
    )
    .unwrap();
    assert_found(template.check_send(&send([call.clone()])), &[]);
    assert_found(template.check_send(&send([call.clone(), call])), &[("/template/components/1", PART)]);
}

#[test]
fn further_buttons_leave_a_send_free() {
    let template = of(r#"{"type":"BUTTONS","buttons":[{"type":"FLOW"},{"type":"CATALOG"},{"type":"SPM"},
        {"type":"VOICE_CALL"},{"type":"APP"},{"type":"REQUEST_CONTACT_INFO"}]}"#);
    assert_found(template.check_send(&send([])), &[]);
}
