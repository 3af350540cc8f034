//! Contents of users' messages: rules 3 to 6, 9 to 11, 18, 21 and 22.

use incs_model::exotel::{
    Content, ContentType, File, Item, Location, StatusCode, StatusName, Suggested, Suggestion, Tap,
};
use serde_json::{Value, json};

use super::{incoming, item};

/// Reads a message with this content, and checks that it is written back unchanged.
fn content(content: &Value) -> Content {
    incoming(&json!({ "sid": "a1", "from": "12025550143", "to": "12025550100", "content": content })).content
}

/// Like `content`, but a member is dropped or added on writing.
fn content_not_written_back(content: &Value) -> Content {
    let element = json!({ "from": "12025550143", "to": "12025550100", "content": content });
    match serde_json::from_value(element).unwrap() {
        Item::Incoming(incoming) => incoming.content,
        other => panic!("{content} is {other:?}"),
    }
}

fn location(place: &Value) -> Location {
    match content(&json!({ "type": "location", "location": place })) {
        Content::Location(location) => location,
        other => panic!("{place} is {other:?}"),
    }
}

fn tap(suggested: &Value) -> Tap {
    match content(&json!({ "type": "suggested", "suggested": suggested })) {
        Content::Suggested(suggested) => suggested.tap,
        other => panic!("{suggested} is {other:?}"),
    }
}

fn file(file: &Value) -> File {
    match content(&json!({ "type": "file", "file": file })) {
        Content::File(file) => file,
        other => panic!("{file} is {other:?}"),
    }
}

#[test]
fn suggestion_names_ignore_case() {
    let talk = json!({ "text": "Talk", "postback": { "data": "talk" } });
    for (kind, body) in [
        ("reply", json!({ "type": "suggested", "suggested": { "response": { "reply": talk } } })),
        ("reply", json!({ "type": "suggested", "Suggested": { "Response": { "Reply": talk } } })),
        ("action", json!({ "type": "suggested", "SUGGESTED": { "response": { "aCTion": talk } } })),
    ] {
        let Content::Suggested(Suggested { tap, .. }) = content(&body) else { panic!("{body}") };
        match (kind, tap) {
            ("reply", Tap::Reply(tapped)) | ("action", Tap::Action(tapped)) => {
                assert_eq!(tapped, Suggestion::new("Talk", "talk"));
            }
            (_, other) => panic!("{body} is {other:?}"),
        }
    }
}

#[test]
fn reply_and_action_are_both_optional() {
    let (yes, open) = (json!({ "text": "Yes" }), json!({ "text": "Open" }));
    assert!(matches!(tap(&json!({ "response": { "reply": yes } })), Tap::Reply(_)));
    assert!(matches!(tap(&json!({ "response": { "action": open } })), Tap::Action(_)));
    let Tap::Both { reply, action } = tap(&json!({ "response": { "reply": yes, "action": open } })) else {
        panic!("not both")
    };
    assert_eq!((reply.text.as_deref(), action.text.as_deref()), (Some("Yes"), Some("Open")));
    for neither in [json!({}), json!({ "response": {} }), json!({ "response": { "dial": 1 } }), json!({ "reply": yes })]
    {
        assert!(
            matches!(tap(&neither), Tap::Unknown(raw) if raw.decode::<Value>() == Ok(neither.clone())),
            "{neither}"
        );
    }
}

#[test]
fn correct_longitude_spelling_wins() {
    for place in [json!({ "latitude": 1.5, "longitude": 2.5 }), json!({ "longtitude": 2.5, "latitude": 1.5 })] {
        assert_eq!(location(&place).longitude.degrees().to_bits(), 2.5_f64.to_bits());
    }
    for both in [
        json!({ "latitude": 1.5, "longitude": 2.5, "longtitude": 9.5 }),
        json!({ "latitude": 1.5, "longtitude": 9.5, "longitude": 2.5 }),
    ] {
        let place: Location = serde_json::from_value(both).unwrap();
        assert_eq!(place, Location::new(1.5, 2.5));
    }
    let built = serde_json::to_value(Location::new(1.5, 2.5).with_label("Kiosk")).unwrap();
    assert_eq!(built, json!({ "latitude": 1.5, "longitude": 2.5, "label": "Kiosk" }));
}

#[test]
fn error_content_needs_no_type() {
    let error = json!({ "exo_status_code": 24501, "exo_detailed_status": "EX_UNSUPPORTED_MEDIA_TYPE" });
    for (body, kind) in [
        (json!({ "error": error }), None),
        (json!({ "type": "file", "error": error }), Some(ContentType::File)),
        (json!({ "type": "hologram", "error": error }), Some(ContentType::from("hologram"))),
    ] {
        let element = json!({ "from": "1", "to": "2", "content": body });
        let message = incoming(&element);
        assert_eq!(message.sid, None);
        let Content::Error { error, kind: found } = message.content else { panic!("{body}") };
        assert_eq!((error.code, found), (Some(StatusCode::UNSUPPORTED_MEDIA_TYPE), kind));
        assert_eq!(error.name, Some(StatusName::UnsupportedMediaType));
    }
    // Also beside a text.
    let beside = json!({ "type": "text", "text": "Hi", "error": error });
    assert!(matches!(content_not_written_back(&beside), Content::Error { .. }));
    assert!(matches!(
        content_not_written_back(&json!({ "type": "text", "text": "Hi", "error": null })),
        Content::Text(_)
    ));
}

