//! Status queries for any number of messages.

use std::collections::HashSet;
use std::error::Error as _;

use incs_client::transport::Request;
use incs_client::{Client, Error, ErrorKind, RequestState, StatusReport};
use incs_model::Channel;
use incs_model::envelope::Code;
use incs_model::id::MessageId;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::platform::{Answer, Platform};

fn client(platform: &Platform) -> Client {
    Client::builder(platform.clone()).certification_code("any").channel_code(&Channel::Rcs, "rcs").build().unwrap()
}

/// The ids that a request asks for. Those of these tests need no decoding.
fn asked(request: &Request) -> Vec<String> {
    let value = request.uri().query().unwrap().strip_prefix("message_ids=").unwrap();
    value.split(',').map(str::to_owned).collect()
}

fn row(id: &str, status: &str) -> Value {
    json!({ "message_id": id, "message_status": status, "created_at": 1_775_540_101 })
}

fn rows<'a>(ids: impl IntoIterator<Item = &'a String>) -> Value {
    json!({ "data": ids.into_iter().map(|id| row(id, "read")).collect::<Vec<_>>() })
}

fn number(id: &str) -> usize {
    id.strip_prefix("id-").unwrap().parse().unwrap()
}

fn ids(numbers: impl IntoIterator<Item = usize>) -> Vec<MessageId> {
    numbers.into_iter().map(|number| format!("id-{number}").into()).collect()
}

fn answered(report: &StatusReport) -> Vec<MessageId> {
    report.answered().iter().map(|row| row.message_id.clone()).collect()
}

/// A platform that knows every message. Later queries are answered sooner.
fn all_knowing() -> Platform {
    Platform::new(|request| {
        let ids = asked(request);
        Answer::success(&rows(ids.iter().rev())).after(2000_u64.saturating_sub(number(&ids[0]) as u64))
    })
}

#[tokio::test(start_paused = true)]
async fn statuses_use_fewest_queries() {
    for (count, queries) in [(0, 0), (1, 1), (100, 1), (101, 2), (10_000, 100)] {
        let platform = all_knowing();
        let report = client(&platform).messages().status(ids(0..count)).await.unwrap();
        assert_eq!(answered(&report), ids(0..count), "{count}");
        assert!(report.unanswered().is_empty());
        assert_eq!(report.unasked(), 0);
        let seen = platform.seen();
        assert_eq!((seen.starts.len(), seen.peak), (queries, queries.min(4)), "{count}");
    }
}

#[tokio::test(start_paused = true)]
async fn status_concurrency_is_limited() {
    for (concurrency, peak) in [(0, 1), (1, 1), (3, 3), (64, 5)] {
        let platform = all_knowing();
        client(&platform).messages().status(ids(0..500)).concurrency(concurrency).await.unwrap();
        assert_eq!(platform.seen().peak, peak);
    }
}

#[tokio::test(start_paused = true)]
async fn duplicate_ids_are_queried_once() {
    let platform = all_knowing();
    let twice = ids((0..100).chain(50..100).chain([120, 0]));
    let report = client(&platform).messages().status(twice).await.unwrap();
    assert_eq!(answered(&report), ids((0..100).chain([120])));
    assert_eq!(platform.requests(), 2);
}

#[tokio::test]
async fn unanswered_messages_are_named() {
    let platform = Platform::new(|request| {
        let ids = asked(request);
        Answer::success(&rows(ids.iter().filter(|id| !number(id).is_multiple_of(3))))
    });
    let report = client(&platform).messages().status(ids(0..250)).await.unwrap();
    assert_eq!(answered(&report), ids((0..250).filter(|number| number % 3 != 0)));
    assert_eq!(report.unanswered(), ids((0..250).filter(|number| number % 3 == 0)));
    for (number, id) in ids(0..250).iter().enumerate() {
        assert_eq!(report.get(id).map(|row| &row.message_id), (number % 3 != 0).then_some(id));
    }
    assert_eq!(report.get(&"id-1000".into()), None);
    assert_eq!(report.get(&"".into()), None);
}

#[tokio::test]
async fn last_row_of_a_message_wins() {
    let platform = Platform::new(|_| {
        let rows = [row("a", "sent"), row("x", "read"), row("a", "read"), row("x", "read"), row("y", "sent")];
        Answer::success(&json!({ "data": rows }))
    });
    let report = client(&platform).messages().status(["b", "a"]).await.unwrap();
    assert_eq!(report.get(&"a".into()).unwrap().message_status.as_str(), "read");
    assert_eq!(report.unanswered(), [MessageId::from("b")]);
    assert_eq!((report.unasked(), report.get(&"x".into())), (2, None));
    assert_eq!(report.into_answered().len(), 1);
}

