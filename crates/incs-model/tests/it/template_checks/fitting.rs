//! Definitions of every kind, with sends that match them: both checks of a send agree.

use incs_model::template::whatsapp;
use incs_model::whatsapp::template::{ParameterValue, Template};
use incs_model::{decode, encode, validate};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

/// Returns a value of every kind, each well-formed.
fn values() -> Vec<(&'static str, Value)> {
    let values = json!({
        "text": "x",
        "currency": { "fallback_value": "$1", "code": "USD", "amount_1000": 1000 },
        "date_time": { "fallback_value": "May 2", "month": 5 },
        "image": { "link": "https://h.example/a.png" },
        "video": { "id": "7" },
        "gif": { "link": "https://h.example/a.mp4" },
        "document": { "link": "https://h.example/a.pdf", "filename": "a.pdf", "caption": "A" },
        "location": { "latitude": "22.28", "longitude": 114.16, "name": "Pier", "address": "1 Quay" },
        "product": { "product_retailer_id": "p", "catalog_id": "c" },
        "coupon_code": "SAVE15",
        "payload": "{\n  \"a\": 1}",
        "action": { "flow_token": "t", "sections": [{ "product_items": [{ "product_retailer_id": "p" }] }] },
        "limited_time_offer": { "expiration_time_ms": 1_775_540_333_000_u64 },
        "order_status": { "reference_id": "o", "order": { "status": "shipped" } },
        "ttl_minutes": 60,
        "tap_target_configuration": [{ "url": "https://h.example", "title": "See" }],
    });
    let known = ParameterValue::KNOWN.iter();
    known.map(|kind| (*kind, json!({ "type": kind, *kind: values[*kind] }))).collect()
}

fn value(kind: &str) -> Value {
    values().into_iter().find(|(known, _)| *known == kind).unwrap().1
}

fn definition(components: &Value, format: &str, category: &str) -> whatsapp::Template {
    let body = json!({ "template_id": "1", "name": "note", "language": "en", "category": category,
        "status": "APPROVED", "parameter_format": format, "components": components });
    decode(body.to_string().as_bytes()).unwrap()
}

fn send(components: &Value) -> Template {
    decode(json!({ "name": "note", "components": components }).to_string().as_bytes()).unwrap()
}

/// A part of a definition: the part, the component of a send without its parameters, and the accepted kinds of values.
type Part = (Value, Value, &'static [&'static str]);

fn parts(is_named: bool) -> Vec<Part> {
    let hole = if is_named { "{{who}}" } else { "{{1}}" };
    let texts = &["text", "currency", "date_time"];
    let header = |format: &str| json!({ "type": "HEADER", "format": format });
    let mut parts: Vec<Part> = vec![
        (json!({ "type": "HEADER", "format": "TEXT", "text": hole }), json!({ "type": "header" }), texts),
        (json!({ "type": "BODY", "text": hole }), json!({ "type": "body" }), texts),
        (
            json!({ "type": "LIMITED_TIME_OFFER", "limited_time_offer": { "has_expiration": true } }),
            json!({ "type": "limited_time_offer" }),
            &["limited_time_offer"],
        ),
    ];
    let formats: [(&str, &'static [&'static str]); 6] = [
        ("IMAGE", &["image"]),
        ("VIDEO", &["video"]),
        ("GIF", &["video", "gif"]),
        ("DOCUMENT", &["document"]),
        ("LOCATION", &["location"]),
        ("PRODUCT", &["product"]),
    ];
    parts.extend(formats.map(|(format, kinds)| (header(format), json!({ "type": "header" }), kinds)));
    let url = format!("https://h.example/{hole}");
    let buttons: [(Value, &str, &'static [&'static str]); 8] = [
        (json!({ "type": "URL", "text": "See", "url": url }), "url", &["text"]),
        (json!({ "type": "OTP" }), "URL", &["text"]),
        (json!({ "type": "COPY_CODE" }), "copy_code", &["coupon_code"]),
        (json!({ "type": "QUICK_REPLY", "text": "No" }), "Quick_Reply", &["payload"]),
        (json!({ "type": "FLOW" }), "flow", &["action"]),
        (json!({ "type": "CATALOG" }), "CATALOG", &["action"]),
        (json!({ "type": "MPM" }), "mpm", &["action"]),
        (json!({ "type": "VOICE_CALL" }), "voice_call", &["payload", "ttl_minutes"]),
    ];
    parts.extend(buttons.map(|(button, kind, kinds)| {
        let given = json!({ "type": "button", "sub_type": kind, "index": 0 });
        (json!({ "type": "BUTTONS", "buttons": [button] }), given, kinds)
    }));
    parts
}

