//! Tests of `validate`.

use serde_json::{Value, json};

use crate::support::{Ended, Folder, fixture, fixture_path, incs, run, run_with_input};

fn validate(what: &[&str], document: impl AsRef<[u8]>) -> Ended {
    run_with_input(&mut incs(&[&["validate", "--json"], what, &["-"]].concat()), document)
}

/// Every request of the platform's documentation, with the arguments for its kind.
fn requests() -> Vec<(String, [&'static str; 2])> {
    let kinds = [
        ("send-whatsapp-", ["--channel", "whatsapp"]),
        ("send-viber-", ["--channel", "viber"]),
        ("send-rcs-", ["--channel", "rcs"]),
        ("rcs-template-create-", ["--as", "rcs-template"]),
        ("waba-template-create", ["--as", "whatsapp-template"]),
        ("saas-task-create", ["--as", "task"]),
    ];
    let files = std::fs::read_dir(fixture_path("")).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let requests = names.filter(|name| name.ends_with(".request.json"));
    let kind = |name: &str| kinds.iter().find(|(start, _)| name.starts_with(start)).map(|(_, kind)| *kind);
    requests.filter_map(|name| kind(&name).map(|kind| (name, kind))).collect()
}

#[test]
fn every_documented_request_is_valid() {
    let requests = requests();
    assert_eq!(requests.len(), 40, "{requests:?}");
    for (name, kind) in requests {
        let ended = validate(&kind, fixture(&name));
        assert_eq!(
            (ended.code, ended.document()),
            (0, json!({ "valid": true, "violations": [], "warnings": [] })),
            "{name}"
        );
    }
}

#[test]
fn all_violations_are_printed_at_once() {
    let mut message: Value = serde_json::from_str(&fixture("send-whatsapp-interactive-button.request.json")).unwrap();
    message["interactive"]["body"]["text"] = "x".repeat(1025).into();
    message["interactive"]["action"]["buttons"] = json!([]);
    let ended = validate(&["--channel", "whatsapp"], message.to_string());
    let document = ended.document();
    let pointers: Vec<_> =
        document["violations"].as_array().unwrap().iter().map(|one| one["pointer"].clone()).collect();
    assert_eq!((ended.code, json!(pointers)), (2, json!(["/interactive/body/text", "/interactive/action/buttons"])));
    assert_eq!(
        document["violations"][0],
        json!({
            "pointer": "/interactive/body/text", "rule": "whatsapp.interactive.body.max_length",
            "limit": 1024, "found": 1025, "message": "1025 characters, at most 1024",
        })
    );
    assert_eq!((document.as_object().unwrap().len(), ended.stderr.as_str()), (3, ""));
}

#[test]
fn undecodable_document_is_one_violation() {
    let image = r#"{"to":"85251230088","type":"image","image":{"link":7}}"#;
    for (document, pointer, found, message) in [
        (image, "/image/link", json!("a number"), "expected a string, found a number (line 1, column 52)"),
        (
            r#"{"to":"85251230088","type":"text"}"#,
            "/text",
            json!("nothing"),
            "expected a value, found nothing (line 1, column 1)",
        ),
        (r#"{"to":"#, "", json!("the end"), "expected the rest of the JSON, found the end (line 1, column 6)"),
        ("", "", json!("the end"), "expected the rest of the JSON, found the end (line 1, column 1)"),
    ] {
        let ended = validate(&["--channel", "whatsapp"], document);
        let verdict = ended.document();
        assert_eq!((ended.code, &verdict["valid"]), (2, &json!(false)), "{document}");
        let [violation] = verdict["violations"].as_array().unwrap().as_slice() else { panic!("{verdict}") };
        assert_eq!((&violation["pointer"], &violation["rule"]), (&json!(pointer), &json!("decode")), "{document}");
        assert_eq!((&violation["found"], &violation["message"]), (&found, &json!(message)), "{document}");
    }
}

#[test]
fn unknown_member_is_a_violation() {
    let typo = r#"{"to":"85251230088","type":"text","text":"Hi","reply to/":1}"#;
    let verdict = validate(&["--channel", "viber"], typo).document();
    let [violation] = verdict["violations"].as_array().unwrap().as_slice() else { panic!("{verdict}") };
    assert_eq!(
        *violation,
        json!({
            "pointer": "/reply to~1", "rule": "member.unknown", "limit": "a documented member", "found": null,
            "message": "unknown member",
        })
    );
}

#[test]
fn json_lines_are_checked_singly() {
    let lines =
        "{\"to\":\"85251230088\",\"type\":\"text\",\"text\":\"Hi\"}\n\n{\"to\":\"85251230088\",\"type\":\"text\"}\n{\n";
    let ended = validate(&["--channel", "rcs"], lines);
    let valid: Vec<_> = ended.documents().iter().map(|verdict| verdict["valid"].clone()).collect();
    assert_eq!((ended.code, valid), (2, vec![json!(true), json!(false), json!(false)]));

    let ended = run_with_input(&mut incs(&["validate", "--channel", "rcs", "-"]), lines);
    insta::assert_snapshot!(ended.stdout, @"
    standard input:1: valid
    standard input:3: /text: expected a value, found nothing (line 3, column 1) [decode]
    standard input:3: 1 violation
    standard input:4: document: expected the rest of the JSON, found the end (line 4, column 1) [decode]
    standard input:4: 1 violation
    1 of 3 documents are valid
    ");
}

#[test]
fn broken_multiline_document_is_one_document() {
    let ended = validate(&["--channel", "rcs"], "{\n  \"to\": \"85251230088\",\n  \"type\": ]\n}\n");
    assert_eq!(ended.document()["violations"].as_array().unwrap().len(), 1);
}

#[test]
fn text_output_has_summary_line() {
    let folder = Folder::new();
    let path = folder.file("m.json", r#"{"to":"85251230088","type":"text","text":""}"#);
    let name = path.as_str();
    let ended = run(&mut incs(&["validate", "--channel", "whatsapp", name]));
    let expected = format!("/text: no characters, at least 1 [text.not_empty]\n{name}: 1 violation\n");
    assert_eq!((ended.code, ended.stdout), (2, expected));
    let ended = run(&mut incs(&["validate", "--channel", "WhatsApp", "--color", "always", name]));
    assert!(ended.stdout.contains("\u{1b}[31m1 violation"), "{ended:?}");
}

#[test]
fn wrong_arguments_or_file_is_usage() {
    for args in [
        &["validate", "-"][..],
        &["validate", "--channel", "sms", "-"],
        &["validate", "--channel", "rcs"],
        &["validate", "--channel", "rcs", "no-such-file.json"],
        &["validate", "--channel", "rcs", "--as", "task", "-"],
    ] {
        let ended = run(&mut incs(args));
        assert_eq!((ended.code, ended.stdout.as_str()), (2, ""), "{args:?}");
        assert!(!ended.stderr.is_empty(), "{args:?}");
    }
}
