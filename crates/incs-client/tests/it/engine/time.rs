//! How long a call may take.

use std::time::Duration;

use incs_client::ErrorKind::{Server, Timeout};
use incs_client::RequestState::{NotSent, Unknown};
use incs_client::RetryAdvice::FindOut;
use incs_client::retry::RetryPolicy;
use incs_client::testing::SkippingClock;

use super::scenario::Call::{Read, Send};
use super::scenario::End::{Failure, Success};
use super::scenario::{WHENEVER, after, check_with, policy, script};
use crate::support::{builder, samples};

#[tokio::test]
async fn all_attempts_together_stay_within_the_time_of_the_call() {
    let short = policy().with_max_attempts(9).with_max_elapsed(Duration::from_secs(25));
    let silent = || script().stall().stall().stall();
    check_with(
        &short,
        [
            ("reads", Read, silent(), 3, &[10, 0, 10, 0, 5], Failure(Timeout, Unknown, WHENEVER)),
            (
                "a send that cannot begin",
                Send,
                script().stall_unsent().stall_unsent().stall_unsent(),
                3,
                &[10, 0, 10, 0, 5],
                Failure(Timeout, NotSent, WHENEVER),
            ),
            (
                "a wait that is too long after others",
                Read,
                script().stall().stall().reply(503, "").with_header("retry-after", "5"),
                3,
                &[10, 0, 10, 0],
                Failure(Server, Unknown, after(5)),
            ),
            ("the last moment", Read, Read.succeed(script().stall().stall()), 3, &[10, 0, 10, 0], Success),
        ],
    )
    .await;
}

#[tokio::test]
async fn without_time_nothing_is_sent() {
    let none = policy().with_max_elapsed(Duration::ZERO);
    check_with(&none, [("no time", Send, script(), 0, &[], Failure(Timeout, NotSent, WHENEVER))]).await;
}

#[tokio::test]
async fn a_policy_of_one_attempt_makes_one() {
    let busy = script().reply(503, "");
    check_with(&RetryPolicy::never(), [("once", Read, busy, 1, &[], Failure(Server, Unknown, WHENEVER))]).await;
}

#[tokio::test]
async fn a_call_has_its_own_limits_if_it_wants() {
    let (script, clock) = (script().stall(), SkippingClock::new());
    let client = builder(&script, &clock).build().unwrap();
    let call = client.messages().send(samples::message());
    let error = call.retry(RetryPolicy::never()).attempt_timeout(Duration::from_secs(3)).await.unwrap_err();
    assert_eq!((error.attempts(), error.request_state(), error.retry_advice()), (1, Unknown, FindOut));
    assert_eq!(clock.slept(), [Duration::from_secs(3)]);
}

#[tokio::test]
async fn the_longest_times_are_no_deadline() {
    let clock = SkippingClock::new();
    let endless = RetryPolicy::new().with_max_elapsed(Duration::MAX);
    let script = Send.succeed(script());
    let client = builder(&script, &clock).retry(endless).attempt_timeout(Duration::MAX).build().unwrap();
    client.messages().send(samples::message()).await.unwrap();
    assert_eq!(script.requests()[0].info().deadline(), None);
}
