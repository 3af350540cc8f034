//! The result of a send that a fault hit, and how often the message exists.

use incs_client::{ErrorKind, RequestState};
use incs_model::id::MessageId;
use incs_sandbox::{Action, HttpStatus, Rule, Sandbox, When};
use serde_json::Value;

use crate::support::{admin, hasty, oldest_first, text};

/// The expected result of a send under a fault.
struct Row {
    action: Action,
    kind: ErrorKind,
    state: RequestState,
    attempts: u64,
    accepted: u64,
}

fn rows() -> Vec<Row> {
    let row = |action, kind, state, attempts, accepted| Row { action, kind, state, attempts, accepted };
    let unknown = |action: fn(bool) -> Action, kind| {
        [false, true].map(|accepted| row(action(accepted), kind, RequestState::Unknown, 1, u64::from(accepted)))
    };
    [
        vec![row(Action::RateLimit { retry_after: Some(0) }, ErrorKind::RateLimited, RequestState::Rejected, 3, 0)],
        unknown(|accepted| Action::ServerError { accepted }, ErrorKind::Server).into(),
        unknown(|accepted| Action::Drop { accepted }, ErrorKind::Interrupted).into(),
        unknown(|accepted| Action::Stall { accepted }, ErrorKind::Timeout).into(),
        unknown(|accepted| Action::Garbage { accepted }, ErrorKind::Reply).into(),
        vec![row(Action::Slow { millis: 60_000 }, ErrorKind::Timeout, RequestState::Unknown, 1, 1)],
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[tokio::test]
async fn send_is_made_only_once() {
    for status in [HttpStatus::Mirrored, HttpStatus::AlwaysOk] {
        for Row { action, kind, state, attempts, accepted } in rows() {
            let case = format!("{action:?} {status:?}");
            let word = action.as_str();
            let sandbox = Sandbox::builder().http_status(status).fault(Rule::new(action)).start().await.unwrap();
            let error = hasty(&sandbox).messages().send(text()).await.unwrap_err();
            assert_eq!((error.kind(), error.request_state()), (kind, state), "{case}");
            assert_eq!(u64::from(error.attempts()), attempts, "{case}");
            let counters = &admin(&sandbox, "/state").await["counters"];
            assert_eq!(counters["accepted"], accepted, "{case}");
            assert_eq!(counters["requests"], attempts, "{case}");
            assert_eq!(counters["faults_applied"], attempts, "{case}");
            let exchanges = oldest_first(&sandbox, "/exchanges").await;
            assert!(exchanges.iter().all(|exchange| exchange["fault"] == word), "{case}: {exchanges:?}");
            let without_reply = matches!(word, "drop" | "stall");
            assert!(exchanges.iter().all(|exchange| exchange["status"].is_null() == without_reply), "{case}");
            sandbox.shutdown().await;
        }
    }
}

#[tokio::test]
async fn throttled_send_is_retried_once() {
    for status in [HttpStatus::Mirrored, HttpStatus::AlwaysOk] {
        let throttle = Rule::new(Action::RateLimit { retry_after: Some(0) }).when(When::operation("send_*")).count(2);
        let sandbox = Sandbox::builder().http_status(status).fault(throttle).start().await.unwrap();
        hasty(&sandbox).messages().send(text()).await.unwrap();
        let exchanges = oldest_first(&sandbox, "/exchanges").await;
        let faults: Vec<_> = exchanges.iter().map(|exchange| exchange["fault"].as_str()).collect();
        assert_eq!(faults, [Some("rate_limit"), Some("rate_limit"), None]);
        assert_eq!(admin(&sandbox, "/state").await["counters"]["accepted"], 1);
        sandbox.shutdown().await;
    }
}

#[tokio::test]
async fn message_survives_a_lost_reply() {
    let lost = Rule::new(Action::Drop { accepted: true }).count(1);
    let sandbox = Sandbox::builder().fault(lost).pace(incs_sandbox::Pace::instant()).start().await.unwrap();
    let error = hasty(&sandbox).messages().send(text()).await.unwrap_err();
    assert!(!error.request_state().is_safe_to_retry());
    let message = loop {
        let messages = oldest_first(&sandbox, "/messages").await;
        assert_eq!(messages.len(), 1);
        if messages[0]["state"] == "read" {
            break messages[0].clone();
        }
        tokio::task::yield_now().await;
    };
    // The receipt names it, and by that name the platform knows it.
    let id = MessageId::from(message["id"].as_str().unwrap());
    let status = hasty(&sandbox).messages().resolve(&id, None).await.unwrap().unwrap();
    assert_eq!(status.message_status, incs_model::status::State::Read);
    let exchanges = oldest_first(&sandbox, "/exchanges").await;
    assert_eq!((&message["exchange"], &exchanges[0]["message"]), (&exchanges[0]["number"], &message["number"]));
    assert_eq!((&exchanges[0]["status"], &exchanges[0]["reply_body"]), (&Value::Null, &Value::from("")));
    sandbox.shutdown().await;
}

#[tokio::test]
async fn slow_reply_is_still_accepted() {
    let slow = Rule::new(Action::Slow { millis: 50 });
    let sandbox = Sandbox::builder().fault(slow).start().await.unwrap();
    let start = std::time::Instant::now();
    hasty(&sandbox).messages().send(text()).await.unwrap();
    assert!(start.elapsed().as_millis() >= 50);
    let exchanges = oldest_first(&sandbox, "/exchanges").await;
    assert!(exchanges[0]["micros"].as_u64().unwrap() >= 50_000);
    sandbox.shutdown().await;
}

#[tokio::test]
async fn fault_applies_to_one_customer() {
    let rule = Rule::new(Action::ServerError { accepted: false }).when(When::to("85251*"));
    let sandbox = Sandbox::builder().fault(rule).start().await.unwrap();
    let client = hasty(&sandbox);
    let other = incs_model::viber::Message::new("+6281200045678".parse().unwrap(), "Hello");
    client.messages().send(other).await.unwrap();
    client.messages().send(text()).await.unwrap_err();
    assert_eq!(admin(&sandbox, "/state").await["counters"]["accepted"], 1);
    sandbox.shutdown().await;
}
