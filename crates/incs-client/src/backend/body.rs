//! Request bodies, which can be revoked until they are sent, and reply bodies, which are read up to a limit.

use std::fmt;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use bytes::{Buf, BufMut, Bytes, BytesMut};
use http::StatusCode;
use http_body::{Body, Frame, SizeHint};

use crate::transport::{CallInfo, Request, SendGate, TransportError, TransportErrorKind};

/// The body of a request, which commits the call's [`SendGate`] when it is polled.
///
/// It is one frame of known length. A library that drops it unread has sent no complete request. Once the call has failed or was
/// dropped before that, polling the body fails with [`Revoked`], so that a late connection cannot send a request that the caller
/// considers unsent.
pub struct OutgoingBody {
    data: Bytes,
    gate: Option<ExchangeGate>,
}

/// An error for a body whose call was abandoned before it was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the call was abandoned before its body was sent")]
#[non_exhaustive]
pub struct Revoked;

/// An error for a connection that the server closed before the request was sent.
#[derive(Debug, thiserror::Error)]
#[error("the server closed an idle connection before the request was sent (408)")]
struct ClosedIdle;

/// The caller's side of an [`OutgoingBody`], kept until the reply is read. Dropping it revokes a body that was not sent.
#[must_use]
pub(super) struct Exchange {
    gate: Option<ExchangeGate>,
    /// The limit of the reply body in bytes.
    pub(super) limit: usize,
}

/// The send gates that body and caller of one exchange share: exactly one of commit and revoke succeeds. The exchange has a gate of
/// its own, since a wrapper may begin another exchange of the call after it dropped this one.
#[derive(Clone)]
struct ExchangeGate {
    exchange: SendGate,
    call: SendGate,
}

/// Returns the request with a reporting body, and the exchange. An empty body reports nothing, since it is never polled; but if
/// an outer transport armed the send gate, the request is committed here.
///
/// # Errors
///
/// `NotSent` when the request was revoked before.
pub(super) fn outgoing(request: Request) -> Result<(http::Request<OutgoingBody>, Exchange), TransportError> {
    let info = CallInfo::of(&request);
    let (head, data) = request.into_parts();
    let (limit, send_gate) = (info.response_limit(), info.send_gate().clone());
    let gate = if data.is_empty() {
        if !send_gate.maybe_sent() && !send_gate.commit() {
            return Err(TransportError::new(TransportErrorKind::NotSent).with_source(Revoked));
        }
        None
    } else {
        send_gate.arm();
        let exchange = SendGate::default();
        exchange.arm();
        Some(ExchangeGate { exchange, call: send_gate })
    };
    let body = OutgoingBody { data, gate: gate.clone() };
    Ok((http::Request::from_parts(head, body), Exchange { gate, limit }))
}

impl Exchange {
    /// Revokes the body if it was not sent. Returns true if no complete request was or will be sent.
    pub(super) fn revoke(&self) -> bool {
        self.gate.as_ref().is_some_and(ExchangeGate::revoke)
    }

    /// Commits the request when a reply begins: the server processed it, whether or not its body was polled.
    ///
    /// # Errors
    ///
    /// `NotSent` for a 408 before the body was polled, which is revoked then: the server closes an idle connection, and has seen
    /// no complete request.
    pub(super) fn answered(&self, status: StatusCode) -> Result<(), TransportError> {
        if status == StatusCode::REQUEST_TIMEOUT && self.revoke() {
            return Err(TransportError::new(TransportErrorKind::NotSent).with_source(ClosedIdle));
        }
        if let Some(gate) = &self.gate {
            let _ = gate.commit();
        }
        Ok(())
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.revoke();
    }
}

impl ExchangeGate {
    /// Returns whether the body may be sent.
    fn commit(&self) -> bool {
        self.exchange.commit() && self.call.commit()
    }

    fn revoke(&self) -> bool {
        if !self.exchange.revoke() {
            // The body may have committed the exchange but not yet the call, which the caller reads next. If the call was revoked,
            // the body was not sent.
            let _ = self.call.commit();
        }
        // A call that an earlier exchange committed stays committed.
        !self.call.maybe_sent()
    }
}

impl Body for OutgoingBody {
    type Data = Bytes;
    type Error = Revoked;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Revoked>>> {
        if self.data.is_empty() {
            return Poll::Ready(None);
        }
        if self.gate.as_ref().is_some_and(|gate| !gate.commit()) {
            return Poll::Ready(Some(Err(Revoked)));
        }
        Poll::Ready(Some(Ok(Frame::data(std::mem::take(&mut self.data)))))
    }

    fn is_end_stream(&self) -> bool {
        self.data.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.data.len() as u64)
    }
}

impl fmt::Debug for OutgoingBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OutgoingBody({} bytes)", self.data.len())
    }
}

