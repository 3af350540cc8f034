//! Checking calls before they are sent.

use incs_client::testing::SkippingClock;
use incs_client::{ErrorKind, RequestState, RetryAdvice};
use incs_model::Violation;
use incs_model::task::NewTask;

use super::scenario::{Call, script};
use crate::support::discreet::assert_error_discreet;
use crate::support::{builder, samples, told};

/// A text with one character too many.
fn too_long() -> String {
    samples::TEXT.repeat(51)
}

#[tokio::test]
async fn a_call_that_breaks_rules_is_not_sent_and_every_violation_is_listed() {
    let script = script();
    let client = builder(&script, &SkippingClock::new()).bearer_token(samples::TOKEN).build().unwrap();
    let task = NewTask::new(too_long(), 30112_u64, samples::to(samples::PHONE), "");
    for (error, pointers) in [
        (client.messages().send(samples::message_of(&too_long())).await.unwrap_err(), vec!["/text"]),
        (
            client.tasks().create(task.with_description(too_long())).await.unwrap_err(),
            vec!["/name", "/assignee_username", "/description"],
        ),
    ] {
        assert_eq!(told(&error), (ErrorKind::Invalid, RequestState::NotSent, RetryAdvice::Correct, 0));
        let mut found: Vec<_> = error.report().unwrap().violations().iter().map(Violation::pointer).collect();
        let mut pointers = pointers;
        found.sort_unstable();
        pointers.sort_unstable();
        assert_eq!(found, pointers);
        assert_error_discreet(&error);
    }
    assert!(script.requests().is_empty());
}

#[tokio::test]
async fn whether_a_call_is_checked_is_for_the_client_and_the_call_to_say() {
    for (client_skips, call_wants, sent) in [
        (false, None, false),
        (false, Some(true), false),
        (false, Some(false), true),
        (true, None, true),
        (true, Some(true), false),
        (true, Some(false), true),
    ] {
        let script = Call::Send.succeed(script());
        let builder = builder(&script, &SkippingClock::new());
        let client = if client_skips { builder.without_validation() } else { builder }.build().unwrap();
        let call = client.messages().send(samples::message_of(&too_long()));
        let call = match call_wants {
            None => call,
            Some(true) => call.with_validation(),
            Some(false) => call.without_validation(),
        };
        assert_eq!(call.await.is_ok(), sent, "{client_skips}, {call_wants:?}");
        assert_eq!(script.requests().len(), usize::from(sent));
    }
}
