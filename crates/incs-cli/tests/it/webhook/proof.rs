//! Signing and verifying.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::{Ended, Folder, fixture, incs, run, run_with_input};

const SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const AT: &str = "2026-11-22T08:00:00Z";

/// Returns the options of each scheme, in several variants.
const SCHEMES: &[&[&str]] = &[
    &["--scheme", "shared-secret"],
    &["--scheme", "shared-secret", "--query", "key"],
    &["--scheme", "shared-secret", "--header", "authorization", "--prefix", "Bearer "],
    &["--scheme", "hmac-sha256"],
    &["--scheme", "hmac-sha256", "--header", "x-sig", "--prefix", "v0=", "--encoding", "base64"],
    &["--scheme", "hmac-sha256", "--encoding", "base64url", "--signed", "v0:{seconds:x-time}:{header:x-id}:{body}"],
    &["--scheme", "standard-webhooks"],
    &["--scheme", "standard-webhooks", "--svix"],
    &["--scheme", "meta"],
    &["--scheme", "exotel"],
    &["--scheme", "exotel", "--sha1"],
];

fn webhook(command: &str, scheme: &[&str], more: &[&str]) -> Command {
    let args = [&["--json", "webhook", command], scheme, more].concat();
    let mut program = incs(&args);
    program.env("INCS_WEBHOOK_SECRET", SECRET);
    program
}

fn sign(scheme: &[&str], body: &str) -> Value {
    let mut more = vec!["--at", AT, "--target", "/hooks?a=b", "-"];
    if scheme.contains(&"--signed") {
        more.extend(["-H", "x-id: 7"]);
    }
    let ended = run_with_input(&mut webhook("sign", scheme, &more), body);
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""), "{scheme:?}");
    ended.document()
}

fn verify(scheme: &[&str], proof: &Path, at: &str, body: &str) -> Ended {
    let more = ["--explain", "--at", at, "--headers", proof.to_str().unwrap(), "-"];
    run_with_input(&mut webhook("verify", scheme, &more), body)
}

#[test]
fn each_scheme_verifies_its_signature() {
    let folder = Folder::new();
    let body = fixture("webhook-new-message-whatsapp-text.json");
    let changed = body.replace("available", "Available");
    assert_ne!(changed, body);
    for (index, scheme) in SCHEMES.iter().enumerate() {
        let path = folder.join(format!("{index}.json"));
        fs::write(&path, sign(scheme, &body).to_string()).unwrap();
        let ended = verify(scheme, &path, AT, &body);
        let expected = json!({"verified": true, "scheme": scheme[1], "status": 200, "reason": null, "cause": null});
        assert_eq!((ended.code, ended.document()), (0, expected), "{scheme:?}");

        let ended = verify(scheme, &path, AT, &changed);
        if scheme[1] == "shared-secret" {
            assert_eq!(ended.code, 0, "it does not protect the body");
            fs::write(&path, json!({"headers": {"authorization": "Bearer x"}, "target": "/hooks/x?key=x"}).to_string())
                .unwrap();
            assert_eq!(verify(scheme, &path, AT, &body).code, 4, "{scheme:?}");
            continue;
        }
        let document = ended.document();
        assert_eq!(ended.code, 4, "{scheme:?}");
        assert_eq!(document["reason"], "the signature or the secret is wrong", "{scheme:?}");
        assert_eq!((&document["status"], &document["cause"]["kind"]), (&json!(401), &json!("unknown")), "{scheme:?}");
    }
}

#[test]
fn refusal_has_a_cause() {
    let folder = Folder::new();
    let body = r#"{"event":"of_tomorrow","a":"é"}"#;
    let hmac = &["--scheme", "hmac-sha256"][..];
    let standard = &["--scheme", "standard-webhooks"][..];
    let proof = |name: &str, scheme: &[&str]| {
        let path = folder.join(name);
        fs::write(&path, sign(scheme, body).to_string()).unwrap();
        path
    };
    let (plain, timed) = (proof("plain.json", hmac), proof("timed.json", standard));
    let none = folder.join("none.headers");
    fs::write(&none, "content-type: application/json\n").unwrap();
    let base64 = &["--scheme", "hmac-sha256", "--encoding", "base64"][..];
    let query = &["--scheme", "shared-secret", "--query", "key"][..];
    let rows = [
        (hmac, &plain, AT, "{\"event\": \"of_tomorrow\", \"a\": \"\\u00e9\"}", json!({"kind": "body_rewritten"})),
        (base64, &plain, AT, body, json!({"kind": "encoding"})),
        (hmac, &none, AT, body, json!({"kind": "missing_header", "header": "x-signature"})),
        (query, &none, AT, body, json!({"kind": "missing_secret"})),
        (standard, &timed, "1795335300", body, json!({"kind": "clock", "ahead_by_s": -900})),
        (standard, &timed, "2026-11-22T07:00:00Z", body, json!({"kind": "clock", "ahead_by_s": 3600})),
    ];
    for (scheme, path, at, body, expected) in rows {
        let ended = verify(scheme, path, at, body);
        let document = ended.document();
        assert_eq!(ended.code, 4, "{document}");
        for (name, value) in expected.as_object().unwrap() {
            assert_eq!(&document["cause"][name], value, "{document}");
        }
        assert!(!ended.stdout.contains(SECRET) && !ended.stdout.contains("C2FV"), "{document}");
    }
}

