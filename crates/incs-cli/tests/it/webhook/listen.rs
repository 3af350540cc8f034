//! Tests of `webhook listen`, with the sender in another process.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use super::server::{Listening, SECRET, answering, closed_port};
use crate::support::{Ended, Folder, fixture, fixture_path, incs, run};

fn trigger(args: &[&str]) -> Ended {
    run(incs(&["--json", "webhook", "trigger"]).args(args).env("INCS_WEBHOOK_SECRET", SECRET))
}

#[test]
fn triggered_duplicate_is_marked() {
    for scheme in [
        &["--scheme", "shared-secret"][..],
        &["--scheme", "standard-webhooks"],
        &["--scheme", "hmac-sha256", "--signed", "{seconds:x-time}.{body}"],
        &["--scheme", "exotel"],
    ] {
        let mut listening = Listening::with(&[&["--count", "3"], scheme].concat());
        assert_eq!(listening.ready["scheme"], scheme[1]);
        let url = listening.url.clone();
        for (event, kind, repeated) in [
            ("new_message", "new_message.whatsapp.text", false),
            ("message_status", "message_status_update.delivered", false),
            ("new_message", "new_message.whatsapp.text", true),
        ] {
            assert_eq!(trigger(&[&[event, "--url", &url], scheme].concat()).code, 0, "{scheme:?}");
            let item = listening.next();
            assert_eq!((&item["type"], &item["kind"]), (&json!("item"), &json!(kind)), "{scheme:?}");
            assert_eq!((&item["provider"], &item["repeated"]), (&json!("incs"), &json!(repeated)), "{scheme:?}");
            assert_eq!(item["inbound"].is_object(), event == "new_message");
        }
        assert_eq!(listening.end(), (0, String::new()), "{scheme:?}");
    }
}

#[test]
fn unverified_delivery_is_not_counted() {
    let mut listening = Listening::with(&["--count", "1", "--explain", "--scheme", "meta"]);
    let url = listening.url.clone();
    let ended = trigger(&["exotel", "--url", &url]);
    assert_eq!((ended.code, &ended.document()["status"]), (1, &json!(401)));
    let rejected = listening.next();
    assert_eq!((&rejected["type"], &rejected["status"]), (&json!("rejected"), &json!(401)));
    assert_eq!(rejected["cause"]["kind"], "missing_header");

    let signed = ["exotel", "--url", &url, "--scheme", "meta"];
    let ended = trigger(&[&signed[..], &["-H", "content-type: text/plain"]].concat());
    assert_eq!(ended.document()["status"], 415);
    assert_eq!(listening.next()["reason"], "the content type is not JSON");

    let folder = Folder::new();
    let long = folder.file("long.json", " ".repeat(1024 * 1024 + 1));
    let ended = trigger(&["--body", &long, "--url", &url, "--scheme", "meta"]);
    assert_eq!(ended.document()["status"], 413);
    assert_eq!(listening.next()["status"], 413);

    let answer = Command::new("curl").args(["-s", "-o", "-", "-w", "%{http_code}", &url]).output().unwrap();
    assert_eq!(answer.stdout, b"405");
    assert_eq!(listening.next()["reason"], "only POST is accepted");

    assert_eq!(trigger(&signed).code, 0);
    assert_eq!(listening.next()["kind"], "exotel.incoming.text");
    assert_eq!(listening.end().0, 0);
}

#[test]
fn verified_malformed_body_is_accepted() {
    let mut listening = Listening::with(&["--count", "1", "--scheme", "meta"]);
    let folder = Folder::new();
    let body = folder.file("body.json", "{");
    let ended = trigger(&["--body", &body, "--url", &listening.url, "--scheme", "meta"]);
    assert_eq!((ended.code, &ended.document()["status"]), (0, &json!(200)));
    assert_eq!(listening.next()["result"], "malformed");
    assert_eq!(listening.end().0, 0);
}

