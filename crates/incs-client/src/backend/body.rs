//! Request bodies, which can be recalled until they leave, and reply bodies, which are read up to a limit.

use std::fmt;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};

use bytes::{Buf, BufMut, Bytes, BytesMut};
use http_body::{Body, Frame, SizeHint};

use crate::transport::{CallInfo, Departure, Request, TransportError, TransportErrorKind};

const HELD: u8 = 0;
const LEFT: u8 = 1;
const RECALLED: u8 = 2;

/// The body of a request, which tells the call's [`Departure`] when it is taken.
///
/// It is one frame of known length. A library that drops it unread has sent no complete request. Once the call has failed or
/// was dropped before that, the body is not given out any more: taking it fails with [`Recalled`], so that a connection which
/// was a moment too late cannot send what the caller believes unsent.
pub struct OutgoingBody {
    data: Bytes,
    gate: Option<Arc<Gate>>,
}

/// The call was given up before its body left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the call was given up before its body left")]
#[non_exhaustive]
pub struct Recalled;

/// The caller's end of an [`OutgoingBody`], kept until the reply is read: dropping it recalls a body that has not left.
#[must_use]
pub(super) struct Ticket {
    gate: Option<Arc<Gate>>,
    /// Bytes of the longest reply that may be read.
    pub(super) limit: usize,
}

/// Body and caller of one exchange meet here: exactly one of "left" and "recalled" comes first, and the other then knows. The
/// departure is that of the whole call, which a wrapper may begin another exchange of.
struct Gate {
    state: AtomicU8,
    departure: Departure,
}

/// The request with a body that tells, and the ticket. Of an empty body nothing is told, since there is nothing whose leaving
/// could be seen; but where somebody above holds the departure, it leaves here.
///
/// # Errors
///
/// `NotSent` when the request was recalled before it came here.
pub(super) fn outgoing(request: Request) -> Result<(http::Request<OutgoingBody>, Ticket), TransportError> {
    let info = CallInfo::of(&request);
    let (head, data) = request.into_parts();
    let (limit, departure) = (info.response_limit(), info.departure().clone());
    let gate = if data.is_empty() {
        if !departure.may_have_left() && !departure.leave() {
            return Err(TransportError::new(TransportErrorKind::NotSent).with_source(Recalled));
        }
        None
    } else {
        departure.hold();
        Some(Arc::new(Gate { state: AtomicU8::new(HELD), departure }))
    };
    let body = OutgoingBody { data, gate: gate.clone() };
    Ok((http::Request::from_parts(head, body), Ticket { gate, limit }))
}

impl Ticket {
    /// Keeps the body back if it has not left, and tells whether so: then no complete request left, and none will.
    pub(super) fn recall(&self) -> bool {
        self.gate.as_ref().is_some_and(|gate| gate.recall())
    }

    /// A reply began, so someone acted on the request, whether or not its body was ever taken.
    pub(super) fn answered(&self) {
        if let Some(gate) = &self.gate {
            let _ = gate.leave();
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.recall();
    }
}

impl Gate {
    /// Returns whether the body may leave.
    fn leave(&self) -> bool {
        self.state.compare_exchange(HELD, LEFT, Ordering::AcqRel, Ordering::Acquire) != Err(RECALLED)
            && self.departure.leave()
    }

