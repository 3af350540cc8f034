//! Tests that each taken message has one outcome in every random scenario.

use std::time::Duration;

use futures_util::{Stream, StreamExt as _, stream};
use incs_client::transport::TransportErrorKind;
use incs_client::{BatchOptions, Client, Error, ErrorKind, RequestState};
use incs_model::envelope::Code;
use incs_model::viber;
use proptest::prelude::*;
use serde_json::json;

use super::scene::{Event, Journal, client, index, keyed, sent};
use crate::support::platform::{Answer, Platform};

/// The result of one message, and the delay of the input before it.
#[derive(Clone, Debug)]
struct Fate {
    ending: Ending,
    after: u64,
    input_after: u64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Ending {
    Sent,
    NotSent,
    Rejected,
    Unknown,
    Accepted,
    Unauthorized,
}

/// The way in which a batch is ended early.
#[derive(Clone, Copy, Debug)]
enum Stop {
    Never,
    Cancel(u64),
    Drop(u64),
}

fn fates() -> impl Strategy<Value = Vec<Fate>> {
    let ending = prop_oneof![
        20 => Just(Ending::Sent),
        3 => Just(Ending::NotSent),
        3 => Just(Ending::Rejected),
        3 => Just(Ending::Unknown),
        3 => Just(Ending::Accepted),
        1 => Just(Ending::Unauthorized),
    ];
    let times = (prop_oneof![Just(0), 0..200_u64], prop_oneof![4 => Just(0), 1 => 1..60_u64]);
    let fate = (ending, times).prop_map(|(ending, (after, input_after))| Fate { ending, after, input_after });
    prop::collection::vec(fate, 0..40)
}

fn stop() -> impl Strategy<Value = Stop> {
    prop_oneof![Just(Stop::Never), (0..600_u64).prop_map(Stop::Cancel), (0..600_u64).prop_map(Stop::Drop)]
}

fn platform(fates: &[Fate]) -> Platform {
    let fates = fates.to_vec();
    Platform::new(move |request| {
        let index = index(request);
        let answer = match fates[index].ending {
            Ending::Sent => sent(index),
            Ending::NotSent => Answer::error(TransportErrorKind::Connect),
            Ending::Rejected => Answer::failure(Code::Viber),
            Ending::Unknown => Answer::error(TransportErrorKind::Interrupted),
            Ending::Accepted => Answer::success(&json!([])),
            Ending::Unauthorized => Answer::failure(Code::InvalidCertificationCode),
        };
        answer.after(fates[index].after)
    })
}

fn input(fates: &[Fate]) -> impl Stream<Item = (usize, viber::Message)> + Send + use<> {
    let waits: Vec<_> = fates.iter().map(|fate| fate.input_after).collect();
    stream::iter(waits.into_iter().enumerate()).then(async |(index, wait)| {
        if wait > 0 {
            tokio::time::sleep(Duration::from_millis(wait)).await;
        }
        keyed(index)
    })
}

/// Runs a batch to its end, which `stop` may bring about.
async fn run(client: &Client, fates: &[Fate], options: BatchOptions, stop: Stop, journal: &Journal) -> usize {
    let batch = client.messages().send_all(input(fates), options).observe(journal.clone());
    let cancel_handle = batch.cancel_handle();
    let mut yielded = 0;
    let all = async {
        let mut batch = batch;
        while batch.next().await.is_some() {
            yielded += 1;
        }
    };
    match stop {
        Stop::Never => all.await,
        Stop::Drop(after) => drop(tokio::time::timeout(Duration::from_millis(after), all).await),
        Stop::Cancel(after) => {
            let cancel = async {
                tokio::time::sleep(Duration::from_millis(after)).await;
                cancel_handle.cancel();
            };
            tokio::join!(all, cancel);
        }
    }
    yielded
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn every_message_has_one_true_outcome(
        fates in fates(),
        concurrency in 0_usize..7,
        gap in prop_oneof![Just(0), 0..40_u64],
        stop in stop(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let platform = platform(&fates);
        let client = client(&platform);
        let journal = Journal::default();
        let gap = Duration::from_millis(gap);
        let options = BatchOptions::new().with_concurrency(concurrency).with_min_interval(gap);
        let yielded = runtime.block_on(run(&client, &fates, options, stop, &journal));

        let outcomes = journal.outcomes();
        let started = journal.started();
        let mut places: Vec<_> = outcomes.iter().map(|outcome| outcome.index).collect();
        places.sort_unstable();
        prop_assert_eq!(&places, &(0..outcomes.len()).collect::<Vec<_>>(), "one outcome for each place");
        prop_assert_eq!(&started, &(0..started.len()).collect::<Vec<_>>(), "started in the order of the input");

        let events = journal.events();
        let refusal = events.iter().position(Event::is_refusal);
        let stopped = refusal.is_some();
        let later = refusal.map_or(&[][..], |at| &events[at..]);
        prop_assert!(later.iter().all(|event| matches!(event, Event::Finished(..))), "nothing begins after a refusal");

        let dropped = matches!(stop, Stop::Drop(_));
        if matches!(stop, Stop::Never) && !stopped {
            prop_assert_eq!(outcomes.len(), fates.len());
        }
        for outcome in &outcomes {
            let error = outcome.error();
            let state = error.map(Error::request_state);
            if error.is_some_and(|error| error.kind() == ErrorKind::Cancelled) {
                let has_started = started.contains(&outcome.index);
                prop_assert!(dropped || !has_started, "a started message is finished");
                let left = has_started && fates[outcome.index].ending != Ending::NotSent;
                prop_assert_eq!(state, Some(if left { RequestState::Unknown } else { RequestState::NotSent }));
                continue;
            }
            let expected = match fates[outcome.index].ending {
                Ending::Sent => None,
                Ending::NotSent => Some(RequestState::NotSent),
                Ending::Rejected | Ending::Unauthorized => Some(RequestState::Rejected),
                Ending::Unknown => Some(RequestState::Unknown),
                Ending::Accepted => Some(RequestState::Accepted),
            };
            prop_assert_eq!(state, expected);
        }

        let seen = platform.seen();
        prop_assert!(seen.peak <= concurrency.max(1));
        prop_assert!(seen.starts.windows(2).all(|pair| pair[1] - pair[0] >= gap));
        prop_assert_eq!((seen.now, seen.starts.len()), (0, started.len()));
        if !dropped {
            prop_assert_eq!((seen.broken_off, yielded), (0, outcomes.len()));
        }
        let last = events.last().map(Event::progress).unwrap_or_default();
        let failed = outcomes.iter().filter(|outcome| outcome.result.is_err()).count();
        prop_assert_eq!((last.done, last.in_flight, last.failed, last.taken), (outcomes.len(), 0, failed, outcomes.len()));
    }
}
