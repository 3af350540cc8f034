//! Many messages at once.

mod properties;
mod scene;

use std::error::Error as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{Stream as _, StreamExt as _, stream};
use incs_client::retry::RetryPolicy;
use incs_client::transport::TransportErrorKind;
use incs_client::{BatchOptions, BatchOutcome, BatchProgress, Client, Error, ErrorKind, RequestState, RetryAdvice};
use incs_model::envelope::Code;
use incs_model::{Channel, viber};
use serde_json::json;

use self::scene::{CALLED_OFF, Journal, client, index, keyed, message, sent, states};
use crate::support::platform::{Answer, Platform};

#[tokio::test(start_paused = true)]
async fn outcomes_arrive_in_completion_order() {
    let platform = Platform::new(|request| sent(index(request)).after([30, 10, 20][index(request)]));
    let batch = client(&platform).messages().send_all(stream::iter((0..3).map(keyed)), BatchOptions::new());
    assert_eq!(batch.size_hint(), (0, Some(3)));
    let outcomes: Vec<_> = batch.collect().await;
    let ids = outcomes.iter().map(|outcome| (outcome.index, outcome.result.as_ref().unwrap().message_id.as_str()));
    assert_eq!(ids.collect::<Vec<_>>(), [(1, "m-1"), (2, "m-2"), (0, "m-0")]);
}

#[tokio::test]
async fn empty_batch_ends_immediately() {
    let platform = Platform::new(|_| panic!("nothing is to be sent"));
    let mut batch =
        client(&platform).messages().send_all_iter(Vec::<(usize, viber::Message)>::new(), BatchOptions::new());
    assert!(batch.next().await.is_none());
    assert!(batch.next().await.is_none());
    assert_eq!(batch.collect_all().await.total(), 0);
}

#[tokio::test(start_paused = true)]
async fn concurrency_limit_is_respected() {
    for (options, peak) in [(BatchOptions::new(), 8), (BatchOptions::new().with_concurrency(0), 1)] {
        let platform = Platform::new(|request| sent(index(request)).after(10));
        let taken = AtomicUsize::new(0);
        let messages = (0..50).map(|index| {
            taken.fetch_add(1, Ordering::Relaxed);
            keyed(index)
        });
        let mut batch = client(&platform).messages().send_all_iter(messages, options);
        let mut ended = 0;
        while batch.next().await.is_some() {
            ended += 1;
            assert!(taken.load(Ordering::Relaxed) <= ended + peak);
        }
        assert_eq!((ended, platform.seen().peak), (50, peak));
    }
}

#[tokio::test(start_paused = true)]
async fn report_counts_each_message_once() {
    let platform = Platform::new(|request| {
        match index(request) {
            0 | 5 => Answer::error(TransportErrorKind::Connect),
            1 => Answer::error(TransportErrorKind::Interrupted),
            2 => Answer::failure(Code::Viber),
            3 => Answer::success(&json!([])),
            other => sent(other),
        }
        .after(10 - index(request) as u64)
    });
    let report = client(&platform).messages().send_all_iter((0..7).map(keyed), BatchOptions::new()).collect_all().await;
    assert_eq!((report.sent, report.not_sent, report.rejected, report.unknown, report.accepted), (2, 2, 1, 1, 1));
    assert_eq!(report.failures.iter().map(|failure| failure.index).collect::<Vec<_>>(), [0, 1, 2, 3, 5]);
    assert_eq!(report.failures[4].error.request_state(), RequestState::NotSent);
    assert_eq!(report.total(), 7);
}

