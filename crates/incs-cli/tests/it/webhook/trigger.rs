//! Posting samples.

use serde_json::{Value, json};

use super::server::{SECRET, answering, nobody};
use crate::support::{Ended, Folder, incs, run};

fn trigger(args: &[&str]) -> Ended {
    run(incs(&["--json", "webhook", "trigger"]).args(args).env("INCS_WEBHOOK_SECRET", SECRET))
}

#[test]
fn every_sample_can_be_posted_by_its_name_and_by_its_kind() {
    let (address, posted) = answering(200);
    let url = format!("http://{address}/");
    let list = trigger(&["--list"]).documents();
    assert_eq!(list.len(), 13);
    for event in list {
        for name in ["event", "kind"] {
            let ended = trigger(&[event[name].as_str().unwrap(), "--url", &url]);
            let document = ended.document();
            assert_eq!((ended.code, &document["status"]), (0, &json!(200)), "{event}");
            assert_eq!(document["kind"], event["kind"]);
            assert_eq!(json!(posted.recv().unwrap().body.len()), document["bytes"]);
        }
    }
}

#[test]
fn the_beginning_of_a_kind_and_the_state_of_a_receipt_are_enough() {
    let (address, _posted) = answering(204);
    for (event, kind) in [
        ("new_message", "new_message.whatsapp.text"),
        ("new_message.rcs", "new_message.rcs.suggestion"),
        ("message_status_update", "message_status_update.delivered"),
        ("message_status_update.failed", "message_status_update.failed"),
        ("exotel", "exotel.incoming.text"),
    ] {
        let ended = trigger(&[event, "--url", &format!("http://{address}/")]);
        assert_eq!((ended.code, &ended.document()["kind"]), (0, &json!(kind)), "{event}");
    }
}

#[test]
fn members_are_set_and_the_spelling_is_the_platforms() {
    let (address, posted) = answering(200);
    let url = format!("http://{address}/");
    let text = "/message/messages/0/text/body=Grüße https://example.com";
    trigger(&["new_message", "--url", &url, "--php", "--set", text, "--set", "/message/new=[1]", "-H", "x-a: b"]);
    let posted = posted.recv().unwrap();
    let body = String::from_utf8(posted.body).unwrap();
    assert!(body.contains(r#""body":"Gr\u00fc\u00dfe https:\/\/example.com""#), "{body}");
    assert!(body.contains(r#""new":[1]"#), "{body}");
    assert!(posted.head.contains("\r\nx-a: b\r\n"), "{}", posted.head);
    assert!(posted.head.contains("\r\ncontent-type: application/json\r\n"), "{}", posted.head);
}

#[test]
fn a_file_is_posted_byte_for_byte_and_signed() {
    let (address, posted) = answering(200);
    let folder = Folder::new();
    let path = folder.file("body.json", b"{ \"a\" : \"\xff\" }\n");
    let url = format!("http://{address}/hooks?a=b");
    let scheme = ["--scheme", "shared-secret", "--query", "key"];
    let ended = trigger(&[&["--body", &path, "--url", &url], &scheme[..]].concat());
    let posted = posted.recv().unwrap();
    assert_eq!(posted.body, b"{ \"a\" : \"\xff\" }\n");
    let target = format!("post /hooks?a=b&key={} ", SECRET.replace('+', "%2b").to_lowercase());
    assert!(posted.head.starts_with(&target), "{}", posted.head);
    assert!(!ended.stdout.contains(SECRET) && !ended.stderr.contains(SECRET));
}

#[test]
fn the_exit_code_tells_whether_it_was_taken() {
    let (address, _posted) = answering(503);
    let ended = trigger(&["exotel", "--url", &format!("http://{address}/")]);
    assert_eq!((ended.code, &ended.document()["status"]), (1, &json!(503)));

    let ended = trigger(&["exotel", "--url", &format!("http://{}/", nobody())]);
    assert_eq!((ended.code, ended.stdout.as_str()), (7, ""));
    assert_eq!(ended.failure()["message"], "no connection could be made");

    // The connection is taken, and nobody answers.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", silent.local_addr().unwrap());
    let ended = trigger(&["exotel", "--url", &url, "--timeout", "300ms"]);
    assert_eq!(ended.code, 8);
    assert_eq!(ended.failure()["message"], "no reply came in 300ms; it may have been taken");
}

#[test]
fn what_is_not_asked_for_rightly_is_not_posted() {
    let (address, posted) = answering(200);
    let url = format!("http://{address}/");
    for (args, message) in [
        (&["exotel", "--url", "http://example.com/"][..], "--url is not of this machine"),
        (&["exotel", "--url", "nowhere"], "--url is no http or https URL"),
        (&["of_tomorrow", "--url", &url], "there is no sample of `of_tomorrow`"),
        (&["message_status_update.lost", "--url", &url], "there is no sample of `message_status_update.lost`"),
        (&["exotel", "--url", &url, "--set", "/a/b=1"], "--set /a/b: there is nothing to put it into"),
    ] {
        let ended = trigger(args);
        assert_eq!((ended.code, ended.stdout.as_str()), (2, ""), "{args:?}");
        let failure: Value = ended.failure();
        assert_eq!(failure["message"], message);
    }
    assert_eq!(trigger(&["--url", &url]).code, 2);
    assert_eq!(trigger(&["exotel", "--url", &url, "--set", "a=1"]).code, 2);
    assert!(posted.try_recv().is_err(), "something was posted");
}