#[tokio::test]
async fn failed_query_affects_only_its_messages() {
    let platform = Platform::new(|request| {
        let ids = asked(request);
        if number(&ids[0]) == 300 { Answer::failure(Code::BadRequest) } else { Answer::success(&rows(&ids)) }
    });
    let error = client(&platform).messages().status(ids(0..950)).await.unwrap_err();
    let [failure] = error.failures() else { panic!("{error}") };
    assert_eq!((failure.error.kind(), &failure.ids), (ErrorKind::Refused, &ids(300..400)));
    assert_eq!(error.to_string(), "1 of 10 status queries failed, with 100 of 950 messages");
    assert_eq!(error.source().unwrap().downcast_ref::<Error>().unwrap().kind(), ErrorKind::Refused);
    assert_eq!(answered(error.report()), ids((0..300).chain(400..950)));
    assert!(error.report().unanswered().is_empty());
    assert_eq!(platform.requests(), 10);
    assert_eq!(error.into_report().answered().len(), 850);
}

#[tokio::test(start_paused = true)]
async fn refused_credential_stops_the_queries() {
    let platform = Platform::new(|request| {
        let ids = asked(request);
        if number(&ids[0]) == 100 {
            Answer::failure(Code::InvalidCertificationCode)
        } else {
            Answer::success(&rows(&ids)).after(50)
        }
    });
    let error = client(&platform).messages().status(ids(0..1000)).await.unwrap_err();
    // The four of the start; those that were under way are kept.
    assert_eq!(platform.requests(), 4);
    assert_eq!(platform.seen().broken_off, 0);
    assert_eq!(answered(error.report()), ids((0..100).chain(200..400)));
    let kinds: Vec<_> = error.failures().iter().map(|failure| failure.error.kind()).collect();
    assert_eq!(kinds, [&[ErrorKind::Authentication][..], &[ErrorKind::Cancelled; 6]].concat());
    for failure in &error.failures()[1..] {
        assert_eq!((failure.error.request_state(), failure.error.attempts()), (RequestState::NotSent, 0));
        let source = failure.error.source().unwrap().downcast_ref::<Error>().unwrap();
        assert_eq!(source.kind(), ErrorKind::Authentication);
    }
}

#[tokio::test]
async fn the_channel_chooses_the_credential() {
    let platform = Platform::new(|request| {
        assert_eq!(request.headers()["certification-code"], "rcs");
        Answer::success(&rows(&asked(request)))
    });
    client(&platform).messages().status(["a"]).channel(Channel::Rcs).await.unwrap();
    assert_eq!(platform.requests(), 1);
}

#[tokio::test]
async fn message_ids_are_shortened() {
    let platform = Platform::new(|_| Answer::failure(Code::BadRequest));
    let id = "wamid.HBgNNjI4MTIwMDA0NTY3OBUCABEYEjVDMUYwQTc3QjJEOTRFNjAxMwA=";
    let error = client(&platform).messages().status([id]).await.unwrap_err();
    assert_eq!(error.to_string(), "1 of 1 status queries failed, with 1 of 1 messages");
    assert!(!format!("{error:?} {error}").contains("HBgNNjI4MTIwMDA0NTY3O"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_message_is_accounted_for(
        asks in prop::collection::vec(0_usize..400, 0..600),
        concurrency in 0_usize..6,
        silent in 2_usize..8,
        failing in prop::collection::vec(any::<bool>(), 400),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let platform = Platform::new(move |request| {
            let ids = asked(request);
            let first = number(&ids[0]);
            if failing[first] {
                return Answer::failure(Code::BadRequest).after(first as u64);
            }
            Answer::success(&rows(ids.iter().filter(|id| !number(id).is_multiple_of(silent)))).after(first as u64)
        });
        let call = async { client(&platform).messages().status(ids(asks.clone())).concurrency(concurrency).await };
        let (report, failures) = match runtime.block_on(call) {
            Ok(report) => (report, Vec::new()),
            Err(error) => (error.report().clone(), error.failures().to_vec()),
        };
        let failed: Vec<_> = failures.into_iter().flat_map(|failure| failure.ids).collect();
        let failed_ones: HashSet<_> = failed.iter().collect();
        let mut seen = HashSet::new();
        let distinct: Vec<_> = ids(asks).into_iter().filter(|id| seen.insert(id.clone())).collect();
        let others = || distinct.iter().filter(|id| !failed_ones.contains(id));
        let in_order = |keep: &dyn Fn(&MessageId) -> bool| others().filter(|id| keep(id)).cloned().collect::<Vec<_>>();
        prop_assert_eq!(&failed, &distinct.iter().filter(|id| failed_ones.contains(id)).cloned().collect::<Vec<_>>());
        prop_assert_eq!(answered(&report), in_order(&|id| !number(id.as_str()).is_multiple_of(silent)));
        prop_assert_eq!(report.unanswered(), in_order(&|id| number(id.as_str()).is_multiple_of(silent)));
        prop_assert!(platform.seen().peak <= concurrency.max(1));
        prop_assert_eq!(platform.requests(), distinct.len().div_ceil(100));
    }
}
