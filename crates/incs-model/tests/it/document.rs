//! Documents: their bytes are kept, and every member that is not read is a violation.

use incs_model::{Channel, Document, Report, decode};
use serde_json::{Value, json};

use crate::mutation::{fixtures, places, replaced};

/// The sends among the payloads of the reference: name, channel and text.
fn sends() -> Vec<(String, Channel, String)> {
    let channel = |name: &str| {
        let of = |prefix: &str, channel: Channel| name.starts_with(prefix).then_some(channel);
        of("send-whatsapp", Channel::WhatsApp).or(of("send-viber", Channel::Viber)).or(of("send-rcs", Channel::Rcs))
    };
    let requests = fixtures().into_iter().filter(|(name, _)| name.ends_with(".request.json"));
    let sends: Vec<_> = requests.filter_map(|(name, text)| Some((channel(&name)?, name, text))).collect();
    assert!(sends.len() > 25, "only {} sends", sends.len());
    sends.into_iter().map(|(channel, name, text)| (name, channel, text)).collect()
}

fn read(channel: &Channel, body: &Value) -> Document {
    Document::read(channel, body.to_string())
}

/// Pointer and rule of each violation.
fn violations(document: &Document) -> Vec<(&str, &str)> {
    document.report().violations().iter().map(|found| (found.pointer(), found.rule().id())).collect()
}

/// The members of a place may have any name: the variables of an RCS template.
fn is_free(name: &str, place: &str) -> bool {
    name.starts_with("send-rcs") && place == "/template/parameters"
}

#[test]
fn samples_are_read_without_findings() {
    for (name, channel, text) in sends() {
        let document = Document::read(&channel, text.as_str());
        assert_eq!(document.report(), &Report::default(), "{name}");
        assert_eq!(document.bytes(), text.as_bytes(), "{name}");
        assert_eq!((document.channel(), document.error()), (&channel, None), "{name}");
        let message = document.message().unwrap();
        assert_eq!(message.channel(), channel, "{name}");
        // When this library writes it, it has the same members.
        let built = Document::from(message.clone());
        assert_eq!(decode::<Value>(built.bytes()).unwrap(), decode::<Value>(text.as_bytes()).unwrap(), "{name}");
        assert_eq!(built.report(), &Report::default(), "{name}");
    }
}

#[test]
fn byte_order_mark_is_removed() {
    for (name, channel, text) in sends() {
        let document = Document::read(&channel, format!("\u{feff}{text}"));
        assert_eq!(document, Document::read(&channel, text.as_str()), "{name}");
    }
}

#[test]
fn extra_member_anywhere_is_refused() {
    let values = [json!("x"), json!(null), json!({ "type": "text", "id": "x" }), json!([{ "link": "x" }])];
    let mut refused = 0;
    for (name, channel, text) in sends() {
        let body: Value = decode(text.as_bytes()).unwrap();
        for place in places(&body) {
            for value in &values {
                let mut changed = body.clone();
                let Some(Value::Object(members)) = changed.pointer_mut(&place) else { continue };
                members.insert("added/later".to_owned(), value.clone());
                let document = read(&channel, &changed);
                let pointer = format!("{place}/added~1later");
                if is_free(&name, &place) {
                    assert_eq!(document.report().is_valid(), value.is_string(), "{name} at {place}");
                    continue;
                }
                assert_eq!(violations(&document), [(&*pointer, "member.unknown")], "{name} at {place}");
                assert_eq!(document.bytes(), changed.to_string().as_bytes());
                refused += 1;
            }
        }
    }
    assert!(refused > 500, "only {refused}");
}