#[test]
fn cause_is_printed_as_text() {
    let folder = Folder::new();
    let body = r#"{"event":"of_tomorrow"}"#;
    let path = folder.file("proof.json", sign(&["--scheme", "meta"], body).to_string());
    let args = ["webhook", "verify", "--scheme", "meta", "--explain", "--headers", &path, "-"];
    let ended = run_with_input(incs(&args).env("INCS_WEBHOOK_SECRET", SECRET), "{ \"event\": \"of_tomorrow\" }");
    let expected = "\
refused   the signature or the secret is wrong
cause     the signature matches other bytes of the same JSON: pass the body as
          it arrived, not parsed and serialized again
";
    assert_eq!((ended.code, ended.stdout.as_str(), ended.stderr.as_str()), (4, expected, ""));
    let ended = run_with_input(incs(&args).env("INCS_WEBHOOK_SECRET", SECRET), body);
    assert_eq!((ended.code, ended.stdout.as_str()), (0, "verified  the signature is right\n"));
}

#[test]
fn secret_files_override_the_environment() {
    let folder = Folder::new();
    let (old, new) = (folder.file("old", format!("{SECRET}\n")), folder.file("new", "the-new-one"));
    let (old, new) = (old.as_str(), new.as_str());
    let target = format!("/hooks/{}", SECRET.replace('+', "%2B"));
    let with = |files: &[&str]| {
        let files: Vec<&str> = files.iter().flat_map(|file| ["--secret-file", file]).collect();
        let scheme = [&["--scheme", "shared-secret"], &files[..]].concat();
        run_with_input(&mut webhook("verify", &scheme, &["--target", &target, "-"]), "{}").code
    };
    assert_eq!((with(&[]), with(&[new]), with(&[old]), with(&[new, old])), (0, 4, 0, 0));
}

#[test]
fn option_of_other_scheme_is_refused() {
    for (scheme, message) in [
        (&["--scheme", "meta", "--svix"][..], "--svix does not apply to meta"),
        (&["--scheme", "shared-secret", "--encoding", "hex"], "--encoding does not apply to shared-secret"),
        (&["--scheme", "hmac-sha256", "--signed", "{seconds:t}"], "the body is not among the signed parts"),
        (&["--scheme", "hmac-sha256", "--signed", "{bod}"], "--signed cannot be read: {bod} is unknown"),
        (&["--header", "x"], "--header needs --scheme"),
        (&[], "no scheme is given"),
    ] {
        for command in ["sign", "verify"] {
            let ended = run_with_input(&mut webhook(command, scheme, &["-"]), "{}");
            assert_eq!((ended.code, ended.stdout.as_str()), (2, ""), "{scheme:?}");
            assert_eq!(ended.failure()["message"], message);
        }
    }
}

#[test]
fn without_a_secret_nothing_is_signed() {
    let ended = run_with_input(&mut incs(&["--json", "webhook", "sign", "--scheme", "meta", "-"]), "{}");
    assert_eq!((ended.code, ended.stdout.as_str()), (2, ""));
    assert_eq!(ended.failure()["message"], "no webhook secret is set");
    let ended =
        run(incs(&["webhook", "sign", "--scheme", "standard-webhooks", "-"]).env("INCS_WEBHOOK_SECRET", "no base64!"));
    assert_eq!(ended.code, 2);
    assert!(!ended.stderr.contains("no base64!"), "{}", ended.stderr);
}

#[test]
fn command_line_header_overrides_file() {
    let folder = Folder::new();
    let target = format!("/hooks/{}", SECRET.replace('+', "%2B"));
    let head = format!("POST {target} HTTP/1.1\nX-Token: wrong\n\nnot: looked at");
    let path = &*folder.file("request.headers", head);
    let in_path = webhook("verify", &["--scheme", "shared-secret"], &["--headers", path, "-"]);
    assert_eq!(run_with_input(&mut { in_path }, "{}").code, 0);
    let in_header = &["--scheme", "shared-secret", "--header", "x-token"][..];
    let right = format!("x-token: {SECRET}");
    let code = |more: &[&str]| run_with_input(&mut webhook("verify", in_header, more), "{}").code;
    assert_eq!(code(&["--headers", path, "-"]), 4);
    assert_eq!(code(&["--headers", path, "-H", &right, "-"]), 0);
    assert_eq!(code(&["-H", "no colon", "-"]), 2);
}
