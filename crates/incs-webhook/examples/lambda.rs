//! Receives as a function that takes an HTTP request as JSON, in the form of AWS Lambda behind a function URL (payload format 2.0).
//! The program reads one request from standard input; replace that by your runtime:
//!
//! ```sh
//! echo '{"rawPath":"/hooks/change-me","headers":{"content-type":"application/json"},"body":"{\"event\":\"not_known_yet\"}"}' |
//!     INCS_WEBHOOK_SECRET=change-me cargo run --example lambda
//! ```

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for a terminal")]

use std::collections::HashMap;
use std::env;
use std::error::Error;
use std::io::{self, Read as _};

use data_encoding::BASE64;
use incs_model::Timestamp;
use serde::{Deserialize, Serialize};

use incs_webhook::scheme::{AnyOf, SharedSecret, StandardWebhooks};
use incs_webhook::{Item, ItemOutcome, Receiver, Rejection, Secrets};

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Call {
    headers: HashMap<String, String>,
    raw_path: String,
    raw_query_string: String,
    body: String,
    is_base64_encoded: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    status_code: u16,
}

fn main() -> Result<(), Box<dyn Error>> {
    let receiver = receiver()?;
    let mut call = String::new();
    io::stdin().read_to_string(&mut call)?;
    let answer = answer(&receiver, &serde_json::from_str(&call)?, Timestamp::now());
    println!("{}", serde_json::to_string(&answer)?);
    Ok(())
}

fn answer(receiver: &Receiver, call: &Call, now: Timestamp) -> Answer {
    let status_code = receive(receiver, call, now).unwrap_or_else(|rejection| {
        eprintln!("rejected: {rejection}");
        rejection.status()
    });
    Answer { status_code }
}

fn receive(receiver: &Receiver, call: &Call, now: Timestamp) -> Result<u16, Rejection> {
    let body = if call.is_base64_encoded {
        BASE64.decode(call.body.as_bytes()).map_err(|_| Rejection::incomplete())?
    } else {
        call.body.clone().into_bytes()
    };
    let target = match call.raw_query_string.as_str() {
        "" => call.raw_path.clone(),
        query => format!("{}?{query}", call.raw_path),
    };
    receiver.receive(&call.headers, &target, &body, now)?.iter().for_each(handle);
    Ok(200)
}

/// Creates the receiver once. The URL given to the platform ends in a secret; senders that sign use the other scheme.
fn receiver() -> Result<Receiver, Box<dyn Error>> {
    let secret = env::var("INCS_WEBHOOK_SECRET").map_err(|_| "INCS_WEBHOOK_SECRET is not set")?;
    let in_path = SharedSecret::in_path(Secrets::try_new(secret)?);
    Ok(match env::var("GATEWAY_SECRET") {
        Ok(secret) => Receiver::new(AnyOf::new(in_path).or(StandardWebhooks::try_new(Secrets::try_new(secret)?)?)),
        Err(_) => Receiver::new(in_path),
    })
}

/// Handles an item, here by printing it. A real handler stores it under its key, which drops duplicates.
fn handle(item: &Item) {
    let key = item.dedup_key().map_or_else(|| "none".to_owned(), |key| key.to_string());
    match item.outcome() {
        ItemOutcome::Parsed(_) => eprintln!("understood {:?}, key {key}", item.pointer()),
        ItemOutcome::Malformed(error) => eprintln!("kept {:?}: {error}", item.pointer()),
        ItemOutcome::Unknown => eprintln!("kept {:?}: unknown", item.pointer()),
    }
}
