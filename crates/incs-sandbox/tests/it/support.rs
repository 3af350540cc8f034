//! Shared parts of several tests.

use std::time::Duration;

use incs_client::Client;
use incs_client::backend::HyperTransport;
use incs_client::retry::RetryPolicy;
use incs_model::{PhoneNumber, viber};
use incs_sandbox::Sandbox;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A client of a sandbox.
pub(crate) fn client(sandbox: &Sandbox) -> Client {
    Client::builder(HyperTransport::new())
        .base_urls(&sandbox.base_url())
        .certification_code(sandbox.certification_code())
        .build()
        .unwrap()
}

/// A client that gives an attempt up after 300 ms, and tries three times without waiting long.
pub(crate) fn hasty(sandbox: &Sandbox) -> Client {
    let policy = RetryPolicy::new().with_max_attempts(3).with_base_delay(Duration::from_millis(1));
    Client::builder(HyperTransport::new())
        .base_urls(&sandbox.base_url())
        .certification_code(sandbox.certification_code())
        .retry(policy)
        .attempt_timeout(Duration::from_millis(300))
        .build()
        .unwrap()
}

/// A text on Viber.
pub(crate) fn text() -> viber::Message {
    let to: PhoneNumber = "+852 5123 0088".parse().unwrap();
    viber::Message::new(to, "Your table is ready.")
}

/// Sends a text on Viber, and gives its id.
pub(crate) async fn send_text(sandbox: &Sandbox, to: &str, text: &str) -> String {
    let to: PhoneNumber = to.parse().unwrap();
    let sent = client(sandbox).messages().send(viber::Message::new(to, text)).await.unwrap();
    sent.message_id.into_string()
}

/// Returns the reply of an admin path.
pub(crate) async fn admin(sandbox: &Sandbox, path: &str) -> Value {
    let reply = raw(sandbox, &format!("GET /_sandbox{path} HTTP/1.1\r\nhost: {}\r\n\r\n", host(sandbox))).await;
    let (_, body) = reply.split_once("\r\n\r\n").unwrap();
    serde_json::from_str(body).unwrap()
}

/// Returns the records at an admin path, oldest first.
pub(crate) async fn oldest_first(sandbox: &Sandbox, path: &str) -> Vec<Value> {
    let Value::Array(mut list) = admin(sandbox, path).await else { panic!("{path} gives a list") };
    list.sort_by_key(|entry| entry["number"].as_u64());
    list
}

/// Sends bytes over a connection of their own, and gives what comes back until the sandbox closes it.
pub(crate) async fn raw(sandbox: &Sandbox, request: &str) -> String {
    let mut stream = TcpStream::connect(host(sandbox)).await.unwrap();
    let request = request.replacen("\r\n", "\r\nconnection: close\r\n", 1);
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut reply = Vec::new();
    stream.read_to_end(&mut reply).await.unwrap();
    String::from_utf8(reply).unwrap()
}

/// Address and port.
pub(crate) fn host(sandbox: &Sandbox) -> String {
    sandbox.base_url().trim_start_matches("http://").to_owned()
}

/// A send on a channel, as bytes, without the headers that differ from run to run.
pub(crate) fn send(sandbox: &Sandbox, channel: &str, to: &str, text: &str) -> String {
    let body = serde_json::json!({ "to": to, "type": "text", "text": text }).to_string();
    format!(
        "POST /external/messages/{channel} HTTP/1.1\r\nhost: localhost\r\ncertification-code: {}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        sandbox.certification_code(),
        body.len()
    )
}