/// Tries every order of the members, since a union buffers members before its tag.
#[test]
fn order_of_members_hides_nothing() {
    let card = |tag: &str| {
        format!(
            r#"{{"extra":{{"a":1}},"card_index":0,"header":{{"image":{{"extra":1,"link":"https://h/a.png"}},"type":"image"}},
            "action":{{"parameters":{{"url":"https://h","display_text":"Go","extra":1}},"extra":1,"name":"cta_url"}}{tag}}}"#
        )
    };
    let cards = [card(""), card(r#","type":"cta_url""#)].join(",").replacen("\"card_index\":0", "\"card_index\":1", 1);
    let body = format!(
        r#"{{"interactive":{{"action":{{"cards":[{cards}]}},"body":{{"text":"x"}},"extra":1,"type":"carousel"}},
        "extra":1,"type":"interactive","to":"85251230088","text":"x"}}"#
    );
    let document = Document::read(&Channel::WhatsApp, body);
    let mut unknown: Vec<_> =
        violations(&document).into_iter().filter(|(_, rule)| *rule == "member.unknown").map(|(at, _)| at).collect();
    unknown.sort_unstable();
    let mut expected = vec!["/extra".to_owned(), "/text".to_owned(), "/interactive/extra".to_owned()];
    for card in 0..2 {
        for place in ["/extra", "/header/image/extra", "/action/extra", "/action/parameters/extra"] {
            expected.push(format!("/interactive/action/cards/{card}{place}"));
        }
    }
    expected.sort_unstable();
    assert_eq!(unknown, expected);
}

