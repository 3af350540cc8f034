//! Which calls are made again, and what is known after several attempts.

use incs_client::ErrorKind::{
    Authentication, Connect, Interrupted, RateLimited, Refused, Reply, ReplyTooLong, Server, Timeout, Tls, Transport,
};
use incs_client::RequestState::{NotSent, Rejected, Unknown};
use incs_client::RetryAdvice::{Authenticate, Correct, FindOut};
use incs_client::transport::TransportErrorKind as Kind;
use incs_model::envelope::Code;

use super::scenario::Call::{Delete, Read, Send};
use super::scenario::End::{Failure, Success};
use super::scenario::{WHENEVER, after, check, failing, script};

#[tokio::test]
async fn a_send_that_may_have_left_is_not_made_again() {
    let unknown = |kind| Failure(kind, Unknown, FindOut);
    check([
        ("timeout", Send, script().error(Kind::Timeout), 1, &[], unknown(Timeout)),
        ("interrupted", Send, script().error(Kind::Interrupted), 1, &[], unknown(Interrupted)),
        ("another error", Send, script().error(Kind::Other), 1, &[], unknown(Transport)),
        ("too long", Send, script().error(Kind::BodyTooLarge), 1, &[], unknown(ReplyTooLong)),
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
async fn a_send_of_which_nothing_left_is_made_again() {
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
            Failure(Connect, NotSent, WHENEVER),
        ),
        ("no trust", Send, script().error(Kind::Tls), 1, &[], Failure(Tls, NotSent, Correct)),
        ("a slow connection", Send, Send.succeed(script().stall_unsent()), 2, &[10, 0], Success),
        (
            "slow connections",
            Send,
            script().stall_unsent().stall_unsent().stall_unsent(),
            3,
            &[10, 0, 10, 0, 10],
            Failure(Timeout, NotSent, WHENEVER),
        ),
    ])
    .await;
}

#[tokio::test]
async fn a_send_that_was_throttled_waits_for_as_long_as_asked() {
    let throttled = |wait: &str| script().reply(429, "slow down").with_header("retry-after", wait);
    let refused = |wait| Failure(RateLimited, Rejected, wait);
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
    let refusal = |kind, advice| Failure(kind, Rejected, advice);
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
async fn a_read_is_made_again_whatever_happened_to_it() {
    let busy = |seconds: &str| script().reply(503, "").with_header("retry-after", seconds);
    check([
        ("lost", Read, Read.succeed(script().error(Kind::Timeout).error(Kind::Interrupted)), 3, &[0, 0], Success),
        ("failed", Read, Read.succeed(script().reply(502, "").error(Kind::Other)), 3, &[0, 0], Success),
        ("unavailable", Read, Read.succeed(busy("5").reply(500, "")), 3, &[5, 0], Success),
        ("unavailable for long", Read, busy("100"), 1, &[], Failure(Server, Unknown, after(100))),
        ("silence", Read, Read.succeed(script().stall()), 2, &[10, 0], Success),
        (
            "failed too often",
            Read,
            script().reply(500, "").reply(500, "").reply(500, ""),
            3,
            &[0, 0],
            Failure(Server, Unknown, WHENEVER),
        ),
        ("too long", Read, script().error(Kind::BodyTooLarge), 1, &[], Failure(ReplyTooLong, Unknown, WHENEVER)),
        ("a page", Read, script().reply(200, "<html>"), 1, &[], Failure(Reply, Unknown, WHENEVER)),
    ])
    .await;
}

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
