//! A token that is refused is renewed, once.

use incs_client::endpoints::tasks::CreateTask;
use incs_client::{Client, ErrorKind, RequestState, RetryAdvice};
use incs_model::task::NewTask;

use super::platform::{Answer, Platform, framed};
use super::shared::list;
use crate::support::discreet::assert_error_discreet;
use crate::support::samples::{PHONE, to};
use crate::support::told;

/// Every form in which a token may be refused: which of them the platform takes is unknown.
fn refusals() -> [Answer; 5] {
    [(401, "<html>".to_owned()), (403, r#"{"message":"expired"}"#.to_owned()), framed(401), framed(403), framed(10_001)]
}

#[tokio::test]
async fn a_refused_token_is_renewed_once_and_the_call_made_once_more() {
    for refusal in refusals() {
        let platform = Platform::new();
        let client = platform.client();
        list(&client).await.unwrap();
        platform.revoke(1, refusal.clone());
        list(&client).await.unwrap_or_else(|error| panic!("{refusal:?}: {error:?}"));
        assert_eq!(platform.counts(), (2, 3), "{refusal:?}");
        list(&client).await.unwrap();
        assert_eq!(platform.counts(), (2, 4), "{refusal:?}");
    }
}

#[tokio::test]
async fn a_call_that_creates_is_made_once_more_too_since_nothing_was_done() {
    let platform = Platform::new();
    let client = platform.client();
    platform.revoke(1, framed(401));
    let error = client.execute(CreateTask::new(NewTask::new("call", 7_u64, to(PHONE), "agent_07"))).await.unwrap_err();
    // The reply to the second is a list, and no task.
    assert_eq!((error.request_state(), error.attempts()), (RequestState::Accepted, 2));
    assert_eq!(platform.counts(), (2, 2));
}

#[tokio::test]
async fn a_second_refusal_is_an_error() {
    for refusal in refusals() {
        let platform = Platform::new();
        let client = platform.client();
        platform.revoke(u32::MAX, refusal.clone());
        for calls in 1..3 {
            let error = list(&client).await.unwrap_err();
            let expected = (ErrorKind::Authentication, RequestState::Rejected, RetryAdvice::Authenticate, 2);
            assert_eq!(told(&error), expected, "{refusal:?}");
            assert_error_discreet(&error);
            // The second token is kept, so a later call begins with it.
            assert_eq!(platform.counts(), (1 + calls, 2 * calls));
        }
    }
}

#[tokio::test]
async fn what_the_refused_attempt_came_to_is_kept_when_no_new_token_can_be_had() {
    let platform = Platform::new();
    let client = platform.client();
    list(&client).await.unwrap();
    platform.revoke(1, framed(401));
    platform.fail_fetches(Some(framed(401)));
    let error = list(&client).await.unwrap_err();
    let expected = (ErrorKind::Credential, RequestState::Rejected, RetryAdvice::Authenticate, 1);
    assert_eq!(told(&error), expected);
}

#[tokio::test]
async fn a_token_of_the_callers_is_not_renewed() {
    let platform = Platform::new();
    platform.revoke(7, framed(401));
    let client = Client::builder(platform.clone()).bearer_token("t0ken-91ab-7").build().unwrap();
    let error = list(&client).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Authentication, 1));
    assert_eq!(platform.counts(), (0, 1));
}