#[test]
fn any_file_may_have_a_name() {
    for kind in ["image/png", "video/mp4", "application/pdf"] {
        let named = json!({ "url": "https://media.example.net/a", "name": "a", "type": kind, "size": 1 });
        assert_eq!(file(&named).name.as_deref(), Some("a"));
        assert_eq!(file(&json!({ "url": "https://media.example.net/a", "type": kind })).name, None);
    }
}

#[test]
fn file_type_has_two_names() {
    let url = "https://media.example.net/a";
    for key in ["type", "mime_type"] {
        let read = file(&json!({ "url": url, key: "image/png" }));
        assert_eq!(read.media_type.unwrap().as_str(), "image/png");
    }
    let both: File = serde_json::from_value(json!({ "url": url, "mime_type": "b/b", "type": "a/a" })).unwrap();
    assert_eq!(both.media_type.unwrap().as_str(), "a/a");
    assert_eq!(
        serde_json::to_value(File::new(url, "image/png", 7)).unwrap(),
        json!({ "url": url, "type": "image/png", "size": 7 })
    );
}

#[test]
fn undocumented_objects_keep_unknown_members() {
    let nested = json!({ "text": "Go", "postback": { "data": "go" }, "shown_at": [1, null] });
    let flat = json!({ "text": "Go", "postback_data": "go", "action_type": "open_url", "shown_at": {} });
    for (suggestion, action_type) in [(nested, None), (flat, Some("open_url"))] {
        for member in ["reply", "action"] {
            let tap = tap(&json!({ "response": { member: suggestion } }));
            let tapped = tap.suggestion().unwrap();
            assert_eq!((tapped.text.as_deref(), tapped.data()), (Some("Go"), Some("go")));
            assert_eq!(tapped.action_type.as_deref(), action_type);
            assert_eq!(tapped.extra["shown_at"].get(), suggestion["shown_at"].to_string());
        }
    }
    for empty in [json!({}), json!({ "postback": {} })] {
        assert_eq!(tap(&json!({ "response": { "reply": empty } })).suggestion().unwrap().data(), None);
    }
    let error = json!({ "exo_status_code": 24501, "retry_after": null, "media": { "kind": "x" } });
    let Content::Error { error, .. } = content(&json!({ "error": error })) else { panic!("no error") };
    assert_eq!(error.extra.len(), 2);
}

#[test]
fn text_is_string_or_object() {
    for text in [json!("Hi"), json!({ "body": "Hi" })] {
        let Content::Text(read) = content(&json!({ "type": "text", "text": text })) else { panic!("{text}") };
        assert_eq!(read.body, "Hi");
    }
    for (text, pointer) in [(json!(7), "/content/text"), (json!({ "bodi": "Hi" }), "/content/text/body")] {
        let Item::Malformed(malformed) =
            item(&json!({ "from": "1", "to": "2", "content": { "type": "text", "text": text } }))
        else {
            panic!("{text}")
        };
        assert_eq!(malformed.error().pointer(), pointer);
    }
    assert_eq!(serde_json::to_value(Content::text("Hi")).unwrap(), json!({ "type": "text", "text": "Hi" }));
}

#[test]
fn unknown_content_type_is_kept_raw() {
    for (body, kind) in [
        (json!({ "type": "sticker", "sticker": { "id": 7 }, "text": "x" }), "sticker"),
        (json!({ "type": "text" }), "text"),
        (json!({ "type": "file", "text": "x" }), "file"),
        (json!({ "poll": [1] }), ""),
        (json!({}), ""),
    ] {
        let Content::Unknown(unknown) = content(&body) else { panic!("{body}") };
        assert_eq!((unknown.kind(), unknown.raw().get()), (kind, &*body.to_string()));
    }
    // A missing type is accepted.
    assert!(matches!(content_not_written_back(&json!({ "text": "Hi" })), Content::Text(_)));
}

#[test]
fn coordinates_are_numbers_or_numeric_strings() {
    for (value, degrees) in [
        (json!(28.613_939_1), 28.613_939_1),
        (json!(28), 28.0),
        (json!(-28), -28.0),
        (json!("28.6139391"), 28.613_939_1),
    ] {
        let place = location(&json!({ "latitude": value, "longtitude": value }));
        assert_eq!(place.latitude.degrees().to_bits(), f64::to_bits(degrees), "{value}");
        assert_eq!(place.longitude.degrees().to_bits(), f64::to_bits(degrees), "{value}");
    }
    for value in [json!("north"), json!("NaN"), json!("inf"), json!(""), json!([1])] {
        let content = json!({ "type": "location", "location": { "latitude": value, "longitude": 1 } });
        let Item::Malformed(malformed) = item(&json!({ "from": "1", "to": "2", "content": content })) else {
            panic!("{value} was read")
        };
        assert_eq!(malformed.error().pointer(), "/content/location/latitude");
    }
}
