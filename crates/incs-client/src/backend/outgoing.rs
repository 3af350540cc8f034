//! The body of a request on its way out, and the ticket by which it can be called back.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use crate::transport::{CallInfo, Departure, RESPONSE_LIMIT, Request, TransportError, TransportErrorKind};

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
    let (head, data) = request.into_parts();
    // Not `CallInfo::of`, which copies the whole of it.
    let info = head.extensions.get::<CallInfo>();
    let limit = info.map_or(RESPONSE_LIMIT, CallInfo::response_limit);
    let gate = if data.is_empty() {
        let above = info.map(CallInfo::departure).filter(|departure| !departure.may_have_left());
        if above.is_some_and(|departure| !departure.leave()) {
            return Err(TransportError::new(TransportErrorKind::NotSent).with_source(Recalled));
        }
        None
    } else {
        let departure = info.map_or_else(Departure::default, |info| info.departure().clone());
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
    /// Whether the body may leave.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::Replay;

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
}
