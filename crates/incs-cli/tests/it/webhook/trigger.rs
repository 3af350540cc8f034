//! Tests of `webhook trigger`.

use incs_facade::webhook::testing::bodies::sample;
use serde_json::{Value, json};

use super::server::{SECRET, answering, closed_port};
use crate::support::{Ended, Folder, incs, run};

fn trigger(args: &[&str]) -> Ended {
    run(incs(&["--json", "webhook", "trigger"]).args(args).env("INCS_WEBHOOK_SECRET", SECRET))
}

#[test]
fn samples_have_name_and_kind() {
    let (address, posted) = answering(200);
    let url = format!("http://{address}/");
    let list = trigger(&["--list"]).documents();
    assert_eq!(list.len(), sample::all().len() + sample::messages().len());
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
fn sample_is_found_by_kind_prefix() {
    let (address, _posted) = answering(204);
    for (event, kind) in [
        ("new_message", "new_message.whatsapp.text"),
        ("new_message.rcs", "new_message.rcs.text"),
        ("list_reply", "new_message.whatsapp.interactive.list_reply"),
        ("button_reply", "new_message.whatsapp.interactive.button_reply"),
        ("image", "new_message.whatsapp.image"),
        ("message_status_update", "message_status_update.delivered"),
        ("message_status_update.failed", "message_status_update.failed"),
        ("exotel", "exotel.incoming.text"),
    ] {
        let ended = trigger(&[event, "--url", &format!("http://{address}/")]);
        assert_eq!((ended.code, &ended.document()["kind"]), (0, &json!(kind)), "{event}");
    }
}

#[test]
fn members_are_set_in_php_encoding() {
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
fn file_is_posted_byte_for_byte() {
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
fn exit_code_reflects_the_status() {
    let (address, _posted) = answering(503);
    let ended = trigger(&["exotel", "--url", &format!("http://{address}/")]);
    assert_eq!((ended.code, &ended.document()["status"]), (1, &json!(503)));

    let closed = closed_port();
    let ended = trigger(&["exotel", "--url", &format!("http://{closed}/")]);
    assert_eq!((ended.code, ended.stdout.as_str()), (7, ""));
    let message = format!("cannot connect to {closed} (connection refused); nothing was sent, it is safe to retry");
    assert_eq!(ended.failure()["message"], message);

    // The connection is accepted without a reply.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", silent.local_addr().unwrap());
    let ended = trigger(&["exotel", "--url", &url, "--timeout", "300ms"]);
    assert_eq!(ended.code, 8);
    let message =
        format!("no reply from {} in 300ms; the request may have been received", silent.local_addr().unwrap());
    assert_eq!(ended.failure()["message"], message);
}

#[test]
fn wrong_arguments_post_nothing() {
    let (address, posted) = answering(200);
    let url = format!("http://{address}/");
    for (args, message) in [
        (&["exotel", "--url", "http://example.com/"][..], "--url is not a URL on this machine"),
        (&["exotel", "--url", "nowhere"], "--url: the URL has neither the scheme http nor https"),
        (&["of_tomorrow", "--url", &url], "there is no sample of `of_tomorrow`"),
        (&["message_status_update.lost", "--url", &url], "there is no sample of `message_status_update.lost`"),
        (&["exotel", "--url", &url, "--set", "/a/b=1"], "--set /a/b: its parent does not exist"),
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