/// Returns the same parts on a card.
fn cards(is_named: bool) -> Vec<Part> {
    let on_card =
        |(part, given, _): &Part| part["type"] != "LIMITED_TIME_OFFER" && given["type"] != "limited_time_offer";
    let parts = parts(is_named).into_iter().filter(on_card);
    parts
        .map(|(part, given, kinds)| (json!({ "type": "CAROUSEL", "cards": [{ "components": [part] }] }), given, kinds))
        .collect()
}

#[test]
fn both_checks_accept_the_same_values() {
    for is_named in [false, true] {
        let format = if is_named { "NAMED" } else { "POSITIONAL" };
        for (part, given, kinds) in parts(is_named).into_iter().chain(cards(is_named)) {
            let takes_name = is_named && kinds.contains(&"text") && part.to_string().contains("{{who}}");
            let definition = definition(&json!([part]), format, "MARKETING");
            let mut taken = Vec::new();
            for (kind, mut value) in values() {
                if takes_name {
                    value["parameter_name"] = "who".into();
                }
                let mut component = given.clone();
                component["parameters"] = json!([value]);
                if part["type"] == "CAROUSEL" {
                    component =
                        json!({ "type": "carousel", "cards": [{ "card_index": 0, "components": [component] }] });
                }
                let send = send(&json!([component]));
                if definition.check_send(&send).is_ok() {
                    taken.push(kind);
                    assert!(validate(&send).is_ok(), "{part} {kind}: {:?}", validate(&send));
                }
            }
            assert_eq!(taken, kinds, "{format} {part}");
        }
    }
}

/// A definition and a send that matches it.
#[derive(Debug, Clone)]
struct Pair {
    definition: Value,
    format: &'static str,
    send: Vec<Value>,
}

/// Parts of a template or a card with the components that fill them.
type Filled = (Vec<Value>, Vec<Value>);

fn text(is_named: bool, name: &str, kind: &str) -> Value {
    let mut value = value(kind);
    if is_named {
        value["parameter_name"] = name.into();
    }
    value
}

fn header(is_named: bool) -> impl Strategy<Value = Filled> {
    let media = vec!["IMAGE", "VIDEO", "GIF", "DOCUMENT", "LOCATION", "PRODUCT"];
    let media = prop::sample::select(media).prop_map(|format| {
        let given = json!({ "type": "header", "parameters": [value(&format.to_lowercase())] });
        (vec![json!({ "type": "HEADER", "format": format })], vec![given])
    });
    let hole = if is_named { "Hi {{top_1}}" } else { "Hi {{1}}" };
    prop_oneof![
        Just((Vec::new(), Vec::new())),
        Just((vec![json!({ "type": "HEADER", "format": "TEXT", "text": "Hi {{}}" })], Vec::new())),
        Just((
            vec![json!({ "type": "HEADER", "format": "TEXT", "text": hole })],
            vec![json!({ "type": "header", "parameters": [text(is_named, "top_1", "text")] })]
        )),
        media,
    ]
}

fn body(is_named: bool) -> impl Strategy<Value = Filled> {
    let kinds = prop::sample::select(vec!["text", "text", "currency", "date_time"]);
    prop::collection::vec(kinds, 0..4).prop_map(move |kinds| {
        let names: Vec<_> = (1..=kinds.len())
            .map(|number| if is_named { format!("value_{number}") } else { number.to_string() })
            .collect();
        // Each appears twice, the last one first.
        let holes =
            names.iter().rev().chain(&names).map(|name| format!("{{{{{name}}}}} ")).collect::<Vec<_>>().concat();
        let values: Vec<_> = names.iter().zip(kinds).map(|(name, kind)| text(is_named, name, kind)).collect();
        let given = if values.is_empty() { vec![] } else { vec![json!({ "type": "body", "parameters": values })] };
        (vec![json!({ "type": "BODY", "text": format!("Dear customer: {holes}") })], given)
    })
}