#[tokio::test(start_paused = true)]
async fn outcome_returns_the_key_of_its_message() {
    // Equal keys are allowed, and the keys need no trait at all.
    struct Key(&'static str);

    let platform = Platform::new(|request| match index(request) {
        0 => Answer::error(TransportErrorKind::Interrupted).after(20),
        other => sent(other).after(10),
    });
    let messages = ["a", "b", "a"].into_iter().map(Key).zip((0..3).map(message));
    let mut batch = client(&platform).messages().send_all_iter(messages, BatchOptions::new());
    let mut keys = Vec::new();
    while let Some(outcome) = batch.next().await {
        assert!(!format!("{outcome:?}").contains("key"), "{outcome:?}");
        keys.push((outcome.key().0, outcome.index));
    }
    assert_eq!(keys, [("b", 1), ("a", 2), ("a", 0)]);
    assert_eq!(platform.requests(), 3);
}

#[tokio::test(start_paused = true)]
async fn report_and_dropped_batch_return_keys() {
    let platform = Platform::new(|_| Answer::error(TransportErrorKind::Interrupted));
    let messages = ["a", "b"].into_iter().zip((0..2).map(message));
    let report = client(&platform).messages().send_all_iter(messages, BatchOptions::new()).collect_all().await;
    assert_eq!(report.failures.iter().map(|failure| failure.key).collect::<Vec<_>>(), ["a", "b"]);

    let platform = Platform::new(|_| Answer::silence());
    let mut keys = Vec::new();
    let messages = ["a", "b"].into_iter().zip((0..2).map(message));
    let batch = client(&platform).messages().send_all_iter(messages, BatchOptions::new().with_concurrency(1));
    let mut batch = batch.observe(|outcome: &BatchOutcome<_>, _: &BatchProgress| keys.push(*outcome.key()));
    assert!(tokio::time::timeout(Duration::from_millis(5), batch.next()).await.is_err());
    drop(batch);
    assert_eq!(keys, ["a"]);
}

#[tokio::test(start_paused = true)]
async fn throttled_message_is_retried_in_batch() {
    let throttled = Mutex::new(true);
    let platform = Platform::new(move |request| {
        let first = std::mem::take(&mut *throttled.lock().unwrap());
        if first { Answer::failure(Code::TooManyAttempts) } else { sent(index(request)) }
    });
    let client = Client::builder(platform.clone()).certification_code("any").build().unwrap();
    let report = client.messages().send_all_iter((0..3).map(keyed), BatchOptions::new()).collect_all().await;
    assert_eq!((report.sent, platform.requests()), (3, 4));
}

#[tokio::test(start_paused = true)]
async fn refused_credential_stops_the_batch() {
    let platform = Platform::new(|request| match index(request) {
        4 => Answer::failure(Code::InvalidCertificationCode).after(10),
        other => sent(other).after(20 + other as u64),
    });
    let options = BatchOptions::new().with_concurrency(5);
    let outcomes: Vec<_> = client(&platform).messages().send_all_iter((0..8).map(keyed), options).collect().await;
    let refused = Some((ErrorKind::Authentication, RequestState::Rejected, 1));
    let mut expected = vec![(4, refused), (5, CALLED_OFF), (6, CALLED_OFF), (7, CALLED_OFF)];
    expected.extend((0..4).map(|index| (index, None)));
    assert_eq!(states(&outcomes), expected);
    assert_eq!((platform.requests(), platform.seen().broken_off), (5, 0));
    let called_off = outcomes[1].error().unwrap();
    let cause = called_off.source().unwrap().downcast_ref::<Error>().unwrap();
    assert_eq!((cause.kind(), called_off.retry_advice()), (ErrorKind::Authentication, RetryAdvice::Authenticate));
}

#[tokio::test]
async fn a_missing_credential_stops_the_batch() {
    let platform = Platform::new(|_| panic!("nothing is to be sent"));
    let client = Client::builder(platform.clone()).channel_code(&Channel::Rcs, "rcs").build().unwrap();
    let options = BatchOptions::new().with_concurrency(1);
    let outcomes: Vec<_> = client.messages().send_all_iter((0..3).map(keyed), options).collect().await;
    let missing = Some((ErrorKind::Credential, RequestState::NotSent, 0));
    assert_eq!(states(&outcomes), [(0, missing), (1, CALLED_OFF), (2, CALLED_OFF)]);
}

#[tokio::test(start_paused = true)]
async fn observer_sees_start_and_end() {
    let platform = Platform::new(|request| match index(request) {
        0 => Answer::failure(Code::Viber).after(5),
        other => sent(other).after(10),
    });
    let journal = Journal::default();
    let options = BatchOptions::new().with_concurrency(2);
    let batch = client(&platform).messages().send_all_iter((0..3).map(keyed), options).observe(journal.clone());
    assert_eq!(batch.collect_all().await.sent, 2);
    let numbers = journal.events().into_iter().map(|event| {
        let BatchProgress { taken, in_flight, done, failed, total, .. } = event.progress();
        assert_eq!(total, Some(3));
        (event.index(), [taken, in_flight, done, failed])
    });
    let expected = [
        (0, [1, 1, 0, 0]),
        (1, [2, 2, 0, 0]),
        (0, [2, 1, 1, 1]),
        (2, [3, 2, 1, 1]),
        (1, [3, 1, 2, 1]),
        (2, [3, 0, 3, 1]),
    ];
    assert_eq!(numbers.collect::<Vec<_>>(), expected);
    assert_eq!(journal.started(), [0, 1, 2]);
}

#[tokio::test]
async fn closure_can_observe_unknown_length() {
    let platform = Platform::new(|request| sent(index(request)));
    let mut seen = Vec::new();
    let observer = |outcome: &BatchOutcome<usize>, progress: &BatchProgress| seen.push((outcome.index, progress.total));
    let messages = (0..4).filter(|index| index % 2 == 0).map(|index| keyed(index / 2));
    client(&platform).messages().send_all_iter(messages, BatchOptions::new()).observe(observer).collect_all().await;
    assert_eq!(seen, [(0, None), (1, None)]);
}

#[tokio::test(start_paused = true)]
async fn cancelled_next_loses_no_outcome() {
    let platform = Platform::new(|request| sent(index(request)).after(10));
    let mut batch = client(&platform).messages().send_all_iter((0..2).map(keyed), BatchOptions::new());
    assert!(tokio::time::timeout(Duration::from_millis(5), batch.next()).await.is_err());
    assert_eq!(batch.progress().in_flight, 2);
    assert_eq!(batch.collect_all().await.sent, 2);
    assert_eq!(platform.requests(), 2);
}

#[tokio::test(start_paused = true)]
async fn cancel_finishes_messages_in_flight() {
    let platform = Platform::new(|request| sent(index(request)).after(100));
    let options = BatchOptions::new().with_concurrency(3);
    let journal = Journal::default();
    let batch = client(&platform).messages().send_all_iter((0..200).map(keyed), options).observe(journal.clone());
    let cancel_handle = batch.cancel_handle();
    let batch = tokio::spawn(batch.collect_all());
    tokio::time::sleep(Duration::from_millis(150)).await;
    assert!(!cancel_handle.is_cancelled());
    cancel_handle.cancel();
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
async fn early_cancel_sends_nothing() {
    let platform = Platform::new(|_| panic!("nothing is to be sent"));
    let batch = client(&platform).messages().send_all_iter((0..2).map(keyed), BatchOptions::new());
    batch.cancel_handle().cancel();
    assert_eq!(states(&batch.collect::<Vec<_>>().await), [(0, CALLED_OFF), (1, CALLED_OFF)]);
}

#[tokio::test(start_paused = true)]
async fn cancel_wakes_waiting_input() {
    let platform = Platform::new(|request| sent(index(request)));
    let messages = stream::iter([keyed(0)]).chain(stream::pending());
    let batch = client(&platform).messages().send_all(messages, BatchOptions::new());
    let cancel_handle = batch.cancel_handle();
    let batch = tokio::spawn(batch.collect_all());
    tokio::time::sleep(Duration::from_secs(1)).await;
    cancel_handle.clone().cancel();
    let report = tokio::time::timeout(Duration::from_secs(1), batch).await.expect("a batch that is woken");
    assert_eq!(report.unwrap().total(), 1);
}

#[tokio::test(start_paused = true)]
async fn cancel_wakes_paced_batch() {
    let platform = Platform::new(|request| sent(index(request)));
    let options = BatchOptions::new().with_min_interval(Duration::from_hours(1));
    let batch = client(&platform).messages().send_all_iter((0..3).map(keyed), options);
    let cancel_handle = batch.cancel_handle();
    let batch = tokio::spawn(batch.collect_all());
    let start = tokio::time::Instant::now();
    tokio::time::sleep(Duration::from_secs(1)).await;
    cancel_handle.cancel();
    let report = batch.await.unwrap();
    assert_eq!((report.sent, report.not_sent), (1, 2));
    assert_eq!(start.elapsed(), Duration::from_secs(1));
}

#[tokio::test]
async fn an_observer_may_cancel() {
    let platform = Platform::new(|request| sent(index(request)));
    let options = BatchOptions::new().with_concurrency(1);
    let batch = client(&platform).messages().send_all_iter((0..5).map(keyed), options);
    let cancel_handle = batch.cancel_handle();
    let batch = batch.observe(move |outcome: &BatchOutcome<usize>, _: &BatchProgress| {
        if outcome.index == 1 {
            cancel_handle.cancel();
        }
    });
    let report = batch.collect_all().await;
    assert_eq!((report.sent, report.not_sent), (2, 3));
}

/// A channel of tokio gives one task so much in a turn and then pretends to be empty.
#[tokio::test]
async fn cooperative_input_is_drained() {
    let platform = Platform::new(|_| panic!("nothing is to be sent"));
    let (sender, mut receiver) = tokio::sync::mpsc::channel(1000);
    for index in 0..1000 {
        sender.try_send(keyed(index)).unwrap();
    }
    let messages = stream::poll_fn(move |context| receiver.poll_recv(context));
    let batch = client(&platform).messages().send_all(messages, BatchOptions::new());
    batch.cancel_handle().cancel();
    let report = batch.collect_all().await;
    assert_eq!((report.not_sent, report.total()), (1000, 1000));
    // The input is dropped, so its sender sees that the receiver is gone.
    assert!(sender.is_closed());
}

/// Starts a batch over these replies, drops it, and returns what the observer received then.
async fn drop_midway(client: &Client, count: usize, options: BatchOptions) -> Vec<BatchOutcome<usize>> {
    let journal = Journal::default();
    let mut batch = client.messages().send_all_iter((0..count).map(keyed), options).observe(journal.clone());
    assert!(tokio::time::timeout(Duration::from_millis(100), batch.next()).await.is_err());
    assert!(journal.outcomes().is_empty());
    drop(batch);
    journal.outcomes()
}

#[tokio::test(start_paused = true)]
async fn dropped_batch_reports_messages_in_flight() {
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
    assert_eq!((advice(0), advice(1)), (RetryAdvice::Reconcile, RetryAdvice::Later { after: None }));
    assert_eq!(platform.seen().broken_off, 4);
}

#[tokio::test(start_paused = true)]
async fn queued_message_was_not_sent() {
    let platform = Platform::new(|_| Answer::silence());
    let options = BatchOptions::new().with_min_interval(Duration::from_mins(1));
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
async fn unstarted_batch_reports_nothing() {
    let platform = Platform::new(|_| panic!("nothing is to be sent"));
    let journal = Journal::default();
    let batch = client(&platform).messages().send_all_iter((0..3).map(keyed), BatchOptions::new());
    drop(batch.observe(journal.clone()));
    assert!(journal.events().is_empty());
}

#[test]
fn panicking_observer_is_not_called_again() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let platform = Platform::new(|request| if index(request) == 0 { sent(0) } else { Answer::silence() });
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let observer = move |_: &BatchOutcome<usize>, _: &BatchProgress| {
        counted.fetch_add(1, Ordering::Relaxed);
        panic!("the disk of the journal is full");
    };
    let batch = client(&platform).messages().send_all_iter((0..3).map(keyed), BatchOptions::new()).observe(observer);
    let run = std::panic::AssertUnwindSafe(|| runtime.block_on(batch.collect_all()));
    assert!(std::panic::catch_unwind(run).is_err());
    assert_eq!(calls.load(Ordering::Relaxed), 1);
}

fn gaps(platform: &Platform) -> Vec<Duration> {
    platform.seen().starts.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

#[tokio::test(start_paused = true)]
async fn min_interval_separates_starts() {
    let platform = Platform::new(|request| sent(index(request)));
    let options = BatchOptions::new().with_min_interval(Duration::from_mins(1));
    let start = tokio::time::Instant::now();
    let report = client(&platform).messages().send_all_iter((0..4).map(keyed), options).collect_all().await;
    assert_eq!((report.sent, gaps(&platform)), (4, vec![Duration::from_mins(1); 3]));
    assert_eq!(start.elapsed(), Duration::from_mins(3));
}

#[tokio::test(start_paused = true)]
async fn lost_time_is_not_recovered() {
    let platform = Platform::new(|request| sent(index(request)).after(if index(request) == 0 { 1000 } else { 1 }));
    let options = BatchOptions::new().with_concurrency(1).with_max_per_second(10);
    client(&platform).messages().send_all_iter((0..3).map(keyed), options).collect_all().await;
    assert_eq!(gaps(&platform), [Duration::from_secs(1), Duration::from_millis(100)]);
}

#[tokio::test(start_paused = true)]
async fn rate_holds_in_every_second() {
    for allowed in [1, 3, 7, 999] {
        let platform = Platform::new(|request| sent(index(request)));
        let options = BatchOptions::new().with_max_per_second(allowed).with_concurrency(100);
        let count = allowed as usize * 2 + 1;
        client(&platform).messages().send_all_iter((0..count).map(keyed), options).collect_all().await;
        let seen = platform.seen();
        for window in seen.starts.windows(allowed as usize + 1) {
            assert!(window[allowed as usize] - window[0] >= Duration::from_secs(1), "{allowed}");
        }
    }
}

#[test]
fn interval_is_rounded_up() {
    let gap = |messages| BatchOptions::new().with_max_per_second(messages).min_interval;
    assert_eq!(gap(0), Duration::from_secs(1));
    assert_eq!(gap(3), Duration::from_nanos(333_333_334));
    assert_eq!(gap(u32::MAX), Duration::from_nanos(1));
}

#[tokio::test(start_paused = true)]
async fn longest_interval_sends_first_message() {
    let platform = Platform::new(|request| sent(index(request)));
    let options = BatchOptions::new().with_min_interval(Duration::MAX);
    let mut batch = client(&platform).messages().send_all_iter((0..2).map(keyed), options);
    assert!(batch.next().await.unwrap().result.is_ok());
    batch.cancel_handle().cancel();
    assert_eq!(states(&[batch.next().await.unwrap()]), [(1, CALLED_OFF)]);
    assert!(batch.next().await.is_none());
}
