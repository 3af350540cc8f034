//! The example that is a function: a request as JSON in, an answer as JSON out.

use std::io::Write as _;
use std::process::Stdio;

use data_encoding::BASE64;
use serde_json::{Value, json};

use super::signing::{PATH_SECRET, forge, sign};
use super::{lines, process, read_status};

/// The answer, and what the handler saw.
fn call(event: &Value) -> (Value, Vec<String>) {
    let mut command = process::example("lambda");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(event.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let log = String::from_utf8(output.stderr).unwrap();
    let seen = log.lines().filter(|line| !line.starts_with("refused: ")).map(str::to_owned).collect();
    (serde_json::from_slice(&output.stdout).unwrap(), seen)
}

fn headers(signature: &[String]) -> Value {
    let pairs = signature.iter().map(|header| header.split_once(": ").unwrap());
    pairs.map(|(name, value)| (name.to_owned(), Value::from(value))).collect::<serde_json::Map<_, _>>().into()
}

#[test]
fn a_function_answers_as_a_server_does() {
    let body = read_status("wamid.HBgN", "read");
    let text = String::from_utf8(body.clone()).unwrap();
    let base64 = BASE64.encode(&body);
    let path = format!("/hooks/{PATH_SECRET}");
    for (event, status) in [
        (json!({ "rawPath": "/hooks", "headers": headers(&sign(&body)), "body": text }), 200),
        (
            json!({ "rawPath": "/hooks", "headers": headers(&sign(&body)), "body": base64, "isBase64Encoded": true }),
            200,
        ),
        (json!({ "rawPath": path, "rawQueryString": "a=b", "headers": {}, "body": text }), 200),
        (json!({ "rawPath": "/hooks", "headers": headers(&forge(&body)), "body": text }), 401),
        (json!({ "rawPath": "/hooks", "headers": {}, "body": text }), 401),
        (json!({ "rawPath": path, "headers": { "Content-Type": "text/plain" }, "body": text }), 415),
        (json!({ "rawPath": path, "headers": {}, "body": "no base64!", "isBase64Encoded": true }), 400),
    ] {
        let (answer, seen) = call(&event);
        assert_eq!(answer, json!({ "statusCode": status }));
        assert_eq!(seen, if status == 200 { lines(&body) } else { vec![] });
    }
}
