//! The messages of the tests of batches, and what their outcomes are compared with.

use incs_client::retry::RetryPolicy;
use incs_client::transport::Request;
use incs_client::{BatchOutcome, Client, Error, ErrorKind, RequestState};
use incs_model::{Channel, OutboundMessage, viber};
use serde_json::json;

use crate::support::platform::{Answer, Platform};

const FIRST: u64 = 85_251_000_000;

/// The message with this place in the input, which is the end of its recipient's number.
pub(super) fn message(index: usize) -> viber::Message {
    let to = (FIRST + index as u64).to_string();
    viber::Message::new(to.parse().unwrap(), viber::Content::Text("We open at 9".into()))
}

pub(super) fn index_of(message: &OutboundMessage) -> usize {
    let number: u64 = message.to().as_str().parse().unwrap();
    usize::try_from(number - FIRST).unwrap()
}

/// The place of the message that a request sends.
pub(super) fn index(request: &Request) -> usize {
    index_of(&OutboundMessage::decode(&Channel::Viber, request.body()).unwrap())
}

pub(super) fn sent(index: usize) -> Answer {
    Answer::success(&json!({ "msg_id": format!("m-{index}") }))
}

pub(super) fn client(platform: &Platform) -> Client {
    Client::builder(platform.clone()).certification_code("any").retry(RetryPolicy::never()).build().unwrap()
}

/// What is told of an error.
pub(super) type Known = (ErrorKind, RequestState, u32);

/// A message that had not begun.
pub(super) const CALLED_OFF: Option<Known> = Some((ErrorKind::Cancelled, RequestState::NotSent, 0));

/// What is told of each message, by its place.
pub(super) fn states(outcomes: &[BatchOutcome]) -> Vec<(usize, Option<Known>)> {
    let state = |error: &Error| (error.kind(), error.request_state(), error.attempts());
    outcomes.iter().map(|outcome| (outcome.index, outcome.error().map(state))).collect()
}
