//! Tests of `webhook parse`.

use std::fs;

use serde_json::{Value, json};

use crate::support::{fixture, fixture_path, incs, run, run_with_input};

const PARSE: [&str; 4] = ["webhook", "parse", "--json", "-"];

fn parse(body: &str, code: i32) -> Value {
    let ended = run_with_input(&mut incs(&PARSE), body);
    assert_eq!((ended.code, ended.stderr.as_str()), (code, ""), "{body}");
    ended.document()
}

/// Returns the rows of fixture, pointer and kind of the library's frozen kinds, without the rows of other bodies.
fn rows() -> Vec<(String, String, String)> {
    let path = format!("{}/../../docs/frozen/kinds.txt", env!("CARGO_MANIFEST_DIR"));
    let rows = fs::read_to_string(path).unwrap();
    let row = |row: &str| {
        let [name, pointer, kind] = <[&str; 3]>::try_from(row.split('|').map(str::trim).collect::<Vec<_>>()).unwrap();
        (name.to_owned(), pointer.to_owned(), kind.to_owned())
    };
    let is_of_fixture = |row: &&str| row.starts_with("incs/") || row.starts_with("exotel/");
    rows.lines().filter(is_of_fixture).map(row).collect()
}

#[test]
fn every_fixture_item_is_parsed() {
    let rows = rows();
    assert_eq!(rows.len(), 53);
    let mut index = 0;
    let mut inbound = 0;
    while index < rows.len() {
        let name = &rows[index].0;
        let (provider, _) = name.split_once('/').unwrap();
        let path = fixture_path(&format!("../{name}.json"));
        let body: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let ended = run(&mut incs(&["webhook", "parse", "--json", &path]));
        assert_eq!(ended.code, 0, "{name}");
        let document = ended.document();
        assert_eq!(document["provider"], provider, "{name}");
        for item in document["items"].as_array().unwrap() {
            let (of, pointer, kind) = &rows[index];
            assert_eq!(
                (of, item["pointer"].as_str().unwrap(), item["kind"].as_str().unwrap()),
                (name, &**pointer, &**kind)
            );
            assert_eq!(item["result"], "parsed", "{name}");
            assert_eq!(item["reason"], Value::Null, "{name}");
            assert_eq!(item["dedup_key"].as_str().unwrap().len(), 64, "{name}");
            assert_eq!(Some(&item["event"]), body.pointer(pointer), "{name}");
            assert_eq!(item.as_object().unwrap().len(), 7, "{name}");
            inbound += usize::from(item["inbound"].is_object());
            index += 1;
        }
    }
    assert_eq!(inbound, 35, "as many as in the library's own table");
}

#[test]
fn message_has_neutral_form() {
    let document = parse(&fixture("webhook-new-message-whatsapp-list-reply.json"), 0);
    let inbound = &document["items"][0]["inbound"];
    assert_eq!(inbound["user"]["phone"], "6281200045678");
    assert_eq!(
        inbound["content"],
        json!({"type": "choice", "kind": "list", "data": "slot_d1_pm", "label": "Afternoon",
            "description": "13:00 to 18:00"})
    );
}

#[test]
fn malformed_item_does_not_affect_neighbours() {
    let body = r#"{"event":"new_message","message":{"messages":[{"id":7},{"id":"a","from":"1","type":"text","text":{"body":"x"}}]}}"#;
    let items = &parse(body, 0)["items"];
    assert_eq!((&items[0]["result"], &items[1]["result"]), (&json!("malformed"), &json!("parsed")));
    assert_eq!(items[0]["pointer"], "/message/messages/0/id");
    assert_eq!(items[0]["reason"], "/id: expected a string, found a number (line 1, column 7)");
    assert_eq!(items[0]["kind"], "new_message");
    assert_eq!(items[0]["event"], json!({"id": 7}));
}

