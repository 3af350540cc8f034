//! `incs webhook`.

use std::fs;
use std::process::Command;

use super::transcript::{Transcript, with_json};
use crate::support::{Folder, fixture_path, run, run_with_input};
use crate::webhook::server::{Listening, SECRET, answering, closed_port};

const AT: [&str; 2] = ["--at", "2026-11-22T08:00:00Z"];

fn with_secret(args: &[&str]) -> Command {
    let mut command = with_json(args);
    command.env("INCS_WEBHOOK_SECRET", SECRET);
    command
}

#[test]
fn json_of_webhook_parse_is_frozen() {
    let mut transcript = Transcript::of("webhook parse").hiding(&fixture_path("../"), "<fixtures>/../");
    for provider in ["exotel", "incs"] {
        let files = fs::read_dir(fixture_path(&format!("../{provider}"))).unwrap();
        let mut names: Vec<_> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        for name in names.iter().filter(|name| provider == "exotel" || name.starts_with("webhook-")) {
            let path = fixture_path(&format!("../{provider}/{name}"));
            transcript.add("a fixture", &mut with_json(&["webhook", "parse", &path]));
        }
    }
    let parse = ["webhook", "parse", "-"];
    let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
    let text = r#"{"id":"a","from":"1","type":"text","text":{"body":"x"}}"#;
    for (case, body) in [
        (
            "an unknown event",
            "{ \"event\" : \"other\",\n \"price\": 1.0e400, \"a\\u00e9 \": [12345678901234567890123] }",
        ),
        ("a malformed item", &format!(r#"{{"event":"new_message","message":{{"messages":[{{"id":7}},{text}]}}}}"#)),
        ("a malformed event", r#"{"event":"message_status_update","message_id":7}"#),
        ("a malformed callback", r#"{"rcs":{"messages":[7,{"callback_type":"dlr"}]}}"#),
        ("a number", "7"),
        ("nothing", ""),
        ("half a document", "{"),
        ("too deep", &deep),
    ] {
        transcript.add_with_input(case, &mut with_json(&parse), body);
    }
    transcript.add_with_input("no UTF-8", &mut with_json(&parse), b"\"\xff\"");
    let flat = r#"{"sid":"a","to":"1","exo_status_code":40002}"#;
    transcript.add_with_input("by the body", &mut with_json(&parse), flat);
    let named = ["webhook", "parse", "--provider", "incs", "-"];
    transcript.add_with_input("by the command line", &mut with_json(&named), flat);
    transcript.add("no such file", &mut with_json(&["webhook", "parse", "absent.json"]));
    transcript.add("usage", &mut with_json(&["webhook", "parse"]));
    transcript.end();
}

/// Returns the options of each scheme, in several variants.
const SCHEMES: [&[&str]; 11] = [
    &["--scheme", "shared-secret"],
    &["--scheme", "shared-secret", "--query", "key"],
    &["--scheme", "shared-secret", "--header", "authorization", "--prefix", "Bearer "],
    &["--scheme", "hmac-sha256"],
    &["--scheme", "hmac-sha256", "--header", "x-sig", "--prefix", "v0=", "--encoding", "base64"],
    &["--scheme", "hmac-sha256", "--encoding", "base64url", "--signed", "v0:{seconds:x-time}:{body}"],
    &["--scheme", "standard-webhooks"],
    &["--scheme", "standard-webhooks", "--svix"],
    &["--scheme", "meta"],
    &["--scheme", "exotel"],
    &["--scheme", "exotel", "--sha1"],
];

#[test]
fn json_of_webhook_sign_is_frozen() {
    let mut transcript = Transcript::of("webhook sign");
    let body = r#"{"event":"other"}"#;
    for scheme in SCHEMES {
        let target = ["--target", "/hooks?a=b", "-"];
        let args = [&["webhook", "sign"], scheme, &AT, &target].concat();
        transcript.add_with_input("a scheme", &mut with_secret(&args), body);
    }
    let curl = ["--curl", "http://127.0.0.1:9/hooks?it's", "-H", "x-a: b", "-"];
    let args = [&["webhook", "sign", "--scheme", "meta"], &AT[..], &curl].concat();
    transcript.add_with_input("for curl", &mut with_secret(&args), body);
    let id = ["webhook", "sign", "--scheme", "standard-webhooks", "--id", "msg_7", "-"];
    transcript.add_with_input("an id", &mut with_secret(&[&id[..], &AT].concat()), body);
    for (case, scheme) in [
        ("a flag of another scheme", &["--scheme", "meta", "--svix"][..]),
        ("no body among the parts", &["--scheme", "hmac-sha256", "--signed", "{seconds:t}"]),
        ("an unknown part", &["--scheme", "hmac-sha256", "--signed", "{bod}"]),
        ("no scheme", &[]),
    ] {
        let args = [&["webhook", "sign"], scheme, &["-"]].concat();
        transcript.add_with_input(case, &mut with_secret(&args), body);
    }
    let unset = ["webhook", "sign", "--scheme", "meta", "-"];
    transcript.add_with_input("no secret", &mut with_json(&unset), body);
    transcript.add("usage", &mut with_secret(&["webhook", "sign"]));
    transcript.end();
}

#[test]
fn json_of_webhook_verify_is_frozen() {
    let folder = Folder::new();
    let mut transcript = Transcript::of("webhook verify").hiding_folder(&folder);
    let body = "{\"event\":\"other\",\"a\":\"\u{e9}\"}";
    let mut proofs = Vec::new();
    for (number, scheme) in SCHEMES.iter().enumerate() {
        let args = [&["webhook", "sign"], *scheme, &AT, &["--target", "/hooks?a=b", "-"]].concat();
        let proof = run_with_input(&mut with_secret(&args), body).stdout;
        proofs.push(folder.file(&format!("{number}.json"), proof));
        let verify = [&["webhook", "verify"], *scheme, &AT, &["--headers", &proofs[number], "-"]].concat();
        transcript.add_with_input("a scheme", &mut with_secret(&verify), body);
    }
    let none = folder.file("none.headers", "content-type: application/json\n");
    let base64 = ["--scheme", "hmac-sha256", "--encoding", "base64"];
    let rewritten = "{\"event\": \"other\", \"a\": \"\\u00e9\"}";
    for (case, scheme, proof, at, body) in [
        ("another body", SCHEMES[8], &proofs[8], AT[1], "{}"),
        ("a body that was serialized again", SCHEMES[8], &proofs[8], AT[1], rewritten),
        ("another encoding", &base64, &proofs[3], AT[1], body),
        ("no header", SCHEMES[3], &none, AT[1], body),
        ("no secret", SCHEMES[1], &none, AT[1], body),
        ("a clock that is slow", SCHEMES[6], &proofs[6], "1795335300", body),
        ("a clock that is fast", SCHEMES[6], &proofs[6], "2026-11-22T07:00:00Z", body),
    ] {
        let verify = [&["webhook", "verify"], scheme, &["--at", at, "--headers", proof, "-"]].concat();
        transcript.add_with_input(case, &mut with_secret(&verify), body);
        let explain = [&verify[..], &["--explain"]].concat();
        transcript.add_with_input(case, &mut with_secret(&explain), body);
    }
    transcript.add_with_input("no scheme", &mut with_secret(&["webhook", "verify", "-"]), body);
    transcript.add("no such file", &mut with_secret(&["webhook", "verify", "--scheme", "meta", "absent.json"]));
    transcript.add("usage", &mut with_secret(&["webhook", "verify", "-H", "no colon", "-"]));
    transcript.end();
}

#[test]
fn json_of_webhook_trigger_is_frozen() {
    let folder = Folder::new();
    let mut transcript = Transcript::of("webhook trigger").hiding_folder(&folder).hiding_member("ms");
    transcript.add("the samples", &mut with_secret(&["webhook", "trigger", "--list"]));
    let (taking, _posted) = answering(200);
    let (failing, _refused) = answering(503);
    let taking = format!("http://{taking}/");
    let failing = format!("http://{failing}/");
    let body = folder.file("body.json", "{");
    let trigger = ["webhook", "trigger"];
    for (case, args) in [
        ("taken", &["new_message", "--url", &taking][..]),
        ("signed", &["new_message", "--url", &taking, "--scheme", "meta"]),
        ("another state", &["message_status_update.failed", "--url", &taking]),
        ("a file", &["--body", &body, "--url", &taking]),
        ("not taken", &["exotel", "--url", &failing]),
        ("nobody listens", &["exotel", "--url", &format!("http://{}/", closed_port())]),
        ("another machine", &["exotel", "--url", "http://example.com/"]),
        ("no URL", &["exotel", "--url", "nowhere"]),
        ("no such sample", &["other", "--url", &taking]),
        ("a member that leads nowhere", &["exotel", "--url", &taking, "--set", "/a/b=1"]),
        ("usage", &["--url", &taking]),
    ] {
        transcript.add(case, &mut with_secret(&[&trigger, args].concat()));
    }
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", silent.local_addr().unwrap());
    let silent = ["webhook", "trigger", "exotel", "--url", &url, "--timeout", "1s"];
    transcript.add("no reply", &mut with_secret(&silent));
    transcript.end();
}

#[test]
fn json_of_webhook_listen_is_frozen() {
    let folder = Folder::new();
    let mut transcript = Transcript::of("webhook listen")
        .hiding_folder(&folder)
        .hiding_member("at")
        .hiding_member("ms")
        .hiding_member("saved");
    let (address, _posted) = answering(201);
    let to = format!("http://{address}/app/hooks");
    let args = ["--count", "3", "--explain", "--scheme", "meta", "--forward", &to, "--save", folder.to_str().unwrap()];
    let mut listening = Listening::with(&args);
    transcript.written("stdout", &listening.ready.to_string());
    let url = listening.url.clone();
    let trigger = |args: &[&str]| run(&mut with_secret(&[&["webhook", "trigger", "--url", &url], args].concat()));
    let body = fixture_path("webhook-new-message-whatsapp-text.json");
    let broken = folder.file("broken.json", "{");
    let mut next = |number: usize| {
        for _ in 0..number {
            transcript.written("stdout", &listening.next_line());
        }
    };
    trigger(&["--body", &body]);
    next(1);
    trigger(&["--body", &body, "--scheme", "meta", "-H", "content-type: text/plain"]);
    next(1);
    for _ in 0..2 {
        trigger(&["--body", &body, "--scheme", "meta"]);
        next(2);
    }
    trigger(&["--body", &broken, "--scheme", "meta"]);
    next(2);
    assert_eq!(listening.end().0, 0);

    let to = format!("http://{}/", closed_port());
    let mut listening = Listening::with(&["--count", "1", "--insecure", "--forward", &to]);
    transcript.written("stdout", &listening.ready.to_string());
    run(&mut with_secret(&["webhook", "trigger", "--url", &listening.url, "exotel"]));
    for _ in 0..2 {
        transcript.written("stdout", &listening.next_line());
    }
    assert_eq!(listening.end().0, 0);

    let short = ["webhook", "listen", "--port", "0", "--insecure", "--timeout", "50ms"];
    transcript.add("nothing was waited for", &mut with_secret(&short));
    transcript.add("timed out", &mut with_secret(&[&short[..], &["--count", "2"]].concat()));
    transcript.add("nothing proves the sender", &mut with_json(&["webhook", "listen", "--port", "0"]));
    let remote = ["webhook", "listen", "--insecure", "--forward", "http://example.com"];
    transcript.add("another machine", &mut with_json(&remote));
    transcript.add("usage", &mut with_json(&["webhook", "listen", "--count", "0"]));
    transcript.end();
}