#[test]
fn bad_recipient_is_reported_with_others() {
    let recipients = [
        r#""to":"","#,
        r#""to":"+85251230088","#,
        r#""to":"852 5123 0088","#,
        r#""to":85251230088,"#,
        r#""to":null,"#,
        r#""to":["85251230088"],"#,
        r#""to":{},"#,
        "",
    ];
    let contents = [
        (Channel::WhatsApp, r#""type":"image","image":{"link":"x"}"#, "/image/link", "link.absolute"),
        (Channel::Viber, r#""type":"text","text":"""#, "/text", "text.not_empty"),
        (Channel::Rcs, r#""type":"fax","fax":1"#, "/type", "kind.known"),
        (Channel::Rcs, r#""type":"text","text":7"#, "/text", "decode"),
        (Channel::Viber, r#""type":"text","text":"x","txet":"x""#, "/txet", "member.unknown"),
    ];
    for to in recipients {
        for (channel, content, pointer, rule) in &contents {
            let document = Document::read(channel, format!("{{{to}{content}}}"));
            assert_eq!(violations(&document), [("/to", "to.digits"), (*pointer, *rule)], "{to}");
            assert_eq!(document.message(), None);
            assert!(document.is_json());
        }
    }
    let twice = r#"{"to":"85251230088","type":"text","text":"x","to":"85251230099"}"#;
    assert_eq!(violations(&Document::read(&Channel::Viber, twice)), [("/to", "decode")]);
}

#[test]
fn array_is_not_an_object() {
    for (name, channel, text) in sends() {
        let body: Value = decode(text.as_bytes()).unwrap();
        for place in places(&body) {
            let Some(Value::Object(members)) = body.pointer(&place) else { continue };
            let items = Value::from(members.values().cloned().collect::<Vec<_>>());
            let changed = replaced(&body, &place, &items.to_string());
            let document = Document::read(&channel, changed);
            assert!(!document.report().is_valid(), "{name} at {place}");
            let found = violations(&document);
            assert!(found.iter().any(|(_, rule)| *rule == "decode"), "{name} at {place}: {found:?}");
        }
    }
}

#[test]
fn members_of_meta_give_warnings() {
    let members = [
        ("context", json!({ "message_id": "wamid.1" })),
        ("recipient_type", json!("individual")),
        ("messaging_product", json!("whatsapp")),
        ("biz_opaque_callback_data", json!("order 7")),
        ("preview_url", json!(true)),
    ];
    for (name, channel, text) in sends() {
        for (member, value) in &members {
            let mut body: Value = decode(text.as_bytes()).unwrap();
            body[member] = value.clone();
            let document = read(&channel, &body);
            let pointer = format!("/{member}");
            if channel == Channel::WhatsApp {
                let warnings: Vec<_> =
                    document.report().warnings().iter().map(|found| (found.pointer(), found.rule().id())).collect();
                assert_eq!(warnings, [(&*pointer, "member.meta")], "{name}");
                assert!(document.report().is_valid(), "{name}");
                let written = Document::from(document.message().unwrap().clone());
                assert_eq!(decode::<Value>(written.bytes()).unwrap(), body, "{name}");
            } else {
                assert_eq!(violations(&document), [(&*pointer, "member.unknown")], "{name}");
            }
        }
    }
}

#[test]
fn misspelt_members_get_suggestions() {
    let body = |member: &str| format!(r#"{{"to":"85251230088","type":"text","text":"x","{member}":1}}"#);
    for (member, meant) in [
        ("foter", Some("footer")),
        ("Context", Some("context")),
        ("fileName", Some("filename")),
        ("fielname", Some("filename")),
        ("captoin", Some("caption")),
        ("previewUrl", Some("preview_url")),
        ("lnik", Some("link")),
        ("tyqe", Some("type")),
        ("x", None),
        ("something_else", None),
        ("footer", None),
    ] {
        let document = Document::read(&Channel::Viber, body(member));
        let [violation] = document.report().violations() else { panic!("{:?}", document.report()) };
        assert_eq!(violation.suggestion(), meant, "{member}");
        let said = meant.map_or(String::new(), |meant| format!(", did you mean `{meant}`?"));
        assert_eq!(violation.to_string(), format!("/{member}: unknown member{said}"));
        let json = serde_json::to_value(violation).unwrap();
        assert_eq!(json.get("suggestion").and_then(Value::as_str), meant);
    }
}

#[test]
fn misspelt_tag_is_named_too() {
    let mut seen = 0;
    for (name, channel, text) in sends() {
        let body: Value = decode(text.as_bytes()).unwrap();
        for place in places(&body) {
            let Some(Value::Object(members)) = body.pointer(&place) else { continue };
            if is_free(&name, &place) || !members.contains_key("type") {
                continue;
            }
            for misspelt in ["typ", "Type", "tpye", "TYPE"] {
                let mut members = members.clone();
                let tag = members.remove("type").unwrap();
                members.insert(misspelt.to_owned(), tag);
                let document = Document::read(&channel, replaced(&body, &place, &Value::Object(members).to_string()));
                let pointer = format!("{place}/{misspelt}");
                let found = violations(&document);
                let named = found.iter().filter(|found| **found == (&*pointer, "member.unknown")).count();
                assert_eq!(named, 1, "{name} {pointer}: {found:?}");
                seen += 1;
            }
        }
    }
    assert!(seen > 200, "only {seen}");
}

#[test]
fn variable_with_two_values_is_refused() {
    let body = |parameters| {
        format!(r#"{{"to":"85251230088","type":"template","template":{{"name":"a","parameters":{{{parameters}}}}}}}"#)
    };
    for parameters in [r#""a":"x","a":"y""#, r#""a":"x","b":"y","a":"x""#] {
        let document = Document::read(&Channel::Rcs, body(parameters));
        assert_eq!(violations(&document), [("/template/parameters", "decode")], "{parameters}");
    }
    assert!(Document::read(&Channel::Rcs, body(r#""a":"x","b":"x""#)).report().is_valid());
}

#[test]
fn text_without_json_is_reported() {
    for (text, place) in
        [("", "(line 1, column 1)"), ("{\"to\":\n", "(line 2, column 1)"), ("{} {}", "(line 1, column 4)")]
    {
        let document = Document::read(&Channel::Rcs, text);
        assert!(!document.is_json() && document.error().unwrap().is_syntax());
        assert_eq!(violations(&document), [("", "decode")]);
        assert!(document.report().to_string().ends_with(place), "{}", document.report());
        assert!(incs_model::encode(&document).is_err());
    }
    for text in ["7", "[]", "null", "\"x\""] {
        let document = Document::read(&Channel::Rcs, text);
        assert!(document.is_json(), "{text}");
        assert_eq!(violations(&document), [("", "decode")], "{text}");
        assert_eq!(incs_model::encode(&document).unwrap(), text.as_bytes());
    }
}

#[test]
fn document_shows_no_content() {
    let secrets = ["85251230088", "sEcReT"];
    for body in [
        r#"{"to":"85251230088","type":"text","text":"sEcReT"}"#,
        r#"{"to":"85251230088","type":"image","image":{"link":"sEcReT"}}"#,
        r#"{"to":"+85251230088","type":"text","text":["sEcReT"]}"#,
        r#"{"to":"85251230088","type":"sEcReT"#,
    ] {
        let document = Document::read(&Channel::Viber, body);
        for shown in [format!("{document:?}"), format!("{document:#?}"), document.report().to_string()] {
            assert!(!secrets.iter().any(|secret| shown.contains(secret)), "{shown}");
        }
    }
}

#[cfg(feature = "schema")]
mod generated {
    //! Documents of generated messages, valid and invalid.

    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::*;
    use crate::arbitrary::messages;

    /// Returns a document with one more member in some place, and the pointer of that member.
    fn extended(body: &Value, at: Index, member: &str) -> (Value, String) {
        let objects: Vec<_> =
            places(body).into_iter().filter(|place| body.pointer(place).is_some_and(Value::is_object)).collect();
        let place = at.get(&objects);
        let mut changed = body.clone();
        changed.pointer_mut(place).unwrap()[member] = json!([1, { "type": "x" }]);
        (changed, format!("{place}/{member}"))
    }

    fn refused_or_known(channel: &Channel, message: &impl serde::Serialize, at: Index) -> Result<(), TestCaseError> {
        let before = serde_json::to_value(message).unwrap();
        let (body, pointer) = extended(&before, at, "added_later");
        let text = body.to_string();
        let document = Document::read(channel, text.as_str());
        prop_assert_eq!(document.bytes(), text.as_bytes());
        let is_named = document.report().violations().iter().any(|found| found.pointer() == pointer);
        // Members of an unknown kind cannot be distinguished from typos; the kind itself is refused.
        let is_opaque = violations(&document).iter().any(|(at, rule)| {
            let is_kind = at.ends_with("/type") || at.ends_with("/name") || at.ends_with("/buttons");
            (is_kind || *rule == "decode") && pointer.starts_with(at.rsplit_once('/').map_or("", |(before, _)| before))
        });
        // A carousel may have no header at all, so a header of an unknown kind is refused as a whole.
        let is_opaque = is_opaque
            || violations(&document)
                .iter()
                .any(|(at, rule)| *rule == "whatsapp.interactive.carousel.main.forbidden" && pointer.starts_with(at));
        // The answers of a flow are the caller's own, and an order is kept as raw JSON.
        let is_opaque = is_opaque || ["/flow_action_data", "/order_details"].iter().any(|free| pointer.contains(free));
        prop_assert!(is_named || is_opaque, "{pointer} in {text}: {}", document.report());
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn whatsapp_member_is_refused_by_pointer(message in messages::whatsapp(), at in any::<Index>()) {
            refused_or_known(&Channel::WhatsApp, &message, at)?;
        }

        #[test]
        fn viber_member_is_refused_by_pointer(message in messages::viber(), at in any::<Index>()) {
            refused_or_known(&Channel::Viber, &message, at)?;
        }

        #[test]
        fn rcs_member_is_refused_by_pointer(message in messages::rcs(), at in any::<Index>()) {
            refused_or_known(&Channel::Rcs, &message, at)?;
        }

        #[test]
        fn reading_and_checking_agree(message in messages::whatsapp()) {
            let document = Document::from(message.clone());
            let read = Document::read(&Channel::WhatsApp, document.bytes());
            prop_assert_eq!(read.report(), document.report());
            prop_assert_eq!(read.message(), document.message());
        }
    }
}
