//! A second implementation, in another language: Python's `hmac`.

use std::io::Write as _;
use std::process::{Command, Stdio};

use incs_webhook::scheme::{Encoding, Exotel, HmacSha256, Meta, Part, Scheme, StandardWebhooks};
use incs_webhook::testing::sign::{Draft, Proof, Sign};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use super::{at, headers, secrets, verify, verify_proof};

/// Reads requests with our headers, one a line; writes its own headers, and whether ours hold.
const PROGRAM: &str = r#"
import base64, hashlib, hmac, json, sys
for line in sys.stdin:
    case = json.loads(line)
    body, key = bytes.fromhex(case["body"]), case["secret"].encode()
    time, kind = str(case["time"]), case["kind"]
    def mac(key, message, algorithm=hashlib.sha256):
        return hmac.new(key, message, algorithm)
    if kind == "meta":
        headers = {"x-hub-signature-256": "sha256=" + mac(key, body).hexdigest()}
    elif kind == "exotel":
        headers = {"x-exotel-signature": "sha256=" + mac(key, body).hexdigest()}
    elif kind == "exotel-sha1":
        headers = {"x-exotel-signature": mac(key, body, hashlib.sha1).hexdigest()}
    elif kind == "own":
        digest = mac(key, b"v0:" + time.encode() + b"000:" + body).digest()
        headers = {"x-time": time + "000", "x-sign": "v0=" + base64.urlsafe_b64encode(digest).decode()}
    elif kind == "standard":
        raw = base64.b64decode(case["secret"].removeprefix("whsec_"))
        digest = mac(raw, f"{case['id']}.{time}.".encode() + body).digest()
        headers = {"webhook-id": case["id"], "webhook-timestamp": time,
                   "webhook-signature": "v1," + base64.b64encode(digest).decode()}
    ours = dict(case["headers"])
    agrees = all(hmac.compare_digest(value, ours.get(name, "")) for name, value in headers.items())
    print(json.dumps({"headers": headers, "agrees": agrees}))
"#;

fn ask_python(cases: &[Value]) -> Vec<Value> {
    let mut python = Command::new("python3")
        .args(["-c", PROGRAM])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("this test needs python3");
    let mut input = python.stdin.take().unwrap();
    let lines: Vec<String> = cases.iter().map(Value::to_string).collect();
    let lines = lines.join("\n");
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()).unwrap());
    let output = python.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

trait Both: Scheme + Sign {}
impl<S: Scheme + Sign> Both for S {}

/// A request to Python and the values to compare its reply with.
type Asked = (Value, Box<dyn Both>, Vec<u8>, i64, Proof);

fn scheme(kind: &str, secret: &str) -> Box<dyn Both> {
    match kind {
        "meta" => Box::new(Meta::new(secrets(secret))),
        "exotel" => Box::new(Exotel::new(secrets(secret))),
        "exotel-sha1" => Box::new(Exotel::new(secrets(secret)).with_sha1()),
        "standard" => Box::new(StandardWebhooks::try_new(secrets(secret)).unwrap()),
        "own" => Box::new(
            HmacSha256::new("X-Sign", secrets(secret))
                .with_encoding(Encoding::Base64Url)
                .with_prefix("v0=")
                .with_signed([Part::text("v0:"), Part::millis("X-Time"), Part::text(":"), Part::Body])
                .unwrap(),
        ),
        _ => unreachable!("{kind}"),
    }
}

#[test]
fn python_and_rust_signatures_agree() {
    const KINDS: [&str; 5] = ["meta", "exotel", "exotel-sha1", "own", "standard"];
    let body = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..300),
        "\\PC{0,200}".prop_map(|text| json!({ "text": text }).to_string().into_bytes()),
    ];
    let key = proptest::collection::vec(any::<u8>(), 1..150);
    let cases = (body, "\\PC{1,150}", key, 0..4_000_000_000_i64, "[a-zA-Z0-9_]{1,30}");
    let mut runner = TestRunner::deterministic();
    let mut asked: Vec<Asked> = Vec::new();
    for kind in KINDS {
        for _ in 0..100 {
            let (body, secret, key, time, id) = cases.new_tree(&mut runner).unwrap().current();
            let secret = match kind {
                "standard" => format!("whsec_{}", data_encoding::BASE64.encode(&key)),
                _ => secret,
            };
            let scheme = scheme(kind, &secret);
            let proof = scheme.sign(&Draft::new(&body, at(time)).with_id(&id)).unwrap();
            let ours: Vec<(String, &str)> =
                headers(&proof).into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value)).collect();
            let case = json!({
                "kind": kind, "secret": secret, "time": time, "id": id, "headers": ours,
                "body": data_encoding::HEXLOWER.encode(&body),
            });
            asked.push((case, scheme, body, time, proof));
        }
    }
    let lines: Vec<Value> = asked.iter().map(|(case, ..)| case.clone()).collect();
    let answers = ask_python(&lines);
    assert_eq!(answers.len(), asked.len());
    for (answer, (case, scheme, body, time, proof)) in answers.iter().zip(&asked) {
        let theirs: Vec<(&str, &str)> = answer["headers"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| (&**name, value.as_str().unwrap()))
            .collect();
        assert_eq!(verify(&**scheme, &theirs, body, at(*time)), Ok(()), "we refuse {case}");
        assert_eq!(verify_proof(&**scheme, proof, body, at(*time)), Ok(()), "we refuse our own {case}");
        // Ours is signed with SHA-256 where SHA-1 is merely allowed.
        assert_eq!(answer["agrees"], json!(case["kind"] != "exotel-sha1"), "python refuses {case}");
    }
}
