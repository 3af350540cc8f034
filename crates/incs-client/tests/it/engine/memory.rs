//! What earlier attempts may have done is not forgotten.

use ErrorKind::{Connect, Refused, Timeout};
use RequestState::{NotSent, Rejected, Unknown};
use RetryAdvice::{Correct, FindOut};
use incs_client::transport::TransportErrorKind as Kind;
use incs_client::{ErrorKind, RequestState, RetryAdvice};
use incs_model::envelope::Code;

use super::scenario::Call::{Delete, Read, Send};
use super::scenario::End::{Failure, Success};
use super::scenario::{WHENEVER, check, failing, script};

#[tokio::test]
async fn what_earlier_attempts_may_have_done_is_not_forgotten() {
    let throttled = || failing(script(), 429, Code::TooManyAttempts);
    let unreachable =
        |script: incs_client::testing::ScriptedTransport| script.error(Kind::Connect).error(Kind::Connect);
    check([
        (
            "a send that was refused before it could not be sent",
            Send,
            unreachable(throttled()),
            3,
            &[0, 0],
            Failure(Connect, Rejected, WHENEVER),
        ),
        (
            "a send that got lost after it was refused",
            Send,
            throttled().stall(),
            2,
            &[0, 10],
            Failure(Timeout, Unknown, FindOut),
        ),
        (
            "a deletion that got lost, and then had nothing to delete",
            Delete,
            failing(script().error(Kind::Timeout), 200, Code::BadRequest),
            2,
            &[0],
            Failure(Refused, Unknown, Correct),
        ),
        (
            "a deletion that got lost before it could not be sent",
            Delete,
            unreachable(script().error(Kind::Interrupted)),
            3,
            &[0, 0],
            Failure(Connect, Unknown, WHENEVER),
        ),
        (
            "a deletion that failed before it succeeded",
            Delete,
            Delete.succeed(script().reply(500, "").error(Kind::Timeout)),
            3,
            &[0, 0],
            Success,
        ),
        (
            "a deletion that never had anything to delete",
            Delete,
            failing(script(), 200, Code::BadRequest),
            1,
            &[],
            Failure(Refused, Rejected, Correct),
        ),
        (
            "a read, which does nothing",
            Read,
            unreachable(script().error(Kind::Timeout)),
            3,
            &[0, 0],
            Failure(Connect, NotSent, WHENEVER),
        ),
    ])
    .await;
}
