//! Batches that are stopped from elsewhere.

use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use incs_client::{BatchOptions, BatchOutcome, BatchProgress, ErrorKind, RetryAdvice};

use super::journal::Journal;
use super::scene::{CALLED_OFF, client, index, message, sent, states};
use crate::support::platform::Platform;

#[tokio::test(start_paused = true)]
async fn what_is_in_flight_is_finished_and_the_rest_is_called_off() {
    let platform = Platform::new(|request| sent(index(request)).after(100));
    let options = BatchOptions::new().with_concurrency(3);
    let journal = Journal::default();
    let batch = client(&platform).messages().send_all_iter((0..200).map(message), options).observe(journal.clone());
    let canceller = batch.canceller();
    let batch = tokio::spawn(batch.collect_all());
    tokio::time::sleep(Duration::from_millis(150)).await;
    assert!(!canceller.is_cancelled());
    canceller.cancel();
    let report = batch.await.unwrap();
    assert_eq!((report.sent, report.not_sent, report.total()), (6, 194, 200));
    assert_eq!((platform.requests(), platform.seen().broken_off), (6, 0));
    assert!(report.failures.iter().all(|failure| {
        failure.error.kind() == ErrorKind::Cancelled
            && failure.error.retry_advice() == RetryAdvice::Later { after: None }
    }));
    assert_eq!(journal.started(), [0, 1, 2, 3, 4, 5]);
    assert_eq!(journal.outcomes().len(), 200);
}

#[tokio::test]
async fn a_batch_that_is_cancelled_before_it_begins_sends_nothing() {
    let platform = Platform::new(|_| panic!("nothing is to be sent"));
    let batch = client(&platform).messages().send_all_iter((0..2).map(message), BatchOptions::new());
    batch.canceller().cancel();
    assert_eq!(states(&batch.collect::<Vec<_>>().await), [(0, CALLED_OFF), (1, CALLED_OFF)]);
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_waits_for_its_input_is_woken_and_ends() {
    let platform = Platform::new(|request| sent(index(request)));
    let messages = stream::iter([message(0)]).chain(stream::pending());
    let batch = client(&platform).messages().send_all(messages, BatchOptions::new());
    let canceller = batch.canceller();
    let batch = tokio::spawn(batch.collect_all());
    tokio::time::sleep(Duration::from_secs(1)).await;
    canceller.clone().cancel();
    let report = tokio::time::timeout(Duration::from_secs(1), batch).await.expect("a batch that is woken");
    assert_eq!(report.unwrap().total(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_waits_for_its_pace_is_woken_and_ends() {
    let platform = Platform::new(|request| sent(index(request)));
    let options = BatchOptions::new().with_min_gap(Duration::from_hours(1));
    let batch = client(&platform).messages().send_all_iter((0..3).map(message), options);
    let canceller = batch.canceller();
    let batch = tokio::spawn(batch.collect_all());
    let begun = tokio::time::Instant::now();
    tokio::time::sleep(Duration::from_secs(1)).await;
    canceller.cancel();
    let report = batch.await.unwrap();
    assert_eq!((report.sent, report.not_sent), (1, 2));
    assert_eq!(begun.elapsed(), Duration::from_secs(1));
}

#[tokio::test]
async fn an_observer_may_cancel() {
    let platform = Platform::new(|request| sent(index(request)));
    let options = BatchOptions::new().with_concurrency(1);
    let batch = client(&platform).messages().send_all_iter((0..5).map(message), options);
    let canceller = batch.canceller();
    let batch = batch.observe(move |outcome: &BatchOutcome, _: &BatchProgress| {
        if outcome.index == 1 {
            canceller.cancel();
        }
    });
    let report = batch.collect_all().await;
    assert_eq!((report.sent, report.not_sent), (2, 3));
}

/// A channel of tokio gives one task so much in a turn and then pretends to be empty.
#[tokio::test]
async fn an_input_that_holds_back_for_the_sake_of_other_tasks_is_drained_nevertheless() {
    let platform = Platform::new(|_| panic!("nothing is to be sent"));
    let (sender, mut receiver) = tokio::sync::mpsc::channel(1000);
    for index in 0..1000 {
        sender.try_send(message(index)).unwrap();
    }
    let messages = stream::poll_fn(move |context| receiver.poll_recv(context));
    let batch = client(&platform).messages().send_all(messages, BatchOptions::new());
    batch.canceller().cancel();
    let report = batch.collect_all().await;
    assert_eq!((report.not_sent, report.total()), (1000, 1000));
    // The input is not only left alone: whoever fills it learns that nobody reads it any more.
    assert!(sender.is_closed());
}