#[test]
fn items_beyond_the_limit_are_counted() {
    let mut listening = Listening::with(&["--count", "3000", "--scheme", "meta"]);
    let messages: Vec<_> = (0..2999).map(|id| json!({ "id": id.to_string(), "type": "text" })).collect();
    let body = json!({ "event": "new_message", "message": { "messaging_product": "whatsapp", "messages": messages } });
    let folder = Folder::new();
    let body = folder.file("body.json", body.to_string());
    for (body, items) in [(body, 1000), (fixture_path("webhook-new-message-whatsapp-text.json"), 1)] {
        // The reply waits until all lines are read.
        let url = listening.url.clone();
        let triggered = std::thread::spawn(move || trigger(&["--body", &body, "--url", &url, "--scheme", "meta"]));
        for _ in 0..items {
            assert_eq!(listening.next()["type"], "item");
        }
        if items > 1 {
            let more = listening.next();
            assert_eq!((&more["type"], &more["items"]), (&json!("more"), &json!(1999)));
        }
        let ended = triggered.join().unwrap();
        assert_eq!(ended.code, 0, "{}", ended.stderr);
    }
    // Hidden items are counted too.
    assert_eq!(listening.end(), (0, String::new()));
}

#[test]
fn delivery_is_forwarded_unchanged() {
    let (address, posted) = answering(201);
    let to = format!("http://{address}/app/hooks");
    let mut listening = Listening::with(&["--count", "1", "--scheme", "standard-webhooks", "--forward", &to]);
    let body = fixture("webhook-new-message-whatsapp-inferred-statuses.json");
    let path = fixture_path("webhook-new-message-whatsapp-inferred-statuses.json");
    let args =
        ["--body", &path, "--url", &listening.url, "--scheme", "standard-webhooks", "--id", "msg_7", "-H", "x-a: b"];
    assert_eq!(trigger(&args).code, 0);

    let posted = posted.recv().unwrap();
    assert_eq!(posted.body, body.as_bytes());
    assert!(posted.head.starts_with("post /app/hooks http/1.1\r\n"), "{}", posted.head);
    for header in ["webhook-id: msg_7", "webhook-signature: v1,", "x-a: b", &format!("host: {address}")] {
        assert!(posted.head.contains(&format!("\r\n{header}")), "{}", posted.head);
    }
    assert_eq!(listening.next()["kind"], "new_message.whatsapp.status.delivered");
    assert_eq!(listening.next()["kind"], "new_message.whatsapp.status.failed");
    let forwarded = listening.next();
    assert_eq!((&forwarded["type"], &forwarded["status"]), (&json!("forwarded"), &json!(201)));
    assert_eq!((&forwarded["delivery"], &forwarded["error"]), (&json!(1), &Value::Null));
    assert_eq!(listening.end().0, 0);
}

#[test]
fn failed_forward_keeps_the_delivery() {
    let folder = Folder::new();
    let closed = closed_port();
    let to = format!("http://{closed}/");
    let args = ["--count", "1", "--insecure", "--forward", &to, "--save", folder.to_str().unwrap()];
    let mut listening = Listening::with(&args);
    assert_eq!(listening.ready["scheme"], Value::Null);
    let ended = trigger(&["exotel", "--url", &listening.url]);
    assert_eq!((ended.code, &ended.document()["status"]), (0, &json!(200)));
    let item = listening.next();
    let forwarded = listening.next();
    let error = format!("cannot connect to {closed} (connection refused); nothing was sent, it is safe to retry");
    assert_eq!((&forwarded["status"], &forwarded["error"]), (&Value::Null, &json!(error)));
    assert!(item["saved"].as_str().unwrap().starts_with(folder.to_str().unwrap()), "{item}");
    assert_eq!(listening.end().0, 0);
}