fn buttons(is_named: bool) -> impl Strategy<Value = Filled> {
    let hole = if is_named { "{{code}}" } else { "{{1}}" };
    let all = vec![
        (json!({ "type": "URL", "text": "x", "url": "https://h.example/a" }), None),
        (json!({ "type": "URL", "text": "x", "url": format!("https://h.example/{hole}") }), Some(("url", "text"))),
        (json!({ "type": "PHONE_NUMBER", "text": "x", "phone_number": "+1" }), None),
        (json!({ "type": "QUICK_REPLY", "text": "x" }), Some(("quick_reply", "payload"))),
        (json!({ "type": "QUICK_REPLY", "text": "x" }), None),
        (json!({ "type": "COPY_CODE" }), Some(("COPY_CODE", "coupon_code"))),
        (json!({ "type": "OTP" }), Some(("URL", "text"))),
        (json!({ "type": "FLOW" }), Some(("flow", "action"))),
        (json!({ "type": "FLOW" }), None),
        (json!({ "type": "CATALOG" }), Some(("catalog", "action"))),
        (json!({ "type": "MPM" }), Some(("mpm", "action"))),
        (json!({ "type": "VOICE_CALL" }), Some(("voice_call", "ttl_minutes"))),
    ];
    let some = prop::collection::vec((prop::sample::select(all), any::<bool>()), 0..4);
    some.prop_map(|some| {
        let given = some.iter().enumerate().filter_map(|(index, ((_, filled), is_text))| {
            let (kind, value) = (*filled)?;
            let index = if *is_text { json!(index.to_string()) } else { json!(index) };
            Some(json!({ "type": "button", "sub_type": kind, "index": index, "parameters": [self::value(value)] }))
        });
        let given = given.collect();
        let buttons: Vec<_> = some.into_iter().map(|((button, _), _)| button).collect();
        (vec![json!({ "type": "BUTTONS", "buttons": buttons })], given)
    })
}

fn offer() -> impl Strategy<Value = Filled> {
    let end = json!({ "type": "limited_time_offer", "parameters": [value("limited_time_offer")] });
    let part = |ends: bool| {
        vec![json!({ "type": "LIMITED_TIME_OFFER", "limited_time_offer": { "text": "x", "has_expiration": ends } })]
    };
    prop_oneof![
        3 => Just((Vec::new(), Vec::new())),
        1 => Just((part(true), vec![end])),
        1 => Just((part(false), Vec::new())),
    ]
}

fn carousel(is_named: bool) -> impl Strategy<Value = Filled> {
    let card = (header(is_named), body(is_named), buttons(is_named))
        .prop_map(|(header, body, buttons)| join([header, body, buttons]));
    prop::collection::vec(card, 0..4).prop_map(|cards| {
        if cards.is_empty() {
            return (Vec::new(), Vec::new());
        }
        let (mut defined, mut given) = (Vec::new(), Vec::new());
        for (index, (parts, components)) in cards.into_iter().enumerate() {
            defined.push(json!({ "components": parts }));
            given.push(json!({ "card_index": index, "components": components }));
        }
        let given = vec![json!({ "type": "carousel", "cards": given })];
        (vec![json!({ "type": "CAROUSEL", "cards": defined })], given)
    })
}

fn join(filled: impl IntoIterator<Item = Filled>) -> Filled {
    filled.into_iter().fold((Vec::new(), Vec::new()), |(mut parts, mut components), (more_parts, more)| {
        parts.extend(more_parts);
        components.extend(more);
        (parts, components)
    })
}

fn pair() -> impl Strategy<Value = Pair> {
    any::<bool>().prop_flat_map(|is_named| {
        let parts = (header(is_named), body(is_named), buttons(is_named), offer(), carousel(is_named));
        parts.prop_map(move |(header, body, buttons, offer, carousel)| {
            let (definition, send) = join([header, body, buttons, offer, carousel]);
            Pair { definition: definition.into(), format: if is_named { "NAMED" } else { "POSITIONAL" }, send }
        })
    })
}

