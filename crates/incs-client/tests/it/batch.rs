//! Many messages at once.

mod cancelled;
mod dropped;
mod journal;
mod paced;
mod properties;
mod scene;

use std::error::Error as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::{Stream as _, StreamExt as _, stream};
use incs_client::transport::TransportErrorKind;
use incs_client::{BatchOptions, BatchOutcome, BatchProgress, Client, Error, ErrorKind, RequestState, RetryAdvice};
use incs_model::envelope::Code;
use incs_model::{Channel, viber};
use serde_json::json;

use self::journal::Journal;
use self::scene::{CALLED_OFF, client, index, message, sent, states};
use crate::support::platform::{Answer, Platform};

#[tokio::test(start_paused = true)]
async fn outcomes_come_as_messages_end_and_name_their_places() {
    let platform = Platform::new(|request| sent(index(request)).after([30, 10, 20][index(request)]));
    let batch = client(&platform).messages().send_all(stream::iter((0..3).map(message)), BatchOptions::new());
    assert_eq!(batch.size_hint(), (0, Some(3)));
    let outcomes: Vec<_> = batch.collect().await;
    let ids = outcomes.iter().map(|outcome| (outcome.index, outcome.result.as_ref().unwrap().msg_id.as_str()));
    assert_eq!(ids.collect::<Vec<_>>(), [(1, "m-1"), (2, "m-2"), (0, "m-0")]);
}

#[tokio::test]
async fn a_batch_of_nothing_ends_at_once() {
    let platform = Platform::new(|_| panic!("nothing is to be sent"));
    let mut batch = client(&platform).messages().send_all_iter(Vec::<viber::Message>::new(), BatchOptions::new());
    assert!(batch.next().await.is_none());
    assert!(batch.next().await.is_none());
    assert_eq!(batch.collect_all().await.total(), 0);
}

#[tokio::test(start_paused = true)]
async fn no_more_messages_are_in_flight_than_asked_for_nor_taken_before_their_turn() {
    for (options, peak) in [(BatchOptions::new(), 8), (BatchOptions::new().with_concurrency(0), 1)] {
        let platform = Platform::new(|request| sent(index(request)).after(10));
        let taken = AtomicUsize::new(0);
        let messages = (0..50).map(|index| {
            taken.fetch_add(1, Ordering::Relaxed);
            message(index)
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
async fn the_report_counts_each_message_once_by_what_is_known_of_it() {
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
    let report =
        client(&platform).messages().send_all_iter((0..7).map(message), BatchOptions::new()).collect_all().await;
    assert_eq!((report.sent, report.not_sent, report.rejected, report.unknown, report.accepted), (2, 2, 1, 1, 1));
    assert_eq!(report.failures.iter().map(|failure| failure.index).collect::<Vec<_>>(), [0, 1, 2, 3, 5]);
    assert_eq!(report.failures[4].error.request_state(), RequestState::NotSent);
    assert_eq!(report.total(), 7);
}

#[tokio::test(start_paused = true)]
async fn a_message_that_was_throttled_is_sent_again_within_the_batch() {
    let throttled = Mutex::new(true);
    let platform = Platform::new(move |request| {
        let first = std::mem::take(&mut *throttled.lock().unwrap());
        if first { Answer::failure(Code::TooManyAttempts) } else { sent(index(request)) }
    });
    let client = Client::builder(platform.clone()).certification_code("any").build().unwrap();
    let report = client.messages().send_all_iter((0..3).map(message), BatchOptions::new()).collect_all().await;
    assert_eq!((report.sent, platform.requests()), (3, 4));
}

#[tokio::test(start_paused = true)]
async fn a_refused_credential_stops_the_batch_and_what_is_in_flight_is_finished() {
    let platform = Platform::new(|request| match index(request) {
        4 => Answer::failure(Code::InvalidCertificationCode).after(10),
        other => sent(other).after(20 + other as u64),
    });
    let options = BatchOptions::new().with_concurrency(5);
    let outcomes: Vec<_> = client(&platform).messages().send_all_iter((0..8).map(message), options).collect().await;
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
    let outcomes: Vec<_> = client.messages().send_all_iter((0..3).map(message), options).collect().await;
    let missing = Some((ErrorKind::Credential, RequestState::NotSent, 0));
    assert_eq!(states(&outcomes), [(0, missing), (1, CALLED_OFF), (2, CALLED_OFF)]);
}

#[tokio::test(start_paused = true)]
async fn the_observer_is_told_of_each_message_before_it_leaves_and_when_it_has_ended() {
    let platform = Platform::new(|request| match index(request) {
        0 => Answer::failure(Code::Viber).after(5),
        other => sent(other).after(10),
    });
    let journal = Journal::default();
    let options = BatchOptions::new().with_concurrency(2);
    let batch = client(&platform).messages().send_all_iter((0..3).map(message), options).observe(journal.clone());
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
async fn a_closure_observes_and_a_length_that_is_not_known_is_not_told() {
    let platform = Platform::new(|request| sent(index(request)));
    let mut seen = Vec::new();
    let observer = |outcome: &BatchOutcome, progress: &BatchProgress| seen.push((outcome.index, progress.total));
    let messages = (0..4).filter(|index| index % 2 == 0).map(|index| message(index / 2));
    client(&platform).messages().send_all_iter(messages, BatchOptions::new()).observe(observer).collect_all().await;
    assert_eq!(seen, [(0, None), (1, None)]);
}

#[tokio::test(start_paused = true)]
async fn giving_up_the_wait_for_an_outcome_loses_nothing() {
    let platform = Platform::new(|request| sent(index(request)).after(10));
    let mut batch = client(&platform).messages().send_all_iter((0..2).map(message), BatchOptions::new());
    assert!(tokio::time::timeout(Duration::from_millis(5), batch.next()).await.is_err());
    assert_eq!(batch.progress().in_flight, 2);
    assert_eq!(batch.collect_all().await.sent, 2);
    assert_eq!(platform.requests(), 2);
}
