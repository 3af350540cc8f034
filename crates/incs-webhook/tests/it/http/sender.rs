//! The sender: curl, with signatures that are made without the code under test.

use std::io::Write as _;
use std::process::{Command, Stdio};

use data_encoding::BASE64;
use hmac::{Hmac, KeyInit as _, Mac as _};
use incs_model::Timestamp;
use incs_webhook::scheme::{AnyOf, Scheme, SharedSecret, StandardWebhooks, VerifyError};
use incs_webhook::{Receiver, Secrets, SignedRequest};
use sha2::Sha256;

pub(super) const PATH_SECRET: &str = "s3cret-of-the-path";
const KEY: &[u8] = b"0123456789abcdef0123456789abcdef";

pub(super) fn secret() -> String {
    format!("whsec_{}", BASE64.encode(KEY))
}

/// The signature that the examples accept.
pub(super) fn receiver() -> Receiver {
    let in_path = SharedSecret::in_path(Secrets::try_new(PATH_SECRET).unwrap());
    let signed = StandardWebhooks::try_new(Secrets::try_new(secret()).unwrap()).unwrap();
    Receiver::new(AnyOf::new(in_path).or(signed))
}

pub(super) fn now() -> Timestamp {
    Timestamp::now()
}

/// The headers of Standard Webhooks for a body.
pub(super) fn sign(body: &[u8]) -> Vec<String> {
    sign_with(KEY, body)
}

/// Well made, by someone who knows another secret.
pub(super) fn forge(body: &[u8]) -> Vec<String> {
    sign_with(b"another key, of as many bytes ok", body)
}

fn sign_with(key: &[u8], body: &[u8]) -> Vec<String> {
    let time = now().as_second();
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(format!("msg_1.{time}.").as_bytes());
    mac.update(body);
    let signature = BASE64.encode(&mac.finalize().into_bytes());
    vec![
        "webhook-id: msg_1".to_owned(),
        format!("webhook-timestamp: {time}"),
        format!("webhook-signature: v1,{signature}"),
    ]
}

/// Accepts every delivery, for tests of the body.
pub(super) struct Anyone;

impl Scheme for Anyone {
    fn verify(&self, _: &SignedRequest<'_>, _: Timestamp) -> Result<(), VerifyError> {
        Ok(())
    }
}

/// Sends a body, or nothing, with arguments of curl; the status, 0 if there was none.
pub(super) fn curl(url: &str, headers: &[String], args: &[&str], body: Option<&[u8]>) -> u16 {
    let mut command = command();
    command.args(["--output", "/dev/null", "--write-out", "%{http_code}"]).args(args);
    for header in headers {
        command.args(["--header", header]);
    }
    if body.is_some() {
        command.args(["--data-binary", "@-"]);
    }
    let statuses = run(command.arg(url), body.unwrap_or_default());
    statuses.parse().unwrap()
}

/// Runs the requests of an option file in parallel and returns the output.
pub(super) fn curl_many(config: &str) -> String {
    run(
        command().args(["--parallel", "--parallel-immediate", "--parallel-max", "100", "--config", "-"]),
        config.as_bytes(),
    )
}

fn command() -> Command {
    let mut command = Command::new("curl");
    // No settings of the machine, no proxy, and an end. `--disable` counts only as the first.
    command.args(["--disable", "--silent", "--show-error", "--noproxy", "*", "--max-time", "60"]);
    command
}

fn run(command: &mut Command, input: &[u8]) -> String {
    let started = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = started.expect("these tests need curl");
    // curl stops reading after an early rejection.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "curl: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
