//! Reads the body of a reply, up to a limit.

use std::future::poll_fn;
use std::pin::{Pin, pin};

use bytes::{Buf, BufMut, Bytes, BytesMut};
use http_body::Body;

use crate::transport::{TransportError, TransportErrorKind};

/// The most that is set aside before it has arrived: what the other side claims to send is not believed beyond this.
const SET_ASIDE: u64 = 64 * 1024;

/// Why a body was not read to its end.
#[derive(Debug)]
pub(super) enum Unread<E> {
    /// It is longer than the limit.
    TooLong,
    /// It broke off.
    Broken(E),
}

impl<E> Unread<E> {
    /// The error of a transport; `broken` tells what its library's error means.
    pub(super) fn into_error(self, broken: impl FnOnce(E) -> TransportError) -> TransportError {
        match self {
            Self::TooLong => TransportErrorKind::BodyTooLarge.into(),
            Self::Broken(error) => broken(error),
        }
    }
}

/// Reads a body whole. One that announces more than the limit is not begun; one that turns out longer is not read on.
pub(super) async fn collect<B: Body>(body: B, limit: usize) -> Result<Bytes, Unread<B::Error>> {
    let mut body = pin!(body);
    if body.size_hint().lower() > limit as u64 {
        return Err(Unread::TooLong);
    }
    let Some(mut first) = next(body.as_mut()).await? else {
        return Ok(Bytes::new());
    };
    let mut room = limit.checked_sub(first.remaining()).ok_or(Unread::TooLong)?;
    // Most replies are one frame; then the bytes go through as they are.
    if body.is_end_stream() {
        return Ok(first.copy_to_bytes(first.remaining()));
    }
    let Some(second) = next(body.as_mut()).await? else {
        return Ok(first.copy_to_bytes(first.remaining()));
    };
    room = room.checked_sub(second.remaining()).ok_or(Unread::TooLong)?;

    let ahead = usize::try_from(body.size_hint().lower().min(SET_ASIDE)).unwrap_or_default();
    let mut whole = BytesMut::with_capacity(first.remaining() + second.remaining() + ahead);
    whole.put(first);
    whole.put(second);
    while let Some(data) = next(body.as_mut()).await? {
        room = room.checked_sub(data.remaining()).ok_or(Unread::TooLong)?;
        whole.put(data);
    }
    Ok(whole.freeze())
}

/// The next frame with data in it; trailers are passed over.
async fn next<B: Body>(mut body: Pin<&mut B>) -> Result<Option<B::Data>, Unread<B::Error>> {
    while let Some(frame) = poll_fn(|cx| body.as_mut().poll_frame(cx)).await {
        match frame.map_err(Unread::Broken)?.into_data() {
            Ok(data) if data.has_remaining() => return Ok(Some(data)),
            _ => {}
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use std::task::{Context, Poll};

    use http_body::{Frame, SizeHint};

    use super::*;

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

    fn read(body: Frames, limit: usize) -> Result<Bytes, Unread<std::io::Error>> {
        let mut reading = pin!(collect(body, limit));
        match reading.as_mut().poll(&mut Context::from_waker(std::task::Waker::noop())) {
            Poll::Ready(read) => read,
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
            assert!(matches!(read(Frames::of(frames), 2), Err(Unread::TooLong)), "{frames:?}");
        }
    }

    #[test]
    fn a_body_that_announces_too_much_is_not_begun() {
        let body = Frames { claims: 3, ..Frames::of(&["a"]) };
        assert!(matches!(read(body, 2), Err(Unread::TooLong)));
    }

    #[test]
    fn a_claim_alone_sets_little_aside() {
        let body = Frames { claims: u64::MAX / 2, ..Frames::of(&["a", "b"]) };
        assert_eq!(read(body, usize::MAX).unwrap(), "ab");
    }

    #[test]
    fn one_frame_is_not_copied() {
        let data = Bytes::from(vec![7; 100]);
        let body = Frames { left: vec![Frame::data(data.clone())], claims: 100 };
        assert_eq!(read(body, 100).unwrap().as_ptr(), data.as_ptr());
    }

    #[test]
    fn trailers_are_passed_over() {
        let mut body = Frames::of(&["ab"]);
        body.left.insert(0, Frame::trailers(http::HeaderMap::new()));
        assert_eq!(read(body, 2).unwrap(), "ab");
    }
}
