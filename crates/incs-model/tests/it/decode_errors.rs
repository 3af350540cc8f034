//! Errors and reports have a JSON pointer, the expectation and the kind of value found, and never hold the value.

use std::fmt::Debug;

use incs_model::delivery::{DeliveryState, Moment};
use incs_model::envelope::Envelope;
use incs_model::event::{Event, rcs as rcs_event, whatsapp as whatsapp_event};
use incs_model::exotel::{Callback, Entry};
use incs_model::task::ListQuery;
use incs_model::template::rcs::NewTemplate;
use incs_model::{DecodeError, Document, Found, PhoneNumber, Report, Validate, check, decode, rcs, viber, whatsapp};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::debug::seen;
use crate::fixtures::{names, text};
use crate::mutation::{places, replaced};

/// A text for the place of other values, which must never appear in an error.
pub(crate) const SECRET: &str = "sEcReT-85251230088";

/// Reads a body that is not a `T`, and asserts that the error shows none of its values.
pub(crate) fn refused<T: DeserializeOwned + Debug>(body: impl AsRef<[u8]>) -> DecodeError {
    let body = body.as_ref();
    let Err(error) = decode::<T>(body) else { panic!("it was read: {}", String::from_utf8_lossy(body)) };
    assert_silent(&error);
    error
}

fn assert_silent(error: &DecodeError) {
    for shown in [format!("{error}"), format!("{error:?}"), format!("{error:#?}")] {
        for part in ["sEcReT", "85251230088", "\u{1f}"] {
            assert!(!shown.contains(part), "{shown}");
        }
    }
}

/// Returns a fixture with other JSON at one place.
pub(crate) fn with(name: &str, place: &str, json: &str) -> String {
    replaced(&serde_json::from_str(&text(name)).unwrap(), place, json)
}

/// Line and column of the first `needle` in a text, in bytes.
fn position(text: &str, needle: &str) -> (usize, usize) {
    let before = &text[..text.find(needle).unwrap()];
    (before.matches('\n').count() + 1, before.len() - before.rfind('\n').map_or(0, |at| at + 1) + 1)
}

#[test]
fn bad_value_is_named_by_pointer() {
    let bad = format!("[\"{SECRET}\"]");
    let (mut errors, mut passed) = (0, 0);
    for name in names(|_| true) {
        let body: Value = serde_json::from_str(&text(&name)).unwrap();
        for place in places(&body).into_iter().filter(|place| !place.is_empty()) {
            let changed = replaced(&body, &place, &bad);
            let Some(error) = seen(&name, changed.as_bytes()).error else {
                passed += 1;
                continue;
            };
            errors += 1;
            assert_silent(&error);
            let inner = error.pointer().to_owned();
            // An element of a callback is read by itself, so its pointers begin there; the value of `data` also
            // counts its columns from its own start.
            if name.starts_with("exotel/") {
                assert!(place.ends_with(&inner) && error.found() != Found::Other, "{name}: {error} at {place}");
                continue;
            }
            let hit = inner == place || inner.strip_prefix(&place).is_some_and(|rest| rest.starts_with('/'));
            assert!(hit, "{name}: {error} at {place}");
            if !inner.starts_with("/data") {
                let needle = if inner == place { bad.clone() } else { format!("\"{SECRET}\"") };
                assert_eq!((error.line(), error.column()), position(&changed, &needle), "{name}: {error} at {place}");
            }
        }
    }
    // The others are optional members, which are then absent.
    assert!(errors > 500 && passed > 300, "{errors} errors, {passed} taken");
}

const IMAGE: &str = "incs/webhook-message-created-102-image.json";
const LIST_REPLY: &str = "incs/webhook-new-message-whatsapp-list-reply.json";
const CAROUSEL: &str = "incs/send-whatsapp-interactive-carousel-url.request.json";
const PATH: &str = "/message/content/sourcePath";

fn secret() -> String {
    format!("\"{SECRET}\"")
}

/// Returns the fixture of an image with a link that is an object, formatted as in the file.
fn image_with_a_bad_path() -> String {
    let text = text(IMAGE);
    let start = text.find("\"sourcePath\": ").unwrap();
    let (head, tail) = text.split_at(start);
    let (_, rest) = tail.split_once('\n').unwrap();
    format!("{head}\"sourcePath\": {},\n{rest}", wrong())
}

/// Returns the value that replaces a text.
fn wrong() -> String {
    format!("{{\"x\":{}}}", secret())
}

fn assert_path(error: &DecodeError) {
    assert_eq!((error.pointer(), error.found()), (PATH, Found::Object), "{error}");
    assert_eq!(error.expected(), "a string");
}

