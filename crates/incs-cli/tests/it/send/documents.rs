//! Tests that documents are sent as written and that all commands judge them the same.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{platform, to};
use crate::support::{Ended, Folder, fixture, fixture_path, incs, run, run_with_input};

/// A document with a member that only Meta documents.
pub(crate) const DOUBTFUL: &str = r#"{"to":"85268411234","context":{"message_id":"wamid.A"},"type":"document","document":{"link":"https://x.example/a.pdf"}}"#;
/// A document with a typo.
const TYPO: &str = r#"{"to":"85268411234","type":"interactive","interactive":{"type":"button","body":{"text":"a"},"foter":{"text":"b"},"action":{"buttons":[{"type":"reply","reply":{"id":"a","title":"b"}}]}}}"#;

/// Returns pointer and rule of each.
fn named(violations: &Value) -> BTreeSet<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let violations = violations.as_array().map(Vec::as_slice).unwrap_or_default();
    violations.iter().map(|violation| (text(&violation["pointer"]), text(&violation["rule"]))).collect()
}

/// Returns the requests to a channel in the platform's documentation.
fn requests(channel: &str) -> Vec<Value> {
    let files = std::fs::read_dir(fixture_path("")).unwrap();
    let mut names: Vec<_> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| name.starts_with(&format!("send-{channel}-")) && name.ends_with(".request.json"));
    names.sort();
    assert!(names.len() > 3, "{channel}: {names:?}");
    names.iter().map(|name| serde_json::from_str(&fixture(name)).unwrap()).collect()
}