#[test]
fn unknown_event_is_kept_verbatim() {
    let body = "{ \"event\" : \"of_tomorrow\",\n \"price\": 1.0e400, \"a\\u00e9 \": [1, 12345678901234567890123] }";
    let ended = run_with_input(&mut incs(&PARSE), body);
    assert_eq!(ended.code, 0);
    let kept = r#""event":{"event":"of_tomorrow","price":1.0e400,"a\u00e9 ":[1,12345678901234567890123]}"#;
    assert!(ended.stdout.contains(kept), "{}", ended.stdout);
    assert!(ended.stdout.contains(r#""result":"unknown","kind":"of_tomorrow""#), "{}", ended.stdout);
    assert_eq!(ended.stdout.lines().count(), 1);
}

#[test]
fn malformed_json_is_one_item() {
    for body in ["", "{", r#"{"event":"message_status_update","message_id":{"a":"#, "{} {}"] {
        let document = parse(body, 2);
        assert_eq!(document["items"].as_array().unwrap().len(), 1, "{body}");
        let item = &document["items"][0];
        assert_eq!((&item["result"], &item["event"]), (&json!("malformed"), &Value::Null), "{body}");
        assert!(item["reason"].is_string(), "{body}");
    }
    let ended = run_with_input(&mut incs(&PARSE), b"\"\xff\"");
    assert_eq!((ended.code, ended.document()["items"][0]["reason"].as_str()), (2, Some("not UTF-8")));
}

#[test]
fn json_without_provider_is_exit_0() {
    let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
    for (body, result) in [("7", "unknown"), ("\u{feff}{}", "unknown"), (&deep, "malformed")] {
        let document = parse(body, 0);
        assert_eq!(document["provider"], Value::Null);
        assert_eq!(document["items"][0]["result"], result);
    }
}

#[test]
fn provider_is_detected_or_given() {
    let flat = r#"{"sid":"a","to":"1","exo_status_code":40002}"#;
    assert_eq!(parse(flat, 0)["provider"], "exotel");
    let named = ["webhook", "parse", "--json", "--provider", "incs", "-"];
    let ended = run_with_input(&mut incs(&named), flat);
    assert_eq!((ended.code, &ended.document()["provider"]), (0, &json!("incs")));
}

#[test]
fn each_item_prints_a_block() {
    let path = fixture_path("webhook-new-message-whatsapp-text.json");
    let ended = run(&mut incs(&["webhook", "parse", &path]));
    let expected = "\
1 item of incs

new_message.whatsapp.text
  from     6281200045678 (Rina W)
  to       6281100099001
  channel  30112
  sent     2026-04-07T05:36:30Z
  id       wamid.HBgNNjI4MTIwMDA0NTY3OBUCABIYIDNFQjBBMTlDNDREN0YyNjgxQjU1OTlBQ
           TBDN0UxMUYyAA==
  text     is it still available?
  pointer  /message/messages/0
  key      02f32823068d
";
    assert_eq!((ended.code, ended.stdout.as_str(), ended.stderr.as_str()), (0, expected, ""));
}

#[test]
fn schema_differences_are_printed() {
    let body = r#"{"event":"message_status_update","message_id":7}"#;
    let found = |forms: &str| {
        let ended = run_with_input(&mut incs(&["webhook", "parse", "--json", "--schema", forms, "-"]), body);
        assert_eq!((ended.code, ended.stderr.as_str()), (0, ""));
        ended.document()["differences"].clone()
    };
    assert_eq!(found("published"), found("known"));
    assert_eq!(found("known")[0]["pointer"], "/message_id");
    assert_eq!(found("known")[0]["message"], "expected a string, found a whole number");
    let ended = run_with_input(&mut incs(&["webhook", "parse", "--schema", "published", "-"]), body);
    let lines = "2 differences from the schema\n  /message_id: expected a string, found a whole number\n  /message_status: missing\n";
    assert!(ended.stdout.ends_with(lines), "{}", ended.stdout);
    let ended = run_with_input(&mut incs(&["webhook", "parse", "--schema", "known", "-"]), "{}");
    assert_eq!((ended.code, ended.stdout.as_str()), (2, ""));
    assert!(ended.stderr.contains("the envelope of neither INCS nor Exotel"), "{}", ended.stderr);
}

#[test]
fn terminal_control_characters_are_escaped() {
    let body = r#"{"event":"new_message","message":{"messages":[{"id":"a","from":"1","type":"te\u001b]0;xt","text":{}},
        {"id":"b","from":"1","type":"text","text":{"body":"\u001b[2J\u0007\u202e"}}]}}"#;
    let ended = run_with_input(&mut incs(&["--color", "never", "webhook", "parse", "-"]), body);
    assert_eq!(ended.code, 0);
    assert!(ended.stdout.contains(r"text     \u{1b}[2J\u{7}\u{202e}"), "{}", ended.stdout);
    assert!(ended.stdout.contains("new_message.whatsapp.unknown\n"), "{}", ended.stdout);
    assert!(ended.stdout.contains("other    te\\u{1b}]0;xt"), "{}", ended.stdout);
    assert!(!ended.stdout.contains(['\u{1b}', '\u{7}', '\u{202e}']));
    assert!(ended.stdout.lines().all(|line| line.chars().count() <= 80), "{}", ended.stdout);
}

#[test]
fn missing_file_is_exit_2() {
    let ended = run(&mut incs(&["webhook", "parse", "--json", "no-such-file.json"]));
    assert_eq!((ended.code, ended.stdout.as_str()), (2, ""));
    assert!(ended.failure()["message"].as_str().unwrap().starts_with("no-such-file.json cannot be read"));
}

/// Returns the text output for a recorded body.
fn shown(name: &str) -> String {
    let path = fixture_path(&format!("../recorded/incs/webhook-new-message-{name}.json"));
    let ended = run(&mut incs(&["--color", "never", "webhook", "parse", &path]));
    assert_eq!(ended.code, 0, "{name}: {}", ended.stderr);
    ended.stdout
}

#[test]
fn calls_preferences_and_referrals_are_shown() {
    for (name, lines) in [
        ("whatsapp-call-terminate", &["customer  6281200045678", "outcome   COMPLETED", "seconds   56"][..]),
        ("whatsapp-message-echoes", &["text      Sent from the shop's phone", "customer  6281200045678"]),
        ("whatsapp-user-preferences", &["about     marketing_messages", "wants     stop", "wants     resume"]),
        ("whatsapp-status-of-a-payment", &["state     captured"]),
        ("rcs-event-subscribe", &["customer  +6281200045678"]),
        ("whatsapp-referral-with-click-id", &["ad        Pottery for beginners", "click id  ARAkLkA8rmlFeiCktEJQ"]),
        ("whatsapp-context-frequently-forwarded", &["forwarded  often"]),
        ("whatsapp-group-message", &["group    Y2FwaV9ncm91cDoxMjAzNjMwNDE1"]),
        ("whatsapp-customer-with-user-id-only", &["from     US.13491208655302741918 (Ben K)"]),
    ] {
        let shown = shown(name);
        for line in lines {
            assert!(shown.contains(line), "{name}: {line}\n{shown}");
        }
    }
}