#[test]
fn deep_content_error_has_full_pointer() {
    let body = image_with_a_bad_path();
    let error = refused::<Event>(&body);
    assert_path(&error);
    assert_eq!((error.line(), error.column()), position(&body, &wrong()));
    assert_eq!(
        error.to_string(),
        "/message/content/sourcePath: expected a string, found an object (line 16, column 21)"
    );
}

#[test]
fn late_tag_keeps_the_pointer() {
    let body = image_with_a_bad_path();
    let late =
        body.replacen("    \"type\": 102,\n", "", 1).replacen("\"source\": 0", "\"type\": 102, \"source\": 0", 1);
    assert!(late.find("\"type\": 102").unwrap() > late.find("sourcePath").unwrap());
    let last = late.replacen("  \"event\": \"message_created\",\n", "", 1);
    let last = last.trim_end().strip_suffix('}').unwrap().to_owned() + ", \"event\": \"message_created\"}";
    for body in [late, last] {
        let error = refused::<Event>(&body);
        assert_path(&error);
        assert_eq!((error.line(), error.column()), position(&body, &wrong()), "{body}");
    }
}

#[test]
fn pointer_continues_into_json_strings() {
    let image: Value = serde_json::from_str(&image_with_a_bad_path()).unwrap();
    let content = image["message"]["content"].to_string();
    let json = Value::from(content).to_string();
    let body = with(IMAGE, "/message/content", &json);
    let late = body.replacen("\"type\":102", "\"other\":0", 1).replacen("\"source\":0", "\"source\":0,\"type\":102", 1);
    // In the compact text `content` may be before or after `type`: both orders are read here.
    for body in [
        body.clone(),
        late,
        body.replacen("\"type\":102,", "", 1).replacen("\"message\":{", "\"message\":{\"type\":102,", 1),
    ] {
        let error = refused::<Event>(&body);
        assert_path(&error);
        assert_eq!((error.line(), error.column()), position(&body, &json), "{body}");
    }
    let error = refused::<Event>(with(IMAGE, "/message/content", &Value::from(wrong()).to_string()));
    assert_eq!((error.pointer(), error.found()), (PATH, Found::Nothing));
}

