//! Which calls are made again, and what is known after several attempts.

use incs_client::ErrorKind::{
    Authentication, Connect, Interrupted, RateLimited, Refused, Reply, ReplyTooLarge, Server, Timeout, Tls, Transport,
};
use incs_client::RequestState::{NotSent, Rejected, Unknown};
use incs_client::RetryAdvice::{Authenticate, Correct, Reconcile};
use incs_client::transport::TransportErrorKind as Kind;
use incs_model::envelope::Code;

use super::scenario::Call::{Delete, Read, Send};
use super::scenario::End::{FailedAttempt, Success};
use super::scenario::{WHENEVER, after, check, failing, script};

#[tokio::test]
async fn possibly_sent_message_is_not_retried() {
    let unknown = |kind| FailedAttempt(kind, Unknown, Reconcile);
    check([
        ("timeout", Send, script().error(Kind::Timeout), 1, &[], unknown(Timeout)),
        ("interrupted", Send, script().error(Kind::Interrupted), 1, &[], unknown(Interrupted)),
        ("another error", Send, script().error(Kind::Other), 1, &[], unknown(Transport)),
        ("too long", Send, script().error(Kind::ReplyTooLarge), 1, &[], unknown(ReplyTooLarge)),
        ("silence", Send, script().stall(), 1, &[10], unknown(Timeout)),
        ("500", Send, failing(script(), 500, Code::ServerError), 1, &[], unknown(Server)),
        ("500 under 200", Send, failing(script(), 200, Code::ServerError), 1, &[], unknown(Server)),
        ("502 of a gateway", Send, script().reply(502, "<html>"), 1, &[], unknown(Server)),
        ("503", Send, script().reply(503, "").with_header("retry-after", "1"), 1, &[], unknown(Server)),
        ("504", Send, script().reply(504, ""), 1, &[], unknown(Server)),
        ("a page", Send, script().reply(200, "<html>"), 1, &[], unknown(Reply)),
        ("nothing", Send, script().reply(204, ""), 1, &[], unknown(Reply)),
    ])
    .await;
}

#[tokio::test]
async fn unsent_message_is_retried() {
    check([
        ("connect", Send, Send.succeed(script().error(Kind::Connect)), 2, &[0], Success),
        ("not sent", Send, Send.succeed(script().error(Kind::NotSent)), 2, &[0], Success),
        ("both", Send, Send.succeed(script().error(Kind::Connect).error(Kind::NotSent)), 3, &[0, 0], Success),
        (
            "too often",
            Send,
            script().error(Kind::Connect).error(Kind::Connect).error(Kind::Connect),
            3,
            &[0, 0],
            FailedAttempt(Connect, NotSent, WHENEVER),
        ),
        ("no trust", Send, script().error(Kind::Tls), 1, &[], FailedAttempt(Tls, NotSent, Correct)),
        ("a slow connection", Send, Send.succeed(script().stall_unsent()), 2, &[10, 0], Success),
        (
            "slow connections",
            Send,
            script().stall_unsent().stall_unsent().stall_unsent(),
            3,
            &[10, 0, 10, 0, 10],
            FailedAttempt(Timeout, NotSent, WHENEVER),
        ),
    ])
    .await;
}

#[tokio::test]
async fn throttled_send_waits_for_retry_after() {
    let throttled = |wait: &str| script().reply(429, "slow down").with_header("retry-after", wait);
    let refused = |wait| FailedAttempt(RateLimited, Rejected, wait);
    check([
        ("of HTTP", Send, Send.succeed(throttled("7")), 2, &[7], Success),
        (
            "of the frame",
            Send,
            Send.succeed(failing(script(), 200, Code::TooManyAttempts).with_header("retry-after", "7")),
            2,
            &[7],
            Success,
        ),
        ("until a date", Send, Send.succeed(throttled("Wed, 21 Oct 2026 07:28:30 GMT")), 2, &[30], Success),
        ("unasked", Send, Send.succeed(failing(script(), 429, Code::TooManyAttempts)), 2, &[0], Success),
        ("for longer than there is time", Send, throttled("90"), 1, &[], refused(after(90))),
        ("for ever", Send, throttled("99999999999999999999"), 1, &[], refused(after(u64::MAX))),
        (
            "twice, the second time for too long",
            Send,
            throttled("50").reply(429, "").with_header("retry-after", "50"),
            2,
            &[50],
            refused(after(50)),
        ),
    ])
    .await;
}

#[tokio::test]
async fn a_refusal_is_final() {
    let refusal = |kind, advice| FailedAttempt(kind, Rejected, advice);
    for call in [Send, Read] {
        check([
            ("422", call, failing(script(), 200, Code::InvalidParameters), 1, &[], refusal(Refused, Correct)),
            ("10001", call, failing(script(), 200, 10_001.into()), 1, &[], refusal(Authentication, Authenticate)),
            ("10002", call, failing(script(), 500, Code::WhatsApp), 1, &[], refusal(Refused, Correct)),
            ("404", call, script().reply(404, "<html>"), 1, &[], refusal(Refused, Correct)),
        ])
        .await;
    }
}

#[tokio::test]
async fn read_is_retried_after_any_error() {
    let busy = |seconds: &str| script().reply(503, "").with_header("retry-after", seconds);
    check([
        ("lost", Read, Read.succeed(script().error(Kind::Timeout).error(Kind::Interrupted)), 3, &[0, 0], Success),
        ("failed", Read, Read.succeed(script().reply(502, "").error(Kind::Other)), 3, &[0, 0], Success),
        ("unavailable", Read, Read.succeed(busy("5").reply(500, "")), 3, &[5, 0], Success),
        ("unavailable for long", Read, busy("100"), 1, &[], FailedAttempt(Server, Unknown, after(100))),
        ("silence", Read, Read.succeed(script().stall()), 2, &[10, 0], Success),
        (
            "failed too often",
            Read,
            script().reply(500, "").reply(500, "").reply(500, ""),
            3,
            &[0, 0],
            FailedAttempt(Server, Unknown, WHENEVER),
        ),
        (
            "too long",
            Read,
            script().error(Kind::ReplyTooLarge),
            1,
            &[],
            FailedAttempt(ReplyTooLarge, Unknown, WHENEVER),
        ),
        ("a page", Read, script().reply(200, "<html>"), 1, &[], FailedAttempt(Reply, Unknown, WHENEVER)),
    ])
    .await;
}

#[tokio::test]
async fn earlier_unknown_attempt_is_remembered() {
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
            FailedAttempt(Connect, Rejected, WHENEVER),
        ),
        (
            "a send that got lost after it was refused",
            Send,
            throttled().stall(),
            2,
            &[0, 10],
            FailedAttempt(Timeout, Unknown, Reconcile),
        ),
        (
            "a deletion that got lost, and then had nothing to delete",
            Delete,
            failing(script().error(Kind::Timeout), 200, Code::BadRequest),
            2,
            &[0],
            FailedAttempt(Refused, Unknown, Correct),
        ),
        (
            "a deletion that got lost before it could not be sent",
            Delete,
            unreachable(script().error(Kind::Interrupted)),
            3,
            &[0, 0],
            FailedAttempt(Connect, Unknown, WHENEVER),
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
            FailedAttempt(Refused, Rejected, Correct),
        ),
        (
            "a read, which does nothing",
            Read,
            unreachable(script().error(Kind::Timeout)),
            3,
            &[0, 0],
            FailedAttempt(Connect, NotSent, WHENEVER),
        ),
    ])
    .await;
}
