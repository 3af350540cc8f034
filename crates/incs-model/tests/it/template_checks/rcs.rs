//! Sends of RCS templates.

use incs_model::template::rcs;
use incs_model::{decode, rcs as rcs_send};

use super::{assert_found, data};

const MISSING: &str = "template.rcs.parameters.missing";
const SURPLUS: &str = "template.rcs.parameters.surplus";
const EMPTY: &str = "template.rcs.parameters.empty";

fn of(content: &str) -> rcs::Template {
    let body = format!(r#"{{"template_id":"1","name":"note","status":"APPROVED",{content}}}"#);
    decode(body.as_bytes()).unwrap()
}

fn send<const N: usize>(values: [(&str, &str); N]) -> rcs_send::Template {
    values.into_iter().fold(rcs_send::Template::new("note"), |send, (name, value)| send.with_parameter(name, value))
}

#[test]
fn variables_of_all_texts_are_found() {
    let carousel = &data::<Vec<rcs::Template>>("incs/rcs-template-list.response.json")[0];
    assert!(carousel.variables().into_iter().eq(["customer", "offer"]));

    let everywhere = of(r#""type":"carousel","content":{"carouselCard":[
        {"cardTitle":"[a]","cardDescription":"[b]","mediaUrl":"https://h.example/[c].png","thumbnailUrl":"[d]","suggestions":[
            {"suggestionType":"reply","text":"[e]","postbackData":"[f]"},
            {"suggestionType":"url_action","text":"x","postbackData":"x","url":"https://h.example/[g]"},
            {"suggestionType":"dialer_action","text":"x","postbackData":"x","phoneNumber":"[h]"}]},
        {"cardTitle":"[a]","cardDescription":"[i] [not a var!] []"}]}"#);
    assert!(everywhere.variables().into_iter().eq(["a", "b", "c", "d", "e", "f", "g", "h", "i"]));
}

#[test]
fn send_with_all_values_fits() {
    let card: rcs::Template = data("incs/rcs-template-get.response.json");
    let filled =
        rcs_send::Template::new("rain_sale_card").with_parameter("customer", "Rina").with_parameter("offer", "5");
    assert_eq!(card.check_send(&filled), Ok(Vec::new()));
    assert_eq!(of(r#""type":"text","content":{"textMessage":"Hi"}"#).check_send(&send([])), Ok(Vec::new()));
}

#[test]
fn missing_surplus_empty_values_are_found() {
    let template = of(r#""type":"text","content":{"textMessage":"[customer] [order_no] [total]"}"#);
    assert_found(
        template.check_send(&send([("total", ""), ("customer", "Rina"), ("a/b", "x")])),
        &[
            ("/template/parameters/order_no", MISSING),
            ("/template/parameters/total", EMPTY),
            ("/template/parameters/a~1b", SURPLUS),
        ],
    );
}

#[test]
fn other_template_name_is_reported() {
    let template = of(r#""type":"text","content":{"textMessage":"Hi"}"#);
    assert_found(
        template.check_send(&rcs_send::Template::new("other")),
        &[("/template/name", "template.name.mismatch")],
    );
}

#[test]
fn unknown_part_may_use_extra_values() {
    let unknown = of(r#""type":"poll","content":{"question":"[x]?"}"#);
    let partly =
        of(r#""type":"text","content":{"textMessage":"[y]","suggestions":[{"suggestionType":"map","text":"[x]"}]}"#);
    assert_eq!(unknown.check_send(&send([("x", "1")])), Ok(Vec::new()));
    assert_eq!(partly.check_send(&send([("x", "1"), ("y", "2")])), Ok(Vec::new()));
    assert_found(partly.check_send(&send([("x", "1")])), &[("/template/parameters/y", MISSING)]);
}