impl Pair {
    /// Returns the places of all components of the send, including those on cards.
    fn places(&self) -> Vec<String> {
        let mut places = Vec::new();
        for (index, component) in self.send.iter().enumerate() {
            places.push(format!("/{index}"));
            for (card, value) in component["cards"].as_array().into_iter().flatten().enumerate() {
                let components = value["components"].as_array().unwrap();
                places.extend((0..components.len()).map(|part| format!("/{index}/cards/{card}/components/{part}")));
            }
        }
        places
    }

    fn fits(&self, send: &[Value]) -> bool {
        let send = self::send(&send.to_vec().into());
        let fits = definition(&self.definition, self.format, "MARKETING").check_send(&send).is_ok();
        assert!(!fits || validate(&send).is_ok(), "only validate() refuses {send:?}");
        fits
    }
}

/// Reports whether the template requires a component.
fn is_needed(component: &Value) -> bool {
    match component["type"].as_str().unwrap() {
        "button" => ["url", "URL", "COPY_CODE", "mpm"].contains(&component["sub_type"].as_str().unwrap()),
        "carousel" => {
            let cards = component["cards"].as_array().unwrap().iter();
            cards.flat_map(|card| card["components"].as_array().unwrap()).any(is_needed)
        }
        _ => true,
    }
}

/// Returns a change of the component at a place, and true if the send still matches.
fn changed(send: &[Value], place: &str, change: usize, is_named: bool) -> Option<(Vec<Value>, bool)> {
    let mut root = Value::from(send.to_vec());
    let component = root.pointer(place)?.clone();
    let is_text = component["type"] == "body" || component["parameters"][0].get("parameter_name").is_some();
    let still_fits = match change {
        // Removes or duplicates the component.
        0 | 1 => {
            let (parent, index) = place.rsplit_once('/')?;
            let siblings = root.pointer_mut(parent)?.as_array_mut()?;
            if change == 0 {
                siblings.remove(index.parse().ok()?);
            } else {
                siblings.push(component.clone());
            }
            change == 0 && !is_needed(&component)
        }
        _ => {
            let target = root.pointer_mut(place)?;
            if (2..=7).contains(&change) {
                let values = target.get_mut("parameters")?.as_array_mut()?;
                let first = values.first()?.clone();
                match change {
                    2 => {
                        values.pop();
                        !is_needed(&component)
                    }
                    3 => {
                        values.push(first);
                        false
                    }
                    4 => {
                        values.reverse();
                        true
                    }
                    5 => {
                        values[0]["parameter_name"] = "nobody".into();
                        false
                    }
                    6 => {
                        values[0].as_object_mut()?.remove("parameter_name");
                        !(is_named && is_text)
                    }
                    _ => {
                        let mut other = value("order_status");
                        if let Some(name) = first.get("parameter_name") {
                            other["parameter_name"] = name.clone();
                        }
                        values[0] = other;
                        false
                    }
                }
            } else if component["type"] == "button" {
                let (member, other) = if change == 8 { ("sub_type", json!("spm")) } else { ("index", json!(99)) };
                target[member] = other;
                false
            } else {
                return None;
            }
        }
    };
    Some((root.as_array()?.clone(), still_fits))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn fitting_send_passes_both_checks(pair in pair()) {
        let send = send(&pair.send.clone().into());
        let template = definition(&pair.definition, pair.format, "MARKETING");
        let result = template.check_send(&send);
        prop_assert!(result.is_ok(), "{result:?}");
        let result = validate(&send);
        prop_assert!(result.is_ok(), "{result:?}");
        let again: Template = decode(&encode(&send).unwrap()).unwrap();
        prop_assert!(again == send);
        let written: Value = serde_json::from_slice(&encode(&send).unwrap()).unwrap();
        let components = written.get("components").cloned().unwrap_or_else(|| json!([]));
        prop_assert_eq!(components, Value::from(pair.send));
    }

    #[test]
    fn changed_send_fails_the_check(pair in pair(), place in any::<Index>(), change in 0..10_usize) {
        let places = pair.places();
        prop_assume!(!places.is_empty());
        let place = place.get(&places);
        if let Some((send, still_fits)) = changed(&pair.send, place, change, pair.format == "NAMED") {
            prop_assert_eq!(pair.fits(&send), still_fits, "change {} at {}: {}", change, place, Value::from(send));
        }
    }
}
