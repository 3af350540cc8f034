//! Shared parts of the batch tests: messages, clients and a journal.

use std::sync::{Arc, Mutex};

use incs_client::retry::RetryPolicy;
use incs_client::transport::Request;
use incs_client::{BatchObserver, BatchOutcome, BatchProgress, Client, Error, ErrorKind, RequestState};
use incs_model::{Channel, Document, viber};
use serde_json::json;

use crate::support::platform::{Answer, Platform};

const FIRST: u64 = 85_251_000_000;

/// The message with this place in the input, which is the end of its recipient's number.
pub(super) fn message(index: usize) -> viber::Message {
    let to = (FIRST + index as u64).to_string();
    viber::Message::new(to.parse().unwrap(), viber::Content::Text("We open at 9".into()))
}

/// The message at this place, with the place as its key.
pub(super) fn keyed(index: usize) -> (usize, viber::Message) {
    (index, message(index))
}

pub(super) fn index_of(document: &Document) -> usize {
    let number: u64 = document.message().unwrap().to().as_str().parse().unwrap();
    usize::try_from(number - FIRST).unwrap()
}

/// The place of the message that a request sends.
pub(super) fn index(request: &Request) -> usize {
    index_of(&Document::read(&Channel::Viber, &**request.body()))
}

pub(super) fn sent(index: usize) -> Answer {
    Answer::success(&json!({ "msg_id": format!("m-{index}") }))
}

pub(super) fn client(platform: &Platform) -> Client {
    Client::builder(platform.clone()).certification_code("any").retry(RetryPolicy::never()).build().unwrap()
}

/// The journal's line for an error.
pub(super) type Known = (ErrorKind, RequestState, u32);

/// A message that had not started.
pub(super) const CALLED_OFF: Option<Known> = Some((ErrorKind::Cancelled, RequestState::NotSent, 0));

/// The journal's lines for each message, by its place.
pub(super) fn states(outcomes: &[BatchOutcome<usize>]) -> Vec<(usize, Option<Known>)> {
    let state = |error: &Error| (error.kind(), error.request_state(), error.attempts());
    outcomes.iter().map(|outcome| (outcome.index, outcome.error().map(state))).collect()
}

/// The events that an observer received, for the test that keeps the clone.
#[derive(Clone, Default)]
pub(super) struct Journal(Arc<Mutex<Vec<Event>>>);

/// An event for an observer.
#[derive(Clone, Debug)]
pub(super) enum Event {
    Started(usize, BatchProgress),
    Finished(BatchOutcome<usize>, BatchProgress),
}

impl BatchObserver<usize> for Journal {
    fn started(&mut self, key: &usize, message: &Document, progress: &BatchProgress) {
        assert_eq!(*key, index_of(message));
        self.0.lock().unwrap().push(Event::Started(*key, *progress));
    }

    fn finished(&mut self, outcome: &BatchOutcome<usize>, progress: &BatchProgress) {
        assert_eq!(*outcome.key(), outcome.index);
        self.0.lock().unwrap().push(Event::Finished(outcome.clone(), *progress));
    }
}

impl Journal {
    pub(super) fn events(&self) -> Vec<Event> {
        self.0.lock().unwrap().clone()
    }

    pub(super) fn started(&self) -> Vec<usize> {
        let started = |event: &Event| matches!(event, Event::Started(..));
        self.events().iter().filter(|event| started(event)).map(Event::index).collect()
    }

    pub(super) fn outcomes(&self) -> Vec<BatchOutcome<usize>> {
        let outcome = |event| if let Event::Finished(outcome, _) = event { Some(outcome) } else { None };
        self.events().into_iter().filter_map(outcome).collect()
    }
}

impl Event {
    pub(super) fn index(&self) -> usize {
        match self {
            Self::Started(index, _) => *index,
            Self::Finished(outcome, _) => outcome.index,
        }
    }

    /// Returns whether a message ended because its credential was refused.
    pub(super) fn is_refusal(&self) -> bool {
        let Self::Finished(outcome, _) = self else { return false };
        outcome.error().is_some_and(|error| error.kind() == ErrorKind::Authentication)
    }

    pub(super) fn progress(&self) -> BatchProgress {
        let (Self::Started(_, progress) | Self::Finished(_, progress)) = self;
        *progress
    }
}