#[test]
fn saved_delivery_is_private_and_verifiable() {
    let folder = Folder::new();
    let mut listening = Listening::with(&["--count", "1", "--save", folder.to_str().unwrap()]);
    assert_eq!(listening.ready["scheme"], "shared-secret");
    assert!(!listening.ready.to_string().contains(SECRET));
    let path = fixture_path("webhook-message-created-101-text.json");
    assert_eq!(trigger(&["--body", &path, "--url", &listening.url, "--scheme", "shared-secret"]).code, 0);
    let saved = listening.next()["saved"].as_str().unwrap().to_owned();
    assert_eq!(listening.end().0, 0);
    assert_eq!(fs::read_to_string(&saved).unwrap(), fixture("webhook-message-created-101-text.json"));
    let headers = saved.replace(".json", ".headers");
    let verify = ["webhook", "verify", "--scheme", "shared-secret", "--headers", &headers, &saved];
    assert_eq!(run(incs(&verify).env("INCS_WEBHOOK_SECRET", SECRET)).code, 0);
    assert_eq!(run(incs(&verify).env("INCS_WEBHOOK_SECRET", "another")).code, 4);
    #[cfg(unix)]
    for file in [&saved, &headers] {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600, "{file}");
    }
}

#[test]
fn unsaved_delivery_is_not_acknowledged() {
    let folder = Folder::new();
    let mut listening = Listening::with(&["--insecure", "--save", folder.to_str().unwrap()]);
    fs::remove_dir_all(&*folder).unwrap();
    let ended = trigger(&["exotel", "--url", &listening.url]);
    assert_eq!((ended.code, &ended.document()["status"]), (1, &json!(503)));
    assert_eq!(listening.next()["status"], 503);
}

#[test]
fn listener_accepts_signed_curl_command() {
    let mut listening = Listening::with(&["--count", "1", "--scheme", "hmac-sha256", "--header", "x-sig"]);
    let path = fixture_path("webhook-new-message-rcs-location.json");
    let url = format!("{}?it's=&b", listening.url);
    let sign = ["webhook", "sign", "--scheme", "hmac-sha256", "--header", "x-sig", "--curl", &url, &path];
    let ended = run(incs(&sign).env("INCS_WEBHOOK_SECRET", SECRET));
    let answer = Command::new("sh").args(["-c", &ended.stdout]).output().unwrap();
    let answer = String::from_utf8(answer.stdout).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(listening.next()["kind"], "new_message.rcs.location");
    assert_eq!(listening.end().0, 0);
}

#[test]
fn missing_items_time_out() {
    let args = ["--json", "webhook", "listen", "--port", "0", "--insecure", "--timeout", "50ms"];
    let ended = run(incs(&args).args(["--count", "2"]));
    assert_eq!(ended.code, 10);
    assert_eq!(ended.failure()["message"], "timed out: 0 of 2 items arrived");
    assert_eq!(run(&mut incs(&args)).code, 0, "nothing was waited for");
}

#[cfg(unix)]
#[test]
fn signal_ends_listener_with_0() {
    let listening = Listening::with(&["--insecure"]);
    let kill = Command::new("kill").args(["-INT", &listening.id().to_string()]).status().unwrap();
    assert!(kill.success());
    assert_eq!(listening.end().0, 0);
}

#[test]
fn unverified_deliveries_need_insecure_flag() {
    let ended = run(&mut incs(&["--json", "webhook", "listen", "--port", "0"]));
    assert_eq!((ended.code, ended.stdout.as_str()), (2, ""));
    assert_eq!(ended.failure()["message"], "no scheme and no webhook secret is set");
    let ended = run(&mut incs(&["--json", "webhook", "listen", "--insecure", "--forward", "http://example.com"]));
    assert_eq!(ended.failure()["message"], "--forward is not a URL on this machine");
}

#[test]
fn each_item_prints_a_line() {
    let mut child = incs(&["webhook", "listen", "--port", "0", "--insecure", "--count", "1", "--timeout", "60s"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut stderr = std::io::BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    std::io::BufRead::read_line(&mut stderr, &mut line).unwrap();
    let url = line.strip_prefix("listening on ").unwrap().split(',').next().unwrap();
    assert_eq!(trigger(&["new_message", "--url", url]).code, 0);
    let ended = child.wait_with_output().unwrap();
    let shown = String::from_utf8(ended.stdout).unwrap();
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(lines[0], "TIME              KEY       FROM     KIND");
    assert_eq!(&lines[1][8..], "  new     02dc6852  …5678    new_message.whatsapp.text");
}