#[test]
fn errors_at_every_depth_are_explained() {
    let row = "/message/messages/0/interactive/list_reply/id";
    let link = "/interactive/action/cards/1/header/image/link";
    let array = format!("[{}]", secret());
    let object = format!("{{\"x\":{}}}", secret());
    let no_id = text(LIST_REPLY).replace("\"id\": \"slot_d1_pm\",", "");
    let twice = "{\"to\":\"85251230088\",\"type\":\"text\",\n\"to\":\"85251230088\"}";
    let odd_names = format!(
        "{{\"to\":\"6281200045678\",\"type\":\"template\",\"template\":{{\"name\":\"t\",\"parameters\":{{\"a/b~c\":{array}}}}}}}"
    );
    let sentences: &[(DecodeError, &str)] = &[
        (
            refused::<Event>(with(LIST_REPLY, row, &array)),
            "/message/messages/0/interactive/list_reply/id: expected a string, found an array",
        ),
        (
            refused::<Event>(&no_id),
            "/message/messages/0/interactive/list_reply/id: expected a value, found nothing (line 33, column 25)",
        ),
        (
            refused::<whatsapp::Message>(with(CAROUSEL, link, &object)),
            "/interactive/action/cards/1/header/image/link: expected a string, found an object",
        ),
        (
            refused::<whatsapp::Message>(with(CAROUSEL, "/interactive/action/cards/1/card_index", "-1")),
            "/interactive/action/cards/1/card_index: expected a whole number from 0 to 4294967295, found a number",
        ),
        (refused::<whatsapp::Message>(twice), "/to: expected one value, found two (line 2, column 6)"),
        (
            refused::<whatsapp::Message>(r#"{"to":null,"type":"text","text":"x"}"#),
            "/to: expected a string, found null (line 1, column 7)",
        ),
        (
            refused::<whatsapp::Message>(r#"{"to":"6281200045678","type":"text"}"#),
            "/text: expected a value, found nothing (line 1, column 1)",
        ),
        (
            refused::<whatsapp::Message>(r#"{"to":"6281200045678","text":"x"}"#),
            "/type: expected a value, found nothing (line 1, column 1)",
        ),
        (
            refused::<viber::Message>(format!(r#"{{"to":"+{SECRET}","type":"text","text":"x"}}"#)),
            "/to: expected a phone number of digits only, with country code, found a string (line 1, column 7)",
        ),
        (
            refused::<rcs::Message>(&odd_names),
            "/template/parameters/a~1b~0c: expected a string, found an array (line 1, column 86)",
        ),
        (refused::<Event>(&array), "expected an object, found an array (line 1, column 1)"),
        (refused::<Event>(format!(" \n {}", secret())), "expected an object, found a string (line 2, column 2)"),
        (refused::<Event>("true"), "expected an object, found a boolean (line 1, column 1)"),
        (
            refused::<Event>(format!(r#"{{"event":{array}}}"#)),
            "/event: expected a string, found an array (line 1, column 10)",
        ),
        (
            refused::<Envelope>(r#"{"status":"success","code":"two hundred"}"#),
            "/code: expected a whole number, found a string (line 1, column 28)",
        ),
        (
            refused::<DeliveryState>(format!(r#"{{"stage":{}}}"#, secret())),
            "/stage: expected one of created, sent, failed, delivered, read, found a string (line 1, column 10)",
        ),
        (
            refused::<DeliveryState>(format!(r#"{{"stage":"read","read":{}}}"#, secret())),
            "/read: expected an object, found a string (line 1, column 24)",
        ),
        (refused::<DeliveryState>(r#"{"stage":7}"#), "/stage: expected a string, found a number (line 1, column 10)"),
        (
            refused::<DeliveryState>(format!(r#"{{"read":{{"witness":"query","at":{}}}}}"#, secret())),
            "/read/at: expected an RFC 3339 time, found a string (line 1, column 33)",
        ),
        (
            refused::<NewTemplate>(format!(
                r#"{{"type":"text","content":{{"textMessage":{array}}},"name":"t","category":"x"}}"#
            )),
            "/content/textMessage: expected a string, found an array (line 1, column 41)",
        ),
        (
            refused::<NewTemplate>(format!(
                r#"{{"content":{{"textMessage":{array}}},"type":"text","name":"t","category":"x"}}"#
            )),
            "/content/textMessage: expected a string, found an array (line 1, column 27)",
        ),
        (
            Document::read(&"fax".into(), b"{}").error().unwrap().clone(),
            "expected a message of the channel whatsapp, viber or rcs (line 1, column 1)",
        ),
    ];
    for (error, sentence) in sentences {
        let said = error.to_string();
        // If the sentence has no place, the fixture is the compact one and the place has no meaning.
        let said = if sentence.ends_with(')') { &said[..] } else { said.split(" (line").next().unwrap() };
        assert_eq!(said, *sentence);
    }
}

#[test]
fn syntax_errors_differ_from_shape_errors() {
    let event = format!("{{\"event\":\"x\",\n \"a\":{}", secret());
    for (body, sentence) in [
        (String::new(), "expected the rest of the JSON, found the end (line 1, column 1)"),
        ("  \n".to_owned(), "expected the rest of the JSON, found the end (line 2, column 1)"),
        (event.clone(), "expected the rest of the JSON, found the end (line 2, column 25)"),
        (event[..event.len() - 3].to_owned(), "expected the rest of the JSON, found the end (line 2, column 22)"),
        (format!("{event}}} {}", secret()), "expected well-formed JSON, found other text (line 2, column 28)"),
        (SECRET.to_owned(), "expected well-formed JSON, found other text (line 1, column 1)"),
        (format!("event={SECRET}"), "expected well-formed JSON, found other text (line 1, column 1)"),
        (format!("{{'event':'{SECRET}'}}"), "expected well-formed JSON, found other text (line 1, column 2)"),
    ] {
        let error = refused::<Event>(&body);
        assert_eq!(error.to_string(), sentence, "{body}");
        assert!(error.is_syntax() && error.pointer().is_empty());
    }
    let error = refused::<Event>(b"{\"event\":\"\xff\"}");
    assert!(error.is_syntax(), "{error}");
    assert!(!refused::<Event>("{}").is_syntax());
    assert!(!refused::<Event>("[]").is_syntax());
}

#[test]
fn out_of_range_values_are_json() {
    let place = |at: &str| {
        format!(r#"{{"senderPhoneNumber":"1","messageId":"m","location":{{"latitude":{at},"longitude":0}}}}"#)
    };
    let error = refused::<rcs_event::UserMessage>(place("1e400"));
    assert_eq!(
        error.to_string(),
        "/location/latitude: expected a number within the range of a 64-bit float, found a number (line 1, column 65)"
    );
    assert!(!error.is_syntax());
    let index = "/interactive/action/cards/1/card_index";
    for json in ["4294967296", "-1", "2.5", "1.0"] {
        let error = refused::<whatsapp::Message>(with(CAROUSEL, index, json));
        let expected = "a whole number from 0 to 4294967295";
        assert_eq!((error.pointer(), error.expected(), error.found()), (index, expected, Found::Number));
    }
    for (json, found) in
        [("18446744073709551616", Found::Number), ("\"18446744073709551616\"", Found::String), ("-1", Found::Number)]
    {
        let error = refused::<Event>(with(IMAGE, "/message/id", json));
        assert_eq!((error.pointer(), error.expected(), error.found()), ("/message/id", "a whole number from 0", found));
    }
    let error = refused::<PhoneNumber>(format!("\"\\ud800{SECRET}\""));
    assert_eq!(error.to_string(), "expected a string of whole Unicode characters, found a string (line 1, column 1)");
    assert!(!error.is_syntax());
    let error = refused::<whatsapp_event::Message>(r#"{"id":"m","type":"text","text":{"\ud800":1,"body":"x"}}"#);
    assert_eq!((error.pointer(), error.found()), ("/text", Found::Object));
    let error = refused::<Moment>(format!(r#"{{"witness":"query","at":{}}}"#, secret()));
    assert_eq!((error.pointer(), error.expected()), ("/at", "an RFC 3339 time"));
}

#[test]
fn callback_element_error_starts_at_element() {
    let body = format!(r#"{{"rcs":{{"messages":[{{"callback_type":"dlr","to":["{SECRET}"],"exo_status_code":1}}]}}}}"#);
    let callback: Callback = decode(body.as_bytes()).unwrap();
    let (pointer, entry) = callback.entries().next().unwrap();
    let Entry::Malformed(malformed) = entry else { panic!("{entry:?}") };
    assert_eq!(pointer, "/rcs/messages/0");
    assert_silent(malformed.error());
    assert_eq!(malformed.error().to_string(), "/to: expected a string, found an array (line 1, column 29)");
}

fn report<T: DeserializeOwned + Validate>(body: &str) -> String {
    let report = check(&decode::<T>(body.as_bytes()).unwrap());
    assert_ne!(report, Report::default(), "{body}");
    for shown in [report.to_string(), format!("{report:?}"), serde_json::to_string(report.violations()).unwrap()] {
        assert!(!shown.contains("sEcReT") && !shown.contains("85251230088"), "{shown}");
    }
    report.to_string()
}

fn whatsapp(name: &str, place: &str, json: &str) -> String {
    report::<whatsapp::Message>(&with(&format!("incs/send-whatsapp-{name}.request.json"), place, json))
}

fn long(length: usize) -> String {
    let text = SECRET.repeat(length / SECRET.len() + 1);
    Value::from(&text[..length]).to_string()
}

#[test]
fn reports_are_sentences_without_values() {
    let secret = Value::from(SECRET).to_string();
    let list = "interactive-list";
    let cards = "interactive-carousel-url";
    for (said, sentence) in [
        (
            whatsapp(list, "/interactive/body/text", &long(5000)),
            "/interactive/body/text: 5000 characters, at most 4096",
        ),
        (whatsapp(list, "/interactive/body/text", "\"\""), "/interactive/body/text: no characters, at least 1"),
        (
            whatsapp(list, "/interactive/action/sections/0/rows", "[]"),
            "/interactive/action/sections/0/rows: 0 items, expected at least 1",
        ),
        (
            whatsapp(cards, "/interactive/action/cards/0/body/text", "\"a\\n\\n\\nb\""),
            "/interactive/action/cards/0/body/text: 3 line breaks, at most 2",
        ),
        (
            whatsapp(cards, "/interactive/action/cards/1/card_index", "7"),
            "/interactive/action/cards/1/card_index: 7, expected 0, 1, 2 … from left to right",
        ),
        (
            whatsapp(cards, "/interactive/action/cards/0/header/image/link", &secret),
            "/interactive/action/cards/0/header/image/link: expected an absolute http or https link with a host",
        ),
        (
            whatsapp(cards, "/interactive/action/cards/0/type", &secret),
            "warning: /interactive/action/cards/0/type: expected cta_url",
        ),
        (
            whatsapp("image", "/image/link", "\"https://h.example/sEcReT.gif\""),
            "/image/link: gif, expected a file of kind jpeg, jpg, png",
        ),
        (whatsapp("image", "/type", &secret), "/type: expected a documented kind"),
        (whatsapp("template-authentication", "/template/code", "\"\""), "/template/code: no characters, at least 1"),
        (
            report::<viber::Message>(&with("incs/send-viber-text.request.json", "/text", &long(1001))),
            "/text: 1001 characters, at most 1000",
        ),
        (
            report::<rcs::Message>(&with(
                "incs/send-rcs-document.request.json",
                "/document/link",
                "\"https://h.example/a.docx\"",
            )),
            "/document/link: docx, expected a file of kind pdf",
        ),
        (
            report::<NewTemplate>(&with("incs/rcs-template-create-text.request.json", "/category", &secret)),
            "/category: expected one of PROMOTION, TRANSACTION, AUTHENTICATION",
        ),
        (
            report::<NewTemplate>(&with("incs/rcs-template-create-text.request.json", "/name", "\"sEcReT 1\"")),
            "/name: expected letters, digits and underscores only",
        ),
        (report::<ListQuery>(r#"{"page_size":101}"#), "/page_size: 101, expected 1 to 100"),
    ] {
        assert_eq!(said, sentence);
        assert!(!sentence.ends_with('.'));
    }
}
