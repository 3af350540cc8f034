//! Batches that are dropped while messages are in flight.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use incs_client::retry::RetryPolicy;
use incs_client::transport::TransportErrorKind;
use incs_client::{BatchOptions, BatchOutcome, BatchProgress, Client, ErrorKind, RequestState, RetryAdvice};

use super::journal::Journal;
use super::scene::{CALLED_OFF, client, index, message, sent, states};
use crate::support::platform::{Answer, Platform};

/// Begins a batch over these answers, drops it, and gives what the observer was told then.
async fn drop_midway(client: &Client, count: usize, options: BatchOptions) -> Vec<BatchOutcome> {
    let journal = Journal::default();
    let mut batch = client.messages().send_all_iter((0..count).map(message), options).observe(journal.clone());
    assert!(tokio::time::timeout(Duration::from_millis(100), batch.next()).await.is_err());
    assert!(journal.outcomes().is_empty());
    drop(batch);
    journal.outcomes()
}

#[tokio::test(start_paused = true)]
async fn the_observer_is_told_what_is_known_of_each_message_in_flight() {
    let platform = Platform::new(|request| match index(request) {
        0 | 3 => Answer::silence(),
        1 => Answer::held(),
        _ => Answer::held_until_broken_off(),
    });
    let outcomes = drop_midway(&client(&platform), 9, BatchOptions::new().with_concurrency(4)).await;
    let known = |state| Some((ErrorKind::Cancelled, state, 1));
    let [unknown, not_sent] = [RequestState::Unknown, RequestState::NotSent].map(known);
    assert_eq!(states(&outcomes), [(0, unknown), (1, not_sent), (2, unknown), (3, unknown)]);
    let advice = |index: usize| outcomes[index].error().unwrap().retry_advice();
    assert_eq!((advice(0), advice(1)), (RetryAdvice::FindOut, RetryAdvice::Later { after: None }));
    assert_eq!(platform.seen().broken_off, 4);
}

#[tokio::test(start_paused = true)]
async fn a_message_that_waited_for_its_turn_was_not_sent() {
    let platform = Platform::new(|_| Answer::silence());
    let options = BatchOptions::new().with_min_gap(Duration::from_mins(1));
    let outcomes = drop_midway(&client(&platform), 9, options).await;
    let unknown = Some((ErrorKind::Cancelled, RequestState::Unknown, 1));
    assert_eq!(states(&outcomes), [(0, unknown), (1, CALLED_OFF)]);
}

#[tokio::test(start_paused = true)]
async fn every_attempt_of_a_message_counts() {
    // One of them that may have left is enough.
    for (first, second, state) in [
        (Answer::error(TransportErrorKind::Connect), Answer::held(), RequestState::NotSent),
        (Answer::error(TransportErrorKind::Connect), Answer::silence(), RequestState::Unknown),
    ] {
        let attempts = AtomicUsize::new(0);
        let platform = Platform::new(move |_| match attempts.fetch_add(1, Ordering::Relaxed) {
            0 => first.clone(),
            _ => second.clone(),
        });
        let policy = RetryPolicy::new().with_base_delay(Duration::from_millis(10));
        let client = Client::builder(platform.clone()).certification_code("any").retry(policy).build().unwrap();
        let outcomes = drop_midway(&client, 1, BatchOptions::new()).await;
        assert_eq!(states(&outcomes), [(0, Some((ErrorKind::Cancelled, state, 2)))]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_never_began_has_nothing_to_tell() {
    let platform = Platform::new(|_| panic!("nothing is to be sent"));
    let journal = Journal::default();
    let batch = client(&platform).messages().send_all_iter((0..3).map(message), BatchOptions::new());
    drop(batch.observe(journal.clone()));
    assert!(journal.events().is_empty());
}

#[test]
fn an_observer_that_panics_is_not_called_again() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let platform = Platform::new(|request| if index(request) == 0 { sent(0) } else { Answer::silence() });
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let observer = move |_: &BatchOutcome, _: &BatchProgress| {
        counted.fetch_add(1, Ordering::Relaxed);
        panic!("the disk of the journal is full");
    };
    let batch = client(&platform).messages().send_all_iter((0..3).map(message), BatchOptions::new()).observe(observer);
    let run = std::panic::AssertUnwindSafe(|| runtime.block_on(batch.collect_all()));
    assert!(std::panic::catch_unwind(run).is_err());
    assert_eq!(calls.load(Ordering::Relaxed), 1);
}