/// Returns the pointers of all objects in a value.
fn objects(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            found.push(at.to_owned());
            members.iter().for_each(|(name, value)| objects(value, &format!("{at}/{name}"), found));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, value)| objects(value, &format!("{at}/{index}"), found));
        }
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn document_is_sent_byte_for_byte() {
    let (server, folder) = (platform().await, Folder::new());
    for (channel, body) in [
        ("whatsapp", DOUBTFUL.to_owned()),
        ("whatsapp", format!("  {}  ", DOUBTFUL.replace(':', " : ").replace("https : ", "https:"))),
        ("whatsapp", DOUBTFUL.replace("/a.pdf", "\\/a.pdf").replace("wamid.A", "\\u0077amid.A")),
        ("viber", r#"{ "type":"text", "text":"a","to":"85268411234" }"#.to_owned()),
        ("rcs", r#"{"text":"a","type":"text","to":"85268411234"}"#.to_owned()),
    ] {
        for mark in ["", "\u{feff}"] {
            let file = folder.file("one.json", format!("{mark}{body}"));
            let ended = run(&mut to(&server, [&file, "--channel", channel, "--json"]));
            assert_eq!(ended.code, 0, "{body}: {ended:?}");
            assert_eq!(server.seen().complete.last().unwrap().body, body.as_bytes());
        }
    }
    // A document on several lines is sent likewise.
    let pretty = "{\n  \"to\": \"85268411234\",\r\n  \"type\": \"text\",\n\n  \"text\": \"a\"\n}";
    let file = folder.file("one.json", format!("{pretty}\n"));
    assert_eq!(run(&mut to(&server, [&file, "--channel", "viber"])).code, 0);
    assert_eq!(server.seen().complete.last().unwrap().body, pretty.as_bytes());
}

#[tokio::test(flavor = "multi_thread")]
async fn extra_member_is_refused_or_sent() {
    for channel in ["whatsapp", "viber", "rcs"] {
        let (server, folder) = (platform().await, Folder::new());
        let mut documents = Vec::new();
        for request in requests(channel) {
            let mut places = Vec::new();
            objects(&request, "", &mut places);
            for place in places {
                for name in ["zzqx", "Text", "context"] {
                    let mut changed = request.clone();
                    changed.pointer_mut(&place).unwrap()[name] = json!({"text": "a"});
                    documents.push((format!("{place}/{name}"), changed.to_string()));
                }
            }
        }
        let lines: Vec<_> = documents.iter().map(|(_, document)| document.as_str()).collect();
        let file = folder.file("many.jsonl", lines.join("\n"));
        let ended = run(&mut to(&server, [&file, "--channel", channel, "--json", "--concurrency", "1"]));
        let mut results = ended.documents();
        results.sort_by_key(|result| result["index"].as_u64());
        assert_eq!(results.len(), documents.len());
        let mut bodies = server.seen().complete.into_iter().map(|request| request.body.to_vec());
        let mut refused = 0;
        for ((pointer, document), result) in documents.iter().zip(results) {
            if result["request_state"] == "accepted" {
                assert_eq!(bodies.next().unwrap(), document.as_bytes(), "{pointer}");
            } else {
                let violations = &result["error"]["violations"];
                assert!(named(violations).iter().any(|(at, _)| at.starts_with(&*pointer)), "{pointer}: {result}");
                refused += 1;
            }
        }
        assert!(bodies.next().is_none() && refused > documents.len() / 2, "{channel}: {refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn unvalidated_json_is_sent_as_written() {
    let server = platform().await;
    let lines = [r#"{"to":"1","foter":1}"#, "[1, 2.50]", "\"x\"", " { } ", TYPO, "not json", r#"{"to":"#];
    let args = ["-", "--channel", "whatsapp", "--json", "--no-validate", "--concurrency", "1"];
    let ended = run_with_input(&mut to(&server, args), lines.join("\n"));
    let bodies: Vec<_> =
        server.seen().complete.iter().map(|request| String::from_utf8(request.body.to_vec()).unwrap()).collect();
    assert_eq!(bodies, lines[..5], "{ended:?}");
    let kinds: Vec<_> =
        ended.documents().iter().filter_map(|line| line["error"]["kind"].as_str().map(str::to_owned)).collect();
    assert_eq!(kinds, ["malformed", "malformed"]);
    let mut dry = incs(&["send", "-", "--channel", "whatsapp", "--dry-run", "--no-validate", "--json"]);
    let dry = run_with_input(&mut dry, lines[..5].join("\n"));
    assert_eq!((dry.code, dry.documents().len()), (0, 5), "{dry:?}");
}

/// Pointers and rules of violations or warnings.
type Found = BTreeSet<(String, String)>;

/// Returns the violations and warnings that each command reports for a document.
fn readings(document: &str, channel: &str) -> Vec<(&'static str, [Found; 2], i32)> {
    let folder = Folder::new();
    let file = folder.file("one.json", document);
    let template = folder.file(
        "template.json",
        r#"{"name":"a","language":"en","category":"UTILITY","components":[{"type":"BODY","text":"Hi"}]}"#,
    );
    let of = |ended: &Ended, at: &str| {
        let found = ended.document();
        let violations = found.pointer(at).cloned().unwrap_or_default();
        [named(&violations), named(&found["warnings"])]
    };
    let validate = run(&mut incs(&["validate", "--json", "--channel", channel, &file]));
    let dry = run(&mut incs(&["send", &file, "--channel", channel, "--dry-run", "--json"]));
    let mut real = incs(&["send", &file, "--channel", channel, "--json"]);
    // A valid message fails at the closed port.
    real.env("INCS_BASE_URL", "http://127.0.0.1:9").env("INCS_CERTIFICATION_CODE", "1").args(["--retries", "0"]);
    let real = run(&mut real);
    let mut readings = vec![
        ("validate", of(&validate, "/violations"), validate.code),
        ("send --dry-run", of(&dry, "/error/violations"), dry.code),
        ("send", of(&real, "/error/violations"), real.code),
    ];
    if channel == "whatsapp" && document.contains("\"template\"") {
        let check = ["template", "check", "--json", "--channel", channel, &file, "--definition", &template];
        let check = run(&mut incs(&check));
        readings.push(("template check", of(&check, "/violations"), check.code));
    }
    readings
}

#[test]
fn all_commands_judge_documents_alike() {
    let template = r#"{"to":"85268411234","type":"template","template":{"name":"a"}}"#;
    for (channel, document, violations, warnings) in [
        ("whatsapp", DOUBTFUL, &[][..], &["/context"][..]),
        ("whatsapp", TYPO, &["/interactive/foter"], &[]),
        ("viber", r#"{"to":"1","type":"text","text":""}"#, &["/text", "/to"], &[]),
        ("rcs", r#"{"type":"text","text":"","x":1}"#, &["/text", "/to", "/x"], &[]),
        ("whatsapp", r#"{"to":"85268411234","type":"image","image":{"link":7}}"#, &["/image/link"], &[]),
        ("whatsapp", template, &[], &[]),
        ("whatsapp", &template.replace("\"name\"", "\"nmae\":1,\"name\""), &["/template/nmae"], &[]),
        ("whatsapp", &template.replace("{\"to\"", "{\"foo\":1,\"to\""), &["/foo"], &[]),
    ] {
        for (command, [found, doubtful], code) in readings(document, channel) {
            let pointers =
                |found: &BTreeSet<(String, String)>| found.iter().map(|(at, _)| at.clone()).collect::<Vec<_>>();
            assert_eq!(pointers(&found), violations, "{command}: {document}");
            assert_eq!(pointers(&doubtful), warnings, "{command}: {document}");
            let expected = match (command, violations.is_empty()) {
                (_, false) => 2,
                ("send", true) => 7,
                _ => 0,
            };
            assert_eq!(code, expected, "{command}: {document}");
        }
    }
}

#[test]
fn unknown_member_has_rule_and_suggestion() {
    let ended = run_with_input(&mut incs(&["validate", "--channel", "whatsapp", "--json", "-"]), TYPO);
    let violation = &ended.document()["violations"][0];
    assert_eq!((&violation["rule"], &violation["suggestion"]), (&json!("member.unknown"), &json!("footer")));
    let mut dry = incs(&["send", "-", "--channel", "whatsapp", "--dry-run"]);
    let ended = run_with_input(&mut dry, TYPO);
    assert!(ended.stdout.contains("/interactive/foter: unknown member, did you mean `footer`?"), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn warnings_stop_only_when_denied() {
    let server = platform().await;
    let lines = format!("{DOUBTFUL}\n{}\n", super::LINE);
    let args = ["-", "--channel", "whatsapp", "--concurrency", "1"];
    let with = |flags: &[&str]| run_with_input(to(&server, args).args(flags), &lines);

    let ended = with(&["--json"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let documents = ended.documents();
    assert_eq!(named(&documents[0]["warnings"]).len(), 1);
    assert!(documents[1].get("warnings").is_none());
    assert!(with(&[]).stdout.contains("warning: /context"), "{ended:?}");
    let sent = server.seen().complete.len();

    let ended = with(&["--json", "--deny-warnings"]);
    assert_eq!((ended.code, server.seen().complete.len()), (9, sent + 1), "{ended:?}");
    let denied = ended.documents().into_iter().find(|line| line["index"] == 0).unwrap();
    assert_eq!((&denied["request_state"], &denied["error"]["kind"]), (&json!("not_sent"), &json!("invalid")));
    assert_eq!(named(&denied["warnings"]).len(), 1);
    let ended = with(&["--dry-run", "--deny-warnings"]);
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(ended.stdout.contains("the message has warnings; warning: /context"), "{ended:?}");
    assert_eq!(with(&["--no-validate", "--deny-warnings"]).code, 2);

    let validate =
        |flags: &[&str]| run_with_input(incs(&["validate", "--channel", "whatsapp", "-"]).args(flags), DOUBTFUL);
    let ended = validate(&[]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(ended.stdout.contains("warning: /context") && ended.stdout.contains(": valid, 1 warning"), "{ended:?}");
    let ended = validate(&["--deny-warnings", "--json"]);
    assert_eq!((ended.code, &ended.document()["valid"]), (2, &json!(false)));
}