    fn recall(&self) -> bool {
        if self.state.compare_exchange(HELD, RECALLED, Ordering::AcqRel, Ordering::Acquire) == Err(LEFT) {
            // The other side may be between its step and its word to the departure; the caller looks there next. When the
            // departure was recalled the body stayed here.
            let _ = self.departure.leave();
        }
        // A departure that was told of an earlier exchange stays told.
        !self.departure.may_have_left()
    }
}

impl Body for OutgoingBody {
    type Data = Bytes;
    type Error = Recalled;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Recalled>>> {
        if self.data.is_empty() {
            return Poll::Ready(None);
        }
        if self.gate.as_ref().is_some_and(|gate| !gate.leave()) {
            return Poll::Ready(Some(Err(Recalled)));
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

/// The most that is set aside before it has arrived: what the other side claims to send is not believed beyond this.
const SET_ASIDE: u64 = 64 * 1024;

/// Reads a body whole; trailers are passed over. One that announces more than the limit is not begun; one that turns out longer is
/// not read on. `broken` tells what the error of the library below means.
pub(super) async fn collect<B: Body>(
    body: B,
    limit: usize,
    broken: impl Fn(B::Error) -> TransportError,
) -> Result<Bytes, TransportError> {
    let mut body = pin!(body);
    if body.size_hint().lower() > limit as u64 {
        return Err(TransportErrorKind::BodyTooLarge.into());
    }
    let ahead = usize::try_from(body.size_hint().lower().min(SET_ASIDE)).unwrap_or_default();
    let mut whole = BytesMut::with_capacity(ahead);
    while let Some(frame) = poll_fn(|cx| body.as_mut().poll_frame(cx)).await {
        let Ok(data) = frame.map_err(&broken)?.into_data() else { continue };
        if data.remaining() > limit - whole.len() {
            return Err(TransportErrorKind::BodyTooLarge.into());
        }
        whole.put(data);
    }
    Ok(whole.freeze())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::{RESPONSE_LIMIT, Replay};

    fn send(data: &'static str) -> (Departure, OutgoingBody, Ticket) {
        send_told(data, |_| {})
    }

    fn send_told(data: &'static str, tell: impl FnOnce(&Departure)) -> (Departure, OutgoingBody, Ticket) {
        let info = CallInfo::new("call", Replay::Unsafe).with_response_limit(7);
        let departure = info.departure().clone();
        tell(&departure);
        let mut request = http::Request::new(Bytes::from_static(data.as_bytes()));
        request.extensions_mut().insert(info);
        let (request, ticket) = outgoing(request).ok().unwrap();
        (departure, request.into_body(), ticket)
    }

    fn take(body: &mut OutgoingBody) -> Option<Result<Bytes, Recalled>> {
        let Poll::Ready(frame) = Pin::new(body).poll_frame(&mut Context::from_waker(std::task::Waker::noop())) else {
            panic!("the body is never pending");
        };
        frame.map(|frame| frame.map(|frame| frame.into_data().unwrap()))
    }

    #[test]
    fn a_body_that_is_taken_has_left() {
        let (departure, mut body, ticket) = send("hi");
        assert!(!departure.may_have_left());
        assert_eq!((body.size_hint().exact(), body.is_end_stream()), (Some(2), false));
        assert_eq!(take(&mut body), Some(Ok(Bytes::from_static(b"hi"))));
        assert_eq!((body.size_hint().exact(), body.is_end_stream()), (Some(0), true));
        assert!(departure.may_have_left());
        assert!(!ticket.recall());
        assert_eq!(take(&mut body), None);
    }

    #[test]
    fn a_body_that_was_recalled_cannot_be_taken_any_more() {
        let (departure, mut body, ticket) = send("hi");
        drop(ticket);
        assert_eq!(take(&mut body), Some(Err(Recalled)));
        assert!(!departure.may_have_left());
    }

    #[test]
    fn of_an_empty_body_nothing_is_told() {
        let (departure, mut body, ticket) = send("");
        assert!(departure.may_have_left() && !departure.has_left());
        assert!(!ticket.recall());
        assert_eq!((take(&mut body), body.is_end_stream()), (None, true));
    }

    #[test]
    fn an_empty_body_that_somebody_above_holds_leaves_at_once_or_not_at_all() {
        let (departure, _body, _ticket) = send_told("", Departure::hold);
        assert!(departure.has_left());
        let info = CallInfo::new("call", Replay::Unsafe);
        info.departure().hold();
        assert!(info.departure().recall());
        let mut request = http::Request::new(Bytes::new());
        request.extensions_mut().insert(info);
        assert_eq!(outgoing(request).err().map(|error| error.kind()), Some(TransportErrorKind::NotSent));
    }

    #[test]
    fn a_request_that_was_answered_has_left_even_when_nobody_took_its_body() {
        let (departure, mut body, ticket) = send("hi");
        ticket.answered();
        assert!(departure.may_have_left());
        assert!(!ticket.recall());
        assert!(take(&mut body).is_some_and(|frame| frame.is_ok()));
    }

    #[test]
    fn a_body_of_a_call_that_was_recalled_stays() {
        let (departure, mut body, ticket) = send("hi");
        assert!(departure.recall());
        assert_eq!(take(&mut body), Some(Err(Recalled)));
        assert!(ticket.recall());
        assert!(!departure.may_have_left());
    }

    #[test]
    fn a_departure_that_was_told_before_is_not_taken_back() {
        let (_, _body, ticket) = send_told("hi", |departure| assert!(departure.leave()));
        assert!(!ticket.recall());
    }

    #[test]
    fn the_limit_is_that_of_the_call_or_the_usual_one() {
        assert_eq!(send("hi").2.limit, 7);
        assert_eq!(outgoing(http::Request::new(Bytes::new())).ok().unwrap().1.limit, RESPONSE_LIMIT);
    }

    #[test]
    fn the_debug_text_shows_no_body() {
        let (_, body, _ticket) = send("secret");
        assert_eq!(format!("{body:?}"), "OutgoingBody(6 bytes)");
    }

    #[test]
    fn taking_and_recalling_at_once_never_disagree() {
        for _ in 0..2_000 {
            let (departure, mut body, ticket) = send("hi");
            std::thread::scope(|scope| {
                let taker = scope.spawn(move || take(&mut body).is_some_and(|frame| frame.is_ok()));
                drop(ticket);
                let known = departure.may_have_left();
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
    fn a_body_may_be_as_long_as_the_limit_and_no_longer() {
        for frames in [&["abc"][..], &["ab", "c"], &["a", "b", "c"]] {
            assert!(read(Frames::of(frames), 3).is_ok(), "{frames:?}");
            assert_eq!(read(Frames::of(frames), 2), Err(TransportErrorKind::BodyTooLarge), "{frames:?}");
        }
    }

    #[test]
    fn a_body_that_announces_too_much_is_not_begun() {
        let body = Frames { claims: 3, ..Frames::of(&["a"]) };
        assert_eq!(read(body, 2), Err(TransportErrorKind::BodyTooLarge));
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