/// The most bytes allocated before they have arrived; a larger announced length is not trusted.
const MAX_PREALLOCATED: u64 = 64 * 1024;

/// Reads a complete body and skips trailers. Stops at the limit, at once if the announced length exceeds it. `broken` converts
/// the error of the library.
pub(super) async fn collect<B: Body>(
    body: B,
    limit: usize,
    broken: impl Fn(B::Error) -> TransportError,
) -> Result<Bytes, TransportError> {
    let mut body = pin!(body);
    if body.size_hint().lower() > limit as u64 {
        return Err(TransportErrorKind::ReplyTooLarge.into());
    }
    let ahead = usize::try_from(body.size_hint().lower().min(MAX_PREALLOCATED)).unwrap_or_default();
    // A body of one frame, like that of most replies, is not copied.
    let (mut first, mut whole) = (Bytes::new(), BytesMut::new());
    while let Some(frame) = poll_fn(|cx| body.as_mut().poll_frame(cx)).await {
        let Ok(mut data) = frame.map_err(&broken)?.into_data() else { continue };
        let more = data.remaining();
        if more > limit - first.len().max(whole.len()) {
            return Err(TransportErrorKind::ReplyTooLarge.into());
        }
        if first.is_empty() && whole.is_empty() {
            first = data.copy_to_bytes(more);
            continue;
        }
        if whole.is_empty() {
            whole.reserve(ahead.max(first.len() + more));
            whole.put(std::mem::take(&mut first));
        }
        whole.put(data);
    }
    Ok(if whole.is_empty() { first } else { whole.freeze() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::{Idempotency, RESPONSE_LIMIT};

    fn send(data: &'static str) -> (SendGate, OutgoingBody, Exchange) {
        send_with_gate(data, |_| {})
    }

    fn send_with_gate(data: &'static str, prepare: impl FnOnce(&SendGate)) -> (SendGate, OutgoingBody, Exchange) {
        let info = CallInfo::new("call", Idempotency::NonIdempotent).with_response_limit(7);
        let send_gate = info.send_gate().clone();
        prepare(&send_gate);
        let mut request = http::Request::new(Bytes::from_static(data.as_bytes()));
        request.extensions_mut().insert(info);
        let (request, exchange) = outgoing(request).ok().unwrap();
        (send_gate, request.into_body(), exchange)
    }

    fn take(body: &mut OutgoingBody) -> Option<Result<Bytes, Revoked>> {
        let Poll::Ready(frame) = Pin::new(body).poll_frame(&mut Context::from_waker(std::task::Waker::noop())) else {
            panic!("the body is never pending");
        };
        frame.map(|frame| frame.map(|frame| frame.into_data().unwrap()))
    }

    #[test]
    fn polled_body_is_committed() {
        let (send_gate, mut body, exchange) = send("hi");
        assert!(!send_gate.maybe_sent());
        assert_eq!((body.size_hint().exact(), body.is_end_stream()), (Some(2), false));
        assert_eq!(take(&mut body), Some(Ok(Bytes::from_static(b"hi"))));
        assert_eq!((body.size_hint().exact(), body.is_end_stream()), (Some(0), true));
        assert!(send_gate.maybe_sent());
        assert!(!exchange.revoke());
        assert_eq!(take(&mut body), None);
    }

    #[test]
    fn revoked_body_cannot_be_polled() {
        let (send_gate, mut body, exchange) = send("hi");
        drop(exchange);
        assert_eq!(take(&mut body), Some(Err(Revoked)));
        assert!(!send_gate.maybe_sent());
    }

    #[test]
    fn empty_body_reports_nothing() {
        let (send_gate, mut body, exchange) = send("");
        assert!(send_gate.maybe_sent() && !send_gate.is_committed());
        assert!(!exchange.revoke());
        assert_eq!((take(&mut body), body.is_end_stream()), (None, true));
    }

    #[test]
    fn empty_body_under_armed_gate_commits() {
        let (send_gate, _body, _exchange) = send_with_gate("", SendGate::arm);
        assert!(send_gate.is_committed());
        let info = CallInfo::new("call", Idempotency::NonIdempotent);
        info.send_gate().arm();
        assert!(info.send_gate().revoke());
        let mut request = http::Request::new(Bytes::new());
        request.extensions_mut().insert(info);
        assert_eq!(outgoing(request).err().map(|error| error.kind()), Some(TransportErrorKind::NotSent));
    }

    #[test]
    fn answered_request_counts_as_sent() {
        let (send_gate, mut body, exchange) = send("hi");
        exchange.answered(StatusCode::OK).unwrap();
        assert!(send_gate.maybe_sent());
        assert!(!exchange.revoke());
        assert!(take(&mut body).is_some_and(|frame| frame.is_ok()));
    }

    #[test]
    fn early_408_means_not_sent() {
        let (send_gate, mut body, exchange) = send("hi");
        assert_eq!(exchange.answered(StatusCode::REQUEST_TIMEOUT).unwrap_err().kind(), TransportErrorKind::NotSent);
        assert!(!send_gate.maybe_sent());
        assert_eq!(take(&mut body), Some(Err(Revoked)));

        let (send_gate, mut body, exchange) = send("hi");
        assert!(take(&mut body).is_some_and(|frame| frame.is_ok()));
        exchange.answered(StatusCode::REQUEST_TIMEOUT).unwrap();
        assert!(send_gate.maybe_sent());

        // An empty body reports nothing.
        let (_, _body, exchange) = send("");
        exchange.answered(StatusCode::REQUEST_TIMEOUT).unwrap();
    }

    #[test]
    fn body_of_revoked_call_stays() {
        let (send_gate, mut body, exchange) = send("hi");
        assert!(send_gate.revoke());
        assert_eq!(take(&mut body), Some(Err(Revoked)));
        assert!(exchange.revoke());
        assert!(!send_gate.maybe_sent());
    }

    #[test]
    fn earlier_commit_is_not_undone() {
        let (_, _body, exchange) = send_with_gate("hi", |send_gate| assert!(send_gate.commit()));
        assert!(!exchange.revoke());
    }

    #[test]
    fn call_limit_overrides_the_default() {
        assert_eq!(send("hi").2.limit, 7);
        assert_eq!(outgoing(http::Request::new(Bytes::new())).ok().unwrap().1.limit, RESPONSE_LIMIT);
    }

    #[test]
    fn the_debug_text_shows_no_body() {
        let (_, body, _exchange) = send("secret");
        assert_eq!(format!("{body:?}"), "OutgoingBody(6 bytes)");
    }

    #[test]
    fn concurrent_commit_and_revoke_agree() {
        for _ in 0..2_000 {
            let (send_gate, mut body, exchange) = send("hi");
            std::thread::scope(|scope| {
                let taker = scope.spawn(move || take(&mut body).is_some_and(|frame| frame.is_ok()));
                drop(exchange);
                let known = send_gate.maybe_sent();
                assert_eq!(known, taker.join().unwrap());
            });
        }
    }

    struct Frames {
        left: Vec<Frame<Bytes>>,
        claims: u64,
    }

    impl Frames {
        fn of(frames: &[&'static str]) -> Self {
            let left = frames.iter().rev().map(|text| Frame::data(Bytes::from_static(text.as_bytes()))).collect();
            Self { left, claims: 0 }
        }
    }

    impl Body for Frames {
        type Data = Bytes;
        type Error = std::io::Error;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
            Poll::Ready(self.left.pop().map(Ok))
        }

        fn size_hint(&self) -> SizeHint {
            let mut hint = SizeHint::new();
            hint.set_lower(self.claims);
            hint
        }
    }

    fn read(body: Frames, limit: usize) -> Result<Bytes, TransportErrorKind> {
        let mut reading = pin!(collect(body, limit, |_| TransportErrorKind::Interrupted.into()));
        match reading.as_mut().poll(&mut Context::from_waker(std::task::Waker::noop())) {
            Poll::Ready(read) => read.map_err(|error| error.kind()),
            Poll::Pending => panic!("the body is never pending"),
        }
    }

    #[test]
    fn frames_are_joined_in_order() {
        for frames in [&[][..], &["ab"], &["", "ab"], &["a", "b"], &["a", "", "b"]] {
            let expected = frames.concat();
            assert_eq!(read(Frames::of(frames), 2).unwrap(), expected, "{frames:?}");
        }
        assert_eq!(read(Frames::of(&["ab", "cd", "ef"]), 6).unwrap(), "abcdef");
    }

    #[test]
    fn body_at_limit_is_accepted() {
        for frames in [&["abc"][..], &["ab", "c"], &["a", "b", "c"]] {
            assert!(read(Frames::of(frames), 3).is_ok(), "{frames:?}");
            assert_eq!(read(Frames::of(frames), 2), Err(TransportErrorKind::ReplyTooLarge), "{frames:?}");
        }
    }

    #[test]
    fn announced_too_large_body_is_refused() {
        let body = Frames { claims: 3, ..Frames::of(&["a"]) };
        assert_eq!(read(body, 2), Err(TransportErrorKind::ReplyTooLarge));
    }

    #[test]
    fn a_claim_alone_sets_little_aside() {
        let body = Frames { claims: u64::MAX / 2, ..Frames::of(&["a", "b"]) };
        assert_eq!(read(body, usize::MAX).unwrap(), "ab");
    }

    #[test]
    fn trailers_are_passed_over() {
        let mut body = Frames::of(&["ab"]);
        body.left.insert(0, Frame::trailers(http::HeaderMap::new()));
        assert_eq!(read(body, 2).unwrap(), "ab");
    }
}
